//! Steering: what people of the center do to what runs.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Turn;
use crate::center::{Center, Layout};
use crate::protocol::{AgentState, Application, Event, Refusal};
use crate::record::{Callback, Reason, State, Switch};
use crate::value::{CallbackId, Name};

impl<A: Application> Turn<'_, A> {
    /// Somebody turns a switch of a queue.
    pub(super) fn switch(&mut self, queue: &Name, switch: Switch, on: bool) -> Result<(), Refusal> {
        let index =
            self.book.layout().queue_index(queue).ok_or_else(|| Refusal::UnknownQueue(queue.clone()))?;
        if self.book.switches(index).is_on(switch) == on {
            return Ok(());
        }
        self.book().turn(index, switch, on);
        self.event(Event::Switched { queue: queue.clone(), switch, on });
        Ok(())
    }

    /// Somebody closes a calendar at once, or ends that.
    pub(super) fn close_calendar(&mut self, calendar: &Name, closed: Option<bool>) -> Result<(), Refusal> {
        let known = self.book.layout().calendar_index(calendar);
        let index = known.ok_or_else(|| Refusal::UnknownCalendar(calendar.clone()))?;
        if self.book.ledger().closures.get(&index).copied() == closed {
            return Ok(());
        }
        self.event(Event::Calendar { calendar: calendar.clone(), closed });
        self.book().close_calendar(index, closed);
        Ok(())
    }

    /// The center is configured anew. Agents who are gone are logged out first.
    pub(super) fn reconfigure(&mut self, center: Center) -> Result<(), Refusal> {
        let layout = Layout::new(center).map_err(Refusal::Misconfigured)?;
        let name = SmolStr::new(&layout.center().name);
        let book = self.book.under(Arc::new(layout)).map_err(Refusal::InUse)?;
        for index in self.book.layout().agent_indices() {
            let session = self.book.ledger().agent(index).and_then(|agent| agent.session());
            let Some(agent) = self.book.layout().agent(index).filter(|_| session.is_some()) else { continue };
            if book.layout().agent_index(agent.id.as_str()).is_none() {
                let agent = agent.id.clone();
                self.event(Event::Agent { agent, state: AgentState::LoggedOut, reason: None });
            }
        }
        self.event(Event::Reconfigured { center: name });
        let next_effect = self.book.ledger().next_effect;
        *self.book() = book;
        self.book().ledger_mut().next_effect = next_effect;
        self.forget_limits();
        Ok(())
    }

    /// The host can't go on with a callback.
    pub(super) fn fail(&mut self, id: &CallbackId) -> Result<(), Refusal> {
        let callback = self.known(id)?;
        if matches!(callback.state, State::Processing(_) | State::Completed(_)) {
            return Err(Refusal::WrongState(id.clone(), callback.state.name()));
        }
        self.cut_short(callback.sequence, Reason::Error);
        Ok(())
    }

    /// The callback with this id.
    pub(super) fn known(&self, id: &CallbackId) -> Result<&Callback, Refusal> {
        let found = self.book.find(id).and_then(|sequence| self.callback(sequence));
        found.ok_or_else(|| Refusal::UnknownCallback(id.clone()))
    }
}
