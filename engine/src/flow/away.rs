//! Away: what a host finds that was gone for longer than `max_lag`.
//!
//! While nobody was there to do as it was told, nothing may have been told: the deadlines of that time fire at their own
//! instants, but nobody is matched until its end. What was under way at its beginning is over, nobody knows how.

use super::Turn;
use super::agents::Parting;
use crate::book::Matching;
use crate::protocol::{Application, Event};
use crate::record::{Activity, Callback, Outcome, Reason, Session, Stage, State};
use crate::value::{Instant, Sequence};

impl<A: Application> Turn<'_, A> {
    /// The host is back at `until`, having been away since the engine's clock.
    pub(crate) fn resume(&mut self, until: Instant) {
        self.event(Event::Away { until });
        self.book().ledger_mut().matching = Matching::Away(until);
        let live = |callback: &&Callback| matches!(callback.state, State::Routing(_) | State::Processing(_));
        let callbacks: Vec<Sequence> =
            self.book.ledger().callbacks.values().filter(live).map(|callback| callback.sequence).collect();
        for callback in callbacks {
            self.lose_track(callback, until, Parting::Absent("away"));
        }
        for agent in self.book.layout().agent_indices() {
            let session = self.book.ledger().agent(agent).and_then(|agent| agent.session());
            if session.is_some_and(Session::wants_calls) {
                self.book().change_agent(agent, |agent| agent.say(Activity::because("away")));
                self.report_agent(agent);
            }
        }
    }

    /// Ends what is under way of a callback, without counting it. The host hangs up at `when`, so the number is left
    /// alone from then on.
    pub(super) fn lose_track(&mut self, sequence: Sequence, when: Instant, parting: Parting) {
        let Some(callback) = self.callback(sequence) else { return };
        let (state, agent) = (callback.state.clone(), callback.state.agent());
        self.hang_up_at(sequence, when);
        match state {
            State::Routing(routing) => {
                if let Some(attempt) = routing.stage.attempt() {
                    self.uncount_attempt(sequence);
                    self.report_outcome(sequence, attempt, Outcome::Unknown);
                } else if let Stage::Inbound { .. } = routing.stage {
                    self.uncount_attempt(sequence);
                }
                self.go_back(sequence, routing.journey, None, Outcome::Unknown.word());
            }
            State::Processing(_) => {
                self.report_ended(sequence);
                self.complete(sequence, Reason::AgentConnected);
            }
            State::Scheduled(_) | State::Queued(_) | State::Completed(_) => {}
        }
        if let Some(agent) = agent {
            self.part(agent, sequence, parting);
        }
    }
}
