//! The ways that a callback may go.

use ringback_engine::record::Outcome;

use super::callback::State;
use super::freedom::Freedom;
use super::log::Deed;
use crate::streams::{Leg, Offered, Then};

/// The reason of those whose customers called before they were called.
pub(super) const CALLED_FIRST: &str = "CUSTOMER_CALLED_FIRST";

/// How the reason of those begins that agents rejected.
pub(super) const REJECTED: &str = "AGENT_PREVIEW_CANCEL_AFTER_";

/// Whether a callback that waited for a word comes back for this because it can't be called any more.
pub(super) fn is_barrier(why: &str) -> bool {
    matches!(why, "closed" | "calling_window" | "number" | "dial_rate")
}

/// Whether something may happen to a callback that stands there.
pub(super) fn is_declared(state: State, deed: &Deed, freedom: Freedom) -> bool {
    match deed {
        Deed::Accepted => false,
        Deed::Rejected { .. } | Deed::Repeated | Deed::Fault { .. } => true,
        Deed::Scheduled { .. } => match state {
            State::Accepted => true,
            State::Ended { then, .. } => then == Then::Later,
            State::Failed { .. }
            | State::Waiting { .. }
            | State::Offered { .. }
            | State::Confirming { .. }
            | State::Invited { .. } => freedom.timeout,
            _ => false,
        },
        Deed::Rescheduled { .. } => matches!(state, State::Scheduled { .. }),
        Deed::NextNumber { .. } => !matches!(
            state,
            State::Scheduled { .. } | State::Connected { .. } | State::Ended { .. } | State::Completed { .. }
        ),
        Deed::Updated { .. } | Deed::Assigned { .. } => {
            state.is_waiting() || matches!(state, State::Scheduled { .. })
        }
        Deed::PutOff { .. } => state.is_waiting(),
        Deed::Queued { .. } => matches!(state, State::Accepted | State::Scheduled { again: false }),
        Deed::Step { .. } | Deed::Held { .. } => state.is_waiting(),
        Deed::PassedOver { .. } => {
            state.is_waiting() || matches!(state, State::Accepted | State::Scheduled { .. })
        }
        Deed::Reserved { .. } => state.is_waiting() || matches!(state, State::OnLine { agent: None, .. }),
        Deed::Offered { .. } => matches!(state, State::Reserved { .. }),
        Deed::Notified { calls_in } => match state {
            State::Reserved { .. } | State::Offered { says: Offered::Accept, .. } => true,
            State::Confirming { .. } => !calls_in,
            _ => false,
        },
        Deed::AgentFailed { attempt, .. } => {
            matches!(state, State::OnLine { agent: Some(_), attempt: live, .. } if live == *attempt)
        }
        Deed::Snoozed { .. } | Deed::Expected => state.is_waiting() || state.is_routing(),
        Deed::Returned { why } => match state {
            State::Failed { outcome, .. } => why == outcome.word(),
            State::Dialing { .. } => why == "agent_lost",
            State::Offered { .. } => matches!(why.as_str(), "offer" | "rejected") || is_barrier(why),
            State::Confirming { .. } => is_barrier(why) || why == "unconfirmed" && freedom.timeout,
            State::Invited { .. } => why == "not_called",
            State::TakenOff => why == "snoozed",
            State::Ended { then, .. } => then == Then::Requeue && why == "requeued",
            State::Scheduled { again: true } => why == "scheduled",
            State::Waiting { .. } => why == "queue_wait" && freedom.timeout,
            _ => false,
        },
        Deed::Dialing { agent: Some(_), .. } => matches!(
            state,
            State::Reserved { .. } | State::Offered { says: Offered::Accept, .. } | State::Confirming { .. }
        ),
        Deed::Dialing { agent: None, .. } => state.is_waiting(),
        Deed::Outcome { attempt, outcome } => match state {
            State::Dialing { attempt: live, .. } => live == *attempt,
            State::OnLine { attempt: live, .. } => live == *attempt && *outcome == Outcome::Abandoned,
            State::Invited { .. } => *outcome == Outcome::Answered,
            _ => false,
        },
        Deed::Connected { .. } => {
            matches!(
                state,
                State::Answered { .. } | State::OnLine { agent: Some(_), leg: Leg::Connected, .. }
            )
        }
        Deed::TalkTimeout { .. } | Deed::Ended { .. } => matches!(state, State::Connected { .. }),
        Deed::Completed { reason } => may_complete(state, reason, freedom),
        Deed::Redacted => matches!(state, State::Completed { redacted: false }) && freedom.purge,
        Deed::Purged => matches!(state, State::Completed { .. }),
    }
}

fn may_complete(state: State, reason: &str, freedom: Freedom) -> bool {
    let by_script = reason.starts_with("SCRIPT:") && freedom.timeout;
    match state {
        State::Ended { then, .. } => reason == "AGENT_CONNECTED" && then == Then::Done,
        State::Failed { outcome, .. } => {
            let last = if outcome == Outcome::Abandoned {
                "FAIL_INTERACTION_DELETED"
            } else {
                "FAIL_CALL_TO_CUSTOMER"
            };
            reason == last || by_script
        }
        State::Waiting { .. } => reason == "FAIL_TARGET_NOT_FOUND" || by_script || cuts_short(reason),
        State::Offered { .. } => reason.starts_with(REJECTED) || by_script || cuts_short(reason),
        State::Confirming { .. } => reason == "FAIL_USER_NO_CONFIRM" || by_script || cuts_short(reason),
        State::Invited { .. } => reason == "FAIL_CALL_TO_CUSTOMER" || by_script || cuts_short(reason),
        State::OnLine { .. } => reason == "FAIL_AGENT_CONNECT" || cuts_short(reason),
        State::Scheduled { .. } => cuts_short(reason) && reason != CALLED_FIRST,
        State::Dialing { .. } => cuts_short(reason),
        _ => false,
    }
}

/// Whether a callback can complete for this reason whatever it is about, unless it is connected.
pub(super) fn cuts_short(reason: &str) -> bool {
    is_cancelled(reason) || reason == "FAIL_TIMEOUT_TTL" || reason == CALLED_FIRST
}

pub(super) fn is_cancelled(reason: &str) -> bool {
    reason == "CANCELLED" || reason == "CANCELLED_BY_ADMIN"
}
