//! A small center and a view of it, for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use chrono_tz::Tz;
use ringback_engine::center::{Agent, Attribute, Calendar, Center, Entries, Layout, Queue, Rows, Table};
use ringback_engine::protocol::{
    AgentView, Application, CallbackView, Contact, Fault, LineView, TimeoutKind, View,
};
use ringback_engine::record::{Outcome, Request, StateName};
use ringback_engine::{AgentId, Duration, Instant, Name, Phone, Sequence};
use ringback_scripting::{Diagnostic, RhaiApplication, Script};
use smol_str::SmolStr;

/// 2026-12-24T08:00Z, a Thursday; 09:00 in Berlin.
pub(crate) const NOW: &str = "2026-12-24T08:00:00Z";

pub(crate) fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

fn tables() -> [Table; 2] {
    let long = Attribute::Text("x".repeat(2000).into());
    let vip = [
        (SmolStr::new("+4930123456"), Attribute::Integer(2)),
        (SmolStr::new("5"), Attribute::Text("five".into())),
    ];
    let anna = [("tier".into(), Attribute::Text("gold".into())), ("limit".into(), Attribute::Integer(3))];
    let customers = Rows {
        columns: ["tier", "limit", "notes"].into_iter().map(SmolStr::new).collect(),
        rows: [("+4930123456".into(), anna.into()), ("5".into(), [("notes".into(), long)].into())].into(),
    };
    [
        Table { name: Name::new("vip"), entries: vip.into() },
        Table { name: Name::new("customers"), entries: Entries::Rows(customers) },
    ]
}

pub(crate) fn layout() -> Layout {
    let mut center = Center::new("test", Tz::Europe__Berlin);
    for name in ["billing", "general", "main"] {
        center.queues.push(Queue::new(name));
    }
    center.calendars.push(Calendar::new("office"));
    center.calendars.push(Calendar::new("never"));
    center.tables.extend(tables());
    center.agents.push(Agent {
        id: AgentId::new("anna"),
        skills: BTreeMap::from([(Name::new("billing"), 7), (Name::new("english"), 1)]),
        groups: BTreeSet::from([Name::new("gold")]),
        capacity: 1,
    });
    Layout::new(center).unwrap()
}

/// A center at one instant, with a few fixed numbers.
pub(crate) struct Double;

impl View for Double {
    fn now(&self) -> Instant {
        instant(NOW)
    }

    fn timezone(&self) -> Tz {
        Tz::Europe__Berlin
    }

    fn is_open(&self, calendar: &str, _: Instant) -> Option<bool> {
        ["office", "never"].contains(&calendar).then_some(calendar == "office")
    }

    fn open_for(&self, calendar: &str, _: Instant) -> Option<Duration> {
        self.is_open(calendar, self.now())
            .map(|open| if open { Duration::from_hours(2) } else { Duration::ZERO })
    }

    fn next_open(&self, calendar: &str, at: Instant) -> Option<Option<Instant>> {
        self.is_open(calendar, at).map(|open| open.then_some(at))
    }

    fn line(&self, queue: &str) -> Option<LineView> {
        self.has_queue(queue).then(|| LineView {
            waiting: 12,
            on_call: 3,
            oldest: if queue == "general" { Duration::ZERO } else { Duration::from_mins(4) },
            agents: 8,
            ready: 1,
            paused: queue == "billing",
            full: false,
            ewt: (queue == "billing").then_some(Duration::from_mins(6)),
        })
    }

    fn last_agent(&self, phone: &Phone) -> Option<AgentId> {
        (phone.as_str() == "+4930123456").then(|| AgentId::new("anna"))
    }

    fn has_queue(&self, queue: &str) -> bool {
        ["billing", "general", "main"].contains(&queue)
    }

    fn count(&self, key: &str, per: Duration) -> u32 {
        if key == "number:+4930123456" && per >= Duration::from_days(1) { 4 } else { 0 }
    }

    fn table(&self, name: &str) -> Option<&Table> {
        static TABLES: LazyLock<[Table; 2]> = LazyLock::new(tables);
        TABLES.iter().find(|table| table.name == name)
    }
}

pub(crate) fn request() -> Request {
    let mut request = Request::new("c1", "retail", Phone::new("+4930123456").unwrap())
        .attribute("vip", Attribute::Integer(2))
        .attribute("tier", Attribute::Text("gold".into()))
        .attribute("long", Attribute::Text("x".repeat(2000).into()))
        .attribute("5", Attribute::Integer(55));
    request.language = "de".into();
    request.channel = "Web".into();
    request.priority = 3;
    request
}

pub(crate) fn contact() -> Contact {
    Contact { request: Arc::new(request()), view: Arc::new(Double) }
}

pub(crate) fn scheduled() -> Contact {
    Contact { request: Arc::new(request().at(instant("2026-12-24T10:00:00Z"))), view: Arc::new(Double) }
}

pub(crate) fn callback() -> CallbackView {
    CallbackView {
        request: Arc::new(request()),
        sequence: Sequence(7),
        received: instant("2026-12-24T07:50:00Z"),
        place: instant("2026-12-24T07:55:00Z"),
        priority: 11,
        queue: Name::new("billing"),
        attempts: 2,
        last_outcome: Some(Outcome::Busy),
        rejects: 0,
        tags: Arc::new(vec![("campaign".into(), "spring".into())]),
        state: StateName::Queued,
        view: Arc::new(Double),
    }
}

pub(crate) fn agent() -> AgentView {
    AgentView {
        settings: Arc::new(Agent::new("anna").skill("billing", 7).group("gold")),
        idle: Duration::from_secs(90),
        calls: 4,
        occupancy: 42,
    }
}

pub(crate) fn script(source: &str) -> Script {
    Script { name: "app.rhai".into(), source: source.into() }
}

pub(crate) fn build(source: &str) -> Result<RhaiApplication, Vec<Diagnostic>> {
    RhaiApplication::new(script(source), &layout())
}

pub(crate) fn application(source: &str) -> RhaiApplication {
    build(source).unwrap_or_else(|findings| panic!("{source}\n{}", shown(&findings)))
}

pub(crate) fn shown(findings: &[Diagnostic]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What `print(expression)` writes in a hook about a request and in one about a callback, whichever compiles.
pub(crate) fn value(expression: &str) -> Result<String, Fault> {
    let asks_request = expression.contains("request");
    let mut app = if asks_request {
        application(&format!("fn accept(request) {{ print({expression}); accept() }}"))
    } else {
        application(&format!("fn timeout(callback, event) {{ print({expression}); standard() }}"))
    };
    if asks_request {
        app.accept(&contact())?;
    } else {
        app.timeout(&callback(), TimeoutKind::Failed(Outcome::Busy))?;
    }
    Ok(app.take_log().join("\n"))
}
