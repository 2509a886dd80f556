//! Agents as the engine keeps them.

use serde::{Deserialize, Serialize};

use crate::value::{Instant, Sequence};

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
    /// Wants calls, as far as free.
    pub ready: bool,
    /// Logs out as soon as what is under way ends.
    pub leaving: bool,
    /// When the agent last became free.
    pub idle_since: Instant,
    /// Interactions begun since log-in.
    pub calls: u64,
    /// What the agent is busy with.
    pub work: Work,
}

/// What an agent is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Nothing.
    Free,
    /// Reserved for this callback.
    Reserved(Sequence),
    /// In the interaction of this callback.
    Talking(Sequence),
    /// In the wrap-up of this callback's interaction.
    WrapUp {
        /// Whose interaction it was.
        callback: Sequence,
        /// When the agent is free again.
        until: Instant,
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

    /// Whether the agent can be given a callback now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.session().is_some_and(|s| s.ready && !s.leaving && s.work == Work::Free)
    }
}

impl Work {
    /// The callback that holds the agent: reserved or talking, wrap-up not counted.
    #[must_use]
    pub fn callback(self) -> Option<Sequence> {
        match self {
            Self::Reserved(callback) | Self::Talking(callback) => Some(callback),
            Self::Free | Self::WrapUp { .. } => None,
        }
    }
}
