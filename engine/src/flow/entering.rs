//! Entering queues: the plan, its first step and those that follow.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Turn;
use crate::book::Book;
use crate::center::{Condition, Plan, Preference, QueueIndex, ServiceIndex, Step};
use crate::protocol::{Application, Event, Fault, Hook};
use crate::record::{Callback, Entry, Hold, HoldReason, Journey, Preferred, Queued, Reason, State};
use crate::value::{CallbackId, Duration, Instant, Name, Phone, Sequence};

impl<A: Application> Turn<'_, A> {
    /// A callback's time has come: it enters its queue.
    pub(super) fn submit(&mut self, sequence: Sequence) {
        let Some(State::Scheduled(scheduled)) = self.callback(sequence).map(|callback| &callback.state)
        else {
            return;
        };
        let now = self.now();
        match scheduled.entry.clone() {
            Entry::First | Entry::Into(_) => {
                let plan = match scheduled.entry {
                    Entry::Into(queue) => {
                        self.book.layout().queue_layout(queue).map(|queue| Arc::clone(&queue.plan))
                    }
                    _ => self.plan(sequence),
                };
                let Some(journey) = plan.and_then(|plan| self.set_out_on(sequence, plan)) else { return };
                self.enter(sequence, Arc::new(journey), None);
                self.report_queued(sequence);
            }
            Entry::Again(journey) => {
                let wait_until = now.after(self.queued_ttl(&journey.plan, journey.queue));
                self.enter(sequence, Arc::new(Journey { wait_until, ..(*journey).clone() }), None);
                self.report_returned(sequence, "scheduled");
            }
        }
        // From here on the booking stands until its slot ends, whatever becomes of the callback.
        self.book().change(sequence, |callback| callback.slot = None);
    }

    /// Asks for a plan and takes its first step.
    pub(super) fn set_out(&mut self, sequence: Sequence) -> Option<Journey> {
        let plan = self.plan(sequence)?;
        self.set_out_on(sequence, plan)
    }

    /// Takes the first step of a plan.
    fn set_out_on(&mut self, sequence: Sequence, plan: Arc<Plan>) -> Option<Journey> {
        let (now, queue) = (self.now(), self.book.layout().queue_index(plan.queue())?);
        let mut journey = Journey {
            queue,
            since: now,
            taken: 0,
            need: Arc::default(),
            ageing: None,
            overflowed: Vec::new(),
            preferred: None,
            wait_until: now.after(self.queued_ttl(&plan, queue)),
            plan,
        };
        let mut priority = take_step(&mut journey, self.book);
        // Where it stands already, it may stay.
        let here = self.callback(sequence).and_then(|callback| callback.state.queue());
        let mut passed_over = Vec::new();
        if let Some((edge, to)) = self.book.overflow_on_entry(&journey.plan, here) {
            journey.queue = to;
            journey.overflowed.push(edge);
        } else if self.book.is_taken_in(&journey.plan, here) {
            // The first of its queues that takes it in, as if the time of that step had come.
            while here != Some(journey.queue) && !self.book.takes_in(journey.queue) {
                passed_over.push(journey.queue);
                priority = take_step(&mut journey, self.book).or(priority);
            }
        }
        if let Some(priority) = priority {
            self.book().change(sequence, |callback| callback.priority = priority);
        }
        passed_over.dedup();
        passed_over.into_iter().for_each(|queue| self.report_passed_over(sequence, queue));
        Some(journey)
    }

    fn report_passed_over(&mut self, sequence: Sequence, queue: QueueIndex) {
        let callback = self.callback(sequence).map(|callback| callback.request.id.clone());
        let queue = self.book.layout().queue(queue).map(|queue| queue.name.clone());
        if let (Some(callback), Some(queue)) = (callback, queue) {
            self.event(Event::PassedOver { callback, queue });
        }
    }

    /// The application's plan, or that of the center's settings.
    fn plan(&mut self, sequence: Sequence) -> Option<Arc<Plan>> {
        let callback = self.callback(sequence)?;
        let service = callback.service;
        let phone = callback.request.phone.clone();
        let view = self.view_of(sequence)?;
        let answer = self.ask(Hook::Route, view, |application, view, book| {
            let plan = application.route(view)?;
            let unknown = |step: &Step| step.queue.clone().filter(|q| book.layout().queue_index(q).is_none());
            let stranger = |step: &Step| {
                let agent = step.prefer.as_ref().map(|preference| &preference.agent)?;
                book.layout().agent_index(agent.as_str()).is_none().then(|| agent.clone())
            };
            let steps = || plan.iter().flat_map(Plan::steps);
            if let Some(queue) = steps().find_map(unknown) {
                return Err(Fault::of_answer(format!("plan: unknown queue `{queue}`")));
            }
            if let Some(agent) = steps().find_map(stranger) {
                return Err(Fault::of_answer(format!("plan: unknown agent `{agent}`")));
            }
            Ok(plan)
        });
        match answer {
            Ok(Some(plan)) => Some(Arc::new(plan)),
            _ => self.default_plan(service, &phone),
        }
    }

    /// The plan of the center's settings: with a preference for the last agent, where the queue has one.
    fn default_plan(&self, service: ServiceIndex, phone: &Phone) -> Option<Arc<Plan>> {
        let service = self.book.layout().service_layout(service)?;
        let span = self.book.layout().queue(service.queue).and_then(|queue| queue.prefer_last_agent);
        let Some((span, agent)) = span.zip(self.book.last_agent(phone)) else {
            return Some(Arc::clone(&service.plan));
        };
        let mut plan = (*service.plan).clone();
        plan.prefer_at_first(Preference { agent, span });
        Some(Arc::new(plan))
    }

    /// How long a callback with this plan may wait: the first queue's `queued_ttl`, or where a new configuration has it no
    /// more, that of the queue it is in.
    pub(super) fn queued_ttl(&self, plan: &Plan, present: QueueIndex) -> Duration {
        let layout = self.book.layout();
        let queue = layout.queue(layout.queue_index(plan.queue()).unwrap_or(present));
        queue.map_or(Duration::ZERO, |queue| queue.queued_ttl)
    }

    /// Puts a callback into the line, held or not.
    pub(super) fn enter(&mut self, sequence: Sequence, journey: Arc<Journey>, hold: Option<Hold>) {
        let since = self.now();
        self.book().change(sequence, |callback| {
            callback.cooloffs.retain(|cooloff| cooloff.until > since);
            callback.state = State::Queued(Queued { journey, since, hold });
        });
        self.unsettle();
        self.keep_window(sequence);
    }

    fn report_queued(&mut self, sequence: Sequence) {
        let score = self.book.score(sequence);
        if let Some((callback, queue, need)) = self.standing(sequence) {
            self.event(Event::Queued { callback, queue, need, score });
        }
        self.report_held(sequence);
    }

    /// Says that a callback came back to the line, and if it has to wait, until when and why.
    pub(super) fn report_returned(&mut self, sequence: Sequence, why: &str) {
        let Some(callback) = self.callback(sequence) else { return };
        let callback = callback.request.id.clone();
        self.event(Event::Returned { callback, why: SmolStr::new(why) });
        self.report_held(sequence);
    }

    /// Says until when a callback has to wait, and why, if it has to.
    pub(super) fn report_held(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Queued(queued), request, .. }) = self.callback(sequence) else {
            return;
        };
        match queued.hold {
            Some(Hold { until, why }) => {
                let callback = request.id.clone();
                self.event(Event::Held { callback, until, why });
            }
            None => self.report_limit(sequence),
        }
    }

    /// Says where a callback stands since its plan moved it.
    pub(super) fn report_step(&mut self, sequence: Sequence) {
        self.report_step_when(sequence, None);
    }

    /// The same, where a condition moved it.
    pub(super) fn report_step_when(&mut self, sequence: Sequence, when: Option<Condition>) {
        if let Some((callback, queue, need)) = self.standing(sequence) {
            self.event(Event::Step { callback, queue, need, when });
        }
    }

    /// Says that a callback has to wait because its number is at its limit, if it is.
    fn report_limit(&mut self, sequence: Sequence) {
        let Some(callback) = self.callback(sequence) else { return };
        let until = self.book.limited_until(&callback.request.phone);
        if let Some(until) = until {
            let callback = callback.request.id.clone();
            self.event(Event::Held { callback, until, why: HoldReason::AttemptsPerNumber });
        }
    }

    /// A Queued callback's id, queue and whole requirement, for the log.
    fn standing(&self, sequence: Sequence) -> Option<(CallbackId, Name, SmolStr)> {
        let callback = self.callback(sequence)?;
        let State::Queued(queued) = &callback.state else { return None };
        let queue = self.book.layout().queue(queued.journey.queue)?.name.clone();
        let need = smol_str::format_smolstr!("{}", self.book.need_of(callback));
        Some((callback.request.id.clone(), queue, need))
    }

    /// A callback's plan changes something: its next step is due, or a preference ends.
    pub(super) fn step(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Queued(queued), .. }) = self.callback(sequence) else { return };
        let (mut queued, now) = (queued.clone(), self.now());
        let mut journey = (*queued.journey).clone();
        journey.preferred = journey.preferred.filter(|preferred| preferred.until > now);
        let due = journey.next_step().is_some_and(|at| at <= now);
        let here = journey.queue;
        let next = journey.plan.steps().get(journey.taken).and_then(|step| step.queue.as_ref());
        if due && next.is_some_and(|queue| self.book.layout().queue_index(queue).is_none()) {
            return self.complete(sequence, Reason::Queueing);
        }
        let priority = if due { take_step(&mut journey, self.book) } else { None };
        let full = journey.queue;
        if full != here && !self.book.takes_in(full) {
            journey.queue = here;
            self.report_passed_over(sequence, full);
        }
        queued.journey = Arc::new(journey);
        self.book().change(sequence, |callback| {
            callback.priority = priority.unwrap_or(callback.priority);
            callback.state = State::Queued(queued);
        });
        self.unsettle();
        self.report_step(sequence);
        if self.keep_window(sequence) {
            self.report_held(sequence);
        }
    }

    /// A callback's hold is over.
    pub(super) fn release(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Queued(queued), .. }) = self.callback(sequence) else { return };
        let queued = Queued { hold: None, ..queued.clone() };
        self.book().put(sequence, State::Queued(queued));
        self.unsettle();
        self.keep_window(sequence);
        self.report_held(sequence);
    }

    /// Puts a callback off until its desired time `to`, which is its place from now on.
    pub(super) fn schedule(&mut self, sequence: Sequence, to: Instant, entry: Entry) {
        let Some(callback) = self.callback(sequence) else { return };
        let (id, service) = (callback.request.id.clone(), callback.service);
        let slot = self.book.slot(service, to);
        if let Some(slot) = slot {
            self.book().book(service, slot);
        }
        self.appoint(sequence, (to, to), slot, entry);
        self.event(Event::Scheduled { callback: id, desired: to });
    }
}

/// Takes the next step of a journey. What the step leaves out stays as it was. Answers the priority that it sets.
fn take_step(journey: &mut Journey, book: &Book) -> Option<i64> {
    let step = journey.plan.steps().get(journey.taken).cloned()?;
    let queue: Option<QueueIndex> = step.queue.and_then(|queue| book.layout().queue_index(&queue));
    journey.taken = journey.taken.saturating_add(1);
    journey.queue = queue.unwrap_or(journey.queue);
    journey.need = step.need.unwrap_or_else(|| Arc::clone(&journey.need));
    journey.ageing = step.ageing.or(journey.ageing);
    if let Some(Preference { agent, span }) = step.prefer {
        let until = journey.since.after(step.after).after(span);
        journey.preferred = Some(Preferred { agent, until });
    }
    step.priority
}
