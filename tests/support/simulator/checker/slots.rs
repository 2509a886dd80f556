//! Slots: who books one, holds one, and gives one back.

use chrono::Timelike;
use ringback_engine::center::{SLOT_HELD, Service, instant_to_local};
use ringback_engine::record::Request;
use ringback_engine::{Duration, Instant, Name};

use super::Checker;
use super::known::Stage;

impl Checker {
    /// The slot of a service that an instant lies in; `None` where the zone's offset changes within it.
    pub(super) fn slot(&self, service: &Service, at: Instant) -> Option<(Instant, Instant)> {
        let zone = self.facts.zone(service);
        let minute = |at: Instant| i64::from(instant_to_local(zone, at).num_seconds_from_midnight()) / 60;
        let length = i64::from(service.slot.minutes);
        let into = Duration::from_mins(minute(at) % length)
            .plus(Duration::from_millis(at.millis().rem_euclid(60_000)));
        let start = at.before(into);
        let end = start.after(Duration::from_mins(length));
        ((minute(start) + length) % (24 * 60) == minute(end)).then_some((start, end))
    }

    /// A hold that a request names ends, and its place with it.
    pub(super) fn use_hold(&mut self, request: &Request) {
        let Some(hold) = &request.hold else { return };
        if self.books.holds.get(hold).is_some_and(|(service, ..)| *service == request.service) {
            self.end_hold(hold);
        }
    }

    pub(super) fn hold_expired(&mut self, hold: &Name) {
        let due = self.end_hold(hold);
        let now = self.now;
        self.judge.must(25, due == Some(now), || format!("hold {hold} is over at {now}, due at {due:?}"));
    }

    fn end_hold(&mut self, hold: &Name) -> Option<Instant> {
        let (service, (start, end), until) = self.books.holds.remove(hold)?;
        if let Some(count) = self.books.booked.get_mut(&(service, start, end)) {
            *count = count.saturating_sub(1);
        }
        Some(until)
    }

    pub(super) fn slot_held(&mut self, hold: &Name, service: &Name, slot: Instant, until: Instant) {
        let Some(settings) = self.facts.service(service).cloned() else { return };
        let Some((start, end)) = self.slot(&settings, slot) else { return };
        let count = self.books.booked.entry((service.clone(), start, end)).or_default();
        *count += 1;
        let count = *count;
        let ((most, by_table), due) = (self.capacity(&settings, start), self.now.after(SLOT_HELD));
        let right = count <= most && until == due && start == slot;
        self.judge.must(if by_table { 61 } else { 23 }, right, || {
            format!("{hold} holds place {count} of {most} until {until}")
        });
        self.books.holds.insert(hold.clone(), (service.clone(), (start, end), until));
    }

    /// Whether a slot has no room for a request, which may have a place there already.
    pub(super) fn is_slot_full(
        &self,
        request: &Request,
        service: &Service,
        slot: (Instant, Instant),
    ) -> bool {
        let (start, end) = slot;
        let booked = self.books.booked.get(&(service.name.clone(), start, end)).copied().unwrap_or(0);
        let held = request.hold.as_ref().and_then(|hold| self.books.holds.get(hold));
        let own = held.is_some_and(|(name, held, _)| *name == service.name && *held == slot);
        booked.saturating_sub(u32::from(own)) >= self.capacity(service, start).0
    }

    /// Takes room in a slot.
    pub(super) fn book(&mut self, sequence: u64, desired: Instant) {
        let service = self.service_of(sequence).clone();
        let Some((start, end)) = self.slot(&service, desired) else { return };
        let now = self.now;
        self.books.booked.retain(|(_, _, end), _| *end > now);
        let count = self.books.booked.entry((service.name.clone(), start, end)).or_default();
        *count += 1;
        let count = *count;
        let (most, by_table) = self.capacity(&service, start);
        self.judge.must(if by_table { 61 } else { 23 }, count <= most, || {
            format!("{count} bookings of {most} in the slot of {start}")
        });
        self.callbacks.get_mut(&sequence).expect("found").slot = Some((start, end));
    }

    /// Gives a slot back, if the callback was not submitted yet.
    pub(super) fn unbook(&mut self, sequence: u64, stage: &Stage) {
        let known = self.callbacks.get_mut(&sequence).expect("found");
        let (service, slot) = (known.request.service.clone(), known.slot.take());
        if let (Stage::Scheduled { .. }, Some((start, end))) = (stage, slot)
            && let Some(count) = self.books.booked.get_mut(&(service, start, end))
        {
            *count = count.saturating_sub(1);
        }
    }

    /// The application puts a callback off: a new place, a slot there.
    pub(super) fn put_off(&mut self, sequence: u64, desired: Instant) {
        let known = self.callbacks.get_mut(&sequence).expect("found");
        (known.place, known.lives_from, known.slot) = (desired, desired, None);
        self.book(sequence, desired);
    }
}
