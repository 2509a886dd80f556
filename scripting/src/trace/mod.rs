//! What a script did: which lines ran, what they read, and which of them decided.
//!
//! [`Traced`] is an application that asks its script twice: once as it is, which is the answer, and once with marks in
//! it, which is the trace. A hook's answer follows from what it reads, so the second run takes the same way, and one
//! that does not says so ([`Decision::exact`]). A traced application decides exactly as an untraced one; it takes about
//! three times as long, and up to 3 MiB of stack where a script nests as deep as it may.

mod coverage;
mod decision;
mod recorder;
mod rerun;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::Dynamic;
use ringback_engine::CallbackId;
use ringback_engine::center::{Layout, Limit, Plan};
use ringback_engine::protocol::{
    About, Acceptance, AgentView, Answer, Application, ApplicationText, CallbackView, Contact, Fault, Hook,
    RetentionAnswer, TimeoutAnswer, TimeoutKind,
};
use smol_str::SmolStr;

use crate::application::RhaiApplication;
use crate::spoken;
use crate::words::said;

pub use coverage::{Coverage, LineCount, OutcomeCount};
pub use decision::{Decision, Read, Step};
pub(crate) use recorder::Recorder;
pub(crate) use rerun::Rerun;

/// The most decisions that are kept until they are taken; of those beyond, only the lines are counted.
pub const DECISIONS_KEPT: usize = 10_000;

/// Which decisions are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// None; lines are counted all the same.
    #[default]
    Nothing,
    /// Those about one callback.
    Of(CallbackId),
    /// All.
    All,
}

/// A Rhai application that says what its script did. Versions of it keep their decisions together.
pub struct Traced {
    plain: RhaiApplication,
    rerun: Rerun,
    reached: Vec<u64>,
    keep: Keep,
    kept: Arc<Mutex<Vec<Decision>>>,
}

impl Traced {
    /// An application that is traced.
    ///
    /// # Errors
    ///
    /// Why its script can't be traced: with marks in it, it nests too deeply.
    pub fn new(plain: RhaiApplication, keep: Keep) -> Result<Self, String> {
        Self::beside(plain, keep, Arc::default())
    }

    fn beside(plain: RhaiApplication, keep: Keep, kept: Arc<Mutex<Vec<Decision>>>) -> Result<Self, String> {
        let rerun = Rerun::new(plain.name(), plain.source())?;
        let reached = vec![0; rerun.sites().len()];
        Ok(Self { plain, rerun, reached, keep, kept })
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Decision>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The application as it is without being traced.
    #[must_use]
    pub fn plain(&self) -> &RhaiApplication {
        &self.plain
    }

    /// The decisions since the last call, oldest first.
    pub fn take_decisions(&mut self) -> Vec<Decision> {
        std::mem::take(&mut *self.kept())
    }

    /// Which decisions are kept from now on.
    pub fn keep(&mut self, keep: Keep) {
        self.keep = keep;
    }

    /// Which lines were reached so far, and which answers were made.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage::of(self.rerun.sites(), &self.reached)
    }

    /// Runs the marked script for a question that the plain one has answered.
    fn trace(&mut self, hook: Hook, about: About<'_>, answer: &Result<String, Fault>) {
        let (repeated, recorded) = self.rerun.ask(hook, about);
        for site in recorded.reached.keys() {
            if let Some(count) = self.reached.get_mut(*site) {
                *count = count.saturating_add(1);
            }
        }
        let kept = match &self.keep {
            Keep::Nothing => false,
            Keep::Of(callback) => callback == about.id(),
            Keep::All => true,
        };
        if kept && self.kept().len() < DECISIONS_KEPT {
            let again = repeated.map(|value: Dynamic| said(&value));
            // What failed for its budget, or for the kind of its answer, may go on with marks.
            let exact = answer.as_ref().map_or(true, |answer| again.is_ok_and(|again| again == *answer));
            let mut decision = Decision::of(self.plain.source(), self.rerun.sites(), &recorded, answer);
            decision.at = about.view().now();
            decision.hook = hook;
            decision.callback = about.id().clone();
            decision.script = self.plain.name().to_owned();
            decision.about = match about {
                About::Event(_, kind) => kind.word().to_owned(),
                About::Agent(_, agent) => agent.settings.id.to_string(),
                About::Request(_) | About::Callback(_) => String::new(),
            };
            decision.exact = exact;
            self.kept().push(decision);
        }
    }
}

/// The answer in words; `None` if there is no such hook.
fn in_words<T>(answer: &Answer<T>, words: impl FnOnce(&T) -> String) -> Option<Result<String, Fault>> {
    match answer {
        Ok(answer) => answer.as_ref().map(|answer| Ok(words(answer))),
        Err(fault) => Some(Err(fault.clone())),
    }
}

impl Application for Traced {
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        let answer = self.plain.accept(contact);
        if let Some(words) = in_words(&answer, spoken::acceptance) {
            self.trace(Hook::Accept, contact.into(), &words);
        }
        answer
    }

    fn throttle(&mut self, contact: &Contact) -> Answer<Vec<Limit>> {
        let answer = self.plain.throttle(contact);
        if let Some(words) = in_words(&answer, |limits| spoken::limits(limits)) {
            self.trace(Hook::Throttle, contact.into(), &words);
        }
        answer
    }

    fn route(&mut self, callback: &CallbackView) -> Answer<Plan> {
        let answer = self.plain.route(callback);
        if let Some(words) = in_words(&answer, spoken::plan) {
            self.trace(Hook::Route, callback.into(), &words);
        }
        answer
    }

    fn timeout(&mut self, callback: &CallbackView, kind: TimeoutKind) -> Answer<TimeoutAnswer> {
        let answer = self.plain.timeout(callback, kind);
        if self.plain.hooks().contains(&Hook::Timeout) {
            let words = match &answer {
                Ok(answer) => Ok(spoken::timeout(answer.as_ref())),
                Err(fault) => Err(fault.clone()),
            };
            self.trace(Hook::Timeout, About::Event(callback, kind), &words);
        }
        answer
    }

    fn score(&mut self, callback: &CallbackView, agent: &AgentView) -> Answer<i64> {
        let answer = self.plain.score(callback, agent);
        if let Some(words) = in_words(&answer, ToString::to_string) {
            self.trace(Hook::Score, About::Agent(callback, agent), &words);
        }
        answer
    }

    fn purge(&mut self, callback: &CallbackView) -> Answer<RetentionAnswer> {
        let answer = self.plain.purge(callback);
        if let Some(words) = in_words(&answer, spoken::retention) {
            self.trace(Hook::Purge, callback.into(), &words);
        }
        answer
    }

    fn take_log(&mut self) -> Vec<SmolStr> {
        self.plain.take_log()
    }

    fn text(&self) -> ApplicationText {
        self.plain.text()
    }

    fn version(&self, name: &str, source: &str, layout: &Layout) -> Result<Self, Vec<String>> {
        let plain = self.plain.version(name, source, layout)?;
        Self::beside(plain, self.keep.clone(), Arc::clone(&self.kept)).map_err(|why| vec![why])
    }

    fn line(&mut self, hook: Hook, about: About<'_>) -> u32 {
        self.rerun.line(hook, about)
    }
}

impl std::fmt::Debug for Traced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Traced").field("plain", &self.plain).field("keep", &self.keep).finish_non_exhaustive()
    }
}
