//! One callback's whole life, beside a few and beside many that wait: request, queue, match, answer, end, purge.
//!
//! The residents wait in the queues of skills that nobody on duty has, so they are in every index and are never
//! matched; the callback measured finds an agent of its own. Nothing is left of it when it is purged, so the state
//! is steady, and every life is lived on the same engine.

use ringback_engine::center::{Agent, CallingWindow, Center, Duplicates, Layout, Queue, Service};
use ringback_engine::protocol::{Application, Command, Effect, EffectKind};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Advanced, Ageing, AgentId, Duration, Engine, Instant, Phone};
use ringback_scripting::{RhaiApplication, Script};

/// Queues in which they wait; with the priorities in use, each holds several classes.
const CROWDED: u32 = 8;

/// Priorities among the residents of one queue.
const PRIORITIES: u32 = 4;

/// A Tuesday, 10:00 in UTC.
const START: Instant = Instant::from_millis(1_772_532_000_000);

/// No deadline of a resident is reached while this runs.
const FAR: Duration = Duration::from_days(365 * 100);

/// A script of the usual kind: it sets a priority, and a plan of two steps.
pub(crate) const SCRIPT: &str = r#"
    fn accept(request) { accept().priority(if request.attr("tier", "") == "gold" { 50 } else { request.priority }) }
    fn route(callback) {
        if callback.service != "served" { return queue(callback.service); }
        queue("served").need("english >= 3").age(1, minutes(1), 100).after(minutes(2)).need("english")
    }
"#;

/// A number of its own for each `n`.
fn phone(n: u32) -> Phone {
    Phone::new(format!("+1212{n:08}")).expect("made up in E.164")
}

fn center() -> Center {
    let mut center = Center::new("Bench", chrono_tz::UTC);
    let queue = |name: &str| {
        let mut queue = Queue::new(name);
        (queue.ttl, queue.queued_ttl) = (FAR, FAR);
        queue.ageing = Some(Ageing { points: 1, every: Duration::from_mins(1), cap: Some(100) });
        queue.purge_after = Duration::from_secs(10);
        queue
    };
    let service = |name: &str| {
        let mut service = Service::new(name, name);
        service.calling_window = CallingWindow::off();
        service.duplicates = Duplicates::Any;
        (service.max_queued, service.per_number_daily) = (u32::MAX, u32::MAX);
        service.windows.clear();
        service
    };
    for n in 0..CROWDED {
        let name = format!("crowded{n}");
        let mut crowded = queue(&name);
        crowded.need = format!("skill{n} >= 5").parse().expect("a requirement");
        center.queues.push(crowded);
        center.services.push(service(&name));
    }
    center.queues.push(queue("served"));
    center.services.push(service("served"));
    center.agents.extend((0..50).map(|n| Agent::new(format!("a{n}")).skill("english", 5).skill("skill0", 1)));
    center
}

/// A host whose engine has its residents, and one agent on duty.
pub(crate) struct Host<A> {
    engine: Engine<A>,
    now: Instant,
    effects: Vec<Effect>,
    lives: u32,
    /// Whether the state is marked after each call, as for a journal.
    marks: bool,
}

impl<A: Application> Host<A> {
    /// A host with so many residents.
    pub(crate) fn new(residents: u32, application: impl FnOnce(&Layout) -> A) -> Self {
        let layout = Layout::new(center()).unwrap_or_else(|findings| panic!("{findings:?}"));
        let engine = Engine::new(layout.clone(), application(&layout));
        let mut host = Self { engine, now: START, effects: Vec::new(), lives: 0, marks: false };
        host.tell(Command::LogIn { agent: AgentId::new("a0") });
        for n in 0..residents {
            let mut request = Request::new(format!("r{n}"), format!("crowded{}", n % CROWDED), phone(n));
            request.priority = i64::from(n / CROWDED % PRIORITIES);
            host.now = host.now.after(Duration::from_millis(1));
            host.effects.clear();
            host.tell(Command::Request(request));
        }
        assert_eq!(host.waiting(), residents);
        host
    }

    /// How many residents wait.
    pub(crate) fn waiting(&self) -> u32 {
        let lines = (0..CROWDED).filter_map(|n| self.engine.line(&format!("crowded{n}")));
        lines.map(|line| line.waiting).sum()
    }

    /// The same host, which marks the state after each call.
    pub(crate) fn marking(mut self) -> Self {
        self.marks = true;
        self
    }

    fn mark(&mut self) {
        if self.marks {
            std::hint::black_box(self.engine.mark());
        }
    }

    fn tell(&mut self, command: Command) {
        self.engine.apply(self.now, command, &mut self.effects).expect("done");
        self.mark();
    }

    /// Waits so long, and wakes for what falls due meanwhile, as a host does: an attempt of the day before is forgotten.
    fn wait(&mut self, seconds: i64) {
        let until = self.now.after(Duration::from_secs(seconds));
        while self.now < until {
            self.now =
                self.engine.next_deadline().map_or(until, |deadline| deadline.max(self.now).min(until));
            assert_eq!(self.engine.advance(self.now, &mut self.effects), Advanced::Done);
        }
        self.mark();
    }

    /// One life. Its effects are there afterwards.
    pub(crate) fn life(&mut self) {
        self.effects.clear();
        self.lives += 1;
        // So many numbers that none comes to the limit of its attempts in a day, and as many at any time.
        let request = Request::new("c", "served", phone(1_000_000 + self.lives % 1_000));
        self.tell(Command::Request(request));
        let dial = self.effects.iter().find_map(|effect| match &effect.kind {
            EffectKind::Dial(dial) => Some(dial.attempt),
            _ => None,
        });
        let attempt = dial.expect("an agent is ready");
        self.wait(8);
        self.tell(Command::Outcome { attempt, outcome: Outcome::Answered });
        self.wait(170);
        self.tell(Command::Ended { attempt });
        self.wait(10);
        assert_eq!(self.effects.len(), STORY.len(), "{:?}", self.effects);
    }

    /// The names of the last life's events.
    pub(crate) fn story(&self) -> Vec<String> {
        let name = |effect: &Effect| match &effect.kind {
            EffectKind::Event(event) => serde_json::to_value(event).expect("JSON")["event"].to_string(),
            EffectKind::Dial(_) => "dial".into(),
            other => panic!("{other:?}"),
        };
        self.effects.iter().map(|effect| name(effect).replace('"', "")).collect()
    }
}

/// What happens in a life.
pub(crate) const STORY: [&str; 10] = [
    "accepted",
    "queued",
    "reserved",
    "dialing",
    "dial",
    "outcome",
    "connected",
    "ended",
    "completed",
    "purged",
];

/// The application of [`SCRIPT`].
pub(crate) fn scripted(layout: &Layout) -> RhaiApplication {
    let script = Script::new("bench.rhai", SCRIPT);
    RhaiApplication::new(script, layout).unwrap_or_else(|findings| panic!("{findings:?}"))
}
