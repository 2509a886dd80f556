//! Tests of the routing graph.

use super::*;
use crate::center::{Agent, Finding, Layout, Overflow, Service, Severity};

/// Queues with their overflow (`to`, seconds), each served by the agents given.
fn center(queues: &[(&str, &[(&str, i64)])], services: &[(&str, &str)]) -> Center {
    let mut center = Center::new("test", chrono_tz::UTC);
    center.queues = queues
        .iter()
        .map(|(name, overflow)| {
            let mut queue = Queue::new(name);
            queue.overflow =
                overflow.iter().map(|(to, after)| Overflow::after(to, Duration::from_secs(*after))).collect();
            queue
        })
        .collect();
    center.services = services.iter().map(|(name, queue)| Service::new(name, queue)).collect();
    center.agents = vec![Agent::new("anna").skill("billing", 3).group("gold")];
    center
}

fn said(findings: Vec<Finding>) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

fn found(center: &Center) -> Vec<String> {
    said(RoutingGraph::new(center).findings(center))
}

#[test]
fn a_sound_center_has_no_findings() {
    let center = center(&[("a", &[("b", 60), ("b", 120)]), ("b", &[("a", 0)])], &[("s", "a")]);
    assert_eq!(found(&center), [""; 0]);
    assert_eq!(said(RoutingGraph::new(&center).reach_findings(&center)), [""; 0]);
}

#[test]
fn ways_to_queues_that_do_not_exist() {
    let center =
        center(&[("billing", &[("billlng", 60), ("elsewhere", 90)])], &[("s", "biling"), ("t", "x")]);
    assert_eq!(
        found(&center),
        [
            "error: service[0].queue: service `s`: unknown queue `biling`, did you mean `billing`?",
            "error: service[1].queue: service `t`: unknown queue `x`",
            "error: queue[0].overflow[0].to: queue `billing`: overflow to unknown queue `billlng`, did you mean \
             `billing`?",
            "error: queue[0].overflow[1].to: queue `billing`: overflow to unknown queue `elsewhere`",
        ]
    );
    assert_eq!(said(RoutingGraph::new(&center).reach_findings(&center)), [""; 0]);
}

#[test]
fn delays_that_go_back() {
    let center = center(&[("a", &[("b", 60), ("b", -5)]), ("b", &[])], &[("s", "a")]);
    assert_eq!(
        found(&center),
        ["error: queue[0].overflow[1].after: queue `a`: overflow to `b` after -5s; write at least 0s"]
    );
}

#[test]
fn overflow_cycles_that_take_no_time() {
    let queues: &[(&str, &[(&str, i64)])] = &[
        ("x", &[("b", 0)]),
        ("a", &[("c", 0), ("b", 0)]),
        ("b", &[("a", 60), ("c", 0)]),
        ("c", &[("d", 0)]),
        ("d", &[("x", 60), ("b", 0)]),
        ("self", &[("x", 5), ("self", 0)]),
    ];
    assert_eq!(
        found(&center(queues, &[("s", "a")])),
        [
            "error: queue[2].overflow[1].after: queue `b`: an overflow cycle that takes no time: `b` -> `c` -> `d` -> \
             `b`; give one of these steps a delay",
            "error: queue[5].overflow[1].after: queue `self`: an overflow cycle that takes no time: `self` -> `self`; \
             give one of these steps a delay",
        ]
    );
}

#[test]
fn two_queues_may_help_each_other_out() {
    let mut center = center(&[("a", &[("b", 60)]), ("b", &[])], &[("s", "a")]);
    center.queues[0].overflow.push(Overflow::when("b", "ready == 0".parse().unwrap()));
    center.queues[1].overflow.push(Overflow::when("a", "ready == 0".parse().unwrap()));
    let late =
        Overflow { after: Duration::from_secs(90), ..Overflow::when("a", "ewt > 5m".parse().unwrap()) };
    center.queues[1].overflow.push(late);
    assert_eq!(found(&center), [""; 0], "each is taken once, and where it leads nothing is followed");
    let text = RoutingGraph::new(&center).to_string();
    assert!(text.contains("  -> queue b  [overflow when ready == 0]\n"), "{text}");
    assert!(text.contains("  -> queue a  [overflow after 90s when ewt > 5m]\n"), "{text}");
    center.queues[0].overflow.push(Overflow::when("a", "ready == 0".parse().unwrap()));
    assert_eq!(
        found(&center),
        [
            "error: queue[0].overflow[2].to: queue `a`: overflow to itself when `ready == 0` moves nobody; name another queue"
        ]
    );
}

#[test]
fn the_shortest_cycle_is_named() {
    let queues: &[(&str, &[(&str, i64)])] =
        &[("a", &[("b", 0), ("c", 0)]), ("b", &[("c", 0)]), ("c", &[("a", 0)]), ("d", &[("d", 1)])];
    assert_eq!(
        found(&center(queues, &[("s", "a")])),
        [
            "error: queue[0].overflow[1].after: queue `a`: an overflow cycle that takes no time: `a` -> `c` -> `a`; give \
          one of these steps a delay"
        ]
    );
}

#[test]
fn queues_nobody_reaches() {
    let queues: &[(&str, &[(&str, i64)])] =
        &[("a", &[("b", 60)]), ("b", &[("c", 60)]), ("c", &[]), ("d", &[("d", 5)])];
    let center = center(queues, &[("s", "a")]);
    let graph = RoutingGraph::new(&center);
    assert_eq!(
        said(graph.reach_findings(&center)),
        [
            "warning: queue[2].name: queue `c`: nobody can reach it: only queue `b` overflows to it, and overflow is \
             followed from a service's first queue only",
            "warning: queue[3].name: queue `d`: nobody can reach it: no service, overflow or script names it",
        ]
    );
    let named = graph.clone().with_literals(&[Name::new("c"), Name::new("d"), Name::new("unknown")], false);
    assert_eq!(said(named.reach_findings(&center)), [""; 0]);
    let computed = said(graph.with_literals(&[], true).reach_findings(&center));
    assert_eq!(computed.len(), 1);
    assert!(computed[0].starts_with("warning: application: the application computes names of queues"));
}

#[test]
fn a_layout_learns_what_the_script_names() {
    let center = center(&[("a", &[]), ("b", &[])], &[("s", "a")]);
    let layout = Layout::new(center).unwrap();
    assert_eq!(layout.warnings(), []);
    assert_eq!(layout.clone().with_script_queues(&[Name::new("b")], false).warnings(), []);
    assert_eq!(layout.with_script_queues(&[], false).warnings().len(), 1);
}

#[test]
fn queues_nobody_can_serve() {
    let mut center = center(&[("a", &[]), ("b", &[]), ("c", &[])], &[("s", "a")]);
    center.queues[0].need = "billing >= 5".parse().unwrap();
    center.queues[1].groups = vec![Name::new("golf")];
    center.queues[2].need = "english".parse().unwrap();
    center.queues[2].groups = vec![Name::new("gold")];
    center.agents.push(Agent::new("bert").skill("english", 1));
    assert_eq!(
        found(&center),
        [
            "warning: queue[0].need: queue `a`: nobody can serve it: no agent has `billing` at 5 or more (the highest \
             is 3)",
            "warning: queue[1].groups: queue `b`: nobody can serve it: no agent is in the group `golf`, did you mean \
             `gold`?",
            "warning: queue[2].need: queue `c`: nobody can serve it: no agent meets both `english` and `group:gold`",
        ]
    );
}

#[test]
fn a_center_without_agents_is_told_once() {
    let mut center = center(&[("a", &[]), ("b", &[])], &[("s", "a")]);
    center.agents.clear();
    let findings = RoutingGraph::new(&center).findings(&center);
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].severity, findings[0].path.as_str()), (Severity::Warning, "agent"));
}

#[test]
fn unmet_requirements_say_what_is_missing() {
    let agents = [
        Agent::new("anna").skill("billing", 3).skill("english", 1).group("gold"),
        Agent::new("bert").skill("billing", 8).skill("spanish", 2).skill("none", 0).group("gold"),
    ];
    for (requirement, why) in [
        ("true", None),
        ("billing >= 8 && spanish", None),
        ("english || klingon", None),
        ("absent >= 0", None),
        ("billing >= 9", Some("no agent has `billing` at 9 or more (the highest is 8)")),
        ("klingon", Some("no agent has `klingon`")),
        ("none", Some("no agent has `none`")),
        ("bililng >= 5", Some("no agent has `bililng` at 5 or more, did you mean `billing`?")),
        ("group:silver", Some("no agent is in the group `silver`")),
        ("agent:ana", Some("there is no agent `ana`, did you mean `anna`?")),
        ("!billing", Some("every agent has `billing`")),
        ("!(billing >= 3)", Some("every agent has `billing` at 3 or more")),
        ("!(french >= 0)", Some("every agent has `french` at 0 or more")),
        ("!group:gold", Some("every agent is in the group `gold`")),
        ("!true", Some("nobody meets `!true`")),
        ("english && klingon && french", Some("no agent has `french` and no agent has `klingon`")),
        ("klingon || french", Some("no agent has `french` and no agent has `klingon`")),
        ("english && spanish && billing", Some("no agent meets both `english` and `spanish`")),
        ("(klingon || french) && english", Some("no agent has `french` and no agent has `klingon`")),
    ] {
        assert_eq!(unmet(&requirement.parse().unwrap(), &agents).as_deref(), why, "{requirement}");
    }
    assert_eq!(
        unmet(&"!agent:anna".parse().unwrap(), &agents[..1]).as_deref(),
        Some("`anna` is the only agent")
    );
    assert_eq!(unmet(&Requirement::anyone(), &[]).as_deref(), Some("the center has no agents"));
}

#[test]
fn three_requirements_of_which_any_two_are_met() {
    let agents = [
        Agent::new("ab").skill("a", 1).skill("b", 1),
        Agent::new("bc").skill("b", 1).skill("c", 1),
        Agent::new("ca").skill("c", 1).skill("a", 1),
    ];
    assert_eq!(
        unmet(&"a && b && c".parse().unwrap(), &agents).as_deref(),
        Some("no agent meets all of `a`, `b`, `c` at once")
    );
}

#[test]
fn components_share_no_agent_group_or_queue() {
    let queues: &[(&str, &[(&str, i64)])] =
        &[("a", &[("b", 60)]), ("b", &[]), ("c", &[]), ("d", &[]), ("e", &[]), ("f", &[])];
    let mut center = center(queues, &[("s", "a"), ("t", "c"), ("u", "f")]);
    for (queue, need) in center.queues.iter_mut().zip(["sa", "sb", "sc", "sd", "se", "sf"]) {
        queue.need = need.parse().unwrap();
    }
    center.queues[4].groups = vec![Name::new("x")];
    center.queues[5].groups = vec![Name::new("x")];
    center.agents = vec![
        Agent::new("idle"),
        Agent::new("zoe").skill("sd", 1).skill("sc", 1),
        Agent::new("amy").skill("se", 1).group("x"),
    ];
    let names = |names: &[&str]| names.iter().map(Name::new).collect::<Vec<_>>();
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).into()).collect::<Vec<_>>();
    let graph = RoutingGraph::new(&center);
    assert_eq!(
        graph.components(&center),
        [
            Component { services: names(&["s"]), queues: names(&["a", "b"]), groups: vec![], agents: vec![] },
            Component {
                services: names(&["t"]),
                queues: names(&["c", "d"]),
                groups: vec![],
                agents: ids(&["zoe"]),
            },
            Component {
                services: names(&["u"]),
                queues: names(&["e", "f"]),
                groups: names(&["x"]),
                agents: ids(&["amy"]),
            },
        ]
    );
    assert_eq!(graph.clone().with_literals(&names(&["a"]), false).components(&center).len(), 1);
    let joined = graph.with_literals(&[], true).components(&center);
    assert_eq!(joined.len(), 1);
    assert_eq!((joined[0].services.len(), joined[0].queues.len(), joined[0].agents.len()), (3, 6, 2));
}

#[test]
fn the_text_names_every_way() {
    let mut center = center(&[("a", &[("b", 60), ("c", 0)]), ("b", &[])], &[("s", "a")]);
    center.queues[1].groups = vec![Name::new("gold"), Name::new("gold")];
    center.queues[1].need = "billing".parse().unwrap();
    center.queues[1].max_attempts = 1;
    let graph = RoutingGraph::new(&center).with_literals(&[Name::new("b"), Name::new("b")], true);
    assert_eq!(
        graph.to_string(),
        "service s
  -> queue a  [default plan]
  -> queue b  [script]
queue a
  -> queue b  [overflow after 1m]
  -> unknown queue c  [overflow after 0s]
  -> exit AGENT_CONNECTED  [any agent]
  -> exit FAIL_CALL_TO_CUSTOMER  [3 failed attempts]
  -> exit FAIL_TARGET_NOT_FOUND  [waited 4h]
  -> exit FAIL_TIMEOUT_TTL  [lived 1d]
queue b
  -> group gold  [served by]
  -> exit AGENT_CONNECTED  [an agent with billing]
  -> exit FAIL_CALL_TO_CUSTOMER  [1 failed attempt]
  -> exit FAIL_TARGET_NOT_FOUND  [waited 4h]
  -> exit FAIL_TIMEOUT_TTL  [lived 1d]
the application computes names of queues: any service may lead to any queue
"
    );
}

#[test]
fn dot_is_quoted_and_stable() {
    let center = center(&[("a \"b\"\\", &[("gone", 60)])], &[("s", "a \"b\"\\")]);
    let dot = RoutingGraph::new(&center).to_dot();
    assert!(dot.starts_with("digraph {\n    rankdir=\"LR\"\n"), "{dot}");
    assert!(dot.contains(r#"1 [ label = "queue a \"b\"\\" shape=box]"#), "{dot}");
    assert!(dot.contains(r#"label = "unknown queue gone" shape=box color=red"#), "{dot}");
    assert!(dot.contains(r#"0 -> 1 [ label = "default plan" ]"#), "{dot}");
    assert_eq!(dot, RoutingGraph::new(&center).to_dot());
}

#[test]
fn ways_as_data() {
    let mut center = center(&[("a", &[("b", 60)]), ("b", &[])], &[("s", "a")]);
    center.queues[1].groups.push(Name::new("gold"));
    let graph = RoutingGraph::new(&center).with_literals(&[Name::new("b")], false);
    let ways: Vec<Way> = graph.ways().filter(|way| way.kind != WayKind::Leave).collect();
    let told: Vec<_> = ways.iter().map(|way| (way.kind, way.label.as_str())).collect();
    assert_eq!(
        told,
        [
            (WayKind::Plan, "default plan"),
            (WayKind::Overflow, "overflow after 1m"),
            (WayKind::Served, "served by"),
            (WayKind::Script, "script"),
        ]
    );
    assert_eq!(ways[2].from, Stop::Queue(Name::new("b")));
    assert_eq!(ways[2].to, Stop::Group(Name::new("gold")));
    assert_eq!(graph.ways().filter(|way| way.kind == WayKind::Leave).count(), 8);
}
