//! The fields of one table.

use std::ops::Range;

use toml::de::DeTable;

use super::notes::Notes;
use super::value::{Read, Value};
use crate::center::did_you_mean;

/// So many known keys are listed where none is near an unknown one.
const LISTED: usize = 8;

/// The fields of one table: what is asked for by name, and with it what may stand there.
pub(super) struct Fields<'a, 'v, 'n, 's> {
    value: &'v Value<'a>,
    table: &'a DeTable<'a>,
    pub(super) notes: &'n mut Notes<'s>,
    /// What was asked for.
    known: Vec<&'static str>,
}

impl<'a, 'v, 'n, 's> Fields<'a, 'v, 'n, 's> {
    pub(super) fn new(value: &'v Value<'a>, table: &'a DeTable<'a>, notes: &'n mut Notes<'s>) -> Self {
        Self { value, table, notes, known: Vec::new() }
    }

    /// Where the table stands; for one with a header, the header.
    pub(super) fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// The thing the table belongs to, as messages name it.
    pub(super) fn owner(&self) -> &str {
        self.value.owner()
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.known.push(key);
        let (found, value) = self.table.get_key_value(key)?;
        Some(self.value.field(key, found.span(), value))
    }

    /// The value of a key that has no default. Its absence is noted.
    pub(super) fn required<T: Read>(&mut self, key: &'static str) -> Option<T> {
        match self.get(key) {
            Some(value) => T::read(&value, self.notes),
            None => {
                self.missing(key, T::WANTED);
                None
            }
        }
    }

    /// The value of a key that may be absent.
    pub(super) fn optional<T: Read>(&mut self, key: &'static str) -> Option<T> {
        self.get(key).and_then(|value| T::read(&value, self.notes))
    }

    /// Sets `setting` to the value of a key, if it is there.
    pub(super) fn set<T: Read>(&mut self, key: &'static str, setting: &mut T) {
        if let Some(value) = self.optional(key) {
            *setting = value;
        }
    }

    /// Reads a key that has one of `words`; see [`Value::word`].
    pub(super) fn word<T: Clone>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        later: &[&str],
    ) -> Option<T> {
        self.get(key).and_then(|value| value.word(self.notes, words, later))
    }

    /// Notes that a key is missing, unless it may stand where the text is broken.
    pub(super) fn missing(&mut self, key: &'static str, wanted: &str) {
        if !self.notes.has_broken_lines() {
            let (path, name) = self.value.below(key);
            let message = format!("{}: `{name}` is missing; write {wanted}", self.owner());
            self.notes.unread(&path, self.span(), message);
        }
    }

    /// Notes a warning about the value of a key.
    pub(super) fn warning(&mut self, span: Range<usize>, message: &str) {
        let message = format!("{}: {message}", self.owner());
        self.notes.warning(span, message);
    }

    /// Reads the table at a key, if it is there.
    pub(super) fn table(&mut self, key: &'static str, read: impl FnOnce(&mut Fields<'a, '_, '_, 's>)) {
        if let Some(value) = self.get(key) {
            value.table("a table", self.notes, read);
        }
    }

    /// Reads every `[[kind]]`; `id` is the key that names one.
    pub(super) fn section<T>(
        &mut self,
        kind: &'static str,
        id: &str,
        mut read: impl FnMut(&mut Fields<'a, '_, '_, 's>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.get(kind) else { return Vec::new() };
        let wanted = format!("`[[{kind}]]` above each {kind}");
        let mut things = Vec::new();
        for item in value.items(&wanted, self.notes).unwrap_or_default() {
            let item = if item.is_table() { item.owned(kind, id) } else { item };
            things.extend(item.table(&wanted, self.notes, &mut read));
        }
        things
    }

    /// Notes the keys that nobody asked for.
    pub(super) fn note_unknown(self) {
        for (key, _) in self.table {
            let text: &str = key.get_ref();
            if self.known.contains(&text) {
                continue;
            }
            let hint = did_you_mean(text, self.known.iter().copied());
            let hint = if hint.is_empty() && self.known.len() <= LISTED {
                let known: Vec<String> = self.known.iter().map(|key| format!("`{key}`")).collect();
                format!("; write one of {}", known.join(", "))
            } else {
                hint
            };
            let (_, name) = self.value.below(text);
            self.notes.error(key.span(), format!("{}: unknown key `{name}`{hint}", self.value.owner()));
        }
    }
}
