//! Customers with several numbers, who are tried on one after the other.

use std::sync::Arc;

use ringback_engine::protocol::{Application, Event};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Instant, Number, Sequence};

use super::Naive;
use super::world::{Callback, State, World};

/// The request as it would be for one of its numbers alone.
pub(super) fn with_number(request: &Request, number: &Number) -> Request {
    let Number { phone, facts } = number.clone();
    Request { phone, facts, other_numbers: Vec::new(), ..request.clone() }
}

impl World {
    /// When a number of a callback may be called, not before `from`, if ever.
    fn free_at(&self, callback: &Callback, number: &Number, from: Instant) -> Option<Instant> {
        let request = with_number(&callback.request, number);
        let taken = |other: &&Callback| {
            other.sequence != callback.sequence && other.request.phone == number.phone && other.is_under_way()
        };
        if self.check_number(self.service_of(callback), &request).is_err()
            || self.callbacks.iter().any(|other| taken(&other))
        {
            return None;
        }
        let crowded = self.crowded_for(&request).into_iter().map(|(until, _)| until);
        let limits = [self.fenced_until(&number.phone), self.limited_until(&number.phone)];
        let free = crowded.chain(limits.into_iter().flatten()).chain([from]).max().expect("one at least");
        let queue = callback.queue().expect("in a queue");
        self.first_time(&request, queue, true, free, callback.lives_from.after(callback.ttl))
    }
}

impl<A: Application> Naive<A> {
    /// The next of them, after an attempt that did not reach the customer.
    pub(super) fn try_next_number(&mut self, sequence: Sequence, outcome: Outcome, from: Instant) {
        if outcome != Outcome::Abandoned {
            self.turn_to_first_free(sequence, from, |others, present| [others, present].concat());
        }
    }

    /// The one that may be called first, where the present one may not be called now.
    pub(super) fn choose_number(&mut self, sequence: Sequence) -> bool {
        if self.world.callback(sequence).live().is_some() {
            return false;
        }
        let turned =
            self.turn_to_first_free(sequence, self.world.now, |others, present| [present, others].concat());
        let callback = self.world.callback(sequence).clone();
        let service = self.world.service_of(&callback);
        let bans = |number: &Number| {
            self.world.check_number(service, &with_number(&callback.request, number)).is_err()
        };
        let anywhere = |number: &Number| self.world.free_at(&callback, number, self.world.now).is_some();
        let numbers = [vec![callback.request.number()], callback.request.other_numbers.clone()].concat();
        let waits = matches!(callback.state, State::Queued { .. });
        if turned || !waits || !bans(&numbers[0]) || numbers.iter().any(anywhere) {
            return turned;
        }
        let Some(allowed) = numbers.iter().find(|number| !bans(number)).cloned() else { return false };
        self.turn_to(sequence, &allowed);
        true
    }

    /// Turns a callback to the first of its numbers, in an order, of those that may be called earliest.
    fn turn_to_first_free(
        &mut self,
        sequence: Sequence,
        from: Instant,
        order: impl Fn(Vec<Number>, Vec<Number>) -> Vec<Number>,
    ) -> bool {
        let callback = self.world.callback(sequence).clone();
        let request = &callback.request;
        let present = vec![request.number()];
        let order = order(request.other_numbers.clone(), present.clone());
        let free = |number: &Number| self.world.free_at(&callback, number, from);
        let Some(at) = order.iter().filter_map(free).min() else { return false };
        let chosen = order.into_iter().find(|number| free(number) == Some(at)).expect("one is");
        if present.contains(&chosen) {
            return false;
        }
        self.turn_to(sequence, &chosen);
        true
    }

    fn turn_to(&mut self, sequence: Sequence, chosen: &Number) {
        let request = &self.world.callback(sequence).request;
        let mut numbers = [vec![request.number()], request.other_numbers.clone()].concat();
        while numbers[0] != *chosen {
            let first = numbers.remove(0);
            numbers.push(first);
        }
        let turned = Request { other_numbers: numbers.split_off(1), ..with_number(request, &numbers[0]) };
        let (callback, number) = (turned.id.clone(), turned.phone.clone());
        self.world.callback_mut(sequence).request = Arc::new(turned);
        self.event(Event::NextNumber { callback, number });
    }

    /// A number was called, and is at its limit, perhaps: others wait to be called on it.
    pub(super) fn free_others_of(&mut self, sequence: Sequence) {
        let phone = self.world.callback(sequence).request.phone.clone();
        if self.world.limited_until(&phone).is_none() {
            return;
        }
        let waits = |callback: &&Callback| {
            callback.request.phone == phone && matches!(callback.state, State::Queued { hold: None, .. })
        };
        let waiting: Vec<Sequence> = self.world.callbacks.iter().filter(waits).map(|c| c.sequence).collect();
        for sequence in waiting {
            self.choose_number(sequence);
        }
    }
}
