//! Endings: interactions, cancellations, time running out, and the record's last day.

use super::Turn;
use super::agents::Parting;
use crate::center::REDACTED_KEPT;
use crate::protocol::{Application, CancelledBy, Event, Hook, Refusal, RetentionAnswer};
use crate::record::{Callback, Completed, Reason, Retention, State};
use crate::value::{AttemptId, CallbackId, Sequence};

impl<A: Application> Turn<'_, A> {
    /// The host says that an interaction ended.
    pub(super) fn ended(&mut self, attempt: AttemptId) -> Result<(), Refusal> {
        let callback = self.book.of_attempt(attempt);
        match callback.map(|callback| (callback.sequence, &callback.state)) {
            Some((sequence, State::Processing(processing))) if processing.attempt == attempt => {
                let (agent, queue) = (processing.agent, processing.queue);
                let wrap_up = self.book.layout().queue(queue).map(|queue| queue.wrap_up);
                self.report_ended(sequence);
                self.complete(sequence, Reason::AgentConnected);
                self.part(agent, sequence, Parting::Ended(wrap_up.unwrap_or_default()));
                Ok(())
            }
            Some((_, State::Routing(routing))) if routing.stage.attempt() == Some(attempt) => {
                Err(Refusal::NotConnected(attempt))
            }
            _ => Err(Refusal::StaleAttempt(attempt)),
        }
    }

    /// Nobody said that an interaction ended, and it can't have gone on for so long.
    pub(super) fn talk_timeout(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Processing(processing), request, .. }) = self.callback(sequence)
        else {
            return;
        };
        let (index, callback) = (processing.agent, request.id.clone());
        let agent = self.book.layout().agent(index).map(|agent| agent.id.clone());
        if let Some(agent) = agent {
            self.event(Event::TalkTimeout { callback, agent });
        }
        self.hang_up(sequence);
        self.report_ended(sequence);
        self.complete(sequence, Reason::AgentConnected);
        self.part(index, sequence, Parting::Absent("talk_timeout"));
    }

    /// Somebody cancels a callback.
    pub(super) fn cancel(&mut self, id: &CallbackId, by: CancelledBy) -> Result<(), Refusal> {
        let callback = self.known(id)?;
        if matches!(callback.state, State::Processing(_) | State::Completed(_)) {
            return Err(Refusal::NotCancellable(id.clone(), callback.state.name()));
        }
        let sequence = callback.sequence;
        let (service, slot) = (callback.service, callback.slot);
        if let Some(start) = slot {
            self.book().unbook(service, start);
        }
        let reason = match by {
            CancelledBy::Customer => Reason::Cancelled,
            CancelledBy::Admin => Reason::CancelledByAdmin,
        };
        self.cut_short(sequence, reason);
        Ok(())
    }

    /// A callback has lived too long.
    pub(super) fn expire(&mut self, sequence: Sequence) {
        self.cut_short(sequence, Reason::Ttl);
    }

    /// Completes a callback that is not Processing, with what is under way.
    pub(super) fn cut_short(&mut self, sequence: Sequence, reason: Reason) {
        let agent = self.callback(sequence).and_then(|callback| callback.state.agent());
        self.withdraw(sequence);
        self.hang_up(sequence);
        self.complete(sequence, reason);
        if let Some(agent) = agent {
            self.part(agent, sequence, Parting::Unused);
        }
    }

    /// A callback is over.
    pub(super) fn complete(&mut self, sequence: Sequence, reason: Reason) {
        let Some(callback) = self.callback(sequence) else { return };
        let (at, layout) = (self.now(), self.book.layout());
        let queue = callback.state.queue();
        let settings = queue.or_else(|| layout.service_layout(callback.service).map(|service| service.queue));
        let kept = settings.and_then(|queue| layout.queue(queue)).map(|queue| queue.purge_after);
        let retention = Retention::Ask { at: at.after(kept.unwrap_or_default()) };
        let id = callback.request.id.clone();
        let state = State::Completed(Completed { reason: reason.clone(), at, queue, retention });
        self.book().put(sequence, state);
        self.unsettle();
        self.event(Event::Completed { callback: id, reason });
    }

    /// The time for which a completed callback is kept is over.
    pub(super) fn retention_over(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Completed(completed), .. }) = self.callback(sequence) else {
            return;
        };
        let (completed, now) = (completed.clone(), self.now());
        let answer = match (completed.retention, self.view_of(sequence)) {
            (Retention::Ask { .. }, Some(view)) => {
                self.ask(Hook::Purge, view, |application, view, _| application.purge(view))
            }
            _ => Ok(None),
        };
        match answer {
            Ok(Some(RetentionAnswer::Keep(kept))) if completed.at.after(kept) > now => {
                let retention = Retention::Ask { at: completed.at.after(kept) };
                self.book().put(sequence, State::Completed(Completed { retention, ..completed }));
            }
            Ok(Some(RetentionAnswer::Redact)) => {
                let retention = Retention::Redacted { until: now.after(REDACTED_KEPT) };
                self.redact(sequence, Completed { retention, ..completed });
            }
            _ => self.purge(sequence),
        }
    }

    fn purge(&mut self, sequence: Sequence) {
        let Some(callback) = self.book().remove(sequence) else { return };
        if let Some(key) = &callback.request.key {
            self.book().expire_key(key);
        }
        self.event(Event::Purged { callback: callback.request.id.clone() });
    }
}
