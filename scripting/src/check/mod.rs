//! What can be said of a script before it runs.

mod brackets;
mod dialect;
mod dropped;
mod lexer;
mod literals;
mod marks;
mod names;
mod outline;
mod slips;
mod switches;

use ringback_engine::center::{Layout, did_you_mean};
use ringback_engine::protocol::Hook;

use crate::diagnostic::{Findings, position_of};
use crate::limits::SOURCE_BYTES;
use brackets::Stray;
use outline::Tokens;

pub use literals::LiteralQueues;
pub(crate) use marks::{ANSWER, LINE, READ, Site, What, mark};
pub(crate) use slips::slip;
pub(crate) use switches::{BOOLEAN, GUARD, Guarded, INTEGER, TEXT};

/// The most bytes of a name that is compared with others; longer ones are no typing mistakes.
const COMPARED_BYTES: usize = 64;

/// `, did you mean` and the nearest of the known names, or nothing.
fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    if name.len() <= COMPARED_BYTES { did_you_mean(name, known) } else { String::new() }
}

/// What a check leaves for the run.
pub(crate) struct Checked {
    /// The source that Rhai compiles.
    pub(crate) guarded: Guarded,
    /// The hooks it has, each with the line it begins on.
    pub(crate) hooks: Vec<(Hook, u32)>,
    /// The queues that its plans name.
    pub(crate) queues: LiteralQueues,
}

/// Warns of answers that are made and dropped, in a source that has no error.
pub(crate) fn warn_of_dropped(findings: &mut Findings<'_>) {
    let source = findings.source();
    let all = lexer::tokens(source);
    let closings = outline::closings(source, &all);
    let tokens = Tokens::new(source, &all, &closings);
    for function in outline::functions(tokens, &mut Findings::new(source)) {
        dropped::check(tokens, &function, findings);
    }
}

/// Checks a source against the dialect and, if it is known, the center. `None` if it is too large or can't be read
/// as tokens.
pub(crate) fn check(layout: Option<&Layout>, findings: &mut Findings<'_>) -> Option<Checked> {
    let source = findings.source();
    if source.len() > SOURCE_BYTES {
        findings.error_with_help(
            SOURCE_BYTES..source.len(),
            format!("the script has {} bytes; at most {SOURCE_BYTES} are allowed", source.len()),
            "keep data in a `[[table]]`",
        );
        return None;
    }
    let tokens = lexer::tokens(source);
    let closings = outline::closings(source, &tokens);
    let tokens = Tokens::new(source, &tokens, &closings);
    dialect::check(tokens, findings);
    let ends_badly = tokens
        .len()
        .checked_sub(1)
        .and_then(|last| tokens.get(last))
        .is_some_and(|token| matches!(token.kind, lexer::Kind::Bad(_)));
    if ends_badly {
        return None;
    }
    if let Some(stray) = brackets::stray(source, tokens) {
        // What follows from it would be told of lines that are right.
        let (at, message) = match stray {
            Stray::Open(at, closes) => {
                (at, format!("this `{}` is never closed: expected `{closes}`", tokens.text(at)))
            }
            Stray::Head(at) => (at, "expected `{` behind this".into()),
            Stray::Close(at) => (at, format!("this `{}` closes nothing; take it away", tokens.text(at))),
        };
        findings.error(tokens.span(at), message);
        return None;
    }
    let functions = outline::functions(tokens, findings);
    let mut queues = LiteralQueues::default();
    names::check_functions(tokens, &functions, findings);
    for function in &functions {
        dialect::check_function(tokens, function, &functions, findings);
        names::check_uses(tokens, function, &functions, findings);
        literals::check(tokens, function, layout, &mut queues, findings);
    }
    let guarded = switches::guard(tokens, &functions, findings);
    let line_of = |hook: Hook| {
        let function = functions.iter().find(|function| function.name == hook.name())?;
        Some((hook, position_of(source, tokens.span(function.name_at).start).0))
    };
    Some(Checked { guarded, hooks: Hook::ALL.into_iter().filter_map(line_of).collect(), queues })
}
