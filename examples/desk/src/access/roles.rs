//! Roles, and what each may do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A person's part in the center.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// May do everything but take calls.
    Administrator,
    /// Runs the day: callbacks and queues.
    Supervisor,
    /// Looks on.
    Monitor,
    /// Takes calls.
    Agent,
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// See callbacks, queues and the wallboard.
    Watch,
    /// Create, cancel and reschedule callbacks.
    ManageCallbacks,
    /// Pause and close queues.
    ManageQueues,
    /// Be offered callbacks.
    TakeCalls,
}

impl Role {
    /// Whether the role has a right.
    pub(crate) fn may(self, right: Right) -> bool {
        match right {
            Right::Watch => self != Self::Agent,
            Right::ManageCallbacks | Right::ManageQueues => {
                matches!(self, Self::Administrator | Self::Supervisor)
            }
            Right::TakeCalls => self == Self::Agent,
        }
    }

    /// The page that people of this role start from.
    pub(crate) fn home(self) -> &'static str {
        match self {
            Self::Administrator | Self::Supervisor => "/callbacks",
            Self::Monitor => "/live",
            Self::Agent => "/agent",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Administrator => "Administrator",
            Self::Supervisor => "Supervisor",
            Self::Monitor => "Monitor",
            Self::Agent => "Agent",
        })
    }
}
