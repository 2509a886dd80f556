//! A host killed at random instants, and started again until the day is done.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Settings, acknowledged, durable, entries, folder, play_on, told};

/// How often the host is killed.
const KILLS: usize = 60;

/// The calls of the day.
const CALLS: usize = 2_000;

const FOLDER: &str = "RINGBACK_DURABLE_FOLDER";

/// What the killed host is started as: a process of this test alone, which plays the example to its end.
#[test]
fn the_example_plays_its_day_to_the_end() {
    let (folder, calls) = match std::env::var(FOLDER) {
        Ok(folder) => (folder, CALLS),
        Err(_) => (folder("example").display().to_string(), 40),
    };
    let calls = calls.to_string();
    let words = [&folder, "--calls", &calls, "--batch", "5", "--snapshot-every", "150", "--ring", "1"];
    let said = durable::play(words.map(String::from)).expect("played");
    assert!(said.starts_with(&format!("{calls} calls made, state ")), "{said}");
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "killed::the_example_plays_its_day_to_the_end"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("this test again")
}

/// How many bytes the host has written so far, of whatever it writes.
fn written(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).expect("a folder").flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

/// Waits until the host has done something, or has ended.
fn wait_for_a_sign(host: &mut Child, folder: &Path) {
    let (before, since) = (written(folder), Instant::now());
    while written(folder) == before && host.try_wait().expect("a child").is_none() {
        assert!(since.elapsed() < Duration::from_secs(60), "the host does nothing");
        sleep(Duration::from_micros(200));
    }
}

#[test]
fn killed_at_any_instant_it_loses_nothing_and_repeats_nothing_acknowledged() {
    let dir = folder("killed");
    let (mut kills, mut in_doubt, mut seen) = (0, 0, 0);
    while kills < KILLS {
        let done = acknowledged(&dir);
        let mut host = start(&dir);
        // Some kills hit the recovery itself, most the work after it. How far off an instant is in microseconds is as
        // good as random.
        if kills % 4 != 0 {
            wait_for_a_sign(&mut host, &dir);
        }
        let spread = Instant::now().elapsed().subsec_nanos() as u64 * 37 + kills as u64 * 7_919;
        sleep(Duration::from_micros(spread % 12_000));
        assert_eq!(host.try_wait().expect("a child"), None, "the day was over after {kills} kills");
        host.kill().expect("a child");
        host.wait().expect("a child");
        kills += 1;

        let acts = told(&dir);
        for (effect, line) in &acts[seen..] {
            assert!(*effect > done, "{line} was done again after effect {done} was acknowledged");
        }
        assert!(acts[seen..].windows(2).all(|pair| pair[0].0 < pair[1].0), "twice in one life");
        in_doubt += acts.get(seen).is_some_and(|first| seen > 0 && first.0 == acts[seen - 1].0) as usize;
        seen = acts.len();
    }
    let ended = start(&dir).wait().expect("a child");
    assert!(ended.success());

    let whole = folder("whole");
    let settings = Settings { batch: 1, snapshot_every: 150, flush: false, ring: Duration::ZERO };
    let uninterrupted = play_on(&whole, CALLS, settings).expect("played");
    let again = play_on(&dir, CALLS, settings).expect("at its end");
    assert_eq!(again.engine().state_hash(), uninterrupted.engine().state_hash());
    assert_eq!(again.engine().check(), Ok(()));
    assert_eq!(entries(&dir), entries(&whole), "every call once, and with the same effects");

    let acts: BTreeMap<u64, String> = told(&dir).into_iter().collect();
    let expected = told(&whole);
    assert!(expected.len() > CALLS / 10, "{} acts are too few to tell", expected.len());
    assert_eq!(acts.into_iter().collect::<Vec<_>>(), expected, "every act, with its attempt");
    assert_eq!(told(&dir).len() - expected.len(), in_doubt, "only what was in doubt is there twice");
    println!("{kills} kills, {} acts, {in_doubt} of them in doubt and done again", expected.len());
}
