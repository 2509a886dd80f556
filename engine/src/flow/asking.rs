//! Asking the application, and answering for it where it fails.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Turn;
use crate::book::Book;
use crate::center::AgentIndex;
use crate::protocol::{
    AgentView, Answer, Application, CallbackView, Contact, EffectKind, Event, Fault, Hook, Log, View,
};
use crate::record::Request;
use crate::value::{CallbackId, Name, Sequence};

/// That a hook failed; it has been recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Faulted;

impl<A: Application> Turn<'_, A> {
    /// Asks a hook. `ask` is also to check that the answer can be followed; one that can't is a fault.
    ///
    /// `None`: the hook is left out or set aside, and the center's settings decide.
    pub(super) fn ask<T>(
        &mut self,
        hook: Hook,
        callback: &CallbackId,
        ask: impl FnOnce(&mut A, &Book) -> Answer<T>,
    ) -> Result<Option<T>, Faulted> {
        if self.book.ledger().set_aside.contains(&hook) {
            return Ok(None);
        }
        let answer = ask(self.application, self.book);
        for text in self.application.take_log() {
            self.emit(EffectKind::Log(Log { hook, text }));
        }
        match answer {
            Ok(answer) => {
                if self.book.ledger().faults.contains_key(&hook) {
                    self.book().ledger_mut().faults.remove(&hook);
                }
                Ok(answer)
            }
            Err(fault) => {
                self.record_fault(hook, callback, fault);
                Err(Faulted)
            }
        }
    }

    fn record_fault(&mut self, hook: Hook, callback: &CallbackId, fault: Fault) {
        let message = SmolStr::new(fault.message);
        self.event(Event::Fault { callback: callback.clone(), hook, message, line: fault.line });
        let most = self.book.layout().center().limits.faults_in_a_row;
        let ledger = self.book().ledger_mut();
        let row = ledger.faults.entry(hook).or_insert(0);
        *row = row.saturating_add(1);
        if *row >= most {
            let faults = *row;
            ledger.faults.remove(&hook);
            ledger.set_aside.insert(hook);
            self.event(Event::SetAside { hook, faults });
        }
    }

    /// What `accept` and `throttle` are asked about.
    pub(super) fn contact(&self, request: &Arc<Request>) -> Contact {
        Contact { request: Arc::clone(request), view: self.view() }
    }

    fn view(&self) -> Arc<dyn View> {
        self.book.clone()
    }

    /// An agent as the `score` hook sees them, while logged in.
    pub(super) fn view_of_agent(&self, index: AgentIndex) -> Option<AgentView> {
        let (now, settings) = (self.now(), self.book.layout().agent(index)?);
        let session = self.book.ledger().agent(index)?.session()?;
        Some(AgentView {
            idle: now.since(session.idle_since),
            calls: session.calls,
            occupancy: session.occupancy(settings.capacity, now).percent(),
            settings: Arc::new(settings.clone()),
        })
    }

    /// What the other hooks are asked about.
    pub(super) fn view_of(&self, sequence: Sequence) -> Option<CallbackView> {
        let callback = self.callback(sequence)?;
        let queue = callback.state.queue().and_then(|queue| self.book.layout().queue(queue));
        Some(CallbackView {
            request: Arc::clone(&callback.request),
            sequence,
            received: callback.received,
            place: callback.place,
            priority: callback.priority,
            queue: queue.map_or_else(Name::default, |queue| queue.name.clone()),
            attempts: callback.counted_attempts(),
            last_outcome: callback.last_outcome,
            rejects: callback.rejects,
            tags: Arc::clone(&callback.tags),
            state: callback.state.name(),
            view: self.view(),
        })
    }
}
