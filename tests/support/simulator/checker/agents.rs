//! Agents: what they say, what holds them, and what is said of them.

use ringback_engine::protocol::{AgentState, Command};
use ringback_engine::{AgentId, Duration, Instant};

use super::Checker;
use super::people::Session;

impl Checker {
    /// Wrap-ups that are over by `now`.
    pub(super) fn settle_agents(&mut self, now: Instant) {
        for session in self.people.iter_mut().filter_map(|person| person.session.as_mut()) {
            let mut over: Vec<_> = session.wrap_ups.extract_if(.., |(until, _)| *until <= now).collect();
            over.sort();
            over.into_iter().for_each(|(until, from)| session.free(from, until));
        }
    }

    pub(super) fn agent_says(&mut self, agent: usize, command: &Command) {
        let now = self.now;
        let person = &mut self.people[agent];
        let busy = !person.holds.is_empty();
        match (command, &mut person.session) {
            (Command::LogIn { .. }, session) => {
                let before = session.take();
                let (wrap_ups, under_way) =
                    before.map(|session| (session.wrap_ups, session.under_way)).unwrap_or_default();
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
            (Command::Ready { .. }, Some(session)) => session.ready = true,
            (Command::NotReady { .. }, Some(session)) => session.ready = false,
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
        for known in self.callbacks.values_mut().filter(|known| known.stage.live().is_some()) {
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
    pub(super) fn release_agent(&mut self, agent: usize, sequence: u64, wrap_up: Option<Duration>) {
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
        match wrap_up.filter(|length| *length > Duration::ZERO && !overdue && !session.leaving) {
            Some(length) => session.wrap_ups.push((now.after(length), from)),
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
        let so = state == expected || ends && state == AgentState::WrapUp;
        self.judge.must(46, so, || format!("agent {id} is said to be {state:?}, and is {expected:?}"));
    }
}
