//! A callback on its way from the line to the talk: each stage with its own data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Cause, Deadline, Journey};
use crate::center::{AgentIndex, QueueIndex};
use crate::value::{AttemptId, Instant};

/// A callback that has left the line, and whose agent and customer do not talk yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Routing {
    /// Its way.
    pub journey: Arc<Journey>,
    /// The queue it was reserved from; the journey may go on meanwhile.
    pub queue: QueueIndex,
    /// What is under way.
    pub stage: Stage,
}

/// What is under way for a callback in Routing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The agent looks at it, to accept or reject it.
    Offered {
        /// Who.
        agent: AgentIndex,
        /// When the offer expires.
        until: Instant,
    },
    /// The customer was asked whether a call is welcome now.
    Confirming {
        /// Who is reserved meanwhile.
        agent: AgentIndex,
        /// How often the customer was asked.
        pushes: u32,
        /// How long the last of them may go unanswered.
        until: Instant,
    },
    /// The customer's phone rings.
    Dialing {
        /// Who waits for the customer; nobody, if it was dialled ahead.
        agent: Option<AgentIndex>,
        /// The live attempt.
        attempt: AttemptId,
        /// When the engine stops waiting for the host's word.
        grace_until: Instant,
    },
    /// The customer is on the line, and no agent is.
    CustomerWaiting {
        /// Who is being connected; nobody, if no agent is free yet.
        agent: Option<AgentIndex>,
        /// The live attempt.
        attempt: AttemptId,
        /// How long the customer is let wait.
        until: Instant,
    },
    /// The customer was told how to call in.
    Inbound {
        /// Who waits for the call.
        agent: AgentIndex,
        /// The attempt that the call will be.
        attempt: AttemptId,
        /// What the caller proves to be the customer with; none where the host gave nothing to make one from.
        code: Option<SmolStr>,
        /// When the invitation expires.
        until: Instant,
    },
}

/// That an agent rejected a callback a while ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooloff {
    /// Who.
    pub agent: AgentIndex,
    /// When the agent may be offered it again.
    pub until: Instant,
}

/// How the agent's leg of a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AgentFailure {
    /// Busy.
    #[serde(rename = "agent_busy")]
    Busy,
    /// It rang out.
    #[serde(rename = "agent_no_answer")]
    NoAnswer,
    /// The call could not be placed.
    #[serde(rename = "agent_error")]
    Error,
}

impl AgentFailure {
    /// Every failure.
    pub const ALL: [Self; 3] = [Self::Busy, Self::NoAnswer, Self::Error];

    /// Its word: `agent_busy`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Busy => "agent_busy",
            Self::NoAnswer => "agent_no_answer",
            Self::Error => "agent_error",
        }
    }
}

impl Stage {
    /// The agent reserved.
    #[must_use]
    pub fn agent(&self) -> Option<AgentIndex> {
        match self {
            Self::Offered { agent, .. } | Self::Confirming { agent, .. } | Self::Inbound { agent, .. } => {
                Some(*agent)
            }
            Self::Dialing { agent, .. } | Self::CustomerWaiting { agent, .. } => *agent,
        }
    }

    /// The agent reserved, to name another.
    pub(crate) fn agent_mut(&mut self) -> Option<&mut AgentIndex> {
        match self {
            Self::Offered { agent, .. } | Self::Confirming { agent, .. } | Self::Inbound { agent, .. } => {
                Some(agent)
            }
            Self::Dialing { agent, .. } | Self::CustomerWaiting { agent, .. } => agent.as_mut(),
        }
    }

    /// The live attempt: a call that was placed and is not over.
    #[must_use]
    pub fn attempt(&self) -> Option<AttemptId> {
        match self {
            Self::Dialing { attempt, .. } | Self::CustomerWaiting { attempt, .. } => Some(*attempt),
            Self::Offered { .. } | Self::Confirming { .. } | Self::Inbound { .. } => None,
        }
    }

    /// When it ends by itself.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        let (at, cause) = match self {
            Self::Offered { until, .. } => (*until, Cause::Offer),
            Self::Confirming { until, .. } => (*until, Cause::Confirm),
            Self::Dialing { grace_until, .. } => (*grace_until, Cause::Attempt),
            Self::CustomerWaiting { until, .. } => (*until, Cause::Connect),
            Self::Inbound { until, .. } => (*until, Cause::CallIn),
        };
        Deadline { at, cause }
    }
}
