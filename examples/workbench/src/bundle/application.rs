//! The application of a bundle: built from its text, and asked what it counted.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ringback_engine::center::Layout;
use ringback_engine::journal::ApplicationText;
use ringback_engine::protocol::Hook;

use super::{Diagnosis, Place};
use crate::summary::Calls;
use ringback_scripting::{Diagnostic, HookCounts, RhaiApplication, Script, limits};

/// What runs applications, with its version: an application is sure to decide the same only on the same.
#[must_use]
pub fn runtime() -> String {
    limits::runtime()
}

/// Checks an application against the center it is for, and makes it ready to run.
///
/// # Errors
///
/// What is wrong with it.
pub fn build(text: &ApplicationText, layout: &Layout) -> Result<RhaiApplication, Vec<Diagnosis>> {
    let script = Script { name: text.name.clone(), source: text.source.clone() };
    RhaiApplication::new(script, layout).map_err(|found| diagnoses(&found, text))
}

/// What is wrong with an application whatever the center it is for.
pub(super) fn check_alone(text: &ApplicationText) -> Vec<Diagnosis> {
    let script = Script { name: text.name.clone(), source: text.source.clone() };
    diagnoses(&RhaiApplication::check_alone(&script), text)
}

/// What the author of an application should know, though it can be run.
pub(super) fn warnings(application: &RhaiApplication, text: &ApplicationText) -> Vec<Diagnosis> {
    diagnoses(application.warnings(), text)
}

/// What an application counted, by hook.
#[must_use]
pub fn calls(application: &RhaiApplication) -> BTreeMap<Hook, Calls> {
    let of = |hook| {
        let HookCounts { calls, faults, operations } = application.counts(hook);
        Calls { calls, faults, operations }
    };
    Hook::ALL.into_iter().map(|hook| (hook, of(hook))).collect()
}

fn diagnoses(found: &[Diagnostic], text: &ApplicationText) -> Vec<Diagnosis> {
    let source: Arc<str> = text.source.as_str().into();
    let place = |span: &Range<usize>| Place::new(text.name.as_str(), Arc::clone(&source), span.clone());
    let diagnosis = |found: &Diagnostic| Diagnosis {
        severity: found.severity,
        message: found.message.clone(),
        help: found.help.clone(),
        place: Some(place(&found.span)),
    };
    found.iter().map(diagnosis).collect()
}
