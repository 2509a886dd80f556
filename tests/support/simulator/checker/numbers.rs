//! Numbers: whether one may be called, read from the settings and the request in another way than the engine's.

use ringback_engine::center::Service;
use ringback_engine::protocol::{Code, Hook};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Duration, Instant, Number, NumberKind, Phone, Validity};

use super::Checker;
use super::known::Stage;
use super::permits::full_until;

impl Checker {
    /// Whether a number's owner opted out.
    pub(super) fn has_opted_out(&self, request: &Request) -> bool {
        let center = &self.facts.center;
        let tables = center.tables.iter().filter(|table| table.name == center.limits.opt_out);
        tables.into_iter().any(|table| table.contains(request.phone.as_str()))
    }

    /// Which codes would refuse a number.
    pub(super) fn objections(&self, service: &Service, request: &Request) -> Vec<Code> {
        let facts = &request.facts;
        let listed = |countries: &Vec<_>| facts.country.is_some_and(|country| countries.contains(&country));
        let gone = request.phone.as_str().is_empty();
        let blocked = service.blocked.iter().any(|pattern| matches(pattern, request.phone.as_str()));
        let objections = [
            (facts.validity == Validity::Impossible && !service.impossible, Code::ImpossibleNumber),
            (facts.validity == Validity::Invalid && !service.impossible, Code::InvalidNumber),
            (facts.validity == Validity::Unreadable || gone, Code::InvalidNumber),
            (facts.kind == NumberKind::PremiumRate && !service.premium, Code::PremiumNumber),
            (!service.countries.as_ref().is_none_or(listed), Code::CountryNotAllowed),
            (blocked || self.has_opted_out(request), Code::NumberBlocked),
        ];
        objections.into_iter().filter(|(objects, _)| *objects).map(|(_, code)| code).collect()
    }

    /// The same, for each of a customer's numbers.
    pub(super) fn all_objections(&self, service: &Service, request: &Request) -> Vec<Vec<Code>> {
        request.numbers().map(|number| self.objections(service, &alone(request, &number))).collect()
    }

    /// Judges that a callback's number may be called now.
    pub(super) fn judge_number(&mut self, sequence: u64) {
        let request = &self.callbacks[&sequence].request;
        let Some(service) = self.facts.service(&request.service) else { return };
        let (objections, out) = (self.objections(service, request), self.has_opted_out(request));
        self.judge.must(11, objections.is_empty(), || format!("{} is dialled: {objections:?}", request.id));
        self.judge.must(12, !out, || format!("{} is dialled, and opted out", request.id));
    }
}

/// Customers with several numbers.
impl Checker {
    /// When a number of a callback may be called, not before `from`, if it ever may in its life.
    fn may_be_called_at(
        &self,
        sequence: u64,
        number: &Number,
        from: Instant,
        queue: Option<usize>,
    ) -> Option<Instant> {
        let known = &self.callbacks[&sequence];
        let request = alone(&known.request, number);
        let service = self.facts.service(&request.service)?;
        let line = self.lines.get(&number.phone);
        let taken = line.and_then(|line| line.live).is_some_and(|live| live != sequence);
        if taken || !self.objections(service, &request).is_empty() {
            return None;
        }
        let limit = self.facts.center.limits.attempts_per_number;
        let limited = limit.zip(line);
        let limited =
            limited.and_then(|(quota, line)| full_until(self.now, quota, line.dials.iter().copied()));
        let fenced = line.and_then(|line| line.fenced_until).filter(|until| *until > self.now);
        let crowded = self.crowded_until(&request).into_iter().map(|(_, until)| until);
        let mut at = crowded.chain(limited).chain(fenced).fold(from, Instant::max);
        let last = known.ttl_at().min(at.after(A_WINDOW_OPENS_WITHIN));
        while at < last && !self.is_in_window(&request, queue, at) {
            at = at.after(MINUTE).before(Duration::from_millis(at.millis().rem_euclid(MINUTE.millis())));
        }
        (at < known.ttl_at() && self.is_in_window(&request, queue, at)).then_some(at)
    }

    /// The first of these numbers that may be called as early as any. Who is about to enter a queue may know other zones
    /// there, so of such a one there is an answer for each queue.
    fn soonest(&self, sequence: u64, numbers: &[Number], from: Instant) -> Vec<Option<Phone>> {
        let known = &self.callbacks[&sequence];
        let in_queue = |queue: Option<usize>| {
            let at = |number| self.may_be_called_at(sequence, number, from, queue);
            let free = numbers.iter().filter_map(|number| Some((number, at(number)?)));
            // Of equals, the first one is the minimum.
            free.min_by_key(|(_, at)| *at).map(|(number, _)| number.phone.clone())
        };
        let about_to_enter = known.way.is_none()
            || known.rerouting
            || self.said.contains_key(&(known.request.id.clone(), Hook::Route));
        match about_to_enter {
            true => (0..self.facts.center.queues.len()).map(|queue| in_queue(Some(queue))).collect(),
            false => vec![in_queue(known.present_queue())],
        }
    }

    /// A callback is turned to another of its numbers.
    pub(super) fn turns_to(&mut self, sequence: u64, number: &Phone) -> bool {
        let known = &self.callbacks[&sequence];
        let numbers: Vec<Number> = known.request.numbers().collect();
        let own = numbers.iter().position(|own| own.phone == *number).filter(|position| *position > 0);
        self.judge.must(57, own.is_some(), || format!("{sequence} is turned to {number}, of {numbers:?}"));
        let Some(position) = own else { return false };
        let fails = was_not_reached(&known.stage);
        if !fails {
            let allowed = self.facts.service(&known.request.service).and_then(|service| {
                // One that is taken is waited for rather than one that is not allowed.
                let allowed =
                    |number: &&Number| self.objections(service, &alone(&known.request, number)).is_empty();
                numbers.iter().find(allowed).map(|number| number.phone.clone())
            });
            let soonest = self.soonest(sequence, &numbers, self.now);
            let soonest: Vec<_> =
                soonest.into_iter().map(|found| found.or_else(|| allowed.clone())).collect();
            self.judge.must(57, soonest.contains(&Some(number.clone())), || {
                format!("{sequence} is turned to {number}, and not to {soonest:?}")
            });
        }
        let known = self.callbacks.get_mut(&sequence).expect("found");
        let once = known.tried.is_none() && !known.stage.is_completed();
        let mut turned = numbers.clone();
        turned.rotate_left(position);
        (known.request.phone, known.request.facts) = (turned[0].phone.clone(), turned[0].facts.clone());
        known.request.other_numbers = turned.split_off(1);
        known.tried = fails.then(|| numbers.clone());
        self.ask_window_anew(sequence);
        // Whoever is live is so on the number that is the present one.
        let live = self
            .lines
            .get_mut(&numbers[0].phone)
            .and_then(|line| line.live.take_if(|live| *live == sequence));
        if live.is_some() {
            // Where another is live on it, this one is about to be back in line.
            let line = self.lines.entry(number.clone()).or_default();
            line.live = line.live.or(live);
        }
        once
    }

    /// After an attempt that did not reach the customer, the next number that may be called first is the present one,
    /// from when the callback may be called again.
    pub(super) fn judge_turn(&mut self, sequence: u64, before: &Stage, from: Instant) {
        let known = self.callbacks.get_mut(&sequence).expect("found");
        let tried = known.tried.take();
        if !was_not_reached(before) || known.request.other_numbers.is_empty() {
            return;
        }
        let present = known.request.phone.clone();
        let mut numbers = tried.unwrap_or_else(|| known.request.numbers().collect());
        numbers.rotate_left(1);
        let soonest = self.soonest(sequence, &numbers, from);
        self.judge.must(57, soonest.iter().any(|soonest| soonest.as_ref().is_none_or(|soonest| *soonest == present)), || {
            format!("{sequence} was tried on one of {numbers:?} and goes on with {present}, not {soonest:?}, from {from}")
        });
    }

    /// Whoever waits for the present number has none that may be called sooner.
    pub(super) fn judge_present_number(&mut self, sequence: u64) {
        let request = &self.callbacks[&sequence].request;
        if request.other_numbers.is_empty() {
            return;
        }
        let (present, numbers) = (request.phone.clone(), request.numbers().collect::<Vec<_>>());
        let soonest = self.soonest(sequence, &numbers, self.now);
        self.judge.must(57, soonest.iter().any(|soonest| soonest.as_ref().is_none_or(|soonest| *soonest == present)), || {
            format!(
                "{sequence} waits for {present} of {numbers:?}, and {soonest:?} may be called sooner, at {}",
                self.now
            )
        });
    }
}

const MINUTE: Duration = Duration::from_mins(1);

/// Windows are daily, so one that does not open in two days never does.
const A_WINDOW_OPENS_WITHIN: Duration = Duration::from_mins(2 * 24 * 60);

fn was_not_reached(stage: &Stage) -> bool {
    matches!(stage, Stage::Failed { outcome, .. } if !matches!(outcome, Outcome::Answered | Outcome::Abandoned | Outcome::Unknown))
}

/// A request as it were for one of its numbers alone.
fn alone(request: &Request, number: &Number) -> Request {
    let Number { phone, facts } = number.clone();
    Request { phone, facts, other_numbers: Vec::new(), ..request.clone() }
}

/// A request that names no number twice.
pub(super) fn once_each(mut request: Request) -> Request {
    let mut others: Vec<Number> = Vec::new();
    for other in request.other_numbers {
        if other.phone != request.phone && others.iter().all(|known| known.phone != other.phone) {
            others.push(other);
        }
    }
    request.other_numbers = others;
    request
}

/// Prefixes, and the one form of regular expression that simulated centers have: digits at the end.
fn matches(pattern: &str, phone: &str) -> bool {
    match pattern.strip_prefix("regex:").and_then(|regex| regex.strip_suffix('$')) {
        Some(end) => phone.ends_with(end),
        None => phone.starts_with(pattern),
    }
}
