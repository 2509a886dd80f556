//! The guide for newcomers: every step checks, decides what it says, and prints what it shows.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fenced block: what it is in, its text, and where it stands.
struct Block {
    language: String,
    text: String,
    line: usize,
}

fn guide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripting/GUIDE.md")
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (n, line) in (1..).zip(page.lines()) {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) => {
                open = Some(Block { language: language.into(), text: String::new(), line: n });
            }
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is never closed");
    blocks
}

/// The functions of a script by name, in order. In the guide each begins with `fn` at the margin and ends with `}` there.
fn functions(script: &str) -> Vec<(String, String)> {
    let mut functions: Vec<(String, String)> = Vec::new();
    for line in script.lines() {
        if let Some(head) = line.strip_prefix("fn ") {
            functions.push((head.split('(').next().unwrap().into(), String::new()));
        }
        if let Some((_, text)) = functions.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    functions
}

/// Plays the guide: writes what it says to write, runs what it says to run, and gives the page with what was printed.
fn played() -> (String, usize, usize) {
    let page = fs::read_to_string(guide()).unwrap();
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guide");
    let _ = fs::remove_dir_all(&root);
    let dir = root.join("my-center");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("app.rhai"), "").unwrap();
    let mut script: Vec<(String, String)> = Vec::new();
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    let (mut decided, mut commands) = (0, 0);
    let mut moved: isize = 0;
    for Block { language, text, line } in blocks(&page) {
        match (language.as_str(), text.lines().next().unwrap_or_default()) {
            ("toml", head) if head.starts_with("# ") => fs::write(dir.join(&head[2..]), text).unwrap(),
            ("rhai", _) => {
                // A later function replaces an earlier one of its name.
                for (name, text) in functions(&text) {
                    match script.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, old)) => *old = text,
                        None => script.push((name, text)),
                    }
                }
                let whole =
                    script.iter().fold(String::new(), |whole, (_, text)| whole + text.trim_end() + "\n\n");
                fs::write(dir.join("app.rhai"), whole.trim_end().to_owned() + "\n").unwrap();
            }
            ("text", head) => {
                let arguments =
                    head.strip_prefix("$ ringback ").unwrap_or_else(|| panic!("line {line}: {head}"));
                let output = Command::new(env!("CARGO_BIN_EXE_ringback"))
                    .current_dir(&root)
                    .args(arguments.split(' '))
                    .output()
                    .unwrap();
                let mut said = String::from_utf8(output.stderr).unwrap();
                said.push_str(std::str::from_utf8(&output.stdout).unwrap());
                decided += said.split("decision").count() - 1;
                commands += 1;
                let mut shown = format!("{head}\n");
                let _ = write!(shown, "{}", said.trim_end());
                let shown: Vec<String> = shown.lines().map(|line| line.trim_end().to_owned()).collect();
                let at = usize::try_from(isize::try_from(line).unwrap() + moved).unwrap();
                let old = text.lines().count();
                moved += isize::try_from(shown.len()).unwrap() - isize::try_from(old).unwrap();
                lines.splice(at..at + old, shown);
            }
            (language, head) => panic!("line {line}: `{language}` block that begins `{head}`"),
        }
    }
    (lines.join("\n") + "\n", decided, commands)
}

#[test]
fn the_guide_shows_what_is_printed() {
    let (page, decided, commands) = played();
    let written = fs::read_to_string(guide()).unwrap();
    for (n, (shown, printed)) in (1..).zip(written.lines().zip(page.lines())) {
        assert_eq!(shown, printed, "GUIDE.md line {n}");
    }
    assert_eq!(written, page);
    assert!(decided >= 7 && commands >= 10, "{decided} decisions of {commands} commands");
    // All that is shown as sound is sound, and what is shown as wrong is: two commands tell mistakes.
    assert_eq!(written.matches("as expected").count(), 7, "every step decides what it says");
    assert_eq!(written.matches("the bundle is fine").count(), 1);
}

#[test]
#[ignore = "writes what the commands of the guide print into it"]
fn write_the_guide() {
    let (page, _, _) = played();
    fs::write(guide(), page).unwrap();
}

/// Words of ours that stand in the right column of a table: what is in backticks there, as far as it is a word.
fn our_words(page: &str) -> Vec<String> {
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| There"));
    let right = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next());
    let quoted = right.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let word = |quoted: &str| {
        let text = quoted.trim_start_matches("[[").trim_end_matches("]]");
        let end = text.find(|sign: char| !sign.is_ascii_lowercase() && sign != '_').unwrap_or(text.len());
        text[..end].to_owned()
    };
    quoted.map(word).filter(|word| !word.is_empty()).collect()
}

#[test]
fn designers_from_elsewhere_are_told_words_that_there_are() {
    let scripting = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripting");
    let page = fs::read_to_string(scripting.join("FROM_DESIGNER.md")).unwrap();
    let reference = fs::read_to_string(scripting.join("REFERENCE.md")).unwrap();
    let reader = scripting.join("../engine/src/center/reader");
    let mut sources = reference;
    for entry in fs::read_dir(reader).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    let words: std::collections::BTreeSet<&str> =
        sources.split(|sign: char| !sign.is_ascii_lowercase() && sign != '_').collect();
    let ours = our_words(&page);
    assert!(ours.len() > 80, "{} words", ours.len());
    let strange: Vec<&String> = ours.iter().filter(|word| !words.contains(word.as_str())).collect();
    assert_eq!(strange, [""; 0], "neither a key of center.toml nor a word of scripts");
}
