//! Answers that are made and dropped: a hook answers with its last value, so one in the middle is lost.

use std::ops::Range;

use super::marks::is_answer;
use super::outline::{Function, Tokens};
use super::switches::open_brace;
use crate::diagnostic::Findings;
use crate::vocabulary::{Form, called};

/// Warns of answers that nothing takes.
pub(crate) fn check(tokens: Tokens<'_>, function: &Function<'_>, findings: &mut Findings<'_>) {
    let mut walk = Walk { tokens, dropped: Vec::new() };
    walk.block(function.body.clone(), true);
    for at in walk.dropped {
        let name = tokens.text(at);
        findings.warning_with_help(
            tokens.span(at),
            format!("this answer is dropped: `{name}` stands in the middle, and the last value answers"),
            format!("write `return {name}(...);`"),
        );
    }
}

struct Walk<'s> {
    tokens: Tokens<'s>,
    dropped: Vec<usize>,
}

impl Walk<'_> {
    /// The statements of a block; `used` says whether its last value is taken.
    fn block(&mut self, body: Range<usize>, used: bool) {
        let mut i = body.start;
        while i < body.end {
            if self.tokens.symbol(i) == ";" {
                i = i.saturating_add(1);
                continue;
            }
            let end = self.end_of_statement(i, body.end);
            let is_last = (end..body.end).all(|i| self.tokens.symbol(i) == ";");
            self.statement(i..end, used && is_last);
            i = end.max(i.saturating_add(1));
        }
    }

    /// The place behind a statement.
    fn end_of_statement(&self, start: usize, close: usize) -> usize {
        let with_blocks = matches!(self.tokens.name(start), "if" | "while" | "loop" | "for" | "switch")
            || self.tokens.symbol(start) == "{";
        let mut i = start;
        while i < close {
            match self.tokens.symbol(i) {
                ";" => return i,
                "{" if with_blocks => {
                    let behind = self.tokens.closing(i).unwrap_or(close).saturating_add(1);
                    if self.tokens.name(behind) != "else" {
                        return behind.min(close);
                    }
                    i = behind;
                }
                "{" | "(" | "${" => i = self.tokens.closing(i).unwrap_or(close),
                _ => {}
            }
            i = i.saturating_add(1);
        }
        close
    }

    fn statement(&mut self, span: Range<usize>, used: bool) {
        let tokens = self.tokens;
        match tokens.name(span.start) {
            "switch" => self.switch(span, used),
            "if" => self.blocks(span, used),
            "while" | "loop" | "for" => self.blocks(span, false),
            _ if tokens.symbol(span.start) == "{" => self.blocks(span, used),
            _ if !used && self.is_answer(&span) => self.dropped.push(span.start),
            _ => {}
        }
    }

    /// The blocks of a statement that begins with a keyword.
    fn blocks(&mut self, span: Range<usize>, used: bool) {
        let mut i = span.start;
        while i < span.end {
            match self.tokens.symbol(i) {
                "(" | "${" => i = self.tokens.closing(i).unwrap_or(span.end),
                "{" => {
                    let end = self.tokens.closing(i).unwrap_or(span.end);
                    self.block(i.saturating_add(1)..end, used);
                    i = end;
                }
                _ => {}
            }
            i = i.saturating_add(1);
        }
    }

    fn switch(&mut self, span: Range<usize>, used: bool) {
        let mut unused = Findings::new("");
        let Some(open) = open_brace(self.tokens, span.start, &mut unused) else { return };
        let close = self.tokens.closing(open).unwrap_or(span.end);
        let mut i = open.saturating_add(1);
        while i < close {
            if self.tokens.symbol(i) == "=>" {
                let start = i.saturating_add(1);
                let end = self.end_of_arm(start, close);
                self.statement(start..end, used);
                i = end;
            } else {
                i = i.saturating_add(1);
            }
        }
    }

    /// The place behind an arm's value.
    fn end_of_arm(&self, start: usize, close: usize) -> usize {
        let mut i = start;
        while i < close {
            match self.tokens.symbol(i) {
                "," => return i,
                "{" | "(" | "${" => {
                    let brace = self.tokens.symbol(i) == "{";
                    i = self.tokens.closing(i).unwrap_or(close);
                    if brace && i > start && self.tokens.name(i.saturating_add(1)) != "else" {
                        return i.saturating_add(1).min(close);
                    }
                }
                _ => {}
            }
            i = i.saturating_add(1);
        }
        close
    }

    /// Whether a statement is an answer, or one with more words behind dots, and nothing else.
    fn is_answer(&self, span: &Range<usize>) -> bool {
        let tokens = self.tokens;
        let begins =
            called(tokens.name(span.start)).any(|word| word.form == Form::Function && is_answer(word.gives));
        let mut i = span.start.saturating_add(1);
        while begins && tokens.symbol(i) == "(" {
            let Some(close) = tokens.closing(i) else { return false };
            let behind = close.saturating_add(1);
            if behind >= span.end {
                return true;
            }
            if tokens.symbol(behind) != "." {
                return false;
            }
            i = behind.saturating_add(2);
        }
        false
    }
}
