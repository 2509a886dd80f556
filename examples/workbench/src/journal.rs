//! Keeping a journal of an engine's calls while they are made.

use std::io::{self, Write};

use ringback_engine::journal::{Call, Header, Returned, Writer};
use ringback_engine::protocol::{Command, Effect, Refusal};
use ringback_engine::{Advanced, CallbackId, Instant};

use crate::world::{Standing, Verbs};

/// An engine whose calls are written to a journal.
///
/// After a failed write nothing more is written, and the engine goes on; [`seal`](Self::seal) says why.
pub struct Recorded<'a, E, W> {
    engine: &'a mut E,
    writer: Writer,
    out: W,
    failed: Option<io::Error>,
}

impl<'a, E: Verbs, W: Write> Recorded<'a, E, W> {
    /// Begins a journal.
    ///
    /// # Errors
    ///
    /// The header can't be written.
    pub fn begin(engine: &'a mut E, header: &Header, mut out: W) -> io::Result<Self> {
        let mut writer = Writer::new();
        out.write_all(writer.header(header)?)?;
        Ok(Self { engine, writer, out, failed: None })
    }

    /// Ends the journal with the hash of the engine's state.
    ///
    /// # Errors
    ///
    /// The first write that failed.
    pub fn seal(mut self, state: impl FnOnce(&E) -> u128) -> io::Result<W> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let state = state(self.engine);
        self.out.write_all(self.writer.seal(state)?)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Keeps a call that is about to be made.
    fn before(&mut self, at: Instant, call: Call<&Command>) {
        if self.failed.is_none() {
            self.failed = self.writer.begin(at, call).err().map(io::Error::from);
        }
    }

    /// Writes the call kept, and what came of it.
    fn after(&mut self, returned: &Returned, effects: &[Effect]) {
        if self.failed.is_none() {
            let line = self.writer.end(returned, effects, self.engine.mark()).map_err(io::Error::from);
            self.failed = line.and_then(|line| self.out.write_all(line)).err();
        }
    }
}

impl<E: Verbs, W: Write> Verbs for Recorded<'_, E, W> {
    fn apply(&mut self, now: Instant, command: Command, effects: &mut Vec<Effect>) -> Result<(), Refusal> {
        self.before(now, Call::Apply(&command));
        let earlier = effects.len();
        let result = self.engine.apply(now, command, effects);
        self.after(&result.clone().into(), &effects[earlier..]);
        result
    }

    fn advance(&mut self, now: Instant, effects: &mut Vec<Effect>) -> Advanced {
        self.before(now, Call::Advance);
        let earlier = effects.len();
        let advanced = self.engine.advance(now, effects);
        self.after(&advanced.into(), &effects[earlier..]);
        advanced
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.engine.next_deadline()
    }

    fn standing(&self, callback: &CallbackId) -> Option<Standing> {
        self.engine.standing(callback)
    }
}
