//! What faulted in a rehearsal.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use ringback_engine::journal::ApplicationText;
use ringback_engine::protocol::{Fault, Hook};

use ringback_scripting::files::{file_of_fault, parts};

use crate::bundle::{Diagnosis, place};

/// Faults by line, each kept once, with the first sample that brought it about.
#[derive(Default)]
pub(super) struct Faults {
    found: BTreeMap<(u32, Hook, String), String>,
    asked: BTreeSet<Hook>,
}

impl Faults {
    /// Notes what a hook answered about a sample; `told` says which.
    pub(super) fn note<T>(&mut self, hook: Hook, told: &str, answer: Result<T, Fault>) -> Option<T> {
        self.asked.insert(hook);
        match answer {
            Ok(answer) => Some(answer),
            Err(Fault { message, line }) => {
                self.found.entry((line, hook, message)).or_insert_with(|| told.to_owned());
                None
            }
        }
    }

    /// The faults as warnings at their lines, and those of `hooks` that no sample got to.
    pub(super) fn diagnoses(self, text: &ApplicationText, hooks: &[Hook]) -> Vec<Diagnosis> {
        let defined = |hook: Hook| {
            let parts = parts(&text.source);
            let part = parts.iter().find(|part| definition(part.text, hook).is_some());
            let name = part.map_or("", |part| part.name);
            Some(place(text, name, |source| definition(source, hook).unwrap_or(source.len()..source.len())))
        };
        let mut found: Vec<Diagnosis> = self
            .found
            .into_iter()
            .map(|((line, hook, message), told)| {
                let (part, message) = file_of_fault(&text.source, &message);
                let place = match line {
                    0 => defined(hook),
                    line => Some(place(text, part.name, |source| span_of_line(source, line))),
                };
                let message = format!("rehearsed, hook `{hook}` fails: {message}");
                Diagnosis { help: Some(format!("asked about {told}")), ..Diagnosis::warning(message, place) }
            })
            .collect();
        for hook in hooks.iter().filter(|hook| !self.asked.contains(hook)) {
            let message = format!(
                "hook `{hook}` was not rehearsed: `accept` lets no sample through; put requests that it accepts \
                 first in traffic.csv"
            );
            found.push(Diagnosis::warning(message, defined(*hook)));
        }
        found
    }
}

/// The text of a line, from 1, without the blanks around it.
fn span_of_line(source: &str, line: u32) -> Range<usize> {
    let lines = source.split_inclusive('\n');
    let before = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
    let start: usize = lines.clone().take(before).map(str::len).sum();
    let text = lines.clone().nth(before).unwrap_or_default();
    let first = start + (text.len() - text.trim_start().len());
    first..first + text.trim().len()
}

/// The line on which a hook is defined, if it is.
fn definition(source: &str, hook: Hook) -> Option<Range<usize>> {
    let defines = |line: &&str| {
        let name = line.trim_start().strip_prefix("fn").map(str::trim_start);
        name.and_then(|name| name.strip_prefix(hook.name()))
            .is_some_and(|rest| rest.trim_start().starts_with('('))
    };
    let before = source.lines().position(|line| defines(&line))?;
    Some(span_of_line(source, u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)))
}
