//! The application of a bundle: built from its text, and asked what it counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use ringback_engine::center::Layout;
use ringback_engine::journal::ApplicationText;
use ringback_engine::protocol::Hook;
use ringback_scripting::{Diagnostic, RhaiApplication};

use super::{Diagnosis, Place};
use crate::summary::Calls;

/// An application that can run.
pub type Script = RhaiApplication;

/// What runs an application, with its version and limits: an application decides the same only on the same.
#[must_use]
pub fn runtime() -> String {
    ringback_scripting::limits::runtime()
}

/// Checks an application against the center it is for, and makes it ready to run. No text is an application
/// without hooks.
///
/// # Errors
///
/// What is wrong with it.
pub fn build(text: &ApplicationText, layout: &Layout) -> Result<Script, Vec<Diagnosis>> {
    let script = ringback_scripting::Script::new(&text.name, &text.source);
    RhaiApplication::new(script, layout).map_err(|findings| diagnoses(text, &findings))
}

/// Findings about an application's text, to be shown.
#[must_use]
pub fn diagnoses(text: &ApplicationText, findings: &[Diagnostic]) -> Vec<Diagnosis> {
    let source: Arc<str> = text.source.as_str().into();
    let diagnosis = |finding: &Diagnostic| Diagnosis {
        severity: finding.severity,
        message: finding.message.clone(),
        help: finding.help.clone(),
        place: Some(Place { file: text.name.clone(), text: Arc::clone(&source), span: finding.span.clone() }),
    };
    findings.iter().map(diagnosis).collect()
}

/// What an application counted, by hook.
#[must_use]
pub fn calls(script: &Script) -> BTreeMap<Hook, Calls> {
    let calls = |hook| {
        let counts = script.counts(hook);
        Calls { calls: counts.calls, faults: counts.faults, operations: counts.operations }
    };
    Hook::ALL.into_iter().map(|hook| (hook, calls(hook))).collect()
}
