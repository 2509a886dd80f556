//! Parts of a center that have nothing to do with each other.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;

use super::{Node, RoutingGraph, need_of};
use crate::center::Center;
use crate::value::requirement::Candidate;
use crate::value::{AgentId, Name};

/// A part of a center that shares no agent, group or queue with any other part: a unit of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Component {
    /// Its services, in the order of the configuration.
    pub services: Vec<Name>,
    /// Its queues, in the order of the configuration.
    pub queues: Vec<Name>,
    /// The groups that serve its queues.
    pub groups: Vec<Name>,
    /// The agents who may serve its queues, in the order of the configuration.
    pub agents: Vec<AgentId>,
}

impl RoutingGraph {
    /// The parts of the center that share no agent, group or queue, in the order of their first service or queue. An
    /// agent who may serve no queue is in none. `center` is the one the graph was built from.
    #[must_use]
    pub fn components(&self, center: &Center) -> Vec<Component> {
        let mut sets = UnionFind::<usize>::new(self.graph.node_count());
        for edge in self.graph.edge_references() {
            // Every queue has the same exits.
            if !matches!(self.graph.node_weight(edge.target()), Some(Node::Exit(_)) | None) {
                sets.union(edge.source().index(), edge.target().index());
            }
        }
        if self.computed {
            for pair in self.queues.windows(2) {
                if let [a, b] = pair {
                    sets.union(a.index(), b.index());
                }
            }
            if let Some(queue) = self.queues.first() {
                self.services.iter().for_each(|service| _ = sets.union(service.index(), queue.index()));
            }
        }
        let homes = self.agents(center, &mut sets);

        let mut components: Vec<Component> = Vec::new();
        let mut positions: BTreeMap<usize, usize> = BTreeMap::new();
        for node in self.graph.node_indices() {
            let Some(weight @ (Node::Service(name) | Node::Queue(name) | Node::Group(name))) =
                self.graph.node_weight(node)
            else {
                continue;
            };
            let position = *positions.entry(sets.find(node.index())).or_insert(components.len());
            if position == components.len() {
                components.push(Component::default());
            }
            let Some(component) = components.get_mut(position) else { continue };
            match weight {
                Node::Service(_) => component.services.push(name.clone()),
                Node::Queue(_) => component.queues.push(name.clone()),
                Node::Group(_) | Node::Exit(_) | Node::Missing(_) => component.groups.push(name.clone()),
            }
        }
        for (agent, queue) in homes {
            let position = positions.get(&sets.find(queue.index())).copied();
            if let Some(component) = position.and_then(|position| components.get_mut(position)) {
                component.agents.push(agent);
            }
        }
        components
    }

    /// Joins the queues that one agent may serve, and returns every such agent with one of the queues.
    fn agents(&self, center: &Center, sets: &mut UnionFind<usize>) -> Vec<(AgentId, NodeIndex)> {
        let needs: Vec<_> = center.queues.iter().map(need_of).zip(&self.queues).collect();
        let mut homes = Vec::new();
        for agent in &center.agents {
            let candidate = Candidate { id: &agent.id, skills: &agent.skills, groups: &agent.groups };
            let mut served =
                needs.iter().filter(|(need, _)| need.is_met_by(candidate)).map(|(_, queue)| **queue);
            let Some(first) = served.next() else { continue };
            served.for_each(|queue| _ = sets.union(first.index(), queue.index()));
            homes.push((agent.id.clone(), first));
        }
        homes
    }
}
