//! The simulated world around the engine: customers ask and answer, agents come and go, calls ring and end.
//!
//! At one instant it acts in this order: the engine's deadlines; log-ins and `ready`; outcomes of attempts, ends
//! of interactions, and what those say who were asked for something, in the order they were begun; `not_ready` and
//! log-outs; cancellations; whatever else customers ask for; what people of the center change; requests. What an action
//! brings about at the same instant takes its place in this order.

mod agenda;
mod customer;
mod play;
mod verbs;

#[cfg(test)]
mod tests;

use std::fmt;

use ringback_engine::Instant;
use ringback_engine::protocol::{Effect, Refusal};
use ringback_engine::record::Request;

use crate::streams::{BadLines, StreamError};

pub use play::{play, play_until, play_with};
pub use verbs::{Standing, Timed, Verbs};

/// Whoever watches a run: an event log, a summary, a progress bar.
pub trait Observer {
    /// A customer asked for a callback. The effects of it follow; a line that is bad because its id is in use is
    /// not told.
    fn requested(&mut self, at: Instant, request: &Request) {
        let _ = (at, request);
    }

    /// Somebody of the center asked anew for a callback, and the engine accepted or rejected that. The effects of it follow.
    fn asked_anew(&mut self) {}

    /// The engine brought about an effect. Of a callback that came back to the line or was connected, `standing`
    /// says where it stands.
    fn effect(&mut self, effect: &Effect, standing: Option<&Standing>) {
        let _ = (effect, standing);
    }

    /// The engine refused what the world did.
    fn refused(&mut self, refusal: &Refusal) {
        let _ = refusal;
    }
}

/// All of them, in order.
impl Observer for Vec<&mut dyn Observer> {
    fn requested(&mut self, at: Instant, request: &Request) {
        self.iter_mut().for_each(|observer| observer.requested(at, request));
    }

    fn asked_anew(&mut self) {
        self.iter_mut().for_each(|observer| observer.asked_anew());
    }

    fn effect(&mut self, effect: &Effect, standing: Option<&Standing>) {
        self.iter_mut().for_each(|observer| observer.effect(effect, standing));
    }

    fn refused(&mut self, refusal: &Refusal) {
        self.iter_mut().for_each(|observer| observer.refused(refusal));
    }
}

/// What a run played to the end leaves to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Requests whose id another callback had.
    pub bad: BadLines,
}

/// Why a run stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayError {
    /// A file can't be read on.
    Stream(StreamError),
    /// The engine is told the time of its next deadline, and it stays. A defect of the engine.
    Stuck(Instant),
}

impl fmt::Display for PlayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(error) => error.fmt(f),
            Self::Stuck(at) => {
                write!(
                    f,
                    "the engine's deadline at {at} does not pass; this is a defect of the engine, report it"
                )
            }
        }
    }
}

impl std::error::Error for PlayError {}

impl From<StreamError> for PlayError {
    fn from(error: StreamError) -> Self {
        Self::Stream(error)
    }
}
