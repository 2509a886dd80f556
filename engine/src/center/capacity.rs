//! How many bookings a slot takes: a number, other ones by weekday and time, and other ones on some dates.

use serde::{Deserialize, Serialize};

use super::calendar::{AddedSpan, WeeklySpan};
use super::instant_to_local;
use crate::value::Instant;

/// Slots of equal length, aligned in the calendar's zone.
///
/// A slot's capacity is that of the last entry of `dated` that covers its local start, else that of the last of
/// `weekly`, else `capacity`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slots {
    /// Length: one of [`SLOT_MINUTES`].
    pub minutes: u32,
    /// Bookings one slot takes, where no table says another number.
    pub capacity: u32,
    /// Capacities by weekday and time of day.
    pub weekly: Vec<WeeklyCapacity>,
    /// Capacities on dates.
    pub dated: Vec<DatedCapacity>,
}

/// What slots that start in a weekly span take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeeklyCapacity {
    /// When they start, in local time.
    pub at: WeeklySpan,
    /// Bookings each takes.
    pub capacity: u32,
}

/// What slots that start on a date, or at some time of it, take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedCapacity {
    /// When they start, in local time.
    pub on: AddedSpan,
    /// Bookings each takes.
    pub capacity: u32,
}

/// The lengths a slot may have.
pub const SLOT_MINUTES: [u32; 7] = [5, 10, 15, 20, 30, 60, 120];

/// The most slots that one question for free ones looks at.
pub const MOST_SLOTS: usize = 10_000;

/// How long a slot is held for somebody who makes up their mind.
pub const SLOT_HELD: crate::value::Duration = crate::value::Duration::from_secs(120);

impl Default for Slots {
    fn default() -> Self {
        Self { minutes: 5, capacity: 100, weekly: Vec::new(), dated: Vec::new() }
    }
}

impl Slots {
    /// How many bookings the slot takes that starts at `start`.
    #[must_use]
    pub fn capacity_at(&self, zone: chrono_tz::Tz, start: Instant) -> u32 {
        if self.weekly.is_empty() && self.dated.is_empty() {
            return self.capacity;
        }
        let local = instant_to_local(zone, start).naive_local();
        let dated = self.dated.iter().rev().find(|entry| entry.on.covers(local)).map(|entry| entry.capacity);
        let weekly =
            || self.weekly.iter().rev().find(|entry| entry.at.covers(local)).map(|entry| entry.capacity);
        dated.or_else(weekly).unwrap_or(self.capacity)
    }
}
