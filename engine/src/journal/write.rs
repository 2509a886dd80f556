//! Writing a journal, line by line.

use serde::Serialize;

use super::line::Chain;
use super::{Call, Header, Returned, Seal, digest};
use crate::protocol::{Command, Effect};
use crate::value::Instant;

/// Writes the lines of one journal, in order: header, entries, seal.
///
/// An entry is written in two parts, because `apply` takes the command: [`begin`](Self::begin) before the call
/// and [`end`](Self::end) after it.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    chain: Chain,
    next: u64,
    line: Vec<u8>,
    effects: Vec<u8>,
}

#[derive(Serialize)]
struct Beginning<'a> {
    entry: u64,
    at: Instant,
    call: Call<&'a Command>,
}

#[derive(Serialize)]
struct Ending<'a> {
    returned: &'a Returned,
    effects: usize,
    #[serde(with = "super::hex64")]
    digest: u64,
}

impl Writer {
    /// A writer at the start of a journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The first line, line feed included.
    ///
    /// # Errors
    ///
    /// The header can't be written as JSON; none that this crate makes is such.
    pub fn header(&mut self, header: &Header) -> Result<&[u8], serde_json::Error> {
        self.whole(header)
    }

    /// Keeps an entry's call, which is about to be made.
    ///
    /// # Errors
    ///
    /// As for [`header`](Self::header).
    pub fn begin(&mut self, at: Instant, call: Call<&Command>) -> Result<(), serde_json::Error> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, &Beginning { entry: self.next, at, call })
    }

    /// The line of the entry begun last, line feed included: what it returned, and all effects of that call.
    ///
    /// # Errors
    ///
    /// As for [`header`](Self::header).
    pub fn end(&mut self, returned: &Returned, effects: &[Effect]) -> Result<&[u8], serde_json::Error> {
        let digest = digest(effects, &mut self.effects)?;
        self.effects.clear();
        serde_json::to_writer(&mut self.effects, &Ending { returned, effects: effects.len(), digest })?;
        // Both parts are objects: the first loses its closing brace, the second its opening one.
        self.line.pop_if(|brace| *brace == b'}');
        self.line.push(b',');
        self.line.extend(self.effects.iter().skip(1));
        self.chain.close(&mut self.line);
        self.next = self.next.saturating_add(1);
        Ok(&self.line)
    }

    /// The last line, line feed included.
    ///
    /// # Errors
    ///
    /// As for [`header`](Self::header).
    pub fn seal(&mut self, state: u128) -> Result<&[u8], serde_json::Error> {
        self.whole(&Seal { sealed: self.next, state })
    }

    fn whole(&mut self, line: &impl Serialize) -> Result<&[u8], serde_json::Error> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.chain.close(&mut self.line);
        Ok(&self.line)
    }
}
