//! What an application answers, and what it is asked about by `timeout`.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::record::Outcome;
use crate::value::{Duration, Instant};

/// What an application answers: `None` leaves the decision to the center's settings, a fault too, but for the
/// hooks that guard admission, and is recorded.
pub type Answer<T> = Result<Option<T>, Fault>;

/// The yes or no of `accept`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Yes.
    Accept {
        /// The callback's priority; the request's if absent.
        priority: Option<i64>,
        /// How long it may live; the queue's `ttl` if absent.
        ttl: Option<Duration>,
        /// Tags for it.
        tags: Vec<(SmolStr, SmolStr)>,
    },
    /// No.
    Reject {
        /// `SCRIPT:` and this.
        code: SmolStr,
        /// For a person.
        sentence: Option<String>,
    },
    /// Yes, but at that time.
    Defer(Instant),
}

/// What `timeout` is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeoutKind {
    /// The callback has waited `queued_ttl`.
    QueueWait,
    /// The agent let an offer expire.
    Offer,
    /// An agent rejected an offer.
    Rejected,
    /// The customer did not confirm that a call is welcome.
    Unconfirmed,
    /// The customer was told to call in, and did not.
    NotCalled,
    /// An attempt ended like this; never `answered`.
    Failed(Outcome),
}

impl TimeoutKind {
    /// The word that scripts see: `queue_wait`, `busy`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::QueueWait => "queue_wait",
            Self::Offer => "offer",
            Self::Rejected => "rejected",
            Self::Unconfirmed => "unconfirmed",
            Self::NotCalled => "not_called",
            Self::Failed(outcome) => outcome.word(),
        }
    }
}

/// What `timeout` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeoutAnswer {
    /// Back to the line, held for this long.
    Retry(Duration),
    /// Back to the line at once.
    Requeue,
    /// Back to the line on a new plan.
    Reroute,
    /// Scheduled for this instant.
    Schedule(Instant),
    /// Over, for this reason.
    Complete(SmolStr),
}

/// What `purge` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionAnswer {
    /// It goes now.
    Purge,
    /// It stays until this long after completion; if that is not later than now, it goes.
    Keep(Duration),
    /// Number and attributes go now, the rest later.
    Redact,
}

impl Acceptance {
    /// Its word: `accept`, `reject` or `defer`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Accept { .. } => "accept",
            Self::Reject { .. } => "reject",
            Self::Defer(_) => "defer",
        }
    }
}

impl TimeoutAnswer {
    /// Its word, as scripts say it: `retry`, `requeue`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Retry(_) => "retry",
            Self::Requeue => "requeue",
            Self::Reroute => "reroute",
            Self::Schedule(_) => "schedule",
            Self::Complete(_) => "complete",
        }
    }
}

impl RetentionAnswer {
    /// Its word, as scripts say it: `purge`, `keep` or `redact`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Purge => "purge",
            Self::Keep(_) => "keep",
            Self::Redact => "redact",
        }
    }
}

/// Why an application gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub message: String,
    /// Where in its text, from 1; 0 if unknown.
    pub line: u32,
}

impl Fault {
    /// A fault of an answer, at no line in particular.
    #[must_use]
    pub fn of_answer(message: impl Into<String>) -> Self {
        Self { message: message.into(), line: 0 }
    }
}
