//! Amendments: what is another in a new configuration, drawn from a center of its own.

use proptest::prelude::*;
use ringback_engine::AgentId;
use ringback_engine::center::{Center, Queue, Service};

use crate::centers::{AGENTS, QUEUES, centers};
use crate::phone;

/// What of a center is to be as in another one from now on.
#[derive(Clone, Debug)]
pub struct Amendment {
    other: Box<Center>,
    queues: Vec<bool>,
    services: Vec<bool>,
    agents: Vec<bool>,
    /// Agents who are gone.
    gone: Vec<bool>,
    /// A queue that is gone with its service.
    closed: Option<usize>,
    opted_out: Option<u32>,
    backwards: bool,
}

impl Amendment {
    /// The new configuration. What is counted goes on being counted as before: limits may be others, but look back as far.
    pub(crate) fn of(&self, present: &Center) -> Center {
        let (mut center, other) = (present.clone(), &*self.other);
        let closed = self.closed.map(|closed| QUEUES[closed]);
        center.queues = QUEUES
            .iter()
            .zip(&self.queues)
            .filter(|(name, _)| Some(**name) != closed)
            .filter_map(|(name, changes)| queue(name, *changes, present, other))
            .collect();
        center.services = QUEUES
            .iter()
            .zip(&self.services)
            .filter(|(name, _)| Some(**name) != closed)
            .filter_map(|(name, changes)| service(name, *changes, present, other))
            .collect();
        for queue in &mut center.queues {
            queue.overflow.retain(|edge| Some(edge.to.as_str()) != closed);
        }
        center.agents.clear();
        for (id, (changes, gone)) in AGENTS.iter().zip(self.agents.iter().zip(&self.gone)) {
            let id = AgentId::new(*id);
            let of = |center: &Center| center.agents.iter().find(|agent| agent.id == id).cloned();
            let agent = of(if *changes { other } else { present }).or_else(|| of(other));
            center.agents.extend(agent.filter(|_| !gone));
        }
        if let (Some(ours), Some(theirs)) =
            (&mut center.limits.attempts_per_number, other.limits.attempts_per_number)
        {
            ours.max = theirs.max;
        }
        center.limits.redial_floor = other.limits.redial_floor;
        if let Some(number) = self.opted_out {
            let entries = [(phone(number).as_str().into(), ringback_engine::center::Attribute::Integer(1))];
            center.tables.iter_mut().for_each(|table| table.entries = entries.clone().into());
        }
        if self.backwards {
            center.queues.reverse();
            center.services.reverse();
        }
        center
    }
}

fn queue(name: &str, changes: bool, present: &Center, other: &Center) -> Option<Queue> {
    let of = |center: &Center| center.queues.iter().find(|queue| queue.name == name).cloned();
    let (ours, theirs) = (of(present), of(other)?);
    match ours {
        Some(ours) if !changes => Some(ours),
        ours => {
            let dial_rate = ours.and_then(|ours| ours.dialling.dial_rate);
            let mut queue = theirs;
            queue.dialling.dial_rate = dial_rate;
            Some(queue)
        }
    }
}

/// A service keeps its hours, and with them its days; its slots are seldom others.
fn service(name: &str, changes: bool, present: &Center, other: &Center) -> Option<Service> {
    let of = |center: &Center| center.services.iter().find(|service| service.name == name).cloned();
    let (ours, theirs) = (of(present), of(other)?);
    match ours {
        Some(ours) if !changes => Some(ours),
        Some(ours) => {
            let mut service = theirs;
            if service.max_scheduled_per_number > 1 {
                service.slot.minutes = ours.slot.minutes;
            }
            service.calendar = ours.calendar;
            service.reject_closed = ours.reject_closed;
            service.immediate_blackout = ours.immediate_blackout;
            Some(service)
        }
        None => Some(theirs),
    }
}

/// Amendments of the centers of [`centers`]: most of a few things.
pub(crate) fn amendments() -> impl Strategy<Value = Amendment> {
    let some = |number: usize, often: f64| prop::collection::vec(prop::bool::weighted(often), number);
    (
        centers(),
        some(QUEUES.len(), 0.3),
        some(QUEUES.len(), 0.4),
        some(AGENTS.len(), 0.2),
        some(AGENTS.len(), 0.1),
        prop::option::weighted(0.45, 0..QUEUES.len()),
        prop::option::weighted(0.3, 0..12u32),
        any::<bool>(),
    )
        .prop_map(|(other, queues, services, agents, gone, closed, opted_out, backwards)| Amendment {
            other: Box::new(other),
            queues,
            services,
            agents,
            gone,
            closed,
            opted_out,
            backwards,
        })
}
