//! The routing graph: services, virtual queues, agent groups and exits, and the ways between them.

mod components;
mod draw;
mod findings;
mod starvation;
#[cfg(test)]
mod tests;
mod unmet;
mod ways;

use std::collections::BTreeMap;

use petgraph::graph::{DiGraph, NodeIndex};

use super::{Center, Condition, Queue};
use crate::value::{Duration, Name, Requirement};

pub use components::Component;
pub use starvation::{Lead, Overtaking};
pub use unmet::unmet;
pub use ways::{Stop, Way, WayKind};

/// Where the callbacks of a center may go, by its settings and by what its application's script names.
#[derive(Clone, Debug)]
pub struct RoutingGraph {
    graph: DiGraph<Node, Edge>,
    services: Vec<NodeIndex>,
    /// In the order of the configuration. Of two queues with one name, edges lead to the first.
    queues: Vec<NodeIndex>,
    queue_names: BTreeMap<Name, NodeIndex>,
    /// The script has queues that are known only when it runs.
    computed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Service(Name),
    Queue(Name),
    Group(Name),
    Exit(Exit),
    /// A queue that an edge names and that does not exist.
    Missing(Name),
}

/// How a callback leaves a queue, by the word of its reason of completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    AgentConnected,
    CallToCustomer,
    TargetNotFound,
    Ttl,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Edge {
    /// A service's default plan begins here.
    Default,
    /// A script may send a callback here.
    Script,
    /// A step of the default plan, after this time, and under this condition.
    Overflow(Duration, Option<Condition>),
    /// Who serves a queue.
    Served,
    /// An agent who meets this is connected.
    Connected(Requirement),
    /// So many attempts failed.
    Failed(u32),
    /// It waited so long.
    Waited(Duration),
    /// It lived so long.
    Lived(Duration),
}

impl RoutingGraph {
    /// Builds the graph of a center, whether or not its names exist.
    #[must_use]
    pub fn new(center: &Center) -> Self {
        let mut building = Building::default();
        let services: Vec<_> =
            center.services.iter().map(|service| building.add(Node::Service(service.name.clone()))).collect();
        let mut queues = Vec::new();
        let mut queue_names = BTreeMap::new();
        for queue in &center.queues {
            let node = building.add(Node::Queue(queue.name.clone()));
            queues.push(node);
            queue_names.entry(queue.name.clone()).or_insert(node);
        }
        for (service, from) in center.services.iter().zip(&services) {
            let to = building.queue(&queue_names, &service.queue);
            building.graph.add_edge(*from, to, Edge::Default);
        }
        for (queue, from) in center.queues.iter().zip(&queues) {
            for overflow in &queue.overflow {
                let to = building.queue(&queue_names, &overflow.to);
                building.graph.add_edge(*from, to, Edge::Overflow(overflow.after, overflow.when));
            }
            for group in &queue.groups {
                let to = building.node(Node::Group(group.clone()));
                building.graph.update_edge(*from, to, Edge::Served);
            }
        }
        for (queue, from) in center.queues.iter().zip(&queues) {
            for (exit, edge) in exits(queue) {
                let to = building.node(Node::Exit(exit));
                building.graph.add_edge(*from, to, edge);
            }
        }
        Self { graph: building.graph, services, queues, queue_names, computed: false }
    }

    /// The same graph with the queues that a script's plans name: any service may lead to any of them. Names that
    /// do not exist are left out; they are reported where they stand in the script. `computed`: the script has
    /// queues that are known only when it runs.
    #[must_use]
    pub fn with_literals(mut self, queues: &[Name], computed: bool) -> Self {
        for to in queues.iter().filter_map(|name| self.queue_names.get(name)) {
            for from in &self.services {
                let known =
                    self.graph.edges_connecting(*from, *to).any(|edge| *edge.weight() == Edge::Script);
                if !known {
                    self.graph.add_edge(*from, *to, Edge::Script);
                }
            }
        }
        self.computed |= computed;
        self
    }
}

/// A graph being built; each node but services and queues is found again by what it is.
#[derive(Default)]
struct Building {
    graph: DiGraph<Node, Edge>,
    found: BTreeMap<Node, NodeIndex>,
}

impl Building {
    fn add(&mut self, node: Node) -> NodeIndex {
        self.graph.add_node(node)
    }

    fn node(&mut self, node: Node) -> NodeIndex {
        *self.found.entry(node).or_insert_with_key(|node| self.graph.add_node(node.clone()))
    }

    fn queue(&mut self, names: &BTreeMap<Name, NodeIndex>, name: &Name) -> NodeIndex {
        names.get(name).copied().unwrap_or_else(|| self.node(Node::Missing(name.clone())))
    }
}

fn exits(queue: &Queue) -> [(Exit, Edge); 4] {
    [
        (Exit::AgentConnected, Edge::Connected(queue.need.clone())),
        (Exit::CallToCustomer, Edge::Failed(queue.max_attempts)),
        (Exit::TargetNotFound, Edge::Waited(queue.queued_ttl)),
        (Exit::Ttl, Edge::Lived(queue.ttl)),
    ]
}

/// What a queue asks of an agent: its own requirement and membership in its groups.
fn need_of(queue: &Queue) -> Requirement {
    queue.need.and(&Requirement::any_group(&queue.groups))
}
