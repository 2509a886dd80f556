//! What a run has exercised, so that it can't silently exercise less.

use std::collections::BTreeMap;
use std::fmt;

use ringback_engine::protocol::{AgentState, Code, Dial, Effect, EffectKind, Event, Refusal};
use ringback_engine::record::{HoldReason, Outcome, Reason};

/// The least number of times that everything must have happened in a run.
const LEAST: u32 = 4;

/// All that can happen in these histories.
const EVERYTHING: &[&str] = &[
    "accepted",
    "rejected",
    "scheduled",
    "queued",
    "step",
    "queued for a preferred agent",
    "step for a preferred agent",
    "step when waiting",
    "step when oldest",
    "step when ewt",
    "step when agents",
    "step when ready",
    "returned busy",
    "returned scheduled",
    "returned agent_lost",
    "returned unknown",
    "held by retry",
    "held by attempts_per_number",
    "held by calling_window",
    "held by attempts_per_prefix",
    "held by attempts_per_country",
    "held by attempts_total",
    "reserved",
    "dialing",
    "outcome answered",
    "outcome busy",
    "outcome no_answer",
    "outcome answering_machine",
    "outcome fax",
    "outcome error",
    "outcome abandoned",
    "outcome unknown",
    "connected",
    "ended",
    "talk_timeout",
    "late_answer",
    "late_answer of a purged callback",
    "completed AGENT_CONNECTED",
    "completed CANCELLED",
    "completed CANCELLED_BY_ADMIN",
    "completed FAIL_TIMEOUT_TTL",
    "completed FAIL_TARGET_NOT_FOUND",
    "completed FAIL_CALL_TO_CUSTOMER",
    "completed FAIL_INTERACTION_DELETED",
    "completed SCRIPT",
    "redacted",
    "purged",
    "agent ready",
    "agent not_ready",
    "agent not_ready for a reason",
    "agent wrap_up",
    "wrap_up_extended",
    "agent logged_out",
    "fault accept",
    "fault throttle",
    "fault route",
    "fault timeout",
    "fault purge",
    "fault score",
    "set_aside",
    "away",
    "passed over",
    "reconfigured",
    "in use",
    "completed FAIL_NUMBER_NOT_ALLOWED",
    "completed FAIL_QUEUEING",
    "switched",
    "calendar closed",
    "calendar not closed",
    "calendar as configured",
    "completed FAIL_ERROR",
    "rescheduled",
    "next_number",
    "updated number",
    "updated attributes",
    "updated priority",
    "updated queue",
    "updated and lost",
    "updated and gained",
    "updated while scheduled",
    "assigned",
    "assigned to nobody",
    "bulk",
    "bulk of which some was refused",
    "refused not_cancellable",
    "refused unknown_callback",
    "refused not_reschedulable",
    "refused SLOT_FULL",
    "recreated",
    "put_off",
    "slot_held",
    "hold_expired",
    "dial",
    "dial ahead",
    "offer",
    "withdraw",
    "push",
    "connect",
    "expected",
    "offered",
    "notified confirm",
    "notified call_in",
    "agent_busy",
    "agent_no_answer",
    "agent_error",
    "snoozed",
    "held by snooze",
    "returned offer",
    "returned rejected",
    "returned unconfirmed",
    "returned not_called",
    "returned agent_busy",
    "returned snoozed",
    "returned requeued",
    "completed REJECTS",
    "completed FAIL_USER_NO_CONFIRM",
    "completed CUSTOMER_CALLED_FIRST",
    "not offered",
    "not asked",
    "no agent called",
    "nothing matched",
    "not snoozable",
    "hang_up",
    "repeated",
    "log",
    "clock_went_back",
    "UNKNOWN_SERVICE",
    "NOT_OFFERED",
    "PAST_TIME",
    "TOO_FAR",
    "TOO_SOON",
    "CLOSING",
    "CLOSED",
    "DUPLICATE",
    "SLOT_FULL",
    "QUEUE_FULL",
    "NO_AGENTS",
    "THROTTLED",
    "KEY_CONFLICT",
    "APPLICATION_FAULT",
    "SCRIPT",
    "id in use",
    "unknown callback",
    "unknown agent",
    "not cancellable",
    "not erasable",
    "still counted",
    "not reschedulable",
    "not changeable",
    "not taken in",
    "not recreatable",
    "hold in use",
    "stale attempt",
    "not connected",
    "already connected",
    "late",
    "unknown queue",
    "unknown calendar",
    "wrong state",
    "not late",
];

/// How often each thing has happened.
#[derive(Default)]
pub(crate) struct Coverage(BTreeMap<String, u32>);

impl Coverage {
    /// Counts what one command led to.
    pub(crate) fn count(&mut self, effects: &[Effect], refusal: Option<&Refusal>) {
        let words = effects.iter().map(|effect| effect_word(&effect.kind)).chain(refusal.map(refusal_word));
        for word in words {
            *self.0.entry(word).or_insert(0) += 1;
        }
    }

    /// What has happened too seldom.
    pub(crate) fn missing(&self) -> Vec<String> {
        let count = |word: &str| self.0.get(word).copied().unwrap_or(0);
        let seldom = EVERYTHING.iter().filter(|word| count(word) < LEAST);
        seldom.map(|word| format!("{word}: {}", count(word))).collect()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(word, count)| writeln!(f, "{count:>8} {word}"))
    }
}

fn effect_word(kind: &EffectKind) -> String {
    match kind {
        EffectKind::Event(event) => event_word(event),
        EffectKind::Offer(_) => "offer".into(),
        EffectKind::Withdraw { .. } => "withdraw".into(),
        EffectKind::Push(_) => "push".into(),
        EffectKind::Connect(_) => "connect".into(),
        EffectKind::Expected { .. } => "expected".into(),
        EffectKind::Dial(Dial { agent: None, .. }) => "dial ahead".into(),
        EffectKind::Dial(_) => "dial".into(),
        EffectKind::HangUp(_) => "hang_up".into(),
        EffectKind::Repeated { .. } => "repeated".into(),
        EffectKind::Log(_) => "log".into(),
        EffectKind::ClockWentBack { .. } => "clock_went_back".into(),
    }
}

fn event_word(event: &Event) -> String {
    match event {
        Event::Accepted { .. } => "accepted".into(),
        Event::Rejected { .. } => "rejected".into(),
        Event::Scheduled { .. } => "scheduled".into(),
        // No requirement of a plan or a queue names this agent.
        Event::Queued { need, .. } if need.contains("agent:a3") => "queued for a preferred agent".into(),
        Event::Step { need, .. } if need.contains("agent:a3") => "step for a preferred agent".into(),
        Event::Step { when: Some(when), .. } => format!("step when {}", when.of.word()),
        Event::Queued { .. } => "queued".into(),
        Event::Step { .. } => "step".into(),
        Event::Returned { why, .. } => format!("returned {why}"),
        Event::Held { why: HoldReason::Retry, .. } => "held by retry".into(),
        Event::Held { why: HoldReason::AttemptsPerNumber, .. } => "held by attempts_per_number".into(),
        Event::Held { why: HoldReason::CallingWindow, .. } => "held by calling_window".into(),
        Event::Held { why: HoldReason::AttemptsPerPrefix, .. } => "held by attempts_per_prefix".into(),
        Event::Held { why: HoldReason::AttemptsPerCountry, .. } => "held by attempts_per_country".into(),
        Event::Held { why: HoldReason::AttemptsTotal, .. } => "held by attempts_total".into(),
        Event::Held { why: HoldReason::Snooze, .. } => "held by snooze".into(),
        Event::Offered { .. } => "offered".into(),
        Event::Notified { kind, .. } => format!("notified {kind}"),
        Event::AgentFailed { why, .. } => why.word().into(),
        Event::Snoozed { .. } => "snoozed".into(),
        Event::Reserved { .. } => "reserved".into(),
        Event::Dialing { .. } => "dialing".into(),
        Event::Outcome { outcome, .. } => format!("outcome {}", Outcome::word(*outcome)),
        Event::Connected { .. } => "connected".into(),
        Event::Ended { .. } => "ended".into(),
        Event::TalkTimeout { .. } => "talk_timeout".into(),
        Event::LateAnswer { callback: Some(_), .. } => "late_answer".into(),
        Event::LateAnswer { callback: None, .. } => "late_answer of a purged callback".into(),
        Event::Completed { reason: Reason::Script(_), .. } => "completed SCRIPT".into(),
        Event::Completed { reason: Reason::PreviewRejects(_), .. } => "completed REJECTS".into(),
        Event::Completed { reason, .. } => format!("completed {reason}"),
        Event::Redacted { .. } => "redacted".into(),
        Event::Purged { .. } => "purged".into(),
        Event::Agent { state: AgentState::Ready, .. } => "agent ready".into(),
        Event::NextNumber { .. } => "next_number".into(),
        Event::WrapUpExtended { .. } => "wrap_up_extended".into(),
        Event::Agent { state: AgentState::NotReady, reason: Some(_), .. } => {
            "agent not_ready for a reason".into()
        }
        Event::Agent { state: AgentState::NotReady, reason: None, .. } => "agent not_ready".into(),
        Event::Agent { state: AgentState::WrapUp, .. } => "agent wrap_up".into(),
        Event::Agent { state: AgentState::LoggedOut, .. } => "agent logged_out".into(),
        Event::Fault { hook, .. } => format!("fault {hook}"),
        Event::SetAside { .. } => "set_aside".into(),
        Event::Reconfigured { .. } => "reconfigured".into(),
        Event::PassedOver { .. } => "passed over".into(),
        Event::Switched { .. } => "switched".into(),
        Event::Calendar { closed: Some(true), .. } => "calendar closed".into(),
        Event::Calendar { closed: Some(false), .. } => "calendar not closed".into(),
        Event::Calendar { closed: None, .. } => "calendar as configured".into(),
        Event::Rescheduled { .. } => "rescheduled".into(),
        Event::Updated { before: Some(before), after, .. } if Some(*before) < *after => {
            "updated and lost".into()
        }
        Event::Updated { before: Some(before), after: Some(after), .. } if before > after => {
            "updated and gained".into()
        }
        Event::Updated { number: Some(_), .. } => "updated number".into(),
        Event::Updated { queue: Some(_), before: Some(_), .. } => "updated queue".into(),
        Event::Updated { before: None, .. } => "updated while scheduled".into(),
        Event::Updated { priority: Some(_), .. } => "updated priority".into(),
        Event::Updated { .. } => "updated attributes".into(),
        Event::Assigned { agent: Some(_), .. } => "assigned".into(),
        Event::Assigned { agent: None, .. } => "assigned to nobody".into(),
        Event::Bulk { refused: 0, .. } => "bulk".into(),
        Event::Bulk { .. } => "bulk of which some was refused".into(),
        Event::Refused { code, .. } => format!("refused {code}"),
        Event::Recreated { .. } => "recreated".into(),
        Event::PutOff { .. } => "put_off".into(),
        Event::SlotHeld { .. } => "slot_held".into(),
        Event::HoldExpired { .. } => "hold_expired".into(),
        Event::Away { .. } => "away".into(),
    }
}

fn refusal_word(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Rejected(rejection) => match &rejection.code {
            Code::Script(_) => "SCRIPT".into(),
            code => code.to_string(),
        },
        Refusal::IdInUse(_) => "id in use".into(),
        Refusal::UnknownCallback(_) => "unknown callback".into(),
        Refusal::UnknownAgent(_) => "unknown agent".into(),
        Refusal::NotReschedulable(..) => "not reschedulable".into(),
        Refusal::NotChangeable(..) => "not changeable".into(),
        Refusal::NotTakenIn(..) => "not taken in".into(),
        Refusal::NotRecreatable(..) => "not recreatable".into(),
        Refusal::TooMany(_) => "too many".into(),
        Refusal::HoldInUse(_) => "hold in use".into(),
        Refusal::NotCancellable(..) => "not cancellable".into(),
        Refusal::NotErasable(..) => "not erasable".into(),
        Refusal::StillCounted(_) => "still counted".into(),
        Refusal::StaleAttempt(_) => "stale attempt".into(),
        Refusal::NotConnected(_) => "not connected".into(),
        Refusal::AlreadyConnected(_) => "already connected".into(),
        Refusal::NotOffered(..) => "not offered".into(),
        Refusal::NotAsked(_) => "not asked".into(),
        Refusal::NoAgentCalled(_) => "no agent called".into(),
        Refusal::NothingMatched => "nothing matched".into(),
        Refusal::NotSnoozable(..) => "not snoozable".into(),
        Refusal::Behind => "behind".into(),
        Refusal::Misconfigured(_) => "misconfigured".into(),
        Refusal::InUse(_) => "in use".into(),
        Refusal::UnknownQueue(_) => "unknown queue".into(),
        Refusal::UnknownCalendar(_) => "unknown calendar".into(),
        Refusal::WrongState(..) => "wrong state".into(),
        Refusal::Late(_) => "late".into(),
        Refusal::NoWrapUp(_) => "no wrap-up".into(),
        Refusal::NotLate => "not late".into(),
    }
}
