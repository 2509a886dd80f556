//! The lengths of lines over time.

use std::collections::{BTreeMap, BTreeSet};

use ringback_engine::{Instant, Name};

use super::{By, Course, Longest};

/// The lengths of all lines. A length counts once time passes: who is served at the instant of the request never
/// waited.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    now: Instant,
    total: Line,
    queues: BTreeMap<Name, Line>,
    /// Queues whose length has changed at `now`.
    changed: BTreeSet<Name>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Line {
    length: u64,
    longest: Longest,
}

impl Line {
    fn measure(&mut self, at: Instant) {
        if self.length > self.longest.waiting {
            self.longest = Longest { waiting: self.length, at: Some(at) };
        }
    }
}

impl Lines {
    /// Lets the time pass, and notes in `course` which lengths lasted.
    pub(super) fn pass(&mut self, now: Instant, mut course: Option<&mut Course>) {
        if now <= self.now {
            return;
        }
        for queue in std::mem::take(&mut self.changed) {
            if let Some(line) = self.queues.get_mut(&queue) {
                line.measure(self.now);
                if let Some(course) = course.as_deref_mut() {
                    course.line(&queue, self.now, line.length);
                }
            }
        }
        self.total.measure(self.now);
        self.now = now;
    }

    /// A callback joins a line.
    pub(super) fn join(&mut self, queue: &Name) {
        self.total.length += 1;
        self.queues.entry(queue.clone()).or_default().length += 1;
        self.changed.insert(queue.clone());
    }

    /// A callback leaves a line.
    pub(super) fn leave(&mut self, queue: &Name) {
        self.total.length = self.total.length.saturating_sub(1);
        if let Some(line) = self.queues.get_mut(queue) {
            line.length = line.length.saturating_sub(1);
        }
        self.changed.insert(queue.clone());
    }

    /// The longest they were.
    pub(super) fn longest(mut self) -> By<Longest> {
        self.pass(Instant::MAX, None);
        let by_queue = self.queues.into_iter().map(|(queue, line)| (queue, line.longest)).collect();
        By { all: self.total.longest, by_queue }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn the_longest_line_is_one_that_lasted() {
        let (a, b) = (Name::new("a"), Name::new("b"));
        let mut lines = Lines::default();
        lines.pass(at(1), None);
        lines.join(&a);
        lines.pass(at(2), None);
        lines.join(&a);
        lines.join(&b);
        lines.leave(&a);
        lines.leave(&a);
        lines.pass(at(3), None);
        lines.join(&b);
        lines.pass(at(4), None);
        lines.leave(&b);
        lines.leave(&b);
        let longest = lines.longest();
        assert_eq!(longest.all, Longest { waiting: 2, at: Some(at(3)) });
        assert_eq!(longest.by_queue[&a], Longest { waiting: 1, at: Some(at(1)) });
        assert_eq!(longest.by_queue[&b], Longest { waiting: 2, at: Some(at(3)) });
        assert_eq!(Lines::default().longest().all, Longest::default());
    }
}
