//! Opening hours as a table of minutes, read from the texts of a calendar: another way than the engine's.

use std::cell::Cell;

use chrono::{Datelike, Timelike};
use chrono_tz::Tz;
use ringback_engine::Instant;
use ringback_engine::center::{Calendar, instant_to_local};

pub(super) const DAY: usize = 24 * 60;
const WEEK: usize = 7 * DAY;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// For each minute of the local week, whether it is open.
pub(super) struct Minutes {
    pub(super) zone: Tz,
    week: Vec<bool>,
    holidays: Vec<String>,
    closed: bool,
    /// The minute asked last, and its answer.
    last: Cell<(i64, bool)>,
}

impl Minutes {
    pub(super) fn new(calendar: &Calendar, zone: Tz) -> Self {
        let mut week = vec![false; WEEK];
        for span in &calendar.open {
            let of_span = week_of(&span.to_string());
            week.iter_mut().zip(of_span).for_each(|(open, also)| *open |= also);
        }
        let holidays = calendar.holidays.iter().map(ToString::to_string).collect();
        let zone = calendar.timezone.unwrap_or(zone);
        Self { zone, week, holidays, closed: calendar.closed, last: Cell::new((i64::MIN, false)) }
    }

    pub(super) fn is_open(&self, at: Instant, closed: Option<bool>) -> bool {
        !closed.unwrap_or(self.closed) && self.is_in_hours(at)
    }

    fn is_in_hours(&self, at: Instant) -> bool {
        let number = at.millis().div_euclid(60_000);
        let (last, open) = self.last.get();
        if last == number {
            return open;
        }
        let local = instant_to_local(self.zone, at);
        let date = local.date_naive().to_string();
        let holiday = self.holidays.iter().any(|day| date.ends_with(day.as_str()));
        let minute = local.weekday().num_days_from_monday() as usize * DAY
            + local.hour() as usize * 60
            + local.minute() as usize;
        let open = !holiday && self.week[minute];
        self.last.set((number, open));
        open
    }
}

/// For each minute of the week, whether it lies in a span as `Mon-Fri 09:00-17:00`.
pub(super) fn week_of(text: &str) -> Vec<bool> {
    let mut week = vec![false; WEEK];
    let (days, times) = text.split_once(' ').expect("days and times");
    let (from, to) = times.split_once('-').expect("from and to");
    let (from, to) = (minute(from), minute(to));
    let length = if to > from { to - from } else { to + DAY - from };
    for day in days.split(',').flat_map(days_of) {
        (0..length).for_each(|offset| week[(day * DAY + from + offset) % WEEK] = true);
    }
    week
}

pub(super) fn minute(text: &str) -> usize {
    let (hours, minutes) = text.split_once(':').expect("hours and minutes");
    hours.parse::<usize>().expect("hours") * 60 + minutes.parse::<usize>().expect("minutes")
}

/// The days of `Fri-Mon`, or of `Sat`.
fn days_of(text: &str) -> Vec<usize> {
    let day = |name: &str| DAYS.iter().position(|day| *day == name).expect("a weekday");
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (day(first), day(last));
    (0..7).map(|offset| (first + offset) % 7).take((last + 7 - first) % 7 + 1).collect()
}
