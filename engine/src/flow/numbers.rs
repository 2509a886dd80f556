//! Numbers: a customer who gave several is tried on one after the other, each under its own rules, limits and window.

use super::Turn;
use crate::protocol::{Application, Event};
use crate::record::{Callback, Outcome, State};
use crate::value::{Instant, Number, Phone, Sequence};

impl<A: Application> Turn<'_, A> {
    /// An attempt did not reach the customer: the next number is the one to call, from then on when the callback may be
    /// called again. Passed over are those that may be called later than another.
    pub(super) fn try_next_number(&mut self, sequence: Sequence, outcome: Outcome, from: Instant) {
        let reached = match outcome {
            Outcome::Busy | Outcome::NoAnswer | Outcome::AnsweringMachine | Outcome::Fax | Outcome::Error => {
                false
            }
            Outcome::Answered | Outcome::Abandoned | Outcome::Unknown => true,
        };
        if !reached {
            self.turn_to_first_free(sequence, from, false);
        }
    }

    /// Turns a callback that is to be called to the number that may be called first, if its present one may not be called
    /// now. Answers whether it was another.
    pub(super) fn choose_number(&mut self, sequence: Sequence) -> bool {
        self.turn_to_first_free(sequence, self.now(), true)
    }

    /// Whether a callback's present number may not be called under the rules in force, and another may.
    pub(super) fn is_allowed_elsewhere(&self, sequence: Sequence) -> bool {
        self.callback(sequence).is_some_and(|callback| {
            let allowed = |number: &Number| self.book.layout().allows(callback.service, number);
            !allowed(&callback.request.number()) && callback.request.other_numbers.iter().any(allowed)
        })
    }

    fn turn_to_first_free(&mut self, sequence: Sequence, from: Instant, present_first: bool) -> bool {
        let Some(callback) = self.callback(sequence) else { return false };
        let request = &callback.request;
        if request.other_numbers.is_empty() || callback.state.attempt().is_some() && present_first {
            return false;
        }
        let present = self.book.free_at(callback, &request.number(), from);
        if present_first && present == Some(from) {
            return false;
        }
        let others = || request.other_numbers.iter().enumerate();
        let free = others()
            .filter_map(|(position, number)| Some((self.book.free_at(callback, number, from)?, position)));
        let position = match free.min() {
            Some((at, _))
                if present.is_some_and(|present| present < at || present == at && present_first) =>
            {
                return false;
            }
            Some((_, position)) => position,
            // One that is taken is waited for rather than one that is not allowed.
            None => {
                let allowed = |number: &Number| self.book.layout().allows(callback.service, number);
                let (mut others, waits) = (others(), matches!(callback.state, State::Queued(_)));
                match others.find(|(_, number)| allowed(number)) {
                    Some((position, _)) if waits && present_first && !allowed(&request.number()) => position,
                    _ => return false,
                }
            }
        };
        self.book().turn_to(sequence, position);
        self.unsettle();
        if let Some(callback) = self.callback(sequence) {
            let (callback, number) = (callback.request.id.clone(), callback.request.phone.clone());
            self.event(Event::NextNumber { callback, number });
        }
        true
    }

    /// A number was called, and may be at its limit by that: those that wait to be called on it have others, perhaps.
    pub(super) fn free_others_of(&mut self, phone: &Phone) {
        if self.book.limited_until(phone).is_none() {
            return;
        }
        for sequence in self.book.callbacks_of(phone) {
            let waits = |callback: &Callback| match &callback.state {
                State::Queued(queued) => !queued.is_held() && callback.request.phone == *phone,
                _ => false,
            };
            if self.callback(sequence).is_some_and(waits) {
                self.choose_number(sequence);
            }
        }
    }
}
