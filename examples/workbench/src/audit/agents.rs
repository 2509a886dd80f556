//! Agents: what the roster and the callbacks make of them, and what the log says they are.
//!
//! Presence follows from the roster, work from the callbacks. The log's `agent` events must say the same at the end
//! of every instant; within one, who may be reserved is what they said last.

use ringback_engine::Instant;
use ringback_engine::center::WrapUp;
use smol_str::SmolStr;

use super::findings::Check;
use super::{Audit, Owner};
use crate::streams::{RosterLine, Shift};

/// An agent.
#[derive(Debug)]
pub(super) struct Person {
    capacity: usize,
    present: bool,
    ready: bool,
    /// Logs out when the work ends.
    leaving: bool,
    work: Vec<Work>,
    /// When the agent last became free, or logged in.
    pub(super) idle_since: Instant,
    announced: Presence,
    /// Lines of the roster of this instant, in their order.
    lines: Vec<Shift>,
    /// Did not answer in this instant, when called to a customer.
    absent: bool,
    /// Was ready, and not busy, when the instant before ended.
    pub(super) was_free: bool,
}

/// What a unit of an agent's capacity does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// Reserved for this callback, or talking with its customer.
    Busy(u64),
    WrapUp(Instant),
}

/// What the log says of an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Presence {
    Ready,
    NotReady,
    WrapUp,
    #[default]
    LoggedOut,
}

impl Presence {
    const ALL: [Self; 4] = [Self::Ready, Self::NotReady, Self::WrapUp, Self::LoggedOut];

    const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady => "not_ready",
            Self::WrapUp => "wrap_up",
            Self::LoggedOut => "logged_out",
        }
    }
}

impl Person {
    /// An agent who takes so many callbacks at a time, and is not there yet.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            capacity: capacity as usize,
            present: false,
            ready: false,
            leaving: false,
            work: Vec::new(),
            idle_since: Instant::MIN,
            announced: Presence::default(),
            lines: Vec::new(),
            absent: false,
            was_free: false,
        }
    }

    /// Whether the log has this agent logged in.
    pub(super) fn is_there(&self) -> bool {
        self.announced != Presence::LoggedOut
    }

    /// Whether this agent could be reserved now.
    pub(super) fn is_ready(&self) -> bool {
        self.obstacle().is_none()
    }

    /// Whether this agent can be given a callback, once the instant is over.
    pub(super) fn is_free(&self) -> bool {
        self.present && self.ready && !self.leaving && self.work.len() < self.capacity
    }

    /// Whether the roster has nothing of this agent in this instant, and no leg of theirs has failed in it.
    pub(super) fn is_settled(&self) -> bool {
        self.lines.is_empty() && !self.absent
    }

    /// Why this agent can't be reserved now, if so.
    fn obstacle(&self) -> Option<&'static str> {
        let (busy, full) = (self.work.iter().any(Work::is_busy), self.work.len() >= self.capacity);
        match self.announced {
            _ if busy && full => Some("is busy with as many callbacks as the agent takes"),
            Presence::LoggedOut => Some("is not logged in"),
            Presence::NotReady => Some("is not ready"),
            Presence::WrapUp if full || self.work.is_empty() => Some("is in wrap-up"),
            Presence::Ready | Presence::WrapUp if full => Some("is in wrap-up"),
            Presence::Ready | Presence::WrapUp if self.leaving => Some("has logged out"),
            Presence::Ready | Presence::WrapUp => None,
        }
    }

    fn is_busy(&self) -> bool {
        self.work.iter().any(Work::is_busy)
    }

    /// Takes the roster's lines: those that come first, then those that wait for calls to end.
    fn take_lines(&mut self, now: Instant) {
        let lines = std::mem::take(&mut self.lines);
        let (arrivals, departures): (Vec<Shift>, Vec<Shift>) =
            lines.into_iter().partition(|shift| matches!(shift, Shift::LogIn | Shift::Ready));
        let absent = std::mem::take(&mut self.absent);
        let (arrivals, departures) = (arrivals.into_iter().map(Some), departures.into_iter().map(Some));
        for shift in arrivals.chain(absent.then_some(None)).chain(departures) {
            let Some(shift) = shift else {
                self.ready = false;
                continue;
            };
            match shift {
                Shift::LogIn => {
                    (self.present, self.ready, self.leaving) = (true, true, false);
                    self.idle_since = now;
                }
                Shift::Ready => self.ready |= self.present,
                Shift::NotReady(_) => self.ready &= !self.present,
                Shift::LogOut => self.leaving = self.present,
                Shift::ExtendWrapUp(_) => continue,
            }
            self.end_wrap_ups(now, |until| until == Instant::MAX);
        }
        if self.leaving && !self.is_busy() {
            (self.present, self.leaving) = (false, false);
            self.work.clear();
        }
    }

    /// Wraps up no more what ended so.
    fn end_wrap_ups(&mut self, now: Instant, ended: impl Fn(Instant) -> bool) {
        let before = self.work.len();
        self.work.retain(|work| !matches!(work, Work::WrapUp(until) if ended(*until)));
        if self.work.len() < before {
            self.idle_since = now;
        }
    }

    fn presence(&self) -> Presence {
        let wraps_up = self.work.iter().any(|work| !work.is_busy());
        match (self.present, wraps_up, self.ready) {
            (false, ..) => Presence::LoggedOut,
            (_, true, _) => Presence::WrapUp,
            (_, _, true) => Presence::Ready,
            _ => Presence::NotReady,
        }
    }
}

impl Work {
    fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    /// When a wrap-up is over that ends by itself.
    fn ends_at(&self) -> Option<Instant> {
        match self {
            Self::WrapUp(until) if *until < Instant::MAX => Some(*until),
            _ => None,
        }
    }
}

impl Audit {
    /// The roster has a line of this instant.
    pub(super) fn roster_line(&mut self, line: &RosterLine) {
        if let Some(agent) = self.rules.agent(line.agent.as_str()) {
            self.people[agent].lines.push(line.event.clone());
            self.touched_agents.insert(agent);
        }
    }

    /// The log tells of an agent's presence.
    pub(super) fn agent_announced(&mut self, id: &SmolStr, state: &SmolStr) {
        let presence = Presence::ALL.into_iter().find(|presence| presence.word() == state);
        let (Some(agent), Some(presence)) = (self.rules.agent(id), presence) else {
            self.findings
                .hold(Check::Form, None, false, || format!("there is no agent `{id}`, or no `{state}`"));
            return;
        };
        let now = self.now;
        let person = &mut self.people[agent];
        // Whoever says what comes next, as the roster has it, has wrapped up what had no end.
        if person.lines.iter().any(|shift| matches!(shift, Shift::LogIn | Shift::Ready | Shift::NotReady(_)))
            && presence != Presence::WrapUp
        {
            person.end_wrap_ups(now, |until| until == Instant::MAX);
        }
        person.announced = presence;
        self.touched_agents.insert(agent);
    }

    /// An agent is reserved.
    pub(super) fn agent_reserved(&mut self, serial: u64, id: &SmolStr, agent: usize) {
        let person = &mut self.people[agent];
        let obstacle = person.obstacle();
        let name = &self.rules.agents[agent].id;
        self.findings.hold(Check::Agents, Some(id), obstacle.is_none(), || {
            format!("`{name}` is reserved, and {}", obstacle.unwrap_or_default())
        });
        person.work.push(Work::Busy(serial));
        self.touched_agents.insert(agent);
    }

    /// The log names an agent, who must be the one reserved.
    pub(super) fn same_agent(&mut self, id: &SmolStr, reserved: Option<usize>, named: &SmolStr) {
        let own = reserved.map_or("nobody", |agent| self.rules.agents[agent].id.as_str());
        self.findings.hold(Check::Agents, Some(id), own == named, || {
            format!("`{named}` is named, and `{own}` was reserved")
        });
    }

    /// A callback lets go of its agent: free at once, or in wrap-up first.
    pub(super) fn agent_released(&mut self, serial: u64, agent: usize, wrap_up: WrapUp) {
        let person = &mut self.people[agent];
        let Some(position) = person.work.iter().position(|work| *work == Work::Busy(serial)) else { return };
        person.work.remove(position);
        if !wrap_up.is_none() && !person.leaving {
            let until = wrap_up.length().map_or(Instant::MAX, |length| self.now.after(length));
            self.due.insert((until, Owner::Agent(agent)));
            person.work.push(Work::WrapUp(until));
        } else {
            person.idle_since = self.now;
        }
        self.touched_agents.insert(agent);
    }

    /// An agent's wrap-ups that have an end have it later, the first of them at `until`.
    pub(super) fn wrap_up_extended(&mut self, id: &SmolStr, until: Instant) {
        let agent = self.rules.agent(id);
        let ends = agent.and_then(|agent| {
            let work = &self.people[agent].work;
            work.iter().filter_map(Work::ends_at).min()
        });
        let Some((agent, first)) = agent.zip(ends) else {
            self.findings.hold(Check::Agents, None, false, || format!("`{id}` is in no wrap-up that ends"));
            return;
        };
        self.findings.hold(Check::Agents, None, until >= first, || {
            format!("a wrap-up of `{id}` that ended at {first} is extended to {until}")
        });
        let by = until.since(first);
        for work in &mut self.people[agent].work {
            if let Some(end) = work.ends_at() {
                *work = Work::WrapUp(end.after(by));
                self.due.insert((end.after(by), Owner::Agent(agent)));
            }
        }
    }

    /// An interaction of this agent was never ended, or the agent did not answer.
    pub(super) fn agent_overdue(&mut self, agent: usize) {
        self.people[agent].ready = false;
        self.touched_agents.insert(agent);
    }

    /// The leg of this agent failed, after whatever the roster has of them becoming ready.
    pub(super) fn agent_absent(&mut self, agent: usize) {
        self.people[agent].absent = true;
        self.touched_agents.insert(agent);
    }

    /// A wrap-up may be over.
    pub(super) fn agent_due(&mut self, agent: usize) {
        let now = self.now;
        self.people[agent].end_wrap_ups(now, |until| until <= now);
        self.touched_agents.insert(agent);
    }

    /// The instant is over: roster, callbacks and log must agree on everybody of whom something was said.
    pub(super) fn close_agents(&mut self) -> Vec<usize> {
        let mut newly_free = Vec::new();
        for agent in std::mem::take(&mut self.touched_agents) {
            let person = &mut self.people[agent];
            person.take_lines(self.now);
            let (own, announced, now) = (person.presence(), person.announced, self.now);
            let name = &self.rules.agents[agent].id;
            self.findings.hold(Check::Agents, None, own == announced, || {
                format!(
                    "after {now} the log has `{name}` as `{}`, and by roster and callbacks it is `{}`",
                    announced.word(),
                    own.word()
                )
            });
            // What is wrong is told once.
            person.announced = own;
            if person.is_free() && !person.was_free {
                newly_free.push(agent);
            }
            person.was_free = person.is_free();
            if person.was_free {
                self.free.insert(agent);
            } else {
                self.free.remove(&agent);
            }
        }
        newly_free
    }
}
