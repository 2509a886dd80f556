//! How long the wait is, as far as the last interactions tell.

use std::collections::{BTreeMap, VecDeque};

use ringback_engine::protocol::Event;
use ringback_engine::{CallbackId, Duration, Instant, Name};
use serde::{Deserialize, Serialize};

/// How many interactions of a queue count.
const LAST: usize = 32;

/// A wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    /// In seconds; -1 if it is unknown.
    pub(crate) seconds: i64,
    /// Whether it is known.
    pub(crate) known: Known,
}

/// Whether a wait is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It is.
    Yes,
    /// Nothing went through the queue yet.
    NothingYet,
    /// No agents are logged in.
    NoAgents,
}

/// How long agents were busy with the last callbacks of each queue.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Spans {
    last: BTreeMap<Name, VecDeque<Duration>>,
    under_way: BTreeMap<CallbackId, (Name, Instant)>,
}

impl Spans {
    /// Takes note of an event.
    pub(crate) fn note(&mut self, at: Instant, event: &Event) {
        match event {
            Event::Reserved { callback, queue, .. } => {
                self.under_way.insert(callback.clone(), (queue.clone(), at));
            }
            Event::Ended { callback, .. } => {
                if let Some((queue, since)) = self.under_way.remove(callback) {
                    let last = self.last.entry(queue).or_default();
                    last.push_back(at.since(since));
                    if last.len() > LAST {
                        last.pop_front();
                    }
                }
            }
            Event::Returned { callback, .. } | Event::Completed { callback, .. } => {
                self.under_way.remove(callback);
            }
            _ => {}
        }
    }

    /// The mean of a queue's last spans.
    fn mean(&self, queue: &str) -> Option<Duration> {
        let last = self.last.get(queue)?;
        let sum = last.iter().fold(Duration::ZERO, |sum, span| sum.plus(*span));
        Some(Duration::from_millis(sum.millis().checked_div(i64::try_from(last.len()).ok()?)?))
    }

    /// The wait behind so many others, with so many agents logged in, of whom so many are ready.
    pub(crate) fn wait(&self, queue: &str, ahead: u64, agents: u32, ready: u32) -> Wait {
        if agents == 0 {
            return Wait { seconds: -1, known: Known::NoAgents };
        }
        if ahead < u64::from(ready) {
            return Wait { seconds: 0, known: Known::Yes };
        }
        let Some(mean) = self.mean(queue) else { return Wait { seconds: -1, known: Known::NothingYet } };
        // Agents become free one after another: the first of `n` after about a n-th of the mean.
        let rounds =
            i64::try_from(ahead.saturating_sub(u64::from(ready)).saturating_add(1)).unwrap_or(i64::MAX);
        let seconds = mean.secs().saturating_mul(rounds).checked_div(i64::from(agents)).unwrap_or(-1);
        Wait { seconds, known: Known::Yes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringback_engine::AgentId;

    #[test]
    fn the_wait_follows_from_the_last_spans_and_who_is_there() {
        let mut spans = Spans::default();
        let (callback, agent, queue) = (CallbackId::new("c"), AgentId::new("a"), Name::new("q"));
        assert_eq!(spans.wait("q", 0, 0, 0).known, Known::NoAgents);
        assert_eq!(spans.wait("q", 0, 2, 1), Wait { seconds: 0, known: Known::Yes });
        assert_eq!(spans.wait("q", 3, 2, 0).known, Known::NothingYet);
        let reserved = Event::Reserved { callback: callback.clone(), agent: agent.clone(), queue, score: 0 };
        spans.note(Instant::from_millis(0), &reserved);
        spans.note(Instant::from_millis(60_000), &Event::Ended { callback, agent });
        assert_eq!(spans.wait("q", 3, 2, 0), Wait { seconds: 120, known: Known::Yes });
    }
}
