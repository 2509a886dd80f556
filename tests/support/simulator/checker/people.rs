//! What the checker knows of agents.

use std::collections::BTreeMap;

use ringback_engine::Instant;
use ringback_engine::protocol::AgentState;

/// An agent.
#[derive(Debug, Default)]
pub(super) struct Person {
    pub(super) session: Option<Session>,
    /// The sequences of the callbacks that hold the agent, reserved or talking.
    pub(super) holds: Vec<u64>,
}

/// What an agent does while logged in.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) since: Instant,
    /// Milliseconds since log-in that reservations, interactions and wrap-ups took, and that interactions took, as far
    /// as they are over; and what is under way: since when it takes the agent, and since when they talk.
    pub(super) spent: (i64, i64),
    pub(super) under_way: BTreeMap<u64, (Instant, Option<Instant>)>,
    pub(super) ready: bool,
    pub(super) leaving: bool,
    pub(super) idle_since: Instant,
    pub(super) calls: u64,
    pub(super) wrap_ups: Vec<WrappingUp>,
}

/// A wrap-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WrappingUp {
    /// When it is over; when the agent says what comes next, if absent.
    pub(super) until: Option<Instant>,
    /// Since when its callback took the agent.
    pub(super) from: Instant,
}

impl Session {
    /// Milliseconds since log-in that work took, and that interactions took; at one time each counts.
    pub(super) fn spent(&self, now: Instant) -> (i64, i64) {
        let since_log_in = |from: Instant| now.millis() - from.max(self.since).millis();
        let wrap_ups = self.wrap_ups.iter().map(|wrap_up| (wrap_up.from, None));
        self.under_way.values().copied().chain(wrap_ups).fold(self.spent, |(busy, talk), (from, talks)| {
            (busy + since_log_in(from), talk + talks.map_or(0, since_log_in))
        })
    }

    /// What a callback took of the agent is over, but for a wrap-up.
    pub(super) fn let_go(&mut self, sequence: u64, now: Instant) -> Option<Instant> {
        let since_log_in = |from: Instant| now.millis() - from.max(self.since).millis();
        let (from, talks) = self.under_way.remove(&sequence)?;
        self.spent.1 += talks.map_or(0, since_log_in);
        Some(from)
    }

    /// The wrap-up that is over by itself first.
    pub(super) fn first_end(&self) -> Option<Instant> {
        self.wrap_ups.iter().filter_map(|wrap_up| wrap_up.until).min()
    }

    /// The agent says what comes next, and wrap-ups that waited for that are over.
    pub(super) fn end_open_wrap_ups(&mut self, now: Instant) {
        let over: Vec<_> = self.wrap_ups.extract_if(.., |wrap_up| wrap_up.until.is_none()).collect();
        over.into_iter().for_each(|wrap_up| self.free(wrap_up.from, now));
    }

    /// A unit of work is over, which began then.
    pub(super) fn free(&mut self, from: Instant, now: Instant) {
        self.spent.0 += now.millis() - from.max(self.since).millis();
        self.idle_since = now;
    }
}

impl Person {
    /// Units of capacity that are at work.
    pub(super) fn load(&self) -> usize {
        self.holds.len() + self.session.as_ref().map_or(0, |session| session.wrap_ups.len())
    }

    pub(super) fn is_ready(&self, capacity: u32) -> bool {
        self.load() < capacity as usize && self.session.as_ref().is_some_and(|s| s.ready && !s.leaving)
    }

    pub(super) fn state(&self) -> AgentState {
        match &self.session {
            None => AgentState::LoggedOut,
            Some(session) if !session.wrap_ups.is_empty() => AgentState::WrapUp,
            Some(Session { ready: true, .. }) => AgentState::Ready,
            Some(_) => AgentState::NotReady,
        }
    }
}
