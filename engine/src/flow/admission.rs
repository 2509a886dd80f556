//! Admission: the checks in their order; the first that fails rejects, and nothing is taken.

use std::sync::Arc;

use smol_str::SmolStr;
use xxhash_rust::xxh3::xxh3_64;

use super::Turn;
use super::asking::Faulted;
use super::checks::{Checks, throttled};
use crate::book::Booking;
use crate::center::{Limit, OnFault, ServiceIndex};
use crate::protocol::{Acceptance, Application, Code, EffectKind, Event, Fault, Hook, Refusal, Rejection};
use crate::record::{Callback, Entry, Request, Scheduled, State};
use crate::value::{CallbackId, Duration, Instant, Number};

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
        let content = if request.key.is_some() { content_of(&request) } else { 0 };
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
        let request = without_repeated_numbers(request);
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
        if let (_, Some(ttl), _) = &grant_terms {
            checks.window(Some(*ttl))?;
        }
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
        let answer = self.ask(Hook::Throttle, contact, |application, contact, _| {
            let limits = application.throttle(contact)?;
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
        let answer = self.ask(Hook::Accept, contact, |application, contact, _| {
            application.accept(contact).and_then(|answer| match answer {
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
        if let Some(key) = &request.key {
            book.keep_key(key.clone(), request.id.clone(), content);
        }
        self.book_slot(&request, grant.service, grant.slot);
        let book = self.book();
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
            assigned: None,
            attempts: Vec::new(),
            unknown: 0,
            last_outcome: None,
            rejects: 0,
            cooloffs: Vec::new(),
            agent_failures: 0,
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
    let anonymous = Request { id: CallbackId::new(""), entropy: None, ..request.clone() };
    serde_json::to_vec(&anonymous).map_or(0, |bytes| xxh3_64(&bytes))
}

/// A number that stands twice is tried once a round.
fn without_repeated_numbers(mut request: Arc<Request>) -> Arc<Request> {
    let mut seen = vec![request.phone.clone()];
    let mut repeats = |number: &Number| {
        let known = seen.contains(&number.phone);
        seen.push(number.phone.clone());
        known
    };
    let mut others = request.other_numbers.clone();
    others.retain(|number| !repeats(number));
    if others.len() < request.other_numbers.len() {
        Arc::make_mut(&mut request).other_numbers = others;
    }
    request
}
