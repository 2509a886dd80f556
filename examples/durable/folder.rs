//! The folder: which journals and snapshots there are. Their names are numbers of calls.

use std::fs;
use std::path::{Path, PathBuf};

use super::log::{Trouble, flush_names};

/// The host's folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Opens a folder, or makes it.
    pub(crate) fn open(path: &Path) -> Result<Self, Trouble> {
        fs::create_dir_all(path).map_err(|error| Trouble::new(path, error))?;
        Ok(Self(path.to_owned()))
    }

    /// Waits until the names of its files are on disk.
    pub(crate) fn flush(&self) -> Result<(), Trouble> {
        flush_names(&self.0)
    }

    /// The journal of the calls from this number on.
    pub(crate) fn journal(&self, first: u64) -> PathBuf {
        self.0.join(format!("{first:012}.journal"))
    }

    /// The snapshot after so many calls.
    pub(crate) fn snapshot(&self, calls: u64) -> PathBuf {
        self.0.join(format!("{calls:012}.snapshot"))
    }

    /// The acknowledgements.
    pub(crate) fn acks(&self) -> PathBuf {
        self.0.join("acks")
    }

    /// What the switch was told.
    pub(crate) fn switch(&self) -> PathBuf {
        self.0.join("switch")
    }

    /// The snapshots there are, newest first, by the calls before them.
    pub(crate) fn snapshots(&self) -> Result<Vec<u64>, Trouble> {
        self.numbered("snapshot")
    }

    /// Removes the journals and snapshots of calls before this number. The snapshot of that number has to be on disk.
    pub(crate) fn forget_before(&self, calls: u64) -> Result<(), Trouble> {
        let journals = self.numbered("journal")?.into_iter().map(|first| (first, self.journal(first)));
        let snapshots = self.snapshots()?.into_iter().map(|calls| (calls, self.snapshot(calls)));
        for (_, path) in journals.chain(snapshots).filter(|(number, _)| *number < calls) {
            fs::remove_file(&path).map_err(|error| Trouble::new(&path, error))?;
        }
        Ok(())
    }

    /// The numbers of the files with this ending, highest first.
    fn numbered(&self, ending: &str) -> Result<Vec<u64>, Trouble> {
        let trouble = |error| Trouble::new(&self.0, error);
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(trouble)? {
            let path = entry.map_err(trouble)?.path();
            if path.extension().is_some_and(|extension| extension == ending) {
                found.extend(path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok()));
            }
        }
        found.sort_by(|one, other| other.cmp(one));
        Ok(found)
    }
}
