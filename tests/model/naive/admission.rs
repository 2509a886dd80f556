//! Admission: the checks in their order.

use std::sync::Arc;

use chrono_tz::Tz;
use ringback_engine::center::{
    Duplicates, Entries, Limit, OnFault, Overflow, Service, instant_to_local, local_to_instant,
};
use ringback_engine::protocol::{
    About, Acceptance, Application, Code, EffectKind, Event, Hook, Refusal, Rejection, View,
};
use ringback_engine::record::Request;
use ringback_engine::{
    CallbackId, Country, Duration, Instant, Name, Number, NumberKind, Phone, Sequence, Validity,
};

use super::Naive;
use super::asking::{Faulted, refused};
use super::numbers::with_number;
use super::world::{Booking, Callback, Key, State, World};

/// A rejection; the words for people are not the model's.
pub(super) fn no<T>(code: Code) -> Result<T, Rejection> {
    Err(Rejection::new(code, ""))
}

fn throttled<T>(free_at: Option<Instant>) -> Result<T, Rejection> {
    Err(Rejection { free_at: free_at.filter(|at| *at < Instant::MAX), ..Rejection::new(Code::Throttled, "") })
}

impl World {
    pub(crate) fn zone(&self, service: &str) -> Tz {
        let calendar = self.service(service).and_then(|service| service.calendar.as_ref());
        calendar.and_then(|calendar| self.hours(calendar)).map_or(self.center.timezone, |hours| hours.zone())
    }

    /// Checks 1, 4, 5, 6, 7, 8 and the built-in half of 9; of a deferred request only 1, 4, 5, 7 and 9.
    fn check(&self, request: &Request, desired: Option<Instant>, deferred: bool) -> Result<(), Rejection> {
        let Some(service) = self.service(&request.service) else { return no(Code::UnknownService) };
        if !(if desired.is_some() { service.scheduled } else { service.immediate }) {
            return no(Code::NotOffered);
        }
        let numbers: Vec<Request> = request.numbers().map(|number| with_number(request, &number)).collect();
        if !deferred {
            if numbers.len() > 3 {
                return no(Code::InvalidNumber);
            }
            numbers.iter().try_for_each(|request| self.check_number(service, request))?;
        }
        self.check_time(service, desired)?;
        self.check_hours(service, desired)?;
        numbers.iter().try_for_each(|request| self.check_window(request, desired, None))?;
        if !deferred {
            numbers.iter().try_for_each(|request| self.check_duplicates(service, request, desired))?;
        }
        if let Some(desired) = desired
            && !self.has_room(&self.slot(&service.name, desired))
            && !self.holds.iter().any(|(id, slot, _)| {
                request.hold.as_ref() == Some(id) && *slot == self.slot(&service.name, desired)
            })
        {
            let free_slots = self.free_slots(service, request, desired);
            return Err(Rejection { free_slots, ..Rejection::new(Code::SlotFull, "") });
        }
        if desired.is_none() {
            self.check_load(service)?;
        }
        self.check_windows(service, request, desired)
    }

    /// Whether the rules in force let a callback's number be called.
    pub(super) fn may_be_called(&self, callback: &Callback) -> bool {
        self.check_number(self.service_of(callback), &callback.request).is_ok()
    }

    /// Patterns of these histories are prefixes, and expressions for a last digit.
    pub(super) fn check_number(&self, service: &Service, request: &Request) -> Result<(), Rejection> {
        let (phone, facts) = (request.phone.as_str(), &request.facts);
        let none = phone.is_empty() || facts.validity == Validity::Unreadable;
        let opted_out = self.center.tables.iter().any(|table| {
            let listed = match &table.entries {
                Entries::Values(values) => values.keys().any(|key| key == phone),
                Entries::Rows(rows) => rows.rows.keys().any(|key| key == phone),
            };
            table.name == self.center.limits.opt_out && listed
        });
        let abroad = |countries: &Vec<Country>| !countries.iter().any(|one| facts.country == Some(*one));
        let matches = |pattern: &str| match pattern.strip_prefix("regex:") {
            Some(regex) => phone.ends_with(regex.trim_end_matches('$')),
            None => phone.starts_with(pattern),
        };
        if none || !service.impossible && facts.validity == Validity::Invalid {
            no(Code::InvalidNumber)
        } else if !service.impossible && facts.validity == Validity::Impossible {
            no(Code::ImpossibleNumber)
        } else if !service.premium && facts.kind == NumberKind::PremiumRate {
            no(Code::PremiumNumber)
        } else if opted_out {
            no(Code::NumberBlocked)
        } else if service.countries.as_ref().is_some_and(abroad) {
            no(Code::CountryNotAllowed)
        } else if service.blocked.iter().any(|pattern| matches(pattern)) {
            no(Code::NumberBlocked)
        } else {
            Ok(())
        }
    }

    /// What is asked of a hold on a slot.
    pub(super) fn check_hold(&self, service: &str, at: Instant) -> Result<(), Rejection> {
        let Some(service) = self.service(service) else { return no(Code::UnknownService) };
        if !service.scheduled {
            return no(Code::NotOffered);
        }
        self.check_time(service, Some(at))?;
        self.check_hours(service, Some(at))?;
        self.check_room(service, &Request::new("", &service.name, Phone::redacted()), at)
    }

    /// What is asked of a callback that is moved, to another slot or within its own.
    pub(super) fn check_move(
        &self,
        service: &Service,
        callback: &Callback,
        to: Instant,
        elsewhere: bool,
    ) -> Result<(), Rejection> {
        self.check_time(service, Some(to))?;
        self.check_hours(service, Some(to))?;
        for number in callback.request.numbers() {
            self.check_window(&with_number(&callback.request, &number), Some(to), Some(callback.ttl))?;
        }
        if elsewhere {
            self.check_room(service, &callback.request, to)?;
        }
        if callback.way.is_none() { self.check_windows(service, &callback.request, Some(to)) } else { Ok(()) }
    }

    /// What is asked of another number for a callback that waits.
    pub(super) fn check_other_number(&self, callback: &Callback, request: &Request) -> Result<(), Rejection> {
        let service = self.service_of(callback);
        self.check_number(service, request)?;
        let (from, desired) = match callback.state {
            State::Scheduled { submit_at } => (submit_at, Some(callback.place)),
            _ => (self.now, None),
        };
        self.check_window_between(request, from, callback.lives_from.after(callback.ttl))?;
        if request.phone == callback.request.phone {
            return Ok(());
        }
        self.check_duplicates(service, request, desired)
    }

    fn check_room(&self, service: &Service, request: &Request, at: Instant) -> Result<(), Rejection> {
        if self.has_room(&self.slot(&service.name, at)) {
            return Ok(());
        }
        let free_slots = self.free_slots(service, request, at);
        Err(Rejection { free_slots, ..Rejection::new(Code::SlotFull, "") })
    }

    fn check_time(&self, service: &Service, desired: Option<Instant>) -> Result<(), Rejection> {
        match desired {
            Some(desired) if desired < self.now => no(Code::PastTime),
            Some(desired) if desired > self.now.after(service.horizon) => no(Code::TooFar),
            Some(desired) if desired < self.now.after(service.min_lead) => no(Code::TooSoon),
            Some(_) => Ok(()),
            None => {
                let hours = service.calendar.as_ref().and_then(|calendar| self.hours(calendar));
                let left = hours.map_or(Duration::ZERO, |hours| hours.open_for(self.now));
                let closing = left > Duration::ZERO && left <= service.immediate_blackout;
                if closing { no(Code::Closing) } else { Ok(()) }
            }
        }
    }

    fn check_hours(&self, service: &Service, desired: Option<Instant>) -> Result<(), Rejection> {
        let hours = service.calendar.as_ref().and_then(|calendar| self.hours(calendar));
        let open = hours.is_none_or(|hours| hours.is_open(desired.unwrap_or(self.now)));
        if open || !service.reject_closed { Ok(()) } else { no(Code::Closed) }
    }

    fn check_duplicates(
        &self,
        service: &Service,
        request: &Request,
        desired: Option<Instant>,
    ) -> Result<(), Rejection> {
        let count = |wanted: fn(&State) -> bool| {
            let same = |callback: &&Callback| {
                callback.request.names(&request.phone)
                    && callback.request.service == service.name
                    && wanted(&callback.state)
            };
            self.callbacks.iter().filter(same).count()
        };
        let waiting = count(|state| matches!(state, State::Queued { .. } | State::Routing(_)));
        let refused = match service.duplicates {
            Duplicates::Strict => waiting >= 1,
            Duplicates::Two => waiting >= 2,
            Duplicates::Any => false,
        };
        let scheduled = count(|state| matches!(state, State::Scheduled { .. }));
        let most = service.max_scheduled_per_number as usize;
        if refused || desired.is_some() && scheduled >= most { no(Code::Duplicate) } else { Ok(()) }
    }

    /// The three nearest slots with room for which checks 4 and 5 pass; of two as near the later.
    fn free_slots(&self, service: &Service, request: &Request, desired: Instant) -> Vec<Instant> {
        let full = self.slot(&service.name, desired);
        let (mut later, mut earlier) = (full.clone(), full);
        let (mut free, mut steps) = (Vec::new(), 0);
        while free.len() < 3 && steps < 288 {
            later = self.slot(&service.name, later.end);
            earlier = self.slot(&service.name, earlier.start.before(Duration::from_millis(1)));
            let passes = |slot: &&Booking| {
                let start = Some(slot.start);
                self.check_time(service, start)
                    .and(self.check_hours(service, start))
                    .and(self.check_window(request, start, None))
                    .is_ok()
                    && self.has_room(slot)
            };
            free.extend([&later, &earlier].into_iter().filter(passes).map(|slot| slot.start));
            steps += 1;
        }
        free.truncate(3);
        free
    }

    fn check_load(&self, service: &Service) -> Result<(), Rejection> {
        let waits = |callback: &&Callback| {
            matches!(callback.state, State::Queued { .. }) && callback.request.service == service.name
        };
        if self.callbacks.iter().filter(waits).count() >= service.max_queued as usize {
            return no(Code::QueueFull);
        }
        let queue = self.queue(&service.queue);
        let open = |edge: &&Overflow| {
            edge.when.is_none() || (edge.after <= Duration::ZERO && self.overflow_holds(&queue.name, edge))
        };
        let mut queues = queue.overflow.iter().filter(open).map(|edge| &edge.to);
        if !self.takes_in(&queue.name) && !queues.any(|queue| self.takes_in(queue)) {
            return no(Code::QueueFull);
        }
        let agents = self.line(&service.queue).expect("a queue of the center").agents;
        if service.require_agents && agents == 0 { no(Code::NoAgents) } else { Ok(()) }
    }

    fn check_windows(
        &self,
        service: &Service,
        request: &Request,
        desired: Option<Instant>,
    ) -> Result<(), Rejection> {
        if self.enters_now(service, desired) {
            for window in &service.windows {
                let admitted = self.admitted.iter().filter(|(name, _)| *name == service.name);
                let until = self.full_until(admitted.map(|(_, at)| at), window.max, window.per);
                if until.is_some() {
                    return throttled(until);
                }
            }
        }
        let today = (service.name.clone(), request.phone.clone(), self.today(&service.name));
        let asked = self.daily.iter().filter(|day| **day == today).count();
        if desired.is_none() && asked >= service.per_number_daily as usize {
            let tomorrow = (service.per_number_daily > 0).then(|| self.tomorrow(&service.name));
            return throttled(tomorrow);
        }
        Ok(())
    }

    /// Whether a request goes into its queue at once, and so is immediate for the windows.
    pub(super) fn enters_now(&self, service: &Service, desired: Option<Instant>) -> bool {
        desired.is_none_or(|desired| desired.before(service.submit_before) <= self.now)
    }

    fn today(&self, service: &str) -> String {
        instant_to_local(self.zone(service), self.now).date_naive().to_string()
    }

    fn tomorrow(&self, service: &str) -> Instant {
        let zone = self.zone(service);
        let date = instant_to_local(zone, self.now).date_naive().succ_opt().expect("not the last day");
        local_to_instant(zone, date.and_hms_opt(0, 0, 0).expect("midnight")).0
    }
}

/// What a request is admitted with.
struct Terms {
    desired: Option<Instant>,
    limits: Vec<Limit>,
    priority: i64,
    ttl: Option<Duration>,
    tags: Vec<(Name, Name)>,
}

impl<A: Application> Naive<A> {
    pub(super) fn request(&mut self, request: Request) -> Result<(), Refusal> {
        let request = Arc::new(request);
        let (id, now) = (request.id.clone(), self.world.now);
        self.world.keys.retain(|known| known.until.is_none_or(|until| until > now));
        let known = self.world.keys.iter().find(|known| Some(&known.key) == request.key.as_ref());
        let content = anonymous(&request);
        let mut numbers: Vec<Number> = Vec::new();
        for number in request.numbers() {
            if numbers.iter().all(|known| known.phone != number.phone) {
                numbers.push(number);
            }
        }
        let request = Arc::new(Request { other_numbers: numbers.split_off(1), ..(*request).clone() });
        let admitted = match known.cloned() {
            Some(known) if known.content == content => {
                self.emit(EffectKind::Repeated { callback: known.callback });
                return Ok(());
            }
            Some(_) => no(Code::KeyConflict),
            None if self.world.callbacks.iter().any(|callback| callback.request.id == id) => {
                return Err(Refusal::IdInUse(id));
            }
            None => self.admit(&request),
        };
        match admitted {
            Ok(terms) => {
                self.accept(&request, terms, content);
                Ok(())
            }
            Err(rejection) => {
                self.event(Event::Rejected { callback: id, code: rejection.code.clone() });
                Err(Refusal::Rejected(rejection))
            }
        }
    }

    fn admit(&mut self, request: &Arc<Request>) -> Result<Terms, Rejection> {
        self.world.check(request, request.desired, false)?;
        let service = self.world.service(&request.service).cloned().expect("check 1");
        let contact = self.contact(request);
        let answer = self.ask(Hook::Throttle, About::Request(&contact), |application, _| {
            let limits = application.throttle(&contact)?;
            let too_much = limits.as_deref().and_then(too_much);
            too_much.map_or(Ok(limits), refused)
        });
        let limits = guarded(&service, answer)?.unwrap_or_default();
        for Limit { key, max, per } in &limits {
            let counted = self.world.limited.iter().filter(|(other, ..)| other == key).map(|(_, at, _)| at);
            let until = self.world.full_until(counted, *max, *per);
            if until.is_some() {
                return throttled(until);
            }
        }
        let contact = self.contact(request);
        let answer = self.ask(Hook::Accept, About::Request(&contact), |application, world| {
            let answer = application.accept(&contact)?;
            match &answer {
                Some(Acceptance::Defer(to)) if *to <= world.now => {
                    refused(format!("defer to {to}, which is not later than now, {}", world.now))
                }
                Some(Acceptance::Accept { ttl: Some(ttl), .. }) if *ttl <= Duration::ZERO => {
                    refused(format!("a ttl of {ttl} leaves no time; give one above 0"))
                }
                _ => Ok(answer),
            }
        });
        let (desired, priority) = (request.desired, request.priority);
        let terms = Terms { desired, limits, priority, ttl: None, tags: Vec::new() };
        match guarded(&service, answer)? {
            None => Ok(terms),
            Some(Acceptance::Accept { priority: given, ttl, tags }) => {
                if ttl.is_some() {
                    for number in request.numbers() {
                        self.world.check_window(&with_number(request, &number), desired, ttl)?;
                    }
                }
                Ok(Terms { priority: given.unwrap_or(priority), ttl, tags, ..terms })
            }
            Some(Acceptance::Reject { code, sentence }) => {
                Err(Rejection::new(Code::Script(code), sentence.unwrap_or_default()))
            }
            Some(Acceptance::Defer(to)) => {
                self.world.check(request, Some(to), true)?;
                Ok(Terms { desired: Some(to), ..terms })
            }
        }
    }

    fn accept(&mut self, request: &Arc<Request>, terms: Terms, content: Request) {
        let world = &mut self.world;
        let (now, desired) = (world.now, terms.desired);
        let service = world.service(&request.service).cloned().expect("check 1");
        let slot = desired.map(|desired| world.slot(&service.name, desired));
        if world.enters_now(&service, desired) {
            world.admitted.push((service.name.clone(), now));
        }
        if desired.is_none() {
            world.daily.push((service.name.clone(), request.phone.clone(), world.today(&service.name)));
        }
        let mut keys: Vec<&Name> = terms.limits.iter().map(|limit| &limit.key).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let pers = terms.limits.iter().filter(|limit| limit.key == *key).map(|limit| limit.per);
            let before = world.limited.iter().filter(|(other, ..)| other == key).map(|(.., per)| *per);
            let longest = pers.chain(before).max().expect("one, at least");
            world.limited.push((key.clone(), now, longest));
        }
        world.holds.retain(|(id, held, _)| request.hold.as_ref() != Some(id) || held.service != service.name);
        world.bookings.extend(slot.clone());
        if let Some(key) = request.key.clone() {
            let callback = request.id.clone();
            world.keys.push(Key { key, callback, content, until: None });
        }
        world.requests += 1;
        let sequence = Sequence(world.requests);
        let submit_at = desired.map_or(now, |desired| desired.before(service.submit_before));
        world.callbacks.push(Callback {
            sequence,
            request: Arc::clone(request),
            received: now,
            place: desired.unwrap_or(now),
            lives_from: desired.unwrap_or(now),
            ttl: terms.ttl.unwrap_or(world.queue(&service.queue).ttl),
            priority: terms.priority,
            tags: Arc::new(terms.tags),
            assigned: None,
            bound_for: None,
            slot: slot.map(|slot| slot.start),
            attempts: Vec::new(),
            unknown: 0,
            last_outcome: None,
            rejects: 0,
            cooloffs: Vec::new(),
            agent_failures: 0,
            way: None,
            state: State::Scheduled { submit_at },
        });
        self.event(Event::Accepted { callback: request.id.clone() });
        match desired {
            Some(desired) if submit_at > now => {
                self.event(Event::Scheduled { callback: request.id.clone(), desired });
            }
            _ => self.submit(sequence),
        }
    }
}

fn anonymous(request: &Request) -> Request {
    Request { id: CallbackId::new(""), entropy: None, ..request.clone() }
}

/// The answer of a hook that guards admission: its fault refuses, unless the service chose otherwise.
fn guarded<T>(service: &Service, answer: Result<Option<T>, Faulted>) -> Result<Option<T>, Rejection> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(Faulted) if service.on_fault == OnFault::Standard => Ok(None),
        Err(Faulted) => no(Code::ApplicationFault),
    }
}

/// What is wrong with the limits of a `throttle` hook: at most 8, each at most 10,000 in at most 31 days.
fn too_much(limits: &[Limit]) -> Option<String> {
    if limits.len() > 8 {
        return Some(format!("{} limits for one request; give at most 8", limits.len()));
    }
    limits.iter().find_map(|Limit { key, max, per }| {
        if *max > 10_000 {
            Some(format!("limit `{key}`: {max} requests; give at most 10000"))
        } else if *per > Duration::from_days(31) {
            Some(format!("limit `{key}`: in {per}; give at most 31d"))
        } else {
            None
        }
    })
}
