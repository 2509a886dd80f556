//! What the world is going to do, and in which order.

use std::collections::{BTreeMap, VecDeque};
use std::iter::Peekable;

use ringback_engine::protocol::Command;
use ringback_engine::{AgentId, AttemptId, CallbackId, Instant};

use crate::streams::{ChangeLine, RosterLine, Shift, StreamError, TrafficLine};

/// Something the world does at an instant.
#[derive(Debug)]
pub(super) enum Act {
    /// An agent's shift begins, changes or ends.
    Shift(AgentId, Shift),
    /// A customer cancels.
    Cancel(CallbackId),
    /// What somebody says who was asked for something, or how what was begun goes on.
    Say(Box<Command>),
    /// Somebody of the center changes something.
    Change(Box<ChangeLine>),
    /// A customer asks.
    Request(Box<TrafficLine>),
}

/// What is under way, of which there is one at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pending {
    /// An attempt, a customer's wait on the line, or an interaction.
    Attempt(AttemptId),
    /// The leg of the agent who is to be connected.
    Leg(AttemptId),
    /// A question to an agent or to the customer.
    Question(CallbackId),
}

/// What the world is going to do.
pub(super) struct Agenda<T: Iterator, R: Iterator> {
    traffic: Peekable<T>,
    roster: Peekable<R>,
    /// What people of the center do, in order.
    changes: VecDeque<ChangeLine>,
    /// The roster's lines of the present instant: those that come first, and those that wait for calls to end.
    arrivals: VecDeque<RosterLine>,
    departures: VecDeque<RosterLine>,
    /// Ends of attempts and interactions, and answers, equals in the order of their beginnings.
    calls: BTreeMap<(Instant, u64), (Pending, Act)>,
    pending: BTreeMap<Pending, (Instant, u64)>,
    begun: u64,
    /// Cancellations, equals in the order of the requests.
    cancels: BTreeMap<(Instant, u64), CallbackId>,
    /// Whatever else customers ask for, equals in the order of the requests.
    wishes: BTreeMap<(Instant, u64), Command>,
    asked: u64,
}

impl<T, R> Agenda<T, R>
where
    T: Iterator<Item = Result<TrafficLine, StreamError>>,
    R: Iterator<Item = Result<RosterLine, StreamError>>,
{
    pub(super) fn new(traffic: T, roster: R, changes: Vec<ChangeLine>) -> Self {
        Self {
            traffic: traffic.peekable(),
            roster: roster.peekable(),
            changes: changes.into(),
            arrivals: VecDeque::new(),
            departures: VecDeque::new(),
            calls: BTreeMap::new(),
            pending: BTreeMap::new(),
            begun: 0,
            cancels: BTreeMap::new(),
            wishes: BTreeMap::new(),
            asked: 0,
        }
    }

    /// The instant of the next act; `None` if there is none. Lines that are bad are passed over.
    pub(super) fn next_at(&mut self) -> Result<Option<Instant>, StreamError> {
        let waiting = self.arrivals.front().or(self.departures.front()).map(|line| line.at);
        let roster = front(&mut self.roster)?.map(|line| line.at);
        let traffic = front(&mut self.traffic)?.map(|line| line.at);
        let call = self.calls.first_key_value().map(|((at, _), _)| *at);
        let cancel = self.cancels.first_key_value().map(|((at, _), _)| *at);
        let wish = self.wishes.first_key_value().map(|((at, _), _)| *at);
        let change = self.changes.front().map(|line| line.at);
        Ok([waiting, roster, call, cancel, wish, change, traffic].into_iter().flatten().min())
    }

    /// Takes the first of the acts due at `now`.
    pub(super) fn take(&mut self, now: Instant) -> Result<Option<Act>, StreamError> {
        while let Some(line) = take_due(&mut self.roster, |line: &RosterLine| line.at <= now)? {
            match line.event {
                Shift::LogIn | Shift::Ready => self.arrivals.push_back(line),
                Shift::NotReady(_) | Shift::ExtendWrapUp(_) | Shift::LogOut => {
                    self.departures.push_back(line)
                }
            }
        }
        if let Some(line) = self.arrivals.pop_front() {
            return Ok(Some(Act::Shift(line.agent, line.event)));
        }
        if let Some((pending, act)) = take_first(&mut self.calls, now) {
            self.pending.remove(&pending);
            return Ok(Some(act));
        }
        if let Some(line) = self.departures.pop_front() {
            return Ok(Some(Act::Shift(line.agent, line.event)));
        }
        if let Some(callback) = take_first(&mut self.cancels, now) {
            return Ok(Some(Act::Cancel(callback)));
        }
        if let Some(wish) = take_first(&mut self.wishes, now) {
            return Ok(Some(Act::Say(Box::new(wish))));
        }
        if self.changes.front().is_some_and(|line| line.at <= now)
            && let Some(line) = self.changes.pop_front()
        {
            return Ok(Some(Act::Change(Box::new(line))));
        }
        let line = take_due(&mut self.traffic, |line: &TrafficLine| line.at <= now)?;
        Ok(line.map(|line| Act::Request(Box::new(line))))
    }

    /// Something begins that `act` ends at `at`, in place of what was pending of the same.
    pub(super) fn begin(&mut self, at: Instant, pending: Pending, act: Act) {
        self.end(&pending);
        self.begun += 1;
        self.pending.insert(pending.clone(), (at, self.begun));
        self.calls.insert((at, self.begun), (pending, act));
    }

    /// Something is over before its end came.
    pub(super) fn end(&mut self, pending: &Pending) {
        if let Some(key) = self.pending.remove(pending) {
            self.calls.remove(&key);
        }
    }

    /// An attempt, or the interaction it led to, is over.
    pub(super) fn hang_up(&mut self, attempt: AttemptId) {
        self.end(&Pending::Attempt(attempt));
        self.end(&Pending::Leg(attempt));
    }

    /// A customer will cancel at `at`.
    pub(super) fn cancel(&mut self, at: Instant, callback: CallbackId) {
        self.asked += 1;
        self.cancels.insert((at, self.asked), callback);
    }

    /// A customer will say this at `at`.
    pub(super) fn wish(&mut self, at: Instant, command: Command) {
        self.asked += 1;
        self.wishes.insert((at, self.asked), command);
    }
}

/// The next good line, left where it is.
fn front<T>(
    lines: &mut Peekable<impl Iterator<Item = Result<T, StreamError>>>,
) -> Result<Option<&T>, StreamError> {
    while lines.next_if(|line| matches!(line, Err(StreamError::Bad(_)))).is_some() {}
    match lines.peek() {
        None => Ok(None),
        Some(Ok(line)) => Ok(Some(line)),
        Some(Err(error)) => Err(error.clone()),
    }
}

/// The next good line, if it is `due`.
fn take_due<T>(
    lines: &mut Peekable<impl Iterator<Item = Result<T, StreamError>>>,
    due: impl Fn(&T) -> bool,
) -> Result<Option<T>, StreamError> {
    if !front(lines)?.is_some_and(due) {
        return Ok(None);
    }
    lines.next().transpose()
}

/// The first of what is due at `now`.
fn take_first<T>(pending: &mut BTreeMap<(Instant, u64), T>, now: Instant) -> Option<T> {
    let first = pending.first_entry()?;
    (first.key().0 <= now).then(|| first.remove())
}
