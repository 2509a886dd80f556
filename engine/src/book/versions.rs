//! Versions: which text of the application is in force, which were before it, and which is on trial.

use serde::{Deserialize, Serialize};

use super::Book;
use super::kept::Kept;
use crate::center::{MOST_DISAGREEMENTS, MOST_EARLIER};
use crate::protocol::{
    ApplicationText, Candidate, Disagreement, Hook, Said, Trial, Version, VersionNumber, is_in_canary,
};
use crate::value::CallbackId;

/// The texts, and how they stand to each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Versions {
    /// The texts that are named below.
    texts: Kept<VersionNumber, Version>,
    /// The number of the next one.
    next: VersionNumber,
    /// The one in force.
    live: VersionNumber,
    /// Those in force before it, the last one last.
    earlier: Vec<VersionNumber>,
    /// Those of them that failed.
    faulty: Vec<VersionNumber>,
    /// The one on trial.
    candidate: Option<Candidate>,
    /// Its faults in a row, by hook.
    rows: Vec<(Hook, u32)>,
}

impl Versions {
    pub(super) fn new(text: ApplicationText) -> Self {
        let mut texts = Kept::default();
        texts.insert(VersionNumber(1), Version { at: None, text });
        let (next, live) = (VersionNumber(2), VersionNumber(1));
        let (earlier, faulty, rows) = (Vec::new(), Vec::new(), Vec::new());
        Self { texts, next, live, earlier, faulty, candidate: None, rows }
    }

    /// The one in force.
    pub(crate) fn live(&self) -> VersionNumber {
        self.live
    }

    /// Those in force before it that can come back, the last one first.
    pub(crate) fn earlier(&self) -> impl Iterator<Item = VersionNumber> {
        self.earlier.iter().rev().copied()
    }

    /// Whether a version has failed while it was in force.
    pub(crate) fn has_failed(&self, version: VersionNumber) -> bool {
        self.faulty.contains(&version)
    }

    /// The one on trial.
    pub(crate) fn candidate(&self) -> Option<&Candidate> {
        self.candidate.as_ref()
    }

    /// A version that is in force, was, or is on trial.
    pub(crate) fn get(&self, version: VersionNumber) -> Option<&Version> {
        self.texts.get(&version)
    }

    /// Which version answers for a callback, and the one in whose shadow it does.
    pub(crate) fn trial_of(&self, callback: &CallbackId) -> Option<Trial> {
        let trial = self.candidate.as_ref()?.trial;
        match trial {
            Trial::Canary(percent) => is_in_canary(callback, percent).then_some(trial),
            Trial::Shadow => Some(trial),
        }
    }

    /// Whether each number that is named has its text, and no other is there.
    pub(super) fn is_whole(&self) -> bool {
        let mut named: Vec<VersionNumber> = self.earlier.clone();
        named.push(self.live);
        named.extend(self.candidate.as_ref().map(|candidate| candidate.version));
        named.sort_unstable();
        let failed = self.faulty.iter().all(|version| named.contains(version));
        failed
            && named.iter().eq(self.texts.keys())
            && named.last().is_some_and(|last| *last < self.next)
            && self.texts.values().all(|version| version.text.is_whole())
    }

    pub(super) fn settle(&mut self) {
        self.texts.settle();
    }

    pub(super) fn forget_hash(&mut self) {
        self.texts.forget_hash();
    }

    fn forget(&mut self, version: VersionNumber) {
        self.texts.remove(&version);
        self.faulty.retain(|failed| *failed != version);
    }

    fn drop_oldest(&mut self) {
        while self.earlier.len() > MOST_EARLIER {
            let oldest = self.earlier.remove(0);
            self.forget(oldest);
        }
    }
}

impl Book {
    /// Gives a text the next number.
    pub(crate) fn number_version(&mut self, text: ApplicationText) -> VersionNumber {
        let at = Some(self.ledger.clock);
        let versions = &mut self.ledger.versions;
        let number = versions.next;
        versions.next = VersionNumber(number.0.saturating_add(1));
        versions.texts.insert(number, Version { at, text });
        number
    }

    /// Puts a version in force, whose text is there and which is not on trial any more. All its hooks are asked.
    pub(crate) fn put_in_force(&mut self, version: VersionNumber) {
        let versions = &mut self.ledger.versions;
        versions.earlier.push(versions.live);
        versions.live = version;
        versions.drop_oldest();
        self.ask_all_hooks();
    }

    /// An earlier version comes back; those after it are gone.
    pub(crate) fn bring_back(&mut self, version: VersionNumber) {
        let versions = &mut self.ledger.versions;
        while versions.earlier.contains(&version) {
            versions.forget(versions.live);
            let Some(last) = versions.earlier.pop() else { break };
            versions.live = last;
        }
        self.ask_all_hooks();
    }

    fn ask_all_hooks(&mut self) {
        self.ledger.faults.clear();
        self.ledger.set_aside.clear();
    }

    /// A trial begins, of a version whose text is there; no other is on.
    pub(crate) fn begin_trial(&mut self, version: VersionNumber, trial: Trial) {
        let candidate = Candidate { version, trial, asked: 0, disagreements: Vec::new(), others: 0 };
        self.ledger.versions.candidate = Some(candidate);
    }

    /// The trial that is on ends. The text of its version stays, for whoever puts it in force; see
    /// [`forget_version`](Self::forget_version).
    pub(crate) fn end_trial(&mut self) -> Option<Candidate> {
        self.ledger.versions.rows.clear();
        self.ledger.versions.candidate.take()
    }

    /// The text of a version is needed no more.
    pub(crate) fn forget_version(&mut self, version: VersionNumber) {
        self.ledger.versions.forget(version);
    }

    /// The version in force has failed.
    pub(crate) fn note_failure(&mut self) {
        let versions = &mut self.ledger.versions;
        if let Err(place) = versions.faulty.binary_search(&versions.live) {
            versions.faulty.insert(place, versions.live);
        }
    }

    /// The candidate was asked.
    pub(crate) fn count_trial(&mut self) {
        if let Some(candidate) = &mut self.ledger.versions.candidate {
            candidate.asked = candidate.asked.saturating_add(1);
        }
    }

    /// Counts a disagreement between the version in force and its shadow.
    pub(crate) fn count_disagreement(&mut self, hook: Hook, live: Said, candidate: Said) {
        let Some(trial) = &mut self.ledger.versions.candidate else { return };
        let kind = |other: &Disagreement| {
            (other.hook, &other.live, &other.candidate).cmp(&(hook, &live, &candidate))
        };
        match trial.disagreements.binary_search_by(kind) {
            Ok(place) => {
                if let Some(known) = trial.disagreements.get_mut(place) {
                    known.count = known.count.saturating_add(1);
                }
            }
            Err(place) if trial.disagreements.len() < MOST_DISAGREEMENTS => {
                trial.disagreements.insert(place, Disagreement { hook, live, candidate, count: 1 });
            }
            Err(_) => trial.others = trial.others.saturating_add(1),
        }
    }

    /// Counts a fault of the candidate, and returns how many it makes in a row of that hook.
    pub(crate) fn count_trial_fault(&mut self, hook: Hook) -> u32 {
        let rows = &mut self.ledger.versions.rows;
        if let Some((_, row)) = rows.iter_mut().find(|(failed, _)| *failed == hook) {
            *row = row.saturating_add(1);
            return *row;
        }
        rows.push((hook, 1));
        rows.sort_unstable();
        1
    }

    /// A hook of the candidate has answered.
    pub(crate) fn end_trial_row(&mut self, hook: Hook) {
        self.ledger.versions.rows.retain(|(failed, _)| *failed != hook);
    }
}
