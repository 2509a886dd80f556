//! Asks the script what a test asks, and the expectation the same.

use std::ops::Range;
use std::sync::Arc;

use ringback_engine::center::{Layout, Severity};
use ringback_engine::protocol::{
    AgentView, Application, CallbackView, Contact, Fault, Hook, TimeoutKind, View,
};
use ringback_engine::record::StateName;
use ringback_engine::{Duration, Sequence};
use ringback_scripting::trace::Decision;
use ringback_scripting::{RhaiApplication, Script, Traced, spoken};

use super::SETTINGS;
use super::reader::{Case, Expectation};
use super::stage::stage;

/// How long an agent has been idle whom a test asks `score` about.
const IDLE: Duration = Duration::from_mins(10);

/// What should be decided, in words, and what was decided, if the script has the hook.
type Asked = (String, Option<Decision>);

/// Where in the file something is wrong, and what.
type Wrong = (Range<usize>, String);

pub(super) fn ask(
    case: &Case,
    expectation: &Expectation,
    layout: &Arc<Layout>,
    script: &str,
    traced: &mut Traced,
) -> Result<Asked, Wrong> {
    let hook = expectation.hook;
    let view = stage(layout, case.at, case.agents.as_deref(), &case.numbers);
    let question = Question::new(case, hook, layout, view);
    let said = if expectation.expression == SETTINGS {
        Ok(None)
    } else {
        question.put(&mut expected(expectation, layout, script)?)
    };
    let expected = match said {
        Ok(Some(said)) => said,
        Ok(None) => SETTINGS.to_owned(),
        Err(Fault { message, .. }) => {
            return Err((expectation.span.clone(), format!("what is expected of `{hook}` fails: {message}")));
        }
    };
    traced.take_decisions();
    // What it answers, and what it fails of, is in the decision.
    let _ = question.put(traced);
    traced.take_log();
    Ok((expected, traced.take_decisions().pop()))
}

/// An application whose only hook answers what is expected.
fn expected(expectation: &Expectation, layout: &Layout, script: &str) -> Result<RhaiApplication, Wrong> {
    let hook = expectation.hook;
    let parameters = match hook {
        Hook::Accept | Hook::Throttle => "request",
        Hook::Route | Hook::Purge => "callback",
        Hook::Timeout => "callback, event",
        Hook::Score => "callback, agent",
    };
    let head = format!("fn {hook}({parameters}) {{ ");
    let source = format!("{head}{} }}", expectation.expression);
    let named = Script::new(script, source);
    RhaiApplication::new(named, layout).map_err(|findings| {
        let found = findings.into_iter().find(|found| found.severity == Severity::Error);
        let (message, span) = found.map_or_else(
            || ("can't be read".to_owned(), expectation.span.clone()),
            |found| {
                let help = found.help.map_or_else(String::new, |help| format!("; {help}"));
                let at = |place: usize| {
                    let within = place.saturating_sub(head.len()).min(expectation.expression.len());
                    expectation.span.start + 1 + within
                };
                let span = if expectation.plain {
                    at(found.span.start)..at(found.span.end)
                } else {
                    expectation.span.clone()
                };
                (format!("{}{help}", found.message), span)
            },
        );
        (span, format!("what is expected of `{hook}`: {message}"))
    })
}

/// What a hook is asked.
struct Question {
    hook: Hook,
    contact: Contact,
    callback: CallbackView,
    event: TimeoutKind,
    agent: Option<AgentView>,
}

impl Question {
    fn new(case: &Case, hook: Hook, layout: &Layout, view: Arc<dyn View>) -> Self {
        let request = Arc::new(case.request.clone());
        let standing = &case.callback;
        let received = case.at.before(standing.waited);
        let state = match hook {
            Hook::Purge => StateName::Completed,
            Hook::Route => StateName::Scheduled,
            Hook::Accept | Hook::Throttle | Hook::Timeout | Hook::Score => StateName::Queued,
        };
        let callback = CallbackView {
            request: Arc::clone(&request),
            sequence: Sequence(0),
            received,
            place: received,
            priority: standing.priority.unwrap_or(case.request.priority),
            queue: standing.queue.clone(),
            attempts: standing.attempts,
            last_outcome: standing.last_outcome,
            rejects: standing.rejects,
            tags: Arc::new(standing.tags.clone()),
            state: standing.state.unwrap_or(state),
            view: Arc::clone(&view),
        };
        let known = case.agent.as_deref().and_then(|id| layout.agent_index(id));
        let agent = known.and_then(|agent| layout.agent(agent)).map(|agent| AgentView {
            settings: Arc::new(agent.clone()),
            idle: IDLE,
            calls: 0,
            occupancy: 0,
        });
        let event = case.event.unwrap_or(TimeoutKind::QueueWait);
        Self { hook, contact: Contact { request, view }, callback, event, agent }
    }

    /// What an application answers, in words; `None` if it leaves that to the settings.
    fn put(&self, application: &mut impl Application) -> Result<Option<String>, Fault> {
        Ok(match self.hook {
            Hook::Accept => application.accept(&self.contact)?.map(|answer| spoken::acceptance(&answer)),
            Hook::Throttle => application.throttle(&self.contact)?.map(|limits| spoken::limits(&limits)),
            Hook::Route => application.route(&self.callback)?.map(|plan| spoken::plan(&plan)),
            Hook::Timeout => Some(spoken::timeout(application.timeout(&self.callback, self.event)?.as_ref())),
            Hook::Purge => application.purge(&self.callback)?.map(|answer| spoken::retention(&answer)),
            Hook::Score => match &self.agent {
                Some(agent) => application.score(&self.callback, agent)?.map(|score| score.to_string()),
                None => None,
            },
        })
    }
}
