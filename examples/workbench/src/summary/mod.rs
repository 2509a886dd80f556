//! The summary of a run: what became of the requests, how long customers waited, how busy agents were.
//!
//! Everything is counted from the stream of effects. A number that can't be computed is absent (`null` in JSON).

mod course;
mod lines;
mod occupancy;
mod table;
mod tally;
mod waits;

use std::collections::BTreeMap;
use std::fmt;

use ringback_engine::protocol::{Disagreement, Hook};
use ringback_engine::{AgentId, Instant, Name};
use serde::{Serialize, Serializer};
use smol_str::SmolStr;

pub use course::{Activity, Course};
pub(crate) use table::{columns, shown};
pub use tally::{Effort, Tally};
pub use waits::{Waits, percentile};

/// Service levels are the shares connected within these many seconds.
pub const SERVICE_LEVELS: [i64; 4] = [20, 60, 300, 1_800];

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Requests made.
    pub requests: u64,
    /// Those accepted.
    pub accepted: u64,
    /// Those rejected, by code.
    pub rejected: BTreeMap<String, u64>,
    /// Those that repeated an earlier one by its key.
    pub repeated: u64,
    /// Callbacks completed, by reason.
    pub completed: BTreeMap<String, u64>,
    /// Attempts ended, by outcome.
    pub attempts: BTreeMap<String, u64>,
    /// Attempts at which the customer hung up before an agent came.
    pub abandoned: u64,
    /// Seconds from the place in line to the connection with an agent; connections before that are 0.
    pub waiting: By<Waiting>,
    /// Of the callbacks accepted, the share connected within so many seconds of their place in line. Of a queue:
    /// of those that were connected from it or else were last in it.
    pub service_level: By<ServiceLevel>,
    /// The share of logged-in time that agents were reserved, talking or in wrap-up.
    pub occupancy: Occupancy,
    /// How long agents were logged in and neither ready nor busy, in seconds, by reason; `not said` where none was given.
    pub not_ready: BTreeMap<Name, Seconds>,
    /// The most callbacks that waited at once for longer than an instant.
    pub longest_line: By<Longest>,
    /// How many forecasts held; there are no forecasts yet.
    pub forecast_calibration: Option<f64>,
    /// Calls of the application's hooks.
    pub script: BTreeMap<Hook, Calls>,
    /// Other commands of the world that the engine refused, by kind: a customer who cancels what is over.
    pub refused: BTreeMap<SmolStr, u64>,
    /// What candidates in the shadow answered otherwise than the version in force.
    pub disagreements: Vec<Disagreement>,
    /// Calls of the engine's `apply` and `advance`.
    pub engine_steps: u64,
    /// Events in the log.
    pub events: u64,
    /// How long the run took, in seconds.
    pub wall_seconds: f64,
    /// How much of that was spent in the engine and its scripts, in seconds.
    pub engine_seconds: f64,
}

/// A number over all callbacks, and by queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct By<T> {
    /// Over all.
    pub all: T,
    /// By queue.
    pub by_queue: BTreeMap<Name, T>,
}

/// How long customers waited, in seconds. Percentiles are exact, by nearest rank: the smallest wait that at least
/// that share of all waits does not exceed. Absent where nobody was connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Waiting {
    /// How many were connected.
    pub connected: u64,
    /// The mean.
    pub mean: Option<Seconds>,
    /// Half waited at most so long.
    pub p50: Option<Seconds>,
    /// 80 % waited at most so long.
    pub p80: Option<Seconds>,
    /// 95 % waited at most so long.
    pub p95: Option<Seconds>,
    /// 99 % waited at most so long.
    pub p99: Option<Seconds>,
    /// The longest wait.
    pub max: Option<Seconds>,
}

/// Milliseconds, written as decimal seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub i64);

/// Shares connected within so many seconds; absent where nobody was accepted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ServiceLevel {
    /// How many callbacks this is about.
    pub callbacks: u64,
    /// The share, by seconds.
    pub within: BTreeMap<i64, Option<f64>>,
}

/// How busy agents were; absent for those who were never logged in.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Occupancy {
    /// Over the logged-in time of all.
    pub all: Option<f64>,
    /// By agent.
    pub by_agent: BTreeMap<AgentId, Option<f64>>,
}

/// The longest line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Longest {
    /// How many waited.
    pub waiting: u64,
    /// When it was first so long; absent if nobody ever waited.
    #[serde(serialize_with = "as_text")]
    pub at: Option<Instant>,
}

/// Calls of one hook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// How often it was asked.
    pub calls: u64,
    /// How often it failed.
    pub faults: u64,
    /// Operations, over all calls.
    pub operations: u64,
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1_000.0)
    }
}

/// `1 h 02 min`, `2 min 05 s` or `7.250 s`.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.0 / 1_000, self.0 % 1_000);
        match seconds {
            0..60 => write!(f, "{seconds}.{millis:03} s"),
            60..3_600 => write!(f, "{} min {:02} s", seconds / 60, seconds % 60),
            _ => write!(f, "{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
        }
    }
}

fn as_text<S: Serializer>(at: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}
