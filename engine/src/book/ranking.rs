//! Ranking: who stands before whom.

use super::Book;
use crate::record::{Callback, State};
use crate::value::{Rank, Sequence};

impl Book {
    /// How many callbacks of its queue rank before a Queued one now, held and blocked ones included; none before one
    /// that is Routing or Processing. `None` in other states.
    pub(crate) fn position(&self, sequence: Sequence) -> Option<usize> {
        let own = self.callback(sequence)?;
        let queued = match &own.state {
            State::Queued(queued) => queued,
            State::Routing(_) | State::Processing(_) => return Some(0),
            State::Scheduled(_) | State::Completed(_) => return None,
        };
        let rank = self.rank(own);
        let before = |sequence| self.callback(sequence).is_some_and(|other| self.rank(other) > rank);
        Some(self.waiting(queued.journey.queue).filter(|sequence| before(*sequence)).count())
    }

    fn rank(&self, callback: &Callback) -> Rank {
        Rank {
            score: self.score(callback.sequence),
            place: std::cmp::Reverse(callback.place),
            sequence: std::cmp::Reverse(callback.sequence),
        }
    }
}
