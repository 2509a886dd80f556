//! A new configuration: everything here goes by its name, so what is gone only has to be looked for.

use std::sync::Arc;

use ringback_engine::center::{AtClose, Center};
use ringback_engine::protocol::{AgentState, Application, Event, Refusal};
use ringback_engine::record::{HoldReason, Reason};
use ringback_engine::{Name, Sequence};

use super::Naive;
use super::world::{Agent, Booking, State, World};

impl World {
    /// Whether this world can't be that of a center, because what is in use is not there, or is more than may be.
    fn is_too_much_for(&self, center: &Center) -> bool {
        let there = World::new(center.clone());
        let agent_there =
            |id: &ringback_engine::AgentId| there.agents.iter().any(|agent| agent.settings.id == *id);
        let callbacks = self.callbacks.iter().any(|callback| {
            let over = matches!(callback.state, State::Completed { .. });
            let in_use = callback.queue().or(callback.bound_for.as_ref());
            let lost = in_use.is_some_and(|queue| !center.queues.iter().any(|known| known.name == *queue))
                || callback.agent().is_some_and(|agent| !agent_there(agent))
                || callback.assigned.as_ref().is_some_and(|agent| !agent_there(agent));
            there.service(&callback.request.service).is_none() || !over && lost
        });
        let agents = self.agents.iter().any(|agent| {
            let work = agent.session.as_ref().map_or(0, |session| session.open().count());
            let new = there.agents.iter().find(|known| known.settings.id == agent.settings.id);
            new.is_some_and(|new| work > new.settings.capacity as usize)
        });
        let slots: Vec<&Booking> = self
            .bookings
            .iter()
            .chain(self.holds.iter().map(|(_, slot, _)| slot))
            .filter(|slot| slot.end > self.now && there.service(&slot.service).is_some())
            .collect();
        let booked = slots.iter().any(|slot| {
            let (Some(old), Some(new)) = (self.service(&slot.service), there.service(&slot.service)) else {
                return false;
            };
            let same =
                old.slot.minutes == new.slot.minutes && self.zone(&slot.service) == there.zone(&slot.service);
            let count = slots.iter().filter(|other| other == &slot).count();
            !same || count > new.slot.capacity as usize
        });
        callbacks || agents || booked
    }
}

impl<A: Application> Naive<A> {
    pub(super) fn reconfigure(&mut self, center: Center) -> Result<(), Refusal> {
        if self.world.is_too_much_for(&center) {
            return Err(Refusal::InUse(Name::default()));
        }
        let stays = |agent: &Agent| center.agents.iter().any(|known| known.id == agent.settings.id);
        for agent in self.world.agents.clone() {
            if agent.session.is_some() && !stays(&agent) {
                let state = AgentState::LoggedOut;
                self.event(Event::Agent { agent: agent.settings.id.clone(), state, reason: None });
            }
        }
        self.event(Event::Reconfigured { center: center.name.clone().into() });
        let world = &mut self.world;
        let queues = world.center.queues.iter().filter(|queue| !world.is_closed(&queue.name));
        let open: Vec<Name> = queues.map(|queue| queue.name.clone()).collect();
        let before = std::mem::replace(&mut world.agents, World::new(center.clone()).agents);
        for agent in &mut world.agents {
            let known = before.iter().find(|known| known.settings.id == agent.settings.id);
            agent.session = known.and_then(|known| known.session.clone());
        }
        world.center = Arc::new(center);
        self.forget_what_is_gone();
        // What was awaited was of other hours; who closes now does so now.
        let world = &mut self.world;
        world.closings.clear();
        let shut = open.into_iter().filter(|queue| {
            let known = world.center.queues.iter().find(|known| known.name == *queue);
            known.is_some_and(|queue| queue.at_close != AtClose::Keep) && world.is_closed(queue)
        });
        let shut: Vec<Name> = shut.collect();
        world.closings.extend(shut.into_iter().map(|queue| (queue, world.now)));
        // Limits may be others, so who is held by one is asked anew.
        let by_limit = |why: HoldReason| {
            matches!(
                why,
                HoldReason::AttemptsPerPrefix | HoldReason::AttemptsPerCountry | HoldReason::AttemptsTotal
            )
        };
        let held = world.callbacks.iter().filter(
            |callback| matches!(callback.state, State::Queued { hold: Some((_, why)), .. } if by_limit(why)),
        );
        let held: Vec<Sequence> = held.map(|callback| callback.sequence).collect();
        held.into_iter().for_each(|sequence| self.release(sequence));
        Ok(())
    }

    /// What was known of queues, services and agents goes with them.
    fn forget_what_is_gone(&mut self) {
        let world = &mut self.world;
        let center = Arc::clone(&world.center);
        let queue = |name: &Name| center.queues.iter().any(|queue| queue.name == *name);
        let service = |name: &Name| center.services.iter().any(|service| service.name == *name);
        let agent = |id: &ringback_engine::AgentId| center.agents.iter().any(|agent| agent.id == *id);
        world.switches.retain(|(name, _)| queue(name));
        world.dialled.retain(|(name, _)| queue(name));
        world.answered.retain(|(name, _)| queue(name));
        world.connections.retain(|(name, _)| queue(name));
        world.admitted.retain(|(name, _)| service(name));
        world.daily.retain(|(name, ..)| service(name));
        world.bookings.retain(|slot| service(&slot.service));
        world.holds.retain(|(_, slot, _)| service(&slot.service));
        world.closures.retain(|(name, _)| center.calendars.iter().any(|known| known.name == *name));
        // A queue whose last agent is gone begins anew.
        let last = |name: &Name| world.chosen.iter().rfind(|(own, _)| own == name).map(|(_, last)| last);
        let fresh = center.queues.iter().filter(|own| last(&own.name).is_some_and(|last| !agent(last)));
        let fresh: Vec<Name> = fresh.map(|queue| queue.name.clone()).collect();
        world.chosen.retain(|(name, _)| queue(name) && !fresh.contains(name));
        for callback in &mut world.callbacks {
            callback.cooloffs.retain(|(barred, _)| agent(barred));
            callback.assigned = callback.assigned.take().filter(agent);
            callback.bound_for = callback.bound_for.take().filter(queue);
            if matches!(callback.state, State::Completed { .. }) {
                callback.way = callback.way.take().filter(|way| queue(&way.queue));
            }
        }
    }

    /// Completes whom the rules in force forbid to call, and who was not called yet; whether they do.
    pub(super) fn forbid(&mut self, sequence: Sequence) -> bool {
        let callback = self.world.callback(sequence);
        if callback.live().is_some() || self.world.may_be_called(callback) {
            return false;
        }
        self.complete(sequence, Reason::NumberNotAllowed);
        true
    }
}
