//! `[[table]]`, and the files of tables.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord, Trim};
use smol_str::SmolStr;

use super::fields::Fields;
use super::value::{Read, Value};
use crate::center::{Attribute, Table};
use crate::value::Name;

/// So many bad lines of one file are told.
const TOLD: usize = 10;

pub(super) fn read(
    fields: &mut Fields<'_, '_, '_, '_>,
    files: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Table {
    let name: Name = fields.required("name").unwrap_or_default();
    let written = fields.get("entries");
    let file = fields.get("file");
    let entries = match (written, file) {
        (Some(written), None) => from_text(fields, &written),
        (None, Some(file)) => from_file(fields, &file, files),
        (Some(_), Some(file)) => {
            file.error(fields.notes, ": a table has `entries` or a `file`, not both; leave one out");
            BTreeMap::new()
        }
        (None, None) => {
            fields.missing("entries", "`entries = { key = \"value\" }`, or a `file` of two columns");
            BTreeMap::new()
        }
    };
    Table { name, entries }
}

fn from_text(fields: &mut Fields<'_, '_, '_, '_>, written: &Value<'_>) -> BTreeMap<SmolStr, Attribute> {
    let entries = written.entries(fields.notes);
    entries
        .into_iter()
        .filter_map(|(key, value)| {
            Some((SmolStr::new(key), <Attribute as Read>::read(&value, fields.notes)?))
        })
        .collect()
}

fn from_file(
    fields: &mut Fields<'_, '_, '_, '_>,
    file: &Value<'_>,
    files: &mut dyn FnMut(&str) -> Result<String, String>,
) -> BTreeMap<SmolStr, Attribute> {
    let Some(name) = String::read(file, fields.notes) else { return BTreeMap::new() };
    let text = match files(&name) {
        Ok(text) => text,
        Err(why) => {
            file.error(fields.notes, format!(": can't read `{name}`: {why}"));
            return BTreeMap::new();
        }
    };
    let (entries, errors) = two_columns(&text);
    for (line, message) in errors.iter().take(TOLD) {
        file.error(fields.notes, format!(": `{name}` line {line}: {message}"));
    }
    if let Some(more @ 1..) = errors.len().checked_sub(TOLD) {
        file.error(fields.notes, format!(": `{name}`: {more} more bad lines"));
    }
    entries
}

/// The line of a record. The csv reader gives the end of the record before it, and skips empty lines after that.
fn line_of(text: &str, end: &csv::Position) -> u64 {
    let rest =
        usize::try_from(end.byte()).ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    end.line().saturating_add(u64::try_from(skipped.count()).unwrap_or(0))
}

/// Reads lines of key and value below a header, and what is wrong by line.
fn two_columns(text: &str) -> (BTreeMap<SmolStr, Attribute>, Vec<(u64, String)>) {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let mut entries = BTreeMap::new();
    let mut errors = Vec::new();
    let mut first_lines: BTreeMap<SmolStr, u64> = BTreeMap::new();
    let mut header = true;
    let mut last = 1;
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                errors.push((last, error.to_string()));
                break;
            }
        }
        let line = record.position().map_or(last, |position| line_of(text, position));
        last = line;
        let (Some(key), Some(value), 2) = (record.get(0), record.get(1), record.len()) else {
            errors.push((line, format!("expected 2 columns, found {}", record.len())));
            header = false;
            continue;
        };
        if std::mem::take(&mut header) {
            continue;
        }
        let key = SmolStr::new(key);
        if key.is_empty() {
            errors.push((line, "the key is empty".into()));
        } else if let Some(first) = first_lines.get(&key) {
            errors.push((line, format!("key `{key}` stands in line {first} already")));
        } else {
            entries.insert(key.clone(), Attribute::read(value));
            first_lines.insert(key, line);
        }
    }
    if header && errors.is_empty() {
        errors.push((1, "expected a header of 2 columns, found nothing".into()));
    }
    // The csv reader takes an open quote to the end of the text for granted, and with it all lines below.
    if text.matches('"').count() % 2 == 1 {
        errors.push((last, "a quote is opened and never closed".into()));
    }
    (entries, errors)
}
