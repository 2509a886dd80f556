//! Versions of the application: deployed, tried in the shadow or as a canary, and back where they fail.

use super::Turn;
use crate::center::{Limit, Plan};
use crate::protocol::{
    About, Acceptance, Answer, Application, ApplicationText, Event, Fault, Hook, Refusal, RetentionAnswer,
    ReturnReason, Said, TimeoutAnswer, Trial, TrialEnd, VersionNumber,
};
use crate::value::CallbackId;

/// The application that is in force, and the one on trial: what the texts in the ledger became.
pub(crate) struct Running<A> {
    pub(crate) live: A,
    pub(crate) candidate: Option<A>,
}

/// Answers, told in one word and compared.
pub(super) trait Told: PartialEq + Sized {
    /// Its word.
    fn word(&self) -> &'static str;

    /// Whether two versions answered the same. A fault is the same as any other.
    fn same(one: &Answer<Self>, other: &Answer<Self>) -> bool {
        match (one, other) {
            (Ok(one), Ok(other)) => one == other,
            (Err(_), Err(_)) => true,
            _ => false,
        }
    }
}

impl Told for Acceptance {
    fn word(&self) -> &'static str {
        Acceptance::word(self)
    }
}

impl Told for Vec<Limit> {
    fn word(&self) -> &'static str {
        if self.is_empty() { "no_limit" } else { "limit" }
    }
}

impl Told for Plan {
    fn word(&self) -> &'static str {
        "plan"
    }
}

impl Told for TimeoutAnswer {
    fn word(&self) -> &'static str {
        TimeoutAnswer::word(self)
    }
}

impl Told for RetentionAnswer {
    fn word(&self) -> &'static str {
        RetentionAnswer::word(*self)
    }
}

impl Told for i64 {
    fn word(&self) -> &'static str {
        "score"
    }
}

/// What a version answered, and which of its lines did.
pub(super) fn said<A: Application, T: Told>(
    version: &mut A,
    hook: Hook,
    about: About<'_>,
    answer: &Answer<T>,
) -> Said {
    let (word, line) = match answer {
        Ok(Some(answer)) => (answer.word(), version.line(hook, about)),
        Ok(None) => ("standard", version.line(hook, about)),
        Err(fault) => ("fault", fault.line),
    };
    Said { outcome: word.into(), line }
}

impl<A: Application> Turn<'_, A> {
    /// Another version is in force from now on. Who has a plan keeps it.
    pub(super) fn deploy(&mut self, name: &str, source: &str) -> Result<(), Refusal> {
        let fresh = self.made(name, source)?;
        self.trial_over(TrialEnd::Superseded);
        let text = fresh.text();
        let version = self.book().number_version(text.clone());
        self.put_in_force(version, text, fresh);
        Ok(())
    }

    /// A candidate runs beside the version in force.
    pub(super) fn try_out(&mut self, name: &str, source: &str, trial: Trial) -> Result<(), Refusal> {
        if let Trial::Canary(percent) = trial
            && !(1..=100).contains(&percent)
        {
            return Err(Refusal::BadShare(percent));
        }
        let fresh = self.made(name, source)?;
        self.trial_over(TrialEnd::Replaced);
        let text = fresh.text();
        let version = self.book().number_version(text.clone());
        self.book().begin_trial(version, trial);
        self.running.candidate = Some(fresh);
        let ApplicationText { name, hash, .. } = text;
        self.event(Event::Tried { version, name: name.into(), hash: hash.into(), trial });
        Ok(())
    }

    /// The candidate is in force from now on.
    pub(super) fn promote(&mut self) -> Result<(), Refusal> {
        let candidate = self.book().end_trial().ok_or(Refusal::NoTrial)?;
        let version = candidate.version;
        self.event(Event::TrialEnded { version, why: TrialEnd::Promoted });
        let text = self.book.ledger().versions.get(version).map(|version| version.text.clone());
        if let Some((text, fresh)) = text.zip(self.running.candidate.take()) {
            self.put_in_force(version, text, fresh);
        }
        Ok(())
    }

    /// The trial is over, and the candidate gone.
    pub(super) fn end_trial(&mut self) -> Result<(), Refusal> {
        if self.trial_over(TrialEnd::Command) { Ok(()) } else { Err(Refusal::NoTrial) }
    }

    /// The version before the one in force comes back.
    pub(super) fn roll_back(&mut self) -> Result<(), Refusal> {
        let last = self.book.ledger().versions.earlier().next().ok_or(Refusal::NoEarlierVersion)?;
        self.return_to(last, ReturnReason::Command)
    }

    /// The last version without a fault comes back, if there is one that this center can still run.
    pub(super) fn come_back(&mut self) -> bool {
        let versions = &self.book.ledger().versions;
        let sound: Vec<VersionNumber> =
            versions.earlier().filter(|version| !versions.has_failed(*version)).collect();
        sound.into_iter().any(|version| self.return_to(version, ReturnReason::Faults).is_ok())
    }

    fn return_to(&mut self, version: VersionNumber, why: ReturnReason) -> Result<(), Refusal> {
        let text = self.book.ledger().versions.get(version).map(|version| version.text.clone());
        let text = text.ok_or(Refusal::NoEarlierVersion)?;
        let fresh = self.made(&text.name, &text.source)?;
        self.trial_over(TrialEnd::Superseded);
        let from = self.book.ledger().versions.live();
        self.book().bring_back(version);
        self.running.live = fresh;
        self.event(Event::RolledBack { version, from, why });
        Ok(())
    }

    fn put_in_force(&mut self, version: VersionNumber, text: ApplicationText, fresh: A) {
        self.book().put_in_force(version);
        self.running.live = fresh;
        self.event(Event::Deployed { version, name: text.name.into(), hash: text.hash.into() });
    }

    /// What a source becomes in this center.
    fn made(&self, name: &str, source: &str) -> Result<A, Refusal> {
        self.running.live.version(name, source, self.book.layout()).map_err(Refusal::DoesNotCheck)
    }

    /// Whether a trial was on.
    fn trial_over(&mut self, why: TrialEnd) -> bool {
        self.running.candidate = None;
        let Some(candidate) = self.book.ledger().versions.candidate().map(|candidate| candidate.version)
        else {
            return false;
        };
        self.book().end_trial();
        self.book().forget_version(candidate);
        self.event(Event::TrialEnded { version: candidate, why });
        true
    }

    /// A shadow was asked.
    pub(super) fn compare(&mut self, hook: Hook, callback: &CallbackId, differs: Option<(Said, Said)>) {
        let Some(version) = self.book.ledger().versions.candidate().map(|candidate| candidate.version) else {
            return;
        };
        self.book().count_trial();
        let Some((live, candidate)) = differs else { return };
        self.book().count_disagreement(hook, live.clone(), candidate.clone());
        self.event(Event::Disagreed { callback: callback.clone(), hook, version, live, candidate });
    }

    /// The candidate of a canary has answered for a callback.
    pub(super) fn canary_answered(&mut self, hook: Hook) {
        self.book().count_trial();
        self.book().end_trial_row(hook);
    }

    /// The candidate of a canary has failed; the version in force was asked in its place.
    pub(super) fn canary_failed(&mut self, hook: Hook, callback: &CallbackId, fault: Fault) {
        let version = self.book.ledger().versions.candidate().map(|candidate| candidate.version);
        self.report_fault(hook, callback, fault, version);
        self.book().count_trial();
        if self.book().count_trial_fault(hook) >= self.book.layout().center().limits.faults_in_a_row {
            self.trial_over(TrialEnd::Faults);
        }
    }
}

/// What the ledger's texts become again, where a state is gone on from.
///
/// # Errors
///
/// What is wrong with one of them, in words.
pub(crate) fn running<A: Application>(book: &crate::book::Book, given: A) -> Result<Running<A>, String> {
    let versions = &book.ledger().versions;
    let made = |number: VersionNumber| {
        let Some(version) = versions.get(number) else { return Err(format!("version {number} has no text")) };
        let ApplicationText { name, source, .. } = &version.text;
        given.version(name, source, book.layout()).map_err(|findings| {
            format!("version {number} of its application, `{name}`, can't be run: {}", findings.join("; "))
        })
    };
    let candidate = versions.candidate().map(|candidate| made(candidate.version)).transpose()?;
    let own = given.text();
    let in_force = versions.get(versions.live()).map(|version| &version.text);
    if in_force.is_some_and(|text| (&text.name, &text.source) == (&own.name, &own.source)) {
        return Ok(Running { live: given, candidate });
    }
    Ok(Running { live: made(versions.live())?, candidate })
}
