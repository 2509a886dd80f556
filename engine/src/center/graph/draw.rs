//! The routing graph as text and in Graphviz' language.

use std::fmt;

use petgraph::dot::{Config, Dot, RankDir};
use petgraph::visit::EdgeRef;

use super::{Edge, Exit, Node, RoutingGraph};
use crate::value::{Duration, Requirement};

impl RoutingGraph {
    /// The graph in the language of Graphviz: `dot -Tsvg` draws it.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let edge_style = |_, edge: petgraph::graph::EdgeReference<'_, Edge>| edge.weight().style().to_owned();
        let node_style = |_, (_, node): (_, &Node)| node.style().to_owned();
        let left_to_right = [Config::RankDir(RankDir::LR)];
        Dot::with_attr_getters(&self.graph, &left_to_right, &edge_style, &node_style).to_string()
    }
}

/// One block a service and queue, one line a way out of it.
impl fmt::Display for RoutingGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for from in self.services.iter().chain(&self.queues) {
            let Some(node) = self.graph.node_weight(*from) else { continue };
            writeln!(f, "{node}")?;
            let mut ways: Vec<_> = self.graph.edges(*from).collect();
            // petgraph hands out a node's edges latest first.
            ways.sort_by_key(EdgeRef::id);
            for way in ways {
                let Some(to) = self.graph.node_weight(way.target()) else { continue };
                writeln!(f, "  -> {to}  [{}]", way.weight())?;
            }
        }
        if self.computed {
            writeln!(f, "the application computes names of queues: any service may lead to any queue")?;
        }
        Ok(())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(name) => write!(f, "service {name}"),
            Self::Queue(name) => write!(f, "queue {name}"),
            Self::Group(name) => write!(f, "group {name}"),
            Self::Exit(exit) => write!(f, "exit {}", exit.word()),
            Self::Missing(name) => write!(f, "unknown queue {name}"),
        }
    }
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default plan"),
            Self::Script => f.write_str("script"),
            Self::Overflow(after, None) => write!(f, "overflow after {after}"),
            Self::Overflow(Duration::ZERO, Some(when)) => write!(f, "overflow when {when}"),
            Self::Overflow(after, Some(when)) => write!(f, "overflow after {after} when {when}"),
            Self::Served => f.write_str("served by"),
            Self::Connected(need) if *need == Requirement::anyone() => f.write_str("any agent"),
            Self::Connected(need) => write!(f, "an agent with {need}"),
            Self::Failed(1) => f.write_str("1 failed attempt"),
            Self::Failed(attempts) => write!(f, "{attempts} failed attempts"),
            Self::Waited(time) => write!(f, "waited {time}"),
            Self::Lived(time) => write!(f, "lived {time}"),
        }
    }
}

impl Exit {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::AgentConnected => "AGENT_CONNECTED",
            Self::CallToCustomer => "FAIL_CALL_TO_CUSTOMER",
            Self::TargetNotFound => "FAIL_TARGET_NOT_FOUND",
            Self::Ttl => "FAIL_TIMEOUT_TTL",
        }
    }
}

impl Node {
    const fn style(&self) -> &'static str {
        match self {
            Self::Service(_) => "shape=house",
            Self::Queue(_) => "shape=box",
            Self::Group(_) => "shape=ellipse",
            Self::Exit(_) => "shape=plaintext",
            Self::Missing(_) => "shape=box color=red fontcolor=red style=dashed",
        }
    }
}

impl Edge {
    const fn style(&self) -> &'static str {
        match self {
            Self::Default | Self::Overflow(..) => "",
            Self::Script => "style=dashed",
            Self::Served => "dir=none",
            Self::Connected(_) => "color=gray",
            Self::Failed(_) | Self::Waited(_) | Self::Lived(_) => "color=gray style=dotted",
        }
    }
}
