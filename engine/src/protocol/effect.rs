//! Effects: what the engine tells the host, to do or to know.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::order::{Connect, Dial, HangUp, Log, Offer, Push};
use super::{Code, Hook, ReturnReason, Said, Trial, TrialEnd, VersionNumber};
use crate::center::Condition;
use crate::record::{AgentFailure, HoldReason, Outcome, Reason, Switch};
use crate::value::{AgentId, AttemptId, CallbackId, EffectId, Instant, Name, Phone};

/// Whether a call fired all that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Advanced {
    /// Nothing that is due is left.
    Done,
    /// The call fired as much as one call does; call again.
    More,
    /// A deadline is overdue by more than the center's `max_lag`: the host was away. Nothing fires until it says
    /// [`Command::Resume`](super::Command::Resume).
    Late,
}

/// One effect. A host that stores the ids it has done can do each exactly once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Counts up by one.
    pub id: EffectId,
    /// When it came about, which may be before the call that returned it.
    pub at: Instant,
    /// What it is.
    pub kind: EffectKind,
}

/// What the host is to do or to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// A fact, for the log and for whoever watches.
    Event(Event),
    /// Show a callback to an agent, who accepts or rejects it.
    Offer(Offer),
    /// An offer stands no more, though nobody answered it.
    Withdraw {
        /// Which callback.
        callback: CallbackId,
        /// To whom it was offered.
        agent: AgentId,
    },
    /// Tell a customer something.
    Push(Push),
    /// Place a call.
    Dial(Dial),
    /// Connect an agent to the customer on the line.
    Connect(Connect),
    /// End a call, whatever its state.
    HangUp(HangUp),
    /// A request with a key that was used before: it is this callback's, and nothing changed.
    Repeated {
        /// The first request's callback.
        callback: CallbackId,
    },
    /// This is the callback of a customer who calls, and its place is the caller's.
    Expected {
        /// Which.
        callback: CallbackId,
        /// Its place in line.
        place: Instant,
    },
    /// A script printed something.
    Log(Log),
    /// The host's clock went back; the engine's stands still until it has caught up.
    ClockWentBack {
        /// What the host said.
        to: Instant,
    },
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A request was accepted.
    Accepted {
        /// Its callback.
        callback: CallbackId,
    },
    /// A request was rejected; nothing was consumed or stored.
    Rejected {
        /// The id it asked for.
        callback: CallbackId,
        /// The check that failed.
        code: Code,
    },
    /// A callback waits for its time.
    Scheduled {
        /// Which.
        callback: CallbackId,
        /// That time.
        desired: Instant,
    },
    /// A scheduled callback was moved to another time, and its place with it: lost if it is later, else gained.
    Rescheduled {
        /// Which.
        callback: CallbackId,
        /// Its place until now.
        from: Instant,
        /// Its desired time, and its place, from now on.
        desired: Instant,
    },
    /// Somebody of the center changed a callback; its place is as it was. Only what is another now is named.
    Updated {
        /// Which.
        callback: CallbackId,
        /// The number to call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<Phone>,
        /// The names of its attributes that were set or taken away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attributes: Vec<SmolStr>,
        /// Its priority.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        priority: Option<i64>,
        /// The queue that it stands in, or will enter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<Name>,
        /// How many ranked before it in its queue, where it was Queued.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<usize>,
        /// How many do from now on: it lost if they are more, gained if they are fewer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<usize>,
    },
    /// Somebody of the center gave a callback to one agent, or to all again.
    Assigned {
        /// Which.
        callback: CallbackId,
        /// Who alone may serve it; whoever meets what is required, if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
    },
    /// What was to be done to many callbacks could not be done to this one, to which nothing happened.
    Refused {
        /// Which.
        callback: CallbackId,
        /// Why, for programs: see [`Refusal::code`](super::Refusal::code).
        code: SmolStr,
        /// Why, for people.
        sentence: String,
    },
    /// What was to be done to many callbacks was done to all of which nothing else was said.
    Bulk {
        /// To how many it was done.
        done: u32,
        /// To how many it could not be done.
        refused: u32,
    },
    /// A callback that was over was asked for anew, and that was accepted.
    Recreated {
        /// The new one.
        callback: CallbackId,
        /// The one that was over.
        of: CallbackId,
    },
    /// A queue closed, and a callback in its line was put off until it is open again; its place is as it was.
    PutOff {
        /// Which.
        callback: CallbackId,
        /// The time for which it is booked.
        desired: Instant,
    },
    /// A slot is held for somebody who makes up their mind.
    SlotHeld {
        /// The id of the hold.
        hold: SmolStr,
        /// Of which service.
        service: Name,
        /// When the slot starts.
        slot: Instant,
        /// When the hold is over.
        until: Instant,
    },
    /// Nobody used a hold in time: its slot has room again.
    HoldExpired {
        /// Which.
        hold: SmolStr,
    },
    /// A callback entered a queue for the first time.
    Queued {
        /// Which.
        callback: CallbackId,
        /// The queue.
        queue: Name,
        /// The whole requirement there.
        need: SmolStr,
        /// The score.
        score: i64,
    },
    /// A callback took the next step of its plan.
    Step {
        /// Which.
        callback: CallbackId,
        /// The queue from now on.
        queue: Name,
        /// The whole requirement from now on.
        need: SmolStr,
        /// The condition that moved it, where one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<Condition>,
    },
    /// A callback came back to the line; its place is as it was.
    Returned {
        /// Which.
        callback: CallbackId,
        /// What ended its time with the agent.
        why: SmolStr,
    },
    /// A callback waits before it can be matched.
    Held {
        /// Which.
        callback: CallbackId,
        /// Until then.
        until: Instant,
        /// Why.
        why: HoldReason,
    },
    /// An agent was reserved.
    Reserved {
        /// For which callback.
        callback: CallbackId,
        /// Who.
        agent: AgentId,
        /// From which queue.
        queue: Name,
        /// The callback's score then.
        score: i64,
    },
    /// A callback was offered to its agent.
    Offered {
        /// Which callback.
        callback: CallbackId,
        /// To whom.
        agent: AgentId,
        /// Until when.
        until: Instant,
    },
    /// A customer was told something.
    Notified {
        /// Of which callback.
        callback: CallbackId,
        /// What: `confirm`, `call_in`.
        kind: SmolStr,
    },
    /// The agent's leg failed; the agent is not ready until they say so.
    AgentFailed {
        /// For which callback.
        callback: CallbackId,
        /// Of which attempt.
        attempt: AttemptId,
        /// Who.
        agent: AgentId,
        /// How.
        why: AgentFailure,
    },
    /// A customer asked to be called later, which is the callback's place from now on.
    Snoozed {
        /// Which callback.
        callback: CallbackId,
        /// Not before this.
        until: Instant,
    },
    /// A call is placed.
    Dialing {
        /// For which callback.
        callback: CallbackId,
        /// The attempt.
        attempt: AttemptId,
        /// Who waits for the customer; nobody, if the call is placed before an agent is free.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// The number called.
        number: Phone,
    },
    /// An attempt ended.
    Outcome {
        /// Of which callback.
        callback: CallbackId,
        /// The attempt.
        attempt: AttemptId,
        /// How.
        outcome: Outcome,
    },
    /// Agent and customer talk.
    Connected {
        /// The customer's callback.
        callback: CallbackId,
        /// The agent.
        agent: AgentId,
    },
    /// An interaction ended.
    Ended {
        /// The customer's callback.
        callback: CallbackId,
        /// The agent.
        agent: AgentId,
    },
    /// An interaction that nobody ended was ended.
    TalkTimeout {
        /// The customer's callback.
        callback: CallbackId,
        /// The agent, not ready until they say so.
        agent: AgentId,
    },
    /// A customer answered an attempt that was over.
    LateAnswer {
        /// The callback, where it is still known.
        #[serde(skip_serializing_if = "Option::is_none")]
        callback: Option<CallbackId>,
        /// The attempt.
        attempt: AttemptId,
    },
    /// A callback is over.
    Completed {
        /// Which.
        callback: CallbackId,
        /// Why.
        reason: Reason,
    },
    /// Number and attributes of a completed callback were erased.
    Redacted {
        /// Which.
        callback: CallbackId,
    },
    /// A callback is gone.
    Purged {
        /// Which.
        callback: CallbackId,
    },
    /// A callback is turned to another of its customer's numbers.
    NextNumber {
        /// Which.
        callback: CallbackId,
        /// The number that is called from now on.
        number: Phone,
    },
    /// An agent's presence changed.
    Agent {
        /// Who.
        agent: AgentId,
        /// To what.
        state: AgentState,
        /// Why the agent is not ready, where a word for it was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Name>,
    },
    /// An agent's wrap-up takes longer.
    WrapUpExtended {
        /// Whose.
        agent: AgentId,
        /// When the first of those under way is over now.
        until: Instant,
    },
    /// A script failed and the engine answered itself.
    Fault {
        /// About which callback.
        callback: CallbackId,
        /// The hook.
        hook: Hook,
        /// What went wrong.
        message: SmolStr,
        /// Where in the script, from 1; 0 if unknown.
        line: u32,
        /// The candidate of a canary whose script it is; that in force if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<VersionNumber>,
    },
    /// A step of a callback's plan did not move it: the queue takes in nobody at present.
    PassedOver {
        /// Which.
        callback: CallbackId,
        /// That queue.
        queue: Name,
    },
    /// A switch of a queue was turned.
    Switched {
        /// Which queue.
        queue: Name,
        /// Which switch.
        switch: Switch,
        /// Whether it is on from now on.
        on: bool,
    },
    /// A calendar was closed at once, or such a close ended.
    Calendar {
        /// Which calendar.
        calendar: Name,
        /// Whether it is closed, whatever its hours and the configuration say; goes by the configuration if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        closed: Option<bool>,
    },
    /// The center is configured anew.
    Reconfigured {
        /// Its name from now on.
        center: SmolStr,
    },
    /// The host was away from now on, and said so only then: nobody is matched in between.
    Away {
        /// When it was back.
        until: Instant,
    },
    /// Another version of the application is in force.
    Deployed {
        /// Its number.
        version: VersionNumber,
        /// What people call it.
        name: SmolStr,
        /// The hash of its text: xxh3, 128 bits, in hexadecimal.
        hash: SmolStr,
    },
    /// A candidate runs beside the version in force.
    Tried {
        /// Its number.
        version: VersionNumber,
        /// What people call it.
        name: SmolStr,
        /// The hash of its text: xxh3, 128 bits, in hexadecimal.
        hash: SmolStr,
        /// How it runs.
        trial: Trial,
    },
    /// A trial is over.
    TrialEnded {
        /// The candidate.
        version: VersionNumber,
        /// Why.
        why: TrialEnd,
    },
    /// An earlier version is in force again; those after it are gone.
    RolledBack {
        /// It.
        version: VersionNumber,
        /// The one in force until now.
        from: VersionNumber,
        /// Why.
        why: ReturnReason,
    },
    /// The candidate in the shadow answered otherwise than the version in force, whose answer counts.
    Disagreed {
        /// About which callback.
        callback: CallbackId,
        /// What was asked.
        hook: Hook,
        /// The candidate.
        version: VersionNumber,
        /// What the version in force answered.
        live: Said,
        /// What the candidate answered.
        candidate: Said,
    },
    /// A hook failed too often in a row and is not asked any more.
    SetAside {
        /// The hook.
        hook: Hook,
        /// How many faults in a row.
        faults: u32,
    },
}

/// An agent's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// Wants calls.
    Ready,
    /// Wants no calls.
    NotReady,
    /// Finishes up after an interaction.
    WrapUp,
    /// Not there.
    LoggedOut,
}
