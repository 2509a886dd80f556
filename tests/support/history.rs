//! Random histories: centers and commands for property tests.

use std::collections::BTreeMap;

use crate::rules::VERSIONS;
use proptest::prelude::*;
use ringback_engine::center::Attribute;
use ringback_engine::protocol::{Application, BulkDeed, CancelledBy, Changes, Command, Disposition, Trial};
use ringback_engine::record::{AgentFailure, Callback, Outcome, Request, Stage, State, Switch};
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Engine, Instant, Name};

pub use crate::amendments::Amendment;
pub use crate::centers::{AGENTS, NEEDS, NEVER_LATE, QUEUES, centers};

use crate::amendments::amendments;
use crate::phone;

/// One thing that a host says, after some time has passed.
#[derive(Clone, Debug)]
pub struct Act {
    /// Seconds since the last act.
    pub after: i64,
    /// What it says.
    pub say: Say,
}

/// What a host says. Some of it depends on what has happened, so it is made a command when its turn comes.
#[derive(Clone, Debug)]
pub enum Say {
    /// Nothing: the host only lets the time pass.
    Nothing,
    /// This command.
    Tell(Command),
    /// This request, for so many seconds from now.
    Ask(Request, Option<i64>),
    /// This, of one of the callbacks that are not over.
    Of(prop::sample::Index, Deed),
    /// This, of some of the callbacks that are not over, and of one that may not be there.
    Many(Vec<prop::sample::Index>, Deed),
    /// One of the callbacks, which may be over, is asked for anew under the id of this number.
    Anew(prop::sample::Index, u32),
    /// The center is configured anew, with this amended.
    Configure(Box<Amendment>),
    /// This hold, on the slot so many seconds from now.
    Hold(Name, Name, i64),
    /// How one of the live attempts ended.
    Outcome(prop::sample::Index, Outcome),
    /// One of the live attempts' interactions ended.
    Ended(prop::sample::Index),
    /// The same, and the callback goes on: after so many seconds, or at once.
    Disposed(prop::sample::Index, Option<i64>),
    /// What one of those who are asked for something says.
    Word(prop::sample::Index, Word),
}

/// What those say who were asked for something: agents to whom a callback is offered or connected, and customers who were
/// asked to confirm or to call in.
#[derive(Clone, Copy, Debug)]
pub enum Word {
    /// Yes: the agent accepts or is connected, the customer confirms or calls in.
    Yes,
    /// No: the agent rejects, or their leg fails; the customer calls from elsewhere, with the code.
    No(AgentFailure),
    /// The agent's leg fails; the customer calls the number they were given, from elsewhere and without the code.
    Odd(AgentFailure),
}

impl Word {
    fn command(self, callback: &Callback, engine: &Engine<impl Application>) -> Option<Command> {
        let State::Routing(routing) = &callback.state else { return None };
        let (id, layout) = (callback.request.id.clone(), engine.layout());
        let agent = routing.stage.agent().and_then(|agent| Some(layout.agent(agent)?.id.clone()));
        match (&routing.stage, self) {
            (Stage::Offered { .. }, Self::Yes) => Some(Command::Accept { callback: id, agent: agent? }),
            (Stage::Offered { .. }, Self::No(_)) => Some(Command::Reject { callback: id, agent: agent? }),
            (Stage::Offered { .. }, Self::Odd(_)) => {
                Some(Command::Reject { callback: id, agent: AgentId::new(AGENTS[0]) })
            }
            (Stage::Confirming { .. }, _) => Some(Command::Confirmed { callback: id }),
            (Stage::CustomerWaiting { attempt, .. }, Self::Yes) => {
                Some(Command::Connected { attempt: *attempt })
            }
            (
                Stage::CustomerWaiting { attempt, .. } | Stage::Dialing { attempt, .. },
                Self::No(failure) | Self::Odd(failure),
            ) => Some(Command::AgentFailed { attempt: *attempt, failure }),
            (Stage::Dialing { .. }, Self::Yes) => None,
            (Stage::Inbound { code, .. }, word) => {
                let number =
                    layout.queue(routing.queue).and_then(|queue| queue.dialling.call_in.number.clone());
                let (from, code, dialled) = match word {
                    Self::Yes => (Some(callback.request.phone.clone()), None, None),
                    Self::No(_) => (Some(phone(99)), code.clone(), None),
                    Self::Odd(_) => (Some(phone(99)), None, number),
                };
                Some(Command::CalledIn { from, dialled, code })
            }
        }
    }
}

/// What a host does with a callback.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Another time for it, so many seconds from now.
    Move(i64),
    /// It is not wanted any more.
    Cancel(CancelledBy),
    /// It can't go on.
    Fail,
    /// Something of it is to be another.
    Update(Changes),
    /// It is for this agent, or for all.
    Assign(Option<AgentId>),
    /// Its customer asks for later.
    Snooze(Option<Duration>),
}

impl Deed {
    /// The command that does it.
    fn to(&self, callback: CallbackId, now: Instant) -> Command {
        match self.clone() {
            Self::Move(seconds) => {
                Command::Reschedule { callback, to: now.after(Duration::from_secs(seconds)) }
            }
            Self::Cancel(by) => Command::Cancel { callback, by },
            Self::Fail => Command::Fail { callback },
            Self::Update(changes) => Command::Update { callback, changes },
            Self::Assign(agent) => Command::Assign { callback, agent },
            Self::Snooze(by) => Command::Snooze { callback, by },
        }
    }

    /// The command that does it to many, if there is one.
    fn to_many(&self, callbacks: Vec<CallbackId>, now: Instant) -> Option<Command> {
        let deed = match self.clone() {
            Self::Move(seconds) => BulkDeed::Reschedule { to: now.after(Duration::from_secs(seconds)) },
            Self::Cancel(by) => BulkDeed::Cancel { by },
            Self::Assign(agent) => BulkDeed::Assign { agent },
            Self::Fail | Self::Update(_) | Self::Snooze(_) => return None,
        };
        Some(Command::Bulk { callbacks, deed })
    }
}

impl Say {
    /// The command, given what has happened; `None`: nothing to say.
    pub fn command(&self, engine: &Engine<impl Application>, now: Instant) -> Option<Command> {
        let live: Vec<AttemptId> =
            engine.callbacks(None).filter_map(|callback| callback.state.attempt()).collect();
        let pick = |index: &prop::sample::Index| (!live.is_empty()).then(|| *index.get(&live));
        match self {
            Self::Nothing => None,
            Self::Tell(command) => Some(command.clone()),
            Self::Ask(request, desired) => {
                let desired = desired.map(|seconds| now.after(Duration::from_secs(seconds)));
                Some(Command::Request(Request { desired, ..request.clone() }))
            }
            Self::Of(index, deed) => {
                let all = engine.callbacks(None);
                let open = all.filter(|callback| !matches!(callback.state, State::Completed(_)));
                let open: Vec<_> = open.map(|callback| &callback.request.id).collect();
                (!open.is_empty()).then(|| deed.to((*index.get(&open)).clone(), now))
            }
            Self::Many(indices, deed) => {
                let all = engine.callbacks(None);
                let open = all.filter(|callback| !matches!(callback.state, State::Completed(_)));
                let open: Vec<_> = open.map(|callback| callback.request.id.clone()).collect();
                let chosen =
                    indices.iter().filter(|_| !open.is_empty()).map(|index| index.get(&open).clone());
                let callbacks = chosen.chain([CallbackId::new("c7")]).skip(indices.len() % 2).collect();
                deed.to_many(callbacks, now)
            }
            Self::Anew(index, n) => {
                let all: Vec<_> = engine.callbacks(None).map(|callback| &callback.request.id).collect();
                (!all.is_empty()).then(|| Command::Recreate {
                    callback: (*index.get(&all)).clone(),
                    id: CallbackId::new(format!("c{n}")),
                })
            }
            Self::Configure(amendment) => {
                let center = Box::new(amendment.of(engine.layout().center()));
                Some(Command::Reconfigure { center })
            }
            Self::Hold(hold, service, seconds) => {
                let at = now.after(Duration::from_secs(*seconds));
                Some(Command::HoldSlot { hold: hold.clone(), service: service.clone(), at })
            }
            Self::Outcome(index, outcome) => {
                pick(index).map(|attempt| Command::Outcome { attempt, outcome: *outcome })
            }
            Self::Ended(index) => pick(index).map(|attempt| Command::Ended { attempt }),
            Self::Disposed(index, after) => pick(index).map(|attempt| {
                let at = |after: i64| Disposition::Reschedule(now.after(Duration::from_secs(after)));
                Command::Disposed { attempt, disposition: after.map_or(Disposition::Requeue, at) }
            }),
            Self::Word(index, word) => {
                let asked = |callback: &&Callback| matches!(&callback.state, State::Routing(routing) if !matches!(routing.stage, Stage::Dialing { .. }));
                let mut asked: Vec<&Callback> = engine.callbacks(None).filter(asked).collect();
                if asked.is_empty() {
                    asked = engine.callbacks(None).collect();
                }
                // Where an agent's leg has failed it mostly fails again, so that some fail for good.
                let worst = asked.iter().max_by_key(|callback| callback.agent_failures)?;
                let again = worst.agent_failures > 0 && index.index(8) > 0;
                let (callback, word) = match word {
                    Word::Yes | Word::Odd(_) if again => (worst, Word::No(AgentFailure::Busy)),
                    word => (&asked[index.index(asked.len())], *word),
                };
                word.command(callback, engine)
            }
        }
    }
}

fn requests() -> impl Strategy<Value = Request> {
    // Half of the numbers of twelve have something wrong with them.
    let number = prop_oneof![2 => 0..5u32, 1 => 0..12u32];
    let facts = (0..60u32, 0..3usize, number, 0..3i64, prop::option::weighted(0.1, 0..5u32), any::<bool>());
    facts.prop_map(|(id, service, number, priority, key, again)| {
        let mut request = Request::new(format!("c{id}"), QUEUES[service], crate::number(number));
        request.priority = priority;
        if id % 16 == 7 {
            request.language = "de".into();
        }
        if id % 8 == 3 {
            request.hold = Some(format!("h{}", id % 4).into());
        }
        request.entropy = (id % 3 > 0).then_some(u64::from(id % 5));
        if id % 16 == 9 {
            (request.caller_id, request.route_point) = (Some(phone(98)), "west".into());
        }
        if id % 8 == 1 {
            request.other_numbers = (1..=id / 8 % 5).map(|n| crate::number(number + n * (id % 5))).collect();
        }
        if id == 59 {
            request.service = Name::new("nowhere");
        }
        if let Some(key) = key {
            request.key = Some(format!("k{key}").into());
            if again {
                request.service = Name::new(QUEUES[key as usize % 3]);
                (request.phone, request.facts) = (crate::number(key).phone, crate::number(key).facts);
                (request.priority, request.language) = (0, "".into());
            }
        }
        request
    })
}

/// What callbacks are changed to; most changes are of one thing.
fn changes() -> impl Strategy<Value = Changes> {
    let number = (0..12u32).prop_map(crate::number);
    let attribute = (prop::sample::select(vec!["tier", "note"]), prop::option::weighted(0.8, 0..3i64));
    let attributes =
        attribute.prop_map(|(name, value)| [(name.into(), value.map(Attribute::Integer))].into());
    let queue =
        prop_oneof![24 => prop::sample::select(QUEUES.to_vec()), 1 => Just("nowhere")].prop_map(Name::new);
    (
        prop::option::weighted(0.4, number),
        prop_oneof![2 => Just(BTreeMap::new()), 1 => attributes],
        prop::option::weighted(0.3, 0..20i64),
        prop::option::weighted(0.4, queue),
    )
        .prop_map(|(number, attributes, priority, queue)| Changes {
            number,
            attributes,
            priority,
            queue,
        })
}

/// Histories of `length` acts under one configuration.
pub fn histories(length: usize) -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(acts(), length)
}

/// Histories of `length` acts, some of which configure the center anew.
pub fn restless_histories(length: usize) -> impl Strategy<Value = Vec<Act>> {
    let configure = amendments().prop_map(|amendment| Say::Configure(Box::new(amendment)));
    let configure = (0..8i64, configure).prop_map(|(after, say)| Act { after, say });
    prop::collection::vec(prop_oneof![70 => acts(), 1 => configure], length)
}

/// What is done to the versions of an application of [`rules`](crate::rules::rules); one of four texts there is not.
fn versions() -> impl Strategy<Value = Command> {
    let text = || (0..=VERSIONS).prop_map(|position| ("other".to_owned(), position.to_string()));
    let trial = prop_oneof![
        4 => Just(Trial::Shadow),
        4 => prop::sample::select(vec![30, 60, 100]).prop_map(Trial::Canary),
        1 => prop::sample::select(vec![0, 101]).prop_map(Trial::Canary),
    ];
    prop_oneof![
        3 => text().prop_map(|(name, source)| Command::Deploy { name, source }),
        6 => (text(), trial).prop_map(|((name, source), trial)| Command::Try { name, source, trial }),
        1 => Just(Command::Promote),
        1 => Just(Command::EndTrial),
        2 => Just(Command::RollBack),
    ]
}

/// A few outcomes and ends name attempts that are not live, and a few agents are unknown.
fn acts() -> impl Strategy<Value = Act> {
    let ask = (requests(), prop::option::weighted(0.3, -5..900i64));
    let ask = ask.prop_map(|(request, desired)| Say::Ask(request, desired));
    let agent = || {
        prop_oneof![24 => prop::sample::select(AGENTS.to_vec()), 1 => Just("nobody")].prop_map(AgentId::new)
    };
    let any = || any::<prop::sample::Index>();
    let ended_badly =
        (any(), prop::sample::select(Outcome::ALL.to_vec())).prop_map(|(i, o)| Say::Outcome(i, o));
    let guessed = (0..60u64, prop::sample::select(Outcome::ALL.to_vec()))
        .prop_map(|(n, outcome)| Say::Tell(Command::Outcome { attempt: AttemptId(n), outcome }));
    let by = prop::sample::select(vec![CancelledBy::Customer, CancelledBy::Admin]);
    // Moving is asked for seldom enough that most wait for their time, and only of some is it possible.
    let snooze = prop::option::of((0..60i64).prop_map(Duration::from_secs));
    let deed = prop_oneof![
        6 => (-5..900i64).prop_map(Deed::Move),
        2 => by.prop_map(Deed::Cancel),
        1 => Just(Deed::Fail),
        4 => changes().prop_map(Deed::Update),
        2 => prop::option::weighted(0.7, agent()).prop_map(Deed::Assign),
        2 => snooze.prop_map(Deed::Snooze),
    ];
    let known = (any(), deed.clone()).prop_map(|(index, deed)| Say::Of(index, deed));
    let many = (prop::collection::vec(any(), 0..6), deed.clone())
        .prop_map(|(indices, deed)| Say::Many(indices, deed));
    let anew = (any(), 0..60u32).prop_map(|(index, n)| Say::Anew(index, n));
    let guess = (0..60u32, deed)
        .prop_map(|(id, deed)| Say::Tell(deed.to(CallbackId::new(format!("c{id}")), crate::at(0))));
    let switch = prop::sample::select(vec![Switch::Paused, Switch::Draining, Switch::Closed]);
    let queue = prop_oneof![24 => prop::sample::select(QUEUES.to_vec()), 1 => Just("nowhere")];
    let switch = (queue, switch, prop::bool::weighted(0.3))
        .prop_map(|(queue, switch, on)| Say::Tell(Command::Switch { queue: Name::new(queue), switch, on }));
    let calendar = prop::sample::select(vec!["shifts", "shifts", "office", "office", "nowhere"]);
    let close = (calendar, prop::sample::select(vec![Some(true), Some(false), None, None])).prop_map(
        |(calendar, closed)| Say::Tell(Command::CloseCalendar { calendar: Name::new(calendar), closed }),
    );
    let failure = || prop::sample::select(AgentFailure::ALL.to_vec());
    let word = prop_oneof![
        5 => Just(Word::Yes), 2 => failure().prop_map(Word::No), 2 => failure().prop_map(Word::Odd)
    ];
    let id = || (0..60u32).prop_map(|id| CallbackId::new(format!("c{id}")));
    let service = prop::option::of(prop::sample::select(QUEUES.to_vec()).prop_map(Name::new));
    let guessed_words = prop_oneof![
        1 => (id(), agent()).prop_map(|(callback, agent)| Command::Accept { callback, agent }),
        1 => (id(), agent()).prop_map(|(callback, agent)| Command::Reject { callback, agent }),
        1 => id().prop_map(|callback| Command::Confirmed { callback }),
        1 => (0..60u64).prop_map(|n| Command::Connected { attempt: AttemptId(n) }),
        1 => (0..60u64, failure()).prop_map(|(n, failure)| Command::AgentFailed { attempt: AttemptId(n), failure }),
        1 => Just(Command::CalledIn { from: Some(phone(97)), dialled: None, code: Some("0000".into()) }),
        3 => (0..12u32, service).prop_map(|(n, service)| Command::InboundContact { number: phone(n), service }),
    ];
    let guessed_words = guessed_words.prop_map(Say::Tell);
    let reason = prop::option::of(prop::sample::select(vec!["lunch", "training"]).prop_map(Name::new));
    let not_ready =
        (agent(), reason).prop_map(|(agent, reason)| Say::Tell(Command::NotReady { agent, reason }));
    let extend = (agent(), 0..40i64)
        .prop_map(|(agent, secs)| Say::Tell(Command::ExtendWrapUp { agent, by: Duration::from_secs(secs) }));
    // What stands first is what a history that fails shrinks to.
    let say = prop_oneof![
        1 => Just(Say::Nothing),
        9 => ask,
        3 => agent().prop_map(|agent| Say::Tell(Command::LogIn { agent })),
        5 => agent().prop_map(|agent| Say::Tell(Command::Ready { agent })),
        1 => not_ready,
        8 => extend,
        1 => agent().prop_map(|agent| Say::Tell(Command::LogOut { agent })),
        1 => agent().prop_map(|agent| Say::Tell(Command::AgentLost { agent })),
        4 => any().prop_map(|index| Say::Outcome(index, Outcome::Answered)),
        4 => ended_badly,
        6 => any().prop_map(Say::Ended),
        1 => guessed,
        4 => known,
        1 => guess,
        3 => many,
        1 => anew,
        1 => (0..4u32, 0..QUEUES.len(), -5..900i64)
            .prop_map(|(n, service, s)| Say::Hold(format!("h{n}").into(), Name::new(QUEUES[service]), s)),
        1 => any().prop_map(|index| Say::Outcome(index, Outcome::Unknown)),
        1 => Just(Say::Tell(Command::Resume)),
        1 => (0..12u32).prop_map(|n| Say::Tell(Command::Erase { phone: phone(n) })),
        1 => (1..60u64).prop_map(|n| Say::Tell(Command::Ended { attempt: AttemptId(n) })),
        1 => switch,
        1 => close,
        14 => (any(), word).prop_map(|(index, word)| Say::Word(index, word)),
        1 => (any(), prop::option::weighted(0.7, -5..900i64)).prop_map(|(i, after)| Say::Disposed(i, after)),
        1 => guessed_words,
        2 => versions().prop_map(Say::Tell),
    ];
    let day = 86_400i64;
    let after =
        prop_oneof![200 => Just(0), 400 => 1..8i64, 50 => 20..200i64, 2 => Just(day), 1 => Just(31 * day)];
    (after, say).prop_map(|(after, say)| Act { after, say })
}
