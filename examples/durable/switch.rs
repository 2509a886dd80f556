//! A pretended telephone switch: it writes down what it is told, every time it is told.

use std::path::Path;
use std::thread;
use std::time::Duration;

use ringback_engine::protocol::{Effect, EffectKind};

use super::log::{Log, Trouble};

/// The switch. It deduplicates nothing, so that what is done twice can be seen.
#[derive(Debug)]
pub(crate) struct Switch {
    log: Log,
    ring: Duration,
}

impl Switch {
    /// The switch that writes to this file, and takes so long for an act: half before it is done, half after.
    pub(crate) fn open(path: &Path, ring: Duration) -> Result<Self, Trouble> {
        let (log, _) = Log::open(path)?;
        Ok(Self { log, ring })
    }

    /// Does an effect that is a switch's.
    pub(crate) fn perform(&mut self, effect: &Effect) -> Result<(), Trouble> {
        let act = match &effect.kind {
            EffectKind::Dial(dial) => format!("dial attempt {} to {}", dial.attempt, dial.number),
            EffectKind::HangUp(hang_up) => format!("hang up attempt {}", hang_up.attempt),
            _ => return Ok(()),
        };
        thread::sleep(self.ring / 2);
        self.log.add(format!("effect {} {act}\n", effect.id).as_bytes())?;
        thread::sleep(self.ring / 2);
        Ok(())
    }
}
