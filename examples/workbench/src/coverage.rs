//! What a run reached of its script: the lines with counts, and the answers that were never made.

use std::fmt::Write;

use ringback_scripting::files::parts;
use ringback_scripting::trace::{Coverage, LineCount};

/// The script with a count before each line on which something begins: in how many calls of hooks it ran. A `!`
/// stands before what never ran, a `~` before a line of which a part never did. Answers never made follow.
#[must_use]
pub fn listing(script: &str, covered: &Coverage) -> String {
    let mut text = String::new();
    let parts = parts(script);
    let lines =
        parts.iter().flat_map(|part| (0_u32..).zip(part.text.lines()).map(move |line| (part.name, line)));
    for (file, (before, source)) in lines {
        let n = before + 1;
        if n == 1 && !file.is_empty() {
            let _ = writeln!(text, "{:>9} {file}", "");
        }
        let count = covered.lines.iter().find(|line| line.line == n && line.file == file);
        let (mark, count) = match count {
            None => (' ', String::new()),
            Some(LineCount { calls: 0, .. }) => ('!', "0".into()),
            Some(LineCount { calls, partly: true, .. }) => ('~', calls.to_string()),
            Some(LineCount { calls, .. }) => (' ', calls.to_string()),
        };
        let _ = writeln!(text, "{}", format!("{mark}{count:>8} {n:>4} | {source}").trim_end());
    }
    text.push('\n');
    text.push_str(&never(covered));
    text
}

/// What is said after the summary.
#[must_use]
pub fn told(covered: &Coverage) -> String {
    let lines = covered.lines.len();
    let reached = lines - covered.missed().count();
    format!("\nscript: {reached} of {lines} lines reached, {} %\n{}", covered.percent(), never(covered))
}

fn never(covered: &Coverage) -> String {
    let mut text = String::new();
    for outcome in covered.never() {
        let _ = writeln!(
            text,
            "never answered: `{}` of `{}`, {}line {}",
            outcome.answer,
            outcome.function,
            if outcome.file.is_empty() { String::new() } else { format!("{} ", outcome.file) },
            outcome.line
        );
    }
    text
}
