//! `ringback import`, from outside: what it makes of the samples checks and runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A folder of its own for one test, which is not there.
fn folder(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("import-{test}"));
    let _ = fs::remove_dir_all(&dir);
    dir
}

fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name).to_str().unwrap().to_owned()
}

/// Runs the program, which must end with `code`; what it says on standard output and standard error.
fn says(arguments: &[&str], code: i32) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ringback")).args(arguments).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    (out, err)
}

/// Checks and plays a bundle; its summary.
fn played(dir: &Path) -> Value {
    let dir = dir.to_str().unwrap();
    says(&["check", dir], 0);
    let summary = format!("{dir}/summary.json");
    says(&["run", dir, "--summary", &summary], 0);
    serde_json::from_str(&fs::read_to_string(summary).unwrap()).unwrap()
}

#[test]
fn a_queue_log_becomes_a_bundle_that_runs() {
    let dir = folder("queue-log");
    let into = dir.to_str().unwrap();
    let log = sample("queue_log");
    let arguments =
        ["import", "queue-log", &log, "--into", into, "--timezone", "Europe/Berlin", "--country", "DE"];
    let (out, err) = says(&arguments, 0);
    assert!(out.contains("60 requests, 3 agents; 0 lines could not be used") && err.is_empty(), "{out}{err}");
    assert!(out.contains("22 callers who gave up or left the queue become requests, too"), "{out}");
    let summary = played(&dir);
    assert_eq!(summary["requests"], 60);
    assert_eq!(summary["rejected"]["INVALID_NUMBER"], 4, "callers whose number is not known");
    assert!(summary["completed"]["AGENT_CONNECTED"].as_u64().unwrap() > 40);
    assert_eq!(summary["not_ready"]["break"], 400.0);
    let (_, err) = says(&arguments, 2);
    assert!(err.contains("has a `center.toml` already, and nothing is overwritten"), "{err}");
}

#[test]
fn a_csv_file_becomes_a_bundle_by_its_mapping() {
    let dir = folder("csv");
    let into = dir.to_str().unwrap();
    let (calls, mapping) = (sample("calls.csv"), sample("mapping.toml"));
    let (out, _) = says(&["import", "csv", &calls, "--mapping", &mapping, "--into", into], 0);
    assert!(out.contains("30 requests, 2 agents"), "{out}");
    let summary = played(&dir);
    assert_eq!(summary["attempts"]["busy"], 6, "their words for outcomes are translated");
    let traffic = fs::read_to_string(dir.join("traffic.csv")).unwrap();
    assert!(traffic.starts_with("at,id,service,phone,handle,outcomes,tier\n"), "{traffic}");
}

#[test]
fn the_calls_of_the_bank_become_a_bundle_with_its_own_rule() {
    let dir = folder("bank");
    let into = dir.to_str().unwrap();
    let (out, _) = says(&["import", "anonymous-bank", &sample("bank.csv"), "--into", into], 0);
    assert!(
        out.contains("30 requests, 4 agents") && out.contains("1 that the data set calls phantoms"),
        "{out}"
    );
    assert_eq!(played(&dir)["completed"]["AGENT_CONNECTED"], 30);
    assert!(fs::read_to_string(dir.join("app.rhai")).unwrap().contains("{ 90 }"));
}

#[test]
fn bad_lines_are_told_and_written_down_and_nothing_to_use_is_an_error() {
    let dir = folder("bad");
    fs::create_dir_all(&dir).unwrap();
    let log = dir.join("log");
    let mut text = fs::read_to_string(sample("queue_log")).unwrap();
    (0..30).for_each(|n| text.push_str(&format!("177243480{n}|c|q|a|WHAT|\n")));
    fs::write(&log, text).unwrap();
    let (log, into) = (log.to_str().unwrap(), dir.join("into"));
    let (out, err) = says(&["import", "queue-log", log, "--into", into.to_str().unwrap()], 0);
    assert!(out.contains("; 30 lines could not be used"), "{out}");
    assert_eq!(err.matches("unknown event `WHAT`").count(), 20, "{err}");
    assert!(err.contains("and 10 more; unusable.txt has all"), "{err}");
    assert_eq!(fs::read_to_string(into.join("unusable.txt")).unwrap().lines().count(), 30);
    let none = dir.join("none");
    fs::write(&none, "nothing\n").unwrap();
    let other = dir.join("other");
    let (_, err) =
        says(&["import", "queue-log", none.to_str().unwrap(), "--into", other.to_str().unwrap()], 1);
    assert!(err.contains(":1: has 1 fields") && err.contains("no line of it can be used"), "{err}");
    assert!(!other.exists());
    let arguments = ["import", "queue-log", log, "--into", "x", "--timezone", "Berlin"];
    assert!(says(&arguments, 2).1.contains("there is no zone `Berlin`"));
}
