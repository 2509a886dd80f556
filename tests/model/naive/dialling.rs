//! Dialling: what comes before a call, and bringing the agent to a customer on the line.

use ringback_engine::center::{First, OfferExpired, Unconfirmed};
use ringback_engine::protocol::{
    Application, Connect, EffectKind, Event, Offer, Push, PushKind, Refusal, TimeoutKind,
};
use ringback_engine::record::{AgentFailure, Outcome, Reason};
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Instant, Name, Phone, Sequence};

use super::Naive;
use super::agents::Parting;
use super::calls::Standard;
use super::numbers::with_number;
use super::world::{Callback, Stage, State};

impl<A: Application> Naive<A> {
    fn settings(&self, sequence: Sequence) -> ringback_engine::center::Dialling {
        let callback = self.world.callback(sequence);
        self.world.queue(callback.queue().expect("in a queue")).dialling.clone()
    }

    fn put(&mut self, sequence: Sequence, stage: Stage) {
        self.world.callback_mut(sequence).state = State::Routing(stage);
    }

    fn find(&self, id: &CallbackId) -> Result<Callback, Refusal> {
        let found = self.world.callbacks.iter().find(|callback| callback.request.id == *id);
        found.cloned().ok_or_else(|| Refusal::UnknownCallback(id.clone()))
    }

    pub(super) fn offer(&mut self, sequence: Sequence, agent: AgentId) {
        let until = self.world.now.after(self.settings(sequence).offer_timeout);
        self.put(sequence, Stage::Offered(agent.clone(), until));
        let request = self.world.callback(sequence).request.clone();
        let (callback, number) = (request.id.clone(), request.phone.clone());
        self.event(Event::Offered { callback: callback.clone(), agent: agent.clone(), until });
        self.emit(EffectKind::Offer(Offer { callback, agent, number, until }));
    }

    pub(super) fn withdraw(&mut self, sequence: Sequence) {
        let callback = self.world.callback(sequence).clone();
        if let State::Routing(Stage::Offered(agent, _)) = callback.state {
            self.emit(EffectKind::Withdraw { callback: callback.request.id.clone(), agent });
        }
    }

    fn offered(&self, id: &CallbackId, agent: &AgentId) -> Result<Sequence, Refusal> {
        if !self.world.agents.iter().any(|known| known.settings.id == *agent) {
            return Err(Refusal::UnknownAgent(agent.clone()));
        }
        let callback = self.find(id)?;
        match callback.state {
            State::Routing(Stage::Offered(to, _)) if to == *agent => Ok(callback.sequence),
            _ => Err(Refusal::NotOffered(id.clone(), agent.clone())),
        }
    }

    pub(super) fn accept_offer(&mut self, id: &CallbackId, agent: &AgentId) -> Result<(), Refusal> {
        let sequence = self.offered(id, agent)?;
        if self.settings(sequence).confirm.is_some() {
            self.ask_or_leave(sequence, agent.clone());
        } else {
            self.set_off(sequence, agent.clone());
        }
        Ok(())
    }

    pub(super) fn reject_offer(&mut self, id: &CallbackId, agent: &AgentId) -> Result<(), Refusal> {
        let sequence = self.offered(id, agent)?;
        let settings = self.settings(sequence);
        let until = self.world.now.after(settings.reject_cooloff);
        let callback = self.world.callback_mut(sequence);
        callback.rejects += 1;
        if settings.reject_cooloff > Duration::ZERO {
            callback.cooloffs.push((agent.clone(), until));
        }
        let rejects = callback.rejects;
        let over = rejects >= settings.max_rejects;
        let standard =
            if over { Standard::Complete(Reason::PreviewRejects(rejects)) } else { Standard::Back(None) };
        self.come_to_nothing(sequence, TimeoutKind::Rejected, Parting::Unused, standard);
        Ok(())
    }

    pub(super) fn offer_expired(&mut self, sequence: Sequence) {
        let parting = match self.settings(sequence).on_offer_expired {
            OfferExpired::NotReady => Parting::Absent("no_answer"),
            OfferExpired::Ready => Parting::Unused,
        };
        self.come_to_nothing(sequence, TimeoutKind::Offer, parting, Standard::Back(None));
    }

    pub(super) fn cool_down(&mut self, sequence: Sequence) {
        let now = self.world.now;
        self.world.callback_mut(sequence).cooloffs.retain(|(_, until)| *until > now);
    }

    /// Asks the customer first, where that is to be; the pair was matched, or accepted, at this instant.
    pub(super) fn ask_or_leave(&mut self, sequence: Sequence, agent: AgentId) {
        if self.settings(sequence).confirm.is_some() {
            self.ask_customer(sequence, agent, 1);
        } else {
            self.leave(sequence, agent);
        }
    }

    fn ask_customer(&mut self, sequence: Sequence, agent: AgentId, pushes: u32) {
        let confirm = self.settings(sequence).confirm.unwrap_or_default();
        let until = self.world.now.after(confirm.timeout);
        self.put(sequence, Stage::Confirming(agent, pushes, until));
        self.push(sequence, PushKind::Confirm, until);
    }

    fn push(&mut self, sequence: Sequence, kind: PushKind, until: Instant) {
        let request = self.world.callback(sequence).request.clone();
        let (callback, number) = (request.id.clone(), request.phone.clone());
        let word = if kind == PushKind::Confirm { "confirm" } else { "call_in" };
        self.event(Event::Notified { callback: callback.clone(), kind: word.into() });
        self.emit(EffectKind::Push(Push { callback, number, kind, until }));
    }

    pub(super) fn confirmed(&mut self, id: &CallbackId) -> Result<(), Refusal> {
        let callback = self.find(id)?;
        let State::Routing(Stage::Confirming(agent, ..)) = callback.state else {
            return Err(Refusal::NotAsked(id.clone()));
        };
        self.set_off(callback.sequence, agent);
        Ok(())
    }

    pub(super) fn unconfirmed(&mut self, sequence: Sequence) {
        let State::Routing(Stage::Confirming(agent, pushes, _)) = self.world.callback(sequence).state.clone()
        else {
            return;
        };
        let confirm = self.settings(sequence).confirm.unwrap_or_default();
        if pushes < confirm.attempts {
            return self.ask_customer(sequence, agent, pushes + 1);
        }
        let standard = match confirm.otherwise {
            Unconfirmed::Connect => Standard::SetOff,
            Unconfirmed::Fail => Standard::Complete(Reason::NoConfirm),
        };
        self.come_to_nothing(sequence, TimeoutKind::Unconfirmed, Parting::Unused, standard);
    }

    /// Sets off after a word of agent or customer, unless something came between.
    pub(super) fn set_off(&mut self, sequence: Sequence, agent: AgentId) {
        self.choose_number(sequence);
        let callback = self.world.callback(sequence).clone();
        let service = self.world.service_of(&callback);
        let bans =
            |number| self.world.check_number(service, &with_number(&callback.request, &number)).is_err();
        let banned: Vec<bool> = callback.request.numbers().map(bans).collect();
        if banned[0] && banned.contains(&false) {
            self.go_back(sequence, None, "number");
            return self.part(&agent, sequence, Parting::Unused);
        }
        if self.forbid(sequence) {
            return self.part(&agent, sequence, Parting::Unused);
        }
        let callback = self.world.callback(sequence).clone();
        let (phone, queue) = (callback.request.phone.clone(), callback.queue().expect("in a queue").clone());
        let blocked = self.world.fenced_until(&phone).is_some()
            || self.world.limited_until(&phone).is_some()
            || !self.world.crowded(sequence).is_empty();
        let why = if !self.world.serves(&queue) {
            "closed"
        } else if !self.world.may_call(&callback.request, &queue, self.world.now) {
            "calling_window"
        } else if blocked {
            "number"
        } else if self.world.rate_full_until(&queue).is_some() {
            "dial_rate"
        } else {
            return self.leave(sequence, agent);
        };
        self.go_back(sequence, None, why);
        self.part(&agent, sequence, Parting::Unused);
    }

    fn leave(&mut self, sequence: Sequence, agent: AgentId) {
        if self.settings(sequence).first != First::Inbound {
            return self.dial(sequence, Some(agent));
        }
        let call_in = self.settings(sequence).call_in;
        let until = self.world.now.after(call_in.expiry);
        self.world.attempts += 1;
        let attempt = self.world.attempts;
        let taken: Vec<Name> = self.invited().into_iter().filter_map(|(_, code)| code).collect();
        let code = self.world.callback(sequence).request.entropy.and_then(|entropy| {
            let codes = 10u64.pow(call_in.digits);
            let first = entropy.wrapping_add(attempt) % codes;
            let digits = call_in.digits as usize;
            let mut candidates = (0..codes).map(|step| format!("{:0digits$}", (first + step) % codes));
            candidates.find(|code| !taken.iter().any(|taken| taken == code)).map(Name::new)
        });
        self.world.callback_mut(sequence).attempts.push(AttemptId(attempt));
        self.put(sequence, Stage::Invited(agent, code.clone(), until));
        self.push(sequence, PushKind::CallIn { number: call_in.number, code }, until);
    }

    /// Everybody who was told to call in, with the code.
    fn invited(&self) -> Vec<(Callback, Option<Name>)> {
        let invited = |callback: &Callback| match &callback.state {
            State::Routing(Stage::Invited(_, code, _)) => Some((callback.clone(), code.clone())),
            _ => None,
        };
        self.world.callbacks.iter().filter_map(invited).collect()
    }

    pub(super) fn called_in(
        &mut self,
        from: Option<Phone>,
        dialled: Option<Phone>,
        code: Option<Name>,
    ) -> Result<(), Refusal> {
        let invited = self.invited();
        let by_code = invited.iter().find(|(_, own)| own.is_some() && *own == code);
        let by_number = invited
            .iter()
            .find(|(callback, _)| from.as_ref().is_some_and(|from| callback.request.names(from)));
        let named: Vec<_> = invited
            .iter()
            .filter(|(callback, _)| {
                let number = self.settings(callback.sequence).call_in.number;
                number.is_some() && number == dialled
            })
            .collect();
        let by_called = named.first().copied().filter(|_| named.len() == 1);
        let (callback, _) = by_code.or(by_number).or(by_called).ok_or(Refusal::NothingMatched)?;
        let (sequence, agent) = (callback.sequence, callback.agent().cloned().expect("waits for the call"));
        let attempt = callback.attempts.last().copied().expect("the invitation");
        self.report_outcome(sequence, Outcome::Answered);
        let (callback, until) = (callback.request.id.clone(), self.world.now);
        self.emit(EffectKind::Connect(Connect { attempt, callback, agent, until }));
        self.connect(sequence);
        Ok(())
    }

    pub(super) fn not_called(&mut self, sequence: Sequence) {
        let standard = self.after_attempt(sequence, Reason::CallToCustomer);
        self.come_to_nothing(sequence, TimeoutKind::NotCalled, Parting::Unused, standard);
    }

    /// The customer picked up.
    pub(super) fn answered(&mut self, sequence: Sequence) {
        let settings = self.settings(sequence);
        let agent = self.world.callback(sequence).agent().cloned();
        if settings.first != First::Customer && agent.is_some() {
            return self.connect(sequence);
        }
        let until = self.world.now.after(settings.connect_timeout);
        self.put(sequence, Stage::OnLine(agent, until));
        self.call_agent(sequence);
    }

    pub(super) fn call_agent(&mut self, sequence: Sequence) {
        let callback = self.world.callback(sequence).clone();
        let attempt = callback.live().expect("on the line");
        if let State::Routing(Stage::OnLine(Some(agent), until)) = callback.state {
            let callback = callback.request.id.clone();
            self.emit(EffectKind::Connect(Connect { attempt, callback, agent, until }));
        }
    }

    fn routing_of(&self, attempt: AttemptId) -> Result<(Callback, Stage), Refusal> {
        let live = self.world.callbacks.iter().find(|callback| callback.live() == Some(attempt));
        let callback = live.ok_or(Refusal::StaleAttempt(attempt))?;
        match &callback.state {
            State::Routing(stage) => Ok((callback.clone(), stage.clone())),
            _ => Err(Refusal::AlreadyConnected(attempt)),
        }
    }

    pub(super) fn agent_connected(&mut self, attempt: AttemptId) -> Result<(), Refusal> {
        let (callback, stage) = self.routing_of(attempt)?;
        if !matches!(stage, Stage::OnLine(Some(_), _)) {
            return Err(Refusal::NoAgentCalled(attempt));
        }
        self.world.answered.push((callback.queue().expect("in a queue").clone(), false));
        self.connect(callback.sequence);
        Ok(())
    }

    pub(super) fn connect_timeout(&mut self, sequence: Sequence) {
        let queue = self.world.callback(sequence).queue().expect("in a queue").clone();
        self.hang_up(sequence);
        self.report_outcome(sequence, Outcome::Abandoned);
        self.world.answered.push((queue, true));
        self.attempt_failed(sequence, Outcome::Abandoned);
    }

    pub(super) fn agent_failed(&mut self, attempt: AttemptId, why: AgentFailure) -> Result<(), Refusal> {
        let (callback, stage) = self.routing_of(attempt)?;
        let agent = callback.agent().cloned().ok_or(Refusal::NoAgentCalled(attempt))?;
        let (sequence, id) = (callback.sequence, callback.request.id.clone());
        self.event(Event::AgentFailed { callback: id, attempt, agent: agent.clone(), why });
        let callback = self.world.callback_mut(sequence);
        callback.agent_failures += 1;
        if callback.agent_failures == 5 {
            self.hang_up(sequence);
            self.complete(sequence, Reason::AgentConnect);
        } else if self.settings(sequence).first == First::Customer {
            let stage = match stage {
                Stage::Dialing(_, until) => Stage::Dialing(None, until),
                Stage::OnLine(_, until) => Stage::OnLine(None, until),
                stage => stage,
            };
            self.put(sequence, stage);
        } else {
            self.world.callback_mut(sequence).unknown += 1;
            self.go_back(sequence, None, why.word());
        }
        self.part(&agent, sequence, Parting::Absent(why.word()));
        Ok(())
    }
}
