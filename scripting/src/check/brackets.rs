//! Brackets that are left open, and such that close nothing.

use super::outline::Tokens;

/// A bracket without its like.
pub(crate) enum Stray {
    /// One that is never closed, and what would close it.
    Open(usize, &'static str),
    /// One that closes nothing.
    Close(usize),
    /// The end of a function's head, behind which none opens.
    Head(usize),
}

/// The first bracket without its like. Of braces, one that is closed further left than its line begins is taken for
/// the one left open, since what closes it was written for another.
pub(crate) fn stray(source: &str, tokens: Tokens<'_>) -> Option<Stray> {
    let mut open: Vec<(usize, &'static str)> = Vec::new();
    let mut suspect = None;
    for i in 0..tokens.len() {
        let closes = match tokens.symbol(i) {
            "(" => ")",
            "[" | "?[" => "]",
            "{" | "#{" | "${" => "}",
            symbol @ (")" | "]" | "}") => {
                match open.pop() {
                    Some((opened, closes)) if closes == symbol => {
                        if suspect.is_none() && symbol == "}" && is_further_left(source, tokens, i, opened) {
                            suspect = Some((opened, closes));
                        }
                    }
                    Some((opened, closes)) if open.iter().any(|(_, closes)| *closes == symbol) => {
                        return Some(Stray::Open(opened, closes));
                    }
                    _ => return Some(bare_head(tokens, i).map_or(Stray::Close(i), Stray::Head)),
                }
                continue;
            }
            _ => continue,
        };
        open.push((i, closes));
    }
    let (opened, closes) = open.pop()?;
    let (opened, closes) = suspect.filter(|_| closes == "}").unwrap_or((opened, closes));
    Some(Stray::Open(opened, closes))
}

/// The end of the first function's head before `end` that no brace follows.
fn bare_head(tokens: Tokens<'_>, end: usize) -> Option<usize> {
    let heads = (0..end).filter(|i| tokens.name(*i) == "fn" && tokens.symbol(i.saturating_add(2)) == "(");
    heads
        .filter_map(|i| tokens.closing(i.saturating_add(2)))
        .find(|close| tokens.symbol(close.saturating_add(1)) != "{")
}

/// Whether a brace that closes begins its line further left than the line of the one that it closes.
fn is_further_left(source: &str, tokens: Tokens<'_>, close: usize, open: usize) -> bool {
    let (close, open) = (tokens.span(close).start, tokens.span(open).start);
    let line = |at: usize| {
        let start =
            source.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end.saturating_add(1));
        let before = source.get(start..at).unwrap_or_default();
        (before, before.chars().take_while(|c| c.is_whitespace()).count())
    };
    let ((before, column), (_, indent)) = (line(close), line(open));
    before.trim().is_empty() && column < indent
}
