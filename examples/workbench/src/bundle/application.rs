//! The application of a bundle: built from its text, and asked what it counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use ringback_engine::center::Layout;
use ringback_engine::journal::ApplicationText;
use ringback_engine::protocol::Hook;

use super::Diagnosis;
use crate::shim;
use crate::summary::Calls;

/// What runs an application, with its version: an application decides the same only on the same.
pub const RUNTIME: &str = shim::RUNTIME;

/// An application that can run.
pub type Script = shim::RhaiApplication;

/// Checks an application against the center it is for, and makes it ready to run. Returns what its author should
/// know beside it.
///
/// # Errors
///
/// What is wrong with it.
pub fn build(
    text: &ApplicationText,
    layout: Option<&Arc<Layout>>,
) -> Result<(Script, Vec<Diagnosis>), Vec<Diagnosis>> {
    shim::build(text, layout)
}

/// What an application counted, by hook.
#[must_use]
pub fn calls(script: &Script) -> BTreeMap<Hook, Calls> {
    Hook::ALL.into_iter().map(|hook| (hook, shim::counts(script, hook))).collect()
}
