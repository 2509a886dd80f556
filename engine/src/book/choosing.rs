//! Choosing: the best of the agents who may serve a callback.
//!
//! Orders that are an agent's own are kept, and their first is at hand. What changes with time (`least_occupied`,
//! `least_talk`) and what is drawn (`random`) is found by looking at every ready agent of the profiles that serve.

use super::{Book, ClassIndex};
use crate::center::{AgentIndex, QueueIndex, SCORED, Strategy, draw};
use crate::record::Session;
use crate::value::{Instant, Sequence};

impl Book {
    pub(super) fn best_agent(&self, class: ClassIndex, queue: QueueIndex) -> Option<AgentIndex> {
        let class = self.indices.classes.get(class)?;
        let settings = self.layout.queue(queue)?;
        let now = self.ledger.clock;
        let ready = || self.indices.profiles.ready(class);
        match settings.strategy {
            Strategy::LeastOccupied => {
                self.least(ready(), |agent, session| session.occupancy(self.layout.capacity(agent), now))
            }
            Strategy::LeastTalk => self.least(ready(), |_, session| session.talked(now)),
            Strategy::Random => {
                let mut agents: Vec<AgentIndex> = ready().map(|(_, agent)| agent).collect();
                agents.sort();
                let drawn = draw(self.layout.center().seed, &settings.name, self.ledger.draws, agents.len());
                agents.get(drawn).copied()
            }
            strategy => {
                let last = self.ledger.chosen.get(&queue).copied();
                self.indices.profiles.best(strategy, class, last)
            }
        }
    }

    /// The agent with the least of something; of equals, the one idle longest, then the lowest id.
    fn least<T: Ord>(
        &self,
        ready: impl Iterator<Item = (Instant, AgentIndex)>,
        of: impl Fn(AgentIndex, &Session) -> T,
    ) -> Option<AgentIndex> {
        let rated = ready.filter_map(|(idle, agent)| {
            let session = self.ledger.agent(agent)?.session()?;
            Some((of(agent, session), idle, agent))
        });
        rated.min().map(|(_, _, agent)| agent)
    }

    /// The agents whom the `score` hook is asked about for a Queued callback: those of the ready who have been idle
    /// longest, in that order. Who is not among them is not asked about, and ranks behind.
    pub(crate) fn to_be_scored(&self, callback: Sequence) -> Vec<AgentIndex> {
        let class = self.indices.class_of.get(&callback).and_then(|class| self.indices.classes.get(*class));
        class.map_or_else(Vec::new, |class| self.indices.profiles.longest_idle(class, SCORED))
    }

    /// Remembers that a queue chose an agent, as far as its strategy goes on from there.
    pub(crate) fn chose(&mut self, queue: QueueIndex, agent: AgentIndex) {
        match self.layout.queue(queue).map(|queue| queue.strategy) {
            Some(Strategy::RoundRobin) => _ = self.ledger.chosen.insert(queue, agent),
            Some(Strategy::Random) => self.ledger.draws = self.ledger.draws.saturating_add(1),
            _ => {}
        }
    }
}
