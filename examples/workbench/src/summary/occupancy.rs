//! What agents do with their logged-in time: how much of it they are busy (reserved, talking, or in wrap-up, with one
//! callback or more), and how much not ready, by reason.

use std::collections::BTreeMap;

use ringback_engine::protocol::AgentState;
use ringback_engine::{AgentId, Instant, Name};

use super::{Occupancy, Seconds};

/// The reason of those who gave none.
const NOT_SAID: Name = Name::new_static("not said");

/// The shifts of all agents.
#[derive(Clone, Debug, Default)]
pub(super) struct Shifts {
    agents: BTreeMap<AgentId, Shift>,
    not_ready: BTreeMap<Name, i64>,
}

#[derive(Clone, Debug, Default)]
struct Shift {
    since: Option<Instant>,
    busy_since: Option<Instant>,
    /// Callbacks for which the agent is reserved or talks.
    held: u32,
    wraps_up: bool,
    /// Why the agent is not ready, if so.
    away: Option<Name>,
    /// Since when the agent is neither ready nor busy.
    away_since: Option<Instant>,
    logged_in: i64,
    busy: i64,
}

impl Shift {
    /// Busy time begins or ends, if what is under way says so.
    fn count(&mut self, now: Instant) {
        if self.held > 0 || self.wraps_up {
            self.busy_since.get_or_insert(now);
        } else if let Some(since) = self.busy_since.take() {
            self.busy += now.since(since).millis().max(0);
        }
    }

    /// What may have kept the agent from calls until now: a reason, and how long; if it still does, it begins anew.
    fn take_away(&mut self, now: Instant) -> Option<(Name, i64)> {
        let span = self.away_since.take().map(|since| now.since(since).millis()).filter(|span| *span > 0);
        if self.away.is_some() && self.held == 0 && !self.wraps_up && self.since.is_some() {
            self.away_since = Some(now);
        }
        self.away.clone().zip(span)
    }

    fn end(&mut self, now: Instant) {
        (self.held, self.wraps_up, self.away) = (0, false, None);
        self.count(now);
        if let Some(since) = self.since.take() {
            self.logged_in += now.since(since).millis().max(0);
        }
    }
}

impl Shifts {
    /// An agent's presence changed.
    pub(super) fn presence(
        &mut self,
        agent: &AgentId,
        state: AgentState,
        reason: Option<&Name>,
        now: Instant,
    ) {
        self.count_away(agent, now);
        let shift = self.shift(agent);
        match state {
            AgentState::LoggedOut => shift.end(now),
            AgentState::Ready => shift.away = None,
            AgentState::NotReady => shift.away = Some(reason.cloned().unwrap_or(NOT_SAID)),
            AgentState::WrapUp => {}
        }
        if state != AgentState::LoggedOut {
            shift.since.get_or_insert(now);
            shift.wraps_up = state == AgentState::WrapUp;
            shift.count(now);
        }
        self.count_away(agent, now);
    }

    /// Counts how long an agent was not ready until now.
    fn count_away(&mut self, agent: &AgentId, now: Instant) {
        if let Some((reason, span)) = self.shift(agent).take_away(now) {
            *self.not_ready.entry(reason).or_default() += span;
        }
    }

    /// An agent is reserved.
    pub(super) fn reserved(&mut self, agent: &AgentId, now: Instant) {
        let shift = self.shift(agent);
        shift.held += 1;
        shift.count(now);
        self.count_away(agent, now);
    }

    /// An agent's reservation or interaction is over; a wrap-up may follow at the same instant.
    pub(super) fn released(&mut self, agent: &AgentId, now: Instant) {
        let shift = self.shift(agent);
        shift.held = shift.held.saturating_sub(1);
        shift.count(now);
        self.count_away(agent, now);
    }

    /// How long agents were logged in, and neither ready nor busy, by reason, with what has not ended cut at `end`.
    pub(super) fn not_ready(&self, end: Instant) -> BTreeMap<Name, Seconds> {
        let mut spans = self.not_ready.clone();
        for (reason, span) in self.agents.values().filter_map(|shift| shift.clone().take_away(end)) {
            *spans.entry(reason).or_default() += span;
        }
        spans.into_iter().map(|(reason, span)| (reason, Seconds(span))).collect()
    }

    /// The shares, with shifts that have not ended cut at `end`.
    pub(super) fn occupancy(mut self, end: Instant) -> Occupancy {
        let (mut busy, mut logged_in) = (0, 0);
        let mut by_agent = BTreeMap::new();
        for (agent, shift) in &mut self.agents {
            shift.end(end);
            busy += shift.busy;
            logged_in += shift.logged_in;
            by_agent.insert(agent.clone(), share(shift.busy, shift.logged_in));
        }
        Occupancy { all: share(busy, logged_in), by_agent }
    }

    fn shift(&mut self, agent: &AgentId) -> &mut Shift {
        self.agents.entry(agent.clone()).or_default()
    }
}

fn share(busy: i64, logged_in: i64) -> Option<f64> {
    (logged_in > 0).then(|| busy as f64 / logged_in as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn reservations_talks_and_wrap_ups_are_busy_time() {
        let (anna, bob, carl) = (AgentId::new("anna"), AgentId::new("bob"), AgentId::new("carl"));
        let mut shifts = Shifts::default();
        shifts.presence(&anna, AgentState::Ready, None, at(0));
        shifts.presence(&bob, AgentState::Ready, None, at(0));
        shifts.reserved(&anna, at(10));
        shifts.presence(&anna, AgentState::NotReady, None, at(20));
        shifts.released(&anna, at(30));
        shifts.presence(&anna, AgentState::WrapUp, None, at(30));
        shifts.presence(&anna, AgentState::NotReady, None, at(40));
        shifts.reserved(&bob, at(50));
        shifts.released(&bob, at(60));
        shifts.presence(&bob, AgentState::LoggedOut, None, at(60));
        shifts.presence(&carl, AgentState::LoggedOut, None, at(60));
        let occupancy = shifts.occupancy(at(60));
        assert_eq!(occupancy.by_agent[&anna], Some(0.5), "10 to 40 of 0 to 60");
        assert_eq!(occupancy.by_agent[&bob], Some(10.0 / 60.0));
        assert_eq!(occupancy.by_agent[&carl], None, "never logged in");
        assert_eq!(occupancy.all, Some(40.0 / 120.0));
    }

    #[test]
    fn time_not_ready_is_counted_by_reason_while_nothing_else_is_done() {
        let (anna, bob) = (AgentId::new("anna"), AgentId::new("bob"));
        let (lunch, mut shifts) = (Name::new("lunch"), Shifts::default());
        shifts.presence(&anna, AgentState::Ready, None, at(0));
        shifts.reserved(&anna, at(10));
        shifts.presence(&anna, AgentState::NotReady, Some(&lunch), at(20));
        shifts.released(&anna, at(30));
        shifts.presence(&anna, AgentState::WrapUp, None, at(30));
        shifts.presence(&anna, AgentState::NotReady, Some(&lunch), at(45));
        shifts.presence(&anna, AgentState::NotReady, None, at(100));
        shifts.presence(&anna, AgentState::LoggedOut, None, at(101));
        shifts.presence(&bob, AgentState::NotReady, Some(&lunch), at(90));
        let expected = [("lunch", 55 + 20), ("not said", 1)];
        assert_eq!(
            shifts.not_ready(at(110)),
            expected.map(|(reason, span)| (reason.into(), Seconds(span))).into()
        );
    }

    #[test]
    fn an_agent_who_comes_back_counts_both_shifts() {
        let anna = AgentId::new("anna");
        let mut shifts = Shifts::default();
        for (from, to) in [(0, 10), (100, 110)] {
            shifts.presence(&anna, AgentState::Ready, None, at(from));
            shifts.reserved(&anna, at(from + 5));
            shifts.presence(&anna, AgentState::LoggedOut, None, at(to));
        }
        assert_eq!(shifts.occupancy(at(500)).all, Some(0.5));
        assert_eq!(Shifts::default().occupancy(at(1)).all, None);
    }
}
