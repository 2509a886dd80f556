//! Queues as the engine keeps them: what people of the center have set over the configuration.

use serde::{Deserialize, Serialize};

/// A switch of a queue. `Display` gives its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// Its callbacks wait, keep their place, and are not matched.
    Paused,
    /// It takes in no callback; those that are in it are served.
    Draining,
    /// The emergency close: it is closed, whatever its hours say.
    Closed,
}

/// The switches of a queue, all off where nobody turned one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// See [`Switch::Paused`].
    pub paused: bool,
    /// See [`Switch::Draining`].
    pub draining: bool,
    /// See [`Switch::Closed`].
    pub closed: bool,
}

impl Switches {
    /// Whether nobody is matched.
    #[must_use]
    pub fn hold(self) -> bool {
        self.paused || self.closed
    }

    /// Whether one is on.
    #[must_use]
    pub fn is_on(self, switch: Switch) -> bool {
        match switch {
            Switch::Paused => self.paused,
            Switch::Draining => self.draining,
            Switch::Closed => self.closed,
        }
    }

    /// The same with one of them turned.
    #[must_use]
    pub fn turn(mut self, switch: Switch, on: bool) -> Self {
        *match switch {
            Switch::Paused => &mut self.paused,
            Switch::Draining => &mut self.draining,
            Switch::Closed => &mut self.closed,
        } = on;
        self
    }
}
