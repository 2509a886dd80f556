//! The checks of admission that the center's settings decide, in their order.

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use crate::book::{Book, Booking};
use crate::center::{
    Callable, Duplicates, MOST_NUMBERS, Queue, Quota, Service, ServiceIndex, did_you_mean, instant_to_local,
    local_to_instant,
};
use crate::protocol::{Code, Rejection, View};
use crate::record::{Callback, Request, State};
use crate::value::{Duration, Instant, Number, Phone};

/// Free slots that a full one is answered with.
const PROPOSALS: usize = 3;

/// Slots looked at in each direction for them.
const PROPOSAL_REACH: usize = 288;

/// The checks that the center's settings decide, for one desired time.
pub(super) struct Checks<'a> {
    book: &'a Book,
    request: &'a Request,
    pub(super) index: ServiceIndex,
    pub(super) service: &'a Service,
    desired: Option<Instant>,
    now: Instant,
}

impl<'a> Checks<'a> {
    /// The first half of check 1: the service exists.
    pub(super) fn new(
        book: &'a Book,
        request: &'a Request,
        desired: Option<Instant>,
    ) -> Result<Self, Rejection> {
        let index = book.layout().service_index(&request.service);
        let found = index.and_then(|index| Some((index, book.layout().service(index)?)));
        let Some((index, service)) = found else {
            let known = book.layout().center().services.iter().map(|service| service.name.as_str());
            let hint = did_you_mean(&request.service, known);
            return Err(Rejection::new(
                Code::UnknownService,
                format!("there is no service `{}`{hint}", request.service),
            ));
        };
        Ok(Self { book, request, index, service, desired, now: book.clock() })
    }

    pub(super) fn run(&self) -> Result<(), Rejection> {
        self.kind()?;
        self.number()?;
        self.time()?;
        self.hours()?;
        self.window(None)?;
        self.duplicates()?;
        self.room_or_hold()?;
        self.load()?;
        self.windows()?;
        self.daily()
    }

    /// What is asked of a request that the `accept` hook defers: checks 1, 4, 5, 7 and 9.
    pub(super) fn run_deferred(&self) -> Result<(), Rejection> {
        self.kind()?;
        self.time()?;
        self.hours()?;
        self.window(None)?;
        self.room_or_hold()?;
        self.windows()
    }

    /// What is asked of somebody who only wants to hold a slot: checks 1, 4, 5 and 7.
    pub(super) fn run_for_hold(&self) -> Result<(), Rejection> {
        self.kind()?;
        self.time()?;
        self.hours()?;
        self.room()
    }

    /// What is asked of a scheduled callback that is to move to the desired time: checks 4 and 5, the calling window, 7
    /// unless it stays in its slot, and 9 if it would enter a queue for the `first` time at once.
    pub(super) fn run_for_move(&self, callback: &Callback, first: bool) -> Result<(), Rejection> {
        self.time()?;
        self.hours()?;
        self.window(Some(callback.ttl))?;
        let booked = callback.slot;
        let slot = self.desired.and_then(|desired| self.book.slot(self.index, desired));
        if booked.is_none() || slot.map(|slot| slot.start) != booked {
            self.room()?;
        }
        if first { self.windows() } else { Ok(()) }
    }

    /// What is asked of another number for a callback that waits between these instants: checks 2 and 3, the calling
    /// window, and 6 if it is not called anyway.
    pub(super) fn run_for_number(
        &self,
        (from, to): (Instant, Instant),
        elsewhere: bool,
    ) -> Result<(), Rejection> {
        self.number()?;
        self.window_between(from, to)?;
        if elsewhere { self.duplicates() } else { Ok(()) }
    }

    /// Whether it enters its queue at once, and so counts as immediate for the windows.
    pub(super) fn enters_now(&self) -> bool {
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

    /// Checks 2 and 3: there is a number, and the service calls it and all others that are to be tried.
    fn number(&self) -> Result<(), Rejection> {
        let numbers = self.request.other_numbers.len().saturating_add(1);
        if numbers > MOST_NUMBERS {
            let sentence = format!("{numbers} numbers are too many; name at most {MOST_NUMBERS}");
            return self.reject(Code::InvalidNumber, sentence);
        }
        self.request.numbers().try_for_each(|number| {
            self.book.layout().test_number(self.index, &number).map_err(|objection| {
                let phone = number.phone.as_str();
                let subject =
                    if phone.is_empty() { String::new() } else { format!("{phone} can't be called: ") };
                Rejection::new(Code::from(&objection), format!("{subject}{objection}"))
            })
        })
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

    /// The customer can be called at some time while the callback lives: for `ttl`, or as long as its queue says.
    pub(super) fn window(&self, ttl: Option<Duration>) -> Result<(), Rejection> {
        let Some(queue) = self.queue() else { return Ok(()) };
        let place = self.desired.unwrap_or(self.now);
        let first = place.before(self.service.submit_before).max(self.now);
        self.window_between(first, place.after(ttl.unwrap_or(queue.ttl)))
    }

    /// The queue that its callbacks enter unless a script says otherwise.
    fn queue(&self) -> Option<&Queue> {
        let layout = self.book.layout();
        layout.service_layout(self.index).and_then(|service| layout.queue(service.queue))
    }

    fn window_between(&self, first: Instant, last: Instant) -> Result<(), Rejection> {
        let Some(queue) = self.queue() else { return Ok(()) };
        // Who only holds a slot has not said yet which number is to be called.
        if self.request.phone == Phone::redacted() {
            return Ok(());
        }
        self.request.numbers().try_for_each(|Number { phone, facts }| {
            let whose = if self.request.other_numbers.is_empty() { String::new() } else { format!("{phone}: ") };
            let callable = Callable::new(&self.service.calling_window, &queue.zones, &facts);
            if callable == Callable::ZoneUnknown {
                let sentence = "nobody knows what time it is where this number is, so it can't be told when calling is \
                                allowed";
                return self.reject(Code::ZoneUnknown, format!("{whose}{sentence}"));
            }
            if callable.next_open(first, last).is_some() {
                return Ok(());
            }
            self.reject(
                Code::NoCallingTime,
                format!(
                    "{whose}from {first} to {last} it is never a time at which this customer may be called"
                ),
            )
        })
    }

    /// Check 6: callbacks of this number on this service.
    fn duplicates(&self) -> Result<(), Rejection> {
        self.request.numbers().try_for_each(|number| self.duplicates_of(&number.phone))
    }

    fn duplicates_of(&self, phone: &Phone) -> Result<(), Rejection> {
        let mine = |callback: &&Callback| callback.service == self.index;
        let of_number = self.book.callbacks_of(phone);
        let callbacks: Vec<&Callback> =
            of_number.into_iter().filter_map(|s| self.book.callback(s)).filter(mine).collect();
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
                format!("{phone} has {waiting} callbacks waiting on this service already"),
            );
        }
        let scheduled = callbacks.iter().filter(|c| matches!(c.state, State::Scheduled(_))).count();
        if self.desired.is_some() && scheduled >= self.service.max_scheduled_per_number as usize {
            return self.reject(
                Code::Duplicate,
                format!("{phone} has {scheduled} callbacks scheduled on this service already"),
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

    /// Check 7 of somebody who may hold a place in the slot already.
    fn room_or_hold(&self) -> Result<(), Rejection> {
        let slot = self.desired.and_then(|desired| self.book.slot(self.index, desired));
        let hold = self.request.hold.as_ref().and_then(|hold| self.book.ledger().holds.get(hold));
        let holds =
            hold.zip(slot).is_some_and(|(hold, slot)| hold.service == self.index && hold.slot == slot.start);
        if holds { Ok(()) } else { self.room() }
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
                if at.time().and_then(|()| at.hours()).and_then(|()| at.window(None)).is_ok()
                    && self.book.has_room(self.index, slot)
                {
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
        if let Some(service) = self.book.layout().service_layout(self.index)
            && !self.book.is_taken_in(&service.plan, None)
        {
            return self.reject(
                Code::QueueFull,
                format!("queue `{}` takes in nobody at present; try again later", self.service.queue),
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
        if counts.is_some_and(|counts| counts.daily(self.day(), &self.request.phone) >= max) {
            let sentence =
                format!("{} may ask {max} times a day on this service, and has", self.request.phone);
            let free_at = self.tomorrow().filter(|_| max > 0);
            return Err(Rejection { free_at, ..Rejection::new(Code::Throttled, sentence) });
        }
        Ok(())
    }

    /// Today in the service's zone, in days of the calendar.
    pub(super) fn day(&self) -> i32 {
        self.today().map_or(0, |(_, today)| today.num_days_from_ce())
    }

    fn today(&self) -> Option<(Tz, NaiveDate)> {
        let zone = self.book.layout().service_layout(self.index)?.zone;
        Some((zone, instant_to_local(zone, self.now).date_naive()))
    }

    /// When the next day begins in the service's zone.
    fn tomorrow(&self) -> Option<Instant> {
        let (zone, today) = self.today()?;
        let midnight = today.succ_opt()?.and_time(NaiveTime::MIN);
        Some(local_to_instant(zone, midnight).0)
    }
}

/// A request over a limit, and when the limit has room again.
pub(super) fn throttled(limit: &str, max: u32, per: Duration, until: Instant) -> Rejection {
    let mut rejection =
        Rejection::new(Code::Throttled, format!("the limit {limit} of {max} requests in {per} is reached"));
    if until < Instant::MAX {
        rejection.sentence.push_str(&format!("; it has room again at {until}"));
        rejection.free_at = Some(until);
    }
    rejection
}
