//! A host that was away: what it finds, and whom nobody calls meanwhile.

use ringback::{Host, at, center, phone};
use ringback_engine::center::{Agent, Layout, MAX_STEP, Overflow, Queue};
use ringback_engine::protocol::{Command, Plain, Refusal};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Advanced, AttemptId, Duration, Engine};

fn log_in(agent: &str) -> Command {
    Command::LogIn { agent: agent.into() }
}

#[test]
fn a_host_that_was_away_is_refused_until_it_says_so() {
    let waited = 14_400;
    let mut host = Host::new(center([Agent::new("anna")]));
    host.call_me("c1", 1);
    host.be_away_until(waited + 60);
    assert_eq!(host.tell(log_in("anna")), Ok(()), "overdue by `max_lag` is not too late");

    let mut host = Host::new(center([Agent::new("anna")]));
    host.call_me("c1", 1);
    host.effects.clear();
    host.be_away_until(waited + 61);
    let before = host.engine.state_hash();
    assert_eq!(host.tell(log_in("anna")), Err(Refusal::Late(at(waited))));
    assert_eq!(host.engine.advance(host.now, &mut host.effects), Advanced::Late);
    assert_eq!(host.engine.next_deadline(), Some(at(waited)), "nothing has fired");
    assert_eq!((host.engine.state_hash(), host.effects.len()), (before, 0), "and nothing has changed");
    host.resume();
    let away = format!("0 away until:{}", at(waited + 61).millis());
    assert_eq!(host.story(), [away, format!("{waited} completed callback:c1 reason:FAIL_TARGET_NOT_FOUND")]);
    assert_eq!(host.engine.clock(), at(waited + 61));
    assert_eq!(host.tell(log_in("anna")), Ok(()));
}

#[test]
fn who_is_not_late_has_nothing_to_resume_from() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    let before = host.engine.state_hash();
    assert_eq!(host.tell(Command::Resume), Err(Refusal::NotLate));
    assert_eq!(host.engine.state_hash(), before, "what is under way goes on");
}

#[test]
fn what_was_under_way_is_over_and_counts_for_nothing() {
    let mut center = center([Agent::new("anna"), Agent::new("ben")]);
    center.queues[0].max_attempts = 2;
    center.queues[0].retry_after = Duration::from_secs(10);
    let mut host = Host::new(center);
    host.log_in("anna");
    host.log_in("ben");
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.report("c2", Outcome::Answered).unwrap();
    host.call_me("c3", 3);
    host.effects.clear();
    host.be_away_until(1_000);
    host.resume();
    assert_eq!(
        host.story(),
        [
            "0 away until:1772533000000",
            "0 hang_up attempt:1",
            "0 outcome callback:c1 attempt:1 outcome:unknown",
            "0 returned callback:c1 why:unknown",
            "0 agent agent:anna state:not_ready reason:away",
            "0 hang_up attempt:2",
            "0 ended callback:c2 agent:ben",
            "0 completed callback:c2 reason:AGENT_CONNECTED",
            "0 agent agent:ben state:not_ready reason:away",
        ],
        "nobody is called, though c3 waits and both are free"
    );
    // An outcome that was on its way is too late, and whoever answers after all is hung up on.
    let late = Command::Outcome { attempt: AttemptId(1), outcome: Outcome::Answered };
    assert_eq!(host.tell(late), Err(Refusal::StaleAttempt(AttemptId(1))));
    assert_eq!(host.story(), ["1000 late_answer callback:c1 attempt:1", "1000 hang_up attempt:1"]);

    host.tell(Command::Ready { agent: "anna".into() }).unwrap();
    assert_eq!(host.dials()[0].callback.as_str(), "c3", "the number of c1 is left alone");
    host.report("c3", Outcome::Answered).unwrap();
    host.end("c3");
    host.wait_until(1_059);
    assert!(host.dials().iter().all(|dial| dial.callback.as_str() != "c1"));
    host.wait_until(1_060);
    for _ in 0..2 {
        host.report("c1", Outcome::Busy).unwrap();
        host.wait_until(host.now.since(at(0)).millis() / 1_000 + 10);
    }
    let tried = host.dials().into_iter().filter(|dial| dial.callback.as_str() == "c1").count();
    assert_eq!(tried, 2, "`max_attempts` counts those that are known");
    assert!(host.has("completed", "c1"));
}

#[test]
fn what_is_missed_happens_at_its_own_instants() {
    let mut center = center([]);
    center.queues.push(Queue::new("other"));
    center.queues[0].overflow.push(Overflow::after("other", Duration::from_secs(100)));
    let mut host = Host::new(center);
    host.call_me("c1", 1);
    host.request(Request::new("c2", "main", phone(2)).at(at(500))).unwrap();
    host.effects.clear();
    host.be_away_until(20_000);
    host.resume();
    assert_eq!(
        host.story(),
        [
            "0 away until:1772552000000",
            "100 step callback:c1 queue:other need:true",
            "380 queued callback:c2 queue:main need:true score:0",
            "480 step callback:c2 queue:other need:true",
            "14400 completed callback:c1 reason:FAIL_TARGET_NOT_FOUND",
            "14780 completed callback:c2 reason:FAIL_TARGET_NOT_FOUND",
        ]
    );
}

#[test]
fn a_host_may_say_that_it_does_not_know_how_an_attempt_ended() {
    let mut host = Host::new(center([Agent::new("anna"), Agent::new("ben")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.effects.clear();
    host.wait_until(5);
    host.tell(Command::Outcome { attempt: AttemptId(1), outcome: Outcome::Unknown }).unwrap();
    assert_eq!(
        host.story(),
        [
            "5 hang_up attempt:1",
            "5 outcome callback:c1 attempt:1 outcome:unknown",
            "5 returned callback:c1 why:unknown",
        ]
    );
    host.wait_until(64);
    assert_eq!(host.dials().len(), 0);
    host.wait_until(65);
    assert_eq!(host.dials().len(), 1, "the agent stays ready");
    assert_eq!(host.dials()[0].number_of_attempt, 2);
}

#[test]
fn a_long_absence_is_made_up_for_in_calls_of_bounded_work() {
    let mut center = center([Agent::new("anna")]);
    center.services[0].max_queued = u32::MAX;
    center.services[0].windows.clear();
    let layout = Layout::new(center.clone()).unwrap();
    let mut host = Host::new(center);
    let callbacks = MAX_STEP as u32 + 1_000;
    for n in 0..callbacks {
        let request = Request::new(format!("c{n}"), "main", phone(n));
        host.engine.apply(host.now, Command::Request(request), &mut host.effects).unwrap();
    }
    host.log_in("anna");
    host.effects.clear();
    host.be_away_until(20_000);
    assert_eq!(host.tell(Command::Resume), Ok(()));
    assert_eq!(host.engine.next_deadline(), Some(at(14_400)), "the rest is due");

    // In the middle of it: a snapshot is whole, and one who is away again says so again.
    let snapshot = host.engine.snapshot().unwrap();
    let mut twin = Engine::restore(layout, Plain, &snapshot).unwrap();
    assert_eq!(twin.check(), Ok(()));
    let mut effects = Vec::new();
    let until = at(20_000);
    assert_eq!(twin.advance(at(20_061), &mut effects), Advanced::Late);
    assert_eq!(twin.apply(at(20_061), log_in("anna"), &mut effects), Err(Refusal::Late(until)));
    assert_eq!(effects, []);
    assert_eq!(twin.advance(at(20_060), &mut effects), Advanced::Done);

    assert_eq!(host.engine.advance(at(20_060), &mut host.effects), Advanced::Done);
    assert_eq!(host.engine.state_hash(), twin.state_hash());
    assert!(host.effects.ends_with(&effects));
    assert_eq!(host.dials().len(), 0);
}
