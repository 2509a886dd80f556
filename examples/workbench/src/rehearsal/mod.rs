//! Rehearses an application before it runs: every hook, on sample requests and callbacks, in a real engine.
//!
//! What faults is a warning and no error: a sample may lack what every real request has.

mod faults;
mod samples;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use ringback_engine::center::{Layout, Service};
use ringback_engine::journal::ApplicationText;
use ringback_engine::protocol::{
    Acceptance, AgentView, Application, CallbackView, Command, Contact, Fault, Hook, Plain, TimeoutKind, View,
};
use ringback_engine::record::{Outcome, Request, StateName};
use ringback_engine::{Duration, Engine, Instant, Name, Sequence};
use ringback_scripting::Traced;
use ringback_scripting::trace::{Decision, Keep};
use smol_str::SmolStr;

use crate::bundle::{Diagnosis, RhaiApplication, build};
use faults::Faults;

pub use samples::Samples;

/// How long a rehearsed callback has been known when it is asked about.
const WAITED: Duration = Duration::from_mins(10);

/// So many agents are rehearsed as ones that a callback could be given to.
const RATED: usize = 3;

/// An engine at one instant, and how it is told of.
struct Scene {
    view: Arc<dyn View>,
    /// As `with nobody logged in`.
    told: &'static str,
}

/// Asks every hook about the samples of every service, with all agents there and with none.
pub fn rehearse(
    application: RhaiApplication,
    layout: &Arc<Layout>,
    text: &ApplicationText,
    samples: &Samples,
) -> Vec<Diagnosis> {
    let hooks = application.hooks();
    let mut rehearsal =
        Rehearsal { rehearsed: Rehearsed::new(application, layout, text), faults: Faults::default() };
    for service in &layout.center().services {
        for scene in scenes(layout, service, samples.instant(service)) {
            for (request, told) in samples.requests(service, scene.view.now()) {
                rehearsal.request(&scene, &Arc::new(request), service, layout, &told);
            }
        }
    }
    rehearsal.faults.diagnoses(text, &hooks)
}

/// Where a service's requests are rehearsed: while its office is open and everybody is there, and while it is shut
/// and nobody is.
fn scenes(layout: &Arc<Layout>, service: &Service, at: Instant) -> [Scene; 2] {
    let hours = service.calendar.as_deref().and_then(|calendar| layout.hours_named(calendar));
    let open =
        hours.map_or(at, |hours| if hours.is_open(at) { at } else { hours.next_open(at).unwrap_or(at) });
    let shut = hours.map_or(open, |hours| open.after(hours.open_for(open)));

    let mut effects = Vec::new();
    let mut staffed = Engine::new(Arc::clone(layout), Plain);
    for agent in &layout.center().agents {
        // A fresh engine lets everybody in that its layout knows.
        let _ = staffed.apply(open, Command::LogIn { agent: agent.id.clone() }, &mut effects);
        effects.clear();
    }
    let _ = staffed.advance(open, &mut effects);
    let mut empty = Engine::new(Arc::clone(layout), Plain);
    let _ = empty.advance(shut, &mut effects);
    [
        Scene { view: staffed.view(), told: "with everybody logged in" },
        Scene { view: empty.view(), told: "with nobody logged in" },
    ]
}

struct Rehearsal {
    rehearsed: Rehearsed,
    faults: Faults,
}

/// What `accept` gives a callback.
struct Granted {
    priority: i64,
    tags: Vec<(SmolStr, SmolStr)>,
}

impl Rehearsal {
    /// Follows one request through all hooks, as far as it gets.
    fn request(
        &mut self,
        scene: &Scene,
        request: &Arc<Request>,
        service: &Service,
        layout: &Layout,
        told: &str,
    ) {
        let told = format!("{told}, {}", scene.told);
        let contact = Contact { request: Arc::clone(request), view: Arc::clone(&scene.view) };
        self.ask(Hook::Throttle, &told, |application| application.throttle(&contact));
        let Some(granted) = self.accept(&contact, &told) else { return };

        let now = scene.view.now();
        let received = now.before(WAITED);
        let first = CallbackView {
            request: Arc::clone(request),
            sequence: Sequence(0),
            received,
            place: request.desired.unwrap_or(received),
            priority: granted.priority,
            queue: Name::default(),
            attempts: 0,
            last_outcome: None,
            rejects: 0,
            tags: Arc::new(granted.tags),
            state: StateName::Scheduled,
            view: Arc::clone(&scene.view),
        };
        let plan = self.ask(Hook::Route, &told, |application| application.route(&first)).flatten();
        let queue = plan.map_or_else(|| service.queue.clone(), |plan| plan.queue().clone());
        let most =
            layout.queue_index(&queue).and_then(|queue| layout.queue(queue)).map_or(1, |q| q.max_attempts);

        let waiting = CallbackView { queue, state: StateName::Queued, ..first };
        let again = tried(&waiting, 1, Outcome::Busy, StateName::Queued);
        self.ask(Hook::Route, &told, |application| application.route(&again));
        for agent in layout.center().agents.iter().take(RATED) {
            let agent =
                AgentView { settings: Arc::new(agent.clone()), idle: WAITED, calls: 1, occupancy: 50 };
            self.ask(Hook::Score, &told, |application| application.score(&waiting, &agent));
        }
        self.timeout(&waiting, TimeoutKind::QueueWait, &told);
        self.timeout(&again, TimeoutKind::QueueWait, &told);
        for outcome in Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Answered) {
            for attempts in [1, most] {
                let failed = tried(&waiting, attempts, outcome, StateName::Routing);
                self.timeout(&failed, TimeoutKind::Failed(outcome), &told);
            }
        }
        let cancelled = CallbackView { state: StateName::Completed, ..waiting.clone() };
        for over in [cancelled, tried(&waiting, 1, Outcome::Answered, StateName::Completed)] {
            self.ask(Hook::Purge, &told, |application| application.purge(&over));
        }
    }

    /// `None` if the request is not admitted, so that there is no callback to ask about.
    fn accept(&mut self, contact: &Contact, told: &str) -> Option<Granted> {
        let given = contact.request.priority;
        match self.ask(Hook::Accept, told, |application| application.accept(contact))? {
            Some(Acceptance::Accept { priority, tags, .. }) => {
                Some(Granted { priority: priority.unwrap_or(given), tags })
            }
            Some(Acceptance::Reject { .. }) => None,
            Some(Acceptance::Defer(_)) | None => Some(Granted { priority: given, tags: Vec::new() }),
        }
    }

    fn timeout(&mut self, callback: &CallbackView, kind: TimeoutKind, told: &str) {
        let told = format!("kind `{}`, {told}", kind.word());
        self.ask(Hook::Timeout, &told, |application| application.timeout(callback, kind));
    }

    /// Asks a hook; `None` if it faults.
    fn ask<T>(
        &mut self,
        hook: Hook,
        told: &str,
        ask: impl FnOnce(&mut dyn Application) -> Result<T, Fault>,
    ) -> Option<T> {
        let answer = self.rehearsed.ask(ask);
        self.faults.note(hook, told, answer)
    }
}

/// An application that is rehearsed: traced where it can be, since a trace knows where a limit was met.
enum Rehearsed {
    Traced(Box<Traced>),
    Plain(Box<RhaiApplication>),
    /// It was built once and can't be again; there is nothing to ask.
    Nothing,
}

impl Rehearsed {
    fn new(application: RhaiApplication, layout: &Layout, text: &ApplicationText) -> Self {
        match Traced::new(application, Keep::All) {
            Ok(traced) => Self::Traced(Box::new(traced)),
            // With marks in it, the script nests too deeply.
            Err(_) => build(text, layout).map_or(Self::Nothing, |plain| Self::Plain(Box::new(plain))),
        }
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut dyn Application) -> Result<T, Fault>) -> Result<T, Fault> {
        match self {
            Self::Nothing => ask(&mut Plain),
            Self::Plain(plain) => {
                let answer = ask(plain.as_mut());
                plain.take_log();
                answer
            }
            Self::Traced(traced) => {
                let answer = ask(traced.as_mut());
                traced.take_log();
                let decision = traced.take_decisions().pop();
                answer.map_err(|fault| match decision {
                    Some(Decision { fault: Some(message), line, .. }) => Fault { message, line },
                    _ => fault,
                })
            }
        }
    }
}

/// The same callback after so many attempts, the last of which ended like this.
fn tried(callback: &CallbackView, attempts: u32, outcome: Outcome, state: StateName) -> CallbackView {
    CallbackView { attempts, last_outcome: Some(outcome), state, ..callback.clone() }
}
