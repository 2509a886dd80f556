//! Agents: coming, going, and what a callback leaves them with.

use ringback_engine::center::WrapUp;
use ringback_engine::protocol::{AgentState, Application, Event, Refusal};
use ringback_engine::record::{Activity, Reason};
use ringback_engine::{AgentId, Duration, Instant, Name, Sequence};

use super::Naive;
use super::world::{Session, Stage, State, Unit};

/// How a callback lets go of its agent.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Parting {
    /// The reservation came to nothing.
    Unused,
    /// The interaction ended.
    Ended(WrapUp),
    /// Nothing was heard of the agent, who is not ready for this reason.
    Absent(&'static str),
}

impl<A: Application> Naive<A> {
    fn session(&mut self, id: &AgentId) -> Result<&mut Option<Session>, Refusal> {
        let agent = self.world.agent_mut(id).ok_or_else(|| Refusal::UnknownAgent(id.clone()))?;
        Ok(&mut agent.session)
    }

    fn report_agent(&mut self, id: &AgentId) {
        let state = match self.session(id).expect("known") {
            None => AgentState::LoggedOut,
            Some(session) if !session.wrap_ups().is_empty() => AgentState::WrapUp,
            Some(Session { activity: Activity::Ready, .. }) => AgentState::Ready,
            Some(Session { activity: Activity::NotReady { reason }, .. }) => {
                let reason = reason.clone();
                return self.event(Event::Agent { agent: id.clone(), state: AgentState::NotReady, reason });
            }
        };
        self.event(Event::Agent { agent: id.clone(), state, reason: None });
    }

    pub(super) fn log_in(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let now = self.world.now;
        let session = self.session(id)?;
        let open = session.iter().flat_map(Session::open);
        let mut units: Vec<Unit> = open.filter(|unit| unit.wrap_up != Some(Instant::MAX)).cloned().collect();
        for unit in &mut units {
            (unit.reserved, unit.talking) =
                (now, unit.talking.filter(|_| unit.hung_up.is_none()).map(|_| now));
        }
        let comes = session.is_none();
        let activity = Activity::Ready;
        *session = Some(Session { since: now, activity, leaving: false, idle_since: now, calls: 0, units });
        self.report_agent(id);
        if comes {
            self.report_preferring(id);
        }
        Ok(())
    }

    pub(super) fn set_activity(&mut self, id: &AgentId, activity: Activity) -> Result<(), Refusal> {
        let now = self.world.now;
        let Some(session) = self.session(id)? else { return Ok(()) };
        let before = session.activity.clone();
        let no_word = activity == Activity::NotReady { reason: None };
        if !(no_word && before != Activity::Ready) {
            session.activity = activity;
        }
        let mut says = session.activity != before;
        for unit in &mut session.units {
            if unit.over.is_none() && unit.wrap_up == Some(Instant::MAX) {
                unit.over = Some(now);
                session.idle_since = now;
                says = true;
            }
        }
        if says {
            self.report_agent(id);
        }
        Ok(())
    }

    /// What is said of an agent who has not been heard of.
    pub(super) fn set_activity_of(&mut self, id: &AgentId, activity: Activity) {
        if let Some(session) = self.session(id).expect("known") {
            session.activity = activity;
        }
        self.report_agent(id);
    }

    pub(super) fn extend_wrap_up(&mut self, id: &AgentId, by: Duration) -> Result<(), Refusal> {
        let ends =
            |unit: &&mut Unit| unit.over.is_none() && unit.wrap_up.is_some_and(|until| until != Instant::MAX);
        let units = self.session(id)?.iter_mut().flat_map(|session| &mut session.units).filter(ends);
        let later = units.map(|unit| {
            let until = unit.wrap_up.expect("ends").after(by);
            unit.wrap_up = Some(until);
            until
        });
        let until = later.min().ok_or_else(|| Refusal::NoWrapUp(id.clone()))?;
        self.event(Event::WrapUpExtended { agent: id.clone(), until });
        Ok(())
    }

    pub(super) fn log_out(&mut self, id: &AgentId) -> Result<(), Refusal> {
        let busy = !self.world.held_by(id).is_empty();
        match self.session(id)? {
            None => {}
            Some(session) if busy => session.leaving = true,
            session => {
                *session = None;
                self.report_agent(id);
                self.report_preferring(id);
            }
        }
        Ok(())
    }

    pub(super) fn agent_lost(&mut self, id: &AgentId) -> Result<(), Refusal> {
        if self.session(id)?.is_none() {
            return Ok(());
        }
        for callback in self.world.held_by(id) {
            self.hang_up(callback.sequence);
            if let State::Routing(stage) = &callback.state {
                if matches!(stage, Stage::Invited(..)) {
                    self.world.callback_mut(callback.sequence).unknown += 1;
                }
                self.go_back(callback.sequence, None, "agent_lost");
            } else {
                self.event(Event::Ended { callback: callback.request.id.clone(), agent: id.clone() });
                self.complete(callback.sequence, Reason::AgentConnected);
            }
        }
        *self.session(id)? = None;
        self.report_agent(id);
        self.report_preferring(id);
        Ok(())
    }

    /// The unit of work that an agent does for a callback, reserved or talking.
    pub(super) fn unit(&mut self, id: &AgentId, callback: Sequence) -> &mut Unit {
        let session = self.session(id).expect("known").as_mut().expect("busy, so logged in");
        let own =
            |unit: &&mut Unit| unit.callback == callback && unit.over.is_none() && unit.wrap_up.is_none();
        session.units.iter_mut().find(own).expect("at work")
    }

    /// A callback, which has moved on already, lets go of its agent.
    pub(super) fn part(&mut self, id: &AgentId, callback: Sequence, parting: Parting) {
        let now = self.world.now;
        let others = !self.world.held_by(id).is_empty();
        let leaving = self.session(id).expect("known").as_ref().expect("busy, so logged in").leaving;
        let unit = self.unit(id, callback);
        unit.hung_up = unit.talking.map(|_| now);
        let mut changed = matches!(parting, Parting::Absent(_));
        match parting {
            Parting::Ended(WrapUp::UntilReady) if !leaving => {
                unit.wrap_up = Some(Instant::MAX);
                changed = true;
            }
            Parting::Ended(WrapUp::For(length)) if length > Duration::ZERO && !leaving => {
                unit.wrap_up = Some(now.after(length));
                changed = true;
            }
            _ => unit.over = Some(now),
        }
        let over = unit.over.is_some();
        let slot = self.session(id).expect("known");
        let session = slot.as_mut().expect("busy, so logged in");
        if over {
            session.idle_since = now;
        }
        if let (Parting::Absent(reason), Activity::Ready) = (parting, &session.activity) {
            session.activity = Activity::NotReady { reason: Some(Name::new_static(reason)) };
        }
        if leaving && !others {
            *slot = None;
            changed = true;
        }
        if changed {
            self.report_agent(id);
        }
        if leaving && !others {
            self.report_preferring(id);
        }
    }

    /// The wrap-up after a callback's interaction is over.
    pub(super) fn wrap_up_over(&mut self, sequence: Sequence) {
        let now = self.world.now;
        let ends = |unit: &Unit| {
            unit.callback == sequence && unit.over.is_none() && unit.wrap_up.is_some_and(|until| until <= now)
        };
        let mut agents = self.world.agents.iter_mut();
        let agent = agents
            .find(|agent| agent.session.as_ref().is_some_and(|session| session.units.iter().any(ends)))
            .expect("one does");
        let session = agent.session.as_mut().expect("logged in");
        session.units.iter_mut().find(|unit| ends(unit)).expect("one does").over = Some(now);
        session.idle_since = now;
        let id = agent.settings.id.clone();
        self.report_agent(&id);
    }
}
