//! Asking the application, and answering for it where it fails.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Turn;
use super::versions::{Running, Told, said};
use crate::book::Book;
use crate::center::AgentIndex;
use crate::protocol::{
    About, AgentView, Answer, Application, CallbackView, Contact, EffectKind, Event, Fault, Hook, Log, Said,
    Trial, VersionNumber, View,
};
use crate::record::Request;
use crate::value::{CallbackId, Name, Sequence};

/// That a hook failed; it has been recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Faulted;

/// What came of a question, apart from who was asked.
struct Heard<T> {
    /// What the candidate of a canary answered.
    canary: Option<Answer<T>>,
    /// What the version in force answered, where it was asked.
    live: Option<Answer<T>>,
    /// In the shadow: whether there was a disagreement, and what was said.
    shadow: Option<Option<(Said, Said)>>,
    /// What was printed.
    log: Vec<SmolStr>,
}

impl<A: Application> Turn<'_, A> {
    /// Asks a hook about something. `ask` is also to check that the answer can be followed; one that can't is a fault.
    ///
    /// `None`: the hook is left out or set aside, and the center's settings decide.
    pub(super) fn ask<V, T: Told>(
        &mut self,
        hook: Hook,
        about: V,
        ask: impl Fn(&mut A, &V, &Book) -> Answer<T>,
    ) -> Result<Option<T>, Faulted>
    where
        for<'v> About<'v>: From<&'v V>,
    {
        let callback = About::from(&about).id().clone();
        let ledger = self.book.ledger();
        let (set_aside, trial) = (ledger.set_aside.contains(&hook), ledger.versions.trial_of(&callback));
        if set_aside && trial.is_none() {
            return Ok(None);
        }
        let heard = self.hear(hook, &about, &ask, (set_aside, trial));
        // What it was asked about holds the book, which is written from here on.
        drop(about);
        for text in heard.log {
            self.emit(EffectKind::Log(Log { hook, text }));
        }
        if let Some(disagreement) = heard.shadow {
            self.compare(hook, &callback, disagreement);
        }
        match heard.canary {
            Some(Ok(answer)) => {
                self.canary_answered(hook);
                return Ok(answer);
            }
            Some(Err(fault)) => self.canary_failed(hook, &callback, fault),
            None => {}
        }
        match heard.live {
            None => Ok(None),
            Some(Ok(answer)) => {
                if self.book.ledger().faults.contains_key(&hook) {
                    self.book().ledger_mut().faults.remove(&hook);
                }
                Ok(answer)
            }
            Some(Err(fault)) => {
                self.record_fault(hook, &callback, fault);
                Err(Faulted)
            }
        }
    }

    /// Asks whoever is to be asked. The candidate of a canary goes before the version in force, which is asked where it fails.
    fn hear<V, T: Told>(
        &mut self,
        hook: Hook,
        about: &V,
        ask: &impl Fn(&mut A, &V, &Book) -> Answer<T>,
        (set_aside, trial): (bool, Option<Trial>),
    ) -> Heard<T>
    where
        for<'v> About<'v>: From<&'v V>,
    {
        let Running { live, candidate } = &mut *self.running;
        let mut heard = Heard { canary: None, live: None, shadow: None, log: Vec::new() };
        if let (Some(Trial::Canary(_)), Some(candidate)) = (trial, candidate.as_mut()) {
            let answer = ask(candidate, about, self.book);
            heard.log = candidate.take_log();
            let answered = answer.is_ok();
            heard.canary = Some(answer);
            if answered {
                return heard;
            }
        }
        if set_aside {
            return heard;
        }
        let answer = ask(live, about, self.book);
        heard.log.extend(live.take_log());
        if let (Some(Trial::Shadow), Some(candidate)) = (trial, candidate.as_mut()) {
            let other = ask(candidate, about, self.book);
            // Nobody waits for what a shadow prints.
            candidate.take_log();
            let about = About::from(about);
            let differs = !T::same(&answer, &other);
            heard.shadow = Some(
                differs.then(|| (said(live, hook, about, &answer), said(candidate, hook, about, &other))),
            );
        }
        heard.live = Some(answer);
        heard
    }

    fn record_fault(&mut self, hook: Hook, callback: &CallbackId, fault: Fault) {
        self.report_fault(hook, callback, fault, None);
        self.book().note_failure();
        let most = self.book.layout().center().limits.faults_in_a_row;
        let ledger = self.book().ledger_mut();
        let row = ledger.faults.entry(hook).or_insert(0);
        *row = row.saturating_add(1);
        if *row >= most {
            let faults = *row;
            ledger.faults.remove(&hook);
            if self.come_back() {
                return;
            }
            self.book().ledger_mut().set_aside.insert(hook);
            self.event(Event::SetAside { hook, faults });
        }
    }

    /// Tells of a fault, and of which version where it is not the one in force.
    pub(super) fn report_fault(
        &mut self,
        hook: Hook,
        callback: &CallbackId,
        fault: Fault,
        version: Option<VersionNumber>,
    ) {
        let (message, line) = (SmolStr::new(fault.message), fault.line);
        self.event(Event::Fault { callback: callback.clone(), hook, message, line, version });
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
