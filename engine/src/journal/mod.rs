//! The journal: every call of an engine with its instant and what came of it, so that a run can be repeated and
//! compared. It is text, one JSON object a line, and this module only turns lines into values and back: reading
//! and writing files is the host's.
//!
//! The first line is the [`Header`]: versions, center, application, and where the run begins. Then comes an [`Entry`]
//! for each call of [`Engine::apply`](crate::Engine::apply) or [`Engine::advance`](crate::Engine::advance), and last the
//! [`Seal`] with the hash of the state. Each line ends with a checksum that covers it and the checksum before, so that a
//! line changed, lost or moved is noticed, and so is a journal that was cut.
//!
//! # Surviving a crash
//!
//! An entry has two spellings. A run that can be begun anew writes it whole, when the call was made:
//! `{"entry":7,"at":…,"call":…,"returned":"done","effects":3,"digest":"…","state":"…"}`. A host that must survive a crash writes
//! the call *ahead*, and has it on disk before it makes it: `{"entry":7,"at":…,"call":…}`. What came of it follows as
//! `{"of":7,"returned":"done",…}`. Several calls can be ahead, so that one flush serves them all; their ends follow in
//! the same order. After a crash the host reads as far as the lines are whole, cuts the file at
//! [`Reader::bytes`], makes the calls again whose entries it read, compares what comes of them ([`Replay`]), and goes on
//! with [`Writer::resume`]: first with the calls that have no end ([`Reader::ahead`]).
//!
//! # From one journal to the next
//!
//! A journal is read only by the engine that wrote it: the version of its form, of the engine, of the zone data and of
//! what runs the application must be the same, since another one may decide otherwise, and the refusal says which
//! differs. The way over, and also the way to keep journals short, is
//!
//! 1. with the old version, take a snapshot of the engine between two calls, and make sure that it is on disk;
//! 2. seal the journal with the hash of the state, which is that of the snapshot;
//! 3. with the new version, begin from that snapshot: [`Engine::restore`](crate::Engine::restore) within a version,
//!    [`Engine::carry_over`](crate::Engine::carry_over) from another one;
//! 4. open a new journal, whose header says [`after`](Header::after) which state it begins: [`Replay::header`] compares.
//!
//! A crash between two steps loses nothing. Until the new journal is there, the old one and what it began from say all,
//! and the steps are taken again.

mod line;
mod read;
mod replay;
mod write;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::center::Center;
use crate::protocol::{Command, Effect, Refusal};
use crate::value::Instant;

pub use crate::protocol::ApplicationText;
pub use read::{JournalError, Line, Reader};
pub use replay::{Difference, Replay, Unequal};
pub use write::Writer;

/// The version of the journal's form; another one is not read.
pub const FORMAT: u32 = 1;

/// The version of the engine that this is; journals of another are not replayed.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// The version of the time zone data built in; it decides when a calendar opens.
pub use crate::center::ZONES;

#[cfg(feature = "numbers")]
const NUMBERS: &str = crate::numbers::METADATA;
#[cfg(not(feature = "numbers"))]
const NUMBERS: &str = "";

/// What a replay needs to begin where the run began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The form of the journal, [`FORMAT`].
    #[serde(rename = "journal")]
    pub format: u32,
    /// The version of the engine that ran.
    pub engine: String,
    /// The version of its time zone data.
    pub zones: String,
    /// The version of the metadata under which numbers were resolved; empty where the engine was built without. A
    /// journal of another version is read all the same: what it said of a number stands in the command.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub numbers: String,
    /// The application that ran.
    pub application: ApplicationText,
    /// The center, as it was configured.
    pub center: Center,
    /// The hash of the state that the run begins from, which is that of a snapshot; a new engine if absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional128")]
    pub after: Option<u128>,
}

/// One call of the engine, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Counts up by one, from 0.
    pub entry: u64,
    /// The instant the host gave.
    pub at: Instant,
    /// The call.
    pub call: Call,
    /// What it returned.
    pub returned: Returned,
    /// How many effects it had.
    pub effects: usize,
    /// Their [`digest`].
    #[serde(with = "hex64")]
    pub digest: u64,
    /// The [`mark`](crate::Engine::mark) of the state afterwards, where the host wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional64")]
    pub state: Option<u64>,
}

/// A call that was written before it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ahead {
    /// The number of its entry.
    pub entry: u64,
    /// The instant the host gave.
    pub at: Instant,
    /// The call.
    pub call: Call,
}

/// A call that can change an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call<C = Command> {
    /// Time passes.
    Advance,
    /// Time passes, then something is done.
    Apply(C),
}

/// What a call returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returned {
    /// It was done; of `advance`: nothing due is left.
    Done,
    /// `advance` fired as much as one call does, and more is due.
    More,
    /// `advance` fired nothing: the host was away.
    Late,
    /// The command was not done.
    Refused(Refusal),
}

/// The end of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// How many entries there are.
    pub sealed: u64,
    /// The hash of the engine's state after the last.
    #[serde(with = "hex128")]
    pub state: u128,
}

impl Header {
    /// The header for a run of this engine.
    #[must_use]
    pub fn new(center: Center, application: ApplicationText) -> Self {
        let (engine, zones, numbers) = (ENGINE.into(), ZONES.into(), NUMBERS.into());
        Self { format: FORMAT, engine, zones, numbers, application, center, after: None }
    }

    /// The header for a run that begins in the state with this hash, instead of with a new engine.
    #[must_use]
    pub fn after(self, state: u128) -> Self {
        Self { after: Some(state), ..self }
    }

    /// Whether `runtime`, what would run the application here, is what ran it there.
    ///
    /// # Errors
    ///
    /// It is another, or another version; it may decide otherwise.
    pub fn runs_on(&self, runtime: &str) -> Result<(), JournalError> {
        read::same("application runtime", &self.application.runtime, runtime)
    }
}

impl From<Result<(), Refusal>> for Returned {
    fn from(result: Result<(), Refusal>) -> Self {
        result.map_or_else(Self::Refused, |()| Self::Done)
    }
}

impl From<crate::Advanced> for Returned {
    fn from(advanced: crate::Advanced) -> Self {
        match advanced {
            crate::Advanced::Done => Self::Done,
            crate::Advanced::More => Self::More,
            crate::Advanced::Late => Self::Late,
        }
    }
}

/// The digest of what a call brought about: xxh3, 64 bits, of the effects' JSON, each ended by a line feed.
///
/// `text` is working space; it is cleared first and holds that JSON afterwards.
///
/// # Errors
///
/// An effect can't be written as JSON; none of this crate is such.
pub fn digest(effects: &[Effect], text: &mut Vec<u8>) -> Result<u64, serde_json::Error> {
    text.clear();
    for effect in effects {
        serde_json::to_writer(&mut *text, effect)?;
        text.push(b'\n');
    }
    Ok(xxh3_64(text))
}

macro_rules! hexadecimal {
    ($module:ident, $number:ty, $digits:literal) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de};

            pub(super) fn serialize<S: Serializer>(number: &$number, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(&format_args!(concat!("{:0", $digits, "x}"), number))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<$number, D::Error> {
                let text = String::deserialize(d)?;
                <$number>::from_str_radix(&text, 16).map_err(de::Error::custom)
            }
        }
    };
}
hexadecimal!(hex64, u64, "16");
hexadecimal!(hex128, u128, "32");

/// A hash that may be absent.
macro_rules! optional {
    ($module:ident, $of:ident, $number:ty) => {
        mod $module {
            use serde::{Deserializer, Serializer};

            pub(super) fn serialize<S: Serializer>(state: &Option<$number>, s: S) -> Result<S::Ok, S::Error> {
                match state {
                    Some(state) => super::$of::serialize(state, s),
                    None => s.serialize_none(),
                }
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<$number>, D::Error> {
                super::$of::deserialize(d).map(Some)
            }
        }
    };
}
optional!(optional64, hex64, u64);
optional!(optional128, hex128, u128);

#[cfg(test)]
mod tests;
