//! A naive engine, written from the specification: lists and scans only. Every question is answered by looking at
//! everything there is, so what the real engine keeps in indices has nothing to be wrong in here.

mod admission;
mod agents;
mod asking;
mod booking;
mod calls;
mod changing;
mod configuring;
mod contacts;
mod dialling;
mod endings;
mod limits;
mod lines;
mod matching;
mod numbers;
mod overflow;
mod passing;
mod steering;
mod versions;
mod view;
mod window;
mod world;

use ringback_engine::center::Center;
use ringback_engine::protocol::{Application, Command, Effect, EffectKind, Event, Refusal};
use ringback_engine::record::Activity;
use ringback_engine::{EffectId, Instant};

pub(crate) use world::{State, World};

/// The naive engine: what it remembers, its application, and what it has said.
pub(crate) struct Naive<A> {
    pub(crate) world: World,
    pub(crate) effects: Vec<Effect>,
    pub(crate) clock_went_back: u64,
    editions: versions::Editions<A>,
    said: u64,
}

impl<A: Application> Naive<A> {
    /// A naive engine with nobody logged in and nobody waiting.
    pub(crate) fn new(center: Center, application: A) -> Self {
        let editions = versions::Editions::new(application);
        Self { world: World::new(center), effects: Vec::new(), clock_went_back: 0, editions, said: 0 }
    }

    /// Lets the time pass until `now`, then does one thing, or not; what it makes due fires, then matching runs.
    pub(crate) fn apply(&mut self, now: Instant, command: Command) -> Result<(), Refusal> {
        if let Some(deadline) = self.advance(now) {
            if command != Command::Resume {
                return Err(Refusal::Late(deadline));
            }
            self.resume(now);
        } else {
            self.obey(command)?;
        }
        self.finish_instant();
        Ok(())
    }

    fn obey(&mut self, command: Command) -> Result<(), Refusal> {
        match command {
            Command::Request(request) => self.request(request),
            Command::Cancel { callback, by } => self.cancel(&callback, by),
            Command::Reschedule { callback, to } => self.reschedule(&callback, to),
            Command::Update { callback, changes } => self.update(&callback, changes),
            Command::Assign { callback, agent } => self.assign(&callback, agent),
            Command::Bulk { callbacks, deed } => self.bulk(callbacks, deed),
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
            Command::CalledIn { from, dialled, code } => self.called_in(from, dialled, code),
            Command::InboundContact { number, service } => self.inbound_contact(&number, service.as_ref()),
            Command::Snooze { callback, by } => self.snooze(&callback, by),
            Command::Resume => Err(Refusal::NotLate),
        }
    }

    fn emit(&mut self, kind: EffectKind) {
        self.said += 1;
        self.effects.push(Effect { id: EffectId(self.said), at: self.world.now, kind });
    }

    fn event(&mut self, event: Event) {
        self.emit(EffectKind::Event(event));
    }
}
