//! Lines: a callback's way into its queue, along its plan, and back.

use ringback_engine::center::{Condition, Plan, Preference, Step};
use ringback_engine::protocol::{About, Application, Event, Hook, View};
use ringback_engine::record::{HoldReason, Reason};
use ringback_engine::{AgentId, Duration, Instant, Name, Requirement, Sequence};

use super::Naive;
use super::asking::refused;
use super::world::{Booking, Callback, State, Way, World};

impl World {
    /// That of the plan's first queue, else of the present one.
    fn queued_ttl(&self, plan: &Plan, present: &Name) -> Duration {
        let first = plan.queue();
        self.queue(if self.has_queue(first) { first } else { present }).queued_ttl
    }

    /// The default plan: the service's queue, then that queue's overflow.
    fn default_plan(&self, sequence: Sequence) -> Plan {
        let queue = self.queue(&self.service_of(self.callback(sequence)).queue);
        let mut plan = self.plan_of(&queue.name);
        let span = queue.prefer_last_agent;
        if let Some((span, agent)) = span.zip(self.last_agent(&self.callback(sequence).request.phone)) {
            plan.prefer_at_first(Preference { agent, span });
        }
        plan
    }

    /// A queue, then its overflow.
    pub(super) fn plan_of(&self, queue: &str) -> Plan {
        let queue = self.queue(queue);
        let mut overflow: Vec<_> =
            queue.overflow.iter().filter(|edge| edge.when.is_none()).cloned().collect();
        overflow.sort_by_key(|edge| edge.after);
        let mut plan = Plan::new(queue.name.clone());
        for edge in overflow {
            plan.after(edge.after).expect("in order");
            plan.go_to(edge.to);
        }
        for edge in queue.overflow.iter().filter(|edge| edge.when.is_some()) {
            plan.overflow_when(edge.clone());
        }
        plan
    }

    /// Takes the next step of a callback's plan; what it leaves out stays as it was.
    fn take_step(&mut self, sequence: Sequence) {
        let callback = self.callback_mut(sequence);
        let way = callback.way.as_mut().expect("on its way");
        let step: Step = way.plan.steps()[way.taken].clone();
        way.taken += 1;
        if let Some(queue) = step.queue {
            way.queue = queue;
        }
        if let Some(need) = step.need {
            way.need = (*need).clone();
        }
        if let Some(priority) = step.priority {
            callback.priority = priority;
        }
        if step.ageing.is_some() {
            way.ageing = step.ageing;
        }
        if let Some(prefer) = step.prefer {
            way.preferred = Some((prefer.agent, way.since.after(step.after).after(prefer.span)));
        }
    }

    /// The slot of a service that an instant lies in.
    pub(crate) fn slot(&self, service: &str, at: Instant) -> Booking {
        let settings = self.service(service).expect("a service of the center");
        let (start, end) = ringback_engine::center::slot_of(self.zone(service), settings.slot.minutes, at);
        Booking { service: settings.name.clone(), start, end }
    }

    pub(crate) fn has_room(&self, slot: &Booking) -> bool {
        let capacity = self.service(&slot.service).expect("a service of the center").slot.capacity;
        let held = self.holds.iter().map(|(_, slot, _)| slot);
        self.bookings.iter().chain(held).filter(|booking| *booking == slot).count() < capacity as usize
    }
}

impl<A: Application> Naive<A> {
    /// A callback's time has come.
    pub(super) fn submit(&mut self, sequence: Sequence) {
        let first = self.world.callback(sequence).way.is_none();
        if first {
            match self.world.callback(sequence).bound_for.clone() {
                Some(queue) => self.set_out_on(sequence, self.world.plan_of(&queue)),
                None => self.set_out(sequence),
            }
        }
        let now = self.world.now;
        let way = self.world.callback(sequence).way.clone().expect("just set");
        let wait_until = now.after(self.world.queued_ttl(&way.plan, &way.queue));
        let callback = self.world.callback_mut(sequence);
        // The booking stands from here on, whatever becomes of the callback.
        callback.slot = None;
        callback.way.as_mut().expect("just set").wait_until = wait_until;
        if !first {
            return self.go_back(sequence, None, "scheduled");
        }
        callback.state = State::Queued { since: now, hold: None };
        self.keep_window(sequence);
        let callback = self.world.callback(sequence);
        let queued = Event::Queued {
            callback: callback.request.id.clone(),
            queue: callback.queue().cloned().expect("in a queue"),
            need: self.world.need(callback).to_string().into(),
            score: self.world.score(callback),
        };
        self.event(queued);
        self.report_held(sequence);
    }

    /// Asks for a plan and takes its first step.
    fn set_out(&mut self, sequence: Sequence) {
        let plan = self.asked_plan(sequence);
        self.set_out_on(sequence, plan);
    }

    /// The application's plan, or the default plan.
    fn asked_plan(&mut self, sequence: Sequence) -> Plan {
        let view = self.callback_view(sequence);
        let answer = self.ask(Hook::Route, About::Callback(&view), |application, world| {
            let plan = application.route(&view)?;
            let queues = plan.iter().flat_map(Plan::steps).filter_map(|step| step.queue.as_ref());
            let unknown =
                queues.into_iter().find(|queue| !world.center.queues.iter().any(|q| q.name == **queue));
            let preferences = plan.iter().flat_map(Plan::steps).filter_map(|step| step.prefer.as_ref());
            let mut strangers = preferences
                .filter(|prefer| !world.agents.iter().any(|agent| agent.settings.id == prefer.agent));
            match (unknown, strangers.next()) {
                (Some(queue), _) => refused(format!("plan: unknown queue `{queue}`")),
                (None, Some(prefer)) => refused(format!("plan: unknown agent `{}`", prefer.agent)),
                (None, None) => Ok(plan),
            }
        });
        answer.ok().flatten().unwrap_or_else(|| self.world.default_plan(sequence))
    }

    /// Takes the first step of a plan.
    fn set_out_on(&mut self, sequence: Sequence, plan: Plan) {
        let now = self.world.now;
        let way = Way {
            since: now,
            taken: 0,
            queue: plan.queue().clone(),
            need: Requirement::anyone(),
            ageing: None,
            preferred: None,
            overflowed: Vec::new(),
            wait_until: now.after(self.world.queued_ttl(&plan, plan.queue())),
            plan,
        };
        let at = self.world.callback(sequence).queue().cloned();
        let mut queues = way.plan.steps().iter().filter_map(|step| step.queue.as_ref());
        let opened = way.plan.overflow().iter().position(|edge| {
            edge.after <= Duration::ZERO
                && (at.as_ref() == Some(&edge.to) || self.world.takes_in(&edge.to))
                && self.world.overflow_holds(way.plan.queue(), edge)
        });
        let anywhere = queues.any(|queue| at.as_ref() == Some(queue) || self.world.takes_in(queue));
        self.world.callback_mut(sequence).way = Some(way);
        self.world.take_step(sequence);
        if let Some(position) = opened {
            let way = self.world.callback_mut(sequence).way.as_mut().expect("just set");
            way.queue = way.plan.overflow()[position].to.clone();
            return way.overflowed.push(position);
        }
        let queue = |world: &World| world.callback(sequence).queue().cloned().expect("just set");
        let mut full: Vec<Name> = Vec::new();
        let taken_in = |world: &World| {
            at.as_ref() == Some(&queue(world)) || world.takes_in_besides(sequence, &queue(world))
        };
        while anywhere && !taken_in(&self.world) {
            full.push(queue(&self.world));
            self.world.take_step(sequence);
        }
        full.dedup();
        full.into_iter().for_each(|queue| self.report_passed_over(sequence, queue));
    }

    /// Asks for a new plan. `queue_wait` is due as it was.
    pub(super) fn reroute(&mut self, sequence: Sequence) {
        let wait_until = self.world.callback(sequence).way.as_ref().expect("in a queue").wait_until;
        self.set_out(sequence);
        self.world.callback_mut(sequence).way.as_mut().expect("just set").wait_until = wait_until;
    }

    /// `queue_wait` is due again, so long from now.
    pub(super) fn wait_longer(&mut self, sequence: Sequence) {
        let way = self.world.callback(sequence).way.clone().expect("in a queue");
        let wait_until = self.world.now.after(self.world.queued_ttl(&way.plan, &way.queue));
        self.world.callback_mut(sequence).way.as_mut().expect("in a queue").wait_until = wait_until;
    }

    /// Back to the line, with its place.
    pub(super) fn go_back(&mut self, sequence: Sequence, hold: Option<Instant>, why: &str) {
        self.wait(sequence, hold.map(|until| (until, HoldReason::Retry)));
        let callback = self.world.callback(sequence).request.id.clone();
        self.event(Event::Returned { callback, why: Name::new(why) });
        self.report_held(sequence);
        if why != "scheduled" {
            self.act_if_closed(sequence);
        }
    }

    /// In the line from now on, held or not.
    pub(super) fn wait(&mut self, sequence: Sequence, hold: Option<(Instant, HoldReason)>) {
        let since = self.world.now;
        let callback = self.world.callback_mut(sequence);
        callback.cooloffs.retain(|(_, until)| *until > since);
        callback.state = State::Queued { since, hold };
        self.keep_window(sequence);
    }

    /// Says until when a callback has to wait, if it has to.
    pub(super) fn report_held(&mut self, sequence: Sequence) {
        let callback = self.world.callback(sequence);
        let id = callback.request.id.clone();
        match callback.state {
            State::Queued { hold: Some((until, why)), .. } => {
                self.event(Event::Held { callback: id, until, why })
            }
            _ => self.report_limit(sequence),
        }
    }

    /// Says that a callback has to wait because its number was called as often as may be.
    fn report_limit(&mut self, sequence: Sequence) {
        let request = self.world.callback(sequence).request.clone();
        if let Some(until) = self.world.limited_until(&request.phone) {
            let why = HoldReason::AttemptsPerNumber;
            self.event(Event::Held { callback: request.id.clone(), until, why });
        }
    }

    pub(super) fn step(&mut self, sequence: Sequence) {
        let now = self.world.now;
        let before = self.world.callback(sequence).queue().cloned().expect("in a queue");
        let way = self.world.callback_mut(sequence).way.as_mut().expect("in a queue");
        if way.preferred.as_ref().is_some_and(|(_, until)| *until <= now) {
            way.preferred = None;
        }
        let next = way.plan.steps().get(way.taken);
        let due = next.filter(|step| way.since.after(step.after) <= now);
        let leads_to = due.and_then(|step| step.queue.clone());
        let due = due.is_some();
        if leads_to.is_some_and(|queue| !self.world.has_queue(&queue)) {
            return self.complete(sequence, Reason::Queueing);
        }
        if due {
            self.world.take_step(sequence);
        }
        let after = self.world.callback(sequence).queue().cloned().expect("in a queue");
        if before != after && !self.world.takes_in_besides(sequence, &after) {
            self.world.callback_mut(sequence).way.as_mut().expect("in a queue").queue = before;
            self.report_passed_over(sequence, after);
        }
        self.report_step(sequence);
        if self.keep_window(sequence) {
            self.report_held(sequence);
        }
    }

    /// Says where those stand in line who wait for an agent, who has come or gone.
    pub(super) fn report_preferring(&mut self, id: &AgentId) {
        let waits = |callback: &&Callback| {
            let way = callback.way.as_ref();
            matches!(callback.state, State::Queued { .. })
                && way.is_some_and(|way| way.preferred.as_ref().is_some_and(|(agent, _)| agent == id))
        };
        let waiting: Vec<Sequence> = self.world.callbacks.iter().filter(waits).map(|c| c.sequence).collect();
        waiting.into_iter().for_each(|sequence| self.report_step(sequence));
    }

    /// Says where a callback stands since its plan moved it.
    pub(super) fn report_step(&mut self, sequence: Sequence) {
        self.report_step_when(sequence, None);
    }

    /// The same, where a condition moved it.
    pub(super) fn report_step_when(&mut self, sequence: Sequence, when: Option<Condition>) {
        let callback = self.world.callback(sequence);
        if !matches!(callback.state, State::Queued { .. }) {
            return;
        }
        let step = Event::Step {
            callback: callback.request.id.clone(),
            queue: callback.queue().cloned().expect("in a queue"),
            need: self.world.need(callback).to_string().into(),
            when,
        };
        self.event(step);
    }

    /// A hold is over.
    pub(super) fn release(&mut self, sequence: Sequence) {
        if let State::Queued { hold, .. } = &mut self.world.callback_mut(sequence).state {
            *hold = None;
        }
        self.keep_window(sequence);
        self.report_held(sequence);
    }

    /// Puts a callback off until `to`, which is its place from now on.
    pub(super) fn schedule(&mut self, sequence: Sequence, to: Instant) {
        let callback = self.world.callback(sequence);
        let slot = self.world.slot(&callback.request.service, to);
        let submit_at = to.before(self.world.service_of(callback).submit_before).max(self.world.now);
        let callback = self.world.callback_mut(sequence);
        (callback.place, callback.lives_from) = (to, to);
        callback.slot = Some(slot.start);
        callback.state = State::Scheduled { submit_at };
        let id = callback.request.id.clone();
        self.world.bookings.push(slot);
        self.event(Event::Scheduled { callback: id, desired: to });
    }
}
