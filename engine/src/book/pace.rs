//! Pace: how fast a queue connects its callbacks, from the last of its connections.

use std::collections::VecDeque;

use super::Book;
use crate::center::{PACED, QueueIndex};
use crate::value::{Duration, Instant};

/// The last instants at which callbacks of a queue were connected, oldest first.
pub(super) type Connections = VecDeque<Instant>;

impl Book {
    /// Counts a connection of a callback that was reserved from a queue.
    pub(crate) fn count_connection(&mut self, queue: QueueIndex) {
        let now = self.ledger.clock;
        let connections = self.ledger.connections.entry(queue).or_default();
        connections.push_back(now);
        if connections.len() > PACED {
            connections.pop_front();
        }
    }

    /// How long so many callbacks may take to be connected: each the mean gap between a queue's last connections.
    /// Unknown before the second.
    pub(super) fn expected_wait(&self, queue: QueueIndex, waiting: u32) -> Option<Duration> {
        let connections = self.ledger.connections.get(&queue)?;
        let (first, last) = (connections.front()?, connections.back()?);
        let gaps = i64::try_from(connections.len()).ok()?.checked_sub(1)?;
        let all = last.since(*first).millis().saturating_mul(i64::from(waiting));
        all.checked_div(gaps).map(Duration::from_millis)
    }
}
