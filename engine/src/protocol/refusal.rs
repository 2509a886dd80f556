//! Refusals: why a command was not done. They are normal, and leave no trace but a rejection's record.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::center::{Finding, MOST_AT_ONCE, Objection};
use crate::record::StateName;
use crate::value::{AgentId, AttemptId, CallbackId, Instant, Name};

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// A request failed an admission check.
    Rejected(Rejection),
    /// Another callback has this id.
    IdInUse(CallbackId),
    /// No callback has this id.
    UnknownCallback(CallbackId),
    /// The center has no such agent.
    UnknownAgent(AgentId),
    /// The center has no such queue.
    UnknownQueue(Name),
    /// The center has no such calendar.
    UnknownCalendar(Name),
    /// What was to be done to a callback can't be done in its state.
    WrongState(CallbackId, StateName),
    /// The new configuration can't be used; all findings, of which at least one is an error.
    Misconfigured(Vec<Finding>),
    /// The new configuration lacks what is in use, or allows less of it than there is; the sentence says what.
    InUse(SmolStr),
    /// The callback can't be cancelled in its state.
    NotCancellable(CallbackId, StateName),
    /// The number can't be erased: this callback of it is not over.
    NotErasable(CallbackId, StateName),
    /// The number can't be erased before this: until then it is fenced, or its attempts count.
    StillCounted(Instant),
    /// The callback can't be moved in its state: only a scheduled one can.
    NotReschedulable(CallbackId, StateName),
    /// The callback can't be changed or given to an agent in its state: only one that waits can.
    NotChangeable(CallbackId, StateName),
    /// The callback can't be moved to that queue: it takes in nobody at present.
    NotTakenIn(CallbackId, Name),
    /// The callback can't be asked for anew: it is not over, or was served.
    NotRecreatable(CallbackId, StateName),
    /// So many callbacks are more than one command may name.
    TooMany(usize),
    /// Another hold has this id.
    HoldInUse(SmolStr),
    /// The attempt is not live: it is over, or never was.
    StaleAttempt(AttemptId),
    /// The attempt is still ringing: an outcome comes before the end of the interaction.
    NotConnected(AttemptId),
    /// The attempt was answered already: the end of the interaction is next.
    AlreadyConnected(AttemptId),
    /// The callback is not offered to this agent.
    NotOffered(CallbackId, AgentId),
    /// The customer was not asked to confirm this callback, or not now.
    NotAsked(CallbackId),
    /// No agent is being connected to the customer of this attempt.
    NoAgentCalled(AttemptId),
    /// The agent is in no wrap-up that has an end.
    NoWrapUp(AgentId),
    /// Neither code nor numbers say whose callback a caller means.
    NothingMatched,
    /// The callback can't be put off in its state.
    NotSnoozable(CallbackId, StateName),
    /// More deadlines are due than one call fires: call `advance` until it says that none is.
    Behind,
    /// This deadline is overdue by more than the center's `max_lag`: the host was away, and has to say `resume` first.
    Late(Instant),
    /// The application does not check, and the one in force stays; all findings.
    DoesNotCheck(Vec<String>),
    /// No canary has this share.
    BadShare(u8),
    /// No candidate is on trial.
    NoTrial,
    /// There is no version before the one in force.
    NoEarlierVersion,
    /// There is nothing to resume from: no deadline is overdue by more than `max_lag`.
    NotLate,
}

/// Which admission check failed, in a code for programs and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The code.
    pub code: Code,
    /// What a person should be told.
    pub sentence: String,
    /// When the same request might pass, where that is known: a limit's window frees.
    pub free_at: Option<Instant>,
    /// With `SLOT_FULL`: the starts of the nearest slots with room, nearest first.
    pub free_slots: Vec<Instant>,
}

/// The code of a rejection. `Display` and serialisation give the word of the specification.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "SmolStr", try_from = "SmolStr")]
pub enum Code {
    /// The center has no such service.
    UnknownService,
    /// The service does not offer this kind of callback.
    NotOffered,
    /// The request has no number that anybody could have.
    InvalidNumber,
    /// No number of its country is that long or that short.
    ImpossibleNumber,
    /// Calling the number costs more than the call.
    PremiumNumber,
    /// The number's country is not on the service's list.
    CountryNotAllowed,
    /// A pattern blocks the number, or its owner opted out.
    NumberBlocked,
    /// The desired time is past.
    PastTime,
    /// The desired time is beyond the horizon.
    TooFar,
    /// The desired time is too near.
    TooSoon,
    /// The office closes soon.
    Closing,
    /// The office is closed.
    Closed,
    /// No zone is known in which the customer's calling window could be kept.
    ZoneUnknown,
    /// The customer's calling window never opens while the callback lives.
    NoCallingTime,
    /// This number has callbacks waiting.
    Duplicate,
    /// The slot has no room.
    SlotFull,
    /// The service has too many callbacks waiting.
    QueueFull,
    /// Nobody who could serve it is logged in.
    NoAgents,
    /// A limit is reached.
    Throttled,
    /// The key was used with other content.
    KeyConflict,
    /// A script that guards admission failed.
    ApplicationFault,
    /// A script said so.
    Script(SmolStr),
}

impl Code {
    const NAMED: [(Self, &'static str); 21] = [
        (Self::UnknownService, "UNKNOWN_SERVICE"),
        (Self::NotOffered, "NOT_OFFERED"),
        (Self::InvalidNumber, "INVALID_NUMBER"),
        (Self::ImpossibleNumber, "IMPOSSIBLE_NUMBER"),
        (Self::PremiumNumber, "PREMIUM_NUMBER"),
        (Self::CountryNotAllowed, "COUNTRY_NOT_ALLOWED"),
        (Self::NumberBlocked, "NUMBER_BLOCKED"),
        (Self::PastTime, "PAST_TIME"),
        (Self::TooFar, "TOO_FAR"),
        (Self::TooSoon, "TOO_SOON"),
        (Self::Closing, "CLOSING"),
        (Self::Closed, "CLOSED"),
        (Self::ZoneUnknown, "ZONE_UNKNOWN"),
        (Self::NoCallingTime, "NO_CALLING_TIME"),
        (Self::Duplicate, "DUPLICATE"),
        (Self::SlotFull, "SLOT_FULL"),
        (Self::QueueFull, "QUEUE_FULL"),
        (Self::NoAgents, "NO_AGENTS"),
        (Self::Throttled, "THROTTLED"),
        (Self::KeyConflict, "KEY_CONFLICT"),
        (Self::ApplicationFault, "APPLICATION_FAULT"),
    ];
}

/// The code of an objection to a number.
impl From<&Objection> for Code {
    fn from(objection: &Objection) -> Self {
        match objection {
            Objection::Unreadable | Objection::Invalid => Self::InvalidNumber,
            Objection::Impossible => Self::ImpossibleNumber,
            Objection::Premium => Self::PremiumNumber,
            Objection::Country(_) => Self::CountryNotAllowed,
            Objection::Blocked(_) | Objection::OptedOut => Self::NumberBlocked,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Script(word) = self {
            return write!(f, "SCRIPT:{word}");
        }
        let named = Self::NAMED.iter().find(|(code, _)| code == self);
        f.write_str(named.map_or("", |(_, word)| word))
    }
}

impl From<Code> for SmolStr {
    fn from(code: Code) -> Self {
        smol_str::format_smolstr!("{code}")
    }
}

impl TryFrom<SmolStr> for Code {
    type Error = String;

    fn try_from(text: SmolStr) -> Result<Self, String> {
        if let Some(word) = text.strip_prefix("SCRIPT:") {
            return Ok(Self::Script(SmolStr::new(word)));
        }
        let named = Self::NAMED.iter().find(|(_, word)| *word == text);
        named.map(|(code, _)| code.clone()).ok_or_else(|| format!("`{text}` is no code of a rejection"))
    }
}

impl Rejection {
    /// A rejection without further facts.
    #[must_use]
    pub fn new(code: Code, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), free_at: None, free_slots: Vec::new() }
    }
}

impl Refusal {
    /// For programs: the code of a rejection, `SLOT_FULL`, or the word of another refusal, `not_cancellable`.
    #[must_use]
    pub fn code(&self) -> SmolStr {
        let word = match self {
            Self::Rejected(rejection) => return rejection.code.clone().into(),
            Self::IdInUse(_) => "id_in_use",
            Self::UnknownCallback(_) => "unknown_callback",
            Self::UnknownAgent(_) => "unknown_agent",
            Self::UnknownQueue(_) => "unknown_queue",
            Self::UnknownCalendar(_) => "unknown_calendar",
            Self::Misconfigured(_) => "misconfigured",
            Self::InUse(_) => "in_use",
            Self::WrongState(..) => "wrong_state",
            Self::NotCancellable(..) => "not_cancellable",
            Self::NotErasable(..) => "not_erasable",
            Self::StillCounted(_) => "still_counted",
            Self::NotReschedulable(..) => "not_reschedulable",
            Self::NotChangeable(..) => "not_changeable",
            Self::NotTakenIn(..) => "not_taken_in",
            Self::NotRecreatable(..) => "not_recreatable",
            Self::TooMany(_) => "too_many",
            Self::HoldInUse(_) => "hold_in_use",
            Self::StaleAttempt(_) => "stale_attempt",
            Self::NotConnected(_) => "not_connected",
            Self::AlreadyConnected(_) => "already_connected",
            Self::NotOffered(..) => "not_offered",
            Self::NotAsked(_) => "not_asked",
            Self::NoAgentCalled(_) => "no_agent_called",
            Self::NoWrapUp(_) => "no_wrap_up",
            Self::NothingMatched => "nothing_matched",
            Self::NotSnoozable(..) => "not_snoozable",
            Self::DoesNotCheck(_) => "does_not_check",
            Self::BadShare(_) => "bad_share",
            Self::NoTrial => "no_trial",
            Self::NoEarlierVersion => "no_earlier_version",
            Self::Behind => "behind",
            Self::Late(_) => "late",
            Self::NotLate => "not_late",
        };
        SmolStr::new_static(word)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(rejection) => write!(f, "rejected, {}: {}", rejection.code, rejection.sentence),
            Self::IdInUse(id) => {
                write!(f, "callback `{id}`: another callback has this id; ids can be used again once purged")
            }
            Self::UnknownCallback(id) => write!(f, "callback `{id}`: no callback has this id"),
            Self::UnknownAgent(id) => write!(f, "agent `{id}`: the center has no such agent"),
            Self::Misconfigured(findings) => {
                write!(f, "the new configuration can't be used")?;
                findings.iter().try_for_each(|finding| write!(f, "; {finding}"))
            }
            Self::InUse(sentence) => write!(f, "the new configuration can't be used yet: {sentence}"),
            Self::UnknownQueue(queue) => write!(f, "queue `{queue}`: the center has no such queue"),
            Self::UnknownCalendar(calendar) => {
                write!(f, "calendar `{calendar}`: the center has no such calendar")
            }
            Self::WrongState(id, state) => {
                write!(f, "callback `{id}`: this can't be done to it any more, it is {state}")
            }
            Self::NotCancellable(id, state) => {
                write!(f, "callback `{id}`: can't be cancelled, it is {state}")
            }
            Self::NotErasable(id, state) => write!(
                f,
                "callback `{id}`: its number can't be erased while it is {state}; cancel it, or let it end first"
            ),
            Self::StillCounted(until) => write!(
                f,
                "the number can't be erased before {until}: until then its fence and its attempts keep the customer from \
                 being called too often; erase it then"
            ),
            Self::NotReschedulable(id, state) => {
                write!(
                    f,
                    "callback `{id}`: can't be moved to another time, it is {state}; only SCHEDULED ones can"
                )
            }
            Self::NotChangeable(id, state) => write!(
                f,
                "callback `{id}`: can't be changed or given to an agent, it is {state}; only SCHEDULED and QUEUED ones can"
            ),
            Self::NotTakenIn(id, queue) => write!(
                f,
                "callback `{id}`: can't be moved to queue `{queue}`, which takes in nobody at present: it is draining, or \
                 as many wait there as may"
            ),
            Self::NotRecreatable(id, StateName::Completed) => {
                write!(f, "callback `{id}`: can't be asked for anew, its customer was served")
            }
            Self::NotRecreatable(id, state) => write!(
                f,
                "callback `{id}`: can't be asked for anew, it is {state}; only one that is over can"
            ),
            Self::TooMany(count) => write!(
                f,
                "{count} callbacks are too many for one command; name at most {MOST_AT_ONCE}, and go on in another"
            ),
            Self::HoldInUse(hold) => {
                write!(
                    f,
                    "hold `{hold}`: another hold has this id; ids can be used again once the hold is over"
                )
            }
            Self::StaleAttempt(attempt) => {
                write!(f, "attempt {attempt}: is not live; only a live attempt has an outcome or an end")
            }
            Self::NotConnected(attempt) => {
                write!(f, "attempt {attempt}: can't end, it was not answered; report its outcome first")
            }
            Self::AlreadyConnected(attempt) => {
                write!(f, "attempt {attempt}: was answered already; report the end of the interaction")
            }
            Self::NotOffered(id, agent) => {
                write!(f, "callback `{id}`: is not offered to `{agent}`; the offer may have expired")
            }
            Self::NoWrapUp(agent) => {
                write!(f, "agent `{agent}`: is in no wrap-up that ends by itself, so none can be extended")
            }
            Self::NotAsked(id) => {
                write!(f, "callback `{id}`: its customer is not asked to confirm a call at present")
            }
            Self::NoAgentCalled(attempt) => {
                write!(f, "attempt {attempt}: no agent is being connected to its customer")
            }
            Self::NothingMatched => {
                f.write_str("neither code nor numbers say whose callback this is; treat it as any other call")
            }
            Self::NotSnoozable(id, state) => {
                write!(f, "callback `{id}`: can't be put off, it is {state}")
            }
            Self::DoesNotCheck(findings) => {
                f.write_str("the application does not check, and the version in force stays")?;
                findings.iter().try_for_each(|finding| write!(f, "; {finding}"))
            }
            Self::BadShare(percent) => {
                write!(f, "a canary for {percent} per cent of callbacks is none; give a share from 1 to 100")
            }
            Self::NoTrial => f.write_str("no candidate is on trial; begin a shadow or a canary first"),
            Self::NoEarlierVersion => f.write_str(
                "there is no version of the application before the one in force; deploy another one",
            ),
            Self::Behind => f.write_str(
                "more deadlines are due than one call fires; advance until none is left, then repeat",
            ),
            Self::Late(deadline) => write!(
                f,
                "the deadline of {deadline} is overdue by more than `max_lag`, so this host was away; say `resume`, \
                 then repeat"
            ),
            Self::NotLate => {
                f.write_str("no deadline is overdue by more than `max_lag`; there is nothing to resume from")
            }
        }
    }
}

impl std::error::Error for Refusal {}
