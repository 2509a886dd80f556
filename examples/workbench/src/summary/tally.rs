//! Counting the stream of effects.

use std::collections::BTreeMap;
use std::time::Duration as Elapsed;

use ringback_engine::protocol::{Disagreement, Effect, EffectKind, Event, Hook, Refusal, Said};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{AgentId, CallbackId, Duration, Instant, Name};
use smol_str::SmolStr;

use super::lines::Lines;
use super::occupancy::Shifts;
use super::{By, Calls, Course, Summary, Waits};
use crate::world::{Observer, Standing};

/// Counts what a [`Summary`] says.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    requests: u64,
    accepted: u64,
    repeated: u64,
    rejected: BTreeMap<String, u64>,
    completed: BTreeMap<String, u64>,
    attempts: BTreeMap<String, u64>,
    abandoned: u64,
    refused: BTreeMap<SmolStr, u64>,
    disagreements: BTreeMap<(Hook, Said, Said), u64>,
    events: u64,
    waits: Waits,
    waits_by_queue: BTreeMap<Name, Waits>,
    lines: Lines,
    shifts: Shifts,
    open: BTreeMap<CallbackId, Open>,
    course: Option<Course>,
    /// The last instant at which anything happened but that records went.
    last: Instant,
}

/// A callback that is not over.
#[derive(Clone, Debug, Default)]
struct Open {
    queue: Option<Name>,
    waits: bool,
    agent: Option<AgentId>,
    connected: bool,
}

/// What a run took, counted outside the effects.
#[derive(Clone, Debug, Default)]
pub struct Effort {
    /// Calls of the application's hooks.
    pub script: BTreeMap<Hook, Calls>,
    /// Calls of the engine.
    pub engine_steps: u64,
    /// Time spent in them.
    pub engine: Elapsed,
    /// Time spent on the whole run.
    pub wall: Elapsed,
}

impl Tally {
    /// A tally that also keeps the course of the run.
    #[must_use]
    pub fn with_course() -> Self {
        Self { course: Some(Course::default()), ..Self::default() }
    }

    /// The course of the run so far, if it is kept; taken out.
    pub fn take_course(&mut self) -> Option<Course> {
        self.lines.pass(self.last.after(Duration::from_millis(1)), self.course.as_mut());
        self.course.take()
    }

    /// The summary of what was counted, and of the `effort` it took.
    #[must_use]
    pub fn summary(self, effort: Effort) -> Summary {
        let by_queue = |waits: &BTreeMap<Name, Waits>| waits.clone().into_iter();
        let waiting = By {
            all: self.waits.waiting(),
            by_queue: by_queue(&self.waits_by_queue).map(|(queue, waits)| (queue, waits.waiting())).collect(),
        };
        let service_level = By {
            all: self.waits.service_level(),
            by_queue: by_queue(&self.waits_by_queue)
                .map(|(queue, waits)| (queue, waits.service_level()))
                .collect(),
        };
        Summary {
            requests: self.requests,
            accepted: self.accepted,
            rejected: self.rejected,
            repeated: self.repeated,
            completed: self.completed,
            attempts: self.attempts,
            abandoned: self.abandoned,
            waiting,
            service_level,
            not_ready: self.shifts.not_ready(self.last),
            occupancy: self.shifts.occupancy(self.last),
            longest_line: self.lines.longest(),
            forecast_calibration: None,
            script: effort.script,
            refused: self.refused,
            disagreements: disagreements(self.disagreements),
            engine_steps: effort.engine_steps,
            events: self.events,
            wall_seconds: effort.wall.as_secs_f64(),
            engine_seconds: effort.engine.as_secs_f64(),
        }
    }

    fn event(&mut self, at: Instant, event: &Event, standing: Option<&Standing>) {
        self.events += 1;
        self.lines.pass(at, self.course.as_mut());
        if !matches!(event, Event::Purged { .. } | Event::Redacted { .. }) {
            self.last = self.last.max(at);
        }
        match event {
            Event::Accepted { callback } => {
                self.accepted += 1;
                self.asked(at, true);
                self.open.insert(callback.clone(), Open::default());
            }
            Event::Rejected { code, .. } => {
                count(&mut self.rejected, code);
                self.asked(at, false);
            }
            Event::Scheduled { callback, .. } => {
                self.release(callback, at);
                self.leave(callback);
            }
            Event::Queued { callback, queue, .. } => self.join(callback, Some(queue)),
            Event::Step { callback, queue, .. } => {
                let waits = self.open.get(callback).is_some_and(|open| open.waits);
                if waits {
                    self.join(callback, Some(queue));
                }
            }
            Event::Returned { callback, .. } => {
                self.release(callback, at);
                self.join(callback, standing.and_then(|standing| standing.queue.as_ref()));
            }
            Event::Reserved { callback, agent, queue, .. } => {
                self.leave(callback);
                self.shifts.reserved(agent, at);
                if let Some(course) = &mut self.course {
                    course.reserved(agent, at);
                }
                if let Some(open) = self.open.get_mut(callback) {
                    open.agent = Some(agent.clone());
                    open.queue = Some(queue.clone());
                }
            }
            Event::Outcome { outcome, .. } => {
                count(&mut self.attempts, outcome);
                self.abandoned += u64::from(*outcome == Outcome::Abandoned);
            }
            Event::Connected { callback, .. } => self.connected(callback, at, standing),
            Event::Completed { callback, reason } => {
                count(&mut self.completed, reason);
                self.release(callback, at);
                self.leave(callback);
                self.close(callback);
            }
            Event::Disagreed { hook, live, candidate, .. } => {
                *self.disagreements.entry((*hook, live.clone(), candidate.clone())).or_default() += 1;
            }
            Event::Refused { code, .. } => *self.refused.entry(code.clone()).or_default() += 1,
            Event::Agent { agent, state, reason } => {
                self.shifts.presence(agent, *state, reason.as_ref(), at);
                if let Some(course) = &mut self.course {
                    course.presence(agent, *state, at);
                }
            }
            Event::Held { .. }
            | Event::Offered { .. }
            | Event::Notified { .. }
            | Event::AgentFailed { .. }
            | Event::Snoozed { .. }
            | Event::Dialing { .. }
            | Event::Ended { .. }
            | Event::TalkTimeout { .. }
            | Event::LateAnswer { .. }
            | Event::Redacted { .. }
            | Event::Purged { .. }
            | Event::Fault { .. }
            | Event::Rescheduled { .. }
            | Event::WrapUpExtended { .. }
            | Event::NextNumber { .. }
            | Event::PutOff { .. }
            | Event::SlotHeld { .. }
            | Event::HoldExpired { .. }
            | Event::Away { .. }
            | Event::PassedOver { .. }
            | Event::Reconfigured { .. }
            | Event::Switched { .. }
            | Event::Calendar { .. }
            | Event::Updated { .. }
            | Event::Assigned { .. }
            | Event::Bulk { .. }
            | Event::Recreated { .. }
            | Event::Deployed { .. }
            | Event::Tried { .. }
            | Event::TrialEnded { .. }
            | Event::RolledBack { .. }
            | Event::SetAside { .. } => {}
        }
    }

    fn asked(&mut self, at: Instant, accepted: bool) {
        if let Some(course) = &mut self.course {
            course.requests.push((at, accepted));
        }
    }

    /// A callback is in line; in `queue`, or where it was.
    fn join(&mut self, callback: &CallbackId, queue: Option<&Name>) {
        self.leave(callback);
        let Some(open) = self.open.get_mut(callback) else { return };
        if let Some(queue) = queue {
            open.queue = Some(queue.clone());
        }
        if let Some(queue) = &open.queue {
            open.waits = true;
            self.lines.join(queue);
        }
    }

    /// A callback is in no line.
    fn leave(&mut self, callback: &CallbackId) {
        let Some(open) = self.open.get_mut(callback) else { return };
        if std::mem::take(&mut open.waits)
            && let Some(queue) = &open.queue
        {
            self.lines.leave(queue);
        }
    }

    /// A callback holds no agent.
    fn release(&mut self, callback: &CallbackId, at: Instant) {
        let Some(open) = self.open.get_mut(callback) else { return };
        let Some(agent) = open.agent.take() else { return };
        self.shifts.released(&agent, at);
        if let Some(course) = &mut self.course {
            course.released(&agent, open.connected, at);
        }
    }

    fn connected(&mut self, callback: &CallbackId, at: Instant, standing: Option<&Standing>) {
        let (Some(open), Some(standing)) = (self.open.get_mut(callback), standing) else { return };
        let wait = at.since(standing.place).millis();
        open.connected = true;
        self.waits.connected(wait);
        if let Some(queue) = &open.queue {
            self.waits_by_queue.entry(queue.clone()).or_default().connected(wait);
        }
        if let Some(course) = &mut self.course {
            course.connections.push((at, wait.max(0), open.queue.clone().unwrap_or_default()));
            if let Some(agent) = &open.agent {
                course.connected(agent, at);
            }
        }
    }

    fn close(&mut self, callback: &CallbackId) {
        let Some(open) = self.open.remove(callback) else { return };
        if open.connected {
            return;
        }
        self.waits.never_connected();
        if let Some(queue) = open.queue {
            self.waits_by_queue.entry(queue).or_default().never_connected();
        }
    }
}

impl Observer for Tally {
    fn requested(&mut self, _: Instant, _: &Request) {
        self.requests += 1;
    }

    fn asked_anew(&mut self) {
        self.requests += 1;
    }

    fn effect(&mut self, effect: &Effect, standing: Option<&Standing>) {
        match &effect.kind {
            EffectKind::Event(event) => self.event(effect.at, event, standing),
            EffectKind::Repeated { .. } => self.repeated += 1,
            EffectKind::Offer(_)
            | EffectKind::Withdraw { .. }
            | EffectKind::Push(_)
            | EffectKind::Connect(_)
            | EffectKind::Expected { .. }
            | EffectKind::Dial(_)
            | EffectKind::HangUp(_)
            | EffectKind::Log(_)
            | EffectKind::ClockWentBack { .. } => {}
        }
    }

    fn refused(&mut self, refusal: &Refusal) {
        // A rejection is counted by its code, from the event.
        if !matches!(refusal, Refusal::Rejected(_)) {
            *self.refused.entry(refusal.code()).or_default() += 1;
        }
    }
}

fn disagreements(counted: BTreeMap<(Hook, Said, Said), u64>) -> Vec<Disagreement> {
    let one = |((hook, live, candidate), count)| Disagreement { hook, live, candidate, count };
    counted.into_iter().map(one).collect()
}

fn count(counts: &mut BTreeMap<String, u64>, word: &impl ToString) {
    *counts.entry(word.to_string()).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use ringback_engine::protocol::{AgentState, Code};
    use ringback_engine::record::Reason;
    use ringback_engine::{AttemptId, EffectId};

    use super::*;
    use crate::summary::{Longest, Seconds};

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(seconds * 1_000)
    }

    fn accepted(callback: &str) -> Event {
        Event::Accepted { callback: callback.into() }
    }

    fn queued(callback: &str, queue: &str) -> Event {
        Event::Queued { callback: callback.into(), queue: queue.into(), need: "true".into(), score: 0 }
    }

    fn reserved(callback: &str, queue: &str) -> Event {
        Event::Reserved { callback: callback.into(), agent: "anna".into(), queue: queue.into(), score: 0 }
    }

    fn outcome(callback: &str, outcome: Outcome) -> Event {
        Event::Outcome { callback: callback.into(), attempt: AttemptId(1), outcome }
    }

    fn completed(callback: &str, reason: Reason) -> Event {
        Event::Completed { callback: callback.into(), reason }
    }

    fn summary(events: Vec<(i64, Event, Option<Standing>)>) -> Summary {
        let mut tally = Tally::default();
        for (id, (seconds, event, standing)) in events.into_iter().enumerate() {
            let effect = Effect { id: EffectId(id as u64), at: at(seconds), kind: EffectKind::Event(event) };
            tally.effect(&effect, standing.as_ref());
        }
        tally.summary(Effort::default())
    }

    #[test]
    fn a_run_is_counted_as_it_went() {
        let ready = Event::Agent { agent: "anna".into(), state: AgentState::Ready, reason: None };
        let returned = Event::Returned { callback: "c1".into(), why: "busy".into() };
        let connected = Event::Connected { callback: "c1".into(), agent: "anna".into() };
        let back_in_b = Standing { place: at(0), queue: Some("b".into()) };
        let summary = summary(vec![
            (0, ready, None),
            (0, accepted("c1"), None),
            (0, queued("c1", "a"), None),
            (0, reserved("c1", "a"), None),
            (5, accepted("c2"), None),
            (5, queued("c2", "b"), None),
            (10, outcome("c1", Outcome::Busy), None),
            (10, returned, Some(back_in_b.clone())),
            (20, Event::Rejected { callback: "c3".into(), code: Code::Duplicate }, None),
            (40, reserved("c1", "b"), None),
            (60, outcome("c1", Outcome::Answered), None),
            (60, connected, Some(back_in_b)),
            (80, completed("c1", Reason::AgentConnected), None),
            (100, completed("c2", Reason::TargetNotFound), None),
            (9_999, Event::Purged { callback: "c1".into() }, None),
        ]);
        assert_eq!((summary.accepted, summary.events), (2, 15));
        assert_eq!(summary.rejected, BTreeMap::from([("DUPLICATE".into(), 1)]));
        assert_eq!(summary.attempts, BTreeMap::from([("busy".into(), 1), ("answered".into(), 1)]));
        assert_eq!(summary.completed["FAIL_TARGET_NOT_FOUND"], 1);
        assert_eq!(summary.waiting.all.max, Some(Seconds(60_000)));
        assert_eq!(summary.waiting.by_queue[&Name::new("b")].connected, 1);
        assert!(!summary.waiting.by_queue.contains_key(&Name::new("a")));
        assert_eq!(summary.service_level.all.within[&60], Some(0.5));
        assert_eq!(summary.service_level.all.within[&20], Some(0.0));
        assert_eq!(summary.longest_line.all, Longest { waiting: 2, at: Some(at(10)) });
        assert_eq!(summary.longest_line.by_queue[&Name::new("a")], Longest::default());
        assert_eq!(summary.longest_line.by_queue[&Name::new("b")].waiting, 2);
        assert_eq!(summary.occupancy.all, Some(0.5), "0 to 10 and 40 to 80 of 100; the purge does not count");
    }

    #[test]
    fn what_has_no_value_is_null() {
        let json = serde_json::to_value(summary(vec![])).unwrap();
        assert_eq!(json["waiting"]["all"]["p50"], serde_json::Value::Null);
        assert_eq!(json["service_level"]["all"]["within"]["20"], serde_json::Value::Null);
        assert_eq!(json["occupancy"]["all"], serde_json::Value::Null);
        assert_eq!(json["longest_line"]["all"]["at"], serde_json::Value::Null);
        assert_eq!(json["forecast_calibration"], serde_json::Value::Null);
        assert_eq!(json["requests"], 0);
    }

    #[test]
    fn abandoned_attempts_are_counted_among_the_attempts_and_alone() {
        let summary = summary(vec![
            (0, accepted("c1"), None),
            (0, outcome("c1", Outcome::Abandoned), None),
            (1, outcome("c1", Outcome::Abandoned), None),
            (2, outcome("c1", Outcome::NoAnswer), None),
        ]);
        assert_eq!(summary.abandoned, 2);
        assert_eq!(summary.attempts["abandoned"], 2);
        assert_eq!(summary.attempts["no_answer"], 1);
    }

    #[test]
    fn refusals_are_counted_by_kind_and_rejections_by_code_only() {
        let mut tally = Tally::default();
        tally.refused(&Refusal::UnknownCallback("c1".into()));
        tally.refused(&Refusal::UnknownCallback("c2".into()));
        tally.refused(&Refusal::Rejected(ringback_engine::protocol::Rejection::new(Code::Closed, "closed")));
        let summary = tally.summary(Effort::default());
        assert_eq!(summary.refused, BTreeMap::from([("unknown_callback".into(), 2)]));
    }
}
