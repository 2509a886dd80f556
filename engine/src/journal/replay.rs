//! Repeating the calls of a journal, and comparing what comes of them.

use std::fmt;

use super::{Call, Entry, Header, Returned, Seal, digest};
use crate::Engine;
use crate::protocol::{Application, Effect};
use crate::value::Instant;

/// An engine that repeats a journal's calls.
pub struct Replay<A> {
    engine: Engine<A>,
    effects: Vec<Effect>,
    text: Vec<u8>,
}

/// Where a replay went another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The entry; `None` if it is the state before the first or after the last.
    pub entry: Option<(u64, Instant)>,
    /// What was not the same.
    pub unequal: Unequal,
}

/// What was not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unequal {
    /// What the call returned.
    Returned {
        /// In the journal.
        journal: Box<Returned>,
        /// In the replay.
        replay: Box<Returned>,
    },
    /// How many effects it had.
    Effects {
        /// In the journal.
        journal: usize,
        /// In the replay.
        replay: usize,
    },
    /// The effects themselves.
    Digest {
        /// In the journal.
        journal: u64,
        /// In the replay.
        replay: u64,
    },
    /// The state after the entry.
    Mark {
        /// In the journal.
        journal: u64,
        /// In the replay.
        replay: u64,
    },
    /// The state before the first entry.
    Beginning {
        /// That of the journal.
        journal: u128,
        /// That of the engine.
        replay: u128,
    },
    /// The state after the last entry.
    State {
        /// In the journal.
        journal: u128,
        /// In the replay.
        replay: u128,
    },
    /// An effect could not be written as JSON.
    Unwritable(String),
}

impl<A: Application> Replay<A> {
    /// A replay from the start, on the engine that the header describes.
    #[must_use]
    pub fn new(engine: Engine<A>) -> Self {
        Self { engine, effects: Vec::new(), text: Vec::new() }
    }

    /// Compares the state at the start, where the header names one.
    ///
    /// # Errors
    ///
    /// It is another: the engine was not restored from the snapshot that the journal begins from.
    pub fn header(&self, header: &Header) -> Result<(), Difference> {
        let Some(journal) = header.after else { return Ok(()) };
        let replay = self.engine.state_hash();
        if journal == replay {
            return Ok(());
        }
        Err(Difference { entry: None, unequal: Unequal::Beginning { journal, replay } })
    }

    /// Repeats one call. After a difference the rest of the journal says nothing about this engine any more.
    ///
    /// # Errors
    ///
    /// Something else came of it.
    pub fn entry(&mut self, entry: &Entry) -> Result<(), Difference> {
        self.effects.clear();
        let returned = match &entry.call {
            Call::Advance => self.engine.advance(entry.at, &mut self.effects).into(),
            Call::Apply(command) => self.engine.apply(entry.at, command.clone(), &mut self.effects).into(),
        };
        self.compare(entry, returned)
            .map_err(|unequal| Difference { entry: Some((entry.entry, entry.at)), unequal })
    }

    /// Compares the state at the end.
    ///
    /// # Errors
    ///
    /// It is another.
    pub fn seal(&self, seal: &Seal) -> Result<(), Difference> {
        let (journal, replay) = (seal.state, self.engine.state_hash());
        if journal == replay {
            return Ok(());
        }
        Err(Difference { entry: None, unequal: Unequal::State { journal, replay } })
    }

    /// The effects of the entry repeated last.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The engine, to go on with it.
    #[must_use]
    pub fn into_engine(self) -> Engine<A> {
        self.engine
    }

    fn compare(&mut self, entry: &Entry, returned: Returned) -> Result<(), Unequal> {
        if returned != entry.returned {
            let journal = Box::new(entry.returned.clone());
            return Err(Unequal::Returned { journal, replay: Box::new(returned) });
        }
        let (journal, replay) = (entry.effects, self.effects.len());
        if journal != replay {
            return Err(Unequal::Effects { journal, replay });
        }
        let replay =
            digest(&self.effects, &mut self.text).map_err(|error| Unequal::Unwritable(error.to_string()))?;
        let journal = entry.digest;
        if journal != replay {
            return Err(Unequal::Digest { journal, replay });
        }
        let Some(journal) = entry.state else { return Ok(()) };
        let replay = self.engine.mark();
        if journal == replay { Ok(()) } else { Err(Unequal::Mark { journal, replay }) }
    }
}

impl Unequal {
    /// The field of the journal that is not the same: `returned`, `effects`, `digest`, `after` or `state`.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Returned { .. } => "returned",
            Self::Effects { .. } => "effects",
            Self::Digest { .. } | Self::Unwritable(_) => "digest",
            Self::Beginning { .. } => "after",
            Self::Mark { .. } | Self::State { .. } => "state",
        }
    }
}

impl fmt::Display for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::More => f.write_str("more is due"),
            Self::Late => f.write_str("late"),
            Self::Refused(refusal) => write!(f, "refused ({refusal})"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unequal = &self.unequal;
        match (self.entry, unequal) {
            (Some((entry, at)), _) => {
                write!(f, "entry {entry} at {at} differs in `{}`: {unequal}", unequal.field())
            }
            (None, Unequal::Beginning { .. }) => unequal.fmt(f),
            (None, _) => write!(f, "every entry is the same, but {unequal}"),
        }
    }
}

impl fmt::Display for Unequal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned { journal, replay } => write!(f, "the journal has {journal}, the replay {replay}"),
            Self::Effects { journal, replay } => {
                write!(f, "the journal has {journal} effects, the replay {replay}")
            }
            Self::Digest { journal, replay } => {
                write!(f, "the journal has effects with digest {journal:016x}, the replay {replay:016x}")
            }
            Self::Mark { journal, replay } => {
                write!(f, "the journal has a state with mark {journal:016x}, the replay {replay:016x}")
            }
            Self::Beginning { journal, replay } => write!(
                f,
                "the journal begins after the snapshot with state {journal:032x}, and this engine is in state \
                 {replay:032x}; restore that snapshot first"
            ),
            Self::State { journal, replay } => {
                write!(f, "the journal ends in state {journal:032x}, the replay in {replay:032x}")
            }
            Self::Unwritable(cause) => write!(f, "an effect can't be written as JSON: {cause}"),
        }
    }
}

impl std::error::Error for Difference {}
