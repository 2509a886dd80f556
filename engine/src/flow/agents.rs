//! Agents: coming, going, and what a callback leaves them with.

use super::Turn;
use crate::center::AgentIndex;
use crate::protocol::{AgentState, Application, Event, Refusal};
use crate::record::{Callback, Presence, Reason, Session, State, Work};
use crate::value::{AgentId, Duration, Instant, Sequence};

/// How a callback lets go of its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parting {
    /// The reservation came to nothing: free at once.
    Unused,
    /// The interaction ended: wrap-up first.
    WrapUp(Duration),
    /// Nobody ended the interaction: not ready until the agent says so.
    Overdue,
}

impl crate::record::Agent {
    /// Gives a logged-in agent something to do.
    pub(super) fn begin(&mut self, work: Work) {
        if let Presence::LoggedIn(session) = &mut self.presence {
            session.work = work;
        }
    }

    /// Counts an interaction begun.
    pub(super) fn count_call(&mut self) {
        if let Presence::LoggedIn(session) = &mut self.presence {
            session.calls = session.calls.saturating_add(1);
        }
    }

    fn part(&mut self, parting: Parting, now: Instant) {
        let Presence::LoggedIn(session) = &mut self.presence else { return };
        if session.leaving {
            self.presence = Presence::LoggedOut;
            return;
        }
        session.work = match (parting, session.work.callback()) {
            (Parting::WrapUp(length), Some(callback)) if length > Duration::ZERO => {
                Work::WrapUp { callback, until: now.after(length) }
            }
            _ => Work::Free,
        };
        if session.work == Work::Free {
            session.idle_since = now;
        }
        if parting == Parting::Overdue {
            session.ready = false;
        }
    }

    fn state(&self) -> AgentState {
        match self.session() {
            None => AgentState::LoggedOut,
            Some(Session { work: Work::WrapUp { .. }, .. }) => AgentState::WrapUp,
            Some(session) if session.ready => AgentState::Ready,
            Some(_) => AgentState::NotReady,
        }
    }
}

impl<A: Application> Turn<'_, A> {
    fn agent(&self, id: &AgentId) -> Result<AgentIndex, Refusal> {
        self.book.layout().agent_index(id.as_str()).ok_or_else(|| Refusal::UnknownAgent(id.clone()))
    }

    fn session(&self, agent: AgentIndex) -> Option<&Session> {
        self.book.ledger().agent(agent)?.session()
    }

    fn report_agent(&mut self, index: AgentIndex) {
        let state = self.book.ledger().agent(index).map(crate::record::Agent::state);
        let agent = self.book.layout().agent(index).map(|agent| agent.id.clone());
        if let (Some(agent), Some(state)) = (agent, state) {
            self.event(Event::Agent { agent, state });
        }
    }

    pub(super) fn log_in(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let (agent, now) = (self.agent(id)?, self.now());
        let work = self.session(agent).map_or(Work::Free, |session| session.work);
        self.book().change_agent(agent, |agent| {
            agent.presence = Presence::LoggedIn(Session {
                since: now,
                ready: true,
                leaving: false,
                idle_since: now,
                calls: 0,
                work,
            });
        });
        self.report_agent(agent);
        self.unsettle();
        Ok(())
    }

    pub(super) fn ready(&mut self, id: &AgentId, ready: bool) -> Result<(), Refusal> {
        let agent = self.agent(id)?;
        if self.session(agent).is_none_or(|session| session.ready == ready) {
            return Ok(());
        }
        self.book().change_agent(agent, |agent| {
            if let Presence::LoggedIn(session) = &mut agent.presence {
                session.ready = ready;
            }
        });
        self.report_agent(agent);
        self.unsettle();
        Ok(())
    }

    pub(super) fn log_out(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let agent = self.agent(id)?;
        let Some(session) = self.session(agent) else { return Ok(()) };
        if session.work.callback().is_some() {
            self.book().change_agent(agent, |agent| {
                if let Presence::LoggedIn(session) = &mut agent.presence {
                    session.leaving = true;
                }
            });
            return Ok(());
        }
        self.book().change_agent(agent, |agent| agent.presence = Presence::LoggedOut);
        self.report_agent(agent);
        Ok(())
    }

    pub(super) fn agent_lost(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let agent = self.agent(id)?;
        let Some(session) = self.session(agent) else { return Ok(()) };
        let callback = session.work.callback();
        if let Some(callback) = callback {
            self.hang_up(callback);
            self.leave_behind(callback);
        }
        self.book().change_agent(agent, |agent| agent.presence = Presence::LoggedOut);
        self.report_agent(agent);
        self.unsettle();
        Ok(())
    }

    /// What becomes of a callback whose agent vanished.
    fn leave_behind(&mut self, sequence: Sequence) {
        match self.callback(sequence).map(|callback| callback.state.clone()) {
            Some(State::Routing(routing)) => self.go_back(sequence, routing.journey, None, "agent_lost"),
            Some(State::Processing(_)) => {
                self.report_ended(sequence);
                self.complete(sequence, Reason::AgentConnected);
            }
            _ => {}
        }
    }

    /// Lets go of an agent.
    pub(super) fn part(&mut self, agent: AgentIndex, parting: Parting) {
        let now = self.now();
        self.book().change_agent(agent, |agent| agent.part(parting, now));
        let session = self.session(agent);
        let wraps_up = session.is_some_and(|session| matches!(session.work, Work::WrapUp { .. }));
        if session.is_none() || wraps_up || parting == Parting::Overdue {
            self.report_agent(agent);
        }
        self.unsettle();
    }

    /// An agent's wrap-up is over.
    pub(super) fn end_wrap_up(&mut self, agent: AgentIndex) {
        let now = self.now();
        self.book().change_agent(agent, |agent| agent.part(Parting::Unused, now));
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
