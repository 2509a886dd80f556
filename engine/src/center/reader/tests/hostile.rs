//! No text makes the reader panic, and places are always inside the text.

use proptest::prelude::*;

use super::{FULL, without_files};
use crate::center::Severity;

fn hold(text: &str) {
    let reading = without_files(text);
    for found in &reading.findings {
        assert!(text.get(found.span.clone()).is_some(), "{found:?} of {text:?}");
        assert!(found.line >= 1 && found.line <= text.matches('\n').count() + 1, "{found:?}");
        assert!(found.column >= 1, "{found:?}");
    }
    let errors = reading.findings.iter().any(|found| found.severity == Severity::Error);
    assert_eq!(reading.layout.is_none(), errors);
    assert!(reading.findings.is_sorted_by_key(|found| found.span.start));
}

/// A cut or a piece put in, at places given as shares of the text's length.
#[derive(Clone, Debug)]
enum Change {
    Cut(usize, usize),
    Insert(usize, String),
    Repeat(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        "[\\[\\]{}=,.\"'\\\\#\n -]{1,3}",
        "-?[0-9]{1,22}",
        "\\PC{0,4}",
        Just("\"\"\"".to_owned()),
        Just("\r".to_owned()),
        Just("\0".to_owned()),
        Just("[[queue]]\n".to_owned()),
        Just("[queue.0]\n".to_owned()),
        Just("name = \"retail\"\n".to_owned()),
        Just("1979-05-27T07:32:00Z".to_owned()),
        Just("1e999".to_owned()),
    ];
    prop_oneof![
        (any::<usize>(), 0_usize..40).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<usize>(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (any::<usize>(), 0_usize..200).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

fn changed(mut text: String, change: &Change) -> String {
    let inside = |at: usize, text: &str| {
        let at = at % (text.len() + 1);
        (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap()
    };
    match change {
        Change::Cut(at, length) => {
            let from = inside(*at, &text);
            let to = inside((from + length).min(text.len()), &text);
            text.replace_range(from..to, "");
        }
        Change::Insert(at, piece) => text.insert_str(inside(*at, &text), piece),
        Change::Repeat(at, length) => {
            let from = inside(*at, &text);
            let to = inside((from + length).min(text.len()), &text);
            let piece = text[from..to].to_owned();
            text.insert_str(from, &piece);
        }
    }
    text
}

proptest! {
    #[test]
    fn changed_centers_are_read(changes in prop::collection::vec(change(), 1..6)) {
        hold(&changes.iter().fold(FULL.to_owned(), changed));
    }

    #[test]
    fn any_text_is_read(text in "(\\PC|[\\[\\]{}=.\"'\n]){0,80}") {
        hold(&text);
    }
}

#[test]
fn deep_nesting_is_refused() {
    for text in [
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
    ] {
        hold(&text);
        let reading = without_files(&text);
        assert_eq!(reading.findings[0].message, "tables or lists are nested too deeply; write them flatter");
    }
}
