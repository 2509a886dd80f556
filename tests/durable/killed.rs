//! A host killed at random instants, and started again until the day is done.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{DAY_LONG as CALLS, Settings, acknowledged, durable, entries, folder, play_on, told};

/// How often the host is killed.
const KILLS: usize = 60;

const FOLDER: &str = "RINGBACK_DURABLE_FOLDER";

/// What the killed host is started as: a process of this test alone, which plays the example to its end.
#[test]
fn the_example_plays_its_day_to_the_end() {
    let (folder, calls) = match std::env::var(FOLDER) {
        Ok(folder) => (folder, CALLS),
        Err(_) => (folder("example").display().to_string(), 40),
    };
    let calls = calls.to_string();
    let words = [&folder, "--calls", &calls, "--batch", "5", "--snapshot-every", "150", "--ring", "2"];
    let said = durable::play(words.map(String::from)).expect("played");
    assert!(said.starts_with(&format!("{calls} calls made, state ")), "{said}");
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "killed::the_example_plays_its_day_to_the_end"])
        .env(FOLDER, folder)
        .stdout(File::create(folder.with_extension("said")).expect("a file"))
        .stderr(File::create(folder.with_extension("notes")).expect("a file"))
        .spawn()
        .expect("this test again")
}

/// What the host said in its last life.
fn said(folder: &Path) -> String {
    ["said", "notes"].map(|end| fs::read_to_string(folder.with_extension(end)).unwrap_or_default()).concat()
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

/// A number below `limit` that nobody can foresee: kills are to come when they come.
fn random(limit: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    now.as_nanos() as u64 / 100 % limit
}

/// What is known at the end of one of the host's lives, for the next.
#[derive(Default)]
struct Life {
    /// The last effect acknowledged.
    acknowledged: u64,
    /// How many acts the switch was told.
    acts: usize,
    /// The last of them, by its effect.
    last: u64,
    /// How many acts were done again.
    in_doubt: usize,
}

impl Life {
    /// Looks at what was done since the end of the life before.
    fn end(&mut self, folder: &Path) {
        let acts = told(folder);
        let new = &acts[self.acts..];
        for (effect, line) in new {
            let acknowledged = self.acknowledged;
            assert!(*effect > acknowledged, "{line} was done again after {acknowledged} was acknowledged");
        }
        assert!(new.windows(2).all(|pair| pair[0].0 < pair[1].0), "done twice in one life");
        if let Some((first, line)) = new.first().filter(|(first, _)| *first <= self.last) {
            assert_eq!(*first, self.last, "{line} was not in doubt, something was done after it");
            self.in_doubt += 1;
        }
        self.last = acts.last().map_or(0, |(effect, _)| *effect);
        self.acts = acts.len();
        self.acknowledged = acknowledged(folder);
    }
}

#[test]
fn killed_at_any_instant_it_loses_nothing_and_repeats_nothing_acknowledged() {
    let dir = folder("killed");
    let mut life = Life::default();
    for kill in 0..KILLS {
        let mut host = start(&dir);
        // Some kills hit the recovery itself, most the work after it.
        if kill % 4 != 0 {
            wait_for_a_sign(&mut host, &dir);
        }
        sleep(Duration::from_micros(random(12_000)));
        let ended = host.try_wait().expect("a child");
        assert_eq!(ended, None, "it ended by itself after {kill} kills: {}", said(&dir));
        host.kill().expect("a child");
        host.wait().expect("a child");
        life.end(&dir);
    }
    let ended = start(&dir).wait().expect("a child");
    assert!(ended.success(), "{}", said(&dir));
    life.end(&dir);

    let whole = folder("whole");
    let settings = Settings { batch: 1, snapshot_every: 150, flush: false, ring: Duration::ZERO };
    let uninterrupted = play_on(&whole, CALLS, settings).expect("played");
    let again = play_on(&dir, CALLS, settings).expect("at its end");
    assert_eq!(again.engine().state_hash(), uninterrupted.engine().state_hash());
    assert_eq!(again.engine().check(), Ok(()));
    let (made, expected) = (entries(&dir), entries(&whole));
    let other = made.iter().zip(&expected).find(|(made, expected)| made != expected);
    assert_eq!(other, None, "every call once, and with the same effects");
    assert_eq!((made.len(), expected.len()), (CALLS, CALLS));

    let acts: BTreeMap<u64, String> = told(&dir).into_iter().collect();
    let expected: BTreeMap<u64, String> = told(&whole).into_iter().collect();
    assert!(expected.len() > CALLS / 10, "{} acts are too few to tell", expected.len());
    let lost: Vec<_> = expected.iter().filter(|(effect, act)| acts.get(effect) != Some(act)).collect();
    assert!(lost.is_empty(), "not done, or with another attempt: {lost:?}");
    assert_eq!(acts.len(), expected.len());
    assert_eq!(life.acts - expected.len(), life.in_doubt, "only what was in doubt is there twice");
    println!("{KILLS} kills, {} acts, {} of them in doubt and done again", expected.len(), life.in_doubt);
}
