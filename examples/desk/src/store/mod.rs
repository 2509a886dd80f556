//! The store: the journal of calls, snapshots, callbacks' histories and the desk's own facts, in one redb file.
//!
//! A call is on disk before it is made. Calls that came while the disk was busy share the next commit, which also keeps
//! the histories and acknowledgements of those before. What a snapshot covers is no more needed of the journal.

mod disk;
mod recovery;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition};
use ringback_engine::journal::Call;
use ringback_engine::protocol::Command;
use ringback_engine::{CallbackId, EffectId, Instant};
use serde::{Deserialize, Serialize};

use crate::memory::Memory;
pub(crate) use disk::Room;
pub(crate) use recovery::{Recovered, recover};

/// Calls by their number.
const JOURNAL: TableDefinition<u64, &[u8]> = TableDefinition::new("journal");
/// Snapshots by the number of calls before them.
const SNAPSHOTS: TableDefinition<u64, &[u8]> = TableDefinition::new("snapshots");
/// What the desk remembered then, by the same number.
const MEMORIES: TableDefinition<u64, &[u8]> = TableDefinition::new("memories");
/// What happened to a callback, by its id, the instant, and the effect or the number of a remark.
const HISTORY: TableDefinition<(&str, i64, u64), &[u8]> = TableDefinition::new("history");
/// The desk's own facts, by name.
const FACTS: TableDefinition<&str, &[u8]> = TableDefinition::new("facts");

/// The fact that names the last effect that is done.
const DONE: &str = "done";

/// Why the store can't do something: what a supervisor should read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble(String);

impl Trouble {
    pub(crate) fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// A call in the journal.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entry<C = Command> {
    /// The instant it is made at.
    pub(crate) at: Instant,
    /// The call.
    pub(crate) call: Call<C>,
}

/// One row of a callback's history.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Whose.
    pub(crate) callback: CallbackId,
    /// When.
    pub(crate) at: Instant,
    /// Which effect it was; a remark of a person has a number of its own.
    pub(crate) number: u64,
    /// The fact, as JSON.
    pub(crate) text: Vec<u8>,
}

/// What one commit keeps besides calls.
#[derive(Debug, Default)]
pub(crate) struct Aftermath {
    /// The last effect that is done.
    pub(crate) done: Option<EffectId>,
    /// Rows of histories.
    pub(crate) rows: Vec<Row>,
    /// Callbacks whose histories go.
    pub(crate) forget: Vec<CallbackId>,
}

impl Aftermath {
    /// Whether there is nothing to keep.
    pub(crate) fn is_empty(&self) -> bool {
        self.done.is_none() && self.rows.is_empty() && self.forget.is_empty()
    }
}

/// The store's file, open.
pub(crate) struct Store {
    path: PathBuf,
    room: Arc<Room>,
    /// Nothing after a failed write, until the file could be opened again.
    file: Option<Database>,
    /// The number of the next call.
    next: u64,
    /// A failed commit may have left calls in the file that were refused; they go with the next commit.
    uncertain: bool,
    /// Held for as long as the store is open.
    _lock: File,
}

impl Store {
    /// Opens the store in a folder, or makes one.
    pub(crate) fn open(folder: &Path, room: Arc<Room>) -> Result<Self, Trouble> {
        std::fs::create_dir_all(folder).map_err(|error| trouble(folder, error))?;
        let lock = disk::lock(folder).map_err(|error| trouble(folder, error))?;
        let lock =
            lock.ok_or_else(|| trouble(folder, "another process has the store open; stop it first"))?;
        let path = folder.join("desk.redb");
        let file = open(&path, &room)?;
        let mut store = Self { path, room, file: Some(file), next: 0, uncertain: false, _lock: lock };
        store.next = store.read(|store| store.ends())?;
        Ok(store)
    }

    /// The number of the next call.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Writes calls ahead, with what is to be kept besides, and waits until all of it is on disk.
    ///
    /// # Errors
    ///
    /// Nothing was kept, and the calls must not be made.
    pub(crate) fn commit(&mut self, calls: &[Vec<u8>], after: &Aftermath) -> Result<(), Trouble> {
        let (next, uncertain) = (self.next, self.uncertain);
        self.write(|transaction| {
            {
                let mut journal = transaction.open_table(JOURNAL)?;
                if uncertain {
                    journal.retain_in(next.., |_, _| false)?;
                }
                for (number, call) in (next..).zip(calls) {
                    journal.insert(number, call.as_slice())?;
                }
            }
            keep(transaction, after)
        })?;
        self.uncertain = false;
        self.next += calls.len() as u64;
        Ok(())
    }

    /// Keeps a snapshot of the state after all calls so far, and drops the journal and the snapshots before the last one.
    pub(crate) fn save(
        &mut self,
        snapshot: &[u8],
        memory: &Memory,
        after: &Aftermath,
    ) -> Result<(), Trouble> {
        let next = self.next;
        let memory = serde_json::to_vec(memory).map_err(|error| trouble(&self.path, error))?;
        self.write(|transaction| {
            let older = {
                let mut snapshots = transaction.open_table(SNAPSHOTS)?;
                snapshots.insert(next, snapshot)?;
                let older = snapshots
                    .range(..next)?
                    .next_back()
                    .transpose()?
                    .map_or(next, |(calls, _)| calls.value());
                snapshots.retain_in(..older, |_, _| false)?;
                older
            };
            transaction.open_table(JOURNAL)?.retain_in(..older, |_, _| false)?;
            transaction.open_table(MEMORIES)?.retain_in(..older, |_, _| false)?;
            transaction.open_table(MEMORIES)?.insert(next, memory.as_slice())?;
            keep(transaction, after)
        })
    }

    /// A fact of the desk's own.
    pub(crate) fn fact(&self, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
        self.read(|store| {
            let transaction = store.file()?.begin_read()?;
            Ok(transaction.open_table(FACTS)?.get(name)?.map(|value| value.value().to_vec()))
        })
    }

    /// Keeps a fact.
    pub(crate) fn set_fact(&mut self, name: &str, value: &[u8]) -> Result<(), Trouble> {
        self.write(|transaction| {
            transaction.open_table(FACTS)?.insert(name, value)?;
            Ok(())
        })
    }

    /// What happened to a callback, oldest first.
    pub(crate) fn history(&self, callback: &str) -> Result<Vec<Vec<u8>>, Trouble> {
        self.read(|store| {
            let transaction = store.file()?.begin_read()?;
            let table = transaction.open_table(HISTORY)?;
            let rows = table.range(all_of(callback))?;
            rows.map(|row| Ok(row?.1.value().to_vec())).collect()
        })
    }

    /// The last effect that is done.
    pub(crate) fn done(&self) -> Result<Option<EffectId>, Trouble> {
        let number = self.fact(DONE)?.and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
        Ok(number.map(EffectId))
    }

    /// The number behind the last call of the journal, or the calls before the newest snapshot.
    fn ends(&self) -> Result<u64, redb::Error> {
        let transaction = self.file()?.begin_read()?;
        let last = transaction.open_table(JOURNAL)?.last()?.map(|(number, _)| number.value() + 1);
        let newest = transaction.open_table(SNAPSHOTS)?.last()?.map(|(number, _)| number.value());
        Ok(last.max(newest).unwrap_or(0))
    }

    fn file(&self) -> Result<&Database, redb::Error> {
        self.file.as_ref().ok_or(redb::Error::PreviousIo)
    }

    fn read<T>(&self, look: impl FnOnce(&Self) -> Result<T, redb::Error>) -> Result<T, Trouble> {
        look(self).map_err(|error| trouble(&self.path, explain(&error)))
    }

    /// One transaction that is on disk when this returns. A file that failed is opened anew first.
    fn write(
        &mut self,
        change: impl FnOnce(&redb::WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), Trouble> {
        if self.file.is_none() {
            self.file = Some(open(&self.path, &self.room)?);
        }
        let attempt = || -> Result<(), redb::Error> {
            let mut transaction = self.file()?.begin_write()?;
            transaction.set_durability(Durability::Immediate)?;
            change(&transaction)?;
            transaction.commit()?;
            Ok(())
        };
        attempt().map_err(|error| {
            self.file = None;
            self.uncertain = true;
            trouble(&self.path, explain(&error))
        })
    }
}

fn keep(transaction: &redb::WriteTransaction, after: &Aftermath) -> Result<(), redb::Error> {
    if !after.rows.is_empty() || !after.forget.is_empty() {
        let mut history = transaction.open_table(HISTORY)?;
        for row in &after.rows {
            history.insert((row.callback.as_str(), row.at.millis(), row.number), row.text.as_slice())?;
        }
        for callback in &after.forget {
            history.retain_in(all_of(callback.as_str()), |_, _| false)?;
        }
    }
    if let Some(done) = after.done {
        transaction.open_table(FACTS)?.insert(DONE, done.0.to_be_bytes().as_slice())?;
    }
    Ok(())
}

/// The keys of a callback's history.
fn all_of(callback: &str) -> std::ops::RangeInclusive<(&str, i64, u64)> {
    (callback, i64::MIN, 0)..=(callback, i64::MAX, u64::MAX)
}

fn open(path: &Path, room: &Arc<Room>) -> Result<Database, Trouble> {
    let make = || -> Result<Database, redb::Error> {
        let file = redb::Builder::new().create_with_backend(disk::Disk::open(path, Arc::clone(room))?)?;
        let transaction = file.begin_write()?;
        transaction.open_table(JOURNAL)?;
        transaction.open_table(SNAPSHOTS)?;
        transaction.open_table(MEMORIES)?;
        transaction.open_table(HISTORY)?;
        transaction.open_table(FACTS)?;
        transaction.commit()?;
        Ok(file)
    };
    make().map_err(|error| trouble(path, explain(&error)))
}

/// The cause in words that say what to do.
fn explain(error: &redb::Error) -> String {
    match error {
        redb::Error::Io(cause) if cause.kind() == std::io::ErrorKind::StorageFull => {
            "the disk is full; nothing is taken until there is room".into()
        }
        redb::Error::PreviousIo => "the disk failed; nothing is taken until it can be written again".into(),
        other => other.to_string(),
    }
}

fn trouble(path: &Path, cause: impl fmt::Display) -> Trouble {
    Trouble::new(format!("{}: {cause}", path.display()))
}
