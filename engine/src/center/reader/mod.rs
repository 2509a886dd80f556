//! Reads `center.toml`: everything that is wrong with it at once, each with its place in the text.
//!
//! The text becomes a tree of values with their spans; one file a section turns it into the [`Center`], and
//! [`Layout::new`] checks that. Keys that are not known are errors, and so are those that are known but not honoured:
//! nothing is read and dropped.

mod agent;
mod calendar;
mod dialling;
mod fields;
mod kinds;
mod limits;
mod notes;
mod queue;
mod service;
mod source;
mod table;
mod table_file;
#[cfg(test)]
mod tests;
mod value;
mod window;

use std::fmt;
use std::ops::Range;

use chrono_tz::Tz;
use toml::de::{DeTable, DeValue};

use super::{Center, Finding, Layout, Severity};
use fields::Fields;
use notes::Notes;
use source::Source;
use value::{Read, Value};

/// What reading a `center.toml` brought.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The files of the application's script, as the key `application` names them; none if it is absent.
    pub application: Vec<String>,
    /// The center's zone, if that could be read, whatever else is wrong.
    pub timezone: Option<Tz>,
    /// The center, if no finding is an error. Where `application` is absent, what no script reaches is found, too;
    /// else that is asked of [`Layout::with_script_queues`], once the script is known.
    pub layout: Option<Layout>,
    /// What is wrong, in the order of the text.
    pub findings: Vec<Located>,
    source: Source,
}

/// A finding and its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// How bad it is.
    pub severity: Severity,
    /// Where: byte offsets into the text. Where something is missing, the header of the table that lacks it; at the
    /// top, the empty span at 0.
    pub span: Range<usize>,
    /// The line in which the span starts, from 1.
    pub line: usize,
    /// The character of the line at which it starts, from 1.
    pub column: usize,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Error { "error" } else { "warning" };
        write!(f, "{}:{}: {severity}: {}", self.line, self.column, self.message)
    }
}

impl Reading {
    /// Finds the place in the text of a finding that the layout or its routing graph made later: that of its path,
    /// or of the longest part of it that the text has.
    #[must_use]
    pub fn locate(&self, finding: &Finding) -> Located {
        self.source.located(finding.severity, self.source.find(&finding.path), finding.message.clone())
    }
}

/// Reads the text of a `center.toml`. `files` returns the text of the file that a `[[table]]` names, or why it can't
/// be read; this function reads nothing by itself, and what a name may reach is the host's to decide.
///
/// ```
/// use ringback_engine::center::reader::read;
///
/// let reading = read("name = \"First Bank\"\ntimezon = \"UTC\"\n", &mut |_| Err("no such file".into()));
/// assert_eq!(
///     reading.findings[0].to_string(),
///     "1:1: error: center: `timezone` is missing; write a time zone in quotes, as `\"Europe/Berlin\"`"
/// );
/// assert_eq!(
///     reading.findings[1].to_string(),
///     "2:1: error: center: unknown key `timezon`, did you mean `timezone`?"
/// );
/// ```
#[must_use]
pub fn read(text: &str, files: &mut dyn FnMut(&str) -> Result<String, String>) -> Reading {
    let (root, broken) = DeTable::parse_recoverable(text);
    let source = Source::new(text, &root);
    let span = root.span();
    let root = DeValue::Table(root.into_inner());
    let mut notes = Notes::new(&source, broken);
    let Top { center, application, timezone } = center(&Value::root(&root, span), &mut notes, files);

    let mut layout = None;
    if !notes.has_broken_lines() {
        let sound = !notes.has_errors();
        let checked = Layout::new(center).map(|layout| {
            if application.is_empty() { layout.with_script_queues(&[], false) } else { layout }
        });
        // What could not be read stands at its default: warnings would be about that.
        let findings = checked.as_ref().map_or_else(Vec::as_slice, Layout::warnings);
        findings
            .iter()
            .filter(|finding| sound || finding.severity == Severity::Error)
            .for_each(|finding| notes.finding(finding));
        layout = checked.ok().filter(|_| sound);
    }
    let findings = notes.into_findings();
    Reading { application, timezone, layout, findings, source }
}

/// What the whole tree says.
struct Top {
    center: Center,
    application: Vec<String>,
    timezone: Option<Tz>,
}

/// The files of the application: one, or a list in which those with shared functions come first.
fn application(fields: &mut Fields<'_, '_, '_, '_>) -> Vec<String> {
    let Some(value) = fields.get("application") else { return Vec::new() };
    if value.as_text().is_some() {
        return String::read(&value, fields.notes).into_iter().collect();
    }
    let items = value.items("a text in quotes, or a list of them", fields.notes).unwrap_or_default();
    let files: Vec<String> = items.iter().filter_map(|item| String::read(item, fields.notes)).collect();
    if items.is_empty() && value.is_list() {
        value.error(fields.notes, " is an empty list; name a file, or leave the key out");
    }
    files
}

/// Reads the whole tree. What can't be read is noted, and stands at its default in the center returned.
fn center(
    root: &Value<'_>,
    notes: &mut Notes<'_>,
    files: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Top {
    let read = root.table("center", notes, |fields| {
        let name: String = fields.required("name").unwrap_or_default();
        let timezone = fields.required("timezone");
        let mut center = Center::new(name, timezone.unwrap_or(Tz::UTC));
        let application = application(fields);
        fields.set("seed", &mut center.seed);
        limits::read(fields, &mut center.limits);
        center.calendars = fields.section("calendar", "name", calendar::read);
        center.queues = fields.section("queue", "name", queue::read);
        center.services = service::section(fields);
        center.tables = fields.section("table", "name", |fields| table::read(fields, files));
        center.agents = fields.section("agent", "id", agent::read);
        Top { center, application, timezone }
    });
    read.unwrap_or_else(|| Top { center: Center::new("", Tz::UTC), application: Vec::new(), timezone: None })
}
