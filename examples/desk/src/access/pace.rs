//! How often somebody may ask: so many at once, and so many a second in the long run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant as Tick;

/// How many askers are remembered.
const MOST: usize = 20_000;

/// Paces by asker.
#[derive(Clone)]
pub(crate) struct Pace {
    at_once: f64,
    a_second: f64,
    askers: Arc<Mutex<BTreeMap<String, (f64, Tick)>>>,
}

impl Pace {
    /// So many at once and a second.
    pub(crate) fn new(at_once: f64, a_second: f64) -> Self {
        Self { at_once, a_second, askers: Arc::default() }
    }

    /// Whether this asker may ask now; if not, after how many seconds.
    pub(crate) fn admit(&self, asker: &str) -> Result<(), u64> {
        let (Ok(mut askers), now) = (self.askers.lock(), Tick::now()) else { return Ok(()) };
        if askers.len() >= MOST {
            let full = |(left, since): &(f64, Tick)| {
                left + since.elapsed().as_secs_f64() * self.a_second >= self.at_once
            };
            askers.retain(|_, asker| !full(asker));
        }
        let (left, since) = askers.entry(asker.to_owned()).or_insert((self.at_once, now));
        *left = (*left + now.duration_since(*since).as_secs_f64() * self.a_second).min(self.at_once);
        *since = now;
        if *left >= 1.0 {
            *left -= 1.0;
            return Ok(());
        }
        Err(((1.0 - *left) / self.a_second).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_too_often_waits_and_others_do_not() {
        let pace = Pace::new(2.0, 0.1);
        assert_eq!([pace.admit("a"), pace.admit("a")], [Ok(()), Ok(())]);
        assert_eq!(pace.admit("a"), Err(10));
        assert_eq!(pace.admit("b"), Ok(()));
    }
}
