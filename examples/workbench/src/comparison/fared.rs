//! Who fared otherwise: every request of both runs, paired by its id.

use std::collections::BTreeMap;

use ringback_engine::{CallbackId, Instant, Name};
use serde::Serialize;
use smol_str::SmolStr;

use crate::facts::{Ending, Fact};
use crate::summary::Seconds;

/// Waits that differ by less are the same, in milliseconds.
pub const WAITS_ALIKE: i64 = 1_000;

/// Who fared otherwise, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Fared {
    /// Requests that are in both runs.
    pub paired: u64,
    /// Requests of one run only: those asked for anew.
    pub alone: u64,
    /// Over all services.
    pub all: Balance,
    /// By service, of which some fared otherwise.
    pub by_service: BTreeMap<Name, Balance>,
    /// Requests that neither served, and for which reason by each: first by the first, then by the second.
    pub unserved: BTreeMap<SmolStr, BTreeMap<SmolStr, u64>>,
    /// Those who fared otherwise, in the order of the requests.
    pub callbacks: Vec<Pair>,
}

/// How many won and lost by the second, and how much they waited less and more.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Balance {
    /// Served by the second only.
    pub served_by_b_only: u64,
    /// Served by the first only.
    pub served_by_a_only: u64,
    /// Served by both, by the second sooner.
    pub sooner: Shift,
    /// Served by both, by the second later.
    pub later: Shift,
    /// Served by neither, but ended otherwise.
    pub ended_otherwise: u64,
}

/// How many, and by how much.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Shift {
    /// How many.
    pub callbacks: u64,
    /// Half of them by at most so much.
    pub median: Option<Seconds>,
    /// All by at most so much.
    pub most: Option<Seconds>,
    /// Together.
    pub total: Seconds,
    #[serde(skip)]
    each: Vec<i64>,
}

/// A request that fared otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Its id.
    pub id: CallbackId,
    /// When it was made.
    #[serde(serialize_with = "as_text")]
    pub asked_at: Instant,
    /// The service asked.
    pub service: Name,
    /// How it ended in the first run.
    pub a: Ending,
    /// How it ended in the second.
    pub b: Ending,
    /// For whom this is better.
    pub verdict: Verdict,
    /// By how much less (below 0) or more it waited in the second, where both served it.
    pub wait: Option<Seconds>,
}

/// For whom it is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The customer won by the second.
    Won,
    /// The customer lost by the second.
    Lost,
    /// Neither served the customer.
    Neither,
}

impl Balance {
    /// How many won by the second.
    #[must_use]
    pub fn won(&self) -> u64 {
        self.served_by_b_only + self.sooner.callbacks
    }

    /// How many lost by the second.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.served_by_a_only + self.later.callbacks
    }

    fn take(&mut self, pair: &Pair) {
        match (pair.verdict, pair.wait) {
            (Verdict::Won, Some(wait)) => self.sooner.each.push(-wait.0),
            (Verdict::Lost, Some(wait)) => self.later.each.push(wait.0),
            (Verdict::Won, None) => self.served_by_b_only += 1,
            (Verdict::Lost, None) => self.served_by_a_only += 1,
            (Verdict::Neither, _) => self.ended_otherwise += 1,
        }
    }

    fn settle(&mut self) {
        for shift in [&mut self.sooner, &mut self.later] {
            shift.each.sort_unstable();
            shift.callbacks = shift.each.len() as u64;
            shift.median = crate::summary::percentile(&shift.each, 50).map(Seconds);
            shift.most = shift.each.last().copied().map(Seconds);
            shift.total = Seconds(shift.each.iter().sum());
        }
    }
}

impl Fared {
    /// Pairs the requests of two runs.
    #[must_use]
    pub fn of(a: &[Fact], b: &[Fact]) -> Self {
        let mut fared = Self::default();
        // An id can be used again once it is purged; the n-th use of one is the n-th of the other.
        let mut others: BTreeMap<(&CallbackId, u32), &Fact> = numbered(b).collect();
        for (key, a) in numbered(a) {
            let Some(b) = others.remove(&key) else {
                fared.alone += 1;
                continue;
            };
            fared.paired += 1;
            if let Some(pair) = pair(a, b) {
                fared.take(pair);
            }
        }
        fared.alone += others.len() as u64;
        fared.all.settle();
        fared.by_service.values_mut().for_each(Balance::settle);
        fared
    }

    fn take(&mut self, pair: Pair) {
        self.all.take(&pair);
        self.by_service.entry(pair.service.clone()).or_default().take(&pair);
        if pair.verdict == Verdict::Neither {
            let by_b = self.unserved.entry(word(&pair.a)).or_default();
            *by_b.entry(word(&pair.b)).or_default() += 1;
        }
        self.callbacks.push(pair);
    }

    /// Those with this verdict, those with the greatest difference first: who was served by one only, in the order of
    /// the requests, then by the difference of the waits.
    #[must_use]
    pub fn most(&self, verdict: Verdict) -> Vec<&Pair> {
        let mut pairs: Vec<&Pair> = self.callbacks.iter().filter(|pair| pair.verdict == verdict).collect();
        pairs.sort_by_key(|pair| {
            (pair.wait.is_some(), std::cmp::Reverse(pair.wait.map_or(0, |wait| wait.0.abs())))
        });
        pairs
    }
}

fn numbered(facts: &[Fact]) -> impl Iterator<Item = ((&CallbackId, u32), &Fact)> {
    let mut uses: BTreeMap<&CallbackId, u32> = BTreeMap::new();
    facts.iter().map(move |fact| {
        let used = uses.entry(&fact.id).or_default();
        *used += 1;
        ((&fact.id, *used), fact)
    })
}

fn pair(a: &Fact, b: &Fact) -> Option<Pair> {
    let (ended_a, ended_b) = (a.ending(), b.ending());
    let (verdict, wait) = match (&ended_a, &ended_b) {
        (Ending::Served { wait: a }, Ending::Served { wait: b }) => {
            let more = b.0 - a.0;
            if more.abs() < WAITS_ALIKE {
                return None;
            }
            (if more < 0 { Verdict::Won } else { Verdict::Lost }, Some(Seconds(more)))
        }
        (Ending::Served { .. }, _) => (Verdict::Lost, None),
        (_, Ending::Served { .. }) => (Verdict::Won, None),
        (a, b) if a == b => return None,
        _ => (Verdict::Neither, None),
    };
    let (id, asked_at, service) = (a.id.clone(), a.asked_at, a.service.clone());
    Some(Pair { id, asked_at, service, a: ended_a, b: ended_b, verdict, wait })
}

/// An ending in a word.
pub(super) fn word(ending: &Ending) -> SmolStr {
    match ending {
        Ending::Served { wait } => format!("served after {wait}").into(),
        Ending::Rejected { code } => format!("rejected {code}").into(),
        Ending::Unserved { reason } => reason.clone(),
        Ending::Repeated => "repeated another".into(),
    }
}

fn as_text<S: serde::Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}
