//! Versions: the texts of an application, one in force, others before it, and one on trial.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::Hook;
use crate::value::{CallbackId, Instant};

/// An application, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationText {
    /// What runs it, with its version; empty for the application without opinions.
    pub runtime: String,
    /// What its author calls it: a file's name.
    pub name: String,
    /// The hash of its source: xxh3, 128 bits, in hexadecimal.
    pub hash: String,
    /// The source.
    pub source: String,
}

/// A text that was deployed or tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// When that was; absent for the one that the engine began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// What it says.
    pub text: ApplicationText,
}

/// The number of a version: the one that the engine began with is 1, each that is deployed or tried has the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionNumber(pub u32);

/// How a candidate runs beside the version in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trial {
    /// It is asked all that the version in force is asked; its answers are compared and never used.
    Shadow,
    /// It answers for this share of callbacks, in per cent, 1 to 100: those that [`is_in_canary`] names.
    Canary(u8),
}

/// A candidate on trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its number.
    pub version: VersionNumber,
    /// How it runs.
    pub trial: Trial,
    /// Questions that it was asked.
    pub asked: u64,
    /// In the shadow: what it answered otherwise, most [`MOST_DISAGREEMENTS`](crate::center::MOST_DISAGREEMENTS) of a kind of
    /// their own, in order.
    pub disagreements: Vec<Disagreement>,
    /// Disagreements of more kinds than those.
    pub others: u64,
}

/// A kind of disagreement between the version in force and one in its shadow, and how often it came about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Disagreement {
    /// What was asked.
    pub hook: Hook,
    /// What the version in force answered.
    pub live: Said,
    /// What the candidate answered.
    pub candidate: Said,
    /// How often.
    pub count: u64,
}

/// What a version answered, in one word, and which line did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Said {
    /// The answer's word: `accept`, `reject`, `retry`, `plan`; `standard` where the center's settings decide, `fault` where there is none.
    pub outcome: SmolStr,
    /// The line that made it, from 1; 0 if unknown.
    pub line: u32,
}

/// Why a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialEnd {
    /// The candidate is the version in force now.
    Promoted,
    /// Somebody ended it.
    Command,
    /// Another trial began.
    Replaced,
    /// Another version is in force, and what was compared says nothing of it.
    Superseded,
    /// The candidate of a canary failed too often in a row.
    Faults,
}

/// Why a version came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// Somebody wanted it.
    Command,
    /// The one after it failed too often in a row.
    Faults,
}

impl ApplicationText {
    /// The text of an application, with its hash.
    #[must_use]
    pub fn new(runtime: impl Into<String>, name: impl Into<String>, source: impl Into<String>) -> Self {
        let source = source.into();
        let hash = format!("{:032x}", xxh3_128(source.as_bytes()));
        Self { runtime: runtime.into(), name: name.into(), hash, source }
    }

    /// No application: the center's settings decide everything.
    #[must_use]
    pub fn plain() -> Self {
        Self::new("", "", "")
    }

    /// Whether the hash is that of the source.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.hash == format!("{:032x}", xxh3_128(self.source.as_bytes()))
    }
}

/// Whether a canary with this share, in per cent, answers for a callback. It follows from the id alone, so that a callback has
/// one version over its life, and a larger share holds all of a smaller one.
#[must_use]
pub fn is_in_canary(callback: &CallbackId, percent: u8) -> bool {
    xxh3_64(callback.as_str().as_bytes()) % 100 < u64::from(percent)
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
