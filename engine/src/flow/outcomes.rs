//! Outcomes: what the world, or its silence, makes of attempts; and what deadlines make of waiting.

use std::sync::Arc;

use super::Turn;
use super::agents::Parting;
use super::offering::Departure;
use crate::book::Book;
use crate::center::QueueIndex;
use crate::protocol::{
    Application, EffectKind, Event, Fault, HangUp, Hook, Refusal, TimeoutAnswer, TimeoutKind, View,
};
use crate::record::{
    Callback, Entry, Hold, HoldReason, Journey, Outcome, Processing, Queued, Reason, Routing, Stage, State,
};
use crate::value::{AttemptId, Duration, Instant, Sequence};

/// What the settings make of it that a callback left the line for nothing.
#[derive(Clone, Debug)]
pub(super) enum Standard {
    /// Back to the line, held or not.
    Back(Option<Hold>),
    /// Over.
    Complete(Reason),
    /// Called all the same.
    SetOff(Departure),
}

impl<A: Application> Turn<'_, A> {
    /// The host says how an attempt ended.
    pub(super) fn outcome(&mut self, attempt: AttemptId, outcome: Outcome) -> Result<(), Refusal> {
        let callback = self.book.of_attempt(attempt);
        match callback.map(|callback| (callback.sequence, &callback.state)) {
            Some((sequence, State::Routing(routing))) if routing.stage.attempt() == Some(attempt) => {
                let routing = routing.clone();
                let waits = matches!(routing.stage, Stage::CustomerWaiting { .. });
                match outcome {
                    Outcome::Unknown => self.lose_track(sequence, self.now(), Parting::Unused),
                    Outcome::Abandoned if waits => {
                        self.report_outcome(sequence, attempt, outcome);
                        self.abandoned(sequence, routing);
                    }
                    _ if waits => return Err(Refusal::AlreadyConnected(attempt)),
                    Outcome::Answered => {
                        self.report_outcome(sequence, attempt, outcome);
                        self.answered(sequence, routing, attempt);
                    }
                    _ => {
                        self.report_outcome(sequence, attempt, outcome);
                        self.attempt_failed(sequence, routing, outcome);
                    }
                }
                Ok(())
            }
            Some((_, State::Processing(processing))) if processing.attempt == attempt => {
                Err(Refusal::AlreadyConnected(attempt))
            }
            _ => {
                let placed = AttemptId(1)..self.book.ledger().next_attempt;
                if outcome == Outcome::Answered && placed.contains(&attempt) {
                    let callback = callback.map(|callback| callback.request.id.clone());
                    self.event(Event::LateAnswer { callback: callback.clone(), attempt });
                    self.emit(EffectKind::HangUp(HangUp { attempt, callback }));
                }
                Err(Refusal::StaleAttempt(attempt))
            }
        }
    }

    pub(super) fn report_outcome(&mut self, sequence: Sequence, attempt: AttemptId, outcome: Outcome) {
        self.book().change(sequence, |callback| callback.last_outcome = Some(outcome));
        if let Some(callback) = self.callback(sequence).map(|callback| callback.request.id.clone()) {
            self.event(Event::Outcome { callback, attempt, outcome });
        }
    }

    pub(super) fn connect(&mut self, sequence: Sequence, routing: Routing, attempt: AttemptId) {
        let Routing { journey, queue, stage } = routing;
        let Some(agent) = stage.agent() else { return };
        let now = self.now();
        let talk_timeout = self.book.layout().queue(queue).map(|queue| queue.talk_timeout);
        let book = self.book();
        book.change_agent(agent, |agent| agent.connect(sequence, now));
        book.count_connection(queue);
        let talk_until = now.after(talk_timeout.unwrap_or_default());
        book.put(
            sequence,
            State::Processing(Processing { journey, queue, agent, attempt, connected_at: now, talk_until }),
        );
        let request = self.callback(sequence).map(|callback| Arc::clone(&callback.request));
        let agent = self.book.layout().agent(agent).map(|agent| agent.id.clone());
        if let (Some(request), Some(agent)) = (request, agent) {
            self.book().remember_agent(&request.phone, agent.clone());
            let callback = request.id.clone();
            self.event(Event::Connected { callback, agent });
        }
        self.unsettle();
    }

    /// The host stayed silent: the engine takes it that nobody answered.
    pub(super) fn grace_over(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Routing(routing), .. }) = self.callback(sequence) else { return };
        let routing = routing.clone();
        let Some(attempt) = routing.stage.attempt() else { return };
        self.hang_up(sequence);
        self.report_outcome(sequence, attempt, Outcome::NoAnswer);
        self.attempt_failed(sequence, routing, Outcome::NoAnswer);
    }

    /// Ends the live attempt without the world's word: whoever is on the line is hung up on, and the number is
    /// left alone for a while.
    pub(super) fn hang_up(&mut self, sequence: Sequence) {
        self.hang_up_at(sequence, self.now());
    }

    /// The same, where the host does so only at `when`.
    pub(super) fn hang_up_at(&mut self, sequence: Sequence, when: Instant) {
        let Some(callback) = self.callback(sequence) else { return };
        let Some(attempt) = callback.state.attempt() else { return };
        let (id, phone) = (callback.request.id.clone(), callback.request.phone.clone());
        self.emit(EffectKind::HangUp(HangUp { attempt, callback: Some(id) }));
        let floor = self.book.layout().center().limits.redial_floor;
        self.book().fence(&phone, when, floor);
    }

    pub(super) fn attempt_failed(&mut self, sequence: Sequence, routing: Routing, outcome: Outcome) {
        let last = match outcome {
            Outcome::Abandoned => Reason::InteractionDeleted,
            _ => Reason::CallToCustomer,
        };
        let standard = self.after_attempt(sequence, routing.queue, last);
        self.come_to_nothing(sequence, routing, TimeoutKind::Failed(outcome), Parting::Unused, standard);
    }

    /// What the settings make of a failed attempt: another one, or the end for the reason `last`.
    pub(super) fn after_attempt(&self, sequence: Sequence, queue: QueueIndex, last: Reason) -> Standard {
        let attempts = self.callback(sequence).map_or(0, Callback::counted_attempts);
        match self.book.layout().queue(queue) {
            Some(queue) if attempts < queue.max_attempts => {
                let until = self.now().after(queue.retry_after);
                Standard::Back(Some(Hold { until, why: HoldReason::Retry }))
            }
            _ => Standard::Complete(last),
        }
    }

    /// What a callback left the line for came to nothing: the application decides how it goes on, or else `standard`.
    pub(super) fn come_to_nothing(
        &mut self,
        sequence: Sequence,
        routing: Routing,
        kind: TimeoutKind,
        parting: Parting,
        standard: Standard,
    ) {
        let agent = routing.stage.agent();
        let (answer, why) = (self.ask_timeout(sequence, kind), kind.word());
        let journey = routing.journey;
        if let TimeoutKind::Failed(outcome) = kind
            && let Some(from) = self.on_again_from(answer.as_ref(), &standard)
        {
            self.try_next_number(sequence, outcome, from);
        }
        match (answer, standard) {
            (Some(TimeoutAnswer::Retry(after)), _) => {
                let hold = Hold { until: self.now().after(after), why: HoldReason::Retry };
                self.go_back(sequence, journey, Some(hold), why);
            }
            (Some(TimeoutAnswer::Requeue), _) => self.go_back(sequence, journey, None, why),
            (Some(TimeoutAnswer::Reroute), _) => {
                let wait_until = journey.wait_until;
                let rerouted = self.set_out(sequence).map(|new| Arc::new(Journey { wait_until, ..new }));
                self.go_back(sequence, rerouted.unwrap_or(journey), None, why);
                self.report_step(sequence);
            }
            (Some(TimeoutAnswer::Schedule(to)), _) => {
                self.schedule(sequence, to, Entry::Again(journey));
            }
            (Some(TimeoutAnswer::Complete(word)), _) => self.complete(sequence, Reason::Script(word)),
            (None, Standard::Back(hold)) => self.go_back(sequence, journey, hold, why),
            (None, Standard::Complete(reason)) => self.complete(sequence, reason),
            (None, Standard::SetOff(departure)) => return self.set_off(sequence, departure),
        }
        if let Some(agent) = agent {
            self.part(agent, sequence, parting);
        }
    }

    /// From when a callback may be called again that left the line for nothing, if it is not over.
    fn on_again_from(&self, answer: Option<&TimeoutAnswer>, standard: &Standard) -> Option<Instant> {
        match (answer, standard) {
            (Some(TimeoutAnswer::Retry(after)), _) => Some(self.now().after(*after)),
            (Some(TimeoutAnswer::Requeue | TimeoutAnswer::Reroute), _) => Some(self.now()),
            (Some(TimeoutAnswer::Schedule(to)), _) => Some(*to),
            (None, Standard::Back(hold)) => Some(hold.map_or(self.now(), |hold| hold.until)),
            (Some(TimeoutAnswer::Complete(_)), _) | (None, Standard::Complete(_) | Standard::SetOff(_)) => {
                None
            }
        }
    }

    /// Back to the line.
    pub(super) fn go_back(
        &mut self,
        sequence: Sequence,
        journey: Arc<Journey>,
        hold: Option<Hold>,
        why: &str,
    ) {
        self.enter(sequence, journey, hold);
        self.report_returned(sequence, why);
        self.act_if_closed(sequence);
    }

    /// A callback has waited as long as its first queue lets it.
    pub(super) fn queue_wait(&mut self, sequence: Sequence) {
        let answer = self.ask_timeout(sequence, TimeoutKind::QueueWait);
        let Some(Callback { state: State::Queued(queued), .. }) = self.callback(sequence) else { return };
        let (now, queued) = (self.now(), queued.clone());
        let wait_until = now.after(self.queued_ttl(&queued.journey.plan, queued.journey.queue));
        let longer = |journey: Journey| Arc::new(Journey { wait_until, ..journey });
        let journey = (*queued.journey).clone();
        match answer {
            Some(TimeoutAnswer::Retry(after)) => {
                let hold = Hold { until: now.after(after), why: HoldReason::Retry };
                self.enter(sequence, longer(journey), Some(hold));
                self.report_held(sequence);
            }
            Some(TimeoutAnswer::Requeue) => {
                let state = State::Queued(Queued { journey: longer(journey), ..queued });
                self.book().put(sequence, state);
            }
            Some(TimeoutAnswer::Reroute) => {
                let journey = self.set_out(sequence).unwrap_or(journey);
                let wait_until = now.after(self.queued_ttl(&journey.plan, journey.queue));
                let journey = Arc::new(Journey { wait_until, ..journey });
                self.enter(sequence, journey, queued.hold);
                self.report_step(sequence);
                if self.callback(sequence).and_then(Callback::hold) != queued.hold {
                    self.report_held(sequence);
                }
            }
            Some(TimeoutAnswer::Schedule(to)) => {
                self.schedule(sequence, to, Entry::Again(Arc::new(journey)));
            }
            Some(TimeoutAnswer::Complete(word)) => self.complete(sequence, Reason::Script(word)),
            None => self.complete(sequence, Reason::TargetNotFound),
        }
    }

    fn ask_timeout(&mut self, sequence: Sequence, kind: TimeoutKind) -> Option<TimeoutAnswer> {
        let callback = self.callback(sequence)?;
        let (service, received) = (callback.service, callback.received);
        let view = self.view_of(sequence)?;
        let answer = self.ask(Hook::Timeout, (view, kind), |application, (view, kind), book| {
            let answer = application.timeout(view, *kind)?;
            let fault = answer.as_ref().and_then(|answer| obstacle(answer, book, service, received));
            fault.map_or(Ok(answer), |message| Err(Fault::of_answer(message)))
        });
        answer.ok().flatten()
    }
}

/// Why an answer can't be followed, if it can't.
fn obstacle(
    answer: &TimeoutAnswer,
    book: &Book,
    service: crate::center::ServiceIndex,
    received: Instant,
) -> Option<String> {
    let now = book.now();
    match answer {
        TimeoutAnswer::Retry(after) if *after <= Duration::ZERO => {
            Some(format!("retry({after}) would try again at once; give a duration above 0"))
        }
        TimeoutAnswer::Schedule(to) => {
            let horizon = book.layout().service(service).map_or(Duration::ZERO, |service| service.horizon);
            if *to <= now {
                return Some(format!("schedule({to}) is not later than now, {now}"));
            }
            if *to > received.after(horizon) {
                return Some(format!("schedule({to}) is beyond the horizon, {horizon} after the request"));
            }
            let room = book.slot(service, *to).is_some_and(|slot| book.has_room(service, slot));
            (!room).then(|| format!("schedule({to}): its slot is full"))
        }
        TimeoutAnswer::Retry(_)
        | TimeoutAnswer::Requeue
        | TimeoutAnswer::Reroute
        | TimeoutAnswer::Complete(_) => None,
    }
}
