//! What a host does first: find out from its folder where it stood.

use std::path::Path;
use std::sync::Arc;

use ringback_engine::Engine;
use ringback_engine::Instant;
use ringback_engine::center::Layout;
use ringback_engine::journal::{Ahead, ApplicationText, Header, JournalError, Line, Reader, Replay, Writer};
use ringback_engine::protocol::{Effect, Plain};
use ringback_engine::snapshot::SnapshotError;

use super::acks::{Ack, Acks};
use super::folder::Folder;
use super::log::{self, Log, Trouble};

/// Where the host stood.
pub(crate) struct Recovered {
    /// The engine, as far as entries go.
    pub(crate) engine: Engine<Plain>,
    /// The journal, whose torn end is cut off.
    pub(crate) journal: Log,
    /// Its writer.
    pub(crate) writer: Writer,
    /// The number of its first call.
    pub(crate) first: u64,
    /// Its entries.
    pub(crate) entries: u64,
    /// Calls that are written and may not have been made.
    pub(crate) ahead: Vec<Ahead>,
    /// Effects that may not have been done, with the call they came of and its instant.
    pub(crate) outstanding: Vec<(Ack, Instant, Effect)>,
    /// What was found amiss and mended.
    pub(crate) notes: Vec<String>,
}

/// One journal, read and repeated.
struct Repeated {
    engine: Engine<Plain>,
    reader: Reader,
}

/// Begins with the newest snapshot that is whole, and repeats the journals from there on. Nothing is done of what has not
/// been done yet, and nothing is changed but what a crash left unfinished.
pub(crate) fn recover(
    folder: &Folder,
    layout: &Arc<Layout>,
    acks: &Acks,
    flush: bool,
) -> Result<Recovered, Trouble> {
    let mut notes = Vec::new();
    let mut outstanding = Vec::new();
    let (mut engine, mut first) = newest(folder, layout, &mut notes)?;
    let (path, Repeated { engine, reader }) = loop {
        let path = folder.journal(first);
        let text = match log::read(&path)? {
            Some(text) => text,
            None => begin(&path, first, &engine, flush)?,
        };
        let repeated = repeat(&path, &text, engine, first, acks, &mut outstanding, &mut notes)?;
        if !repeated.reader.is_sealed() {
            break (path, repeated);
        }
        first += repeated.reader.entries();
        engine = repeated.engine;
        save(folder, first, &engine, flush)?;
    };
    let ahead: Vec<Ahead> = reader.ahead().cloned().collect();
    let written = first + reader.entries() + ahead.len() as u64;
    if let Some(ack) = acks.last().filter(|ack| ack.call >= written) {
        let lost = format!(
            "has {written} calls, and effect {} of call {} was acknowledged; its end is lost, take it from a copy",
            ack.effect, ack.call
        );
        return Err(Trouble::new(&path, lost));
    }
    let writer = Writer::resume(&reader).map_err(|error| Trouble::new(&path, error))?;
    let journal = Log::cut(&path, reader.bytes())?;
    Ok(Recovered { engine, journal, writer, first, entries: reader.entries(), ahead, outstanding, notes })
}

/// Writes a snapshot.
pub(crate) fn save(folder: &Folder, calls: u64, engine: &Engine<Plain>, flush: bool) -> Result<(), Trouble> {
    let path = folder.snapshot(calls);
    let snapshot = engine.snapshot().map_err(|error| Trouble::new(&path, error))?;
    log::replace(&path, &snapshot, flush)
}

/// Begins the journal whose first call has this number, and returns what is in it.
pub(crate) fn begin(
    path: &Path,
    first: u64,
    engine: &Engine<Plain>,
    flush: bool,
) -> Result<Vec<u8>, Trouble> {
    let header = Header::new(engine.layout().center().clone(), ApplicationText::plain());
    let header = if first == 0 { header } else { header.after(engine.state_hash()) };
    let mut writer = Writer::new();
    let line = writer.header(&header).map_err(|error| Trouble::new(path, error))?;
    log::replace(path, line, flush)?;
    Ok(line.to_vec())
}

/// The engine of the newest snapshot that is whole, and how many calls it has behind it.
fn newest(
    folder: &Folder,
    layout: &Arc<Layout>,
    notes: &mut Vec<String>,
) -> Result<(Engine<Plain>, u64), Trouble> {
    for calls in folder.snapshots()? {
        let path = folder.snapshot(calls);
        let Some(snapshot) = log::read(&path)? else { continue };
        match Engine::restore(Arc::clone(layout), Plain, &snapshot) {
            Ok(engine) => return Ok((engine, calls)),
            Err(error @ SnapshotError::Other { .. }) => return Err(Trouble::new(&path, error)),
            Err(error) => notes.push(format!("{}: {error}", path.display())),
        }
    }
    Ok((Engine::new(Arc::clone(layout), Plain), 0))
}

/// Reads a journal as far as it goes, repeats its calls and compares what comes of them.
fn repeat(
    path: &Path,
    text: &[u8],
    engine: Engine<Plain>,
    first: u64,
    acks: &Acks,
    outstanding: &mut Vec<(Ack, Instant, Effect)>,
    notes: &mut Vec<String>,
) -> Result<Repeated, Trouble> {
    let unreadable = |error: JournalError| Trouble::new(path, error);
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').peekable();
    let mut reader = Reader::new();
    let header = reader.header(lines.next().unwrap_or_default()).map_err(unreadable)?;
    header.runs_on("").map_err(unreadable)?;
    if header.center != *engine.layout().center() {
        let other = "was written for another configuration of the center; go on with that one";
        return Err(Trouble::new(path, other));
    }
    let mut replay = Replay::new(engine);
    replay.header(&header).map_err(|difference| Trouble::new(path, difference))?;
    while let Some(line) = lines.next() {
        let compared = match reader.line(line) {
            Ok(Line::Ahead) => Ok(()),
            Ok(Line::Entry(entry)) => replay.entry(&entry).map(|()| {
                let new = replay.effects().iter().filter(|effect| !acks.covers(effect.id));
                let call = first + entry.entry;
                outstanding
                    .extend(new.map(|effect| (Ack { call, effect: effect.id }, entry.at, effect.clone())));
            }),
            Ok(Line::Seal(seal)) => replay.seal(&seal),
            Err(error @ JournalError::Cut { .. }) => {
                notes.push(format!("{}: {error}", path.display()));
                break;
            }
            // A disk that lost its power may leave a line of the right length with the wrong bytes.
            Err(JournalError::Damaged { line }) if lines.peek().is_none() => {
                let torn = "its checksum does not fit, and nothing follows; it was dropped";
                notes.push(format!("{}: line {line}: {torn}", path.display()));
                break;
            }
            Err(error) => return Err(unreadable(error)),
        };
        compared.map_err(|difference| Trouble::new(path, difference))?;
    }
    Ok(Repeated { engine: replay.into_engine(), reader })
}
