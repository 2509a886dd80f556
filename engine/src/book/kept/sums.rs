//! The hashes of records, and which of them are out of date.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

/// One hash for each record but for those noted, and the sum of them. Each key is in one of the two sets.
#[derive(Clone, Debug)]
pub(super) struct Sums<K> {
    hashes: BTreeMap<K, u128>,
    sum: u128,
    noted: BTreeSet<K>,
}

impl<K: Ord + Clone> Sums<K> {
    /// Of records that have no hash yet.
    pub(super) fn of(keys: impl IntoIterator<Item = K>) -> Self {
        Self { noted: keys.into_iter().collect(), ..Self::default() }
    }

    /// Notes that a record may change, if it is there.
    pub(super) fn note<Q: Ord + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Some((key, hash)) = self.hashes.remove_entry(key) {
            self.sum = self.sum.wrapping_sub(hash);
            self.noted.insert(key);
        }
    }

    /// Notes that a record may come or change.
    pub(super) fn note_new(&mut self, key: &K) {
        self.forget(key);
        self.noted.insert(key.clone());
    }

    /// Notes that a record is gone.
    pub(super) fn forget<Q: Ord + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        match self.hashes.remove(key) {
            Some(hash) => self.sum = self.sum.wrapping_sub(hash),
            None => _ = self.noted.remove(key),
        }
    }

    /// The sum over all records, given the hash of one that is there.
    pub(super) fn sum(&self, of: impl Fn(&K) -> Option<u128>) -> u128 {
        self.noted.iter().filter_map(of).fold(self.sum, u128::wrapping_add)
    }

    /// Gives each record noted its hash.
    pub(super) fn settle(&mut self, mut of: impl FnMut(&K) -> Option<u128>) {
        while let Some(key) = self.noted.pop_first() {
            if let Some(hash) = of(&key) {
                self.sum = self.sum.wrapping_add(hash);
                self.hashes.insert(key, hash);
            }
        }
    }
}

impl<K> Default for Sums<K> {
    fn default() -> Self {
        Self { hashes: BTreeMap::new(), sum: 0, noted: BTreeSet::new() }
    }
}
