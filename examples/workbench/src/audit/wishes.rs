//! What customers want beside being called: to be called later, again after an interaction, or to call first themselves.

use ringback_engine::center::CalledFirst;
use ringback_engine::{Duration, Instant, Phone};
use smol_str::SmolStr;

use super::asking::next;
use super::callback::{Callback, State};
use super::findings::Check;
use super::{Audit, Owner};
use crate::streams::Then;

impl Callback {
    /// Until when it waits if its customer asks now for later, unless that is too far ahead.
    fn snoozes_until(&self, now: Instant, usual: Duration, horizon: Duration) -> Option<Instant> {
        let (_, by) = self.fate.snooze?;
        Some(now.after(by.unwrap_or(usual)))
            .filter(|until| *until > now && *until <= self.received.after(horizon))
    }
}

impl Audit {
    /// A customer asks to be called later.
    pub(super) fn snoozed(&mut self, serial: u64, id: &SmolStr, state: State, until: Instant) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let asked = callback.due.snooze.take() == Some(self.now);
        let usual = callback.queue(self.rules.services[callback.service].queue);
        let usual = usual.map(|queue| self.rules.queues[queue].settings.dialling.snooze).unwrap_or_default();
        let horizon = self.rules.services[callback.service].settings.horizon;
        let own = callback.snoozes_until(self.now, usual, horizon);
        self.findings.hold(Check::Deadlines, Some(id), asked && own == Some(until), || {
            format!("is to be called again at {until}, which its customer does not ask for then")
        });
        callback.place = Some(until);
        callback.due.retry = Some(until);
        callback.due.outcome = None;
        self.set_ttl(serial);
        self.wait_anew(serial, until);
        if state.is_waiting() {
            return self.put(serial, State::Waiting { hold: Some(until) });
        }
        self.let_go(serial, state, state.has_attempt());
        self.put(serial, State::TakenOff);
    }

    /// Whether what a customer asks for at this instant, to be called later, can be granted.
    pub(super) fn may_snooze(&self, serial: u64) -> bool {
        let Some(callback) = self.callbacks.get(&serial) else { return false };
        let queue = callback.queue(self.rules.services[callback.service].queue);
        let usual = queue.map(|queue| self.rules.queues[queue].settings.dialling.snooze).unwrap_or_default();
        let horizon = self.rules.services[callback.service].settings.horizon;
        let under_way = callback.state.is_waiting() || callback.state.is_routing();
        under_way && callback.since < self.now && callback.snoozes_until(self.now, usual, horizon).is_some()
    }

    /// How long a callback may wait counts anew from an instant.
    pub(super) fn wait_anew(&mut self, serial: u64, from: Instant) {
        let free = self.rules.freedom.timeout;
        let journey = self.callbacks.get(&serial).and_then(|callback| callback.journey.as_ref());
        let wait = journey.map(|journey| from.after(self.rules.queues[journey.first].settings.queued_ttl));
        self.set_due(serial, wait.filter(|_| !free), |due| &mut due.wait);
    }

    /// How the interaction that begins is to end.
    pub(super) fn next_then(&mut self, serial: u64) -> Then {
        let then =
            self.next_word(serial, |fate, turns| next(&fate.dispositions, &mut turns.talks, Then::Done));
        then.map_or(Then::Done, |(_, then)| then)
    }

    /// How much later than the end of the interaction of now a callback is to be called again.
    fn later(&self, serial: u64) -> Option<Duration> {
        let callback = self.callbacks.get(&serial)?;
        let place = callback.asked.talks.checked_sub(1)?;
        callback.fate.dispositions.get(place).map(|(later, _)| *later)
    }

    /// An interaction ended, and its customer is to be called again: at the time agreed.
    pub(super) fn called_again(&mut self, serial: u64, id: &SmolStr, desired: Instant) {
        let agreed = self.later(serial).map(|later| self.now.after(later));
        self.findings.hold(Check::Conservation, Some(id), agreed == Some(desired), || {
            format!("is to be called again at {desired}, which was not agreed")
        });
    }

    /// The instant is over in which an interaction was to end: where the time agreed can't be had, it goes on until nobody
    /// ends it.
    pub(super) fn not_called_again(&mut self, serial: u64) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let State::Connected { agent, queue, then: Then::Later } = callback.state else { return };
        if callback.due.end.is_none_or(|end| end > self.now) {
            return;
        }
        let (service, received, since) = (callback.service, callback.received, callback.since);
        let Some(to) = self.later(serial).map(|later| self.now.after(later)) else { return };
        let latest = received.after(self.rules.services[service].settings.horizon);
        if to > self.now && to <= latest && !self.slot_is_full(service, to) {
            return;
        }
        let over = since.after(self.rules.queues[queue].settings.talk_timeout);
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.state = State::Connected { agent, queue, then: Then::Done };
        }
        self.set_due(serial, Some(over), |due| &mut due.end);
    }

    /// A customer will call before being called.
    pub(super) fn contact_planned(&mut self, at: Instant, phone: &Phone) {
        self.contacts.insert((at, phone.clone()));
        self.due.insert((at, Owner::Contact));
    }

    /// The host is told that a callback is that of a customer who calls.
    pub(super) fn expected(&mut self, serial: u64, id: &SmolStr) {
        let now = self.now;
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        callback.expected = Some(now);
        let calls = self.contacts.contains(&(now, callback.phone.clone()));
        self.findings.hold(Check::Conservation, Some(id), calls, || {
            format!("is expected at {now}, when its customer does not call")
        });
    }

    /// A callback is over since its customer called first.
    pub(super) fn called_first(&mut self, serial: u64, id: &SmolStr) {
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let cancels = self.rules.services[callback.service].settings.inbound == CalledFirst::Cancel;
        self.findings.hold(
            Check::Conservation,
            Some(id),
            cancels && callback.expected == Some(self.now),
            || "is over as if its customer had called first, who did not, or keeps the place".into(),
        );
    }

    /// The instant is over: whoever called first was known.
    pub(super) fn close_contacts(&mut self) {
        let now = self.now;
        while self.contacts.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, phone)) = self.contacts.pop_first() else { return };
            let open: Vec<u64> =
                self.numbers.get(&phone).into_iter().flat_map(|number| number.open.iter().copied()).collect();
            for callback in open.iter().filter_map(|serial| self.callbacks.get(serial)) {
                let concerned =
                    (callback.state.is_waiting() || callback.state.is_routing()) && callback.since < now;
                let cancels = self.rules.services[callback.service].settings.inbound == CalledFirst::Cancel;
                let done = callback.expected == Some(now) && !cancels;
                self.findings.hold(Check::Conservation, Some(&callback.id), !concerned || done, || {
                    format!("is {} after {now}, when its customer called first", callback.state.name())
                });
            }
        }
    }
}
