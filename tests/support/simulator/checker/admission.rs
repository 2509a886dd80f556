//! Admission: what a command must be answered with, and the books of quotas, slots and keys.

use std::collections::{BTreeMap, VecDeque};

use ringback_engine::center::{Center, Duplicates, KEY_KEPT, Service, instant_to_local};
use ringback_engine::protocol::{Acceptance, Code, Hook};
use ringback_engine::record::Request;
use ringback_engine::{CallbackId, Duration, Instant, Name, Phone};

use super::Checker;
use super::known::{Known, Stage};
use super::numbers::once_each;
use super::order::within;
use crate::simulator::rules::Word;

/// What outlives callbacks.
pub(super) struct Books {
    /// Immediate requests admitted, by service.
    admitted: Vec<VecDeque<Instant>>,
    /// Immediate requests admitted, by service, number and local date.
    pub(super) daily: BTreeMap<(Name, Phone, String), u32>,
    /// Requests admitted under a limit's key.
    pub(super) limited: BTreeMap<Name, VecDeque<Instant>>,
    /// Bookings, by service and slot: its start and end.
    pub(super) booked: BTreeMap<(Name, Instant, Instant), u32>,
    /// The first request with a key, its id left out; its callback; until when the key is known, once purged.
    pub(super) keys: BTreeMap<Name, (Request, CallbackId, Option<Instant>)>,
    /// Holds on slots, by id: the service, the slot, and when the hold is over.
    pub(super) holds: BTreeMap<Name, (Name, (Instant, Instant), Instant)>,
}

impl Books {
    pub(super) fn new(center: &Center) -> Self {
        Self {
            admitted: center.services.iter().map(|_| VecDeque::new()).collect(),
            daily: BTreeMap::new(),
            limited: BTreeMap::new(),
            booked: BTreeMap::new(),
            keys: BTreeMap::new(),
            holds: BTreeMap::new(),
        }
    }
}

pub(super) fn anonymous(request: &Request) -> Request {
    Request { id: CallbackId::new(""), ..request.clone() }
}

impl Checker {
    pub(super) fn service_of(&self, sequence: u64) -> &Service {
        let name = &self.callbacks[&sequence].request.service;
        self.facts.service(name).expect("a service of the center")
    }

    /// Waiting callbacks of customers of a number on a service, and scheduled ones: the most of the request's numbers.
    fn same_number(&self, request: &Request) -> (usize, usize) {
        let counts = || request.numbers().map(|number| self.of_number(request, &number.phone));
        let (waits, scheduled) = (counts().map(|count| count.0).max(), counts().map(|count| count.1).max());
        (waits.unwrap_or(0), scheduled.unwrap_or(0))
    }

    fn of_number(&self, request: &Request, phone: &Phone) -> (usize, usize) {
        let count = |wanted: fn(&Stage) -> bool| {
            let same = |known: &&Known| {
                known.request.names(phone) && known.request.service == request.service && wanted(&known.stage)
            };
            self.callbacks.values().filter(same).count()
        };
        let waits = count(|stage| matches!(stage, Stage::Queued { .. }) || stage.is_routing());
        (waits, count(|stage| matches!(stage, Stage::Scheduled { .. })))
    }

    fn queued_of(&self, service: &str) -> usize {
        self.queued.iter().filter(|sequence| self.callbacks[sequence].request.service == service).count()
    }

    /// A rejection whose reason can be counted is right.
    pub(super) fn rejected(&mut self, id: &CallbackId, code: &Code) {
        let Some(request) = self.asked_or_rejected(id) else { return };
        let service = self.facts.service(&request.service).cloned();
        let right = match (code, &service) {
            (Code::UnknownService, service) => service.is_none(),
            (_, None) => false,
            (Code::Duplicate, Some(service)) => {
                let (waits, scheduled) = self.same_number(&request);
                let most = match service.duplicates {
                    Duplicates::Strict => 1,
                    Duplicates::Two => 2,
                    Duplicates::Any => usize::MAX,
                };
                waits >= most || scheduled >= service.max_scheduled_per_number as usize
            }
            (Code::QueueFull, Some(service)) => {
                let queue = self.facts.queue_named(&service.queue).expect("a queue of the center");
                self.queued_of(&service.name) >= service.max_queued as usize || !self.takes_in(queue)
            }
            (Code::SlotFull, Some(service)) => {
                let at = match self.answer(id, Hook::Accept) {
                    Some(Word::Accept(Some(Acceptance::Defer(to)))) => Some(to),
                    _ => request.desired,
                };
                let slot = at.and_then(|at| self.slot(service, at));
                let right = slot.is_none_or(|slot| self.is_slot_full(&request, service, slot));
                if slot.is_some_and(|(start, _)| self.capacity(service, start).1) {
                    self.judge.must(61, right, || format!("{id} is rejected, and its slot has room"));
                }
                right
            }
            (Code::Closed, Some(service)) => {
                // One that is deferred is asked about the time it is deferred to.
                let at = match self.answer(id, Hook::Accept) {
                    Some(Word::Accept(Some(Acceptance::Defer(to)))) => to,
                    _ => request.desired.unwrap_or(self.now),
                };
                !self.facts.service_is_open(service, at)
            }
            (Code::NoAgents, Some(service)) => {
                let queue = self.facts.queue_named(&service.queue).expect("a queue of the center");
                let mut agents = 0..self.people.len();
                !agents
                    .any(|agent| self.people[agent].session.is_some() && self.facts.meets_queue(agent, queue))
            }
            (
                Code::ImpossibleNumber
                | Code::PremiumNumber
                | Code::CountryNotAllowed
                | Code::NumberBlocked
                | Code::InvalidNumber,
                Some(service),
            ) => self.all_objections(service, &request).iter().any(|objections| objections.contains(code)),
            _ => return,
        };
        self.judge.must(23, right, || format!("{id} is rejected with {code}, and that is not so"));
    }

    fn asked_or_rejected(&self, id: &CallbackId) -> Option<Request> {
        self.asked.clone().filter(|request| request.id == *id)
    }

    /// A request was accepted.
    pub(super) fn accepted(&mut self, id: &CallbackId) {
        let now = self.now;
        let Some(request) = self.asked_or_rejected(id) else {
            self.judge.must(37, false, || format!("{id} is accepted, and nobody asked"));
            return;
        };
        self.judge.must(2, !self.ids.contains_key(id), || format!("{id} is in use"));
        let (Some(service), queue) =
            (self.facts.service(&request.service).cloned(), &self.facts.center.queues)
        else {
            self.judge.must(23, false, || format!("{id} is accepted on no service"));
            return;
        };
        let ttl =
            queue.iter().find(|queue| queue.name == service.queue).map_or(Duration::ZERO, |queue| queue.ttl);
        let (mut desired, mut priority, mut life) = (request.desired, request.priority, ttl);
        match self.answer(id, Hook::Accept) {
            Some(Word::Accept(Some(Acceptance::Accept { priority: given, ttl: granted, .. }))) => {
                (priority, life) = (given.unwrap_or(priority), granted.unwrap_or(life));
            }
            Some(Word::Accept(Some(Acceptance::Defer(to)))) => desired = Some(to),
            Some(Word::Accept(answer @ Some(Acceptance::Reject { .. }))) => {
                self.judge.must(31, false, || format!("{id} is accepted against {answer:?}"));
            }
            _ => {}
        }
        self.use_hold(&request);
        self.judge_load(&request, &service);
        let objections = self.all_objections(&service, &request).concat();
        self.judge.must(11, objections.is_empty(), || format!("{id} is accepted against {objections:?}"));
        self.count_windows(&request, &service, desired);
        self.count_limits(id);
        if let Some(key) = request.key.clone() {
            self.books.keys.insert(key, (anonymous(&request), id.clone(), None));
        }
        self.accepted += 1;
        let sequence = self.accepted;
        self.ids.insert(id.clone(), sequence);
        let known = Known {
            request: once_each(request),
            tried: None,
            received: now,
            place: desired.unwrap_or(now),
            lives_from: desired.unwrap_or(now),
            ttl: life,
            priority,
            attempts: 0,
            unknown: 0,
            slot: None,
            way: None,
            stage: Stage::Accepted,
            hung_up: false,
            overdue: false,
            hold_due: None,
            rerouting: false,
            withdrawn: false,
            rejects: 0,
            cooloffs: Vec::new(),
            agent_failures: 0,
            assigned: None,
            bound_for: None,
            remarked: false,
            served: false,
            held_by: None,
        };
        self.callbacks.insert(sequence, known);
        if let Some(desired) = desired {
            self.book(sequence, desired);
        }
    }

    fn judge_load(&mut self, request: &Request, service: &Service) {
        let (waits, scheduled) = self.same_number(request);
        let most = match service.duplicates {
            Duplicates::Strict => 1,
            Duplicates::Two => 2,
            Duplicates::Any => usize::MAX,
        };
        self.judge.must(23, waits < most, || format!("{}: {waits} of its number wait", request.id));
        if request.desired.is_some() {
            let room = scheduled < service.max_scheduled_per_number as usize;
            self.judge.must(23, room, || format!("{}: {scheduled} of its number are scheduled", request.id));
        } else {
            let (queued, most) = (self.queued_of(&service.name), service.max_queued as usize);
            self.judge.must(24, queued < most, || format!("{}: {queued} wait of {most}", request.id));
        }
        let open = self.facts.service_is_open(service, request.desired.unwrap_or(self.now));
        self.judge.must(23, open || !service.reject_closed, || format!("{}: it is closed", request.id));
        let offered = if request.desired.is_some() { service.scheduled } else { service.immediate };
        self.judge.must(23, offered, || format!("{}: not offered", request.id));
    }

    pub(super) fn count_windows(&mut self, request: &Request, service: &Service, desired: Option<Instant>) {
        let now = self.now;
        let index =
            self.facts.center.services.iter().position(|known| known.name == service.name).unwrap_or(0);
        if desired.is_none_or(|desired| desired.before(service.submit_before) <= now) {
            let admitted = &mut self.books.admitted[index];
            admitted.push_back(now);
            let longest = service.windows.iter().map(|window| window.per).max().unwrap_or(Duration::ZERO);
            while admitted.front().is_some_and(|at| !within(now, longest, *at)) {
                admitted.pop_front();
            }
            for window in &service.windows {
                let count = admitted.iter().filter(|at| within(now, window.per, **at)).count();
                let room = count <= window.max as usize;
                self.judge.must(23, room, || format!("{}: {count} in {}", request.id, window.per));
            }
        }
        if desired.is_none() {
            let date = instant_to_local(self.facts.zone(service), now).date_naive().to_string();
            let key = (service.name.clone(), request.phone.clone(), date);
            let count = self.books.daily.entry(key).or_default();
            *count += 1;
            let (count, most) = (*count, service.per_number_daily);
            self.judge.must(23, count <= most, || format!("{}: {count} today of {most}", request.id));
        }
    }

    fn count_limits(&mut self, id: &CallbackId) {
        let now = self.now;
        let Some(Word::Throttle(Some(limits))) = self.answer(id, Hook::Throttle) else { return };
        let mut keys: Vec<&Name> = limits.iter().map(|limit| &limit.key).collect();
        keys.sort();
        keys.dedup();
        keys.into_iter().for_each(|key| self.books.limited.entry(key.clone()).or_default().push_back(now));
        for limit in &limits {
            let counted = &self.books.limited[&limit.key];
            let count = counted.iter().filter(|at| within(now, limit.per, **at)).count();
            let room = count <= limit.max as usize;
            self.judge.must(23, room, || format!("{id}: {count} of {limit:?}"));
        }
    }

    /// A key outlives its callback for a day.
    pub(super) fn release_key(&mut self, id: &CallbackId) {
        let until = self.now.after(KEY_KEPT);
        for (_, callback, kept) in self.books.keys.values_mut().filter(|(_, id_, _)| id_ == id) {
            debug_assert_eq!(callback, id);
            if kept.is_none() {
                *kept = Some(until);
            }
        }
    }
}
