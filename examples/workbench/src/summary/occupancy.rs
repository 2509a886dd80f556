//! How much of their logged-in time agents are busy: reserved, talking, or in wrap-up, with one callback or more.

use std::collections::BTreeMap;

use ringback_engine::protocol::AgentState;
use ringback_engine::{AgentId, Instant};

use super::Occupancy;

/// The shifts of all agents.
#[derive(Clone, Debug, Default)]
pub(super) struct Shifts {
    agents: BTreeMap<AgentId, Shift>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Shift {
    since: Option<Instant>,
    busy_since: Option<Instant>,
    /// Callbacks for which the agent is reserved or talks.
    held: u32,
    wraps_up: bool,
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

    fn end(&mut self, now: Instant) {
        (self.held, self.wraps_up) = (0, false);
        self.count(now);
        if let Some(since) = self.since.take() {
            self.logged_in += now.since(since).millis().max(0);
        }
    }
}

impl Shifts {
    /// An agent's presence changed.
    pub(super) fn presence(&mut self, agent: &AgentId, state: AgentState, now: Instant) {
        let shift = self.shift(agent);
        if state == AgentState::LoggedOut {
            shift.end(now);
            return;
        }
        shift.since.get_or_insert(now);
        shift.wraps_up = state == AgentState::WrapUp;
        shift.count(now);
    }

    /// An agent is reserved.
    pub(super) fn reserved(&mut self, agent: &AgentId, now: Instant) {
        let shift = self.shift(agent);
        shift.held += 1;
        shift.count(now);
    }

    /// An agent's reservation or interaction is over; a wrap-up may follow at the same instant.
    pub(super) fn released(&mut self, agent: &AgentId, now: Instant) {
        let shift = self.shift(agent);
        shift.held = shift.held.saturating_sub(1);
        shift.count(now);
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
        shifts.presence(&anna, AgentState::Ready, at(0));
        shifts.presence(&bob, AgentState::Ready, at(0));
        shifts.reserved(&anna, at(10));
        shifts.presence(&anna, AgentState::NotReady, at(20));
        shifts.released(&anna, at(30));
        shifts.presence(&anna, AgentState::WrapUp, at(30));
        shifts.presence(&anna, AgentState::NotReady, at(40));
        shifts.reserved(&bob, at(50));
        shifts.released(&bob, at(60));
        shifts.presence(&bob, AgentState::LoggedOut, at(60));
        shifts.presence(&carl, AgentState::LoggedOut, at(60));
        let occupancy = shifts.occupancy(at(60));
        assert_eq!(occupancy.by_agent[&anna], Some(0.5), "10 to 40 of 0 to 60");
        assert_eq!(occupancy.by_agent[&bob], Some(10.0 / 60.0));
        assert_eq!(occupancy.by_agent[&carl], None, "never logged in");
        assert_eq!(occupancy.all, Some(40.0 / 120.0));
    }

    #[test]
    fn an_agent_who_comes_back_counts_both_shifts() {
        let anna = AgentId::new("anna");
        let mut shifts = Shifts::default();
        for (from, to) in [(0, 10), (100, 110)] {
            shifts.presence(&anna, AgentState::Ready, at(from));
            shifts.reserved(&anna, at(from + 5));
            shifts.presence(&anna, AgentState::LoggedOut, at(to));
        }
        assert_eq!(shifts.occupancy(at(500)).all, Some(0.5));
        assert_eq!(Shifts::default().occupancy(at(1)).all, None);
    }
}
