//! Added dates: `2026-12-24 09:00-12:00`, and `12-24 09:00-12:00` for every year.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::day::{Day, DayOfYear, Days, Falls};
use super::span::{minute_of_day, minutes, write_minutes};
use super::{CalendarError, DAY};

/// Opening on one date, or on one of every year, in local time: `2026-12-24 09:00-12:00`, `12-24 09:00-12:00`.
///
/// A time that ends no later than it starts ends on the day after. `24:00` is the end of the day. Serialised as its
/// text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct AddedSpan {
    pub(super) day: Day,
    /// Minutes of the day, less than a day's.
    from: u16,
    /// Minutes of the day, more than none; less than `from` means on the day after.
    to: u16,
}

impl AddedSpan {
    /// The minutes from its date's midnight on; they may go on after the next.
    fn minutes(&self) -> Range<u16> {
        self.from..if self.from < self.to { self.to } else { self.to.saturating_add(DAY) }
    }

    /// The whole of a day.
    #[must_use]
    pub fn whole(day: Day) -> Self {
        Self { day, from: 0, to: DAY }
    }

    /// Whether a local time lies in it.
    pub(in crate::center) fn covers(&self, local: NaiveDateTime) -> bool {
        let minute = minute_of_day(local);
        let yesterday = local.date().pred_opt().is_some_and(|date| self.day.is(date));
        self.day.is(local.date()) && self.minutes().contains(&minute)
            || yesterday && self.minutes().contains(&minute.saturating_add(DAY))
    }

    /// Whether it goes on after midnight.
    pub(super) fn wraps(&self) -> bool {
        self.to < self.from
    }
}

impl FromStr for AddedSpan {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let shape = || {
            CalendarError(format!(
                "`{text}` is no added date: write a day and times, as `2026-12-24 09:00-12:00` or \
                 `12-24 09:00-12:00`"
            ))
        };
        let within = |why: String| CalendarError(format!("added date `{text}`: {why}"));
        let mut words = text.split_whitespace();
        let (Some(day), Some(times), None) = (words.next(), words.next(), words.next()) else {
            return Err(shape());
        };
        let times = times.split_once('-').ok_or_else(shape)?;
        let day = day.parse().map_err(|why: CalendarError| within(why.0))?;
        let (from, to) = minutes(times).map_err(within)?;
        Ok(Self { day, from, to })
    }
}

impl fmt::Display for AddedSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.day.fmt(f)?;
        write_minutes(self.from, self.to, f)
    }
}

impl TryFrom<SmolStr> for AddedSpan {
    type Error = CalendarError;

    fn try_from(text: SmolStr) -> Result<Self, CalendarError> {
        text.parse()
    }
}

impl From<AddedSpan> for SmolStr {
    fn from(span: AddedSpan) -> Self {
        format_smolstr!("{span}")
    }
}

/// The added dates of a calendar.
#[derive(Clone, Debug, Default)]
pub(super) struct Additions {
    dated: BTreeMap<NaiveDate, Vec<Range<u16>>>,
    yearly: BTreeMap<DayOfYear, Vec<Range<u16>>>,
}

impl Additions {
    /// The minutes of a date that spans which start on it keep open.
    pub(super) fn on(&self, date: NaiveDate) -> Vec<Range<u16>> {
        self.starting(date).map(|span| span.start..span.end.min(DAY)).collect()
    }

    /// The minutes of a date that spans which started the day before keep open.
    pub(super) fn carried_into(&self, date: NaiveDate) -> Vec<Range<u16>> {
        let yesterday = date.pred_opt().into_iter().flat_map(|date| self.starting(date));
        yesterday.filter(|span| span.end > DAY).map(|span| 0..span.end.saturating_sub(DAY)).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.dated.is_empty() && self.yearly.is_empty()
    }

    fn starting(&self, date: NaiveDate) -> impl Iterator<Item = &Range<u16>> {
        let yearly = self.yearly.get(&(date.month(), date.day()));
        self.dated.get(&date).into_iter().chain(yearly).flatten()
    }
}

impl<'a> FromIterator<&'a AddedSpan> for Additions {
    fn from_iter<T: IntoIterator<Item = &'a AddedSpan>>(spans: T) -> Self {
        let mut all = Self::default();
        for span in spans {
            let minutes = match span.day.0 {
                Falls::On(date) => all.dated.entry(date).or_default(),
                Falls::Yearly(day) => all.yearly.entry(day).or_default(),
            };
            minutes.push(span.minutes());
        }
        all
    }
}

/// The days on which added dates make a difference.
pub(super) fn touched(spans: &[AddedSpan], days: &mut Days) {
    for span in spans {
        days.insert(&span.day);
        if span.wraps() {
            days.insert_after(&span.day);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_dates_read_as_they_print() {
        for (text, canonical) in [
            ("2026-12-24 09:00-12:00", "2026-12-24 09:00-12:00"),
            ("12-24   09:00-12:00", "12-24 09:00-12:00"),
            ("02-29 22:00-02:00", "02-29 22:00-02:00"),
            ("12-31 18:00-00:00", "12-31 18:00-24:00"),
        ] {
            let span: AddedSpan = text.parse().unwrap();
            assert_eq!(span.to_string(), canonical);
            assert_eq!(serde_json::from_str::<AddedSpan>(&format!("\"{text}\"")).unwrap(), span);
        }
    }

    #[test]
    fn what_is_no_added_date_says_what_to_write() {
        let shape =
            "is no added date: write a day and times, as `2026-12-24 09:00-12:00` or `12-24 09:00-12:00`";
        for text in ["", "2026-12-24", "2026-12-24 09:00", "24 Dec 09:00-12:00", "2026-12-24 09:00-12:00 x"] {
            assert_eq!(text.parse::<AddedSpan>().unwrap_err().to_string(), format!("`{text}` {shape}"));
        }
        for (text, message) in [
            (
                "2026-02-29 09:00-12:00",
                "added date `2026-02-29 09:00-12:00`: day `2026-02-29`: that month has no day `29`: \
                 write `01` to `28`",
            ),
            (
                "12-24 9:00-12:00",
                "added date `12-24 9:00-12:00`: `9:00` is no time of day: write two digits each, `00:00` to `24:00`",
            ),
            (
                "12-24 09:00-09:00",
                "added date `12-24 09:00-09:00`: it ends as it starts: write `00:00-24:00` for a whole day",
            ),
        ] {
            assert_eq!(text.parse::<AddedSpan>().unwrap_err().to_string(), message);
        }
    }
}
