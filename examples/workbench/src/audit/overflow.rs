//! Overflow: a callback leaves its queue by a way that the settings have, and under its condition.

use ringback_engine::center::{Condition, Overflow, Quantity};
use smol_str::SmolStr;

use super::Audit;
use super::callback::Callback;
use super::findings::Check;
use super::steering::BY_MOVE;

const UNKNOWN: &str = "the number that a condition asks for is not in the log";

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
        match self.quantity(first, when.of).filter(|_| !self.rules.freedom.reroute) {
            None => self.findings.skip(Check::Deadlines, UNKNOWN),
            Some(value) => {
                let holds = value.is_some_and(|value| when.holds(value));
                self.findings.hold(Check::Deadlines, Some(id), holds, || {
                    let value = value.map_or("not known".into(), |value| value.to_string());
                    format!("goes on to queue `{name}` when `{when}`, and that is {value}")
                });
            }
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

    /// A number of a queue, as the log tells it: `None` where it does not, `None` within where there is none yet.
    fn quantity(&self, queue: usize, of: Quantity) -> Option<Option<i64>> {
        let agents = || {
            (0..self.people.len()).filter(|agent| self.rules.is_of_queue(&self.rules.agents[*agent], queue))
        };
        let count = |count: usize| Some(Some(i64::try_from(count).unwrap_or(i64::MAX)));
        match of {
            Quantity::Waiting => Some(Some(self.waiting[queue])),
            Quantity::Agents => count(agents().filter(|agent| self.people[*agent].is_there()).count()),
            Quantity::Ready => count(agents().filter(|agent| self.people[*agent].is_ready()).count()),
            Quantity::Oldest => {
                let there = self.callbacks.values().filter(|callback| callback.waits_in == Some(queue));
                let places: Option<Vec<_>> = there.map(|callback| callback.place).collect();
                let oldest =
                    places?.into_iter().min().map_or(0, |place| self.now.since(place).millis().max(0));
                Some(Some(oldest))
            }
            Quantity::Ewt => {
                let connected = &self.pace[queue].connected;
                let span =
                    connected.back().zip(connected.front()).map(|(last, first)| last.since(*first).millis());
                let gaps = i64::try_from(connected.len()).unwrap_or(i64::MAX) - 1;
                Some(span.filter(|_| gaps > 0).map(|span| span.saturating_mul(self.waiting[queue]) / gaps))
            }
        }
    }

    /// The instant is over: nobody waits who could have left by a way whose condition holds.
    pub(super) fn close_overflow(&mut self) {
        let freedom = self.rules.freedom;
        if freedom.route || freedom.reroute {
            return;
        }
        for queue in 0..self.rules.queues.len() {
            let edges = self.rules.queues[queue].settings.overflow.iter().enumerate();
            let edges: Vec<(usize, Overflow)> =
                edges.filter(|(_, edge)| edge.when.is_some()).map(|(n, edge)| (n, edge.clone())).collect();
            for (position, edge) in edges {
                let (Some(when), Some(to)) = (edge.when, self.rules.queue(&edge.to)) else { continue };
                let Some(value) = self.quantity(queue, when.of) else {
                    self.findings.skip(Check::Deadlines, UNKNOWN);
                    continue;
                };
                if !value.is_some_and(|value| when.holds(value)) || !self.takes_in(to) {
                    continue;
                }
                let left = self.callbacks.values().find(|callback| {
                    let first = self.rules.services[callback.service].queue == queue;
                    let may = |journey: &super::callback::Journey| {
                        !journey.moved
                            && !journey.overflowed.contains(&position)
                            && journey.entered.after(edge.after) <= self.now
                    };
                    first
                        && callback.moved.is_none()
                        && callback.waits_in == Some(queue)
                        && callback.journey.as_ref().is_some_and(may)
                });
                self.findings.hold(Check::Deadlines, left.map(|left| &left.id), left.is_none(), || {
                    format!("stays, and leaves for queue `{}` when `{when}`, which holds", edge.to)
                });
            }
        }
    }

    /// Whether a queue takes in somebody.
    fn takes_in(&self, queue: usize) -> bool {
        let most = self.rules.queues[queue].settings.max_waiting;
        let room = most.is_none_or(|most| self.waiting[queue] < i64::from(most));
        room && !self.rules.turned[queue].drains()
    }

    /// A step of a callback's plan does not lead to a queue that takes in nobody.
    pub(super) fn passed_over(&mut self, serial: u64, id: &SmolStr, name: &SmolStr) {
        let Some(queue) = self.rules.queue(name) else {
            return self
                .findings
                .hold(Check::Form, Some(id), false, || format!("there is no queue `{name}`"));
        };
        let takes_in = self.takes_in(queue);
        self.findings.hold(Check::Quotas, Some(id), !takes_in, || {
            format!("is not let into queue `{name}`, which takes somebody in")
        });
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.passed_over = Some(queue);
        }
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
