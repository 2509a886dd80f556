//! Rhai applications behind the engine's port, in a dialect that is safe to host.
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

mod application;
mod canary;
mod check;
mod diagnostic;
mod fault;
pub mod limits;
mod meter;
mod requirements;
mod sandbox;
pub mod vocabulary;
mod words;

pub use application::{HookCounts, RhaiApplication, Script};
pub use check::LiteralQueues;
pub use diagnostic::Diagnostic;
