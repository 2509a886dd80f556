//! Values: time, identifiers, requirements, rank. This floor knows nothing of centers, callbacks or effects.

mod id;
mod number;
mod rank;
pub mod requirement;
mod time;

pub use id::{AgentId, AttemptId, CallbackId, EffectId, Name, Phone, Sequence};
pub use number::{Country, Number, NumberFacts, NumberKind, Validity};
pub use rank::{Ageing, Rank};
pub use requirement::{Requirement, RequirementError};
pub use time::{Duration, Instant, TimeError};
