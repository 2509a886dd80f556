//! Waits of callbacks that are Queued.

use serde::{Deserialize, Serialize};

use super::{Callback, State};
use crate::value::Instant;

/// A wait before a callback can be matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// When it ends.
    pub until: Instant,
    /// Why it is due.
    pub why: HoldReason,
}

/// Why a callback is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// An attempt failed and another is due.
    Retry,
    /// The number was called as often as its limit allows.
    AttemptsPerNumber,
    /// Numbers of its prefix were called as often as their limit allows.
    AttemptsPerPrefix,
    /// Numbers of its country were called as often as their limit allows.
    AttemptsPerCountry,
    /// All numbers together were called as often as their limit allows.
    AttemptsTotal,
    /// It is outside the hours at which the customer may be called.
    CallingWindow,
    /// The customer asked for later.
    Snooze,
}

impl Callback {
    /// What keeps it from being matched for now, where it is Queued.
    #[must_use]
    pub fn hold(&self) -> Option<Hold> {
        match &self.state {
            State::Queued(queued) => queued.hold,
            _ => None,
        }
    }

    /// Dials so far that count: all but those of which nobody knows how they ended.
    #[must_use]
    pub fn counted_attempts(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX).saturating_sub(self.unknown)
    }
}
