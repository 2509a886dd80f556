//! What a script did: which lines ran, what they read, and which of them decided.
//!
//! [`Traced`] is an application that asks its script twice: once as it is, which is the answer, and once with marks in
//! it, which is the trace. A hook's answer follows from what it reads, so the second run takes the same way, and one
//! that does not says so ([`Decision::exact`]). A traced application decides exactly as an untraced one; it takes about
//! three times as long, and up to 3 MiB of stack where a script nests as deep as it may.

mod coverage;
mod decision;
mod recorder;

use std::sync::Arc;

use rhai::{AST, Dynamic, FuncArgs};
use ringback_engine::CallbackId;
use ringback_engine::center::{Limit, Plan};
use ringback_engine::protocol::{
    Acceptance, AgentView, Answer, Application, CallbackView, Contact, Fault, Hook, RetentionAnswer,
    TimeoutAnswer, TimeoutKind, View,
};
use smol_str::SmolStr;

use crate::application::RhaiApplication;
use crate::check::{Site, mark};
use crate::sandbox::Sandbox;
use crate::spoken;
use crate::words::{AgentValue, CallbackValue, EventValue, RequestValue, said};

pub use coverage::{Coverage, LineCount, OutcomeCount};
pub use decision::{Decision, Read, Step};
pub(crate) use recorder::Recorder;

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

/// A Rhai application that says what its script did.
pub struct Traced {
    plain: RhaiApplication,
    sandbox: Sandbox,
    ast: AST,
    sites: Vec<Site>,
    recorder: Arc<Recorder>,
    reached: Vec<u64>,
    keep: Keep,
    kept: Vec<Decision>,
}

/// What a question is about.
struct About<'a> {
    hook: Hook,
    callback: &'a CallbackId,
    /// What else was asked about: the kind of event, the agent.
    beside: &'a str,
    view: &'a Arc<dyn View>,
}

impl Traced {
    /// An application that is traced.
    ///
    /// # Errors
    ///
    /// Why its script can't be traced: with marks in it, it nests too deeply.
    pub fn new(plain: RhaiApplication, keep: Keep) -> Result<Self, String> {
        let recorder = Arc::new(Recorder::default());
        let mut sandbox = Sandbox::for_marks(&recorder);
        let marked = mark(plain.source());
        let ast = sandbox.compile(&marked.source).map_err(|error| {
            format!("{}: can't be traced: {}; name parts of it with `let`", plain.name(), error.0)
        })?;
        let reached = vec![0; marked.sites.len()];
        Ok(Self { plain, sandbox, ast, sites: marked.sites, recorder, reached, keep, kept: Vec::new() })
    }

    /// The application as it is without being traced.
    #[must_use]
    pub fn plain(&self) -> &RhaiApplication {
        &self.plain
    }

    /// The decisions since the last call, oldest first.
    pub fn take_decisions(&mut self) -> Vec<Decision> {
        std::mem::take(&mut self.kept)
    }

    /// Which decisions are kept from now on.
    pub fn keep(&mut self, keep: Keep) {
        self.keep = keep;
    }

    /// Which lines were reached so far, and which answers were made.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage::of(&self.sites, &self.reached)
    }

    /// Runs the marked script for a question that the plain one has answered.
    fn trace(&mut self, about: &About<'_>, arguments: impl FuncArgs, answer: &Result<String, Fault>) {
        self.recorder.begin();
        let view = Arc::clone(about.view);
        let repeated = self.sandbox.call(&self.ast, about.hook.name(), arguments, view);
        // What it prints has been printed.
        self.sandbox.printed().take();
        let recorded = self.recorder.take();
        for site in &recorded.reached {
            if let Some(count) = self.reached.get_mut(*site) {
                *count = count.saturating_add(1);
            }
        }
        let kept = match &self.keep {
            Keep::Nothing => false,
            Keep::Of(callback) => callback == about.callback,
            Keep::All => true,
        };
        if kept && self.kept.len() < DECISIONS_KEPT {
            let again = repeated.map(|value: Dynamic| said(&value));
            // What failed for its budget, or for the kind of its answer, may go on with marks.
            let exact = answer.as_ref().map_or(true, |answer| again.is_ok_and(|again| again == *answer));
            let mut decision = Decision::of(self.plain.source(), &self.sites, &recorded, answer);
            decision.at = about.view.now();
            decision.hook = about.hook;
            decision.callback = about.callback.clone();
            decision.about = about.beside.to_owned();
            decision.exact = exact;
            self.kept.push(decision);
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
            let about = about(Hook::Accept, &contact.request.id, "", &contact.view);
            self.trace(&about, (RequestValue(contact.clone()),), &words);
        }
        answer
    }

    fn throttle(&mut self, contact: &Contact) -> Answer<Vec<Limit>> {
        let answer = self.plain.throttle(contact);
        if let Some(words) = in_words(&answer, |limits| spoken::limits(limits)) {
            let about = about(Hook::Throttle, &contact.request.id, "", &contact.view);
            self.trace(&about, (RequestValue(contact.clone()),), &words);
        }
        answer
    }

    fn route(&mut self, callback: &CallbackView) -> Answer<Plan> {
        let answer = self.plain.route(callback);
        if let Some(words) = in_words(&answer, spoken::plan) {
            let about = about(Hook::Route, callback.id(), "", &callback.view);
            self.trace(&about, (CallbackValue(Arc::new(callback.clone())),), &words);
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
            let about = about(Hook::Timeout, callback.id(), kind.word(), &callback.view);
            self.trace(&about, (CallbackValue(Arc::new(callback.clone())), EventValue(kind)), &words);
        }
        answer
    }

    fn score(&mut self, callback: &CallbackView, agent: &AgentView) -> Answer<i64> {
        let answer = self.plain.score(callback, agent);
        if let Some(words) = in_words(&answer, ToString::to_string) {
            let about = about(Hook::Score, callback.id(), agent.settings.id.as_str(), &callback.view);
            let values = (CallbackValue(Arc::new(callback.clone())), AgentValue(agent.clone()));
            self.trace(&about, values, &words);
        }
        answer
    }

    fn purge(&mut self, callback: &CallbackView) -> Answer<RetentionAnswer> {
        let answer = self.plain.purge(callback);
        if let Some(words) = in_words(&answer, spoken::retention) {
            let about = about(Hook::Purge, callback.id(), "", &callback.view);
            self.trace(&about, (CallbackValue(Arc::new(callback.clone())),), &words);
        }
        answer
    }

    fn take_log(&mut self) -> Vec<SmolStr> {
        self.plain.take_log()
    }
}

fn about<'a>(hook: Hook, callback: &'a CallbackId, beside: &'a str, view: &'a Arc<dyn View>) -> About<'a> {
    About { hook, callback, beside, view }
}

impl std::fmt::Debug for Traced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Traced").field("plain", &self.plain).field("keep", &self.keep).finish_non_exhaustive()
    }
}
