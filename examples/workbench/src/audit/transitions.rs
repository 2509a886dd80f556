//! The ways that a callback may go.

use super::callback::State;
use super::freedom::Freedom;
use super::log::Deed;

/// Whether something may happen to a callback that stands there.
pub(super) fn is_declared(state: State, deed: &Deed, freedom: Freedom) -> bool {
    match deed {
        Deed::Accepted => false,
        Deed::Rejected { .. } | Deed::Repeated | Deed::Fault { .. } => true,
        Deed::Scheduled { .. } => match state {
            State::Accepted => true,
            State::Failed { .. } | State::Waiting { .. } => freedom.timeout,
            _ => false,
        },
        Deed::Rescheduled { .. } => matches!(state, State::Scheduled { .. }),
        Deed::Updated { .. } | Deed::Assigned { .. } => {
            state.is_waiting() || matches!(state, State::Scheduled { .. })
        }
        Deed::PutOff { .. } => state.is_waiting(),
        Deed::Queued { .. } => matches!(state, State::Accepted | State::Scheduled { again: false }),
        Deed::Step { .. } | Deed::Held { .. } | Deed::Reserved { .. } => state.is_waiting(),
        Deed::Returned { why } => match state {
            State::Failed { outcome, .. } => why == outcome.word(),
            State::Dialing { .. } => why == "agent_lost",
            State::Scheduled { again: true } => why == "scheduled",
            State::Waiting { .. } => why == "queue_wait" && freedom.timeout,
            _ => false,
        },
        Deed::Dialing { .. } => matches!(state, State::Reserved { .. }),
        Deed::Outcome { attempt, .. } => {
            matches!(state, State::Dialing { attempt: live, .. } if live == *attempt)
        }
        Deed::Connected { .. } => matches!(state, State::Answered { .. }),
        Deed::TalkTimeout { .. } | Deed::Ended { .. } => matches!(state, State::Connected { .. }),
        Deed::Completed { reason } => may_complete(state, reason, freedom),
        Deed::Redacted => matches!(state, State::Completed { redacted: false }) && freedom.purge,
        Deed::Purged => matches!(state, State::Completed { .. }),
    }
}

fn may_complete(state: State, reason: &str, freedom: Freedom) -> bool {
    let by_script = reason.starts_with("SCRIPT:") && freedom.timeout;
    match state {
        State::Ended { .. } => reason == "AGENT_CONNECTED",
        State::Failed { outcome, .. } => {
            use ringback_engine::record::Outcome::Abandoned;
            let last =
                if outcome == Abandoned { "FAIL_INTERACTION_DELETED" } else { "FAIL_CALL_TO_CUSTOMER" };
            reason == last || by_script
        }
        State::Waiting { .. } => reason == "FAIL_TARGET_NOT_FOUND" || by_script || cuts_short(reason),
        State::Scheduled { .. } | State::Dialing { .. } => cuts_short(reason),
        _ => false,
    }
}

/// Whether a callback can complete for this reason whatever it is about, unless it is connected.
pub(super) fn cuts_short(reason: &str) -> bool {
    is_cancelled(reason) || reason == "FAIL_TIMEOUT_TTL"
}

pub(super) fn is_cancelled(reason: &str) -> bool {
    reason == "CANCELLED" || reason == "CANCELLED_BY_ADMIN"
}
