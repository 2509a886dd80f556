//! `ringback compare`, from outside, on the bundle that `ringback new` writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// The starter, in a folder of its own for one test.
fn starter(test: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let dir = root.join(format!("compare-{test}"));
    let _ = fs::remove_dir_all(&dir);
    says(root, &["new", dir.to_str().unwrap()], 0);
    dir
}

/// Runs the program, which must end with `code`; what it says on standard output and standard error.
fn says(dir: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_ringback")).args(arguments).current_dir(dir).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    (out, err)
}

/// Writes a file with a text of another one exchanged, which must be there once.
fn changed(dir: &Path, from: &str, to: &str, (old, new): (&str, &str)) {
    let text = fs::read_to_string(dir.join(from)).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{old}");
    fs::write(dir.join(to), text.replace(old, new)).unwrap();
}

fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn one_changed_line_is_found_exactly_with_what_both_read() {
    let dir = starter("planted");
    let change = ("{ retry(minutes(2)) }", "{ retry(minutes(3)) }");
    changed(&dir, "app.rhai", "other.rhai", change);
    let (out, _) = says(&dir, &["compare", ".", "--with", "other.rhai"], 0);
    let expected = "callback `r04`\n  A  retry(minutes(2))\n     app.rhai:28: retry(minutes(2))\n       event.kind = \"busy\"\n       \
                    callback.attempts = 1\n  B  retry(minutes(3))\n     other.rhai:28: retry(minutes(3))\n       event.kind = \
                    \"busy\"\n       callback.attempts = 1\n";
    assert!(out.contains(expected), "{out}");
    assert!(out.contains("`timeout` (busy)") && out.contains("the first event that differs"), "{out}");
    assert!(out.contains("handle times, how attempts end"), "what is assumed is said: {out}");
    let (json, _) = says(&dir, &["compare", ".", "--with", "other.rhai", "--json"], 0);
    let all = object(&json);
    let first = &all["first_decision"];
    assert_eq!(
        (&first["hook"], &first["callback"], &first["about"]),
        (&json!("timeout"), &json!("r04"), &json!("busy"))
    );
    assert_eq!((&first["a"]["decision"]["line"], &first["b"]["decision"]["line"]), (&json!(28), &json!(28)));
    assert_eq!(first["apart_before"], false);
    let lost = all["fared"]["callbacks"].as_array().unwrap().iter().find(|pair| pair["id"] == "r04").unwrap();
    assert_eq!((&lost["verdict"], &lost["wait"]), (&json!("lost"), &json!(52.0)), "{lost}");
}

#[test]
fn a_comparison_says_the_same_each_time_and_nothing_differs_of_the_same() {
    let dir = starter("same");
    fs::copy(dir.join("app.rhai"), dir.join("copy.rhai")).unwrap();
    let (out, _) = says(&dir, &["compare", ".", "--with", "copy.rhai"], 0);
    assert!(out.contains("\nno difference: all ") && out.contains("events are the same"), "{out}");
    // A hook that says what the settings say is no difference to none.
    let text = fs::read_to_string(dir.join("app.rhai")).unwrap();
    let (head, tail) = text.split_once("fn timeout(").unwrap();
    let (_, tail) = tail.split_once("\n}\n").unwrap();
    fs::write(dir.join("app.rhai"), format!("{head}{tail}")).unwrap();
    fs::write(dir.join("copy.rhai"), format!("{head}fn timeout(callback, event) {{ standard() }}\n{tail}"))
        .unwrap();
    let (out, _) = says(&dir, &["compare", ".", "--with", "copy.rhai"], 0);
    assert!(out.contains("\nno difference: "), "{out}");
    fs::write(dir.join("app.rhai"), &text).unwrap();
    changed(&dir, "app.rhai", "other.rhai", ("{ retry(minutes(2)) }", "{ retry(minutes(3)) }"));
    let arguments = ["compare", ".", "--with", "other.rhai", "--json", "--report", "r.html"];
    let (first, _) = says(&dir, &arguments, 0);
    let page = fs::read_to_string(dir.join("r.html")).unwrap();
    let (second, _) = says(&dir, &arguments, 0);
    assert_eq!(first, second);
    assert_eq!(page, fs::read_to_string(dir.join("r.html")).unwrap());
    assert!(page.contains("\"label\":\"app.rhai\"") && page.contains("\"label\":\"other.rhai\""));
    assert!(page.contains("\"differences\":{"));
}

#[test]
fn another_center_is_compared_on_the_same_requests() {
    let dir = starter("center");
    let other = dir.join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(dir.join("app.rhai"), other.join("app.rhai")).unwrap();
    changed(&dir, "center.toml", "other/center.toml", ("wrap_up = \"30s\"", "wrap_up = \"120s\""));
    let (out, _) = says(&dir, &["compare", ".", "--with", "other", "--json"], 0);
    let all = object(&out);
    assert_eq!((&all["a"], &all["b"]), (&json!("compare-center"), &json!("other")));
    let number = |name: &str| {
        all["numbers"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
    };
    assert_eq!(number("requests")["difference"], 0);
    assert_eq!(number("requests")["matters"], false);
    let wait = number("wait, mean");
    assert!(wait["difference"].as_f64().unwrap() > 5.0 && wait["matters"] == true, "{wait}");
    let assumed =
        all["assumed"].as_array().unwrap().iter().any(|one| one == "roster.csv is A's, since B has none");
    assert!(assumed, "{out}");
    assert!(all["first_event"]["a"].is_object());
    // With a roster of its own, the other side can try other people at work.
    let roster = fs::read_to_string(dir.join("roster.csv")).unwrap();
    fs::write(other.join("roster.csv"), roster.lines().take(2).collect::<Vec<_>>().join("\n")).unwrap();
    let (out, _) = says(&dir, &["compare", ".", "--with", "other"], 0);
    assert!(out.contains("- roster.csv is each side's own"), "{out}");
    assert!(out.contains("lost: served later"), "{out}");
}

#[test]
fn what_can_not_be_compared_is_said() {
    let dir = starter("errors");
    let (_, err) = says(&dir, &["compare", ".", "--with", "none.rhai"], 2);
    assert!(err.contains("none.rhai: there is no such file") && err.contains("name another script"), "{err}");
    fs::write(dir.join("broken.rhai"), "fn accpt(request) { accept() }\n").unwrap();
    let (_, err) = says(&dir, &["compare", ".", "--with", "broken.rhai"], 1);
    assert!(err.contains("broken.rhai:1:4") && err.contains("accept"), "{err}");
    fs::rename(dir.join("traffic.csv"), dir.join("gone.csv")).unwrap();
    let (_, err) = says(&dir, &["compare", ".", "--with", "app.rhai"], 2);
    assert!(err.contains("has no `traffic.csv`"), "{err}");
    let (_, err) = says(&dir, &["compare", "nowhere", "--with", "app.rhai"], 2);
    assert!(err.contains("there is no such folder"), "{err}");
}

#[test]
fn the_history_of_a_journal_comes_out_as_it_was_and_is_played_through_another_script() {
    let dir = starter("history");
    let bundles = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bundles");
    for bundle in ["ways", "steering", "desks", "slots", "year-end"] {
        let bundle = bundles.join(bundle);
        let journal = dir.join("journal");
        says(&dir, &["run", bundle.to_str().unwrap(), "--journal", journal.to_str().unwrap()], 0);
        let script = bundle.join("app.rhai");
        let (out, _) = says(&dir, &["compare", "journal", "--with", script.to_str().unwrap(), "--json"], 0);
        let all = object(&out);
        let events = all["events"][0].as_u64().unwrap();
        let note = format!(
            "played anew by its own application, the history comes out as it was, all {events} events"
        );
        let said = all["assumed"].as_array().unwrap().iter().any(|one| *one == note);
        assert!(said, "{}: {:#}", bundle.display(), all["assumed"]);
        assert!(all["first_event"].is_null(), "the same script decides the same");
    }
    // Versions that were tried are each side's own affair.
    let steering = bundles.join("steering");
    says(&dir, &["run", steering.to_str().unwrap(), "--journal", "journal"], 0);
    let script = steering.join("app.rhai");
    let (out, _) = says(&dir, &["compare", "journal", "--with", script.to_str().unwrap()], 0);
    assert!(
        out.contains("- not taken over: 1 `end_trial`, 1 `try`") && out.contains("no difference"),
        "{out}"
    );
    let (out, _) =
        says(&dir, &["compare", steering.to_str().unwrap(), "--with", script.to_str().unwrap()], 0);
    assert!(out.contains("each side keeps its script") && out.contains("no difference"), "{out}");
    says(&dir, &["run", ".", "--journal", "journal"], 0);
    changed(&dir, "app.rhai", "other.rhai", ("{ retry(minutes(2)) }", "{ retry(minutes(3)) }"));
    let (of_journal, _) = says(&dir, &["compare", "journal", "--with", "other.rhai", "--json"], 0);
    let (of_bundle, _) = says(&dir, &["compare", ".", "--with", "other.rhai", "--json"], 0);
    let (of_journal, of_bundle) = (object(&of_journal), object(&of_bundle));
    for part in ["first_decision", "first_event", "fared"] {
        assert_eq!(of_journal[part], of_bundle[part], "{part}");
    }
    let journal = fs::read(dir.join("journal")).unwrap();
    fs::write(dir.join("cut"), &journal[..journal.len() / 2]).unwrap();
    let (_, err) = says(&dir, &["compare", "cut", "--with", "other.rhai"], 1);
    assert!(err.contains("cut: line"), "{err}");
    let (_, err) = says(&dir, &["compare", "app.rhai", "--with", "other.rhai"], 1);
    assert!(err.contains("app.rhai: "), "{err}");
}
