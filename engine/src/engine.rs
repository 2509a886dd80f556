//! The face of the core: three verbs and the reads.

use std::sync::Arc;

use crate::center::Layout;
use crate::protocol::{Application, Command, Effect, Refusal};
use crate::value::Instant;

/// Whether a call fired all that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Advanced {
    /// Nothing that is due is left.
    Done,
    /// The call fired as much as one call does; call again.
    More,
}

/// A callback engine for one center.
pub struct Engine<A> {
    application: A,
}

impl<A: Application> Engine<A> {
    /// An engine with nobody logged in and nobody waiting.
    pub fn new(layout: impl Into<Arc<Layout>>, application: A) -> Self {
        let _ = layout.into();
        Self { application }
    }

    /// Lets the time pass until `now`, then does one thing. Effects are appended to `effects`, also those of the
    /// time that passed before a refusal.
    ///
    /// # Errors
    ///
    /// The command was not done, and changed nothing.
    pub fn apply(&mut self, now: Instant, command: Command, effects: &mut Vec<Effect>) -> Result<(), Refusal> {
        let _ = (now, command, effects);
        Err(Refusal::Behind)
    }

    /// Lets the time pass until `now`.
    pub fn advance(&mut self, now: Instant, effects: &mut Vec<Effect>) -> Advanced {
        let _ = (now, effects);
        Advanced::Done
    }

    /// The next instant at which something happens by itself; the host calls [`advance`](Self::advance) then.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        None
    }

    /// The application.
    pub fn application(&self) -> &A {
        &self.application
    }

    /// The application, to read what it counted or to change how it runs; not its rules.
    pub fn application_mut(&mut self) -> &mut A {
        &mut self.application
    }

    /// A hash of the whole state: equal states have equal hashes.
    #[must_use]
    pub fn state_hash(&self) -> u128 {
        0
    }
}
