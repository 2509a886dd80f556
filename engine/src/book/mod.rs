//! The book: everything the engine knows of its callbacks and agents, and the only place that is written.
//!
//! The [`Ledger`] is the truth and what a snapshot holds. The [`Indices`] are its shadow: they can be rebuilt
//! from it at any time and are then equal, which [`Book::check`] does.

mod attempts;
mod audit;
mod bookings;
mod choosing;
mod classes;
mod closings;
mod deadlines;
mod dials;
mod door;
mod explaining;
mod kept;
mod last_agents;
mod ledger;
mod numbers;
mod overflow;
mod pace;
mod profiles;
mod queues;
mod quotas;
mod ranking;
mod reconfigure;
mod standing;
mod switches;
mod timetable;
mod versions;
mod view;

use std::sync::Arc;

pub(crate) use bookings::Booking;
pub(crate) use classes::ClassIndex;
pub(crate) use deadlines::{Due, Owner};
pub(crate) use ledger::{Ledger, Matching};

use crate::center::{AgentIndex, Layout, QueueIndex};
use crate::protocol::ApplicationText;
use crate::value::{CallbackId, Instant, Rank, Sequence};
use door::Indices;

/// The ledger and its shadow, for one layout.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    layout: Arc<Layout>,
    ledger: Ledger,
    indices: Indices,
}

/// The best pair of a matchable callback and a ready agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// The callback.
    pub(crate) callback: Sequence,
    /// The agent.
    pub(crate) agent: AgentIndex,
    /// The callback's queue.
    pub(crate) queue: QueueIndex,
    /// The callback's score.
    pub(crate) score: i64,
}

impl Book {
    /// An empty book.
    pub(crate) fn new(layout: Arc<Layout>, text: ApplicationText) -> Self {
        let ledger = Ledger::new(&layout, text);
        let indices = Indices::new(&layout, &ledger);
        Self { layout, ledger, indices }
    }

    /// The center.
    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The truth, to read.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Brings the hash of the ledger up to date.
    pub(crate) fn settle_hash(&mut self) {
        self.ledger.settle();
    }

    /// The engine's clock.
    pub(crate) fn clock(&self) -> Instant {
        self.ledger.clock
    }

    /// Moves the clock on; it never goes back.
    pub(crate) fn set_clock(&mut self, to: Instant) {
        self.ledger.clock = self.ledger.clock.max(to);
    }

    /// The callback with this id.
    pub(crate) fn find(&self, id: &CallbackId) -> Option<Sequence> {
        self.indices.ids.get(id).copied()
    }

    /// The earliest deadline.
    pub(crate) fn first_deadline(&self) -> Option<&Due> {
        self.indices.deadlines.first()
    }

    /// The pair that matching takes next, if any is left: the highest-ranked matchable callback that some ready
    /// agent may serve, with the best of those agents.
    pub(crate) fn best_match(&mut self) -> Option<Match> {
        let now = self.ledger.clock;
        if let Some(found) = self.best_on_line() {
            return Some(found);
        }
        let mut best: Option<(Rank, ClassIndex)> = None;
        for class in self.indices.classes.candidates() {
            match self.head(class, now) {
                Some(rank) if best.is_none_or(|(other, _)| rank > other) => best = Some((rank, class)),
                Some(_) => {}
                None => self.indices.classes.dismiss(class),
            }
        }
        let (rank, class) = best?;
        let queue = self.indices.classes.get(class)?.key().queue;
        let agent = self.best_agent(class, queue)?;
        Some(Match { callback: rank.sequence.0, agent, queue, score: rank.score })
    }

    /// The rank of a class's first callback, if one waits, its queue is open and an agent is ready for it.
    fn head(&mut self, class: ClassIndex, now: Instant) -> Option<Rank> {
        let found = self.indices.classes.get(class)?;
        let rank = found.head(&self.layout, now)?;
        let queue = found.key().queue;
        if !self.indices.profiles.any_ready(found.serving()) {
            return None;
        }
        self.may_dial(queue).then_some(rank)
    }
}
