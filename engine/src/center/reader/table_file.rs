//! The files of tables: a header, and lines of a key with one value or several.

use std::collections::{BTreeMap, BTreeSet};

use csv::{ReaderBuilder, StringRecord, Trim};
use smol_str::SmolStr;

use crate::center::{Attribute, Entries, MOST_COLUMNS, Rows};

/// So many bad lines of one file are told.
pub(super) const TOLD: usize = 10;

/// The line of a record. The csv reader gives the end of the record before it, and skips empty lines after that.
fn line_of(text: &str, end: &csv::Position) -> u64 {
    let rest =
        usize::try_from(end.byte()).ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    end.line().saturating_add(u64::try_from(skipped.count()).unwrap_or(0))
}

/// The names of the columns behind that of the keys, and what is wrong with them.
fn header(record: &StringRecord) -> (Vec<SmolStr>, Option<String>) {
    let names: Vec<SmolStr> = record.iter().skip(1).map(SmolStr::new).collect();
    let mut seen = BTreeSet::new();
    let wrong = match names.len() {
        0 => Some(format!("expected 2 columns, found {}", record.len())),
        // The name of the only column is for people.
        1 => None,
        many if many > MOST_COLUMNS => {
            Some(format!("{many} columns behind the key; at most {MOST_COLUMNS} are allowed"))
        }
        _ if names.iter().any(SmolStr::is_empty) => Some("a column has no name".into()),
        _ => names
            .iter()
            .find(|name| !seen.insert(*name))
            .map(|name| format!("there are two columns `{name}`")),
    };
    (names, wrong)
}

/// Reads lines of a key and its values below a header, and what is wrong by line. An empty value among several is
/// none.
pub(super) fn columns(text: &str) -> (Entries, Vec<(u64, String)>) {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let mut names: Option<Vec<SmolStr>> = None;
    let mut values = BTreeMap::new();
    let mut rows = Rows::default();
    let mut errors = Vec::new();
    let mut first_lines: BTreeMap<SmolStr, u64> = BTreeMap::new();
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
        let Some(names) = &names else {
            let (read, wrong) = header(&record);
            errors.extend(wrong.map(|message| (line, message)));
            if read.len() > MOST_COLUMNS {
                break;
            }
            // Where the header is no table's, the lines are told of as if it were one of two columns.
            names = Some(if read.is_empty() { vec![SmolStr::default()] } else { read });
            continue;
        };
        let expected = names.len().saturating_add(1);
        let key = SmolStr::new(record.get(0).unwrap_or_default());
        if record.len() != expected {
            errors.push((line, format!("expected {expected} columns, found {}", record.len())));
        } else if key.is_empty() {
            errors.push((line, "the key is empty".into()));
        } else if let Some(first) = first_lines.get(&key) {
            errors.push((line, format!("key `{key}` stands in line {first} already")));
        } else if names.len() == 1 {
            values.insert(key.clone(), Attribute::read(record.get(1).unwrap_or_default()));
            first_lines.insert(key, line);
        } else {
            let cells = names.iter().zip(record.iter().skip(1)).filter(|(_, cell)| !cell.is_empty());
            let row = cells.map(|(name, cell)| (name.clone(), Attribute::read(cell)));
            rows.rows.insert(key.clone(), row.collect());
            first_lines.insert(key, line);
        }
    }
    if names.is_none() && errors.is_empty() {
        errors.push((1, "expected a header of 2 columns, found nothing".into()));
    }
    // The csv reader takes an open quote to the end of the text for granted, and with it all lines below.
    if text.matches('"').count() % 2 == 1 {
        errors.push((last, "a quote is opened and never closed".into()));
    }
    let names = names.unwrap_or_else(|| vec![SmolStr::default()]);
    if names.len() == 1 {
        return (Entries::Values(values), errors);
    }
    rows.columns = names.into_iter().collect();
    (Entries::Rows(rows), errors)
}
