//! Playing a period of traffic.

use std::collections::BTreeMap;

use ringback_engine::protocol::{CancelledBy, Command, Effect, EffectKind, Event, Refusal};
use ringback_engine::record::Outcome;
use ringback_engine::{Advanced, CallbackId, Instant};

use super::agenda::{Act, Agenda, Pending};
use super::customer::{Answer, Customer};
use super::{Observer, PlayError, Played, Verbs};
use crate::streams::{BadLine, CHANGES, ChangeLine, RosterLine, Shift, StreamError, TRAFFIC, TrafficLine};

/// The world and the engine it plays against.
struct World<'a, E, T: Iterator, R: Iterator> {
    engine: &'a mut E,
    agenda: Agenda<T, R>,
    observer: &'a mut dyn Observer,
    /// Those whose callbacks are not over.
    customers: BTreeMap<CallbackId, Customer>,
    effects: Vec<Effect>,
    played: Played,
}

/// Plays until no line is unread, nothing is under way and no deadline is pending.
///
/// Bad lines of the streams are passed over. A request whose id another callback has is a bad line, too, that
/// only playing finds; unless `skip_bad` is set, the run stops when as many were found as are kept.
///
/// # Errors
///
/// A stream can't be read on, or the engine stands still.
pub fn play<E, T, R>(
    engine: &mut E,
    traffic: T,
    roster: R,
    skip_bad: bool,
    observer: &mut dyn Observer,
) -> Result<Played, PlayError>
where
    E: Verbs,
    T: Iterator<Item = Result<TrafficLine, StreamError>>,
    R: Iterator<Item = Result<RosterLine, StreamError>>,
{
    play_with(engine, (traffic, roster, Vec::new()), skip_bad, observer)
}

/// Plays likewise, and does meanwhile what people of the center do, who are few enough to be known beforehand.
///
/// # Errors
///
/// See [`play`].
pub fn play_with<E, T, R>(
    engine: &mut E,
    streams: (T, R, Vec<ChangeLine>),
    skip_bad: bool,
    observer: &mut dyn Observer,
) -> Result<Played, PlayError>
where
    E: Verbs,
    T: Iterator<Item = Result<TrafficLine, StreamError>>,
    R: Iterator<Item = Result<RosterLine, StreamError>>,
{
    play_until(engine, streams, Instant::MAX, skip_bad, observer)
}

/// Plays likewise, but no further than an instant: all that happens until then has, and the engine's clock stands there.
///
/// # Errors
///
/// See [`play`].
pub fn play_until<E, T, R>(
    engine: &mut E,
    (traffic, roster, changes): (T, R, Vec<ChangeLine>),
    until: Instant,
    skip_bad: bool,
    observer: &mut dyn Observer,
) -> Result<Played, PlayError>
where
    E: Verbs,
    T: Iterator<Item = Result<TrafficLine, StreamError>>,
    R: Iterator<Item = Result<RosterLine, StreamError>>,
{
    let mut world = World {
        engine,
        agenda: Agenda::new(traffic, roster, changes),
        observer,
        customers: BTreeMap::new(),
        effects: Vec::new(),
        played: Played::default(),
    };
    while skip_bad || !world.played.bad.is_full() {
        if !world.step(until)? {
            break;
        }
    }
    if until < Instant::MAX {
        world.pass_time(until)?;
    }
    Ok(world.played)
}

impl<E, T, R> World<'_, E, T, R>
where
    E: Verbs,
    T: Iterator<Item = Result<TrafficLine, StreamError>>,
    R: Iterator<Item = Result<RosterLine, StreamError>>,
{
    /// Does what comes next; `false` if nothing does until then.
    fn step(&mut self, until: Instant) -> Result<bool, PlayError> {
        let act_at = self.agenda.next_at()?.filter(|at| *at <= until);
        let deadline = self.engine.next_deadline().filter(|at| *at <= until);
        match (deadline, act_at) {
            (Some(deadline), act_at) if act_at.is_none_or(|at| deadline <= at) => self.pass_time(deadline)?,
            (_, Some(at)) => {
                if let Some(act) = self.agenda.take(at)? {
                    self.perform(at, act)?;
                }
            }
            (_, None) => return Ok(false),
        }
        Ok(true)
    }

    /// Lets the engine fire all that is due until `until`.
    fn pass_time(&mut self, until: Instant) -> Result<(), PlayError> {
        while self.engine.advance(until, &mut self.effects) == Advanced::More {
            self.follow();
        }
        self.follow();
        match self.engine.next_deadline() {
            Some(deadline) if deadline <= until => Err(PlayError::Stuck(deadline)),
            _ => Ok(()),
        }
    }

    fn perform(&mut self, at: Instant, act: Act) -> Result<(), PlayError> {
        let command = match act {
            Act::Shift(agent, Shift::LogIn) => Command::LogIn { agent },
            Act::Shift(agent, Shift::Ready) => Command::Ready { agent },
            Act::Shift(agent, Shift::NotReady(reason)) => Command::NotReady { agent, reason },
            Act::Shift(agent, Shift::ExtendWrapUp(by)) => Command::ExtendWrapUp { agent, by },
            Act::Shift(agent, Shift::LogOut) => Command::LogOut { agent },
            Act::Cancel(callback) => Command::Cancel { callback, by: CancelledBy::Customer },
            Act::Say(command) => *command,
            Act::Change(line) => return self.change(*line),
            Act::Request(line) => return self.request(*line),
        };
        if let Err(refusal) = self.apply(at, command)? {
            self.observer.refused(&refusal);
        }
        self.follow();
        Ok(())
    }

    /// Somebody of the center changes something. A callback that is asked for anew has a customer of its own.
    fn change(&mut self, line: ChangeLine) -> Result<(), PlayError> {
        let ChangeLine { line, at, command, fate } = line;
        let anew = match &command {
            Command::Recreate { id, .. } => Some(id.clone()),
            _ => None,
        };
        let refused = self.apply(at, command)?.err();
        match (anew, refused) {
            (Some(id), Some(Refusal::IdInUse(_))) => {
                let cause = format!(
                    "`id`: another callback has the id `{id}`; an id is free again when it is purged"
                );
                self.played.bad.note(BadLine { file: CHANGES.into(), line, column: None, cause });
            }
            (Some(id), None) => {
                self.observer.asked_anew();
                self.customers.insert(id, Customer::new(fate));
            }
            (anew, Some(refusal)) => {
                if let (Some(_), Refusal::Rejected(_)) = (anew, &refusal) {
                    self.observer.asked_anew();
                }
                self.observer.refused(&refusal);
            }
            (None, None) => {}
        }
        self.follow();
        Ok(())
    }

    fn request(&mut self, line: TrafficLine) -> Result<(), PlayError> {
        let TrafficLine { line, at, request, fate } = line;
        let refused = self.apply(at, Command::Request(request.clone()))?.err();
        if let Some(Refusal::IdInUse(_)) = refused {
            let cause = format!(
                "`id`: another callback has the id `{}`; an id is free again when it is purged",
                request.id
            );
            self.played.bad.note(BadLine { file: TRAFFIC.into(), line, column: None, cause });
            self.follow();
            return Ok(());
        }
        self.observer.requested(at, &request);
        if let Some(refusal) = refused {
            self.observer.refused(&refusal);
        }
        // Only acceptance makes a customer: a repeated key belongs to the first request's callback.
        let accepted = self.effects.iter().any(|effect| {
            matches!(&effect.kind, EffectKind::Event(Event::Accepted { callback }) if *callback == request.id)
        });
        if accepted {
            if let Some(cancel_at) = fate.cancel_at {
                self.agenda.cancel(cancel_at, request.id.clone());
            }
            let customer = Customer::new(fate);
            for (at, wish) in customer.wishes(&request) {
                self.agenda.wish(at, wish);
            }
            self.customers.insert(request.id, customer);
        }
        self.follow();
        Ok(())
    }

    /// Applies a command; where the engine is behind, lets it catch up first. This world is awake at every deadline, so
    /// it is never late.
    fn apply(&mut self, at: Instant, command: Command) -> Result<Result<(), Refusal>, PlayError> {
        let result = self.engine.apply(at, command.clone(), &mut self.effects);
        if !matches!(result, Err(Refusal::Behind | Refusal::Late(_))) {
            return Ok(result);
        }
        self.pass_time(at)?;
        match self.engine.apply(at, command, &mut self.effects) {
            Err(Refusal::Behind | Refusal::Late(_)) => Err(PlayError::Stuck(at)),
            result => Ok(result),
        }
    }

    /// Does what the engine's effects say, and shows them to the observer.
    fn follow(&mut self) {
        let mut effects = std::mem::take(&mut self.effects);
        for effect in effects.drain(..) {
            let standing = match &effect.kind {
                EffectKind::Event(Event::Returned { callback, .. } | Event::Connected { callback, .. }) => {
                    self.engine.standing(callback)
                }
                _ => None,
            };
            self.observer.effect(&effect, standing.as_ref());
            self.obey(&effect);
        }
        self.effects = effects;
    }

    fn obey(&mut self, effect: &Effect) {
        match &effect.kind {
            EffectKind::Dial(dial) => {
                let Some(customer) = self.customers.get_mut(&dial.callback) else { return };
                let rings = customer.rings(dial.attempt, dial.number_of_attempt, dial.ring_for);
                self.begin(effect.at, Pending::Attempt(dial.attempt), Some(rings));
            }
            EffectKind::Offer(offer) => {
                let answer =
                    self.customers.get_mut(&offer.callback).and_then(|customer| customer.offered(offer));
                self.begin(effect.at, Pending::Question(offer.callback.clone()), answer);
            }
            EffectKind::Push(push) => {
                let answer = self.customers.get_mut(&push.callback).and_then(|customer| customer.told(push));
                self.begin(effect.at, Pending::Question(push.callback.clone()), answer);
            }
            EffectKind::Withdraw { callback, .. } => self.agenda.end(&Pending::Question(callback.clone())),
            EffectKind::Connect(connect) => {
                let Some(customer) = self.customers.get_mut(&connect.callback) else { return };
                customer.attempt = Some(connect.attempt);
                let leg = customer.connects(connect);
                self.begin(effect.at, Pending::Leg(connect.attempt), Some(leg));
            }
            EffectKind::HangUp(hang_up) => self.agenda.hang_up(hang_up.attempt),
            EffectKind::Event(event) => self.witness(effect.at, event),
            EffectKind::Repeated { .. }
            | EffectKind::Expected { .. }
            | EffectKind::Log(_)
            | EffectKind::ClockWentBack { .. } => {}
        }
    }

    /// Goes on as an event says.
    fn witness(&mut self, at: Instant, event: &Event) {
        match event {
            Event::Outcome { callback, attempt, outcome: Outcome::Answered } => {
                let patience = self.customers.get(callback).and_then(|customer| customer.waits(*attempt));
                self.begin(at, Pending::Attempt(*attempt), patience);
            }
            Event::Connected { callback, .. } => {
                let Some(customer) = self.customers.get_mut(callback) else { return };
                let Some(attempt) = customer.attempt else { return };
                let talk = customer.talks(at);
                self.agenda.hang_up(attempt);
                self.begin(at, Pending::Attempt(attempt), talk);
            }
            Event::AgentFailed { attempt, .. } => self.agenda.end(&Pending::Leg(*attempt)),
            Event::Returned { callback, .. } | Event::Snoozed { callback, .. } => {
                self.agenda.end(&Pending::Question(callback.clone()));
                let attempt = self.customers.get(callback).and_then(|customer| customer.attempt);
                attempt.into_iter().for_each(|attempt| self.agenda.hang_up(attempt));
            }
            Event::Completed { callback, .. } => {
                self.agenda.end(&Pending::Question(callback.clone()));
                let over = self.customers.remove(callback);
                over.and_then(|customer| customer.attempt)
                    .into_iter()
                    .for_each(|attempt| self.agenda.hang_up(attempt));
            }
            _ => {}
        }
    }

    /// Something begins at `at` that ends with an answer, if there is one, in place of what was pending of the same.
    fn begin(&mut self, at: Instant, pending: Pending, answer: Option<Answer>) {
        match answer {
            Some((after, command)) => {
                self.agenda.begin(at.after(after), pending, Act::Say(Box::new(command)))
            }
            None => self.agenda.end(&pending),
        }
    }
}
