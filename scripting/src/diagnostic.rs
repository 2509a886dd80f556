//! What is wrong with a script, and where.

use std::fmt;
use std::ops::Range;

use ringback_engine::center::Severity;

use crate::files::{Part, parts};

/// Something about a script that its author should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file; empty in an application of one.
    pub file: String,
    /// Where, in bytes of that file.
    pub span: Range<usize>,
    /// The line it begins on, from 1.
    pub line: u32,
    /// The character of that line it begins at, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Error { "error" } else { "warning" };
        let file = if self.file.is_empty() { String::new() } else { format!("{}:", self.file) };
        write!(f, "{severity}: {file}{}:{}: {}", self.line, self.column, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

/// The findings about one source, as they are made.
pub(crate) struct Findings<'s> {
    source: &'s str,
    found: Vec<Diagnostic>,
}

impl<'s> Findings<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self { source, found: Vec::new() }
    }

    pub(crate) fn source(&self) -> &'s str {
        self.source
    }

    pub(crate) fn error(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.add(Severity::Error, span, message.into(), None);
    }

    pub(crate) fn error_with_help(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Error, span, message.into(), Some(help.into()));
    }

    pub(crate) fn warning_with_help(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Warning, span, message.into(), Some(help.into()));
    }

    pub(crate) fn warning(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.add(Severity::Warning, span, message.into(), None);
    }

    fn add(&mut self, severity: Severity, span: Range<usize>, message: String, help: Option<String>) {
        let (line, column) = position_of(self.source, span.start);
        self.found.push(Diagnostic { severity, file: String::new(), span, line, column, message, help });
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Whether an error was found on the line that `offset` lies on.
    pub(crate) fn has_error_on_line_of(&self, offset: usize) -> bool {
        let (line, _) = position_of(self.source, offset);
        self.found.iter().any(|finding| finding.severity == Severity::Error && finding.line == line)
    }

    /// All findings, in the order of the source, each in its file.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|finding| (finding.span.start, finding.span.end));
        let parts = parts(self.source);
        for finding in &mut self.found {
            let part = Part::at(&parts, finding.span.start);
            part.name.clone_into(&mut finding.file);
            finding.line = part.line(finding.line);
            finding.span = part.span(&finding.span);
        }
        self.found
    }
}

/// Line and character of a byte of the source, both from 1.
pub(crate) fn position_of(source: &str, offset: usize) -> (u32, u32) {
    let before = source.get(..offset).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
    let lines = before.bytes().filter(|byte| *byte == b'\n').count();
    let columns = before.get(line_start..).unwrap_or_default().chars().count();
    let from_one = |count: usize| u32::try_from(count.saturating_add(1)).unwrap_or(u32::MAX);
    (from_one(lines), from_one(columns))
}

/// The byte at a line and character, both from 1; the end of the source if there is no such place.
pub(crate) fn offset_of(source: &str, line: usize, column: usize) -> usize {
    let mut start = 0_usize;
    for (i, text) in source.split_inclusive('\n').enumerate() {
        if i.saturating_add(1) == line {
            let within = text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
            return start.saturating_add(within);
        }
        start = start.saturating_add(text.len());
    }
    source.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let source = "fn a() {\n  \"é\" + x\n}";
        let at = source.find('x').unwrap();
        assert_eq!(position_of(source, at), (2, 9));
        assert_eq!(offset_of(source, 2, 9), at);
        assert_eq!(offset_of(source, 9, 1), source.len());
    }
}
