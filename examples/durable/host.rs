//! The host: write, apply, do, acknowledge.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ringback_engine::center::Layout;
use ringback_engine::journal::{Call, Reader, Returned, Writer};
use ringback_engine::protocol::{Command, Effect, EffectKind, Plain};
use ringback_engine::{Engine, Instant, Phone};

use super::acks::{Ack, Acks};
use super::folder::Folder;
use super::log::{Log, Trouble};
use super::recovery::{Recovered, begin, recover, save};
use super::switch::Switch;

/// How a host works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// How many calls share one flush.
    pub(crate) batch: usize,
    /// After how many calls a snapshot is taken and a new journal begun.
    pub(crate) snapshot_every: u64,
    /// Whether to wait for the disk. Without, what is promised holds for a killed process, not for a loss of power.
    pub(crate) flush: bool,
    /// How long the switch takes for an act.
    pub(crate) ring: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { batch: 1, snapshot_every: 500, flush: true, ring: Duration::ZERO }
    }
}

/// An engine that goes on where it stood, whenever it was killed.
pub(crate) struct Host {
    folder: Folder,
    settings: Settings,
    engine: Engine<Plain>,
    journal: Log,
    writer: Writer,
    /// The number of the journal's first call, and how many of its calls were made.
    first: u64,
    made: u64,
    acks: Acks,
    switch: Switch,
    notes: Vec<String>,
}

impl Host {
    /// Opens the folder, and finishes what was under way when the host died.
    pub(crate) fn open(
        path: &Path,
        layout: impl Into<Arc<Layout>>,
        settings: Settings,
    ) -> Result<Self, Trouble> {
        let folder = Folder::open(path)?;
        let acks = Acks::open(&folder.acks())?;
        let switch = Switch::open(&folder.switch(), settings.ring)?;
        let Recovered { engine, journal, writer, first, entries, ahead, outstanding, notes } =
            recover(&folder, &layout.into(), &acks, settings.flush)?;
        let mut host =
            Self { folder, settings, engine, journal, writer, first, made: entries, acks, switch, notes };
        // What was read is on disk only once it is flushed; nothing may be done of a call that could be lost again.
        if settings.flush {
            host.folder.flush()?;
        }
        host.flush()?;
        for (ack, now, effect) in outstanding {
            host.perform(ack, now, &effect)?;
        }
        for call in ahead {
            host.carry_out(call.at, &call.call)?;
        }
        Ok(host)
    }

    /// How many calls are on disk, and were made; the next one has this number.
    pub(crate) fn calls(&self) -> u64 {
        self.first + self.made
    }

    /// The engine, to read.
    pub(crate) fn engine(&self) -> &Engine<Plain> {
        &self.engine
    }

    /// What was found amiss on opening, and mended.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Makes calls that share one flush, and returns the answers to them.
    pub(crate) fn make(&mut self, calls: &[(Instant, Call)]) -> Result<Vec<Returned>, Trouble> {
        for (at, call) in calls {
            let line = self
                .writer
                .ahead(*at, borrowed(call))
                .map_err(|error| Trouble::new(self.journal.path(), error))?;
            self.journal.add(line)?;
        }
        self.flush()?;
        let answers =
            calls.iter().map(|(at, call)| self.carry_out(*at, call)).collect::<Result<Vec<_>, _>>()?;
        if self.made >= self.settings.snapshot_every {
            self.turn_over()?;
        }
        Ok(answers)
    }

    /// Erases a customer for good: from the state with a command, and from the files by beginning anew from a snapshot of
    /// that state, in place of everything that was written before. It is done when it was answered; if the host dies
    /// before, it is to be said again.
    pub(crate) fn erase(&mut self, phone: &Phone) -> Result<Returned, Trouble> {
        let call = Call::Apply(Command::Erase { phone: phone.clone() });
        let answer = self.make(&[(self.engine.clock(), call)])?.pop().unwrap_or(Returned::More);
        if answer == Returned::Done {
            if self.made > 0 {
                self.turn_over()?;
            }
            self.folder.forget_before(self.first)?;
            if self.settings.flush {
                self.folder.flush()?;
            }
        }
        Ok(answer)
    }

    /// Applies a call that is on disk, then does and acknowledges its effects.
    fn carry_out(&mut self, at: Instant, call: &Call) -> Result<Returned, Trouble> {
        let mut effects = Vec::new();
        let returned: Returned = match call {
            Call::Advance => self.engine.advance(at, &mut effects).into(),
            Call::Apply(command) => self.engine.apply(at, command.clone(), &mut effects).into(),
        };
        let state = Some(self.engine.mark());
        let line = self
            .writer
            .end(&returned, &effects, state)
            .map_err(|error| Trouble::new(self.journal.path(), error))?;
        self.journal.add(line)?;
        let call = self.calls();
        self.made += 1;
        for effect in &effects {
            // The call that was cut off by a crash may have been carried out in part.
            if !self.acks.covers(effect.id) {
                self.perform(Ack { call, effect: effect.id }, at, effect)?;
            }
        }
        Ok(returned)
    }

    fn perform(&mut self, ack: Ack, now: Instant, effect: &Effect) -> Result<(), Trouble> {
        let late = matches!(&effect.kind, EffectKind::Dial(dial) if dial.not_after < now);
        if !late {
            self.switch.perform(effect)?;
        }
        self.acks.acknowledge(ack)
    }

    /// Seals the journal, takes a snapshot, and begins the next journal from it. All effects are acknowledged here, so
    /// that nothing before the snapshot is ever needed again.
    fn turn_over(&mut self) -> Result<(), Trouble> {
        let state = self.engine.state_hash();
        let line = self.writer.seal(state).map_err(|error| Trouble::new(self.journal.path(), error))?;
        self.journal.add(line)?;
        self.flush()?;
        self.first += std::mem::take(&mut self.made);
        save(&self.folder, self.first, &self.engine, self.settings.flush)?;
        let path = self.folder.journal(self.first);
        let text = begin(&path, self.first, &self.engine, self.settings.flush)?;
        let mut reader = Reader::new();
        reader.header(&text).map_err(|error| Trouble::new(&path, error))?;
        self.writer = Writer::resume(&reader).map_err(|error| Trouble::new(&path, error))?;
        self.journal = Log::cut(&path, reader.bytes())?;
        self.acks.shorten(self.settings.flush)
    }

    fn flush(&self) -> Result<(), Trouble> {
        if !self.settings.flush {
            return Ok(());
        }
        // First, so that no journal that was turned over lacks an acknowledgement.
        self.acks.flush()?;
        self.journal.flush()
    }
}

fn borrowed(call: &Call) -> Call<&Command> {
    match call {
        Call::Advance => Call::Advance,
        Call::Apply(command) => Call::Apply(command),
    }
}
