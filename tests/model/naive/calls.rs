//! Calls: how attempts end, and what is made of it.

use ringback_engine::protocol::{
    About, Application, EffectKind, Event, HangUp, Hook, Refusal, TimeoutAnswer, TimeoutKind,
};
use ringback_engine::record::{HoldReason, Outcome, Reason};
use ringback_engine::{AttemptId, Duration, Instant, Sequence};

use super::Naive;
use super::agents::Parting;
use super::asking::refused;
use super::world::{Callback, Stage, State, World};

/// What the settings make of it.
pub(super) enum Standard {
    Back(Option<Instant>),
    Complete(Reason),
    SetOff,
}

impl<A: Application> Naive<A> {
    pub(super) fn outcome(&mut self, attempt: AttemptId, outcome: Outcome) -> Result<(), Refusal> {
        let callback =
            self.world.callbacks.iter().find(|callback| callback.attempts.contains(&attempt)).cloned();
        match &callback {
            Some(Callback { sequence, state: State::Routing(stage), .. })
                if callback.as_ref().and_then(Callback::live) == Some(attempt) =>
            {
                if outcome == Outcome::Unknown {
                    self.lose_track(&callback.expect("found"), self.world.now, Parting::Unused);
                    return Ok(());
                }
                if matches!(stage, Stage::OnLine(..)) {
                    if outcome != Outcome::Abandoned {
                        return Err(Refusal::AlreadyConnected(attempt));
                    }
                    let queue = callback.as_ref().and_then(Callback::queue).expect("in a queue");
                    self.world.answered.push((queue.clone(), true));
                }
                self.report_outcome(*sequence, outcome);
                match outcome {
                    Outcome::Answered => self.answered(*sequence),
                    _ => self.attempt_failed(*sequence, outcome),
                }
                Ok(())
            }
            Some(callback) if callback.live() == Some(attempt) => Err(Refusal::AlreadyConnected(attempt)),
            _ => {
                let was_placed = (1..=self.world.attempts).contains(&attempt.0);
                if outcome == Outcome::Answered && was_placed {
                    let callback = callback.map(|callback| callback.request.id.clone());
                    self.event(Event::LateAnswer { callback: callback.clone(), attempt });
                    self.emit(EffectKind::HangUp(HangUp { attempt, callback }));
                }
                Err(Refusal::StaleAttempt(attempt))
            }
        }
    }

    pub(super) fn report_outcome(&mut self, sequence: Sequence, outcome: Outcome) {
        let callback = self.world.callback_mut(sequence);
        callback.last_outcome = Some(outcome);
        let id = callback.request.id.clone();
        let attempt = callback.attempts.last().copied().expect("under way");
        self.event(Event::Outcome { callback: id, attempt, outcome });
    }

    pub(super) fn connect(&mut self, sequence: Sequence) {
        let callback = self.world.callback(sequence);
        let (id, agent) = (callback.request.id.clone(), callback.agent().cloned().expect("reserved"));
        let queue = self.world.queue(callback.queue().expect("reserved from one"));
        let talk_until = self.world.now.after(queue.talk_timeout);
        self.world.callback_mut(sequence).state = State::Processing { agent: agent.clone(), talk_until };
        let now = self.world.now;
        self.unit(&agent, sequence).talking = Some(now);
        let phone = self.world.callback(sequence).request.phone.clone();
        self.world.talks.push((phone, agent.clone(), now));
        let queue = self.world.callback(sequence).queue().cloned().expect("reserved from one");
        self.world.connections.push((queue, now));
        let session = self.world.agent_mut(&agent).and_then(|agent| agent.session.as_mut());
        session.expect("busy, so logged in").calls += 1;
        self.event(Event::Connected { callback: id, agent });
    }

    /// The host stayed silent.
    pub(super) fn grace_over(&mut self, sequence: Sequence) {
        self.hang_up(sequence);
        self.report_outcome(sequence, Outcome::NoAnswer);
        self.attempt_failed(sequence, Outcome::NoAnswer);
    }

    /// Ends what is under way without the world's word, and fences the number.
    pub(super) fn hang_up(&mut self, sequence: Sequence) {
        self.hang_up_at(sequence, self.world.now);
    }

    /// Ends what is under way of a callback, if anything is; nobody knows how it went, and it counts for nothing.
    pub(super) fn lose_track(&mut self, callback: &Callback, when: Instant, parting: Parting) {
        if !callback.is_under_way() {
            return;
        }
        self.hang_up_at(callback.sequence, when);
        if matches!(callback.state, State::Processing { .. }) {
            return self.finish_talk(callback, parting);
        }
        if callback.live().is_some() {
            self.report_outcome(callback.sequence, Outcome::Unknown);
        }
        if callback.live().is_some() || matches!(callback.state, State::Routing(Stage::Invited(..))) {
            self.world.callback_mut(callback.sequence).unknown += 1;
        }
        self.go_back(callback.sequence, None, Outcome::Unknown.word());
        if let Some(agent) = callback.agent() {
            self.part(agent, callback.sequence, parting);
        }
    }

    /// The same, where the host does so at `when`.
    fn hang_up_at(&mut self, sequence: Sequence, when: Instant) {
        let callback = self.world.callback(sequence).clone();
        if let Some(attempt) = callback.live() {
            let until = when.after(self.world.center.limits.redial_floor);
            self.world.fences.push((callback.request.phone.clone(), until));
            self.emit(EffectKind::HangUp(HangUp { attempt, callback: Some(callback.request.id.clone()) }));
        }
    }

    pub(super) fn attempt_failed(&mut self, sequence: Sequence, outcome: Outcome) {
        let last = match outcome {
            Outcome::Abandoned => Reason::InteractionDeleted,
            _ => Reason::CallToCustomer,
        };
        let standard = self.after_attempt(sequence, last);
        self.come_to_nothing(sequence, TimeoutKind::Failed(outcome), Parting::Unused, standard);
    }

    /// Another attempt later, if there may be one; else the end.
    pub(super) fn after_attempt(&self, sequence: Sequence, last: Reason) -> Standard {
        let callback = self.world.callback(sequence);
        let queue = self.world.queue(callback.queue().expect("reserved from one"));
        if callback.counted() < queue.max_attempts {
            return Standard::Back(Some(self.world.now.after(queue.retry_after)));
        }
        Standard::Complete(last)
    }

    /// What a callback left the line for came to nothing.
    pub(super) fn come_to_nothing(
        &mut self,
        sequence: Sequence,
        kind: TimeoutKind,
        parting: Parting,
        standard: Standard,
    ) {
        let why = kind.word();
        let answer = self.ask_timeout(sequence, kind);
        let callback = self.world.callback(sequence).clone();
        let now = self.world.now;
        let from = match (&answer, &standard) {
            (Some(TimeoutAnswer::Retry(after)), _) => Some(now.after(*after)),
            (Some(TimeoutAnswer::Requeue | TimeoutAnswer::Reroute), _) => Some(now),
            (Some(TimeoutAnswer::Schedule(to)), _) => Some(*to),
            (None, Standard::Back(until)) => Some(until.unwrap_or(now)),
            _ => None,
        };
        if let (TimeoutKind::Failed(outcome), Some(from)) = (kind, from) {
            self.try_next_number(sequence, outcome, from);
        }
        match (answer, standard) {
            (Some(TimeoutAnswer::Retry(after)), _) => self.go_back(sequence, Some(now.after(after)), why),
            (Some(TimeoutAnswer::Requeue), _) => self.go_back(sequence, None, why),
            (Some(TimeoutAnswer::Reroute), _) => {
                self.reroute(sequence);
                self.go_back(sequence, None, why);
                self.report_step(sequence);
            }
            (Some(TimeoutAnswer::Schedule(to)), _) => self.schedule(sequence, to),
            (Some(TimeoutAnswer::Complete(word)), _) => self.complete(sequence, Reason::Script(word)),
            (None, Standard::Back(until)) => self.go_back(sequence, until, why),
            (None, Standard::Complete(reason)) => self.complete(sequence, reason),
            (None, Standard::SetOff) => {
                return self.set_off(sequence, callback.agent().cloned().expect("reserved"));
            }
        }
        if let Some(agent) = callback.agent() {
            self.part(agent, sequence, parting);
        }
    }

    /// A callback has waited as long as its plan's first queue lets it.
    pub(super) fn queue_wait(&mut self, sequence: Sequence) {
        let now = self.world.now;
        match self.ask_timeout(sequence, TimeoutKind::QueueWait) {
            Some(TimeoutAnswer::Retry(after)) => {
                self.wait_longer(sequence);
                self.wait(sequence, Some((now.after(after), HoldReason::Retry)));
                self.report_held(sequence);
            }
            Some(TimeoutAnswer::Requeue) => self.wait_longer(sequence),
            Some(TimeoutAnswer::Reroute) => {
                let State::Queued { hold, .. } = self.world.callback(sequence).state else { return };
                self.reroute(sequence);
                self.wait_longer(sequence);
                self.wait(sequence, hold);
                self.report_step(sequence);
                let changed = !matches!(
                    self.world.callback(sequence).state,
                    State::Queued { hold: new, .. } if new == hold
                );
                if changed {
                    self.report_held(sequence);
                }
            }
            Some(TimeoutAnswer::Schedule(to)) => self.schedule(sequence, to),
            Some(TimeoutAnswer::Complete(word)) => self.complete(sequence, Reason::Script(word)),
            None => self.complete(sequence, Reason::TargetNotFound),
        }
    }

    fn ask_timeout(&mut self, sequence: Sequence, kind: TimeoutKind) -> Option<TimeoutAnswer> {
        let view = self.callback_view(sequence);
        let answer = self.ask(Hook::Timeout, About::Event(&view, kind), |application, world| {
            let answer = application.timeout(&view, kind)?;
            let obstacle = answer.as_ref().and_then(|answer| world.obstacle(sequence, answer));
            obstacle.map_or(Ok(answer), refused)
        });
        answer.ok().flatten()
    }

    pub(super) fn ended(&mut self, attempt: AttemptId) -> Result<(), Refusal> {
        let live = |callback: &&Callback| callback.live() == Some(attempt);
        match self.world.callbacks.iter().find(live).cloned() {
            Some(callback) if matches!(callback.state, State::Processing { .. }) => {
                let wrap_up = self.world.queue(callback.queue().expect("reserved from one")).wrap_up;
                self.finish_talk(&callback, Parting::Ended(wrap_up));
                Ok(())
            }
            Some(_) => Err(Refusal::NotConnected(attempt)),
            None => Err(Refusal::StaleAttempt(attempt)),
        }
    }

    pub(super) fn talk_timeout(&mut self, sequence: Sequence) {
        let callback = self.world.callback(sequence).clone();
        let (id, agent) = (callback.request.id.clone(), callback.agent().cloned().expect("talks"));
        self.event(Event::TalkTimeout { callback: id, agent });
        self.hang_up(sequence);
        self.finish_talk(&callback, Parting::Absent("talk_timeout"));
    }

    fn finish_talk(&mut self, callback: &Callback, parting: Parting) {
        let agent = callback.agent().expect("talks");
        self.event(Event::Ended { callback: callback.request.id.clone(), agent: agent.clone() });
        self.complete(callback.sequence, Reason::AgentConnected);
        self.part(agent, callback.sequence, parting);
    }
}

impl World {
    /// Why an answer of the `timeout` hook can't be followed, if it can't.
    fn obstacle(&self, sequence: Sequence, answer: &TimeoutAnswer) -> Option<String> {
        let (now, callback) = (self.now, self.callback(sequence));
        let horizon = self.service_of(callback).horizon;
        match answer {
            TimeoutAnswer::Retry(after) if *after <= Duration::ZERO => {
                Some(format!("retry({after}) would try again at once; give a duration above 0"))
            }
            TimeoutAnswer::Schedule(to) if *to <= now => {
                Some(format!("schedule({to}) is not later than now, {now}"))
            }
            TimeoutAnswer::Schedule(to) if *to > callback.received.after(horizon) => {
                Some(format!("schedule({to}) is beyond the horizon, {horizon} after the request"))
            }
            TimeoutAnswer::Schedule(to) if !self.has_room(&self.slot(&callback.request.service, *to)) => {
                Some(format!("schedule({to}): its slot is full"))
            }
            _ => None,
        }
    }
}
