//! Slots: stretches of equal length, aligned in a zone.

use chrono_tz::Tz;

use super::zone::{MINUTE, Stretch};
use crate::value::Instant;

/// The slot of `minutes` minutes that `at` lies in: its start and its end. Slots are aligned to local midnight.
///
/// Slots partition all time: every instant lies in one slot, and where one ends the next begins. They are cut where
/// the zone's offset changes, and at local midnight if a day is no multiple of `minutes`, so that all of a slot
/// has one offset and one local day. No slot is longer than `minutes`; of a local hour that comes twice, each pass
/// has slots of its own; of one that is skipped there are none. The first slot of all time begins at
/// [`Instant::MIN`], and the last ends at [`Instant::MAX`].
#[must_use]
pub fn slot_of(zone: Tz, minutes: u32, at: Instant) -> (Instant, Instant) {
    let length = i64::from(minutes.max(1)).saturating_mul(MINUTE);
    let stretch = Stretch::around(zone, at);
    let wall = stretch.offset.wall(at);
    let into = wall.since(wall.midnight()).checked_rem(length).unwrap_or(0);
    let from = wall.plus(into.saturating_neg());
    let start = stretch.offset.instant(from);
    let end = stretch.offset.instant(from.plus(length).min(wall.next_midnight()));
    (start.max(stretch.from), end.min(stretch.to))
}
