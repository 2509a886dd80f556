//! The book as an application sees it.

use chrono_tz::Tz;

use super::Book;
use crate::center::{Hours, QueueIndex, Table};
use crate::protocol::{LineView, View};
use crate::value::{AgentId, Duration, Instant, Phone};

impl Book {
    /// A queue's numbers.
    pub(super) fn line_of(&self, index: QueueIndex) -> Option<LineView> {
        let record = self.indices.queues.get(index)?;
        let (agents, ready) = self.indices.profiles.count(&self.layout.queue_layout(index)?.need);
        let oldest = record.waiting.first().map(|(place, _)| self.ledger.clock.since(*place));
        let waiting = u32::try_from(record.waiting.len()).unwrap_or(u32::MAX);
        Some(LineView {
            waiting,
            on_call: record.routing.saturating_add(record.processing),
            oldest: oldest.unwrap_or_default().max(Duration::ZERO),
            agents,
            ready,
            paused: self.switches(index).paused,
            full: !self.takes_in(index),
            ewt: self.expected_wait(index, waiting),
        })
    }
}

impl View for Book {
    fn now(&self) -> Instant {
        self.ledger.clock
    }

    fn timezone(&self) -> Tz {
        self.layout.center().timezone
    }

    fn is_open(&self, calendar: &str, at: Instant) -> Option<bool> {
        self.hours_named(calendar).map(|hours| hours.is_open(at))
    }

    fn open_for(&self, calendar: &str, at: Instant) -> Option<Duration> {
        self.hours_named(calendar).map(|hours| hours.open_for(at))
    }

    fn next_open(&self, calendar: &str, at: Instant) -> Option<Option<Instant>> {
        self.hours_named(calendar).map(|hours: &Hours| hours.next_open(at))
    }

    fn line(&self, queue: &str) -> Option<LineView> {
        self.line_of(self.layout.queue_index(queue)?)
    }

    fn last_agent(&self, phone: &Phone) -> Option<AgentId> {
        Self::last_agent(self, phone)
    }

    fn has_queue(&self, queue: &str) -> bool {
        self.layout.queue_index(queue).is_some()
    }

    fn count(&self, key: &str, per: Duration) -> u32 {
        let count = self.counter(key).map_or(0, |counter| counter.count(per, self.ledger.clock));
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn table(&self, name: &str) -> Option<&Table> {
        self.layout.table(name)
    }
}
