//! What designers write their applications in, through the program: the reference, tables, shared functions, and what
//! `check` says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of its own for one test.
fn folder(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("language").join(test);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

/// What the program writes to standard output and error, and how it ends.
fn ringback(dir: &Path, arguments: &[&str]) -> (String, String, i32) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_ringback")).current_dir(dir).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

#[test]
fn the_reference_is_written_and_renewed() {
    let dir = folder("reference");
    let (said, error, code) = ringback(&dir, &["reference", "words/here"]);
    assert_eq!((error.as_str(), code), ("", 0));
    assert!(said.contains("REFERENCE.md") && said.contains("ringback.d.rhai"), "{said}");
    let page = dir.join("words/here/REFERENCE.md");
    let written = fs::read_to_string(&page).unwrap();
    assert!(written.contains("| `request.phone` | text | The number, in E.164. | `request.phone` |"));
    assert!(
        fs::read_to_string(dir.join("words/here/ringback.d.rhai")).unwrap().starts_with("module static;")
    );

    // One of another version is replaced.
    fs::write(&page, "# Words for scripts\n\nold\n").unwrap();
    assert_eq!(ringback(&dir, &["reference", "words/here"]).2, 0);
    assert_eq!(fs::read_to_string(&page).unwrap(), written);

    // What is not ours stays, and then nothing is written.
    fs::write(&page, "# My notes\n").unwrap();
    fs::remove_file(dir.join("words/here/ringback.d.rhai")).unwrap();
    let (_, error, code) = ringback(&dir, &["reference", "words/here"]);
    assert_eq!(code, 2);
    assert!(error.contains("REFERENCE.md: is there already and no reference"), "{error}");
    assert_eq!(fs::read_to_string(&page).unwrap(), "# My notes\n");
    assert!(!dir.join("words/here/ringback.d.rhai").exists());

    fs::write(dir.join("file"), "").unwrap();
    let (_, error, code) = ringback(&dir, &["reference", "file"]);
    assert_eq!(code, 2);
    assert!(error.contains("file: can't be written"), "{error}");
}

const CENTER: &str = r#"
name = "Ein Haus"
timezone = "Europe/Berlin"
application = "app.rhai"

[[queue]]
name = "main"

[[service]]
name = "help"
queue = "main"
default_country = "DE"

[[agent]]
id = "anna"
skills = { german = 5 }
"#;

const TRAFFIC: &str = "\
at,id,service,phone,handle
2026-03-10 10:00:00,c1,help,030 55501001,60
2026-03-10 10:00:01,c2,help,030 55501002,60
2026-03-10 10:00:02,c3,help,030 55501003,60
";

const ROSTER: &str = "at,agent,event\n2026-03-10 10:05,anna,login\n";

/// A bundle of these files.
fn bundle(test: &str, center: &str, files: &[(&str, &str)]) -> PathBuf {
    let dir = folder(test);
    let common = [("center.toml", center), ("traffic.csv", TRAFFIC), ("roster.csv", ROSTER)];
    for (file, text) in common.iter().chain(files) {
        fs::write(dir.join(file), text).unwrap();
    }
    dir
}

const CUSTOMERS: &str = "\n[[table]]\nname = \"customers\"\nfile = \"customers.csv\"\n";

#[test]
fn a_table_of_several_columns_decides_and_is_replayed() {
    let script = "\
fn accept(request) {
    if cell(\"customers\", request.phone, \"calls\", 1) == 0 { return reject(\"no_calls\"); }
    accept().priority(if cell(\"customers\", request.phone, \"tier\", \"none\") == \"gold\" { 50 } else { 0 })
}
";
    let files = [
        ("app.rhai", script),
        ("customers.csv", "number,tier,calls\n+493055501002,gold,\n+493055501003,,0\n"),
        (
            "tests.toml",
            "[[test]]\nname = \"gold goes first\"\nat = \"2026-03-10 10:00\"\n\
             request = { service = \"help\", phone = \"030 55501002\" }\nexpect.accept = 'accept().priority(50)'\n",
        ),
    ];
    let dir = bundle("columns", &[CENTER, CUSTOMERS].concat(), &files);
    let (said, error, code) = ringback(&dir, &["check", "."]);
    assert_eq!((said.as_str(), error.as_str(), code), (".: the bundle is fine\n", "", 0));
    assert_eq!(ringback(&dir, &["test", "."]).2, 0);
    let (_, error, code) = ringback(&dir, &["run", ".", "--events", "e.jsonl", "--journal", "j"]);
    assert_eq!(code, 0, "{error}");
    let events = fs::read_to_string(dir.join("e.jsonl")).unwrap();
    let reserved = events.lines().find(|line| line.contains("\"reserved\"")).unwrap();
    assert!(reserved.contains("\"c2\""), "{reserved}");
    assert!(events.contains("SCRIPT:no_calls"));
    // The journal carries the table.
    fs::remove_file(dir.join("customers.csv")).unwrap();
    let (said, error, code) = ringback(&dir, &["replay", "j"]);
    assert_eq!(code, 0, "{said}{error}");
}

#[test]
fn what_a_table_of_several_columns_lacks_is_told_at_its_place() {
    let script = "fn accept(request) {\n    print(cell(\"customers\", request.phone, \"teir\", 0));\n    accept()\n}\n";
    let files = [("app.rhai", script), ("customers.csv", "number,tier,calls\n+493055501002,gold,2\n")];
    let dir = bundle("column", &[CENTER, CUSTOMERS].concat(), &files);
    let (_, error, code) = ringback(&dir, &["check", "."]);
    assert_eq!(code, 1);
    assert!(error.contains("table `customers` has no column `teir`, did you mean `tier`?"), "{error}");
    assert!(error.contains("--> app.rhai:2:44"), "{error}");

    fs::write(dir.join("customers.csv"), "number,tier,calls\n+493055501002,gold\n").unwrap();
    let (_, error, code) = ringback(&dir, &["check", "."]);
    assert_eq!(code, 1);
    assert!(error.contains("`customers.csv` line 2: expected 3 columns, found 2"), "{error}");
}

const SHARED: &str = "\
// Functions that all our applications share.
fn known(request) { listed(\"vip\", request.phone) }
fn patience(callback) {
    let base = 10 / callback.attempts;
    minutes(base)
}
";

const APP: &str = "\
fn accept(request) {
    accept().priority(if known(request) { 50 } else { 0 })
}
fn timeout(callback, event) { retry(patience(callback)) }
";

/// A bundle whose application is two files.
fn of_two(test: &str, shared: &str, app: &str) -> PathBuf {
    let center = CENTER.replace("\"app.rhai\"", "[\"shared.rhai\", \"app.rhai\"]");
    let center = center + "\n[[table]]\nname = \"vip\"\nentries = { \"+493055501002\" = 1 }\n";
    bundle(test, &center, &[("shared.rhai", shared), ("app.rhai", app)])
}

#[test]
fn an_application_of_two_files_checks_runs_replays_and_is_explained() {
    let dir = of_two("files", SHARED, APP);
    let (_, error, code) = ringback(&dir, &["check", "."]);
    // Asked before the first attempt, the shared function divides by zero: the rehearsal tells it in its file.
    assert_eq!(code, 0, "{error}");
    assert!(error.contains("rehearsed, hook `timeout` fails: division by zero: `10 / 0`"), "{error}");
    assert!(error.contains("--> shared.rhai:4:5"), "{error}");

    let sound = SHARED.replace("10 / callback.attempts", "10 / (callback.attempts + 1)");
    fs::write(dir.join("shared.rhai"), sound).unwrap();
    let (said, error, code) = ringback(&dir, &["check", "."]);
    assert_eq!((said.as_str(), error.as_str(), code), (".: the bundle is fine\n", "", 0));
    let tests = "[[test]]\nname = \"known\"\nat = \"2026-03-10 10:00\"\n\
                 request = { service = \"help\", phone = \"030 55501002\" }\nexpect.accept = 'accept().priority(5)'\n\
                 event = \"busy\"\nexpect.timeout = 'retry(minutes(1))'\n";
    fs::write(dir.join("tests.toml"), tests).unwrap();
    let (_, error, code) = ringback(&dir, &["test", "."]);
    assert_eq!(code, 1);
    assert!(error.contains("this line decided\n --> app.rhai:2:5"), "{error}");
    assert!(error.contains("0 of 2 decisions hold"), "{error}");

    let (_, error, code) =
        ringback(&dir, &["run", ".", "--events", "e.jsonl", "--journal", "j", "--coverage", "c.txt"]);
    assert_eq!(code, 0, "{error}");
    let covered = fs::read_to_string(dir.join("c.txt")).unwrap();
    assert!(
        covered.contains("          shared.rhai\n") && covered.contains("          app.rhai\n"),
        "{covered}"
    );
    assert!(covered.contains("   1 | fn accept(request) {"), "{covered}");
    assert!(
        covered.contains("never answered: `retry(patience(callback))` of `timeout`, app.rhai line 4"),
        "{covered}"
    );

    let (said, error, code) = ringback(&dir, &["explain", ".", "--callback", "c2", "--trace"]);
    assert_eq!(code, 0, "{error}");
    assert!(said.contains("app.rhai line 2: accept()"), "{said}");
    assert!(said.contains("ran shared.rhai line   2"), "{said}");

    // The journal carries both.
    fs::remove_file(dir.join("shared.rhai")).unwrap();
    assert_eq!(ringback(&dir, &["replay", "j"]).2, 0);
    let (_, error, code) = ringback(&dir, &["check", "."]);
    assert_eq!(code, 1);
    assert!(error.contains("application `shared.rhai`: there is no such file"), "{error}");
}

#[test]
fn what_is_wrong_in_a_shared_file_is_told_there() {
    let dir = of_two("shared", &SHARED.replace("listed", "lissted"), APP);
    let (_, error, code) = ringback(&dir, &["check", "."]);
    assert_eq!(code, 1);
    assert!(
        error.contains("unknown function `lissted`, did you mean `listed`?\n --> shared.rhai:2:21"),
        "{error}"
    );

    let (said, _, code) = ringback(&dir, &["check", ".", "--json"]);
    assert_eq!(code, 1);
    assert!(said.contains("\"file\": \"shared.rhai\"") && said.contains("\"line\": 2"), "{said}");

    fs::write(dir.join("shared.rhai"), format!("{SHARED}fn timeout(callback, event) {{ standard() }}\n"))
        .unwrap();
    let (_, error, code) = ringback(&dir, &["check", "."]);
    assert_eq!(code, 1);
    assert!(error.contains("`shared.rhai` has a function `timeout` already\n --> app.rhai:4:4"), "{error}");
}

#[test]
fn check_reads_the_tests_and_leaves_their_outcome_to_test() {
    let script = "fn accept(request) { accept().priority(5) }\n";
    let test = "[[test]]\nname = \"t\"\nat = \"2026-03-10 10:00\"\nrequest = { service = \"help\", phone = \"030 1\" }\n";
    let of = |expectation: &str| format!("{test}{expectation}\n");
    for (text, expected, place) in [
        (
            of("expect.acept = 'accept()'"),
            "there is no hook `acept`, did you mean `accept`?",
            "tests.toml:5:8",
        ),
        (of("expect.accept = 'acept()'"), "unknown function `acept`", "tests.toml:5:18"),
        (of("expect.accept = 'reject(\"a\"'"), "what is expected of `accept`", "tests.toml:5:"),
        (
            of("agents = [\"ana\"]\nexpect.accept = 'accept()'"),
            "unknown agent `ana`, did you mean `anna`?",
            "tests.toml:5:11",
        ),
        (of("").replace("2026-03-10 10:00", "tomorrow"), "`tomorrow` is no instant", "tests.toml:3:6"),
        ("[[test]\n".into(), "", "tests.toml:1:"),
    ] {
        let dir = bundle("tests", CENTER, &[("app.rhai", script), ("tests.toml", &text)]);
        let (_, error, code) = ringback(&dir, &["check", "."]);
        assert_eq!(code, 1, "{text}\n{error}");
        assert!(error.contains(expected) && error.contains(place), "{text}\n{error}");
    }
    // One that does not hold is no mistake of the bundle; with a script that is wrong, the tests are read all the same.
    let fails = of("expect.accept = 'reject(\"no\")'");
    let dir = bundle("tests", CENTER, &[("app.rhai", script), ("tests.toml", &fails)]);
    assert_eq!(ringback(&dir, &["check", "."]).2, 0);
    assert_eq!(ringback(&dir, &["test", "."]).2, 1);
    let files = [
        ("app.rhai", "fn acept(request) { accept() }"),
        ("tests.toml", &of("wat = 1\nexpect.accept = 'accept()'")),
    ];
    let (_, error, code) = ringback(&bundle("tests", CENTER, &files), &["check", "."]);
    assert_eq!(code, 1);
    assert!(
        error.contains("did you mean the hook `accept`?") && error.contains("a test has no `wat`"),
        "{error}"
    );
}
