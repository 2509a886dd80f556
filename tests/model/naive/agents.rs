//! Agents: coming, going, and what a callback leaves them with.

use ringback_engine::protocol::{AgentState, Application, Event, Refusal};
use ringback_engine::record::Reason;
use ringback_engine::{AgentId, Duration, Sequence};

use super::Naive;
use super::world::{Session, State};

/// How a callback lets go of its agent.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Parting {
    /// The reservation came to nothing.
    Unused,
    /// After the interaction of this callback, so long.
    WrapUp(Sequence, Duration),
    /// Nobody ended the interaction.
    Overdue,
}

impl<A: Application> Naive<A> {
    fn session(&mut self, id: &AgentId) -> Result<&mut Option<Session>, Refusal> {
        let agent = self.world.agent_mut(id).ok_or_else(|| Refusal::UnknownAgent(id.clone()))?;
        Ok(&mut agent.session)
    }

    fn report_agent(&mut self, id: &AgentId) {
        let state = match self.session(id).expect("known") {
            None => AgentState::LoggedOut,
            Some(Session { wrap_up: Some(_), .. }) => AgentState::WrapUp,
            Some(Session { ready: true, .. }) => AgentState::Ready,
            Some(_) => AgentState::NotReady,
        };
        self.event(Event::Agent { agent: id.clone(), state });
    }

    pub(super) fn log_in(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let now = self.world.now;
        let session = self.session(id)?;
        let wrap_up = session.as_ref().and_then(|session| session.wrap_up);
        *session = Some(Session { ready: true, leaving: false, idle_since: now, calls: 0, wrap_up });
        self.report_agent(id);
        Ok(())
    }

    pub(super) fn set_ready(&mut self, id: &AgentId, ready: bool) -> Result<(), Refusal> {
        if let Some(session) = self.session(id)?
            && session.ready != ready
        {
            session.ready = ready;
            self.report_agent(id);
        }
        Ok(())
    }

    pub(super) fn log_out(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let busy = self.world.held_by(id).is_some();
        match self.session(id)? {
            None => {}
            Some(session) if busy => session.leaving = true,
            session => {
                *session = None;
                self.report_agent(id);
            }
        }
        Ok(())
    }

    pub(super) fn agent_lost(&mut self, id: &AgentId) -> Result<(), Refusal> {
        if self.session(id)?.is_none() {
            return Ok(());
        }
        if let Some(callback) = self.world.held_by(id).cloned() {
            self.hang_up(callback.sequence);
            if let State::Routing { .. } = callback.state {
                self.go_back(callback.sequence, None, "agent_lost");
            } else {
                self.event(Event::Ended { callback: callback.request.id.clone(), agent: id.clone() });
                self.complete(callback.sequence, Reason::AgentConnected);
            }
        }
        *self.session(id)? = None;
        self.report_agent(id);
        Ok(())
    }

    /// Lets go of an agent, whose callback has moved on already.
    pub(super) fn part(&mut self, id: &AgentId, parting: Parting) {
        let now = self.world.now;
        let slot = self.session(id).expect("known");
        let session = slot.as_mut().expect("busy, so logged in");
        let mut changed = session.leaving;
        match parting {
            _ if session.leaving => *slot = None,
            Parting::WrapUp(callback, length) if length > Duration::ZERO => {
                session.wrap_up = Some((callback, now.after(length)));
                changed = true;
            }
            Parting::Unused | Parting::WrapUp(..) => session.idle_since = now,
            Parting::Overdue => {
                (session.idle_since, session.ready) = (now, false);
                changed = true;
            }
        }
        if changed {
            self.report_agent(id);
        }
    }

    /// The wrap-up after a callback's interaction is over.
    pub(super) fn wrap_up_over(&mut self, sequence: Sequence) {
        let now = self.world.now;
        let wraps_up = |session: &Session| session.wrap_up.is_some_and(|(after, _)| after == sequence);
        let mut agents = self.world.agents.iter_mut();
        let agent = agents.find(|agent| agent.session.as_ref().is_some_and(wraps_up)).expect("one does");
        let session = agent.session.as_mut().expect("logged in");
        (session.wrap_up, session.idle_since) = (None, now);
        let id = agent.settings.id.clone();
        self.report_agent(&id);
    }
}
