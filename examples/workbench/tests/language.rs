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
