//! Tests of an application: `tests.toml` beside the bundle says what is asked, when, and what the script should decide.
//!
//! What should be decided is written in the words of scripts, `accept().priority(50)`, and checked as a script is; so a
//! test can also say `reject("late", "before " + next_open("office"))`, and is read by whoever reads the script.

mod ask;
mod reader;
mod stage;
mod told;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use ringback_engine::center::Layout;
use ringback_engine::protocol::Hook;
use ringback_scripting::trace::{Decision, Keep};
use ringback_scripting::{RhaiApplication, Traced};

use crate::bundle::{Diagnosis, Place};

pub use told::told;

/// The name of the file.
pub const TESTS: &str = "tests.toml";

/// What is expected where the script should have no such hook, so that the settings decide.
pub const SETTINGS: &str = "settings";

/// What became of a bundle's tests.
pub struct Trials {
    /// One for each expectation, in the order of the file.
    pub verdicts: Vec<Verdict>,
    /// What is wrong with the file.
    pub findings: Vec<Diagnosis>,
    /// Hooks of the script that no test asks.
    pub untested: Vec<Hook>,
}

/// What became of one expectation.
pub struct Verdict {
    /// The test's name.
    pub test: String,
    /// Where the expectation stands.
    pub place: Place,
    /// The hook that was asked.
    pub hook: Hook,
    /// What should be decided, in words.
    pub expected: String,
    /// What was decided, and how; `None` if the script has no such hook, so that the settings decide.
    pub decision: Option<Decision>,
}

impl Verdict {
    /// Whether the script decided as it should.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.decided() == Some(self.expected.as_str())
    }

    /// What was decided, if that was an answer.
    #[must_use]
    pub fn decided(&self) -> Option<&str> {
        match &self.decision {
            Some(decision) => decision.answer.as_deref(),
            None => Some(SETTINGS),
        }
    }
}

/// Runs the tests in `text` of an application for a center.
///
/// # Errors
///
/// Why the application can't be traced.
pub fn run(text: &Arc<str>, layout: &Arc<Layout>, application: RhaiApplication) -> Result<Trials, String> {
    let script = application.name().to_owned();
    let hooks = application.hooks();
    let mut traced = Traced::new(application, Keep::All)?;
    let (cases, mut findings) = reader::read(text, layout);
    let mut verdicts = Vec::new();
    for case in &cases {
        for expectation in &case.expectations {
            match ask::ask(case, expectation, layout, &script, &mut traced) {
                Ok((expected, decision)) => verdicts.push(Verdict {
                    test: case.name.clone(),
                    place: Place::new(TESTS, Arc::clone(text), expectation.span.clone()),
                    hook: expectation.hook,
                    expected,
                    decision,
                }),
                Err((span, message)) => findings.push(finding(text, span, message)),
            }
        }
    }
    let asked = |hook: &Hook| cases.iter().any(|case| case.expectations.iter().any(|e| e.hook == *hook));
    let untested = hooks.into_iter().filter(|hook| !asked(hook)).collect();
    Ok(Trials { verdicts, findings, untested })
}

/// What is wrong with the tests in `text`, whether or not they hold; of what they expect only as far as there is an
/// application to ask.
pub fn check(text: &Arc<str>, layout: &Arc<Layout>, application: Option<RhaiApplication>) -> Vec<Diagnosis> {
    match application.map(|application| run(text, layout, application)) {
        Some(Ok(trials)) => trials.findings,
        Some(Err(_)) | None => reader::read(text, layout).1,
    }
}

fn finding(text: &Arc<str>, span: Range<usize>, message: impl Into<String>) -> Diagnosis {
    Diagnosis::error(message, Some(Place::new(TESTS, Arc::clone(text), span)))
}
