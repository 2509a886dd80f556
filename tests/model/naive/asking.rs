//! Asking the application, and answering for it where it fails.

use std::sync::Arc;

use ringback_engine::protocol::{
    Answer, Application, CallbackView, Contact, EffectKind, Event, Fault, Hook, Log, View,
};
use ringback_engine::record::Request;
use ringback_engine::{CallbackId, Name, Sequence};

use super::Naive;
use super::world::World;

/// That a hook failed.
pub(super) struct Faulted;

/// A fault of an answer that can't be followed.
pub(super) fn refused<T>(message: String) -> Answer<T> {
    Err(Fault { message, line: 0 })
}

impl<A: Application> Naive<A> {
    /// Asks a hook, which is not asked any more once set aside. `None`: the settings decide.
    pub(super) fn ask<T>(
        &mut self,
        hook: Hook,
        callback: &CallbackId,
        ask: impl FnOnce(&mut A, &World) -> Answer<T>,
    ) -> Result<Option<T>, Faulted> {
        if self.world.set_aside.contains(&hook) {
            return Ok(None);
        }
        let answer = ask(&mut self.application, &self.world);
        for text in self.application.take_log() {
            self.emit(EffectKind::Log(Log { hook, text }));
        }
        let fault = match answer {
            Ok(answer) => {
                self.world.faults.retain(|faulted| *faulted != hook);
                return Ok(answer);
            }
            Err(fault) => fault,
        };
        let (message, line) = (Name::new(fault.message), fault.line);
        self.event(Event::Fault { callback: callback.clone(), hook, message, line });
        self.world.faults.push(hook);
        let faults = self.world.faults.iter().filter(|faulted| **faulted == hook).count() as u32;
        if faults >= self.world.center.limits.faults_in_a_row {
            self.world.set_aside.push(hook);
            self.event(Event::SetAside { hook, faults });
        }
        Err(Faulted)
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
