//! Records: requests, callbacks and agents as the engine keeps them. States carry exactly their own data; what
//! follows from a state (its deadline, its rank, its agent) is a projection, computed and never stored.

mod agent;
mod callback;
mod hold;
mod journey;
mod queue;
mod reason;
mod request;
mod routing;
mod share;

pub use agent::{Activity, Agent, Phase, Presence, Session, Work};
pub use callback::{
    Callback, Cause, Completed, Deadline, Entry, Outcome, Processing, Queued, Retention, Scheduled, State,
    StateName,
};
pub use hold::{Hold, HoldReason};
pub use journey::{Journey, Preferred};
pub use queue::{Switch, Switches};
pub use reason::Reason;
pub use request::{Attributes, Request};
pub use routing::{AgentFailure, Cooloff, Routing, Stage};
pub use share::Share;
