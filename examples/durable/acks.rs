//! Which effects are done.

use std::path::{Path, PathBuf};

use ringback_engine::EffectId;

use super::log::{Log, Trouble, replace};

/// The last effect that is done, and the call it came of. Effects are done in their order, so those before are done, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ack {
    /// The number of the call.
    pub(crate) call: u64,
    /// The effect.
    pub(crate) effect: EffectId,
}

/// The file of acknowledgements: a line `CALL EFFECT` each, of which the last counts.
#[derive(Debug)]
pub(crate) struct Acks {
    path: PathBuf,
    log: Log,
    last: Option<Ack>,
}

impl Acks {
    /// Opens the file, or begins one.
    pub(crate) fn open(path: &Path) -> Result<Self, Trouble> {
        let (log, lines) = Log::open(path)?;
        let mut last: Option<Ack> = None;
        for (number, line) in lines.lines().enumerate() {
            let ack = read(line).filter(|ack| last.is_none_or(|last| last.effect <= ack.effect));
            let wrong = || Trouble::new(path, format!("line {}: `{line}` acknowledges nothing", number + 1));
            last = Some(ack.ok_or_else(wrong)?);
        }
        Ok(Self { path: path.to_owned(), log, last })
    }

    /// The last acknowledgement.
    pub(crate) fn last(&self) -> Option<Ack> {
        self.last
    }

    /// Whether an effect is done.
    pub(crate) fn covers(&self, effect: EffectId) -> bool {
        self.last.is_some_and(|last| effect <= last.effect)
    }

    /// Notes that an effect is done.
    pub(crate) fn acknowledge(&mut self, ack: Ack) -> Result<(), Trouble> {
        self.log.add(format!("{} {}\n", ack.call, ack.effect).as_bytes())?;
        self.last = Some(ack);
        Ok(())
    }

    /// Waits until what was acknowledged is on disk.
    pub(crate) fn flush(&self) -> Result<(), Trouble> {
        self.log.flush()
    }

    /// Keeps the last line only.
    pub(crate) fn shorten(&mut self, flush: bool) -> Result<(), Trouble> {
        let Some(last) = self.last else { return Ok(()) };
        replace(&self.path, format!("{} {}\n", last.call, last.effect).as_bytes(), flush)?;
        (self.log, _) = Log::open(&self.path)?;
        Ok(())
    }
}

fn read(line: &str) -> Option<Ack> {
    let (call, effect) = line.split_once(' ')?;
    Some(Ack { call: call.parse().ok()?, effect: EffectId(effect.parse().ok()?) })
}
