//! Services: on what customers ask for callbacks.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{CallingWindow, Quota, Slots};
use crate::value::{Country, Duration, Name};

/// A service, on which customers ask for callbacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// The queue of the default plan's first step.
    pub queue: Name,
    /// The country of numbers that are written without one.
    pub default_country: Country,
    /// Countries whose numbers are called; every one if absent, none if empty.
    pub countries: Option<Vec<Country>>,
    /// Numbers that are not called: prefixes in E.164, or `regex:` and a regular expression on E.164.
    pub blocked: Vec<SmolStr>,
    /// Whether premium-rate numbers are called.
    pub premium: bool,
    /// Whether numbers are called that nobody can have.
    pub impossible: bool,
    /// When customers may be called, on their own clocks.
    pub calling_window: CallingWindow,
    /// Whether requests for an immediate callback are taken.
    pub immediate: bool,
    /// Whether requests for a scheduled callback are taken.
    pub scheduled: bool,
    /// Its hours and zone; always open, in the center's zone, if absent.
    pub calendar: Option<Name>,
    /// Refuse requests for a time at which the calendar is closed.
    pub reject_closed: bool,
    /// How bookings are spread.
    pub slot: Slots,
    /// How long before the desired time a callback enters its queue.
    pub submit_before: Duration,
    /// How far ahead a desired time may lie.
    pub horizon: Duration,
    /// How far ahead a desired time must lie.
    pub min_lead: Duration,
    /// How many callbacks of one number may wait at once.
    pub duplicates: Duplicates,
    /// Callbacks of the service that may be Queued at once.
    pub max_queued: u32,
    /// Immediate requests admitted, over sliding windows.
    pub windows: Vec<Quota>,
    /// Immediate requests of one number on one calendar day of the service's zone.
    pub per_number_daily: u32,
    /// Scheduled callbacks of one number.
    pub max_scheduled_per_number: u32,
    /// Refuse while nobody who could serve the request is logged in.
    pub require_agents: bool,
    /// What a faulting `accept` or `throttle` means.
    pub on_fault: OnFault,
    /// No immediate requests in this time before closing.
    pub immediate_blackout: Duration,
    /// What becomes of the callbacks of a customer who calls first.
    pub inbound: CalledFirst,
}

/// The check for duplicates: callbacks of one number on one service that are Queued or Routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Refuse at one.
    Strict,
    /// Refuse at two.
    Two,
    /// Never refuse.
    Any,
}

/// What a fault of a hook that guards admission means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFault {
    /// The request is refused with `APPLICATION_FAULT`.
    Refuse,
    /// The center's settings decide.
    Standard,
}

/// What becomes of the callbacks of a customer who calls first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalledFirst {
    /// They are over.
    Cancel,
    /// They keep their place.
    KeepPlace,
}

impl Service {
    /// A service with the default settings, whose default plan starts in `queue`.
    #[must_use]
    pub fn new(name: impl AsRef<str>, queue: impl AsRef<str>) -> Self {
        Self {
            name: Name::new(name),
            queue: Name::new(queue),
            default_country: Country::US,
            countries: None,
            blocked: Vec::new(),
            premium: false,
            impossible: false,
            calling_window: CallingWindow::default(),
            immediate: true,
            scheduled: true,
            calendar: None,
            reject_closed: false,
            slot: Slots::default(),
            submit_before: Duration::from_secs(120),
            horizon: Duration::from_days(30),
            min_lead: Duration::ZERO,
            duplicates: Duplicates::Two,
            max_queued: 1_000,
            windows: vec![
                Quota { max: 500, per: Duration::from_secs(300) },
                Quota { max: 1_000, per: Duration::from_secs(3_600) },
            ],
            per_number_daily: 6,
            max_scheduled_per_number: 2,
            require_agents: false,
            on_fault: OnFault::Refuse,
            immediate_blackout: Duration::ZERO,
            inbound: CalledFirst::Cancel,
        }
    }
}
