//! Bulk: one thing done to many callbacks, each as if it were the only one.

use super::Turn;
use crate::center::MOST_AT_ONCE;
use crate::protocol::{Application, BulkDeed, Event, Refusal};
use crate::value::CallbackId;

impl<A: Application> Turn<'_, A> {
    /// Somebody does one thing to many callbacks. What can't be done to one is said, and the others are not held up.
    pub(super) fn bulk(&mut self, callbacks: Vec<CallbackId>, deed: &BulkDeed) -> Result<(), Refusal> {
        if callbacks.len() > MOST_AT_ONCE {
            return Err(Refusal::TooMany(callbacks.len()));
        }
        let (mut done, mut refused) = (0_u32, 0_u32);
        for callback in callbacks {
            let answer = match deed {
                BulkDeed::Cancel { by } => self.cancel(&callback, *by),
                BulkDeed::Reschedule { to } => self.reschedule(&callback, *to),
                BulkDeed::Assign { agent } => self.assign(&callback, agent.as_ref()),
            };
            match answer {
                Ok(()) => done = done.saturating_add(1),
                Err(refusal) => {
                    refused = refused.saturating_add(1);
                    let (code, sentence) = (refusal.code(), refusal.to_string());
                    self.event(Event::Refused { callback, code, sentence });
                }
            }
        }
        self.event(Event::Bulk { done, refused });
        Ok(())
    }
}
