//! Previewing: an agent is shown a callback, and accepts it, rejects it or lets the offer expire.

use super::Turn;
use super::agents::Parting;
use super::offering::Departure;
use super::outcomes::Standard;
use crate::center::OfferExpired;
use crate::protocol::{Application, EffectKind, Event, Offer, Refusal, TimeoutKind};
use crate::record::{Callback, Cooloff, Reason, Routing, Stage, State};
use crate::value::{AgentId, CallbackId, Duration, Sequence};

impl<A: Application> Turn<'_, A> {
    /// Offers a callback to the agent who is reserved.
    pub(super) fn offer(&mut self, sequence: Sequence, departure: Departure) {
        let Departure { journey, queue, agent: Some(agent) } = departure else { return };
        let until = self.now().after(self.dialling(queue).offer_timeout);
        let stage = Stage::Offered { agent, until };
        self.book().put(sequence, State::Routing(Routing { journey, queue, stage }));
        let (Some(callback), Some(agent)) = (self.callback(sequence), self.agent_id(agent)) else { return };
        let (callback, number) = (callback.request.id.clone(), callback.request.phone.clone());
        self.event(Event::Offered { callback: callback.clone(), agent: agent.clone(), until });
        self.emit(EffectKind::Offer(Offer { callback, agent, number, until }));
    }

    /// The offer that an agent answers.
    fn offered(&self, id: &CallbackId, agent: &AgentId) -> Result<(Sequence, Routing), Refusal> {
        let index = self.agent(agent)?;
        let callback = self.book.find(id).and_then(|sequence| self.callback(sequence));
        match callback.ok_or_else(|| Refusal::UnknownCallback(id.clone()))? {
            Callback { sequence, state: State::Routing(routing), .. } if matches!(routing.stage, Stage::Offered { agent, .. } if agent == index) => {
                Ok((*sequence, routing.clone()))
            }
            _ => Err(Refusal::NotOffered(id.clone(), agent.clone())),
        }
    }

    /// An agent takes a callback.
    pub(super) fn accept_offer(&mut self, id: &CallbackId, agent: &AgentId) -> Result<(), Refusal> {
        let (sequence, routing) = self.offered(id, agent)?;
        let departure = Departure::of(&routing);
        if self.dialling(routing.queue).confirm.is_some() {
            self.push_confirmation(sequence, departure, 1);
        } else {
            self.set_off(sequence, departure);
        }
        Ok(())
    }

    /// An agent does not take a callback, and is not offered it again for a while.
    pub(super) fn reject_offer(&mut self, id: &CallbackId, agent: &AgentId) -> Result<(), Refusal> {
        let (sequence, routing) = self.offered(id, agent)?;
        let (settings, agent) = (self.dialling(routing.queue), self.agent(agent)?);
        let until = self.now().after(settings.reject_cooloff);
        self.book().change(sequence, |callback| {
            callback.rejects = callback.rejects.saturating_add(1);
            if settings.reject_cooloff > Duration::ZERO {
                callback.cooloffs.push(Cooloff { agent, until });
            }
        });
        let rejects = self.callback(sequence).map_or(0, |callback| callback.rejects);
        let standard = if rejects >= settings.max_rejects {
            Standard::Complete(Reason::PreviewRejects(rejects))
        } else {
            Standard::Back(None)
        };
        self.come_to_nothing(sequence, routing, TimeoutKind::Rejected, Parting::Unused, standard);
        Ok(())
    }

    /// An agent let an offer expire.
    pub(super) fn offer_expired(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Routing(routing), .. }) = self.callback(sequence) else { return };
        let routing = routing.clone();
        let parting = match self.dialling(routing.queue).on_offer_expired {
            OfferExpired::NotReady => Parting::Absent("no_answer"),
            OfferExpired::Ready => Parting::Unused,
        };
        self.come_to_nothing(sequence, routing, TimeoutKind::Offer, parting, Standard::Back(None));
    }

    /// Takes back an offer that nobody answered, if there is one.
    pub(super) fn withdraw(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Routing(routing), request, .. }) = self.callback(sequence) else {
            return;
        };
        let Stage::Offered { agent, .. } = routing.stage else { return };
        let callback = request.id.clone();
        if let Some(agent) = self.agent_id(agent) {
            self.emit(EffectKind::Withdraw { callback, agent });
        }
    }

    /// An agent who rejected a callback may be offered it again.
    pub(super) fn cool_down(&mut self, sequence: Sequence) {
        let now = self.now();
        self.book().change(sequence, |callback| callback.cooloffs.retain(|cooloff| cooloff.until > now));
        self.unsettle();
    }
}
