//! What is wrong with a routing graph.

use std::collections::{BTreeSet, VecDeque};

use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Edge, Node, RoutingGraph, need_of, unmet};
use crate::center::{Center, Finding, did_you_mean};
use crate::value::{Duration, Name, Requirement};

impl RoutingGraph {
    /// What is wrong with it, whatever a script names: ways to queues that do not exist, delays that go back,
    /// overflow cycles that take no time; and, as warnings, queues that no agent may serve. `center` is the one it
    /// was built from.
    #[must_use]
    pub fn findings(&self, center: &Center) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.missing_queues(center, &mut findings);
        backward_delays(center, &mut findings);
        overflow_nowhere(center, &mut findings);
        self.timeless_cycles(center, &mut findings);
        unserved_queues(center, &mut findings);
        findings
    }

    /// The queues that nobody can reach, as warnings; where a script computes the names of queues, only that it
    /// does. Nothing is said while a way leads to a queue that does not exist: it may be the one meant.
    #[must_use]
    pub fn reach_findings(&self, center: &Center) -> Vec<Finding> {
        if self.computed {
            return vec![Finding::warning(
                "application",
                "the application computes names of queues: they can't be checked before it runs, and all queues \
                 count as connected; write the names out",
            )];
        }
        if self.graph.node_weights().any(|node| matches!(node, Node::Missing(_))) {
            return Vec::new();
        }
        let reached = self.reached();
        let mut findings = Vec::new();
        for (i, (queue, node)) in center.queues.iter().zip(&self.queues).enumerate() {
            if reached.contains(node) {
                continue;
            }
            let from = self
                .graph
                .edges_directed(*node, Direction::Incoming)
                .filter(|edge| matches!(edge.weight(), Edge::Overflow(..)) && edge.source() != *node)
                .min_by_key(EdgeRef::source);
            let why = match from.and_then(|edge| self.graph.node_weight(edge.source())) {
                Some(Node::Queue(from)) => format!(
                    "only queue `{from}` overflows to it, and overflow is followed from a service's first queue only"
                ),
                _ => "no service, overflow or script names it".into(),
            };
            findings.push(Finding::warning(
                format!("queue[{i}].name"),
                format!("queue `{}`: nobody can reach it: {why}", queue.name),
            ));
        }
        findings
    }

    /// The queues that callbacks get into: those of services and scripts, and the overflow of services' queues.
    fn reached(&self) -> BTreeSet<NodeIndex> {
        let mut reached = BTreeSet::new();
        for service in &self.services {
            for edge in self.graph.edges(*service) {
                reached.insert(edge.target());
                if *edge.weight() == Edge::Default {
                    let overflow = self.graph.edges(edge.target());
                    reached.extend(
                        overflow.filter(|e| matches!(e.weight(), Edge::Overflow(..))).map(|e| e.target()),
                    );
                }
            }
        }
        reached
    }

    fn missing_queues(&self, center: &Center, findings: &mut Vec<Finding>) {
        let hint = |name: &Name| did_you_mean(name, self.queue_names.keys().map(Name::as_str));
        for (i, service) in center.services.iter().enumerate() {
            let to = &service.queue;
            if !self.queue_names.contains_key(to) {
                findings.push(Finding::error(
                    format!("service[{i}].queue"),
                    format!("service `{}`: unknown queue `{to}`{}", service.name, hint(to)),
                ));
            }
        }
        for (i, queue) in center.queues.iter().enumerate() {
            for (j, overflow) in queue.overflow.iter().enumerate() {
                let to = &overflow.to;
                if !self.queue_names.contains_key(to) {
                    findings.push(Finding::error(
                        format!("queue[{i}].overflow[{j}].to"),
                        format!("queue `{}`: overflow to unknown queue `{to}`{}", queue.name, hint(to)),
                    ));
                }
            }
        }
    }

    fn timeless_cycles(&self, center: &Center, findings: &mut Vec<Finding>) {
        let timeless = self.graph.filter_map(
            |_, node| Some(node),
            |_, edge| matches!(edge, Edge::Overflow(after, None) if *after <= Duration::ZERO).then_some(()),
        );
        let mut starts: Vec<NodeIndex> =
            tarjan_scc(&timeless).into_iter().filter_map(|together| together.into_iter().min()).collect();
        starts.sort();
        for start in starts {
            let Some(cycle) = shortest_cycle(&timeless, start) else { continue };
            let names: Vec<String> = cycle
                .iter()
                .filter_map(|node| match self.graph.node_weight(*node) {
                    Some(Node::Queue(name)) => Some(format!("`{name}`")),
                    _ => None,
                })
                .collect();
            let position = self.queues.iter().position(|node| *node == start);
            let queue = position.and_then(|i| Some((i, center.queues.get(i)?)));
            let Some((i, queue)) = queue else { continue };
            let next = cycle.get(1).copied();
            let step = queue.overflow.iter().position(|overflow| {
                overflow.after <= Duration::ZERO
                    && overflow.when.is_none()
                    && self.queue_names.get(&overflow.to).copied() == next
            });
            findings.push(Finding::error(
                format!("queue[{i}].overflow[{}].after", step.unwrap_or(0)),
                format!(
                    "queue `{}`: an overflow cycle that takes no time: {}; give one of these steps a delay",
                    queue.name,
                    names.join(" -> ")
                ),
            ));
        }
    }
}

/// A condition that leads back to its queue moves nobody.
fn overflow_nowhere(center: &Center, findings: &mut Vec<Finding>) {
    for (i, queue) in center.queues.iter().enumerate() {
        for (j, overflow) in queue.overflow.iter().enumerate() {
            if let (Some(when), true) = (overflow.when, overflow.to == queue.name) {
                findings.push(Finding::error(
                    format!("queue[{i}].overflow[{j}].to"),
                    format!(
                        "queue `{}`: overflow to itself when `{when}` moves nobody; name another queue",
                        queue.name
                    ),
                ));
            }
        }
    }
}

/// The shortest way from `start` back to itself, both ends included; of equals, the one whose edges were added first.
fn shortest_cycle<N>(graph: &DiGraph<N, ()>, start: NodeIndex) -> Option<Vec<NodeIndex>> {
    // petgraph hands out a node's edges latest first.
    let successors = |node| {
        let mut edges: Vec<_> = graph.edges(node).map(|edge| (edge.id(), edge.target())).collect();
        edges.sort();
        edges
    };
    let mut seen = BTreeSet::new();
    let mut paths = VecDeque::from([vec![start]]);
    while let Some(path) = paths.pop_front() {
        for (_, next) in path.last().map(|last| successors(*last)).unwrap_or_default() {
            let mut longer = path.clone();
            longer.push(next);
            if next == start {
                return Some(longer);
            }
            if seen.insert(next) {
                paths.push_back(longer);
            }
        }
    }
    None
}

fn backward_delays(center: &Center, findings: &mut Vec<Finding>) {
    for (i, queue) in center.queues.iter().enumerate() {
        for (j, overflow) in queue.overflow.iter().enumerate() {
            if overflow.after < Duration::ZERO {
                findings.push(Finding::error(
                    format!("queue[{i}].overflow[{j}].after"),
                    format!(
                        "queue `{}`: overflow to `{}` after {}; write at least 0s",
                        queue.name, overflow.to, overflow.after
                    ),
                ));
            }
        }
    }
}

fn unserved_queues(center: &Center, findings: &mut Vec<Finding>) {
    if center.agents.is_empty() {
        if !center.queues.is_empty() {
            findings.push(Finding::warning(
                "agent",
                "the center has no agents, so nobody is ever called; add an `[[agent]]` for everybody who logs in",
            ));
        }
        return;
    }
    for (i, queue) in center.queues.iter().enumerate() {
        let groups = Requirement::any_group(&queue.groups);
        let unserved = [("need", &queue.need), ("groups", &groups), ("need", &need_of(queue))]
            .into_iter()
            .find_map(|(key, requirement)| Some((key, unmet(requirement, &center.agents)?)));
        if let Some((key, why)) = unserved {
            findings.push(Finding::warning(
                format!("queue[{i}].{key}"),
                format!("queue `{}`: nobody can serve it: {why}", queue.name),
            ));
        }
    }
}
