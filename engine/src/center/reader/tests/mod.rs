//! Tests of the reader.

mod broken;
mod calendars;
mod files;
mod honoured;
mod hostile;
mod slots;
mod values;
mod window;

use super::{Reading, read};

/// A center that says every key that is honoured.
const FULL: &str = include_str!("full.toml");

/// A center that says as little as can be.
const SMALL: &str = "name = \"bank\"
timezone = \"UTC\"
[[queue]]
name = \"q\"
[[service]]
name = \"s\"
queue = \"q\"
calling_window = \"off\"
[[agent]]
id = \"anna\"
";

/// The warning that every center with the window off has.
const ANY_HOUR: &str =
    "warning: service `s`: no legal calling window; customers are called at whatever hour it is for them";

fn without_files(text: &str) -> Reading {
    read(text, &mut |name| Err(format!("{name} was asked for")))
}

/// Everything said about a text, as `line: severity: message`, the warning of the window left out.
fn said(text: &str) -> Vec<String> {
    let reading = without_files(text);
    reading
        .findings
        .iter()
        .map(|found| {
            let shown = found.to_string();
            let (line, rest) = shown.split_once(':').unwrap();
            let (_, message) = rest.split_once(": ").unwrap();
            format!("{line}: {message}")
        })
        .filter(|said| !said.ends_with(ANY_HOUR))
        .collect()
}

/// What is said about the small center with `line` added to its table `kind`.
fn added(kind: &str, line: &str) -> Vec<String> {
    let text = match kind {
        "" => SMALL.replace("timezone = \"UTC\"\n", &format!("timezone = \"UTC\"\n{line}\n")),
        "queue" => SMALL.replace("name = \"q\"\n", &format!("name = \"q\"\n{line}\n")),
        "service" => SMALL.replace("queue = \"q\"\n", &format!("queue = \"q\"\n{line}\n")),
        "agent" => format!("{SMALL}{line}\n"),
        _ => format!("{SMALL}[[{kind}]]\n{line}\n"),
    };
    said(&text)
}

/// Asserts that each line, added to a table of the small center, brings exactly one finding, and there.
#[track_caller]
fn all(kind: &str, table: &[(&str, &str)]) {
    let line = match kind {
        "" => 3,
        "queue" => 5,
        "service" => 8,
        "agent" => 11,
        _ => 12,
    };
    for (written, expected) in table {
        assert_eq!(added(kind, written), [format!("{line}: {expected}")], "{written}");
    }
}

#[test]
fn the_small_center_is_sound() {
    assert_eq!(said(SMALL), [""; 0]);
    let reading = without_files(SMALL);
    assert!(reading.layout.is_some());
    assert_eq!(reading.findings.len(), 1);
    assert_eq!(reading.findings[0].to_string(), format!("8:18: {ANY_HOUR}"));
}
