//! Tests: true logs pass, and a log that was changed, or is held to other rules, is found out by the check named.

mod other_rules;
mod plain;
mod tampered;
mod ways;

use std::collections::BTreeSet;
use std::path::Path;

use ringback_engine::center::Layout;
use ringback_engine::center::reader::read;
use ringback_engine::protocol::{Application, Plain};
use ringback_engine::{AgentId, Engine};
use serde_json::Value;

use super::{Check, Findings, audit};
use crate::bundle::Bundle;
use crate::event_log::EventLog;
use crate::streams::{Roster, Traffic};
use crate::world::play;

/// A bundle in memory, and the log of its run.
pub(super) struct Played {
    pub(super) center: String,
    script: String,
    traffic: String,
    roster: String,
    pub(super) log: Vec<Value>,
}

fn layout(center: &str) -> Layout {
    let reading = read(center, &mut |file| Err(format!("no file {file}")));
    reading.layout.unwrap_or_else(|| panic!("{:?}", reading.findings))
}

fn agents(layout: &Layout) -> BTreeSet<AgentId> {
    layout.center().agents.iter().map(|agent| agent.id.clone()).collect()
}

impl Played {
    /// Plays a bundle.
    fn new(
        center: &str,
        application: impl Application,
        script: &str,
        traffic: String,
        roster: String,
    ) -> Self {
        let layout = layout(center);
        let (zone, agents) = (layout.center().timezone, agents(&layout));
        let mut log = EventLog::new(Vec::new());
        let mut engine = Engine::new(layout, application);
        let lines = Traffic::open(traffic.as_bytes(), zone).unwrap();
        let shifts = Roster::open(roster.as_bytes(), zone, Some(&agents)).unwrap();
        let played = play(&mut engine, lines, shifts, false, &mut log).unwrap();
        assert_eq!(played.bad.count(), 0);
        let text = String::from_utf8(log.finish().unwrap()).unwrap();
        let log = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Self { center: center.into(), script: script.into(), traffic, roster, log }
    }

    /// The shipped day of a bank.
    pub(super) fn bank_day() -> Self {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bundles/bank-day");
        let text = |file: &str| std::fs::read_to_string(dir.join(file)).unwrap();
        let bundle = Bundle::open(&dir).unwrap();
        let application = bundle.application.unwrap();
        let script = bundle.text.source;
        Self::new(&text("center.toml"), application, &script, text("traffic.csv"), text("roster.csv"))
    }

    /// A day of a center without a script, so that nothing is left to one.
    pub(super) fn plain() -> Self {
        Self::new(plain::CENTER, Plain, "", plain::traffic(), plain::roster())
    }

    /// Audits a text as the log of this bundle under the settings of `center`.
    pub(super) fn audit_text(&self, center: &str, log: &str) -> Findings {
        let layout = layout(center);
        let (zone, agents) = (layout.center().timezone, agents(&layout));
        let traffic = Traffic::open(self.traffic.as_bytes(), zone).unwrap();
        let roster = Roster::open(self.roster.as_bytes(), zone, Some(&agents)).unwrap();
        audit(&layout, &self.script, (traffic, roster, Vec::new()), log.as_bytes()).unwrap()
    }

    pub(super) fn audit(&self, log: &[Value]) -> Findings {
        let text: String = log.iter().map(|line| format!("{line}\n")).collect();
        self.audit_text(&self.center, &text)
    }

    /// The place of the first line after `from` that has all these fields.
    pub(super) fn find(&self, from: usize, fields: &[(&str, &str)]) -> usize {
        let has = |line: &Value| fields.iter().all(|(name, value)| line[name] == *value);
        let found = self.log.iter().skip(from).position(has);
        from + found.unwrap_or_else(|| panic!("no line with {fields:?} after {from}"))
    }
}

#[test]
fn true_logs_pass_and_exercise_every_check() {
    // The bank calls at any hour.
    for (played, unasked) in [(Played::bank_day(), Some(Check::Window)), (Played::plain(), None)] {
        let findings = played.audit(&played.log);
        assert_eq!(findings.violations(), 0, "{}", findings.to_text());
        for check in Check::ALL.into_iter().filter(|check| Some(*check) != unasked) {
            let exercised = findings.tally(check).exercised;
            assert!(exercised > 100, "{}: {exercised} times\n{}", check.name(), findings.to_text());
        }
    }
}

#[test]
fn without_a_script_next_to_nothing_is_skipped() {
    let findings = {
        let played = Played::plain();
        played.audit(&played.log)
    };
    for check in Check::ALL {
        assert_eq!(findings.tally(check).skipped.values().sum::<u64>(), 0, "{}", findings.to_text());
    }
}
