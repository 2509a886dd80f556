//! Erasing: what could tell who a customer was goes from the state, and what they did stays.

use std::sync::Arc;

use super::Turn;
use crate::protocol::{Application, Event, Refusal};
use crate::record::{Attributes, Callback, Completed, Request, Retention, State};
use crate::value::{NumberFacts, Phone, Sequence};

impl<A: Application> Turn<'_, A> {
    /// Erases a number and whatever else its callbacks hold of the customer.
    pub(super) fn erase(&mut self, phone: &Phone) -> Result<(), Refusal> {
        if *phone == Phone::redacted() {
            return Ok(());
        }
        let callbacks = self.book.ledger().callbacks.values();
        let own: Vec<&Callback> = callbacks.filter(|callback| callback.request.names(phone)).collect();
        if let Some(open) = own.iter().find(|callback| !callback.state.is_completed()) {
            return Err(Refusal::NotErasable(open.request.id.clone(), open.state.name()));
        }
        if let Some(until) = self.book.counted_until(phone) {
            return Err(Refusal::StillCounted(until));
        }
        let own: Vec<Sequence> = own.iter().map(|callback| callback.sequence).collect();
        for callback in own {
            self.redact_for_good(callback);
        }
        self.book().forget_person(phone);
        self.book().forget_last_agent(phone);
        Ok(())
    }

    /// Redacts a callback together with its key, which might be made of what is known of the customer.
    fn redact_for_good(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Completed(completed), request, .. }) = self.callback(sequence)
        else {
            return;
        };
        let (Retention::Ask { at: until } | Retention::Redacted { until }) = completed.retention;
        let completed = Completed { retention: Retention::Redacted { until }, ..completed.clone() };
        let key = request.key.clone();
        self.redact(sequence, completed);
        if let Some(key) = key {
            self.book().forget_key(&key);
            self.book().change(sequence, |callback| {
                callback.request = Arc::new(Request { key: None, ..(*callback.request).clone() });
            });
        }
    }

    /// Takes from a callback that is over its number, its attributes and its tags.
    pub(super) fn redact(&mut self, sequence: Sequence, completed: Completed) {
        self.book().change(sequence, |callback| {
            callback.state = State::Completed(completed);
            callback.tags = Arc::default();
            callback.request = Arc::new(Request {
                phone: Phone::redacted(),
                facts: NumberFacts::default(),
                other_numbers: Vec::new(),
                entropy: None,
                attributes: Attributes::new(),
                ..(*callback.request).clone()
            });
        });
        if let Some(callback) = self.callback(sequence) {
            let callback = callback.request.id.clone();
            self.event(Event::Redacted { callback });
        }
    }
}
