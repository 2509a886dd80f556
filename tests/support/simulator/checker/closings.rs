//! Closings: what those in line do when their queue closes.

use ringback_engine::center::AtClose;
use ringback_engine::record::Reason;
use ringback_engine::{Duration, Instant, Name};

use super::Checker;
use super::known::Stage;

const MINUTE: Duration = Duration::from_mins(1);

/// Slots looked at, after a closing, for one with room.
const REACH: usize = 288;

impl Checker {
    /// Whether those in line in a queue would act now, and how.
    fn acts(&self, queue: usize) -> Option<AtClose> {
        let acts = self.facts.queue(queue).at_close;
        (acts != AtClose::Keep && !self.facts.is_open(queue, self.now)).then_some(acts)
    }

    /// The time that a callback is put off to: the first at which its queue is open and a slot has room.
    fn next_time(&self, sequence: u64) -> Option<Instant> {
        let queue = self.callbacks[&sequence].way.as_ref()?.queue;
        let service = self.service_of(sequence);
        let latest = self.callbacks[&sequence].received.after(service.horizon);
        if self.facts.is_closed_for_good(queue) {
            return None;
        }
        let mut at = self.now;
        for _ in 0..REACH {
            while at <= latest && !self.facts.is_open(queue, at) {
                at = at.after(MINUTE).before(Duration::from_millis(at.millis().rem_euclid(MINUTE.millis())));
            }
            let (start, end) = self.slot(service, at).filter(|_| at <= latest)?;
            let booked = self.books.booked.get(&(service.name.clone(), start, end)).copied().unwrap_or(0);
            if booked < self.capacity(service, start).0 {
                return Some(at);
            }
            at = end;
        }
        None
    }

    /// Who came back and is rerouted acts where the new plan begins, before that is said.
    fn take_new_plan(&mut self, sequence: u64) {
        if std::mem::take(&mut self.callbacks.get_mut(&sequence).expect("found").rerouting) {
            self.set_out(sequence);
        }
    }

    /// A callback is put off as its queue has closed: the place stays.
    pub(super) fn is_put_off(&mut self, sequence: u64, desired: Instant) -> bool {
        self.take_new_plan(sequence);
        let known = &self.callbacks[&sequence];
        let Stage::Queued { .. } = known.stage else { return false };
        let acts = known.way.as_ref().and_then(|way| self.acts(way.queue));
        let expected = self.next_time(sequence);
        let right = acts == Some(AtClose::Schedule) && expected == Some(desired);
        self.judge
            .must(60, right, || format!("{sequence} is put off to {desired}, not {expected:?}: {acts:?}"));
        let place = self.callbacks[&sequence].place;
        self.put_off(sequence, desired);
        let submit_at = desired.before(self.service_of(sequence).submit_before).max(self.now);
        let known = self.callbacks.get_mut(&sequence).expect("found");
        (known.place, known.lives_from) = (place, desired);
        self.set(sequence, Stage::Scheduled { submit_at });
        true
    }

    /// Whether a callback may be over because its queue has closed.
    pub(super) fn is_over_at_close(&mut self, sequence: u64, stage: &Stage, reason: &Reason) -> bool {
        self.take_new_plan(sequence);
        let queue = self.callbacks[&sequence].way.as_ref().map(|way| way.queue);
        let acts = queue.filter(|_| matches!(stage, Stage::Queued { .. })).and_then(|queue| self.acts(queue));
        let over = acts == Some(AtClose::Complete) && *reason == Reason::TargetNotFound;
        if over {
            self.judge.must(60, true, String::new);
        }
        over
    }

    /// A calendar was closed at once, or opened: which of the queues that were open are not any more.
    pub(super) fn note_closing(&mut self, were_open: &[bool]) {
        for (queue, was_open) in were_open.iter().enumerate() {
            if *was_open && !self.facts.is_open(queue, self.now) {
                self.closed_now.insert(queue);
            }
        }
    }

    pub(super) fn are_open(&self) -> Vec<bool> {
        (0..self.facts.center.queues.len()).map(|queue| self.facts.is_open(queue, self.now)).collect()
    }

    /// A callback is back in line.
    pub(super) fn comes_back(&mut self, sequence: u64, why: &str) {
        let acts = self.callbacks[&sequence].way.as_ref().and_then(|way| self.acts(way.queue));
        if acts.is_some() && !self.callbacks[&sequence].rerouting && !matches!(why, "scheduled" | "snoozed") {
            self.back.insert(sequence, self.now);
        }
    }

    /// Nobody who was in line as the queue closed, or came back to it since, waits on who could do otherwise.
    pub(super) fn nobody_waits_in_closed_queues(&mut self, hours: bool) {
        let (closed, back) = (std::mem::take(&mut self.closed_now), std::mem::take(&mut self.back));
        if self.away.is_some() {
            return;
        }
        let just_before = self.now.before(Duration::from_millis(1));
        for queue in 0..self.facts.center.queues.len() {
            let Some(acts) = self.acts(queue) else { continue };
            let closes = closed.contains(&queue) || hours && self.facts.is_open(queue, just_before);
            let left = self.queued.iter().copied().filter(|sequence| {
                let known = &self.callbacks[sequence];
                let (Stage::Queued { since, .. }, Some(way)) = (&known.stage, &known.way) else {
                    return false;
                };
                let was_there = closes && way.entered.max(*since) < self.now;
                let came_back = back.get(sequence) == Some(&self.now);
                way.queue == queue && (was_there || came_back)
            });
            for sequence in left.collect::<Vec<_>>() {
                let next = self.next_time(sequence).filter(|_| acts == AtClose::Schedule);
                let waits = acts == AtClose::Schedule && next.is_none();
                self.judge.must(60, waits, || {
                    format!("{sequence} waits in a queue that has closed, and should {acts:?} {next:?}")
                });
            }
        }
    }

    /// How many bookings a slot takes, by the texts of the tables, and whether one of them says so.
    pub(super) fn capacity(&self, service: &ringback_engine::center::Service, start: Instant) -> (u32, bool) {
        super::capacities::capacity(service, self.facts.zone(service), start)
    }
}

/// Names of the calendars that are closed whatever their hours say are known to the facts alone.
impl super::facts::Facts {
    fn is_closed_for_good(&self, queue: usize) -> bool {
        let name: Option<&Name> = self.queue(queue).calendar.as_ref();
        name.is_some_and(|name| self.closures.get(name) == Some(&true))
    }
}
