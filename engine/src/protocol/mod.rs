//! The protocol: what goes into the engine, what comes out, and the port to the application.

mod answer;
mod application;
mod changes;
mod command;
mod effect;
mod explanation;
mod order;
mod refusal;
mod slot;
mod version;

pub use answer::{Acceptance, Answer, Fault, RetentionAnswer, TimeoutAnswer, TimeoutKind};
pub use application::{About, AgentView, Application, CallbackView, Contact, Hook, LineView, Plain, View};
pub use changes::Changes;
pub use command::{BulkDeed, CancelledBy, Command, Disposition};
pub use effect::{Advanced, AgentState, Effect, EffectKind, Event};
pub use explanation::{Agents, Barrier, Before, Explained, Explanation, NextStep, StageName, Wait, WaitsFor};
pub use order::{Connect, Dial, HangUp, Log, Offer, Push, PushKind};
pub use refusal::{Code, Refusal, Rejection};
pub use slot::SlotView;
pub use version::{
    ApplicationText, Candidate, Disagreement, ReturnReason, Said, Trial, TrialEnd, Version, VersionNumber,
    is_in_canary,
};
