//! Tables: data of the center for applications, one value a key or several by column.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Attribute, Center, Finding, did_you_mean};
use crate::value::Name;

/// The most columns of a table, besides that of the keys.
pub const MOST_COLUMNS: usize = 32;

/// Data for applications, by key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Its entries.
    pub entries: Entries,
}

/// What a table has for each of its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entries {
    /// One value.
    Values(BTreeMap<SmolStr, Attribute>),
    /// A row of values by column.
    Rows(Rows),
}

/// The rows of a table with columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// The columns.
    pub columns: BTreeSet<SmolStr>,
    /// The rows by key; a column without a value in a row is left out.
    pub rows: BTreeMap<SmolStr, BTreeMap<SmolStr, Attribute>>,
}

/// Why a table has no answer to a question, however its keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableError {
    /// It has a row for each key, and none of its columns was named.
    Columns(Vec<SmolStr>),
    /// It has one value a key, and no columns.
    NoColumns,
    /// It has no such column, and is told which it has.
    UnknownColumn(Vec<SmolStr>),
}

impl Table {
    /// Whether it has a key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        match &self.entries {
            Entries::Values(values) => values.contains_key(key),
            Entries::Rows(rows) => rows.rows.contains_key(key),
        }
    }

    /// The value of a key, if it has that key.
    ///
    /// # Errors
    ///
    /// It has several values a key.
    pub fn value(&self, key: &str) -> Result<Option<&Attribute>, TableError> {
        match &self.entries {
            Entries::Values(values) => Ok(values.get(key)),
            Entries::Rows(rows) => Err(TableError::Columns(rows.columns.iter().cloned().collect())),
        }
    }

    /// The value of a key in a column, if there is one.
    ///
    /// # Errors
    ///
    /// It has no columns, or none of that name.
    pub fn cell(&self, key: &str, column: &str) -> Result<Option<&Attribute>, TableError> {
        match &self.entries {
            Entries::Values(_) => Err(TableError::NoColumns),
            Entries::Rows(rows) if rows.columns.contains(column) => {
                Ok(rows.rows.get(key).and_then(|row| row.get(column)))
            }
            Entries::Rows(rows) => Err(TableError::UnknownColumn(rows.columns.iter().cloned().collect())),
        }
    }
}

impl TableError {
    /// What is wrong with asking the table `table` that way, and what to write. `column` is the one that was named.
    #[must_use]
    pub fn told(&self, table: &str, column: &str) -> String {
        match self {
            Self::Columns(columns) => {
                let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
                format!(
                    "table `{table}` has the columns {}; write `cell(table, key, column)`",
                    columns.join(", ")
                )
            }
            Self::NoColumns => {
                format!("table `{table}` has one value a key and no columns; write `lookup(table, key)`")
            }
            Self::UnknownColumn(columns) => {
                let hint = did_you_mean(column, columns.iter().map(SmolStr::as_str));
                let listed = || {
                    let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
                    format!("; it has {}", columns.join(", "))
                };
                let hint = if hint.is_empty() { listed() } else { hint };
                format!("table `{table}` has no column `{column}`{hint}")
            }
        }
    }
}

impl From<BTreeMap<SmolStr, Attribute>> for Entries {
    fn from(values: BTreeMap<SmolStr, Attribute>) -> Self {
        Self::Values(values)
    }
}

impl<const N: usize> From<[(SmolStr, Attribute); N]> for Entries {
    fn from(values: [(SmolStr, Attribute); N]) -> Self {
        Self::Values(values.into())
    }
}

/// Tables that can't be: files and journals may say anything.
pub(super) fn check(center: &Center, findings: &mut Vec<Finding>) {
    for (i, table) in center.tables.iter().enumerate() {
        let Entries::Rows(rows) = &table.entries else { continue };
        let place = format!("table[{i}]");
        if rows.columns.len() > MOST_COLUMNS {
            let message = format!(
                "table `{}`: {} columns; write at most {MOST_COLUMNS}",
                table.name,
                rows.columns.len()
            );
            findings.push(Finding::error(place.clone(), message));
        }
        let strays = rows.rows.iter().flat_map(|(key, row)| row.keys().map(move |column| (key, column)));
        for (key, column) in strays.filter(|(_, column)| !rows.columns.contains(*column)) {
            let message =
                format!("table `{}`: `{key}` has a value in `{column}`, which is no column", table.name);
            findings.push(Finding::error(place.clone(), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::center::Layout;

    fn rows() -> Table {
        let row = BTreeMap::from([("limit".into(), Attribute::Integer(3))]);
        let columns = BTreeSet::from(["limit".into(), "tier".into()]);
        Table {
            name: "vip".into(),
            entries: Entries::Rows(Rows { columns, rows: BTreeMap::from([("a".into(), row)]) }),
        }
    }

    #[test]
    fn a_question_that_does_not_fit_the_table_is_told() {
        let vip = rows();
        assert_eq!(vip.cell("a", "limit"), Ok(Some(&Attribute::Integer(3))));
        assert_eq!((vip.cell("a", "tier"), vip.cell("b", "tier")), (Ok(None), Ok(None)));
        assert!(vip.contains("a") && !vip.contains("b"));
        let told = |error: TableError, column: &str| error.told("vip", column);
        assert_eq!(
            told(vip.value("a").unwrap_err(), ""),
            "table `vip` has the columns `limit`, `tier`; write `cell(table, key, column)`"
        );
        assert_eq!(
            told(vip.cell("a", "limt").unwrap_err(), "limt"),
            "table `vip` has no column `limt`, did you mean `limit`?"
        );
        assert_eq!(
            told(vip.cell("a", "x").unwrap_err(), "x"),
            "table `vip` has no column `x`; it has `limit`, `tier`"
        );
        let plain = Table { name: "vip".into(), entries: [("a".into(), Attribute::Integer(2))].into() };
        assert_eq!(plain.value("a"), Ok(Some(&Attribute::Integer(2))));
        assert_eq!(
            told(plain.cell("a", "limit").unwrap_err(), "limit"),
            "table `vip` has one value a key and no columns; write `lookup(table, key)`"
        );
    }

    #[test]
    fn both_forms_are_written_and_read_as_what_they_are() {
        for (table, text) in [
            (rows(), r#"{"name":"vip","entries":{"columns":["limit","tier"],"rows":{"a":{"limit":3}}}}"#),
            (
                // Keys named as the fields of rows are keys.
                Table {
                    name: "t".into(),
                    entries: BTreeMap::from([
                        ("columns".into(), Attribute::Integer(1)),
                        ("rows".into(), Attribute::Text("x".into())),
                    ])
                    .into(),
                },
                r#"{"name":"t","entries":{"columns":1,"rows":"x"}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&table).unwrap(), text);
            assert_eq!(serde_json::from_str::<Table>(text).unwrap(), table);
        }
    }

    #[test]
    fn a_value_outside_the_columns_and_too_many_columns_are_found() {
        let found = |change: fn(&mut Rows)| {
            let mut center = Center::new("test", Tz::UTC);
            let mut table = rows();
            if let Entries::Rows(rows) = &mut table.entries {
                change(rows);
            }
            center.tables.push(table);
            Layout::new(center).err().map(|findings| findings[0].message.clone())
        };
        assert_eq!(found(|_| {}), None);
        assert_eq!(
            found(|rows| assert!(rows.columns.remove("limit"))).unwrap(),
            "table `vip`: `a` has a value in `limit`, which is no column"
        );
        let many = found(|rows| rows.columns.extend((0..40).map(|n| SmolStr::new(format!("c{n}")))));
        assert_eq!(many.unwrap(), "table `vip`: 42 columns; write at most 32");
    }
}
