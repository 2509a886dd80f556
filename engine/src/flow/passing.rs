//! Letting time pass: each deadline fires at its own instant, whatever the host's pace.

use super::Turn;
use crate::book::{Due, Matching, Owner};
use crate::protocol::{Advanced, Application, EffectKind};
use crate::record::Cause;
use crate::value::{Instant, Sequence};

impl<A: Application> Turn<'_, A> {
    /// Fires what is due until `now`: all deadlines of one instant, and those they set for it, then matching once.
    /// Where the host was away, first what it missed, without matching.
    pub(crate) fn pass(&mut self, now: Instant) -> Advanced {
        if self.overdue(now).is_some() {
            return Advanced::Late;
        }
        if let Matching::Away(until) = self.book.ledger().matching {
            while let Some(due) = self.due(until) {
                if !self.fire(due) {
                    return Advanced::More;
                }
            }
            let book = self.book();
            book.set_clock(until);
            book.ledger_mut().matching = Matching::Due;
        }
        loop {
            let settled = self.book.ledger().matching == Matching::Done;
            match self.due(now) {
                Some(due) if settled || due.deadline.at <= self.now() => {
                    if !self.fire(due) {
                        return Advanced::More;
                    }
                }
                _ if !settled => self.settle(),
                _ => {
                    self.book().set_clock(now);
                    return Advanced::Done;
                }
            }
        }
    }

    fn due(&self, now: Instant) -> Option<Due> {
        self.book.first_deadline().filter(|due| due.deadline.at <= now).cloned()
    }

    /// What is so far overdue that the host must have been away: the first deadline, or while what it missed is being
    /// made up for, the end of that. What was due before the clock, as the `ttl` of a callback that comes back from a long
    /// interaction, has been due since the clock's instant only.
    pub(crate) fn overdue(&self, now: Instant) -> Option<Instant> {
        let max_lag = self.book.layout().center().limits.max_lag;
        let first = match self.book.ledger().matching {
            Matching::Away(until) => Some(until),
            Matching::Done | Matching::Due => {
                self.book.first_deadline().map(|due| due.deadline.at.max(self.now()))
            }
        };
        first.filter(|at| at.after(max_lag) < now)
    }

    /// Something changed: matching has to run before this instant is over.
    pub(crate) fn unsettle(&mut self) {
        let ledger = self.book().ledger_mut();
        if ledger.matching == Matching::Done {
            ledger.matching = Matching::Due;
        }
    }

    /// The instant that the host's `now` is taken as: a clock that went back is counted and reported, and the
    /// engine's stands still.
    pub(crate) fn arrive(&mut self, now: Instant) -> Instant {
        let clock = match self.book.ledger().matching {
            Matching::Away(until) => until,
            Matching::Done | Matching::Due => self.now(),
        };
        if now < clock {
            let ledger = self.book().ledger_mut();
            ledger.clock_went_back = ledger.clock_went_back.saturating_add(1);
            self.emit(EffectKind::ClockWentBack { to: now });
        }
        now.max(clock)
    }

    /// Fires a deadline, unless this call has fired as many as one does.
    fn fire(&mut self, due: Due) -> bool {
        let Some(left) = self.budget.checked_sub(1) else { return false };
        self.budget = left;
        self.book().set_clock(due.deadline.at);
        self.unsettle();
        match due.owner {
            Owner::Callback(callback) => self.fire_callback(callback, due.deadline.cause),
            Owner::Agent(agent) => self.end_wrap_up(agent),
            Owner::Number(phone) => self.book().wake_number(&phone),
            Owner::Queue(queue) => self.book().wake_queue(queue),
            Owner::Closing(queue) => self.close(queue),
            Owner::Overflow(queue) => self.book().wake_overflow(queue),
            Owner::Hold(hold) => self.expire_hold(hold),
            Owner::Key(key) => self.book().forget_key(&key),
            Owner::Limit(key) => self.book().forget_limit(&key),
            Owner::Attempts(key) => self.book().forget_attempts(&key),
            Owner::LastAgents => self.book().forget_last_agents(),
            Owner::Slot(service, start) => self.book().forget_slot(service, start),
        }
        true
    }

    fn fire_callback(&mut self, callback: Sequence, cause: Cause) {
        match cause {
            Cause::Ttl => self.expire(callback),
            Cause::QueueWait => self.queue_wait(callback),
            Cause::Attempt => self.grace_over(callback),
            Cause::Offer => self.offer_expired(callback),
            Cause::Confirm => self.unconfirmed(callback),
            Cause::CallIn => self.not_called(callback),
            Cause::Connect => self.connect_timeout(callback),
            Cause::Cooloff => self.cool_down(callback),
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
