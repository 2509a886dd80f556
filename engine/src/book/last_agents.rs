//! Last agents: whom the customer of a number talked with last.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Book, Owner};
use crate::center::{LAST_AGENT_KEPT, LAST_AGENTS};
use crate::value::{AgentId, Instant, Phone};

/// Who talked with the customer of a number last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastAgent {
    agent: AgentId,
    /// When the talk began.
    at: Instant,
}

/// The numbers for which that is remembered, the one longest so first.
pub(super) type LastAgents = BTreeSet<(Instant, Phone)>;

impl Book {
    /// Who talked with the customer of a number last, if that is remembered and the center has the agent still.
    pub(crate) fn last_agent(&self, phone: &Phone) -> Option<AgentId> {
        let last = self.ledger.last_agents.get(phone)?;
        let fresh = self.ledger.clock.since(last.at) < LAST_AGENT_KEPT;
        (fresh && self.layout.agent_index(last.agent.as_str()).is_some()).then(|| last.agent.clone())
    }

    /// Remembers that an agent talks with the customer of a number from now on.
    pub(crate) fn remember_agent(&mut self, phone: &Phone, agent: AgentId) {
        let at = self.ledger.clock;
        self.move_last_agents(|book| {
            if let Some(before) = book.ledger.last_agents.insert(phone.clone(), LastAgent { agent, at }) {
                book.indices.last_agents.remove(&(before.at, phone.clone()));
            }
            book.indices.last_agents.insert((at, phone.clone()));
            if book.ledger.last_agents.len() > LAST_AGENTS {
                book.forget_oldest();
            }
        });
    }

    /// Forgets what was remembered for as long as it is.
    pub(crate) fn forget_last_agents(&mut self) {
        let now = self.ledger.clock;
        self.move_last_agents(|book| {
            let over = |(at, _): &(Instant, Phone)| at.after(LAST_AGENT_KEPT) <= now;
            while book.indices.last_agents.first().is_some_and(over) {
                book.forget_oldest();
            }
        });
    }

    /// Forgets who talked with the customer of a number.
    pub(crate) fn forget_last_agent(&mut self, phone: &Phone) {
        self.move_last_agents(|book| {
            if let Some(last) = book.ledger.last_agents.remove(phone) {
                book.indices.last_agents.remove(&(last.at, phone.clone()));
            }
        });
    }

    fn forget_oldest(&mut self) {
        if let Some((_, phone)) = self.indices.last_agents.pop_first() {
            self.ledger.last_agents.remove(&phone);
        }
    }

    /// The one way they change: with the deadline of the first that goes.
    fn move_last_agents(&mut self, change: impl FnOnce(&mut Self)) {
        self.arm_last_agents(false);
        change(self);
        self.arm_last_agents(true);
    }

    fn arm_last_agents(&mut self, set: bool) {
        if let Some((at, _)) = self.indices.last_agents.first() {
            self.indices.deadlines.other(Owner::LastAgents, at.after(LAST_AGENT_KEPT), set);
        }
    }

    pub(super) fn rebuild_last_agents(&mut self) {
        let remembered = self.ledger.last_agents.iter().map(|(phone, last)| (last.at, phone.clone()));
        self.indices.last_agents = remembered.collect();
        self.arm_last_agents(true);
    }
}
