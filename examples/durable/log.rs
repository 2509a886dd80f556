//! Files that only grow, and files that are there whole or not at all.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why the host can't go on, with the file concerned.
#[derive(Debug)]
pub(crate) struct Trouble {
    file: PathBuf,
    cause: String,
}

impl Trouble {
    pub(crate) fn new(file: &Path, cause: impl fmt::Display) -> Self {
        Self { file: file.to_owned(), cause: cause.to_string() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.cause)
    }
}

impl std::error::Error for Trouble {}

/// A text file to which whole lines are added.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    /// Opens a file, makes it if there is none, and returns the whole lines it has. A line torn at its end is cut off.
    pub(crate) fn open(path: &Path) -> Result<(Self, String), Trouble> {
        let text = read(path)?.unwrap_or_default();
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let log = Self::cut(path, whole as u64)?;
        let lines = String::from_utf8(text[..whole].to_vec()).map_err(|error| Trouble::new(path, error))?;
        Ok((log, lines))
    }

    /// Opens a file to go on behind its first `bytes` bytes; what follows them is cut off.
    pub(crate) fn cut(path: &Path, bytes: u64) -> Result<Self, Trouble> {
        let open = || {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            file.set_len(bytes)?;
            Ok(file)
        };
        let file = open().map_err(|error: io::Error| Trouble::new(path, error))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line; the line feed belongs to it.
    pub(crate) fn add(&mut self, line: &[u8]) -> Result<(), Trouble> {
        self.file.write_all(line).map_err(|error| Trouble::new(&self.path, error))
    }

    /// Waits until what was added is on disk.
    pub(crate) fn flush(&self) -> Result<(), Trouble> {
        self.file.sync_data().map_err(|error| Trouble::new(&self.path, error))
    }
}

/// A file's bytes; `None` if there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Trouble> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::new(path, error)),
    }
}

/// Puts a file in its place so that, whenever a crash comes, either all of it is there or what was there before.
pub(crate) fn replace(path: &Path, bytes: &[u8], flush: bool) -> Result<(), Trouble> {
    let temporary = path.with_extension("temporary");
    let put = || {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        if flush {
            file.sync_all()?;
        }
        fs::rename(&temporary, path)?;
        Ok(())
    };
    put().map_err(|error: io::Error| Trouble::new(path, error))?;
    match path.parent() {
        Some(folder) if flush => flush_names(folder),
        _ => Ok(()),
    }
}

/// Waits until the names of a folder's files are on disk, where the system can tell.
pub(crate) fn flush_names(folder: &Path) -> Result<(), Trouble> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| Trouble::new(folder, error))
}
