//! Connecting: the customer is on the line first, and an agent is brought to them.

use super::Turn;
use super::agents::Parting;
use crate::center::{AGENT_FAILURES, First};
use crate::protocol::{Application, Event, Refusal};
use crate::record::{AgentFailure, Callback, Outcome, Reason, Routing, Stage, State};
use crate::value::{AttemptId, Sequence};

impl<A: Application> Turn<'_, A> {
    /// The customer answered: the two talk, or an agent has to be brought first.
    pub(super) fn answered(&mut self, sequence: Sequence, routing: Routing, attempt: AttemptId) {
        let settings = self.dialling(routing.queue);
        let agent = routing.stage.agent();
        if settings.first != First::Customer && agent.is_some() {
            return self.connect(sequence, routing, attempt);
        }
        let until = self.now().after(settings.connect_timeout);
        let stage = Stage::CustomerWaiting { agent, attempt, until };
        self.book().put(sequence, State::Routing(Routing { stage, ..routing }));
        self.call_agent(sequence);
        self.unsettle();
    }

    /// The agent is connected to the customer on the line.
    pub(super) fn agent_connected(&mut self, attempt: AttemptId) -> Result<(), Refusal> {
        let (sequence, routing) = self.live_routing(attempt)?;
        let Stage::CustomerWaiting { agent: Some(_), .. } = routing.stage else {
            return Err(Refusal::NoAgentCalled(attempt));
        };
        self.book().count_answered(routing.queue, false);
        self.connect(sequence, routing, attempt);
        Ok(())
    }

    /// The callback in Routing whose live attempt this is.
    fn live_routing(&self, attempt: AttemptId) -> Result<(Sequence, Routing), Refusal> {
        match self.book.of_attempt(attempt) {
            Some(Callback { sequence, state: State::Routing(routing), .. })
                if routing.stage.attempt() == Some(attempt) =>
            {
                Ok((*sequence, routing.clone()))
            }
            Some(callback) if callback.state.attempt() == Some(attempt) => {
                Err(Refusal::AlreadyConnected(attempt))
            }
            _ => Err(Refusal::StaleAttempt(attempt)),
        }
    }

    /// The customer on the line hung up, or waited too long for an agent.
    pub(super) fn abandoned(&mut self, sequence: Sequence, routing: Routing) {
        self.book().count_answered(routing.queue, true);
        self.attempt_failed(sequence, routing, Outcome::Abandoned);
    }

    /// Nobody was found for the customer on the line.
    pub(super) fn connect_timeout(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Routing(routing), .. }) = self.callback(sequence) else { return };
        let routing = routing.clone();
        let Some(attempt) = routing.stage.attempt() else { return };
        self.hang_up(sequence);
        self.report_outcome(sequence, attempt, Outcome::Abandoned);
        self.abandoned(sequence, routing);
    }

    /// The agent's leg failed: the agent is not ready, and the callback keeps its place and its attempts. Where the
    /// customer is called first, the call goes on without an agent.
    pub(super) fn agent_failed(&mut self, attempt: AttemptId, why: AgentFailure) -> Result<(), Refusal> {
        let (sequence, routing) = self.live_routing(attempt)?;
        let Some(agent) = routing.stage.agent() else { return Err(Refusal::NoAgentCalled(attempt)) };
        self.book().change(sequence, |callback| {
            callback.agent_failures = callback.agent_failures.saturating_add(1);
        });
        if let (Some(callback), Some(agent)) = (self.id_of(sequence), self.agent_id(agent)) {
            self.event(Event::AgentFailed { callback, attempt, agent, why });
        }
        let failures = self.callback(sequence).map_or(0, |callback| callback.agent_failures);
        let customer_first = self.dialling(routing.queue).first == First::Customer;
        if failures >= AGENT_FAILURES {
            self.hang_up(sequence);
            self.complete(sequence, Reason::AgentConnect);
        } else if customer_first {
            let stage = match routing.stage {
                Stage::CustomerWaiting { until, .. } => {
                    Stage::CustomerWaiting { agent: None, attempt, until }
                }
                Stage::Dialing { grace_until, .. } => Stage::Dialing { agent: None, attempt, grace_until },
                other => other,
            };
            self.book().put(sequence, State::Routing(Routing { stage, ..routing }));
        } else {
            self.uncount_attempt(sequence);
            self.go_back(sequence, routing.journey, None, why.word());
        }
        self.part(agent, sequence, Parting::Absent(why.word()));
        Ok(())
    }

    /// The last attempt counts for nothing.
    pub(super) fn uncount_attempt(&mut self, sequence: Sequence) {
        self.book().change(sequence, |callback| callback.unknown = callback.unknown.saturating_add(1));
    }
}
