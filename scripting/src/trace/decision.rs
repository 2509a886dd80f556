//! One question to a script, and how it came to its answer.

use ringback_engine::protocol::{Fault, Hook};
use ringback_engine::{CallbackId, Instant};
use serde::{Serialize, Serializer};

use super::recorder::Recorded;
use crate::check::{Site, What};
use crate::fault::in_function;
use crate::files::file_of_fault;

/// A question to a script, what it answered, and how it came to that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// When it was asked.
    #[serde(serialize_with = "as_text")]
    pub at: Instant,
    /// Which hook.
    pub hook: Hook,
    /// About which callback or request.
    pub callback: CallbackId,
    /// The name of the script that was asked: more than one may be, where there are versions.
    pub script: String,
    /// What else it was asked about: the kind of event (`timeout`), the agent (`score`); else empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The answer in the words of scripts; absent after a fault.
    pub answer: Option<String>,
    /// Why there is no answer.
    pub fault: Option<String>,
    /// The file of that line; empty in an application of one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The line that made the answer, or the one that failed; 0 if unknown.
    pub line: u32,
    /// The source there, on one line.
    pub source: String,
    /// The lines that ran, in order, with what they read.
    pub steps: Vec<Step>,
    /// Whether more lines ran than are kept.
    pub cut: bool,
    /// Whether the traced run answered as the one that counted. One that does not is a defect.
    pub exact: bool,
}

/// A line that ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its file; empty in an application of one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What it read, in order.
    pub reads: Vec<Read>,
}

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    /// As the script has it: `line("retail").waiting`.
    pub expression: String,
    /// Integers and booleans as they are, texts in quotes, durations as `90s`, instants in UTC.
    pub value: String,
}

/// Where a decision was made or failed.
#[derive(Default)]
struct Decided {
    file: String,
    line: u32,
    source: String,
    fault: Option<String>,
}

impl Decided {
    fn at(site: &Site, fault: Option<String>) -> Self {
        let (file, line, source) = (site.file.1.clone(), site.line, site.text.clone());
        Self { file, line, source, fault }
    }

    fn failed(script: &str, sites: &[Site], recorded: &Recorded, fault: &Fault) -> Self {
        let (part, message) = file_of_fault(script, &fault.message);
        let lines = || recorded.reached.iter().filter_map(|(site, times)| Some((sites.get(*site)?, *times)));
        let busiest = lines().filter(|(site, _)| site.what == What::Line).max_by_key(|(_, times)| *times);
        // Where a limit was met is forgotten; the line that ran most often tells more than where it ended.
        let busiest =
            busiest.and_then(|(site, times)| if times > 1 { Some(site) } else { last_line(sites, recorded) });
        if let Some((site, told)) =
            busiest.and_then(|site| Some((site, in_function(message, &site.function)?)))
        {
            let file = if part.name.is_empty() { String::new() } else { format!("{}: ", site.file.1) };
            return Self::at(site, Some(file + told.as_str()));
        }
        let is_there = |site: &&Site| site.line == fault.line && site.file.1 == part.name;
        let site = sites.iter().filter(is_there).find(|site| site.what == What::Line);
        Self {
            file: part.name.to_owned(),
            line: fault.line,
            source: site.map_or_else(String::new, |site| site.text.clone()),
            fault: Some(fault.message.clone()),
        }
    }
}

impl Decision {
    pub(super) fn of(
        script: &str,
        sites: &[Site],
        recorded: &Recorded,
        answer: &Result<String, Fault>,
    ) -> Self {
        let mut steps: Vec<Step> = Vec::new();
        for (site, value) in &recorded.ordered {
            let Some(site) = sites.get(*site) else { continue };
            // A statement that begins anew on the line of the one before is a step of its own only in a loop.
            let same = steps.last().is_some_and(|step| step.line == site.line && step.file == site.file.1);
            if !same {
                steps.push(Step { file: site.file.1.clone(), line: site.line, reads: Vec::new() });
            }
            if let (Some(value), Some(step)) = (value, steps.last_mut()) {
                step.reads.push(Read { expression: site.text.clone(), value: value.clone() });
            }
        }
        let decided = match answer {
            Ok(_) => made(sites, recorded).map_or_else(Decided::default, |site| Decided::at(site, None)),
            Err(fault) => Decided::failed(script, sites, recorded, fault),
        };
        Self {
            at: Instant::default(),
            hook: Hook::Route,
            callback: CallbackId::new(""),
            script: String::new(),
            about: String::new(),
            answer: answer.as_ref().ok().cloned(),
            fault: decided.fault,
            file: decided.file,
            line: decided.line,
            source: decided.source,
            steps,
            cut: recorded.cut,
            exact: true,
        }
    }

    /// Everything read, in order, each once.
    #[must_use]
    pub fn reads(&self) -> Vec<&Read> {
        let mut reads: Vec<&Read> = Vec::new();
        for read in self.steps.iter().flat_map(|step| &step.reads) {
            if !reads.contains(&read) {
                reads.push(read);
            }
        }
        reads
    }
}

/// The place that made the answer; the last line that ran, if none did.
pub(super) fn made<'a>(sites: &'a [Site], recorded: &Recorded) -> Option<&'a Site> {
    recorded.answer.and_then(|site| sites.get(site)).or_else(|| last_line(sites, recorded))
}

/// The last line that ran, of those that are kept in order.
fn last_line<'a>(sites: &'a [Site], recorded: &Recorded) -> Option<&'a Site> {
    let mut ran = recorded.ordered.iter().rev().filter_map(|(site, _)| sites.get(*site));
    ran.find(|site| site.what == What::Line)
}

fn as_text<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}
