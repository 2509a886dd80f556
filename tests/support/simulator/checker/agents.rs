//! Agents: what they say, what holds them, and what is said of them.

use ringback_engine::center::WrapUp;
use ringback_engine::protocol::{AgentState, Command, Refusal};
use ringback_engine::record::{self, Phase};
use ringback_engine::{AgentId, Duration, Instant};

use super::Checker;
use super::known::Known;
use super::people::{Person, Session, WrappingUp};

impl Checker {
    /// Wrap-ups that are over by `now`.
    pub(super) fn settle_agents(&mut self, now: Instant) {
        for session in self.people.iter_mut().filter_map(|person| person.session.as_mut()) {
            let due = |wrap_up: &mut WrappingUp| wrap_up.until.is_some_and(|until| until <= now);
            let mut over: Vec<_> = session.wrap_ups.extract_if(.., due).collect();
            over.sort();
            over.into_iter().for_each(|wrap_up| session.free(wrap_up.from, wrap_up.until.unwrap_or(now)));
        }
    }

    pub(super) fn agent_says(&mut self, agent: usize, command: &Command) {
        let now = self.now;
        let person = &mut self.people[agent];
        let busy = !person.holds.is_empty();
        match (command, &mut person.session) {
            (Command::LogIn { .. }, session) => {
                let before = session.take();
                let (mut wrap_ups, under_way) =
                    before.map(|session| (session.wrap_ups, session.under_way)).unwrap_or_default();
                wrap_ups.retain(|wrap_up| wrap_up.until.is_some());
                *session = Some(Session {
                    since: now,
                    spent: (0, 0),
                    under_way,
                    ready: true,
                    leaving: false,
                    idle_since: now,
                    calls: 0,
                    wrap_ups,
                });
            }
            (_, None) => {}
            (Command::Ready { .. } | Command::NotReady { .. }, Some(session)) => {
                session.ready = matches!(command, Command::Ready { .. });
                session.end_open_wrap_ups(now);
            }
            (Command::ExtendWrapUp { by, .. }, Some(session)) => {
                for until in session.wrap_ups.iter_mut().filter_map(|wrap_up| wrap_up.until.as_mut()) {
                    *until = until.after((*by).max(Duration::ZERO));
                }
            }
            (_, Some(session)) if busy => session.leaving = true,
            (_, session) => *session = None,
        }
    }

    /// The host was away until then: what was under way is over, nobody knows how, and nobody is ready.
    pub(super) fn goes_away(&mut self, until: Instant) {
        self.away = Some(until);
        for session in self.people.iter_mut().filter_map(|person| person.session.as_mut()) {
            session.ready = false;
        }
        let holds = |known: &&mut Known| known.stage.live().and(known.stage.agent()).is_some();
        for known in self.callbacks.values_mut().filter(holds) {
            known.overdue = true;
            // Hanging up is all that is said of an interaction before its end.
        }
    }

    pub(super) fn reserve_agent(&mut self, agent: usize, sequence: u64) {
        let capacity = self.facts.center.agents[agent].capacity as usize;
        let person = &mut self.people[agent];
        let free = person.load() < capacity && !person.holds.contains(&sequence);
        self.judge.must(17, free, || format!("agent {agent} is reserved for {sequence}, and is {person:?}"));
        person.holds.push(sequence);
        if let Some(session) = &mut person.session {
            session.under_way.insert(sequence, (self.now, None));
        }
    }

    pub(super) fn talk_begins(&mut self, agent: usize, sequence: u64) {
        if let Some(session) = &mut self.people[agent].session {
            session.calls += 1;
            if let Some((_, talks)) = session.under_way.get_mut(&sequence) {
                *talks = Some(self.now);
            }
        }
    }

    /// A callback lets go of its agent; after an interaction the agent wraps up, or, where nobody ended it, is not
    /// ready.
    pub(super) fn release_agent(&mut self, agent: usize, sequence: u64, wrap_up: Option<WrapUp>) {
        let now = self.now;
        let overdue =
            self.callbacks.get_mut(&sequence).is_some_and(|known| std::mem::take(&mut known.overdue));
        let person = &mut self.people[agent];
        let held = person.holds.iter().position(|held| *held == sequence);
        self.judge.must(19, held.is_some(), || {
            format!("agent {agent} is released by {sequence}, and is {person:?}")
        });
        held.map(|held| person.holds.remove(held));
        let alone = person.holds.is_empty();
        let Some(session) = &mut person.session else { return };
        let from = session.let_go(sequence, now).unwrap_or(now);
        let none = WrapUp::For(Duration::ZERO);
        match wrap_up.filter(|wrap_up| *wrap_up != none && !overdue && !session.leaving) {
            Some(WrapUp::For(length)) => {
                session.wrap_ups.push(WrappingUp { until: Some(now.after(length)), from });
            }
            Some(WrapUp::UntilReady) => session.wrap_ups.push(WrappingUp { until: None, from }),
            None => session.free(from, now),
        }
        session.ready &= !overdue;
        if session.leaving && alone {
            person.session = None;
        }
    }

    pub(super) fn agent_event(&mut self, id: &AgentId, state: AgentState) {
        let Some(agent) = self.facts.agent_named(id) else {
            self.judge.must(46, false, || format!("no agent is called {id}"));
            return;
        };
        let expected = self.people[agent].state();
        // Of several wrap-ups that end in one instant each is told, while the others still go on.
        let ends = self.people[agent].session.as_ref().is_some_and(|session| session.idle_since == self.now);
        let waits = |person: &Person| {
            person.session.as_ref().is_some_and(|s| s.wrap_ups.iter().any(|wrap_up| wrap_up.until.is_none()))
        };
        if waits(&self.people[agent]) {
            let wraps_up = state == AgentState::WrapUp;
            self.judge.must(58, wraps_up, || format!("agent {id} wraps up, and is said to be {state:?}"));
        }
        let so = state == expected || ends && state == AgentState::WrapUp;
        self.judge.must(46, so, || format!("agent {id} is said to be {state:?}, and is {expected:?}"));
    }

    /// An agent's wrap-ups that have an end have it as much later as was asked.
    pub(super) fn wrap_up_extended(&mut self, id: &AgentId, until: Instant) {
        let asked = matches!(&self.command, Some(Command::ExtendWrapUp { agent, .. }) if agent == id);
        let session = self.facts.agent_named(id).and_then(|agent| self.people[agent].session.as_ref());
        let first = session.and_then(Session::first_end);
        let right = asked && first == Some(until);
        self.judge.must(58, right, || format!("{id}'s wrap-up is over at {first:?}, and {until} is said"));
    }

    /// The refusal that is due to an agent who needs longer.
    pub(super) fn expect_of_extending(&self, id: &AgentId) -> Option<Refusal> {
        let Some(agent) = self.facts.agent_named(id) else { return Some(Refusal::UnknownAgent(id.clone())) };
        let first = self.people[agent].session.as_ref().and_then(Session::first_end);
        first.is_none().then(|| Refusal::NoWrapUp(id.clone()))
    }

    /// Compares an agent's wrap-ups with what is read from the engine.
    pub(super) fn scan_wrap_ups(&mut self, agent: usize, session: Option<&record::Session>) {
        let works = session.into_iter().flat_map(|session| &session.work);
        let mut there: Vec<WrappingUp> = works
            .filter_map(|work| match work.phase {
                Phase::WrapUp { until } => Some(WrappingUp { until, from: work.since }),
                Phase::Reserved | Phase::Talking { .. } => None,
            })
            .collect();
        let known = self.people[agent].session.as_ref();
        let mut known = known.map(|session| session.wrap_ups.clone()).unwrap_or_default();
        there.sort();
        known.sort();
        self.judge.must(58, there == known, || format!("agent {agent} has {there:?}, not {known:?}"));
    }
}
