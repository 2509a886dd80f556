//! What agents and customers say who are asked something: offers, connections, confirmations, invitations.

use ringback_engine::protocol::{Command, Connect, Disposition, Offer, Push, PushKind};
use ringback_engine::record::{AgentFailure, Outcome};
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Name, Phone};

use super::features::Feature;
use super::world::World;
use crate::phone;

impl World {
    /// An agent is asked.
    pub(super) fn is_offered(&mut self, offer: &Offer) {
        let (callback, agent) = (offer.callback.clone(), offer.agent.clone());
        let after = self.random.within(200..9_000);
        let accept = Command::Accept { callback: callback.clone(), agent: agent.clone() };
        if self.healed {
            return self.say(1_000, accept);
        }
        match self.random.below(10) {
            0 | 1 => self.say(after, Command::Reject { callback, agent }),
            2 => {}
            3 => {
                self.say(after, accept.clone());
                self.say(after + 50, accept);
            }
            _ => self.say(after, accept),
        }
    }

    /// A customer is told something.
    pub(super) fn is_told(&mut self, push: &Push) {
        let after = if self.healed { 1_000 } else { self.random.within(200..12_000) };
        match &push.kind {
            PushKind::Confirm => {
                if self.healed || !self.random.one_in(3) {
                    self.say(after, Command::Confirmed { callback: push.callback.clone() });
                }
            }
            PushKind::CallIn { number, code } => {
                if self.healed || !self.random.one_in(4) {
                    let call = self.call_in(&push.number, number.as_ref(), code.as_ref());
                    self.say(after, call.clone());
                    if !self.healed && self.random.one_in(4) {
                        // A code that was used is good for nothing.
                        self.say(after + 100, call);
                    }
                }
            }
        }
    }

    fn call_in(&mut self, own: &Phone, number: Option<&Phone>, code: Option<&Name>) -> Command {
        let elsewhere = Some(phone(9_000));
        let (from, dialled, code) = match self.random.below(6) {
            0 if code.is_some() && !self.healed => (None, None, code.cloned()),
            1 if number.is_some() && !self.healed => (elsewhere, number.cloned(), None),
            2 if !self.healed => (elsewhere, None, Some(Name::new("00000"))),
            3 => (Some(own.clone()), number.cloned(), code.cloned()),
            _ => (Some(own.clone()), None, None),
        };
        Command::CalledIn { from, dialled, code }
    }

    /// An agent is called for a customer on the line.
    pub(super) fn is_called(&mut self, connect: &Connect) {
        let attempt = connect.attempt;
        self.live.insert(connect.callback.clone(), attempt);
        let after = if self.healed { 500 } else { self.random.within(0..6_000) };
        let failure = self.random.pick(&AgentFailure::ALL);
        match self.random.below(10) {
            _ if self.healed => self.say(after, Command::Connected { attempt }),
            0 | 1 => self.say(after, Command::AgentFailed { attempt, failure }),
            2 => self.say(after, Command::Outcome { attempt, outcome: Outcome::Abandoned }),
            3 => {}
            _ => self.say(after, Command::Connected { attempt }),
        }
    }

    /// What else may come of a call that is placed.
    pub(super) fn may_go_wrong(&mut self, callback: &CallbackId, attempt: AttemptId, after: i64) {
        if !self.has(Feature::Dialling) {
            return;
        }
        if self.random.one_in(12) {
            let failure = self.random.pick(&AgentFailure::ALL);
            self.say(after / 2, Command::AgentFailed { attempt, failure });
        }
        if self.random.one_in(8) {
            self.say(after + 2_000, Command::Outcome { attempt, outcome: Outcome::Abandoned });
        }
        if self.random.one_in(15) {
            let by = self.random.one_in(2).then(|| Duration::from_secs(self.random.within(-1..300)));
            self.say(after, Command::Snooze { callback: callback.clone(), by });
        }
    }

    /// An agent wraps up, and says when that is over, or forgets to.
    pub(super) fn wraps_up(&mut self, agent: &AgentId) {
        let agent = agent.clone();
        if self.healed {
            return self.say(1_000, Command::Ready { agent });
        }
        if !self.has(Feature::WrapUps) {
            return;
        }
        let after = self.random.within(0..20_000);
        match self.random.below(10) {
            0 => {}
            1 => self.say(after, Command::NotReady { agent, reason: None }),
            2 => self.say(after, Command::LogOut { agent }),
            3 => self.say(after, Command::LogIn { agent }),
            4..7 => {
                let longer = self.needs_longer(agent.clone());
                self.say(after / 6, longer);
                self.say(after, Command::Ready { agent });
            }
            _ => self.say(after, Command::Ready { agent }),
        }
    }

    pub(super) fn needs_longer(&mut self, agent: AgentId) -> Command {
        Command::ExtendWrapUp { agent, by: Duration::from_secs(self.random.within(-1..40)) }
    }

    /// How an interaction ends: mostly for good.
    pub(super) fn ending(&mut self, attempt: AttemptId) -> Command {
        if !self.has(Feature::Dialling) || !self.random.one_in(8) {
            return Command::Ended { attempt };
        }
        let later = self.now().after(Duration::from_secs(self.random.within(-5..900)));
        let disposition =
            if self.random.one_in(2) { Disposition::Requeue } else { Disposition::Reschedule(later) };
        Command::Disposed { attempt, disposition }
    }

    /// A customer calls before being called, asks for later, or some who are not asked say something.
    pub(super) fn unasked(&mut self) -> Command {
        let callback = CallbackId::new(format!("c{}", self.random.next() % self.asked.max(1)));
        let agent = self.agents[self.random.below(self.agents.len())].clone();
        let attempt = self.some_attempt();
        let failure = self.random.pick(&AgentFailure::ALL);
        let number = phone(self.random.next() as u32 % self.numbers);
        match self.random.below(8) {
            0 => Command::Accept { callback, agent },
            1 => Command::Reject { callback, agent },
            2 => Command::Confirmed { callback },
            3 => Command::Connected { attempt },
            4 => Command::AgentFailed { attempt, failure },
            5 => Command::Snooze { callback, by: None },
            _ => {
                let service = self.services[self.random.below(self.services.len())].clone();
                Command::InboundContact { number, service: self.random.one_in(2).then_some(service) }
            }
        }
    }
}
