//! `[[table]]`.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::fields::Fields;
use super::table_file::{TOLD, columns};
use super::value::{Read, Value};
use crate::center::{Attribute, Entries, Rows, Table};
use crate::value::Name;

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
            BTreeMap::new().into()
        }
        (None, None) => {
            fields.missing("entries", "`entries = { key = \"value\" }`, or a `file` of columns");
            BTreeMap::new().into()
        }
    };
    Table { name, entries }
}

/// One value a key, or a row in braces for each; the first decides.
fn from_text(fields: &mut Fields<'_, '_, '_, '_>, written: &Value<'_>) -> Entries {
    let entries = written.entries(fields.notes);
    let (rows, values): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, value)| value.is_table());
    if let (Some((key, value)), false) = (values.first(), rows.is_empty()) {
        let message =
            format!(": `{key}` has one value where others have columns; write `{{ column = value }}`");
        value.error(fields.notes, message);
    }
    if rows.is_empty() {
        let values = values.into_iter().filter_map(|(key, value)| {
            Some((SmolStr::new(key), <Attribute as Read>::read(&value, fields.notes)?))
        });
        return Entries::Values(values.collect());
    }
    let mut read = Rows::default();
    for (key, row) in rows {
        let mut cells = BTreeMap::new();
        for (column, value) in row.entries(fields.notes) {
            read.columns.insert(SmolStr::new(column));
            let cell = <Attribute as Read>::read(&value, fields.notes);
            cells.extend(cell.map(|cell| (SmolStr::new(column), cell)));
        }
        read.rows.insert(SmolStr::new(key), cells);
    }
    Entries::Rows(read)
}

fn from_file(
    fields: &mut Fields<'_, '_, '_, '_>,
    file: &Value<'_>,
    files: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Entries {
    let Some(name) = String::read(file, fields.notes) else { return BTreeMap::new().into() };
    let text = match files(&name) {
        Ok(text) => text,
        Err(why) => {
            file.error(fields.notes, format!(": can't read `{name}`: {why}"));
            return BTreeMap::new().into();
        }
    };
    let (entries, errors) = columns(&text);
    for (line, message) in errors.iter().take(TOLD) {
        file.error(fields.notes, format!(": `{name}` line {line}: {message}"));
    }
    if let Some(more @ 1..) = errors.len().checked_sub(TOLD) {
        file.error(fields.notes, format!(": `{name}`: {more} more bad lines"));
    }
    entries
}
