//! Scenarios: one callback's life at a time, told by the whole event log.

use ringback::{Host, at, center, code, phone};
use ringback_engine::center::{Agent, Calendar, Plan, Quota};
use ringback_engine::protocol::{
    Answer, Application, CallbackView, Code, Command, EffectKind, Refusal, TimeoutAnswer, TimeoutKind,
};
use ringback_engine::record::{Outcome, Request, StateName};
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Instant};

fn story(host: &mut Host<impl ringback_engine::protocol::Application>) -> Vec<String> {
    host.story()
}

#[test]
fn an_answered_callback_is_connected_completed_and_purged() {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].wrap_up = Duration::from_secs(20).into();
    let mut host = Host::new(center);
    host.call_me("c1", 1);
    host.wait_until(30);
    host.log_in("anna");
    host.wait_until(42);
    host.report("c1", Outcome::Answered).unwrap();
    host.wait_until(100);
    host.end("c1");
    host.wait_until(200_000);
    assert_eq!(
        story(&mut host),
        [
            "0 accepted callback:c1",
            "0 queued callback:c1 queue:main need:true score:0",
            "30 agent agent:anna state:ready",
            "30 reserved callback:c1 agent:anna queue:main score:0",
            "30 dialing callback:c1 attempt:1 agent:anna number:+12125550001",
            "42 outcome callback:c1 attempt:1 outcome:answered",
            "42 connected callback:c1 agent:anna",
            "100 ended callback:c1 agent:anna",
            "100 completed callback:c1 reason:AGENT_CONNECTED",
            "100 agent agent:anna state:wrap_up",
            "120 agent agent:anna state:ready",
            "86500 purged callback:c1",
        ]
    );
    let forgotten = at(42).after(Duration::from_days(30));
    assert_eq!(host.engine.next_deadline(), Some(forgotten), "whom the customer talked with is kept");
    host.wait_until(42 + 30 * 86_400);
    assert_eq!(host.engine.next_deadline(), None, "nothing is left to happen");
}

#[test]
fn failed_attempts_are_retried_with_their_place_until_none_is_left() {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].max_attempts = 2;
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.wait_until(7);
    host.report("c1", Outcome::Busy).unwrap();
    host.call_me("c2", 2);
    assert_eq!(host.dials().len(), 2, "the agent is free for others during the hold");
    host.report("c2", Outcome::Answered).unwrap();
    host.call_me("c3", 3);
    host.wait_until(400);
    host.end("c2");
    assert_eq!(host.dials()[2].callback.as_str(), "c1", "its place is before that of the third");
    host.story();
    host.effects.clear();
    host.tell(Command::Outcome { attempt: AttemptId(3), outcome: Outcome::NoAnswer }).unwrap();
    let story = story(&mut host);
    assert_eq!(
        story[..2],
        [
            "400 outcome callback:c1 attempt:3 outcome:no_answer",
            "400 completed callback:c1 reason:FAIL_CALL_TO_CUSTOMER"
        ]
    );
}

#[test]
fn a_silent_host_is_answered_for_and_the_number_left_alone() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.call_me("c2", 1);
    host.story();
    host.wait_until(36);
    assert_eq!(
        story(&mut host),
        [
            "35 hang_up attempt:1",
            "35 outcome callback:c1 attempt:1 outcome:no_answer",
            "35 returned callback:c1 why:no_answer",
            "35 held callback:c1 until:1772532335000 why:retry",
        ],
        "the second callback of this number has to wait for the fence"
    );
    assert_eq!(
        host.tell(Command::Outcome { attempt: AttemptId(1), outcome: Outcome::Answered }),
        Err(Refusal::StaleAttempt(AttemptId(1)))
    );
    assert_eq!(story(&mut host), ["36 late_answer callback:c1 attempt:1", "36 hang_up attempt:1"]);
    host.wait_until(94);
    assert!(host.dials().is_empty());
    host.wait_until(95);
    assert_eq!(host.dials()[0].callback.as_str(), "c2");
}

#[test]
fn a_scheduled_callback_enters_before_its_time_and_waits_from_it() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.request(Request::new("c1", "main", phone(1)).at(at(1_000))).unwrap();
    let deadline = host.engine.next_deadline();
    assert_eq!(deadline, Some(at(880)));
    assert_eq!(story(&mut host), ["0 accepted callback:c1", "0 scheduled callback:c1 desired:1772533000000"]);
    host.wait_until(900);
    host.call_me("c2", 2);
    host.log_in("anna");
    assert_eq!(host.dials()[0].callback.as_str(), "c2", "its place, 900 s, is before 1,000 s");
}

#[test]
fn time_runs_out_in_every_state() {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].queued_ttl = Duration::from_secs(100);
    center.queues[0].ttl = Duration::from_secs(300);
    let mut host = Host::new(center);
    host.call_me("waits", 1);
    host.wait_until(100);
    assert!(host.has("completed", "waits"));
    host.log_in("anna");
    host.call_me("rings", 2);
    host.wait_until(120);
    host.report("rings", Outcome::Busy).unwrap();
    host.effects.clear();
    host.wait_until(200);
    assert_eq!(
        story(&mut host),
        ["200 completed callback:rings reason:FAIL_TARGET_NOT_FOUND"],
        "the wait runs on through a hold"
    );
}

#[test]
fn what_came_due_in_routing_acts_on_the_return() {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].queued_ttl = Duration::from_secs(10);
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.wait_until(20);
    host.effects.clear();
    host.tell(Command::Outcome { attempt: AttemptId(1), outcome: Outcome::Busy }).unwrap();
    assert_eq!(
        story(&mut host),
        [
            "20 outcome callback:c1 attempt:1 outcome:busy",
            "20 returned callback:c1 why:busy",
            "20 held callback:c1 until:1772532320000 why:retry",
            "20 completed callback:c1 reason:FAIL_TARGET_NOT_FOUND",
        ]
    );
}

#[test]
fn cancelling_while_it_rings_hangs_up_and_frees_the_agent() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.effects.clear();
    host.cancel("c1").unwrap();
    assert_eq!(
        story(&mut host)[..3],
        [
            "0 hang_up attempt:1",
            "0 completed callback:c1 reason:CANCELLED",
            "0 reserved callback:c2 agent:anna queue:main score:0"
        ]
    );
    assert_eq!(host.cancel("c1"), Err(Refusal::NotCancellable(CallbackId::new("c1"), StateName::Completed)));
    host.tell(Command::Outcome { attempt: AttemptId(2), outcome: Outcome::Answered }).unwrap();
    assert_eq!(host.cancel("c2"), Err(Refusal::NotCancellable(CallbackId::new("c2"), StateName::Processing)));
    assert_eq!(host.cancel("c9"), Err(Refusal::UnknownCallback(CallbackId::new("c9"))));
}

#[test]
fn agents_finish_what_is_under_way() {
    let mut center = center([Agent::new("anna"), Agent::new("ben")]);
    center.queues[0].wrap_up = Duration::from_secs(60).into();
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    let anna = AgentId::new("anna");
    host.tell(Command::LogOut { agent: anna.clone() }).unwrap();
    host.effects.clear();
    host.tell(Command::Ended { attempt: AttemptId(1) }).unwrap();
    assert!(story(&mut host).contains(&"0 agent agent:anna state:logged_out".into()), "without wrap-up");

    host.log_in("ben");
    host.call_me("c2", 2);
    host.tell(Command::AgentLost { agent: AgentId::new("ben") }).unwrap();
    let story = story(&mut host);
    assert!(story.contains(&"0 returned callback:c2 why:agent_lost".into()), "{story:?}");
    assert!(story.contains(&"0 hang_up attempt:2".into()), "{story:?}");

    assert_eq!(host.tell(Command::Ready { agent: anna }), Ok(()), "of an agent who is not there: nothing");
    let nobody = AgentId::new("nobody");
    assert_eq!(host.tell(Command::LogIn { agent: nobody.clone() }), Err(Refusal::UnknownAgent(nobody)));
}

#[test]
fn an_interaction_nobody_ends_is_ended_and_the_agent_not_ready() {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].talk_timeout = Duration::from_secs(600);
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    host.call_me("c2", 2);
    host.effects.clear();
    host.wait_until(600);
    assert_eq!(
        story(&mut host),
        [
            "600 talk_timeout callback:c1 agent:anna",
            "600 hang_up attempt:1",
            "600 ended callback:c1 agent:anna",
            "600 completed callback:c1 reason:AGENT_CONNECTED",
            "600 agent agent:anna state:not_ready reason:talk_timeout",
        ]
    );
}

#[test]
fn outcomes_and_ends_name_a_live_attempt() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    let attempt = AttemptId(1);
    assert_eq!(host.tell(Command::Ended { attempt }), Err(Refusal::NotConnected(attempt)));
    host.report("c1", Outcome::Answered).unwrap();
    assert_eq!(host.report("c1", Outcome::Answered), Err(Refusal::AlreadyConnected(attempt)));
    host.effects.clear();
    for never in [AttemptId(0), AttemptId(2)] {
        assert_eq!(
            host.tell(Command::Outcome { attempt: never, outcome: Outcome::Answered }),
            Err(Refusal::StaleAttempt(never))
        );
    }
    assert!(host.effects.is_empty(), "an attempt that never was is no late answer");
}

#[test]
fn an_agent_like_the_one_who_is_meant_is_not_meant() {
    let mut center = center([Agent::new("anna"), Agent::new("ben")]);
    center.queues[0].need = "agent:anna".parse().unwrap();
    center.services[0].require_agents = true;
    let mut host = Host::new(center);
    host.log_in("ben");
    assert_eq!(code(host.request(Request::new("c1", "main", phone(1)))), Code::NoAgents);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    assert_eq!(host.dials().len(), 1, "the other is for anna alone, who is busy");
}

#[test]
fn a_closed_queue_waits_for_its_hours() {
    let mut center = center([Agent::new("anna")]);
    let mut office = Calendar::new("office");
    office.open = vec!["Mon-Fri 11:00-17:00".parse().unwrap()];
    center.calendars.push(office);
    center.queues[0].calendar = Some("office".into());
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    assert_eq!(host.engine.next_deadline(), Some(at(3_600)));
    host.wait_until(3_599);
    assert!(host.dials().is_empty());
    host.wait_until(3_600);
    assert_eq!(host.dials().len(), 1);
    assert_eq!(host.effects.last().map(|effect| effect.at), Some(at(3_600)));
}

#[test]
fn a_queue_opens_also_where_another_callback_leaves_its_line_at_that_instant() {
    let mut center = center([Agent::new("anna")]);
    let mut office = Calendar::new("office");
    office.open = vec!["Mon-Fri 11:00-17:00".parse().unwrap()];
    center.calendars.push(office);
    center.queues[0].calendar = Some("office".into());
    center.queues[0].queued_ttl = Duration::from_secs(3_600);
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.wait_until(10);
    host.call_me("c2", 2);
    host.wait_until(3_600);
    assert!(host.has("completed", "c1"), "it has waited long enough");
    assert_eq!(host.dials().len(), 1);
}

#[test]
fn a_clock_that_goes_back_stands_still_and_is_reported() {
    let mut host = Host::new(center([]));
    host.wait_until(100);
    host.now = at(40);
    host.call_me("c1", 1);
    let kinds: Vec<_> = host.effects.iter().map(|effect| (effect.at, effect.kind.clone())).collect();
    assert_eq!(kinds[0], (at(100), EffectKind::ClockWentBack { to: at(40) }));
    assert!(kinds.iter().all(|(instant, _)| *instant == at(100)));
    assert_eq!(host.engine.clock_went_back(), 1);
}

#[test]
fn one_call_does_bounded_work_and_says_what_is_left() {
    let mut center = center([]);
    center.services[0].max_queued = u32::MAX;
    center.services[0].windows.clear();
    let mut host = Host::new(center);
    for n in 0..5_000u32 {
        let request = Request::new(format!("c{n}"), "main", phone(n));
        host.engine.apply(host.now, Command::Request(request), &mut host.effects).unwrap();
    }
    host.effects.clear();
    host.now = at(14_400);
    let refusal = host.engine.apply(host.now, Command::LogIn { agent: AgentId::new("x") }, &mut host.effects);
    assert_eq!(refusal, Err(Refusal::Behind));
    assert_eq!(host.effects.len(), 4_096);
    assert_eq!(host.engine.next_deadline(), Some(at(14_400)));
    host.wait_until(14_400);
    assert_eq!(host.effects.len(), 5_000);
}

#[test]
fn a_number_at_its_limit_is_held_until_the_window_frees() {
    let mut center = center([Agent::new("anna")]);
    center.limits.attempts_per_number = Some(Quota { max: 2, per: Duration::from_secs(1_000) });
    center.queues[0].retry_after = Duration::from_secs(10);
    center.queues[0].max_attempts = 9;
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Busy).unwrap();
    host.wait_until(10);
    host.report("c1", Outcome::Busy).unwrap();
    host.effects.clear();
    host.wait_until(999);
    assert_eq!(story(&mut host), ["20 held callback:c1 until:1772533000000 why:attempts_per_number"]);
    host.wait_until(1_000);
    assert_eq!(host.dials().len(), 1);
    assert_eq!(
        host.engine.callback(&CallbackId::new("c1")).map(|c| c.place),
        Some(Instant::from_millis(ringback::START))
    );
}

#[test]
fn an_application_sees_the_priority_that_its_plan_set() {
    struct Rising(Vec<i64>);
    impl Application for Rising {
        fn route(&mut self, _: &CallbackView) -> Answer<Plan> {
            let mut plan = Plan::new("main");
            plan.last().expect("the first").priority = Some(7);
            plan.after(Duration::from_secs(10)).expect("in order");
            plan.last().expect("the second").priority = Some(9);
            Ok(Some(plan))
        }
        fn timeout(&mut self, callback: &CallbackView, _: TimeoutKind) -> Answer<TimeoutAnswer> {
            self.0.push(callback.priority);
            Ok(Some(TimeoutAnswer::Requeue))
        }
    }
    let mut host = Host::with(center([Agent::new("anna")]), Rising(Vec::new()));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.wait_until(5);
    host.report("c1", Outcome::Busy).unwrap();
    host.wait_until(15);
    host.report("c1", Outcome::Busy).unwrap();
    host.report("c1", Outcome::Busy).unwrap();
    assert_eq!(host.engine.application().0, [7, 7, 9], "a step taken in Routing counts from the return on");
}
