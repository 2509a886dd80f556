//! Queues: who waits, who is on a call, and whether the queue is open.

use std::collections::BTreeSet;

use super::deadlines::{Deadlines, Owner};
use super::timetable::Timetable;
use crate::center::{Layout, Openness, QueueIndex};
use crate::value::{Instant, Sequence};

/// All queues, in the layout's order.
#[derive(Clone, Debug, Default)]
pub(super) struct Queues(Vec<QueueRecord>);

/// One queue.
#[derive(Clone, Debug, Default)]
pub(super) struct QueueRecord {
    /// Callbacks Queued, by place.
    pub(super) waiting: BTreeSet<(Instant, Sequence)>,
    /// Callbacks Routing that were reserved from it.
    pub(super) routing: u32,
    /// Those of them without an agent: dialled ahead.
    pub(super) ahead: u32,
    /// Callbacks Processing that were reserved from it.
    pub(super) processing: u32,
    /// Callbacks in the lines of its classes.
    pub(super) in_line: usize,
    /// The deadline set for the next change of its hours, or for when its dial rate has room again.
    armed: Option<Instant>,
    /// Its hours, as asked last, and at which instant; they hold until they say that they change.
    asked: Option<(Instant, Openness)>,
}

impl QueueRecord {
    fn openness(&mut self, timetable: &Timetable, queue: QueueIndex, now: Instant) -> Openness {
        if let Some((since, openness)) = self.asked
            && since <= now
            && openness.until().is_none_or(|until| now < until)
        {
            return openness;
        }
        let openness = timetable.queue(queue).map_or(Openness::Open(None), |hours| hours.openness(now));
        self.asked = Some((now, openness));
        openness
    }
}

impl Queues {
    pub(super) fn new(layout: &Layout) -> Self {
        Self(layout.queue_indices().map(|_| QueueRecord::default()).collect())
    }

    pub(super) fn get(&self, queue: QueueIndex) -> Option<&QueueRecord> {
        self.0.get(queue.position())
    }

    pub(super) fn get_mut(&mut self, queue: QueueIndex) -> Option<&mut QueueRecord> {
        self.0.get_mut(queue.position())
    }

    /// Asks for a queue's hours anew: they are not what they were.
    pub(super) fn forget_hours(&mut self, queue: QueueIndex) {
        if let Some(record) = self.get_mut(queue) {
            record.asked = None;
        }
    }

    /// Whether a queue is open now.
    pub(super) fn is_open(&mut self, timetable: &Timetable, queue: QueueIndex, now: Instant) -> bool {
        let record = self.get_mut(queue);
        record.is_some_and(|record| matches!(record.openness(timetable, queue, now), Openness::Open(_)))
    }

    /// When an open queue closes, if it ever does.
    pub(super) fn closes_at(
        &mut self,
        timetable: &Timetable,
        queue: QueueIndex,
        now: Instant,
    ) -> Option<Instant> {
        self.get_mut(queue)?.openness(timetable, queue, now).until()
    }

    /// Counts one more or one less in the lines of a queue, and wakes it at the next change of its hours while
    /// somebody is in line. Answers whether a change that is due now has to be seen to, since it will not wake it.
    pub(super) fn count_in_line(
        &mut self,
        timetable: &Timetable,
        queue: QueueIndex,
        (now, full_until): (Instant, Option<Instant>),
        enters: bool,
        deadlines: &mut Deadlines,
    ) -> bool {
        let Some(record) = self.get_mut(queue) else { return false };
        record.in_line =
            if enters { record.in_line.saturating_add(1) } else { record.in_line.saturating_sub(1) };
        let (rearms, due) = (record.in_line <= 1, record.armed.is_some_and(|at| at <= now));
        if rearms {
            self.arm(timetable, queue, (now, full_until), deadlines);
        }
        rearms && due
    }

    /// Sets the deadline for the next change of a queue's hours, or for when its dial rate, full until then, has room
    /// again; or clears it while nobody is in line.
    pub(super) fn arm(
        &mut self,
        timetable: &Timetable,
        queue: QueueIndex,
        (now, full_until): (Instant, Option<Instant>),
        deadlines: &mut Deadlines,
    ) {
        let Some(record) = self.get_mut(queue) else { return };
        let changes = |record: &mut QueueRecord| {
            let hours = record.openness(timetable, queue, now).until();
            hours.into_iter().chain(full_until).min()
        };
        let next = if record.in_line == 0 { None } else { changes(record) };
        if record.armed == next {
            return;
        }
        if let Some(at) = record.armed {
            deadlines.other(Owner::Queue(queue), at, false);
        }
        if let Some(at) = next {
            deadlines.other(Owner::Queue(queue), at, true);
        }
        record.armed = next;
    }

    /// What differs from other queues, which were counted anew.
    pub(super) fn audit(&self, fresh: &Self, faults: &mut Vec<String>) {
        for (index, (ours, theirs)) in self.0.iter().zip(&fresh.0).enumerate() {
            let same = ours.waiting == theirs.waiting
                && ours.routing == theirs.routing
                && ours.ahead == theirs.ahead
                && ours.processing == theirs.processing
                && ours.in_line == theirs.in_line
                && ours.armed == theirs.armed;
            if !same {
                faults.push(format!("queue {index}: counts {ours:?} where the states say {theirs:?}"));
            }
        }
    }
}
