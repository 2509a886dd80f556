//! What the world is going to do, and in which order.

use std::collections::{BTreeMap, VecDeque};
use std::iter::Peekable;

use ringback_engine::record::Outcome;
use ringback_engine::{AgentId, AttemptId, CallbackId, Instant};

use crate::streams::{ChangeLine, RosterLine, Shift, StreamError, TrafficLine};

/// Something the world does at an instant.
#[derive(Debug)]
pub(super) enum Act {
    /// An agent's shift begins, changes or ends.
    Shift(AgentId, Shift),
    /// An attempt ends.
    Outcome(AttemptId, Outcome),
    /// An interaction ends.
    End(AttemptId),
    /// A customer cancels.
    Cancel(CallbackId),
    /// A customer moves an appointment to another time.
    Reschedule(CallbackId, Instant),
    /// Somebody of the center changes something.
    Change(Box<ChangeLine>),
    /// A customer asks.
    Request(Box<TrafficLine>),
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
    /// Ends of attempts and interactions, equals in the order of their beginnings.
    calls: BTreeMap<(Instant, u64), Ending>,
    by_attempt: BTreeMap<AttemptId, (Instant, u64)>,
    begun: u64,
    /// Cancellations, equals in the order of the requests.
    cancels: BTreeMap<(Instant, u64), CallbackId>,
    /// Appointments that are moved, and to when, equals in the order of the requests.
    moves: BTreeMap<(Instant, u64), (CallbackId, Instant)>,
    asked: u64,
}

#[derive(Debug)]
enum Ending {
    Attempt(AttemptId, Outcome),
    Interaction(AttemptId),
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
            by_attempt: BTreeMap::new(),
            begun: 0,
            cancels: BTreeMap::new(),
            moves: BTreeMap::new(),
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
        let moved = self.moves.first_key_value().map(|((at, _), _)| *at);
        let change = self.changes.front().map(|line| line.at);
        Ok([waiting, roster, call, cancel, moved, change, traffic].into_iter().flatten().min())
    }

    /// Takes the first of the acts due at `now`.
    pub(super) fn take(&mut self, now: Instant) -> Result<Option<Act>, StreamError> {
        while let Some(line) = take_due(&mut self.roster, |line: &RosterLine| line.at <= now)? {
            match line.event {
                Shift::LogIn | Shift::Ready => self.arrivals.push_back(line),
                Shift::NotReady | Shift::LogOut => self.departures.push_back(line),
            }
        }
        if let Some(line) = self.arrivals.pop_front() {
            return Ok(Some(Act::Shift(line.agent, line.event)));
        }
        if let Some(ending) = take_first(&mut self.calls, now) {
            return Ok(Some(match ending {
                Ending::Attempt(attempt, outcome) => {
                    self.by_attempt.remove(&attempt);
                    Act::Outcome(attempt, outcome)
                }
                Ending::Interaction(attempt) => {
                    self.by_attempt.remove(&attempt);
                    Act::End(attempt)
                }
            }));
        }
        if let Some(line) = self.departures.pop_front() {
            return Ok(Some(Act::Shift(line.agent, line.event)));
        }
        if let Some(callback) = take_first(&mut self.cancels, now) {
            return Ok(Some(Act::Cancel(callback)));
        }
        if let Some((callback, to)) = take_first(&mut self.moves, now) {
            return Ok(Some(Act::Reschedule(callback, to)));
        }
        if let Some(line) = self.changes.pop_front_if(|line| line.at <= now) {
            return Ok(Some(Act::Change(Box::new(line))));
        }
        let line = take_due(&mut self.traffic, |line: &TrafficLine| line.at <= now)?;
        Ok(line.map(|line| Act::Request(Box::new(line))))
    }

    /// An attempt begins that will end at `at`.
    pub(super) fn attempt(&mut self, at: Instant, attempt: AttemptId, outcome: Outcome) {
        self.begin(at, attempt, Ending::Attempt(attempt, outcome));
    }

    /// An interaction begins that will end at `at`.
    pub(super) fn interaction(&mut self, at: Instant, attempt: AttemptId) {
        self.begin(at, attempt, Ending::Interaction(attempt));
    }

    /// An attempt, or the interaction it led to, is over.
    pub(super) fn hang_up(&mut self, attempt: AttemptId) {
        if let Some(key) = self.by_attempt.remove(&attempt) {
            self.calls.remove(&key);
        }
    }

    /// A customer will cancel at `at`.
    pub(super) fn cancel(&mut self, at: Instant, callback: CallbackId) {
        self.asked += 1;
        self.cancels.insert((at, self.asked), callback);
    }

    /// A customer will move an appointment at `at` to `to`.
    pub(super) fn reschedule(&mut self, at: Instant, callback: CallbackId, to: Instant) {
        self.moves.insert((at, self.asked), (callback, to));
        self.asked += 1;
    }

    fn begin(&mut self, at: Instant, attempt: AttemptId, ending: Ending) {
        self.hang_up(attempt);
        self.begun += 1;
        self.by_attempt.insert(attempt, (at, self.begun));
        self.calls.insert((at, self.begun), ending);
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
