//! Calls: when a queue may place one, whom it calls before an agent is reserved, and who waits on the line.

use super::{Book, Match};
use crate::center::{ANSWERED_KEPT, QueueIndex};
use crate::record::Callback;
use crate::value::{Instant, Rank, Sequence};

impl Book {
    /// Whether a queue may place a call now: it is open, not paused, and within its limits. One that may not holds the
    /// whole line, so that nobody passes.
    pub(super) fn may_dial(&mut self, queue: QueueIndex) -> bool {
        self.serves(queue) && !self.is_full(queue)
    }

    /// Whether a queue is open, and not paused.
    fn serves(&mut self, queue: QueueIndex) -> bool {
        let now = self.ledger.clock;
        !self.switches(queue).hold() && self.indices.queues.is_open(&self.indices.timetable, queue, now)
    }

    /// Whether as many calls of a queue are under way as may be, or were placed of late.
    pub(super) fn is_full(&self, queue: QueueIndex) -> bool {
        let most = self.layout.queue(queue).and_then(|queue| queue.dialling.concurrent_dials);
        let routing = self.indices.queues.get(queue).map_or(0, |record| record.routing);
        most.is_some_and(|most| routing >= most) || self.rate_full_until(queue).is_some()
    }

    /// When a queue's dial rate has room again, if it has none.
    pub(super) fn rate_full_until(&self, queue: QueueIndex) -> Option<Instant> {
        let rate = self.layout.queue(queue)?.dialling.dial_rate?;
        self.ledger.dialled.get(&queue)?.full_until(rate.max, rate.per, self.ledger.clock)
    }

    /// Counts a call that a queue places.
    pub(crate) fn count_dial(&mut self, queue: QueueIndex) {
        let now = self.ledger.clock;
        if let Some(rate) = self.layout.queue(queue).and_then(|queue| queue.dialling.dial_rate) {
            self.ledger.dialled.entry(queue).or_default().add(now, rate.per, rate.max as usize);
            self.arm_queue(queue);
        }
    }

    /// Sets a queue's deadline anew.
    pub(super) fn arm_queue(&mut self, queue: QueueIndex) {
        let times = (self.ledger.clock, self.rate_full_until(queue));
        self.indices.queues.arm(&self.indices.timetable, queue, times, &mut self.indices.deadlines);
    }

    /// Why a callback that left the line of a queue a while ago can't be called now, if it can't.
    pub(crate) fn barrier(&mut self, callback: &Callback, queue: QueueIndex) -> Option<&'static str> {
        if !self.serves(queue) {
            Some("closed")
        } else if self.callable(callback.sequence).open_until(self.ledger.clock).is_none() {
            Some("calling_window")
        } else if self.is_blocked(&callback.request.phone)
            || self.crowded_until(&callback.request.number()).is_some()
        {
            Some("number")
        } else if self.rate_full_until(queue).is_some() {
            Some("dial_rate")
        } else {
            None
        }
    }

    /// Remembers whether a customer who had answered before an agent was there hung up.
    pub(crate) fn count_answered(&mut self, queue: QueueIndex, abandoned: bool) {
        let answered = self.ledger.answered.entry(queue).or_default();
        answered.push_back(abandoned);
        while answered.len() > ANSWERED_KEPT {
            answered.pop_front();
        }
    }

    /// Callbacks whose customer was told to call in, in the order of their requests.
    pub(crate) fn invited(&self) -> impl Iterator<Item = &Callback> {
        self.indices.invited.iter().filter_map(|sequence| self.callback(*sequence))
    }

    /// The highest-ranked callback whose customer waits on the line and whom a ready agent may serve.
    pub(super) fn best_on_line(&self) -> Option<Match> {
        let rank = |sequence: &Sequence| {
            let place = self.callback(*sequence)?.place;
            let (place, own) = (std::cmp::Reverse(place), std::cmp::Reverse(*sequence));
            Some(Rank { score: self.score(*sequence), place, sequence: own })
        };
        let mut ranks: Vec<Rank> = self.indices.on_line.iter().filter_map(rank).collect();
        ranks.sort_by(|one, other| other.cmp(one));
        ranks.into_iter().find_map(|rank| {
            let callback = rank.sequence.0;
            let queue = self.callback(callback)?.state.queue()?;
            let class = self.indices.class_of.get(&callback)?;
            let agent = self.best_agent(*class, queue)?;
            Some(Match { callback, agent, queue, score: rank.score })
        })
    }

    /// The next callback to dial before an agent is reserved, and its queue: the first of its line for whom somebody is
    /// logged in.
    pub(crate) fn next_ahead(&mut self) -> Option<(Sequence, QueueIndex)> {
        let queues = self.layout.queue_indices();
        queues.into_iter().find_map(|queue| Some((self.next_ahead_of(queue)?, queue)))
    }

    fn next_ahead_of(&mut self, queue: QueueIndex) -> Option<Sequence> {
        let most = self.layout.queue(queue)?.dialling.dial_ahead;
        let ahead = self.indices.queues.get(queue)?.ahead;
        if ahead >= most || self.abandons_too_many(queue) || !self.may_dial(queue) {
            return None;
        }
        let now = self.ledger.clock;
        let classes = self.indices.classes.iter().filter(|(_, class)| class.key().queue == queue);
        let served = classes.filter(|(_, class)| self.indices.profiles.any_logged_in(class.serving()));
        let first = served.filter_map(|(_, class)| class.head(&self.layout, now)).max();
        first.map(|rank| rank.sequence.0)
    }

    /// Whether customers of a queue hang up too often for it to dial ahead.
    fn abandons_too_many(&self, queue: QueueIndex) -> bool {
        let Some(answered) = self.ledger.answered.get(&queue) else { return false };
        let most = self.layout.queue(queue).map_or(0, |queue| queue.dialling.abandon_max);
        let abandoned = answered.iter().filter(|abandoned| **abandoned).count();
        abandoned.saturating_mul(100) > answered.len().saturating_mul(most as usize)
    }
}
