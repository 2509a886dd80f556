//! `traffic.csv`, `roster.csv` and `changes.csv`, read as streams: one line in memory at a time, whatever the length of the file.
//!
//! A line that can't be used is a [`BadLine`] with its number and the cause; the stream goes on with the next.

mod bad;
mod changes;
mod fate;
mod field;
mod roster;
mod survey;
mod table;
mod traffic;

#[cfg(test)]
mod tests;

pub use bad::{BadLine, BadLines};
pub use changes::{ChangeLine, Changes, Scripts};
pub use fate::{Asked, Caller, Fate, Leg, Offered, Then};
pub use roster::{Roster, RosterLine, Shift};
pub use survey::{Survey, survey};
pub use traffic::{Traffic, TrafficLine};

use std::fmt;

/// The name of the file that says who asked for a callback, and what happened when they were called.
pub const TRAFFIC: &str = "traffic.csv";

/// The name of the file that says when agents come and go.
pub const ROSTER: &str = "roster.csv";

/// The name of the file that says what people of the center do to what runs.
pub const CHANGES: &str = "changes.csv";

/// Why a stream gives no line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamError {
    /// The line can't be used; the next one may.
    Bad(BadLine),
    /// The header does not fit; no line can be used.
    Header {
        /// The file.
        file: String,
        /// What is wrong, and what to do about it.
        causes: Vec<String>,
    },
    /// The file can't be read on.
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        cause: String,
    },
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(bad) => bad.fmt(f),
            Self::Header { file, causes } => {
                for (n, cause) in causes.iter().enumerate() {
                    let separator = if n == 0 { "" } else { "\n" };
                    write!(f, "{separator}{file}:1: {cause}")?;
                }
                Ok(())
            }
            Self::Unreadable { file, cause } => write!(f, "{file}: can't be read: {cause}"),
        }
    }
}

impl std::error::Error for StreamError {}
