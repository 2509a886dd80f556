//! The designer's commands, from outside, on the bundle that `ringback new` writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// The starter, in a folder of its own for one test.
fn starter(test: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let dir = root.join(format!("designer-{test}"));
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

/// Changes a text of a file, which must be there.
fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn tests_say_what_was_decided_otherwise_where_and_why() {
    let dir = starter("tests");
    let (out, _) = says(&dir, &["test", "."], 0);
    assert_eq!(out, ".: 9 decisions as expected\n");
    edit(&dir.join("app.rhai"), "{ retry(minutes(2)) }", "{ retry(minutes(3)) }");
    let (out, err) = says(&dir, &["test", "."], 1);
    assert_eq!(out, "");
    let expected = r#"error: test `a busy line is tried again soon`: `timeout` decided retry(minutes(3))
  --> tests.toml:38:18
   |
38 | expect.timeout = 'retry(minutes(2))'
   |                  ^^^^^^^^^^^^^^^^^^^
this line decided
  --> app.rhai:28:46
   |
28 |         "busy" => if callback.attempts < 3 { retry(minutes(3)) } else { complete("unreachable") },
   |                                              ^^^^^^^^^^^^^^^^^
it had read
    event.kind = "busy"
    callback.attempts = 1

.: 8 of 9 decisions hold
"#;
    assert_eq!(err, expected);
    fs::remove_file(dir.join("tests.toml")).unwrap();
    let (_, err) = says(&dir, &["test", "."], 2);
    assert!(err.contains("has no `tests.toml`") && err.contains("[[test]]"), "{err}");
}

#[test]
fn a_run_says_which_lines_it_reached_and_what_was_never_answered() {
    let dir = starter("coverage");
    let (plain, _) = says(&dir, &["run", ".", "--events", "plain.jsonl"], 0);
    let (out, _) = says(&dir, &["run", ".", "--events", "traced.jsonl", "--coverage", "covered.txt"], 0);
    let read = |file: &str| fs::read_to_string(dir.join(file)).unwrap();
    assert_eq!(read("plain.jsonl"), read("traced.jsonl"), "who watches changes nothing");
    assert!(!plain.contains("lines reached"), "{plain}");
    assert!(out.contains("script: 9 of 10 lines reached, 90 %\n"), "{out}");
    let never = "never answered: `reject(\"line_full\", \"Many customers are waiting. Please choose a time for our \
                 call.\")` of `accept`, line 7\n";
    assert!(out.ends_with(never) && out.matches("never answered").count() == 1, "{out}");
    let listing = read("covered.txt");
    let line = |n: usize| listing.lines().nth(n - 1).unwrap();
    assert!(line(7).starts_with("!       0    7 |"), "{}", line(7));
    assert!(line(10).starts_with("       12   10 |"), "{}", line(10));
    assert!(line(1).starts_with("             1 | // The rules."), "{}", line(1));
}

#[test]
fn an_editor_is_told_every_finding_with_its_place() {
    let dir = starter("editor");
    let (out, err) = says(&dir, &["check", ".", "--json"], 0);
    let all: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&all["errors"], &all["warnings"], err.as_str()), (&json!(0), &json!(1), ""));
    edit(&dir.join("app.rhai"), "listed(\"vip\"", "listed(\"vipp\"");
    edit(&dir.join("app.rhai"), "standard(),", "standrad(),");
    let (out, err) = says(&dir, &["check", ".", "--json"], 1);
    assert_eq!(err, "");
    let all: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(all["errors"], 2);
    let first =
        all["findings"].as_array().unwrap().iter().find(|found| found["severity"] == "error").unwrap();
    let expected = json!({
        "severity": "error", "message": "unknown table `vipp`, did you mean `vip`?", "help": null, "file": "app.rhai",
        "line": 10, "column": 33, "end_line": 10, "end_column": 39,
    });
    assert_eq!(*first, expected);
}

#[test]
fn a_callback_is_explained_by_the_lines_that_decided() {
    let dir = starter("explain");
    let (out, _) = says(&dir, &["explain", ".", "--callback", "r04", "--trace"], 0);
    let busy = "`timeout` (busy) decided retry(minutes(2))\n                         line 28: retry(minutes(2))\n                           \
                ran line  27  event.kind = \"busy\"\n                           ran line  28  callback.attempts = 1\n";
    assert!(out.contains(busy), "{out}");
    assert!(out.contains("is over, AGENT_CONNECTED") && out.contains("must meet `technical >= 5`"), "{out}");
    let place = |text: &str| out.find(text).unwrap_or_else(|| panic!("{text}: {out}"));
    let order = ["`accept` decided", "`route` decided", "was accepted", "entered queue"].map(place);
    assert!(order.is_sorted(), "{out}");
    let (early, _) = says(&dir, &["explain", ".", "--callback", "r04", "--at", "2026-03-10 09:02:00"], 0);
    assert!(early.contains("entered queue `support`") && !early.contains("is over"), "{early}");
    assert!(!early.contains("ran line"), "{early}");
    let why = "  - no agent who meets `technical >= 5` is ready: 2 agents meet it, 1 busy, 1 not logged in\n  at 2026-03-10 09:07:00.000 \
               its plan goes on: queue `support`, an agent must meet `technical`; as things are, 3 do, 2 of them logged in, 0 ready\n";
    assert!(
        early.contains("waits in queue `support`: nobody ranks before it") && early.contains(why),
        "{early}"
    );
    let (held, _) =
        says(&dir, &["explain", ".", "--callback", "r04", "--at", "2026-03-10 09:10:00", "--json"], 0);
    let held: Value = serde_json::from_str(&held).unwrap();
    let barrier = json!({"barrier": "held", "until": "2026-03-10T08:11:03.000Z", "why": "retry"});
    assert_eq!(held["explanation"]["barriers"][0], barrier);
    let (json, _) = says(&dir, &["explain", ".", "--callback", "r04", "--json"], 0);
    let all: Value = serde_json::from_str(&json).unwrap();
    let timeout = all["decisions"].as_array().unwrap().iter().find(|one| one["hook"] == "timeout").unwrap();
    assert_eq!((&timeout["line"], &timeout["answer"]), (&json!(28), &json!("retry(minutes(2))")));
    let (_, err) = says(&dir, &["explain", ".", "--callback", "r99"], 1);
    assert!(err.contains("nothing happened to `r99`"), "{err}");
}

#[test]
fn a_run_leaves_facts_for_reports_and_draws_the_day_in_plain_characters() {
    let dir = starter("facts");
    let (out, _) = says(&dir, &["run", ".", "--facts", "facts.csv", "--summary", "s.json"], 0);
    let (_, plot) = out.split_once("10 March 2026, by").expect("a plot");
    assert!(
        plot.contains("10 Mar 09:00") && plot.is_ascii() && plot.lines().all(|line| line.len() <= 80),
        "{plot}"
    );
    let summary: Value = serde_json::from_str(&fs::read_to_string(dir.join("s.json")).unwrap()).unwrap();
    let facts = fs::read_to_string(dir.join("facts.csv")).unwrap();
    assert_eq!(summary["accepted"], facts.lines().count() - 1, "a row for each callback");
    let column =
        facts.lines().next().unwrap().split(',').position(|name| name == "FINAL_DIAL_RESULT").unwrap();
    let connected = facts.lines().filter(|line| line.split(',').nth(column) == Some("CONNECTED")).count();
    assert_eq!(summary["completed"]["AGENT_CONNECTED"], connected);
    let (_, err) = says(&dir, &["run", ".", "--facts", "no/such/folder.csv"], 2);
    assert!(err.contains("can't be written"), "{err}");
}

#[test]
fn a_saved_script_is_played_again_and_a_broken_one_waited_for() {
    use std::io::{BufRead, BufReader, Read};
    let dir = starter("watch");
    /// Ends it also where the test fails.
    struct Ended(std::process::Child);
    impl Drop for Ended {
        fn drop(&mut self) {
            let _ = self.0.kill().and_then(|()| self.0.wait());
        }
    }
    let mut program = Ended(
        Command::new(env!("CARGO_BIN_EXE_ringback"))
            .args(["run", ".", "--watch", "--facts", "facts.csv"])
            .current_dir(&dir)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut out = BufReader::new(program.0.stdout.take().unwrap());
    // What is said until the program waits again.
    let mut turn = || {
        let mut said = String::new();
        while !said.contains("waiting for changes") {
            assert!(out.read_line(&mut said).unwrap() > 0, "the program ended: {said}");
        }
        said
    };
    assert!(turn().contains("AGENT_CONNECTED"));
    edit(&dir.join("app.rhai"), "accept().priority", "acept().priority");
    let broken = turn();
    assert!(broken.contains("--- `app.rhai` changed") && broken.contains("not played"), "{broken}");
    edit(&dir.join("app.rhai"), "acept().priority", "accept().priority");
    let same = turn();
    assert!(same.contains("nothing that matters differs from the last result"), "{same}");
    edit(&dir.join("center.toml"), "wrap_up = \"30s\"", "wrap_up = \"300s\"");
    let slower = turn();
    assert!(slower.contains("--- `center.toml` changed") && slower.contains("wait, mean"), "{slower}");
    let mut stderr = program.0.stderr.take().unwrap();
    drop(program);
    let mut told = String::new();
    stderr.read_to_string(&mut told).unwrap();
    assert!(told.contains("unknown function `acept`"), "{told}");
}
