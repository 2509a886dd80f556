//! Overflow under conditions: the numbers of queues, counted from commands and effects, and who leaves by them.

use std::collections::VecDeque;

use ringback_engine::center::{Condition, Overflow, Plan};
use ringback_engine::{Duration, Instant};

use super::Checker;
use super::known::{Known, Stage};

/// Connections of a queue that tell its pace.
const PACED: usize = 32;

/// What conditions ask of a queue.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    pub(super) waiting: usize,
    /// How long the earliest place has waited.
    pub(super) oldest: Duration,
    /// What those waiting take at the pace of the last connections.
    pub(super) ewt: Option<Duration>,
    pub(super) agents: usize,
    pub(super) ready: usize,
    /// Whether it takes in somebody.
    open: bool,
}

/// What the numbers of all queues were when a callback was about to enter one, and where it stood.
#[derive(Debug)]
pub(super) struct Entry {
    queues: Vec<Numbers>,
    here: usize,
}

impl Numbers {
    /// Whether a condition holds, as it is written.
    fn meet(&self, when: Condition) -> bool {
        let text = when.to_string();
        let [what, how, with] = text.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{text} is no comparison");
        };
        let span = |span: Duration| (span.millis(), with.parse::<Duration>().expect("a span").millis());
        let count = |count: usize| (count as i64, with.parse::<i64>().expect("a count"));
        let (value, with) = match (what, self.ewt) {
            ("waiting", _) => count(self.waiting),
            ("agents", _) => count(self.agents),
            ("ready", _) => count(self.ready),
            ("oldest", _) => span(self.oldest),
            (_, Some(ewt)) => span(ewt),
            (_, None) => return false,
        };
        match how {
            ">" => value > with,
            ">=" => value >= with,
            "<" => value < with,
            "<=" => value <= with,
            "==" => value == with,
            _ => value != with,
        }
    }
}

impl Checker {
    /// The numbers of a queue now.
    pub(super) fn numbers(&self, queue: usize) -> Numbers {
        let queued = self.queued.iter().map(|sequence| &self.callbacks[sequence]);
        let here = queued.filter(|known| known.way.as_ref().is_some_and(|way| way.queue == queue));
        let places: Vec<Instant> = here.map(|known| known.place).collect();
        let oldest = places.iter().min().map_or(0, |place| self.now.millis() - place.millis());
        let there =
            |agent: &usize| self.people[*agent].session.is_some() && self.facts.meets_queue(*agent, queue);
        let agents: Vec<usize> = (0..self.people.len()).filter(there).collect();
        let ready = agents.iter().filter(|agent| self.is_ready(**agent)).count();
        let connected = &self.connected[queue];
        let ewt =
            connected.front().zip(connected.back()).filter(|_| connected.len() > 1).map(|(first, last)| {
                let gaps = connected.len() as i64 - 1;
                Duration::from_millis((last.millis() - first.millis()) * places.len() as i64 / gaps)
            });
        Numbers {
            waiting: places.len(),
            oldest: Duration::from_millis(oldest.max(0)),
            ewt,
            agents: agents.len(),
            ready,
            open: self.takes_in(queue),
        }
    }

    /// A queue has connected somebody.
    pub(super) fn count_connection(&mut self, queue: usize) {
        let connected: &mut VecDeque<Instant> = &mut self.connected[queue];
        connected.push_back(self.now);
        if connected.len() > PACED {
            connected.pop_front();
        }
    }

    /// A callback that comes back is about to take a new plan: what is asked of queues is asked before it is counted
    /// in the line again and its agent is free.
    pub(super) fn note_entry(&mut self, here: usize) {
        let queues = (0..self.facts.center.queues.len()).map(|queue| self.numbers(queue)).collect();
        self.entry = Some(Entry { queues, here });
    }

    /// The edge that a callback takes on entering the first queue of its plan, and where it leads.
    pub(super) fn edge_on_entry(&mut self, sequence: u64, plan: &Plan) -> Option<(usize, usize)> {
        let entry = self.entry.take();
        if plan.overflow().is_empty() {
            return None;
        }
        let here = match (&entry, &self.callbacks[&sequence]) {
            (Some(entry), _) => Some(entry.here),
            (None, Known { stage: Stage::Queued { .. }, way: Some(way), .. }) => Some(way.queue),
            _ => None,
        };
        let numbers = |queue: usize| {
            entry.as_ref().map_or_else(|| self.numbers(queue), |entry| entry.queues[queue].clone())
        };
        let first = numbers(self.facts.queue_named(plan.queue())?);
        plan.overflow().iter().enumerate().find_map(|(position, edge)| {
            let to = self.facts.queue_named(&edge.to)?;
            let open = here == Some(to) || numbers(to).open;
            let meets = edge.when.is_some_and(|when| first.meet(when));
            (edge.after <= Duration::ZERO && open && meets).then_some((position, to))
        })
    }

    /// The edges that a callback may still take, by position, and since when it may.
    fn edges<'a>(&self, known: &'a Known) -> impl Iterator<Item = (usize, &'a Overflow, Instant)> {
        let way = known.way.as_ref().filter(|_| matches!(known.stage, Stage::Queued { .. }));
        let way = way.filter(|way| self.facts.queue(way.queue).name == *way.plan.queue());
        way.into_iter().flat_map(|way| {
            let edges = way.plan.overflow().iter().enumerate();
            let left = edges.filter(|(position, _)| !way.overflowed.contains(position));
            left.map(|(position, edge)| (position, edge, way.since.after(edge.after)))
        })
    }

    /// Who has to go on now, and by which edge: queue by queue, edge by edge, who may take it longest first.
    fn overflowing(&self) -> Option<(u64, usize)> {
        let mut numbers: Vec<Option<Numbers>> = vec![None; self.facts.center.queues.len()];
        let mut goers = Vec::new();
        for sequence in &self.queued {
            let known = &self.callbacks[sequence];
            let from = known.way.as_ref().map_or(0, |way| way.queue);
            for (position, edge, due) in self.edges(known).filter(|(.., due)| *due <= self.now) {
                let Some(to) = self.facts.queue_named(&edge.to) else { continue };
                for queue in [from, to] {
                    numbers[queue].get_or_insert_with(|| self.numbers(queue));
                }
                let meets = |numbers: &Numbers| edge.when.is_some_and(|when| numbers.meet(when));
                let goes = numbers[to].as_ref().is_some_and(|numbers| numbers.open)
                    && numbers[from].as_ref().is_some_and(meets);
                if goes {
                    goers.push((from, position, edge, due, *sequence));
                }
            }
        }
        goers.into_iter().min().map(|(_, position, .., sequence)| (sequence, position))
    }

    /// A condition moves a callback: it holds, nobody else is to go before, and whoever can be matched is.
    pub(super) fn overflows(&mut self, sequence: u64, when: Condition) {
        self.nobody_is_idle();
        let goes = self.overflowing();
        let way = self.callbacks[&sequence].way.as_ref();
        let edge = goes.zip(way).and_then(|((_, position), way)| way.plan.overflow().get(position)).cloned();
        let right = goes.is_some_and(|(first, _)| first == sequence)
            && edge.as_ref().is_some_and(|edge| edge.when == Some(when));
        let away = self.away.is_some_and(|until| until > self.now);
        self.judge
            .must(59, right && !away, || format!("{sequence} overflows by {when}, and {goes:?} should"));
        let Some((edge, (_, position))) = edge.zip(goes) else { return };
        let to = self.facts.queue_named(&edge.to);
        let known = self.callbacks.get_mut(&sequence).expect("found");
        if let Some((way, to)) = known.way.as_mut().zip(to) {
            way.overflowed.push(position);
            way.queue = to;
            way.entered = self.now;
            way.able = self.facts.able(&way.need, to);
        }
    }

    /// Nobody is left in a queue whose condition holds.
    pub(super) fn nobody_is_left(&mut self) {
        if self.away.is_some()
            || self
                .facts
                .center
                .queues
                .iter()
                .all(|queue| queue.overflow.iter().all(|edge| edge.when.is_none()))
        {
            return;
        }
        let left = self.overflowing();
        self.judge.must(59, left.is_none(), || format!("{left:?} should overflow, and does not"));
    }
}
