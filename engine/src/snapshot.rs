//! Snapshots: the whole state of an engine, as text that can be kept and begun from.
//!
//! Two lines: a [`Header`] with versions and checksum, and the ledger as JSON. Two histories that led to the same
//! state have the same snapshot, byte for byte: whatever depends on the way there (the order of indices, classes
//! kept for later) is no part of it, and is made anew from the states.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::book::{Book, Ledger};
use crate::center::Layout;
use crate::engine::Engine;
use crate::journal::{ENGINE, ZONES};
use crate::protocol::Application;

/// The version of the snapshot's form; another one is not read.
pub const FORMAT: u32 = 1;

/// The first line of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The form, [`FORMAT`].
    #[serde(rename = "snapshot")]
    pub format: u32,
    /// The version of the engine whose state it is.
    pub engine: String,
    /// The version of its time zone data.
    pub zones: String,
    /// A hash of the center's configuration: xxh3, 128 bits, in hexadecimal.
    pub center: String,
    /// The length of the second line in bytes.
    pub bytes: usize,
    /// A checksum of the second line: xxh3, 128 bits, in hexadecimal.
    pub sum: String,
    /// The [`state_hash`](Engine::state_hash): 128 bits, in hexadecimal.
    pub state: String,
}

/// Why a text is no snapshot to begin from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// The first line is not that of a snapshot.
    NoSnapshot,
    /// It was taken by something else than what would go on from it.
    Other {
        /// What differs.
        what: &'static str,
        /// That of the snapshot.
        theirs: String,
        /// That of this engine.
        ours: String,
    },
    /// It is cut, or not as it was written.
    Damaged {
        /// The bytes there are.
        bytes: usize,
        /// The bytes the header says.
        expected: usize,
    },
    /// It is as it was written, but describes no state of this center.
    Malformed(String),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSnapshot => f.write_str("this is no snapshot; a snapshot begins with its version"),
            Self::Other { what, theirs, ours } => write!(
                f,
                "the snapshot was taken with {what} `{theirs}`, this is `{ours}`; go on with what took it, or carry \
                 the state over into a new journal"
            ),
            Self::Damaged { bytes, expected } if bytes != expected => write!(
                f,
                "the snapshot is cut: {bytes} of {expected} bytes; use an older one and replay the journal from there"
            ),
            Self::Damaged { .. } => f.write_str(
                "the snapshot is damaged, its checksum is wrong; use an older one and replay the journal from there",
            ),
            Self::Malformed(cause) => write!(f, "the snapshot describes no state of this center: {cause}"),
        }
    }
}

impl std::error::Error for SnapshotError {}

impl<A: Application> Engine<A> {
    /// The whole state, to [`restore`](Self::restore) from, with the texts of the application's versions.
    ///
    /// # Errors
    ///
    /// The state can't be written as JSON; none that an engine reaches is such.
    pub fn snapshot(&self) -> Result<Vec<u8>, serde_json::Error> {
        let body = serde_json::to_vec(self.book().ledger())?;
        let header = Header {
            format: FORMAT,
            engine: ENGINE.into(),
            zones: ZONES.into(),
            center: center_hash(self.layout())?,
            bytes: body.len(),
            sum: hexadecimal(xxh3_128(&body)),
            state: hexadecimal(self.state_hash()),
        };
        let mut text = serde_json::to_vec(&header)?;
        text.push(b'\n');
        text.extend(body);
        text.push(b'\n');
        Ok(text)
    }

    /// An engine that goes on exactly where the one whose snapshot this is stood. Its versions of the application go on, too:
    /// one that is not the given one is made from its text. A host with a newer text deploys it afterwards.
    ///
    /// # Errors
    ///
    /// The text is no whole snapshot, or one of another version or center.
    pub fn restore(
        layout: impl Into<Arc<Layout>>,
        application: A,
        snapshot: &[u8],
    ) -> Result<Self, SnapshotError> {
        let (header, _) = split(snapshot)?;
        same("the form", &header.format.to_string(), &FORMAT.to_string())?;
        same("engine", &header.engine, ENGINE)?;
        same("time zone data", &header.zones, ZONES)?;
        let engine = Self::carry_over(layout, application, snapshot)?;
        // Within a version a state has one hash and one spelling; another one was not written by an engine.
        if engine.snapshot().is_ok_and(|own| own == snapshot) {
            return Ok(engine);
        }
        Err(SnapshotError::Malformed("it is not written as an engine writes it".into()))
    }

    /// An engine that takes over the state that another version of the engine, or another version of the time zone
    /// data, left: every promise made so far stands, and what comes next is decided by this one. Its calls belong into
    /// a new journal that begins [`after`](crate::journal::Header::after) this state.
    ///
    /// # Errors
    ///
    /// The text is no whole snapshot, or one of another form or center.
    pub fn carry_over(
        layout: impl Into<Arc<Layout>>,
        application: A,
        snapshot: &[u8],
    ) -> Result<Self, SnapshotError> {
        let layout = layout.into();
        let (header, body) = split(snapshot)?;
        let center = center_hash(&layout).map_err(|error| SnapshotError::Malformed(error.to_string()))?;
        same("the form", &header.format.to_string(), &FORMAT.to_string())?;
        if body.len() != header.bytes || hexadecimal(xxh3_128(body)) != header.sum {
            return Err(SnapshotError::Damaged { bytes: body.len(), expected: header.bytes });
        }
        same("the center", &header.center, &center)?;
        let ledger: Ledger =
            serde_json::from_slice(body).map_err(|error| SnapshotError::Malformed(error.to_string()))?;
        let book = Book::restore(layout, ledger).map_err(SnapshotError::Malformed)?;
        Self::with_book(book, application).map_err(SnapshotError::Malformed)
    }
}

/// The header, and the second line without its line feed.
fn split(snapshot: &[u8]) -> Result<(Header, &[u8]), SnapshotError> {
    let end = snapshot.iter().position(|byte| *byte == b'\n').ok_or(SnapshotError::NoSnapshot)?;
    let (first, rest) = snapshot.split_at_checked(end).ok_or(SnapshotError::NoSnapshot)?;
    let header: Header = serde_json::from_slice(first).map_err(|_| SnapshotError::NoSnapshot)?;
    // A header has one spelling; another one was not written by an engine.
    if serde_json::to_vec(&header).ok().as_deref() != Some(first) {
        return Err(SnapshotError::NoSnapshot);
    }
    let body = rest.get(1..).and_then(|rest| rest.strip_suffix(b"\n"));
    let cut = SnapshotError::Damaged { bytes: rest.len().saturating_sub(1), expected: header.bytes };
    body.map(|body| (header, body)).ok_or(cut)
}

fn center_hash(layout: &Layout) -> Result<String, serde_json::Error> {
    serde_json::to_vec(layout.center()).map(|text| hexadecimal(xxh3_128(&text)))
}

fn hexadecimal(hash: u128) -> String {
    format!("{hash:032x}")
}

fn same(what: &'static str, theirs: &str, ours: &str) -> Result<(), SnapshotError> {
    if theirs == ours {
        return Ok(());
    }
    Err(SnapshotError::Other { what, theirs: theirs.into(), ours: ours.into() })
}
