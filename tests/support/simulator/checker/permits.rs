//! Permits: the customer's calling window by local clocks, limits over many numbers, and rules that are others by now.

use chrono::Timelike;
use chrono_tz::Tz;
use ringback_engine::center::{CallingWindow, Center, Quota, instant_to_local};
use ringback_engine::protocol::Command;
use ringback_engine::record::{HoldReason, Request};
use ringback_engine::{Duration, Instant};

use super::Checker;
use super::facts::Facts;
use super::hours::minute;
use super::known::{Known, Stage};
use super::order::within;

/// A call, as limits over many numbers count it.
#[derive(Debug)]
pub(super) struct Counted {
    prefix: String,
    country: Option<ringback_engine::Country>,
    at: Instant,
}

impl Counted {
    fn new(request: &Request, at: Instant) -> Self {
        let mut prefix = request.phone.to_string();
        prefix.truncate(prefix.len().saturating_sub(4));
        Self { prefix, country: request.facts.country, at }
    }
}

impl Checker {
    /// Whether a customer's clocks show a time at which they may be called.
    pub(super) fn is_in_window(&self, request: &Request, queue: Option<usize>, at: Instant) -> bool {
        let Some(service) = self.facts.service(&request.service) else { return false };
        let window = &service.calling_window;
        let named = request.facts.country.and_then(|country| window.countries.get(&country));
        let Some(span) = named.unwrap_or(&window.elsewhere) else { return true };
        let text = span.to_string();
        let (from, to) = text.split_once('-').expect("from and to");
        let (from, to) = (minute(from), minute(to));
        let (zones, _) = self.zones_of(request, queue);
        !zones.is_empty()
            && zones.iter().all(|zone| {
                let shown = instant_to_local(*zone, at);
                (from..to).contains(&(shown.hour() as usize * 60 + shown.minute() as usize))
            })
    }

    /// The zones in which a number may lie, and whether its queue has named them: where several are known, or none.
    fn zones_of<'a>(&'a self, request: &'a Request, queue: Option<usize>) -> (&'a [Tz], bool) {
        let known = &request.facts.zones;
        let Some(settings) = queue.map(|queue| &self.facts.queue(queue).zones).filter(|_| known.len() != 1)
        else {
            return (known, false);
        };
        let country = request.facts.country;
        let own = settings.countries.iter().find(|(named, _)| Some(**named) == country);
        let named = own.map_or(&settings.elsewhere, |(_, zones)| zones);
        if named.is_empty() { (known, false) } else { (named, true) }
    }

    /// Whether a window is to be kept on clocks that a callback's queue has named for its number.
    pub(super) fn goes_by_named_zones(&self, known: &Known) -> bool {
        let service = self.facts.service(&known.request.service);
        service.is_some_and(|service| service.calling_window != CallingWindow::off())
            && self.zones_of(&known.request, known.present_queue()).1
    }

    pub(super) fn judge_window(&mut self, sequence: u64, not_after: Instant) {
        let known = &self.callbacks[&sequence];
        let (request, queue) = (&known.request, known.present_queue());
        let last = not_after.before(Duration::from_millis(1));
        let open = self.is_in_window(request, queue, self.now) && self.is_in_window(request, queue, last);
        let named = self.goes_by_named_zones(known);
        self.judge.must(if named { 62 } else { 55 }, open, || {
            format!("{} is dialled outside its window", request.id)
        });
    }

    /// The limits over many numbers that a call would exceed.
    pub(super) fn crowded(&self, request: &Request) -> Vec<HoldReason> {
        self.crowded_until(request).into_iter().map(|(why, _)| why).collect()
    }

    /// The same, and until when.
    pub(super) fn crowded_until(&self, request: &Request) -> Vec<(HoldReason, Instant)> {
        let (limits, call) = (&self.facts.center.limits, Counted::new(request, self.now));
        let full = |quota: Option<Quota>, same: &dyn Fn(&Counted) -> bool| {
            let calls = self.counted.iter().filter(|other| same(other)).map(|other| other.at);
            quota.and_then(|quota| full_until(self.now, quota, calls))
        };
        let country = limits.attempts_per_country.filter(|_| call.country.is_some());
        let reasons = [
            (
                full(limits.attempts_per_prefix, &|other| other.prefix == call.prefix),
                HoldReason::AttemptsPerPrefix,
            ),
            (full(country, &|other| other.country == call.country), HoldReason::AttemptsPerCountry),
            (full(limits.attempts_total, &|_| true), HoldReason::AttemptsTotal),
        ];
        reasons.into_iter().filter_map(|(until, why)| Some((why, until?))).collect()
    }

    /// Judges and counts a call against them.
    pub(super) fn count_among_others(&mut self, sequence: u64) {
        let request = &self.callbacks[&sequence].request;
        let (crowded, call) = (self.crowded(request), Counted::new(request, self.now));
        self.judge.must(13, crowded.is_empty(), || format!("{sequence} is dialled: {crowded:?}"));
        let limits = &self.facts.center.limits;
        let all = [limits.attempts_per_prefix, limits.attempts_per_country, limits.attempts_total];
        let now = self.now;
        if let Some(per) = all.into_iter().flatten().map(|quota| quota.per).max() {
            self.counted.retain(|other| within(now, per, other.at));
            self.counted.push_back(call);
        }
    }

    /// A hold that the world had no part in, and its reason.
    pub(super) fn judge_hold(&mut self, sequence: u64, why: HoldReason) {
        let known = &self.callbacks[&sequence];
        let request = &known.request;
        let right = match why {
            HoldReason::CallingWindow if known.rerouting => {
                let mut queues = 0..self.facts.center.queues.len();
                queues.any(|queue| !self.is_in_window(request, Some(queue), self.now))
            }
            HoldReason::CallingWindow => !self.is_in_window(request, known.present_queue(), self.now),
            HoldReason::Retry | HoldReason::Snooze | HoldReason::AttemptsPerNumber => true,
            _ => self.crowded(request).contains(&why),
        };
        let invariant = if why == HoldReason::CallingWindow { 55 } else { 13 };
        self.judge.must(invariant, right, || format!("{sequence} is held by {why:?}, and need not be"));
    }

    /// A hold outside the window ends where the number or the queue is another, and the window open. Where that needs
    /// another hold, it is said.
    pub(super) fn ask_window_anew(&mut self, sequence: u64) {
        let known = &self.callbacks[&sequence];
        if known.held_by == Some(HoldReason::CallingWindow)
            && self.is_in_window(&known.request, known.present_queue(), self.now)
        {
            self.callbacks.get_mut(&sequence).expect("found").let_go_of_hold();
        }
    }

    /// Whether the rules in force forbid to call somebody who was not called yet.
    pub(super) fn is_forbidden(&self, sequence: u64, stage: &Stage) -> bool {
        let request = &self.callbacks[&sequence].request;
        let service = self.facts.service(&request.service);
        let none =
            |service| self.all_objections(service, request).iter().all(|objections| !objections.is_empty());
        let forbidden = service.is_some_and(none);
        forbidden && stage.live().is_none()
    }

    /// A new configuration of the same queues, services and agents.
    pub(super) fn reconfigured(&mut self) {
        let Some(Command::Reconfigure { center }) = self.command.clone() else {
            self.judge.must(56, false, || "the center is another, and nobody asked".into());
            return;
        };
        let closures = std::mem::take(&mut self.facts.closures);
        self.facts = Facts::new(*center);
        self.facts.closures = closures;
        for known in self.callbacks.values_mut() {
            if let Some(way) = &mut known.way {
                way.able = self.facts.able(&way.need, way.queue);
            }
            // Limits may be others, so who is held by one is asked anew.
            if matches!(
                known.held_by,
                Some(
                    HoldReason::AttemptsPerPrefix
                        | HoldReason::AttemptsPerCountry
                        | HoldReason::AttemptsTotal
                )
            ) {
                known.let_go_of_hold();
            }
        }
    }

    /// Whether a center has room for the work that agents do.
    pub(super) fn has_room_for_work(&self, center: &Center) -> bool {
        self.facts.center.agents.iter().zip(&self.people).all(|(agent, person)| {
            let new = center.agents.iter().find(|new| new.id == agent.id);
            new.is_some_and(|new| person.load() <= new.capacity as usize)
        })
    }
}

/// Until when these calls, in order, fill a quota, if they do.
pub(super) fn full_until(
    now: Instant,
    quota: Quota,
    calls: impl Iterator<Item = Instant>,
) -> Option<Instant> {
    let counted: Vec<Instant> = calls.filter(|at| within(now, quota.per, *at)).collect();
    let first = counted.len().checked_sub(quota.max as usize)?;
    counted.get(first).map(|at| at.after(quota.per))
}

impl Known {
    pub(super) fn let_go_of_hold(&mut self) {
        self.held_by = None;
        if let Stage::Queued { held, .. } = &mut self.stage {
            *held = None;
        }
    }
}
