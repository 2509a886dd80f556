//! What happens: one [`Turn`] is one call of the engine at work.
//!
//! A file is a duty: letting time pass, admission, entering queues, changing, matching and dialling, outcomes, agents,
//! endings, erasing. They decide what the next state is; only the book's doors change it.

mod admission;
mod agents;
mod allowing;
mod asking;
mod away;
mod booking;
mod bulk;
mod changing;
mod checks;
mod connecting;
mod contacts;
mod ending;
mod entering;
mod erasing;
mod inviting;
mod limiting;
mod numbers;
mod offering;
mod outcomes;
mod overflowing;
mod passing;
mod previewing;
mod steering;
mod versions;
mod window;

use std::sync::Arc;

pub(crate) use versions::{Running, running};

use crate::book::Book;
use crate::protocol::{Application, Command, Effect, EffectKind, Event, Refusal};
use crate::record::{Activity, Callback};
use crate::value::{Instant, Sequence};

/// One call of the engine: its book, the application that runs, and where effects go.
pub(crate) struct Turn<'a, A> {
    /// Shared with the application while it is asked; alone here otherwise, so that changing it copies nothing.
    book: &'a mut Arc<Book>,
    running: &'a mut Running<A>,
    effects: &'a mut Vec<Effect>,
    /// Deadlines that may still fire in this call.
    budget: usize,
}

impl<'a, A: Application> Turn<'a, A> {
    pub(crate) fn new(
        book: &'a mut Arc<Book>,
        running: &'a mut Running<A>,
        effects: &'a mut Vec<Effect>,
        budget: usize,
    ) -> Self {
        Self { book, running, effects, budget }
    }

    fn book(&mut self) -> &mut Book {
        Arc::make_mut(self.book)
    }

    fn now(&self) -> Instant {
        self.book.clock()
    }

    fn callback(&self, sequence: Sequence) -> Option<&Callback> {
        self.book.callback(sequence)
    }

    fn emit(&mut self, kind: EffectKind) {
        let at = self.now();
        let ledger = self.book().ledger_mut();
        let id = ledger.next_effect;
        ledger.next_effect = id.next();
        self.effects.push(Effect { id, at, kind });
    }

    fn event(&mut self, event: Event) {
        self.emit(EffectKind::Event(event));
    }

    /// Does what the host says, at the engine's clock.
    pub(crate) fn command(&mut self, command: Command) -> Result<(), Refusal> {
        match command {
            Command::Request(request) => self.request(Arc::new(request)),
            Command::Cancel { callback, by } => self.cancel(&callback, by),
            Command::Reschedule { callback, to } => self.reschedule(&callback, to),
            Command::Update { callback, changes } => self.update(&callback, changes),
            Command::Assign { callback, agent } => self.assign(&callback, agent.as_ref()),
            Command::Bulk { callbacks, deed } => self.bulk(callbacks, &deed),
            Command::Recreate { callback, id } => self.recreate(&callback, id),
            Command::HoldSlot { hold, service, at } => self.hold_slot(hold, service, at),
            Command::LogIn { agent } => self.log_in(&agent),
            Command::Ready { agent } => self.set_activity(&agent, Activity::Ready),
            Command::NotReady { agent, reason } => self.set_activity(&agent, Activity::NotReady { reason }),
            Command::ExtendWrapUp { agent, by } => self.extend_wrap_up(&agent, by),
            Command::LogOut { agent } => self.log_out(&agent),
            Command::AgentLost { agent } => self.agent_lost(&agent),
            Command::Outcome { attempt, outcome } => self.outcome(attempt, outcome),
            Command::Ended { attempt } => self.ended(attempt),
            Command::Fail { callback } => self.fail(&callback),
            Command::Switch { queue, switch, on } => self.switch(&queue, switch, on),
            Command::CloseCalendar { calendar, closed } => self.close_calendar(&calendar, closed),
            Command::Reconfigure { center } => self.reconfigure(*center),
            Command::Deploy { name, source } => self.deploy(&name, &source),
            Command::Try { name, source, trial } => self.try_out(&name, &source, trial),
            Command::Promote => self.promote(),
            Command::EndTrial => self.end_trial(),
            Command::RollBack => self.roll_back(),
            Command::Erase { phone } => self.erase(&phone),
            Command::Disposed { attempt, disposition } => self.disposed(attempt, disposition),
            Command::Accept { callback, agent } => self.accept_offer(&callback, &agent),
            Command::Reject { callback, agent } => self.reject_offer(&callback, &agent),
            Command::Confirmed { callback } => self.confirmed(&callback),
            Command::Connected { attempt } => self.agent_connected(attempt),
            Command::AgentFailed { attempt, failure } => self.agent_failed(attempt, failure),
            Command::CalledIn { from, dialled, code } => {
                self.called_in(from.as_ref(), dialled.as_ref(), code.as_ref())
            }
            Command::InboundContact { number, service } => self.inbound_contact(&number, service.as_ref()),
            Command::Snooze { callback, by } => self.snooze(&callback, by),
            // Whoever has something to resume from is told that they are late before they come here.
            Command::Resume => Err(Refusal::NotLate),
        }
    }
}
