//! Quotas: what was admitted, and whether there was room; what was refused, and whether there was none.

use std::collections::{BTreeMap, VecDeque};

use ringback_engine::center::{Duplicates, Quota};
use ringback_engine::record::Request;
use ringback_engine::{Instant, Phone};
use smol_str::SmolStr;

use super::Audit;
use super::callback::{Callback, State};
use super::findings::Check;
use super::rules::Slot;

/// What one service has admitted.
#[derive(Debug, Default)]
pub(super) struct Admitted {
    /// Requests that entered their queue at once, oldest first.
    immediate: VecDeque<Instant>,
    day: i32,
    /// Immediate requests of that day, by number.
    daily: BTreeMap<Phone, u32>,
    booked: BTreeMap<Slot, u32>,
    /// Callbacks in line.
    pub(super) waiting: u32,
}

const DEFERRED: &str = "the script may have put the request off, which the log does not say";

impl Admitted {
    fn full(&self, windows: &[Quota], now: Instant) -> Option<Quota> {
        let over = |quota: &Quota| self.immediate.partition_point(|at| at.after(quota.per) <= now);
        let is_full = |quota: &Quota| self.immediate.len() - over(quota) >= quota.max as usize;
        windows.iter().copied().find(is_full)
    }

    fn of_day(&self, day: i32, phone: &Phone) -> u32 {
        if self.day == day { self.daily.get(phone).copied().unwrap_or(0) } else { 0 }
    }
}

impl Audit {
    /// Callbacks of a number on a service that are in line or with an agent, and those that wait for their time.
    fn of_number(&self, service: usize, phone: &Phone) -> (u32, u32) {
        let open = self.numbers.get(phone).into_iter().flat_map(|number| &number.open);
        let own = open.filter_map(|serial| self.callbacks.get(serial)).filter(|c| c.service == service);
        own.fold((0, 0), |(waiting, scheduled), callback| match callback.state {
            State::Scheduled { .. } => (waiting, scheduled + 1),
            state if state.is_waiting() || state.is_routing() => (waiting + 1, scheduled),
            _ => (waiting, scheduled),
        })
    }

    /// Why a request is a duplicate, if it is one.
    fn duplicate(&self, service: usize, request: &Request) -> Option<String> {
        let (waiting, scheduled) = self.of_number(service, &request.phone);
        let settings = &self.rules.services[service].settings;
        let most = match settings.duplicates {
            Duplicates::Strict => Some(1),
            Duplicates::Two => Some(2),
            Duplicates::Any => None,
        };
        if most.is_some_and(|most| waiting >= most) {
            return Some(format!("{} has {waiting} callbacks waiting", request.phone));
        }
        let full = request.desired.is_some() && scheduled >= settings.max_scheduled_per_number;
        full.then(|| format!("{} has {scheduled} callbacks scheduled", request.phone))
    }

    /// Why the service's hours refuse a request, if they do.
    fn closed(&self, service: usize, request: &Request) -> bool {
        let rules = &self.rules.services[service];
        let at = request.desired.unwrap_or(self.now);
        let hours = rules.hours.as_ref().filter(|_| rules.settings.reject_closed);
        hours.is_some_and(|hours| !hours.is_open(at))
    }

    /// A request was accepted: hours, duplicates and the line allowed it.
    pub(super) fn quotas_accepted(&mut self, service: usize, request: &Request) {
        let id = request.id.text();
        let closed = self.closed(service, request);
        self.findings.hold(Check::Hours, Some(id), !closed, || "is accepted for a time when closed".into());
        let duplicate = self.duplicate(service, request);
        self.findings.hold(Check::Quotas, Some(id), duplicate.is_none(), || {
            format!("is accepted though {}", duplicate.clone().unwrap_or_default())
        });
        if request.desired.is_none() {
            let (waiting, most) =
                (self.admitted[service].waiting, self.rules.services[service].settings.max_queued);
            self.findings.hold(Check::Quotas, Some(id), waiting < most, || {
                format!("is accepted as one more than `max_queued`, {most}")
            });
        }
    }

    /// A request was refused with a code that the log can confirm.
    pub(super) fn quotas_rejected(&mut self, request: &Request, code: &str) {
        let Some(service) = self.rules.service(&request.service) else {
            let known = code == "UNKNOWN_SERVICE" || code == "KEY_CONFLICT";
            self.findings.hold(Check::Quotas, Some(request.id.text()), known, || {
                format!("is refused as `{code}`, and there is no service `{}`", request.service)
            });
            return;
        };
        let (rules, admitted) = (&self.rules.services[service], &self.admitted[service]);
        let freedom = self.rules.freedom;
        let right = match code {
            "DUPLICATE" => self.duplicate(service, request).is_some(),
            "QUEUE_FULL" => admitted.waiting >= rules.settings.max_queued,
            "CLOSED" | "SLOT_FULL" | "THROTTLED" if freedom.accept_defer => {
                return self.findings.skip(Check::Quotas, DEFERRED);
            }
            "CLOSED" => self.closed(service, request),
            "SLOT_FULL" => request.desired.is_some_and(|at| self.slot_is_full(service, at)),
            "THROTTLED" if freedom.throttle => {
                return self
                    .findings
                    .skip(Check::Quotas, "the script's `throttle` may have refused a request");
            }
            "THROTTLED" => {
                let daily = admitted.of_day(rules.day(self.now), &request.phone);
                admitted.full(&rules.settings.windows, self.now).is_some()
                    || request.desired.is_none() && daily >= rules.settings.per_number_daily
            }
            "UNKNOWN_SERVICE" => false,
            _ => return,
        };
        self.findings.hold(Check::Quotas, Some(request.id.text()), right, || {
            format!("is refused as `{code}`, and there was room")
        });
    }

    /// An accepted request entered its queue at once: it counts against windows and day.
    pub(super) fn quotas_entered(&mut self, serial: u64) {
        let Some(Callback { id, service, phone, desired, .. }) = self.callbacks.get(&serial) else { return };
        let (rules, now) = (&self.rules.services[*service], self.now);
        let admitted = &mut self.admitted[*service];
        let longest = rules.settings.windows.iter().map(|window| window.per).max().unwrap_or_default();
        while admitted.immediate.front().is_some_and(|at| at.after(longest) <= now) {
            admitted.immediate.pop_front();
        }
        if !rules.settings.windows.is_empty() {
            let full = admitted.full(&rules.settings.windows, now);
            self.findings.hold(Check::Quotas, Some(id), full.is_none(), || {
                let Quota { max, per } = full.unwrap_or(Quota { max: 0, per: longest });
                format!("is one more than {max} requests in {per} on service `{}`", rules.settings.name)
            });
            admitted.immediate.push_back(now);
        }
        if desired.is_some() {
            return;
        }
        if self.rules.freedom.accept_defer {
            return self.findings.skip(Check::Quotas, DEFERRED);
        }
        let day = rules.day(now);
        if admitted.day != day {
            admitted.day = day;
            admitted.daily.clear();
        }
        let (count, most) =
            (admitted.daily.entry(phone.clone()).or_insert(0), rules.settings.per_number_daily);
        self.findings.hold(Check::Quotas, Some(id), *count < most, || {
            format!("is one more than {most} immediate requests of {phone} in a day")
        });
        *count += 1;
    }

    pub(super) fn slot_is_full(&self, service: usize, at: Instant) -> bool {
        let rules = &self.rules.services[service];
        let booked = self.admitted[service].booked.get(&rules.slot(at)).copied().unwrap_or(0);
        booked >= rules.capacity(at)
    }

    /// A callback takes a place in the slot of `desired`.
    pub(super) fn book(&mut self, serial: u64, desired: Instant) {
        let Some(Callback { id, service, .. }) = self.callbacks.get(&serial) else { return };
        let (id, service): (SmolStr, usize) = (id.clone(), *service);
        let rules = &self.rules.services[service];
        let (slot, today) = (rules.slot(desired), rules.day(self.now));
        let capacity = rules.capacity(desired);
        let full = self.slot_is_full(service, desired);
        self.findings.hold(Check::Quotas, Some(&id), !full, || {
            format!("is one more than the {capacity} that the slot of {desired} takes")
        });
        let booked = &mut self.admitted[service].booked;
        while booked.first_key_value().is_some_and(|(slot, _)| slot.day < today) {
            booked.pop_first();
        }
        *booked.entry(slot).or_insert(0) += 1;
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.booked = Some(slot);
        }
    }

    /// A callback is cancelled before it was submitted: its slot has room again.
    pub(super) fn unbook(&mut self, serial: u64) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let (service, slot) = (callback.service, callback.booked.take());
        self.give_back(service, slot);
    }

    /// A slot has room again.
    pub(super) fn give_back(&mut self, service: usize, slot: Option<Slot>) {
        let booked = &mut self.admitted[service].booked;
        if let Some(count) = slot.and_then(|slot| booked.get_mut(&slot)) {
            *count = count.saturating_sub(1);
        }
    }
}
