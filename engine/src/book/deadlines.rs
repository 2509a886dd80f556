//! Every cause of waking, in one order: instant, cause, the request's number, owner.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::center::{AgentIndex, QueueIndex, ServiceIndex};
use crate::record::{Cause, Deadline};
use crate::value::{Instant, Phone, Sequence};

/// What a deadline belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// A callback: its cause says what happens.
    Callback(Sequence),
    /// An agent in wrap-up.
    Agent(AgentIndex),
    /// A number that is fenced, at its limit, or whose attempts are to be forgotten.
    Number(Phone),
    /// A queue whose hours change.
    Queue(QueueIndex),
    /// A request's key.
    Key(SmolStr),
    /// A key of the `throttle` hook.
    Limit(SmolStr),
    /// A count of attempts.
    Attempts(SmolStr),
    /// A queue that closes, and whose callbacks act on it.
    Closing(QueueIndex),
    /// A queue with overflow that time may open.
    Overflow(QueueIndex),
    /// A hold on a slot.
    Hold(SmolStr),
    /// A slot with bookings.
    Slot(ServiceIndex, Instant),
    /// Whom customers talked with last.
    LastAgents,
}

/// A deadline with its owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Due {
    /// When and why.
    pub(crate) deadline: Deadline,
    /// The number of the request it concerns; zero if it concerns none.
    sequence: Sequence,
    /// Whose it is.
    pub(crate) owner: Owner,
}

/// Deadlines in the order in which they fire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Deadlines(BTreeSet<Due>);

impl Deadlines {
    pub(super) fn first(&self) -> Option<&Due> {
        self.0.first()
    }

    pub(super) fn callback(&mut self, callback: Sequence, deadline: Deadline, set: bool) {
        self.put(Due { deadline, sequence: callback, owner: Owner::Callback(callback) }, set);
    }

    pub(super) fn wrap_up(&mut self, agent: AgentIndex, callback: Sequence, at: Instant, set: bool) {
        let deadline = Deadline { at, cause: Cause::WrapUp };
        self.put(Due { deadline, sequence: callback, owner: Owner::Agent(agent) }, set);
    }

    pub(super) fn other(&mut self, owner: Owner, at: Instant, set: bool) {
        let cause = match owner {
            Owner::Number(_) => Cause::Number,
            Owner::Queue(_) | Owner::Closing(_) => Cause::Hours,
            Owner::Overflow(_) => Cause::Step,
            _ => Cause::Sweep,
        };
        self.put(Due { deadline: Deadline { at, cause }, sequence: Sequence(0), owner }, set);
    }

    /// Sets a deadline, or clears it.
    fn put(&mut self, due: Due, set: bool) {
        if set {
            self.0.insert(due);
        } else {
            self.0.remove(&due);
        }
    }
}
