//! Writing a journal, line by line.

use serde::Serialize;
use serde::ser::Error as _;

use super::line::Chain;
use super::{Call, Header, JournalError, Reader, Returned, Seal, digest};
use crate::protocol::{Command, Effect};
use crate::value::Instant;

/// Writes the lines of one journal, in order: header, entries, seal.
///
/// An entry is written in two parts, because `apply` takes the command: [`begin`](Self::begin) before the call and
/// [`end`](Self::end) after it, which gives the line for both. A host that must survive a crash writes
/// [`ahead`](Self::ahead) instead of `begin`, as many calls as it likes, and `end` then gives a line of its own for
/// each, in their order.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    chain: Chain,
    /// The line written last, or the beginning of one.
    line: Vec<u8>,
    /// Whether `line` is the beginning of an entry's one line.
    begun: bool,
    /// The number of the next call.
    next: u64,
    /// The number of the next call to end.
    ended: u64,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<u64>,
    returned: &'a Returned,
    effects: usize,
    #[serde(with = "super::hex64")]
    digest: u64,
    #[serde(skip_serializing_if = "Option::is_none", with = "super::optional64")]
    state: Option<u64>,
}

impl Writer {
    /// A writer at the start of a journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A writer that goes on where the reader stands: behind the last line that was whole, which is at
    /// [`Reader::bytes`]. Calls written ahead are still to be ended.
    ///
    /// # Errors
    ///
    /// The journal has no header yet, or it is sealed.
    pub fn resume(reader: &Reader) -> Result<Self, JournalError> {
        reader.resumable()?;
        Ok(Self { chain: reader.chain(), next: reader.begun(), ended: reader.entries(), ..Self::default() })
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
    /// A call written ahead has not ended, or as for [`header`](Self::header).
    pub fn begin(&mut self, at: Instant, call: Call<&Command>) -> Result<(), serde_json::Error> {
        self.nothing_ahead()?;
        self.line.clear();
        serde_json::to_writer(&mut self.line, &Beginning { entry: self.next, at, call })?;
        self.begun = true;
        Ok(())
    }

    /// The line of an entry's call, line feed included, to be written before the call is made.
    ///
    /// # Errors
    ///
    /// A call begun has not ended, or as for [`header`](Self::header).
    pub fn ahead(&mut self, at: Instant, call: Call<&Command>) -> Result<&[u8], serde_json::Error> {
        self.nothing_begun()?;
        let entry = self.next;
        self.next = self.next.saturating_add(1);
        self.whole(&Beginning { entry, at, call })
    }

    /// The line of what came of a call, line feed included: of the one begun last, together with that call, or of
    /// the first that was written ahead and has not ended. `state` is the
    /// [`mark`](crate::Engine::mark) of the engine afterwards: with it a replay finds the first call after which the state
    /// differs, not only the first that had other effects. A host may leave it out, or write it now and then.
    ///
    /// # Errors
    ///
    /// There is no such call, or as for [`header`](Self::header).
    pub fn end(
        &mut self,
        returned: &Returned,
        effects: &[Effect],
        state: Option<u64>,
    ) -> Result<&[u8], serde_json::Error> {
        let digest = digest(effects, &mut self.effects)?;
        let of = self.ended;
        self.ended = self.ended.saturating_add(1);
        if std::mem::take(&mut self.begun) {
            self.next = self.ended;
            self.effects.clear();
            let ending = Ending { of: None, returned, effects: effects.len(), digest, state };
            serde_json::to_writer(&mut self.effects, &ending)?;
            // Both parts are objects: the first loses its closing brace, the second its opening one.
            self.line.pop_if(|brace| *brace == b'}');
            self.line.push(b',');
            self.line.extend(self.effects.iter().skip(1));
            self.chain.close(&mut self.line);
            return Ok(&self.line);
        }
        if of >= self.next {
            self.ended = of;
            return Err(serde_json::Error::custom("an end without a call; begin one, or write it ahead"));
        }
        self.whole(&Ending { of: Some(of), returned, effects: effects.len(), digest, state })
    }

    /// The last line, line feed included.
    ///
    /// # Errors
    ///
    /// A call has not ended, or as for [`header`](Self::header).
    pub fn seal(&mut self, state: u128) -> Result<&[u8], serde_json::Error> {
        self.nothing_begun()?;
        self.nothing_ahead()?;
        self.whole(&Seal { sealed: self.next, state })
    }

    fn nothing_begun(&self) -> Result<(), serde_json::Error> {
        if self.begun {
            return Err(serde_json::Error::custom(format!("call {} was begun and has not ended", self.next)));
        }
        Ok(())
    }

    fn nothing_ahead(&self) -> Result<(), serde_json::Error> {
        if self.ended < self.next {
            let call = self.ended;
            return Err(serde_json::Error::custom(format!(
                "call {call} was written ahead and has not ended"
            )));
        }
        Ok(())
    }

    fn whole(&mut self, line: &impl Serialize) -> Result<&[u8], serde_json::Error> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.chain.close(&mut self.line);
        Ok(&self.line)
    }
}
