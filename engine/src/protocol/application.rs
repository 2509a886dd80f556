//! The port to the application: six questions, asked over one read-only view. The engine counts; the
//! application judges.

use std::fmt;
use std::sync::Arc;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::ApplicationText;
use super::answer::{Acceptance, Answer, RetentionAnswer, TimeoutAnswer, TimeoutKind};
use crate::center::{Agent, Layout, Limit, Plan, Table};
use crate::record::{Outcome, Request, StateName};
use crate::value::{AgentId, CallbackId, Duration, Instant, Name, Phone, Sequence};

/// The rules of a center. Its answers must follow from the arguments and the view alone; then the same commands
/// give the same effects.
pub trait Application {
    /// May this request be admitted? The last of the admission checks.
    ///
    /// # Errors
    ///
    /// The application failed.
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        let _ = contact;
        Ok(None)
    }

    /// Under which limits?
    ///
    /// # Errors
    ///
    /// The application failed.
    fn throttle(&mut self, contact: &Contact) -> Answer<Vec<Limit>> {
        let _ = contact;
        Ok(None)
    }

    /// Which way through the queues? Asked on first entering a queue and after `reroute`.
    ///
    /// # Errors
    ///
    /// The application failed.
    fn route(&mut self, callback: &CallbackView) -> Answer<Plan> {
        let _ = callback;
        Ok(None)
    }

    /// What now, after a deadline or a failed attempt?
    ///
    /// # Errors
    ///
    /// The application failed.
    fn timeout(&mut self, callback: &CallbackView, kind: TimeoutKind) -> Answer<TimeoutAnswer> {
        let _ = (callback, kind);
        Ok(None)
    }

    /// How well does a ready agent suit a callback, on a queue with the strategy `script`? The highest is chosen.
    ///
    /// # Errors
    ///
    /// The application failed.
    fn score(&mut self, callback: &CallbackView, agent: &AgentView) -> Answer<i64> {
        let _ = (callback, agent);
        Ok(None)
    }

    /// What becomes of the record of a completed callback?
    ///
    /// # Errors
    ///
    /// The application failed.
    fn purge(&mut self, callback: &CallbackView) -> Answer<RetentionAnswer> {
        let _ = callback;
        Ok(None)
    }

    /// Lines printed since the last call, oldest first.
    fn take_log(&mut self) -> Vec<SmolStr> {
        Vec::new()
    }

    /// What it says, by which versions are told apart.
    fn text(&self) -> ApplicationText {
        ApplicationText::plain()
    }

    /// Another version: an application of the same kind that says what this source says, for a center. The name is what people
    /// call it, as `app.rhai`.
    ///
    /// # Errors
    ///
    /// All that is wrong with the source, each a sentence that says where.
    fn version(&self, name: &str, source: &str, layout: &Layout) -> Result<Self, Vec<String>>
    where
        Self: Sized,
    {
        let _ = (name, source, layout);
        Err(vec!["this application has no text of which there could be another version".to_owned()])
    }

    /// Which line of its text answers a question, from 1; 0 if unknown. Asked where two versions have answered it otherwise.
    fn line(&mut self, hook: Hook, about: About<'_>) -> u32 {
        let _ = (hook, about);
        0
    }
}

/// The application without opinions: the center's settings decide everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plain;

impl Application for Plain {}

/// A request that is being decided, and the center around it.
#[derive(Clone)]
pub struct Contact {
    /// What the customer asks.
    pub request: Arc<Request>,
    /// The center as it is.
    pub view: Arc<dyn View>,
}

/// A callback that a question is about, and the center around it.
#[derive(Clone)]
pub struct CallbackView {
    /// What the customer asked.
    pub request: Arc<Request>,
    /// The number of the request.
    pub sequence: Sequence,
    /// When the request was accepted.
    pub received: Instant,
    /// The place in line.
    pub place: Instant,
    /// The present priority.
    pub priority: i64,
    /// The queue it stands in or was last in; empty before the first.
    pub queue: Name,
    /// Dials so far that count: see [`Callback::counted_attempts`](crate::record::Callback::counted_attempts).
    pub attempts: u32,
    /// How the last attempt ended.
    pub last_outcome: Option<Outcome>,
    /// Offers of it that agents rejected.
    pub rejects: u32,
    /// Tags that `accept` gave.
    pub tags: Arc<Vec<(SmolStr, SmolStr)>>,
    /// Its state.
    pub state: StateName,
    /// The center as it is.
    pub view: Arc<dyn View>,
}

/// What a question is about.
#[derive(Clone, Copy)]
pub enum About<'a> {
    /// A request: `accept` and `throttle`.
    Request(&'a Contact),
    /// A callback: `route` and `purge`.
    Callback(&'a CallbackView),
    /// A callback to which something happened: `timeout`.
    Event(&'a CallbackView, TimeoutKind),
    /// A callback and an agent: `score`.
    Agent(&'a CallbackView, &'a AgentView),
}

/// A ready agent whom a callback could be given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentView {
    /// Who it is, with skills and groups.
    pub settings: Arc<Agent>,
    /// How long the agent has been idle.
    pub idle: Duration,
    /// Interactions begun since log-in.
    pub calls: u64,
    /// The share of the time since log-in spent reserved, talking or in wrap-up, in per cent, rounded down.
    pub occupancy: u32,
}

/// The center as an application sees it at one instant. Reading changes nothing.
pub trait View: Send + Sync {
    /// The engine's clock.
    fn now(&self) -> Instant;
    /// The center's zone.
    fn timezone(&self) -> Tz;
    /// Whether a calendar is open at an instant; `None` if there is no such calendar.
    fn is_open(&self, calendar: &str, at: Instant) -> Option<bool>;
    /// How long a calendar stays open from an instant on, zero if closed; `None` if there is no such calendar.
    /// [`Duration`]'s largest value if it never closes.
    fn open_for(&self, calendar: &str, at: Instant) -> Option<Duration>;
    /// The next instant, from `at` on, at which a calendar is open; `None` if there is no such calendar,
    /// `Some(None)` if it never opens again.
    fn next_open(&self, calendar: &str, at: Instant) -> Option<Option<Instant>>;
    /// A queue's numbers; `None` if there is no such queue.
    fn line(&self, queue: &str) -> Option<LineView>;
    /// Who talked with the customer of a number last, in the last 30 days; `None` if nobody, or nobody who is still an
    /// agent of the center.
    fn last_agent(&self, phone: &Phone) -> Option<AgentId>;
    /// Whether there is such a queue.
    fn has_queue(&self, queue: &str) -> bool;
    /// Admitted requests that limits with this key have counted in `(now - per, now]`.
    fn count(&self, key: &str, per: Duration) -> u32;
    /// A table; `None` if there is none of this name.
    fn table(&self, name: &str) -> Option<&Table>;
}

/// A queue's numbers at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineView {
    /// Callbacks Queued.
    pub waiting: u32,
    /// Callbacks Routing or Processing that were reserved from it.
    pub on_call: u32,
    /// How long the callback with the earliest place has waited; zero if none waits.
    pub oldest: Duration,
    /// Agents logged in who meet the queue's own requirement.
    pub agents: u32,
    /// Those of them who are ready.
    pub ready: u32,
    /// Whether it is paused, and nobody in it is matched.
    pub paused: bool,
    /// Whether it takes in nobody at present: it is being drained, or has as many waiting as it may.
    pub full: bool,
    /// The expected waiting time of one who comes last: those waiting, each the mean gap between the queue's last
    /// connections. `None` before its second connection.
    pub ewt: Option<Duration>,
}

/// The questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// See [`Application::accept`].
    Accept,
    /// See [`Application::throttle`].
    Throttle,
    /// See [`Application::route`].
    Route,
    /// See [`Application::timeout`].
    Timeout,
    /// See [`Application::purge`].
    Purge,
    /// See [`Application::score`].
    Score,
}

impl Hook {
    /// Every hook.
    pub const ALL: [Self; 6] =
        [Self::Accept, Self::Throttle, Self::Route, Self::Timeout, Self::Purge, Self::Score];

    /// Its name in a script.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Throttle => "throttle",
            Self::Route => "route",
            Self::Timeout => "timeout",
            Self::Purge => "purge",
            Self::Score => "score",
        }
    }

    /// How many parameters it has.
    #[must_use]
    pub const fn parameters(self) -> usize {
        if matches!(self, Self::Timeout | Self::Score) { 2 } else { 1 }
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl CallbackView {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &CallbackId {
        &self.request.id
    }
}

impl<'a> About<'a> {
    /// The id of the request or callback.
    #[must_use]
    pub fn id(self) -> &'a CallbackId {
        match self {
            Self::Request(contact) => &contact.request.id,
            Self::Callback(callback) | Self::Event(callback, _) | Self::Agent(callback, _) => callback.id(),
        }
    }

    /// The center around it.
    #[must_use]
    pub fn view(self) -> &'a Arc<dyn View> {
        match self {
            Self::Request(contact) => &contact.view,
            Self::Callback(callback) | Self::Event(callback, _) | Self::Agent(callback, _) => &callback.view,
        }
    }
}

impl<'a> From<&'a Contact> for About<'a> {
    fn from(contact: &'a Contact) -> Self {
        Self::Request(contact)
    }
}

impl<'a> From<&'a CallbackView> for About<'a> {
    fn from(callback: &'a CallbackView) -> Self {
        Self::Callback(callback)
    }
}

impl<'a> From<&'a (CallbackView, TimeoutKind)> for About<'a> {
    fn from((callback, kind): &'a (CallbackView, TimeoutKind)) -> Self {
        Self::Event(callback, *kind)
    }
}

impl<'a> From<&'a (CallbackView, AgentView)> for About<'a> {
    fn from((callback, agent): &'a (CallbackView, AgentView)) -> Self {
        Self::Agent(callback, agent)
    }
}
