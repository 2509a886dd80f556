//! Collections of the ledger that keep a hash of themselves as they change.
//!
//! The hash of a collection is the sum of one hash for each record with its key, so that two histories to one state
//! have one hash, and a change costs no more than its record. Reading goes to the map or list inside; whatever writes
//! goes through here and notes the record. Hashes are made when they are asked for, of what was noted since.

mod form;
mod sums;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use form::hash_of;
use sums::Sums;

/// A map that keeps a hash of itself.
#[derive(Clone, Debug)]
pub(crate) struct Kept<K, V> {
    map: BTreeMap<K, V>,
    /// `None` until the hash was asked for to be kept.
    sums: Option<Sums<K>>,
}

impl<K: Ord + Clone + Serialize, V: Serialize> Kept<K, V> {
    /// The value of a key, to change.
    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        if let Some(sums) = &mut self.sums {
            sums.note(key);
        }
        self.map.get_mut(key)
    }

    /// The entry of a key, to change.
    pub(crate) fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        if let Some(sums) = &mut self.sums {
            sums.note_new(&key);
        }
        self.map.entry(key)
    }

    /// Puts a value in, and returns the one it replaces.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        if let Some(sums) = &mut self.sums {
            sums.note_new(&key);
        }
        self.map.insert(key, value)
    }

    /// Takes a value out.
    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some(sums) = &mut self.sums {
            sums.forget(key);
        }
        self.map.remove(key)
    }

    /// Takes every value out.
    pub(crate) fn clear(&mut self) {
        *self = Self { map: BTreeMap::new(), sums: self.sums.as_ref().map(|_| Sums::default()) };
    }

    /// The hash of all records.
    pub(crate) fn hash(&self) -> u128 {
        let of = |key: &K| self.map.get_key_value(key).map(|(key, value)| hash_of(&(key, value)));
        match &self.sums {
            Some(sums) => sums.sum(of),
            None => self.map.keys().filter_map(of).fold(0, u128::wrapping_add),
        }
    }

    /// Brings the hash up to date, so that the next time it costs what changes until then.
    pub(crate) fn settle(&mut self) {
        let Self { map, sums } = self;
        let sums = sums.get_or_insert_with(|| Sums::of(map.keys().cloned()));
        sums.settle(|key| map.get_key_value(key).map(|(key, value)| hash_of(&(key, value))));
    }

    /// The same records, of which no hash is kept.
    pub(super) fn forget_hash(&mut self) {
        self.sums = None;
    }

    /// Changes every value, and takes those out for which `change` says no. No hash is kept afterwards.
    pub(super) fn rewrite(&mut self, change: impl FnMut(&K, &mut V) -> bool) {
        self.sums = None;
        self.map.retain(change);
    }
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self { map: BTreeMap::new(), sums: None }
    }
}

impl<K, V> Deref for Kept<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.map
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Kept<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<'a, K, V> IntoIterator for &'a Kept<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = std::collections::btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.map.iter()
    }
}

/// A snapshot holds the records; in a hash stands theirs.
impl<K: Ord + Clone + Serialize, V: Serialize> Serialize for Kept<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            self.map.serialize(serializer)
        } else {
            serializer.serialize_u128(self.hash())
        }
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Kept<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { map: BTreeMap::deserialize(deserializer)?, sums: None })
    }
}

/// A list that keeps a hash of itself. It is as long as it was made.
#[derive(Clone, Debug)]
pub(crate) struct KeptList<V> {
    list: Vec<V>,
    sums: Option<Sums<usize>>,
}

impl<V: Serialize> KeptList<V> {
    /// The value at a position, to change.
    pub(crate) fn get_mut(&mut self, position: usize) -> Option<&mut V> {
        if let Some(sums) = &mut self.sums {
            sums.note(&position);
        }
        self.list.get_mut(position)
    }

    /// The hash of all records.
    pub(crate) fn hash(&self) -> u128 {
        let of = |position: &usize| self.list.get(*position).map(|value| hash_of(&(position, value)));
        match &self.sums {
            Some(sums) => sums.sum(of),
            None => (0..self.list.len()).filter_map(|position| of(&position)).fold(0, u128::wrapping_add),
        }
    }

    /// Brings the hash up to date, and what is kept within the records with `within`.
    pub(crate) fn settle(&mut self, within: impl Fn(&mut V)) {
        let Self { list, sums } = self;
        let sums = sums.get_or_insert_with(|| Sums::of(0..list.len()));
        sums.settle(|position| {
            let value = list.get_mut(*position)?;
            within(value);
            Some(hash_of(&(position, value)))
        });
    }

    /// The same records, of which no hash is kept.
    pub(super) fn forget_hash(&mut self, within: impl Fn(&mut V)) {
        self.sums = None;
        self.list.iter_mut().for_each(within);
    }
}

impl<V> FromIterator<V> for KeptList<V> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Self { list: values.into_iter().collect(), sums: None }
    }
}

impl<V> Deref for KeptList<V> {
    type Target = [V];

    fn deref(&self) -> &[V] {
        &self.list
    }
}

impl<V: PartialEq> PartialEq for KeptList<V> {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

/// A snapshot holds the records; in a hash stands theirs.
impl<V: Serialize> Serialize for KeptList<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            self.list.serialize(serializer)
        } else {
            (self.list.len(), self.hash()).serialize(serializer)
        }
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for KeptList<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { list: Vec::deserialize(deserializer)?, sums: None })
    }
}

#[cfg(test)]
mod tests;
