//! Random histories: centers and commands for property tests.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ringback_engine::center::{
    Agent, AtClose, Attribute, Center, Duplicates, OnFault, Overflow, Queue, Quota, Service, Slots,
    Strategy as Choice, Table,
};
use ringback_engine::protocol::{Application, BulkDeed, CancelledBy, Changes, Command};
use ringback_engine::record::{Outcome, Request, State, Switch};
use ringback_engine::{Ageing, AgentId, AttemptId, CallbackId, Country, Duration, Engine, Instant, Name};

use crate::hours::{calendars, windows, zones};
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
    /// This hold, on the slot so many seconds from now.
    Hold(Name, Name, i64),
    /// How one of the live attempts ended.
    Outcome(prop::sample::Index, Outcome),
    /// One of the live attempts' interactions ended.
    Ended(prop::sample::Index),
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
        }
    }
}

impl Deed {
    /// The command that does it to many, if there is one.
    fn to_many(&self, callbacks: Vec<CallbackId>, now: Instant) -> Option<Command> {
        let deed = match self.clone() {
            Self::Move(seconds) => BulkDeed::Reschedule { to: now.after(Duration::from_secs(seconds)) },
            Self::Cancel(by) => BulkDeed::Cancel { by },
            Self::Assign(agent) => BulkDeed::Assign { agent },
            Self::Fail | Self::Update(_) => return None,
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
            Self::Hold(hold, service, seconds) => {
                let at = now.after(Duration::from_secs(*seconds));
                Some(Command::HoldSlot { hold: hold.clone(), service: service.clone(), at })
            }
            Self::Outcome(index, outcome) => {
                pick(index).map(|attempt| Command::Outcome { attempt, outcome: *outcome })
            }
            Self::Ended(index) => pick(index).map(|attempt| Command::Ended { attempt }),
        }
    }
}

/// A `max_lag` in seconds that no host of a history exceeds.
pub const NEVER_LATE: i64 = 1_000_000_000;

const SKILLS: [&str; 3] = ["billing", "tech", "sales"];

/// The queues, and the services, of [`centers`].
pub const QUEUES: [&str; 3] = ["alpha", "beta", "gamma"];

/// Requirements that some agents of [`centers`] meet and others do not.
pub const NEEDS: [&str; 7] =
    ["true", "billing", "tech >= 5", "billing || sales >= 3", "!tech", "agent:a1", "group:gold && !agent:a2"];

/// Conditions of overflow that come and go as a history goes.
const CONDITIONS: [&str; 8] = [
    "waiting > 1",
    "waiting >= 3",
    "oldest > 20s",
    "oldest >= 45s",
    "ewt > 30s",
    "agents == 0",
    "ready == 0",
    "ready < 2",
];

/// The ids of the agents of [`centers`].
pub const AGENTS: [&str; 5] = ["a0", "a1", "a2", "a3", "a4"];

fn agents() -> impl Strategy<Value = Vec<Agent>> {
    // Levels are few, so that some agents are alike.
    let levels = prop::collection::vec(prop::sample::select(vec![0u8, 0, 3, 5]), 3);
    let one = (levels, any::<bool>(), prop_oneof![3 => Just(1), 2 => 2..4u32]);
    prop::collection::vec(one, AGENTS.len()).prop_map(|agents| {
        let agent = |(id, (levels, gold, capacity)): (&str, (Vec<u8>, bool, u32))| {
            let mut agent = Agent::new(id).capacity(capacity);
            agent.skills.extend(SKILLS.iter().map(Name::new).zip(levels));
            if gold { agent.group("gold") } else { agent }
        };
        AGENTS.into_iter().zip(agents).map(agent).collect()
    })
}

fn queues() -> impl Strategy<Value = Vec<Queue>> {
    let one = (
        prop::sample::select(NEEDS.to_vec()),
        prop::sample::select(vec![
            Choice::LongestIdle,
            Choice::MostSkilled,
            Choice::LeastSkilled,
            Choice::FewestCalls,
            Choice::RoundRobin,
            Choice::LeastOccupied,
            Choice::LeastTalk,
            Choice::Random,
            Choice::Script,
            Choice::Script,
            Choice::Script,
            Choice::Script,
        ]),
        (0..3i64, 1..60i64, prop::option::of(0..20i64)),
        (0..3i64, 1..4u32, prop::sample::select(vec![0, 10]), prop::sample::select(vec![30i64, 300, 3_600])),
        prop::option::weighted(0.3, 1..5u32),
        (
            prop::sample::select(vec![None, None, Some("shifts"), Some("office")]),
            prop::sample::select(vec![AtClose::Keep, AtClose::Schedule, AtClose::Complete]),
            any::<bool>(),
            zones(),
        ),
    );
    let one = one.prop_map(
        |(
            need,
            strategy,
            (points, every, cap),
            (priority, attempts, wrap_up, wait),
            max_waiting,
            (hours, at_close, gold, zones),
        )| {
            let mut queue = Queue::new("");
            queue.need = str::parse(need).expect("a requirement");
            queue.strategy = strategy;
            queue.priority = priority * 5;
            queue.ageing = (points > 0).then_some(Ageing { points, every: Duration::from_secs(every), cap });
            queue.max_attempts = attempts;
            queue.retry_after = Duration::from_secs(20);
            queue.wrap_up = Duration::from_secs(wrap_up);
            queue.prefer_last_agent = (attempts > 1).then_some(Duration::from_secs(wait / 10 + 15));
            queue.queued_ttl = Duration::from_secs(wait);
            queue.ttl = Duration::from_secs(1_500);
            queue.purge_after = Duration::from_secs(60);
            queue.talk_timeout = Duration::from_secs(600);
            queue.calendar = hours.map(Name::new);
            queue.max_waiting = max_waiting;
            queue.zones = zones;
            queue.at_close = hours.map_or(AtClose::Keep, |_| at_close);
            queue.groups = if gold && need == "billing" { vec![Name::new("gold")] } else { Vec::new() };
            queue
        },
    );
    let queues = prop::collection::vec(one, QUEUES.len()).prop_map(|mut queues| {
        for (queue, name) in queues.iter_mut().zip(QUEUES) {
            queue.name = Name::new(name);
        }
        queues[0].overflow.push(Overflow::after("beta", Duration::from_secs(15)));
        queues[1].overflow.push(Overflow::after("gamma", Duration::ZERO));
        queues
    });
    let edge = (
        0..QUEUES.len(),
        1..QUEUES.len(),
        prop::sample::select(CONDITIONS.to_vec()),
        prop::sample::select(vec![0, 0, 10]),
    );
    (queues, prop::collection::vec(edge, 0..4)).prop_map(|(mut queues, edges)| {
        for (from, on, when, after) in edges {
            let edge = Overflow::when(QUEUES[(from + on) % QUEUES.len()], when.parse().expect("a condition"));
            queues[from].overflow.push(Overflow { after: Duration::from_secs(after), ..edge });
        }
        queues
    })
}

fn services() -> impl Strategy<Value = Vec<Service>> {
    let kinds = prop_oneof![14 => Just((true, true)), 1 => Just((true, false)), 1 => Just((false, true))];
    let duplicates =
        prop::sample::select(vec![Duplicates::Strict, Duplicates::Two, Duplicates::Two, Duplicates::Any]);
    let hours = prop::sample::select(vec![None, None, Some("shifts"), Some("office")]);
    let terms = (
        (kinds, duplicates, 1..6u32, prop::sample::select(vec![5u32, 5, 10])),
        (hours, any::<bool>(), prop::sample::select(vec![0i64, 60, 240])),
        (
            prop::sample::select(vec![0i64, 30, 120]),
            prop::sample::select(vec![600i64, 3_600]),
            prop::sample::select(vec![0i64, 0, 60]),
        ),
        (1..3u32, prop::sample::select(vec![0u32, 2, 4, 4, 4]), prop::bool::weighted(0.2), any::<bool>()),
        (
            prop::sample::select(vec![
                None,
                None,
                None,
                Some(vec!["US"]),
                Some(vec!["US"]),
                Some(vec!["DE", "US"]),
            ]),
            prop::sample::select(vec![vec![], vec![], vec![], vec!["+12125550003"], vec!["regex:4$", "+49"]]),
            prop::bool::weighted(0.3),
            prop::bool::weighted(0.3),
            windows(),
        ),
    );
    prop::collection::vec(terms, QUEUES.len()).prop_map(|services| {
        QUEUES
            .into_iter()
            .zip(services)
            .map(|(name, (slots, hours, spans, quotas, numbers))| {
                let mut service = Service::new(name, name);
                let ((immediate, scheduled), duplicates, scarce, minutes) = slots;
                (service.immediate, service.scheduled, service.duplicates) =
                    (immediate, scheduled, duplicates);
                service.slot = Slots { minutes, capacity: scarce, ..Slots::default() };
                service.max_queued = 2 * scarce;
                service.windows = vec![
                    Quota { max: 2 * scarce, per: Duration::from_secs(120) },
                    Quota { max: 3 * scarce, per: Duration::from_secs(300) },
                ];
                let (calendar, reject_closed, blackout) = hours;
                service.calendar = calendar.map(Name::new);
                service.reject_closed = calendar.is_some() && reject_closed;
                service.immediate_blackout = Duration::from_secs(calendar.map_or(0, |_| blackout));
                let (submit_before, horizon, min_lead) = spans;
                service.submit_before = Duration::from_secs(submit_before);
                service.horizon = Duration::from_secs(horizon);
                service.min_lead = Duration::from_secs(min_lead);
                let (most_scheduled, daily, agents, standard) = quotas;
                service.max_scheduled_per_number = most_scheduled;
                service.per_number_daily = daily;
                service.require_agents = agents;
                let (countries, blocked, premium, impossible, window) = numbers;
                service.calling_window = window;
                service.countries =
                    countries.map(|codes| codes.into_iter().filter_map(Country::new).collect());
                service.blocked = blocked.into_iter().map(Into::into).collect();
                (service.premium, service.impossible) = (premium, impossible);
                service.on_fault = if standard { OnFault::Standard } else { OnFault::Refuse };
                service
            })
            .collect()
    })
}

/// Centers with three queues, three services and five agents, on which everything is scarce.
pub fn centers() -> impl Strategy<Value = Center> {
    let zone =
        prop::sample::select(vec![chrono_tz::UTC, chrono_tz::Pacific::Chatham, chrono_tz::Asia::Kolkata]);
    let max_lag = prop::sample::select(vec![30i64, 600, NEVER_LATE]);
    // Seldom enough that most histories are not about them.
    let others = prop::collection::vec(prop::option::weighted(0.12, (2..6u32, 60..300i64)), 3);
    let limits = (1..5u32, prop::sample::select(vec![0i64, 60, 90]), 1..6u32, max_lag, others);
    (agents(), queues(), services(), zone, limits).prop_map(|(agents, queues, services, zone, limits)| {
        let mut center = Center::new("Random", zone);
        center.calendars.extend(calendars());
        let (attempts, floor, faults, max_lag, others) = limits;
        let quota =
            |other: &Option<(u32, i64)>| other.map(|(max, per)| Quota { max, per: Duration::from_secs(per) });
        center.limits.attempts_per_prefix = quota(&others[0]);
        center.limits.attempts_per_country = quota(&others[1]);
        center.limits.attempts_total = quota(&others[2]);
        center.limits.attempts_per_number = Some(Quota { max: attempts, per: Duration::from_secs(400) });
        center.limits.redial_floor = Duration::from_secs(floor);
        center.limits.faults_in_a_row = faults;
        center.limits.max_lag = Duration::from_secs(max_lag);
        center.seed = u64::from(faults);
        let opted_out = [(phone(5).as_str().into(), Attribute::Integer(1))].into();
        center.tables.push(Table { name: center.limits.opt_out.clone(), entries: opted_out });
        (center.agents, center.queues, center.services) = (agents, queues, services);
        center
    })
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

/// Histories of `length` acts. A few outcomes and ends name attempts that are not live, and a few agents are unknown.
pub fn histories(length: usize) -> impl Strategy<Value = Vec<Act>> {
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
    let deed = prop_oneof![
        6 => (-5..900i64).prop_map(Deed::Move),
        2 => by.prop_map(Deed::Cancel),
        1 => Just(Deed::Fail),
        4 => changes().prop_map(Deed::Update),
        2 => prop::option::weighted(0.7, agent()).prop_map(Deed::Assign),
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
    // What stands first is what a history that fails shrinks to.
    let say = prop_oneof![
        1 => Just(Say::Nothing),
        9 => ask,
        3 => agent().prop_map(|agent| Say::Tell(Command::LogIn { agent })),
        1 => agent().prop_map(|agent| Say::Tell(Command::Ready { agent })),
        1 => agent().prop_map(|agent| Say::Tell(Command::NotReady { agent })),
        1 => agent().prop_map(|agent| Say::Tell(Command::LogOut { agent })),
        1 => agent().prop_map(|agent| Say::Tell(Command::AgentLost { agent })),
        4 => any().prop_map(|index| Say::Outcome(index, Outcome::Answered)),
        4 => ended_badly,
        6 => any().prop_map(Say::Ended),
        1 => guessed,
        4 => known,
        1 => guess,
        1 => many,
        1 => anew,
        1 => (0..4u32, 0..QUEUES.len(), -5..900i64)
            .prop_map(|(n, service, s)| Say::Hold(format!("h{n}").into(), Name::new(QUEUES[service]), s)),
        1 => any().prop_map(|index| Say::Outcome(index, Outcome::Unknown)),
        1 => Just(Say::Tell(Command::Resume)),
        1 => (0..12u32).prop_map(|n| Say::Tell(Command::Erase { phone: phone(n) })),
        1 => (1..60u64).prop_map(|n| Say::Tell(Command::Ended { attempt: AttemptId(n) })),
        1 => switch,
        1 => close,
    ];
    let day = 86_400i64;
    let after =
        prop_oneof![200 => Just(0), 400 => 1..8i64, 50 => 20..200i64, 2 => Just(day), 1 => Just(31 * day)];
    let act = (after, say);
    prop::collection::vec(act.prop_map(|(after, say)| Act { after, say }), length)
}
