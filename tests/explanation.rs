//! Why a callback waits: each barrier in a scenario, and the law that explanation and matching agree.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use ringback::history::{centers, histories};
use ringback::{Host, at, center, number, phone};
use ringback_engine::center::{Agent, Calendar, CallingWindow, Center, Dialling, First, Layout, Plan, Quota};
use ringback_engine::protocol::{
    Advanced, Agents, Answer, Application, Barrier, Before, CallbackView, Command, Explained, Plain,
    StageName, Wait,
};
use ringback_engine::record::{HoldReason, Outcome, Request, State, Switch};
use ringback_engine::value::requirement::Candidate;
use ringback_engine::{
    AgentId, CallbackId, Duration, Engine, Instant, Name, Number, NumberFacts, Requirement,
};

fn skilled(id: &str, skills: &[(&str, u8)]) -> Agent {
    let mut agent = Agent::new(id);
    agent.skills = skills.iter().map(|(skill, level)| (Name::new(skill), *level)).collect();
    agent
}

fn wait<A: Application>(host: &Host<A>, id: &str) -> Wait {
    let explanation = host.engine.explain(&CallbackId::new(id)).expect("known");
    match explanation.state {
        Explained::Queued(wait) => *wait,
        other => panic!("{other:?}"),
    }
}

fn turn<A: Application>(host: &mut Host<A>, switch: Switch, on: bool) {
    host.tell(Command::Switch { queue: "main".into(), switch, on }).unwrap();
}

/// A host with nobody to wait for: one agent, who is ready.
fn with(change: impl FnOnce(&mut Center)) -> Host<Plain> {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].retry_after = Duration::from_secs(60);
    change(&mut center);
    let mut host = Host::new(center);
    host.log_in("anna");
    host
}

/// The only barrier.
fn barrier<A: Application>(host: &Host<A>, id: &str) -> Barrier {
    let barriers = wait(host, id).barriers;
    assert_eq!(barriers.len(), 1, "{barriers:?}");
    barriers[0].clone()
}

#[test]
fn agents_who_meet_what_is_required_are_counted_by_what_they_do() {
    let agents = ["away", "lunch", "busy", "notes"].map(|id| skilled(id, &[("billing", 5)]));
    let mut center = center(agents.into_iter().chain([skilled("other", &[("sales", 9)])]));
    center.queues[0].need = "billing >= 3".parse().unwrap();
    center.queues[0].wrap_up = ringback_engine::center::WrapUp::For(Duration::from_secs(100));
    let mut host = Host::new(center);
    for agent in ["lunch", "notes", "other"] {
        host.log_in(agent);
    }
    host.tell(Command::NotReady { agent: "lunch".into(), reason: None }).unwrap();
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    host.end("c1");
    host.log_in("busy");
    host.call_me("c2", 2);
    host.call_me("c3", 3);
    let agents = Agents { all: 4, logged_out: 1, not_ready: 1, busy: 1, wrapping_up: 1, ready: 0 };
    assert_eq!(barrier(&host, "c3"), Barrier::Nobody { agents });
    assert_eq!(agents.logged_in(), 3);
    assert_eq!(wait(&host, "c3").need.to_string(), "billing >= 3");
}

#[test]
fn switches_of_its_queue_and_hours_are_barriers() {
    let mut host = with(|center| {
        let mut hours = Calendar::new("hours");
        hours.open = vec!["Tue 10:05-11:00".parse().unwrap()];
        center.calendars.push(hours);
        center.queues[0].calendar = Some("hours".into());
    });
    host.call_me("c1", 1);
    assert_eq!(barrier(&host, "c1"), Barrier::Closed { until: Some(at(300)) });
    turn(&mut host, Switch::Paused, true);
    turn(&mut host, Switch::Closed, true);
    host.wait_until(301);
    assert_eq!(wait(&host, "c1").barriers, [Barrier::Paused, Barrier::EmergencyClose]);
    turn(&mut host, Switch::Closed, false);
    assert_eq!(barrier(&host, "c1"), Barrier::Paused);
    turn(&mut host, Switch::Paused, false);
    let explained = host.engine.explain(&"c1".into()).unwrap().state;
    assert!(matches!(explained, Explained::Routing { stage: StageName::Dialing, .. }), "{explained:?}");
}

#[test]
fn a_hold_a_live_number_and_a_fence_are_barriers() {
    let mut host = with(|center| {
        center.services[0].duplicates = ringback_engine::center::Duplicates::Any;
        center.agents.push(Agent::new("ben"));
    });
    host.log_in("ben");
    host.call_me("c1", 1);
    host.call_me("c2", 1);
    assert_eq!(barrier(&host, "c2"), Barrier::NumberLive { callback: "c1".into() });
    // Nobody says how the call ended: the number is left alone for a while.
    host.wait_until(40);
    let fenced = Barrier::NumberFenced { until: at(95) };
    assert_eq!(barrier(&host, "c2"), fenced);
    let held = Barrier::Held { until: at(95), why: HoldReason::Retry };
    assert_eq!(wait(&host, "c1").barriers, [held, fenced]);
}

#[test]
fn limits_on_attempts_are_barriers() {
    let quota = Quota { max: 1, per: Duration::from_secs(1_000) };
    let mut host = with(|center| {
        center.limits.attempts_per_number = Some(quota);
        center.limits.redial_floor = Duration::from_secs(1);
        center.queues[0].retry_after = Duration::from_secs(1);
    });
    host.call_me("c1", 1);
    host.report("c1", Outcome::Busy).unwrap();
    host.wait_until(10);
    let limit = Barrier::Limit { until: at(1_000), why: HoldReason::AttemptsPerNumber };
    assert_eq!(barrier(&host, "c1"), limit);
    let mut host = with(|center| center.limits.attempts_total = Some(quota));
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    let barriers = wait(&host, "c2").barriers;
    let limit = Barrier::Limit { until: at(1_000), why: HoldReason::AttemptsTotal };
    assert!(barriers.contains(&limit) && barriers.len() == 2, "and nobody is ready: {barriers:?}");
    host.report("c1", Outcome::Busy).unwrap();
    assert_eq!(barrier(&host, "c2"), Barrier::Held { until: at(1_000), why: HoldReason::AttemptsTotal });
}

#[test]
fn the_window_of_the_callee_is_a_barrier_also_where_nobody_is_free() {
    let mut center = center([Agent::new("anna")]);
    center.services[0].calling_window = CallingWindow::everywhere("08:00-10:30".parse().unwrap());
    let mut host = Host::new(center);
    let facts = NumberFacts { zones: vec![chrono_tz::UTC], ..NumberFacts::default() };
    host.request(Request::new("c1", "main", Number { phone: phone(1), facts })).unwrap();
    assert!(matches!(barrier(&host, "c1"), Barrier::Nobody { .. }));
    host.wait_until(1_800);
    let opens = Some(at(22 * 3_600));
    assert_eq!(wait(&host, "c1").barriers[0], Barrier::CallingWindow { until: opens });
    host.log_in("anna");
    let held = Barrier::Held { until: at(22 * 3_600), why: HoldReason::CallingWindow };
    assert_eq!(barrier(&host, "c1"), held, "it is asked when its turn comes");
}

#[test]
fn limits_on_calls_of_its_queue_are_barriers() {
    let dialled = |change: fn(&mut Dialling)| {
        let mut host = with(|center| {
            center.agents.push(Agent::new("ben"));
            change(&mut center.queues[0].dialling);
        });
        host.log_in("ben");
        host.call_me("c1", 1);
        host.call_me("c2", 2);
        barrier(&host, "c2")
    };
    assert_eq!(dialled(|dialling| dialling.concurrent_dials = Some(1)), Barrier::ConcurrentDials { most: 1 });
    let rate = |dialling: &mut Dialling| {
        dialling.dial_rate = Some(Quota { max: 1, per: Duration::from_secs(7) });
    };
    assert_eq!(dialled(rate), Barrier::DialRate { until: at(7) });
}

#[test]
fn a_number_that_the_rules_of_today_forbid_is_a_barrier() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.request(Request::new("c1", "main", number(1))).unwrap();
    let mut center = host.engine.layout().center().clone();
    center.services[0].blocked = vec!["+1212".into()];
    host.tell(Command::Reconfigure { center: Box::new(center) }).unwrap();
    assert!(wait(&host, "c1").barriers.contains(&Barrier::NumberForbidden));
}

#[test]
fn a_host_that_is_behind_is_a_barrier() {
    let mut center = center([Agent::new("anna")]);
    center.services[0].slot.capacity = 5_000;
    let layout = Layout::new(center).expect("sound");
    let (mut engine, mut effects) = (Engine::new(layout, Plain), Vec::new());
    for n in 0..5_000 {
        let request = Request::new(format!("c{n}"), "main", phone(n)).at(at(7_200));
        engine.apply(at(0), Command::Request(request), &mut effects).expect("accepted");
    }
    let barriers = |engine: &Engine<Plain>| match engine.explain(&"c0".into()).expect("there").state {
        Explained::Queued(wait) => wait.barriers,
        other => panic!("{other:?}"),
    };
    assert_eq!(engine.advance(at(7_080), &mut effects), Advanced::More);
    assert!(barriers(&engine).contains(&Barrier::Behind));
    assert_eq!(engine.advance(at(7_080), &mut effects), Advanced::Done);
    assert!(matches!(barriers(&engine)[..], [Barrier::Nobody { .. }]));
}

#[test]
fn who_ranks_before_is_counted_by_the_reason() {
    let mut host = Host::new(center([Agent::new("anna")]));
    for (id, number, priority) in [("high", 1, 9), ("early", 2, 0), ("own", 3, 0), ("late", 4, 0)] {
        if id == "own" {
            host.wait_until(10);
        }
        let mut request = Request::new(id, "main", phone(number));
        request.priority = priority;
        host.request(request).unwrap();
    }
    let before = Before { all: 2, higher_score: 1, earlier_place: 1, earlier_request: 0, held: 0 };
    assert_eq!(wait(&host, "own").before, before);
    assert_eq!(wait(&host, "late").before, Before { all: 3, earlier_request: 1, ..before });
    assert_eq!(wait(&host, "high").before, Before::default());
    assert_eq!(host.engine.position(&"late".into()), Some(3));
    host.tell(Command::Snooze { callback: "high".into(), by: Some(Duration::from_secs(60)) }).unwrap();
    assert_eq!(wait(&host, "own").before.held, 1);
}

/// Specialists first, then everybody who knows the subject.
struct Widening;

impl Application for Widening {
    fn route(&mut self, _: &CallbackView) -> Answer<Plan> {
        let need =
            |text: &str| -> Option<Arc<Requirement>> { Some(Arc::new(text.parse().expect("a requirement"))) };
        let mut plan = Plan::new("main");
        if let Some(step) = plan.last() {
            step.need = need("billing >= 5");
        }
        plan.after(Duration::from_secs(120)).expect("later");
        if let Some(step) = plan.last() {
            step.need = need("billing");
        }
        Ok(Some(plan))
    }
}

#[test]
fn the_next_step_says_when_and_who_could_serve_it_then() {
    let agents = [skilled("anna", &[("billing", 5)]), skilled("ben", &[("billing", 2)])];
    let mut host = Host::with(center(agents), Widening);
    host.log_in("ben");
    host.call_me("c1", 1);
    let waits = wait(&host, "c1");
    let next = waits.next_step.expect("a step");
    assert_eq!((next.at, next.queue.as_str(), next.need.to_string().as_str()), (at(120), "main", "billing"));
    assert_eq!(next.agents, Agents { all: 2, logged_out: 1, ready: 1, ..Agents::default() });
    let nobody = Agents { all: 1, logged_out: 1, ..Agents::default() };
    assert_eq!(waits.barriers, [Barrier::Nobody { agents: nobody }]);
}

#[test]
fn whoever_is_assigned_is_waited_for_alone() {
    let mut host = with(|center| center.agents.push(Agent::new("ben")));
    turn(&mut host, Switch::Paused, true);
    host.call_me("c1", 1);
    host.tell(Command::Assign { callback: "c1".into(), agent: Some("ben".into()) }).unwrap();
    turn(&mut host, Switch::Paused, false);
    let waits = wait(&host, "c1");
    let waited = waits.waits_for.expect("somebody");
    assert_eq!((waited.agent.as_str(), waited.until, waited.logged_in), ("ben", None, false));
    let nobody = Agents { all: 1, logged_out: 1, ..Agents::default() };
    assert_eq!(waits.barriers, [Barrier::Nobody { agents: nobody }]);
}

#[test]
fn every_state_is_explained_and_the_explanation_can_be_sent() {
    let mut host = with(|center| center.queues[0].dialling.first = First::Customer);
    host.request(Request::new("later", "main", phone(2)).at(at(7_200))).unwrap();
    let explained = |host: &Host<Plain>, id: &str| {
        let explanation = host.engine.explain(&CallbackId::new(id)).expect("known");
        let json = serde_json::to_string(&explanation).expect("JSON");
        assert_eq!(
            serde_json::from_str::<ringback_engine::protocol::Explanation>(&json).unwrap(),
            explanation
        );
        explanation.state
    };
    assert!(
        matches!(explained(&host, "later"), Explained::Scheduled { enters_at } if enters_at == at(7_080))
    );
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    let Explained::Routing { stage, agent, .. } = explained(&host, "c1") else { panic!("routing") };
    assert_eq!((stage, agent), (StageName::CustomerWaiting, Some("anna".into())));
    host.tell(Command::Connected { attempt: host.attempt("c1") }).unwrap();
    assert!(
        matches!(explained(&host, "c1"), Explained::Processing { agent, .. } if agent.as_str() == "anna")
    );
    host.end("c1");
    assert!(matches!(explained(&host, "c1"), Explained::Completed { .. }));
    assert_eq!(host.engine.explain(&"nobody".into()), None);
}

/// Says whether an explanation is right, asking each barrier of the engine's other reads, and each agent of their record.
fn agrees(engine: &Engine<Plain>) -> Result<(), TestCaseError> {
    for callback in engine.callbacks(None) {
        let State::Queued(queued) = &callback.state else { continue };
        let explanation = engine.explain(&callback.request.id).expect("there");
        let Explained::Queued(wait) = &explanation.state else {
            return Err(TestCaseError::fail(format!("{explanation:?}")));
        };
        prop_assert!(!wait.barriers.is_empty(), "waits for nothing: {:?}", callback);
        prop_assert_eq!(Some(wait.before.all), engine.position(&callback.request.id));
        let Before { all, higher_score, earlier_place, earlier_request, held } = wait.before;
        prop_assert_eq!(all, higher_score + earlier_place + earlier_request);
        prop_assert!(held <= all);
        let has = |found: fn(&Barrier) -> bool| wait.barriers.iter().any(found);
        let switches = engine.switches(&wait.queue).expect("a queue");
        prop_assert_eq!(has(|barrier| *barrier == Barrier::Paused), switches.paused);
        prop_assert_eq!(has(|barrier| *barrier == Barrier::EmergencyClose), switches.closed);
        prop_assert_eq!(has(|barrier| matches!(barrier, Barrier::Held { .. })), queued.hold.is_some());
        let settings = engine.layout().queue(queued.journey.queue).expect("a queue");
        let open = settings
            .calendar
            .as_ref()
            .is_none_or(|calendar| engine.view().is_open(calendar, engine.clock()).expect("a calendar"));
        prop_assert_eq!(has(|barrier| matches!(barrier, Barrier::Closed { .. })), !open);
        let live = engine.callbacks(None).find(|other| {
            other.request.phone == callback.request.phone
                && matches!(other.state, State::Routing(_) | State::Processing(_))
        });
        let said = wait.barriers.iter().find_map(|barrier| match barrier {
            Barrier::NumberLive { callback } => Some(callback),
            _ => None,
        });
        prop_assert_eq!(said, live.map(|other| &other.request.id));
        let meets = |agent: &&Agent| {
            wait.need.is_met_by(Candidate { id: &agent.id, skills: &agent.skills, groups: &agent.groups })
        };
        let meeting: BTreeSet<&AgentId> =
            engine.layout().center().agents.iter().filter(meets).map(|agent| &agent.id).collect();
        let ready = |id: &&&AgentId| {
            let index = engine.layout().agent_index(id.as_str()).expect("an agent");
            engine.agent(id).is_some_and(|agent| agent.is_ready(engine.layout().capacity(index)))
        };
        let nobody = wait.barriers.iter().find_map(|barrier| match barrier {
            Barrier::Nobody { agents } => Some(*agents),
            _ => None,
        });
        prop_assert_eq!(nobody.is_some(), meeting.iter().filter(ready).count() == 0);
        if let Some(Agents { all, logged_out, not_ready, busy, wrapping_up, ready }) = nobody {
            prop_assert_eq!((all as usize, ready), (meeting.len(), 0));
            prop_assert_eq!(all, logged_out + not_ready + busy + wrapping_up);
            let absent = |id: &&&AgentId| engine.agent(id).is_none_or(|agent| agent.session().is_none());
            prop_assert_eq!(logged_out as usize, meeting.iter().filter(absent).count());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_waits_without_a_barrier_and_every_barrier_is_there(center in centers(), history in histories(120)) {
        let layout = Layout::new(center).expect("a sound center");
        let (mut engine, mut effects) = (Engine::new(layout, Plain), Vec::new());
        let mut seconds = 0;
        for act in &history {
            seconds += act.after;
            let now: Instant = at(seconds);
            if engine.advance(now, &mut effects) == Advanced::Late {
                engine.apply(now, Command::Resume, &mut effects).expect("late");
            }
            while engine.advance(now, &mut effects) == Advanced::More {}
            if let Some(command) = act.say.command(&engine, now) {
                let _ = engine.apply(now, command, &mut effects);
            }
            while engine.advance(now, &mut effects) == Advanced::More {}
            agrees(&engine)?;
        }
    }
}
