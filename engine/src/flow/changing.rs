//! Changing: what people of the center make of a callback that waits.

use std::sync::Arc;

use super::Turn;
use super::checks::Checks;
use crate::center::QueueIndex;
use crate::protocol::{Application, Changes, Event, Refusal};
use crate::record::{Callback, Entry, Journey, Queued, Reason, Request, State};
use crate::value::{AgentId, CallbackId, Number, Sequence};

impl<A: Application> Turn<'_, A> {
    /// Somebody changes a callback. All of it is done, or nothing.
    pub(super) fn update(&mut self, id: &CallbackId, changes: Changes) -> Result<(), Refusal> {
        let (sequence, changes, queue) = self.differing(id, changes)?;
        if changes == Changes::default() {
            return Ok(());
        }
        let callback = self.callback(sequence).ok_or_else(|| Refusal::UnknownCallback(id.clone()))?;
        let waits = matches!(callback.state, State::Queued(_));
        if let Some(index) = queue.filter(|index| waits && !self.book.takes_in(*index)) {
            let name = self.book.layout().queue(index).map(|queue| queue.name.clone());
            return Err(Refusal::NotTakenIn(id.clone(), name.unwrap_or_default()));
        }
        if let Some(number) = &changes.number {
            self.test_number(callback, number)?;
        }
        let before = self.book.position(sequence);
        self.change_terms(sequence, &changes, queue);
        if let Some(number) = &changes.number {
            self.book().renumber(sequence, number.clone());
        }
        let after = self.book.position(sequence);
        self.event(Event::Updated {
            callback: id.clone(),
            number: changes.number.as_ref().map(|number| number.phone.clone()),
            attributes: changes.attributes.into_keys().collect(),
            priority: changes.priority,
            queue: changes.queue,
            before,
            after,
        });
        if queue.is_some() {
            self.report_step(sequence);
        }
        let held = self.keep_window(sequence);
        let free = self.callback(sequence).is_some_and(|callback| callback.hold().is_none());
        if held || free && changes.number.is_some() {
            self.report_held(sequence);
        }
        Ok(())
    }

    /// Somebody gives a callback to one agent, whatever its queue and its plan require; or to all again.
    pub(super) fn assign(&mut self, id: &CallbackId, agent: Option<&AgentId>) -> Result<(), Refusal> {
        let callback = self.changeable(id)?;
        let (sequence, assigned) = (callback.sequence, callback.assigned);
        let index = agent.map(|agent| self.agent(agent)).transpose()?;
        if assigned == index {
            return Ok(());
        }
        self.book().change(sequence, |callback| callback.assigned = index);
        self.event(Event::Assigned { callback: id.clone(), agent: agent.cloned() });
        self.report_step(sequence);
        Ok(())
    }

    /// Somebody asks anew for a callback that is over.
    pub(super) fn recreate(&mut self, of: &CallbackId, id: CallbackId) -> Result<(), Refusal> {
        let callback = self.known(of)?;
        match &callback.state {
            State::Completed(completed) if completed.reason != Reason::AgentConnected => {}
            state => return Err(Refusal::NotRecreatable(of.clone(), state.name())),
        }
        let desired = callback.request.desired.filter(|desired| *desired > self.now());
        let request = (*callback.request).clone();
        self.request(Arc::new(Request { id: id.clone(), key: None, hold: None, desired, ..request }))?;
        self.event(Event::Recreated { callback: id, of: of.clone() });
        Ok(())
    }

    /// The callback with this id, which must wait for its time or in a queue.
    fn changeable(&self, id: &CallbackId) -> Result<&Callback, Refusal> {
        let callback = self.known(id)?;
        match callback.state {
            State::Scheduled(_) | State::Queued(_) => Ok(callback),
            _ => Err(Refusal::NotChangeable(id.clone(), callback.state.name())),
        }
    }

    /// What of these changes is not so already, and the queue among it.
    fn differing(
        &self,
        id: &CallbackId,
        mut changes: Changes,
    ) -> Result<(Sequence, Changes, Option<QueueIndex>), Refusal> {
        let callback = self.changeable(id)?;
        let request = &callback.request;
        changes.number = changes.number.filter(|number| *number != request.number());
        changes.priority = changes.priority.filter(|priority| *priority != callback.priority);
        changes.attributes.retain(|name, value| request.attributes.get(name) != value.as_ref());
        let Some(name) = &changes.queue else { return Ok((callback.sequence, changes, None)) };
        let index = self.book.layout().queue_index(name);
        let index = index.ok_or_else(|| Refusal::UnknownQueue(name.clone()))?;
        if callback.state.bound_for().or_else(|| callback.state.queue()) == Some(index) {
            changes.queue = None;
            return Ok((callback.sequence, changes, None));
        }
        Ok((callback.sequence, changes, Some(index)))
    }

    /// A callback's other number must be one that a request might have.
    fn test_number(&self, callback: &Callback, number: &Number) -> Result<(), Refusal> {
        let Number { phone, facts } = number.clone();
        let request = Request { phone, facts, other_numbers: Vec::new(), ..(*callback.request).clone() };
        let (desired, from) = match &callback.state {
            State::Scheduled(scheduled) => (Some(callback.place), scheduled.submit_at),
            _ => (None, self.now()),
        };
        let checks = Checks::new(self.book, &request, desired).map_err(Refusal::Rejected)?;
        let elsewhere = request.phone != callback.request.phone;
        checks.run_for_number((from, callback.ttl_at), elsewhere).map_err(Refusal::Rejected)
    }

    fn change_terms(&mut self, sequence: Sequence, changes: &Changes, queue: Option<QueueIndex>) {
        let now = self.now();
        let plan =
            queue.and_then(|queue| Some((queue, self.book.layout().queue_layout(queue)?.plan.clone())));
        // What the plan requires, and who is preferred, stay; so does the end of the wait.
        let moved = |journey: &Arc<Journey>| match &plan {
            Some((queue, plan)) => {
                let (queue, plan) = (*queue, Arc::clone(plan));
                Arc::new(Journey {
                    plan,
                    since: now,
                    taken: 1,
                    queue,
                    overflowed: Vec::new(),
                    ..(**journey).clone()
                })
            }
            None => Arc::clone(journey),
        };
        self.book().change(sequence, |callback| {
            callback.priority = changes.priority.unwrap_or(callback.priority);
            if !changes.attributes.is_empty() {
                let attributes = &mut Arc::make_mut(&mut callback.request).attributes;
                for (name, value) in &changes.attributes {
                    match value {
                        Some(value) => drop(attributes.insert(name.clone(), value.clone())),
                        None => drop(attributes.remove(name)),
                    }
                }
            }
            match &mut callback.state {
                State::Scheduled(scheduled) => match (&mut scheduled.entry, queue) {
                    (Entry::Again(journey), _) => *journey = moved(journey),
                    (entry, Some(queue)) => *entry = Entry::Into(queue),
                    (Entry::First | Entry::Into(_), None) => {}
                },
                State::Queued(Queued { journey, .. }) => *journey = moved(journey),
                _ => {}
            }
        });
    }
}
