//! What agents and customers are asked beside calls: offers, confirmations, invitations to call in, and agents'
//! legs. The traffic has their words, and when they say them; the settings, what silence means.

use ringback_engine::center::{AGENT_FAILURES, First, OfferExpired, Unconfirmed, WrapUp};
use ringback_engine::record::Outcome;
use ringback_engine::{Duration, Instant};
use smol_str::SmolStr;

use super::callback::{Callback, State};
use super::deeds::BY_TIMEOUT;
use super::findings::Check;
use super::transitions::{REJECTED, is_barrier};
use super::{Audit, Owner};
use crate::streams::{Asked, Caller, Fate, Leg, Offered};

const BY_NUMBER: &str = "of several who were told to call one number, the log does not say who called";

impl Callback {
    /// The agents who are not offered it now.
    pub(super) fn barred_at(&self, now: Instant) -> Vec<usize> {
        let mut barred: Vec<usize> =
            self.barred.iter().filter(|(_, until)| now < *until).map(|(agent, _)| *agent).collect();
        barred.sort_unstable();
        barred.dedup();
        barred
    }
}

/// The next of what is said in turn, or what is said at once beyond.
pub(super) fn next<T: Copy>(said: &[(Duration, T)], turn: &mut usize, beyond: T) -> (Duration, T) {
    *turn += 1;
    said.get(*turn - 1).copied().unwrap_or((Duration::ZERO, beyond))
}

/// When a word comes, and which; where none comes in time, `silence` at the end.
fn in_time<T: Copy + PartialEq>(
    now: Instant,
    until: Instant,
    (after, word): (Duration, T),
    silence: T,
) -> (Instant, T) {
    let at = now.after(after);
    if word == silence || at >= until { (until, silence) } else { (at, word) }
}

impl Audit {
    /// The next word of this callback's people.
    pub(super) fn next_word<T: Copy>(
        &mut self,
        serial: u64,
        take: impl FnOnce(&Fate, &mut super::callback::Turns) -> (Duration, T),
    ) -> Option<(Duration, T)> {
        let callback = self.callbacks.get_mut(&serial)?;
        Some(take(&callback.fate, &mut callback.asked))
    }

    /// An agent is asked whether they take a callback.
    pub(super) fn offered(
        &mut self,
        serial: u64,
        id: &SmolStr,
        state: State,
        agent: &SmolStr,
        until: Instant,
    ) {
        self.same_agent(id, state.agent(), agent);
        let State::Reserved { agent, queue } = state else { return };
        let dialling = self.rules.queues[queue].settings.dialling.clone();
        let own = self.now.after(dialling.offer_timeout);
        self.findings.hold(Check::Deadlines, Some(id), dialling.preview && own == until, || {
            format!("is offered until {until}, and the settings make it {own}, if they ask for a preview")
        });
        let said =
            self.next_word(serial, |fate, turns| next(&fate.offers, &mut turns.offers, Offered::Accept));
        let Some(said) = said else { return };
        let (at, says) = in_time(self.now, own, said, Offered::Ignore);
        self.put(serial, State::Offered { agent, queue, until: own, says });
        self.set_due(serial, Some(at), |due| &mut due.outcome);
    }

    /// A customer is asked whether a call is welcome, or told to call in.
    pub(super) fn notified(&mut self, serial: u64, id: &SmolStr, state: State, calls_in: bool) {
        self.word_kept(serial, id, state, "notified");
        let (Some(agent), Some(queue)) = (state.agent(), state.left_queue()) else { return };
        let dialling = self.rules.queues[queue].settings.dialling.clone();
        let invites = dialling.first == First::Inbound;
        let asked_for = if calls_in { invites } else { dialling.confirm.is_some() };
        self.findings.hold(Check::Conservation, Some(id), asked_for, || {
            "is notified of what the settings do not ask for".into()
        });
        if calls_in {
            let until = self.now.after(dialling.call_in.expiry);
            let entropy = self.requests_entropy(serial);
            let usual = if entropy { Caller::Code } else { Caller::Number };
            let said = self.next_word(serial, |fate, turns| next(&fate.calls_in, &mut turns.calls_in, usual));
            let Some((after, mut way)) = said else { return };
            if way == Caller::Code && !entropy {
                way = Caller::Dialled;
            }
            if way == Caller::Dialled && dialling.call_in.number.is_none() {
                way = Caller::Ignore;
            }
            let (at, says) = in_time(self.now, until, (after, way), Caller::Ignore);
            if let Some(callback) = self.callbacks.get_mut(&serial) {
                callback.attempts += 1;
            }
            self.put(serial, State::Invited { agent, queue, until, says, after: self.last_attempt });
            return self.set_due(serial, Some(at), |due| &mut due.outcome);
        }
        let pushes = if let State::Confirming { pushes, .. } = state { pushes + 1 } else { 1 };
        let until = self.now.after(dialling.confirm.unwrap_or_default().timeout);
        let said =
            self.next_word(serial, |fate, turns| next(&fate.confirms, &mut turns.confirms, Asked::Confirm));
        let Some(said) = said else { return };
        let (at, says) = in_time(self.now, until, said, Asked::Ignore);
        self.put(serial, State::Confirming { agent, queue, pushes, says });
        self.set_due(serial, Some(at), |due| &mut due.outcome);
    }

    fn requests_entropy(&self, serial: u64) -> bool {
        self.callbacks.get(&serial).is_some_and(|callback| callback.entropy)
    }

    /// What somebody was waited for, who would say, comes to this: at the time and in the way that the traffic has.
    pub(super) fn word_kept(&mut self, serial: u64, id: &SmolStr, state: State, what: &str) {
        if super::transitions::cuts_short(what) {
            return;
        }
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let (due, failures) = (callback.due.outcome, callback.agent_failures);
        let goes_on = matches!(what, "dialing" | "notified") || is_barrier(what);
        let decided = what.starts_with("SCRIPT:") || what == "scheduled";
        let right = match state {
            State::Offered { says, .. } => match says {
                Offered::Accept => goes_on,
                Offered::Reject => what == "rejected" || what.starts_with(REJECTED) || decided,
                Offered::Ignore => what == "offer" || decided,
            },
            State::Confirming { says: Asked::Confirm, .. } => goes_on && what != "notified",
            State::Confirming { queue, pushes, .. } => {
                let confirm = self.rules.queues[queue].settings.dialling.confirm.unwrap_or_default();
                match (pushes < confirm.attempts, confirm.otherwise) {
                    (true, _) => what == "notified",
                    (false, Unconfirmed::Connect) => {
                        goes_on && what != "notified" || decided || what == "unconfirmed"
                    }
                    (false, Unconfirmed::Fail) => {
                        what == "FAIL_USER_NO_CONFIRM" || decided || what == "unconfirmed"
                    }
                }
            }
            State::Invited { says, .. } => says == Caller::Ignore,
            State::OnLine { leg, .. } if what == "connected" => leg == Leg::Connected,
            State::OnLine { .. } => failures >= AGENT_FAILURES && what == "FAIL_AGENT_CONNECT",
            _ => return,
        };
        self.findings.hold(Check::Deadlines, Some(id), right, || {
            format!(
                "is {} and comes to `{what}`, which neither the traffic nor the settings have",
                state.name()
            )
        });
        if !matches!(state, State::OnLine { .. }) || what == "connected" {
            self.on_time(id, due, "a word of agent or customer, or its absence, is acted upon", BY_TIMEOUT);
        }
        self.set_due(serial, None, |due| &mut due.outcome);
        match state {
            State::Offered { agent, queue, says, .. } => {
                self.offer_over(serial, id, (agent, queue, says), what)
            }
            State::OnLine { queue, .. } if what == "connected" => self.answered_before_agent(queue, false),
            _ => {}
        }
        if let (Some(queue), true) = (state.left_queue(), is_barrier(what)) {
            self.barred_way(serial, id, queue, what);
        }
    }

    /// An offer was answered, or not.
    fn offer_over(
        &mut self,
        serial: u64,
        id: &SmolStr,
        (agent, queue, says): (usize, usize, Offered),
        what: &str,
    ) {
        let dialling = self.rules.queues[queue].settings.dialling.clone();
        match says {
            Offered::Accept => {}
            Offered::Ignore if dialling.on_offer_expired == OfferExpired::NotReady => {
                self.agent_overdue(agent)
            }
            Offered::Ignore => {}
            Offered::Reject => {
                let until = self.now.after(dialling.reject_cooloff);
                let Some(callback) = self.callbacks.get_mut(&serial) else { return };
                callback.rejects += 1;
                if dialling.reject_cooloff > Duration::ZERO {
                    callback.barred.push((agent, until));
                    self.due.insert((until, Owner::Callback(serial)));
                }
                let (rejects, most) = (callback.rejects, dialling.max_rejects);
                let reason = format!("{REJECTED}{rejects}REJECTS");
                let right = if what.starts_with(REJECTED) {
                    rejects >= most && what == reason
                } else {
                    rejects < most
                };
                if !self.rules.freedom.timeout {
                    self.findings.hold(Check::Deadlines, Some(id), right, || {
                        format!("comes to `{what}` after {rejects} rejects, and `max_rejects` is {most}")
                    });
                }
            }
        }
    }

    /// A callback comes back, or goes elsewhere: its agent is free, and its number.
    pub(super) fn let_go(&mut self, serial: u64, state: State, hung_up: bool) {
        if let Some(agent) = state.agent() {
            self.agent_released(serial, agent, WrapUp::default());
        }
        let phone = self.callbacks.get(&serial).map(|callback| callback.phone.clone());
        if let Some(phone) = phone {
            self.number_free(serial, &phone, hung_up);
        }
    }

    /// A callback that left the line comes back, since it can't be called any more: so it is.
    fn barred_way(&mut self, serial: u64, id: &SmolStr, queue: usize, why: &str) {
        let right = match why {
            "closed" => !self.rules.is_served(queue, self.now),
            "calling_window" => self.shut_zone(serial, queue).is_none_or(|shut| shut.is_some()),
            "number" => self.is_number_barred(serial),
            _ => self.rate_full_until(queue).is_some(),
        };
        self.findings.hold(Check::Deadlines, Some(id), right, || {
            format!("comes back for `{why}`, which does not keep it from being called")
        });
    }

    /// A customer picks up.
    pub(super) fn picked_up(&mut self, serial: u64, (agent, queue, attempt): (Option<usize>, usize, u64)) {
        let dialling = &self.rules.queues[queue].settings.dialling;
        if let (true, Some(agent)) = (dialling.first != First::Customer, agent) {
            return self.put(serial, State::Answered { agent, queue });
        }
        let until = self.now.after(dialling.connect_timeout);
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let gives_up = callback.fate.patience.map_or(until, |patience| self.now.after(patience).min(until));
        let state = State::OnLine { agent: None, queue, attempt, gives_up, until, leg: Leg::Connected };
        match agent {
            Some(agent) => self.bring(serial, state, agent),
            None => {
                self.put(serial, state);
                self.set_due(serial, Some(gives_up), |due| &mut due.outcome);
            }
        }
    }

    /// An agent is reserved for a customer on the line.
    pub(super) fn leg_called(&mut self, serial: u64, id: &SmolStr, state: State, agent: usize, queue: usize) {
        self.findings.hold(Check::Skills, Some(id), state.left_queue() == Some(queue), || {
            "is reserved from another queue than the one that called it".into()
        });
        self.bring(serial, state, agent);
    }

    fn bring(&mut self, serial: u64, state: State, agent: usize) {
        let State::OnLine { queue, attempt, gives_up, until, .. } = state else { return };
        let leg =
            self.next_word(serial, |fate, turns| next(&fate.agent_legs, &mut turns.legs, Leg::Connected));
        let Some((after, leg)) = leg else { return };
        let at = self.now.after(after).min(gives_up);
        self.put(serial, State::OnLine { agent: Some(agent), queue, attempt, gives_up, until, leg });
        self.set_due(serial, Some(at), |due| &mut due.outcome);
    }

    /// The leg of an agent failed: the customer waits on for another.
    pub(super) fn agent_failed(
        &mut self,
        serial: u64,
        id: &SmolStr,
        state: State,
        name: &SmolStr,
        why: &str,
    ) {
        self.same_agent(id, state.agent(), name);
        let State::OnLine { agent: Some(agent), queue, attempt, gives_up, until, leg } = state else {
            return;
        };
        let due = self.callbacks.get(&serial).and_then(|callback| callback.due.outcome);
        self.on_time(id, due, "the agent's leg fails", BY_TIMEOUT);
        let told = matches!(leg, Leg::Failed(failure) if failure.word() == why);
        self.findings.hold(Check::Deadlines, Some(id), told, || {
            format!("the agent's leg fails as `{why}`, which the traffic does not have")
        });
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.agent_failures += 1;
        }
        self.agent_absent(agent);
        self.agent_released(serial, agent, WrapUp::default());
        let leg = Leg::Connected;
        self.put(serial, State::OnLine { agent: None, queue, attempt, gives_up, until, leg });
        self.set_due(serial, Some(gives_up), |due| &mut due.outcome);
    }

    /// The customer on the line hangs up, or waited too long.
    pub(super) fn abandoned(&mut self, serial: u64, id: &SmolStr, state: State) {
        let State::OnLine { agent, queue, gives_up, until, .. } = state else { return };
        self.on_time(id, Some(gives_up), "the customer on the line is lost", BY_TIMEOUT);
        self.answered_before_agent(queue, true);
        let phone = self.callbacks.get(&serial).map(|callback| callback.phone.clone());
        agent.iter().for_each(|agent| self.agent_released(serial, *agent, WrapUp::default()));
        self.put(serial, State::Failed { queue, outcome: Outcome::Abandoned });
        self.set_due(serial, None, |due| &mut due.outcome);
        if let Some(phone) = phone {
            self.number_free(serial, &phone, self.now == until);
        }
    }

    /// A customer calls in.
    pub(super) fn called_in(&mut self, serial: u64, id: &SmolStr, state: State, attempt: u64) {
        let State::Invited { agent, queue, says, after, .. } = state else { return };
        self.findings.hold(Check::Conservation, Some(id), after.is_none_or(|after| after < attempt), || {
            format!("attempt {attempt} comes after attempt {}", after.unwrap_or_default())
        });
        self.last_attempt = self.last_attempt.max(Some(attempt));
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        // The agent is connected at once, whatever the traffic has of their leg.
        callback.asked.legs += 1;
        let due = callback.due.outcome.take();
        self.on_time(id, due, "the customer calls in", BY_TIMEOUT);
        self.findings.hold(Check::Deadlines, Some(id), says != Caller::Ignore, || {
            "calls in, which the traffic does not have".into()
        });
        self.put(serial, State::Answered { agent, queue });
    }

    /// Of those told to call one number, a caller who says no more is known only where there is one: the instant is over,
    /// and such a caller was not let in.
    pub(super) fn unknown_caller(&mut self, serial: u64) {
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let State::Invited { agent, queue, until, says: Caller::Dialled, after } = callback.state else {
            return;
        };
        if callback.due.outcome.is_none_or(|due| due > self.now) || until <= self.now {
            return;
        }
        let number = |queue: usize| self.rules.queues[queue].settings.dialling.call_in.number.clone();
        let told = self.callbacks.values().filter(|other| match other.state {
            State::Invited { queue: own, .. } => number(own) == number(queue),
            _ => false,
        });
        if told.count() > 1 {
            self.findings.skip(Check::Deadlines, BY_NUMBER);
            self.put(serial, State::Invited { agent, queue, until, says: Caller::Ignore, after });
            self.set_due(serial, Some(until), |due| &mut due.outcome);
        }
    }
}
