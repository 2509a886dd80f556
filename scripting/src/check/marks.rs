//! A source with marks in it: calls that say which statement begins, what a read gave, and which answer was made.
//!
//! Marks change nothing that a script can tell, except how many operations it takes; what is asked of the marked
//! source is therefore asked of the plain one, too, and that answer counts.

use std::ops::Range;

use super::lexer::{Kind, tokens};
use super::outline::{Function, Tokens, closings, functions};
use super::switches::{Guarded, guards, open_brace};
use crate::diagnostic::{Findings, position_of};
use crate::files::{Part, parts};
use crate::vocabulary::{Form, called, properties};

/// The functions that marks call; scripts can't name them.
pub(crate) const LINE: &str = "__line";
/// See [`LINE`].
pub(crate) const READ: &str = "__read";
/// See [`LINE`].
pub(crate) const ANSWER: &str = "__answer";

/// The most bytes of a piece of source that is shown.
const SHOWN_BYTES: usize = 160;

/// A marked place of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) what: What,
    /// The number of its file, and its name; empty in an application of one.
    pub(crate) file: (usize, String),
    /// Its line in that file, from 1.
    pub(crate) line: u32,
    /// The function it stands in.
    pub(crate) function: String,
    /// The source there, on one line.
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A statement, or the arm of a `switch`.
    Line,
    /// A value of the request, the callback or the center.
    Read,
    /// An answer, or the beginning of one.
    Answer,
}

/// A source with marks and guards.
pub(crate) struct Marked {
    pub(crate) source: String,
    /// The marks' places; a mark says its position here.
    pub(crate) sites: Vec<Site>,
}

/// Marks a source that has passed the checks.
pub(crate) fn mark(source: &str) -> Marked {
    let all = tokens(source);
    let closings = closings(source, &all);
    let tokens = Tokens::new(source, &all, &closings);
    let mut unused = Findings::new(source);
    let functions = functions(tokens, &mut unused);
    let mut marks =
        Marks { source, parts: parts(source), tokens, function: "", sites: Vec::new(), inserted: Vec::new() };
    for function in &functions {
        marks.function(function);
    }
    let guards = guards(tokens, &functions, &mut unused);
    let Marks { sites, mut inserted, .. } = marks;
    // A guard begins behind `switch` and ends in front of the brace, around all marks of the value.
    inserted.extend(guards.into_iter().map(|(at, text)| {
        let rank = if text.starts_with(')') { Rank::Close(0) } else { Rank::Open(0) };
        (at, rank, text)
    }));
    inserted.sort_by_key(|(at, rank, _)| (*at, *rank));
    let inserted: Vec<_> = inserted.into_iter().map(|(at, _, text)| (at, text)).collect();
    Marked { source: Guarded::new(source, &inserted).source, sites }
}

/// The order of what is inserted at one place: ends before beginnings; of ends, what began last first; of beginnings,
/// what ends last first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Close(isize),
    /// The end of an arm, around all that ends with it.
    CloseArm,
    Line,
    Open(isize),
}

struct Marks<'s> {
    source: &'s str,
    parts: Vec<Part<'s>>,
    tokens: Tokens<'s>,
    function: &'s str,
    sites: Vec<Site>,
    inserted: Vec<(usize, Rank, String)>,
}

impl<'s> Marks<'s> {
    fn function(&mut self, function: &Function<'s>) {
        self.function = function.name;
        self.statements(function.body.clone());
        for i in function.body.clone() {
            self.read(i);
            self.answer(i);
        }
    }

    /// Notes a place, and gives its number.
    fn site(&mut self, what: What, span: Range<usize>) -> usize {
        let text = self.source.get(span.clone()).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let number = self.parts.iter().rposition(|part| part.begins_before(span.start)).unwrap_or(0);
        let part = Part::at(&self.parts, span.start);
        self.sites.push(Site {
            what,
            file: (number, part.name.to_owned()),
            line: part.line(position_of(self.source, span.start).0),
            function: self.function.to_owned(),
            text: crate::meter::cut(&text, SHOWN_BYTES).to_owned(),
        });
        self.sites.len().saturating_sub(1)
    }

    /// Puts a call of `function` around a span.
    fn wrap(&mut self, what: What, function: &str, span: Range<usize>, shown: Range<usize>) {
        let site = self.site(what, shown);
        let order = |at: usize| isize::try_from(at).unwrap_or(isize::MAX).saturating_neg();
        self.inserted.push((span.start, Rank::Open(order(span.end)), format!("{function}({site},")));
        self.inserted.push((span.end, Rank::Close(order(span.start)), ")".into()));
    }

    /// Marks the statements between the braces of a block.
    fn statements(&mut self, body: Range<usize>) {
        let mut i = body.start;
        while i < body.end {
            if self.tokens.symbol(i) == ";" {
                i = i.saturating_add(1);
                continue;
            }
            let end = self.statement(i, body.end);
            let span = self.tokens.span(i).start..self.tokens.span(end.saturating_sub(1)).end;
            let site = self.site(What::Line, span.clone());
            self.inserted.push((span.start, Rank::Line, format!("{LINE}({site});")));
            i = end.max(i.saturating_add(1));
        }
    }

    /// Marks what is in a statement; gives the place behind it.
    fn statement(&mut self, start: usize, close: usize) -> usize {
        match self.tokens.name(start) {
            "if" => self.conditional(start, close),
            "while" | "loop" | "for" => self.headed(start.saturating_add(1), close),
            "switch" => self.switch(start, close),
            _ if self.tokens.symbol(start) == "{" => self.block(start, close),
            _ => self.expression(start, close, &[";"]),
        }
    }

    /// `if`, with what may come behind `else`.
    fn conditional(&mut self, start: usize, close: usize) -> usize {
        let behind = self.headed(start.saturating_add(1), close);
        if self.tokens.name(behind) != "else" {
            return behind;
        }
        let next = behind.saturating_add(1);
        if self.tokens.name(next) == "if" { self.conditional(next, close) } else { self.block(next, close) }
    }

    /// A head, and the block behind it.
    fn headed(&mut self, start: usize, close: usize) -> usize {
        let brace = self.expression(start, close, &["{"]);
        self.block(brace, close)
    }

    /// The block at `brace`; the place behind it.
    fn block(&mut self, brace: usize, close: usize) -> usize {
        match self.tokens.closing(brace).filter(|_| self.tokens.symbol(brace) == "{") {
            Some(end) if end < close => {
                self.statements(brace.saturating_add(1)..end);
                end.saturating_add(1)
            }
            _ => close,
        }
    }

    /// Marks the blocks in an expression; gives the place of the first of `ends` in no bracket, or `close`.
    fn expression(&mut self, start: usize, close: usize, ends: &[&str]) -> usize {
        let mut i = start;
        while i < close {
            let symbol = self.tokens.symbol(i);
            if ends.contains(&symbol) {
                return i;
            }
            i = match symbol {
                "{" => self.block(i, close),
                "(" | "${" => {
                    let end = self.tokens.closing(i).unwrap_or(close).min(close);
                    self.expression(i.saturating_add(1), end, &[]);
                    end.saturating_add(1)
                }
                _ if self.tokens.symbol_before(i) == "." => i.saturating_add(1),
                _ => match self.tokens.name(i) {
                    "if" => self.conditional(i, close),
                    "switch" => self.switch(i, close),
                    "while" | "loop" | "for" => self.headed(i.saturating_add(1), close),
                    _ => i.saturating_add(1),
                },
            };
        }
        close
    }

    /// `switch`: its arms are marked as statements are.
    fn switch(&mut self, start: usize, close: usize) -> usize {
        let open = open_brace(self.tokens, start, &mut Findings::new(self.source));
        let Some((open, end)) = open.and_then(|open| Some((open, self.tokens.closing(open)?))) else {
            return close;
        };
        let mut i = open.saturating_add(1);
        while i < end {
            if self.tokens.symbol(i) == "=>" {
                i = self.arm(i.saturating_add(1), end);
            } else if matches!(self.tokens.symbol(i), "(" | "${") {
                i = self.tokens.closing(i).unwrap_or(end).saturating_add(1);
            } else {
                i = i.saturating_add(1);
            }
        }
        end.saturating_add(1)
    }

    fn arm(&mut self, start: usize, close: usize) -> usize {
        if self.tokens.symbol(start) == "{" {
            return self.block(start, close);
        }
        let end = match self.tokens.name(start) {
            "if" | "while" | "loop" | "for" | "switch" => self.statement(start, close),
            _ => self.expression(start, close, &[","]),
        };
        let last = end.saturating_sub(1).max(start);
        let span = self.tokens.span(start).start..self.tokens.span(last).end;
        let site = self.site(What::Line, span.clone());
        self.inserted.push((span.start, Rank::Line, format!("{{{LINE}({site});")));
        self.inserted.push((span.end, Rank::CloseArm, "}".into()));
        end
    }

    /// Wraps the read that begins at a token, as far as it is one: `line("retail").waiting`, `request.attr("tier")`.
    fn read(&mut self, i: usize) {
        let tokens = self.tokens;
        let name = tokens.name(i);
        if name.is_empty() || tokens.symbol_before(i) == "." {
            return;
        }
        let (mut last, mut end) = (i, None);
        let open = i.saturating_add(1);
        if tokens.symbol(open) == "(" {
            let Some(close) = tokens.closing(open).filter(|_| is_read(name, Form::Function)) else { return };
            last = close;
            end = Some(close);
        }
        while tokens.symbol(last.saturating_add(1)) == "." {
            let at = last.saturating_add(2);
            let open = at.saturating_add(1);
            let is_call = tokens.symbol(open) == "(";
            let form = if is_call { Form::Method } else { Form::Property };
            let Some(close) = (if is_call { tokens.closing(open) } else { Some(at) }) else { break };
            if !is_read(tokens.name(at), form) {
                break;
            }
            last = close;
            end = Some(close);
        }
        if let Some(end) = end {
            let span = tokens.span(i).start..tokens.span(end).end;
            self.wrap(What::Read, READ, span.clone(), span);
        }
    }

    /// Wraps the first word of an answer; what is shown is the answer as far as it is written in one chain.
    fn answer(&mut self, i: usize) {
        let tokens = self.tokens;
        let open = i.saturating_add(1);
        let is_call = tokens.symbol(open) == "(" && tokens.symbol_before(i) != ".";
        if !is_call
            || !called(tokens.name(i)).any(|word| word.form == Form::Function && is_answer(word.gives))
        {
            return;
        }
        let Some(close) = tokens.closing(open) else { return };
        let mut last = close;
        while tokens.symbol(last.saturating_add(1)) == "."
            && matches!(tokens.get(last.saturating_add(2)).map(|token| &token.kind), Some(Kind::Name))
            && let Some(close) = tokens.closing(last.saturating_add(3))
        {
            last = close;
        }
        let start = tokens.span(i).start;
        self.wrap(What::Answer, ANSWER, start..tokens.span(close).end, start..tokens.span(last).end);
    }
}

/// Whether a word reads what the answer may depend on.
fn is_read(name: &str, form: Form) -> bool {
    const FUNCTIONS: [&str; 10] =
        ["now", "local", "is_open", "open_for", "next_open", "line", "count", "lookup", "listed", "cell"];
    match form {
        Form::Function => FUNCTIONS.contains(&name),
        Form::Method => matches!(name, "attr" | "has" | "tag" | "skill" | "in_group"),
        Form::Property => properties(name).next().is_some(),
    }
}

pub(super) fn is_answer(kind: &str) -> bool {
    matches!(kind, "plan" | "acceptance" | "limits" | "timeout answer" | "purge answer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_arms_reads_and_answers_are_marked() {
        let source = "fn timeout(callback, event) {\n  let n = callback.attempts;\n  switch event.kind {\n    \
                      \"busy\" => if n < 3 { retry(minutes(2)) } else { complete(\"no\") }\n    _ => standard(),\n  }\n}\n";
        let marked = mark(source);
        assert_eq!(
            marked.source,
            "fn timeout(callback, event) {\n  __line(0);let n = __read(6,callback.attempts);\n  __line(5);switch \
             __of_kind(2, __read(7,event.kind) ){\n    \"busy\" => {__line(3);if n < 3 { __line(1);__answer(8,\
             retry(minutes(2))) } else { __line(2);__answer(9,complete(\"no\")) }}\n    _ => \
             {__line(4);__answer(10,standard())},\n  }\n}\n"
        );
        let lines: Vec<u32> = marked.sites.iter().map(|site| site.line).collect();
        assert_eq!(lines, [2, 4, 4, 4, 5, 3, 2, 3, 4, 4, 5]);
        assert_eq!(marked.sites[8].text, "retry(minutes(2))");
    }

    #[test]
    fn a_chain_is_shown_whole_and_its_reads_are_marked_within() {
        let source = "fn route(callback) { let t = `${callback.attr(\"topic\", \"a\")} >= 5`;\n  \
                      queue(\"q\").need(t)\n  .after(minutes(line(\"q\").waiting)).need(\"true\") }";
        let marked = mark(source);
        let shown = |what| {
            let sites = marked.sites.iter().filter(move |site| site.what == what);
            sites.map(|site| site.text.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(shown(What::Read), ["callback.attr(\"topic\", \"a\")", "line(\"q\").waiting"]);
        assert_eq!(
            shown(What::Answer),
            ["queue(\"q\").need(t) .after(minutes(line(\"q\").waiting)).need(\"true\")"]
        );
    }
}
