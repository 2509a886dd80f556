//! A callback's way through the queues.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::center::{Plan, QueueIndex};
use crate::value::{Ageing, AgentId, Instant, Requirement};

/// A callback's way along its plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// The plan.
    pub plan: Arc<Plan>,
    /// When it took effect.
    pub since: Instant,
    /// Steps taken so far; at least one.
    pub taken: usize,
    /// The present queue.
    pub queue: QueueIndex,
    /// What the plan requires at present.
    pub need: Arc<Requirement>,
    /// The plan's ageing, where it has one.
    pub ageing: Option<Ageing>,
    /// Who alone may serve the callback at present, while logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred: Option<Preferred>,
    /// Positions of the plan's conditional overflow that it has taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overflowed: Vec<usize>,
    /// When `queue_wait` is reached.
    pub wait_until: Instant,
}

/// An agent for whom a callback waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferred {
    /// Who.
    pub agent: AgentId,
    /// Until when.
    pub until: Instant,
}

impl Journey {
    /// When the plan next changes something: its next step is due, or a preference ends.
    #[must_use]
    pub fn next_change(&self) -> Option<Instant> {
        let ends = self.preferred.as_ref().map(|preferred| preferred.until);
        self.next_step().into_iter().chain(ends).min()
    }

    /// When the next step of the plan is due.
    #[must_use]
    pub fn next_step(&self) -> Option<Instant> {
        self.plan.steps().get(self.taken).map(|step| self.since.after(step.after))
    }
}
