//! Pace: how many calls a queue has under way and placed of late, whom it calls ahead of agents, and how many of those who
//! waited for an agent were lost.

use std::collections::VecDeque;

use ringback_engine::Instant;
use ringback_engine::center::{ANSWERED_KEPT, First, PACED};
use smol_str::SmolStr;

use super::callback::State;
use super::findings::Check;
use super::{Audit, Owner};

/// The calls of one queue.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Callbacks that have left its line and do not talk yet.
    routing: u32,
    /// Those of them that are called before an agent is reserved.
    ahead: u32,
    /// When calls were placed that may count against `dial_rate` still.
    dialled: VecDeque<Instant>,
    /// Whether they were lost, of the last customers who waited for an agent.
    lost: VecDeque<bool>,
    /// When the last of its callbacks were connected.
    pub(super) connected: VecDeque<Instant>,
}

impl Audit {
    /// Counts a callback that changes its state.
    pub(super) fn count_routing(&mut self, before: State, after: State) {
        let count = |pace: &mut [Pace], state: State, by: i32| {
            let Some(pace) = state.routing_queue().and_then(|queue| pace.get_mut(queue)) else { return };
            pace.routing = pace.routing.saturating_add_signed(by);
            if state.is_ahead() {
                pace.ahead = pace.ahead.saturating_add_signed(by);
            }
        };
        count(&mut self.pace, before, -1);
        count(&mut self.pace, after, 1);
        if let (State::Connected { queue, .. }, false) = (after, matches!(before, State::Connected { .. })) {
            let connected = &mut self.pace[queue].connected;
            connected.push_back(self.now);
            if connected.len() > PACED {
                connected.pop_front();
            }
        }
        if let Some(queue) = before.routing_queue().filter(|queue| after.routing_queue() != Some(*queue))
            && self.rules.queues[queue].settings.dialling.concurrent_dials.is_some()
        {
            self.queue_due(queue);
        }
    }

    /// Whether a queue may place a call now.
    pub(super) fn may_dial(&self, queue: usize) -> bool {
        self.rules.is_served(queue, self.now) && !self.is_full(queue)
    }

    fn is_full(&self, queue: usize) -> bool {
        let most = self.rules.queues[queue].settings.dialling.concurrent_dials;
        most.is_some_and(|most| self.pace[queue].routing >= most) || self.rate_full_until(queue).is_some()
    }

    /// When a queue may place a call again, if its rate keeps it from one now.
    pub(super) fn rate_full_until(&self, queue: usize) -> Option<Instant> {
        let rate = self.rules.queues[queue].settings.dialling.dial_rate?;
        let counting = self.pace[queue].dialled.iter().rev().take_while(|at| at.after(rate.per) > self.now);
        counting.map(|at| at.after(rate.per)).nth((rate.max as usize).saturating_sub(1))
    }

    /// A callback leaves the line of a queue: no more of them are under way than may be, and a call may be placed.
    pub(super) fn has_room(&mut self, id: &SmolStr, queue: usize) {
        let dialling = &self.rules.queues[queue].settings.dialling;
        if let Some(most) = dialling.concurrent_dials {
            let routing = self.pace[queue].routing;
            self.findings.hold(Check::Quotas, Some(id), routing < most, || {
                format!("leaves the line with {routing} under way, and `concurrent_dials` is {most}")
            });
        }
        if let Some(rate) = dialling.dial_rate {
            let until = self.rate_full_until(queue);
            self.findings.hold(Check::Quotas, Some(id), until.is_none(), || {
                let until = until.unwrap_or_default();
                format!(
                    "leaves the line before {until}, when {} calls in {} have room again",
                    rate.max, rate.per
                )
            });
        }
    }

    /// A call is placed.
    pub(super) fn rate_counted(&mut self, id: &SmolStr, queue: usize) {
        let Some(rate) = self.rules.queues[queue].settings.dialling.dial_rate else { return };
        let until = self.rate_full_until(queue);
        self.findings.hold(Check::Quotas, Some(id), until.is_none(), || {
            format!("is called as one more than {} in {} from its queue", rate.max, rate.per)
        });
        self.pace[queue].dialled.push_back(self.now);
        while self.pace[queue].dialled.front().is_some_and(|at| at.after(rate.per) <= self.now) {
            self.pace[queue].dialled.pop_front();
        }
        self.due.insert((self.now.after(rate.per), Owner::Queue(queue)));
    }

    /// A customer who answered before an agent was there is connected, or lost.
    pub(super) fn answered_before_agent(&mut self, queue: usize, lost: bool) {
        let kept = &mut self.pace[queue].lost;
        kept.push_back(lost);
        if kept.len() > ANSWERED_KEPT {
            kept.pop_front();
        }
    }

    /// Why a queue may not call ahead now, if it may not.
    fn not_ahead(&self, queue: usize) -> Option<String> {
        let (dialling, pace) = (&self.rules.queues[queue].settings.dialling, &self.pace[queue]);
        let lost = pace.lost.iter().filter(|lost| **lost).count();
        let (answered, most) = (pace.lost.len(), dialling.abandon_max);
        if dialling.first != First::Customer || pace.ahead >= dialling.dial_ahead {
            Some(format!("{} are ahead of agents, and `dial_ahead` is {}", pace.ahead, dialling.dial_ahead))
        } else if lost * 100 > answered * most as usize {
            Some(format!("{lost} of {answered} were lost, and `abandon_max` is {most} per cent"))
        } else if self.is_full(queue) {
            Some("its queue has as many calls as it may".into())
        } else {
            None
        }
    }

    /// The queue that a callback leaves, or left.
    pub(super) fn queue_left(&self, serial: u64, state: State) -> Option<usize> {
        let journey = self.callbacks.get(&serial).and_then(|callback| callback.journey.as_ref());
        state.left_queue().or_else(|| journey.filter(|journey| !journey.astray).map(|journey| journey.queue))
    }

    /// A callback is called ahead of an agent.
    pub(super) fn dialled_ahead(&mut self, serial: u64, id: &SmolStr, state: State) {
        let Some(queue) = self.queue_left(serial, state) else {
            return self.findings.skip(Check::Quotas, "the script may have rerouted who is called ahead");
        };
        let obstacle = self.not_ahead(queue);
        self.findings.hold(Check::Quotas, Some(id), obstacle.is_none(), || {
            format!("is called ahead of an agent, and {}", obstacle.clone().unwrap_or_default())
        });
        if let State::Waiting { hold } = state {
            self.hold_respected(id, hold);
        }
        self.order_ahead(serial, id, queue);
    }

    /// Whether a queue might call somebody of its line ahead now.
    pub(super) fn may_go_ahead(&self, queue: usize) -> bool {
        self.rules.queues[queue].settings.dialling.dial_ahead > 0
            && self.rules.is_served(queue, self.now)
            && self.not_ahead(queue).is_none()
    }
}
