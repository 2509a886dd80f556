//! The three verbs of an engine, as the world uses them, so that calls can be timed or kept in a journal.

use std::time::{Duration as Elapsed, Instant as Clock};

use ringback_engine::protocol::{Application, Command, Effect, Refusal};
use ringback_engine::{Advanced, CallbackId, Engine, Instant, Name};

/// What the events do not say of a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The place in line.
    pub place: Instant,
    /// The queue it is in, or was reserved from.
    pub queue: Option<Name>,
}

/// The three verbs of an engine, and one look at a callback.
pub trait Verbs {
    /// See [`Engine::apply`].
    ///
    /// # Errors
    ///
    /// The command was not done.
    fn apply(&mut self, now: Instant, command: Command, effects: &mut Vec<Effect>) -> Result<(), Refusal>;

    /// See [`Engine::advance`].
    fn advance(&mut self, now: Instant, effects: &mut Vec<Effect>) -> Advanced;

    /// See [`Engine::next_deadline`].
    fn next_deadline(&self) -> Option<Instant>;

    /// Where a callback stands; `None` if there is no such callback.
    fn standing(&self, callback: &CallbackId) -> Option<Standing>;

    /// See [`Engine::mark`]; `None` of one that has none.
    fn mark(&mut self) -> Option<u64> {
        None
    }
}

impl<A: Application> Verbs for Engine<A> {
    fn apply(&mut self, now: Instant, command: Command, effects: &mut Vec<Effect>) -> Result<(), Refusal> {
        Self::apply(self, now, command, effects)
    }

    fn advance(&mut self, now: Instant, effects: &mut Vec<Effect>) -> Advanced {
        Self::advance(self, now, effects)
    }

    fn next_deadline(&self) -> Option<Instant> {
        Self::next_deadline(self)
    }

    fn mark(&mut self) -> Option<u64> {
        Some(Self::mark(self))
    }

    fn standing(&self, callback: &CallbackId) -> Option<Standing> {
        let callback = self.callback(callback)?;
        let queue = callback.state.queue().and_then(|queue| self.layout().queue(queue));
        Some(Standing { place: callback.place, queue: queue.map(|queue| queue.name.clone()) })
    }
}

/// Counts calls of `apply` and `advance`, and the time spent in them.
#[derive(Debug)]
pub struct Timed<E> {
    /// What is timed.
    pub inner: E,
    /// Calls so far.
    pub steps: u64,
    /// Time spent in them.
    pub elapsed: Elapsed,
}

impl<E> Timed<E> {
    /// Nothing counted yet.
    pub fn new(inner: E) -> Self {
        Self { inner, steps: 0, elapsed: Elapsed::ZERO }
    }

    fn time<T>(&mut self, call: impl FnOnce(&mut E) -> T) -> T {
        let begun = Clock::now();
        let result = call(&mut self.inner);
        self.elapsed += begun.elapsed();
        self.steps += 1;
        result
    }
}

impl<E: Verbs> Verbs for Timed<E> {
    fn apply(&mut self, now: Instant, command: Command, effects: &mut Vec<Effect>) -> Result<(), Refusal> {
        self.time(|engine| engine.apply(now, command, effects))
    }

    fn advance(&mut self, now: Instant, effects: &mut Vec<Effect>) -> Advanced {
        self.time(|engine| engine.advance(now, effects))
    }

    fn mark(&mut self) -> Option<u64> {
        self.inner.mark()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.inner.next_deadline()
    }

    fn standing(&self, callback: &CallbackId) -> Option<Standing> {
        self.inner.standing(callback)
    }
}
