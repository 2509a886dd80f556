//! Attempts by prefix, by country and in all: windows that outlive the callbacks, and whose counts go when they count no
//! more.

use smol_str::{SmolStr, format_smolstr};

use super::{Book, Owner};
use crate::center::{PREFIX_LACKS, Quota};
use crate::record::HoldReason;
use crate::value::{Instant, Number};

impl Book {
    /// The limits that an attempt to a number counts against, each with the key of its count. A number of no known
    /// country is of none.
    fn attempt_limits(&self, number: &Number) -> impl Iterator<Item = (Quota, HoldReason, SmolStr)> + use<> {
        let limits = &self.layout.center().limits;
        let phone = number.phone.as_str();
        let prefix = phone.get(..phone.len().saturating_sub(PREFIX_LACKS)).unwrap_or_default();
        let prefix = format_smolstr!("prefix:{prefix}");
        let country = number.facts.country.map(|country| format_smolstr!("country:{country}"));
        [
            (limits.attempts_per_prefix, HoldReason::AttemptsPerPrefix, Some(prefix)),
            (limits.attempts_per_country, HoldReason::AttemptsPerCountry, country),
            (limits.attempts_total, HoldReason::AttemptsTotal, Some(SmolStr::new_static("total"))),
        ]
        .into_iter()
        .filter_map(|(quota, why, key)| Some((quota?, why, key?)))
    }

    /// Until when a number may not be called because of what other numbers were, if so, and by which limit: the one that
    /// frees last.
    pub(crate) fn crowded_until(&self, number: &Number) -> Option<(Instant, HoldReason)> {
        let now = self.ledger.clock;
        let full = self.attempt_limits(number).filter_map(|(quota, why, key)| {
            let until = self.ledger.attempts.get(&key)?.full_until(quota.max, quota.per, now)?;
            Some((until, why))
        });
        full.reduce(|last, next| if next.0 > last.0 { next } else { last })
    }

    /// Counts an attempt against those limits.
    pub(super) fn count_among_others(&mut self, number: &Number) {
        let now = self.ledger.clock;
        let limits: Vec<_> = self.attempt_limits(number).collect();
        for (quota, _, key) in limits {
            self.move_attempts(&key, |counter| counter.add(now, quota.per, quota.max as usize));
        }
    }

    /// Forgets a count that counts no more.
    pub(crate) fn forget_attempts(&mut self, key: &SmolStr) {
        let now = self.ledger.clock;
        self.move_attempts(key, |counter| counter.forget(now));
    }

    fn move_attempts(&mut self, key: &SmolStr, change: impl FnOnce(&mut super::quotas::Counter)) {
        let counter = self.ledger.attempts.entry(key.clone()).or_default();
        let before = counter.empty_at();
        change(counter);
        let after = counter.empty_at();
        if after.is_none() {
            self.ledger.attempts.remove(key);
        }
        for (at, set) in [(before, false), (after, true)] {
            if let Some(at) = at {
                self.indices.deadlines.other(Owner::Attempts(key.clone()), at, set);
            }
        }
    }
}
