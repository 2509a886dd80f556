//! Lines of a stream as they stand in the file, to show what is said of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::bundle::Place;
use crate::streams::BadLine;

/// A file whose lines are shown. It is read again when they are asked for: a stream keeps none.
pub(super) struct SourceLines {
    path: PathBuf,
    file: &'static str,
}

impl SourceLines {
    pub(super) fn new(dir: &Path, file: &'static str) -> Self {
        Self { path: dir.join(file), file }
    }

    /// The file's name.
    pub(super) fn file(&self) -> &'static str {
        self.file
    }

    /// Each bad line with its place.
    pub(super) fn of<'b>(
        &self,
        bad: impl Iterator<Item = &'b BadLine> + Clone,
    ) -> impl Iterator<Item = (&'b BadLine, Place)> {
        let mut texts = self.read(bad.clone().map(|bad| bad.line).collect());
        bad.map(move |bad| {
            let text = texts.remove(&bad.line).unwrap_or_default();
            let span = bad.column.and_then(|column| fields(&text).nth(column)).unwrap_or(0..text.len());
            (bad, self.place(bad.line, text, span))
        })
    }

    /// A line as a whole; `None` if it can't be read.
    pub(super) fn whole(&self, line: u64) -> Option<Place> {
        let text = self.read(vec![line]).remove(&line)?;
        let span = 0..text.len();
        Some(self.place(line, text, span))
    }

    /// The first field of a line that holds this text.
    pub(super) fn field(&self, line: u64, field: &str) -> Option<Place> {
        let text = self.read(vec![line]).remove(&line)?;
        let whole = 0..text.len();
        let span = fields(&text).find(|span| text[span.clone()].trim() == field).unwrap_or(whole);
        Some(self.place(line, text, span))
    }

    /// A column's name in the header.
    pub(super) fn header(&self, column: &str) -> Option<Place> {
        self.field(1, column)
    }

    fn place(&self, line: u64, text: String, span: Range<usize>) -> Place {
        let first_line = usize::try_from(line).unwrap_or(usize::MAX);
        Place { first_line, ..Place::new(self.file, text, span) }
    }

    /// The texts of lines by their numbers, as far as they can be read.
    fn read(&self, mut numbers: Vec<u64>) -> BTreeMap<u64, String> {
        let mut found = BTreeMap::new();
        let Ok(file) = File::open(&self.path) else { return found };
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        for (number, line) in (1..).zip(BufReader::new(file).split(b'\n')) {
            let (Some(wanted), Ok(line)) = (numbers.last(), line) else { break };
            if *wanted == number {
                let text = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
                found.insert(number, text);
                numbers.pop();
            }
        }
        found
    }
}

/// Where the fields of a line stand; commas between quotes separate nothing.
fn fields(line: &str) -> impl Iterator<Item = Range<usize>> {
    let mut quoted = false;
    let mut start = 0;
    let mut ends: Vec<Range<usize>> = Vec::new();
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                ends.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    ends.push(start..line.len());
    ends.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_between_commas_that_are_not_quoted() {
        let texts = |line: &'static str| fields(line).map(|span| &line[span]).collect::<Vec<_>>();
        assert_eq!(texts("a,\"b,c\",,é"), ["a", "\"b,c\"", "", "é"]);
        assert_eq!(texts("\"a\"\",b\",c"), ["\"a\"\",b\"", "c"]);
        assert_eq!(texts(""), [""]);
    }
}
