//! Rhai applications behind the engine's port, in a dialect that is safe to host.
//!
//! An *application* is one file, or several in order ([`files`]), with up to six functions, the *hooks*: `accept(request)` and `throttle(request)` at
//! admission, `route(callback)` on entering a queue, `timeout(callback, event)` at a deadline or after a failed
//! attempt, `score(callback, agent)` on choosing an agent, `purge(callback)` at the end of the retention. A hook that is left out does what the center's settings
//! say, so this is a complete application:
//!
//! ```rhai
//! fn route(callback) {
//!     queue("billing").need("billing >= 5 && english").age(1, minutes(1))
//!         .after(minutes(2)).need("billing >= 1")
//!         .after(minutes(5)).queue("general").need("english")
//! }
//! ```
//!
//! [`RhaiApplication::new`] checks a script against a center and says all that is wrong with it at once, each finding
//! with its place and what to write instead. What it returns is an
//! [`Application`](ringback_engine::protocol::Application) for the engine. The words of scripts, with an example
//! each, are in [`vocabulary`], and [`reference`](mod@reference) writes them for people and editors.
//!
//! ```
//! use chrono_tz::Tz;
//! use ringback_engine::center::{Center, Layout, Queue};
//! use ringback_scripting::{RhaiApplication, Script};
//!
//! let mut center = Center::new("First Bank", Tz::Europe__Berlin);
//! center.queues.push(Queue::new("billing"));
//! let layout = Layout::new(center).unwrap();
//!
//! let script = |source: &str| Script { name: "app.rhai".into(), source: source.into() };
//! let application = RhaiApplication::new(script("fn route(callback) { queue(\"billing\") }"), &layout).unwrap();
//! assert_eq!(application.hooks().len(), 1);
//!
//! let findings = RhaiApplication::new(script("fn route(callback) { queue(\"biling\") }"), &layout).unwrap_err();
//! assert_eq!(
//!     findings[0].to_string(),
//!     "error: 1:28: unknown queue `biling`, did you mean `billing`?",
//! );
//! ```
//!
//! # The dialect
//!
//! Integers, booleans, texts, durations, instants and the values of the vocabulary; functions, `if`, `switch`, loops,
//! `let` and `const` within functions. Comparing values of different kinds is a fault, and so is an overflow. There
//! are no floats, characters, arrays, object maps, indexes, closures, function pointers, `try`, `throw`, `eval`,
//! modules, nor statements outside functions.
//!
//! # What a script can use up
//!
//! | What | At most |
//! |---|---|
//! | source | 16 KiB |
//! | operations of a call | 20,000 |
//! | levels of calls | 8, and levels of calls x levels of expressions 72, so that the deepest expressions leave two |
//! | a text | 1,024 bytes |
//! | variables at one time | 64 |
//! | functions | 32 |
//! | printed lines of a call | 16, of 256 bytes each |
//! | tags that `accept` gives | 16 |
//! | limits that `throttle` gives | 8, each at most 10,000 in at most 31 days |
//!
//! A call that goes further ends in a [`Fault`](ringback_engine::protocol::Fault); it leaves nothing behind and the
//! next call finds everything as it was. Two fences hold this: a script is read by a lexer of our own and refused
//! unless it keeps to the dialect and the vocabulary, and the interpreter behind it has no packages, every limit set
//! and the rest of the language switched off. Since Cargo can switch features of Rhai on for the whole build, a
//! self-test runs whenever an application is made, and none is made if it fails.
//!
//! # Features
//!
//! `sync` makes [`RhaiApplication`], and with it the engine that owns one, `Send`; each call costs 10 to 28 % more.
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
pub mod files;
pub mod limits;
mod meter;
pub mod reference;
mod requirements;
mod sandbox;
pub mod spoken;
pub mod trace;
pub mod vocabulary;
mod words;

pub use application::{HookCounts, RhaiApplication, Script};
pub use check::LiteralQueues;
pub use diagnostic::Diagnostic;
pub use trace::Traced;

/// With `sync`, an application can be sent to another thread.
#[cfg(feature = "sync")]
const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<RhaiApplication>();
};
