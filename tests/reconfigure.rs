//! A center that is configured anew while it runs.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ringback::history::{Act, centers, histories};
use ringback::rules::Rules;
use ringback::{Host, any_hour, at, center, phone};
use ringback_engine::center::{
    Agent, AtClose, Attribute, Center, First, Layout, Overflow, Queue, Quota, Service, Table,
};
use ringback_engine::protocol::{
    Changes, Command, Disposition, Effect, EffectKind, Event, Plain, Refusal, TimeoutAnswer,
};
use ringback_engine::record::{AgentFailure, Outcome, Reason, Request, StateName};
use ringback_engine::{Advanced, CallbackId, Country, Duration, Engine, Instant};

/// What is another in a new configuration.
type Change = fn(&mut Center);

fn reconfigure(center: &Center) -> Command {
    Command::Reconfigure { center: Box::new(center.clone()) }
}

/// Queues `main` and `other`, each with its service; who waits in the first for two minutes goes on to the second.
fn two_queues() -> Center {
    let mut center = center([Agent::new("anna"), Agent::new("ben")]);
    center.queues.push(Queue::new("other"));
    center.services.push(any_hour(Service::new("other", "other")));
    center.queues[0].overflow.push(Overflow::after("other", Duration::from_secs(120)));
    center
}

fn places(engine: &Engine<Plain>) -> BTreeMap<CallbackId, Instant> {
    engine.callbacks(None).map(|callback| (callback.request.id.clone(), callback.place)).collect()
}

#[test]
fn everybody_keeps_their_place_wherever_their_queue_stands() {
    let before = two_queues();
    let mut host = Host::new(before.clone());
    host.call_me("c1", 1);
    host.request(Request::new("c2", "other", phone(2))).unwrap();
    host.wait_until(10);
    host.call_me("c3", 3);
    host.request(Request::new("c4", "other", phone(4)).at(at(5_000))).unwrap();
    let kept = places(&host.engine);
    let mut after = before;
    after.queues.reverse();
    after.services.reverse();
    after.queues.insert(0, Queue::new("new"));
    after.agents = vec![Agent::new("zoe"), Agent::new("aaron"), Agent::new("anna")];
    host.effects.clear();
    host.tell(reconfigure(&after)).unwrap();
    assert_eq!(host.story(), ["10 reconfigured center:Test"]);
    assert_eq!(places(&host.engine), kept);
    assert_eq!(host.engine.position(&"c3".into()), Some(1));
    assert_eq!(host.engine.layout().center().queues, after.queues);
    host.log_in("anna");
    host.report("c1", Outcome::Answered).unwrap();
    host.end("c1");
    let order: Vec<_> = host.dials().iter().map(|dial| dial.callback.to_string()).collect();
    assert_eq!(order, ["c1", "c2"], "the first comes first");

    // Whoever begins from a snapshot begins with the configuration of then.
    let layout = Layout::new(host.engine.layout().center().clone()).unwrap();
    let twin = Engine::restore(layout, Plain, &host.engine.snapshot().unwrap()).unwrap();
    assert_eq!(twin.state_hash(), host.engine.state_hash());
}

#[test]
fn what_is_in_use_can_not_go() {
    let before = two_queues();
    let mut host = Host::new(before.clone());
    host.log_in("anna");
    host.call_me("c1", 1);
    host.request(Request::new("c2", "other", phone(2)).at(at(5_000))).unwrap();
    let state = host.engine.state_hash();
    let mut refused = |change: &dyn Fn(&mut Center), sentence: &str| {
        let mut after = before.clone();
        change(&mut after);
        let refusal = host.tell(reconfigure(&after)).unwrap_err();
        assert_eq!(refusal.to_string(), format!("the new configuration can't be used yet: {sentence}"));
        assert_eq!(host.engine.state_hash(), state, "nothing has changed");
    };
    refused(&|center| drop(center.agents.remove(0)), "agent `anna`: has a callback under way, and is gone");
    refused(
        &|center| drop(center.services.remove(1)),
        "service `other`: callback `c2` is in it, and it is gone",
    );
    refused(
        &|center| {
            center.services.iter_mut().for_each(|service| service.queue = "other".into());
            center.queues.remove(0);
        },
        "queue `main`: callback `c1` is in it, and it is gone",
    );
    refused(
        &|center| center.services[1].slot.minutes = 10,
        "service `other`: its slots can't change while one is booked, as that of 2026-03-03T11:20:00.000Z is",
    );
    refused(
        &|center| center.services[1].slot.capacity = 0,
        "service `other`: 1 bookings stand in the slot of 2026-03-03T11:20:00.000Z, and 0 would be room",
    );
    let mut unsound = before.clone();
    unsound.queues[0].overflow[0].to = "otter".into();
    let Err(Refusal::Misconfigured(findings)) = host.tell(reconfigure(&unsound)) else { panic!("accepted") };
    assert!(findings[0].to_string().contains("did you mean `other`"), "{findings:?}");
    assert_eq!(host.engine.state_hash(), state);
}

#[test]
fn an_agent_who_is_gone_is_logged_out_and_a_new_one_can_come() {
    let before = two_queues();
    let mut host = Host::new(before.clone());
    host.log_in("ben");
    host.effects.clear();
    let mut after = before;
    after.agents[1] = Agent::new("zoe");
    host.tell(reconfigure(&after)).unwrap();
    assert_eq!(host.story(), ["0 agent agent:ben state:logged_out", "0 reconfigured center:Test"]);
    assert_eq!(host.tell(Command::LogIn { agent: "ben".into() }), Err(Refusal::UnknownAgent("ben".into())));
    host.log_in("zoe");
    host.call_me("c1", 1);
    assert_eq!(host.dials().len(), 1);
}

#[test]
fn a_plan_that_leads_to_a_queue_that_is_gone_ends_there() {
    let before = two_queues();
    let mut host = Host::new(before.clone());
    host.call_me("c1", 1);
    let mut after = before;
    after.queues[0].overflow.clear();
    after.queues.pop();
    after.services.pop();
    host.tell(reconfigure(&after)).unwrap();
    host.wait_until(119);
    assert_eq!(host.engine.callback(&"c1".into()).map(|c| c.state.name()), Some(StateName::Queued));
    host.effects.clear();
    host.wait_until(120);
    assert_eq!(host.story(), ["120 completed callback:c1 reason:FAIL_QUEUEING"]);
}

#[test]
fn the_new_limits_count_what_has_been_counted() {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].retry_after = Duration::from_secs(10);
    center.queues[0].max_attempts = 9;
    let mut host = Host::new(center.clone());
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Busy).unwrap();
    center.limits.attempts_per_number = Some(Quota { max: 1, per: Duration::from_secs(1_000) });
    host.tell(reconfigure(&center)).unwrap();
    host.wait_until(999);
    assert_eq!(host.dials().len(), 1);
    host.wait_until(1_000);
    assert_eq!(host.dials().len(), 2);
    host.report("c1", Outcome::Busy).unwrap();
    center.limits.attempts_per_number = None;
    host.tell(reconfigure(&center)).unwrap();
    host.wait_until(1_010);
    assert_eq!(host.dials().len(), 3, "who was at the limit goes on");
}

#[test]
fn the_rules_of_the_number_are_asked_again_when_the_attempt_leaves() {
    let mut center = center([Agent::new("anna")]);
    center.services[0].premium = true;
    center.tables.push(Table { name: "opt_out".into(), entries: BTreeMap::new().into() });
    let lists: [(&str, Change); 4] = [
        ("country", |center| center.services[0].countries = Some(vec![Country::new("DE").unwrap()])),
        ("blocked", |center| center.services[0].blocked = vec!["+1212".into()]),
        ("kind", |center| center.services[0].premium = false),
        ("opt-out", |center| {
            center.tables[0].entries = [(ringback::phone(8).as_str().into(), Attribute::Integer(1))].into();
        }),
    ];
    for (rule, forbid) in lists {
        let mut host = Host::new(center.clone());
        for id in ["c1", "c2"] {
            let mut request = Request::new(id, "main", ringback::number(8));
            request.desired = (id == "c2").then(|| at(1_000));
            host.request(request).unwrap();
        }
        let mut stricter = center.clone();
        forbid(&mut stricter);
        host.tell(reconfigure(&stricter)).unwrap();
        host.story();
        host.log_in("anna");
        assert_eq!(
            host.story(),
            ["0 agent agent:anna state:ready", "0 completed callback:c1 reason:FAIL_NUMBER_NOT_ALLOWED"],
            "{rule}"
        );
        host.tell(reconfigure(&center)).unwrap();
        host.wait_until(1_000);
        assert_eq!(host.dials().len(), 1, "{rule}: it may be called again when c2 is");
    }
}

#[test]
fn a_customer_on_the_line_is_not_asked_about_again() {
    let mut center = center([Agent::new("anna"), Agent::new("ben")]);
    center.queues[0].dialling.first = First::Customer;
    let mut host = Host::new(center.clone());
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    let (attempt, failure) = (host.attempt("c1"), AgentFailure::Busy);
    host.tell(Command::AgentFailed { attempt, failure }).unwrap();
    center.services[0].countries = Some(Vec::new());
    host.tell(reconfigure(&center)).unwrap();
    host.story();
    host.log_in("ben");
    assert_eq!(
        host.story()[1..],
        ["0 reserved callback:c1 agent:ben queue:main score:0", "0 connect attempt:1 agent:ben"]
    );
    host.tell(Command::Connected { attempt }).unwrap();
    assert!(host.has("connected", "c1"));
}

#[test]
fn who_talks_while_queues_change_places_goes_back_to_their_own() {
    let before = two_queues();
    let mut host = Host::new(before.clone());
    host.log_in("anna");
    host.request(Request::new("c1", "other", phone(1))).unwrap();
    host.report("c1", Outcome::Answered).unwrap();
    let mut after = before;
    after.queues.reverse();
    host.tell(reconfigure(&after)).unwrap();
    let attempt = host.attempt("c1");
    host.tell(Command::NotReady { agent: "anna".into(), reason: None }).unwrap();
    host.tell(Command::Disposed { attempt, disposition: Disposition::Requeue }).unwrap();
    assert_eq!(host.engine.line("other").map(|line| line.waiting), Some(1));
}

#[test]
fn a_wait_is_bounded_though_the_queue_it_began_in_is_gone() {
    let mut patient = Rules::default();
    patient.timeout = vec![Ok(Some(TimeoutAnswer::Requeue))];
    let mut before = two_queues();
    before.queues[1].queued_ttl = Duration::from_secs(50);
    before.queues[0].queued_ttl = Duration::from_secs(300);
    let mut host = Host::with(before.clone(), patient);
    host.request(Request::new("c1", "other", phone(1))).unwrap();
    host.tell(Command::Update {
        callback: "c1".into(),
        changes: Changes { queue: Some("main".into()), ..Changes::default() },
    })
    .unwrap();
    host.wait_until(120);
    assert_eq!(host.engine.line("other").map(|line| line.waiting), Some(1), "on the plan of `main`");
    let mut after = before;
    after.queues.remove(0);
    after.services.remove(0);
    host.tell(reconfigure(&after)).unwrap();
    host.wait_until(351);
    let due = host.engine.callback(&"c1".into()).map(|callback| callback.deadline().at);
    assert_eq!(due, Some(at(400)), "as long again as the queue it is in lets it");
}

/// Tells an engine a history from `seconds` on; answers when it ended.
fn tell(engine: &mut Engine<Plain>, history: &[Act], mut seconds: i64, effects: &mut Vec<Effect>) -> i64 {
    for act in history {
        seconds += act.after;
        if engine.advance(at(seconds), effects) == Advanced::Late {
            engine.apply(at(seconds), Command::Resume, effects).expect("late");
        }
        if let Some(command) = act.say.command(engine, at(seconds)) {
            let _ = engine.apply(at(seconds), command, effects);
        }
        assert_eq!(engine.check(), Ok(()));
    }
    seconds
}

/// Other settings for the same names, some of which are gone, in another order.
fn others() -> impl Strategy<Value = Center> {
    (centers(), any::<[bool; 3]>()).prop_map(|(mut center, [queue, agent, order])| {
        if queue {
            center.queues.pop();
            center.services.pop();
            for queue in &mut center.queues {
                queue.overflow.retain(|edge| edge.to != "gamma");
            }
        }
        if agent {
            center.agents.pop();
        }
        if order {
            center.queues.reverse();
            center.services.reverse();
        }
        // Bookings stand; new slots would be refused more often than not.
        for service in &mut center.services {
            (service.slot.minutes, service.slot.capacity) = (5, 100);
        }
        center.timezone = chrono_tz::UTC;
        center
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_lost_or_moved_by_a_new_configuration(
        mut center in centers(), other in others(), before in histories(80), after in histories(80),
    ) {
        center.timezone = chrono_tz::UTC;
        center.services.iter_mut().for_each(|service| service.slot.minutes = 5);
        let layout = Layout::new(center).expect("a sound center");
        let (mut engine, mut effects) = (Engine::new(layout, Plain), Vec::new());
        let now = tell(&mut engine, &before, 0, &mut effects);
        prop_assume!(engine.advance(at(now), &mut effects) == Advanced::Done);
        let (kept, state, said) = (places(&engine), engine.state_hash(), effects.len());
        let answer = engine.apply(at(now), reconfigure(&other), &mut effects);
        prop_assert_eq!(engine.check(), Ok(()));
        prop_assert_eq!(places(&engine), kept);
        match answer {
            Err(Refusal::InUse(_)) => {
                prop_assert_eq!((engine.state_hash(), effects.len()), (state, said));
            }
            answer => {
                prop_assert_eq!(answer, Ok(()));
                let mut sorted = other.clone();
                sorted.agents.sort_by(|one, other| one.id.cmp(&other.id));
                prop_assert_eq!(engine.layout().center(), &sorted);
                // Only whose queue is closed by it, and asks for that, or whose number may not be called any more.
                let closes = other.queues.iter().any(|queue| queue.at_close == AtClose::Complete);
                let lost = |effect: &&Effect| match &effect.kind {
                    EffectKind::Event(Event::Completed { reason: Reason::NumberNotAllowed, .. }) => false,
                    EffectKind::Event(Event::Completed { reason, .. }) => !closes || *reason != Reason::TargetNotFound,
                    _ => false,
                };
                prop_assert_eq!(effects[said..].iter().find(lost), None);
            }
        }
        // It goes on, and so does one begun from a snapshot; in the end everybody's callback is over.
        let layout = Layout::new(engine.layout().center().clone()).expect("in use");
        let mut twin = Engine::restore(layout, Plain, &engine.snapshot().expect("JSON")).expect("its own");
        let (said, mut again) = (effects.len(), Vec::new());
        tell(&mut twin, &after, now, &mut again);
        tell(&mut engine, &after, now, &mut effects);
        prop_assert_eq!(&effects[said..], &again[..]);
        prop_assert_eq!(engine.state_hash(), twin.state_hash());
        while let Some(deadline) = engine.next_deadline() {
            if engine.advance(deadline, &mut effects) == Advanced::Late {
                engine.apply(deadline, Command::Resume, &mut effects).expect("late");
            }
        }
        let count = |wanted: fn(&Event) -> bool| {
            effects.iter().filter(|effect| matches!(&effect.kind, EffectKind::Event(event) if wanted(event))).count()
        };
        let accepted = count(|event| matches!(event, Event::Accepted { .. }));
        prop_assert_eq!(accepted, count(|event| matches!(event, Event::Completed { .. })));
        prop_assert_eq!(accepted, count(|event| matches!(event, Event::Purged { .. })));
    }
}
