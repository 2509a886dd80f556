//! Score and rank: who comes first.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{Duration, Instant, Sequence};

/// How a callback's score grows as it waits: `points` every `every`, at most `cap` in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ageing {
    /// Points for each whole `every`; not negative.
    pub points: i64,
    /// The time that earns `points`; at least a millisecond.
    pub every: Duration,
    /// The most that waiting can earn; no limit if absent.
    pub cap: Option<i64>,
}

impl Ageing {
    /// The points earned by `now` with the place in line `place`.
    #[must_use]
    pub fn earned(&self, place: Instant, now: Instant) -> i64 {
        let wait = now.since(place).millis().max(0);
        let earned = self.points.saturating_mul(wait.checked_div(self.every.millis()).unwrap_or(0));
        self.cap.map_or(earned, |cap| earned.min(cap))
    }
}

/// A callback's rank at one instant: the greater one is first. Higher score, then earlier place, then lower
/// sequence; a total order, since no two requests share a sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Priorities plus what waiting has earned.
    pub score: i64,
    /// The place in line.
    pub place: Reverse<Instant>,
    /// The request's number.
    pub sequence: Reverse<Sequence>,
}
