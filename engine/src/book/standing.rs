//! Standings: what the indices have of a callback, as it follows from its state.

use std::sync::Arc;

use super::Book;
use crate::center::{AgentIndex, QueueIndex, ServiceIndex};
use crate::record::{Callback, Deadline, Journey, Routing, Stage, State};
use crate::value::{Instant, Requirement};

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

impl Book {
    /// The whole requirement of a callback where it stands, or where it left the line.
    pub(crate) fn need_of(&self, callback: &Callback) -> Arc<Requirement> {
        let journey = callback.state.journey();
        journey.map(|journey| self.whole_need(&Stand::of(callback, journey))).unwrap_or_default()
    }

    /// The whole requirement of a callback on its way: its plan's, its queue's, its queue's groups; while the agent for
    /// whom it waits is logged in, that agent. Of one that is assigned, the agent alone. And nobody who rejected it just
    /// now.
    pub(super) fn whole_need(&self, stand: &Stand) -> Arc<Requirement> {
        let mut need = match stand.assigned.and_then(|agent| self.layout.agent(agent)) {
            Some(agent) => Arc::new(Requirement::agent(agent.id.clone())),
            None => self.own_need(&stand.journey),
        };
        for agent in stand.barred.iter().filter_map(|agent| self.layout.agent(*agent)) {
            need = Arc::new(need.and(&Requirement::any_but(agent.id.clone())));
        }
        need
    }

    fn own_need(&self, journey: &Journey) -> Arc<Requirement> {
        let need = self.common_need(journey);
        let preferred = journey.preferred.as_ref().filter(|preferred| {
            self.layout.agent_index(preferred.agent.as_str()).is_some_and(|agent| self.is_present(agent))
        });
        match preferred {
            Some(preferred) => Arc::new(need.and(&Requirement::agent(preferred.agent.clone()))),
            None => need,
        }
    }

    fn common_need(&self, journey: &Journey) -> Arc<Requirement> {
        let anyone = Requirement::anyone();
        match self.layout.queue_layout(journey.queue) {
            Some(queue) if *journey.need == anyone => Arc::clone(&queue.need),
            Some(queue) if *queue.need != anyone => Arc::new(journey.need.and(&queue.need)),
            _ => Arc::clone(&journey.need),
        }
    }
}
