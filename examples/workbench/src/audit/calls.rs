//! Calls: from the reservation of an agent to the end of the record.

use ringback_engine::center::{AtClose, OUTCOME_GRACE, WrapUp};
use ringback_engine::record::Outcome;
use ringback_engine::{Duration, Instant};
use smol_str::SmolStr;

use super::Audit;
use super::callback::{Callback, State};
use super::deeds::{BY_ACCEPT, BY_PURGE, BY_TIMEOUT};
use super::findings::Check;
use super::transitions::{CALLED_FIRST, cuts_short, is_cancelled};
use crate::streams::Then;

pub(super) const FOR_ONE: &str =
    "whom a customer on the line waits for, who had a preferred agent, the log does not say";

impl Audit {
    pub(super) fn reserved(
        &mut self,
        serial: u64,
        id: &SmolStr,
        state: State,
        (name, queue, score): (&SmolStr, &SmolStr, i64),
    ) {
        let (agent, queue) = (self.rules.agent(name), self.rules.queue(queue));
        self.findings.hold(Check::Form, Some(id), agent.is_some() && queue.is_some(), || {
            format!("there is no agent `{name}`, or no such queue")
        });
        let (Some(agent), Some(queue)) = (agent, queue) else { return };
        self.order_reserved(serial, agent, score);
        self.best_reserved(serial, id, agent);
        self.agent_reserved(serial, id, agent);
        self.skills(serial, id, agent, queue);
        if let State::OnLine { .. } = state {
            return self.leg_called(serial, id, state, agent, queue);
        }
        self.open(id, queue, "reserved");
        self.has_room(id, queue);
        self.number_taken(serial, id);
        if let State::Waiting { hold } = state {
            self.hold_respected(id, hold);
        }
        self.put(serial, State::Reserved { agent, queue });
    }

    /// The agent meets what the callback requires, in the queue where it stands.
    fn skills(&mut self, serial: u64, id: &SmolStr, agent: usize, queue: usize) {
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let (rules, findings) = (&self.rules, &mut self.findings);
        if !callback.barred.is_empty() {
            let barred = callback.barred_at(self.now).contains(&agent);
            findings.hold(Check::Skills, Some(id), !barred, || {
                format!("`{}` rejected it, and `reject_cooloff` is not over", rules.agents[agent].id)
            });
        }
        let on_line = matches!(callback.state, State::OnLine { .. });
        let (person, settings) = (&rules.agents[agent], &rules.queues[queue].settings);
        findings.hold(Check::Skills, Some(id), callback.assigned || rules.is_of_queue(person, queue), || {
            format!("`{}` is not what queue `{}` asks of everybody", person.id, settings.name)
        });
        let journey = callback.journey.as_ref().filter(|journey| !journey.astray);
        let Some((journey, need)) = journey.and_then(|journey| Some((journey, journey.need?))) else {
            return findings
                .skip(Check::Skills, "the script may have rerouted it, and the log does not say where");
        };
        findings.hold(Check::Skills, Some(id), journey.queue == queue, || {
            let own = &rules.queues[journey.queue].settings.name;
            format!("is reserved from queue `{}`, and stands in `{own}`", settings.name)
        });
        if on_line && rules.is_for_one(need) && !callback.assigned {
            return findings.skip(Check::Skills, FOR_ONE);
        }
        findings.hold(Check::Skills, Some(id), rules.may_serve(agent, need), || {
            format!("`{}` does not meet its requirement", person.id)
        });
    }

    pub(super) fn open(&mut self, id: &SmolStr, queue: usize, what: &str) {
        let now = self.now;
        self.findings.hold(Check::Hours, Some(id), self.rules.is_served(queue, now), || {
            let name = &self.rules.queues[queue].settings.name;
            format!("is {what} at {now}, when queue `{name}` is closed")
        });
    }

    pub(super) fn dialing(
        &mut self,
        serial: u64,
        id: &SmolStr,
        state: State,
        (attempt, agent, number): (u64, Option<&SmolStr>, &SmolStr),
    ) {
        self.attempt_begun(id, attempt);
        match agent {
            Some(agent) => self.same_agent(id, state.agent(), agent),
            None => self.dialled_ahead(serial, id, state),
        }
        self.word_kept(serial, id, state, "dialing");
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        callback.attempts += 1;
        let phone = callback.phone.clone();
        self.findings.hold(Check::Numbers, Some(id), phone.as_str() == number, || {
            format!("{number} is called, and {phone} asked")
        });
        self.number_dialled(serial, id, &phone);
        self.attempt_counted(serial, id);
        let Some(queue) = self.queue_left(serial, state) else { return };
        self.open(id, queue, "called");
        self.in_window(serial, id, queue);
        self.rate_counted(id, queue);
        let agent = state.agent();
        self.put(serial, State::Dialing { agent, queue, attempt });
        self.ring(serial, queue);
    }

    pub(super) fn attempt_begun(&mut self, id: &SmolStr, attempt: u64) {
        let last = self.last_attempt;
        self.findings.hold(Check::Conservation, Some(id), last.is_none_or(|last| last < attempt), || {
            format!("attempt {attempt} comes after attempt {}", last.unwrap_or_default())
        });
        self.last_attempt = last.max(Some(attempt));
    }

    pub(super) fn outcome(
        &mut self,
        serial: u64,
        id: &SmolStr,
        state: State,
        (attempt, outcome): (u64, Outcome),
    ) {
        match state {
            State::OnLine { .. } => return self.abandoned(serial, id, state),
            State::Invited { .. } => return self.called_in(serial, id, state, attempt),
            _ => {}
        }
        let State::Dialing { agent, queue, .. } = state else { return };
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let due = callback.due.outcome.take();
        let (begun, phone) = (callback.since, callback.phone.clone());
        let dial_timeout = self.rules.queues[queue].settings.dial_timeout;
        let told = foretold(callback, dial_timeout);
        let silent = outcome == Outcome::NoAnswer
            && self.now == begun.after(dial_timeout).after(OUTCOME_GRACE)
            && due.is_some_and(|due| due != self.now);
        self.on_time(id, due, "the attempt ends", BY_TIMEOUT);
        self.findings.hold(Check::Deadlines, Some(id), told == outcome, || {
            format!("the attempt ends as `{outcome}`, and the traffic has `{told}`")
        });
        if outcome == Outcome::Answered {
            return self.picked_up(serial, (agent, queue, attempt));
        }
        agent.iter().for_each(|agent| self.agent_released(serial, *agent, WrapUp::default()));
        self.put(serial, State::Failed { queue, outcome });
        self.number_free(serial, &phone, silent);
    }

    pub(super) fn connected(&mut self, serial: u64, id: &SmolStr, state: State, agent: &SmolStr) {
        self.same_agent(id, state.agent(), agent);
        self.word_kept(serial, id, state, "connected");
        if let (Some(agent), Some(queue)) = (state.agent(), state.left_queue()) {
            let then = self.next_then(serial);
            self.put(serial, State::Connected { agent, queue, then });
            self.talk(serial, queue);
        }
    }

    pub(super) fn talk_timeout(&mut self, serial: u64, id: &SmolStr, state: State, agent: &SmolStr) {
        self.same_agent(id, state.agent(), agent);
        let (State::Connected { agent, queue, .. }, Some(callback)) =
            (state, self.callbacks.get_mut(&serial))
        else {
            return;
        };
        callback.state = State::Connected { agent, queue, then: Then::Done };
        let (begun, phone) = (callback.since, callback.phone.clone());
        let most = self.rules.queues[queue].settings.talk_timeout;
        self.on_time(id, Some(begun.after(most)), "`talk_timeout`", BY_TIMEOUT);
        self.number_free(serial, &phone, true);
        self.agent_overdue(agent);
    }

    pub(super) fn ended(&mut self, serial: u64, id: &SmolStr, state: State, agent: &SmolStr) {
        self.same_agent(id, state.agent(), agent);
        let State::Connected { agent, queue, then } = state else { return };
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let (due, begun, phone) = (callback.due.end.take(), callback.since, callback.phone.clone());
        let settings = &self.rules.queues[queue].settings;
        let overdue = callback_is_overdue(begun, settings.talk_timeout, self.now);
        let wrap_up = if overdue { WrapUp::default() } else { settings.wrap_up };
        self.on_time(id, due, "the interaction ends", BY_TIMEOUT);
        self.put(serial, State::Ended { queue, then });
        self.agent_released(serial, agent, wrap_up);
        self.number_free(serial, &phone, false);
    }

    pub(super) fn completed(&mut self, serial: u64, id: &SmolStr, state: State, reason: &str) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let (due, since, attempts) = (callback.due, callback.since, callback.attempts - callback.uncounted);
        let phone = callback.phone.clone();
        let first = self.rules.services[callback.service].queue;
        let queue = callback.queue(first);
        let freedom = self.rules.freedom;
        match (reason, state) {
            ("FAIL_TIMEOUT_TTL", _) => self.on_time(id, due.ttl, "ends by `ttl`", BY_ACCEPT),
            ("CANCELLED", _) => {
                let holds = due.cancel == Some(self.now);
                self.findings.hold(Check::Deadlines, Some(id), holds, || {
                    format!("is cancelled at {}, which its customer does not do then", self.now)
                });
            }
            ("FAIL_TARGET_NOT_FOUND", _)
                if queue.is_some_and(|queue| {
                    self.rules.queues[queue].settings.at_close == AtClose::Complete
                        && !self.rules.is_open(queue, self.now)
                }) => {}
            ("FAIL_TARGET_NOT_FOUND", _) => {
                let at = due.wait.map(|wait| wait.max(since));
                self.on_time(id, at, "ends by `queued_ttl`", BY_TIMEOUT);
            }
            (
                "FAIL_CALL_TO_CUSTOMER" | "FAIL_INTERACTION_DELETED",
                State::Failed { queue, .. } | State::Invited { queue, .. },
            ) if !freedom.timeout => {
                let most = self.rules.queues[queue].settings.max_attempts;
                self.findings.hold(Check::Deadlines, Some(id), attempts >= most, || {
                    format!("ends after {attempts} attempts, and `max_attempts` is {most}")
                });
            }
            (_, State::Failed { .. }) => self.findings.skip(Check::Deadlines, BY_TIMEOUT),
            (CALLED_FIRST, _) => self.called_first(serial, id),
            _ => {}
        }
        let before_submission = matches!(state, State::Scheduled { .. });
        if is_cancelled(reason) && before_submission {
            self.unbook(serial);
        }
        self.word_kept(serial, id, state, reason);
        // An invitation that comes to nothing by itself is not hung up on.
        let cut = state.has_attempt() && (cuts_short(reason) || reason == "FAIL_AGENT_CONNECT");
        let agent = self.callbacks.get(&serial).and_then(|callback| callback.state.agent());
        if let Some(agent) = agent {
            self.agent_released(serial, agent, WrapUp::default());
        }
        self.put(serial, State::Completed { redacted: false });
        self.number_free(serial, &phone, cut);
        self.number_left(serial, &phone);
        self.keep(serial, queue);
    }

    pub(super) fn purged(&mut self, serial: u64, id: &SmolStr, state: State) {
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let (due, phone) = (callback.due.purge, callback.phone.clone());
        self.on_time(id, due, "is purged", BY_PURGE);
        if !matches!(state, State::Completed { .. }) {
            // Nothing of it is counted any more.
            self.put(serial, State::Completed { redacted: false });
            self.number_left(serial, &phone);
        }
        if let Some(callback) = self.callbacks.remove(&serial) {
            self.ids.remove(&callback.id);
            if let Some(key) = callback.key {
                self.expire_key(key);
            }
        }
    }
}

/// What the traffic says of the attempt under way.
fn foretold(callback: &Callback, dial_timeout: Duration) -> Outcome {
    let place = (callback.attempts as usize).saturating_sub(1);
    let ring = callback.fate.ring.get(place).copied().unwrap_or_default();
    if ring > dial_timeout {
        return Outcome::NoAnswer;
    }
    callback.fate.outcomes.get(place).copied().unwrap_or(Outcome::Answered)
}

/// Whether an interaction was ended by the engine, so that nothing is left to wrap up.
fn callback_is_overdue(begun: Instant, most: Duration, now: Instant) -> bool {
    begun.after(most) <= now
}
