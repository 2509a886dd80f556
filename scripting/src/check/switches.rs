//! `switch` compares by hash, and passes over a value of another kind without a word. So that comparing different
//! kinds is a fault here too, the value of each `switch` is led through a guard that knows the labels' kinds.

use super::lexer::Kind;
use super::outline::{Function, Tokens};
use crate::diagnostic::{Findings, offset_of};

/// The guard's name: a function of the sandbox that scripts can't name.
pub(crate) const GUARD: &str = "__of_kind";

/// The kinds that labels can be of, as bits of the guard's first value.
pub(crate) const INTEGER: i64 = 1;
/// See [`INTEGER`].
pub(crate) const TEXT: i64 = 2;
/// See [`INTEGER`].
pub(crate) const BOOLEAN: i64 = 4;

/// A source with guards, and where its parts stood before.
pub(crate) struct Guarded {
    pub(crate) source: String,
    /// Offset in the original, and the length of what was inserted there; in order.
    insertions: Vec<(usize, usize)>,
}

impl Guarded {
    /// The source with texts put into it, in the order of their places.
    pub(super) fn new(original: &str, inserted: &[(usize, String)]) -> Self {
        let mut source = String::with_capacity(original.len());
        let mut from = 0;
        for (at, text) in inserted {
            source.push_str(original.get(from..*at).unwrap_or_default());
            source.push_str(text);
            from = *at;
        }
        source.push_str(original.get(from..).unwrap_or_default());
        Self { source, insertions: inserted.iter().map(|(at, text)| (*at, text.len())).collect() }
    }

    /// The place in the original of a line and character, from 1, of the guarded source.
    pub(crate) fn original(&self, line: usize, column: usize) -> usize {
        let mut offset = offset_of(&self.source, line, column);
        for (at, length) in &self.insertions {
            if offset <= *at {
                break;
            }
            offset = offset.saturating_sub(*length).max(*at);
        }
        offset
    }
}

/// Puts a guard around the value of every `switch`.
pub(crate) fn guard(tokens: Tokens<'_>, functions: &[Function<'_>], findings: &mut Findings<'_>) -> Guarded {
    let mut inserted = guards(tokens, functions, findings);
    inserted.sort_by_key(|(at, _)| *at);
    Guarded::new(findings.source(), &inserted)
}

/// What a guard around the value of every `switch` puts where.
pub(super) fn guards(
    tokens: Tokens<'_>,
    functions: &[Function<'_>],
    findings: &mut Findings<'_>,
) -> Vec<(usize, String)> {
    let mut inserted: Vec<(usize, String)> = Vec::new();
    for i in functions.iter().flat_map(|function| function.body.clone()) {
        if tokens.name(i) != "switch" || tokens.symbol_before(i) == "." {
            continue;
        }
        let Some(open) = open_brace(tokens, i, findings) else { continue };
        let kinds = labels(tokens, open).into_iter().fold(0, |kinds, at| kinds | kind_of_label(tokens, at));
        if kinds != 0 {
            inserted.push((tokens.span(i).end, format!(" {GUARD}({kinds},")));
            inserted.push((tokens.span(open).start, ")".into()));
        }
    }
    inserted
}

/// The brace behind a switch's value.
pub(super) fn open_brace(tokens: Tokens<'_>, switch: usize, findings: &mut Findings<'_>) -> Option<usize> {
    let mut i = switch.saturating_add(1);
    while i < tokens.len() {
        match tokens.symbol(i) {
            "{" if i > switch.saturating_add(1) => return Some(i),
            "(" | "[" | "${" => i = tokens.closing(i)?,
            "{" | "}" | ";" => return None,
            _ if matches!(tokens.name(i), "if" | "switch" | "while" | "loop" | "for" | "do") => {
                findings.error_with_help(
                    tokens.span(i),
                    format!("`{}` as the value of a `switch`", tokens.name(i)),
                    "name the value first, as `let kind = ...;`",
                );
                return None;
            }
            _ => {}
        }
        i = i.saturating_add(1);
    }
    None
}

fn kind_of_label(tokens: Tokens<'_>, at: usize) -> i64 {
    match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Integer) => INTEGER,
        Some(Kind::Text { .. }) => TEXT,
        Some(Kind::Name) if matches!(tokens.name(at), "true" | "false") => BOOLEAN,
        _ => 0,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Label,
    Guard,
    Body,
}

/// The tokens of a switch's labels: those in front of its arrows.
pub(crate) fn labels(tokens: Tokens<'_>, open: usize) -> Vec<usize> {
    let mut labels = Vec::new();
    let mut pending = Vec::new();
    let close = tokens.closing(open).unwrap_or(tokens.len());
    let mut part = Part::Label;
    let mut i = open.saturating_add(1);
    while i < close {
        match tokens.symbol(i) {
            "=>" => {
                labels.append(&mut pending);
                part = Part::Body;
            }
            "," => {
                pending.clear();
                part = Part::Label;
            }
            bracket @ ("(" | "{" | "${") => {
                i = tokens.closing(i).unwrap_or(close);
                // A block can end its arm without a comma.
                if bracket == "{" && part == Part::Body {
                    pending.clear();
                    part = Part::Label;
                }
            }
            _ if part == Part::Label && tokens.name(i) == "if" => part = Part::Guard,
            _ if part == Part::Label => pending.push(i),
            _ => {}
        }
        i = i.saturating_add(1);
    }
    labels
}
