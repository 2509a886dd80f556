//! `ringback audit`: checks an event log against its bundle, without the engine.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use ringback_engine::AgentId;
use ringback_engine::center::Layout;
use ringback_engine::protocol::Command;

use super::{Failure, Outcome, colours, say};
use crate::audit;
use crate::bundle::{Bundle, other_version, render_all};
use crate::streams::{CHANGES, ChangeLine, Changes, ROSTER, Roster, StreamError, TRAFFIC, Traffic};

/// Checks the event log `events` of a run of the bundle in `dir`. Returns what was checked if all of it holds.
///
/// # Errors
///
/// The log breaks a promise, or something can't be read.
pub fn audit(dir: &Path, events: &Path) -> Outcome {
    let bundle = Bundle::open(dir).map_err(Failure::unreadable)?;
    let (Some(layout), false) = (&bundle.layout, bundle.has_errors()) else {
        return Err(Failure::Unreadable(render_all(&bundle.findings, colours())));
    };
    let log = File::open(events)
        .map_err(|error| Failure::unreadable(format!("{}: can't be read: {error}", events.display())))?;
    let findings = read(dir, layout, &bundle.text.source, BufReader::with_capacity(1 << 16, log))
        .map_err(Failure::unreadable)?;
    let text = findings.to_text();
    if findings.violations() == 0 {
        return Ok(text);
    }
    say(&text)?;
    let count = findings.violations();
    let violations = if count == 1 { "violation" } else { "violations" };
    Err(Failure::found(format!("{}: {count} {violations} of what the bundle promises", events.display())))
}

fn read(
    dir: &Path,
    layout: &Layout,
    script: &str,
    log: impl BufRead,
) -> Result<audit::Findings, StreamError> {
    let zone = layout.center().timezone;
    let agents: BTreeSet<AgentId> = layout.center().agents.iter().map(|agent| agent.id.clone()).collect();
    let traffic = Traffic::open(open(dir, TRAFFIC)?, zone)?.of_center(layout.center());
    let (mut changes, mut script) = (Vec::<ChangeLine>::new(), script.to_owned());
    if dir.join(CHANGES).exists() {
        let scripts = |name: &str| other_version(dir, name, Some(layout));
        let lines = Changes::open(open(dir, CHANGES)?, zone, Some(layout.center()), &scripts)?;
        changes.extend(lines.flatten());
    }
    // What any version may have decided is left to it.
    for line in &changes {
        if let Command::Deploy { source, .. } | Command::Try { source, .. } = &line.command {
            script.push('\n');
            script.push_str(source);
        }
    }
    let script = script.as_str();
    if !dir.join(ROSTER).exists() {
        return audit::audit(layout, script, (traffic, std::iter::empty(), changes), log);
    }
    let roster = Roster::open(open(dir, ROSTER)?, zone, Some(&agents))?;
    audit::audit(layout, script, (traffic, roster, changes), log)
}

fn open(dir: &Path, file: &str) -> Result<BufReader<File>, StreamError> {
    File::open(dir.join(file))
        .map(|file| BufReader::with_capacity(1 << 16, file))
        .map_err(|error| StreamError::Unreadable { file: file.into(), cause: error.to_string() })
}
