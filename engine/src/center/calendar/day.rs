//! Local days: `2026-12-25`, and `12-25` for every year.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::CalendarError;
use crate::center::local::digits;

/// A year in which every day of the calendar exists.
const LEAP_YEAR: i32 = 2000;
/// The days of a leap year.
const DAYS_OF_LEAP_YEAR: usize = 366;

/// Years from one leap year to the next, where a century that has none lies between.
const LONGEST_BETWEEN_LEAP_YEARS: i32 = 8;

/// A local day: `2026-12-25`, or `12-25` for every year.
///
/// `02-29` is a day of leap years only. Serialised as its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct Day(pub(super) Falls);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Falls {
    On(NaiveDate),
    Yearly(DayOfYear),
}

/// Month and day of the month.
pub(super) type DayOfYear = (u32, u32);

impl Day {
    /// Whether it falls on a date.
    pub(super) fn is(&self, date: NaiveDate) -> bool {
        match self.0 {
            Falls::On(day) => day == date,
            Falls::Yearly(day) => day == (date.month(), date.day()),
        }
    }
}

impl FromStr for Day {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let mut parts = text.rsplitn(3, '-');
        let (day, month, year) = (parts.next(), parts.next(), parts.next());
        let number = |part: Option<&str>, width| part.and_then(|part| digits(part, width));
        let dated = match year {
            Some(_) => number(year, 4).and_then(|year| i32::try_from(year).ok()).map(Some),
            None => Some(None),
        };
        let (Some(year), Some(month), Some(day)) = (dated, number(month, 2), number(day, 2)) else {
            let why = format!("`{text}` is no day: write `2026-12-25`, or `12-25` for every year");
            return Err(CalendarError(why));
        };
        let date = existing(year.unwrap_or(LEAP_YEAR), month, day)
            .map_err(|why| CalendarError(format!("day `{text}`: {why}")))?;
        Ok(Self(if year.is_some() { Falls::On(date) } else { Falls::Yearly((month, day)) }))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Falls::On(date) => write!(f, "{date}"),
            Falls::Yearly((month, day)) => write!(f, "{month:02}-{day:02}"),
        }
    }
}

impl TryFrom<SmolStr> for Day {
    type Error = CalendarError;

    fn try_from(text: SmolStr) -> Result<Self, CalendarError> {
        text.parse()
    }
}

impl From<Day> for SmolStr {
    fn from(day: Day) -> Self {
        format_smolstr!("{day}")
    }
}

/// The date, or what to write for it.
fn existing(year: i32, month: u32, day: u32) -> Result<NaiveDate, String> {
    let last = (28..=31).rfind(|last| NaiveDate::from_ymd_opt(year, month, *last).is_some());
    let last = last.ok_or_else(|| format!("there is no month `{month:02}`: write `01` to `12`"))?;
    NaiveDate::from_ymd_opt(year, month, day)
        .ok_or_else(|| format!("that month has no day `{day:02}`: write `01` to `{last}`"))
}

/// A set of days.
#[derive(Clone, Debug, Default)]
pub(super) struct Days {
    dated: BTreeSet<NaiveDate>,
    yearly: BTreeSet<DayOfYear>,
}

impl Days {
    pub(super) fn contains(&self, date: NaiveDate) -> bool {
        self.yearly.contains(&(date.month(), date.day())) || self.dated.contains(&date)
    }

    pub(super) fn insert(&mut self, day: &Day) {
        match day.0 {
            Falls::On(date) => self.dated.insert(date),
            Falls::Yearly(day) => self.yearly.insert(day),
        };
    }

    /// Adds the day after `day`: of 28 February, both that it may be.
    pub(super) fn insert_after(&mut self, day: &Day) {
        match day.0 {
            Falls::On(date) => self.dated.extend(date.succ_opt()),
            Falls::Yearly((month, day)) => {
                let years = [LEAP_YEAR, LEAP_YEAR.saturating_add(1)];
                let dates = years.into_iter().filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
                let after = dates.filter_map(|date| date.succ_opt());
                self.yearly.extend(after.map(|date| (date.month(), date.day())));
            }
        }
    }

    /// The first one on `date` or later.
    pub(super) fn first_from(&self, date: NaiveDate) -> Option<NaiveDate> {
        let dated = self.dated.range(date..).next().copied();
        let years = date.year()..=date.year().saturating_add(LONGEST_BETWEEN_LEAP_YEARS);
        let yearly = years
            .flat_map(|year| {
                self.yearly.iter().filter_map(move |&(month, day)| NaiveDate::from_ymd_opt(year, month, day))
            })
            .find(|day| date <= *day);
        dated.into_iter().chain(yearly).min()
    }

    /// Whether every day of every year is one.
    pub(super) fn fill_every_year(&self) -> bool {
        self.yearly.len() == DAYS_OF_LEAP_YEAR
    }

    /// The last one that comes in one year only.
    pub(super) fn last_dated(&self) -> Option<NaiveDate> {
        self.dated.last().copied()
    }
}

impl<'a> FromIterator<&'a Day> for Days {
    fn from_iter<T: IntoIterator<Item = &'a Day>>(days: T) -> Self {
        let mut all = Self::default();
        for day in days {
            all.insert(day);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_as_they_print() {
        for text in ["2026-12-25", "12-25", "02-29", "2028-02-29", "0001-01-01", "9999-12-31"] {
            let day: Day = text.parse().unwrap();
            assert_eq!(day.to_string(), text);
            assert_eq!(serde_json::to_string(&day).unwrap(), format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Day>(&format!("\"{text}\"")).unwrap(), day);
        }
    }

    #[test]
    fn what_is_no_day_says_what_to_write() {
        let shape = "is no day: write `2026-12-25`, or `12-25` for every year";
        for text in
            ["", "25.12.2026", "2026-1-1", "1-1", "26-12-25", "+026-12-25", "-12-25", "2026-12-25-", "١٢-٢٥"]
        {
            assert_eq!(text.parse::<Day>().unwrap_err().to_string(), format!("`{text}` {shape}"));
        }
        for (text, message) in [
            ("2026-13-01", "day `2026-13-01`: there is no month `13`: write `01` to `12`"),
            ("00-10", "day `00-10`: there is no month `00`: write `01` to `12`"),
            ("2026-02-29", "day `2026-02-29`: that month has no day `29`: write `01` to `28`"),
            ("02-30", "day `02-30`: that month has no day `30`: write `01` to `29`"),
            ("12-00", "day `12-00`: that month has no day `00`: write `01` to `31`"),
        ] {
            assert_eq!(text.parse::<Day>().unwrap_err().to_string(), message);
        }
    }
}
