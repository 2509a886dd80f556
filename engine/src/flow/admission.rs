//! Admission: the checks in their order; the first that fails rejects, and nothing is taken.

use std::sync::Arc;

use chrono::{Datelike, NaiveTime};
use smol_str::SmolStr;
use xxhash_rust::xxh3::xxh3_64;

use super::Turn;
use super::asking::Faulted;
use crate::book::{Book, Booking};
use crate::center::{Duplicates, Limit, OnFault, Quota, Service, ServiceIndex, local_to_instant};
use crate::protocol::{
    Acceptance, Application, Code, EffectKind, Event, Fault, Hook, Refusal, Rejection, View,
};
use crate::record::{Callback, Entry, Request, Scheduled, State};
use crate::value::{CallbackId, Duration, Instant};

/// Free slots that a full one is answered with.
const PROPOSALS: usize = 3;

/// Slots looked at in each direction for them.
const PROPOSAL_REACH: usize = 288;

/// What an admitted request is granted.
struct Grant {
    service: ServiceIndex,
    desired: Option<Instant>,
    slot: Option<Booking>,
    limits: Vec<Limit>,
    priority: i64,
    ttl: Duration,
    tags: Vec<(SmolStr, SmolStr)>,
    /// It counts against the windows of immediate requests, and against its number's day.
    counts: (bool, Option<i32>),
}

impl<A: Application> Turn<'_, A> {
    /// A customer asks for a callback.
    pub(super) fn request(&mut self, request: Arc<Request>) -> Result<(), Refusal> {
        let content = content_of(&request);
        let known = request.key.as_ref().and_then(|key| self.book.ledger().keys.get(key)).cloned();
        if let Some(known) = known {
            if known.content == content {
                self.emit(EffectKind::Repeated { callback: known.callback });
                return Ok(());
            }
            let sentence = format!(
                "this key was used for another request, callback `{}`; a new request needs a new key",
                known.callback
            );
            return self.reject(&request.id, Rejection::new(Code::KeyConflict, sentence));
        }
        if self.book.find(&request.id).is_some() {
            return Err(Refusal::IdInUse(request.id.clone()));
        }
        match self.admit(&request) {
            Ok(grant) => {
                self.accept(request, grant, content);
                Ok(())
            }
            Err(rejection) => self.reject(&request.id, rejection),
        }
    }

    fn reject(&mut self, callback: &CallbackId, rejection: Rejection) -> Result<(), Refusal> {
        self.event(Event::Rejected { callback: callback.clone(), code: rejection.code.clone() });
        Err(Refusal::Rejected(rejection))
    }

    fn admit(&mut self, request: &Arc<Request>) -> Result<Grant, Rejection> {
        let checks = Checks::new(self.book, request, request.desired)?;
        checks.run()?;
        let (index, priority) = (checks.index, request.priority);
        let on_fault = checks.service.on_fault;
        let limits = self.throttle(request, on_fault)?;
        let acceptance = self.asked_accept(request, on_fault)?;

        let mut desired = request.desired;
        let mut grant_terms = (priority, None, Vec::new());
        match acceptance {
            None => {}
            Some(Acceptance::Accept { priority: given, ttl, tags }) => {
                grant_terms = (given.unwrap_or(priority), ttl, tags);
            }
            Some(Acceptance::Reject { code, sentence }) => {
                let sentence = sentence.unwrap_or_else(|| "we can't call you back at present".into());
                return Err(Rejection::new(Code::Script(code), sentence));
            }
            Some(Acceptance::Defer(to)) => {
                Checks::new(self.book, request, Some(to))?.run_deferred()?;
                desired = Some(to);
            }
        }
        let checks = Checks::new(self.book, request, desired)?;
        let counts = (checks.enters_now(), desired.is_none().then(|| checks.day()));
        let queue = self.book.layout().service_layout(index).map(|service| service.queue);
        let ttl = queue.and_then(|queue| self.book.layout().queue(queue)).map(|queue| queue.ttl);
        let (priority, given_ttl, tags) = grant_terms;
        Ok(Grant {
            service: index,
            desired,
            slot: desired.and_then(|desired| self.book.slot(index, desired)),
            limits,
            priority,
            ttl: given_ttl.or(ttl).unwrap_or_default(),
            tags,
            counts,
        })
    }

    /// Check 9, its second half: the limits that the `throttle` hook names.
    fn throttle(&mut self, request: &Arc<Request>, on_fault: OnFault) -> Result<Vec<Limit>, Rejection> {
        let contact = self.contact(request);
        let answer = self.ask(Hook::Throttle, &request.id, move |application, _| {
            let limits = application.throttle(&contact)?;
            let obstacle = limits.as_deref().and_then(Limit::obstacle);
            obstacle.map_or(Ok(limits), |message| Err(Fault::of_answer(message)))
        });
        let limits = guarded(answer, on_fault)?.unwrap_or_default();
        let now = self.now();
        for limit in &limits {
            let counter = self.book.counter(&limit.key);
            let until = match counter {
                Some(counter) => counter.full_until(limit.max, limit.per, now),
                None => (limit.max == 0).then_some(Instant::MAX),
            };
            if let Some(until) = until {
                return Err(throttled(&format!("`{}`", limit.key), limit.max, limit.per, until));
            }
        }
        Ok(limits)
    }

    /// Check 10.
    fn asked_accept(
        &mut self,
        request: &Arc<Request>,
        on_fault: OnFault,
    ) -> Result<Option<Acceptance>, Rejection> {
        let contact = self.contact(request);
        let now = self.now();
        let answer = self.ask(Hook::Accept, &request.id, move |application, _| {
            application.accept(&contact).and_then(|answer| match answer {
                Some(Acceptance::Defer(to)) if to <= now => {
                    Err(Fault::of_answer(format!("defer to {to}, which is not later than now, {now}")))
                }
                Some(Acceptance::Accept { ttl: Some(ttl), .. }) if ttl <= Duration::ZERO => {
                    Err(Fault::of_answer(format!("a ttl of {ttl} leaves no time; give one above 0")))
                }
                answer => Ok(answer),
            })
        });
        guarded(answer, on_fault)
    }

    fn accept(&mut self, request: Arc<Request>, grant: Grant, content: u64) {
        let now = self.now();
        let submit_before =
            self.book.layout().service(grant.service).map_or(Duration::ZERO, |service| service.submit_before);
        let place = grant.desired.unwrap_or(now);
        let submit_at = grant.desired.map_or(now, |desired| desired.before(submit_before).max(now));
        let book = self.book();
        let sequence = book.ledger().next_sequence;
        book.ledger_mut().next_sequence = sequence.next();
        let (in_windows, day) = grant.counts;
        if in_windows {
            book.count_admission(grant.service);
        }
        if let Some(day) = day {
            book.count_day(grant.service, day, &request.phone);
        }
        book.count_limits(&grant.limits);
        if let Some(slot) = grant.slot {
            book.book(grant.service, slot);
        }
        if let Some(key) = &request.key {
            book.keep_key(key.clone(), request.id.clone(), content);
        }
        let callback = request.id.clone();
        book.insert(Callback {
            sequence,
            service: grant.service,
            received: now,
            place,
            ttl_at: place.after(grant.ttl),
            ttl: grant.ttl,
            priority: grant.priority,
            tags: Arc::new(grant.tags),
            slot: grant.slot.map(|slot| slot.start),
            attempts: Vec::new(),
            last_outcome: None,
            state: State::Scheduled(Scheduled { submit_at, entry: Entry::First }),
            request,
        });
        self.event(Event::Accepted { callback: callback.clone() });
        match grant.desired {
            Some(desired) if submit_at > now => self.event(Event::Scheduled { callback, desired }),
            _ => self.submit(sequence),
        }
    }
}

/// The answer of a hook that guards admission: its fault refuses, unless the service chose otherwise.
fn guarded<T>(answer: Result<Option<T>, Faulted>, on_fault: OnFault) -> Result<Option<T>, Rejection> {
    match (answer, on_fault) {
        (Ok(answer), _) => Ok(answer),
        (Err(Faulted), OnFault::Standard) => Ok(None),
        (Err(Faulted), OnFault::Refuse) => Err(Rejection::new(
            Code::ApplicationFault,
            "the rules of this service failed, so the request can't be accepted; try again later",
        )),
    }
}

/// A hash of what a request says, its id left out.
fn content_of(request: &Request) -> u64 {
    let anonymous = Request { id: CallbackId::new(""), ..request.clone() };
    serde_json::to_vec(&anonymous).map_or(0, |bytes| xxh3_64(&bytes))
}

fn throttled(limit: &str, max: u32, per: Duration, until: Instant) -> Rejection {
    let mut rejection =
        Rejection::new(Code::Throttled, format!("the limit {limit} of {max} requests in {per} is reached"));
    if until < Instant::MAX {
        rejection.sentence.push_str(&format!("; it has room again at {until}"));
        rejection.free_at = Some(until);
    }
    rejection
}

/// The checks that the center's settings decide, for one desired time.
struct Checks<'a> {
    book: &'a Book,
    request: &'a Request,
    index: ServiceIndex,
    service: &'a Service,
    desired: Option<Instant>,
    now: Instant,
}

impl<'a> Checks<'a> {
    /// The first half of check 1: the service exists.
    fn new(book: &'a Book, request: &'a Request, desired: Option<Instant>) -> Result<Self, Rejection> {
        let index = book.layout().service_index(&request.service);
        let found = index.and_then(|index| Some((index, book.layout().service(index)?)));
        let Some((index, service)) = found else {
            let known = book.layout().center().services.iter().map(|service| service.name.as_str());
            let hint = crate::center::did_you_mean(&request.service, known);
            return Err(Rejection::new(
                Code::UnknownService,
                format!("there is no service `{}`{hint}", request.service),
            ));
        };
        Ok(Self { book, request, index, service, desired, now: book.clock() })
    }

    fn run(&self) -> Result<(), Rejection> {
        self.kind()?;
        self.time()?;
        self.hours()?;
        self.duplicates()?;
        self.room()?;
        self.load()?;
        self.windows()?;
        self.daily()
    }

    /// What is asked of a request that the `accept` hook defers: checks 1, 4, 5, 7 and 9.
    fn run_deferred(&self) -> Result<(), Rejection> {
        self.kind()?;
        self.time()?;
        self.hours()?;
        self.room()?;
        self.windows()
    }

    /// Whether it enters its queue at once, and so counts as immediate for the windows.
    fn enters_now(&self) -> bool {
        self.desired.is_none_or(|desired| desired.before(self.service.submit_before) <= self.now)
    }

    fn reject(&self, code: Code, sentence: impl Into<String>) -> Result<(), Rejection> {
        Err(Rejection::new(code, sentence))
    }

    /// Check 1: the service offers this kind.
    fn kind(&self) -> Result<(), Rejection> {
        let (offered, kind) = match self.desired {
            None => (self.service.immediate, "immediate"),
            Some(_) => (self.service.scheduled, "scheduled"),
        };
        if offered {
            return Ok(());
        }
        self.reject(Code::NotOffered, format!("service `{}` offers no {kind} callbacks", self.service.name))
    }

    /// Check 4: the desired time, or the blackout before closing.
    fn time(&self) -> Result<(), Rejection> {
        let Some(desired) = self.desired else { return self.blackout() };
        let (earliest, latest) =
            (self.now.after(self.service.min_lead), self.now.after(self.service.horizon));
        if desired < self.now {
            return self.reject(Code::PastTime, format!("{desired} is past; it is {} now", self.now));
        }
        if desired > latest {
            return self
                .reject(Code::TooFar, format!("{desired} is too far ahead; the latest time is {latest}"));
        }
        if desired < earliest {
            return self
                .reject(Code::TooSoon, format!("{desired} is too soon; the earliest time is {earliest}"));
        }
        Ok(())
    }

    fn blackout(&self) -> Result<(), Rejection> {
        let (Some(calendar), blackout) = (&self.service.calendar, self.service.immediate_blackout) else {
            return Ok(());
        };
        let left = self.book.open_for(calendar, self.now).unwrap_or_default();
        if left > Duration::ZERO && left <= blackout {
            return self.reject(
                Code::Closing,
                format!("we close in {left}; callbacks can be asked for until {blackout} before closing"),
            );
        }
        Ok(())
    }

    /// Check 5: the office is open then.
    fn hours(&self) -> Result<(), Rejection> {
        let at = self.desired.unwrap_or(self.now);
        if self.is_open(at) {
            return Ok(());
        }
        let next = self.service.calendar.as_ref().and_then(|c| self.book.next_open(c, at)).flatten();
        let then = next.map_or_else(String::new, |next| format!("; it opens at {next}"));
        self.reject(Code::Closed, format!("the office is closed at {at}{then}"))
    }

    fn is_open(&self, at: Instant) -> bool {
        let calendar = self.service.calendar.as_ref().filter(|_| self.service.reject_closed);
        calendar.is_none_or(|calendar| self.book.is_open(calendar, at).unwrap_or(true))
    }

    /// Check 6: callbacks of this number on this service.
    fn duplicates(&self) -> Result<(), Rejection> {
        let mine = |callback: &&Callback| callback.service == self.index;
        let of_number = self.book.callbacks_of(&self.request.phone);
        let callbacks: Vec<&Callback> =
            of_number.filter_map(|s| self.book.callback(s)).filter(mine).collect();
        let waiting = |callback: &&&Callback| matches!(callback.state, State::Queued(_) | State::Routing(_));
        let waiting = callbacks.iter().filter(waiting).count();
        let most = match self.service.duplicates {
            Duplicates::Strict => Some(1),
            Duplicates::Two => Some(2),
            Duplicates::Any => None,
        };
        if most.is_some_and(|most| waiting >= most) {
            return self.reject(
                Code::Duplicate,
                format!("{} has {waiting} callbacks waiting on this service already", self.request.phone),
            );
        }
        let scheduled = callbacks.iter().filter(|c| matches!(c.state, State::Scheduled(_))).count();
        if self.desired.is_some() && scheduled >= self.service.max_scheduled_per_number as usize {
            return self.reject(
                Code::Duplicate,
                format!("{} has {scheduled} callbacks scheduled on this service already", self.request.phone),
            );
        }
        Ok(())
    }

    /// Check 7: the slot has room.
    fn room(&self) -> Result<(), Rejection> {
        let Some(slot) = self.desired.and_then(|desired| self.book.slot(self.index, desired)) else {
            return Ok(());
        };
        if self.book.has_room(self.index, slot) {
            return Ok(());
        }
        let free_slots = self.free_slots(slot);
        let sentence = match free_slots.first() {
            Some(nearest) => {
                format!("the slot of {} is full; the nearest with room is {nearest}", slot.start)
            }
            None => format!("the slot of {} is full, and so are those near it", slot.start),
        };
        Err(Rejection { free_slots, ..Rejection::new(Code::SlotFull, sentence) })
    }

    /// The nearest slots with room at which the request would pass the checks before this one.
    fn free_slots(&self, full: Booking) -> Vec<Instant> {
        let mut free = Vec::new();
        let (mut later, mut earlier) = (Some(full), Some(full));
        for _ in 0..PROPOSAL_REACH {
            later = later.and_then(|slot| self.book.slot(self.index, slot.end));
            earlier = earlier
                .and_then(|slot| self.book.slot(self.index, slot.start.before(Duration::from_millis(1))));
            for slot in [later, earlier].into_iter().flatten() {
                let at = Self { desired: Some(slot.start), ..*self };
                if at.time().and_then(|()| at.hours()).is_ok() && self.book.has_room(self.index, slot) {
                    free.push(slot.start);
                }
            }
            if free.len() >= PROPOSALS {
                break;
            }
        }
        free.truncate(PROPOSALS);
        free
    }

    /// Check 8: callbacks waiting, and agents there.
    fn load(&self) -> Result<(), Rejection> {
        if self.desired.is_some() {
            return Ok(());
        }
        let queued = self.book.queued(self.index);
        if queued >= self.service.max_queued {
            return self.reject(
                Code::QueueFull,
                format!("{queued} customers of service `{}` wait already", self.service.name),
            );
        }
        if self.service.require_agents {
            let agents = self.book.line(&self.service.queue).map_or(0, |line| line.agents);
            if agents == 0 {
                return self.reject(Code::NoAgents, "nobody who could call back is there at present");
            }
        }
        Ok(())
    }

    /// Check 9, its first half: the service's windows.
    fn windows(&self) -> Result<(), Rejection> {
        if !self.enters_now() {
            return Ok(());
        }
        let Some(counts) = self.book.counts(self.index) else { return Ok(()) };
        for window in &self.service.windows {
            if let Some(until) = counts.window_full_until(*window, self.now) {
                let Quota { max, per } = *window;
                return Err(throttled(&format!("of service `{}`", self.service.name), max, per, until));
            }
        }
        Ok(())
    }

    /// Check 9, its first half: the number's day.
    fn daily(&self) -> Result<(), Rejection> {
        if self.desired.is_some() {
            return Ok(());
        }
        let max = self.service.per_number_daily;
        let counts = self.book.counts(self.index);
        if counts.is_none_or(|counts| counts.daily(self.day(), &self.request.phone) < max) {
            return Ok(());
        }
        let sentence = format!("{} may ask {max} times a day on this service", self.request.phone);
        let mut rejection = Rejection::new(Code::Throttled, sentence);
        rejection.free_at = self.next_day().filter(|_| max > 0);
        if let Some(tomorrow) = rejection.free_at {
            rejection.sentence.push_str(&format!(", and has; the next day begins at {tomorrow}"));
        }
        Err(rejection)
    }

    /// Today, in the service's zone.
    fn day(&self) -> i32 {
        let zone = self.book.layout().service_layout(self.index).map(|service| service.zone);
        let utc = self.now.to_utc();
        zone.map_or(0, |zone| utc.with_timezone(&zone).num_days_from_ce())
    }

    /// When tomorrow begins, in the service's zone.
    fn next_day(&self) -> Option<Instant> {
        let zone = self.book.layout().service_layout(self.index)?.zone;
        let tomorrow = self.now.to_utc().with_timezone(&zone).date_naive().succ_opt()?;
        Some(local_to_instant(zone, tomorrow.and_time(NaiveTime::MIN)).0)
    }
}
