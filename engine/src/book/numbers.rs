//! Numbers: fences, attempts, and which callbacks may be called.
//!
//! A number is *shut* while a callback to it is Routing or Processing, while it is fenced, and while its attempts
//! are at their limit. The callbacks of a shut number that could be matched otherwise wait outside the lines and
//! come back with their place.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::quotas::Counter;
use super::{Book, Owner};
use crate::center::{Callable, Quota};
use crate::record::Callback;
use crate::value::{Duration, Instant, Number, NumberFacts, Phone, Sequence};

/// What outlives the callbacks of a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct NumberRecord {
    /// Not dialled before this.
    fenced_until: Option<Instant>,
    /// Attempts that count against the limit.
    attempts: Counter,
    /// The deadline that is set for it.
    pub(super) armed: Option<Instant>,
}

/// The callbacks of a number that are not completed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NumberIndex {
    /// All of them.
    pub(super) callbacks: BTreeSet<Sequence>,
    /// Those Queued and not held.
    pub(super) waiting: BTreeSet<Sequence>,
    /// The one Routing or Processing.
    pub(super) live: Option<Sequence>,
    /// Whether the waiting ones are kept out of the lines.
    pub(super) shut: bool,
}

/// All numbers with callbacks that are not completed.
pub(super) type Numbers = BTreeMap<Phone, NumberIndex>;

impl NumberRecord {
    /// Until when the number may not be dialled, if it may not now.
    fn blocked_until(&self, quota: Option<Quota>, now: Instant) -> Option<Instant> {
        let fence = self.fenced_until.filter(|until| *until > now);
        fence.max(self.limited_until(quota, now))
    }

    /// Attempts that count against the limit.
    pub(super) fn attempts(&self) -> &Counter {
        &self.attempts
    }

    fn limited_until(&self, quota: Option<Quota>, now: Instant) -> Option<Instant> {
        quota.and_then(|quota| self.attempts.full_until(quota.max, quota.per, now))
    }

    /// When something about it changes by itself: it is free again, or can be forgotten.
    pub(super) fn deadline(&self, quota: Option<Quota>, now: Instant) -> Option<Instant> {
        self.blocked_until(quota, now).or_else(|| self.attempts.empty_at())
    }
}

impl Book {
    fn attempts_quota(&self) -> Option<Quota> {
        self.layout.center().limits.attempts_per_number
    }

    /// Until when a number is at the limit of its attempts, if it is.
    pub(crate) fn limited_until(&self, phone: &Phone) -> Option<Instant> {
        self.ledger.numbers.get(phone)?.limited_until(self.attempts_quota(), self.ledger.clock)
    }

    /// Until when a number is fenced, if it is.
    pub(super) fn fenced_until(&self, phone: &Phone) -> Option<Instant> {
        self.ledger.numbers.get(phone)?.fenced_until.filter(|until| *until > self.ledger.clock)
    }

    /// When the customer of a callback that is not completed may be called, where it stands.
    pub(crate) fn callable(&self, sequence: Sequence) -> Callable<'_> {
        let callback = self.callback(sequence);
        // What has no service or queue can't be called at all.
        callback.map_or(Callable::ZoneUnknown, |callback| self.callable_at(callback, &callback.request.facts))
    }

    /// When a number of a callback may be called, where that stands.
    fn callable_at<'a>(&'a self, callback: &Callback, facts: &'a NumberFacts) -> Callable<'a> {
        let found = self.layout.service(callback.service).and_then(|service| {
            let default = self.layout.service_layout(callback.service)?.queue;
            let queue = self.layout.queue(callback.state.queue().unwrap_or(default))?;
            Some(Callable::new(&service.calling_window, &queue.zones, facts))
        });
        found.unwrap_or(Callable::ZoneUnknown)
    }

    /// When a number of a callback may be called, not before `from`: its rules, its fence, its limits and its window ask.
    /// Never, if they forbid it, if that is after the callback's life, or while another callback is live on it.
    pub(crate) fn free_at(&self, callback: &Callback, number: &Number, from: Instant) -> Option<Instant> {
        self.layout.test_number(callback.service, number).ok()?;
        let index = self.indices.numbers.get(&number.phone);
        if index.and_then(|index| index.live).is_some_and(|live| live != callback.sequence) {
            return None;
        }
        let now = self.ledger.clock;
        let record = self.ledger.numbers.get(&number.phone);
        let blocked = record.and_then(|record| record.blocked_until(self.attempts_quota(), now));
        let crowded = self.crowded_until(number).map(|(until, _)| until);
        let free = [blocked, crowded].into_iter().flatten().fold(from, Instant::max);
        self.callable_at(callback, &number.facts).next_open(free, callback.ttl_at)
    }

    /// Until when a number is kept: it is fenced, or attempts to it count.
    pub(crate) fn counted_until(&self, phone: &Phone) -> Option<Instant> {
        let record = self.ledger.numbers.get(phone)?;
        let until = record.fenced_until.max(record.attempts.empty_at());
        until.filter(|until| *until > self.ledger.clock)
    }

    /// Callbacks that have a number and are not completed, in the order of their requests.
    pub(crate) fn callbacks_of(&self, phone: &Phone) -> Vec<Sequence> {
        let present = self.indices.numbers.get(phone).into_iter().flat_map(|number| number.callbacks.iter());
        let named = self.indices.several.iter().filter(|sequence| {
            self.callback(**sequence).is_some_and(|callback| callback.request.names(phone))
        });
        let mut all: Vec<Sequence> = present.chain(named).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Keeps a number from being dialled for some time, counted from `since`.
    pub(crate) fn fence(&mut self, phone: &Phone, since: Instant, floor: Duration) {
        let until = since.after(floor);
        self.move_number(phone, |record| record.fenced_until = record.fenced_until.max(Some(until)));
    }

    /// Counts an attempt to a number.
    pub(crate) fn count_attempt(&mut self, number: &Number) {
        self.count_among_others(number);
        let (now, phone) = (self.ledger.clock, &number.phone);
        if let Some(quota) = self.attempts_quota() {
            self.move_number(phone, |record| record.attempts.add(now, quota.per, quota.max as usize));
        }
    }

    /// Lets a number go whose fence is over, whose limit has room again, or whose attempts count no more.
    pub(crate) fn wake_number(&mut self, phone: &Phone) {
        let now = self.ledger.clock;
        self.move_number(phone, |record| {
            record.fenced_until = record.fenced_until.filter(|until| *until > now);
            record.attempts.forget(now);
        });
    }

    /// The one way a number's record changes: with its deadline and its gate.
    fn move_number(&mut self, phone: &Phone, change: impl FnOnce(&mut NumberRecord)) {
        let (quota, now) = (self.attempts_quota(), self.ledger.clock);
        let record = self.ledger.numbers.entry(phone.clone()).or_default();
        let owner = Owner::Number(phone.clone());
        if let Some(at) = record.armed.take() {
            self.indices.deadlines.other(owner.clone(), at, false);
        }
        change(record);
        let after = record.deadline(quota, now);
        record.armed = after;
        if let Some(at) = after {
            self.indices.deadlines.other(owner, at, true);
        } else {
            self.ledger.numbers.remove(phone);
        }
        self.turn_gate(phone);
    }

    /// Moves the waiting callbacks of a number into or out of the lines, as it is shut or not.
    pub(super) fn turn_gate(&mut self, phone: &Phone) {
        let shut = self.is_shut(phone);
        let Some(number) = self.indices.numbers.get_mut(phone) else { return };
        if number.shut == shut {
            return;
        }
        number.shut = shut;
        let waiting: Vec<Sequence> = number.waiting.iter().copied().collect();
        for callback in waiting {
            self.line_up(callback, !shut);
        }
    }

    /// Whether a number is fenced or at its limit.
    pub(crate) fn is_blocked(&self, phone: &Phone) -> bool {
        let record = self.ledger.numbers.get(phone);
        record.and_then(|record| record.blocked_until(self.attempts_quota(), self.ledger.clock)).is_some()
    }

    pub(super) fn is_shut(&self, phone: &Phone) -> bool {
        let live = self.indices.numbers.get(phone).is_some_and(|number| number.live.is_some());
        live || self.is_blocked(phone)
    }
}
