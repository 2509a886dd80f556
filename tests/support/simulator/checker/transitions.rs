//! Transitions: each event moves a callback along the table of transitions, or is a breach.

use ringback_engine::center::Condition;
use ringback_engine::protocol::{Command, Event, Hook, TimeoutAnswer, TimeoutKind};
use ringback_engine::{CallbackId, Instant, Name};

use super::Checker;
use super::known::{Known, Stage};
use crate::simulator::rules::Word;

impl Checker {
    pub(super) fn event(&mut self, event: &Event) {
        let callback = match event {
            Event::Accepted { callback } => return self.accepted(callback),
            Event::Rejected { callback, code } => return self.rejected(callback, code),
            Event::Agent { agent, state, .. } => return self.agent_event(agent, *state),
            Event::Away { until } => return self.goes_away(*until),
            Event::Fault { .. } | Event::LateAnswer { .. } => {
                return self.remark(event);
            }
            Event::Switched { queue, switch, on } => return self.switched(queue, *switch, *on),
            Event::Calendar { calendar, closed } => return self.calendar_closes(calendar, *closed),
            Event::PassedOver { callback, queue } => return self.passed_over(callback, queue),
            Event::SlotHeld { hold, service, slot, until } => {
                return self.slot_held(hold, service, *slot, *until);
            }
            Event::HoldExpired { hold } => return self.hold_expired(hold),
            Event::WrapUpExtended { agent, until } => return self.wrap_up_extended(agent, *until),
            // Judged with what they are said of, or of no callback.
            Event::Refused { .. }
            | Event::Bulk { .. }
            | Event::Deployed { .. }
            | Event::Tried { .. }
            | Event::TrialEnded { .. }
            | Event::RolledBack { .. }
            | Event::Disagreed { .. }
            | Event::SetAside { .. } => return,
            Event::Reconfigured { .. } => return self.reconfigured(),
            Event::Scheduled { callback, .. }
            | Event::Queued { callback, .. }
            | Event::Step { callback, .. }
            | Event::Returned { callback, .. }
            | Event::Held { callback, .. }
            | Event::Reserved { callback, .. }
            | Event::Dialing { callback, .. }
            | Event::Outcome { callback, .. }
            | Event::Connected { callback, .. }
            | Event::Ended { callback, .. }
            | Event::TalkTimeout { callback, .. }
            | Event::Completed { callback, .. }
            | Event::Redacted { callback }
            | Event::Offered { callback, .. }
            | Event::Notified { callback, .. }
            | Event::AgentFailed { callback, .. }
            | Event::Snoozed { callback, .. }
            | Event::Rescheduled { callback, .. }
            | Event::Updated { callback, .. }
            | Event::Assigned { callback, .. }
            | Event::Recreated { callback, .. }
            | Event::PutOff { callback, .. }
            | Event::NextNumber { callback, .. }
            | Event::Purged { callback } => callback,
        };
        let Some(sequence) = self.find(callback) else {
            self.judge.must(37, false, || format!("{event:?} is about a callback that is not there"));
            return;
        };
        self.judge.must(37, true, String::new);
        let before = self.callbacks[&sequence].stage.clone();
        let moved = match event {
            Event::Scheduled { desired, .. } => self.scheduled(sequence, callback, *desired),
            Event::Queued { queue, need, score, .. } => self.enters(sequence, queue, need, *score),
            Event::Step { queue, need, when, .. } => self.steps(sequence, queue, need, *when),
            Event::Returned { why, .. } => self.returns(sequence, why),
            Event::Held { until, why, .. } => self.held(sequence, *until, *why),
            Event::Reserved { agent, queue, score, .. } => self.reserved(sequence, agent, queue, *score),
            Event::Dialing { attempt, agent, number, .. } => {
                self.dialling(sequence, *attempt, agent.as_ref(), number)
            }
            Event::Outcome { attempt, outcome, .. } => self.ends_attempt(sequence, *attempt, *outcome),
            Event::Connected { agent, .. } => self.connects(sequence, agent),
            Event::TalkTimeout { .. } => self.talks_too_long(sequence),
            Event::Ended { agent, .. } => self.ends_talk(sequence, agent),
            Event::Completed { reason, .. } => self.completes(sequence, callback, reason),
            Event::Offered { agent, until, .. } => self.offered(sequence, agent, *until),
            Event::Notified { kind, .. } => self.notified(sequence, kind),
            Event::AgentFailed { attempt, agent, .. } => self.leg_fails(sequence, *attempt, agent),
            Event::Snoozed { until, .. } => self.snoozed(sequence, callback, *until),
            Event::Redacted { .. } => {
                self.known_mut(sequence).redact();
                before.is_completed()
            }
            Event::Purged { .. } => self.goes(sequence),
            Event::Rescheduled { from, desired, .. } => self.rescheduled(sequence, *from, *desired),
            Event::Updated { .. } => self.updated(sequence, event),
            Event::NextNumber { number, .. } => self.turns_to(sequence, number),
            Event::Assigned { agent, .. } => self.assigned(sequence, agent.as_ref()),
            Event::Recreated { of, .. } => {
                matches!(&self.command, Some(Command::Recreate { callback: own, .. }) if own == of)
            }
            Event::PutOff { desired, .. } => self.is_put_off(sequence, *desired),
            // These are of no callback that stays.
            Event::Accepted { .. }
            | Event::Rejected { .. }
            | Event::Agent { .. }
            | Event::Away { .. }
            | Event::Fault { .. }
            | Event::LateAnswer { .. }
            | Event::Switched { .. }
            | Event::Calendar { .. }
            | Event::PassedOver { .. }
            | Event::SlotHeld { .. }
            | Event::HoldExpired { .. }
            | Event::WrapUpExtended { .. }
            | Event::Refused { .. }
            | Event::Bulk { .. }
            | Event::Reconfigured { .. }
            | Event::Deployed { .. }
            | Event::Tried { .. }
            | Event::TrialEnded { .. }
            | Event::RolledBack { .. }
            | Event::Disagreed { .. }
            | Event::SetAside { .. } => false,
        };
        self.judge.must(6, moved, || format!("{event:?} of a callback that was {before:?}"));
    }

    pub(super) fn known(&self, sequence: u64) -> &Known {
        &self.callbacks[&sequence]
    }

    /// Attempts that count.
    pub(super) fn counted(&self, sequence: u64) -> u32 {
        self.known(sequence).attempts - self.known(sequence).unknown
    }

    pub(super) fn known_mut(&mut self, sequence: u64) -> &mut Known {
        self.callbacks.get_mut(&sequence).expect("found")
    }

    /// What the `timeout` hook has said about this callback in this instant: of `queue_wait`, or of its attempt.
    pub(super) fn timeout_answer(
        &mut self,
        callback: &CallbackId,
        queue_wait: bool,
    ) -> Option<TimeoutAnswer> {
        let now = self.now;
        let said = self.said.get_mut(&(callback.clone(), Hook::Timeout))?;
        let meant = said.iter().position(|said| {
            said.at == now
                && matches!(said.word, Word::Timeout(kind, _) if (kind == TimeoutKind::QueueWait) == queue_wait)
        });
        match said.remove(meant?)?.word {
            Word::Timeout(_, answer) => answer,
            _ => None,
        }
    }

    fn scheduled(&mut self, sequence: u64, callback: &CallbackId, desired: Instant) -> bool {
        let (stage, place) = (self.known(sequence).stage.clone(), self.known(sequence).place);
        if stage == Stage::Accepted {
            self.judge.must(44, place == desired, || format!("{callback} asked for {place}"));
        } else {
            let answer = self.timeout_answer(callback, matches!(stage, Stage::Queued { .. }));
            let decided = answer == Some(TimeoutAnswer::Schedule(desired)) || self.is_disposed(&stage);
            self.judge
                .must(44, decided, || format!("{callback} is put off to {desired}; said was {answer:?}"));
            self.judge_turn(sequence, &stage, desired);
            self.put_off(sequence, desired);
        }
        let service = self.service_of(sequence);
        let submit_at = desired.before(service.submit_before).max(self.now);
        let came_to_nothing = matches!(stage, Stage::Rejected { .. }) || self.is_over(sequence, &stage);
        let right = matches!(stage, Stage::Accepted | Stage::Queued { .. } | Stage::Failed { .. })
            || came_to_nothing
            || self.is_disposed(&stage);
        self.judge.must(25, stage != Stage::Accepted || submit_at > self.now, || {
            format!("{callback} waits for {submit_at}, which has come")
        });
        self.judge_parting(sequence);
        self.set(sequence, Stage::Scheduled { submit_at });
        self.let_go(sequence, &stage);
        right
    }

    /// Releases the agent whom a callback held before it moved.
    pub(super) fn let_go(&mut self, sequence: u64, before: &Stage) {
        let talked = matches!(before, Stage::Ended { .. });
        let wrap_up = before.from().filter(|_| talked).map(|queue| self.facts.queue(queue).wrap_up);
        if before.from().is_some() {
            let phone = self.known(sequence).request.phone.clone();
            let line = self.lines.entry(phone).or_default();
            line.live = line.live.filter(|live| *live != sequence);
        }
        if let Some(agent) = before.agent() {
            self.release_agent(agent, sequence, wrap_up);
        }
    }

    fn enters(&mut self, sequence: u64, queue: &Name, need: &str, score: i64) -> bool {
        let (stage, since) = (self.known(sequence).stage.clone(), self.now);
        let (right, due) = match stage {
            Stage::Accepted => (true, since),
            Stage::Scheduled { submit_at } => (self.known(sequence).way.is_none(), submit_at),
            _ => (false, since),
        };
        self.judge.must(25, due == since, || format!("{sequence} enters its queue at {since}, due at {due}"));
        self.set_out(sequence);
        self.set(sequence, Stage::Queued { since, held: None });
        self.judge_way(sequence, queue, need);
        let expected = self.score(self.known(sequence));
        self.judge
            .must(46, score == expected, || format!("{sequence} has score {expected}, and {score} is said"));
        right
    }

    fn steps(&mut self, sequence: u64, queue: &Name, need: &str, when: Option<Condition>) -> bool {
        let known = self.known(sequence);
        let Stage::Queued { since, .. } = known.stage else { return false };
        let id = known.request.id.clone();
        self.back.remove(&sequence);
        if let Some(when) = when {
            self.overflows(sequence, when);
            self.ask_window_anew(sequence);
            self.judge_way(sequence, queue, need);
            return true;
        }
        if std::mem::take(&mut self.known_mut(sequence).remarked) {
            self.judge_way(sequence, queue, need);
            return true;
        }
        let rerouting = std::mem::take(&mut self.known_mut(sequence).rerouting);
        if rerouting || self.timeout_answer(&id, true) == Some(TimeoutAnswer::Reroute) {
            self.set_out(sequence);
        } else {
            let due = self.known(sequence).way.as_ref().and_then(|way| {
                way.plan.steps().get(way.taken).map(|step| way.since.after(step.after).max(since))
            });
            let now = self.now;
            self.judge.must(25, due == Some(now), || format!("{id} takes a step at {now}, due at {due:?}"));
            let here = self.known(sequence).way.as_ref().map_or(0, |way| way.queue);
            self.take_step(sequence);
            let to = self.known(sequence).way.as_ref().map_or(0, |way| way.queue);
            if to != here {
                let open = self.takes_in_besides(sequence, to);
                let passed = self.passed.contains(&(id.clone(), to));
                self.judge.must(52, open != passed, || format!("{id} goes to {to}: open is {open}"));
                if let Some(way) = self.known_mut(sequence).way.as_mut().filter(|_| passed) {
                    way.queue = here;
                    let need = way.need.clone();
                    let able = self.facts.able(&need, here);
                    self.known_mut(sequence).way.as_mut().expect("on its way").able = able;
                }
            }
            self.passed.retain(|(passed, _)| *passed != id);
        }
        self.ask_window_anew(sequence);
        self.judge_way(sequence, queue, need);
        true
    }
}
