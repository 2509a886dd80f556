//! The legal calling window: who may not be called yet waits with their place until they may.

use super::Turn;
use crate::protocol::Application;
use crate::record::{Callback, Hold, HoldReason, Queued, State};
use crate::value::Sequence;

impl<A: Application> Turn<'_, A> {
    /// Holds a callback that is Queued outside its customer's window until that opens, or until the end of its `ttl`
    /// if it does not before; lets one go that such a hold keeps longer than it has to. A hold for another reason
    /// stands, and the window is asked when it ends. Answers whether the hold changed.
    pub(super) fn keep_window(&mut self, sequence: Sequence) -> bool {
        // A queue may name other zones than the one before, so that another number may be called sooner there.
        let is_free = |callback: &Callback| {
            let State::Queued(queued) = &callback.state else { return false };
            queued.hold.is_none_or(|hold| hold.why == HoldReason::CallingWindow)
        };
        if self.callback(sequence).is_some_and(is_free) {
            self.choose_number(sequence);
        }
        let Some(Callback { state: State::Queued(queued), ttl_at, .. }) = self.callback(sequence) else {
            return false;
        };
        if queued.hold.is_some_and(|hold| hold.why != HoldReason::CallingWindow) {
            return false;
        }
        let (now, callable) = (self.now(), self.book.callable(sequence));
        let hold = match callable.open_until(now) {
            Some(_) => None,
            None => Some(Hold {
                until: callable.next_open(now, *ttl_at).unwrap_or(*ttl_at),
                why: HoldReason::CallingWindow,
            }),
        };
        if hold == queued.hold {
            return false;
        }
        let state = State::Queued(Queued { hold, ..queued.clone() });
        self.book().put(sequence, state);
        self.unsettle();
        true
    }
}
