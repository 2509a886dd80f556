//! What is remembered of the last day: counts by the minute, and how long agents were busy. A snapshot is kept with it, so
//! that after a restart it goes on as if nothing had happened.

use std::collections::BTreeMap;

use ringback_engine::protocol::{Application, Event};
use ringback_engine::record::Reason;
use ringback_engine::{Duration, Engine, Instant};
use serde::{Deserialize, Serialize};

use crate::wait::Spans;

/// How long it goes back.
const DAY: i64 = 24 * 60;
/// A callback that is connected within this of its place in line was in time.
pub(crate) const IN_TIME: Duration = Duration::from_secs(120);

/// What is remembered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// How long agents are busy with a callback.
    pub(crate) spans: Spans,
    /// Counts by the minute since 1970.
    minutes: BTreeMap<i64, Counts>,
}

/// What happened in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Requests accepted.
    pub(crate) accepted: u32,
    /// Requests rejected.
    pub(crate) rejected: u32,
    /// Customers connected with an agent.
    pub(crate) connected: u32,
    /// Those of them within [`IN_TIME`] of their place.
    pub(crate) in_time: u32,
    /// The time they waited from their place, summed.
    pub(crate) waited: Duration,
    /// Callbacks cancelled.
    pub(crate) cancelled: u32,
    /// Callbacks that completed without a talk, but for the cancelled.
    pub(crate) failed: u32,
}

impl Memory {
    /// Takes note of an event; the engine is as it is after it.
    pub(crate) fn note<A: Application>(&mut self, at: Instant, event: &Event, engine: &Engine<A>) {
        self.spans.note(at, event);
        let minute = at.millis().div_euclid(60_000);
        let counts = self.minutes.entry(minute).or_default();
        match event {
            Event::Accepted { .. } => counts.accepted += 1,
            Event::Rejected { .. } => counts.rejected += 1,
            Event::Connected { callback, .. } => {
                let waited =
                    engine.callback(callback).map_or(Duration::ZERO, |callback| at.since(callback.place));
                let waited = waited.max(Duration::ZERO);
                counts.connected += 1;
                counts.in_time += u32::from(waited <= IN_TIME);
                counts.waited = counts.waited.plus(waited);
            }
            Event::Completed { reason, .. } => match reason {
                Reason::AgentConnected => {}
                Reason::Cancelled | Reason::CancelledByAdmin => counts.cancelled += 1,
                _ => counts.failed += 1,
            },
            _ => return,
        }
        while let Some(oldest) = self.minutes.first_entry().filter(|entry| *entry.key() < minute - DAY) {
            oldest.remove();
        }
    }

    /// What happened in the minutes up to `now`, oldest first.
    pub(crate) fn last(&self, minutes: i64, now: Instant) -> Vec<Counts> {
        let last = now.millis().div_euclid(60_000);
        (last - minutes + 1..=last)
            .map(|minute| self.minutes.get(&minute).copied().unwrap_or_default())
            .collect()
    }

    /// What happened in the last 24 hours.
    pub(crate) fn day(&self, now: Instant) -> Counts {
        let from = now.millis().div_euclid(60_000) - DAY;
        self.minutes.range(from..).fold(Counts::default(), |sum, (_, minute)| sum.plus(*minute))
    }
}

impl Counts {
    fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            rejected: self.rejected + other.rejected,
            connected: self.connected + other.connected,
            in_time: self.in_time + other.in_time,
            waited: self.waited.plus(other.waited),
            cancelled: self.cancelled + other.cancelled,
            failed: self.failed + other.failed,
        }
    }

    /// The mean wait of those connected.
    pub(crate) fn mean_wait(self) -> Option<Duration> {
        let mean = self.waited.millis().checked_div(i64::from(self.connected))?;
        Some(Duration::from_millis(mean))
    }

    /// The share of those connected that was in time, in percent.
    pub(crate) fn service_level(self) -> Option<u32> {
        (self.in_time * 100).checked_div(self.connected)
    }
}
