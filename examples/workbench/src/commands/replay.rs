//! `ringback replay`: repeats a journal.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use ringback_engine::Engine;
use ringback_engine::center::{Finding, Layout};
use ringback_engine::journal::{Header, JournalError, Line, Reader, Replay};

use super::{Failure, Outcome, colours};
use crate::bundle::{RhaiApplication, build, render_all, runtime};
use crate::progress::Progress;

/// The longest line that is read; the header holds a center and a script, an entry one command.
const LONGEST: u64 = 256 << 20;

/// Repeats the calls of a journal on the engine its header describes, and compares what comes of them. Returns
/// what to say if all of it is the same.
///
/// # Errors
///
/// The file can't be read, is no whole journal of this engine, or something else came of a call.
pub fn replay(path: &Path) -> Outcome {
    let shown = path.display();
    let unreadable = |error: io::Error| Failure::unreadable(format!("{shown}: can't be read: {error}"));
    let file = File::open(path).map_err(unreadable)?;
    let mut progress = Progress::new(file.metadata().map_err(unreadable)?.len());
    let mut lines = BufReader::with_capacity(1 << 16, file);
    let wrong = |error: JournalError| Failure::found(format!("{shown}: {error}"));

    let mut reader = Reader::new();
    let first = next_line(&mut lines).map_err(unreadable)?;
    if first.is_empty() {
        return Err(Failure::found(format!("{shown}: is empty; `ringback run --journal` writes a journal")));
    }
    let header = reader.header(&first).map_err(wrong)?;
    header.runs_on(&runtime()).map_err(wrong)?;
    let mut replay = Replay::new(engine(&header, path)?);
    replay.header(&header).map_err(|difference| Failure::found(format!("{shown}: {difference}")))?;
    loop {
        let line = next_line(&mut lines).map_err(unreadable)?;
        progress.add(line.len() as u64);
        if line.is_empty() {
            break;
        }
        let compared = match reader.line(&line) {
            Ok(Line::Ahead) => Ok(()),
            Ok(Line::Entry(entry)) => replay.entry(&entry),
            Ok(Line::Seal(seal)) => replay.seal(&seal),
            Err(error) => {
                progress.finish();
                return Err(Failure::found(format!("{shown}: {error}; {}", same_so_far(reader.entries()))));
            }
        };
        if let Err(difference) = compared {
            progress.finish();
            return Err(Failure::found(format!("{shown}: {difference}\n{}", effects(&replay))));
        }
    }
    progress.finish();
    let entries = reader.entries();
    if reader.is_sealed() {
        return Ok(format!(
            "{shown}: {entries} calls repeated; all effects and the state at the end are the same\n"
        ));
    }
    Err(Failure::found(format!(
        "{shown}: the journal is cut, it has no seal; {}, the state at the end could not be compared",
        same_so_far(entries)
    )))
}

/// The engine that a journal's header describes.
pub(super) fn engine(header: &Header, path: &Path) -> Result<Engine<RhaiApplication>, Failure> {
    let shown = path.display();
    let layout = Layout::new(header.center.clone()).map_err(|findings| {
        let findings: Vec<String> = findings.iter().map(Finding::to_string).collect();
        Failure::Found(format!("error: {shown}: its center can't be run\n{}\n", findings.join("\n")))
    })?;
    let application = build(&header.application, &layout).map_err(|faults| {
        let faults = render_all(&faults, colours());
        Failure::Found(format!("error: {shown}: its application can't be run\n{faults}"))
    })?;
    Ok(Engine::new(layout, application))
}

/// The next line with its line feed; empty at the end.
pub(super) fn next_line(lines: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    lines.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
    Ok(line)
}

fn same_so_far(entries: u64) -> String {
    format!("the {entries} calls before were repeated and were the same")
}

/// The effects of the call that differs, as far as they fit on a screen.
fn effects<A: ringback_engine::protocol::Application>(replay: &Replay<A>) -> String {
    const SHOWN: usize = 10;
    let effects = replay.effects();
    let mut text = String::from("effects of the replay:");
    for effect in effects.iter().take(SHOWN) {
        let json = serde_json::to_string(effect).unwrap_or_else(|error| error.to_string());
        text.push_str(&format!("\n  {json}"));
    }
    match effects.len() {
        0 => text.push_str(" none"),
        SHOWN.. => text.push_str(&format!("\n  {} in all", effects.len())),
        _ => {}
    }
    text
}
