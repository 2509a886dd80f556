//! Bookings: holds on slots, moving a callback to another one, and what a closing queue's callbacks do.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Turn;
use super::checks::Checks;
use crate::book::Booking;
use crate::center::{AtClose, QueueIndex, ServiceIndex};
use crate::protocol::{Application, Event, Refusal};
use crate::record::{Callback, Entry, Reason, Request, Scheduled, State};
use crate::value::{CallbackId, Instant, Name, Phone, Sequence};

/// Slots looked at, after a closing, for one with room.
const REACH: usize = 288;

impl<A: Application> Turn<'_, A> {
    /// Somebody reserves a slot while a customer makes up their mind.
    pub(super) fn hold_slot(&mut self, hold: SmolStr, service: Name, at: Instant) -> Result<(), Refusal> {
        if self.book.ledger().holds.contains_key(&hold) {
            return Err(Refusal::HoldInUse(hold));
        }
        let asked = Request::new("", &service, Phone::redacted()).at(at);
        let checks = Checks::new(self.book, &asked, asked.desired).map_err(Refusal::Rejected)?;
        checks.run_for_hold().map_err(Refusal::Rejected)?;
        let index = checks.index;
        let Some(slot) = self.book.slot(index, at) else { return Ok(()) };
        let until = self.book().hold(hold.clone(), index, slot);
        self.event(Event::SlotHeld { hold, service, slot: slot.start, until });
        Ok(())
    }

    /// Nobody used a hold in time.
    pub(super) fn expire_hold(&mut self, hold: SmolStr) {
        self.book().release_hold(&hold);
        self.event(Event::HoldExpired { hold });
    }

    /// Books the slot of an admitted request, and ends the hold that it names: in one step, so that the place held is the
    /// place booked.
    pub(super) fn book_slot(&mut self, request: &Request, service: ServiceIndex, slot: Option<Booking>) {
        let held = request
            .hold
            .as_ref()
            .filter(|hold| self.book.ledger().holds.get(*hold).is_some_and(|held| held.service == service));
        let book = self.book();
        if let Some(hold) = held {
            book.release_hold(hold);
        }
        if let Some(slot) = slot {
            book.book(service, slot);
        }
    }

    /// Somebody moves a scheduled callback to another time.
    pub(super) fn reschedule(&mut self, id: &CallbackId, to: Instant) -> Result<(), Refusal> {
        let callback = self.book.find(id).and_then(|sequence| self.callback(sequence));
        let callback = callback.ok_or_else(|| Refusal::UnknownCallback(id.clone()))?;
        let State::Scheduled(scheduled) = &callback.state else {
            return Err(Refusal::NotReschedulable(id.clone(), callback.state.name()));
        };
        let (entry, request) = (scheduled.entry.clone(), Arc::clone(&callback.request));
        let (sequence, service, from, old) =
            (callback.sequence, callback.service, callback.place, callback.slot);
        let checks = Checks::new(self.book, &request, Some(to)).map_err(Refusal::Rejected)?;
        let first = matches!(entry, Entry::First | Entry::Into(_));
        checks.run_for_move(callback, first).map_err(Refusal::Rejected)?;
        let counts = first && checks.enters_now();
        let slot = self.book.slot(service, to);
        let book = self.book();
        if counts {
            book.count_admission(service);
        }
        // The new place is taken before the old one is given back.
        if let Some(slot) = slot.filter(|slot| old != Some(slot.start)) {
            book.book(service, slot);
            if let Some(old) = old {
                book.unbook(service, old);
            }
        }
        let submit_at = self.appoint(sequence, (to, to), slot, entry);
        self.event(Event::Rescheduled { callback: id.clone(), from, desired: to });
        if submit_at <= self.now() {
            self.submit(sequence);
        }
        Ok(())
    }

    /// Lets a callback wait for its time `to` with the slot booked for it, and stand at `place` from now on; answers when
    /// it enters its queue.
    pub(super) fn appoint(
        &mut self,
        sequence: Sequence,
        (place, to): (Instant, Instant),
        slot: Option<Booking>,
        entry: Entry,
    ) -> Instant {
        let service =
            self.callback(sequence).and_then(|callback| self.book.layout().service(callback.service));
        let submit_before = service.map(|service| service.submit_before).unwrap_or_default();
        let submit_at = to.before(submit_before).max(self.now());
        self.book().change(sequence, |callback| {
            callback.place = place;
            callback.ttl_at = to.after(callback.ttl);
            callback.slot = slot.map(|slot| slot.start);
            callback.state = State::Scheduled(Scheduled { submit_at, entry });
        });
        submit_at
    }

    /// A queue has closed: the next of its callbacks acts on it.
    pub(super) fn close(&mut self, queue: QueueIndex) {
        let next = if self.book.is_closed(queue) { self.book().take_up(queue) } else { None };
        match next {
            Some(sequence) => self.act_on_close(sequence, queue),
            None => self.book().end_closing(queue),
        }
    }

    /// A callback that came back to a queue which closed while an agent was reserved acts on it now.
    pub(super) fn act_if_closed(&mut self, sequence: Sequence) {
        let queue = self.callback(sequence).and_then(|callback| callback.state.queue());
        if let Some(queue) = queue.filter(|queue| self.book.is_closed(*queue)) {
            self.act_on_close(sequence, queue);
        }
    }

    fn act_on_close(&mut self, sequence: Sequence, queue: QueueIndex) {
        match self.book.at_close(queue) {
            AtClose::Keep => {}
            AtClose::Schedule => self.put_off(sequence, queue),
            AtClose::Complete => self.complete(sequence, Reason::TargetNotFound),
        }
    }

    /// Puts a callback off to the first slot with room from the next opening on, place kept. Without one within the horizon
    /// of its request it waits on, so that closings do not put it off for ever.
    fn put_off(&mut self, sequence: Sequence, queue: QueueIndex) {
        let Some(Callback { state: State::Queued(queued), service, request, place, received, .. }) =
            self.callback(sequence)
        else {
            return;
        };
        let (place, received) = (*place, *received);
        let (journey, service, id) = (Arc::clone(&queued.journey), *service, request.id.clone());
        let Some(settings) = self.book.layout().service(service) else { return };
        let latest = received.after(settings.horizon);
        let mut from = self.now();
        let slots = std::iter::from_fn(|| {
            let at = self.book.opens_at(queue, from).filter(|at| *at <= latest)?;
            let slot = self.book.slot(service, at)?;
            from = slot.end;
            Some((at, slot))
        });
        let free = slots.take(REACH).find(|(_, slot)| self.book.has_room(service, *slot));
        let Some((to, slot)) = free else { return };
        self.book().book(service, slot);
        self.appoint(sequence, (place, to), Some(slot), Entry::Again(journey));
        self.event(Event::PutOff { callback: id, desired: to });
    }
}
