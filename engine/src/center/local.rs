//! Local times: the instants they name, and how they are written.

use std::iter::successors;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use super::zone::{Stretch, Wall};
use crate::value::{Instant, TimeError};

/// How many instants a local time names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// One, which it resolved to.
    Unique,
    /// None: the clock was set forward over it. It resolved to the first instant after the gap.
    Gap,
    /// Several: the clock was set back over it. It resolved to the first of them.
    Overlap,
}

/// The instant at which clocks in `zone` show `local`, and whether the zone had to choose; what is finer than a
/// millisecond is cut off.
#[must_use]
pub fn local_to_instant(zone: Tz, local: NaiveDateTime) -> (Instant, Resolved) {
    let wall = Wall::from(local);
    let mut reached = None;
    let stretches = successors(Some(Stretch::around(zone, wall.earliest())), |last| last.next(zone));
    for stretch in stretches.take_while(|stretch| stretch.from <= wall.latest()) {
        let shown = stretch.offset.instant(wall);
        match reached {
            None if shown < stretch.from => return (stretch.from, Resolved::Gap),
            None if shown < stretch.to => reached = Some(shown),
            Some(first) if (stretch.from..stretch.to).contains(&shown) => return (first, Resolved::Overlap),
            _ => {}
        }
    }
    // Only a time past the last instant is reached by no stretch.
    (reached.unwrap_or(Instant::MAX), Resolved::Unique)
}

/// Reads RFC 3339 (`1999-01-03T05:00:01.250Z`), or local time in `zone` with a blank or `T`, seconds and fraction
/// optional (`1999-01-03 07:00:01.250`), resolved as [`local_to_instant`] does.
///
/// # Errors
///
/// The text is neither.
pub fn parse_instant(text: &str, zone: Tz) -> Result<Instant, TimeError> {
    match local_time(text) {
        Some(local) => Ok(local_to_instant(zone, local).0),
        None => text.parse().map_err(|_| TimeError::Local(text.into())),
    }
}

/// Reads `1999-01-03 07:00`, `1999-01-03T07:00:01` or `1999-01-03 07:00:01.250`.
fn local_time(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let (year, day) = date.split_once('-')?;
    let (month, day) = day.split_once('-')?;
    let date =
        NaiveDate::from_ymd_opt(i32::try_from(digits(year, 4)?).ok()?, digits(month, 2)?, digits(day, 2)?)?;

    let (hour, rest) = time.split_once(':')?;
    let (minute, rest) = rest.split_once(':').unwrap_or((rest, "00"));
    let (second, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
    Some(date.and_time(NaiveTime::from_hms_milli_opt(hour, minute, second, millis(fraction)?)?))
}

/// The milliseconds of a second's decimal fraction; what is finer is cut off.
fn millis(fraction: &str) -> Option<u32> {
    let spelled = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let padded: String = fraction.chars().chain("000".chars()).take(3).collect();
    spelled.then(|| digits(&padded, 3)).flatten()
}

/// The number that exactly `width` ASCII digits spell.
pub(super) fn digits(text: &str, width: usize) -> Option<u32> {
    let spelled = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    spelled.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_resolve_to_one_instant() {
        use Resolved::{Gap, Overlap, Unique};
        for (zone, local, instant, resolved) in [
            (Tz::Asia__Jerusalem, "1999-01-03T07:00:01.250", "1999-01-03T05:00:01.250Z", Unique),
            (Tz::America__New_York, "2026-03-08T01:59:59.999", "2026-03-08T06:59:59.999Z", Unique),
            (Tz::America__New_York, "2026-03-08T02:00:00", "2026-03-08T07:00:00Z", Gap),
            (Tz::America__New_York, "2026-03-08T02:59:59.999", "2026-03-08T07:00:00Z", Gap),
            (Tz::America__New_York, "2026-03-08T03:00:00", "2026-03-08T07:00:00Z", Unique),
            (Tz::America__New_York, "2026-11-01T00:59:59.999", "2026-11-01T04:59:59.999Z", Unique),
            (Tz::America__New_York, "2026-11-01T01:00:00", "2026-11-01T05:00:00Z", Overlap),
            (Tz::America__New_York, "2026-11-01T01:59:59.999", "2026-11-01T05:59:59.999Z", Overlap),
            (Tz::America__New_York, "2026-11-01T02:00:00", "2026-11-01T07:00:00Z", Unique),
            (Tz::Pacific__Apia, "2011-12-30T13:00:00", "2011-12-30T10:00:00Z", Gap),
            (Tz::Pacific__Apia, "2011-12-31T00:00:00", "2011-12-30T10:00:00Z", Unique),
            (Tz::Europe__Brussels, "1892-04-30T23:59:59", "1892-04-30T23:42:29Z", Unique),
            (Tz::Europe__Brussels, "1892-05-01T00:00:00", "1892-04-30T23:42:30Z", Overlap),
        ] {
            let expected = (instant.parse().unwrap(), resolved);
            assert_eq!(local_to_instant(zone, local.parse().unwrap()), expected, "{zone} {local}");
        }
    }

    #[test]
    fn times_beyond_all_instants_are_held_within() {
        for zone in [Tz::Pacific__Kiritimati, Tz::Pacific__Pago_Pago] {
            assert_eq!(local_to_instant(zone, NaiveDateTime::MIN).0, Instant::MIN);
            assert_eq!(local_to_instant(zone, NaiveDateTime::MAX).0, Instant::MAX);
        }
        let late = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap().and_hms_opt(23, 0, 0).unwrap();
        assert_eq!(local_to_instant(Tz::Pacific__Pago_Pago, late), (Instant::MAX, Resolved::Unique));
    }

    #[test]
    fn instants_are_read_in_either_form() {
        let zone = Tz::Asia__Jerusalem;
        for (text, instant) in [
            ("1999-01-03 07:00:01.250", "1999-01-03T05:00:01.250Z"),
            ("1999-01-03T07:00:01.25", "1999-01-03T05:00:01.250Z"),
            ("1999-01-03 07:00:01.2509999999999", "1999-01-03T05:00:01.250Z"),
            ("1999-01-03 07:00:01", "1999-01-03T05:00:01Z"),
            ("1999-01-03 07:00", "1999-01-03T05:00:00Z"),
            ("1999-01-03T07:00:01.250Z", "1999-01-03T07:00:01.250Z"),
            ("1999-01-03T07:00:01-05:00", "1999-01-03T12:00:01Z"),
        ] {
            assert_eq!(parse_instant(text, zone), Ok(instant.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "1999-01-03",
            "1999-01-03 7:00",
            "1999-01-03  07:00",
            "1999-1-03 07:00",
            "1999-02-29 07:00",
            "1999-01-03 24:00",
            "1999-01-03 07:60",
            "1999-01-03 07:00:60",
            "1999-01-03 07:00:01.",
            "1999-01-03 07:00.5",
            "1999-01-03 07:00:01.x",
            "1999-01-03 07:00:01.٣",
            "+1999-01-03 07:00",
            "-1999-01-03 07:00",
            "1999-01-03 07:00 ",
            "1999-01-03 07:00:01:02",
        ] {
            let error = parse_instant(text, zone).unwrap_err();
            assert_eq!(error, TimeError::Local(text.into()));
            assert!(error.to_string().contains("`1999-01-03 07:00:01.250`"), "{error}");
        }
    }
}
