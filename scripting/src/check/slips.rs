//! What Rhai's parser stumbles over, in the words of scripts and at the place that the author should look at.

use std::ops::Range;

use rhai::ParseErrorType;

use super::hint;
use super::lexer::{Kind, tokens as read};
use super::outline::{Tokens, closings};
use crate::fault::parse_message;

/// Words and symbols of other languages, and what is written here.
const FOREIGN: [(&str, &str); 18] = [
    ("elseif", "write `else if`"),
    ("elif", "write `else if`"),
    ("elsif", "write `else if`"),
    ("and", "write `&&`"),
    ("or", "write `||`"),
    ("not", "write `!`"),
    ("var", "write `let`"),
    ("nil", NO_EMPTY),
    ("null", NO_EMPTY),
    ("None", NO_EMPTY),
    ("undefined", NO_EMPTY),
    ("True", "write `true`"),
    ("False", "write `false`"),
    ("++", "write `+= 1`"),
    ("--", "write `-= 1`"),
    ("?", "write `if condition { a } else { b }`"),
    ("then", "write `{` and `}` around what is done"),
    (":", "kinds of values are not written; leave it out"),
];

const NO_EMPTY: &str = "there is no empty value; ask first, as `request.has(\"tier\")`, or give another, as \
                        `request.attr(\"tier\", \"standard\")`";

/// A mistake: where, what, and what to write instead.
pub(crate) type Slip = (Range<usize>, String, Option<String>);

/// What an error of Rhai's parser at a byte of the source means.
pub(crate) fn slip(source: &str, offset: usize, error: &ParseErrorType) -> Slip {
    let all = read(source);
    let closings = closings(source, &all);
    let tokens = Tokens::new(source, &all, &closings);
    let at = all.iter().position(|token| token.span.contains(&offset));
    let here = at.map_or(offset..offset, |at| tokens.span(at));
    if let Some((text, instead)) = at.and_then(|at| foreign(tokens, at)) {
        let what = if text.starts_with(char::is_alphabetic) { "word" } else { "symbol" };
        return (here, format!("`{text}` is no {what} of scripts"), Some(instead.into()));
    }
    let before = all.iter().rposition(|token| token.span.end <= offset && token.kind != Kind::Piece);
    match error {
        ParseErrorType::MissingToken(missing, _) if missing == ";" && before.is_some() => {
            let before = before.map_or(here, |before| tokens.span(before));
            (before, "expected `;` behind this".into(), None)
        }
        ParseErrorType::VariableUndefined(name) => {
            let near = hint(name, variables(tokens, at.unwrap_or_default()));
            (here, format!("{}{near}", parse_message(error)), None)
        }
        ParseErrorType::Reserved(_) => (here, parse_message(error), Some("take another name".into())),
        _ => (here, parse_message(error), None),
    }
}

/// The foreign word or symbol at a token.
fn foreign<'s>(tokens: Tokens<'s>, at: usize) -> Option<(&'s str, &'static str)> {
    let text = tokens.text(at);
    // `++` may be read as two.
    let doubled = matches!(text, "+" | "-") && tokens.symbol(at.saturating_add(1)) == text;
    let known = FOREIGN.iter().find(|(word, _)| *word == text || doubled && word.starts_with(text))?;
    let is_kind = text != ":" || matches!(tokens.name_before(at.saturating_sub(1)), "let" | "const");
    is_kind.then_some((if doubled { known.0 } else { text }, known.1))
}

/// The names of variables in the function that a token stands in.
fn variables(tokens: Tokens<'_>, at: usize) -> impl Iterator<Item = &str> {
    let start = (0..at).rev().find(|i| tokens.name(*i) == "fn").unwrap_or(0);
    let head = (start..tokens.len()).find(|i| tokens.symbol(*i) == "{").unwrap_or(start);
    (start.saturating_add(2)..at)
        .map(move |i| (i, tokens.name(i)))
        .filter(move |(i, name)| {
            !name.is_empty() && (*i < head || matches!(tokens.name_before(*i), "let" | "const" | "for"))
        })
        .map(|(_, name)| name)
}
