//! Asking the application, and answering for it where it fails.

use std::sync::Arc;

use ringback_engine::protocol::{
    About, Answer, Application, CallbackView, Contact, EffectKind, Event, Fault, Hook, Log, Trial,
    VersionNumber, View,
};
use ringback_engine::record::Request;
use ringback_engine::{Name, Sequence};

use super::Naive;
use super::versions::Spoken;
use super::world::World;

/// That a hook failed.
pub(super) struct Faulted;

/// A fault of an answer that can't be followed.
pub(super) fn refused<T>(message: String) -> Answer<T> {
    Err(Fault { message, line: 0 })
}

impl<A: Application> Naive<A> {
    /// Asks a hook, which is not asked any more once set aside. `None`: the settings decide.
    pub(super) fn ask<T: Spoken>(
        &mut self,
        hook: Hook,
        about: About<'_>,
        ask: impl Fn(&mut A, &World) -> Answer<T>,
    ) -> Result<Option<T>, Faulted> {
        let (aside, trial) = (self.world.set_aside.contains(&hook), self.trial_of(about));
        let mut log = Vec::new();
        let mut canary = None;
        if let (Some(Trial::Canary(_)), Some((candidate, _))) = (trial, &mut self.editions.trial) {
            let answer = ask(&mut candidate.rules, &self.world);
            log = candidate.rules.take_log();
            if let Ok(answer) = answer {
                self.editions.trial_faults.retain(|failed| *failed != hook);
                self.print(hook, log);
                return Ok(answer);
            }
            canary = answer.err();
        }
        let answer = (!aside).then(|| ask(&mut self.editions.live().rules, &self.world));
        let mut disagreement = None;
        if let Some(answer) = &answer {
            log.extend(self.editions.live().rules.take_log());
            if trial == Some(Trial::Shadow) {
                let world = self.world.clone();
                disagreement = self.shadow((hook, about), answer, |rules| ask(rules, &world));
            }
        }
        self.print(hook, log);
        if let Some(event) = disagreement {
            self.event(event);
        }
        if let Some(fault) = canary {
            let version = self.candidate_number();
            self.fault(hook, about, &fault, version);
            self.canary_fails(hook);
        }
        let fault = match answer {
            None => return Ok(None),
            Some(Ok(answer)) => {
                self.world.faults.retain(|faulted| *faulted != hook);
                return Ok(answer);
            }
            Some(Err(fault)) => fault,
        };
        self.fault(hook, about, &fault, None);
        self.fails();
        self.world.faults.push(hook);
        let faults = self.world.faults.iter().filter(|faulted| **faulted == hook).count() as u32;
        if faults >= self.world.center.limits.faults_in_a_row && !self.come_back() {
            self.world.set_aside.push(hook);
            self.event(Event::SetAside { hook, faults });
        }
        Err(Faulted)
    }

    fn print(&mut self, hook: Hook, log: Vec<Name>) {
        log.into_iter().for_each(|text| self.emit(EffectKind::Log(Log { hook, text })));
    }

    fn fault(&mut self, hook: Hook, about: About<'_>, fault: &Fault, version: Option<VersionNumber>) {
        let (callback, message, line) = (about.id().clone(), Name::new(&fault.message), fault.line);
        self.event(Event::Fault { callback, hook, message, line, version });
    }

    fn view(&self) -> Arc<dyn View> {
        Arc::new(self.world.clone())
    }

    pub(super) fn contact(&self, request: &Arc<Request>) -> Contact {
        Contact { request: Arc::clone(request), view: self.view() }
    }

    pub(super) fn callback_view(&self, sequence: Sequence) -> CallbackView {
        let callback = self.world.callback(sequence).clone();
        CallbackView {
            sequence,
            received: callback.received,
            place: callback.place,
            priority: callback.priority,
            queue: callback.queue().cloned().unwrap_or_default(),
            attempts: callback.counted(),
            last_outcome: callback.last_outcome,
            rejects: callback.rejects,
            state: callback.name(),
            request: callback.request,
            tags: callback.tags,
            view: self.view(),
        }
    }
}
