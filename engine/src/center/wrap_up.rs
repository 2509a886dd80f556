//! Wrap-up: the agent's time after an interaction, before the next.

use serde::{Deserialize, Serialize};

use crate::value::Duration;

/// How long an agent wraps up after an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrapUp {
    /// So long, unless it is extended; not at all, if zero.
    For(Duration),
    /// Until the agent says what comes next: ready, not ready, a log-in or a log-out.
    UntilReady,
}

impl Default for WrapUp {
    fn default() -> Self {
        Self::For(Duration::ZERO)
    }
}

impl From<Duration> for WrapUp {
    fn from(length: Duration) -> Self {
        Self::For(length)
    }
}

impl WrapUp {
    /// How long at most, if that is fixed.
    #[must_use]
    pub fn length(self) -> Option<Duration> {
        match self {
            Self::For(length) => Some(length),
            Self::UntilReady => None,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}
