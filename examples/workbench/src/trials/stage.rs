//! The center around a test: as it is at that instant, with the numbers that the test says otherwise.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use ringback_engine::center::{Layout, Table};
use ringback_engine::protocol::{Command, LineView, Plain, View};
use ringback_engine::{AgentId, Duration, Engine, Instant, Name, Phone};

/// What a test can say of a line.
pub(super) const LINE: [&str; 8] =
    ["waiting", "on_call", "oldest", "agents", "ready", "paused", "full", "ewt"];

/// Numbers that a test sets.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    pub(super) lines: BTreeMap<Name, Line>,
    pub(super) counts: BTreeMap<String, u32>,
}

/// What a test says of a line; the rest is as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    waiting: Option<u32>,
    on_call: Option<u32>,
    pub(super) oldest: Option<Duration>,
    agents: Option<u32>,
    ready: Option<u32>,
    pub(super) paused: Option<bool>,
    pub(super) full: Option<bool>,
    pub(super) ewt: Option<Duration>,
}

impl Line {
    pub(super) fn set(&mut self, key: &str, count: u32) {
        let field = match key {
            "waiting" => &mut self.waiting,
            "on_call" => &mut self.on_call,
            "agents" => &mut self.agents,
            "ready" => &mut self.ready,
            _ => return,
        };
        *field = Some(count);
    }
}

/// A center in which those agents are logged in and ready, or all.
pub(super) fn stage(
    layout: &Arc<Layout>,
    at: Instant,
    agents: Option<&[String]>,
    numbers: &Numbers,
) -> Arc<dyn View> {
    let mut effects = Vec::new();
    let mut engine = Engine::new(Arc::clone(layout), Plain);
    for agent in &layout.center().agents {
        let here = agents.is_none_or(|agents| agents.iter().any(|id| id == agent.id.as_str()));
        if here {
            // A fresh engine lets everybody in that its layout knows.
            let _ = engine.apply(at, Command::LogIn { agent: agent.id.clone() }, &mut effects);
        }
    }
    let _ = engine.advance(at, &mut effects);
    Arc::new(Staged { inner: engine.view(), numbers: numbers.clone() })
}

struct Staged {
    inner: Arc<dyn View>,
    numbers: Numbers,
}

impl View for Staged {
    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn timezone(&self) -> Tz {
        self.inner.timezone()
    }

    fn is_open(&self, calendar: &str, at: Instant) -> Option<bool> {
        self.inner.is_open(calendar, at)
    }

    fn open_for(&self, calendar: &str, at: Instant) -> Option<Duration> {
        self.inner.open_for(calendar, at)
    }

    fn next_open(&self, calendar: &str, at: Instant) -> Option<Option<Instant>> {
        self.inner.next_open(calendar, at)
    }

    fn line(&self, queue: &str) -> Option<LineView> {
        let line = self.inner.line(queue)?;
        let Some(said) = self.numbers.lines.get(queue) else { return Some(line) };
        Some(LineView {
            waiting: said.waiting.unwrap_or(line.waiting),
            on_call: said.on_call.unwrap_or(line.on_call),
            oldest: said.oldest.unwrap_or(line.oldest),
            agents: said.agents.unwrap_or(line.agents),
            ready: said.ready.unwrap_or(line.ready),
            paused: said.paused.unwrap_or(line.paused),
            full: said.full.unwrap_or(line.full),
            ewt: said.ewt.or(line.ewt),
        })
    }

    fn last_agent(&self, phone: &Phone) -> Option<AgentId> {
        self.inner.last_agent(phone)
    }

    fn has_queue(&self, queue: &str) -> bool {
        self.inner.has_queue(queue)
    }

    fn count(&self, key: &str, per: Duration) -> u32 {
        self.numbers.counts.get(key).copied().unwrap_or_else(|| self.inner.count(key, per))
    }

    fn table(&self, name: &str) -> Option<&Table> {
        self.inner.table(name)
    }
}
