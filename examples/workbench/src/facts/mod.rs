//! What became of each request of a run: one [`Fact`] each, in the order of the requests.

mod table;

use std::collections::BTreeMap;

use ringback_engine::protocol::{Effect, EffectKind, Event};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Instant, Name};
use serde::Serialize;
use smol_str::{SmolStr, ToSmolStr};

use crate::summary::Seconds;
use crate::world::{Observer, Standing};

pub use table::{COLUMNS, write};

/// What became of one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The id asked for.
    pub id: CallbackId,
    /// The service asked.
    pub service: Name,
    /// Where the request came from, in the host's words.
    pub channel: SmolStr,
    /// When it was made.
    pub asked_at: Instant,
    /// For when; absent for as soon as possible. After a reschedule, the new time.
    pub desired: Option<Instant>,
    /// Whether it was accepted, or why not.
    pub answer: Answer,
    /// The queue it was last in.
    pub queue: Option<Name>,
    /// When its turn came for the first time: an agent reserved, or a call placed, or the customer told something.
    pub ready_at: Option<Instant>,
    /// The calls placed, in their order.
    pub attempts: Vec<Attempt>,
    /// When customer and agent began to talk for the first time.
    pub connected: Option<Connected>,
    /// How long they talked, if they did and ended.
    pub talk: Option<Duration>,
    /// Why it is over, and when.
    pub over: Option<(Instant, SmolStr)>,
}

/// What was answered to a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Nothing was heard of it: it repeated an earlier one.
    #[default]
    None,
    /// It is a callback.
    Accepted,
    /// It is none, with the code of the check that failed.
    Rejected(SmolStr),
}

/// A call to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which.
    pub id: AttemptId,
    /// When it was placed.
    pub at: Instant,
    /// When the customer answered, if so; one who hung up before an agent came did.
    pub answered: Option<Instant>,
    /// How it ended, as far as it did, and when.
    pub outcome: Option<(Instant, Outcome)>,
}

/// The beginning of a talk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// When.
    pub at: Instant,
    /// Who talks.
    pub agent: AgentId,
    /// The place in line from which the customer waited.
    pub place: Instant,
    /// The attempt that led to it; absent where the customer called in.
    pub attempt: Option<AttemptId>,
}

/// How a request ended, for comparison.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
pub enum Ending {
    /// The customer talked with an agent, after waiting so long.
    Served {
        /// From place to connection.
        wait: Seconds,
    },
    /// It was rejected, with this code.
    Rejected {
        /// Which check failed.
        code: SmolStr,
    },
    /// It was over before anybody talked.
    Unserved {
        /// Why.
        reason: SmolStr,
    },
    /// It repeated another.
    Repeated,
}

impl Fact {
    /// A request, of which nothing else is known.
    fn new(id: CallbackId, asked_at: Instant) -> Self {
        Self {
            id,
            service: Name::default(),
            channel: SmolStr::default(),
            asked_at,
            desired: None,
            answer: Answer::None,
            queue: None,
            ready_at: None,
            attempts: Vec::new(),
            connected: None,
            talk: None,
            over: None,
        }
    }

    /// From place to connection, if there was one.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        self.connected.as_ref().map(|talk| Duration::from_millis(talk.at.since(talk.place).millis().max(0)))
    }

    /// How it ended.
    #[must_use]
    pub fn ending(&self) -> Ending {
        match (&self.answer, self.wait(), &self.over) {
            (Answer::Rejected(code), ..) => Ending::Rejected { code: code.clone() },
            (Answer::None, ..) => Ending::Repeated,
            (Answer::Accepted, Some(wait), _) => Ending::Served { wait: Seconds(wait.millis()) },
            (Answer::Accepted, None, over) => Ending::Unserved {
                reason: over.as_ref().map_or_else(SmolStr::default, |(_, reason)| reason.clone()),
            },
        }
    }
}

/// Gathers the facts of a run.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    facts: Vec<Fact>,
    /// Where the facts of those are that are not purged, by id, which can be used again then.
    known: BTreeMap<CallbackId, usize>,
}

impl Facts {
    /// All of them, in the order of the requests.
    #[must_use]
    pub fn into_facts(self) -> Vec<Fact> {
        self.facts
    }

    fn begin(&mut self, fact: Fact) {
        self.known.insert(fact.id.clone(), self.facts.len());
        self.facts.push(fact);
    }

    fn of(&mut self, callback: &CallbackId) -> Option<&mut Fact> {
        self.facts.get_mut(*self.known.get(callback)?)
    }

    fn event(&mut self, at: Instant, event: &Event, standing: Option<&Standing>) {
        match event {
            Event::Recreated { callback, of } => self.anew(callback, of),
            Event::Purged { callback } => {
                self.known.remove(callback);
            }
            _ => {
                let Some(fact) = named(event).and_then(|callback| self.of(callback)) else { return };
                fact.learn(at, event, standing);
            }
        }
    }

    /// A callback that was asked for anew is of the service, and from the channel, of the one that was over.
    fn anew(&mut self, callback: &CallbackId, of: &CallbackId) {
        let Some(old) = self.of(of) else { return };
        let (service, channel) = (old.service.clone(), old.channel.clone());
        if let Some(fact) = self.of(callback) {
            (fact.service, fact.channel) = (service, channel);
        }
    }
}

impl Fact {
    fn learn(&mut self, at: Instant, event: &Event, standing: Option<&Standing>) {
        match event {
            Event::Accepted { .. } => self.answer = Answer::Accepted,
            Event::Rejected { code, .. } => self.answer = Answer::Rejected(code.to_smolstr()),
            Event::Scheduled { desired, .. } | Event::Rescheduled { desired, .. } => {
                self.desired = Some(*desired);
            }
            Event::Queued { queue, .. } | Event::Step { queue, .. } => self.queue = Some(queue.clone()),
            Event::Returned { .. } => {
                if let Some(queue) = standing.and_then(|standing| standing.queue.clone()) {
                    self.queue = Some(queue);
                }
            }
            Event::Reserved { queue, .. } => {
                self.queue = Some(queue.clone());
                self.ready_at.get_or_insert(at);
            }
            Event::Notified { .. } => {
                self.ready_at.get_or_insert(at);
            }
            Event::Dialing { attempt, .. } => {
                self.ready_at.get_or_insert(at);
                self.attempts.push(Attempt { id: *attempt, at, answered: None, outcome: None });
            }
            Event::Outcome { attempt, outcome, .. } => {
                let Some(made) = self.attempts.iter_mut().rfind(|made| made.id == *attempt) else { return };
                made.outcome = Some((at, *outcome));
                if *outcome == Outcome::Answered {
                    made.answered = Some(at);
                }
            }
            Event::Connected { agent, .. } if self.connected.is_none() => {
                let place = standing.map_or(self.asked_at, |standing| standing.place);
                let live = self.attempts.last().filter(|made| made.answered.is_some());
                let attempt = live.map(|made| made.id);
                self.connected = Some(Connected { at, agent: agent.clone(), place, attempt });
            }
            Event::Ended { .. } | Event::TalkTimeout { .. } if self.talk.is_none() => {
                let begun = self.connected.as_ref().map(|talk| talk.at);
                self.talk = begun.map(|begun| at.since(begun));
            }
            Event::Completed { reason, .. } => self.over = Some((at, reason.to_smolstr())),
            _ => {}
        }
    }
}

/// The callback whose fact an event changes.
fn named(event: &Event) -> Option<&CallbackId> {
    match event {
        Event::Accepted { callback }
        | Event::Rejected { callback, .. }
        | Event::Scheduled { callback, .. }
        | Event::Rescheduled { callback, .. }
        | Event::Queued { callback, .. }
        | Event::Step { callback, .. }
        | Event::Returned { callback, .. }
        | Event::Reserved { callback, .. }
        | Event::Notified { callback, .. }
        | Event::Dialing { callback, .. }
        | Event::Outcome { callback, .. }
        | Event::Connected { callback, .. }
        | Event::Ended { callback, .. }
        | Event::TalkTimeout { callback, .. }
        | Event::Completed { callback, .. } => Some(callback),
        _ => None,
    }
}

impl Observer for Facts {
    fn requested(&mut self, at: Instant, request: &Request) {
        self.begin(Fact {
            service: request.service.clone(),
            channel: request.channel.clone(),
            desired: request.desired,
            ..Fact::new(request.id.clone(), at)
        });
    }

    fn effect(&mut self, effect: &Effect, standing: Option<&Standing>) {
        let EffectKind::Event(event) = &effect.kind else { return };
        // Who asks anew is not told before what the engine answers.
        if let Event::Accepted { callback } | Event::Rejected { callback, .. } = event
            && !self.known.contains_key(callback)
        {
            self.begin(Fact::new(callback.clone(), effect.at));
        }
        self.event(effect.at, event, standing);
        if let Event::Rejected { callback, .. } = event {
            self.known.remove(callback);
        }
    }
}
