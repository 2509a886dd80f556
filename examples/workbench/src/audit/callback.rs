//! A callback as far as the log tells of it.

use ringback_engine::record::Outcome;
use ringback_engine::{Instant, Number, NumberFacts, Phone};
use smol_str::SmolStr;

use super::lines::Spot;
use super::rules::Slot;
use crate::streams::{Asked, Caller, Fate, Leg, Offered, Then};

/// A callback that is not purged.
#[derive(Debug)]
pub(super) struct Callback {
    pub(super) id: SmolStr,
    pub(super) key: Option<SmolStr>,
    pub(super) service: usize,
    pub(super) received: Instant,
    pub(super) phone: Phone,
    pub(super) facts: NumberFacts,
    /// Further numbers of the customer, the next to try first.
    pub(super) others: Vec<Number>,
    pub(super) desired: Option<Instant>,
    /// What the traffic says will happen to it.
    pub(super) fate: Fate,
    /// `None` where a script may have put it off.
    pub(super) place: Option<Instant>,
    /// Dials and invitations so far.
    pub(super) attempts: u32,
    /// Those of them that count for nothing.
    pub(super) uncounted: u32,
    /// Rejected offers, and failures of an agent's leg.
    pub(super) rejects: u32,
    pub(super) agent_failures: u32,
    /// Agents who rejected it, and until when they are not offered it again.
    pub(super) barred: Vec<(usize, Instant)>,
    /// How often it was asked for what the traffic has answers to.
    pub(super) asked: Turns,
    /// Since when its customer, who called first, is known to the host.
    pub(super) expected: Option<Instant>,
    /// The queue that did not take it in, where its plan's next step leads.
    pub(super) passed_over: Option<usize>,
    /// Whether an access code can be made for it.
    pub(super) entropy: bool,
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
    /// The first queue of its plan.
    pub(super) first: usize,
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

/// How many of the traffic's answers of each kind are used up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Turns {
    pub(super) offers: usize,
    pub(super) confirms: usize,
    pub(super) calls_in: usize,
    pub(super) legs: usize,
    pub(super) talks: usize,
}

/// Where a callback stands. What the traffic has as the next word is kept beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Accepted,
    Scheduled {
        again: bool,
    },
    Waiting {
        hold: Option<Instant>,
    },
    Reserved {
        agent: usize,
        queue: usize,
    },
    Offered {
        agent: usize,
        queue: usize,
        until: Instant,
        says: Offered,
    },
    Confirming {
        agent: usize,
        queue: usize,
        pushes: u32,
        says: Asked,
    },
    /// Its attempt is one after `after`, and named when the customer calls.
    Invited {
        agent: usize,
        queue: usize,
        until: Instant,
        says: Caller,
        after: Option<u64>,
    },
    /// Without an agent where it is called ahead of one.
    Dialing {
        agent: Option<usize>,
        queue: usize,
        attempt: u64,
    },
    /// The customer waits for an agent, or for the agent's leg.
    OnLine {
        agent: Option<usize>,
        queue: usize,
        attempt: u64,
        gives_up: Instant,
        until: Instant,
        leg: Leg,
    },
    /// Its customer asked for later while it was under way.
    TakenOff,
    Failed {
        queue: usize,
        outcome: Outcome,
    },
    Answered {
        agent: usize,
        queue: usize,
    },
    Connected {
        agent: usize,
        queue: usize,
        then: Then,
    },
    Ended {
        queue: usize,
        then: Then,
    },
    Completed {
        redacted: bool,
    },
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
    pub(super) snooze: Option<Instant>,
}

impl State {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Scheduled { .. } => "scheduled",
            Self::Waiting { .. } => "in line",
            Self::Reserved { .. } => "reserved",
            Self::Offered { .. } => "offered to an agent",
            Self::Confirming { .. } => "asked whether a call is welcome",
            Self::Invited { .. } => "told to call in",
            Self::OnLine { .. } => "on the line",
            Self::TakenOff => "taken off by its customer",
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
                | Self::TakenOff
                | Self::Answered { .. }
                | Self::Ended { .. }
        )
    }

    pub(super) const fn is_waiting(self) -> bool {
        matches!(self, Self::Waiting { .. })
    }

    /// Whether it has left its line, and nobody talks yet.
    pub(super) const fn is_routing(self) -> bool {
        matches!(
            self,
            Self::Reserved { .. }
                | Self::Offered { .. }
                | Self::Confirming { .. }
                | Self::Invited { .. }
                | Self::Dialing { .. }
                | Self::OnLine { .. }
                | Self::Answered { .. }
        )
    }

    /// The queue that counts it as under way, not talking yet.
    pub(super) fn routing_queue(self) -> Option<usize> {
        self.left_queue().filter(|_| self.is_routing())
    }

    /// Whether it is called before an agent is reserved.
    pub(super) const fn is_ahead(self) -> bool {
        matches!(self, Self::Dialing { agent: None, .. } | Self::OnLine { agent: None, .. })
    }

    /// Whether there is a call, or an invitation to call.
    pub(super) const fn has_attempt(self) -> bool {
        matches!(self, Self::Dialing { .. } | Self::OnLine { .. } | Self::Invited { .. })
    }

    /// The queue that it left.
    pub(super) const fn left_queue(self) -> Option<usize> {
        match self {
            Self::Reserved { queue, .. }
            | Self::Offered { queue, .. }
            | Self::Confirming { queue, .. }
            | Self::Invited { queue, .. }
            | Self::Dialing { queue, .. }
            | Self::OnLine { queue, .. }
            | Self::Failed { queue, .. }
            | Self::Answered { queue, .. }
            | Self::Connected { queue, .. }
            | Self::Ended { queue, .. } => Some(queue),
            _ => None,
        }
    }

    pub(super) const fn agent(self) -> Option<usize> {
        match self {
            Self::Reserved { agent, .. }
            | Self::Offered { agent, .. }
            | Self::Confirming { agent, .. }
            | Self::Invited { agent, .. }
            | Self::Answered { agent, .. }
            | Self::Connected { agent, .. } => Some(agent),
            Self::Dialing { agent, .. } | Self::OnLine { agent, .. } => agent,
            _ => None,
        }
    }
}

impl Callback {
    /// The queue it is in, was reserved from or was last in; `None` where nobody knows.
    pub(super) fn queue(&self, first: usize) -> Option<usize> {
        match (self.state.left_queue(), &self.journey) {
            (Some(queue), _) => Some(queue),
            (None, None) => Some(first),
            (None, Some(journey)) => (!journey.astray).then_some(journey.queue),
        }
    }
}
