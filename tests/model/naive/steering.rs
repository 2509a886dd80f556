//! What people of the center do to what runs.

use ringback_engine::center::AtClose;
use ringback_engine::protocol::{Application, Event, Refusal};
use ringback_engine::record::{Reason, Switch};
use ringback_engine::{CallbackId, Name, Sequence};

use super::Naive;
use super::world::{Callback, State, World};

impl World {
    pub(crate) fn is_on(&self, queue: &str, switch: Switch) -> bool {
        self.switches.iter().any(|(own, on)| own == queue && *on == switch)
    }

    /// Whether a callback that is not in a queue may enter it.
    pub(crate) fn takes_in(&self, queue: &str) -> bool {
        self.takes_in_besides(Sequence(0), queue)
    }

    /// Whether this callback may enter a queue, wherever it is counted now.
    pub(crate) fn takes_in_besides(&self, sequence: Sequence, queue: &str) -> bool {
        let waits = |callback: &&Callback| {
            callback.sequence != sequence
                && matches!(callback.state, State::Queued { .. })
                && callback.queue().is_some_and(|own| own == queue)
        };
        let waiting = self.callbacks.iter().filter(waits).count();
        !self.is_on(queue, Switch::Draining)
            && self.queue(queue).max_waiting.is_none_or(|most| waiting < most as usize)
    }
}

impl<A: Application> Naive<A> {
    pub(super) fn switch(&mut self, queue: &Name, switch: Switch, on: bool) -> Result<(), Refusal> {
        if !self.world.center.queues.iter().any(|known| known.name == *queue) {
            return Err(Refusal::UnknownQueue(queue.clone()));
        }
        if self.world.is_on(queue, switch) != on {
            self.world.switches.retain(|turned| *turned != (queue.clone(), switch));
            if on {
                self.world.switches.push((queue.clone(), switch));
            }
            self.event(Event::Switched { queue: queue.clone(), switch, on });
        }
        Ok(())
    }

    pub(super) fn close_calendar(&mut self, calendar: &Name, closed: Option<bool>) -> Result<(), Refusal> {
        let world = &mut self.world;
        if !world.center.calendars.iter().any(|known| known.name == *calendar) {
            return Err(Refusal::UnknownCalendar(calendar.clone()));
        }
        let known = world.closures.iter().find(|(known, _)| known == calendar).map(|(_, closed)| *closed);
        if known == closed {
            return Ok(());
        }
        let open = world.center.queues.iter().filter(|queue| !world.is_closed(&queue.name));
        let open: Vec<Name> = open.map(|queue| queue.name.clone()).collect();
        world.closures.retain(|(known, _)| known != calendar);
        world.closures.extend(closed.map(|closed| (calendar.clone(), closed)));
        // What was awaited was of other hours; who closes now does so now.
        world.closings.clear();
        let (now, shut) = (world.now, open.into_iter().filter(|queue| world.is_closed(queue)));
        let shut: Vec<Name> = shut.filter(|queue| world.queue(queue).at_close != AtClose::Keep).collect();
        world.closings.extend(shut.into_iter().map(|queue| (queue, now)));
        self.event(Event::Calendar { calendar: calendar.clone(), closed });
        Ok(())
    }

    pub(super) fn fail(&mut self, id: &CallbackId) -> Result<(), Refusal> {
        let callback = self.known(id)?;
        if matches!(callback.state, State::Processing { .. } | State::Completed { .. }) {
            return Err(Refusal::WrongState(id.clone(), callback.name()));
        }
        self.cut_short(callback.sequence, Reason::Error);
        Ok(())
    }

    pub(super) fn known(&self, id: &CallbackId) -> Result<Callback, Refusal> {
        let found = self.world.callbacks.iter().find(|callback| callback.request.id == *id).cloned();
        found.ok_or_else(|| Refusal::UnknownCallback(id.clone()))
    }

    /// Says that a queue of a callback's plan did not take it in.
    pub(super) fn report_passed_over(&mut self, sequence: Sequence, queue: Name) {
        let callback = self.world.callback(sequence).request.id.clone();
        self.event(Event::PassedOver { callback, queue });
    }
}
