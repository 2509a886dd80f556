//! The durable host, killed, cut short and given damaged files.

#[expect(dead_code, reason = "its `main` is that of a program")]
#[path = "../../examples/durable/main.rs"]
mod durable;

mod damage;
mod erased;
mod killed;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use durable::day;
use durable::host::{Host, Settings};
use ringback_engine::Instant;
use ringback_engine::center::Layout;
use ringback_engine::journal::{Call, Entry, Line, Reader};

/// The calls of the day; tests with fewer take the first.
const DAY_LONG: usize = 2_000;

/// A folder of its own for each test, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("durable").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for files");
    folder
}

fn layout() -> Layout {
    Layout::new(day::center()).expect("a sound center")
}

/// Lines that the switch was told, as (effect, line).
fn told(folder: &Path) -> Vec<(u64, String)> {
    let text = fs::read_to_string(folder.join("switch")).unwrap_or_default();
    let effect = |line: &str| line.split(' ').nth(1).expect("a number").parse().expect("a number");
    // A line torn by a kill is none: the switch never took it.
    text.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| (effect(line), line.into()))
        .collect()
}

/// The last effect acknowledged.
fn acknowledged(folder: &Path) -> u64 {
    let text = fs::read_to_string(folder.join("acks")).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let last = whole.lines().last().and_then(|line| line.split_once(' '));
    last.map_or(0, |(_, effect)| effect.parse().expect("a number"))
}

/// The journals, first to last.
fn journals(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "journal"))
        .collect();
    found.sort();
    found
}

/// All entries of all journals; each journal but the last is sealed, and no call is without its end.
fn entries(folder: &Path) -> Vec<Entry> {
    let mut entries = Vec::new();
    let journals = journals(folder);
    for (n, path) in journals.iter().enumerate() {
        let text = fs::read(path).expect("a journal");
        let mut lines = text.split_inclusive(|byte| *byte == b'\n');
        let mut reader = Reader::new();
        reader.header(lines.next().expect("a header")).expect("sound");
        for line in lines {
            if let Line::Entry(entry) = reader.line(line).expect("sound") {
                entries.push(Entry { entry: entries.len() as u64, ..*entry });
            }
        }
        assert_eq!(reader.is_sealed(), n + 1 < journals.len(), "{}", path.display());
        assert_eq!(reader.ahead().count(), 0);
    }
    entries
}

/// Opens a host and plays the day on, to its first `calls` calls.
fn play_on(folder: &Path, calls: usize, settings: Settings) -> Result<Host, String> {
    static DAY: OnceLock<Vec<(Instant, Call)>> = OnceLock::new();
    let day = &DAY.get_or_init(|| day::calls(DAY_LONG))[..calls];
    let mut host = Host::open(folder, layout(), settings).map_err(|trouble| trouble.to_string())?;
    while let Some(rest) = day.get(host.calls() as usize..).filter(|rest| !rest.is_empty()) {
        host.make(&rest[..rest.len().min(settings.batch)]).map_err(|trouble| trouble.to_string())?;
    }
    Ok(host)
}
