//! Overflow: a callback leaves its queue by a way that the settings have, and under its condition.

use ringback_engine::center::{Condition, Overflow, Quantity};
use smol_str::SmolStr;

use super::Audit;
use super::callback::Callback;
use super::findings::Check;
use super::steering::BY_MOVE;

impl Audit {
    /// A condition moves a callback: the queue has such a way, the callback has not taken it yet and has waited long
    /// enough, and as far as the log tells, the condition holds.
    pub(super) fn overflowed(&mut self, serial: u64, id: &SmolStr, to: usize, when: Condition) {
        let Some(Callback { service, journey: Some(journey), .. }) = self.callbacks.get(&serial) else {
            return;
        };
        let first = self.rules.services[*service].queue;
        let (rules, now) = (&self.rules, self.now);
        let name = &rules.queues[to].settings.name;
        let is_it = |edge: &&(usize, &Overflow)| edge.1.when == Some(when) && edge.1.to == *name;
        let edges = || rules.queues[first].settings.overflow.iter().enumerate();
        let open = |edge: &(usize, &Overflow)| {
            !journey.overflowed.contains(&edge.0) && journey.entered.after(edge.1.after) <= now
        };
        let edge = edges().filter(|edge| is_it(&edge)).find(open).map(|(position, _)| position);
        let sound = edge.is_some() && journey.queue == first;
        self.findings.hold(Check::Deadlines, Some(id), sound, || {
            format!("goes on to queue `{name}` when `{when}`, and no overflow leads there from where it stands now")
        });
        if when.of == Quantity::Waiting && !self.rules.freedom.reroute {
            let waiting = self.waiting[first];
            self.findings.hold(Check::Deadlines, Some(id), when.holds(waiting), || {
                format!("goes on to queue `{name}` when `{when}`, and {waiting} wait")
            });
        }
        if let Some(Callback { journey: Some(journey), .. }) = self.callbacks.get_mut(&serial) {
            journey.overflowed.extend(edge);
        }
    }

    /// A callback enters a queue: its service's, or one that overflow leads to from there.
    pub(super) fn entered(&mut self, serial: u64, id: &SmolStr, queue: usize) {
        if self.rules.freedom.route {
            return;
        }
        let Some(callback) = self.callbacks.get(&serial) else { return };
        if callback.moved.is_some() {
            return self.findings.skip(Check::Deadlines, BY_MOVE);
        }
        let first = self.rules.services[callback.service].queue;
        let name = &self.rules.queues[queue].settings.name;
        let leads = self.rules.queues[first].settings.overflow.iter().any(|edge| edge.to == *name);
        self.findings.hold(Check::Deadlines, Some(id), queue == first || leads, || {
            format!("enters queue `{name}`, where its service's plan does not lead")
        });
    }

    /// Counts a callback in the queue where it waits now.
    pub(super) fn count_waiting(&mut self, serial: u64) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let queue =
            callback.journey.as_ref().filter(|_| callback.state.is_waiting()).map(|journey| journey.queue);
        let before = std::mem::replace(&mut callback.waits_in, queue);
        for (queue, by) in before.map(|queue| (queue, -1)).into_iter().chain(queue.map(|queue| (queue, 1))) {
            self.waiting[queue] += by;
        }
    }
}
