//! The five states of a callback.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::routing::{Cooloff, Stage};
use super::{Hold, Journey, Reason, Request, Routing};
use crate::center::{AgentIndex, QueueIndex, ServiceIndex};
use crate::value::{AttemptId, Duration, Instant, Sequence};

/// A callback: what was asked and granted, and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Callback {
    /// The number of its request.
    pub sequence: Sequence,
    /// What the customer asked.
    pub request: Arc<Request>,
    /// The service asked.
    pub service: ServiceIndex,
    /// When the request was accepted.
    pub received: Instant,
    /// The place in line: when it was asked, or for when.
    pub place: Instant,
    /// When it completes `FAIL_TIMEOUT_TTL`, unless Processing by then.
    pub ttl_at: Instant,
    /// The span between `place` and `ttl_at`, kept for a later place.
    pub ttl: Duration,
    /// The present priority: what `accept` gave, until a plan sets another.
    pub priority: i64,
    /// Tags that `accept` gave, in its order.
    pub tags: Arc<Vec<(SmolStr, SmolStr)>>,
    /// Who alone may serve it, where somebody of the center said so, and may whatever is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<AgentIndex>,
    /// The slot it is booked in, by its start.
    pub slot: Option<Instant>,
    /// Dials so far, in all queues, in their order.
    pub attempts: Vec<AttemptId>,
    /// How many of them count for nothing: those that ended [`Outcome::Unknown`], and those that the agent's leg or
    /// the loss of the agent ended before anybody spoke with the customer.
    pub unknown: u32,
    /// How the last attempt ended.
    pub last_outcome: Option<Outcome>,
    /// Offers of it that agents rejected.
    pub rejects: u32,
    /// Agents who are not offered it for a while.
    pub cooloffs: Vec<Cooloff>,
    /// How often its agent's leg failed.
    pub agent_failures: u32,
    /// Where it stands.
    pub state: State,
}

/// The state of a callback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum State {
    /// Waits for its time.
    Scheduled(Scheduled),
    /// Waits in a queue.
    Queued(Queued),
    /// It has left the line; agent and customer do not talk yet.
    Routing(Routing),
    /// Agent and customer talk.
    Processing(Processing),
    /// Over.
    Completed(Completed),
}

/// A callback that waits for its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scheduled {
    /// When it enters its queue.
    pub submit_at: Instant,
    /// How it enters.
    pub entry: Entry,
}

/// How a callback enters a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// For the first time: the application is asked for a plan.
    First,
    /// For the first time, where somebody of the center said which queue: on that queue's plan.
    Into(QueueIndex),
    /// Again, after a script scheduled it anew: on the plan it has.
    Again(Arc<Journey>),
}

/// A callback that waits in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queued {
    /// Its way.
    pub journey: Arc<Journey>,
    /// Since when it waits there this time. What was due before is due then.
    pub since: Instant,
    /// Not matched before this.
    pub hold: Option<Hold>,
}

/// A callback whose customer talks with an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Processing {
    /// Its way, for when it is to go on.
    pub journey: Arc<Journey>,
    /// The queue it was reserved from.
    pub queue: QueueIndex,
    /// Who talks.
    pub agent: AgentIndex,
    /// The live attempt.
    pub attempt: AttemptId,
    /// Since when.
    pub connected_at: Instant,
    /// When the engine ends an interaction that nobody ended.
    pub talk_until: Instant,
}

/// A callback that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completed {
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Instant,
    /// The queue it was last in, if it was in any.
    pub queue: Option<QueueIndex>,
    /// How long it is kept.
    pub retention: Retention,
}

/// How long a completed callback is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Retention {
    /// The application is asked then.
    Ask {
        /// When.
        at: Instant,
    },
    /// Number and attributes are gone already; the rest goes then, unasked.
    Redacted {
        /// When.
        until: Instant,
    },
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The customer answered.
    Answered,
    /// Busy.
    Busy,
    /// It rang out.
    NoAnswer,
    /// A machine answered.
    AnsweringMachine,
    /// A fax answered.
    Fax,
    /// The call could not be placed.
    Error,
    /// The customer hung up before an agent came.
    Abandoned,
    /// Nobody knows: the host was away. The attempt counts for nothing.
    Unknown,
}

impl Outcome {
    /// Every outcome that the world has; `Unknown` is what is said where it has not spoken.
    pub const ALL: [Self; 7] = [
        Self::Answered,
        Self::Busy,
        Self::NoAnswer,
        Self::AnsweringMachine,
        Self::Fax,
        Self::Error,
        Self::Abandoned,
    ];

    /// Its word: `no_answer`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::AnsweringMachine => "answering_machine",
            Self::Fax => "fax",
            Self::Error => "error",
            Self::Abandoned => "abandoned",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Why a deadline fires. In the order in which those of one instant do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The callback has lived too long.
    Ttl,
    /// It has waited too long.
    QueueWait,
    /// The host did not say how an attempt ended.
    Attempt,
    /// An agent let an offer expire.
    Offer,
    /// The customer did not confirm that a call is welcome.
    Confirm,
    /// The customer did not call in.
    CallIn,
    /// The customer on the line has waited too long for an agent.
    Connect,
    /// Nobody ended an interaction.
    Talk,
    /// A hold is over.
    Hold,
    /// An agent who rejected it may be offered it again.
    Cooloff,
    /// A number may be called again.
    Number,
    /// A queue with callbacks in line opens or closes.
    Hours,
    /// The plan's next step is due.
    Step,
    /// A scheduled callback enters its queue.
    Submit,
    /// An agent's wrap-up is over.
    WrapUp,
    /// A completed callback is to go.
    Purge,
    /// What outlives callbacks (a key, a window's count) is to go.
    Sweep,
}

/// An instant at which something happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Deadline {
    /// When.
    pub at: Instant,
    /// Why.
    pub cause: Cause,
}

/// The name of a state. `Display` gives the word of Genesys' callback API (`QUEUED`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// See [`State::Scheduled`].
    Scheduled,
    /// See [`State::Queued`].
    Queued,
    /// Queued in a queue that is paused: what the API shows of it; scripts and refusals say `QUEUED`.
    Paused,
    /// See [`State::Routing`].
    Routing,
    /// See [`State::Processing`].
    Processing,
    /// See [`State::Completed`].
    Completed,
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheduled => "SCHEDULED",
            Self::Queued => "QUEUED",
            Self::Paused => "PAUSED",
            Self::Routing => "ROUTING",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
        })
    }
}

impl State {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> StateName {
        match self {
            Self::Scheduled(_) => StateName::Scheduled,
            Self::Queued(_) => StateName::Queued,
            Self::Routing(_) => StateName::Routing,
            Self::Processing(_) => StateName::Processing,
            Self::Completed(_) => StateName::Completed,
        }
    }

    /// The queue a callback stands in, or was reserved from; once completed, the one it was last in.
    #[must_use]
    pub fn queue(&self) -> Option<QueueIndex> {
        match self {
            Self::Scheduled(scheduled) => scheduled.entry.journey().map(|journey| journey.queue),
            Self::Queued(queued) => Some(queued.journey.queue),
            Self::Routing(routing) => Some(routing.queue),
            Self::Processing(processing) => Some(processing.queue),
            Self::Completed(completed) => completed.queue,
        }
    }

    /// The queue that a callback enters when its time comes, where somebody of the center said so.
    #[must_use]
    pub fn bound_for(&self) -> Option<QueueIndex> {
        match self {
            Self::Scheduled(Scheduled { entry: Entry::Into(queue), .. }) => Some(*queue),
            _ => None,
        }
    }

    /// The way along its plan, of one that was in a queue and is not over.
    #[must_use]
    pub fn journey(&self) -> Option<&Arc<Journey>> {
        match self {
            Self::Scheduled(scheduled) => scheduled.entry.journey(),
            Self::Queued(queued) => Some(&queued.journey),
            Self::Routing(routing) => Some(&routing.journey),
            Self::Processing(processing) => Some(&processing.journey),
            Self::Completed(_) => None,
        }
    }

    /// The agent reserved or talking.
    #[must_use]
    pub fn agent(&self) -> Option<AgentIndex> {
        match self {
            Self::Routing(routing) => routing.stage.agent(),
            Self::Processing(processing) => Some(processing.agent),
            Self::Scheduled(_) | Self::Queued(_) | Self::Completed(_) => None,
        }
    }

    /// The live attempt.
    #[must_use]
    pub fn attempt(&self) -> Option<AttemptId> {
        match self {
            Self::Routing(routing) => routing.stage.attempt(),
            Self::Processing(processing) => Some(processing.attempt),
            Self::Scheduled(_) | Self::Queued(_) | Self::Completed(_) => None,
        }
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Completed(_))
    }
}

impl Entry {
    /// The way it has already, if it was in a queue before.
    #[must_use]
    pub fn journey(&self) -> Option<&Arc<Journey>> {
        match self {
            Self::First | Self::Into(_) => None,
            Self::Again(journey) => Some(journey),
        }
    }
}

impl Queued {
    /// Whether it waits for a hold to end.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.hold.is_some()
    }
}

impl Callback {
    /// Agents who rejected it just now.
    pub fn barred(&self) -> impl Iterator<Item = AgentIndex> {
        self.cooloffs.iter().map(|cooloff| cooloff.agent)
    }

    /// When the first of those who rejected it may be offered it again.
    fn cooloff(&self) -> Option<Deadline> {
        let first = self.cooloffs.iter().map(|cooloff| cooloff.until).min()?;
        Some(Deadline { at: first, cause: Cause::Cooloff })
    }

    /// The next instant at which something happens to it by itself; every state has one.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        let ttl = Deadline { at: self.ttl_at, cause: Cause::Ttl };
        match &self.state {
            State::Scheduled(scheduled) => {
                ttl.min(Deadline { at: scheduled.submit_at, cause: Cause::Submit })
            }
            State::Queued(queued) => {
                let journey = &queued.journey;
                let wait = Deadline { at: journey.wait_until.max(queued.since), cause: Cause::QueueWait };
                let hold = queued.hold.map(|hold| Deadline { at: hold.until, cause: Cause::Hold });
                let step =
                    journey.next_change().map(|at| Deadline { at: at.max(queued.since), cause: Cause::Step });
                [hold, step, self.cooloff()].into_iter().flatten().fold(ttl.min(wait), Deadline::min)
            }
            State::Routing(routing) => {
                let waits = matches!(routing.stage, Stage::CustomerWaiting { agent: None, .. });
                let cooloff = self.cooloff().filter(|_| waits);
                cooloff.into_iter().fold(ttl.min(routing.stage.deadline()), Deadline::min)
            }
            State::Processing(processing) => Deadline { at: processing.talk_until, cause: Cause::Talk },
            State::Completed(completed) => Deadline {
                at: match completed.retention {
                    Retention::Ask { at } => at,
                    Retention::Redacted { until } => until,
                },
                cause: Cause::Purge,
            },
        }
    }
}
