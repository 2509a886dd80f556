//! Limits of attempts over many numbers, counted anew each time.

use ringback_engine::center::Quota;
use ringback_engine::protocol::Application;
use ringback_engine::record::{HoldReason, Request};
use ringback_engine::{Country, Instant, Sequence};

use super::Naive;
use super::world::{State, World};

/// A call as these limits count it: to which prefix, to which country.
#[derive(Clone, PartialEq)]
pub(crate) struct Counted {
    prefix: String,
    country: Option<Country>,
    at: Instant,
}

impl World {
    /// A call now, as these limits count it.
    pub(super) fn counted_now(&self, request: &Request) -> Counted {
        let mut prefix = request.phone.to_string();
        prefix.truncate(prefix.len() - 4);
        Counted { prefix, country: request.facts.country, at: self.now }
    }

    /// Every limit of a call, with when the calls before were that count with it.
    fn counts(&self, call: &Counted) -> Vec<(Quota, HoldReason, Vec<Instant>)> {
        let limits = &self.center.limits;
        let of = |same: &dyn Fn(&Counted) -> bool| {
            self.counted.iter().filter(|other| same(other)).map(|other| other.at).collect()
        };
        let by_prefix = of(&|other| other.prefix == call.prefix);
        let by_country = of(&|other| other.country == call.country);
        [
            (limits.attempts_per_prefix, HoldReason::AttemptsPerPrefix, by_prefix),
            (
                limits.attempts_per_country.filter(|_| call.country.is_some()),
                HoldReason::AttemptsPerCountry,
                by_country,
            ),
            (limits.attempts_total, HoldReason::AttemptsTotal, of(&|_| true)),
        ]
        .into_iter()
        .filter_map(|(quota, why, instants)| Some((quota?, why, instants)))
        .collect()
    }

    /// When what was counted counts no more.
    pub(super) fn counts_due(&self) -> Vec<Instant> {
        let last =
            |(quota, _, instants): (Quota, HoldReason, Vec<Instant>)| Some(instants.last()?.after(quota.per));
        self.counted.iter().flat_map(|call| self.counts(call)).filter_map(last).collect()
    }
}

impl<A: Application> Naive<A> {
    /// Holds who may not be called yet because too many others were; whether it does.
    pub(super) fn keep_limits(&mut self, sequence: Sequence) -> bool {
        if !matches!(self.world.callback(sequence).state, State::Queued { hold: None, .. }) {
            return false;
        }
        let full = self.world.crowded(sequence);
        let Some(last) = full.iter().map(|(until, _)| *until).max() else { return false };
        let due = full.into_iter().find(|(until, _)| *until == last);
        if let State::Queued { hold, .. } = &mut self.world.callback_mut(sequence).state {
            *hold = due;
        }
        true
    }
}

impl World {
    /// Until when the limits over many numbers are full for a callback, and which.
    pub(super) fn crowded(&self, sequence: Sequence) -> Vec<(Instant, HoldReason)> {
        self.crowded_for(&self.callback(sequence).request)
    }

    /// The same, of a request with the number that is to be called.
    pub(super) fn crowded_for(&self, request: &Request) -> Vec<(Instant, HoldReason)> {
        let call = self.counted_now(request);
        let full = self.counts(&call).into_iter();
        full.filter_map(|(quota, why, instants)| {
            Some((self.full_until(instants.iter(), quota.max, quota.per)?, why))
        })
        .collect()
    }
}
