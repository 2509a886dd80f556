//! Time: which deadline is next, and what it does.

use ringback_engine::center::{LAST_AGENT_KEPT, Openness};
use ringback_engine::protocol::{Application, EffectKind, Event};
use ringback_engine::record::{Activity, Cause};
use ringback_engine::{Instant, Name, Phone, Sequence};

use super::Naive;
use super::agents::Parting;
use super::world::{Callback, Session, Stage, State, World};

/// The order in which deadlines of one instant fire.
const ORDER: [Cause; 16] = [
    Cause::Ttl,
    Cause::QueueWait,
    Cause::Attempt,
    Cause::Offer,
    Cause::Confirm,
    Cause::CallIn,
    Cause::Connect,
    Cause::Talk,
    Cause::Hold,
    Cause::Hours,
    Cause::Cooloff,
    Cause::Step,
    Cause::Submit,
    Cause::WrapUp,
    Cause::Purge,
    Cause::Sweep,
];

/// A deadline of a callback, or of the wrap-up after its interaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Due {
    pub(crate) at: Instant,
    pub(crate) cause: Cause,
    pub(crate) sequence: Sequence,
}

impl Callback {
    /// Every deadline it has.
    pub(crate) fn deadlines(&self) -> Vec<Due> {
        let due = |(at, cause)| Due { at, cause, sequence: self.sequence };
        let ttl = (self.lives_from.after(self.ttl), Cause::Ttl);
        let deadlines = match &self.state {
            State::Scheduled { submit_at } => vec![ttl, (*submit_at, Cause::Submit)],
            State::Queued { since, hold } => {
                let way = self.way.as_ref().expect("in a queue");
                let mut deadlines = vec![ttl, (way.wait_until.max(*since), Cause::QueueWait)];
                deadlines.extend(hold.map(|(until, _)| (until, Cause::Hold)));
                let step = way.plan.steps().get(way.taken).map(|step| way.since.after(step.after));
                let free = way.preferred.as_ref().map(|(_, until)| *until);
                deadlines.extend(step.into_iter().chain(free).map(|at| (at.max(*since), Cause::Step)));
                deadlines
            }
            State::Routing(stage) => vec![
                ttl,
                match stage {
                    Stage::Offered(_, until) => (*until, Cause::Offer),
                    Stage::Confirming(_, _, until) => (*until, Cause::Confirm),
                    Stage::Dialing(_, until) => (*until, Cause::Attempt),
                    Stage::OnLine(_, until) => (*until, Cause::Connect),
                    Stage::Invited(_, _, until) => (*until, Cause::CallIn),
                },
            ],
            State::Processing { talk_until, .. } => vec![(*talk_until, Cause::Talk)],
            State::Completed { purge_at, .. } => vec![(*purge_at, Cause::Purge)],
        };
        let looks_for_agent =
            matches!(self.state, State::Queued { .. } | State::Routing(Stage::OnLine(None, _)));
        let cooloffs =
            self.cooloffs.iter().filter(|_| looks_for_agent).map(|(_, until)| (*until, Cause::Cooloff));
        deadlines.into_iter().chain(cooloffs).map(due).collect()
    }

    /// The first of its deadlines.
    pub(crate) fn deadline(&self) -> Due {
        first(self.deadlines()).expect("every state has one")
    }
}

fn first(due: impl IntoIterator<Item = Due>) -> Option<Due> {
    due.into_iter()
        .min_by_key(|due| (due.at, ORDER.iter().position(|cause| *cause == due.cause), due.sequence))
}

impl World {
    fn due(&self) -> Option<Due> {
        let callbacks = self.callbacks.iter().flat_map(Callback::deadlines);
        let sessions = self.agents.iter().filter_map(|agent| agent.session.as_ref());
        let wrap_ups = sessions
            .flat_map(Session::wrap_ups)
            .filter(|(at, _)| *at < Instant::MAX)
            .map(|(at, sequence)| Due { at, cause: Cause::WrapUp, sequence });
        let position = |name: &Name| self.center.queues.iter().position(|queue| queue.name == *name);
        let closings = self.closings.iter().map(|(name, at)| Due {
            at: *at,
            cause: Cause::Hours,
            sequence: Sequence(position(name).expect("a queue of the center") as u64),
        });
        let holds = self.holds.iter().map(|(.., until)| Due {
            at: *until,
            cause: Cause::Sweep,
            sequence: Sequence(0),
        });
        first(callbacks.chain(wrap_ups).chain(closings).chain(holds))
    }

    /// The next instant at which something happens by itself: a deadline, or a change in what may be matched or
    /// is remembered.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let quota = self.center.limits.attempts_per_number;
        let phones = self.fences.iter().chain(&self.dials).map(|(phone, _)| phone);
        let numbers = phones.filter_map(|phone| {
            let blocked = self.fenced_until(phone).max(self.limited_until(phone));
            let last = self.dials.iter().rfind(|(dialled, _)| dialled == phone);
            blocked.or_else(|| Some(last?.1.after(quota?.per)))
        });
        let in_line = self.callbacks.iter().filter(|callback| self.may_stand_in_line(callback));
        let hours = in_line.filter_map(|callback| self.openness(callback.queue()?).until());
        let waiting = self.callbacks.iter().filter(|callback| self.may_stand_in_line(callback));
        let rates = waiting.filter_map(|callback| self.rate_full_until(callback.queue()?));
        let keys = self.keys.iter().filter_map(|key| key.until);
        let limits = self.limited.iter().map(|(key, ..)| {
            let (_, at, per) = self.limited.iter().rfind(|(other, ..)| other == key).expect("this, at least");
            at.after(*per)
        });
        let slots =
            self.bookings.iter().chain(self.holds.iter().map(|(_, slot, _)| slot)).map(|slot| slot.end);
        let last = |phone: &Phone| self.talks.iter().rfind(|(called, ..)| called == phone).expect("this").2;
        let talks = self.talks.iter().map(|(phone, ..)| last(phone).after(LAST_AGENT_KEPT));
        let housekeeping = numbers
            .chain(self.overflow_due())
            .chain(self.counts_due())
            .chain(hours)
            .chain(rates)
            .chain(keys)
            .chain(limits)
            .chain(slots)
            .chain(talks);
        let deadline = self.due().map(|due| due.at.max(self.now));
        housekeeping.filter(|at| *at > self.now).chain(deadline).min()
    }

    /// Whether a queue is open, and until when.
    pub(crate) fn openness(&self, queue: &str) -> Openness {
        let calendar = self.queue(queue).calendar.as_ref();
        let hours = calendar.map(|calendar| self.hours(calendar).expect("a calendar of the center"));
        hours.map_or(Openness::Open(None), |hours| hours.openness(self.now))
    }
}

impl<A: Application> Naive<A> {
    /// Lets the time pass until `to`. A clock that goes back is taken as standing still, counted and reported. If a
    /// deadline is too far overdue, nothing happens, and the answer is that deadline.
    pub(crate) fn advance(&mut self, to: Instant) -> Option<Instant> {
        if to < self.world.now {
            self.clock_went_back += 1;
            self.emit(EffectKind::ClockWentBack { to });
        }
        let max_lag = self.world.center.limits.max_lag;
        let overdue = self.world.next_deadline().filter(|at| at.after(max_lag) < to);
        if overdue.is_some() {
            return overdue;
        }
        while let Some(at) = self.world.next_deadline().filter(|at| *at <= to) {
            self.world.now = at;
            self.finish_instant();
        }
        self.world.now = self.world.now.max(to);
        None
    }

    /// The host was away until `to`: what was under way is over, nobody is ready, and nobody is matched before `to`.
    pub(super) fn resume(&mut self, to: Instant) {
        self.event(Event::Away { until: to });
        for callback in self.world.callbacks.clone() {
            self.lose_track(&callback, to, Parting::Absent("away"));
        }
        for agent in self.world.agents.clone() {
            if agent.session.is_some_and(|session| session.activity == Activity::Ready) {
                let away = Activity::NotReady { reason: Some("away".into()) };
                self.set_activity_of(&agent.settings.id, away);
            }
        }
        self.world.watch_closings();
        while let Some(at) = self.world.next_deadline().filter(|at| *at <= to) {
            self.world.now = at;
            self.fire_all();
        }
        self.world.now = to;
    }

    /// Fires every deadline of this instant, and those they set for it; then matches once.
    pub(super) fn finish_instant(&mut self) {
        self.world.watch_closings();
        self.fire_all();
        self.match_all();
        self.world.watch_closings();
    }

    fn fire_all(&mut self) {
        while let Some(due) = self.world.due().filter(|due| due.at <= self.world.now) {
            self.fire(due);
        }
    }

    fn fire(&mut self, Due { cause, sequence, .. }: Due) {
        match cause {
            Cause::Ttl => self.expire(sequence),
            Cause::QueueWait => self.queue_wait(sequence),
            Cause::Attempt => self.grace_over(sequence),
            Cause::Talk => self.talk_timeout(sequence),
            Cause::Hold => self.release(sequence),
            Cause::Step => self.step(sequence),
            Cause::Submit => self.submit(sequence),
            Cause::WrapUp => self.wrap_up_over(sequence),
            Cause::Purge => self.retention_over(sequence),
            Cause::Offer => self.offer_expired(sequence),
            Cause::Confirm => self.unconfirmed(sequence),
            Cause::CallIn => self.not_called(sequence),
            Cause::Connect => self.connect_timeout(sequence),
            Cause::Cooloff => self.cool_down(sequence),
            Cause::Hours => self.close(sequence.0 as usize),
            Cause::Sweep => self.expire_hold(),
            Cause::Number => panic!("no deadline of a callback"),
        }
        self.world.watch_closings();
    }
}
