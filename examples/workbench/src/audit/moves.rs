//! Callbacks that are moved to another time: by their customers, and by a queue that closes.

use ringback_engine::Instant;
use ringback_engine::center::AtClose;
use smol_str::SmolStr;

use super::Audit;
use super::callback::{Callback, State};
use super::findings::Check;

impl Audit {
    /// A customer moved an appointment.
    pub(super) fn rescheduled(&mut self, serial: u64, id: &SmolStr, state: State, desired: Instant) {
        let Some(Callback { fate, service, .. }) = self.callbacks.get(&serial) else { return };
        let (asked, service) =
            (fate.reschedule == Some((self.now, desired)) || self.is_moved(id, desired), *service);
        self.findings.hold(Check::Conservation, Some(id), asked, || {
            format!("is moved to {desired}, which nobody asks for then")
        });
        // Within its slot it keeps its booking; else the new one must have room beside it.
        let slot = self.rules.services[service].slot(desired);
        if self.callbacks.get(&serial).is_some_and(|callback| callback.booked != Some(slot)) {
            let before = self.callbacks.get_mut(&serial).and_then(|callback| callback.booked.take());
            self.book(serial, desired);
            self.give_back(service, before);
        }
        self.set_out_for(serial, desired);
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.place = Some(desired);
        }
        self.set_ttl(serial);
        self.put(serial, state);
    }

    /// A queue closed, and put a callback off.
    pub(super) fn put_off(&mut self, serial: u64, id: &SmolStr, desired: Instant) {
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let (service, place) = (callback.service, callback.place);
        let Some(queue) = callback.queue(self.rules.services[service].queue) else { return };
        let settings = &self.rules.queues[queue].settings;
        let right = settings.at_close == AtClose::Schedule && !self.rules.is_open(queue, self.now);
        let opens = self.rules.is_open(queue, desired);
        self.findings.hold(Check::Conservation, Some(id), right && opens, || {
            format!(
                "is put off until {desired} by `{}`, which does not close now or is not open then",
                settings.name
            )
        });
        self.book(serial, desired);
        self.set_out_for(serial, desired);
        // `ttl` counts from the new time; the place is as it was.
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.place = Some(desired);
        }
        self.set_ttl(serial);
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.place = place;
        }
        self.set_due(serial, None, |due| &mut due.wait);
        self.set_due(serial, None, |due| &mut due.step);
        self.put(serial, State::Scheduled { again: true });
    }

    fn set_out_for(&mut self, serial: u64, desired: Instant) {
        let Some(service) = self.callbacks.get(&serial).map(|callback| callback.service) else { return };
        let before = self.rules.services[service].settings.submit_before;
        let submit = desired.before(before).max(self.now);
        self.set_due(serial, Some(submit), |due| &mut due.submit);
    }
}
