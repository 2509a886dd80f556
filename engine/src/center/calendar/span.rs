//! Weekly spans: `Mon-Fri 09:00-17:00`.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use chrono::{Datelike, NaiveDateTime, Timelike, Weekday, WeekdaySet};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::{CalendarError, DAY, WEEK};
use crate::center::local::digits;

/// Weekly spans of opening, in local time: `Mon-Fri 09:00-17:00`.
///
/// Days are one (`Sat`), a range that may go past Sunday (`Fri-Mon`), or several of either (`Mon,Wed-Fri`). A time
/// that ends no later than it starts (`22:00-06:00`) starts on each of the days and ends on the day after. `24:00`
/// is the end of a day. Serialised as its text; texts that say the same read alike and print alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct WeeklySpan {
    /// The days on which it starts.
    days: WeekdaySet,
    /// Minutes of the day, less than a day's.
    from: u16,
    /// Minutes of the day, more than none; less than `from` means on the day after.
    to: u16,
}

impl WeeklySpan {
    /// The minutes of the week that are open, from Monday 00:00; a span past Sunday's end goes on at Monday's start.
    pub(super) fn minutes_of_week(&self) -> impl Iterator<Item = Range<u16>> {
        let Self { days, from, to } = *self;
        let to = if from < to { to } else { to.saturating_add(DAY) };
        days.iter(Weekday::Mon).flat_map(move |day| {
            let midnight = DAY.saturating_mul(day.num_days_from_monday() as u16);
            let (from, to) = (midnight.saturating_add(from), midnight.saturating_add(to));
            let spans = [from..to.min(WEEK), 0..to.saturating_sub(WEEK)];
            spans.into_iter().filter(|span| !span.is_empty())
        })
    }
}

impl WeeklySpan {
    /// Whether a local time lies in it.
    pub(in crate::center) fn covers(&self, local: NaiveDateTime) -> bool {
        let day = DAY.saturating_mul(local.weekday().num_days_from_monday() as u16);
        let minute = day.saturating_add(minute_of_day(local));
        self.minutes_of_week().any(|span| span.contains(&minute))
    }
}

/// The minute of the day of a local time.
pub(super) fn minute_of_day(local: NaiveDateTime) -> u16 {
    u16::try_from(local.hour().saturating_mul(60).saturating_add(local.minute())).unwrap_or(DAY)
}

impl FromStr for WeeklySpan {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let shape = || {
            CalendarError(format!(
                "`{text}` is no weekly span: write days and times, as `Mon-Fri 09:00-17:00`"
            ))
        };
        let within = |why: String| CalendarError(format!("weekly span `{text}`: {why}"));

        let mut words = text.split_whitespace();
        let (Some(days), Some(times), None) = (words.next(), words.next(), words.next()) else {
            return Err(shape());
        };
        let times = times.split_once('-').ok_or_else(shape)?;
        let days = weekdays(days).map_err(within)?;
        let (from, to) = minutes(times).map_err(within)?;
        Ok(Self { days, from, to })
    }
}

impl fmt::Display for WeeklySpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_days(self.days, f)?;
        write_minutes(self.from, self.to, f)
    }
}

/// Reads the times of day between which something is open: minutes of the day, the first less than a day's, the second
/// more than none. The second is the smaller if it is one of the day after.
pub(super) fn minutes((from, to): (&str, &str)) -> Result<(u16, u16), String> {
    let (from, to) = (time(from)?, time(to)?);
    if from == DAY {
        return Err("`24:00` can only end a span: write `00:00` of the day after".into());
    }
    if from == to {
        return Err("it ends as it starts: write `00:00-24:00` for a whole day".into());
    }
    Ok((from, if to == 0 { DAY } else { to }))
}

/// Writes a blank and two times of day.
pub(super) fn write_minutes(from: u16, to: u16, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [from, to] = [from, to].map(|time| (time.wrapping_div(60), time.wrapping_rem(60)));
    write!(f, " {:02}:{:02}-{:02}:{:02}", from.0, from.1, to.0, to.1)
}

impl TryFrom<SmolStr> for WeeklySpan {
    type Error = CalendarError;

    fn try_from(text: SmolStr) -> Result<Self, CalendarError> {
        text.parse()
    }
}

impl From<WeeklySpan> for SmolStr {
    fn from(span: WeeklySpan) -> Self {
        format_smolstr!("{span}")
    }
}

/// Reads days and ranges of days, with commas between.
fn weekdays(text: &str) -> Result<WeekdaySet, String> {
    let mut days = WeekdaySet::EMPTY;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (weekday(first)?, weekday(last)?);
        days.insert(day);
        while day != last {
            day = day.succ();
            days.insert(day);
        }
    }
    Ok(days)
}

fn weekday(text: &str) -> Result<Weekday, String> {
    WeekdaySet::ALL.iter(Weekday::Mon).find(|day| format_smolstr!("{day}") == text).ok_or_else(|| {
        format!("`{text}` is no weekday: write `Mon`, `Tue`, `Wed`, `Thu`, `Fri`, `Sat` or `Sun`")
    })
}

/// Minutes of the day, up to and with `24:00`.
fn time(text: &str) -> Result<u16, String> {
    let read = || {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute) = (digits(hour, 2)?, digits(minute, 2)?);
        let minutes = u16::try_from(hour.checked_mul(60)?.checked_add(minute)?).ok()?;
        (minute < 60 && minutes <= DAY).then_some(minutes)
    };
    read().ok_or_else(|| format!("`{text}` is no time of day: write two digits each, `00:00` to `24:00`"))
}

/// Writes each run of days once, in the order of their first days; a run may go past Sunday.
fn write_days(days: WeekdaySet, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if days == WeekdaySet::ALL {
        return f.write_str("Mon-Sun");
    }
    let mut comma = "";
    for first in days.iter(Weekday::Mon).filter(|day| !days.contains(day.pred())) {
        let mut last = first;
        while days.contains(last.succ()) {
            last = last.succ();
        }
        write!(f, "{comma}{first}")?;
        if last != first {
            write!(f, "-{last}")?;
        }
        comma = ",";
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_print_in_canonical_form() {
        for (text, canonical) in [
            ("Mon-Fri 09:00-17:00", "Mon-Fri 09:00-17:00"),
            ("Sun-Thu 07:00-24:00", "Sun-Thu 07:00-24:00"),
            ("Sat 10:00-14:00", "Sat 10:00-14:00"),
            ("Fri-Mon 22:00-06:00", "Fri-Mon 22:00-06:00"),
            ("Mon-Fri 16:00-00:00", "Mon-Fri 16:00-24:00"),
            ("Wed-Wed 00:00-24:00", "Wed 00:00-24:00"),
            ("Sun-Sat 00:00-24:00", "Mon-Sun 00:00-24:00"),
            ("Wed-Tue 09:01-09:02", "Mon-Sun 09:01-09:02"),
            ("Wed,Mon 09:00-12:00", "Mon,Wed 09:00-12:00"),
            ("Mon,Tue,Thu,Sun 09:00-12:00", "Thu,Sun-Tue 09:00-12:00"),
            ("  Mon   09:00-12:00 ", "Mon 09:00-12:00"),
        ] {
            let span: WeeklySpan = text.parse().unwrap();
            assert_eq!(span.to_string(), canonical);
            assert_eq!(canonical.parse(), Ok(span));
        }
    }

    #[test]
    fn what_is_no_span_says_what_to_write() {
        for (text, message) in [
            ("", "`` is no weekly span: write days and times, as `Mon-Fri 09:00-17:00`"),
            ("always", "`always` is no weekly span: write days and times, as `Mon-Fri 09:00-17:00`"),
            ("Mon 09:00", "`Mon 09:00` is no weekly span: write days and times, as `Mon-Fri 09:00-17:00`"),
            (
                "Mon - Fri 09:00-17:00",
                "`Mon - Fri 09:00-17:00` is no weekly span: write days and times, as `Mon-Fri 09:00-17:00`",
            ),
            (
                "Mon-Friday 09:00-17:00",
                "weekly span `Mon-Friday 09:00-17:00`: `Friday` is no weekday: \
                 write `Mon`, `Tue`, `Wed`, `Thu`, `Fri`, `Sat` or `Sun`",
            ),
            (
                "Mon,,Tue 09:00-17:00",
                "weekly span `Mon,,Tue 09:00-17:00`: `` is no weekday: \
                 write `Mon`, `Tue`, `Wed`, `Thu`, `Fri`, `Sat` or `Sun`",
            ),
            (
                "Mon 9:00-17:00",
                "weekly span `Mon 9:00-17:00`: `9:00` is no time of day: \
                 write two digits each, `00:00` to `24:00`",
            ),
            (
                "Mon 09:00-24:01",
                "weekly span `Mon 09:00-24:01`: `24:01` is no time of day: \
                 write two digits each, `00:00` to `24:00`",
            ),
            (
                "Mon 09:60-10:00",
                "weekly span `Mon 09:60-10:00`: `09:60` is no time of day: \
                 write two digits each, `00:00` to `24:00`",
            ),
            (
                "Mon 24:00-09:00",
                "weekly span `Mon 24:00-09:00`: `24:00` can only end a span: write `00:00` of the day after",
            ),
            (
                "Mon 09:00-09:00",
                "weekly span `Mon 09:00-09:00`: it ends as it starts: write `00:00-24:00` for a whole day",
            ),
        ] {
            assert_eq!(text.parse::<WeeklySpan>().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn minutes_wrap_at_the_end_of_the_week() {
        let minutes =
            |text: &str| -> Vec<_> { text.parse::<WeeklySpan>().unwrap().minutes_of_week().collect() };
        assert_eq!(minutes("Mon,Sun 22:00-06:00"), [1_320..1_800, 9_960..10_080, 0..360]);
        assert_eq!(minutes("Sun 12:00-24:00"), vec![9_360..10_080; 1]);
        assert_eq!(minutes("Sat 12:00-11:59"), vec![7_920..9_359; 1]);
    }

    #[test]
    fn spans_are_serialised_as_text() {
        let span: WeeklySpan = serde_json::from_str("\"Sun-Thu 07:00-24:00\"").unwrap();
        assert_eq!(serde_json::to_string(&span).unwrap(), "\"Sun-Thu 07:00-24:00\"");
        let error = serde_json::from_str::<WeeklySpan>("\"Mon 10:00-10:00\"").unwrap_err();
        assert!(error.to_string().starts_with("weekly span `Mon 10:00-10:00`: it ends"), "{error}");
    }
}
