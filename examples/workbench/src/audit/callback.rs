//! A callback as far as the log tells of it.

use ringback_engine::record::Outcome;
use ringback_engine::{Instant, NumberFacts, Phone};
use smol_str::SmolStr;

use super::lines::Spot;
use super::rules::Slot;
use crate::streams::Fate;

/// A callback that is not purged.
#[derive(Debug)]
pub(super) struct Callback {
    pub(super) id: SmolStr,
    pub(super) key: Option<SmolStr>,
    pub(super) service: usize,
    pub(super) phone: Phone,
    pub(super) facts: NumberFacts,
    pub(super) desired: Option<Instant>,
    /// What the traffic says will happen to it.
    pub(super) fate: Fate,
    /// `None` where a script may have put it off.
    pub(super) place: Option<Instant>,
    /// Dials so far.
    pub(super) attempts: u32,
    pub(super) journey: Option<Journey>,
    pub(super) state: State,
    /// Since when it is in that state.
    pub(super) since: Instant,
    pub(super) due: Dues,
    /// The slot it gives back if it is cancelled.
    pub(super) booked: Option<Slot>,
    /// The queue in which it is counted as waiting.
    pub(super) waits_in: Option<usize>,
    /// The priority that somebody of the center gave it.
    pub(super) priority: i64,
    /// Whether it is for one agent.
    pub(super) assigned: bool,
    /// Whether that just changed, and the log has not said yet what it requires since.
    pub(super) reassigned: bool,
    /// The queue that somebody of the center said.
    pub(super) moved: Option<usize>,
    /// Where it stands in line, if it can be matched.
    pub(super) spot: Option<Spot>,
}

/// Its way through the queues.
#[derive(Clone, Debug)]
pub(super) struct Journey {
    pub(super) queue: usize,
    /// The number of its requirement; `None` where the log does not say it.
    pub(super) need: Option<usize>,
    /// A script may have sent it elsewhere without a word in the log.
    pub(super) astray: bool,
    /// Whether it was so before the last failed attempt, while the log may still say that it is not.
    pub(super) in_doubt: Option<bool>,
    /// `None` where a plan may have set another.
    pub(super) priority: Option<i64>,
    pub(super) entered: Instant,
    /// Steps of the service's own plan taken so far.
    pub(super) steps: usize,
    /// It goes by the plan of another queue, to which somebody moved it.
    pub(super) moved: bool,
    /// Ways of the service's queue that a condition opened for it, by their position.
    pub(super) overflowed: Vec<usize>,
}

/// Where a callback stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Accepted,
    Scheduled { again: bool },
    Waiting { hold: Option<Instant> },
    Reserved { agent: usize, queue: usize },
    Dialing { agent: usize, queue: usize, attempt: u64 },
    Failed { queue: usize, outcome: Outcome },
    Answered { agent: usize, queue: usize },
    Connected { agent: usize, queue: usize },
    Ended { queue: usize },
    Completed { redacted: bool },
}

/// What is to happen by itself, and when; `None` where nothing is or nobody knows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dues {
    pub(super) ttl: Option<Instant>,
    /// From a place in line to `ttl`.
    pub(super) life: Option<ringback_engine::Duration>,
    pub(super) cancel: Option<Instant>,
    pub(super) submit: Option<Instant>,
    pub(super) wait: Option<Instant>,
    /// Until when a hold is to begin in this instant.
    pub(super) retry: Option<Instant>,
    pub(super) step: Option<Instant>,
    pub(super) outcome: Option<Instant>,
    pub(super) end: Option<Instant>,
    pub(super) purge: Option<Instant>,
}

impl State {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Scheduled { .. } => "scheduled",
            Self::Waiting { .. } => "in line",
            Self::Reserved { .. } => "reserved",
            Self::Dialing { .. } => "dialing",
            Self::Failed { .. } => "at the end of a failed attempt",
            Self::Answered { .. } => "answered",
            Self::Connected { .. } => "connected",
            Self::Ended { .. } => "at the end of its interaction",
            Self::Completed { .. } => "completed",
        }
    }

    /// Whether it can't outlast an instant.
    pub(super) const fn is_fleeting(self) -> bool {
        matches!(
            self,
            Self::Accepted
                | Self::Reserved { .. }
                | Self::Failed { .. }
                | Self::Answered { .. }
                | Self::Ended { .. }
        )
    }

    pub(super) const fn is_waiting(self) -> bool {
        matches!(self, Self::Waiting { .. })
    }

    /// Whether an agent is reserved for it, and the two do not talk yet.
    pub(super) const fn is_routing(self) -> bool {
        matches!(self, Self::Reserved { .. } | Self::Dialing { .. } | Self::Answered { .. })
    }

    pub(super) const fn agent(self) -> Option<usize> {
        match self {
            Self::Reserved { agent, .. }
            | Self::Dialing { agent, .. }
            | Self::Answered { agent, .. }
            | Self::Connected { agent, .. } => Some(agent),
            _ => None,
        }
    }
}

impl Callback {
    /// The queue it is in, was reserved from or was last in; `None` where nobody knows.
    pub(super) fn queue(&self, first: usize) -> Option<usize> {
        match (self.state, &self.journey) {
            (
                State::Reserved { queue, .. }
                | State::Dialing { queue, .. }
                | State::Failed { queue, .. }
                | State::Answered { queue, .. }
                | State::Connected { queue, .. }
                | State::Ended { queue },
                _,
            ) => Some(queue),
            (_, None) => Some(first),
            (_, Some(journey)) => (!journey.astray).then_some(journey.queue),
        }
    }
}
