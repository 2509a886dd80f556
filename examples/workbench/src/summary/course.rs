//! The course of a run: what happened when, for pictures.

use std::collections::BTreeMap;

use ringback_engine::protocol::AgentState;
use ringback_engine::{AgentId, Instant, Name};

/// What happened when. Everything is in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// When somebody asked, and whether they were accepted.
    pub requests: Vec<(Instant, bool)>,
    /// Connections: when, after how many milliseconds of waiting, from which queue.
    pub connections: Vec<(Instant, i64, Name)>,
    /// The length of each queue's line from an instant on, lengths that lasted no time left out.
    pub lines: BTreeMap<Name, Vec<(Instant, u64)>>,
    /// What each agent did from an instant on.
    pub agents: BTreeMap<AgentId, Vec<(Instant, Activity)>>,
    /// What each agent is at.
    now: BTreeMap<AgentId, Present>,
}

/// What an agent is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Present {
    state: Option<AgentState>,
    reserved: u32,
    talking: u32,
}

/// What an agent does. One who has several calls at once does the last of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// Is not there.
    Away,
    /// Wants no calls.
    NotReady,
    /// Waits for calls.
    Idle,
    /// Finishes up after an interaction.
    WrapUp,
    /// Waits for a customer to answer.
    Reserved,
    /// Talks.
    Talking,
}

impl Course {
    /// From `at` on a line is `length` long.
    pub(super) fn line(&mut self, queue: &Name, at: Instant, length: u64) {
        let steps = self.lines.entry(queue.clone()).or_default();
        if steps.last().is_none_or(|(_, last)| *last != length) {
            steps.push((at, length));
        }
    }

    /// An agent's presence changed.
    pub(super) fn presence(&mut self, agent: &AgentId, state: AgentState, at: Instant) {
        self.agent(agent, at, |present| present.state = Some(state));
    }

    /// An agent was reserved.
    pub(super) fn reserved(&mut self, agent: &AgentId, at: Instant) {
        self.agent(agent, at, |present| present.reserved += 1);
    }

    /// An agent who was reserved talks.
    pub(super) fn connected(&mut self, agent: &AgentId, at: Instant) {
        self.agent(agent, at, |present| {
            present.reserved = present.reserved.saturating_sub(1);
            present.talking += 1;
        });
    }

    /// An agent was let go, from talking or from being reserved.
    pub(super) fn released(&mut self, agent: &AgentId, talked: bool, at: Instant) {
        self.agent(agent, at, |present| {
            let units = if talked { &mut present.talking } else { &mut present.reserved };
            *units = units.saturating_sub(1);
        });
    }

    fn agent(&mut self, agent: &AgentId, at: Instant, change: impl FnOnce(&mut Present)) {
        let present = self.now.entry(agent.clone()).or_default();
        change(present);
        let activity = match present {
            Present { talking: 1.., .. } => Activity::Talking,
            Present { reserved: 1.., .. } => Activity::Reserved,
            Present { state: Some(AgentState::Ready), .. } => Activity::Idle,
            Present { state: Some(AgentState::NotReady), .. } => Activity::NotReady,
            Present { state: Some(AgentState::WrapUp), .. } => Activity::WrapUp,
            Present { state: Some(AgentState::LoggedOut) | None, .. } => Activity::Away,
        };
        let steps = self.agents.entry(agent.clone()).or_default();
        if let Some(last) = steps.last_mut().filter(|(since, _)| *since == at) {
            last.1 = activity;
        } else if steps.last().is_none_or(|(_, last)| *last != activity) {
            steps.push((at, activity));
        }
    }

    /// The first and the last instant at which anything happened; `None` if nothing did.
    #[must_use]
    pub fn span(&self) -> Option<(Instant, Instant)> {
        let requests = self.requests.iter().map(|(at, _)| *at);
        let connections = self.connections.iter().map(|(at, ..)| *at);
        let lines = self.lines.values().flatten().map(|(at, _)| *at);
        let agents = self.agents.values().flatten().map(|(at, _)| *at);
        let all = requests.chain(connections).chain(lines).chain(agents);
        all.fold(None, |span, at| {
            Some(span.map_or((at, at), |(from, to): (Instant, Instant)| (from.min(at), to.max(at))))
        })
    }
}
