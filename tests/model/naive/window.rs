//! The legal calling window, looked at minute by minute: every zone of these histories is whole minutes from UTC.

use chrono_tz::Tz;
use ringback_engine::center::instant_to_local;
use ringback_engine::protocol::{Application, Code, Rejection};
use ringback_engine::record::{HoldReason, Request};
use ringback_engine::{Duration, Instant, Sequence};

use super::Naive;
use super::admission::no;
use super::world::{State, World};

/// What a window says of one number.
enum Clocks {
    AnyHour,
    Unknown,
    /// Minutes after midnight, and the clocks that have to show them.
    Shown(u16, u16, Vec<Tz>),
}

impl World {
    fn clocks(&self, request: &Request, queue: &str) -> Clocks {
        let country = request.facts.country;
        let window = &self.service(&request.service).expect("a service of the center").calling_window;
        let own = window.countries.iter().find(|(named, _)| Some(**named) == country);
        let Some(span) = own.map_or(window.elsewhere, |(_, span)| *span) else { return Clocks::AnyHour };
        let named = &self.queue(queue).zones;
        let own = named.countries.iter().find(|(named, _)| Some(**named) == country);
        let named = own.map_or(&named.elsewhere, |(_, zones)| zones);
        let zones = match request.facts.zones.as_slice() {
            [only] => vec![*only],
            several if named.is_empty() => several.to_vec(),
            _ => named.clone(),
        };
        let (from, to) = span.minutes();
        if zones.is_empty() { Clocks::Unknown } else { Clocks::Shown(from, to, zones) }
    }

    pub(super) fn may_call(&self, request: &Request, queue: &str, at: Instant) -> bool {
        match self.clocks(request, queue) {
            Clocks::AnyHour => true,
            Clocks::Unknown => false,
            Clocks::Shown(from, to, zones) => zones.iter().all(|zone| {
                let shown = instant_to_local(*zone, at).format("%H:%M").to_string();
                let minutes = shown[..2].parse::<u16>().expect("hours") * 60
                    + shown[3..].parse::<u16>().expect("minutes");
                (from..to).contains(&minutes)
            }),
        }
    }

    /// The first instant in `[from, before)` at which calling is as `open` says.
    pub(super) fn first_time(
        &self,
        request: &Request,
        queue: &str,
        open: bool,
        from: Instant,
        before: Instant,
    ) -> Option<Instant> {
        let minute = Instant::from_millis(from.millis() - from.millis() % 60_000);
        let minutes = (1..).map(|n| minute.after(Duration::from_mins(n)));
        let mut times = std::iter::once(from).chain(minutes).take_while(|at| *at < before);
        times.find(|at| self.may_call(request, queue, *at) == open)
    }

    /// Somebody can be called while the callback lives.
    pub(super) fn check_window(
        &self,
        request: &Request,
        desired: Option<Instant>,
        ttl: Option<Duration>,
    ) -> Result<(), Rejection> {
        let service = self.service(&request.service).expect("a service of the center");
        let place = desired.unwrap_or(self.now);
        let first = place.before(service.submit_before).max(self.now);
        let last = place.after(ttl.unwrap_or(self.queue(&service.queue).ttl));
        self.check_window_between(request, first, last)
    }

    pub(super) fn check_window_between(
        &self,
        request: &Request,
        first: Instant,
        last: Instant,
    ) -> Result<(), Rejection> {
        if request.phone.as_str().is_empty() {
            return Ok(());
        }
        let service = self.service(&request.service).expect("a service of the center");
        let queue = self.queue(&service.queue);
        if matches!(self.clocks(request, &queue.name), Clocks::Unknown) {
            return no(Code::ZoneUnknown);
        }
        match self.first_time(request, &queue.name, true, first, last) {
            Some(_) => Ok(()),
            None => no(Code::NoCallingTime),
        }
    }
}

impl<A: Application> Naive<A> {
    /// Holds who may not be called yet, and nobody else for that reason; whether that changed anything.
    pub(super) fn keep_window(&mut self, sequence: Sequence) -> bool {
        let keeps =
            |hold: Option<(_, HoldReason)>| hold.is_none_or(|(_, why)| why == HoldReason::CallingWindow);
        if matches!(self.world.callback(sequence).state, State::Queued { hold, .. } if keeps(hold)) {
            self.choose_number(sequence);
        }
        let callback = self.world.callback(sequence);
        let State::Queued { hold, .. } = callback.state else { return false };
        if hold.is_some_and(|(_, why)| why != HoldReason::CallingWindow) {
            return false;
        }
        let (now, last) = (self.world.now, callback.lives_from.after(callback.ttl));
        let queue = callback.queue().expect("in a queue");
        let open = self.world.may_call(&callback.request, queue, now);
        let until = self.world.first_time(&callback.request, queue, true, now, last).unwrap_or(last);
        let due = (!open).then_some((until, HoldReason::CallingWindow));
        if let State::Queued { hold, .. } = &mut self.world.callback_mut(sequence).state {
            *hold = due;
        }
        hold != due
    }
}
