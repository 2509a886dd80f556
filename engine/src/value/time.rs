//! Time as data: integer milliseconds. Nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// An instant: milliseconds of UTC since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "i64", into = "i64")]
pub struct Instant(i64);

impl Instant {
    /// The first instant the engine knows, 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// The last instant the engine knows, 9999-12-31T23:59:59.999Z; sums beyond it stay at it.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The instant `millis` milliseconds after 1970-01-01T00:00:00Z, held within [`MIN`](Self::MIN) and
    /// [`MAX`](Self::MAX).
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This instant plus `duration`.
    #[must_use]
    pub const fn after(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(duration.0))
    }

    /// This instant minus `duration`.
    #[must_use]
    pub const fn before(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(duration.0))
    }

    /// The time from `earlier` to this instant; negative if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// The same instant as chrono has it.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// As [`Instant::from_millis`]: within the range, wherever the number comes from.
impl From<i64> for Instant {
    fn from(millis: i64) -> Self {
        Self::from_millis(millis)
    }
}

impl From<Instant> for i64 {
    fn from(instant: Instant) -> Self {
        instant.0
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(time: DateTime<Utc>) -> Self {
        Self::from_millis(time.timestamp_millis())
    }
}

/// RFC 3339 in UTC with milliseconds: `1999-01-03T05:00:01.250Z`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// Reads RFC 3339, with any offset.
impl FromStr for Instant {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        DateTime::parse_from_rfc3339(text)
            .map(|time| Self::from_millis(time.timestamp_millis()))
            .map_err(|_| TimeError::Instant(text.into()))
    }
}

/// A span of time in milliseconds; negative ones point back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duration(i64);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of `millis` milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// A span of `seconds` seconds.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// A span of `minutes` minutes.
    #[must_use]
    pub const fn from_mins(minutes: i64) -> Self {
        Self(minutes.saturating_mul(60_000))
    }

    /// A span of `hours` hours.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours.saturating_mul(3_600_000))
    }

    /// A span of `days` days of 24 hours.
    #[must_use]
    pub const fn from_days(days: i64) -> Self {
        Self(days.saturating_mul(86_400_000))
    }

    /// Milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds, rounded toward zero.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.0.wrapping_div(1_000)
    }

    /// The sum, held within the range of 64-bit milliseconds.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

const UNITS: [(&str, i64); 4] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];

/// The shortest of `2d`, `3h`, `5m`, `90s`, `250ms` that says it exactly; `0s` for none.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        for (unit, millis) in UNITS {
            if let (Some(0), Some(whole)) = (self.0.checked_rem(millis), self.0.checked_div(millis)) {
                return write!(f, "{whole}{unit}");
            }
        }
        write!(f, "{}ms", self.0)
    }
}

/// Reads a whole number with one of the units `ms`, `s`, `m`, `h`, `d`: `90s`.
impl FromStr for Duration {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let error = || TimeError::Duration(text.into());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).ok_or_else(error)?;
        let number: i64 = number.parse().map_err(|_| error())?;
        let millis = match unit {
            "ms" => 1,
            unit => {
                UNITS.iter().find(|(name, _)| *name == unit).map(|(_, millis)| *millis).ok_or_else(error)?
            }
        };
        number.checked_mul(millis).map(Self).ok_or_else(error)
    }
}

/// Why a text is no instant or duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// The text is no RFC 3339 instant.
    Instant(String),
    /// The text is no RFC 3339 instant and no local time.
    Local(String),
    /// The text is no duration.
    Duration(String),
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(text) => {
                write!(f, "`{text}` is no instant: write it as `1999-01-03T05:00:01.250Z`")
            }
            Self::Local(text) => {
                write!(f, "`{text}` is no instant: write local time as `1999-01-03 07:00:01.250`, ")?;
                f.write_str("or with its offset as `1999-01-03T05:00:01.250Z`")
            }
            Self::Duration(text) => {
                write!(
                    f,
                    "`{text}` is no duration: write a whole number and a unit, as `90s`, `5m`, `2h` or `1d`"
                )
            }
        }
    }
}

impl std::error::Error for TimeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_as_they_print() {
        let instant: Instant = "1999-01-03T07:00:01.250+02:00".parse().unwrap();
        assert_eq!(instant.to_string(), "1999-01-03T05:00:01.250Z");
        assert_eq!(instant.to_string().parse(), Ok(instant));
        assert!("1999-01-03".parse::<Instant>().is_err());
    }

    #[test]
    fn durations_read_as_they_print() {
        for text in ["0s", "250ms", "90s", "5m", "2h", "1d"] {
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), text);
        }
        for text in ["", "5", "s", "-5s", "5 s", "5w", "99999999999999999999s", "9223372036854775807d", "٣s"]
        {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }

    #[test]
    fn instants_stay_in_range() {
        assert_eq!(serde_json::from_str::<Instant>("9223372036854775807").unwrap(), Instant::MAX);
        assert_eq!(serde_json::to_string(&Instant::MAX).unwrap(), "253402300799999");
        assert_eq!(Instant::MAX.after(Duration::from_days(1)), Instant::MAX);
        assert_eq!(Instant::MIN.before(Duration::from_millis(i64::MAX)), Instant::MIN);
        assert_eq!(Instant::MAX.to_string(), "9999-12-31T23:59:59.999Z");
    }
}
