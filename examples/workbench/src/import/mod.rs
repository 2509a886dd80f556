//! Other programs' records as bundles: what was asked and how long it took becomes traffic, who served it a roster.
//!
//! What a record does not say is not made up, but for what is told as assumed. Every line that can't be used is reported.

mod bank;
mod draft;
mod mapped;
mod queue_log;
mod sheet;

use std::fmt;

use chrono_tz::Tz;
use ringback_engine::Country;

pub use bank::anonymous_bank;
pub use draft::Draft;
pub use mapped::{Mapping, csv};
pub use queue_log::queue_log;

/// What is known of a center beside its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Its zone: that of days, and of local times.
    pub zone: Tz,
    /// The country of numbers that are written without one.
    pub country: Country,
}

/// A line that can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub cause: String,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.cause)
    }
}
