//! A new configuration: what stands at a position of the old one is looked up by its name in the new one.
//!
//! Everybody keeps their place. What is in use must be there again, so that nobody is lost on the way.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::bookings::SlotHold;
use super::{Book, Ledger, Matching};
use crate::center::{AgentIndex, CalendarIndex, Layout, QueueIndex, ServiceIndex};
use crate::record::{Agent, Callback, Cooloff, Entry, Journey, State};

/// From the positions of one layout to those of another.
struct Translation<'a> {
    from: &'a Layout,
    to: &'a Layout,
}

impl Book {
    /// This book under another layout.
    ///
    /// # Errors
    ///
    /// What is in use and is not there any more, or is more than may be.
    pub(crate) fn under(&self, layout: Arc<Layout>) -> Result<Self, SmolStr> {
        let translation = Translation { from: &self.layout, to: &layout };
        let mut ledger = self.ledger.clone();
        translation.ledger(&mut ledger)?;
        ledger.matching = Matching::Due;
        let quota = layout.center().limits.attempts_per_number;
        let clock = ledger.clock;
        ledger.numbers.rewrite(|_, number| {
            number.armed = number.deadline(quota, clock);
            number.armed.is_some()
        });
        // Hours may be others now: the closings are awaited anew, and who was open may be closed from now on.
        ledger.closings.clear();
        // Matching is due, and arms it anew.
        ledger.overflow_due.clear();
        let mut book = Self::rebuilt(Arc::clone(&layout), ledger);
        for queue in self.layout.queue_indices().filter(|queue| !self.is_closed(*queue)) {
            if let Some(queue) = translation.queue(queue).filter(|queue| book.is_closed(*queue)) {
                book.close_now(queue);
            }
        }
        book.check_states().into_iter().next().map_or(Ok(book), |fault| Err(fault.into()))
    }
}

impl Translation<'_> {
    fn queue(&self, index: QueueIndex) -> Option<QueueIndex> {
        self.to.queue_index(&self.from.queue(index)?.name)
    }

    fn service(&self, index: ServiceIndex) -> Option<ServiceIndex> {
        self.to.service_index(&self.from.service(index)?.name)
    }

    fn calendar(&self, index: CalendarIndex) -> Option<CalendarIndex> {
        self.to.calendar_index(&self.from.center().calendars.get(index.position())?.name)
    }

    fn agent(&self, index: AgentIndex) -> Option<AgentIndex> {
        self.to.agent_index(self.from.agent(index)?.id.as_str())
    }

    /// What is known of queues goes with them; of those that are gone, nothing is left.
    fn queues<T>(&self, known: &mut BTreeMap<QueueIndex, T>) {
        let old = std::mem::take(known);
        *known = old.into_iter().filter_map(|(queue, of_it)| Some((self.queue(queue)?, of_it))).collect();
    }

    fn ledger(&self, ledger: &mut Ledger) -> Result<(), SmolStr> {
        self.services(ledger)?;
        self.agents(ledger)?;
        let mut lost = None;
        ledger.callbacks.rewrite(|_, callback| {
            if lost.is_none() {
                lost = self.callback(callback).err();
            }
            true
        });
        if let Some(why) = lost {
            return Err(why);
        }
        let chosen = std::mem::take(&mut ledger.chosen);
        let chosen =
            chosen.into_iter().filter_map(|(queue, agent)| Some((self.queue(queue)?, self.agent(agent)?)));
        ledger.chosen = chosen.collect();
        self.queues(&mut ledger.switches);
        self.queues(&mut ledger.dialled);
        self.queues(&mut ledger.answered);
        let connections = std::mem::take(&mut ledger.connections);
        for (queue, instants) in &connections {
            if let Some(queue) = self.queue(*queue) {
                ledger.connections.insert(queue, instants.clone());
            }
        }
        let holds = std::mem::take(&mut ledger.holds);
        ledger.holds = holds
            .into_iter()
            .filter_map(|(id, hold)| Some((id, SlotHold { service: self.service(hold.service)?, ..hold })))
            .collect();
        let closures = std::mem::take(&mut ledger.closures);
        ledger.closures = closures
            .into_iter()
            .filter_map(|(calendar, closed)| Some((self.calendar(calendar)?, closed)))
            .collect();
        Ok(())
    }

    /// What was admitted counts on. Bookings stand, so their slots must be as they were, and large enough.
    fn services(&self, ledger: &mut Ledger) -> Result<(), SmolStr> {
        let known: BTreeMap<_, _> =
            self.from.service_indices().zip(ledger.services.iter().cloned()).collect();
        let mut services = Vec::new();
        for index in self.to.service_indices() {
            let Some(settings) = self.to.service(index) else { continue };
            let before = self.from.service_index(&settings.name);
            let counts = before.and_then(|before| known.get(&before).cloned()).unwrap_or_default();
            let minutes =
                before.and_then(|before| self.from.service(before)).map(|before| before.slot.minutes);
            let zones =
                (before.and_then(|before| self.from.service_layout(before)), self.to.service_layout(index));
            let aligned = minutes == Some(settings.slot.minutes)
                && matches!(zones, (Some(before), Some(after)) if before.zone == after.zone);
            for (start, _, booked) in counts.bookings() {
                if !aligned {
                    let name = &settings.name;
                    return Err(format_smolstr!(
                        "service `{name}`: its slots can't change while one is booked, as that of {start} is"
                    ));
                }
                let zone = self.to.service_layout(index).map_or(chrono_tz::UTC, |service| service.zone);
                let capacity = settings.slot.capacity_at(zone, start);
                if booked > capacity {
                    let name = &settings.name;
                    return Err(format_smolstr!(
                        "service `{name}`: {booked} bookings stand in the slot of {start}, and {capacity} would be room"
                    ));
                }
            }
            services.push(counts);
        }
        ledger.services = services.into_iter().collect();
        Ok(())
    }

    /// Who is gone must have nothing under way.
    fn agents(&self, ledger: &mut Ledger) -> Result<(), SmolStr> {
        let mut known: BTreeMap<_, Agent> =
            self.from.agent_indices().zip(ledger.agents.iter().cloned()).collect();
        let mut agents = Vec::new();
        for index in self.to.agent_indices() {
            let Some(settings) = self.to.agent(index) else { continue };
            let before = self.from.agent_index(settings.id.as_str());
            let agent = before.and_then(|before| known.remove(&before)).unwrap_or_default();
            let busy = agent.session().map_or(0, |session| session.work.len());
            let (id, capacity) = (&settings.id, self.to.capacity(index));
            if busy > capacity as usize {
                return Err(format_smolstr!(
                    "agent `{id}`: has {busy} callbacks under way, and a capacity of {capacity} from then on"
                ));
            }
            agents.push(agent);
        }
        ledger.agents = agents.into_iter().collect();
        for (index, agent) in known {
            let busy = agent.session().is_some_and(|session| session.callbacks().next().is_some());
            if let (true, Some(settings)) = (busy, self.from.agent(index)) {
                return Err(format_smolstr!(
                    "agent `{}`: has a callback under way, and is gone",
                    settings.id
                ));
            }
        }
        Ok(())
    }

    fn callback(&self, callback: &mut Callback) -> Result<(), SmolStr> {
        let id = callback.request.id.clone();
        let gone = |what: &str, name: Option<&SmolStr>| {
            let name = name.cloned().unwrap_or_default();
            format_smolstr!("{what} `{name}`: callback `{id}` is in it, and it is gone")
        };
        let of_service = || gone("service", self.from.service(callback.service).map(|service| &service.name));
        callback.service = self.service(callback.service).ok_or_else(of_service)?;
        let queue = |index: QueueIndex| {
            self.queue(index).ok_or_else(|| gone("queue", self.from.queue(index).map(|queue| &queue.name)))
        };
        // Who is gone had nothing under way.
        let agent = |index: AgentIndex| self.agent(index).ok_or_else(|| gone("agent", None));
        // Who rejected it and is gone will not be offered it anyway.
        callback.cooloffs = std::mem::take(&mut callback.cooloffs)
            .into_iter()
            .filter_map(|cooloff| Some(Cooloff { agent: self.agent(cooloff.agent)?, ..cooloff }))
            .collect();
        let journey = |journey: &mut Arc<Journey>| -> Result<(), SmolStr> {
            let moved = queue(journey.queue)?;
            if moved != journey.queue {
                Arc::make_mut(journey).queue = moved;
            }
            Ok(())
        };
        if let Some(assigned) = callback.assigned {
            callback.assigned = self.agent(assigned);
            let lost = callback.assigned.is_none() && !callback.state.is_completed();
            if let (true, Some(settings)) = (lost, self.from.agent(assigned)) {
                return Err(format_smolstr!(
                    "agent `{}`: callback `{id}` is assigned to them, and they are gone",
                    settings.id
                ));
            }
        }
        match &mut callback.state {
            State::Scheduled(scheduled) => match &mut scheduled.entry {
                Entry::First => {}
                Entry::Into(bound_for) => *bound_for = queue(*bound_for)?,
                Entry::Again(way) => journey(way)?,
            },
            State::Queued(queued) => journey(&mut queued.journey)?,
            State::Routing(routing) => {
                journey(&mut routing.journey)?;
                routing.queue = queue(routing.queue)?;
                if let Some(reserved) = routing.stage.agent_mut() {
                    *reserved = agent(*reserved)?;
                }
            }
            State::Processing(processing) => {
                journey(&mut processing.journey)?;
                processing.queue = queue(processing.queue)?;
                processing.agent = agent(processing.agent)?;
            }
            State::Completed(completed) => {
                completed.queue = completed.queue.and_then(|queue| self.queue(queue));
            }
        }
        Ok(())
    }
}
