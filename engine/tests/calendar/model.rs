//! The model: clocks, their changes found by stepping, and calendars asked one instant at a time.

use std::sync::{Arc, LazyLock};

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Weekday};
use chrono_tz::Tz;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::sample::select;
use ringback_engine::center::{Calendar, Hours, Season, WeeklySpan};
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
    static CLOCKS: LazyLock<Vec<TimeZone>> = LazyLock::new(|| {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| TimeZone::get(zone.name()).unwrap()).collect()
    });
    let clock = &CLOCKS[zone as usize];
    TimeDelta::seconds(clock.to_offset(Timestamp::from_millisecond(at.millis()).unwrap()).seconds().into())
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

/// First day, how many days, and the minutes of the day between which it opens.
type Span = (Weekday, usize, u32, u32);

/// A day: of one year, or of every year.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    date: NaiveDate,
    yearly: bool,
}

impl When {
    fn is(self, date: NaiveDate) -> bool {
        if self.yearly {
            (self.date.month(), self.date.day()) == (date.month(), date.day())
        } else {
            self.date == date
        }
    }

    fn text(self) -> String {
        self.date.format(if self.yearly { "%m-%d" } else { "%Y-%m-%d" }).to_string()
    }
}

/// A calendar that is asked one instant at a time.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) zone: Tz,
    spans: Vec<Span>,
    /// First day, the day after the last, spans.
    seasons: Vec<(When, When, Vec<Span>)>,
    /// The day, and the minutes of it between which it opens.
    added: Vec<(When, u32, u32)>,
    holidays: Vec<When>,
    included: Vec<Model>,
}

impl Model {
    pub(crate) fn is_open(&self, at: Instant) -> bool {
        let local = clock(self.zone, at);
        let (date, minute) = (local.date(), local.hour() * 60 + local.minute());
        if self.holidays.iter().any(|day| day.is(date)) {
            return false;
        }
        let on = |date: NaiveDate| self.added.iter().filter(move |(day, ..)| day.is(date));
        let late = on(date.pred_opt().unwrap()).any(|&(_, from, to)| to <= from && minute < to);
        let today = if on(date).next().is_some() {
            on(date).any(|&(_, from, to)| from <= minute && (minute < to || to <= from))
        } else {
            weekly(self.spans_of(date), date.weekday(), minute)
        };
        today || late || self.included.iter().any(|other| other.is_open(at))
    }

    fn spans_of(&self, date: NaiveDate) -> &[Span] {
        let season = self.seasons.iter().rev().find(|(from, to, _)| {
            let day = (date.month(), date.day());
            let [first, end] = [from, to].map(|when| (when.date.month(), when.date.day()));
            match from.yearly {
                true if first < end => first <= day && day < end,
                true => first <= day || day < end,
                false => from.date <= date && date < to.date,
            }
        });
        season.map_or(&self.spans, |(_, _, spans)| spans)
    }

    pub(crate) fn hours(&self) -> Hours {
        let included = self.included.iter().map(|other| Arc::new(other.hours()));
        Hours::new(&self.calendar(), self.zone).including(included.collect())
    }

    fn calendar(&self) -> Calendar {
        let mut calendar = Calendar::new("model");
        calendar.timezone = Some(self.zone);
        calendar.open = texts(&self.spans);
        calendar.seasons = self
            .seasons
            .iter()
            .map(|(from, to, spans)| Season {
                from: from.text().parse().unwrap(),
                to: to.text().parse().unwrap(),
                open: texts(spans),
            })
            .collect();
        let added = |(day, from, to): &(When, u32, u32)| {
            format!("{} {}", day.text(), times(*from, *to)).parse().unwrap()
        };
        calendar.add = self.added.iter().map(added).collect();
        calendar.holidays = self.holidays.iter().map(|day| day.text().parse().unwrap()).collect();
        calendar
    }
}

fn weekly(spans: &[Span], today: Weekday, minute: u32) -> bool {
    spans.iter().any(|&(first, days, from, to)| {
        let starts = |day: Weekday| {
            std::iter::successors(Some(first), |day| Some(day.succ())).take(days).any(|d| d == day)
        };
        if from < to {
            starts(today) && (from..to).contains(&minute)
        } else {
            (starts(today) && from <= minute) || (starts(today.pred()) && minute < to)
        }
    })
}

fn texts(spans: &[Span]) -> Vec<WeeklySpan> {
    let text = |&(first, days, from, to): &Span| {
        let last = (1..days).fold(first, |day, _| day.succ());
        let days = if days == 1 { first.to_string() } else { format!("{first}-{last}") };
        format!("{days} {}", times(from, to)).parse().unwrap()
    };
    spans.iter().map(text).collect()
}

fn times(from: u32, to: u32) -> String {
    format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
}

/// A calendar and an instant, near a change of its clock, and not far from the days that it names.
pub(crate) fn model() -> impl Strategy<Value = (Model, Instant)> {
    (near_change(), plain_parts(), prop::option::weighted(0.3, (select(ZONES.to_vec()), plain_parts())))
        .prop_map(|((zone, at), own, other)| {
            let included = other.into_iter().map(|(zone, parts)| parts.model(zone, at, Vec::new())).collect();
            (own.model(zone, at, included), at)
        })
}

/// What a model is made of; days are counted from the instant it is asked about.
#[derive(Clone, Debug)]
struct Parts {
    spans: Vec<Span>,
    seasons: Vec<(i64, i64, bool, Vec<Span>)>,
    added: Vec<(i64, bool, u32, u32)>,
    holidays: Vec<(i64, bool)>,
}

impl Parts {
    fn model(self, zone: Tz, at: Instant, included: Vec<Model>) -> Model {
        let near =
            |day: i64, yearly: bool| When { date: clock(zone, at).date() + TimeDelta::days(day), yearly };
        Model {
            zone,
            spans: self.spans,
            seasons: self
                .seasons
                .into_iter()
                .map(|(first, days, yearly, spans)| (near(first, yearly), near(first + days, yearly), spans))
                .collect(),
            added: self
                .added
                .into_iter()
                .map(|(day, yearly, from, to)| (near(day, yearly), from, to))
                .collect(),
            holidays: self.holidays.into_iter().map(|(day, yearly)| near(day, yearly)).collect(),
            included,
        }
    }
}

fn plain_parts() -> impl Strategy<Value = Parts> {
    let minute =
        || prop_oneof![0..1_440_u32, select(vec![0, 1, 30, 60, 90, 120, 150, 180, 1_380, 1_410, 1_439])];
    let times = move || {
        (minute(), prop_oneof![minute(), Just(1_440)])
            .prop_filter("a span of no length", |(from, to)| from != to)
    };
    let span = move || {
        let span = (0..7_u8, 1..=7_usize, times())
            .prop_map(|(day, days, (from, to))| (Weekday::try_from(day).unwrap(), days, from, to));
        prop_oneof![4 => span, 1 => Just((Weekday::Mon, 7, 0, 1_440))]
    };
    let spans = move |most| prop::collection::vec(span(), 0..most);
    let season = (-3..=3_i64, 1..=5_i64, any::<bool>(), spans(2));
    let added =
        (-2..=3_i64, any::<bool>(), times()).prop_map(|(day, yearly, (from, to))| (day, yearly, from, to));
    let holiday = (-2..=4_i64, any::<bool>());
    (
        spans(4),
        prop_oneof![2 => Just(Vec::new()).boxed(), 1 => prop::collection::vec(season, 1..3).boxed()],
        prop_oneof![1 => Just(Vec::new()).boxed(), 1 => prop::collection::vec(added, 1..3).boxed()],
        prop::collection::vec(holiday, 0..4),
    )
        .prop_map(|(spans, seasons, added, holidays)| Parts { spans, seasons, added, holidays })
}
