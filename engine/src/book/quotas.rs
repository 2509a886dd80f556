//! What was admitted: sliding windows, daily counts, bookings. They outlive the callbacks they counted.

use std::collections::VecDeque;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use smol_str::SmolStr;

use super::kept::{Kept, hash_of};
use super::ledger::KeyRecord;
use super::{Book, Owner};
use crate::center::{KEY_KEPT, Limit, Quota, ServiceIndex};
use crate::value::{CallbackId, Duration, Instant, Phone};

/// Instants that count against limits, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Counted")]
pub(crate) struct Counter {
    instants: VecDeque<Instant>,
    /// The longest time that a limit on them looks back.
    per: Duration,
    /// The sum of their hashes: they are many, and one comes or goes at a time.
    sum: u128,
}

/// A counter, as a snapshot has it.
#[derive(Deserialize)]
struct Counted {
    instants: VecDeque<Instant>,
    per: Duration,
}

impl From<Counted> for Counter {
    fn from(counted: Counted) -> Self {
        let Counted { instants, per } = counted;
        let sum = instants.iter().map(hash_of).fold(0, u128::wrapping_add);
        Self { instants, per, sum }
    }
}

impl Serialize for Counter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return (self.sum, self.per).serialize(serializer);
        }
        let mut fields = serializer.serialize_struct("Counter", 2)?;
        fields.serialize_field("instants", &self.instants)?;
        fields.serialize_field("per", &self.per)?;
        fields.end()
    }
}

impl Counter {
    /// How many lie in `(now - per, now]`.
    pub(crate) fn count(&self, per: Duration, now: Instant) -> usize {
        let first = self.instants.partition_point(|at| at.after(per) <= now);
        self.instants.len().saturating_sub(first)
    }

    /// When one more may be counted, if not now: the first instant at which fewer than `max` lie in the window.
    /// [`Instant::MAX`] where none ever may.
    pub(crate) fn full_until(&self, max: u32, per: Duration, now: Instant) -> Option<Instant> {
        if self.count(per, now) < max as usize {
            return None;
        }
        let decisive = self.instants.len().checked_sub(max as usize).and_then(|i| self.instants.get(i));
        Some(decisive.map_or(Instant::MAX, |at| at.after(per)))
    }

    /// Counts `now`, and forgets what no limit can ask for any more: what is older than `per`, and more than
    /// `most` in all.
    pub(crate) fn add(&mut self, now: Instant, per: Duration, most: usize) {
        self.per = self.per.max(per);
        self.instants.push_back(now);
        self.sum = self.sum.wrapping_add(hash_of(&now));
        self.forget(now);
        while self.instants.len() > most {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(first) = self.instants.pop_front() {
            self.sum = self.sum.wrapping_sub(hash_of(&first));
        }
    }

    /// Forgets what is older than the longest time looked back.
    pub(crate) fn forget(&mut self, now: Instant) {
        while self.instants.front().is_some_and(|at| at.after(self.per) <= now) {
            self.drop_first();
        }
    }

    /// Whether it could have been counted by `now`.
    pub(super) fn is_sound(&self, now: Instant) -> bool {
        let past = self.instants.back().is_none_or(|last| *last <= now);
        past && self.instants.iter().is_sorted() && self.per >= Duration::ZERO
    }

    /// When nothing of it counts any more; `None` if nothing does.
    pub(crate) fn empty_at(&self) -> Option<Instant> {
        self.instants.back().map(|at| at.after(self.per))
    }
}

/// What one service has admitted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ServiceCounts {
    /// Immediate requests, for the windows.
    admitted: Counter,
    /// The local day that `daily` counts.
    day: i32,
    /// Immediate requests of that day, by number.
    daily: Kept<Phone, u32>,
    /// Bookings by the start of their slot.
    pub(super) slots: Kept<Instant, Slot>,
}

/// The bookings of one slot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Slot {
    pub(super) end: Instant,
    pub(super) booked: u32,
}

impl ServiceCounts {
    /// When the window is free again, if it is full.
    pub(crate) fn window_full_until(&self, window: Quota, now: Instant) -> Option<Instant> {
        self.admitted.full_until(window.max, window.per, now)
    }

    /// Immediate requests of a number on a local day.
    pub(crate) fn daily(&self, day: i32, phone: &Phone) -> u32 {
        if day == self.day { self.daily.get(phone).copied().unwrap_or(0) } else { 0 }
    }

    /// Bookings in the slot that starts then.
    pub(crate) fn booked(&self, start: Instant) -> u32 {
        self.slots.get(&start).map_or(0, |slot| slot.booked)
    }

    /// Brings the hashes it keeps up to date.
    pub(super) fn settle(&mut self) {
        self.daily.settle();
        self.slots.settle();
    }

    /// Keeps no hashes.
    pub(super) fn forget_hash(&mut self) {
        self.daily.forget_hash();
        self.slots.forget_hash();
    }

    /// Immediate requests, for the windows.
    pub(super) fn admitted(&self) -> &Counter {
        &self.admitted
    }

    /// Starts and numbers of the slots with bookings.
    pub(super) fn bookings(&self) -> impl Iterator<Item = (Instant, Instant, u32)> {
        self.slots.iter().map(|(start, slot)| (*start, slot.end, slot.booked))
    }
}

impl Book {
    /// What a service has admitted.
    pub(crate) fn counts(&self, service: ServiceIndex) -> Option<&ServiceCounts> {
        self.ledger.services.get(service.position())
    }

    /// Counts an immediate request against its service's windows.
    pub(crate) fn count_admission(&mut self, service: ServiceIndex) {
        let now = self.ledger.clock;
        let Some(settings) = self.layout.service(service) else { return };
        let longest = settings.windows.iter().map(|window| window.per).max();
        let most = settings.windows.iter().map(|window| window.max).max();
        if let (Some(per), Some(most), Some(counts)) =
            (longest, most, self.ledger.services.get_mut(service.position()))
        {
            counts.admitted.add(now, per, most as usize);
        }
    }

    /// Counts an immediate request against its number's daily limit.
    pub(crate) fn count_day(&mut self, service: ServiceIndex, day: i32, phone: &Phone) {
        let Some(counts) = self.ledger.services.get_mut(service.position()) else { return };
        if counts.day != day {
            counts.day = day;
            counts.daily.clear();
        }
        let count = counts.daily.entry(phone.clone()).or_insert(0);
        *count = count.saturating_add(1);
    }

    /// What limits with this key have counted.
    pub(crate) fn counter(&self, key: &str) -> Option<&Counter> {
        self.ledger.limits.get(key)
    }

    /// Counts a request against the limits that the `throttle` hook named; each key once.
    pub(crate) fn count_limits(&mut self, limits: &[Limit]) {
        let now = self.ledger.clock;
        let mut keys: Vec<&SmolStr> = limits.iter().map(|limit| &limit.key).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let per = limits.iter().filter(|limit| limit.key == *key).map(|limit| limit.per).max();
            self.move_counter(key, |counter| {
                counter.add(now, per.unwrap_or_default(), Limit::MAX as usize);
            });
        }
    }

    /// Forgets a key of the `throttle` hook.
    pub(crate) fn forget_limit(&mut self, key: &SmolStr) {
        let now = self.ledger.clock;
        self.move_counter(key, |counter| counter.forget(now));
    }

    fn move_counter(&mut self, key: &SmolStr, change: impl FnOnce(&mut Counter)) {
        let counter = self.ledger.limits.entry(key.clone()).or_default();
        let before = counter.empty_at();
        change(counter);
        let after = counter.empty_at();
        if after.is_none() {
            self.ledger.limits.remove(key);
        }
        let deadlines = &mut self.indices.deadlines;
        if let Some(at) = before {
            deadlines.other(Owner::Limit(key.clone()), at, false);
        }
        if let Some(at) = after {
            deadlines.other(Owner::Limit(key.clone()), at, true);
        }
    }

    /// Forgets the requests of a number that were counted: those of the day, and those under a key of the `throttle` hook
    /// that has the number in it.
    pub(crate) fn forget_person(&mut self, phone: &Phone) {
        for service in self.layout.service_indices() {
            let counts = self.ledger.services.get_mut(service.position());
            if let Some(counts) = counts.filter(|counts| counts.daily.contains_key(phone)) {
                counts.daily.remove(phone);
            }
        }
        let keys: Vec<SmolStr> = self.ledger.limits.keys().filter(|key| phone.is_in(key)).cloned().collect();
        for key in keys {
            self.move_counter(&key, |counter| *counter = Counter::default());
        }
    }

    /// Remembers a request's key.
    pub(crate) fn keep_key(&mut self, key: SmolStr, callback: CallbackId, content: u64) {
        self.ledger.keys.insert(key, KeyRecord { callback, content, until: None });
    }

    /// Starts the last day of a key, its callback being purged.
    pub(crate) fn expire_key(&mut self, key: &SmolStr) {
        let until = self.ledger.clock.after(KEY_KEPT);
        if let Some(record) = self.ledger.keys.get_mut(key) {
            record.until = Some(until);
            self.indices.deadlines.other(Owner::Key(key.clone()), until, true);
        }
    }

    /// Forgets a request's key.
    pub(crate) fn forget_key(&mut self, key: &SmolStr) {
        if let Some(until) = self.ledger.keys.remove(key).and_then(|record| record.until) {
            self.indices.deadlines.other(Owner::Key(key.clone()), until, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_half_open_and_exact() {
        let at = Instant::from_millis;
        let per = Duration::from_millis(100);
        let mut counter = Counter::default();
        for millis in [0, 50, 99] {
            counter.add(at(millis), per, 3);
        }
        assert_eq!(counter.full_until(3, per, at(99)), Some(at(100)));
        assert_eq!(counter.count(per, at(100)), 2, "the first lies at `now - per` and counts no more");
        assert_eq!(counter.full_until(3, per, at(100)), None);
        assert_eq!(counter.full_until(0, per, at(100)), Some(Instant::MAX));
        assert_eq!(counter.full_until(1, per, at(100)), Some(at(199)));
    }

    #[test]
    fn a_window_longer_than_time_is_over_at_its_end() {
        let per = Duration::from_millis(i64::MAX);
        let mut counter = Counter::default();
        counter.add(Instant::from_millis(5), per, 3);
        assert_eq!(counter.empty_at(), Some(Instant::MAX));
        counter.forget(Instant::MAX);
        assert_eq!(counter.empty_at(), None, "or its deadline would be due for ever");
    }
}
