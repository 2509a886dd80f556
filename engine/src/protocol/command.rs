//! Commands: what the host tells the engine.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Changes, Trial};
use crate::center::Center;
use crate::record::{AgentFailure, Outcome, Request, Switch};
use crate::value::{AgentId, AttemptId, CallbackId, Duration, Instant, Name, Phone};

/// What the host tells the engine to do, or that has happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// A customer asks for a callback.
    Request(Request),
    /// Somebody cancels a callback.
    Cancel {
        /// Which.
        callback: CallbackId,
        /// Who.
        by: CancelledBy,
    },
    /// Somebody moves a scheduled callback to another time. Its new slot is taken before the old one is given back.
    Reschedule {
        /// Which.
        callback: CallbackId,
        /// Its desired time from now on.
        to: Instant,
    },
    /// Somebody of the center changes a callback that is Scheduled or Queued; its place stays. What is so already is no
    /// change and no error.
    Update {
        /// Which.
        callback: CallbackId,
        /// What of it.
        changes: Changes,
    },
    /// Somebody of the center gives a callback that is Scheduled or Queued to one agent: nobody else may serve it, and this
    /// agent may, whatever its queue and its plan require. Hours, windows, fences and the agent's capacity hold.
    Assign {
        /// Which.
        callback: CallbackId,
        /// Who; whoever meets what is required, as before, if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
    },
    /// Somebody of the center does one thing to many callbacks, in their order, at most [`MOST_AT_ONCE`]. Each is as if it were
    /// the only one: what can't be done to one does not hold up the others, and is said of it.
    ///
    /// [`MOST_AT_ONCE`]: crate::center::MOST_AT_ONCE
    Bulk {
        /// Which.
        callbacks: Vec<CallbackId>,
        /// What.
        #[serde(flatten)]
        deed: BulkDeed,
    },
    /// Somebody of the center asks anew for a callback that is over, not purged, and was not served: the same request, as it
    /// stands now, under another id and without its key. It is admitted as any; a desired time that is past is left out.
    Recreate {
        /// Which.
        callback: CallbackId,
        /// The id that the new one will have.
        id: CallbackId,
    },
    /// Reserves a slot while a customer makes up their mind: for [`SLOT_HELD`](crate::center::SLOT_HELD), or until a
    /// request names the hold.
    HoldSlot {
        /// The id of the hold, which the host chooses; it can be used again once the hold is over.
        hold: SmolStr,
        /// Of which service.
        service: Name,
        /// An instant in the slot.
        at: Instant,
    },
    /// An agent logs in and is ready. While logged in already, idle time and counts start anew and a pending
    /// log-out is withdrawn.
    LogIn {
        /// Who.
        agent: AgentId,
    },
    /// An agent wants calls.
    Ready {
        /// Who.
        agent: AgentId,
    },
    /// An agent wants no calls; what is under way goes on.
    NotReady {
        /// Who.
        agent: AgentId,
        /// Why, in a word of the center's: `lunch`. Another word than before is a change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Name>,
    },
    /// An agent needs longer for what comes after an interaction: each wrap-up under way that has an end has it later.
    ExtendWrapUp {
        /// Who.
        agent: AgentId,
        /// How much later.
        by: Duration,
    },
    /// An agent logs out, as soon as what is under way ends.
    LogOut {
        /// Who.
        agent: AgentId,
    },
    /// An agent vanished: what was under way ends now.
    AgentLost {
        /// Who.
        agent: AgentId,
    },
    /// How an attempt ended.
    Outcome {
        /// Which attempt.
        attempt: AttemptId,
        /// How.
        outcome: Outcome,
    },
    /// An interaction ended.
    Ended {
        /// The attempt that led to it.
        attempt: AttemptId,
    },
    /// The host can't go on with a callback: it completes `FAIL_ERROR`.
    Fail {
        /// Which; neither Processing nor over.
        callback: CallbackId,
    },
    /// Somebody of the center turns a switch of a queue. Turning it to where it is does nothing and is no error.
    Switch {
        /// Which queue.
        queue: Name,
        /// Which switch.
        switch: Switch,
        /// Whether it is on from now on.
        on: bool,
    },
    /// Somebody of the center closes a calendar at once, or ends that: it goes before the configuration, and stands until it
    /// is taken back. What is so already is done again without an event.
    CloseCalendar {
        /// Which calendar.
        calendar: Name,
        /// Whether it is closed whatever its hours say, or goes by them though it is configured as closed; goes by the
        /// configuration if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        closed: Option<bool>,
    },
    /// The center is configured anew. Everybody keeps their place; what is gone must not be in use.
    Reconfigure {
        /// The whole new configuration.
        center: Box<Center>,
    },
    /// Another version of the application is in force from now on: the next question goes to it, and callbacks keep the plan they
    /// have. A trial ends. One that does not check is refused, and the one in force stays.
    Deploy {
        /// What people call it: a file's name.
        name: String,
        /// Its text.
        source: String,
    },
    /// A candidate runs beside the version in force, in its shadow or for a share of callbacks. A trial that is on ends.
    Try {
        /// What people call it: a file's name.
        name: String,
        /// Its text.
        source: String,
        /// How it runs.
        trial: Trial,
    },
    /// The candidate is in force from now on.
    Promote,
    /// The trial ends, and the candidate is gone.
    EndTrial,
    /// The version before the one in force comes back, and the one in force is gone.
    RollBack,
    /// What could tell who a customer was goes for good: the number, and the attributes, tags and keys of its callbacks,
    /// which are over; what was counted of the number, and whom the customer talked with last. What they did stays. Erasing what is gone does nothing.
    Erase {
        /// The customer's number. It stands in the journal until that is turned over; see `DESIGN.md`.
        phone: Phone,
    },
    /// An interaction ended, and the callback is not over.
    Disposed {
        /// The attempt that led to it.
        attempt: AttemptId,
        /// How the callback goes on.
        disposition: Disposition,
    },
    /// An agent takes a callback that was offered.
    Accept {
        /// Which.
        callback: CallbackId,
        /// Who.
        agent: AgentId,
    },
    /// An agent does not take a callback that was offered.
    Reject {
        /// Which.
        callback: CallbackId,
        /// Who.
        agent: AgentId,
    },
    /// The customer confirms that a call is welcome now.
    Confirmed {
        /// Of which callback.
        callback: CallbackId,
    },
    /// The agent's leg is connected to the customer on the line.
    Connected {
        /// The customer's attempt.
        attempt: AttemptId,
    },
    /// The agent's leg failed.
    AgentFailed {
        /// Of which attempt.
        attempt: AttemptId,
        /// How.
        failure: AgentFailure,
    },
    /// Somebody who may have been told to call in calls: whose callback it is follows from the code, else from the
    /// caller's number, else from the number called, where a single invitation names it.
    CalledIn {
        /// The caller's number, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Phone>,
        /// The number called, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dialled: Option<Phone>,
        /// The code that the caller gave.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<SmolStr>,
    },
    /// A customer calls the center before being called.
    InboundContact {
        /// The customer's number.
        number: Phone,
        /// The service that was called; all of them if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<Name>,
    },
    /// A customer asks to be called later.
    Snooze {
        /// Which callback.
        callback: CallbackId,
        /// How much later; the queue's `snooze` if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Duration>,
    },
    /// The host was away and is back: what it missed happens now, without anybody being called, and what was under
    /// way when it left is over, nobody knows how. Refused unless a deadline is overdue by more than `max_lag`.
    Resume,
}

/// How a callback goes on after an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Back to the line, with its place.
    Requeue,
    /// Scheduled for this instant, which is its place from now on.
    Reschedule(Instant),
}

/// Who cancels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBy {
    /// The customer.
    Customer,
    /// Somebody of the center.
    Admin,
}

/// What is done to many callbacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum BulkDeed {
    /// See [`Command::Cancel`].
    Cancel {
        /// Who.
        by: CancelledBy,
    },
    /// See [`Command::Reschedule`].
    Reschedule {
        /// Their desired time from now on.
        to: Instant,
    },
    /// See [`Command::Assign`].
    Assign {
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
    },
}
