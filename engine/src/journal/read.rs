//! Reading a journal, line by line.

use std::collections::VecDeque;
use std::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::line::Chain;
use super::{Ahead, ENGINE, Entry, FORMAT, Header, Returned, Seal, ZONES};

/// Reads the lines of one journal, in order. A line that can't be read leaves the reader where it was.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    chain: Chain,
    /// How many lines were read, and their bytes.
    lines: u64,
    bytes: u64,
    /// How many calls were read, and those of them that have no end yet.
    begun: u64,
    ahead: VecDeque<Ahead>,
    sealed: bool,
}

/// A line after the header.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// A call written ahead; its entry comes when its end is read.
    Ahead,
    /// A call, and what came of it.
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
    Call {
        #[serde(rename = "entry")]
        number: u64,
        returned: Option<IgnoredAny>,
    },
    End {
        #[serde(rename = "of")]
        number: u64,
    },
    Seal {
        #[serde(rename = "sealed")]
        entries: u64,
    },
}

/// What came of a call that was written ahead.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    #[serde(rename = "of")]
    _number: u64,
    returned: Returned,
    effects: usize,
    #[serde(with = "super::hex64")]
    digest: u64,
    #[serde(default, with = "super::optional64")]
    state: Option<u64>,
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
        let (chain, object) = self.open(line)?;
        let versions: Versions = self.parse(&object)?;
        same("journal format", &versions.journal.to_string(), &FORMAT.to_string())?;
        same("engine version", &versions.engine, ENGINE)?;
        same("time zone data", &versions.zones, ZONES)?;
        let header: Header = self.parse(&object)?;
        if !header.application.is_whole() {
            return Err(self.malformed("the application's hash is not that of its source"));
        }
        self.pass(chain, line);
        Ok(header)
    }

    /// Reads a line after the first; the line feed belongs to it.
    ///
    /// # Errors
    ///
    /// It is damaged, cut, or no line of a journal.
    pub fn line(&mut self, line: &[u8]) -> Result<Line, JournalError> {
        self.resumable()?;
        let (chain, object) = self.open(line)?;
        let read = match self.parse(&object)? {
            Kind::Call { number, .. } if number != self.begun => {
                return Err(
                    self.malformed(format!("entry {number} stands where entry {} is due", self.begun))
                );
            }
            Kind::Call { returned: None, .. } => {
                let ahead = self.parse(&object)?;
                self.begun = self.begun.saturating_add(1);
                self.ahead.push_back(ahead);
                Line::Ahead
            }
            Kind::Call { .. } => {
                self.nothing_ahead()?;
                let entry = self.parse(&object)?;
                self.begun = self.begun.saturating_add(1);
                Line::Entry(Box::new(entry))
            }
            Kind::End { number } => {
                let end: End = self.parse(&object)?;
                let Some(ahead) = self.due(number) else {
                    return Err(self.malformed(format!("the end of entry {number}, which is not due")));
                };
                Line::Entry(Box::new(end.of(ahead)))
            }
            Kind::Seal { entries } if entries != self.begun => {
                let cause = format!("the seal counts {entries} entries, there are {}", self.begun);
                return Err(self.malformed(cause));
            }
            Kind::Seal { .. } => {
                self.nothing_ahead()?;
                let seal = self.parse(&object)?;
                self.sealed = true;
                Line::Seal(seal)
            }
        };
        self.pass(chain, line);
        Ok(read)
    }

    /// Whether the seal was read: the journal is complete.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// How many entries were read; a call written ahead is one when its end was read.
    #[must_use]
    pub fn entries(&self) -> u64 {
        // What is ahead was counted when it was read.
        self.begun.saturating_sub(self.ahead.len() as u64)
    }

    /// The calls that were written ahead and have no end, in their order: after a crash they are to be made again,
    /// since nobody can tell whether they were made.
    pub fn ahead(&self) -> impl Iterator<Item = &Ahead> {
        self.ahead.iter()
    }

    /// How many bytes the lines have that were read: where the next line begins, and where a journal whose end was
    /// torn is to be cut before it is resumed.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn chain(&self) -> Chain {
        self.chain
    }

    /// How many calls were read.
    pub(super) fn begun(&self) -> u64 {
        self.begun
    }

    /// Whether lines can follow.
    pub(super) fn resumable(&self) -> Result<(), JournalError> {
        match (self.lines, self.sealed) {
            (0, _) => Err(JournalError::NoJournal),
            (_, true) => Err(JournalError::AfterSeal { line: self.next_line() }),
            _ => Ok(()),
        }
    }

    /// The object of a line, and the chain behind it.
    fn open(&self, line: &[u8]) -> Result<(Chain, Vec<u8>), JournalError> {
        let number = self.next_line();
        let Some(whole) = line.strip_suffix(b"\n") else {
            return Err(JournalError::Cut { line: number, bytes: line.len() });
        };
        let mut chain = self.chain;
        let object = chain.open(whole).ok_or(JournalError::Damaged { line: number })?;
        Ok((chain, object))
    }

    /// Takes the first call that has no end, if it is this one.
    fn due(&mut self, number: u64) -> Option<Ahead> {
        self.ahead.front().filter(|first| first.entry == number)?;
        self.ahead.pop_front()
    }

    fn pass(&mut self, chain: Chain, line: &[u8]) {
        self.chain = chain;
        self.lines = self.next_line();
        self.bytes = self.bytes.saturating_add(line.len() as u64);
    }

    fn next_line(&self) -> u64 {
        self.lines.saturating_add(1)
    }

    fn nothing_ahead(&self) -> Result<(), JournalError> {
        match self.ahead.front() {
            Some(first) => Err(self.malformed(format!("entry {} has no end yet", first.entry))),
            None => Ok(()),
        }
    }

    fn parse<'a, T: Deserialize<'a>>(&self, object: &'a [u8]) -> Result<T, JournalError> {
        serde_json::from_slice(object).map_err(|error| self.malformed(error.to_string()))
    }

    fn malformed(&self, cause: impl Into<String>) -> JournalError {
        JournalError::Malformed { line: self.next_line(), cause: cause.into() }
    }
}

impl End {
    fn of(self, ahead: Ahead) -> Entry {
        let Ahead { entry, at, call } = ahead;
        let Self { _number, returned, effects, digest, state } = self;
        Entry { entry, at, call, returned, effects, digest, state }
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
                "{what} `{theirs}` wrote this journal, and here is `{ours}`; replay it with the one that wrote it, or \
                 go on from a snapshot that one takes"
            ),
        }
    }
}

impl std::error::Error for JournalError {}
