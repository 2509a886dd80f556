//! The center as the application sees it, counted anew each time.

use chrono_tz::Tz;
use ringback_engine::center::{LAST_AGENT_KEPT, Table};
use ringback_engine::protocol::{LineView, View};
use ringback_engine::record::Switch;
use ringback_engine::{AgentId, Duration, Instant, Phone};

use super::matching::meets;
use super::world::{Callback, State, World};

impl World {
    /// As long as so many connections took of late, by the last 32 of them.
    fn expected_wait(&self, queue: &str, waiting: usize) -> Option<Duration> {
        let all = self.connections.iter().filter(|(from, _)| from == queue).map(|(_, at)| *at);
        let all: Vec<Instant> = all.collect();
        let last = &all[all.len().saturating_sub(32)..];
        let gaps = last.len().checked_sub(1).filter(|gaps| *gaps > 0)?;
        let span = last[gaps].since(last[0]).millis();
        Some(Duration::from_millis(span * waiting as i64 / gaps as i64))
    }
}

impl View for World {
    fn now(&self) -> Instant {
        self.now
    }

    fn timezone(&self) -> Tz {
        self.center.timezone
    }

    fn is_open(&self, calendar: &str, at: Instant) -> Option<bool> {
        Some(self.hours(calendar)?.is_open(at))
    }

    fn open_for(&self, calendar: &str, at: Instant) -> Option<Duration> {
        Some(self.hours(calendar)?.open_for(at))
    }

    fn next_open(&self, calendar: &str, at: Instant) -> Option<Option<Instant>> {
        Some(self.hours(calendar)?.next_open(at))
    }

    fn line(&self, queue: &str) -> Option<LineView> {
        if !self.has_queue(queue) {
            return None;
        }
        let here = |callback: &&Callback| callback.queue().is_some_and(|own| own == queue);
        let waiting = self
            .callbacks
            .iter()
            .filter(here)
            .filter(|callback| matches!(callback.state, State::Queued { .. }));
        let waits: Vec<Duration> = waiting.map(|callback| self.now.since(callback.place)).collect();
        let on_call = self.callbacks.iter().filter(here).filter(|callback| callback.is_under_way());
        let need = self.need_of_queue(queue);
        let agents: Vec<_> = self
            .agents
            .iter()
            .filter(|agent| agent.session.is_some() && meets(&need, &agent.settings))
            .collect();
        Some(LineView {
            waiting: waits.len() as u32,
            on_call: on_call.count() as u32,
            oldest: waits.iter().copied().max().unwrap_or_default().max(Duration::ZERO),
            agents: agents.len() as u32,
            ready: agents.iter().filter(|agent| self.is_ready(agent)).count() as u32,
            paused: self.is_on(queue, Switch::Paused),
            full: !self.takes_in(queue),
            ewt: self.expected_wait(queue, waits.len()),
        })
    }

    fn last_agent(&self, phone: &Phone) -> Option<AgentId> {
        let (_, agent, at) = self.talks.iter().rfind(|(called, ..)| called == phone)?;
        let there = self.agents.iter().any(|known| known.settings.id == *agent);
        (self.now.since(*at) < LAST_AGENT_KEPT && there).then(|| agent.clone())
    }

    fn has_queue(&self, queue: &str) -> bool {
        self.center.queues.iter().any(|known| known.name == queue)
    }

    fn count(&self, key: &str, per: Duration) -> u32 {
        let counted = self.limited.iter().filter(|(other, at, _)| other == key && self.now.since(*at) < per);
        counted.count() as u32
    }

    fn table(&self, name: &str) -> Option<&Table> {
        self.center.tables.iter().find(|known| known.name == name)
    }
}
