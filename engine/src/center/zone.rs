//! The wall clock of a zone: offsets, and where they change.
//!
//! Everything here rests on one law of the zone database, which a test holds for every zone: an offset, once
//! changed, does not come back within a [`PROBE`]. Two equal offsets at most that far apart have no change
//! between them, and where they differ, bisection finds the change to the millisecond.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset as _, TimeZone};
use chrono_tz::Tz;

use crate::value::{Duration, Instant};

/// The longest stretch over which two equal offsets mean that nothing changed in between. The shortest time
/// after which a zone ever took an offset back is 167 hours.
pub(super) const PROBE: Duration = Duration::from_days(1);

pub(super) const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;
const WEEK: i64 = 7 * DAY;
/// From a Monday's midnight to 1970-01-01, a Thursday.
const MONDAY_TO_EPOCH: i64 = 3 * DAY;

/// What the clock on the wall shows: milliseconds since its 1970-01-01 00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wall(i64);

impl Wall {
    /// The local day.
    pub(super) fn date(self) -> NaiveDate {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::UNIX_EPOCH).date_naive()
    }

    /// The midnight that begins the local day.
    pub(super) fn midnight(self) -> Self {
        self.plus(self.0.rem_euclid(DAY).saturating_neg())
    }

    /// The midnight that ends the local day.
    pub(super) fn next_midnight(self) -> Self {
        self.midnight().plus(DAY)
    }

    /// The midnight that begins the local week's Monday.
    pub(super) fn monday(self) -> Self {
        self.plus(self.0.saturating_add(MONDAY_TO_EPOCH).rem_euclid(WEEK).saturating_neg())
    }

    /// Milliseconds since `earlier`.
    pub(super) fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// An instant before which it is shown nowhere: an offset is shorter than a [`PROBE`].
    pub(super) fn earliest(self) -> Instant {
        Instant::from_millis(self.0).before(PROBE)
    }

    /// An instant after which it is shown nowhere.
    pub(super) fn latest(self) -> Instant {
        Instant::from_millis(self.0).after(PROBE)
    }

    /// `millis` milliseconds later, by the clock.
    pub(super) fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl From<NaiveDateTime> for Wall {
    fn from(local: NaiveDateTime) -> Self {
        Self(local.and_utc().timestamp_millis())
    }
}

/// How far the wall clock is ahead of UTC, in milliseconds; always less than a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset(i64);

impl Offset {
    /// The offset of `zone` at `at`.
    pub(super) fn at(zone: Tz, at: Instant) -> Self {
        let seconds = zone.offset_from_utc_datetime(&at.to_utc().naive_utc()).fix().local_minus_utc();
        Self(i64::from(seconds).saturating_mul(1_000))
    }

    /// What the clock shows at `at`.
    pub(super) fn wall(self, at: Instant) -> Wall {
        Wall(at.millis().saturating_add(self.0))
    }

    /// When the clock shows `wall`, were this the offset then.
    pub(super) fn instant(self, wall: Wall) -> Instant {
        Instant::from_millis(wall.0.saturating_sub(self.0))
    }
}

/// A time `[from, to)` of one offset, at most a [`PROBE`] long; the next one may have the same offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) from: Instant,
    pub(super) to: Instant,
    pub(super) offset: Offset,
}

impl Stretch {
    /// The stretch that begins at `from`; none begins at [`Instant::MAX`].
    pub(super) fn beginning(zone: Tz, from: Instant) -> Option<Self> {
        let probe = from.after(PROBE);
        let to = first_change(zone, from, probe).unwrap_or(probe);
        (from < to).then(|| Self { from, to, offset: Offset::at(zone, from) })
    }

    /// The stretch that begins where this one ends.
    pub(super) fn next(self, zone: Tz) -> Option<Self> {
        Self::beginning(zone, self.to)
    }
}

/// The first instant in `(from, to]` whose offset is not that of `from`; `to` is at most a [`PROBE`] later.
pub(super) fn first_change(zone: Tz, from: Instant, to: Instant) -> Option<Instant> {
    let before = Offset::at(zone, from);
    (Offset::at(zone, to) != before).then(|| bisect(from, to, |at| Offset::at(zone, at) != before))
}

/// The instant in `(from, to]` from which on the offset is that of `to`; `to` is at most a [`PROBE`] later.
pub(super) fn last_change(zone: Tz, from: Instant, to: Instant) -> Option<Instant> {
    let after = Offset::at(zone, to);
    (Offset::at(zone, from) != after).then(|| bisect(from, to, |at| Offset::at(zone, at) == after))
}

/// The first instant in `(from, to]` at which `holds`, which it does not at `from`, does at `to`, and never
/// ceases to in between.
fn bisect(from: Instant, to: Instant, holds: impl Fn(Instant) -> bool) -> Instant {
    let (mut fails, mut found) = (from, to);
    loop {
        let half = found.since(fails).millis().wrapping_div(2);
        if half == 0 {
            return found;
        }
        let middle = fails.after(Duration::from_millis(half));
        if holds(middle) { found = middle } else { fails = middle }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::TZ_VARIANTS;

    use super::*;

    /// Looks at every zone once a probe, from before the first change of any until no rule is written out any more.
    #[test]
    fn no_offset_comes_back_within_days() {
        let instant = |text: &str| text.parse::<Instant>().unwrap();
        let (first, last) = (instant("1840-01-01T00:00:00Z"), instant("2101-01-01T00:00:00Z"));
        let mut changes = 0;
        for zone in TZ_VARIANTS {
            let (mut at, mut offset, mut since) = (first, Offset::at(zone, first), first);
            while at < last {
                at = at.after(PROBE);
                let seen = Offset::at(zone, at);
                if seen != offset {
                    let kept = at.since(since);
                    assert!(since == first || kept >= Duration::from_days(6), "{zone}: {since} to {at}");
                    (offset, since) = (seen, at);
                    changes += 1;
                }
            }
        }
        assert!(changes > 10_000, "{changes}");
    }

    #[test]
    fn changes_are_found_to_the_millisecond() {
        let change: Instant = "2026-03-08T07:00:00Z".parse().unwrap();
        let (from, to) = (change.before(Duration::from_hours(5)), change.after(Duration::from_hours(19)));
        let millisecond = Duration::from_millis(1);
        for zone in [Tz::America__New_York, Tz::America__Toronto] {
            assert_eq!(first_change(zone, from, to), Some(change));
            assert_eq!(last_change(zone, from, to), Some(change));
            assert_eq!(first_change(zone, from, change.before(millisecond)), None);
            assert_eq!(last_change(zone, change, to), None);
            assert_eq!(first_change(zone, change.before(millisecond), change), Some(change));
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        for (text, monday) in
            [("2026-02-01", "2026-01-26"), ("2026-02-02", "2026-02-02"), ("1969-12-31", "1969-12-29")]
        {
            let noon = Wall::from(text.parse::<NaiveDate>().unwrap().and_hms_opt(12, 0, 0).unwrap());
            assert_eq!(noon.monday().date().to_string(), monday);
            assert_eq!(noon.date().to_string(), text);
        }
    }
}
