//! The center, as the checker reads it: settings by name, opening hours by minutes, and who can serve whom.

use std::collections::BTreeMap;

use ringback_engine::center::{Agent, Center, Queue, Service};
use ringback_engine::requirement::{Shape, Term};
use ringback_engine::{AgentId, Instant, Name, Requirement};

use super::hours::Minutes;

/// Agents, a bit each, in byte order of their ids.
pub(super) type Agents = u64;

/// What does not change while a center runs.
pub(super) struct Facts {
    pub(super) center: Center,
    hours: BTreeMap<Name, Minutes>,
    /// Calendars that are closed, or not, whatever the configuration says.
    pub(super) closures: BTreeMap<Name, bool>,
    /// Who can serve a requirement of a plan in a queue, as far as somebody asked.
    able: BTreeMap<(Requirement, usize), Agents>,
}

impl Facts {
    pub(super) fn new(mut center: Center) -> Self {
        center.agents.sort_by(|one, other| one.id.cmp(&other.id));
        assert!(center.agents.len() <= Agents::BITS as usize, "a bit for each agent");
        let zone = center.timezone;
        let table = |calendar| Minutes::new(calendar, zone);
        let hours =
            center.calendars.iter().map(|calendar| (calendar.name.clone(), table(calendar))).collect();
        Self { center, hours, closures: BTreeMap::new(), able: BTreeMap::new() }
    }

    pub(super) fn queue(&self, index: usize) -> &Queue {
        &self.center.queues[index]
    }

    pub(super) fn queue_named(&self, name: &str) -> Option<usize> {
        self.center.queues.iter().position(|queue| queue.name == name)
    }

    pub(super) fn service(&self, name: &str) -> Option<&Service> {
        self.center.services.iter().find(|service| service.name == name)
    }

    pub(super) fn agent_named(&self, id: &AgentId) -> Option<usize> {
        self.center.agents.iter().position(|agent| agent.id == *id)
    }

    fn calendar(&self, name: Option<&Name>) -> Option<&Minutes> {
        Some(self.hours.get(name?).expect("a calendar of the center"))
    }

    fn is_calendar_open(&self, name: Option<&Name>, at: Instant) -> bool {
        let closed = name.and_then(|name| self.closures.get(name)).copied();
        self.calendar(name).is_none_or(|hours| hours.is_open(at, closed))
    }

    pub(super) fn is_open(&self, queue: usize, at: Instant) -> bool {
        self.is_calendar_open(self.queue(queue).calendar.as_ref(), at)
    }

    pub(super) fn service_is_open(&self, service: &Service, at: Instant) -> bool {
        self.is_calendar_open(service.calendar.as_ref(), at)
    }

    /// The zone of a service's days and slots.
    pub(super) fn zone(&self, service: &Service) -> chrono_tz::Tz {
        self.calendar(service.calendar.as_ref()).map_or(self.center.timezone, |hours| hours.zone)
    }

    /// Whether an agent meets what a queue asks of everybody.
    pub(super) fn meets_queue(&self, agent: usize, queue: usize) -> bool {
        let (agent, queue) = (&self.center.agents[agent], self.queue(queue));
        let member = queue.groups.is_empty() || queue.groups.iter().any(|group| agent.groups.contains(group));
        member && meets(&queue.need, agent)
    }

    /// The agents who meet a plan's requirement and the queue's.
    pub(super) fn able(&mut self, need: &Requirement, queue: usize) -> Agents {
        let key = (need.clone(), queue);
        if let Some(able) = self.able.get(&key) {
            return *able;
        }
        let serves =
            |agent: &usize| self.meets_queue(*agent, queue) && meets(need, &self.center.agents[*agent]);
        let able = (0..self.center.agents.len()).filter(serves).fold(0, |able, agent| able | 1 << agent);
        self.able.insert(key, able);
        able
    }
}

fn meets(need: &Requirement, agent: &Agent) -> bool {
    match need.shape() {
        Shape::Constant(value) => value,
        Shape::Term { term, negated } => {
            let has = match term {
                Term::Skill(name, level) => agent.skills.get(name).is_some_and(|held| held >= level),
                Term::Group(name) => agent.groups.contains(name),
                Term::Agent(id) => agent.id == *id,
            };
            has != negated
        }
        Shape::All(needs) => needs.iter().all(|need| meets(need, agent)),
        Shape::Any(needs) => needs.iter().any(|need| meets(need, agent)),
    }
}
