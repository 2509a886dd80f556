//! Closings: the instants at which queues close whose callbacks do not wait for the next opening.
//!
//! A queue awaits its next closing while callbacks are Queued there. When it comes, each of them is taken up in turn, by
//! place, a deadline each; what the ledger remembers is how far that has come.

use serde::{Deserialize, Serialize};

use super::{Book, Owner};
use crate::center::{AtClose, Openness, QueueIndex};
use crate::value::{Instant, Sequence};

/// A queue's closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Closing {
    /// When it closes, or has closed.
    pub(crate) at: Instant,
    /// Place and number of the callback taken up last.
    pub(crate) taken: Option<(Instant, Sequence)>,
}

impl Book {
    /// What callbacks of a queue do when it closes.
    pub(crate) fn at_close(&self, queue: QueueIndex) -> AtClose {
        self.layout.queue(queue).map_or(AtClose::Keep, |queue| queue.at_close)
    }

    /// Whether a queue is closed now.
    pub(crate) fn is_closed(&self, queue: QueueIndex) -> bool {
        self.indices.timetable.queue(queue).is_some_and(|hours| !hours.is_open(self.ledger.clock))
    }

    /// When a queue that is closed opens, from `at` on.
    pub(crate) fn opens_at(&self, queue: QueueIndex, at: Instant) -> Option<Instant> {
        self.indices.timetable.queue(queue).map_or(Some(at), |hours| hours.next_open(at))
    }

    /// The callback that a closing takes up next; none is left at the end of it.
    pub(crate) fn take_up(&mut self, queue: QueueIndex) -> Option<Sequence> {
        let closing = self.ledger.closings.get_mut(&queue)?;
        let waiting = &self.indices.queues.get(queue)?.waiting;
        let next = match closing.taken {
            Some(taken) => {
                waiting.range((std::ops::Bound::Excluded(taken), std::ops::Bound::Unbounded)).next()
            }
            None => waiting.first(),
        };
        closing.taken = next.copied().or(closing.taken);
        next.map(|(_, sequence)| *sequence)
    }

    /// Awaits the next closing of a queue, if callbacks wait there that would act on it, and none is awaited yet.
    pub(super) fn await_closing(&mut self, queue: QueueIndex) {
        if !self.acts_on_close(queue) || self.ledger.closings.contains_key(&queue) {
            return;
        }
        let Some(hours) = self.indices.timetable.queue(queue) else { return };
        let next = match hours.openness(self.ledger.clock) {
            Openness::Open(until) => until,
            Openness::Closed(opens) => opens.and_then(|opens| hours.openness(opens).until()),
        };
        if let Some(at) = next {
            self.set_closing(queue, at);
        }
    }

    /// Has a queue close now, out of turn.
    pub(super) fn close_now(&mut self, queue: QueueIndex) {
        if self.acts_on_close(queue) {
            self.set_closing(queue, self.ledger.clock);
        }
    }

    /// Whether callbacks wait in a queue that do something when it closes.
    fn acts_on_close(&self, queue: QueueIndex) -> bool {
        let waits = self.indices.queues.get(queue).is_some_and(|record| !record.waiting.is_empty());
        waits && self.at_close(queue) != AtClose::Keep
    }

    fn set_closing(&mut self, queue: QueueIndex, at: Instant) {
        self.drop_closing(queue);
        self.ledger.closings.insert(queue, Closing { at, taken: None });
        self.indices.deadlines.other(Owner::Closing(queue), at, true);
    }

    /// Awaits no closing of a queue any more where nobody waits.
    pub(super) fn forget_closing(&mut self, queue: QueueIndex) {
        if self.indices.queues.get(queue).is_some_and(|record| record.waiting.is_empty()) {
            self.drop_closing(queue);
        }
    }

    fn drop_closing(&mut self, queue: QueueIndex) {
        if let Some(closing) = self.ledger.closings.remove(&queue) {
            self.indices.deadlines.other(Owner::Closing(queue), closing.at, false);
        }
    }

    /// A closing is carried out; who still waits there awaits the next.
    pub(crate) fn end_closing(&mut self, queue: QueueIndex) {
        self.drop_closing(queue);
        self.await_closing(queue);
    }
}
