//! Agents as the engine keeps them.

use serde::{Deserialize, Serialize};

use super::Share;
use crate::value::{Duration, Instant, Name, Sequence};

/// An agent of the center. Who the agent is stands in the configuration; here is what the agent does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Whether and how the agent is there.
    pub presence: Presence,
}

/// Whether an agent is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Presence {
    /// Not logged in.
    #[default]
    LoggedOut,
    /// Logged in.
    LoggedIn(Session),
}

/// What an agent does while logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Since when; a second log-in restarts it.
    pub since: Instant,
    /// Whether the agent wants calls.
    pub activity: Activity,
    /// Logs out as soon as what is under way ends.
    pub leaving: bool,
    /// When a unit of the agent's capacity last became free.
    pub idle_since: Instant,
    /// Interactions begun since log-in.
    pub calls: u64,
    /// Time since log-in that units of work took which are over; units at one time count each.
    pub occupied: Duration,
    /// Time since log-in that interactions took which are over.
    pub talked: Duration,
    /// What the agent is busy with, in the order in which it was begun: at most as many units as the agent's capacity.
    pub work: Vec<Work>,
}

/// What a logged-in agent says of themselves, or the engine of one who does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "activity", rename_all = "snake_case")]
pub enum Activity {
    /// Wants calls, as far as free.
    Ready,
    /// Wants none until they say so.
    NotReady {
        /// Why, in a word: the agent's own (`lunch`), or what made the engine say so: `no_answer`, `agent_busy`,
        /// `agent_no_answer`, `agent_error`, `talk_timeout`, `away`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Name>,
    },
}

/// One unit of an agent's capacity, at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// For which callback.
    pub callback: Sequence,
    /// Since when.
    pub since: Instant,
    /// How far it is.
    pub phase: Phase,
}

/// How far a unit of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Reserved.
    Reserved,
    /// In the interaction.
    Talking {
        /// Since when.
        since: Instant,
    },
    /// In the wrap-up of the interaction.
    WrapUp {
        /// When it is over; when the agent says what comes next, if absent.
        until: Option<Instant>,
    },
}

impl Agent {
    /// The session, while logged in.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match &self.presence {
            Presence::LoggedOut => None,
            Presence::LoggedIn(session) => Some(session),
        }
    }

    /// Whether the agent, of this capacity, can be given a callback now.
    #[must_use]
    pub fn is_ready(&self, capacity: u32) -> bool {
        self.session().is_some_and(|session| session.is_ready(capacity))
    }
}

impl Session {
    /// Whether the agent wants calls, free or not.
    #[must_use]
    pub fn wants_calls(&self) -> bool {
        self.activity == Activity::Ready
    }

    /// Whether an agent of this capacity can be given a callback now.
    #[must_use]
    pub fn is_ready(&self, capacity: u32) -> bool {
        self.wants_calls() && !self.leaving && self.work.len() < capacity as usize
    }

    /// The callbacks that hold the agent, reserved or talking; wrap-up is not counted.
    pub fn callbacks(&self) -> impl Iterator<Item = Sequence> {
        self.work.iter().filter(|work| work.holds()).map(|work| work.callback)
    }

    /// Whether the agent wraps up after an interaction.
    #[must_use]
    pub fn wraps_up(&self) -> bool {
        self.work.iter().any(|work| !work.holds())
    }

    /// The wrap-up that is over by itself first, with its callback.
    #[must_use]
    pub fn first_wrap_up(&self) -> Option<(Instant, Sequence)> {
        let wrap_ups = self.work.iter().filter_map(|work| match work.phase {
            Phase::WrapUp { until } => Some((until?, work.callback)),
            Phase::Reserved | Phase::Talking { .. } => None,
        });
        wrap_ups.min()
    }

    /// Time since log-in that was spent reserved, talking or in wrap-up; units at one time count each.
    #[must_use]
    pub fn occupied(&self, now: Instant) -> Duration {
        let running = self.work.iter().map(|work| now.since(work.since.max(self.since)));
        running.fold(self.occupied, Duration::plus)
    }

    /// The share of the time since log-in that an agent of this capacity was reserved, talking or in wrap-up.
    #[must_use]
    pub fn occupancy(&self, capacity: u32, now: Instant) -> Share {
        Share::new(self.occupied(now), now.since(self.since), capacity)
    }

    /// Time since log-in that was spent talking; interactions at one time count each.
    #[must_use]
    pub fn talked(&self, now: Instant) -> Duration {
        let running = self.work.iter().filter_map(|work| match work.phase {
            Phase::Talking { since } => Some(now.since(since.max(self.since))),
            Phase::Reserved | Phase::WrapUp { .. } => None,
        });
        running.fold(self.talked, Duration::plus)
    }
}

impl Work {
    /// Whether its callback holds the agent: reserved or talking, wrap-up not counted.
    #[must_use]
    pub fn holds(&self) -> bool {
        !matches!(self.phase, Phase::WrapUp { .. })
    }

    /// Whether it is a wrap-up that lasts until the agent says what comes next.
    #[must_use]
    pub fn is_open_wrap_up(&self) -> bool {
        self.phase == Phase::WrapUp { until: None }
    }
}
