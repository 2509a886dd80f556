//! Why a callback completed.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Why a callback completed. `Display` and serialisation give the word of the specification.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub enum Reason {
    /// The interaction ended.
    AgentConnected,
    /// The customer cancelled.
    Cancelled,
    /// Somebody of the center cancelled.
    CancelledByAdmin,
    /// The customer called before being called.
    CustomerCalledFirst,
    /// It lived too long.
    Ttl,
    /// It waited too long.
    TargetNotFound,
    /// The last attempt failed on the customer's leg.
    CallToCustomer,
    /// The agent's leg failed too often.
    AgentConnect,
    /// So many agents rejected it.
    PreviewRejects(u32),
    /// The customer did not confirm that a call is welcome.
    NoConfirm,
    /// The customer hung up before an agent came, and no attempt was left.
    InteractionDeleted,
    /// When its attempt was to leave, the rules of then forbade to call the number.
    NumberNotAllowed,
    /// The host could not go on with it.
    Error,
    /// Its plan named a queue that does not exist any more.
    Queueing,
    /// A script said so.
    Script(SmolStr),
}

impl Reason {
    const NAMED: [(Self, &'static str); 13] = [
        (Self::AgentConnected, "AGENT_CONNECTED"),
        (Self::Cancelled, "CANCELLED"),
        (Self::CancelledByAdmin, "CANCELLED_BY_ADMIN"),
        (Self::CustomerCalledFirst, "CUSTOMER_CALLED_FIRST"),
        (Self::Ttl, "FAIL_TIMEOUT_TTL"),
        (Self::TargetNotFound, "FAIL_TARGET_NOT_FOUND"),
        (Self::CallToCustomer, "FAIL_CALL_TO_CUSTOMER"),
        (Self::AgentConnect, "FAIL_AGENT_CONNECT"),
        (Self::NoConfirm, "FAIL_USER_NO_CONFIRM"),
        (Self::InteractionDeleted, "FAIL_INTERACTION_DELETED"),
        (Self::NumberNotAllowed, "FAIL_NUMBER_NOT_ALLOWED"),
        (Self::Error, "FAIL_ERROR"),
        (Self::Queueing, "FAIL_QUEUEING"),
    ];
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script(word) => write!(f, "SCRIPT:{word}"),
            Self::PreviewRejects(rejects) => write!(f, "AGENT_PREVIEW_CANCEL_AFTER_{rejects}REJECTS"),
            _ => {
                let named = Self::NAMED.iter().find(|(reason, _)| reason == self);
                f.write_str(named.map_or("", |(_, word)| word))
            }
        }
    }
}

impl From<Reason> for SmolStr {
    fn from(reason: Reason) -> Self {
        smol_str::format_smolstr!("{reason}")
    }
}

impl TryFrom<SmolStr> for Reason {
    type Error = String;

    fn try_from(text: SmolStr) -> Result<Self, String> {
        if let Some(word) = text.strip_prefix("SCRIPT:") {
            return Ok(Self::Script(SmolStr::new(word)));
        }
        let rejects =
            text.strip_prefix("AGENT_PREVIEW_CANCEL_AFTER_").and_then(|rest| rest.strip_suffix("REJECTS"));
        if let Some(rejects) = rejects.and_then(|rejects| rejects.parse().ok()) {
            return Ok(Self::PreviewRejects(rejects));
        }
        let named = Self::NAMED.iter().find(|(_, word)| *word == text);
        named.map(|(reason, _)| reason.clone()).ok_or_else(|| format!("`{text}` is no reason of completion"))
    }
}
