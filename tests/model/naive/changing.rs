//! What people of the center make of a callback that waits.

use std::sync::Arc;

use ringback_engine::protocol::{Application, BulkDeed, Changes, Command, Event, Refusal};
use ringback_engine::record::{Reason, Request};
use ringback_engine::{AgentId, CallbackId, Number};

use super::Naive;
use super::world::{Callback, State, World};

impl World {
    /// How many rank before a callback.
    pub(crate) fn position(&self, own: &Callback) -> Option<usize> {
        match own.state {
            State::Queued { .. } => {}
            State::Routing { .. } | State::Processing { .. } => return Some(0),
            _ => return None,
        }
        let before = |other: &&Callback| {
            matches!(other.state, State::Queued { .. })
                && other.queue() == own.queue()
                && self.rank(other) < self.rank(own)
        };
        Some(self.callbacks.iter().filter(before).count())
    }
}

impl<A: Application> Naive<A> {
    fn changeable(&self, id: &CallbackId) -> Result<Callback, Refusal> {
        let callback = self.known(id)?;
        match callback.state {
            State::Scheduled { .. } | State::Queued { .. } => Ok(callback),
            _ => Err(Refusal::NotChangeable(id.clone(), callback.name())),
        }
    }

    pub(super) fn update(&mut self, id: &CallbackId, changes: Changes) -> Result<(), Refusal> {
        let old = self.changeable(id)?;
        let (waits, now) = (matches!(old.state, State::Queued { .. }), self.world.now);
        let mut new = old.clone();
        let queue = changes.queue.filter(|queue| old.queue().or(old.bound_for.as_ref()) != Some(queue));
        if let Some(queue) = &queue {
            if !self.world.center.queues.iter().any(|known| known.name == *queue) {
                return Err(Refusal::UnknownQueue(queue.clone()));
            }
            match &mut new.way {
                Some(way) => {
                    way.plan = self.world.plan_of(queue);
                    (way.queue, way.since, way.taken) = (queue.clone(), now, 1);
                    way.overflowed.clear();
                }
                None => new.bound_for = Some(queue.clone()),
            }
        }
        let request = Arc::make_mut(&mut new.request);
        let mut attributes = Vec::new();
        for (name, value) in changes.attributes {
            let before = request.attributes.remove(&name);
            request.attributes.extend(value.clone().map(|value| (name.clone(), value)));
            if before != value {
                attributes.push(name);
            }
        }
        let number = changes.number.filter(|number| *number != old.request.number());
        if let Some(Number { phone, facts }) = number.clone() {
            request.other_numbers.retain(|other| other.phone != phone);
            *request = Request { phone, facts, ..request.clone() };
        }
        let priority = changes.priority.filter(|priority| *priority != old.priority);
        new.priority = priority.unwrap_or(old.priority);
        if attributes.is_empty() && number.is_none() && priority.is_none() && queue.is_none() {
            return Ok(());
        }
        if let Some(queue) = queue.as_ref().filter(|queue| waits && !self.world.takes_in(queue)) {
            return Err(Refusal::NotTakenIn(id.clone(), queue.clone()));
        }
        if number.is_some() {
            self.world.check_other_number(&old, &new.request).map_err(Refusal::Rejected)?;
        }
        let before = self.world.position(&old);
        *self.world.callback_mut(old.sequence) = new.clone();
        let (after, moved) = (self.world.position(&new), queue.is_some());
        let renumbered = number.is_some();
        let number = number.map(|number| number.phone);
        let callback = id.clone();
        self.event(Event::Updated { callback, number, attributes, priority, queue, before, after });
        if moved {
            self.report_step(old.sequence);
        }
        let free = |naive: &Self| {
            matches!(naive.world.callback(old.sequence).state, State::Queued { hold: None, .. })
        };
        if self.keep_window(old.sequence) || renumbered && free(self) {
            self.report_held(old.sequence);
        }
        Ok(())
    }

    pub(super) fn assign(&mut self, id: &CallbackId, agent: Option<AgentId>) -> Result<(), Refusal> {
        let callback = self.changeable(id)?;
        if let Some(agent) = &agent
            && !self.world.agents.iter().any(|known| known.settings.id == *agent)
        {
            return Err(Refusal::UnknownAgent(agent.clone()));
        }
        if callback.assigned != agent {
            self.world.callback_mut(callback.sequence).assigned = agent.clone();
            self.event(Event::Assigned { callback: id.clone(), agent });
            self.report_step(callback.sequence);
        }
        Ok(())
    }

    pub(super) fn bulk(&mut self, callbacks: Vec<CallbackId>, deed: BulkDeed) -> Result<(), Refusal> {
        let (mut done, mut refused) = (0, 0);
        for callback in callbacks {
            let one = callback.clone();
            let command = match deed.clone() {
                BulkDeed::Cancel { by } => Command::Cancel { callback, by },
                BulkDeed::Reschedule { to } => Command::Reschedule { callback, to },
                BulkDeed::Assign { agent } => Command::Assign { callback, agent },
            };
            match self.obey(command) {
                Ok(()) => done += 1,
                Err(refusal) => {
                    refused += 1;
                    let (code, sentence) = (refusal.code(), refusal.to_string());
                    self.event(Event::Refused { callback: one, code, sentence });
                }
            }
        }
        self.event(Event::Bulk { done, refused });
        Ok(())
    }

    pub(super) fn recreate(&mut self, of: &CallbackId, id: CallbackId) -> Result<(), Refusal> {
        let callback = self.known(of)?;
        match &callback.state {
            State::Completed { reason: Reason::AgentConnected, .. } => {
                return Err(Refusal::NotRecreatable(of.clone(), callback.name()));
            }
            State::Completed { .. } => {}
            _ => return Err(Refusal::NotRecreatable(of.clone(), callback.name())),
        }
        let mut request = (*callback.request).clone();
        (request.id, request.key, request.hold) = (id.clone(), None, None);
        if request.desired.is_some_and(|desired| desired <= self.world.now) {
            request.desired = None;
        }
        self.request(request)?;
        self.event(Event::Recreated { callback: id, of: of.clone() });
        Ok(())
    }
}
