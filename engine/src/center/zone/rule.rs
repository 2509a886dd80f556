//! The rule that holds in all years after a zone's last explicit change: the TZ string of POSIX, with the hours
//! that RFC 9636 adds.

use chrono::{Datelike, NaiveDate, Weekday};

/// Offsets by the time of the year; seconds, east of Greenwich.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// The offset of standard time.
    pub(super) standard: i32,
    /// Summer time, if it is kept.
    summer: Option<Summer>,
}

/// When summer time holds, and its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Summer {
    offset: i32,
    /// When it begins, by the clock of standard time.
    begins: Turn,
    /// When it ends, by its own clock.
    ends: Turn,
}

/// The time of the year at which a clock is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    day: Day,
    /// Seconds since that day's midnight: up to a week before it or after.
    time: i32,
}

/// A day of every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// The n-th of its weekday in a month; the fifth is the last.
    Weekday { month: u32, nth: u8, weekday: Weekday },
    /// The n-th day, from 1; 29 February is not counted.
    SkippingLeap(u32),
    /// The n-th day, from 0; 29 February is counted.
    CountingAll(u32),
}

const HOUR: i32 = 3_600;
const DAY_IN_SECONDS: i64 = 86_400;

impl Rule {
    /// Reads `EST5EDT,M3.2.0,M11.1.0`; `None` if it says nothing, or summer time without saying when.
    pub(super) fn read(text: &str) -> Option<Self> {
        let rest = after_name(text)?;
        let (standard, rest) = offset(rest)?;
        if rest.is_empty() {
            return Some(Self { standard, summer: None });
        }
        let rest = after_name(rest)?;
        let (summer, rest) = match rest.strip_prefix(',') {
            Some(rest) => (standard.checked_add(HOUR)?, rest),
            None => {
                let (summer, rest) = offset(rest)?;
                (summer, rest.strip_prefix(',')?)
            }
        };
        let (begins, ends) = rest.split_once(',')?;
        let (begins, ends) = (Turn::read(begins)?, Turn::read(ends)?);
        Some(Self { standard, summer: Some(Summer { offset: summer, begins, ends }) })
    }

    /// When in a year the offset becomes what, in order: seconds since 1970.
    pub(super) fn changes(&self, year: i32) -> Vec<(i64, i32)> {
        let Some(summer) = self.summer else { return Vec::new() };
        let begins = summer.begins.at(year, self.standard).map(|at| (at, summer.offset));
        let ends = summer.ends.at(year, summer.offset).map(|at| (at, self.standard));
        let mut changes: Vec<_> = begins.into_iter().chain(ends).collect();
        changes.sort_unstable();
        changes
    }
}

impl Turn {
    /// Reads `M3.2.0/2`, where `/2` can be left out.
    fn read(text: &str) -> Option<Self> {
        let (day, time) = text.split_once('/').unwrap_or((text, "2"));
        let day = if let Some(weekday) = day.strip_prefix('M') {
            let (month, rest) = weekday.split_once('.')?;
            let (nth, weekday) = rest.split_once('.')?;
            // Counted from Sunday.
            let weekday = weekday.parse::<u8>().ok().filter(|day| *day < 7)?;
            let weekday = Weekday::try_from(weekday.checked_add(6)?.checked_rem(7)?).ok()?;
            let (month, nth) = (month.parse().ok()?, nth.parse().ok()?);
            let possible = (1..=12).contains(&month) && (1..=5).contains(&nth);
            possible.then_some(Day::Weekday { month, nth, weekday })?
        } else if let Some(day) = day.strip_prefix('J') {
            Day::SkippingLeap(day.parse().ok().filter(|day| (1..=365).contains(day))?)
        } else {
            Day::CountingAll(day.parse().ok().filter(|day| *day <= 365)?)
        };
        let (time, rest) = seconds(time, 167)?;
        rest.is_empty().then_some(Self { day, time })
    }

    /// The instant in a year, on a clock that is `ahead` of UTC: seconds since 1970.
    fn at(self, year: i32, ahead: i32) -> Option<i64> {
        let days = self.day.of(year)?.signed_duration_since(NaiveDate::default()).num_days();
        let midnight = days.checked_mul(DAY_IN_SECONDS)?;
        midnight.checked_add(self.time.into())?.checked_sub(ahead.into())
    }
}

impl Day {
    /// The date in a year; none if that year has no such day.
    fn of(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Weekday { month, nth, weekday } => {
                let last = (1..=nth).rev();
                last.filter_map(|nth| NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth)).next()
            }
            Self::SkippingLeap(day) => {
                // The same day of a year without one.
                let day = NaiveDate::from_yo_opt(2001, day)?;
                NaiveDate::from_ymd_opt(year, day.month(), day.day())
            }
            Self::CountingAll(day) => NaiveDate::from_yo_opt(year, day.checked_add(1)?),
        }
    }
}

/// What follows the name of a time: three letters or more, or signs and digits in angle brackets.
fn after_name(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('<') {
        return quoted.split_once('>').map(|(_, rest)| rest);
    }
    let rest = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    (text.len().saturating_sub(rest.len()) >= 3).then_some(rest)
}

/// Reads hours west of Greenwich as seconds east of it.
fn offset(text: &str) -> Option<(i32, &str)> {
    let (west, rest) = seconds(text, 24)?;
    Some((west.checked_neg()?, rest))
}

/// Reads `-2:30:15` as seconds, of at most `hours` hours, and what follows.
fn seconds(text: &str, hours: i32) -> Option<(i32, &str)> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(unsigned.len());
    let (spelled, rest) = unsigned.split_at_checked(end)?;
    let mut total = 0_i32;
    let mut units = [(HOUR, hours), (60, 59), (1, 59)].into_iter();
    for part in spelled.split(':') {
        let (unit, most) = units.next()?;
        let number = part.parse::<i32>().ok().filter(|number| *number <= most)?;
        total = total.checked_add(number.checked_mul(unit)?)?;
    }
    Some((if text.starts_with('-') { total.checked_neg()? } else { total }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(text: &str, year: i32) -> Vec<(String, i32)> {
        let changes = Rule::read(text).unwrap().changes(year);
        let shown =
            |at| chrono::DateTime::from_timestamp(at, 0).unwrap().format("%m-%d %H:%M:%S").to_string();
        changes.into_iter().map(|(at, offset)| (shown(at), offset)).collect()
    }

    #[test]
    fn clocks_are_set_where_the_rule_says() {
        let at = |text: &str, offset| (text.to_owned(), offset);
        assert_eq!(Rule::read("<+0530>-5:30").unwrap().standard, 19_800);
        assert_eq!(changes("<+0530>-5:30", 2030), []);
        for (rule, year, expected) in [
            ("EST5EDT,M3.2.0,M11.1.0", 2026, [at("03-08 07:00:00", -14_400), at("11-01 06:00:00", -18_000)]),
            // The southern half: summer time ends first.
            (
                "NZST-12NZDT,M9.5.0,M4.1.0/3",
                2026,
                [at("04-04 14:00:00", 43_200), at("09-26 14:00:00", 46_800)],
            ),
            // Negative summer time, in winter.
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 2026, [at("03-29 01:00:00", 3_600), at("10-25 01:00:00", 0)]),
            // Days before the named one, and after.
            (
                "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                2026,
                [at("03-29 01:00:00", -3_600), at("10-25 01:00:00", -7_200)],
            ),
            (
                "EET-2EEST,M3.4.4/50,M10.4.4/50",
                2026,
                [at("03-28 00:00:00", 10_800), at("10-23 23:00:00", 7_200)],
            ),
            ("AAA0BBB,J60/0,J365/0", 2028, [at("03-01 00:00:00", 3_600), at("12-30 23:00:00", 0)]),
            ("AAA0BBB,59/0,364/0", 2028, [at("02-29 00:00:00", 3_600), at("12-29 23:00:00", 0)]),
            (
                "LMT-0:19:32BBB,M1.1.1/0:0:28,M2.1.1",
                2024,
                [at("12-31 23:40:56", 4_772), at("02-05 00:40:28", 1_172)],
            ),
        ] {
            assert_eq!(changes(rule, year), expected, "{rule}");
        }
    }

    #[test]
    fn what_is_no_rule_is_not_read() {
        for text in [
            "",
            "EST",
            "ES5",
            "<EST5",
            "EST5EDT",
            "EST25",
            "EST5EDT,M3.2.0",
            "EST5EDT,M13.2.0,M11.1.0",
            "EST5EDT,M3.6.0,M11.1.0",
            "EST5EDT,M3.2.7,M11.1.0",
            "EST5EDT,J0,M11.1.0",
            "EST5EDT,J366,M11.1.0",
            "EST5EDT,366,M11.1.0",
            "EST5EDT,M3.2.0/168,M11.1.0",
            "EST5EDT,M3.2.0,M11.1.0x",
            "EST5:60",
            "EST5:0:0:0",
        ] {
            assert_eq!(Rule::read(text), None, "{text}");
        }
    }
}
