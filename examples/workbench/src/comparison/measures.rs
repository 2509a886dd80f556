//! The numbers of two runs side by side.

use std::collections::{BTreeMap, BTreeSet};

use ringback_engine::Name;
use serde::Serialize;

use crate::summary::{By, SERVICE_LEVELS, Seconds, ServiceLevel, Summary, Waiting};

/// A difference matters if it is at least this share of the larger number, in per cent, and at least as much as its
/// unit says. Of shares only the second counts.
pub const MATTERS_PER_CENT: i64 = 5;

/// ... at least so many callbacks, calls or agents,
pub const MATTERS_COUNT: i64 = 5;

/// ... at least so many milliseconds,
pub const MATTERS_MILLIS: i64 = 5_000;

/// ... at least so much of a share: one percentage point.
pub const MATTERS_SHARE: f64 = 0.01;

/// A number of both runs. It is absent where there is none: the longest wait of nobody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// What it counts.
    pub name: String,
    /// The number of the first.
    pub a: Option<Number>,
    /// The number of the second.
    pub b: Option<Number>,
    /// The second less the first, where there are both.
    pub difference: Option<Number>,
    /// Whether the difference matters, by the rule that [`MATTERS_PER_CENT`] tells.
    pub matters: bool,
}

/// A number with its unit; in JSON the bare number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Number {
    /// How many.
    Count(i64),
    /// How long, in seconds.
    Span(Seconds),
    /// A share, from 0 to 1.
    Share(f64),
}

impl Measure {
    fn new(name: impl Into<String>, a: Option<Number>, b: Option<Number>) -> Self {
        let difference = a.zip(b).and_then(|(a, b)| b.less(a));
        let matters = match (a, b) {
            (Some(a), Some(b)) => matter(a, b),
            (a, b) => a != b,
        };
        Self { name: name.into(), a, b, difference, matters }
    }
}

impl Number {
    fn less(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Count(a), Self::Count(b)) => Some(Self::Count(a - b)),
            (Self::Span(a), Self::Span(b)) => Some(Self::Span(Seconds(a.0 - b.0))),
            (Self::Share(a), Self::Share(b)) => Some(Self::Share(a - b)),
            _ => None,
        }
    }
}

/// Whether the difference of two numbers matters.
fn matter(a: Number, b: Number) -> bool {
    let by = |a: i64, b: i64, least: i64| {
        let difference = (a - b).abs();
        difference >= least && difference * 100 >= MATTERS_PER_CENT * a.abs().max(b.abs())
    };
    match (a, b) {
        (Number::Count(a), Number::Count(b)) => by(a, b, MATTERS_COUNT),
        (Number::Span(a), Number::Span(b)) => by(a.0, b.0, MATTERS_MILLIS),
        // Shares are quotients: what is one point in decimals may be a little less here.
        (Number::Share(a), Number::Share(b)) => (a - b).abs() + 1e-9 >= MATTERS_SHARE,
        _ => true,
    }
}

/// The numbers of two summaries, in the order in which a summary shows them.
#[must_use]
pub fn measures(a: &Summary, b: &Summary) -> Vec<Measure> {
    let mut rows = Rows(Vec::new());
    rows.count("requests", a.requests, b.requests);
    rows.count("accepted", a.accepted, b.accepted);
    rows.counts("  rejected ", &a.rejected, &b.rejected);
    if a.repeated + b.repeated > 0 {
        rows.count("  repeated", a.repeated, b.repeated);
    }
    rows.count("completed", a.completed.values().sum(), b.completed.values().sum());
    rows.counts("  ", &a.completed, &b.completed);
    rows.count("attempts", a.attempts.values().sum(), b.attempts.values().sum());
    rows.counts("  ", &a.attempts, &b.attempts);
    rows.counts("refused ", &a.refused, &b.refused);
    rows.waiting(&a.waiting, &b.waiting);
    rows.level(&a.service_level, &b.service_level);
    rows.0.push(Measure::new(
        "occupancy",
        a.occupancy.all.map(Number::Share),
        b.occupancy.all.map(Number::Share),
    ));
    rows.count("longest line", a.longest_line.all.waiting, b.longest_line.all.waiting);
    let faults = |summary: &Summary| summary.script.values().map(|calls| calls.faults).sum();
    rows.count("script faults", faults(a), faults(b));
    rows.0
}

struct Rows(Vec<Measure>);

impl Rows {
    fn count(&mut self, name: &str, a: u64, b: u64) {
        let number = |count: u64| Some(Number::Count(i64::try_from(count).unwrap_or(i64::MAX)));
        self.0.push(Measure::new(name, number(a), number(b)));
    }

    fn counts<K: Ord + std::fmt::Display>(
        &mut self,
        before: &str,
        a: &BTreeMap<K, u64>,
        b: &BTreeMap<K, u64>,
    ) {
        let words: BTreeSet<&K> = a.keys().chain(b.keys()).collect();
        let of = |counts: &BTreeMap<K, u64>, word| counts.get(word).copied().unwrap_or(0);
        for word in words {
            self.count(&format!("{before}{word}"), of(a, word), of(b, word));
        }
    }

    fn waiting(&mut self, a: &By<Waiting>, b: &By<Waiting>) {
        type Of = fn(&Waiting) -> Option<Seconds>;
        let each: [(&str, Of); 6] = [
            ("mean", |waiting| waiting.mean),
            ("p50", |waiting| waiting.p50),
            ("p80", |waiting| waiting.p80),
            ("p95", |waiting| waiting.p95),
            ("p99", |waiting| waiting.p99),
            ("max", |waiting| waiting.max),
        ];
        let span = |waiting: Option<&Waiting>, of: Of| waiting.and_then(of).map(Number::Span);
        for (word, of) in each {
            self.0.push(Measure::new(
                format!("wait, {word}"),
                span(Some(&a.all), of),
                span(Some(&b.all), of),
            ));
        }
        for queue in queues(&a.by_queue, &b.by_queue) {
            let (a, b) = (a.by_queue.get(queue), b.by_queue.get(queue));
            for (word, of) in [each[0], each[3]] {
                self.0.push(Measure::new(format!("  {queue}, {word}"), span(a, of), span(b, of)));
            }
        }
    }

    fn level(&mut self, a: &By<ServiceLevel>, b: &By<ServiceLevel>) {
        let share = |level: Option<&ServiceLevel>, within: i64| {
            level.and_then(|level| level.within.get(&within).copied().flatten()).map(Number::Share)
        };
        for within in SERVICE_LEVELS {
            let name = format!("connected within {within} s");
            self.0.push(Measure::new(name, share(Some(&a.all), within), share(Some(&b.all), within)));
        }
        for queue in queues(&a.by_queue, &b.by_queue) {
            let (a, b) = (a.by_queue.get(queue), b.by_queue.get(queue));
            let within = SERVICE_LEVELS[0];
            self.0.push(Measure::new(
                format!("  {queue}, within {within} s"),
                share(a, within),
                share(b, within),
            ));
        }
    }
}

/// The queues of both, where there are several.
fn queues<'a, T>(a: &'a BTreeMap<Name, T>, b: &'a BTreeMap<Name, T>) -> Vec<&'a Name> {
    let queues: BTreeSet<&Name> = a.keys().chain(b.keys()).collect();
    if queues.len() > 1 { queues.into_iter().collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_matters_if_it_is_large_and_not_small_beside_the_number() {
        let count = |a, b| Measure::new("", Some(Number::Count(a)), Some(Number::Count(b))).matters;
        assert!(!count(0, 4) && count(0, 5) && count(5, 0));
        assert!(!count(1_000, 1_052) && count(1_000, 1_053), "5 % of the larger");
        let span =
            |a, b| Measure::new("", Some(Number::Span(Seconds(a))), Some(Number::Span(Seconds(b)))).matters;
        assert!(!span(0, 4_999) && span(0, 5_000) && !span(200_000, 206_000));
        let share = |a, b| Measure::new("", Some(Number::Share(a)), Some(Number::Share(b))).matters;
        assert!(share(0.97, 0.98) && !share(0.97, 0.979));
        assert!(
            Measure::new("", None, Some(Number::Count(1))).matters && !Measure::new("", None, None).matters
        );
    }
}
