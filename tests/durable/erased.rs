//! A customer who is erased.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ringback::assert_nowhere;
use ringback_engine::center::Attribute;
use ringback_engine::journal::{Call, Returned};
use ringback_engine::protocol::{CancelledBy, Command, Refusal};
use ringback_engine::record::Request;
use ringback_engine::{CallbackId, Phone};

use super::{Host, Settings, entries, folder, journals, layout, play_on};

const SETTINGS: Settings = Settings { batch: 3, snapshot_every: 50, flush: false, ring: Duration::ZERO };

/// What the host has written, but for what the switch was told.
fn written(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("readable").path());
    files.filter(|path| !path.ends_with("switch")).flat_map(|path| fs::read(path).expect("a file")).collect()
}

fn has(folder: &Path, text: &str) -> bool {
    written(folder).windows(text.len()).any(|window| window == text.as_bytes())
}

/// Makes one call, and returns the answer.
fn make(host: &mut Host, later: i64, command: Command) -> Returned {
    let now = host.engine().clock().after(ringback_engine::Duration::from_secs(later));
    host.make(&[(now, Call::Apply(command))]).expect("written").pop().expect("an answer")
}

#[test]
fn who_is_erased_is_in_no_file_and_the_rest_goes_on() {
    let dir = folder("erased");
    let mut host = play_on(&dir, 130, SETTINGS).expect("played");
    // Two days later nothing of the day counts any more, but the files tell of it.
    assert_eq!(make(&mut host, 2 * 86_400, Command::Resume), Returned::Done);
    let grete = Phone::new("+12125559101").expect("E.164");
    let josef = Phone::new("+12125559202").expect("E.164");
    let mut request = Request::new("grete", "help", grete.clone());
    request = request.attribute("name", Attribute::read("Samsa-Kafka"));
    request.key = Some("order-of-samsa".into());
    assert_eq!(make(&mut host, 1, Command::Request(request)), Returned::Done);
    let other = Command::Request(Request::new("josef", "help", josef.clone()));
    assert_eq!(make(&mut host, 1, other), Returned::Done);

    let refused = host.erase(&grete).expect("written");
    assert!(matches!(refused, Returned::Refused(Refusal::NotErasable(..))), "{refused:?}");
    assert!(has(&dir, grete.as_str()) && journals(&dir).len() > 1, "nothing was done");
    let cancel = Command::Cancel { callback: CallbackId::new("grete"), by: CancelledBy::Customer };
    assert_eq!(make(&mut host, 1, cancel), Returned::Done);
    let others = |host: &Host| host.engine().callback(&CallbackId::new("josef")).cloned();
    let before = others(&host);
    assert_eq!(host.erase(&grete).expect("written"), Returned::Done);

    for secret in [grete.as_str(), "Samsa-Kafka", "order-of-samsa"] {
        assert_nowhere(secret, &written(&dir), "a file");
    }
    assert!(has(&dir, josef.as_str()));
    assert_eq!(others(&host), before);
    let (calls, state) = (host.calls(), host.engine().state_hash());
    drop(host);

    // It opens, which repeats what is left and compares, and goes on.
    let mut host = Host::open(&dir, layout(), SETTINGS).unwrap_or_else(|trouble| panic!("{trouble}"));
    assert_eq!((host.calls(), host.engine().state_hash()), (calls, state));
    assert_eq!(host.engine().check(), Ok(()));
    assert!(host.notes().is_empty(), "{:?}", host.notes());
    let again = Command::Request(Request::new("again", "help", Phone::new("+12125559303").expect("E.164")));
    assert_eq!(make(&mut host, 1, again), Returned::Done);
    assert_eq!(host.erase(&grete).expect("written"), Returned::Done, "saying it again does no harm");
    assert_nowhere(grete.as_str(), &written(&dir), "a file");
    let state = host.engine().state_hash();
    drop(host);
    let host = Host::open(&dir, layout(), SETTINGS).unwrap_or_else(|trouble| panic!("{trouble}"));
    assert_eq!(host.engine().state_hash(), state);
    assert_eq!(journals(&dir).len(), 1);
    assert!(entries(&dir).is_empty());
}
