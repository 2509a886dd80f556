//! What was found so far.

use std::collections::BTreeSet;
use std::ops::Range;

use super::source::Source;
use super::{Finding, Located, Severity};

/// The findings of one reading.
pub(super) struct Notes<'s> {
    source: &'s Source,
    findings: Vec<Located>,
    /// Lines that are no TOML. What the parser made of them is guessed, and no other finding is worth telling there.
    broken_lines: BTreeSet<usize>,
    /// Paths of values that could not be read; they stand at their defaults.
    unread: Vec<String>,
}

impl<'s> Notes<'s> {
    pub(super) fn new(source: &'s Source, broken: Vec<toml::de::Error>) -> Self {
        let mut notes =
            Self { source, findings: Vec::new(), broken_lines: BTreeSet::new(), unread: Vec::new() };
        for error in broken {
            let span = error.span().unwrap_or_default();
            let message = if error.message().contains("recurs") {
                "tables or lists are nested too deeply; write them flatter".into()
            } else {
                error.message().replace('\n', " ")
            };
            // One slip makes the parser stumble over the rest of its line.
            if notes.broken_lines.insert(source.line(span.start)) {
                notes.findings.push(source.located(Severity::Error, span, message));
            }
        }
        notes
    }

    /// Whether a part of the text is no TOML, so that what seems to be missing may stand there.
    pub(super) fn has_broken_lines(&self) -> bool {
        !self.broken_lines.is_empty()
    }

    pub(super) fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Notes an error that leaves the value at `path` unread.
    pub(super) fn unread(&mut self, path: &str, span: Range<usize>, message: String) {
        self.unread.push(path.to_owned());
        self.error(span, message);
    }

    pub(super) fn error(&mut self, span: Range<usize>, message: String) {
        self.note(Severity::Error, span, message);
    }

    pub(super) fn warning(&mut self, span: Range<usize>, message: String) {
        self.note(Severity::Warning, span, message);
    }

    /// Notes what the layout found, unless it comes of a value that was not read.
    pub(super) fn finding(&mut self, finding: &Finding) {
        let unread = self.unread.iter().any(|path| {
            let rest = finding.path.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        });
        if !unread {
            self.note(finding.severity, self.source.find(&finding.path), finding.message.clone());
        }
    }

    /// The text in a span.
    pub(super) fn slice(&self, span: Range<usize>) -> &'s str {
        self.source.slice(span)
    }

    /// In the order of the text.
    pub(super) fn into_findings(mut self) -> Vec<Located> {
        self.findings.sort_by_key(|finding| (finding.span.start, finding.severity));
        self.findings.dedup();
        self.findings
    }

    fn note(&mut self, severity: Severity, span: Range<usize>, message: String) {
        if !self.broken_lines.contains(&self.source.line(span.start)) {
            self.findings.push(self.source.located(severity, span, message));
        }
    }
}
