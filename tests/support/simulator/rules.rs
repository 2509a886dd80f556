//! The applications of simulated centers, and one that remembers what they answered, for the checker.

use std::cell::RefCell;
use std::rc::Rc;

use ringback_engine::center::{Layout, Limit, Plan};
use ringback_engine::protocol::{
    Acceptance, AgentView, Answer, Application, CallbackView, Contact, RetentionAnswer, TimeoutAnswer,
    TimeoutKind,
};
use ringback_engine::{CallbackId, Instant, Name};
use ringback_scripting::{RhaiApplication, Script};
use serde::{Deserialize, Serialize};

use super::planned::Planned;
use super::random::Random;
use super::scripts::SCRIPTS;

/// An application, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rules {
    /// No opinions.
    Plain,
    /// Planned answers and faults.
    Planned(Planned),
    /// This script.
    Script(String),
}

impl Rules {
    pub(super) fn random(random: &mut Random) -> Self {
        match random.below(5) {
            0 | 1 => Self::Plain,
            2 | 3 => {
                let faults = random.pick(&[0, 0, 5, 100]);
                Self::Planned(Planned { seed: random.next(), faults })
            }
            _ => Self::Script(random.pick(&SCRIPTS).to_owned()),
        }
    }

    fn application(&self, layout: &Layout) -> Box<dyn Application> {
        match self {
            Self::Plain => Box::new(ringback_engine::protocol::Plain),
            Self::Planned(planned) => Box::new(*planned),
            Self::Script(source) => {
                let script = Script::new("simulated.rhai", source.as_str());
                let application = RhaiApplication::new(script, layout);
                Box::new(application.unwrap_or_else(|findings| panic!("{findings:?}")))
            }
        }
    }
}

/// What was answered to one question.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) callback: CallbackId,
    pub(super) at: Instant,
    pub(super) word: Word,
}

/// An answer; `None`: it was left to the settings, or a fault.
#[derive(Clone, Debug)]
pub(super) enum Word {
    Accept(Option<Acceptance>),
    Throttle(Option<Vec<Limit>>),
    Route(Option<Plan>),
    Timeout(TimeoutKind, Option<TimeoutAnswer>),
    Purge,
}

/// What all applications of one run have answered since somebody looked.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) said: Vec<Said>,
    /// Questions that were asked twice.
    pub(super) twice: u64,
    /// A question that was answered in two ways.
    pub(super) unlike: Option<String>,
}

/// An application that is overheard.
pub(super) struct Overheard {
    rules: Box<dyn Application>,
    /// The same once more: asked now and then, it must answer the same.
    twin: Box<dyn Application>,
    questions: u64,
    heard: Rc<RefCell<Heard>>,
}

impl Overheard {
    pub(super) fn new(rules: &Rules, layout: &Layout, heard: Rc<RefCell<Heard>>) -> Self {
        Self { rules: rules.application(layout), twin: rules.application(layout), questions: 0, heard }
    }

    /// Asks, and now and then asks the twin, too.
    fn ask<T: PartialEq + std::fmt::Debug>(
        &mut self,
        question: impl Fn(&mut dyn Application) -> Answer<T>,
    ) -> Answer<T> {
        let answer = question(&mut *self.rules);
        self.questions += 1;
        if self.questions.is_multiple_of(64) {
            let again = question(&mut *self.twin);
            let log = self.twin.take_log();
            let mut heard = self.heard.borrow_mut();
            heard.twice += 1;
            if answer != again {
                heard.unlike = Some(format!("{answer:?} and {again:?} ({log:?})"));
            }
        }
        answer
    }

    fn note<T: Clone>(
        &self,
        callback: &CallbackId,
        at: Instant,
        answer: &Answer<T>,
        word: fn(Option<T>) -> Word,
    ) {
        let word = word(answer.clone().ok().flatten());
        self.heard.borrow_mut().said.push(Said { callback: callback.clone(), at, word });
    }
}

impl Application for Overheard {
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        let answer = self.ask(|rules| rules.accept(contact));
        self.note(&contact.request.id, contact.view.now(), &answer, Word::Accept);
        answer
    }

    fn throttle(&mut self, contact: &Contact) -> Answer<Vec<Limit>> {
        let answer = self.ask(|rules| rules.throttle(contact));
        self.note(&contact.request.id, contact.view.now(), &answer, Word::Throttle);
        answer
    }

    fn route(&mut self, callback: &CallbackView) -> Answer<Plan> {
        let answer = self.ask(|rules| rules.route(callback));
        self.note(&callback.request.id, callback.view.now(), &answer, Word::Route);
        answer
    }

    fn timeout(&mut self, callback: &CallbackView, kind: TimeoutKind) -> Answer<TimeoutAnswer> {
        let answer = self.ask(|rules| rules.timeout(callback, kind));
        let word = Word::Timeout(kind, answer.clone().ok().flatten());
        let (callback, at) = (callback.request.id.clone(), callback.view.now());
        self.heard.borrow_mut().said.push(Said { callback, at, word });
        answer
    }

    fn score(&mut self, callback: &CallbackView, agent: &AgentView) -> Answer<i64> {
        self.ask(|rules| rules.score(callback, agent))
    }

    fn purge(&mut self, callback: &CallbackView) -> Answer<RetentionAnswer> {
        let answer = self.ask(|rules| rules.purge(callback));
        self.note(&callback.request.id, callback.view.now(), &answer, |_| Word::Purge);
        answer
    }

    fn take_log(&mut self) -> Vec<Name> {
        self.rules.take_log()
    }
}
