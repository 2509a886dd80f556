//! The model: clocks, their changes found by stepping, and calendars asked one instant at a time.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Weekday};
use chrono_tz::Tz;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::sample::select;
use ringback_engine::center::Calendar;
use ringback_engine::{Duration, Instant};

/// Zones that change by an hour, half an hour, two hours, a whole day or some seconds, at midnight, before it and
/// after, twice a year, four times, or for good.
pub(crate) const ZONES: [Tz; 24] = [
    Tz::UTC,
    Tz::Africa__Cairo,
    Tz::Africa__Casablanca,
    Tz::Africa__Monrovia,
    Tz::America__Caracas,
    Tz::America__Juneau,
    Tz::America__New_York,
    Tz::America__Noronha,
    Tz::America__Sao_Paulo,
    Tz::America__St_Johns,
    Tz::Antarctica__Troll,
    Tz::Asia__Gaza,
    Tz::Asia__Jerusalem,
    Tz::Asia__Kathmandu,
    Tz::Asia__Manila,
    Tz::Asia__Pyongyang,
    Tz::Asia__Tehran,
    Tz::Australia__Lord_Howe,
    Tz::Europe__Brussels,
    Tz::Europe__Dublin,
    Tz::Europe__London,
    Tz::Pacific__Apia,
    Tz::Pacific__Kwajalein,
    Tz::Pacific__Chatham,
];

pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);

pub(crate) fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

/// What the clock in `zone` shows.
pub(crate) fn clock(zone: Tz, at: Instant) -> NaiveDateTime {
    at.to_utc().naive_utc() + ahead(zone, at)
}

/// How far the clock is ahead of UTC, as another library reads the zone data.
pub(crate) fn ahead(zone: Tz, at: Instant) -> TimeDelta {
    let zone = TimeZone::get(zone.name()).unwrap();
    TimeDelta::seconds(zone.to_offset(Timestamp::from_millisecond(at.millis()).unwrap()).seconds().into())
}

/// The first instant in `(from, to]` at which `seen` answers another thing than at `from`.
///
/// It looks every minute, and where a minute brought something new or a change of the clock, every second, then every
/// millisecond. What is seen changes with the clock's minutes, and clocks change at whole seconds: no second
/// holds two changes.
pub(crate) fn scan<T: PartialEq>(
    zone: Tz,
    from: Instant,
    to: Instant,
    seen: impl Fn(Instant) -> T,
) -> Option<Instant> {
    let before = seen(from);
    let new = |(_, to): &(Instant, Instant)| seen(*to) != before;
    for (from, to) in steps(from, to, MINUTE) {
        if seen(to) == before && ahead(zone, from) == ahead(zone, to) {
            continue;
        }
        if let Some((from, to)) = steps(from, to, SECOND).find(new) {
            return steps(from, to, MILLISECOND).find(new).map(|(_, to)| to);
        }
    }
    None
}

/// The steps of length `step` from `from` to `to`, the last of them shorter.
pub(crate) fn steps(from: Instant, to: Instant, step: Duration) -> impl Iterator<Item = (Instant, Instant)> {
    let next = move |from: Instant| (from < to).then(|| (from, from.after(step).min(to)));
    std::iter::successors(next(from), move |(_, last)| next(*last))
}

/// Every change of the clock in [`ZONES`] until 2040.
static CHANGES: LazyLock<Vec<(Tz, Instant)>> = LazyLock::new(|| {
    let (from, to) = (instant("1840-01-01T00:00:00Z"), instant("2040-01-01T00:00:00Z"));
    let mut changes = Vec::new();
    for zone in ZONES {
        let changed = steps(from, to, Duration::from_hours(12))
            .filter(|(from, to)| ahead(zone, *from) != ahead(zone, *to));
        changes.extend(changed.map(|(from, to)| (zone, scan(zone, from, to, |at| ahead(zone, at)).unwrap())));
    }
    assert!(changes.len() > 2_000);
    changes
});

/// A zone, and an instant near a change of its clock: within seconds, hours or days.
pub(crate) fn near_change() -> impl Strategy<Value = (Tz, Instant)> {
    let change = (0..ZONES.len(), any::<prop::sample::Index>()).prop_map(|(zone, index)| {
        let changes: Vec<Instant> =
            CHANGES.iter().filter(|(of, _)| *of == ZONES[zone]).map(|(_, change)| *change).collect();
        let change = if changes.is_empty() { instant("2000-03-01T00:00:00Z") } else { *index.get(&changes) };
        (ZONES[zone], change)
    });
    let away = prop_oneof![-2_000..2_000_i64, -10_800_000..10_800_000_i64, -172_800_000..172_800_000_i64];
    (change, away).prop_map(|((zone, change), away)| (zone, change.after(Duration::from_millis(away))))
}

/// A calendar that is asked one instant at a time.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) zone: Tz,
    /// First day, how many days, and the minutes of the day between which it opens.
    spans: Vec<(Weekday, usize, u32, u32)>,
    dated: Vec<NaiveDate>,
    yearly: Vec<NaiveDate>,
}

impl Model {
    pub(crate) fn is_open(&self, at: Instant) -> bool {
        let local = clock(self.zone, at);
        let (date, minute) = (local.date(), local.hour() * 60 + local.minute());
        let holiday = self.dated.contains(&date)
            || self.yearly.iter().any(|day| (day.month(), day.day()) == (date.month(), date.day()));
        let today = local.weekday();
        let weekly = self.spans.iter().any(|&(first, days, from, to)| {
            let starts = |day: Weekday| {
                std::iter::successors(Some(first), |day| Some(day.succ())).take(days).any(|d| d == day)
            };
            if from < to {
                starts(today) && (from..to).contains(&minute)
            } else {
                (starts(today) && from <= minute) || (starts(today.pred()) && minute < to)
            }
        });
        weekly && !holiday
    }

    pub(crate) fn calendar(&self) -> Calendar {
        let mut calendar = Calendar::new("model");
        for &(first, days, from, to) in &self.spans {
            let last = (1..days).fold(first, |day, _| day.succ());
            let days = if days == 1 { first.to_string() } else { format!("{first}-{last}") };
            let text = format!("{days} {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60);
            calendar.open.push(text.parse().unwrap());
        }
        calendar.holidays.extend(self.dated.iter().map(|day| day.to_string().parse().unwrap()));
        calendar
            .holidays
            .extend(self.yearly.iter().map(|day| day.format("%m-%d").to_string().parse().unwrap()));
        calendar
    }
}

/// A calendar and an instant, near a change of its clock, and not far from a holiday if it has any.
pub(crate) fn model() -> impl Strategy<Value = (Model, Instant)> {
    let minute =
        || prop_oneof![0..1_440_u32, select(vec![0, 1, 30, 60, 90, 120, 150, 180, 1_380, 1_410, 1_439])];
    let span = (0..7_u8, 1..=7_usize, minute(), prop_oneof![minute(), Just(1_440)])
        .prop_filter("a span of no length", |(_, _, from, to)| from != to)
        .prop_map(|(day, days, from, to)| (Weekday::try_from(day).unwrap(), days, from, to));
    let span = prop_oneof![4 => span, 1 => Just((Weekday::Mon, 7, 0, 1_440))];
    let days = || prop::collection::vec(-2..=4_i64, 0..3);
    (near_change(), prop::collection::vec(span, 0..4), days(), days()).prop_map(
        |((zone, at), spans, dated, yearly)| {
            let near = |days: Vec<i64>| {
                days.into_iter().map(|day| clock(zone, at).date() + TimeDelta::days(day)).collect()
            };
            (Model { zone, spans, dated: near(dated), yearly: near(yearly) }, at)
        },
    )
}
