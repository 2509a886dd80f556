//! An application that notes what it is asked and what it answers, so that two of them can be compared.

use std::collections::BTreeSet;

use ringback_engine::center::{Limit, Plan};
use ringback_engine::protocol::{
    About, Acceptance, AgentView, Answer, Application, ApplicationText, CallbackView, Contact, Hook,
    RetentionAnswer, TimeoutAnswer, TimeoutKind, View,
};
use ringback_engine::{CallbackId, Instant};
use ringback_scripting::trace::{Decision, Keep};
use ringback_scripting::{RhaiApplication, Traced, spoken};
use smol_str::SmolStr;

/// What stands for an answer where a hook leaves the decision to the center's settings.
const SETTINGS: &str = "what the settings say";

/// A question, and its answer in the words of scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When it was asked.
    pub at: Instant,
    /// Which hook.
    pub hook: Hook,
    /// About which callback or request.
    pub callback: CallbackId,
    /// What else it was asked about: the kind of event, the agent.
    pub about: SmolStr,
    /// What was answered. A hook that says no more than the settings answers as one that is not there.
    pub answer: SmolStr,
}

impl Note {
    /// Whether both are answers to the same question.
    #[must_use]
    pub fn asks_as(&self, other: &Self) -> bool {
        (self.at, self.hook, &self.callback, &self.about)
            == (other.at, other.hook, &other.callback, &other.about)
    }
}

/// An application whose questions and answers are noted. It answers as it would without.
pub struct Noted {
    plain: RhaiApplication,
    notes: Vec<Note>,
    /// Every answer once; notes share them.
    answers: BTreeSet<SmolStr>,
    /// The number of a question that is to be traced, and who answers it.
    traced: Option<(usize, Traced)>,
}

impl Noted {
    /// An application that is noted.
    #[must_use]
    pub fn new(plain: RhaiApplication) -> Self {
        Self { plain, notes: Vec::new(), answers: BTreeSet::new(), traced: None }
    }

    /// The same, and the question with this number, from 0, is put to `again`, the same script, which is traced.
    ///
    /// # Errors
    ///
    /// Why it can't be traced.
    pub fn tracing(plain: RhaiApplication, number: usize, again: RhaiApplication) -> Result<Self, String> {
        let traced = Traced::new(again, Keep::All)?;
        Ok(Self { traced: Some((number, traced)), ..Self::new(plain) })
    }

    /// The application as it is without being noted.
    #[must_use]
    pub fn plain(&self) -> &RhaiApplication {
        &self.plain
    }

    /// What was noted; taken out.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// How the traced question was decided; absent where it was not asked, or its hook is not there.
    pub fn take_decision(&mut self) -> Option<Decision> {
        self.traced.as_mut()?.1.take_decisions().into_iter().next()
    }

    /// Who answers the next question.
    fn next(&mut self) -> &mut dyn Application {
        match &mut self.traced {
            Some((number, traced)) if *number == self.notes.len() => traced,
            _ => &mut self.plain,
        }
    }

    fn note<T>(
        &mut self,
        (hook, view): (Hook, &dyn View),
        callback: &CallbackId,
        about: &str,
        answer: &Answer<T>,
        words: impl FnOnce(Option<&T>) -> String,
    ) {
        let said: SmolStr = match answer {
            Ok(answer) => words(answer.as_ref()).into(),
            Err(fault) => format!("a fault: {}", fault.message).into(),
        };
        let known = self.answers.get(&said).cloned();
        let answer = known.unwrap_or_else(|| {
            self.answers.insert(said.clone());
            said
        });
        let (callback, about) = (callback.clone(), SmolStr::new(about));
        self.notes.push(Note { at: view.now(), hook, callback, about, answer });
    }
}

impl Application for Noted {
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        let answer = self.next().accept(contact);
        let words = |said: Option<&Acceptance>| said.map_or_else(|| "accept()".into(), spoken::acceptance);
        self.note((Hook::Accept, &*contact.view), &contact.request.id, "", &answer, words);
        answer
    }

    fn throttle(&mut self, contact: &Contact) -> Answer<Vec<Limit>> {
        let answer = self.next().throttle(contact);
        let words = |said: Option<&Vec<Limit>>| spoken::limits(said.map_or(&[], Vec::as_slice));
        self.note((Hook::Throttle, &*contact.view), &contact.request.id, "", &answer, words);
        answer
    }

    fn route(&mut self, callback: &CallbackView) -> Answer<Plan> {
        let answer = self.next().route(callback);
        let words = |said: Option<&Plan>| said.map_or_else(|| SETTINGS.into(), spoken::plan);
        self.note((Hook::Route, &*callback.view), callback.id(), "", &answer, words);
        answer
    }

    fn timeout(&mut self, callback: &CallbackView, kind: TimeoutKind) -> Answer<TimeoutAnswer> {
        let answer = self.next().timeout(callback, kind);
        self.note((Hook::Timeout, &*callback.view), callback.id(), kind.word(), &answer, spoken::timeout);
        answer
    }

    fn score(&mut self, callback: &CallbackView, agent: &AgentView) -> Answer<i64> {
        let answer = self.next().score(callback, agent);
        let words = |said: Option<&i64>| said.map_or_else(|| SETTINGS.into(), ToString::to_string);
        let about = agent.settings.id.as_str();
        self.note((Hook::Score, &*callback.view), callback.id(), about, &answer, words);
        answer
    }

    fn purge(&mut self, callback: &CallbackView) -> Answer<RetentionAnswer> {
        let answer = self.next().purge(callback);
        let words = |said: Option<&RetentionAnswer>| said.map_or_else(|| "purge()".into(), spoken::retention);
        self.note((Hook::Purge, &*callback.view), callback.id(), "", &answer, words);
        answer
    }

    fn take_log(&mut self) -> Vec<SmolStr> {
        let mut log = self.plain.take_log();
        if let Some((_, traced)) = &mut self.traced {
            log.extend(traced.take_log());
        }
        log
    }

    fn text(&self) -> ApplicationText {
        self.plain.text()
    }

    fn line(&mut self, hook: Hook, about: About<'_>) -> u32 {
        self.plain.line(hook, about)
    }
}
