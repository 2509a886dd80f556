//! A CSV file with a header, read record by record with true line numbers.

use std::fmt;
use std::io::{Chain, Cursor, Read};

use csv::{ByteRecord, Terminator, Trim};
use ringback_engine::center::did_you_mean;
use smol_str::SmolStr;

use super::{BadLine, StreamError};

/// A CSV file whose header was read.
pub(super) struct Table<R> {
    file: &'static str,
    reader: csv::Reader<Whole<R>>,
    columns: Vec<SmolStr>,
    record: ByteRecord,
}

/// Why a record can't be used, and in which column.
pub(super) struct Cause {
    column: Option<usize>,
    text: String,
}

/// A file from its first bytes, in which a byte order mark is passed over, to a line feed behind its
/// end, which ends its last record as it does all others, so that lines count alike.
type Whole<R> = Chain<Chain<Cursor<Vec<u8>>, R>, &'static [u8]>;

/// A byte order mark: UTF-8 files of some programs begin with one.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// One record, as long as it is the last read.
pub(super) struct Row<'a> {
    file: &'static str,
    line: u64,
    columns: &'a [SmolStr],
    record: &'a ByteRecord,
}

impl<R: Read> Table<R> {
    /// Reads the header, in which every column of `required` must be.
    pub(super) fn open(file: &'static str, mut input: R, required: &[&str]) -> Result<Self, StreamError> {
        let end: &'static [u8] = b"\n";
        let mut first = Vec::new();
        // All of them, since the reader behind takes away another where it sees it whole.
        while first.is_empty() || first == MARK {
            first.clear();
            let read = input.by_ref().take(MARK.len() as u64).read_to_end(&mut first);
            if read
                .map_err(|error| StreamError::Unreadable { file: file.into(), cause: error.to_string() })?
                == 0
            {
                break;
            }
        }
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::None)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(Cursor::new(first).chain(input).chain(end));
        let mut table = Self { file, reader, columns: Vec::new(), record: ByteRecord::new() };
        if !table.read()? {
            let cause = format!("the file is empty; it begins with a header: {}", required.join(","));
            return Err(table.header(vec![cause]));
        }
        let names: Result<Vec<SmolStr>, _> = table
            .record
            .iter()
            .map(|name| std::str::from_utf8(name).map(|n| SmolStr::new(n.trim())))
            .collect();
        table.columns = names.map_err(|_| table.header(vec!["the header is not UTF-8".into()]))?;
        let causes = faults_of_header(&table.columns, required);
        if causes.is_empty() { Ok(table) } else { Err(table.header(causes)) }
    }

    /// The names of the columns.
    pub(super) fn columns(&self) -> &[SmolStr] {
        &self.columns
    }

    /// Where the column with this name is.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The next record; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, StreamError> {
        if !self.read()? {
            return Ok(None);
        }
        let line = self.line();
        let Self { file, columns, record, .. } = self;
        let (file, fields) = (*file, record.len());
        if fields == columns.len() {
            return Ok(Some(Row { file, line, columns, record }));
        }
        let several = record.iter().any(|field| field.contains(&b'\n'));
        let hint = if several { "; a quote that is not closed takes in the lines after it" } else { "" };
        let cause = format!("has {fields} fields, and the header {}{hint}", columns.len());
        Err(StreamError::Bad(BadLine { file: file.into(), line, column: None, cause }))
    }

    /// An error of the header.
    pub(super) fn header(&self, causes: Vec<String>) -> StreamError {
        StreamError::Header { file: self.file.into(), causes }
    }

    /// Reads a record that is no blank line; `false` at the end.
    fn read(&mut self) -> Result<bool, StreamError> {
        loop {
            let read = self.reader.read_byte_record(&mut self.record);
            if !read.map_err(|error| StreamError::Unreadable {
                file: self.file.into(),
                cause: error.to_string(),
            })? {
                return Ok(false);
            }
            // Only the line feed ends a record here, so the carriage return before it is in the last field.
            let Some(last) = self.record.len().checked_sub(1) else { continue };
            if self.record[last].ends_with(b"\r") {
                let mut stripped = ByteRecord::with_capacity(self.record.as_slice().len(), last + 1);
                for (n, field) in self.record.iter().enumerate() {
                    stripped.push_field(if n == last { &field[..field.len() - 1] } else { field });
                }
                stripped.set_position(self.record.position().cloned());
                self.record = stripped;
            }
            if self.record.len() > 1 || !self.record[0].is_empty() {
                return Ok(true);
            }
        }
    }

    /// The line on which the record read last begins. The reader's own number is that of the blank lines before
    /// it, so this counts back from the end.
    fn line(&self) -> u64 {
        let inside: usize =
            self.record.iter().map(|field| field.iter().filter(|byte| **byte == b'\n').count()).sum();
        let begun = self.record.position().map_or(1, csv::Position::line);
        begun.max(self.reader.position().line().saturating_sub(1 + inside as u64))
    }
}

impl Row<'_> {
    /// The number of its first line.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// A field's text; empty where there is no such column.
    pub(super) fn text(&self, column: Option<usize>) -> Result<&str, Cause> {
        let Some(place) = column else { return Ok("") };
        std::str::from_utf8(&self.record[place]).map_err(|_| self.cause(column, "is not UTF-8"))
    }

    /// A field's text, which must not be empty.
    pub(super) fn required(&self, column: Option<usize>) -> Result<&str, Cause> {
        let text = self.text(column)?;
        if text.is_empty() { Err(self.cause(column, "is empty")) } else { Ok(text) }
    }

    /// A field read by `read`.
    pub(super) fn read<T>(
        &self,
        column: Option<usize>,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, Cause> {
        read(self.text(column)?).map_err(|why| self.cause(column, why))
    }

    /// What is wrong with a field, led by its column's name.
    pub(super) fn cause(&self, column: Option<usize>, why: impl fmt::Display) -> Cause {
        Cause { column, text: format!("`{}`: {why}", self.name(column)) }
    }

    /// This row as a bad line.
    pub(super) fn bad(&self, cause: Cause) -> StreamError {
        let Cause { column, text } = cause;
        StreamError::Bad(BadLine { file: self.file.into(), line: self.line, column, cause: text })
    }

    fn name(&self, column: Option<usize>) -> &str {
        column.map_or("", |column| &self.columns[column])
    }
}

fn faults_of_header(columns: &[SmolStr], required: &[&str]) -> Vec<String> {
    let mut causes = Vec::new();
    for (n, column) in columns.iter().enumerate() {
        if column.is_empty() {
            causes.push(format!("column {} has no name", n + 1));
        } else if columns[..n].contains(column) {
            causes.push(format!("column `{column}` stands here twice"));
        }
    }
    for name in required.iter().filter(|name| !columns.iter().any(|column| column == **name)) {
        let hint = did_you_mean(name, columns.iter().map(SmolStr::as_str).filter(|c| !required.contains(c)));
        // What the file has is what its author wrote wrongly, so the question is about that.
        let hint = hint.replace("did you mean", "is it").replace('?', "");
        causes.push(format!("column `{name}` is missing{hint}"));
    }
    if columns.len() == 1 && columns[0].contains([';', '\t']) {
        causes.push("fields are separated by commas".into());
    }
    causes
}
