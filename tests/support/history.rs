//! Random histories: centers and commands for property tests.

use proptest::prelude::*;
use ringback_engine::center::{
    Agent, Calendar, Center, Duplicates, Overflow, Queue, Quota, Service, Slots, Strategy as Choice,
};
use ringback_engine::protocol::{Application, CancelledBy, Command};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Ageing, AgentId, AttemptId, CallbackId, Duration, Engine, Instant, Name};

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
    /// How one of the live attempts ended.
    Outcome(prop::sample::Index, Outcome),
    /// One of the live attempts' interactions ended.
    Ended(prop::sample::Index),
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
            Self::Outcome(index, outcome) => {
                pick(index).map(|attempt| Command::Outcome { attempt, outcome: *outcome })
            }
            Self::Ended(index) => pick(index).map(|attempt| Command::Ended { attempt }),
        }
    }
}

const SKILLS: [&str; 3] = ["billing", "tech", "sales"];
const QUEUES: [&str; 3] = ["alpha", "beta", "gamma"];
const NEEDS: [&str; 7] =
    ["true", "billing", "tech >= 5", "billing || sales >= 3", "!tech", "agent:a1", "group:gold && !agent:a2"];

/// The ids of the agents of [`centers`].
pub const AGENTS: [&str; 5] = ["a0", "a1", "a2", "a3", "a4"];

fn agents() -> impl Strategy<Value = Vec<Agent>> {
    let one = (prop::collection::vec(0..=10u8, 3), any::<bool>());
    prop::collection::vec(one, AGENTS.len()).prop_map(|agents| {
        let agent = |(id, (levels, gold)): (&str, (Vec<u8>, bool))| {
            let mut agent = Agent::new(id);
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
        ]),
        (0..3i64, 1..60i64, prop::option::of(0..20i64)),
        (0..3i64, 1..4u32, prop::sample::select(vec![0, 10]), prop::sample::select(vec![30i64, 300, 3_600])),
        any::<bool>(),
    );
    let one =
        one.prop_map(|(need, strategy, (points, every, cap), (priority, attempts, wrap_up, wait), hours)| {
            let mut queue = Queue::new("");
            queue.need = str::parse(need).expect("a requirement");
            queue.strategy = strategy;
            queue.priority = priority * 5;
            queue.ageing = (points > 0).then_some(Ageing { points, every: Duration::from_secs(every), cap });
            queue.max_attempts = attempts;
            queue.retry_after = Duration::from_secs(20);
            queue.wrap_up = Duration::from_secs(wrap_up);
            queue.queued_ttl = Duration::from_secs(wait);
            queue.ttl = Duration::from_secs(1_500);
            queue.purge_after = Duration::from_secs(60);
            queue.talk_timeout = Duration::from_secs(600);
            queue.calendar = hours.then(|| Name::new("shifts"));
            queue
        });
    prop::collection::vec(one, QUEUES.len()).prop_map(|mut queues| {
        for (queue, name) in queues.iter_mut().zip(QUEUES) {
            queue.name = Name::new(name);
        }
        queues[0].overflow.push(Overflow { to: Name::new("beta"), after: Duration::from_secs(15) });
        queues[1].overflow.push(Overflow { to: Name::new("gamma"), after: Duration::ZERO });
        queues
    })
}

/// Centers with three queues, three services and five agents, on which everything is scarce.
pub fn centers() -> impl Strategy<Value = Center> {
    (agents(), queues(), any::<bool>(), 1..6u32).prop_map(|(agents, queues, strict, scarce)| {
        let mut center = Center::new("Random", chrono_tz::UTC);
        let mut shifts = Calendar::new("shifts");
        shifts.open = vec![
            "Mon-Sun 10:02-10:10".parse().expect("a span"),
            "Mon-Sun 10:12-10:40".parse().expect("a span"),
        ];
        center.calendars.push(shifts);
        center.limits.attempts_per_number = Some(Quota { max: 3, per: Duration::from_secs(400) });
        center.agents = agents;
        center.services = queues
            .iter()
            .map(|queue| {
                let mut service = Service::new(&queue.name, &queue.name);
                service.duplicates = if strict { Duplicates::Strict } else { Duplicates::Two };
                service.slot = Slots { minutes: 5, capacity: scarce };
                service.max_queued = 2 * scarce;
                service.windows = vec![Quota { max: 2 * scarce, per: Duration::from_secs(120) }];
                service.per_number_daily = 4;
                service
            })
            .collect();
        center.queues = queues;
        center
    })
}

/// Histories of `length` acts. A few outcomes and ends name attempts that are not live.
pub fn histories(length: usize) -> impl Strategy<Value = Vec<Act>> {
    let ids = 0..60u32;
    let facts = (ids.clone(), 0..3usize, 0..12u32, 0..3i64, prop::option::weighted(0.05, 0..5u32));
    let request = facts.prop_map(|(id, service, number, priority, key)| {
        let mut request = Request::new(format!("c{id}"), QUEUES[service], phone(number));
        request.priority = priority;
        request.key = key.map(|key| format!("k{key}").into());
        request
    });
    let ask =
        (request, prop::option::weighted(0.3, -5..900i64)).prop_map(|(r, desired)| Say::Ask(r, desired));
    let agent = || prop::sample::select(AGENTS.to_vec()).prop_map(AgentId::new);
    let any = || any::<prop::sample::Index>();
    let ended_badly =
        (any(), prop::sample::select(Outcome::ALL.to_vec())).prop_map(|(i, o)| Say::Outcome(i, o));
    let guessed = (1..60u64, prop::sample::select(Outcome::ALL.to_vec()))
        .prop_map(|(n, outcome)| Say::Tell(Command::Outcome { attempt: AttemptId(n), outcome }));
    let cancel = ids.prop_map(|id| CallbackId::new(format!("c{id}")));
    let say = prop_oneof![
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
        1 => (1..60u64).prop_map(|n| Say::Tell(Command::Ended { attempt: AttemptId(n) })),
        1 => cancel.prop_map(|callback| Say::Tell(Command::Cancel { callback, by: CancelledBy::Customer })),
        1 => Just(Say::Nothing),
    ];
    let act = (prop_oneof![4 => Just(0i64), 8 => 1..8i64, 1 => 20..200i64], say);
    prop::collection::vec(act.prop_map(|(after, say)| Act { after, say }), length)
}
