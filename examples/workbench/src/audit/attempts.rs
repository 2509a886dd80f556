//! Attempts by prefix, by country and in all: never more in a window than its limit allows, and who waits for one waits
//! until it frees.

use std::collections::{BTreeMap, VecDeque};

use ringback_engine::Instant;
use ringback_engine::center::{PREFIX_LACKS, Quota};
use smol_str::SmolStr;

use super::Audit;
use super::findings::Check;

/// The instants of the attempts that may count still, by what they are counted as.
pub(super) type Attempts = BTreeMap<SmolStr, VecDeque<Instant>>;

impl Audit {
    /// The limits that an attempt to a callback's number counts against: by which word the log names each, its key, and
    /// what it allows.
    fn attempt_limits(&self, serial: u64) -> Vec<(&'static str, SmolStr, Quota)> {
        let Some(callback) = self.callbacks.get(&serial) else { return Vec::new() };
        let (limits, phone) = (&self.rules.limits, callback.phone.as_str());
        let prefix = phone.get(..phone.len().saturating_sub(PREFIX_LACKS)).unwrap_or_default();
        let country = callback.facts.country.map(|country| SmolStr::new(country.to_string()));
        [
            ("attempts_per_prefix", limits.attempts_per_prefix, Some(SmolStr::new(prefix))),
            ("attempts_per_country", limits.attempts_per_country, country),
            ("attempts_total", limits.attempts_total, Some(SmolStr::default())),
        ]
        .into_iter()
        .filter_map(|(word, quota, key)| Some((word, key?, quota?)))
        .collect()
    }

    /// When one more attempt may be counted, if not now.
    fn crowded_until(&self, key: &SmolStr, quota: Quota) -> Option<Instant> {
        let (now, most) = (self.now, quota.max as usize);
        let counted = self.attempts.get(key)?.iter().filter(|at| at.after(quota.per) > now);
        counted.rev().nth(most.saturating_sub(1)).map(|at| at.after(quota.per))
    }

    /// Whether one of these limits keeps a callback from being called.
    pub(super) fn is_crowded(&self, serial: u64) -> bool {
        let limits = self.attempt_limits(serial);
        limits.into_iter().any(|(_, key, quota)| self.crowded_until(&key, quota).is_some())
    }

    /// A call is placed.
    pub(super) fn attempt_counted(&mut self, serial: u64, id: &SmolStr) {
        let now = self.now;
        for (word, key, quota) in self.attempt_limits(serial) {
            let until = self.crowded_until(&key, quota);
            self.findings.hold(Check::Numbers, Some(id), until.is_none(), || {
                let until = until.unwrap_or_default();
                format!("is called at {now}, and by `{word}` nobody of `{key}` may be before {until}")
            });
            let counted = self.attempts.entry(key).or_default();
            counted.push_back(now);
            while counted.front().is_some_and(|at| at.after(quota.per) <= now) {
                counted.pop_front();
            }
        }
    }

    /// A callback is held by one of these limits; whether `why` names one.
    pub(super) fn crowd_reported(&mut self, serial: u64, id: &SmolStr, until: Instant, why: &str) -> bool {
        let limits = self.attempt_limits(serial);
        let Some((_, key, quota)) = limits.into_iter().find(|(word, ..)| *word == why) else { return false };
        let own = self.crowded_until(&key, quota);
        self.findings.hold(Check::Numbers, Some(id), own == Some(until), || {
            let own = own.map_or("does not hold it".into(), |own| format!("holds it until {own}"));
            format!("is held until {until} by `{why}`, which {own}")
        });
        true
    }
}
