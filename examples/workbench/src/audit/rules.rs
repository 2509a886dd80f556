//! What the log is audited against: the settings of the center, by name, and what they leave to the script.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Timelike};
use chrono_tz::Tz;
use ringback_engine::center::{Agent, Center, Hours, Layout, Limits, Queue, Service, instant_to_local};
use ringback_engine::{Duration, Instant, Requirement};
use smol_str::SmolStr;

use super::freedom::Freedom;
use super::need::{meets, meets_if_let, names_one};
use super::steering::Turned;

/// The settings.
pub(super) struct Rules {
    pub(super) limits: Limits,
    pub(super) freedom: Freedom,
    pub(super) queues: Vec<QueueRules>,
    pub(super) services: Vec<ServiceRules>,
    pub(super) agents: Vec<Agent>,
    /// What switches of each queue say.
    pub(super) turned: Vec<Turned>,
    /// The configuration, and calendars that are closed, or not, against it.
    pub(super) center: Center,
    pub(super) closures: BTreeMap<SmolStr, bool>,
    queue_names: BTreeMap<SmolStr, usize>,
    service_names: BTreeMap<SmolStr, usize>,
    agent_ids: BTreeMap<SmolStr, usize>,
    /// Who may serve: one entry for each requirement on each queue that the log names.
    needs: Vec<Vec<bool>>,
    need_texts: BTreeMap<(usize, SmolStr, bool, Vec<usize>), usize>,
    /// Those without agents who rejected.
    needs_without: BTreeMap<(usize, Vec<usize>), usize>,
    /// Requirements that name an agent who alone is it.
    needs_of_one: BTreeSet<usize>,
}

/// A queue.
pub(super) struct QueueRules {
    pub(super) settings: Queue,
    /// Always open if absent.
    pub(super) hours: Option<Hours>,
}

/// A service.
pub(super) struct ServiceRules {
    pub(super) settings: Service,
    /// Always open if absent.
    pub(super) hours: Option<Hours>,
    /// The zone of its days and slots.
    pub(super) zone: Tz,
    /// The queue where its callbacks begin, unless a script says otherwise.
    pub(super) queue: usize,
    /// Where they go then, and when, counted from their first entry.
    pub(super) overflow: Vec<(Duration, usize)>,
}

/// A slot: no two slots of a service share the offset, the day and the place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    pub(super) day: i32,
    offset: i32,
    place: u32,
}

impl Rules {
    pub(super) fn new(layout: &Layout, freedom: Freedom) -> Self {
        let center = layout.center();
        let hours = |name: &Option<SmolStr>| name.as_ref().and_then(|name| layout.hours_named(name)).cloned();
        let names = |names: Vec<&SmolStr>| -> BTreeMap<SmolStr, usize> {
            names.into_iter().cloned().enumerate().map(|(n, name)| (name, n)).collect()
        };
        let queue_names = names(center.queues.iter().map(|queue| &queue.name).collect());
        let zone_of = |service: &Service| {
            let own =
                center.calendars.iter().find(|calendar| service.calendar.as_ref() == Some(&calendar.name));
            own.and_then(|calendar| calendar.timezone).unwrap_or(center.timezone)
        };
        let at = |name: &SmolStr| queue_names.get(name).copied().unwrap_or(0);
        let service = |service: &Service| {
            let queue = at(&service.queue);
            let edges = center.queues.get(queue).map_or(&[][..], |queue| &queue.overflow);
            let timed = edges.iter().filter(|edge| edge.when.is_none());
            let mut overflow: Vec<_> = timed.map(|edge| (edge.after, at(&edge.to))).collect();
            overflow.sort_by_key(|(after, _)| *after);
            let (settings, hours) = (service.clone(), hours(&service.calendar));
            ServiceRules { settings, hours, zone: zone_of(service), queue, overflow }
        };
        let queue = |queue: &Queue| QueueRules { settings: queue.clone(), hours: hours(&queue.calendar) };
        Self {
            limits: center.limits.clone(),
            freedom,
            turned: center.queues.iter().map(|_| Turned::default()).collect(),
            center: center.clone(),
            closures: BTreeMap::new(),
            queues: center.queues.iter().map(queue).collect(),
            services: center.services.iter().map(service).collect(),
            agents: center.agents.clone(),
            service_names: names(center.services.iter().map(|service| &service.name).collect()),
            agent_ids: names(center.agents.iter().map(|agent| agent.id.text()).collect()),
            queue_names,
            needs: Vec::new(),
            need_texts: BTreeMap::new(),
            needs_without: BTreeMap::new(),
            needs_of_one: BTreeSet::new(),
        }
    }

    pub(super) fn queue(&self, name: &str) -> Option<usize> {
        self.queue_names.get(name).copied()
    }

    pub(super) fn service(&self, name: &str) -> Option<usize> {
        self.service_names.get(name).copied()
    }

    pub(super) fn agent(&self, id: &str) -> Option<usize> {
        self.agent_ids.get(id).copied()
    }

    /// The number of a requirement on a queue, from its text in the log. Of one that is assigned, the queue asks nothing.
    /// That the agents `barred` are none is no part of it: it ends without a word.
    pub(super) fn need(
        &mut self,
        queue: usize,
        text: &SmolStr,
        assigned: bool,
        barred: &[usize],
    ) -> Result<usize, String> {
        let key = (queue, text.clone(), assigned, barred.to_vec());
        if let Some(known) = self.need_texts.get(&key) {
            return Ok(*known);
        }
        let need: Requirement = text.parse().map_err(|error| format!("`need`: {error}"))?;
        let may = self.agents.iter().enumerate().map(|(place, agent)| {
            let meets =
                if barred.contains(&place) { meets_if_let(agent, &need) } else { meets(agent, &need) };
            meets && (assigned || self.is_of_queue(agent, queue))
        });
        self.needs.push(may.collect());
        let number = self.needs.len() - 1;
        if names_one(&need) {
            self.needs_of_one.insert(number);
        }
        self.need_texts.insert(key, number);
        Ok(number)
    }

    /// A requirement without some agents, who rejected.
    pub(super) fn without(&mut self, need: usize, barred: &[usize]) -> usize {
        if barred.is_empty() {
            return need;
        }
        if let Some(known) = self.needs_without.get(&(need, barred.to_vec())) {
            return *known;
        }
        let may = self.needs[need].iter().enumerate();
        let may = may.map(|(agent, may)| *may && !barred.contains(&agent)).collect();
        self.needs.push(may);
        let number = self.needs.len() - 1;
        if self.is_for_one(need) {
            self.needs_of_one.insert(number);
        }
        self.needs_without.insert((need, barred.to_vec()), number);
        number
    }

    /// Whether a requirement names an agent who alone is it.
    pub(super) fn is_for_one(&self, need: usize) -> bool {
        self.needs_of_one.contains(&need)
    }

    /// Whether an agent meets a requirement, and what its queue asks of everybody.
    pub(super) fn may_serve(&self, agent: usize, need: usize) -> bool {
        self.needs[need][agent]
    }

    /// Whether an agent meets what a queue itself asks.
    pub(super) fn is_of_queue(&self, agent: &Agent, queue: usize) -> bool {
        let settings = &self.queues[queue].settings;
        let in_group = |group| agent.groups.contains(group);
        meets(agent, &settings.need) && (settings.groups.is_empty() || settings.groups.iter().any(in_group))
    }

    /// Whether a queue is served at an instant.
    pub(super) fn is_open(&self, queue: usize, at: Instant) -> bool {
        self.queues[queue].hours.as_ref().is_none_or(|hours| hours.is_open(at))
    }
}

impl ServiceRules {
    /// The local day of an instant.
    pub(super) fn day(&self, at: Instant) -> i32 {
        instant_to_local(self.zone, at).num_days_from_ce()
    }

    /// How many bookings the slot takes that an instant lies in.
    pub(super) fn capacity(&self, at: Instant) -> u32 {
        let start = ringback_engine::center::slot_of(self.zone, self.settings.slot.minutes, at).0;
        self.settings.slot.capacity_at(self.zone, start)
    }

    /// The slot that an instant lies in.
    pub(super) fn slot(&self, at: Instant) -> Slot {
        let local = instant_to_local(self.zone, at);
        let minute = local.hour() * 60 + local.minute();
        Slot {
            day: local.num_days_from_ce(),
            offset: local.offset().local_minus_utc(),
            place: minute / self.settings.slot.minutes.max(1),
        }
    }
}
