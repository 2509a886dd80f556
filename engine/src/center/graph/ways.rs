//! The routing graph as plain data, for hosts that draw it themselves.

use petgraph::visit::EdgeRef;

use super::{Edge, Exit, Node, RoutingGraph};
use crate::value::Name;

/// A node of the routing graph.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// A service.
    Service(Name),
    /// A virtual queue.
    Queue(Name),
    /// A group of agents.
    Group(Name),
    /// A way out, by the word of its reason of completion.
    Exit(&'static str),
    /// A queue that an edge names and that does not exist.
    Missing(Name),
}

/// What an edge of the routing graph stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WayKind {
    /// A service's default plan begins there.
    Plan,
    /// A script may send callbacks there.
    Script,
    /// Callbacks that waited go there.
    Overflow,
    /// The group serves the queue.
    Served,
    /// Callbacks leave there.
    Leave,
}

/// An edge of the routing graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where it begins.
    pub from: Stop,
    /// Where it leads.
    pub to: Stop,
    /// What it stands for.
    pub kind: WayKind,
    /// When it is taken, in the words of the graph's own text: `overflow after 2m`.
    pub label: String,
}

impl RoutingGraph {
    /// Every edge, in the order in which services, queues and the script name them.
    pub fn ways(&self) -> impl Iterator<Item = Way> {
        self.graph.edge_references().filter_map(|edge| {
            Some(Way {
                from: self.graph.node_weight(edge.source())?.stop(),
                to: self.graph.node_weight(edge.target())?.stop(),
                kind: edge.weight().kind(),
                label: edge.weight().to_string(),
            })
        })
    }
}

impl Node {
    fn stop(&self) -> Stop {
        match self {
            Self::Service(name) => Stop::Service(name.clone()),
            Self::Queue(name) => Stop::Queue(name.clone()),
            Self::Group(name) => Stop::Group(name.clone()),
            Self::Exit(exit) => Stop::Exit(Exit::word(*exit)),
            Self::Missing(name) => Stop::Missing(name.clone()),
        }
    }
}

impl Edge {
    const fn kind(&self) -> WayKind {
        match self {
            Self::Default => WayKind::Plan,
            Self::Script => WayKind::Script,
            Self::Overflow(..) => WayKind::Overflow,
            Self::Served => WayKind::Served,
            Self::Connected(_) | Self::Failed(_) | Self::Waited(_) | Self::Lived(_) => WayKind::Leave,
        }
    }
}
