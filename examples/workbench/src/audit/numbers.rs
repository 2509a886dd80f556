//! Numbers: one live attempt, the fence after an attempt that ended without the world's word, the limit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ringback_engine::center::Quota;
use ringback_engine::{Instant, Phone};
use smol_str::SmolStr;

use super::findings::Check;
use super::{Audit, Owner};

/// All numbers of callbacks that are not completed, and those that are fenced or counted.
pub(super) type Numbers = BTreeMap<Phone, Number>;

/// One number.
#[derive(Debug, Default)]
pub(super) struct Number {
    /// Callbacks that are not completed.
    pub(super) open: BTreeSet<u64>,
    /// The one with a live attempt.
    live: Option<u64>,
    fenced_until: Option<Instant>,
    /// Attempts that count against the limit, oldest first.
    attempts: VecDeque<Instant>,
}

impl Number {
    fn is_fenced(&self, now: Instant) -> bool {
        self.fenced_until.is_some_and(|until| now < until)
    }

    /// When the limit has room again, if it has none.
    fn limited_until(&self, limit: Option<Quota>, now: Instant) -> Option<Instant> {
        let Quota { max, per } = limit?;
        let counting = self.attempts.len() - self.attempts.partition_point(|at| at.after(per) <= now);
        let most = max as usize;
        if counting < most {
            return None;
        }
        let decisive = self.attempts.len().checked_sub(most).and_then(|first| self.attempts.get(first));
        Some(decisive.map_or(Instant::MAX, |at| at.after(per)))
    }

    /// Whether none of its callbacks may be called now.
    pub(super) fn is_shut(&self, limit: Option<Quota>, now: Instant) -> bool {
        self.live.is_some() || self.is_fenced(now) || self.limited_until(limit, now).is_some()
    }
}

impl Audit {
    /// A callback leaves its line: its number is its own from then on.
    pub(super) fn number_taken(&mut self, serial: u64, id: &SmolStr) {
        let Some(phone) = self.callbacks.get(&serial).map(|callback| callback.phone.clone()) else { return };
        let number = self.numbers.entry(phone.clone()).or_default();
        let other = number.live.replace(serial).filter(|live| *live != serial);
        self.findings.hold(Check::Numbers, Some(id), other.is_none(), || {
            let other = other.and_then(|other| self.callbacks.get(&other)).map(|other| other.id.clone());
            format!("a second live attempt to {phone}: `{}` has one", other.unwrap_or_default())
        });
        self.refresh_number(&phone);
    }

    /// Whether a fence or a limit keeps a callback's number from being called.
    pub(super) fn is_number_barred(&self, serial: u64) -> bool {
        let Some(callback) = self.callbacks.get(&serial) else { return false };
        let (now, limit) = (self.now, self.rules.limits.attempts_per_number);
        let own = self.numbers.get(&callback.phone);
        own.is_some_and(|number| number.is_fenced(now) || number.limited_until(limit, now).is_some())
            || self.is_crowded(serial)
    }

    /// A call is placed.
    pub(super) fn number_dialled(&mut self, serial: u64, id: &SmolStr, phone: &Phone) {
        let (now, limit) = (self.now, self.rules.limits.attempts_per_number);
        let number = self.numbers.entry(phone.clone()).or_default();
        let findings = &mut self.findings;
        let other = number.live.filter(|live| *live != serial);
        findings.hold(Check::Numbers, Some(id), other.is_none(), || {
            let other = other.and_then(|other| self.callbacks.get(&other)).map(|other| other.id.clone());
            format!("a second live attempt to {phone}: `{}` has one", other.unwrap_or_default())
        });
        let fence = number.fenced_until;
        findings.hold(Check::Numbers, Some(id), !number.is_fenced(now), || {
            format!("{phone} is called at {now} and is fenced until {}", fence.unwrap_or_default())
        });
        if let Some(quota) = limit {
            let until = number.limited_until(limit, now);
            findings.hold(Check::Numbers, Some(id), until.is_none(), || {
                let until = until.unwrap_or_default();
                format!(
                    "{phone} is called more than {} times in {}; it may be again at {until}",
                    quota.max, quota.per
                )
            });
            number.attempts.push_back(now);
            while number.attempts.front().is_some_and(|at| at.after(quota.per) <= now) {
                number.attempts.pop_front();
            }
            self.due.insert((now.after(quota.per), Owner::Number(phone.clone())));
        }
        number.live = Some(serial);
        self.refresh_number(phone);
    }

    /// An attempt is over; without the world's word, its number is left alone for a while.
    pub(super) fn number_free(&mut self, serial: u64, phone: &Phone, hung_up: bool) {
        let (now, floor) = (self.now, self.rules.limits.redial_floor);
        let Some(number) = self.numbers.get_mut(phone) else { return };
        if number.live == Some(serial) {
            number.live = None;
        }
        if hung_up {
            let until = now.after(floor);
            number.fenced_until = number.fenced_until.max(Some(until));
            self.due.insert((until, Owner::Number(phone.clone())));
        }
        self.refresh_number(phone);
    }

    /// The log says that a callback waits for the limit of its number.
    pub(super) fn limit_reported(&mut self, id: &SmolStr, phone: &Phone, until: Instant) {
        let (now, limit) = (self.now, self.rules.limits.attempts_per_number);
        let own = self.numbers.get(phone).and_then(|number| number.limited_until(limit, now));
        self.findings.hold(Check::Numbers, Some(id), own == Some(until), || match own {
            Some(own) => format!("held for the limit of {phone} until {until}, which frees at {own}"),
            None => format!("held for the limit of {phone}, which has room"),
        });
    }

    /// A callback is completed.
    pub(super) fn number_left(&mut self, serial: u64, phone: &Phone) {
        if let Some(number) = self.numbers.get_mut(phone) {
            number.open.remove(&serial);
        }
        self.number_free(serial, phone, false);
        self.forget_number(phone);
    }

    /// Something about a number may have ended by itself.
    pub(super) fn number_due(&mut self, phone: &Phone) {
        let (now, limit) = (self.now, self.rules.limits.attempts_per_number);
        if let Some(number) = self.numbers.get_mut(phone) {
            number.fenced_until = number.fenced_until.filter(|until| now < *until);
            let per = limit.map(|limit| limit.per).unwrap_or_default();
            while number.attempts.front().is_some_and(|at| at.after(per) <= now) {
                number.attempts.pop_front();
            }
        }
        self.refresh_number(phone);
        self.forget_number(phone);
    }

    fn forget_number(&mut self, phone: &Phone) {
        let idle = self.numbers.get(phone).is_some_and(|number| {
            number.open.is_empty()
                && number.live.is_none()
                && number.fenced_until.is_none()
                && number.attempts.is_empty()
        });
        if idle {
            self.numbers.remove(phone);
        }
    }

    fn refresh_number(&mut self, phone: &Phone) {
        let open: Vec<u64> =
            self.numbers.get(phone).into_iter().flat_map(|number| number.open.iter().copied()).collect();
        for serial in open {
            self.refresh(serial);
        }
    }
}
