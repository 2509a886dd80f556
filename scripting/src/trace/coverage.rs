//! Which lines of a script were reached, and which answers it never made.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::check::{Site, What};

/// What was reached of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The lines on which a statement or an arm of a `switch` begins, in order.
    pub lines: Vec<LineCount>,
    /// The places that make an answer, in order.
    pub outcomes: Vec<OutcomeCount>,
}

/// A line, and in how many calls of hooks it ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineCount {
    /// Its file; empty in an application of one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// Calls in which something that begins on it ran.
    pub calls: u64,
    /// Whether something that begins on it never ran.
    pub partly: bool,
}

/// A place that makes an answer, and in how many calls it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeCount {
    /// The function it stands in, a hook or one that hooks call.
    pub function: String,
    /// Its file; empty in an application of one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// The answer as the script has it.
    pub answer: String,
    /// Calls in which it was made.
    pub calls: u64,
}

impl Coverage {
    pub(super) fn of(sites: &[Site], reached: &[u64]) -> Self {
        let mut lines: BTreeMap<(usize, u32), LineCount> = BTreeMap::new();
        let mut outcomes = Vec::new();
        for (site, calls) in sites.iter().zip(reached.iter().copied()) {
            match site.what {
                What::Line => {
                    let line = lines.entry((site.file.0, site.line)).or_insert_with(|| LineCount {
                        file: site.file.1.clone(),
                        line: site.line,
                        calls: 0,
                        partly: false,
                    });
                    line.calls = line.calls.max(calls);
                    line.partly |= calls == 0;
                }
                What::Answer => outcomes.push(OutcomeCount {
                    function: site.function.clone(),
                    file: site.file.1.clone(),
                    line: site.line,
                    answer: site.text.clone(),
                    calls,
                }),
                What::Read => {}
            }
        }
        for line in lines.values_mut() {
            line.partly &= line.calls > 0;
        }
        Self { lines: lines.into_values().collect(), outcomes }
    }

    /// Lines that never ran.
    pub fn missed(&self) -> impl Iterator<Item = &LineCount> {
        self.lines.iter().filter(|line| line.calls == 0)
    }

    /// Answers that were never made.
    pub fn never(&self) -> impl Iterator<Item = &OutcomeCount> {
        self.outcomes.iter().filter(|outcome| outcome.calls == 0)
    }

    /// Lines reached in whole or in part, per cent, rounded down; 100 of a script without lines.
    #[must_use]
    pub fn percent(&self) -> u64 {
        let all = u64::try_from(self.lines.len()).unwrap_or(u64::MAX);
        let missed = u64::try_from(self.missed().count()).unwrap_or(u64::MAX);
        all.saturating_sub(missed).saturating_mul(100).checked_div(all).unwrap_or(100)
    }
}
