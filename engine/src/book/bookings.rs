//! Bookings: places in slots, and holds on them.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::quotas::Slot;
use super::{Book, Owner};
use crate::center::{MOST_SLOTS, Openness, SLOT_HELD, ServiceIndex, instant_to_local, slot_of};
use crate::protocol::SlotView;
use crate::value::{Duration, Instant};

/// A place in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Booking {
    /// When the slot starts.
    pub(crate) start: Instant,
    /// When it ends.
    pub(crate) end: Instant,
}

/// A place in a slot that is held for somebody who makes up their mind. It counts as a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SlotHold {
    pub(crate) service: ServiceIndex,
    /// When the slot starts.
    pub(crate) slot: Instant,
    /// When it is over.
    pub(crate) until: Instant,
}

impl Book {
    /// The slot of a service that an instant lies in.
    pub(crate) fn slot(&self, service: ServiceIndex, at: Instant) -> Option<Booking> {
        let minutes = self.layout.service(service)?.slot.minutes;
        let (start, end) = slot_of(self.layout.service_layout(service)?.zone, minutes, at);
        Some(Booking { start, end })
    }

    /// Whether a slot has room for one more.
    pub(crate) fn has_room(&self, service: ServiceIndex, slot: Booking) -> bool {
        let capacity = self.capacity(service, slot.start);
        self.counts(service).is_some_and(|counts| counts.booked(slot.start) < capacity)
    }

    /// How many bookings the slot takes that starts then.
    pub(crate) fn capacity(&self, service: ServiceIndex, start: Instant) -> u32 {
        let slots = self.layout.service(service).map(|service| &service.slot);
        let zone = self.layout.service_layout(service).map(|service| service.zone);
        slots.zip(zone).map_or(0, |(slots, zone)| slots.capacity_at(zone, start))
    }

    /// Takes a place in a slot.
    pub(crate) fn book(&mut self, service: ServiceIndex, slot: Booking) {
        let Some(counts) = self.ledger.services.get_mut(service.position()) else { return };
        let entry = counts.slots.entry(slot.start).or_insert(Slot { end: slot.end, booked: 0 });
        entry.booked = entry.booked.saturating_add(1);
        self.indices.deadlines.other(Owner::Slot(service, slot.start), slot.end, true);
    }

    /// Gives a place back, if its slot has not ended.
    pub(crate) fn unbook(&mut self, service: ServiceIndex, start: Instant) {
        let counts = self.ledger.services.get_mut(service.position());
        let Some(slot) = counts.and_then(|counts| counts.slots.get_mut(&start)) else { return };
        slot.booked = slot.booked.saturating_sub(1);
        if slot.booked == 0 {
            self.forget_slot(service, start);
        }
    }

    /// Forgets a slot's bookings.
    pub(crate) fn forget_slot(&mut self, service: ServiceIndex, start: Instant) {
        let counts = self.ledger.services.get_mut(service.position());
        if let Some(slot) = counts.and_then(|counts| counts.slots.remove(&start)) {
            self.indices.deadlines.other(Owner::Slot(service, start), slot.end, false);
        }
    }

    /// Holds a place in a slot under an id that no other hold has; answers until when.
    pub(crate) fn hold(&mut self, id: SmolStr, service: ServiceIndex, slot: Booking) -> Instant {
        let until = self.ledger.clock.after(SLOT_HELD);
        self.book(service, slot);
        self.indices.deadlines.other(Owner::Hold(id.clone()), until, true);
        self.ledger.holds.insert(id, SlotHold { service, slot: slot.start, until });
        until
    }

    /// Ends a hold; its place stays booked.
    pub(crate) fn take_hold(&mut self, id: &SmolStr) -> Option<SlotHold> {
        let hold = self.ledger.holds.remove(id)?;
        self.indices.deadlines.other(Owner::Hold(id.clone()), hold.until, false);
        Some(hold)
    }

    /// Ends a hold and gives its place back.
    pub(crate) fn release_hold(&mut self, id: &SmolStr) {
        if let Some(hold) = self.take_hold(id) {
            self.unbook(hold.service, hold.slot);
        }
    }

    /// The slots of a service that start in `[from, to)`, can be asked for now and are open: from the shortest lead to
    /// the horizon. At most [`MOST_SLOTS`] are looked at.
    pub(crate) fn availability(
        &self,
        service: ServiceIndex,
        (from, to): (Instant, Instant),
        zone: Tz,
        full: bool,
    ) -> Vec<SlotView> {
        let mut found = Vec::new();
        let Some(settings) = self.layout.service(service) else { return found };
        let now = self.ledger.clock;
        let latest = now.after(settings.horizon);
        let hours = settings.calendar.as_ref().and_then(|calendar| self.hours_named(calendar));
        let mut at = from.max(now.after(settings.min_lead));
        for _ in 0..MOST_SLOTS {
            match hours.map_or(Openness::Open(None), |hours| hours.openness(at)) {
                Openness::Open(_) => {}
                Openness::Closed(None) => break,
                Openness::Closed(Some(next)) => at = next,
            }
            let Some(slot) = self.slot(service, at).filter(|slot| at < to && at <= latest && at < slot.end)
            else {
                break;
            };
            // A slot that has begun can be asked for only where the office opens within it.
            let opens = hours.is_some_and(|hours| !hours.is_open(at.before(Duration::from_millis(1))));
            let total = self.capacity(service, slot.start);
            let booked = self.counts(service).map_or(0, |counts| counts.booked(slot.start));
            let left = total.saturating_sub(booked);
            if (at == slot.start || opens) && (full || left > 0) {
                found.push(SlotView {
                    start: at,
                    end: slot.end,
                    local: instant_to_local(zone, at),
                    left,
                    total,
                });
            }
            at = slot.end;
        }
        found
    }
}
