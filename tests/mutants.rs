//! The planted bugs still fit the sources. Whether the tests notice them is asked by hand, with `tests/mutants/run`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn patches() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants");
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path());
    let mut patches: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "patch")).collect();
    patches.sort();
    patches
}

#[test]
fn every_planted_bug_applies_and_says_what_it_is() {
    let patches = patches();
    assert!(patches.len() >= 20, "{} bugs are too few", patches.len());
    for (number, patch) in patches.iter().enumerate() {
        let name = patch.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(name.starts_with(&format!("{:02}-", number + 1)), "{name}: they are numbered in order");
        let text = fs::read_to_string(patch).expect("readable");
        let first = text.lines().next().unwrap_or_default();
        assert!(first.ends_with('.') && !first.starts_with("diff"), "{name}: does not say what it breaks");
        let applied = Command::new("git")
            .args(["apply", "--check"])
            .arg(patch)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("git");
        let said = String::from_utf8_lossy(&applied.stderr);
        assert!(applied.status.success(), "{name}: write it anew for the sources as they are\n{said}");
    }
}
