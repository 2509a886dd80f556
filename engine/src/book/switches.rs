//! Switches: what people of the center set of a queue while it runs.

use super::Book;
use crate::center::{Plan, QueueIndex};
use crate::record::{Switch, Switches};

impl Book {
    /// The switches of a queue.
    pub(crate) fn switches(&self, queue: QueueIndex) -> Switches {
        self.ledger.switches.get(&queue).copied().unwrap_or_default()
    }

    /// Whether a callback may enter a queue now that is not in it yet.
    pub(crate) fn takes_in(&self, queue: QueueIndex) -> bool {
        let most = self.layout.queue(queue).and_then(|queue| queue.max_waiting);
        let waiting = self.indices.queues.get(queue).map_or(0, |record| record.waiting.len());
        !self.switches(queue).draining && most.is_none_or(|most| waiting < most as usize)
    }

    /// Whether one of a plan's queues takes in a callback now that stands `here`.
    pub(crate) fn is_taken_in(&self, plan: &Plan, here: Option<QueueIndex>) -> bool {
        let queues = plan.steps().iter().filter_map(|step| self.layout.queue_index(step.queue.as_ref()?));
        queues.into_iter().any(|queue| here == Some(queue) || self.takes_in(queue))
            || self.overflow_on_entry(plan, here).is_some()
    }

    /// Turns a switch, and looks again at who waits there.
    pub(crate) fn turn(&mut self, queue: QueueIndex, switch: Switch, on: bool) {
        let switches = self.switches(queue).turn(switch, on);
        if switches == Switches::default() {
            self.ledger.switches.remove(&queue);
        } else {
            self.ledger.switches.insert(queue, switches);
        }
        self.indices.classes.consider_queue(queue);
    }
}
