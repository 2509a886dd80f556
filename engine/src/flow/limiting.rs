//! Limiting: who may not be called yet because too many others were waits with their place until the window frees.

use super::Turn;
use crate::protocol::Application;
use crate::record::{Callback, Hold, HoldReason, Queued, State};
use crate::value::Sequence;

impl<A: Application> Turn<'_, A> {
    /// Holds a callback that is Queued, and not held, while the attempts to its prefix, to its country or in all are at
    /// their limit. Answers whether it does.
    pub(super) fn keep_limits(&mut self, sequence: Sequence) -> bool {
        let Some(Callback { state: State::Queued(queued), request, .. }) = self.callback(sequence) else {
            return false;
        };
        let crowded = self.book.crowded_until(&request.number()).filter(|_| !queued.is_held());
        let Some((until, why)) = crowded else { return false };
        let state = State::Queued(Queued { hold: Some(Hold { until, why }), ..queued.clone() });
        self.book().put(sequence, state);
        self.unsettle();
        true
    }

    /// Lets those go whom such a limit holds: it may be another from now on, and is asked when they are matched.
    pub(super) fn forget_limits(&mut self) {
        let by_limit = |callback: &&Callback| {
            callback.hold().is_some_and(|hold| match hold.why {
                HoldReason::AttemptsPerPrefix
                | HoldReason::AttemptsPerCountry
                | HoldReason::AttemptsTotal => true,
                HoldReason::Retry
                | HoldReason::AttemptsPerNumber
                | HoldReason::CallingWindow
                | HoldReason::Snooze => false,
            })
        };
        let held = self.book.ledger().callbacks.values().filter(by_limit).map(|callback| callback.sequence);
        for sequence in held.collect::<Vec<Sequence>>() {
            self.release(sequence);
        }
    }
}
