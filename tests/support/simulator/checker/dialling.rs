//! Ways to call: offers, confirmations, invitations, customers on the line, and who dials ahead.

use ringback_engine::center::{AGENT_FAILURES, ANSWERED_KEPT, First, OfferExpired, Unconfirmed};
use ringback_engine::protocol::{Command, Connect, Offer, Push, PushKind};
use ringback_engine::record::{HoldReason, Reason};
use ringback_engine::{AgentId, AttemptId, CallbackId, Instant};

use super::Checker;
use super::known::{Stage, Word};

impl Checker {
    /// What agents and customers say of calls that are not placed yet.
    pub(super) fn hear_word(&mut self, command: &Command) {
        let (Command::Accept { callback, .. }
        | Command::Reject { callback, .. }
        | Command::Confirmed { callback }) = command
        else {
            return;
        };
        let Some(sequence) = self.find(callback) else { return };
        let stage = match (command, &self.callbacks[&sequence].stage) {
            (Command::Accept { .. }, Stage::Offered { agent, from, .. }) => {
                Stage::Reserved { agent: *agent, from: *from, word: Word { agent: true, customer: false } }
            }
            (Command::Confirmed { .. }, Stage::Confirming { agent, from, .. }) => {
                Stage::Reserved { agent: *agent, from: *from, word: Word { agent: true, customer: true } }
            }
            (Command::Reject { .. }, Stage::Offered { agent, from, .. }) => {
                let (agent, from) = (*agent, *from);
                let until = self.now.after(self.facts.queue(from).dialling.reject_cooloff);
                let known = self.callbacks.get_mut(&sequence).expect("found");
                known.rejects += 1;
                known.cooloffs.push((agent, until));
                Stage::Rejected { agent, from }
            }
            _ => return,
        };
        self.set(sequence, stage);
    }

    /// Whether the world was asked all that a queue asks it before it calls.
    pub(super) fn may_leave(&self, sequence: u64) -> Option<(usize, usize)> {
        match self.callbacks[&sequence].stage {
            Stage::Reserved { agent, from, word } => {
                let settings = &self.facts.queue(from).dialling;
                let asked =
                    (word.agent || !settings.preview) && (word.customer || settings.confirm.is_none());
                asked.then_some((agent, from))
            }
            Stage::Confirming { agent, from, .. } if self.is_unconfirmed(sequence) => {
                let confirm = self.facts.queue(from).dialling.confirm?;
                (confirm.otherwise == Unconfirmed::Connect).then_some((agent, from))
            }
            _ => None,
        }
    }

    /// Whether the last push went unanswered just now.
    pub(super) fn is_unconfirmed(&self, sequence: u64) -> bool {
        let Stage::Confirming { from, pushes, until, .. } = self.callbacks[&sequence].stage else {
            return false;
        };
        let confirm = self.facts.queue(from).dialling.confirm.unwrap_or_default();
        until == self.now && pushes >= confirm.attempts
    }

    /// Whether what was under way before a call ended by itself just now, and the application was asked.
    pub(super) fn is_over(&self, sequence: u64, stage: &Stage) -> bool {
        match stage {
            Stage::Offered { until, .. } | Stage::Invited { until, .. } => *until == self.now,
            Stage::Confirming { .. } => self.is_unconfirmed(sequence),
            _ => false,
        }
    }

    pub(super) fn is_disposed(&self, stage: &Stage) -> bool {
        let disposed = matches!(self.command, Some(Command::Disposed { .. }));
        disposed && matches!(stage, Stage::Ended { .. })
    }

    pub(super) fn offered(&mut self, sequence: u64, id: &AgentId, until: Instant) -> bool {
        let Stage::Reserved { agent, from, word } = self.callbacks[&sequence].stage else { return false };
        let settings = &self.facts.queue(from).dialling;
        let due = self.now.after(settings.offer_timeout);
        let right = settings.preview && !word.agent && until == due;
        self.set(sequence, Stage::Offered { agent, from, until });
        right && self.facts.center.agents[agent].id == *id
    }

    pub(super) fn offer(&mut self, offer: &Offer) {
        let known = self.find(&offer.callback).map(|sequence| &self.callbacks[&sequence]);
        let right = known.is_some_and(|known| match known.stage {
            Stage::Offered { agent, until, .. } => {
                until == offer.until
                    && self.facts.center.agents[agent].id == offer.agent
                    && known.request.phone == offer.number
            }
            _ => false,
        });
        self.judge.must(37, right, || format!("{offer:?} is of {known:?}"));
    }

    pub(super) fn withdrawn(&mut self, callback: &CallbackId, id: &AgentId) {
        let agents = &self.facts.center.agents;
        let known = self.ids.get(callback).and_then(|sequence| self.callbacks.get_mut(sequence));
        let right = known.is_some_and(|known| {
            known.withdrawn = true;
            matches!(known.stage, Stage::Offered { agent, .. } if agents[agent].id == *id)
        });
        self.judge.must(37, right, || format!("{callback} is not offered to {id}, and withdrawn"));
    }

    /// A customer is told something.
    pub(super) fn notified(&mut self, sequence: u64, kind: &str) -> bool {
        let now = self.now;
        let stage = self.callbacks[&sequence].stage.clone();
        match (kind, stage) {
            ("confirm", Stage::Reserved { agent, from, word }) => {
                let settings = &self.facts.queue(from).dialling;
                let Some(confirm) = settings.confirm else { return false };
                let right = (word.agent || !settings.preview) && !word.customer;
                self.set(
                    sequence,
                    Stage::Confirming { agent, from, pushes: 1, until: now.after(confirm.timeout) },
                );
                right
            }
            ("confirm", Stage::Confirming { agent, from, pushes, until }) => {
                let Some(confirm) = self.facts.queue(from).dialling.confirm else { return false };
                let next = now.after(confirm.timeout);
                self.set(sequence, Stage::Confirming { agent, from, pushes: pushes + 1, until: next });
                until == now && pushes < confirm.attempts
            }
            ("call_in", _) => {
                let Some((agent, from)) = self.may_leave(sequence) else { return false };
                self.last_attempt += 1;
                let attempt = AttemptId(self.last_attempt);
                self.attempts.insert(attempt, sequence);
                self.callbacks.get_mut(&sequence).expect("found").attempts += 1;
                let settings = &self.facts.queue(from).dialling;
                let (until, right) = (now.after(settings.call_in.expiry), settings.first == First::Inbound);
                self.set(sequence, Stage::Invited { agent, from, attempt, code: None, until });
                right
            }
            _ => false,
        }
    }

    pub(super) fn push(&mut self, push: &Push) {
        let sequence = self.find(&push.callback);
        let known = sequence.map(|sequence| &self.callbacks[&sequence]);
        let until = known.and_then(|known| match (&known.stage, &push.kind) {
            (Stage::Confirming { until, .. }, PushKind::Confirm) => Some(*until),
            (Stage::Invited { until, .. }, PushKind::CallIn { .. }) => Some(*until),
            _ => None,
        });
        let right =
            until == Some(push.until) && known.is_some_and(|known| known.request.phone == push.number);
        self.judge.must(37, right, || format!("{push:?} is of {known:?}"));
        let (PushKind::CallIn { code: new, .. }, Some(sequence)) = (&push.kind, sequence) else { return };
        let others = self.callbacks.values().any(
            |known| matches!(&known.stage, Stage::Invited { code: Some(code), .. } if Some(code) == new.as_ref()),
        );
        self.judge.must(50, !others, || format!("{push:?}: another invitation has its code"));
        if let Stage::Invited { code, .. } = &mut self.callbacks.get_mut(&sequence).expect("found").stage {
            code.clone_from(new);
        }
    }

    /// Whose invitation a caller means, if anybody's.
    pub(super) fn invitation(&self, command: &Command) -> Option<u64> {
        let Command::CalledIn { from, dialled, code } = command else { return None };
        let invited = || {
            self.callbacks.iter().filter_map(|(sequence, known)| match &known.stage {
                Stage::Invited { code, from, .. } => Some((*sequence, known, code, *from)),
                _ => None,
            })
        };
        let by_code = invited().find(|(_, _, own, _)| code.is_some() && code == *own);
        let by_number = || {
            let from = from.as_ref()?;
            invited().find(|(_, known, ..)| known.request.names(from))
        };
        let called = |queue: usize| self.facts.queue(queue).dialling.call_in.number.as_ref();
        let by_called = || {
            let mut named =
                invited().filter(|(_, _, _, queue)| dialled.is_some() && called(*queue) == dialled.as_ref());
            named.next().filter(|_| named.next().is_none())
        };
        by_code.or_else(by_number).or_else(by_called).map(|(sequence, ..)| sequence)
    }

    pub(super) fn connect(&mut self, connect: &Connect) {
        let known = self.find(&connect.callback).map(|sequence| &self.callbacks[&sequence]);
        let right = known.is_some_and(|known| {
            let agents = &self.facts.center.agents;
            match known.stage {
                Stage::OnLine { agent: Some(agent), attempt, until, .. } => {
                    agents[agent].id == connect.agent && attempt == connect.attempt && until == connect.until
                }
                Stage::Answered { agent, attempt, .. } => {
                    agents[agent].id == connect.agent && attempt == connect.attempt
                }
                _ => false,
            }
        });
        self.judge.must(37, right, || format!("{connect:?} is of {known:?}"));
    }

    /// The agent's leg failed.
    pub(super) fn leg_fails(&mut self, sequence: u64, attempt: AttemptId, id: &AgentId) -> bool {
        let known = self.callbacks.get_mut(&sequence).expect("found");
        known.agent_failures += 1;
        let failures = known.agent_failures;
        let stage = known.stage.clone();
        let (Some(agent), Some(from), Some(live)) = (stage.agent(), stage.from(), stage.live()) else {
            return false;
        };
        let last = failures >= AGENT_FAILURES;
        let goes_on = match stage {
            Stage::Dialled { attempt, grace, placed, .. } => {
                Some(Stage::Dialled { agent: None, from, attempt, grace, placed })
            }
            Stage::OnLine { attempt, until, .. } => Some(Stage::OnLine { agent: None, from, attempt, until }),
            _ => return false,
        };
        known.overdue = true;
        let first = self.facts.queue(from).dialling.first == First::Customer;
        if let Some(goes_on) = goes_on.filter(|_| first && !last) {
            self.set(sequence, goes_on);
            self.release_agent(agent, sequence, None);
        } else {
            self.set(sequence, Stage::LegFailed { agent, from, attempt: live });
        }
        live == attempt && self.facts.center.agents[agent].id == *id
    }

    pub(super) fn snoozed(&mut self, sequence: u64, callback: &CallbackId, until: Instant) -> bool {
        let asked = matches!(&self.command, Some(Command::Snooze { callback: own, .. }) if own == callback);
        let known = self.callbacks.get_mut(&sequence).expect("found");
        let right = matches!(known.stage, Stage::Queued { .. }) || known.stage.is_routing();
        (known.place, known.lives_from) = (until, until);
        known.hold_due = Some((until, HoldReason::Snooze));
        asked && right
    }

    /// An agent who let an offer expire, which nobody took back, may be not ready from now on.
    pub(super) fn judge_parting(&mut self, sequence: u64) {
        let known = self.callbacks.get_mut(&sequence).expect("found");
        let Stage::Offered { from, until, .. } = known.stage else { return };
        let settings = &self.facts.queue(from).dialling;
        if until == self.now && !known.withdrawn && settings.on_offer_expired == OfferExpired::NotReady {
            known.overdue = true;
        }
    }

    /// Whether a callback may end for what agents and customers said before it was called.
    pub(super) fn ends_unserved(&self, sequence: u64, stage: &Stage, reason: &Reason) -> Option<bool> {
        let known = &self.callbacks[&sequence];
        let settings = |queue: usize| &self.facts.queue(queue).dialling;
        Some(match (reason, stage) {
            (Reason::PreviewRejects(rejects), Stage::Rejected { from, .. }) => {
                *rejects == known.rejects && known.rejects >= settings(*from).max_rejects
            }
            (Reason::NoConfirm, Stage::Confirming { from, .. }) => {
                let confirm = settings(*from).confirm.unwrap_or_default();
                self.is_unconfirmed(sequence) && confirm.otherwise == Unconfirmed::Fail
            }
            (Reason::AgentConnect, Stage::LegFailed { .. }) => {
                known.hung_up && known.agent_failures >= AGENT_FAILURES
            }
            (Reason::PreviewRejects(_) | Reason::NoConfirm | Reason::AgentConnect, _) => false,
            _ => return None,
        })
    }

    /// A customer who had answered before an agent was there got one, or hung up.
    pub(super) fn count_answered(&mut self, queue: usize, abandoned: bool) {
        let answered = &mut self.answered[queue];
        answered.push_back(abandoned);
        while answered.len() > ANSWERED_KEPT {
            answered.pop_front();
        }
    }

    /// Judges that a queue may dial one more ahead.
    pub(super) fn judge_ahead(&mut self, sequence: u64, queue: usize) {
        let id = &self.callbacks[&sequence].request.id;
        let stages = || self.callbacks.values().map(|known| &known.stage);
        let ahead = stages().filter(|stage| stage.is_ahead() && stage.from() == Some(queue)).count();
        let settings = &self.facts.queue(queue).dialling;
        let (most, answered) = (settings.dial_ahead as usize, &self.answered[queue]);
        let abandoned = answered.iter().filter(|abandoned| **abandoned).count();
        let calm = abandoned * 100 <= answered.len() * settings.abandon_max as usize;
        self.judge.must(49, ahead < most, || format!("{id} is dialled ahead, and {ahead} are of {most}"));
        self.judge.must(49, calm, || {
            format!("{id} is dialled ahead, and {abandoned} of {} hung up", answered.len())
        });
        let known = &self.callbacks[&sequence];
        let obstacle = self.obstacle(known);
        self.judge.must(49, obstacle.is_none(), || format!("{id} is dialled ahead: {obstacle:?}"));
        let there = (0..self.people.len()).filter(|agent| self.people[*agent].session.is_some());
        let there = there.fold(0, |there, agent| there | 1 << agent);
        let own = self.place(sequence, known);
        let first = self.queued.iter().all(|other| {
            let rival = &self.callbacks[other];
            let here = rival.way.as_ref().is_some_and(|way| way.queue == queue);
            *other == sequence
                || !here
                || rival.able(self.now) & there == 0
                || self.place(*other, rival) > own
                || self.obstacle(rival).is_some()
        });
        self.judge.must(21, first, || format!("{id} is dialled ahead of who ranks before"));
    }
}
