//! The pure, synchronous core of a callback engine.
//!
//! Customers who do not want to wait on hold ask to be called back. [`Engine`] decides who is called when and by
//! whom; it keeps virtual queues, agents and deadlines, and leaves all input and output to its host. Three verbs
//! change it: [`Engine::apply`], [`Engine::advance`] and the host's obedience to [`Engine::next_deadline`].
//!
//! The folders are floors; each imports only from those before it: `value`, `center`, `record`, `protocol`,
//! `book`, `flow`, and the [`Engine`] on top. `DESIGN.md` says why.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::unreachable
    )
)]

mod book;
pub mod center;
mod engine;
mod flow;
pub mod journal;
#[cfg(feature = "numbers")]
pub mod numbers;
pub mod protocol;
mod reading;
pub mod record;
pub mod snapshot;
pub mod value;

pub use engine::Engine;
pub use protocol::Advanced;
pub use reading::{Page, Wanted};
pub use value::*;
