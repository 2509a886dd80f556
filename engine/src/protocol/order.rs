//! Orders: what the engine tells the host to do.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Hook;
use crate::center::Presentation;
use crate::value::{AgentId, AttemptId, CallbackId, Duration, Instant, Phone};

/// Place a call to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dial {
    /// The attempt; the host reports its outcome under this id.
    pub attempt: AttemptId,
    /// The callback.
    pub callback: CallbackId,
    /// The number of this attempt over the callback's life, from 1.
    pub number_of_attempt: u32,
    /// The number to call.
    pub number: Phone,
    /// The agent who waits for the customer; nobody, if the call is placed before an agent is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// How long to let it ring.
    pub ring_for: Duration,
    /// Not to be placed after this instant.
    pub not_after: Instant,
    /// The customer's language; empty if unknown.
    pub language: SmolStr,
    /// What the customer and the network see of it.
    pub presentation: Presentation,
}

/// Show a callback to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Which.
    pub callback: CallbackId,
    /// To whom.
    pub agent: AgentId,
    /// The customer's number.
    pub number: Phone,
    /// Until when the offer stands.
    pub until: Instant,
}

/// Tell a customer something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Of which callback.
    pub callback: CallbackId,
    /// The customer's number.
    pub number: Phone,
    /// What for.
    pub kind: PushKind,
    /// Until when an answer counts.
    pub until: Instant,
}

/// What a customer is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushKind {
    /// We could call now: is a call welcome?
    Confirm,
    /// Please call us now.
    CallIn {
        /// The number to call; the host's to know if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<Phone>,
        /// The code to give, if there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<SmolStr>,
    },
}

impl PushKind {
    /// Its word in the log: `confirm`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::CallIn { .. } => "call_in",
        }
    }
}

/// Connect an agent to the customer on the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connect {
    /// The customer's attempt; the host reports under this id that the agent is connected, or how that failed.
    pub attempt: AttemptId,
    /// The callback.
    pub callback: CallbackId,
    /// Who.
    pub agent: AgentId,
    /// How long the customer is let wait.
    pub until: Instant,
}

/// End a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HangUp {
    /// Which attempt.
    pub attempt: AttemptId,
    /// Its callback, where it is still known.
    pub callback: Option<CallbackId>,
}

/// A line that a script printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// The hook that ran.
    pub hook: Hook,
    /// The text, cut to a limited length.
    pub text: SmolStr,
}
