//! Overflow under conditions: every edge of everybody's plan is looked at, and its condition read anew.

use ringback_engine::center::Overflow;
use ringback_engine::protocol::{Application, View};
use ringback_engine::{Duration, Instant, Name, Sequence};

use super::Naive;
use super::world::{Callback, State, World};

/// What a condition says in words: which number, how it is compared, with what.
fn words(edge: &Overflow) -> [String; 3] {
    let text = edge.when.expect("a conditional one").to_string();
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    words.try_into().expect("three words")
}

fn compared(value: i64, how: &str, with: i64) -> bool {
    match how {
        ">" => value > with,
        ">=" => value >= with,
        "<" => value < with,
        "<=" => value <= with,
        "==" => value == with,
        "!=" => value != with,
        _ => panic!("no comparison"),
    }
}

impl World {
    pub(super) fn overflow_holds(&self, queue: &str, edge: &Overflow) -> bool {
        let [what, how, with] = words(edge);
        let line = self.line(queue).expect("a queue of the center");
        let span = |span: Duration| (span.millis(), with.parse::<Duration>().expect("a span").millis());
        let count = |count: u32| (i64::from(count), with.parse::<i64>().expect("a count"));
        let (value, with) = match what.as_str() {
            "waiting" => count(line.waiting),
            "agents" => count(line.agents),
            "ready" => count(line.ready),
            "oldest" => span(line.oldest),
            "ewt" => match line.ewt {
                Some(ewt) => span(ewt),
                None => return false,
            },
            _ => panic!("no number of a queue"),
        };
        compared(value, &how, with)
    }

    /// The edges that a callback may still take, by position, and since when it may.
    fn may_overflow<'a>(&self, callback: &'a Callback) -> Vec<(usize, &'a Overflow, Instant)> {
        let (State::Queued { .. }, Some(way)) = (&callback.state, &callback.way) else { return Vec::new() };
        let edges = way.plan.overflow().iter().enumerate();
        let left = edges
            .filter(|(position, _)| way.queue == *way.plan.queue() && !way.overflowed.contains(position));
        left.map(|(position, edge)| (position, edge, way.since.after(edge.after))).collect()
    }

    /// Who overflows next, by which edge.
    fn overflowing(&self) -> Option<(Sequence, usize)> {
        let number = |name: &Name| self.center.queues.iter().position(|queue| queue.name == *name);
        let mut found = Vec::new();
        for callback in &self.callbacks {
            for (position, edge, due) in self.may_overflow(callback) {
                let from = callback.queue().expect("in a queue");
                let open = self.has_queue(&edge.to) && self.takes_in(&edge.to);
                if due <= self.now && open && self.overflow_holds(from, edge) {
                    found.push((number(from), position, edge.clone(), due, callback.sequence));
                }
            }
        }
        found.into_iter().min().map(|(_, position, .., sequence)| (sequence, position))
    }

    /// When time alone may have somebody overflow: a delay is over, or the oldest has waited so long.
    pub(super) fn overflow_due(&self) -> Vec<Instant> {
        let mut instants = Vec::new();
        for callback in &self.callbacks {
            for (_, edge, due) in self.may_overflow(callback) {
                instants.push(due);
                let [what, how, with] = words(edge);
                if what == "oldest" {
                    let here = |other: &&Callback| {
                        matches!(other.state, State::Queued { .. }) && other.queue() == callback.queue()
                    };
                    let place = self.callbacks.iter().filter(here).map(|other| other.place).min();
                    let with = with.parse::<Duration>().expect("a span").millis();
                    let first = place.expect("it waits").millis();
                    let turns =
                        |waited: &i64| compared(*waited, &how, with) != compared(waited - 1, &how, with);
                    instants.extend(
                        [with, with + 1].iter().filter(|w| turns(w)).map(|w| Instant::from_millis(first + w)),
                    );
                }
            }
        }
        instants
    }
}

impl<A: Application> Naive<A> {
    /// Moves one whom a condition moves; whether there was one.
    pub(super) fn overflow(&mut self) -> bool {
        let Some((sequence, position)) = self.world.overflowing() else { return false };
        let way = self.world.callback_mut(sequence).way.as_mut().expect("in a queue");
        let edge = way.plan.overflow()[position].clone();
        way.queue = edge.to;
        way.overflowed.push(position);
        self.report_step_when(sequence, edge.when);
        if self.keep_window(sequence) {
            self.report_held(sequence);
        }
        true
    }
}
