//! The axis of time that all pictures of a page share.

use chrono::{Datelike, Duration as Span, NaiveDateTime, NaiveTime, Timelike};
use chrono_tz::Tz;
use ringback_engine::center::{instant_to_local, local_to_instant};
use ringback_engine::{Duration, Instant};
use serde::Serialize;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Lengths that a bar may stand for, and what a person calls them.
const BARS: [(i64, &str); 10] = [
    (5 * MINUTE, "5 minutes"),
    (15 * MINUTE, "15 minutes"),
    (30 * MINUTE, "30 minutes"),
    (HOUR, "hour"),
    (3 * HOUR, "3 hours"),
    (6 * HOUR, "6 hours"),
    (12 * HOUR, "12 hours"),
    (DAY, "day"),
    (7 * DAY, "week"),
    (28 * DAY, "4 weeks"),
];

/// More bars than these are too thin to tell apart.
const MOST_BARS: i64 = 96;

/// Points of a line, and so its resolution.
const POINTS: i64 = 480;

/// The longest period whose agents are shown call by call.
const CALL_BY_CALL: i64 = 36 * HOUR;

/// The axis of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Scale {
    /// Its ends, in milliseconds of 1970.
    pub(super) from: i64,
    pub(super) to: i64,
    /// What one bar stands for, in milliseconds and in words.
    pub(super) bar: i64,
    pub(super) bar_words: &'static str,
    /// Local times to write below, the coarse ones first.
    pub(super) ticks: Vec<(i64, String)>,
}

impl Scale {
    /// The axis for what happened between these instants.
    pub(super) fn of(zone: Tz, span: Option<(Instant, Instant)>) -> Self {
        Self::of_bars(zone, span, MOST_BARS)
    }

    /// The same, with fewer bars than `most`.
    pub(super) fn of_bars(zone: Tz, span: Option<(Instant, Instant)>, most: i64) -> Self {
        let (first, last) = span.unwrap_or_default();
        let length = last.since(first).millis();
        let (bar, bar_words) =
            BARS.into_iter().find(|(bar, _)| length / bar < most).unwrap_or((28 * DAY, "4 weeks"));
        let local = local(zone, first);
        let floor = if bar < DAY { hour_of(local) } else { midnight_of(local) };
        let from = local_to_instant(zone, floor).0.millis();
        let bars = (last.millis() - from).div_euclid(bar) + 1;
        let to = from + bars * bar;
        Self { from, to, bar, bar_words, ticks: ticks(zone, floor, from, to) }
    }

    /// How many bars there are.
    pub(super) fn bars(&self) -> usize {
        usize::try_from((self.to - self.from) / self.bar).unwrap_or(0)
    }

    /// When a bar begins.
    pub(super) fn begin_of(&self, bar: usize) -> Instant {
        Instant::from_millis(self.from + self.bar * i64::try_from(bar).unwrap_or(0))
    }

    /// The bar that an instant falls into.
    pub(super) fn bar_of(&self, at: Instant) -> usize {
        position((at.millis() - self.from) / self.bar, self.bars())
    }

    /// How many points a line has.
    pub(super) fn points(&self) -> usize {
        usize::try_from(POINTS).unwrap_or(0)
    }

    /// The point of a line that an instant falls into.
    pub(super) fn point_of(&self, at: Instant) -> usize {
        let length = (self.to - self.from).max(1);
        position((at.millis() - self.from).saturating_mul(POINTS) / length, self.points())
    }

    /// Whether agents are shown call by call, and not by their occupancy.
    pub(super) fn call_by_call(&self) -> bool {
        self.to - self.from <= CALL_BY_CALL
    }
}

/// The local days of a period: `10 March 2026`, `1 to 31 January 1999`.
pub(super) fn days(zone: Tz, span: Option<(Instant, Instant)>) -> String {
    let Some((from, to)) = span else { return "nothing happened".into() };
    // What ends at midnight is over with its day.
    let to = from.max(to.before(Duration::from_millis(1)));
    let (from, to) = (local(zone, from).date(), local(zone, to).date());
    let last = to.format("%-d %B %Y");
    if from == to {
        last.to_string()
    } else if (from.year(), from.month()) == (to.year(), to.month()) {
        format!("{} to {last}", from.day())
    } else if from.year() == to.year() {
        format!("{} to {last}", from.format("%-d %B"))
    } else {
        format!("{} to {last}", from.format("%-d %B %Y"))
    }
}

fn position(position: i64, of: usize) -> usize {
    usize::try_from(position.max(0)).unwrap_or(0).min(of.saturating_sub(1))
}

fn local(zone: Tz, at: Instant) -> NaiveDateTime {
    instant_to_local(zone, at).naive_local()
}

fn hour_of(local: NaiveDateTime) -> NaiveDateTime {
    let hour = NaiveTime::from_hms_opt(local.hour(), 0, 0).unwrap_or_default();
    local.date().and_time(hour)
}

fn midnight_of(local: NaiveDateTime) -> NaiveDateTime {
    local.date().and_time(NaiveTime::MIN)
}

/// Hours of a day or two, days of some weeks, else months.
fn ticks(zone: Tz, floor: NaiveDateTime, from: i64, to: i64) -> Vec<(i64, String)> {
    let days = (to - from) / DAY;
    let mut ticks = Vec::new();
    let mut at = if days <= 2 { floor } else { midnight_of(floor) };
    loop {
        let instant = local_to_instant(zone, at).0.millis();
        if instant > to || ticks.len() > 400 {
            return ticks;
        }
        let wanted = days <= 120 || at.day() == 1;
        if instant >= from && wanted {
            let text = match days {
                0..=2 => at.format("%H:%M").to_string(),
                3..=120 => at.format("%-d %b").to_string(),
                _ => at.format("%b %Y").to_string(),
            };
            ticks.push((instant, text));
        }
        at += if days <= 2 { Span::hours(1) } else { Span::days(1) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str) -> (Instant, Instant) {
        let read =
            |text| ringback_engine::center::parse_instant(text, Tz::Europe__Berlin).expect("an instant");
        (read(from), read(to))
    }

    #[test]
    fn a_day_has_quarters_of_an_hour_and_hours_below() {
        let scale = Scale::of(Tz::Europe__Berlin, Some(span("2026-03-10 07:10", "2026-03-10 23:50")));
        assert_eq!((scale.bar, scale.bar_words), (15 * MINUTE, "15 minutes"));
        assert_eq!(scale.ticks[0].1, "07:00");
        assert_eq!(scale.bars(), 68, "07:00 to 24:00");
        assert!(scale.call_by_call());
    }

    #[test]
    fn a_month_has_days_below_and_its_bars_begin_at_local_hours() {
        let scale = Scale::of(Tz::Europe__Berlin, Some(span("2026-03-01 07:10", "2026-03-31 23:50")));
        assert_eq!((scale.bar_words, scale.bars()), ("12 hours", 62));
        assert!(!scale.call_by_call());
        assert_eq!(scale.ticks[0].1, "2 Mar", "the first midnight within");
        assert_eq!(
            scale.bar_of(span("2026-03-01 00:00", "2026-03-01 00:00").0),
            0,
            "what lies before is first"
        );
    }

    #[test]
    fn nothing_still_has_an_axis() {
        let scale = Scale::of(Tz::UTC, None);
        assert!(scale.bars() >= 1 && scale.from < scale.to);
    }
}
