//! Letting time pass: each deadline fires at its own instant, whatever the host's pace.

use super::Turn;
use crate::book::Owner;
use crate::protocol::{Advanced, Application, EffectKind};
use crate::record::Cause;
use crate::value::{Instant, Sequence};

impl<A: Application> Turn<'_, A> {
    /// Fires what is due until `now`: all deadlines of one instant, and those they set for it, then matching once.
    pub(crate) fn pass(&mut self, now: Instant) -> Advanced {
        loop {
            let due = self.book.first_deadline().filter(|due| due.deadline.at <= now).cloned();
            let unsettled = self.book.ledger().unsettled;
            match due {
                Some(due) if !unsettled || due.deadline.at <= self.now() => {
                    let Some(left) = self.budget.checked_sub(1) else { return Advanced::More };
                    self.budget = left;
                    let book = self.book();
                    book.set_clock(due.deadline.at);
                    book.ledger_mut().unsettled = true;
                    self.fire(due.owner, due.deadline.cause);
                }
                _ if unsettled => self.settle(),
                _ => {
                    self.book().set_clock(now);
                    return Advanced::Done;
                }
            }
        }
    }

    /// Something changed: matching has to run before this instant is over.
    pub(crate) fn unsettle(&mut self) {
        self.book().ledger_mut().unsettled = true;
    }

    /// The instant that the host's `now` is taken as: a clock that went back is counted and reported, and the
    /// engine's stands still.
    pub(crate) fn arrive(&mut self, now: Instant) -> Instant {
        let clock = self.now();
        if now < clock {
            let ledger = self.book().ledger_mut();
            ledger.clock_went_back = ledger.clock_went_back.saturating_add(1);
            self.emit(EffectKind::ClockWentBack { to: now });
        }
        now.max(clock)
    }

    fn fire(&mut self, owner: Owner, cause: Cause) {
        match owner {
            Owner::Callback(callback) => self.fire_callback(callback, cause),
            Owner::Agent(agent) => self.end_wrap_up(agent),
            Owner::Number(phone) => self.book().wake_number(&phone),
            Owner::Queue(queue) => self.book().wake_queue(queue),
            Owner::Key(key) => self.book().forget_key(&key),
            Owner::Limit(key) => self.book().forget_limit(&key),
            Owner::Slot(service, start) => self.book().forget_slot(service, start),
        }
    }

    fn fire_callback(&mut self, callback: Sequence, cause: Cause) {
        match cause {
            Cause::Ttl => self.expire(callback),
            Cause::QueueWait => self.queue_wait(callback),
            Cause::Attempt => self.grace_over(callback),
            Cause::Talk => self.talk_timeout(callback),
            Cause::Hold => self.release(callback),
            Cause::Step => self.step(callback),
            Cause::Submit => self.submit(callback),
            Cause::Purge => self.retention_over(callback),
            // Causes of owners that are no callbacks.
            Cause::Number | Cause::Hours | Cause::WrapUp | Cause::Sweep => {}
        }
    }
}
