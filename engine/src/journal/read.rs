//! Reading a journal, line by line.

use std::fmt;

use serde::Deserialize;

use super::line::Chain;
use super::{ENGINE, Entry, FORMAT, Header, Seal, ZONES};

/// Reads the lines of one journal, in order.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    chain: Chain,
    line: u64,
    next: u64,
    sealed: bool,
}

/// A line after the header.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// A call.
    Entry(Box<Entry>),
    /// The end.
    Seal(Seal),
}

/// Why a journal, or the rest of it, can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalError {
    /// The first line is not that of any journal.
    NoJournal,
    /// The last line stops before its end.
    Cut {
        /// Its number, from 1.
        line: u64,
        /// How many bytes of it there are.
        bytes: usize,
    },
    /// A line is not as it was written, or not where it was written.
    Damaged {
        /// Its number, from 1.
        line: u64,
    },
    /// A line is as it was written, but no line of a journal.
    Malformed {
        /// Its number, from 1.
        line: u64,
        /// What is wrong.
        cause: String,
    },
    /// Something follows the seal.
    AfterSeal {
        /// Its number, from 1.
        line: u64,
    },
    /// The journal was written by something else than what would replay it.
    Other {
        /// What differs.
        what: &'static str,
        /// What wrote it.
        theirs: String,
        /// What would replay it.
        ours: String,
    },
}

/// How every journal begins, whatever its version.
const BEGINNING: &[u8] = b"{\"journal\":";

/// The versions of a header; the rest of one with other versions need not be readable.
#[derive(Deserialize)]
struct Versions {
    journal: u32,
    engine: String,
    zones: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Kind {
    Entry {
        #[serde(rename = "entry")]
        number: u64,
    },
    Seal {
        #[serde(rename = "sealed")]
        entries: u64,
    },
}

impl Reader {
    /// A reader at the start of a journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the first line; the line feed belongs to it.
    ///
    /// # Errors
    ///
    /// It is no header, or that of a journal that something else wrote.
    pub fn header(&mut self, line: &[u8]) -> Result<Header, JournalError> {
        if !line.starts_with(BEGINNING) && !BEGINNING.starts_with(line) {
            return Err(JournalError::NoJournal);
        }
        let object = self.open(line)?;
        let versions: Versions = self.parse(&object)?;
        same("journal format", &versions.journal.to_string(), &FORMAT.to_string())?;
        same("engine version", &versions.engine, ENGINE)?;
        same("time zone data", &versions.zones, ZONES)?;
        let header: Header = self.parse(&object)?;
        if header.application.is_whole() {
            Ok(header)
        } else {
            Err(self.malformed("the application's hash is not that of its source"))
        }
    }

    /// Reads a line after the first; the line feed belongs to it. Only the last line of a file may lack it.
    ///
    /// # Errors
    ///
    /// It is damaged, cut, or no line of a journal.
    pub fn line(&mut self, line: &[u8]) -> Result<Line, JournalError> {
        if self.sealed {
            return Err(JournalError::AfterSeal { line: self.line.saturating_add(1) });
        }
        let object = self.open(line)?;
        match self.parse(&object)? {
            Kind::Entry { number } if number == self.next => {
                self.next = self.next.saturating_add(1);
                self.parse(&object).map(|entry| Line::Entry(Box::new(entry)))
            }
            Kind::Seal { entries } if entries == self.next => {
                self.sealed = true;
                self.parse(&object).map(Line::Seal)
            }
            Kind::Entry { number } => {
                Err(self.malformed(format!("entry {number} stands where entry {} is due", self.next)))
            }
            Kind::Seal { entries } => {
                Err(self.malformed(format!("the seal counts {entries} entries, there are {}", self.next)))
            }
        }
    }

    /// Whether the seal was read: the journal is complete.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// How many entries were read.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.next
    }

    fn open(&mut self, line: &[u8]) -> Result<Vec<u8>, JournalError> {
        self.line = self.line.saturating_add(1);
        let whole = line.strip_suffix(b"\n");
        match self.chain.open(whole.unwrap_or(line)) {
            Some(object) => Ok(object),
            None if whole.is_some() => Err(JournalError::Damaged { line: self.line }),
            None => Err(JournalError::Cut { line: self.line, bytes: line.len() }),
        }
    }

    fn parse<'a, T: Deserialize<'a>>(&self, object: &'a [u8]) -> Result<T, JournalError> {
        serde_json::from_slice(object).map_err(|error| self.malformed(error.to_string()))
    }

    fn malformed(&self, cause: impl Into<String>) -> JournalError {
        JournalError::Malformed { line: self.line, cause: cause.into() }
    }
}

pub(super) fn same(what: &'static str, theirs: &str, ours: &str) -> Result<(), JournalError> {
    if theirs == ours {
        return Ok(());
    }
    Err(JournalError::Other { what, theirs: theirs.into(), ours: ours.into() })
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoJournal => f.write_str("line 1: this is no journal; a journal begins with its version"),
            Self::Cut { line, bytes } => {
                write!(f, "line {line}: the journal is cut here; the {bytes} bytes of this line were dropped")
            }
            Self::Damaged { line } => write!(
                f,
                "line {line}: damaged, its checksum does not fit; take the journal from where it was written"
            ),
            Self::Malformed { line, cause } => write!(f, "line {line}: no line of a journal: {cause}"),
            Self::AfterSeal { line } => write!(f, "line {line}: something follows the seal"),
            Self::Other { what, theirs, ours } => write!(
                f,
                "{what} `{theirs}` wrote this journal, and here is `{ours}`; replay it with the one that wrote it"
            ),
        }
    }
}

impl std::error::Error for JournalError {}
