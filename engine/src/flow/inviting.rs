//! Inviting: customers are asked whether a call is welcome, or told to call in.

use smol_str::SmolStr;

use super::Turn;
use super::agents::Parting;
use super::offering::Departure;
use super::outcomes::Standard;
use crate::center::Unconfirmed;
use crate::protocol::{Application, Connect, EffectKind, Event, Push, PushKind, Refusal, TimeoutKind};
use crate::record::{Callback, Outcome, Reason, Routing, Stage, State};
use crate::value::{AttemptId, CallbackId, Instant, Phone, Sequence};

impl<A: Application> Turn<'_, A> {
    /// Asks a customer, for the so-manieth time, whether a call is welcome now.
    pub(super) fn push_confirmation(&mut self, sequence: Sequence, departure: Departure, pushes: u32) {
        let Departure { journey, queue, agent: Some(agent) } = departure else { return };
        let timeout = self.dialling(queue).confirm.unwrap_or_default().timeout;
        let until = self.now().after(timeout);
        let stage = Stage::Confirming { agent, pushes, until };
        self.book().put(sequence, State::Routing(Routing { journey, queue, stage }));
        self.push(sequence, PushKind::Confirm, until);
    }

    fn push(&mut self, sequence: Sequence, kind: PushKind, until: Instant) {
        let Some(callback) = self.callback(sequence) else { return };
        let (callback, number) = (callback.request.id.clone(), callback.request.phone.clone());
        self.event(Event::Notified { callback: callback.clone(), kind: SmolStr::new_static(kind.word()) });
        self.emit(EffectKind::Push(Push { callback, number, kind, until }));
    }

    /// A customer confirms that a call is welcome.
    pub(super) fn confirmed(&mut self, id: &CallbackId) -> Result<(), Refusal> {
        let callback = self.book.find(id).and_then(|sequence| self.callback(sequence));
        match callback.ok_or_else(|| Refusal::UnknownCallback(id.clone()))? {
            Callback { sequence, state: State::Routing(routing), .. }
                if matches!(routing.stage, Stage::Confirming { .. }) =>
            {
                let (sequence, departure) = (*sequence, Departure::of(routing));
                self.set_off(sequence, departure);
                Ok(())
            }
            _ => Err(Refusal::NotAsked(id.clone())),
        }
    }

    /// A push went unanswered: the next one, or what stands for an answer.
    pub(super) fn unconfirmed(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Routing(routing), .. }) = self.callback(sequence) else { return };
        let routing = routing.clone();
        let Stage::Confirming { pushes, .. } = routing.stage else { return };
        let (confirm, departure) =
            (self.dialling(routing.queue).confirm.unwrap_or_default(), Departure::of(&routing));
        if pushes < confirm.attempts {
            return self.push_confirmation(sequence, departure, pushes.saturating_add(1));
        }
        let standard = match confirm.otherwise {
            Unconfirmed::Connect => Standard::SetOff(departure),
            Unconfirmed::Fail => Standard::Complete(Reason::NoConfirm),
        };
        self.come_to_nothing(sequence, routing, TimeoutKind::Unconfirmed, Parting::Unused, standard);
    }

    /// Tells a customer to call in.
    pub(super) fn invite(&mut self, sequence: Sequence, departure: Departure) {
        let Departure { journey, queue, agent: Some(agent) } = departure else { return };
        let call_in = self.dialling(queue).call_in;
        let until = self.now().after(call_in.expiry);
        let attempt = self.begin_attempt();
        let entropy = self.callback(sequence).and_then(|callback| callback.request.entropy);
        let code = entropy.and_then(|entropy| self.access_code(entropy, attempt, call_in.digits));
        let stage = Stage::Inbound { agent, attempt, code: code.clone(), until };
        self.book().change(sequence, |callback| {
            callback.attempts.push(attempt);
            callback.state = State::Routing(Routing { journey, queue, stage });
        });
        self.push(sequence, PushKind::CallIn { number: call_in.number, code }, until);
    }

    /// A code of so many digits that no other invitation has, if there is one.
    fn access_code(&self, entropy: u64, attempt: AttemptId, digits: u32) -> Option<SmolStr> {
        let codes = 10_u64.checked_pow(digits)?;
        let first = entropy.wrapping_add(attempt.0).checked_rem(codes)?;
        let width = usize::try_from(digits).ok()?;
        let live = self.book.invited().count().saturating_add(1);
        let candidates = (0..u64::try_from(live).ok()?.min(codes)).map(|step| {
            let code = first.saturating_add(step).checked_rem(codes).unwrap_or_default();
            smol_str::format_smolstr!("{code:0width$}")
        });
        candidates.into_iter().find(|code| self.invitation(|own, _| own == Some(code)).is_none())
    }

    /// The first invitation, by request, of which this holds: its code and its callback.
    fn invitation(&self, holds: impl Fn(Option<&SmolStr>, &Callback) -> bool) -> Option<Sequence> {
        let own = |callback: &&Callback| match &callback.state {
            State::Routing(Routing { stage: Stage::Inbound { code, .. }, .. }) => {
                holds(code.as_ref(), callback)
            }
            _ => false,
        };
        self.book.invited().find(own).map(|callback| callback.sequence)
    }

    /// Somebody calls who may have been told to.
    pub(super) fn called_in(
        &mut self,
        from: Option<&Phone>,
        dialled: Option<&Phone>,
        code: Option<&SmolStr>,
    ) -> Result<(), Refusal> {
        let by_code = code.and_then(|code| self.invitation(|own, _| own == Some(code)));
        let by_number = || from.and_then(|from| self.invitation(|_, callback| callback.request.names(from)));
        let by_called = || {
            let named = |callback: &&Callback| {
                let queue = callback.state.queue();
                queue.and_then(|queue| self.dialling(queue).call_in.number).as_ref() == dialled
            };
            dialled?;
            let mut invited = self.book.invited().filter(named);
            invited.next().filter(|_| invited.next().is_none()).map(|callback| callback.sequence)
        };
        let found = by_code.or_else(by_number).or_else(by_called).ok_or(Refusal::NothingMatched)?;
        let Some(Callback { state: State::Routing(routing), .. }) = self.callback(found) else {
            return Ok(());
        };
        let routing = routing.clone();
        let Stage::Inbound { agent, attempt, .. } = routing.stage else { return Ok(()) };
        self.report_outcome(found, attempt, Outcome::Answered);
        if let (Some(callback), Some(agent)) = (self.id_of(found), self.agent_id(agent)) {
            let until = self.now();
            self.emit(EffectKind::Connect(Connect { attempt, callback, agent, until }));
        }
        self.connect(found, routing, attempt);
        Ok(())
    }

    /// A customer who was told to call in did not.
    pub(super) fn not_called(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Routing(routing), .. }) = self.callback(sequence) else { return };
        let routing = routing.clone();
        let standard = self.after_attempt(sequence, routing.queue, Reason::CallToCustomer);
        self.come_to_nothing(sequence, routing, TimeoutKind::NotCalled, Parting::Unused, standard);
    }
}
