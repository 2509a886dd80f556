//! Contacts: customers who call first or ask for later, and interactions that are not the end.

use ringback_engine::center::CalledFirst;
use ringback_engine::protocol::{Application, Code, Disposition, EffectKind, Event, Refusal, Rejection};
use ringback_engine::record::{HoldReason, Reason};
use ringback_engine::{AttemptId, CallbackId, Duration, Instant, Name, Phone};

use super::Naive;
use super::agents::Parting;
use super::world::{Callback, State};

fn rejected(code: Code) -> Refusal {
    Refusal::Rejected(Rejection::new(code, ""))
}

impl<A: Application> Naive<A> {
    pub(super) fn inbound_contact(&mut self, number: &Phone, service: Option<&Name>) -> Result<(), Refusal> {
        for callback in self.world.callbacks.clone() {
            let waits = matches!(callback.state, State::Queued { .. } | State::Routing(_));
            let of_service = service.is_none_or(|service| callback.request.service == *service);
            if !waits || !of_service || !callback.request.names(number) {
                continue;
            }
            let expected =
                EffectKind::Expected { callback: callback.request.id.clone(), place: callback.place };
            self.emit(expected);
            if self.world.service_of(&callback).inbound == CalledFirst::Cancel {
                self.cut_short(callback.sequence, Reason::CustomerCalledFirst);
            }
        }
        Ok(())
    }

    pub(super) fn snooze(&mut self, id: &CallbackId, by: Option<Duration>) -> Result<(), Refusal> {
        let callback = self.world.callbacks.iter().find(|callback| callback.request.id == *id).cloned();
        let callback = callback.ok_or_else(|| Refusal::UnknownCallback(id.clone()))?;
        if !matches!(callback.state, State::Queued { .. } | State::Routing(_)) {
            return Err(Refusal::NotSnoozable(id.clone(), callback.name()));
        }
        let queue = self.world.queue(callback.queue().expect("in a queue"));
        let until = self.world.now.after(by.unwrap_or(queue.dialling.snooze));
        self.check_later(&callback, until)?;
        let sequence = callback.sequence;
        self.withdraw(sequence);
        self.hang_up(sequence);
        let now = self.world.now;
        let own = self.world.callback_mut(sequence);
        (own.place, own.lives_from) = (until, until);
        self.event(Event::Snoozed { callback: id.clone(), until });
        self.wait_longer(sequence);
        let own = self.world.callback_mut(sequence);
        let way = own.way.as_mut().expect("in a queue");
        way.wait_until = way.wait_until.after(until.since(now));
        self.wait(sequence, Some((until, HoldReason::Snooze)));
        if matches!(callback.state, State::Routing(_)) {
            self.event(Event::Returned { callback: id.clone(), why: "snoozed".into() });
        }
        self.report_held(sequence);
        if let Some(agent) = callback.agent() {
            self.part(agent, sequence, Parting::Unused);
        }
        Ok(())
    }

    pub(super) fn disposed(&mut self, attempt: AttemptId, disposition: Disposition) -> Result<(), Refusal> {
        let live = self.world.callbacks.iter().find(|callback| callback.live() == Some(attempt)).cloned();
        let callback = live.ok_or(Refusal::StaleAttempt(attempt))?;
        let State::Processing { agent, .. } = callback.state.clone() else {
            return Err(Refusal::NotConnected(attempt));
        };
        if let Disposition::Reschedule(to) = disposition {
            self.check_later(&callback, to)?;
            if !self.world.has_room(&self.world.slot(&callback.request.service, to)) {
                return Err(rejected(Code::SlotFull));
            }
        }
        let wrap_up = self.world.queue(callback.queue().expect("reserved from one")).wrap_up;
        self.event(Event::Ended { callback: callback.request.id.clone(), agent: agent.clone() });
        match disposition {
            Disposition::Requeue => {
                self.wait_longer(callback.sequence);
                self.go_back(callback.sequence, None, "requeued");
            }
            Disposition::Reschedule(to) => self.schedule(callback.sequence, to),
        }
        self.part(&agent, callback.sequence, Parting::Ended(wrap_up));
        Ok(())
    }

    fn check_later(&self, callback: &Callback, to: Instant) -> Result<(), Refusal> {
        let latest = callback.received.after(self.world.service_of(callback).horizon);
        if to <= self.world.now {
            return Err(rejected(Code::PastTime));
        }
        if to > latest { Err(rejected(Code::TooFar)) } else { Ok(()) }
    }
}
