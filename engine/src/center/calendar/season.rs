//! Seasons: dates on which other weekly spans hold.

use std::ops::Range;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::day::{Day, Days, Falls};
use super::{DAY, WeeklySpan, merged};

/// Dates `[from, to)` on which these weekly spans hold, and not the calendar's own.
///
/// Both days have a year, or neither has: `06-01` to `09-01` is every summer, `11-01` to `03-01` every winter. Where
/// seasons overlap, the one written last holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    /// Its first day.
    pub from: Day,
    /// The day after its last.
    pub to: Day,
    /// Weekly spans, in local time; none keeps it closed.
    pub open: Vec<WeeklySpan>,
}

impl Season {
    /// Why it has no days, if it has none.
    pub(in crate::center) fn obstacle(&self) -> Option<&'static str> {
        match (&self.from.0, &self.to.0) {
            (Falls::On(from), Falls::On(to)) if to <= from => Some("it ends before it has begun"),
            (Falls::Yearly(from), Falls::Yearly(to)) if from == to => {
                Some("it ends on the day on which it begins; for all the year, write the spans under `open`")
            }
            (Falls::On(_), Falls::Yearly(_)) | (Falls::Yearly(_), Falls::On(_)) => {
                Some("one of its days has a year and the other has none; write both alike")
            }
            _ => None,
        }
    }

    fn contains(&self, date: NaiveDate) -> bool {
        match (&self.from.0, &self.to.0) {
            (Falls::On(from), Falls::On(to)) => (from..to).contains(&&date),
            (Falls::Yearly(from), Falls::Yearly(to)) => {
                let day = (date.month(), date.day());
                if from < to { (*from..*to).contains(&day) } else { *from <= day || day < *to }
            }
            _ => false,
        }
    }
}

/// The minutes of each weekday that are open, from Monday on; in order, no two touch.
#[derive(Clone, Debug, Default)]
pub(super) struct Week([Vec<Range<u16>>; 7]);

impl Week {
    pub(super) fn new(spans: &[WeeklySpan]) -> Self {
        let minutes = merged(spans.iter().flat_map(WeeklySpan::minutes_of_week).collect());
        let mut midnight = 0_u16;
        Self([(); 7].map(|()| {
            let day = midnight..midnight.saturating_add(DAY);
            midnight = day.end;
            let inside = minutes.iter().map(|span| span.start.max(day.start)..span.end.min(day.end));
            let inside = inside.filter(|span| !span.is_empty());
            inside
                .map(|span| span.start.saturating_sub(day.start)..span.end.saturating_sub(day.start))
                .collect()
        }))
    }

    pub(super) fn minutes(&self, day: Weekday) -> &[Range<u16>] {
        self.0.get(day.num_days_from_monday() as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether it is open all the time, or never; `None` if now and then.
    pub(super) fn always(&self) -> Option<bool> {
        let never = self.0.iter().all(Vec::is_empty);
        let always = self.0.iter().all(|day| day.first() == Some(&(0..DAY)));
        if never || always { Some(always) } else { None }
    }
}

/// The weekly spans of a calendar, by date.
#[derive(Clone, Debug)]
pub(super) struct Weeks {
    usual: Week,
    seasons: Vec<(Season, Week)>,
}

impl Weeks {
    pub(super) fn new(usual: &[WeeklySpan], seasons: &[Season]) -> Self {
        let seasons = seasons.iter().map(|season| (season.clone(), Week::new(&season.open)));
        Self { usual: Week::new(usual), seasons: seasons.collect() }
    }

    pub(super) fn of(&self, date: NaiveDate) -> &Week {
        let season = self.seasons.iter().rev().find(|(season, _)| season.contains(date));
        season.map_or(&self.usual, |(_, week)| week)
    }
}

/// The days on which a season begins or ends.
pub(super) fn turns(seasons: &[Season], days: &mut Days) {
    for day in seasons.iter().flat_map(|season| [&season.from, &season.to]) {
        days.insert(day);
        // In a year without it, what begins on 29 February begins on the day after.
        days.insert_after(day);
    }
}
