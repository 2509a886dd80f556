//! One thing done to many callbacks, and asking anew for what was not served.

use ringback::{Host, at, center, code, phone};
use ringback_engine::CallbackId;
use ringback_engine::center::{Agent, Attribute, MOST_AT_ONCE};
use ringback_engine::protocol::{BulkDeed, CancelledBy, Code, Command, Refusal};
use ringback_engine::record::{Outcome, Request, StateName};

fn state<A: ringback_engine::protocol::Application>(host: &Host<A>, id: &str) -> Option<StateName> {
    host.engine.callback(&CallbackId::new(id)).map(|callback| host.engine.shown_state(callback))
}

fn bulk(callbacks: &[&str], deed: BulkDeed) -> Command {
    Command::Bulk { callbacks: callbacks.iter().map(CallbackId::new).collect(), deed }
}

#[test]
fn many_are_cancelled_at_once_and_each_is_answered_for() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.log_in("anna");
    (1..=3).for_each(|n| host.call_me(&format!("c{n}"), n));
    host.report("c1", Outcome::Answered).unwrap();
    host.effects.clear();
    host.tell(bulk(&["c3", "c1", "c9", "c2", "c3"], BulkDeed::Cancel { by: CancelledBy::Admin })).unwrap();
    assert_eq!(
        host.story(),
        [
            "0 completed callback:c3 reason:CANCELLED_BY_ADMIN",
            "0 refused callback:c1 code:not_cancellable sentence:callback `c1`: can't be cancelled  it is PROCESSING",
            "0 refused callback:c9 code:unknown_callback sentence:callback `c9`: no callback has this id",
            "0 completed callback:c2 reason:CANCELLED_BY_ADMIN",
            "0 refused callback:c3 code:not_cancellable sentence:callback `c3`: can't be cancelled  it is COMPLETED",
            "0 bulk done:2 refused:3",
        ]
    );
}

#[test]
fn many_are_moved_as_far_as_their_slot_has_room_and_nobody_loses_one() {
    let mut center = center([]);
    center.services[0].slot.capacity = 2;
    let mut host = Host::new(center);
    for n in 1..=4 {
        host.request(Request::new(format!("c{n}"), "main", phone(n)).at(at(1_800 * i64::from(n)))).unwrap();
    }
    host.effects.clear();
    host.tell(bulk(&["c1", "c2", "c3", "c4"], BulkDeed::Reschedule { to: at(7_200) })).unwrap();
    let story = host.story();
    assert!(story[0].starts_with("0 rescheduled callback:c1"), "{story:?}");
    assert!(story[1].starts_with("0 refused callback:c2 code:SLOT_FULL sentence:rejected"), "{story:?}");
    assert!(story[2].starts_with("0 refused callback:c3 code:SLOT_FULL"), "{story:?}");
    assert!(story[3].starts_with("0 rescheduled callback:c4"), "within its slot: {story:?}");
    assert_eq!(story[4], "0 bulk done:2 refused:2");
    let place = |id: &str| host.engine.callback(&id.into()).unwrap().place;
    assert_eq!(["c1", "c2", "c3", "c4"].map(place), [7_200, 3_600, 5_400, 7_200].map(at));
}

#[test]
fn many_are_given_to_one_agent_and_nobody_to_too_many() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.effects.clear();
    host.tell(bulk(&["c1", "c2"], BulkDeed::Assign { agent: Some("anna".into()) })).unwrap();
    assert_eq!(host.story().last().unwrap(), "0 bulk done:2 refused:0");
    let callbacks = vec![CallbackId::new("c1"); MOST_AT_ONCE + 1];
    let deed = BulkDeed::Cancel { by: CancelledBy::Customer };
    let refusal = host.tell(Command::Bulk { callbacks, deed }).unwrap_err();
    assert_eq!(refusal, Refusal::TooMany(10_001));
    assert_eq!(
        refusal.to_string(),
        "10001 callbacks are too many for one command; name at most 10000, and go on in another"
    );
    assert_eq!(state(&host, "c1"), Some(StateName::Queued));
}

#[test]
fn a_bulk_command_is_one_object() {
    let command = bulk(&["c1"], BulkDeed::Cancel { by: CancelledBy::Admin });
    let json = serde_json::to_string(&command).unwrap();
    assert_eq!(json, r#"{"command":"bulk","callbacks":["c1"],"deed":"cancel","by":"admin"}"#);
    assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), command);
}

#[test]
fn who_was_not_served_is_asked_for_anew_as_anybody() {
    let mut host = Host::new(center([Agent::new("anna")]));
    let mut request = Request::new("c1", "main", phone(1)).attribute("tier", Attribute::Integer(2));
    (request.key, request.priority) = (Some("k1".into()), 3);
    host.request(request.clone()).unwrap();
    let anew = |host: &mut Host<_>, of: &str, id: &str| {
        host.tell(Command::Recreate { callback: of.into(), id: id.into() })
    };
    let waits = anew(&mut host, "c1", "c2").unwrap_err();
    assert_eq!(
        waits.to_string(),
        "callback `c1`: can't be asked for anew, it is QUEUED; only one that is over can"
    );
    host.cancel("c1").unwrap();
    assert_eq!(anew(&mut host, "c1", "c1"), Err(Refusal::IdInUse("c1".into())));
    host.wait_until(60);
    host.effects.clear();
    anew(&mut host, "c1", "c2").unwrap();
    assert_eq!(
        host.story(),
        [
            "60 accepted callback:c2",
            "60 queued callback:c2 queue:main need:true score:3",
            "60 recreated callback:c2 of:c1",
        ]
    );
    let callback = host.engine.callback(&"c2".into()).unwrap();
    assert_eq!((callback.place, &callback.request.key), (at(60), &None), "it is a new request");
    assert_eq!(callback.request.attributes, request.attributes);
    // The checks are those of any request.
    host.call_me("c3", 1);
    assert_eq!(code(anew(&mut host, "c1", "c4")), Code::Duplicate);
    assert!(host.has("rejected", "c4"));
    // Who was served, and who is gone, is not asked for anew.
    host.log_in("anna");
    host.report("c2", Outcome::Answered).unwrap();
    host.end("c2");
    let served = anew(&mut host, "c2", "c4").unwrap_err();
    assert_eq!(served.to_string(), "callback `c2`: can't be asked for anew, its customer was served");
    assert_eq!(anew(&mut host, "c9", "c4"), Err(Refusal::UnknownCallback("c9".into())));
}

#[test]
fn a_time_that_is_past_is_not_asked_for_again() {
    let mut host = Host::new(center([]));
    for n in [1, 2] {
        host.request(Request::new(format!("c{n}"), "main", phone(n)).at(at(600 * i64::from(n)))).unwrap();
        host.cancel(&format!("c{n}")).unwrap();
    }
    host.wait_until(900);
    for (of, id, shows) in [("c1", "d1", StateName::Queued), ("c2", "d2", StateName::Scheduled)] {
        host.tell(Command::Recreate { callback: of.into(), id: id.into() }).unwrap();
        assert_eq!(state(&host, id), Some(shows));
    }
}

#[test]
fn nobody_who_was_erased_is_asked_for_anew() {
    let mut host = Host::new(center([]));
    host.call_me("c1", 1);
    host.cancel("c1").unwrap();
    host.tell(Command::Erase { phone: phone(1) }).unwrap();
    let anew = host.tell(Command::Recreate { callback: "c1".into(), id: "c2".into() });
    assert_eq!(code(anew), Code::InvalidNumber);
}
