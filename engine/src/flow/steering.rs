//! Steering: what people of the center do to what runs.

use super::Turn;
use crate::protocol::{Application, Event, Refusal};
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
