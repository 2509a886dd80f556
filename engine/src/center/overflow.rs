//! Overflow: where callbacks go on to, after some time or under a condition as `waiting > 20`.
//!
//! A condition is one comparison of one of a queue's numbers. What holds when either of two does is two edges.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::finding::did_you_mean;
use crate::value::{Duration, Instant, Name};

/// An edge of the routing graph: where a queue's callbacks go when they have waited.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Overflow {
    /// The queue it leads to.
    pub to: Name,
    /// Counted from the first entry into a queue.
    pub after: Duration,
    /// Of the queue it leads from; without one, time alone decides. A callback takes it once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// When callbacks leave a queue: a comparison of one of its numbers, written `waiting > 20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    /// What is compared.
    pub of: Quantity,
    /// How.
    pub is: Comparison,
    /// With what: a count, or milliseconds where a span is compared.
    pub than: i64,
}

/// A number of a queue that conditions ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// Callbacks Queued.
    Waiting,
    /// How long the callback with the earliest place has waited.
    Oldest,
    /// The expected waiting time. While it is unknown, no comparison with it holds.
    Ewt,
    /// Agents logged in who meet the queue's own requirement.
    Agents,
    /// Those of them who are ready.
    Ready,
}

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparison {
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

/// Why a text is no condition, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// Byte offset into the text.
    pub offset: usize,
    /// What is wrong there, and what to write.
    pub message: String,
}

const QUANTITIES: [(&str, Quantity); 5] = [
    ("waiting", Quantity::Waiting),
    ("oldest", Quantity::Oldest),
    ("ewt", Quantity::Ewt),
    ("agents", Quantity::Agents),
    ("ready", Quantity::Ready),
];

/// The longer of two that begin alike stands first.
const COMPARISONS: [(&str, Comparison); 6] = [
    (">=", Comparison::AtLeast),
    (">", Comparison::More),
    ("<=", Comparison::AtMost),
    ("<", Comparison::Less),
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
];

impl Overflow {
    /// Overflow to a queue after some time.
    #[must_use]
    pub fn after(to: impl AsRef<str>, after: Duration) -> Self {
        Self { to: Name::new(to), after, when: None }
    }

    /// Overflow to a queue as soon as a condition holds.
    #[must_use]
    pub fn when(to: impl AsRef<str>, when: Condition) -> Self {
        Self { to: Name::new(to), after: Duration::ZERO, when: Some(when) }
    }
}

impl Quantity {
    /// Its word: `waiting`.
    #[must_use]
    pub fn word(self) -> &'static str {
        QUANTITIES.iter().find(|(_, quantity)| *quantity == self).map_or("", |(word, _)| word)
    }

    /// Whether it is a span of time; else it is a count.
    #[must_use]
    pub fn is_span(self) -> bool {
        matches!(self, Self::Oldest | Self::Ewt)
    }
}

impl Condition {
    /// Whether it holds where its quantity is `value`; a span in milliseconds.
    #[must_use]
    pub fn holds(&self, value: i64) -> bool {
        match self.is {
            Comparison::More => value > self.than,
            Comparison::AtLeast => value >= self.than,
            Comparison::Less => value < self.than,
            Comparison::AtMost => value <= self.than,
            Comparison::Equal => value == self.than,
            Comparison::Unequal => value != self.than,
        }
    }

    /// When its answer next changes by time alone, after `now`, in a queue whose earliest place is `place`.
    #[must_use]
    pub fn changes_at(&self, place: Instant, now: Instant) -> Option<Instant> {
        if self.of != Quantity::Oldest {
            return None;
        }
        let reached = place.after(Duration::from_millis(self.than));
        let passed = reached.after(Duration::from_millis(1));
        let changes = match self.is {
            Comparison::AtLeast | Comparison::Less => [Some(reached), None],
            Comparison::More | Comparison::AtMost => [Some(passed), None],
            Comparison::Equal | Comparison::Unequal => [Some(reached), Some(passed)],
        };
        changes.into_iter().flatten().find(|at| *at > now)
    }
}

/// As it is written: `oldest > 2m`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is =
            COMPARISONS.iter().find(|(_, comparison)| *comparison == self.is).map_or("", |(sign, _)| sign);
        write!(f, "{} {is} ", self.of.word())?;
        if self.of.is_span() { Duration::from_millis(self.than).fmt(f) } else { self.than.fmt(f) }
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        // The text left, always an end of the whole.
        let offset = |left: &str| text.len().saturating_sub(left.len());
        let error = |left: &str, message: String| ConditionError { offset: offset(left), message };
        let left = text.trim_start();
        let end = left.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(left.len());
        let (word, rest) = left.split_at(end);
        let Some((_, of)) = QUANTITIES.iter().find(|(known, _)| *known == word) else {
            let hint = did_you_mean(word, QUANTITIES.iter().map(|(known, _)| *known));
            let said = if word.is_empty() {
                "no number of the queue".into()
            } else {
                format!("unknown number `{word}`")
            };
            let list = "; write one of `waiting`, `oldest`, `ewt`, `agents`, `ready`";
            return Err(error(left, format!("{said}{}", if hint.is_empty() { list } else { &hint })));
        };
        let left = rest.trim_start();
        let Some((sign, is)) = COMPARISONS.iter().find(|(sign, _)| left.starts_with(sign)) else {
            return Err(error(
                left,
                format!("`{word}` is compared with nothing; write as `{word} > {}`", example(*of)),
            ));
        };
        let left = left.get(sign.len()..).unwrap_or_default().trim_start();
        let than = match of.is_span() {
            true => left.trim_end().parse::<Duration>().ok().map(Duration::millis),
            false => left.trim_end().parse::<u32>().ok().map(i64::from),
        };
        than.filter(|than| *than >= 0).map(|than| Self { of: *of, is: *is, than }).ok_or_else(|| {
            let wanted = if of.is_span() { "a duration, as `2m`" } else { "a whole number, 0 or more" };
            error(left, format!("`{word}` is compared with `{}`; write {wanted}", left.trim_end()))
        })
    }
}

/// What the quantity may be compared with.
fn example(of: Quantity) -> &'static str {
    if of.is_span() { "2m" } else { "20" }
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConditionError {}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.to_string()
    }
}

impl TryFrom<String> for Condition {
    type Error = ConditionError;

    fn try_from(text: String) -> Result<Self, ConditionError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written() {
        for (text, written) in [
            ("waiting > 20", "waiting > 20"),
            ("  ready==0 ", "ready == 0"),
            ("oldest>=120s", "oldest >= 2m"),
            ("ewt < 90s", "ewt < 90s"),
            ("agents != 3", "agents != 3"),
            ("oldest <= 0s", "oldest <= 0s"),
        ] {
            let condition: Condition = text.parse().unwrap();
            assert_eq!(condition.to_string(), written);
            assert_eq!(written.parse(), Ok(condition));
        }
    }

    #[test]
    fn what_is_no_condition_says_where_and_what_to_write() {
        for (text, offset, message) in [
            ("", 0, "no number of the queue; write one of `waiting`, `oldest`, `ewt`, `agents`, `ready`"),
            ("waitng > 20", 0, "unknown number `waitng`, did you mean `waiting`?"),
            (
                " level > 2",
                1,
                "unknown number `level`; write one of `waiting`, `oldest`, `ewt`, `agents`, `ready`",
            ),
            ("waiting", 7, "`waiting` is compared with nothing; write as `waiting > 20`"),
            ("oldest = 2m", 7, "`oldest` is compared with nothing; write as `oldest > 2m`"),
            ("oldest > 120", 9, "`oldest` is compared with `120`; write a duration, as `2m`"),
            ("waiting > 5m", 10, "`waiting` is compared with `5m`; write a whole number, 0 or more"),
            ("waiting > -1", 10, "`waiting` is compared with `-1`; write a whole number, 0 or more"),
            (
                "ready == 0 && waiting > 3",
                9,
                "`ready` is compared with `0 && waiting > 3`; write a whole number, 0 or more",
            ),
        ] {
            let error = text.parse::<Condition>().unwrap_err();
            assert_eq!((error.offset, error.message.as_str()), (offset, message), "{text}");
        }
    }

    #[test]
    fn only_what_time_changes_has_an_instant() {
        let (place, at) = (Instant::from_millis(1_000), Instant::from_millis);
        let changes = |text: &str, now| text.parse::<Condition>().unwrap().changes_at(place, at(now));
        assert_eq!(changes("oldest > 2s", 1_000), Some(at(3_001)));
        assert_eq!(changes("oldest >= 2s", 1_000), Some(at(3_000)));
        assert_eq!(changes("oldest >= 2s", 3_000), None);
        assert_eq!(changes("oldest == 2s", 3_000), Some(at(3_001)));
        assert_eq!(changes("waiting > 2", 1_000), None);
    }
}
