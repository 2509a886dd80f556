//! Values of the text, read with a note of everything that is wrong.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;
use std::str::FromStr;

use toml::Spanned;
use toml::de::DeValue;

use super::fields::Fields;
use super::notes::Notes;
use crate::center::did_you_mean;

/// A value and where it stands.
pub(super) struct Value<'a> {
    value: &'a DeValue<'a>,
    /// The thing it belongs to, as messages name it: ``queue `billing` ``.
    owner: Rc<str>,
    /// Its place below that thing, as messages name it: `overflow[0].to`.
    name: String,
    /// Its place from the top: `queue[1].overflow[0].to`.
    path: String,
    /// Where its key stands; for an item of a list, where the item does.
    key: Range<usize>,
    span: Range<usize>,
}

/// What a value of the text can be read as.
pub(super) trait Read: Sized {
    /// What to write where something else stands: `a whole number`.
    const WANTED: &'static str;

    /// Reads the value, or notes why it can't be.
    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self>;
}

impl<'a> Value<'a> {
    /// The whole text.
    pub(super) fn root(value: &'a DeValue<'a>, span: Range<usize>) -> Self {
        Self {
            value,
            owner: "center".into(),
            name: String::new(),
            path: String::new(),
            key: span.clone(),
            span,
        }
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    pub(super) fn key(&self) -> Range<usize> {
        self.key.clone()
    }

    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    pub(super) fn as_text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    pub(super) fn is_integer(&self) -> bool {
        self.value.is_integer()
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// Where a text goes on from its byte `offset`, or where all of it stands, if it was written with escapes.
    pub(super) fn span_from(&self, notes: &Notes<'_>, offset: usize) -> Range<usize> {
        let written = notes.slice(self.span());
        let start = self.span.start.saturating_add(1).saturating_add(offset);
        let end = self.span.end.saturating_sub(1);
        let plain =
            self.as_text().is_some_and(|text| written.get(1..).and_then(|w| w.strip_prefix(text)).is_some());
        if plain && start < end { start..end } else { self.span() }
    }

    /// Notes an error here. The message follows the owner and the name of this value.
    pub(super) fn error(&self, notes: &mut Notes<'_>, message: impl Display) {
        self.error_at(self.span(), notes, message);
    }

    /// Notes an error in a part of this value.
    pub(super) fn error_at(&self, span: Range<usize>, notes: &mut Notes<'_>, message: impl Display) {
        notes.unread(&self.path, span, format!("{}: `{}`{message}", self.owner, self.name));
    }

    /// Notes that something else than `wanted` stands here.
    pub(super) fn wrong_type(&self, notes: &mut Notes<'_>, wanted: &str) {
        let found = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "`true` or `false`",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.error(notes, format!(" is {found}; write {wanted}"));
    }

    /// Notes that what stands here is a setting to come. `instead` is what can be written.
    pub(super) fn unsupported(&self, notes: &mut Notes<'_>, instead: &str) {
        let text = notes.slice(self.span()).lines().next().unwrap_or_default();
        let message =
            format!("{}: `{} = {text}` is not supported yet; write {instead}", self.owner, self.name);
        notes.unread(&self.path, self.span(), message);
    }

    /// Reads a text that is one of `words`. Those of `later` are known, and not supported yet.
    pub(super) fn word<T: Clone>(
        &self,
        notes: &mut Notes<'_>,
        words: &[(&str, T)],
        later: &[&str],
    ) -> Option<T> {
        let list: Vec<String> = words.iter().map(|(word, _)| format!("`\"{word}\"`")).collect();
        let wanted = if list.len() == 1 { list.concat() } else { format!("one of {}", list.join(", ")) };
        let Some(text) = self.as_text() else {
            self.wrong_type(notes, &wanted);
            return None;
        };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| meaning.clone());
        if found.is_none() {
            if later.contains(&text) {
                self.unsupported(notes, &wanted);
            } else {
                let hint =
                    did_you_mean(text, words.iter().map(|(word, _)| *word).chain(later.iter().copied()));
                let hint = if hint.is_empty() { format!("; write {wanted}") } else { hint };
                self.error(notes, format!(": unknown word `{text}`{hint}"));
            }
        }
        found
    }

    /// Reads a whole number in a range.
    pub(super) fn integer(&self, notes: &mut Notes<'_>, range: RangeInclusive<i64>) -> Option<i64> {
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        let DeValue::Integer(integer) = self.value else {
            self.wrong_type(notes, &wanted);
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let fits = number.filter(|number| range.contains(number));
        if fits.is_none() {
            self.error(notes, format!(" is {integer}; write {wanted}"));
        }
        fits
    }

    /// Reads a text that can be parsed.
    pub(super) fn parsed<T>(&self, notes: &mut Notes<'_>, wanted: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        let Some(text) = self.as_text() else {
            self.wrong_type(notes, wanted);
            return None;
        };
        text.parse().map_err(|error| self.error(notes, format!(": {error}"))).ok()
    }

    /// The items of a list.
    pub(super) fn items(&self, wanted: &str, notes: &mut Notes<'_>) -> Option<Vec<Self>> {
        let DeValue::Array(array) = self.value else {
            self.wrong_type(notes, wanted);
            return None;
        };
        let item = |(i, item): (usize, &'a Spanned<DeValue<'a>>)| Self {
            value: item.get_ref(),
            owner: self.owner.clone(),
            name: format!("{}[{i}]", self.name),
            path: format!("{}[{i}]", self.path),
            key: item.span(),
            span: item.span(),
        };
        Some(array.iter().enumerate().map(item).collect())
    }

    /// Every entry of a table, whatever its key; by key.
    pub(super) fn entries(&self, notes: &mut Notes<'_>) -> Vec<(&'a str, Self)> {
        let Some(table) = self.value.as_table() else {
            self.wrong_type(notes, "a table in braces");
            return Vec::new();
        };
        table
            .iter()
            .map(|(key, value)| {
                let key_text: &str = key.get_ref();
                (key_text, self.field(key_text, key.span(), value))
            })
            .collect()
    }

    /// Reads the fields of a table. Fields that `read` did not ask for are unknown keys.
    pub(super) fn table<'s, T>(
        &self,
        wanted: &str,
        notes: &mut Notes<'s>,
        read: impl FnOnce(&mut Fields<'a, '_, '_, 's>) -> T,
    ) -> Option<T> {
        let Some(table) = self.value.as_table() else {
            self.wrong_type(notes, wanted);
            return None;
        };
        let mut fields = Fields::new(self, table, notes);
        let result = read(&mut fields);
        fields.note_unknown();
        Some(result)
    }

    /// Path and name of a field.
    pub(super) fn below(&self, key: &str) -> (String, String) {
        let below = |path: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        (below(&self.path), below(&self.name))
    }

    /// A field of this table.
    pub(super) fn field(&self, key: &str, key_span: Range<usize>, value: &'a Spanned<DeValue<'a>>) -> Self {
        let (path, name) = self.below(key);
        let owner = self.owner.clone();
        Self { value: value.get_ref(), owner, name, path, key: key_span, span: value.span() }
    }

    /// The same table as a thing of its own: its fields are named below it.
    pub(super) fn owned(mut self, kind: &str, id: &str) -> Self {
        let id = self.value.get(id).and_then(|id| id.get_ref().as_str());
        self.owner = id.map_or_else(|| kind.into(), |id| format!("{kind} `{id}`").into());
        self.name.clear();
        self
    }
}
