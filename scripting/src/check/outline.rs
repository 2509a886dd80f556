//! The functions of a script, and what stands outside them.

use std::ops::Range;

use super::lexer::{Kind, Token};
use crate::diagnostic::Findings;

/// Tokens with their texts, and questions about neighbours.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'s> {
    source: &'s str,
    tokens: &'s [Token],
    closings: &'s [Option<usize>],
}

/// For each token that opens a bracket, the one that closes it.
pub(crate) fn closings(source: &str, tokens: &[Token]) -> Vec<Option<usize>> {
    let mut closings = vec![None; tokens.len()];
    let mut open = Vec::new();
    for (i, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Symbol) {
        match source.get(token.span.clone()) {
            Some("(" | "[" | "{" | "#{" | "${" | "?[") => open.push(i),
            Some(")" | "]" | "}") => {
                if let Some(closing) = open.pop().and_then(|opened| closings.get_mut(opened)) {
                    *closing = Some(i);
                }
            }
            _ => {}
        }
    }
    closings
}

impl<'s> Tokens<'s> {
    pub(crate) fn new(source: &'s str, tokens: &'s [Token], closings: &'s [Option<usize>]) -> Self {
        Self { source, tokens, closings }
    }

    pub(crate) fn len(self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn get(self, i: usize) -> Option<&'s Token> {
        self.tokens.get(i)
    }

    /// The text of a token, empty beyond the end.
    pub(crate) fn text(self, i: usize) -> &'s str {
        self.get(i).and_then(|token| self.source.get(token.span.clone())).unwrap_or_default()
    }

    /// The symbol at a place; empty if there is something else.
    pub(crate) fn symbol(self, i: usize) -> &'s str {
        if self.get(i).is_some_and(|token| token.kind == Kind::Symbol) { self.text(i) } else { "" }
    }

    /// The name or keyword at a place; empty if there is something else.
    pub(crate) fn name(self, i: usize) -> &'s str {
        if self.get(i).is_some_and(|token| token.kind == Kind::Name) { self.text(i) } else { "" }
    }

    /// The symbol in front of a place.
    pub(crate) fn symbol_before(self, i: usize) -> &'s str {
        i.checked_sub(1).map_or("", |before| self.symbol(before))
    }

    /// The name in front of a place.
    pub(crate) fn name_before(self, i: usize) -> &'s str {
        i.checked_sub(1).map_or("", |before| self.name(before))
    }

    pub(crate) fn span(self, i: usize) -> Range<usize> {
        self.get(i).map_or(self.source.len()..self.source.len(), |token| token.span.clone())
    }

    /// The bracket that closes the one at `open`.
    pub(crate) fn closing(self, open: usize) -> Option<usize> {
        self.closings.get(open).copied().flatten()
    }

    /// The arguments in the parentheses at `open`, each as a range of tokens; `None` if they are not closed.
    pub(crate) fn arguments(self, open: usize) -> Option<Vec<Range<usize>>> {
        let close = self.closing(open)?;
        let mut arguments = Vec::new();
        let mut start = open.saturating_add(1);
        let mut i = start;
        while i < close {
            match self.symbol(i) {
                "(" | "[" | "{" | "#{" | "${" | "?[" => i = self.closing(i)?,
                "," => {
                    arguments.push(start..i);
                    start = i.saturating_add(1);
                }
                _ => {}
            }
            i = i.saturating_add(1);
        }
        if start < close {
            arguments.push(start..close);
        }
        Some(arguments)
    }
}

/// A function of a script.
#[derive(Clone, Debug)]
pub(crate) struct Function<'s> {
    pub(crate) name: &'s str,
    pub(crate) name_at: usize,
    pub(crate) parameters: Vec<&'s str>,
    /// The tokens between its braces.
    pub(crate) body: Range<usize>,
}

/// Reads the functions; statements between them are errors.
pub(crate) fn functions<'s>(tokens: Tokens<'s>, findings: &mut Findings<'_>) -> Vec<Function<'s>> {
    let mut functions = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        if tokens.symbol(i) == ";" {
            i = i.saturating_add(1);
        } else if tokens.name(i) == "fn" {
            match function(tokens, i, findings) {
                Some(function) => {
                    i = function.body.end.saturating_add(1);
                    functions.push(function);
                }
                None => i = next_function(tokens, i.saturating_add(1)),
            }
        } else if matches!(tokens.name(i), "function" | "func" | "def" | "sub" | "fun") {
            findings.error_with_help(
                tokens.span(i),
                format!("`{}` is no word of scripts", tokens.name(i)),
                "write `fn`",
            );
            i = next_function(tokens, i.saturating_add(1));
        } else {
            findings.error_with_help(
                tokens.span(i),
                "a statement outside functions",
                "move it into a hook; a shared constant is a function, `fn most() { 3 }`",
            );
            i = next_function(tokens, i.saturating_add(1));
        }
    }
    functions
}

/// The first `fn` from `i` on that is in no braces.
fn next_function(tokens: Tokens<'_>, mut i: usize) -> usize {
    while i < tokens.len() && tokens.name(i) != "fn" {
        if matches!(tokens.symbol(i), "{" | "#{" | "(" | "[") {
            i = tokens.closing(i).unwrap_or(tokens.len());
        }
        i = i.saturating_add(1);
    }
    i
}

/// The function at `fn`. What is malformed is left to Rhai's parser, save what the dialect forbids.
fn function<'s>(tokens: Tokens<'s>, at: usize, findings: &mut Findings<'_>) -> Option<Function<'s>> {
    let name_at = at.saturating_add(1);
    let open = at.saturating_add(2);
    let name = tokens.name(name_at);
    if tokens.symbol(open) == "." {
        findings.error_with_help(
            tokens.span(name_at),
            "methods of one kind of value are not part of the dialect",
            "write a function with the value as a parameter",
        );
        return None;
    }
    if name.is_empty() || tokens.symbol(open) != "(" {
        return None;
    }
    let close = tokens.closing(open)?;
    let parameters = (open..close).map(|i| tokens.name(i)).filter(|name| !name.is_empty()).collect();
    let brace = close.saturating_add(1);
    if tokens.symbol(brace) != "{" {
        return None;
    }
    let end = tokens.closing(brace)?;
    Some(Function { name, name_at, parameters, body: brace.saturating_add(1)..end })
}
