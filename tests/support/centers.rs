//! Random centers for property tests: three queues, three services and five agents, on which everything is scarce.

use proptest::prelude::*;
use ringback_engine::center::{
    Agent, AtClose, Attribute, CalledFirst, Center, Confirm, Dialling, Duplicates, First, OfferExpired,
    OnFault, Overflow, Queue, Quota, Service, Slots, Strategy as Choice, Table, Unconfirmed, WrapUp,
};
use ringback_engine::{Ageing, Country, Duration, Name};

use crate::hours::{calendars, windows, zones};
use crate::phone;

/// A `max_lag` in seconds that no host of a history exceeds.
pub const NEVER_LATE: i64 = 1_000_000_000;

const SKILLS: [&str; 3] = ["billing", "tech", "sales"];

/// The queues, and the services, of [`centers`].
pub const QUEUES: [&str; 3] = ["alpha", "beta", "gamma"];

/// Requirements that some agents of [`centers`] meet and others do not.
pub const NEEDS: [&str; 7] =
    ["true", "billing", "tech >= 5", "billing || sales >= 3", "!tech", "agent:a1", "group:gold && !agent:a2"];

/// Conditions of overflow that come and go as a history goes.
const CONDITIONS: [&str; 15] = [
    "waiting > 1",
    "waiting >= 3",
    "oldest > 20s",
    "oldest >= 45s",
    "ewt > 0s",
    "ewt > 0s",
    "ewt > 0s",
    "ewt > 0s",
    "ewt >= 1s",
    "ewt > 5s",
    "ewt > 30s",
    "agents == 0",
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

/// Half of them call as they come; the others in every way there is.
fn diallings() -> impl Strategy<Value = Dialling> {
    let secs = |from: i64, to: i64| (from..to).prop_map(Duration::from_secs);
    let otherwise = prop::sample::select(vec![Unconfirmed::Connect, Unconfirmed::Fail]);
    let confirm = (secs(5, 20), 1..3u32, otherwise).prop_map(|(timeout, attempts, otherwise)| Confirm {
        timeout,
        attempts,
        otherwise,
    });
    let ways = (
        prop::sample::select(vec![First::Agent, First::Customer, First::Customer, First::Inbound]),
        prop::bool::weighted(0.4),
        prop::sample::select(vec![OfferExpired::NotReady, OfferExpired::Ready]),
        prop::option::weighted(0.4, confirm),
        prop::sample::select(vec![0u32, 1, 2]),
    );
    let rate = (1..3u32, prop::sample::select(vec![10i64, 40, 120]))
        .prop_map(|(max, per)| Quota { max, per: Duration::from_secs(per) });
    let limits = (prop::option::weighted(0.2, 1..3u32), prop::option::weighted(0.4, rate));
    let spans = (secs(5, 20), prop::sample::select(vec![0i64, 30, 90]), secs(5, 20), 1..3u32, 0..60u32);
    let other = (ways, limits, spans, any::<bool>()).prop_map(|(ways, limits, spans, named)| {
        let mut dialling = Dialling::default();
        let (first, preview, expired, confirm, ahead) = ways;
        (dialling.first, dialling.preview, dialling.on_offer_expired) = (first, preview, expired);
        dialling.confirm = confirm.filter(|_| first != First::Inbound);
        let alone = first == First::Customer && !preview && dialling.confirm.is_none();
        dialling.dial_ahead = if alone { ahead } else { 0 };
        (dialling.concurrent_dials, dialling.dial_rate) = limits;
        let (offer, cooloff, connect, rejects, abandoned) = spans;
        (dialling.offer_timeout, dialling.reject_cooloff) = (offer, Duration::from_secs(cooloff));
        (dialling.connect_timeout, dialling.max_rejects, dialling.abandon_max) =
            (connect, rejects, abandoned);
        dialling.call_in.digits = 4;
        dialling.call_in.number = named.then(|| phone(96));
        dialling.presentation.display_name = "Bank".into();
        dialling
    });
    prop_oneof![1 => Just(Dialling::default()), 1 => other]
}

fn queues() -> impl Strategy<Value = Vec<Queue>> {
    let ten = WrapUp::For(Duration::from_secs(10));
    let wrap_ups = prop::sample::select(vec![WrapUp::default(), ten, ten, WrapUp::UntilReady]);
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
        (0..3i64, 1..4u32, wrap_ups, prop::sample::select(vec![30i64, 300, 3_600])),
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
            queue.wrap_up = wrap_up;
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
    let diallings = prop::collection::vec(diallings(), QUEUES.len());
    let queues = (prop::collection::vec(one, QUEUES.len()), diallings).prop_map(|(mut queues, diallings)| {
        for ((queue, name), dialling) in queues.iter_mut().zip(QUEUES).zip(diallings) {
            queue.name = Name::new(name);
            queue.dialling = dialling;
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
                service.inbound = if standard { CalledFirst::KeepPlace } else { CalledFirst::Cancel };
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
