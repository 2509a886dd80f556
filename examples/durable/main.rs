//! A host that survives being killed at any instant: write, apply, do, acknowledge.
//!
//! ```text
//! cargo run --example durable -- FOLDER [--calls N] [--batch N] [--snapshot-every N] [--ring MS] [--no-flush]
//!                               [--erase NUMBER]
//! ```
//!
//! plays a day made up beforehand, and goes on where it stood if it is started again. In the folder are
//!
//! - `N.journal`: the calls from number N on, each written *before* it is made, and what came of each after it;
//! - `N.snapshot`: the state after the first N calls, from which the journal of that number begins;
//! - `acks`: which effects are done;
//! - `switch`: what the telephone switch was told. It is the world outside, not the host's; it deduplicates nothing.
//!
//! # What is promised
//!
//! *No command is lost.* A call that was answered is on disk, and is made again after a crash. One that was not answered
//! may have been kept or not: [`Host::calls`](host::Host::calls) says how many were. With `--batch N`, N calls share one
//! flush and are answered together; with 1, each has its own.
//!
//! *No effect is lost, and none that was acknowledged is done twice.* Effects are done in their order, after the call is
//! on disk, and each is acknowledged when it is done. After a crash those without acknowledgement are done.
//!
//! *It is not exactly once.* Between doing an effect and noting it there is an instant at which a crash leaves it *in
//! doubt*: it may have been done, and will be done again, with the same effect id and the same attempt id, since
//! replaying a journal gives the same effects. At most one effect is in doubt after the process was killed. Whoever does
//! the effects can tell by the id: a switch that remembers the attempts it was given places each once, and the engine
//! has at most one live attempt for a callback and for a number. A switch that does not remember rings the customer
//! twice in that case; nobody can promise otherwise.
//!
//! *Loss of power* is another matter than a killed process: then what was written since the last flush may be gone, too.
//! Calls are flushed before they are made, so none is lost. Acknowledgements are flushed with the next batch; those of
//! the last batch may be lost, and its effects are then all in doubt.
//!
//! *Damage is never passed over.* A line torn at the end of the journal is dropped, and said so: its call was not answered.
//! A line damaged anywhere else, a journal that ends before what was acknowledged, another version, another center, or a
//! replay that goes another way stop the host before it does anything.
//!
//! *Who is erased is gone.* `--erase NUMBER` takes a customer from the state, takes a snapshot of that state, begins a journal
//! after it, and removes every file before: they name the customer. What `switch` was told is the switch's to erase, and
//! what a disk keeps of removed files is left to the disk's encryption.
//!
//! # What a host in earnest does besides
//!
//! It asks its clock, also before it dials after a crash: `not_after` of a `Dial` may have passed while it was down
//! (here the day's own clock is asked). If it was down for longer than `max_lag`, the engine refuses with `Late` until it
//! says `resume`, a command like any other: in the journal, and repeated with it. It reports outcomes as commands, it copies the folder to another machine, and it
//! throws old journals and snapshots away.

mod acks;
pub(crate) mod day;
mod folder;
pub(crate) mod host;
mod log;
mod recovery;
mod switch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ringback_engine::Phone;
use ringback_engine::center::Layout;
use ringback_engine::journal::Returned;

use host::{Host, Settings};

const USAGE: &str = "usage: durable FOLDER [--calls N] [--batch N] [--snapshot-every N] [--ring MS] [--no-flush] [--erase NUMBER]";

fn main() -> ExitCode {
    match play(std::env::args().skip(1)) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays the day to its end, and says in which state that is.
pub(crate) fn play(words: impl IntoIterator<Item = String>) -> Result<String, Box<dyn std::error::Error>> {
    let Asked { folder, calls, settings, erase } = read(words)?;
    let layout = Layout::new(day::center()).map_err(|findings| format!("{findings:?}"))?;
    let day = day::calls(calls);
    let mut host = Host::open(&folder, layout, settings)?;
    for note in host.notes() {
        eprintln!("note: {note}");
    }
    while let Some(rest) = day.get(host.calls() as usize..).filter(|rest| !rest.is_empty()) {
        host.make(&rest[..rest.len().min(settings.batch)])?;
    }
    if let Some(phone) = erase {
        match host.erase(&phone)? {
            Returned::Done => eprintln!("note: {phone} is erased; journal and snapshots begin anew"),
            other => return Err(format!("{phone} is not erased: {other}").into()),
        }
    }
    Ok(format!("{} calls made, state {:032x}", host.calls(), host.engine().state_hash()))
}

/// What was asked for on the command line.
struct Asked {
    folder: PathBuf,
    calls: usize,
    settings: Settings,
    erase: Option<Phone>,
}

fn read(words: impl IntoIterator<Item = String>) -> Result<Asked, String> {
    let mut words = words.into_iter();
    let folder = words.next().filter(|word| !word.starts_with('-')).ok_or(USAGE)?;
    let mut asked = Asked { folder: folder.into(), calls: 2_000, settings: Settings::default(), erase: None };
    while let Some(word) = words.next() {
        if word == "--erase" {
            let value = words.next().unwrap_or_default();
            asked.erase = Some(Phone::new(value).map_err(|error| error.to_string())?);
            continue;
        }
        let mut number = || {
            let value = words.next().unwrap_or_default();
            value.parse().map_err(|_| format!("`{word}`: `{value}` is no number; {USAGE}"))
        };
        match word.as_str() {
            "--calls" => asked.calls = number()?,
            "--batch" => asked.settings.batch = number()?.max(1),
            "--snapshot-every" => asked.settings.snapshot_every = number()?.max(1) as u64,
            "--ring" => asked.settings.ring = Duration::from_millis(number()? as u64),
            "--no-flush" => asked.settings.flush = false,
            _ => return Err(format!("`{word}`: unknown; {USAGE}")),
        }
    }
    Ok(asked)
}
