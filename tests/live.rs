//! What people of the center do to what runs: switches of queues, and callbacks in the middle of their lives.

use ringback::{Host, center, code, phone};
use ringback_engine::CallbackId;
use ringback_engine::Duration;
use ringback_engine::center::{Agent, Center, Overflow, Queue};
use ringback_engine::protocol::{Code, Command, Refusal};
use ringback_engine::record::{Outcome, Request, StateName, Switch};

fn switch(queue: &str, switch: Switch, on: bool) -> Command {
    Command::Switch { queue: queue.into(), switch, on }
}

fn state<A: ringback_engine::protocol::Application>(host: &Host<A>, id: &str) -> Option<StateName> {
    host.engine.callback(&CallbackId::new(id)).map(|callback| host.engine.shown_state(callback))
}

/// Queues `main` and `other`; who waits in the first for two minutes goes on to the second.
fn two_queues(agents: impl IntoIterator<Item = Agent>) -> Center {
    let mut center = center(agents);
    center.queues.push(Queue::new("other"));
    center.queues[0].overflow.push(Overflow::after("other", Duration::from_secs(120)));
    center
}

#[test]
fn a_paused_queue_keeps_its_callbacks_and_their_places() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.log_in("anna");
    host.tell(switch("main", Switch::Paused, true)).unwrap();
    host.call_me("c1", 1);
    assert_eq!(host.dials().len(), 0);
    assert_eq!(state(&host, "c1"), Some(StateName::Paused));
    assert_eq!(StateName::Paused.to_string(), "PAUSED");
    host.wait_until(10);
    host.call_me("c2", 2);
    host.effects.clear();
    host.tell(switch("main", Switch::Paused, true)).unwrap();
    assert_eq!(host.story(), [""; 0], "it is paused already");
    host.tell(switch("main", Switch::Paused, false)).unwrap();
    assert_eq!(
        host.story(),
        [
            "10 switched queue:main switch:paused on:false",
            "10 reserved callback:c1 agent:anna queue:main score:0",
            "10 dialing callback:c1 attempt:1 agent:anna number:+12125550001",
        ]
    );
    assert_eq!(state(&host, "c2"), Some(StateName::Queued));
    host.tell(switch("main", Switch::Paused, true)).unwrap();
    assert_eq!(state(&host, "c1"), Some(StateName::Routing), "what is under way goes on");
    let unknown = host.tell(switch("mian", Switch::Paused, true));
    assert_eq!(unknown, Err(Refusal::UnknownQueue("mian".into())));
}

#[test]
fn an_emergency_close_beats_the_hours() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.log_in("anna");
    host.tell(switch("main", Switch::Closed, true)).unwrap();
    host.call_me("c1", 1);
    host.wait_until(600);
    assert_eq!(host.dials().len(), 0);
    assert_eq!(state(&host, "c1"), Some(StateName::Queued), "it is not paused");
    host.tell(switch("main", Switch::Closed, false)).unwrap();
    assert_eq!(host.dials().len(), 1);
}

#[test]
fn a_draining_queue_serves_those_in_it_and_lets_nobody_in() {
    let mut host = Host::new(two_queues([Agent::new("anna")]));
    host.call_me("c1", 1);
    host.tell(switch("main", Switch::Draining, true)).unwrap();
    host.effects.clear();
    // Whoever asks goes where the plan leads next.
    host.call_me("c2", 2);
    assert_eq!(
        host.story(),
        [
            "0 accepted callback:c2",
            "0 passed_over callback:c2 queue:main",
            "0 queued callback:c2 queue:other need:true score:0",
        ]
    );
    // Where no queue of the plan takes anybody in, nobody is accepted; who has been, is not turned away.
    host.request(Request::new("c3", "main", phone(3)).at(ringback::at(300))).unwrap();
    host.tell(switch("other", Switch::Draining, true)).unwrap();
    assert_eq!(code(host.request(Request::new("c4", "main", phone(4)))), Code::QueueFull);
    host.effects.clear();
    host.wait_until(180);
    assert_eq!(
        host.story(),
        [
            "120 passed_over callback:c1 queue:other",
            "120 step callback:c1 queue:main need:true",
            "180 queued callback:c3 queue:main need:true score:0",
        ]
    );
    host.log_in("anna");
    host.report("c1", Outcome::Busy).unwrap();
    assert!(host.has("returned", "c1"), "coming back is not coming in");
    assert_eq!(host.engine.line("main").map(|line| (line.full, line.paused)), Some((true, false)));
}

#[test]
fn a_queue_with_as_many_as_may_wait_is_full() {
    let mut center = two_queues([]);
    center.queues[0].max_waiting = Some(1);
    let mut host = Host::new(center);
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    assert!(host.has("passed_over", "c2"));
    let of_main =
        Command::Cancel { callback: "c1".into(), by: ringback_engine::protocol::CancelledBy::Admin };
    host.tell(of_main).unwrap();
    host.call_me("c3", 3);
    assert!(!host.has("passed_over", "c3"));
}

#[test]
fn a_host_that_can_not_go_on_with_a_callback_says_so() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.effects.clear();
    host.tell(Command::Fail { callback: "c1".into() }).unwrap();
    assert_eq!(host.story(), ["0 hang_up attempt:1", "0 completed callback:c1 reason:FAIL_ERROR"]);
    let again = host.tell(Command::Fail { callback: "c1".into() });
    assert_eq!(again, Err(Refusal::WrongState("c1".into(), StateName::Completed)));
}
