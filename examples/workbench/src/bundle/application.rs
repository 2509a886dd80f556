//! The application of a bundle: built from its text, and asked what it counted.

use std::collections::BTreeMap;
use std::ops::Range;

use ringback_engine::center::Layout;
use ringback_engine::journal::ApplicationText;
use ringback_engine::protocol::Hook;

use super::{Diagnosis, Place};
use crate::summary::Calls;
use ringback_scripting::files::parts;
use ringback_scripting::{Diagnostic, HookCounts, RhaiApplication, Script, limits};

/// What runs applications, with its version: an application is sure to decide the same only on the same.
#[must_use]
pub fn runtime() -> String {
    limits::runtime()
}

/// The text of the application that these files are, in order; of none, that without opinions.
///
/// # Errors
///
/// What is wrong with each of them, in words.
pub(super) fn text(
    names: &[String],
    read: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<ApplicationText, Vec<String>> {
    if names.is_empty() {
        return Ok(ApplicationText::new(runtime(), "", ""));
    }
    let mut files = Vec::new();
    let mut wrong = Vec::new();
    for name in names {
        match read(name) {
            Ok(text) => files.push((name.as_str(), text)),
            Err(cause) => {
                wrong.push(format!("application `{name}`: {cause}; or leave the key `application` out"));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let script = Script::of_files(&files).map_err(|cause| vec![format!("application: {cause}")])?;
    Ok(ApplicationText::new(runtime(), script.name, script.source))
}

/// A place in an application: in the one of its files with this name, of bytes that `span` gives for that file's text.
pub(crate) fn place(text: &ApplicationText, file: &str, span: impl FnOnce(&str) -> Range<usize>) -> Place {
    let parts = parts(&text.source);
    let part = parts.iter().find(|part| part.name == file && !file.is_empty());
    let (name, text) = part.map_or((text.name.as_str(), text.source.as_str()), |part| (part.name, part.text));
    Place::new(name, text, span(text))
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
    let diagnosis = |found: &Diagnostic| Diagnosis {
        severity: found.severity,
        message: found.message.clone(),
        help: found.help.clone(),
        place: Some(place(text, &found.file, |_| found.span.clone())),
    };
    found.iter().map(diagnosis).collect()
}
