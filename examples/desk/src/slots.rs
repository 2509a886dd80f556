//! Times of slots as people read them.

use chrono_tz::Tz;
use ringback_engine::center::{instant_to_local, slot_of};
use ringback_engine::{Duration, Instant};

/// An instant on the clock of a zone: `2026-03-10T09:00:00.000`.
pub(crate) fn local(at: Instant, zone: Tz) -> String {
    instant_to_local(zone, at).format("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

/// The last instant of the slots of a day: the midnight after `at`.
pub(crate) fn end_of_day(at: Instant, zone: Tz) -> Instant {
    // A day has 120-minute slots too; the one that holds the last minute of the day ends at midnight.
    let mut end = slot_of(zone, 120, at).1;
    let day = |at: Instant| instant_to_local(zone, at).date_naive();
    while day(end) == day(at) {
        end = slot_of(zone, 120, end).1;
    }
    end.max(at.after(Duration::from_millis(1)))
}
