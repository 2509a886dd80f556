//! Snapshots on bad input: whatever is done to one, it is whole or refused.

use ringback::{Host, at, center, phone};
use ringback_engine::center::{Agent, Layout};
use ringback_engine::protocol::Plain;
use ringback_engine::record::{Outcome, Request};
use ringback_engine::snapshot::SnapshotError;
use ringback_engine::{Engine, protocol::Command};

fn busy_host() -> Host<Plain> {
    let mut host = Host::new(center([Agent::new("anna").skill("billing", 5), Agent::new("ben")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Busy).expect("live");
    host.log_in("ben");
    host.call_me("c2", 2);
    host.call_me("c3", 3);
    host.report("c3", Outcome::Answered).expect("live");
    let mut keyed = Request::new("c4", "main", phone(4)).at(at(4_000));
    keyed.key = Some("once".into());
    host.request(keyed).expect("accepted");
    host.call_me("c5", 2);
    host.cancel("c5").expect("waits");
    host
}

fn restore(snapshot: &[u8]) -> Result<Engine<Plain>, SnapshotError> {
    let host = center([Agent::new("anna").skill("billing", 5), Agent::new("ben")]);
    Engine::restore(Layout::new(host).expect("sound"), Plain, snapshot)
}

#[test]
fn every_cut_and_every_flipped_bit_is_noticed() {
    let snapshot = busy_host().engine.snapshot().expect("JSON");
    assert!(restore(&snapshot).is_ok());
    for end in 0..snapshot.len() {
        assert!(restore(&snapshot[..end]).is_err(), "cut at byte {end}");
    }
    let mut damaged = snapshot.clone();
    for position in 0..snapshot.len() {
        for bit in 0..8 {
            damaged[position] ^= 1 << bit;
            assert!(restore(&damaged).is_err(), "bit {bit} of byte {position}");
            damaged[position] ^= 1 << bit;
        }
    }
    assert_eq!(damaged, snapshot);
}

#[test]
fn a_snapshot_of_something_else_is_refused_by_name() {
    let host = busy_host();
    let snapshot = String::from_utf8(host.engine.snapshot().expect("JSON")).expect("text");
    let message =
        |text: &str| restore(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(message("hello\n"), "this is no snapshot; a snapshot begins with its version");
    let older = snapshot.replacen("\"engine\":\"", "\"engine\":\"0.0.", 1);
    assert!(message(&older).starts_with("the snapshot was taken with engine `0.0."), "{}", message(&older));
    let zones = snapshot.replacen("\"zones\":\"", "\"zones\":\"x", 1);
    assert!(message(&zones).contains("time zone data `x"), "{}", message(&zones));
    let other = Layout::new(center([Agent::new("zoe")])).expect("sound");
    let refused = Engine::restore(other, Plain, snapshot.as_bytes()).err();
    assert!(matches!(refused, Some(SnapshotError::Other { what: "the center", .. })), "{refused:?}");
}

#[test]
fn the_state_of_another_version_is_carried_over_only_on_purpose() {
    let host = busy_host();
    let snapshot = String::from_utf8(host.engine.snapshot().expect("JSON")).expect("text");
    let layout = || Layout::new(center([Agent::new("anna").skill("billing", 5), Agent::new("ben")]));
    let carried = |text: &str| Engine::carry_over(layout().expect("sound"), Plain, text.as_bytes());
    for (ours, theirs) in [("\"engine\":\"", "\"engine\":\"0.0."), ("\"zones\":\"", "\"zones\":\"x")] {
        let other = snapshot.replacen(ours, theirs, 1);
        assert!(restore(other.as_bytes()).is_err());
        let engine = carried(&other).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(engine.state_hash(), host.engine.state_hash());
        assert_eq!(engine.check(), Ok(()));
    }
    let form = snapshot.replacen("\"snapshot\":", "\"snapshot\":7", 1);
    let refused = carried(&form).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.starts_with("the snapshot was taken with the form `7"), "{refused}");
    let damaged = snapshot.replacen("\"c1\"", "\"c9\"", 1);
    assert!(matches!(carried(&damaged), Err(SnapshotError::Damaged { .. })));
}

#[test]
fn the_way_to_a_state_does_not_show_in_its_snapshot() {
    let played = |pause: bool| {
        let mut host = Host::new(center([Agent::new("anna"), Agent::new("ben")]));
        for agent in ["anna", "ben"] {
            host.tell(Command::LogIn { agent: agent.into() }).expect("known");
        }
        if pause {
            // Somebody who goes without a trace: ids of callbacks are free again once purged.
            host.wait_until(10);
        }
        host.wait_until(20);
        host.call_me("c1", 1);
        host.engine.snapshot().expect("JSON")
    };
    assert_eq!(played(true), played(false));
}
