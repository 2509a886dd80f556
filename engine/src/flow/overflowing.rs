//! Overflow under conditions: who leaves a queue because one of its numbers says so.

use std::sync::Arc;

use super::Turn;
use crate::protocol::Application;
use crate::record::{Callback, Journey, State};
use crate::value::Sequence;

impl<A: Application> Turn<'_, A> {
    /// Moves the next callback that a condition moves; whether there was one.
    pub(super) fn overflow(&mut self) -> bool {
        let Some((sequence, position)) = self.book.overflowing() else { return false };
        self.overflow_by(sequence, position)
    }

    fn overflow_by(&mut self, sequence: Sequence, position: usize) -> bool {
        let Some(Callback { state: State::Queued(queued), .. }) = self.callback(sequence) else {
            return false;
        };
        let mut queued = queued.clone();
        let mut journey: Journey = (*queued.journey).clone();
        let Some(edge) = journey.plan.overflow().get(position).cloned() else { return false };
        let Some(to) = self.book.layout().queue_index(&edge.to) else { return false };
        journey.queue = to;
        journey.overflowed.push(position);
        queued.journey = Arc::new(journey);
        self.book().put(sequence, State::Queued(queued));
        self.unsettle();
        self.report_step_when(sequence, edge.when);
        if self.keep_window(sequence) {
            self.report_held(sequence);
        }
        true
    }
}
