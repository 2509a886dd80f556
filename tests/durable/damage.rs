//! Folders as crashes, bad disks and other versions leave them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use ringback_engine::journal::{ApplicationText, Entry, Header, Writer};

use super::{Host, Settings, day, entries, folder, journals, layout, play_on, told};

const CALLS: usize = 130;

/// No flushes: what is tested here does not depend on when the disk has something.
const SETTINGS: Settings = Settings { batch: 3, snapshot_every: 50, flush: false, ring: Duration::ZERO };

/// The day played at once.
struct Played {
    folder: PathBuf,
    entries: Vec<Entry>,
    state: u128,
}

fn played() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let folder = folder("played");
        let state = play_on(&folder, CALLS, SETTINGS).expect("played").engine().state_hash();
        assert_eq!(journals(&folder).len(), 3);
        Played { entries: entries(&folder), folder, state }
    })
}

fn copy(name: &str) -> PathBuf {
    let to = folder(name);
    for file in fs::read_dir(&played().folder).expect("a folder") {
        let path = file.expect("readable").path();
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copied");
    }
    to
}

fn refusal(folder: &Path) -> String {
    Host::open(folder, layout(), SETTINGS).err().map(|trouble| trouble.to_string()).unwrap_or_default()
}

/// Plays the day to its end, which must be that of the day played at once.
fn ends_well(folder: &Path) -> Host {
    let host = play_on(folder, CALLS, SETTINGS).unwrap_or_else(|trouble| panic!("{trouble}"));
    assert_eq!(host.engine().check(), Ok(()));
    assert_eq!(entries(folder), played().entries);
    assert_eq!(host.engine().state_hash(), played().state);
    host
}

#[test]
fn a_journal_cut_at_any_byte_goes_on_with_the_last_whole_line() {
    let dir = copy("cut");
    let path = journals(&dir).pop().expect("a journal");
    let text = fs::read(&path).expect("a journal");
    let header = text.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    let all = told(&dir);
    for cut in
        (header..text.len()).filter(|cut| cut % 29 == 0 || text[cut - 1] == b'\n' || text[*cut] == b'\n')
    {
        fs::write(&path, &text[..cut]).expect("writable");
        // Nothing of this journal is acknowledged, so that all of it is in doubt.
        fs::write(dir.join("acks"), all_before(&path)).expect("writable");
        fs::write(dir.join("switch"), "").expect("writable");
        let host = ends_well(&dir);
        let torn = text[..cut].last() != Some(&b'\n');
        assert_eq!(host.notes().len(), usize::from(torn), "{:?}", host.notes());
        assert!(!torn || host.notes()[0].contains("bytes of this line were dropped"), "{:?}", host.notes());
        let again = told(&dir);
        assert_eq!(again, all[all.len() - again.len()..], "cut at {cut}: the same effects and attempts");
        assert!(!again.is_empty());
        assert_eq!(fs::read(&path).expect("a journal").len(), text.len());
    }
}

/// The line of acknowledgements with which the journal before this one ended.
fn all_before(journal: &Path) -> String {
    let snapshot = fs::read_to_string(journal.with_extension("snapshot")).expect("a snapshot");
    let (_, rest) = snapshot.split_once("\"next_effect\":").expect("a ledger");
    let next: u64 = rest.split(',').next().and_then(|number| number.parse().ok()).expect("a number");
    let first: u64 = journal.file_stem().and_then(|stem| stem.to_str()?.parse().ok()).expect("a number");
    format!("{} {}\n", first - 1, next - 1)
}

#[test]
fn a_journal_that_lost_what_was_acknowledged_is_refused() {
    let dir = copy("lying");
    let path = journals(&dir).pop().expect("a journal");
    let text = fs::read(&path).expect("a journal");
    fs::write(&path, &text[..text.len() * 2 / 3]).expect("writable");
    let refusal = refusal(&dir);
    assert!(refusal.contains("was acknowledged; its end is lost"), "{refusal}");
}

#[test]
fn damage_before_the_end_is_refused_with_its_line() {
    let dir = copy("damaged");
    let path = journals(&dir).pop().expect("a journal");
    let mut text = fs::read(&path).expect("a journal");
    let third = text.split_inclusive(|byte| *byte == b'\n').take(2).map(<[u8]>::len).sum::<usize>();
    text[third + 20] ^= 4;
    fs::write(&path, &text).expect("writable");
    let before = fs::read(dir.join("switch")).expect("a switch");
    let refusal = refusal(&dir);
    assert!(refusal.contains("line 3: damaged"), "{refusal}");
    assert_eq!(fs::read(&path).expect("a journal"), text, "nothing was cut off");
    assert_eq!(fs::read(dir.join("switch")).expect("a switch"), before, "nothing was done");
}

#[test]
fn a_last_line_with_wrong_bytes_is_dropped_like_a_torn_one() {
    let dir = copy("wrong");
    let path = journals(&dir).pop().expect("a journal");
    let whole = fs::read(&path).expect("a journal");
    let mut text = whole.clone();
    let last = text.len() - 30;
    text[last] ^= 1;
    fs::write(&path, &text).expect("writable");
    let acts = told(&dir);
    let host = ends_well(&dir);
    assert!(host.notes()[0].contains("nothing follows; it was dropped"), "{:?}", host.notes());
    assert_eq!(fs::read(&path).expect("a journal"), whole, "what came of the call is written again");
    assert_eq!(told(&dir), acts, "and nothing done again");
}

#[test]
fn a_crash_between_two_journals_is_mended() {
    let dir = copy("turned");
    let last = journals(&dir).pop().expect("a journal");
    // After the snapshot and before its journal, so that the last call made is that before the snapshot.
    fs::write(dir.join("acks"), all_before(&last)).expect("writable");
    fs::remove_file(&last).expect("a journal");
    fs::write(last.with_extension("temporary"), "{\"journal\":1,").expect("writable");
    ends_well(&dir);
    // After the seal and before the snapshot.
    fs::write(dir.join("acks"), all_before(&last)).expect("writable");
    fs::remove_file(&last).expect("a journal");
    fs::remove_file(last.with_extension("snapshot")).expect("a snapshot");
    ends_well(&dir);
}

#[test]
fn a_damaged_snapshot_costs_only_a_longer_replay() {
    let dir = copy("snapshot");
    let last = journals(&dir).pop().expect("a journal").with_extension("snapshot");
    let whole = fs::read(&last).expect("a snapshot");
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&last, &damaged).expect("writable");
    let acts = told(&dir);
    let host = ends_well(&dir);
    assert!(host.notes()[0].contains("the snapshot is damaged"), "{:?}", host.notes());
    assert_eq!(told(&dir), acts, "nothing is done again");
    assert_eq!(fs::read(&last).expect("a snapshot"), whole, "and it is written again");
}

#[test]
fn a_journal_of_another_version_or_center_is_refused_by_name() {
    let header = Header::new(day::center(), ApplicationText::plain());
    let mut other = day::center();
    other.queues[0].max_attempts += 1;
    for (header, name) in [
        (Header { engine: "0.0.9".into(), ..header.clone() }, "engine version `0.0.9` wrote this journal"),
        (Header { zones: "1999a".into(), ..header.clone() }, "time zone data `1999a` wrote this journal"),
        (
            Header::new(day::center(), ApplicationText::new("rhai 9", "a.rhai", "")),
            "application runtime `rhai 9` wrote this journal",
        ),
        (Header::new(other, ApplicationText::plain()), "another configuration of the center"),
        (header.after(77), "begins after the snapshot with state 0000000000000000000000000000004d"),
    ] {
        let dir = folder("versions");
        let line = Writer::new().header(&header).expect("JSON").to_vec();
        fs::write(dir.join("000000000000.journal"), line).expect("writable");
        let refusal = refusal(&dir);
        assert!(refusal.contains(name), "{refusal}");
    }
}
