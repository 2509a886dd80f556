//! Agents: coming, going, and what a callback leaves them with.

use super::Turn;
use crate::center::{AgentIndex, WrapUp};
use crate::protocol::{AgentState, Application, Event, Refusal};
use crate::record::{Activity, Callback, Phase, Presence, Reason, Session, Stage, State, Work};
use crate::value::{AgentId, Duration, Instant, Name, Sequence};

/// How a callback lets go of its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parting {
    /// The reservation came to nothing: free at once.
    Unused,
    /// The interaction ended: wrap-up first.
    Ended(WrapUp),
    /// Nothing was heard of the agent: not ready, for this reason, until they say so.
    Absent(&'static str),
}

impl Activity {
    /// Not ready, as the engine says of who is not heard of.
    pub(super) fn because(reason: &'static str) -> Self {
        Self::NotReady { reason: Some(Name::new_static(reason)) }
    }
}

impl crate::record::Agent {
    /// Reserves a logged-in agent for a callback.
    pub(super) fn reserve(&mut self, callback: Sequence, now: Instant) {
        if let Presence::LoggedIn(session) = &mut self.presence {
            session.work.push(Work { callback, since: now, phase: Phase::Reserved });
        }
    }

    /// Whether a logged-in agent wants calls.
    pub(super) fn say(&mut self, activity: Activity) {
        if let Presence::LoggedIn(session) = &mut self.presence {
            session.activity = activity;
        }
    }

    /// The interaction for which the agent was reserved begins.
    pub(super) fn connect(&mut self, callback: Sequence, now: Instant) {
        let Presence::LoggedIn(session) = &mut self.presence else { return };
        session.calls = session.calls.saturating_add(1);
        if let Some(work) = session.work.iter_mut().find(|work| work.callback == callback && work.holds()) {
            work.phase = Phase::Talking { since: now };
        }
    }

    /// A callback lets go of the agent. A log-out that waited for the last of them takes effect.
    fn part(&mut self, callback: Sequence, parting: Parting, now: Instant) {
        let Presence::LoggedIn(session) = &mut self.presence else { return };
        let own = |work: &Work| work.callback == callback && work.holds();
        let Some(position) = session.work.iter().position(own) else { return };
        session.talked = session.talked.plus(session.talked_for(position, now));
        match (parting, session.work.get_mut(position)) {
            (Parting::Ended(wrap_up), Some(work)) if !wrap_up.is_none() && !session.leaving => {
                work.phase = Phase::WrapUp { until: wrap_up.length().map(|length| now.after(length)) };
            }
            _ => session.release(position, now),
        }
        if let Parting::Absent(reason) = parting
            && session.wants_calls()
        {
            session.activity = Activity::because(reason);
        }
        if session.leaving && session.callbacks().next().is_none() {
            self.presence = Presence::LoggedOut;
        }
    }

    /// The wrap-up that is over first is over.
    fn end_wrap_up(&mut self, now: Instant) {
        let Presence::LoggedIn(session) = &mut self.presence else { return };
        let Some((until, callback)) = session.first_wrap_up() else { return };
        let first = Phase::WrapUp { until: Some(until) };
        let own = |work: &Work| work.phase == first && work.callback == callback;
        if let Some(position) = session.work.iter().position(own) {
            session.release(position, now);
        }
    }

    /// The agent says what comes next: wrap-ups that waited for that are over.
    fn end_open_wrap_ups(&mut self, now: Instant) {
        let Presence::LoggedIn(session) = &mut self.presence else { return };
        while let Some(position) = session.work.iter().position(Work::is_open_wrap_up) {
            session.release(position, now);
        }
    }

    /// Wrap-ups that have an end have it later.
    fn extend_wrap_ups(&mut self, by: Duration) {
        let Presence::LoggedIn(session) = &mut self.presence else { return };
        for work in &mut session.work {
            if let Phase::WrapUp { until: Some(until) } = &mut work.phase {
                *until = until.after(by);
            }
        }
    }

    fn state(&self) -> AgentState {
        match self.session() {
            None => AgentState::LoggedOut,
            Some(session) if session.wraps_up() => AgentState::WrapUp,
            Some(session) if session.wants_calls() => AgentState::Ready,
            Some(_) => AgentState::NotReady,
        }
    }

    /// Why the agent is not ready, where that is what is to be said of them.
    fn reason(&self) -> Option<Name> {
        match (self.state(), &self.session()?.activity) {
            (AgentState::NotReady, Activity::NotReady { reason }) => reason.clone(),
            _ => None,
        }
    }
}

impl Session {
    /// How long a unit of work has been an interaction in this session.
    fn talked_for(&self, position: usize, now: Instant) -> Duration {
        match self.work.get(position).map(|work| work.phase) {
            Some(Phase::Talking { since }) => now.since(since.max(self.since)),
            _ => Duration::ZERO,
        }
    }

    /// A unit of work is over, and its capacity is free.
    fn release(&mut self, position: usize, now: Instant) {
        if position < self.work.len() {
            let work = self.work.remove(position);
            self.occupied = self.occupied.plus(now.since(work.since.max(self.since)));
            self.idle_since = now;
        }
    }
}

impl<A: Application> Turn<'_, A> {
    pub(super) fn agent(&self, id: &AgentId) -> Result<AgentIndex, Refusal> {
        self.book.layout().agent_index(id.as_str()).ok_or_else(|| Refusal::UnknownAgent(id.clone()))
    }

    fn session(&self, agent: AgentIndex) -> Option<&Session> {
        self.book.ledger().agent(agent)?.session()
    }

    pub(super) fn report_agent(&mut self, index: AgentIndex) {
        let (Some(agent), Some(kept)) = (self.agent_id(index), self.book.ledger().agent(index)) else {
            return;
        };
        let (state, reason) = (kept.state(), kept.reason());
        self.event(Event::Agent { agent, state, reason });
    }

    /// Says where the callbacks that wait for an agent stand, who has come or gone.
    fn report_preferring(&mut self, agent: AgentIndex) {
        for callback in self.book.preferring(agent) {
            self.report_step(callback);
        }
    }

    pub(super) fn log_in(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let (agent, now) = (self.agent(id)?, self.now());
        let comes = self.session(agent).is_none();
        let mut work = self.session(agent).map_or_else(Vec::new, |session| session.work.clone());
        work.retain(|work| !work.is_open_wrap_up());
        self.book().change_agent(agent, |agent| {
            agent.presence = Presence::LoggedIn(Session {
                since: now,
                activity: Activity::Ready,
                leaving: false,
                idle_since: now,
                calls: 0,
                occupied: Duration::ZERO,
                talked: Duration::ZERO,
                work,
            });
        });
        self.report_agent(agent);
        if comes {
            self.report_preferring(agent);
        }
        self.unsettle();
        Ok(())
    }

    /// An agent says whether they want calls. Who is not ready already, and gives no new reason, says nothing new.
    pub(super) fn set_activity(&mut self, id: &AgentId, activity: Activity) -> Result<(), Refusal> {
        let (agent, now) = (self.agent(id)?, self.now());
        let Some(session) = self.session(agent) else { return Ok(()) };
        let kept = match (&session.activity, &activity) {
            (Activity::NotReady { .. }, Activity::NotReady { reason: None }) => true,
            (before, after) => before == after,
        };
        if kept && !session.work.iter().any(Work::is_open_wrap_up) {
            return Ok(());
        }
        self.book().change_agent(agent, |agent| {
            if !kept {
                agent.say(activity);
            }
            agent.end_open_wrap_ups(now);
        });
        self.report_agent(agent);
        self.unsettle();
        Ok(())
    }

    /// An agent needs longer for what comes after an interaction.
    pub(super) fn extend_wrap_up(&mut self, id: &AgentId, by: Duration) -> Result<(), Refusal> {
        let agent = self.agent(id)?;
        if self.session(agent).and_then(Session::first_wrap_up).is_none() {
            return Err(Refusal::NoWrapUp(id.clone()));
        }
        self.book().change_agent(agent, |agent| agent.extend_wrap_ups(by.max(Duration::ZERO)));
        let first = self.session(agent).and_then(Session::first_wrap_up);
        if let Some((until, _)) = first {
            self.event(Event::WrapUpExtended { agent: id.clone(), until });
        }
        Ok(())
    }

    pub(super) fn log_out(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let agent = self.agent(id)?;
        let Some(session) = self.session(agent) else { return Ok(()) };
        if session.callbacks().next().is_some() {
            self.book().change_agent(agent, |agent| {
                if let Presence::LoggedIn(session) = &mut agent.presence {
                    session.leaving = true;
                }
            });
            return Ok(());
        }
        self.book().change_agent(agent, |agent| agent.presence = Presence::LoggedOut);
        self.report_agent(agent);
        self.report_preferring(agent);
        Ok(())
    }

    pub(super) fn agent_lost(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let agent = self.agent(id)?;
        let Some(session) = self.session(agent) else { return Ok(()) };
        let mut callbacks: Vec<Sequence> = session.callbacks().collect();
        callbacks.sort();
        for callback in callbacks {
            self.hang_up(callback);
            self.leave_behind(callback);
        }
        self.book().change_agent(agent, |agent| agent.presence = Presence::LoggedOut);
        self.report_agent(agent);
        self.report_preferring(agent);
        self.unsettle();
        Ok(())
    }

    /// What becomes of a callback whose agent vanished.
    fn leave_behind(&mut self, sequence: Sequence) {
        match self.callback(sequence).map(|callback| callback.state.clone()) {
            Some(State::Routing(routing)) => {
                if let Stage::Inbound { .. } = routing.stage {
                    self.uncount_attempt(sequence);
                }
                self.go_back(sequence, routing.journey, None, "agent_lost");
            }
            Some(State::Processing(_)) => {
                self.report_ended(sequence);
                self.complete(sequence, Reason::AgentConnected);
            }
            _ => {}
        }
    }

    /// A callback lets go of its agent.
    pub(super) fn part(&mut self, agent: AgentIndex, callback: Sequence, parting: Parting) {
        let now = self.now();
        self.book().change_agent(agent, |agent| agent.part(callback, parting, now));
        let tells = match (parting, self.session(agent)) {
            (_, None) | (Parting::Absent(_), _) => true,
            (Parting::Ended(wrap_up), Some(session)) => !wrap_up.is_none() && !session.leaving,
            (Parting::Unused, _) => false,
        };
        if tells {
            self.report_agent(agent);
        }
        if self.session(agent).is_none() {
            self.report_preferring(agent);
        }
        self.unsettle();
    }

    /// An agent's wrap-up is over.
    pub(super) fn end_wrap_up(&mut self, agent: AgentIndex) {
        let now = self.now();
        self.book().change_agent(agent, |agent| agent.end_wrap_up(now));
        self.report_agent(agent);
    }

    /// Says that an interaction ended.
    pub(super) fn report_ended(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Processing(processing), request, .. }) = self.callback(sequence)
        else {
            return;
        };
        let agent = self.book.layout().agent(processing.agent).map(|agent| agent.id.clone());
        let callback = request.id.clone();
        if let Some(agent) = agent {
            self.event(Event::Ended { callback, agent });
        }
    }
}
