//! Waiting times, and what is said of them.

use std::collections::BTreeMap;

use super::{SERVICE_LEVELS, Seconds, ServiceLevel, Waiting};

/// The waits of those who were connected, and how many were not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    millis: Vec<i64>,
    never: u64,
}

impl Waits {
    /// A customer was connected after so many milliseconds.
    pub fn connected(&mut self, millis: i64) {
        self.millis.push(millis.max(0));
    }

    /// A callback ended without connection.
    pub fn never_connected(&mut self) {
        self.never += 1;
    }

    /// The waiting times of those connected.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        let mut sorted = self.millis.clone();
        sorted.sort_unstable();
        let of = |percent| percentile(&sorted, percent).map(Seconds);
        let count = sorted.len() as i128;
        let sum: i128 = sorted.iter().map(|wait| i128::from(*wait)).sum();
        // Rounded to the nearest millisecond.
        let mean = (sum * 2 + count).checked_div(count * 2).and_then(|mean| i64::try_from(mean).ok());
        Waiting {
            connected: sorted.len() as u64,
            mean: mean.map(Seconds),
            p50: of(50),
            p80: of(80),
            p95: of(95),
            p99: of(99),
            max: sorted.last().copied().map(Seconds),
        }
    }

    /// The shares connected in time, of all.
    #[must_use]
    pub fn service_level(&self) -> ServiceLevel {
        let callbacks = self.millis.len() as u64 + self.never;
        let share = |seconds: i64| {
            let within = self.millis.iter().filter(|wait| **wait <= seconds * 1_000).count();
            (callbacks > 0).then(|| within as f64 / callbacks as f64)
        };
        let within: BTreeMap<_, _> = SERVICE_LEVELS.into_iter().map(|s| (s, share(s))).collect();
        ServiceLevel { callbacks, within }
    }
}

/// The percentile by nearest rank: of `n` sorted values, the one at rank `ceil(percent / 100 * n)`.
#[must_use]
pub fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (percent * sorted.len()).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let five = [15, 20, 35, 40, 50];
        for (percent, value) in [(5, 15), (30, 20), (40, 20), (50, 35), (80, 40), (81, 50), (100, 50)] {
            assert_eq!(percentile(&five, percent), Some(value), "{percent}");
        }
        let hundred: Vec<i64> = (1..=100).collect();
        for percent in [50, 80, 95, 99] {
            assert_eq!(percentile(&hundred, percent), Some(percent as i64));
        }
        assert_eq!(percentile(&[7], 50), Some(7));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn waits_of_nobody_are_absent_and_not_zero() {
        let mut waits = Waits::default();
        assert_eq!(waits.waiting(), Waiting::default());
        assert_eq!(waits.service_level().within[&20], None);
        waits.never_connected();
        assert_eq!(waits.waiting().mean, None);
        assert_eq!(waits.service_level().within[&20], Some(0.0));
    }

    #[test]
    fn waits_and_service_levels_count_what_they_say() {
        let mut waits = Waits::default();
        for millis in [20_000, 20_001, -5, 60_000] {
            waits.connected(millis);
        }
        waits.never_connected();
        let waiting = waits.waiting();
        assert_eq!(waiting.connected, 4);
        assert_eq!(waiting.mean, Some(Seconds(25_000)), "100,001 / 4, rounded");
        assert_eq!(waiting.p50, Some(Seconds(20_000)));
        assert_eq!(waiting.p95, Some(Seconds(60_000)));
        assert_eq!(waiting.max, Some(Seconds(60_000)));
        let level = waits.service_level();
        assert_eq!(level.callbacks, 5);
        assert_eq!(level.within[&20], Some(0.4));
        assert_eq!(level.within[&60], Some(0.8));
        assert_eq!(level.within[&1_800], Some(0.8));
    }
}
