//! Standings: what the indices have of a callback, as it follows from its state.

use std::sync::Arc;

use crate::center::{AgentIndex, QueueIndex, ServiceIndex};
use crate::record::{Callback, Deadline, Journey, Routing, Stage, State};
use crate::value::Instant;

/// What the indices have of a callback.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) service: ServiceIndex,
    pub(super) deadline: Deadline,
    /// Not completed.
    pub(super) open: bool,
    pub(super) spot: Spot,
}

/// Where a callback is counted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Spot {
    Nowhere,
    Waiting { stand: Stand, place: Instant, held: bool },
    Live { queue: QueueIndex, live: Live },
}

/// What decides a callback's class.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stand {
    pub(super) journey: Arc<Journey>,
    pub(super) assigned: Option<AgentIndex>,
    pub(super) priority: i64,
    pub(super) barred: Vec<AgentIndex>,
}

/// How far a callback is that has left the line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Live {
    /// An agent is reserved; the customer may have been told to call in.
    Reserved {
        invited: bool,
    },
    /// Dialled before an agent is reserved.
    Ahead,
    /// Dialled before an agent is reserved, and answered.
    OnLine(Stand),
    Talking,
}

impl Stand {
    pub(super) fn of(callback: &Callback, journey: &Arc<Journey>) -> Self {
        Self {
            journey: Arc::clone(journey),
            assigned: callback.assigned,
            priority: callback.priority,
            barred: callback.barred().collect(),
        }
    }
}

impl Live {
    pub(super) fn of(callback: &Callback, routing: &Routing) -> Self {
        match routing.stage {
            Stage::CustomerWaiting { agent: None, .. } => {
                // Who waits on the line waits for nobody in particular.
                let journey = match &*routing.journey {
                    Journey { preferred: None, .. } => Arc::clone(&routing.journey),
                    journey => Arc::new(Journey { preferred: None, ..journey.clone() }),
                };
                Self::OnLine(Stand::of(callback, &journey))
            }
            Stage::Dialing { agent: None, .. } => Self::Ahead,
            Stage::Inbound { .. } => Self::Reserved { invited: true },
            _ => Self::Reserved { invited: false },
        }
    }

    pub(super) fn is_ahead(&self) -> bool {
        matches!(self, Self::Ahead | Self::OnLine(_))
    }
}

impl Standing {
    pub(super) fn of(callback: &Callback) -> Self {
        let spot = match &callback.state {
            State::Scheduled(_) | State::Completed(_) => Spot::Nowhere,
            State::Queued(queued) => Spot::Waiting {
                stand: Stand::of(callback, &queued.journey),
                place: callback.place,
                held: queued.is_held(),
            },
            State::Routing(routing) => Spot::Live { queue: routing.queue, live: Live::of(callback, routing) },
            State::Processing(processing) => Spot::Live { queue: processing.queue, live: Live::Talking },
        };
        Self {
            service: callback.service,
            deadline: callback.deadline(),
            open: !callback.state.is_completed(),
            spot,
        }
    }
}
