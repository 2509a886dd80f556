//! A test that fails, in words: what should be decided, what was, the line that did, and what it read.

use std::fmt::Write;

use ringback_engine::journal::ApplicationText;
use ringback_scripting::trace::Decision;

use super::Verdict;
use crate::bundle::{Diagnosis, Place, place};

/// The most values read that are told.
const READS: usize = 20;

/// What is said of a verdict that does not hold; `script` is the application's text.
#[must_use]
pub fn told(verdict: &Verdict, script: &ApplicationText, colours: bool) -> String {
    let Verdict { test, hook, expected, place, .. } = verdict;
    let Some(decision) = &verdict.decision else {
        let message = format!("test `{test}`: the script has no hook `{hook}`, so the settings decide");
        let mut finding = Diagnosis::error(message, Some(place.clone()));
        finding.help = Some(format!("write `fn {hook}(...)`, or leave the expectation out"));
        return finding.render(colours);
    };
    let decided = match (&decision.answer, &decision.fault) {
        (Some(answer), _) => format!("decided {answer}"),
        (None, fault) => format!("failed: {}", fault.as_deref().unwrap_or("no answer")),
    };
    let message = format!("test `{test}`: `{hook}` {decided}");
    let expectation = Diagnosis::error(message, Some(place.clone())).render(colours);
    let mut text = expectation;
    if *expected != place.text.get(place.span.clone()).unwrap_or_default().trim_matches(['"', '\'']) {
        let _ = writeln!(text, "expected {expected}");
    }
    if decision.line > 0 {
        let what = if decision.answer.is_some() { "this line decided" } else { "this line failed" };
        let at = Diagnosis::warning(what, Some(decided_at(script, decision))).render(false);
        // The place and the source line, without the heading of a finding.
        let shown = at.split_once('\n').map_or("", |(_, rest)| rest);
        let _ = write!(text, "{what}\n{shown}");
    }
    let reads = decision.reads();
    if !reads.is_empty() {
        text.push_str("it had read\n");
        for read in reads.iter().take(READS) {
            let _ = writeln!(text, "    {} = {}", read.expression, read.value);
        }
        if reads.len() > READS {
            let _ = writeln!(text, "    and {} more values", reads.len() - READS);
        }
    }
    text
}

/// The line that decided, in the script.
pub(crate) fn decided_at(script: &ApplicationText, decision: &Decision) -> Place {
    place(script, &decision.file, |source| line_span(source, decision.line, &decision.source))
}

/// The bytes of a line, from 1, from where a piece of source begins on it.
fn line_span(source: &str, line: u32, piece: &str) -> std::ops::Range<usize> {
    let before = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
    let start: usize = source.split_inclusive('\n').take(before).map(str::len).sum();
    let text = source.split_inclusive('\n').nth(before).unwrap_or_default().trim_end();
    // The piece is on one line; what it has of this line is its longest beginning that the line has.
    let words: Vec<&str> = piece.split(' ').collect();
    let found = (1..=words.len()).rev().find_map(|n| {
        let head = words[..n].join(" ");
        text.find(&head).map(|at| at..at + head.len())
    });
    let within = found.unwrap_or_else(|| text.len() - text.trim_start().len()..text.len());
    start + within.start..start + within.end
}
