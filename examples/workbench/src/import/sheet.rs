//! A CSV file with a header, of whatever columns.

use std::collections::BTreeMap;

use ringback_engine::center::did_you_mean;

/// A CSV file whose header was read.
pub(super) struct Sheet<'a> {
    reader: csv::Reader<&'a [u8]>,
    columns: BTreeMap<String, usize>,
}

/// One of its records.
pub(super) struct Record {
    pub(super) line: u64,
    fields: csv::StringRecord,
}

impl<'a> Sheet<'a> {
    pub(super) fn open(text: &'a str, separator: u8) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader =
            csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| format!("1: {error}"))?;
        let columns: BTreeMap<String, usize> =
            header.iter().enumerate().map(|(place, name)| (name.trim().to_owned(), place)).collect();
        if header.iter().all(|name| name.trim().is_empty()) {
            return Err("1: has no header".into());
        }
        Ok(Self { reader, columns })
    }

    /// Where a column is.
    pub(super) fn column(&self, name: &str) -> Result<usize, String> {
        self.columns.get(name).copied().ok_or_else(|| {
            let known: Vec<&str> = self.columns.keys().map(String::as_str).collect();
            let hint = did_you_mean(name, known.iter().copied());
            let hint = if hint.is_empty() { format!("; it has {}", known.join(", ")) } else { hint };
            format!("1: there is no column `{name}`{hint}")
        })
    }

    /// The next record, or why the line with this number is none.
    pub(super) fn next(&mut self) -> Option<Result<Record, (u64, String)>> {
        let mut fields = csv::StringRecord::new();
        let before = self.reader.position().line();
        match self.reader.read_record(&mut fields) {
            Ok(false) => None,
            Ok(true) => {
                let line = fields.position().map_or(before, csv::Position::line);
                let (has, wanted) = (fields.len(), self.columns.len());
                if has != wanted {
                    return Some(Err((line, format!("has {has} fields, and the header {wanted}"))));
                }
                Some(Ok(Record { line, fields }))
            }
            Err(error) => {
                let line = error.position().map_or(before, csv::Position::line);
                // One that can't be read at all ends the file.
                let stays = self.reader.position().line() == before;
                if stays && error.is_io_error() { None } else { Some(Err((line, "is not UTF-8".into()))) }
            }
        }
    }
}

impl Record {
    pub(super) fn text(&self, column: usize) -> &str {
        self.fields.get(column).unwrap_or_default().trim()
    }
}
