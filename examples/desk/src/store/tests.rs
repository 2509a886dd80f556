//! Tests of the store: what was kept is there again, and a full disk takes nothing.

use ringback_engine::journal::Call;
use ringback_engine::protocol::Command;
use ringback_engine::record::Request;
use ringback_engine::{CallbackId, EffectId, Instant, Phone};

use super::*;
use crate::center::Texts;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("desk-store-{name}-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    folder
}

fn call(number: usize) -> Vec<u8> {
    let phone = Phone::new(format!("+1212555{number:04}")).unwrap();
    let command = Command::Request(Request::new(format!("c{number}"), "technical-help", phone));
    serde_json::to_vec(&Entry {
        at: Instant::from_millis(1_800_000_000_000 + number as i64),
        call: Call::Apply(command),
    })
    .unwrap()
}

#[test]
fn what_was_kept_is_there_again() {
    let folder = folder("again");
    let mut store = Store::open(&folder, Room::unlimited()).unwrap();
    recover(&mut store, &Texts::sample()).unwrap();
    store.commit(&[call(0), call(1)], &Aftermath::default()).unwrap();
    let row =
        Row { callback: CallbackId::new("c0"), at: Instant::default(), number: 7, text: b"fact".to_vec() };
    let after = Aftermath { done: Some(EffectId(2)), rows: vec![row], forget: Vec::new() };
    store.commit(&[call(2)], &after).unwrap();
    assert!(
        Store::open(&folder, Room::unlimited())
            .is_err_and(|error| error.to_string().contains("another process"))
    );
    drop(store);

    let mut store = Store::open(&folder, Room::unlimited()).unwrap();
    assert_eq!(store.next(), 3);
    let recovered = recover(&mut store, &Texts::sample()).unwrap();
    assert_eq!(recovered.repeated, 3);
    assert_eq!(recovered.engine.callbacks(None).count(), 3);
    assert_eq!(recovered.outstanding.first().map(|effect| effect.id), Some(EffectId(3)));
    assert_eq!(store.history("c0").unwrap(), [b"fact"]);
    assert_eq!(store.history("c1").unwrap(), [[0; 0]; 0]);

    // A snapshot takes the place of the calls before it; the one before stays, with its calls.
    let snapshot = recovered.engine.snapshot().unwrap();
    store.save(&snapshot, &Memory::default(), &Aftermath::default()).unwrap();
    let again = recover(&mut store, &Texts::sample()).unwrap();
    assert_eq!((again.repeated, again.engine.state_hash()), (0, recovered.engine.state_hash()));
    let forget = Aftermath { forget: vec![CallbackId::new("c0")], ..Aftermath::default() };
    store.commit(&[], &forget).unwrap();
    assert_eq!(store.history("c0").unwrap(), [[0; 0]; 0]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let folder = folder("full");
    let room = Room::unlimited();
    let mut store = Store::open(&folder, Arc::clone(&room)).unwrap();
    recover(&mut store, &Texts::sample()).unwrap();
    store.commit(&[call(0)], &Aftermath::default()).unwrap();
    room.limit(std::fs::metadata(folder.join("desk.redb")).unwrap().len());
    let many: Vec<Vec<u8>> = (1..10_000).map(call).collect();
    let error = store.commit(&many, &Aftermath::default()).unwrap_err();
    assert!(error.to_string().ends_with("the disk is full; nothing is taken until there is room"), "{error}");
    let error = store.commit(&many, &Aftermath::default()).unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(store.next(), 1);
    room.limit(u64::MAX);
    store.commit(&[call(1)], &Aftermath::default()).unwrap();
    drop(store);
    let mut store = Store::open(&folder, Room::unlimited()).unwrap();
    let recovered = recover(&mut store, &Texts::sample()).unwrap();
    assert_eq!((recovered.repeated, recovered.engine.callbacks(None).count()), (2, 2));
    std::fs::remove_dir_all(folder).unwrap();
}
