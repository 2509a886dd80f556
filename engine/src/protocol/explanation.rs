//! Explanations: why a callback stands where it stands, as data. What is not said of it does not hold it up.

use serde::{Deserialize, Serialize};

use crate::record::{HoldReason, Reason};
use crate::value::{AgentId, CallbackId, Instant, Name, Requirement};

/// Why a callback stands where it stands, at the engine's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Which callback.
    pub callback: CallbackId,
    /// When.
    pub at: Instant,
    /// Its place in line.
    pub place: Instant,
    /// When it ends for having lived too long, unless customer and agent talk by then or it is over.
    pub ttl_at: Instant,
    /// Where it stands, and why.
    #[serde(flatten)]
    pub state: Explained,
}

/// Where a callback stands, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Explained {
    /// It waits for its time.
    Scheduled {
        /// When it enters its queue.
        enters_at: Instant,
    },
    /// It waits in a queue.
    Queued(Box<Wait>),
    /// It has left the line, and agent and customer do not talk yet.
    Routing {
        /// The queue it left.
        queue: Name,
        /// What is under way.
        stage: StageName,
        /// Who is reserved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// When that ends by itself.
        until: Instant,
        /// Of a customer who waits on the line for nobody in particular: the agents who meet what is required.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agents: Option<Agents>,
    },
    /// Customer and agent talk.
    Processing {
        /// The queue it left.
        queue: Name,
        /// Who talks.
        agent: AgentId,
        /// Since when.
        since: Instant,
        /// When the engine ends the talk, if nobody does.
        until: Instant,
    },
    /// It is over.
    Completed {
        /// Why.
        reason: Reason,
        /// Since when.
        since: Instant,
        /// When its record goes, or the application is asked whether it does.
        goes_at: Instant,
    },
}

/// What is under way for a callback that has left the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// An agent looks at it.
    Offered,
    /// The customer was asked whether a call is welcome.
    Confirming,
    /// The customer's phone rings.
    Dialing,
    /// The customer is on the line, and no agent is.
    CustomerWaiting,
    /// The customer was told to call in.
    Inbound,
}

/// Why a callback waits in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    /// The queue.
    pub queue: Name,
    /// The whole of what an agent must meet: the plan's, the queue's, its groups', a preferred or assigned agent, and nobody
    /// who rejected it just now.
    pub need: Requirement,
    /// Its score: priorities and what waiting has earned.
    pub score: i64,
    /// Who ranks before it in its queue.
    pub before: Before,
    /// All that keeps it from being called now. At least one stands here whenever matching has run.
    pub barriers: Vec<Barrier>,
    /// The agent for whom alone it waits, while logged in, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<WaitsFor>,
    /// The next step of its plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<NextStep>,
    /// When it has waited too long, and the application is asked what now.
    pub wait_until: Instant,
}

/// How many callbacks of its queue rank before one, by what puts them there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// All of them.
    pub all: usize,
    /// By a higher score.
    pub higher_score: usize,
    /// By an earlier place, at the same score.
    pub earlier_place: usize,
    /// By an earlier request, at the same score and place.
    pub earlier_request: usize,
    /// How many of all are held, or wait for their number, and are passed.
    pub held: usize,
}

/// An agent for whom alone a callback waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitsFor {
    /// Who.
    pub agent: AgentId,
    /// Until when; until somebody of the center says otherwise, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// Whether the agent is logged in; one preferred who is not is not waited for.
    pub logged_in: bool,
}

/// The next step of a plan, and who could serve the callback then, as agents are now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NextStep {
    /// When.
    pub at: Instant,
    /// The queue from then on, unless that takes in nobody then.
    pub queue: Name,
    /// What an agent must meet from then on.
    pub need: Requirement,
    /// The agents who meet it, as they are now.
    pub agents: Agents,
}

/// Something that keeps a callback from being called now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "barrier", rename_all = "snake_case")]
pub enum Barrier {
    /// Somebody paused its queue.
    Paused,
    /// Somebody closed its queue at once.
    EmergencyClose,
    /// Its queue's calendar is closed.
    Closed {
        /// Until when; absent if it never opens again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Instant>,
    },
    /// It is held.
    Held {
        /// Until when.
        until: Instant,
        /// Why.
        why: HoldReason,
    },
    /// It is outside the hours at which the customer may be called.
    CallingWindow {
        /// When the hours begin; absent if not in its life.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Instant>,
    },
    /// Another callback of its number is under way.
    NumberLive {
        /// Which.
        callback: CallbackId,
    },
    /// Its number was called just now.
    NumberFenced {
        /// Until when it is not called.
        until: Instant,
    },
    /// Calls to its number, its prefix, its country or in all are at their limit.
    Limit {
        /// Until when.
        until: Instant,
        /// Which limit.
        why: HoldReason,
    },
    /// The rules in force now forbid to call its number: when its turn comes, it ends.
    NumberForbidden,
    /// As many calls of its queue are under way as may be.
    ConcurrentDials {
        /// So many.
        most: u32,
    },
    /// Its queue placed as many calls of late as it may.
    DialRate {
        /// Until when.
        until: Instant,
    },
    /// No agent who meets what is required is ready.
    Nobody {
        /// Those who meet it.
        agents: Agents,
    },
    /// Matching has not run since something changed: the host is behind, and has to let the time pass.
    Behind,
}

/// Agents who meet a requirement, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agents {
    /// All of the center who meet it.
    pub all: u32,
    /// Those not logged in.
    pub logged_out: u32,
    /// Those logged in who want no calls, or log out as soon as what is under way ends.
    pub not_ready: u32,
    /// Those who want calls and have no unit of their capacity free, of whom at least one holds a callback.
    pub busy: u32,
    /// Those who want calls and whose whole capacity is in wrap-up.
    pub wrapping_up: u32,
    /// Those who are ready.
    pub ready: u32,
}

impl Agents {
    /// Those logged in.
    #[must_use]
    pub fn logged_in(self) -> u32 {
        self.all.saturating_sub(self.logged_out)
    }
}
