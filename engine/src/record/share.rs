//! How much of their time agents are busy, compared exactly.

use std::cmp::Ordering;

use crate::value::Duration;

/// The share of time that was spent in work, of a time in which so many units of work could go on at once.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Milliseconds in work; units at one time count each.
    busy: u64,
    /// Milliseconds that could have been, over all units; zero where no time has passed.
    whole: u64,
}

impl Share {
    /// The share of `busy` in `time` with so many units.
    #[must_use]
    pub fn new(busy: Duration, time: Duration, units: u32) -> Self {
        let millis = |duration: Duration| u64::try_from(duration.millis()).unwrap_or(0);
        Self { busy: millis(busy), whole: millis(time).saturating_mul(u64::from(units)) }
    }

    /// In per cent, rounded down; 0 where no time has passed.
    #[must_use]
    pub fn percent(self) -> u32 {
        let percent = u128::from(self.busy).saturating_mul(100).checked_div(u128::from(self.whole));
        percent.and_then(|percent| u32::try_from(percent).ok()).unwrap_or(0)
    }
}

/// Cross-multiplied, in integers: no two different shares are equal. Where no time has passed, the share is 0.
impl Ord for Share {
    fn cmp(&self, other: &Self) -> Ordering {
        let side = |one: &Self, other: &Self| {
            if one.whole == 0 {
                0
            } else {
                u128::from(one.busy).saturating_mul(u128::from(other.whole.max(1)))
            }
        };
        side(self, other).cmp(&side(other, self))
    }
}

impl PartialOrd for Share {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Share {}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(busy: i64, time: i64, units: u32) -> Share {
        Share::new(Duration::from_millis(busy), Duration::from_millis(time), units)
    }

    #[test]
    fn shares_are_compared_exactly() {
        assert_eq!(share(1, 3, 1), share(2, 6, 1));
        assert_eq!(share(2, 3, 2), share(1, 3, 1), "twice the work of twice the capacity");
        assert!(share(333_333_333, 1_000_000_000, 1) < share(1, 3, 1));
        assert!(share(0, 5, 1) < share(1, 315_000_000_000_000, 100));
        assert_eq!(share(0, 0, 1), share(0, 9, 1), "none at log-in");
        assert!(share(0, 0, 1) < share(1, 9, 1));
        assert_eq!((share(2, 3, 1).percent(), share(0, 0, 1).percent()), (66, 0));
    }
}
