//! A line without telephones: calls ring, are answered or not, and end, by chance.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Duration as Span;

use ringback_engine::protocol::{Command, Effect, EffectKind, Offer};
use ringback_engine::record::Outcome;
use ringback_engine::{AgentId, AttemptId, EffectId};
use tokio::runtime::Handle;

use super::{Line, LiveCall};
use crate::chance;
use crate::core::Core;

/// The agents whom people play, who end their interactions themselves.
pub(crate) type Humans = Arc<RwLock<BTreeSet<AgentId>>>;

/// The simulated line.
pub(crate) struct SimulatedLine {
    core: Core,
    runtime: Handle,
    humans: Humans,
    /// Whether every call is answered.
    answered: bool,
    /// What it was told, a line each: its memory, and a witness for whoever wants to know.
    log: File,
    last: Option<EffectId>,
}

impl SimulatedLine {
    /// A line whose memory is a file.
    ///
    /// # Errors
    ///
    /// The file can't be opened or read.
    pub(crate) fn open(
        path: &Path,
        core: Core,
        runtime: Handle,
        humans: Humans,
        answered: bool,
    ) -> std::io::Result<Self> {
        let mut log = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let last = last_line(&mut log)?;
        Ok(Self { core, runtime, humans, answered, log, last })
    }

    fn ring(&self, attempt: AttemptId, agent: Option<AgentId>, at_most: Span) {
        let core = self.core.clone();
        let human = agent.as_ref().is_some_and(|agent| self.is_human(agent));
        let sure = (Span::from_secs(1), Outcome::Answered);
        let (after, outcome) = if self.answered { sure } else { fate(at_most) };
        let talk = self.talk();
        self.runtime.spawn(async move {
            tokio::time::sleep(after).await;
            core.insist(Command::Outcome { attempt, outcome }).await;
            if outcome == Outcome::Answered && !human {
                tokio::time::sleep(talk).await;
                core.insist(Command::Ended { attempt }).await;
            }
        });
    }

    /// How long a simulated agent talks.
    fn talk(&self) -> Span {
        Span::from_millis(if self.answered {
            1_000 + chance::below(2_000)
        } else {
            15_000 + chance::below(45_000)
        })
    }

    /// A simulated agent takes what it is offered, after a look at it.
    fn consider(&self, offer: &Offer) {
        if self.is_human(&offer.agent) {
            return;
        }
        let (core, callback, agent) = (self.core.clone(), offer.callback.clone(), offer.agent.clone());
        self.runtime.spawn(async move {
            tokio::time::sleep(Span::from_millis(1_500 + chance::below(4_000))).await;
            core.insist(Command::Accept { callback, agent }).await;
        });
    }

    fn is_human(&self, agent: &AgentId) -> bool {
        self.humans.read().is_ok_and(|humans| humans.contains(agent))
    }
}

impl Line for SimulatedLine {
    fn perform(&mut self, effect: &Effect) {
        if self.last.is_some_and(|last| effect.id <= last) {
            return;
        }
        if let EffectKind::Offer(offer) = &effect.kind {
            return self.consider(offer);
        }
        let told = match &effect.kind {
            EffectKind::Dial(dial) => format!("{} dial {}\n", effect.id, dial.attempt),
            EffectKind::HangUp(hang_up) => format!("{} hang_up {}\n", effect.id, hang_up.attempt),
            _ => return,
        };
        // A line that can't remember goes on: its customers are not real.
        let _ = self.log.write_all(told.as_bytes());
        self.last = Some(effect.id);
        // An ended call needs no act: what this line still says of it is stale, and refused.
        if let EffectKind::Dial(dial) = &effect.kind {
            let at_most = Span::from_millis(u64::try_from(dial.ring_for.millis()).unwrap_or(0));
            self.ring(dial.attempt, dial.agent.clone(), at_most);
        }
    }

    fn resume(&mut self, live: Vec<LiveCall>) {
        for call in live {
            if !call.talking {
                self.ring(call.attempt, call.agent, Span::from_secs(10));
            } else if !call.agent.is_some_and(|agent| self.is_human(&agent)) {
                let (core, talk) = (self.core.clone(), self.talk());
                self.runtime.spawn(async move {
                    tokio::time::sleep(talk).await;
                    core.insist(Command::Ended { attempt: call.attempt }).await;
                });
            }
        }
    }
}

/// When a call that rings has an outcome, and which.
fn fate(at_most: Span) -> (Span, Outcome) {
    let rung = Span::from_millis(2_000 + chance::below(6_000)).min(at_most);
    match chance::below(100) {
        0..80 => (rung, Outcome::Answered),
        80..86 => (Span::from_millis(900), Outcome::Busy),
        86..95 => (at_most, Outcome::NoAnswer),
        95..98 => (rung, Outcome::AnsweringMachine),
        _ => (Span::from_millis(400), Outcome::Error),
    }
}

/// The effect of the last whole line; what a crash tore off is cut.
fn last_line(log: &mut File) -> std::io::Result<Option<EffectId>> {
    const TAIL: u64 = 4_096;
    let length = log.seek(SeekFrom::End(0))?;
    log.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = String::new();
    log.read_to_string(&mut tail)?;
    let whole = tail.rfind('\n').map_or(0, |end| end + 1);
    log.set_len(length - (tail.len() - whole) as u64)?;
    let last = tail[..whole].lines().next_back().and_then(|line| line.split(' ').next()?.parse().ok());
    Ok(last.map(EffectId))
}
