//! Overflow under conditions: who in a queue may still leave by it, and whether its condition holds.
//!
//! Conditions are asked when a callback enters its plan's first queue, and each time matching has settled: whatever
//! changes one of a queue's numbers has matching run. What time alone changes has a deadline, in the ledger.

use std::collections::{BTreeMap, BTreeSet};

use super::{Book, Owner};
use crate::center::{Condition, Overflow, Plan, Quantity, QueueIndex};
use crate::protocol::LineView;
use crate::record::Journey;
use crate::value::{Duration, Instant, Sequence};

/// For each conditional way out of a queue, by its position in the plans that have it: the callbacks Queued there that
/// may still take it, and since when they may.
pub(super) type Overflowing = BTreeMap<(QueueIndex, usize, Overflow), BTreeSet<(Instant, Sequence)>>;

impl Book {
    /// The next callback that leaves its queue because a condition holds, and the position of the edge in its plan: by
    /// queue and edge in the order of the configuration, who may take it longest first.
    pub(crate) fn overflowing(&self) -> Option<(Sequence, usize)> {
        let taken = |((queue, _, edge), waiting): &(&(QueueIndex, usize, Overflow), &BTreeSet<_>)| {
            let due = waiting.first().is_some_and(|(at, _)| *at <= self.ledger.clock);
            due && self.is_taken(*queue, edge)
        };
        let ((_, position, _), waiting) = self.indices.overflowing.iter().find(taken)?;
        waiting.first().map(|(_, sequence)| (*sequence, *position))
    }

    /// The way that a callback takes on entering its plan's first queue, and where it leads. A queue that it stands in
    /// already, `here`, takes it in.
    pub(crate) fn overflow_on_entry(
        &self,
        plan: &Plan,
        here: Option<QueueIndex>,
    ) -> Option<(usize, QueueIndex)> {
        let first = self.layout.queue_index(plan.queue())?;
        plan.overflow().iter().enumerate().find_map(|(position, edge)| {
            let to = self.layout.queue_index(&edge.to)?;
            let open = here == Some(to) || self.takes_in(to);
            let holds = || edge.when.is_some_and(|when| self.holds(first, when));
            (edge.after <= Duration::ZERO && open && holds()).then_some((position, to))
        })
    }

    /// Whether a conditional edge leads on now: its condition holds, and its queue takes in somebody.
    fn is_taken(&self, from: QueueIndex, edge: &Overflow) -> bool {
        self.layout.queue_index(&edge.to).is_some_and(|to| self.takes_in(to))
            && edge.when.is_some_and(|when| self.holds(from, when))
    }

    fn holds(&self, queue: QueueIndex, when: Condition) -> bool {
        let Some(LineView { waiting, oldest, agents, ready, ewt, .. }) = self.line_of(queue) else {
            return false;
        };
        let value = match when.of {
            Quantity::Waiting => Some(i64::from(waiting)),
            Quantity::Oldest => Some(oldest.millis()),
            Quantity::Ewt => ewt.map(Duration::millis),
            Quantity::Agents => Some(i64::from(agents)),
            Quantity::Ready => Some(i64::from(ready)),
        };
        value.is_some_and(|value| when.holds(value))
    }

    /// Counts a callback Queued under every conditional edge that it may still take, or counts it there no more.
    pub(super) fn count_overflowing(&mut self, journey: &Journey, sequence: Sequence, enters: bool) {
        if self.layout.queue_index(journey.plan.queue()) != Some(journey.queue) {
            return;
        }
        let overflowing = &mut self.indices.overflowing;
        for (position, edge) in journey.plan.overflow().iter().enumerate() {
            if journey.overflowed.contains(&position) {
                continue;
            }
            let (key, entry) =
                ((journey.queue, position, edge.clone()), (journey.since.after(edge.after), sequence));
            if enters {
                overflowing.entry(key).or_default().insert(entry);
            } else if let Some(waiting) = overflowing.get_mut(&key) {
                waiting.remove(&entry);
                if waiting.is_empty() {
                    overflowing.remove(&key);
                }
            }
        }
    }

    /// Sets the deadlines of the conditions that time alone can make hold: a delay ends, or the oldest has waited long
    /// enough.
    pub(crate) fn arm_overflow(&mut self) {
        let (now, mut due) = (self.ledger.clock, BTreeMap::<QueueIndex, Instant>::new());
        for ((queue, _, edge), waiting) in &self.indices.overflowing {
            let later = (Instant::from_millis(now.millis().saturating_add(1)), Sequence(0));
            let delayed = waiting.range(later..).next().map(|(at, _)| *at);
            let oldest = self.indices.queues.get(*queue).and_then(|record| record.waiting.first());
            let aged = oldest.zip(edge.when).and_then(|((place, _), when)| when.changes_at(*place, now));
            for at in delayed.into_iter().chain(aged) {
                let first = due.entry(*queue).or_insert(at);
                *first = at.min(*first);
            }
        }
        if due == self.ledger.overflow_due {
            return;
        }
        for (queue, at) in std::mem::replace(&mut self.ledger.overflow_due, due.clone()) {
            self.indices.deadlines.other(Owner::Overflow(queue), at, false);
        }
        for (queue, at) in due {
            self.indices.deadlines.other(Owner::Overflow(queue), at, true);
        }
    }

    /// A queue's conditions are asked again, as matching is about to run.
    pub(crate) fn wake_overflow(&mut self, queue: QueueIndex) {
        if let Some(at) = self.ledger.overflow_due.remove(&queue) {
            self.indices.deadlines.other(Owner::Overflow(queue), at, false);
        }
    }
}
