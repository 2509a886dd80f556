//! Endings: completion, and the record's last day.

use std::sync::Arc;

use ringback_engine::center::{KEY_KEPT, REDACTED_KEPT};
use ringback_engine::protocol::{About, Application, CancelledBy, Event, Hook, Refusal, RetentionAnswer};
use ringback_engine::record::{Attributes, Reason, Request};
use ringback_engine::{CallbackId, NumberFacts, Phone, Sequence};

use super::Naive;
use super::agents::Parting;
use super::world::{Callback, State};

impl<A: Application> Naive<A> {
    pub(super) fn cancel(&mut self, id: &CallbackId, by: CancelledBy) -> Result<(), Refusal> {
        let callback = self.known(id)?;
        if matches!(callback.state, State::Processing { .. } | State::Completed { .. }) {
            return Err(Refusal::NotCancellable(id.clone(), callback.name()));
        }
        let bookings = &mut self.world.bookings;
        let own = |start| (callback.request.service.clone(), start);
        let booked = callback.slot.map(own);
        // The last, since one that is over may have begun then, when slots were shorter.
        let position = bookings.iter().rposition(|b| Some((b.service.clone(), b.start)) == booked);
        if let Some(position) = position {
            bookings.remove(position);
        }
        let reason = match by {
            CancelledBy::Customer => Reason::Cancelled,
            CancelledBy::Admin => Reason::CancelledByAdmin,
        };
        self.cut_short(callback.sequence, reason);
        Ok(())
    }

    /// A callback has lived too long.
    pub(super) fn expire(&mut self, sequence: Sequence) {
        self.cut_short(sequence, Reason::Ttl);
    }

    pub(super) fn cut_short(&mut self, sequence: Sequence, reason: Reason) {
        let agent = self.world.callback(sequence).agent().cloned();
        self.withdraw(sequence);
        self.hang_up(sequence);
        self.complete(sequence, reason);
        if let Some(agent) = agent {
            self.part(&agent, sequence, Parting::Unused);
        }
    }

    pub(super) fn complete(&mut self, sequence: Sequence, reason: Reason) {
        let callback = self.world.callback(sequence);
        let queue = callback.queue().unwrap_or(&self.world.service_of(callback).queue);
        let at = self.world.now;
        let purge_at = at.after(self.world.queue(queue).purge_after);
        let callback = self.world.callback_mut(sequence);
        let id = callback.request.id.clone();
        callback.state = State::Completed { reason: reason.clone(), at, purge_at, redacted: false };
        self.event(Event::Completed { callback: id, reason });
    }

    /// What could tell who a customer was goes.
    pub(super) fn erase(&mut self, phone: &Phone) -> Result<(), Refusal> {
        let Some(digits) = phone.as_str().strip_prefix('+') else { return Ok(()) };
        let callbacks = self.world.callbacks.iter().filter(|callback| callback.request.names(phone));
        let own: Vec<Callback> = callbacks.cloned().collect();
        if let Some(open) = own.iter().find(|own| !matches!(own.state, State::Completed { .. })) {
            return Err(Refusal::NotErasable(open.request.id.clone(), open.name()));
        }
        let per = self.world.center.limits.attempts_per_number.map(|quota| quota.per);
        let dials = self.world.dials.iter().filter(|(dialled, _)| dialled == phone);
        let counted =
            dials.filter_map(|(_, at)| Some(at.after(per?))).filter(|until| *until > self.world.now);
        if let Some(until) = counted.chain(self.world.fenced_until(phone)).max() {
            return Err(Refusal::StillCounted(until));
        }
        for own in own {
            let id = own.request.id.clone();
            let callback = self.world.callback_mut(own.sequence);
            if let State::Completed { redacted, .. } = &mut callback.state {
                *redacted = true;
            }
            callback.tags = Arc::default();
            callback.request = Arc::new(Request {
                key: None,
                phone: Phone::redacted(),
                facts: NumberFacts::default(),
                other_numbers: Vec::new(),
                attributes: Attributes::new(),
                ..Request::clone(&own.request)
            });
            self.world.keys.retain(|key| key.callback != id || key.until.is_some());
            self.event(Event::Redacted { callback: id });
        }
        self.world.daily.retain(|(_, counted, _)| counted != phone);
        self.world.talks.retain(|(called, ..)| called != phone);
        let personal = |key: &str| key.split(|sign: char| !sign.is_ascii_digit()).any(|run| run == digits);
        self.world.limited.retain(|(key, ..)| !personal(key));
        Ok(())
    }

    /// The time for which a completed callback was kept is over.
    pub(super) fn retention_over(&mut self, sequence: Sequence) {
        let callback = self.world.callback(sequence).clone();
        let State::Completed { at, redacted: asked, .. } = callback.state else { return };
        let (id, now) = (callback.request.id.clone(), self.world.now);
        let answer = if asked {
            None
        } else {
            let view = self.callback_view(sequence);
            self.ask(Hook::Purge, About::Callback(&view), |application, _| application.purge(&view))
                .ok()
                .flatten()
        };
        let State::Completed { purge_at, redacted, .. } = &mut self.world.callback_mut(sequence).state else {
            return;
        };
        match answer {
            Some(RetentionAnswer::Keep(kept)) if at.after(kept) > now => *purge_at = at.after(kept),
            Some(RetentionAnswer::Redact) => {
                (*purge_at, *redacted) = (now.after(REDACTED_KEPT), true);
                let callback = self.world.callback_mut(sequence);
                let request = Request::clone(&callback.request);
                callback.tags = Arc::default();
                callback.request = Arc::new(Request {
                    phone: Phone::redacted(),
                    facts: NumberFacts::default(),
                    other_numbers: Vec::new(),
                    entropy: None,
                    attributes: Attributes::new(),
                    ..request
                });
                self.event(Event::Redacted { callback: id });
            }
            _ => {
                let until = now.after(KEY_KEPT);
                for key in self.world.keys.iter_mut().filter(|key| key.callback == id && key.until.is_none())
                {
                    key.until = Some(until);
                }
                self.world.callbacks.retain(|callback| callback.sequence != sequence);
                self.event(Event::Purged { callback: id });
            }
        }
    }
}
