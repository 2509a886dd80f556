//! Random histories: centers and commands for property tests.

use proptest::prelude::*;
use ringback_engine::center::{
    Agent, Calendar, Center, Duplicates, Overflow, Queue, Quota, Service, Slots, Strategy as Choice,
};
use ringback_engine::protocol::{CancelledBy, Command};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Ageing, AgentId, AttemptId, CallbackId, Duration, Name};

use crate::{at, phone};

/// One thing that a host says, after some time has passed.
#[derive(Clone, Debug)]
pub struct Act {
    /// Seconds since the last act.
    pub after: i64,
    /// What the host says. `None`: nothing, it only lets the time pass.
    pub command: Option<Command>,
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

/// Histories of `length` acts. Attempts are guessed, so some outcomes are stale.
pub fn histories(length: usize) -> impl Strategy<Value = Vec<Act>> {
    let ids = 0..60u32;
    let request = (
        ids.clone(),
        0..3usize,
        0..8u32,
        prop::option::weighted(0.3, 0..900i64),
        0..3i64,
        prop::option::weighted(0.1, 0..5u32),
    )
        .prop_map(|(id, service, number, desired, priority, key)| {
            let mut request = Request::new(format!("c{id}"), QUEUES[service], phone(number));
            request.desired = desired.map(at);
            request.priority = priority;
            request.key = key.map(|key| format!("k{key}").into());
            Command::Request(request)
        });
    let agent = || prop::sample::select(AGENTS.to_vec()).prop_map(AgentId::new);
    let attempt = || (1..80u64).prop_map(AttemptId);
    let outcome = (attempt(), prop::sample::select(Outcome::ALL.to_vec()))
        .prop_map(|(attempt, outcome)| Command::Outcome { attempt, outcome });
    let command = prop_oneof![
        6 => request.prop_map(Some),
        3 => agent().prop_map(|agent| Some(Command::LogIn { agent })),
        1 => agent().prop_map(|agent| Some(Command::Ready { agent })),
        1 => agent().prop_map(|agent| Some(Command::NotReady { agent })),
        1 => agent().prop_map(|agent| Some(Command::LogOut { agent })),
        1 => agent().prop_map(|agent| Some(Command::AgentLost { agent })),
        8 => outcome.prop_map(Some),
        6 => attempt().prop_map(|attempt| Some(Command::Ended { attempt })),
        1 => ids.prop_map(|id| Some(Command::Cancel { callback: CallbackId::new(format!("c{id}")), by: CancelledBy::Customer })),
        2 => Just(None),
    ];
    let act = (prop_oneof![3 => Just(0i64), 6 => 1..8i64, 1 => 20..200i64], command);
    prop::collection::vec(act.prop_map(|(after, command)| Act { after, command }), length)
}
