//! Limits over all services: how often is called, and how much an application and a host may fail.

use serde::{Deserialize, Serialize};

use crate::value::{Duration, Name};

/// The digits at a number's end that its prefix lacks: the numbers of one prefix are a block of ten thousand.
pub const PREFIX_LACKS: usize = 4;

/// Limits over all services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Attempts to one number in any interval of that length; no limit if absent.
    pub attempts_per_number: Option<Quota>,
    /// Attempts to numbers that differ in no more than their last [`PREFIX_LACKS`] digits.
    pub attempts_per_prefix: Option<Quota>,
    /// Attempts to numbers of one country.
    pub attempts_per_country: Option<Quota>,
    /// Attempts in all.
    pub attempts_total: Option<Quota>,
    /// The table of numbers that are never called, by whatever service.
    pub opt_out: Name,
    /// How long a number is not dialled after an attempt ended without the world's word.
    pub redial_floor: Duration,
    /// How far a deadline may be overdue before the host is taken to have been away.
    pub max_lag: Duration,
    /// Faults of one hook in a row after which it is set aside.
    pub faults_in_a_row: u32,
}

/// At most `max` in any interval of length `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// How many.
    pub max: u32,
    /// In which time.
    pub per: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempts_per_number: Some(Quota { max: 10, per: Duration::from_days(1) }),
            attempts_per_prefix: None,
            attempts_per_country: None,
            attempts_total: None,
            opt_out: Name::new_static("opt_out"),
            redial_floor: Duration::from_secs(60),
            max_lag: Duration::from_secs(60),
            faults_in_a_row: 5,
        }
    }
}
