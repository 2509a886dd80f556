//! The file under the store, with a limit on its size: a disk that is full can be tried without filling one.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::StorageBackend;
use redb::backends::FileBackend;

/// How many bytes the store's file may have.
#[derive(Debug)]
pub(crate) struct Room(AtomicU64);

impl Room {
    /// As many as the disk has.
    pub(crate) fn unlimited() -> Arc<Self> {
        Self::of(u64::MAX)
    }

    /// At most so many bytes.
    pub(crate) fn of(bytes: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(bytes)))
    }

    /// From now on at most so many bytes.
    #[cfg(test)]
    pub(crate) fn limit(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    fn holds(&self, bytes: u64) -> io::Result<()> {
        if bytes <= self.0.load(Ordering::Relaxed) { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }
}

/// A file with limited room. The folder's lock keeps other processes out, so it has none of its own.
#[derive(Debug)]
pub(super) struct Disk {
    file: FileBackend,
    room: Arc<Room>,
}

impl Disk {
    pub(super) fn open(path: &Path, room: Arc<Room>) -> Result<Self, redb::Error> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        Ok(Self { file: FileBackend::new(file)?, room })
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.room.holds(len)?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.room.holds(offset.saturating_add(data.len() as u64))?;
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

/// Keeps other processes out of a folder for as long as the returned file lives; `None` if one is in.
pub(super) fn lock(folder: &Path) -> io::Result<Option<File>> {
    let file = File::create(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}
