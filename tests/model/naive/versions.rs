//! Versions of the application, kept whole: the application of each lies beside its text.

use ringback_engine::Name;
use ringback_engine::center::{Center, Layout, Limit, Plan};
use ringback_engine::protocol::{
    About, Acceptance, Answer, Application, ApplicationText, Event, Fault, Hook, Refusal, RetentionAnswer,
    ReturnReason, Said, TimeoutAnswer, Trial, TrialEnd, VersionNumber, is_in_canary,
};

use super::Naive;

/// A version.
pub(super) struct Edition<A> {
    number: VersionNumber,
    text: ApplicationText,
    pub(super) rules: A,
    failed: bool,
}

/// Those in force, one after the other, the last of which is; and the one on trial with its faults.
pub(super) struct Editions<A> {
    pub(super) in_force: Vec<Edition<A>>,
    pub(super) trial: Option<(Edition<A>, Trial)>,
    pub(super) trial_faults: Vec<Hook>,
    given: u32,
}

/// An answer in a word.
pub(super) trait Spoken: PartialEq {
    fn spoken(&self) -> &'static str;
}

impl Spoken for Acceptance {
    fn spoken(&self) -> &'static str {
        Acceptance::word(self)
    }
}

impl Spoken for Vec<Limit> {
    fn spoken(&self) -> &'static str {
        if self.is_empty() { "no_limit" } else { "limit" }
    }
}

impl Spoken for Plan {
    fn spoken(&self) -> &'static str {
        "plan"
    }
}

impl Spoken for TimeoutAnswer {
    fn spoken(&self) -> &'static str {
        TimeoutAnswer::word(self)
    }
}

impl Spoken for RetentionAnswer {
    fn spoken(&self) -> &'static str {
        RetentionAnswer::word(*self)
    }
}

impl Spoken for i64 {
    fn spoken(&self) -> &'static str {
        "score"
    }
}

impl<A: Application> Editions<A> {
    pub(super) fn new(rules: A) -> Self {
        let first = Edition { number: VersionNumber(1), text: rules.text(), rules, failed: false };
        Self { in_force: vec![first], trial: None, trial_faults: Vec::new(), given: 1 }
    }

    pub(super) fn live(&mut self) -> &mut Edition<A> {
        self.in_force.last_mut().expect("there is always one")
    }

    fn make(&mut self, (name, source): (&str, &str), center: &Center) -> Result<Edition<A>, Refusal> {
        let layout = Layout::new(center.clone()).expect("checked before");
        let rules = self.live().rules.version(name, source, &layout).map_err(Refusal::DoesNotCheck)?;
        self.given += 1;
        Ok(Edition { number: VersionNumber(self.given), text: rules.text(), rules, failed: false })
    }
}

impl<A: Application> Naive<A> {
    pub(crate) fn version(&self) -> VersionNumber {
        self.editions.in_force.last().expect("there is always one").number
    }

    pub(super) fn deploy(&mut self, name: &str, source: &str) -> Result<(), Refusal> {
        let edition = self.editions.make((name, source), &self.world.center)?;
        self.over(TrialEnd::Superseded);
        self.put_in_force(edition);
        Ok(())
    }

    pub(super) fn try_out(&mut self, name: &str, source: &str, trial: Trial) -> Result<(), Refusal> {
        if let Trial::Canary(percent @ (0 | 101..)) = trial {
            return Err(Refusal::BadShare(percent));
        }
        let edition = self.editions.make((name, source), &self.world.center)?;
        self.over(TrialEnd::Replaced);
        let (version, name, hash) =
            (edition.number, (&edition.text.name).into(), (&edition.text.hash).into());
        self.editions.trial = Some((edition, trial));
        self.event(Event::Tried { version, name, hash, trial });
        Ok(())
    }

    pub(super) fn promote(&mut self) -> Result<(), Refusal> {
        let edition = self.over(TrialEnd::Promoted).ok_or(Refusal::NoTrial)?;
        self.put_in_force(edition);
        Ok(())
    }

    pub(super) fn end_trial(&mut self) -> Result<(), Refusal> {
        self.over(TrialEnd::Command).map(|_| ()).ok_or(Refusal::NoTrial)
    }

    pub(super) fn roll_back(&mut self) -> Result<(), Refusal> {
        if self.editions.in_force.len() < 2 {
            return Err(Refusal::NoEarlierVersion);
        }
        self.back_to(self.editions.in_force.len() - 2, ReturnReason::Command);
        Ok(())
    }

    fn put_in_force(&mut self, edition: Edition<A>) {
        let (version, name, hash) =
            (edition.number, (&edition.text.name).into(), (&edition.text.hash).into());
        self.editions.in_force.push(edition);
        if self.editions.in_force.len() > 9 {
            self.editions.in_force.remove(0);
        }
        self.forget_faults();
        self.event(Event::Deployed { version, name, hash });
    }

    fn forget_faults(&mut self) {
        self.world.faults.clear();
        self.world.set_aside.clear();
    }

    fn back_to(&mut self, position: usize, why: ReturnReason) {
        self.over(TrialEnd::Superseded);
        let from = self.version();
        self.editions.in_force.truncate(position + 1);
        self.forget_faults();
        let version = self.version();
        self.event(Event::RolledBack { version, from, why });
    }

    /// The trial is over; who was on it.
    fn over(&mut self, why: TrialEnd) -> Option<Edition<A>> {
        let (edition, _) = self.editions.trial.take()?;
        self.editions.trial_faults.clear();
        self.event(Event::TrialEnded { version: edition.number, why });
        Some(edition)
    }

    /// A version without faults comes back, if there is one.
    pub(super) fn come_back(&mut self) -> bool {
        let last = self.editions.in_force.len() - 1;
        let sound = self.editions.in_force[..last].iter().rposition(|edition| !edition.failed);
        sound.inspect(|position| self.back_to(*position, ReturnReason::Faults)).is_some()
    }

    pub(super) fn fails(&mut self) {
        self.editions.live().failed = true;
    }

    /// How the candidate stands to a callback.
    pub(super) fn trial_of(&self, about: About<'_>) -> Option<Trial> {
        match self.editions.trial.as_ref()?.1 {
            Trial::Canary(percent) if !is_in_canary(about.id(), percent) => None,
            trial => Some(trial),
        }
    }

    /// What the shadow says beside what counts: a disagreement, if it is one.
    pub(super) fn shadow<T: Spoken>(
        &mut self,
        (hook, about): (Hook, About<'_>),
        counts: &Answer<T>,
        ask: impl Fn(&mut A) -> Answer<T>,
    ) -> Option<Event> {
        let (candidate, _) = self.editions.trial.as_mut().expect("asked for its trial");
        let version = candidate.number;
        let other = ask(&mut candidate.rules);
        candidate.rules.take_log();
        if *counts == other || counts.is_err() && other.is_err() {
            return None;
        }
        let said = |rules: &mut A, answer: &Answer<T>| match answer {
            Err(Fault { line, .. }) => Said { outcome: "fault".into(), line: *line },
            Ok(answer) => Said {
                outcome: Name::new(answer.as_ref().map_or("standard", Spoken::spoken)),
                line: rules.line(hook, about),
            },
        };
        let candidate = said(&mut candidate.rules, &other);
        let live = said(&mut self.editions.live().rules, counts);
        Some(Event::Disagreed { callback: about.id().clone(), hook, version, live, candidate })
    }

    /// A canary's candidate has failed once more.
    pub(super) fn canary_fails(&mut self, hook: Hook) {
        self.editions.trial_faults.push(hook);
        let row = self.editions.trial_faults.iter().filter(|failed| **failed == hook).count() as u32;
        if row >= self.world.center.limits.faults_in_a_row {
            self.over(TrialEnd::Faults);
        }
    }

    pub(crate) fn candidate_number(&self) -> Option<VersionNumber> {
        self.editions.trial.as_ref().map(|(edition, _)| edition.number)
    }
}
