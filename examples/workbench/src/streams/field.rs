//! The forms of single fields.

use chrono_tz::Tz;
use ringback_engine::center::parse_instant;
use ringback_engine::{Duration, Instant};

/// An instant: RFC 3339, or local time in `zone`.
pub(super) fn instant(text: &str, zone: Tz) -> Result<Instant, String> {
    parse_instant(text, zone).map_err(|error| error.to_string())
}

/// Decimal seconds, rounded to the nearest millisecond, halves up; none if empty.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    if text.is_empty() {
        return Ok(Duration::ZERO);
    }
    let error = || format!("`{text}` is no number of seconds: write it as `12` or `7.5`");
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(error()),
        None => (text, ""),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(error());
    }
    let mut thousandths = fraction.bytes().map(|digit| i64::from(digit - b'0')).chain(std::iter::repeat(0));
    let mut millis = 0;
    for _ in 0..3 {
        millis = millis * 10 + thousandths.next().unwrap_or(0);
    }
    millis += i64::from(thousandths.next().unwrap_or(0) >= 5);
    let total = whole.parse::<i64>().ok().and_then(|whole| whole.checked_mul(1_000)?.checked_add(millis));
    total.map(Duration::from_millis).ok_or_else(|| format!("`{text}` seconds are more than can be counted"))
}

/// A list with `|` between; of an empty text, the empty list.
pub(super) fn list<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split('|')
        .enumerate()
        .map(|(n, part)| match part.trim() {
            "" => Err(format!("place {} of the list is empty", n + 1)),
            part => read(part),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact_and_rounded_to_the_nearest_millisecond() {
        for (text, millis) in [
            ("", 0),
            ("0", 0),
            ("12", 12_000),
            ("7.5", 7_500),
            ("187.978", 187_978),
            ("0.0004", 0),
            ("0.0005", 1),
            ("0.00049999999999999999999", 0),
            ("1.9995", 2_000),
            ("0.1", 100),
            ("1.005", 1_005),
            ("9007199254740993.001", 9_007_199_254_740_993_001),
        ] {
            assert_eq!(seconds(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in
            ["-1", "1e3", ".5", "5.", "1,5", " 1", "1 ", "+1", "inf", "NaN", "1.2.3", "٣", "9223372036854776"]
        {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_have_bars_between() {
        let read = |text: &str| Ok::<_, String>(text.to_owned());
        assert_eq!(list("", read), Ok(vec![]));
        assert_eq!(list("a", read), Ok(vec!["a".into()]));
        assert_eq!(list("a | b|c", read), Ok(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(list("a||c", read), Err("place 2 of the list is empty".into()));
        assert_eq!(list("a|", read), Err("place 2 of the list is empty".into()));
    }
}
