//! Contacts: customers who call first, or ask for later, and how an interaction may go on.

use std::sync::Arc;

use super::Turn;
use super::agents::Parting;
use crate::center::CalledFirst;
use crate::protocol::{Application, Code, Disposition, EffectKind, Event, Refusal, Rejection};
use crate::record::{Callback, Entry, Hold, HoldReason, Journey, Queued, Reason, Routing, State};
use crate::value::{AttemptId, CallbackId, Duration, Instant, Name, Phone, Sequence};

impl<A: Application> Turn<'_, A> {
    /// A customer calls before being called: says which callbacks are theirs, and ends them or lets them be.
    pub(super) fn inbound_contact(&mut self, number: &Phone, service: Option<&Name>) -> Result<(), Refusal> {
        let expected = |sequence: &Sequence| {
            let callback = self.callback(*sequence);
            callback.is_some_and(|callback| {
                matches!(callback.state, State::Queued(_) | State::Routing(_))
                    && service.is_none_or(|service| callback.request.service == *service)
            })
        };
        let callbacks: Vec<Sequence> = self.book.callbacks_of(number).into_iter().filter(expected).collect();
        for sequence in callbacks {
            let Some(callback) = self.callback(sequence) else { continue };
            let (id, place) = (callback.request.id.clone(), callback.place);
            let called_first = self.book.layout().service(callback.service).map(|service| service.inbound);
            self.emit(EffectKind::Expected { callback: id, place });
            if called_first == Some(CalledFirst::Cancel) {
                self.cut_short(sequence, Reason::CustomerCalledFirst);
            }
        }
        Ok(())
    }

    /// A customer asks to be called later: that is the callback's place from now on.
    pub(super) fn snooze(&mut self, id: &CallbackId, by: Option<Duration>) -> Result<(), Refusal> {
        let callback = self.book.find(id).and_then(|sequence| self.callback(sequence));
        let callback = callback.ok_or_else(|| Refusal::UnknownCallback(id.clone()))?;
        let (journey, queue, agent) = match &callback.state {
            State::Queued(Queued { journey, .. }) => (journey, journey.queue, None),
            State::Routing(Routing { journey, queue, stage }) => (journey, *queue, stage.agent()),
            state => return Err(Refusal::NotSnoozable(id.clone(), state.name())),
        };
        let (sequence, journey) = (callback.sequence, Arc::clone(journey));
        let routing = matches!(callback.state, State::Routing(_));
        let until = self.now().after(by.unwrap_or_else(|| self.dialling(queue).snooze));
        self.check_later(callback, until)?;
        let wait_until = until.after(self.queued_ttl(&journey.plan, journey.queue));
        self.withdraw(sequence);
        self.hang_up(sequence);
        self.book().change(sequence, |callback| {
            callback.place = until;
            callback.ttl_at = until.after(callback.ttl);
        });
        self.event(Event::Snoozed { callback: id.clone(), until });
        let journey = Arc::new(Journey { wait_until, ..(*journey).clone() });
        let hold = Some(Hold { until, why: HoldReason::Snooze });
        self.enter(sequence, journey, hold);
        if routing {
            self.report_returned(sequence, "snoozed");
        } else {
            self.report_held(sequence);
        }
        if let Some(agent) = agent {
            self.part(agent, sequence, Parting::Unused);
        }
        Ok(())
    }

    /// An interaction ended, and its callback goes on.
    pub(super) fn disposed(&mut self, attempt: AttemptId, disposition: Disposition) -> Result<(), Refusal> {
        let callback = match self.book.of_attempt(attempt) {
            Some(callback) if callback.state.attempt() == Some(attempt) => callback,
            _ => return Err(Refusal::StaleAttempt(attempt)),
        };
        let State::Processing(processing) = &callback.state else {
            return Err(Refusal::NotConnected(attempt));
        };
        let (sequence, processing) = (callback.sequence, processing.clone());
        if let Disposition::Reschedule(to) = disposition {
            self.check_later(callback, to)?;
            self.check_room(callback, to)?;
        }
        let wrap_up = self.book.layout().queue(processing.queue).map(|queue| queue.wrap_up);
        self.report_ended(sequence);
        match disposition {
            Disposition::Requeue => {
                let wait_until =
                    self.now().after(self.queued_ttl(&processing.journey.plan, processing.queue));
                let journey = Arc::new(Journey { wait_until, ..(*processing.journey).clone() });
                self.go_back(sequence, journey, None, "requeued");
            }
            Disposition::Reschedule(to) => self.schedule(sequence, to, Entry::Again(processing.journey)),
        }
        self.part(processing.agent, sequence, Parting::Ended(wrap_up.unwrap_or_default()));
        Ok(())
    }

    /// A callback may be put off until `to`: later than now, and within the horizon.
    fn check_later(&self, callback: &Callback, to: Instant) -> Result<(), Refusal> {
        let horizon = self.book.layout().service(callback.service).map(|service| service.horizon);
        let latest = callback.received.after(horizon.unwrap_or_default());
        if to <= self.now() {
            let sentence = format!("{to} is past; it is {} now", self.now());
            return Err(Refusal::Rejected(Rejection::new(Code::PastTime, sentence)));
        }
        if to > latest {
            let sentence = format!("{to} is too far ahead; the latest time is {latest}");
            return Err(Refusal::Rejected(Rejection::new(Code::TooFar, sentence)));
        }
        Ok(())
    }

    fn check_room(&self, callback: &Callback, to: Instant) -> Result<(), Refusal> {
        let slot = self.book.slot(callback.service, to);
        if slot.is_some_and(|slot| self.book.has_room(callback.service, slot)) {
            return Ok(());
        }
        let sentence = format!("the slot of {to} is full; the interaction is not ended, choose another time");
        Err(Refusal::Rejected(Rejection::new(Code::SlotFull, sentence)))
    }
}
