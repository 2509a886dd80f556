//! Stand-ins for parts of the engine and the scripting crate that are not there yet; this file goes when they
//! come, and its users import the real ones.

use std::ops::Range;
use std::sync::Arc;

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use ringback_engine::center::{Layout, Severity};
use ringback_engine::journal::ApplicationText;
use ringback_engine::protocol::{Hook, Plain};
use ringback_engine::{CallbackId, Engine, Instant, TimeError};

use crate::bundle::Diagnosis;
use crate::summary::Calls;
use crate::world::Standing;

/// `ringback_engine::center::parse_instant`.
pub(crate) fn parse_instant(text: &str, zone: Tz) -> Result<Instant, TimeError> {
    let local = text.replace('T', " ");
    let local = NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M"));
    match local.ok().and_then(|local| zone.from_local_datetime(&local).earliest()) {
        Some(time) => Ok(time.to_utc().into()),
        None => text.parse(),
    }
}

/// Where a callback stands: `engine.callback(id)` gives its `place` and `state.queue()`.
pub(crate) fn standing<A>(_: &Engine<A>, _: &CallbackId) -> Option<Standing> {
    None
}

/// `ringback_engine::center::reader::Reading`.
pub(crate) struct Reading {
    pub(crate) application: Option<String>,
    pub(crate) layout: Option<Layout>,
    pub(crate) findings: Vec<Located>,
}

/// `ringback_engine::center::reader::Located`.
pub(crate) struct Located {
    pub(crate) severity: Severity,
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
}

/// `ringback_engine::center::reader::read`.
pub(crate) fn read(_: &str, _: &mut dyn FnMut(&str) -> Result<String, String>) -> Reading {
    let message = "center.toml: not supported yet".into();
    let findings = vec![Located { severity: Severity::Error, span: 0..0, message }];
    Reading { application: None, layout: None, findings }
}

/// `ringback_scripting::RUNTIME`, the name and version of what runs scripts.
pub(crate) const RUNTIME: &str = "rhai 1.27.0";

/// `ringback_scripting::RhaiApplication`.
pub(crate) type RhaiApplication = Plain;

/// `RhaiApplication::new`, its diagnostics made diagnoses.
pub(crate) fn build(
    _: &ApplicationText,
    _: Option<&Arc<Layout>>,
) -> Result<(RhaiApplication, Vec<Diagnosis>), Vec<Diagnosis>> {
    Ok((Plain, Vec::new()))
}

/// `RhaiApplication::counts`.
pub(crate) fn counts(_: &RhaiApplication, _: Hook) -> Calls {
    Calls::default()
}
