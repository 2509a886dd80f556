//! Scenarios: who is given which callback.

use ringback::{Host, center};
use ringback_engine::center::Agent;
use ringback_engine::protocol::{AgentState, Command, EffectKind, Event};
use ringback_engine::record::Outcome;
use ringback_engine::{AgentId, Duration};

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
    center.queues[0].wrap_up = Duration::from_secs(10);
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
    center.queues[0].wrap_up = Duration::from_secs(10);
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
