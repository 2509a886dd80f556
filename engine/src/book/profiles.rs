//! Profiles: agents with the same skills, groups and truth of every `agent:` term in use.
//!
//! Matching looks at profiles, not at agents: what one agent of a profile may serve, all may.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use fixedbitset::FixedBitSet;

use super::classes::Class;
use crate::center::{AgentIndex, Layout, Strategy};
use crate::record::{Agent, Session};
use crate::value::requirement::{Candidate, Term};
use crate::value::{AgentId, Instant, Name, Requirement};

/// The position of a profile.
pub(super) type ProfileIndex = usize;

/// All profiles, and which agents of them are ready.
#[derive(Clone, Debug, Default)]
pub(super) struct Profiles {
    profiles: Vec<Profile>,
    by_key: BTreeMap<ProfileKey, ProfileIndex>,
    /// The profile of each agent, in the layout's order.
    of_agent: Vec<ProfileIndex>,
    /// Profiles with a ready agent.
    ready: FixedBitSet,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ProfileKey {
    skills: BTreeMap<Name, u8>,
    groups: BTreeSet<Name>,
    /// The one agent of the profile, where a requirement in use names them.
    named: Option<AgentId>,
}

/// Agents between whom no requirement in use tells.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    key: ProfileKey,
    /// The id that stands for the profile's agents in requirements: that of the one whom a requirement in use names;
    /// else nobody's, since none of them is named.
    id: AgentId,
    skills_held: usize,
    logged_in: u32,
    /// The ready agents, in the orders that strategies ask for.
    by_idle: BTreeSet<(Instant, AgentIndex)>,
    by_calls: BTreeSet<(u64, Instant, AgentIndex)>,
    by_id: BTreeSet<AgentIndex>,
}

impl Profile {
    fn new(key: ProfileKey) -> Self {
        Self {
            id: key.named.clone().unwrap_or_else(|| AgentId::new("")),
            skills_held: key.skills.values().filter(|level| **level > 0).count(),
            key,
            logged_in: 0,
            by_idle: BTreeSet::new(),
            by_calls: BTreeSet::new(),
            by_id: BTreeSet::new(),
        }
    }

    /// Whether its agents meet a requirement.
    pub(super) fn meets(&self, need: &Requirement) -> bool {
        need.is_met_by(Candidate { id: &self.id, skills: &self.key.skills, groups: &self.key.groups })
    }

    fn count(&mut self, agent: AgentIndex, session: &Session, ready: bool, enters: bool) {
        let (idle, calls) = (session.idle_since, session.calls);
        if enters {
            self.logged_in = self.logged_in.saturating_add(1);
            if ready {
                self.by_idle.insert((idle, agent));
                self.by_calls.insert((calls, idle, agent));
                self.by_id.insert(agent);
            }
        } else {
            self.logged_in = self.logged_in.saturating_sub(1);
            self.by_idle.remove(&(idle, agent));
            self.by_calls.remove(&(calls, idle, agent));
            self.by_id.remove(&agent);
        }
    }

    fn levels(&self, skills: &[Name]) -> u64 {
        skills.iter().map(|skill| u64::from(self.key.skills.get(skill).copied().unwrap_or(0))).sum()
    }
}

impl Profiles {
    /// The profiles of a center's agents, nobody logged in. The requirements of its queues are in use from the start:
    /// who meets them is asked before anybody waits there.
    pub(super) fn new(layout: &Layout) -> Self {
        let mut profiles = Self::default();
        for agent in &layout.center().agents {
            let key = ProfileKey { skills: agent.skills.clone(), groups: agent.groups.clone(), named: None };
            let profile = profiles.enter(key);
            profiles.of_agent.push(profile);
        }
        for queue in layout.queue_indices().filter_map(|queue| layout.queue_layout(queue)) {
            profiles.split(&queue.need, layout, &[]);
        }
        profiles
    }

    fn enter(&mut self, key: ProfileKey) -> ProfileIndex {
        if let Some(found) = self.by_key.get(&key) {
            return *found;
        }
        let index = self.profiles.len();
        self.by_key.insert(key.clone(), index);
        self.profiles.push(Profile::new(key));
        self.ready.grow(self.profiles.len());
        index
    }

    /// Gives every agent that a requirement names a profile of their own. Answers the new ones.
    pub(super) fn split(
        &mut self,
        need: &Requirement,
        layout: &Layout,
        agents: &[Agent],
    ) -> Vec<ProfileIndex> {
        let mut new = Vec::new();
        for term in need.terms() {
            let Term::Agent(id) = term else { continue };
            let Some(agent) = layout.agent_index(id.as_str()) else { continue };
            let Some(shared) = self.profile_of(agent).map(|profile| &profile.key) else { continue };
            if shared.named.is_some() {
                continue;
            }
            let key = ProfileKey { named: Some(id.clone()), ..shared.clone() };
            let record = agents.get(agent.position());
            self.set(agent, layout, record, false);
            let own = self.enter(key);
            if let Some(slot) = self.of_agent.get_mut(agent.position()) {
                *slot = own;
            }
            self.set(agent, layout, record, true);
            new.push(own);
        }
        new
    }

    fn profile_of(&self, agent: AgentIndex) -> Option<&Profile> {
        self.profiles.get(*self.of_agent.get(agent.position())?)
    }

    /// Enters an agent as they are, or takes them out as they were. Answers the profile.
    pub(super) fn set(
        &mut self,
        agent: AgentIndex,
        layout: &Layout,
        record: Option<&Agent>,
        enters: bool,
    ) -> Option<ProfileIndex> {
        let index = *self.of_agent.get(agent.position())?;
        let profile = self.profiles.get_mut(index)?;
        if let Some(session) = record.and_then(Agent::session) {
            profile.count(agent, session, session.is_ready(layout.capacity(agent)), enters);
        }
        self.ready.set(index, !profile.by_id.is_empty());
        Some(index)
    }

    /// Every profile.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ProfileIndex, &Profile)> {
        self.profiles.iter().enumerate()
    }

    /// A profile.
    pub(super) fn get(&self, index: ProfileIndex) -> Option<&Profile> {
        self.profiles.get(index)
    }

    /// Whether an agent of one of these profiles is ready.
    pub(super) fn any_ready(&self, serving: &FixedBitSet) -> bool {
        !self.ready.is_disjoint(serving)
    }

    /// Whether an agent of one of these profiles is logged in.
    pub(super) fn any_logged_in(&self, serving: &FixedBitSet) -> bool {
        serving.ones().filter_map(|index| self.profiles.get(index)).any(|profile| profile.logged_in > 0)
    }

    /// Agents logged in who meet a requirement, and those of them who are ready.
    pub(super) fn count(&self, need: &Requirement) -> (u32, u32) {
        let meeting = self.profiles.iter().filter(|profile| profile.logged_in > 0 && profile.meets(need));
        meeting.fold((0, 0), |(agents, ready): (u32, u32), profile| {
            let more = u32::try_from(profile.by_id.len()).unwrap_or(u32::MAX);
            (agents.saturating_add(profile.logged_in), ready.saturating_add(more))
        })
    }

    /// The best ready agent for a class. `last` is whom its queue chose last, for `round_robin`.
    pub(super) fn best(
        &self,
        strategy: Strategy,
        class: &Class,
        last: Option<AgentIndex>,
    ) -> Option<AgentIndex> {
        let ready = self.ready.intersection(class.serving()).filter_map(|index| self.profiles.get(index));
        match strategy {
            // For `script`, whom the application's silence leaves.
            Strategy::LongestIdle | Strategy::Script => {
                ready.filter_map(|p| p.by_idle.first()).min().map(|(_, agent)| *agent)
            }
            Strategy::FewestCalls => {
                ready.filter_map(|p| p.by_calls.first()).min().map(|(_, _, agent)| *agent)
            }
            Strategy::MostSkilled => ready
                .filter_map(|p| Some((std::cmp::Reverse(p.levels(class.skills())), p.by_idle.first()?)))
                .min()
                .map(|(_, (_, agent))| *agent),
            Strategy::LeastSkilled => ready
                .filter_map(|p| Some((p.skills_held, p.by_idle.first()?)))
                .min()
                .map(|(_, (_, agent))| *agent),
            Strategy::RoundRobin => {
                let ready: Vec<&Profile> = ready.collect();
                let next = last.and_then(|last| {
                    let behind = (Bound::Excluded(last), Bound::Unbounded);
                    ready.iter().filter_map(|p| p.by_id.range(behind).next()).min()
                });
                next.or_else(|| ready.iter().filter_map(|p| p.by_id.first()).min()).copied()
            }
            // Their order is no agent's own: it changes with time, or with each draw.
            Strategy::LeastOccupied | Strategy::LeastTalk | Strategy::Random => None,
        }
    }

    /// Every ready agent for a class with the instant since which they are idle, in no particular order.
    pub(super) fn ready<'a>(
        &'a self,
        class: &'a Class,
    ) -> impl Iterator<Item = (Instant, AgentIndex)> + use<'a> {
        let ready = self.ready.intersection(class.serving()).filter_map(|index| self.profiles.get(index));
        ready.flat_map(|profile| profile.by_idle.iter().copied())
    }

    /// The `most` ready agents for a class who have been idle longest, in that order; equals by their ids.
    pub(super) fn longest_idle(&self, class: &Class, most: usize) -> Vec<AgentIndex> {
        let ready = self.ready.intersection(class.serving()).filter_map(|index| self.profiles.get(index));
        let mut first: Vec<(Instant, AgentIndex)> =
            ready.flat_map(|profile| profile.by_idle.iter().take(most).copied()).collect();
        first.sort();
        first.truncate(most);
        first.into_iter().map(|(_, agent)| agent).collect()
    }

    /// What is wrong with it, as the agents' records have it.
    pub(super) fn audit(&self, layout: &Layout, agents: &[Agent], faults: &mut Vec<String>) {
        let mut fresh = Self::new(layout);
        for profile in self.profiles.iter().filter(|profile| profile.key.named.is_some()) {
            let term: Option<Requirement> = format!("agent:{}", profile.id).parse().ok();
            if let Some(need) = term {
                fresh.split(&need, layout, &[]);
            }
        }
        for (index, agent) in layout.agent_indices().zip(agents) {
            fresh.set(index, layout, Some(agent), true);
            let (ours, theirs) = (self.profile_of(index), fresh.profile_of(index));
            if ours.map(|p| &p.key) != theirs.map(|p| &p.key) {
                faults.push(format!("agent {index:?} stands in the wrong profile"));
            }
        }
        for (key, index) in &fresh.by_key {
            let ours = self.by_key.get(key).and_then(|index| self.profiles.get(*index));
            let same = match (ours, fresh.profiles.get(*index)) {
                (Some(ours), Some(theirs)) => {
                    ours.logged_in == theirs.logged_in
                        && ours.by_idle == theirs.by_idle
                        && ours.by_calls == theirs.by_calls
                        && ours.by_id == theirs.by_id
                }
                _ => false,
            };
            if !same {
                faults.push(format!("profile {key:?} has other agents than their records say"));
            }
        }
        for (index, profile) in self.iter() {
            if self.ready.contains(index) == profile.by_id.is_empty() {
                faults.push(format!("profile {index}: ready bit is wrong"));
            }
        }
    }
}
