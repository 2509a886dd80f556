//! Scenarios: who is given which callback.

use ringback::rules::Rules;
use ringback::{Host, center};
use ringback_engine::center::{Agent, Center, LAST_AGENT_KEPT, Plan, Preference, Strategy};
use ringback_engine::protocol::{AgentState, Answer, Command, EffectKind, Event, Fault};
use ringback_engine::record::Outcome;
use ringback_engine::{AgentId, CallbackId, Duration};

/// What was said of agents, reservations and presence, since `seen` effects; which then are all.
fn of_agents<A>(host: &Host<A>, seen: &mut usize) -> Vec<String> {
    let effects = &host.effects[std::mem::replace(seen, host.effects.len())..];
    let line = |kind: &EffectKind| match kind {
        EffectKind::Event(Event::Reserved { callback, agent, .. }) => {
            Some(format!("{agent} takes {callback}"))
        }
        EffectKind::Event(Event::Agent { agent, state, .. }) => Some(format!(
            "{agent} {}",
            match state {
                AgentState::Ready => "ready",
                AgentState::NotReady => "not_ready",
                AgentState::WrapUp => "wrap_up",
                AgentState::LoggedOut => "logged_out",
            }
        )),
        _ => None,
    };
    effects.iter().filter_map(|effect| line(&effect.kind)).collect()
}

#[test]
fn an_agent_takes_as_many_callbacks_as_the_capacity_allows() {
    let mut center = center([Agent::new("anna").capacity(2), Agent::new("ben")]);
    center.queues[0].wrap_up = Duration::from_secs(10).into();
    let (mut host, mut seen) = (Host::new(center), 0);
    let anna = AgentId::new("anna");
    host.log_in("anna");
    (1..=4).for_each(|n| host.call_me(&format!("c{n}"), n));
    assert_eq!(of_agents(&host, &mut seen), ["anna ready", "anna takes c1", "anna takes c2"]);
    host.log_in("ben");
    assert_eq!(of_agents(&host, &mut seen), ["ben ready", "ben takes c3"]);

    host.wait_until(20);
    host.report("c1", Outcome::Answered).unwrap();
    host.report("c2", Outcome::Answered).unwrap();
    host.end("c1");
    assert_eq!(of_agents(&host, &mut seen), ["anna wrap_up"], "a wrap-up takes a unit of capacity");
    let session = host.engine.agent(&anna).unwrap().session().unwrap();
    assert_eq!((session.work.len(), session.calls), (2, 2));
    host.wait_until(30);
    assert_eq!(of_agents(&host, &mut seen), ["anna ready", "anna takes c4"]);
    let session = host.engine.agent(&anna).unwrap().session().unwrap();
    assert_eq!(session.occupied(host.now), Duration::from_secs(60), "two units from 0 to 30");
    assert_eq!(session.talked(host.now), Duration::from_secs(10), "c2 from 20 on");
}

#[test]
fn a_log_out_waits_for_the_last_of_several() {
    let mut center = center([Agent::new("anna").capacity(3)]);
    center.queues[0].wrap_up = Duration::from_secs(10).into();
    let (mut host, mut seen) = (Host::new(center), 0);
    let anna = AgentId::new("anna");
    host.log_in("anna");
    (1..=4).for_each(|n| host.call_me(&format!("c{n}"), n));
    for callback in ["c1", "c2", "c3"] {
        host.report(callback, Outcome::Answered).unwrap();
    }
    host.end("c1");
    host.tell(Command::LogOut { agent: anna.clone() }).unwrap();
    host.end("c2");
    host.wait_until(10);
    assert_eq!(
        of_agents(&host, &mut seen)[4..],
        ["anna wrap_up", "anna ready"],
        "nobody is given to one who leaves; her wrap-up goes on beside the call"
    );
    host.end("c3");
    assert_eq!(of_agents(&host, &mut seen), ["anna logged_out"], "without wrap-up");
}

#[test]
fn an_agent_lost_leaves_everything_behind() {
    let mut host = Host::new(center([Agent::new("anna").capacity(3)]));
    host.log_in("anna");
    (1..=3).for_each(|n| host.call_me(&format!("c{n}"), n));
    host.report("c2", Outcome::Answered).unwrap();
    host.story();
    host.tell(Command::AgentLost { agent: AgentId::new("anna") }).unwrap();
    assert_eq!(
        host.story(),
        [
            "0 hang_up attempt:1",
            "0 returned callback:c1 why:agent_lost",
            "0 hang_up attempt:2",
            "0 ended callback:c2 agent:anna",
            "0 completed callback:c2 reason:AGENT_CONNECTED",
            "0 hang_up attempt:3",
            "0 returned callback:c3 why:agent_lost",
            "0 agent agent:anna state:logged_out",
        ]
    );
}

#[test]
fn idle_counts_from_the_last_unit_released() {
    let (mut host, mut seen) =
        (Host::new(center([Agent::new("anna").capacity(2), Agent::new("ben").capacity(2)])), 0);
    host.log_in("anna");
    host.wait_until(5);
    host.log_in("ben");
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.wait_until(10);
    host.report("c1", Outcome::Busy).unwrap();
    host.call_me("c3", 3);
    let all = of_agents(&host, &mut seen);
    assert_eq!(all, ["anna ready", "ben ready", "anna takes c1", "anna takes c2", "ben takes c3"]);
}

/// Logs these agents in, one a second, and gives each of so many callbacks to whom the queue chooses; every call ends
/// at once.
fn chosen(mut center: Center, rules: Rules, log_in: &[&str], callbacks: u32) -> Vec<String> {
    center.services[0].max_queued = callbacks;
    let (mut host, mut seen) = (Host::with(center, rules), 0);
    for (second, agent) in log_in.iter().enumerate() {
        host.wait_until(second as i64);
        host.log_in(agent);
    }
    of_agents(&host, &mut seen);
    for n in 1..=callbacks {
        host.wait_until(10 + i64::from(n));
        host.call_me(&format!("c{n}"), n);
        host.report(&format!("c{n}"), Outcome::Answered).unwrap();
        host.end(&format!("c{n}"));
    }
    let said = of_agents(&host, &mut seen);
    said.iter().filter_map(|line| Some(line.split_once(" takes ")?.0.to_owned())).collect()
}

fn with_strategy(strategy: Strategy, agents: impl IntoIterator<Item = Agent>) -> Center {
    let mut center = center(agents);
    center.queues[0].strategy = strategy;
    center
}

#[test]
fn the_least_occupied_is_chosen_by_share_and_capacity() {
    let agents = [Agent::new("anna").capacity(2), Agent::new("ben"), Agent::new("carl")];
    let mut host = Host::new(with_strategy(Strategy::LeastOccupied, agents));
    let mut seen = 0;
    host.log_in("anna");
    host.log_in("ben");
    host.call_me("c1", 1);
    host.wait_until(10);
    host.report("c1", Outcome::Busy).unwrap();
    host.call_me("c2", 2);
    host.wait_until(25);
    host.report("c2", Outcome::Busy).unwrap();
    host.call_me("c3", 3);
    let told = ["anna ready", "ben ready", "anna takes c1", "ben takes c2", "anna takes c3"];
    assert_eq!(of_agents(&host, &mut seen), told, "10 of twice 25 seconds are less than 15 of 25");
    host.wait_until(50);
    host.report("c3", Outcome::Busy).unwrap();
    host.log_in("carl");
    host.call_me("c4", 4);
    host.call_me("c5", 5);
    let told = ["carl ready", "carl takes c4", "ben takes c5"];
    assert_eq!(of_agents(&host, &mut seen), told, "0 at log-in; 15 of 50 are less than 35 of twice 50");
}

#[test]
fn the_one_who_talked_least_is_chosen() {
    let mut host = Host::new(with_strategy(Strategy::LeastTalk, [Agent::new("anna"), Agent::new("ben")]));
    let mut seen = 0;
    host.log_in("anna");
    host.wait_until(1);
    host.log_in("ben");
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.wait_until(20);
    host.report("c2", Outcome::Answered).unwrap();
    host.wait_until(30);
    host.report("c1", Outcome::Answered).unwrap();
    host.wait_until(35);
    host.end("c1");
    host.end("c2");
    host.call_me("c3", 3);
    let told = ["anna ready", "ben ready", "anna takes c1", "ben takes c2", "anna takes c3"];
    assert_eq!(of_agents(&host, &mut seen), told, "5 seconds are less than 15, ringing does not count");
}

#[test]
fn chance_is_the_same_every_time_and_another_with_another_seed() {
    let names = ["a", "b", "c", "d"];
    let run = |seed| {
        let mut center = with_strategy(Strategy::Random, names.map(Agent::new));
        center.seed = seed;
        chosen(center, Rules::default(), &names, 40)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let drawn = run(3);
    assert!(names.iter().all(|name| drawn.iter().any(|drawn| drawn == name)), "{drawn:?}");
}

#[test]
fn a_script_scores_those_idle_longest() {
    let names: Vec<String> = (0..20).map(|n| format!("a{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let center = || with_strategy(Strategy::Script, names.iter().map(Agent::new));
    let rules = |score: Vec<Answer<i64>>| {
        let mut rules = Rules::default();
        rules.score = score;
        rules
    };
    // In `Rules` a score follows from the question: the larger the digits of an id, the higher.
    let rising = rules((0..1_000).map(|score| Ok(Some(score))).collect());
    assert_eq!(
        chosen(center(), rising, &names, 1),
        ["a09"],
        "`a19` scores higher, and is the 20th in idle time"
    );
    let even = rules(vec![Ok(Some(3))]);
    assert_eq!(chosen(center(), even, &names, 2), ["a00", "a01"], "of equals, the one idle longest");
    let broken = rules(vec![Err(Fault { message: "broken".into(), line: 1 })]);
    assert_eq!(chosen(center(), broken, &names, 2), ["a00", "a01"], "as the settings have it");
    assert_eq!(chosen(center(), Rules::default(), &names, 2), ["a00", "a01"], "left out");
}

/// Routes every callback to `main`, where `agent` is preferred for 60 seconds.
fn preferring(agent: &str) -> Rules {
    let mut plan = Plan::new("main");
    plan.prefer_at_first(Preference { agent: AgentId::new(agent), span: Duration::from_secs(60) });
    let mut rules = Rules::default();
    rules.route = vec![Ok(Some(plan))];
    rules
}

fn need_of(host: &Host<Rules>, callback: &str) -> String {
    let told = host.effects.iter().rev().find_map(|effect| match &effect.kind {
        EffectKind::Event(
            Event::Queued { callback: id, need, .. } | Event::Step { callback: id, need, .. },
        ) if *id == CallbackId::new(callback) => Some(need.to_string()),
        _ => None,
    });
    told.expect("said")
}

#[test]
fn only_the_preferred_agent_serves_while_logged_in_and_for_so_long() {
    let agents = || [Agent::new("anna"), Agent::new("ben")];
    let mut host = Host::with(center(agents()), preferring("anna"));
    let mut seen = 0;
    host.log_in("anna");
    host.call_me("c1", 1);
    host.log_in("ben");
    host.call_me("c2", 2);
    assert_eq!(need_of(&host, "c2"), "agent:anna");
    assert_eq!(
        of_agents(&host, &mut seen),
        ["anna ready", "anna takes c1", "ben ready"],
        "ben is left alone"
    );
    host.wait_until(20);
    host.report("c1", Outcome::Busy).unwrap();
    assert_eq!(of_agents(&host, &mut seen), ["anna takes c2"]);
    host.report("c2", Outcome::Answered).unwrap();
    host.call_me("c3", 3);
    host.wait_until(79);
    assert_eq!(of_agents(&host, &mut seen), [""; 0], "anna talks");
    host.wait_until(80);
    assert_eq!(need_of(&host, "c3"), "true");
    assert_eq!(of_agents(&host, &mut seen)[0], "ben takes c3", "free for all at the end of the minute");

    let mut host = Host::with(center(agents()), preferring("anna"));
    let mut seen = 0;
    host.log_in("anna");
    host.tell(Command::NotReady { agent: AgentId::new("anna"), reason: None }).unwrap();
    host.log_in("ben");
    host.tell(Command::NotReady { agent: AgentId::new("ben"), reason: None }).unwrap();
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.wait_until(10);
    host.tell(Command::LogOut { agent: AgentId::new("anna") }).unwrap();
    assert_eq!((need_of(&host, "c1"), need_of(&host, "c2")), ("true".into(), "true".into()));
    host.wait_until(20);
    host.log_in("anna");
    assert_eq!(need_of(&host, "c2"), "agent:anna", "she is back within the minute");
    host.tell(Command::Ready { agent: AgentId::new("ben") }).unwrap();
    assert_eq!(of_agents(&host, &mut seen).last().unwrap(), "ben ready");
    host.tell(Command::AgentLost { agent: AgentId::new("anna") }).unwrap();
    assert_eq!(of_agents(&host, &mut seen), ["anna logged_out", "ben takes c2"], "c1's number is fenced");
}

#[test]
fn a_preferred_agent_who_is_not_there_keeps_nobody_waiting() {
    let mut host = Host::with(center([Agent::new("anna"), Agent::new("ben")]), preferring("anna"));
    let mut seen = 0;
    host.log_in("ben");
    host.call_me("c1", 1);
    assert_eq!(of_agents(&host, &mut seen), ["ben ready", "ben takes c1"]);

    let mut host = Host::with(center([Agent::new("ben")]), preferring("nobody"));
    host.log_in("ben");
    host.call_me("c1", 1);
    assert!(host.has("fault", "c1") && host.has("reserved", "c1"), "the settings decide");
}

#[test]
fn who_talked_with_a_customer_last_is_remembered_for_thirty_days() {
    let mut center = center([Agent::new("anna"), Agent::new("ben")]);
    center.queues[0].prefer_last_agent = Some(Duration::from_secs(60));
    let mut host = Host::with(center, Rules::default());
    let mut seen = 0;
    let day = 86_400;
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    host.log_in("ben");
    let number = ringback::phone(1);
    assert_eq!(host.engine.view().last_agent(&number), Some(AgentId::new("anna")));
    host.call_me("c2", 1);
    assert_eq!(need_of(&host, "c2"), "agent:anna");
    assert_eq!(of_agents(&host, &mut seen), ["anna ready", "anna takes c1", "ben ready"], "anna is talking");
    host.end("c1");
    assert_eq!(of_agents(&host, &mut seen), ["anna takes c2"]);
    host.report("c2", Outcome::Answered).unwrap();
    host.end("c2");
    let kept = LAST_AGENT_KEPT.secs();
    assert_eq!(kept, 30 * day);
    (1..30).for_each(|days| host.wait_until(days * day));
    host.wait_until(kept - 1);
    assert_eq!(host.engine.view().last_agent(&number), Some(AgentId::new("anna")));
    host.wait_until(kept);
    assert_eq!(host.engine.view().last_agent(&number), None);
    assert_eq!(host.engine.next_deadline(), None, "nothing is kept for it");
}
