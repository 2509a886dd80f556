//! What the checker knows of callbacks, agents and numbers, from commands and effects alone.

use std::collections::VecDeque;

use ringback_engine::center::Plan;
use ringback_engine::record::{HoldReason, Outcome, Request};
use ringback_engine::{Ageing, AttemptId, Duration, Instant, Name, Number, NumberFacts, Phone, Requirement};

use super::facts::Agents;

/// A callback.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) request: Request,
    /// Its numbers, the one tried last first, while it is being turned to another.
    pub(super) tried: Option<Vec<Number>>,
    pub(super) received: Instant,
    pub(super) place: Instant,
    /// Since when its time to live counts.
    pub(super) lives_from: Instant,
    pub(super) ttl: Duration,
    pub(super) priority: i64,
    pub(super) attempts: u32,
    /// Attempts that count for nothing.
    pub(super) unknown: u32,
    /// The slot it holds: start and end.
    pub(super) slot: Option<(Instant, Instant)>,
    pub(super) way: Option<Way>,
    pub(super) stage: Stage,
    /// Its live attempt was hung up on by the engine.
    pub(super) hung_up: bool,
    /// Nobody ended its interaction in time.
    pub(super) overdue: bool,
    /// A hold that is to be announced next.
    pub(super) hold_due: Option<(Instant, HoldReason)>,
    /// A new plan takes effect next.
    pub(super) rerouting: bool,
    /// Its offer was taken back.
    pub(super) withdrawn: bool,
    /// Offers that agents rejected, and until when each of them is not asked again.
    pub(super) rejects: u32,
    pub(super) cooloffs: Vec<(usize, Instant)>,
    /// How often its agent's leg failed.
    pub(super) agent_failures: u32,
    /// Who alone may serve it.
    pub(super) assigned: Option<usize>,
    /// The queue it enters first, where somebody said so.
    pub(super) bound_for: Option<usize>,
    /// Where it stands now is to be said next.
    pub(super) remarked: bool,
    /// Why it was held last.
    pub(super) held_by: Option<HoldReason>,
    /// Its customer was served.
    pub(super) served: bool,
}

/// Its way through the queues.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) plan: Plan,
    pub(super) since: Instant,
    pub(super) taken: usize,
    /// Positions of the conditional overflow it has taken.
    pub(super) overflowed: Vec<usize>,
    pub(super) queue: usize,
    /// Since when it is the present one.
    pub(super) entered: Instant,
    pub(super) need: Requirement,
    pub(super) ageing: Option<Ageing>,
    /// Who can serve it where it stands.
    pub(super) able: Agents,
}

/// Where it stands. Those marked as passing do not outlast a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    /// Passing.
    Accepted,
    Scheduled {
        submit_at: Instant,
    },
    Queued {
        since: Instant,
        held: Option<Instant>,
    },
    /// Passing: whether the agent has taken it, and the customer said that a call is welcome.
    Reserved {
        agent: usize,
        from: usize,
        word: Word,
    },
    /// The agent is asked, until then.
    Offered {
        agent: usize,
        from: usize,
        until: Instant,
    },
    /// Passing.
    Rejected {
        agent: usize,
        from: usize,
    },
    /// The customer is asked whether a call is welcome, for the so-manieth time, until then.
    Confirming {
        agent: usize,
        from: usize,
        pushes: u32,
        until: Instant,
    },
    /// The customer was told to call in, until then, with this code.
    Invited {
        agent: usize,
        from: usize,
        attempt: AttemptId,
        code: Option<Name>,
        until: Instant,
    },
    /// The attempt, when the engine gives up, and whether the call was placed.
    Dialled {
        agent: Option<usize>,
        from: usize,
        attempt: AttemptId,
        grace: Instant,
        placed: bool,
    },
    /// Passing.
    Answered {
        agent: usize,
        from: usize,
        attempt: AttemptId,
    },
    /// The customer is on the line until then, and no agent is.
    OnLine {
        agent: Option<usize>,
        from: usize,
        attempt: AttemptId,
        until: Instant,
    },
    /// Passing: the agent's leg failed.
    LegFailed {
        agent: usize,
        from: usize,
        attempt: AttemptId,
    },
    /// Passing.
    Failed {
        agent: Option<usize>,
        from: usize,
        outcome: Outcome,
    },
    Talking {
        agent: usize,
        from: usize,
        attempt: AttemptId,
        until: Instant,
    },
    /// Passing.
    Ended {
        agent: usize,
        from: usize,
    },
    Completed {
        at: Instant,
        queue: usize,
    },
}

/// Who has said yes to a call that is not placed yet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Word {
    pub(super) agent: bool,
    pub(super) customer: bool,
}

impl Stage {
    /// Who is reserved or talks.
    pub(super) fn agent(&self) -> Option<usize> {
        match self {
            Self::Reserved { agent, .. }
            | Self::Offered { agent, .. }
            | Self::Rejected { agent, .. }
            | Self::Confirming { agent, .. }
            | Self::Invited { agent, .. }
            | Self::LegFailed { agent, .. }
            | Self::Answered { agent, .. }
            | Self::Talking { agent, .. }
            | Self::Ended { agent, .. } => Some(*agent),
            Self::Dialled { agent, .. } | Self::OnLine { agent, .. } | Self::Failed { agent, .. } => *agent,
            Self::Accepted | Self::Scheduled { .. } | Self::Queued { .. } | Self::Completed { .. } => None,
        }
    }

    /// Whether it has left the line, and agent and customer do not talk yet.
    pub(super) fn is_routing(&self) -> bool {
        self.from().is_some() && !matches!(self, Self::Talking { .. } | Self::Ended { .. })
    }

    /// Whether it was dialled, and no agent is reserved.
    pub(super) fn is_ahead(&self) -> bool {
        matches!(self, Self::Dialled { agent: None, .. } | Self::OnLine { agent: None, .. })
    }

    /// The queue it was reserved from.
    pub(super) fn from(&self) -> Option<usize> {
        match self {
            Self::Reserved { from, .. }
            | Self::Offered { from, .. }
            | Self::Rejected { from, .. }
            | Self::Confirming { from, .. }
            | Self::Invited { from, .. }
            | Self::OnLine { from, .. }
            | Self::LegFailed { from, .. }
            | Self::Dialled { from, .. }
            | Self::Answered { from, .. }
            | Self::Failed { from, .. }
            | Self::Talking { from, .. }
            | Self::Ended { from, .. } => Some(*from),
            Self::Accepted | Self::Scheduled { .. } | Self::Queued { .. } | Self::Completed { .. } => None,
        }
    }

    pub(super) fn live(&self) -> Option<AttemptId> {
        match self {
            Self::Dialled { attempt, .. }
            | Self::OnLine { attempt, .. }
            | Self::LegFailed { attempt, .. }
            | Self::Answered { attempt, .. }
            | Self::Talking { attempt, .. } => Some(*attempt),
            _ => None,
        }
    }

    pub(super) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Accepted
                | Self::Reserved { .. }
                | Self::Rejected { .. }
                | Self::LegFailed { .. }
                | Self::Answered { .. }
                | Self::Failed { .. }
                | Self::Ended { .. }
        )
    }

    pub(super) fn is_completed(&self) -> bool {
        matches!(self, Self::Completed { .. })
    }
}

impl Known {
    pub(super) fn ttl_at(&self) -> Instant {
        self.lives_from.after(self.ttl)
    }

    /// Where it stands on its way.
    pub(super) fn present_queue(&self) -> Option<usize> {
        self.way.as_ref().map(|way| way.queue)
    }

    /// When its time is over: whoever comes back from a long interaction may have outlived it.
    pub(super) fn due_by_ttl(&self) -> Instant {
        let since = if let Stage::Queued { since, .. } = self.stage { since } else { Instant::MIN };
        self.ttl_at().max(since)
    }

    /// Number and attributes are gone.
    pub(super) fn redact(&mut self) {
        self.request.phone = Phone::redacted();
        self.request.facts = NumberFacts::default();
        self.request.other_numbers.clear();
        self.request.entropy = None;
        self.request.attributes.clear();
    }

    /// Who is not asked at present, because they rejected it.
    pub(super) fn barred(&self, now: Instant) -> Agents {
        let barred = self.cooloffs.iter().filter(|(_, until)| *until > now);
        barred.fold(0, |barred, (agent, _)| barred | 1 << agent)
    }

    /// Who can serve it where it stands, now.
    pub(super) fn able(&self, now: Instant) -> Agents {
        let able = self.way.as_ref().map_or(0, |way| self.assigned.map_or(way.able, |agent| 1 << agent));
        able & !self.barred(now)
    }
}

/// A number.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) fenced_until: Option<Instant>,
    /// Attempts, as far back as the limit counts.
    pub(super) dials: VecDeque<Instant>,
    /// The callback that is live on it.
    pub(super) live: Option<u64>,
}
