//! Holds on slots, moving a callback to another one, and what happens when a queue closes.

use ringback_engine::center::{AtClose, Openness, SLOT_HELD};
use ringback_engine::protocol::{Application, Event, Refusal};
use ringback_engine::record::Reason;
use ringback_engine::{CallbackId, Instant, Name, Sequence};

use super::Naive;
use super::world::{State, World};

impl World {
    /// Callbacks Queued in a queue, by place.
    fn line_of(&self, queue: &str) -> Vec<Sequence> {
        let waits = self.callbacks.iter().filter(|callback| {
            matches!(callback.state, State::Queued { .. }) && callback.queue().is_some_and(|own| own == queue)
        });
        let mut line: Vec<_> = waits.map(|callback| (callback.place, callback.sequence)).collect();
        line.sort();
        line.into_iter().map(|(_, sequence)| sequence).collect()
    }

    pub(super) fn is_closed(&self, queue: &str) -> bool {
        matches!(self.openness(queue), Openness::Closed(_))
    }

    /// Each queue whose callbacks do something when it closes awaits its next closing while somebody waits.
    pub(super) fn watch_closings(&mut self) {
        for queue in &self.center.clone().queues {
            let Some(calendar) = queue.calendar.as_ref().filter(|_| queue.at_close != AtClose::Keep) else {
                continue;
            };
            let awaited = self.closings.iter().position(|(name, _)| *name == queue.name);
            match (awaited, self.line_of(&queue.name).is_empty()) {
                (Some(position), true) => {
                    self.closings.remove(position);
                }
                (None, false) => {
                    let hours = self.hours(calendar).expect("a calendar of the center");
                    let opens = hours.next_open(self.now);
                    let closes = opens.and_then(|opens| hours.openness(opens).until());
                    self.closings.extend(closes.map(|at| (queue.name.clone(), at)));
                }
                _ => {}
            }
        }
    }
}

impl<A: Application> Naive<A> {
    pub(super) fn hold_slot(&mut self, hold: Name, service: Name, at: Instant) -> Result<(), Refusal> {
        if self.world.holds.iter().any(|(id, ..)| *id == hold) {
            return Err(Refusal::HoldInUse(hold));
        }
        self.world.check_hold(&service, at).map_err(Refusal::Rejected)?;
        let slot = self.world.slot(&service, at);
        let until = self.world.now.after(SLOT_HELD);
        self.event(Event::SlotHeld { hold: hold.clone(), service, slot: slot.start, until });
        self.world.holds.push((hold, slot, until));
        Ok(())
    }

    /// The first by id of the holds that are over now.
    pub(super) fn expire_hold(&mut self) {
        let now = self.world.now;
        let over = self.world.holds.iter().filter(|(.., until)| *until <= now);
        let hold = over.map(|(id, ..)| id.clone()).min().expect("one is");
        self.world.holds.retain(|(id, ..)| *id != hold);
        self.event(Event::HoldExpired { hold });
    }

    pub(super) fn reschedule(&mut self, id: &CallbackId, to: Instant) -> Result<(), Refusal> {
        let world = &self.world;
        let callback = world.callbacks.iter().find(|callback| callback.request.id == *id).cloned();
        let callback = callback.ok_or_else(|| Refusal::UnknownCallback(id.clone()))?;
        if !matches!(callback.state, State::Scheduled { .. }) {
            return Err(Refusal::NotReschedulable(id.clone(), callback.name()));
        }
        let service = world.service_of(&callback).clone();
        let (slot, old) = (world.slot(&service.name, to), callback.slot.expect("scheduled"));
        world.check_move(&service, &callback, to, slot.start != old).map_err(Refusal::Rejected)?;
        let first = callback.way.is_none();
        let world = &mut self.world;
        if first && world.enters_now(&service, Some(to)) {
            world.admitted.push((service.name.clone(), world.now));
        }
        let own = world.bookings.iter().rposition(|b| b.service == service.name && b.start == old);
        if let Some(own) = own {
            world.bookings.remove(own);
        }
        world.bookings.push(slot.clone());
        let submit_at = to.before(service.submit_before).max(world.now);
        let moved = world.callback_mut(callback.sequence);
        (moved.place, moved.lives_from, moved.slot) = (to, to, Some(slot.start));
        moved.state = State::Scheduled { submit_at };
        self.event(Event::Rescheduled { callback: id.clone(), from: callback.place, desired: to });
        if submit_at <= self.world.now {
            self.submit(callback.sequence);
        }
        Ok(())
    }

    /// A queue has closed, and all who wait there act on it.
    pub(super) fn close(&mut self, queue: usize) {
        let queue = self.world.center.queues[queue].name.clone();
        self.world.closings.retain(|(name, _)| *name != queue);
        for sequence in self.world.line_of(&queue) {
            self.act_if_closed(sequence);
        }
    }

    /// What a callback does whose queue is closed.
    pub(super) fn act_if_closed(&mut self, sequence: Sequence) {
        let callback = self.world.callback(sequence).clone();
        let queue = self.world.queue(callback.queue().expect("in a queue")).clone();
        if !self.world.is_closed(&queue.name) {
            return;
        }
        match queue.at_close {
            AtClose::Keep => {}
            AtClose::Complete => self.complete(sequence, Reason::TargetNotFound),
            AtClose::Schedule => {
                let world = &self.world;
                let service = world.service_of(&callback);
                let hours = world.hours(queue.calendar.as_ref().expect("it closes")).expect("of the center");
                let mut from = world.now;
                for _ in 0..288 {
                    let Some(to) =
                        hours.next_open(from).filter(|to| *to <= callback.received.after(service.horizon))
                    else {
                        return;
                    };
                    let slot = world.slot(&service.name, to);
                    if world.has_room(&slot) {
                        let submit_at = to.before(service.submit_before).max(world.now);
                        let world = &mut self.world;
                        world.bookings.push(slot.clone());
                        let callback = world.callback_mut(sequence);
                        (callback.lives_from, callback.slot) = (to, Some(slot.start));
                        callback.state = State::Scheduled { submit_at };
                        let id = callback.request.id.clone();
                        return self.event(Event::PutOff { callback: id, desired: to });
                    }
                    from = slot.end;
                }
            }
        }
    }
}
