//! A script with marks in it: the second run of a question, which tells the way that the first one took.

use std::sync::Arc;

use rhai::{AST, Dynamic};
use ringback_engine::protocol::{About, Fault, Hook};

use super::Recorder;
use super::decision::made;
use super::recorder::Recorded;
use crate::check::{Site, mark};
use crate::sandbox::Sandbox;
use crate::words::{AgentValue, CallbackValue, EventValue, RequestValue};

/// A script with marks in it.
pub(crate) struct Rerun {
    sandbox: Sandbox,
    ast: AST,
    sites: Vec<Site>,
    recorder: Arc<Recorder>,
}

impl Rerun {
    /// Marks a script that checks.
    ///
    /// # Errors
    ///
    /// Why it can't be marked: with marks in it, it nests too deeply.
    pub(crate) fn new(name: &str, source: &str) -> Result<Self, String> {
        let recorder = Arc::new(Recorder::default());
        let mut sandbox = Sandbox::for_marks(&recorder);
        let marked = mark(source);
        let ast = sandbox
            .compile(&marked.source)
            .map_err(|error| format!("{name}: can't be traced: {}; name parts of it with `let`", error.0))?;
        Ok(Self { sandbox, ast, sites: marked.sites, recorder })
    }

    /// The places that have a mark.
    pub(super) fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Asks again. What the script prints has been printed by the first run.
    pub(super) fn ask(&mut self, hook: Hook, about: About<'_>) -> (Result<Dynamic, Fault>, Recorded) {
        self.recorder.begin();
        let view = Arc::clone(about.view());
        let answer = self.sandbox.call(&self.ast, hook.name(), arguments(about), view);
        self.sandbox.printed().take();
        (answer, self.recorder.take())
    }

    /// The line that makes the answer, or the last that ran.
    pub(crate) fn line(&mut self, hook: Hook, about: About<'_>) -> u32 {
        let (_, recorded) = self.ask(hook, about);
        made(&self.sites, &recorded).map_or(0, |site| site.line)
    }
}

fn arguments(about: About<'_>) -> Vec<Dynamic> {
    let value = |callback| Dynamic::from(CallbackValue(Arc::new(Clone::clone(callback))));
    match about {
        About::Request(contact) => vec![Dynamic::from(RequestValue(contact.clone()))],
        About::Callback(callback) => vec![value(callback)],
        About::Event(callback, kind) => vec![value(callback), Dynamic::from(EventValue(kind))],
        About::Agent(callback, agent) => vec![value(callback), Dynamic::from(AgentValue(agent.clone()))],
    }
}
