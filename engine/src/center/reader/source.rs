//! Places in the text.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Located;
use crate::center::Severity;

/// A text, its lines, and where its values stand.
#[derive(Clone, Debug)]
pub(super) struct Source {
    text: String,
    /// Byte offsets at which lines start.
    lines: Vec<usize>,
    root: Place,
}

/// Where a value stands, and the values inside it.
#[derive(Clone, Debug, Default)]
struct Place {
    span: Range<usize>,
    keys: BTreeMap<String, Place>,
    items: Vec<Place>,
}

impl Source {
    pub(super) fn new(text: &str, root: &Spanned<DeTable<'_>>) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at.saturating_add(1));
        let lines = std::iter::once(0).chain(ends).collect();
        Self { text: text.to_owned(), lines, root: Place::of_table(root.span(), root.get_ref()) }
    }

    /// The text in a span.
    pub(super) fn slice(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or_default()
    }

    /// The number of the line, from 1, in which a byte stands.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }

    pub(super) fn located(&self, severity: Severity, span: Range<usize>, message: String) -> Located {
        let line = self.line(span.start);
        let start = line.checked_sub(1).and_then(|i| self.lines.get(i)).copied().unwrap_or(0);
        // A byte order mark is no character of the first line.
        let before = self.slice(start..span.start).trim_start_matches('\u{feff}').chars().count();
        Located { severity, line, column: before.saturating_add(1), span, message }
    }

    /// The span of the value at `path` (`queue[1].overflow[0].to`), or of the innermost one around it.
    pub(super) fn find(&self, path: &str) -> Range<usize> {
        let mut place = &self.root;
        let mut rest = path;
        while let Some((inner, tail)) = place.step(rest) {
            (place, rest) = (inner, tail);
        }
        place.span.clone()
    }
}

impl Place {
    fn of(value: &Spanned<DeValue<'_>>) -> Self {
        match value.get_ref() {
            DeValue::Table(table) => Self::of_table(value.span(), table),
            DeValue::Array(array) => {
                Self { span: value.span(), items: array.iter().map(Self::of).collect(), ..Self::default() }
            }
            _ => Self { span: value.span(), ..Self::default() },
        }
    }

    fn of_table(span: Range<usize>, table: &DeTable<'_>) -> Self {
        let keys = table.iter().map(|(key, value)| (key.get_ref().to_string(), Self::of(value))).collect();
        Self { span, keys, ..Self::default() }
    }

    /// The place that the first part of `path` names, and what is left of the path.
    fn step<'a>(&'a self, path: &'a str) -> Option<(&'a Self, &'a str)> {
        if let Some(indexed) = path.strip_prefix('[') {
            let (index, rest) = indexed.split_once(']')?;
            return Some((self.items.get(index.parse::<usize>().ok()?)?, rest));
        }
        let path = path.strip_prefix('.').unwrap_or(path);
        // A key may hold dots and brackets of its own, so the longest that fits is meant.
        self.keys
            .iter()
            .filter_map(|(key, place)| Some((place, path.strip_prefix(key.as_str())?)))
            .filter(|(_, rest)| rest.is_empty() || rest.starts_with(['.', '[']))
            .min_by_key(|(_, rest)| rest.len())
    }
}
