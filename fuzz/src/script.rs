//! Scripts: checked and compiled against the small center, and every hook asked once.

use std::sync::LazyLock;

use ringback_engine::center::{Agent, Attribute, MAX_STEPS, Plan, Severity};
use ringback_engine::protocol::{
    Acceptance, AgentView, Answer, Application, CallbackView, Command, Contact, Fault, Hook, TimeoutKind,
};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Duration, Engine, Phone};
use ringback_scripting::{Diagnostic, RhaiApplication, Script, limits};

use crate::Verdict;
use crate::small::{START, layout};

/// The longest message of a fault.
const MESSAGE: usize = 512;

/// Decodes the source of an application, and asks it what an engine would.
pub fn script(data: &[u8]) -> Verdict {
    let Ok(source) = std::str::from_utf8(data) else { return Verdict::Refused };
    let build = || RhaiApplication::new(Script::new("app.rhai", source), &layout());
    match build() {
        Ok(mut application) => {
            assert_eq!(application.source(), source);
            application.warnings().iter().for_each(|finding| placed(source, finding));
            assert!(application.warnings().iter().all(|finding| finding.severity == Severity::Warning));
            let answers = asked(source, &mut application);
            let mut twin = build().expect("it was built before");
            assert_eq!(answers, asked(source, &mut twin), "its answers do not follow from what it was asked");
            Verdict::Read
        }
        Err(findings) => {
            findings.iter().for_each(|finding| placed(source, finding));
            assert!(findings.iter().any(|finding| finding.severity == Severity::Error));
            Verdict::Refused
        }
    }
}

/// The place is one in the source, and line and column are its own.
fn placed(source: &str, finding: &Diagnostic) {
    assert!(source.get(finding.span.clone()).is_some(), "{finding:?}");
    let before = &source[..finding.span.start];
    let line = before.matches('\n').count() + 1;
    let column = before[before.rfind('\n').map_or(0, |end| end + 1)..].chars().count() + 1;
    assert_eq!((finding.line as usize, finding.column as usize), (line, column), "{finding:?}");
    assert!(!finding.message.is_empty());
}

/// What the application answers to every hook it has, as text, with what it printed and what it cost.
fn asked(source: &str, application: &mut RhaiApplication) -> Vec<String> {
    let Questions { contact, callback } = &*QUESTIONS;
    let mut answers = Vec::new();
    for hook in application.hooks().to_vec() {
        let answer = match hook {
            Hook::Accept => answered(source, application.accept(contact)),
            Hook::Throttle => answered(source, application.throttle(contact)),
            Hook::Route => {
                let answer = application.route(callback);
                let steps =
                    answer.as_ref().ok().and_then(Option::as_ref).map_or(0, |plan| plan.steps().len());
                assert!(steps <= MAX_STEPS);
                answered(source, answer)
            }
            Hook::Timeout => {
                answered(source, application.timeout(callback, TimeoutKind::Failed(Outcome::Busy)))
            }
            Hook::Purge => answered(source, application.purge(callback)),
            Hook::Score => {
                let settings = Agent::new("anna").skill("billing", 5).group("gold");
                let agent = AgentView {
                    settings: settings.into(),
                    idle: Duration::from_secs(9),
                    calls: 2,
                    occupancy: 40,
                };
                answered(source, application.score(callback, &agent))
            }
        };
        let counts = application.counts(hook);
        assert_eq!(counts.calls, 1);
        assert!(counts.operations <= limits::OPERATIONS + 1, "{hook}: {} operations", counts.operations);
        let log = application.take_log();
        assert!(log.len() <= limits::LOG_LINES + 1, "{hook}: {} lines", log.len());
        answers.push(format!("{hook}: {answer} {log:?} {}", counts.operations));
    }
    answers
}

fn answered<T: std::fmt::Debug>(source: &str, answer: Answer<T>) -> String {
    if let Err(Fault { message, line }) = &answer {
        assert!(!message.is_empty() && message.len() <= MESSAGE, "{message:?}");
        assert!(*line as usize <= source.lines().count() + 1, "line {line}: {message}");
    }
    format!("{answer:?}")
}

/// What an engine asks its application: questions with real views behind them.
struct Questions {
    contact: Contact,
    callback: CallbackView,
}

static QUESTIONS: LazyLock<Questions> = LazyLock::new(|| {
    let mut engine = Engine::new(layout(), Witness::default());
    let phone = Phone::new("+12125550123").expect("made up in E.164");
    let mut request = Request::new("c1", "billing", phone).attribute("tier", Attribute::read("gold"));
    request.language = "en".into();
    let mut effects = Vec::new();
    engine.apply(START, Command::Request(request), &mut effects).expect("accepted");
    let Witness { contact, callback } = engine.application_mut();
    Questions { contact: contact.take().expect("asked"), callback: callback.take().expect("asked") }
});

/// An application without opinions that remembers what it was asked.
#[derive(Default)]
struct Witness {
    contact: Option<Contact>,
    callback: Option<CallbackView>,
}

impl Application for Witness {
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        self.contact = Some(contact.clone());
        Ok(None)
    }

    fn route(&mut self, callback: &CallbackView) -> Answer<Plan> {
        self.callback = Some(callback.clone());
        Ok(None)
    }
}
