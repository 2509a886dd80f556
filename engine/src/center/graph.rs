//! The routing graph.

use super::{Center, Finding};

/// The routing graph.
#[derive(Clone, Debug)]
pub struct RoutingGraph;

impl RoutingGraph {
    /// Builds the graph of a center, whether or not its names exist.
    #[must_use]
    pub fn new(center: &Center) -> Self {
        let _ = center;
        Self
    }

    /// What is wrong with it.
    #[must_use]
    pub fn findings(&self, center: &Center) -> Vec<Finding> {
        let _ = center;
        Vec::new()
    }
}
