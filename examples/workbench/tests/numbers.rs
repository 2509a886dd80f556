//! `ringback test-number`, from outside: numbers in, exit codes and sentences out.

use std::fs;
use std::path::Path;
use std::process::Command;

const CENTER: &str = r#"
name = "Ein Haus"
timezone = "Asia/Jerusalem"

[[queue]]
name = "retail"

[[agent]]
id = "anna"

[[service]]
name = "retail"
queue = "retail"
default_country = "IL"
"#;

/// Runs the program, which must end with `code`; what it says on standard output and standard error.
fn says(dir: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ringback"));
    let output = program.args(arguments).current_dir(dir).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{err}");
    (out, err)
}

#[test]
fn numbers_are_tried_against_the_rules_of_a_service() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("test-number");
    fs::create_dir_all(&dir).unwrap();
    let rules = "countries = [\"IL\", \"US\"]\nblocked = [\"+9725499\"]\ncalling_window = \"08:00-21:00\"\n";
    let table = "\n[[table]]\nname = \"opt_out\"\nentries = { \"+972542345678\" = 1 }\n";
    fs::write(dir.join("center.toml"), format!("{CENTER}{rules}{table}")).unwrap();
    let tried = |numbers: &[&str], at: &str, code: i32| {
        let arguments = [&["test-number", ".", "retail", "--at", at][..], &["--"], numbers].concat();
        let (out, err) = says(&dir, &arguments, code);
        if code == 0 { out } else { err }
    };
    let text = tried(&["054-234-5677"], "2026-03-04 12:00", 0);
    for words in [
        "054-234-5677\n  passes: country Israel (IL) is on the list",
        "number: +972542345677, a mobile, Israel (IL)",
        "time zone: Asia/Jerusalem",
        "it is not in the table `opt_out`",
        "08:00-21:00; it is 2026-03-04 12:00 in Asia/Jerusalem: it may be called until 2026-03-04 21:00",
    ] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
    let text = tried(&["+1 212 555 0123"], "2026-03-04 12:00", 0);
    assert!(
        text.contains("05:00 in America/New_York: not now, but from 2026-03-04 08:00 in America/New_York"),
        "{text}"
    );
    for (number, words) in [
        ("+92 300 1234567", "refused: country Pakistan (PK) is not on the list"),
        ("054 2345678", "refused: its owner does not want to be called"),
        ("054 9945678", "refused: the blocked pattern `+9725499` matches it"),
        ("call me", "refused: there is no number that can be called"),
    ] {
        let text = tried(&["054-234-5677", number], "2026-03-04 12:00", 1);
        assert!(text.contains(words), "no `{words}` in\n{text}");
        assert!(text.contains("passes: country Israel"), "the other one passes: {text}");
    }
    let (_, err) = says(&dir, &["test-number", ".", "retial", "1"], 2);
    assert!(err.contains("there is no service `retial`") && err.contains("retail"), "{err}");
    let (_, err) = says(&dir, &["test-number", ".", "retail", "1", "--at", "noon"], 2);
    assert!(err.contains("--at"), "{err}");
}
