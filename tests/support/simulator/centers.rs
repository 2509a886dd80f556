//! The center of a seed: small enough that everything is scarce.

use ringback_engine::center::{
    Agent, AtClose, Attribute, Calendar, CalledFirst, CallingWindow, Center, Confirm, DatedCapacity,
    Dialling, Duplicates, First, NumberZones, OfferExpired, OnFault, Overflow, Queue, Quota, Service, Slots,
    Strategy, Table, Unconfirmed, WeeklyCapacity, WrapUp,
};
use ringback_engine::{Ageing, Country, Duration, Name};

use super::features::{Feature, Features};
use super::random::Random;
use crate::any_hour;
use crate::history::{NEEDS, NEVER_LATE, QUEUES};
use crate::phone;

const SKILLS: [&str; 3] = ["billing", "tech", "sales"];

pub(super) fn center(random: &mut Random, features: &Features) -> Center {
    let zone = random.pick(&[chrono_tz::UTC, chrono_tz::Pacific::Chatham, chrono_tz::Asia::Kolkata]);
    let mut center = Center::new("Simulated", zone);
    center.seed = random.next();
    let long = features.has(Feature::LongLives);
    let attempts = if long { 10 } else { random.within(1..5) as u32 };
    let per = Duration::from_secs(if long { 3_600 } else { 400 });
    center.limits.attempts_per_number = (!random.one_in(6)).then_some(Quota { max: attempts, per });
    if features.has(Feature::Crowds) {
        let quota = |random: &mut Random| {
            let per = Duration::from_secs(random.pick(&[20, 60, 300]));
            random.one_in(2).then(|| Quota { max: random.within(1..12) as u32, per })
        };
        center.limits.attempts_per_prefix = quota(random);
        center.limits.attempts_per_country = quota(random);
        center.limits.attempts_total = quota(random);
    }
    center.limits.redial_floor = Duration::from_secs(random.pick(&[0, 60, 90]));
    center.limits.max_lag = Duration::from_secs(random.pick(&[20, 60, 600, NEVER_LATE]));
    center.limits.faults_in_a_row = random.within(2..200) as u32;
    center.calendars = vec![shifts(random), office()];
    if features.has(Feature::OddNumbers) {
        let entries = [(phone(5).as_str().into(), Attribute::Integer(1))].into();
        center.tables.push(Table { name: center.limits.opt_out.clone(), entries });
    }
    let agents = random.within(2..11) as usize;
    center.agents = (0..agents).map(|number| agent(number, random)).collect();
    center.queues = QUEUES.into_iter().map(|name| queue(name, random, features)).collect();
    center.queues[0].overflow = vec![Overflow::after("beta", Duration::from_secs(15))];
    center.queues[1].overflow = vec![Overflow::after("gamma", Duration::ZERO)];
    if features.has(Feature::Conditions) {
        conditions(&mut center, random);
    }
    center.services = QUEUES.into_iter().map(|name| service(name, random, features)).collect();
    center
}

/// Ways out that conditions open, which come and go.
fn conditions(center: &mut Center, random: &mut Random) {
    for _ in 0..random.within(1..5) {
        let (from, on) = (random.below(QUEUES.len()), random.within(1..3) as usize);
        let how = random.pick(&[">", ">=", ">", ">=", "<", "<=", "==", "!="]);
        let with = random.within(0..6);
        let condition = match random.below(6) {
            0 | 1 => format!("waiting {how} {}", 3 * with),
            2 => format!("oldest {how} {}s", 15 * with),
            3 => format!("ewt {how} {}s", 20 * with),
            4 => format!("agents {how} {}", with / 2),
            _ => format!("ready {how} {}", with / 3),
        };
        if random.one_in(3) {
            // There and back.
            let back = Duration::from_secs(random.within(20..70));
            center.queues[from].overflow.push(Overflow::after(QUEUES[from], back));
        }
        let edge =
            Overflow::when(QUEUES[(from + on) % QUEUES.len()], condition.parse().expect("a condition"));
        let after = Duration::from_secs(random.pick(&[0, 0, 0, 10, 25]));
        center.queues[from].overflow.push(Overflow { after, ..edge });
    }
}

/// Opens and closes all day.
fn shifts(random: &mut Random) -> Calendar {
    let mut shifts = Calendar::new("shifts");
    shifts.timezone = Some(random.pick(&[chrono_tz::UTC, chrono_tz::Asia::Kolkata]));
    let mut minute = random.within(0..10);
    while minute < 1_380 {
        let to = minute + random.within(3..50);
        let span =
            format!("Mon-Sun {:02}:{:02}-{:02}:{:02}", minute / 60, minute % 60, to / 60 % 24, to % 60);
        shifts.open.push(span.parse().expect("a span"));
        minute = to + random.within(1..12);
    }
    shifts
}

/// Never closes, but for the day after [`START`](crate::START).
fn office() -> Calendar {
    let mut office = Calendar::new("office");
    office.open = vec!["Mon-Sun 00:00-24:00".parse().expect("a span")];
    office.holidays = vec!["2026-03-04".parse().expect("a day")];
    office
}

fn agent(number: usize, random: &mut Random) -> Agent {
    let mut agent = Agent::new(format!("a{number}"));
    agent.capacity = random.pick(&[1, 1, 1, 2, 3]);
    // Levels are few, so that some agents are alike.
    agent.skills.extend(SKILLS.iter().map(Name::new).zip([(); 3].map(|()| random.pick(&[0u8, 0, 3, 5]))));
    if random.one_in(2) { agent.group("gold") } else { agent }
}

fn queue(name: &str, random: &mut Random, features: &Features) -> Queue {
    let mut queue = Queue::new(name);
    queue.need = random.pick(&NEEDS[..5]).parse().expect("a requirement");
    queue.strategy = random.pick(&[
        Strategy::LongestIdle,
        Strategy::MostSkilled,
        Strategy::LeastSkilled,
        Strategy::FewestCalls,
        Strategy::RoundRobin,
        Strategy::LeastOccupied,
        Strategy::LeastTalk,
        Strategy::Random,
        Strategy::Script,
    ]);
    queue.priority = random.within(0..3) * 5;
    queue.ageing = ageing(random);
    queue.wrap_up = Duration::from_secs(random.pick(&[0, 0, 4, 15])).into();
    if features.has(Feature::WrapUps) && !random.one_in(3) {
        queue.wrap_up = WrapUp::UntilReady;
    }
    queue.max_attempts = random.within(1..4) as u32;
    queue.retry_after = Duration::from_secs(random.pick(&[5, 20, 60]));
    if !features.has(Feature::LongLives) {
        queue.queued_ttl = Duration::from_secs(random.pick(&[30, 120, 600]));
        queue.ttl = Duration::from_secs(random.pick(&[300, 1_500]));
        queue.purge_after = Duration::from_secs(random.pick(&[0, 30, 120]));
        queue.talk_timeout = Duration::from_secs(random.pick(&[60, 300]));
    }
    if features.has(Feature::Hours) {
        queue.calendar = random.pick(&[None, Some("shifts"), Some("office")]).map(Name::new);
    }
    if features.has(Feature::Closings) && queue.calendar.is_some() {
        queue.at_close = random.pick(&[AtClose::Schedule, AtClose::Schedule, AtClose::Complete]);
    }
    if features.has(Feature::Windows) {
        let named = NumberZones { elsewhere: vec![chrono_tz::Asia::Kolkata], ..NumberZones::default() };
        let abroad = [(Country::US, vec![chrono_tz::Europe::Berlin, chrono_tz::UTC])].into();
        let abroad = NumberZones { countries: abroad, ..NumberZones::default() };
        queue.zones = [NumberZones::default(), named, abroad][random.below(3)].clone();
    }
    if features.has(Feature::Steering) {
        queue.max_waiting = random.one_in(3).then(|| random.within(2..30) as u32);
    }
    if features.has(Feature::Dialling) {
        queue.dialling = dialling(random);
    }
    if random.one_in(5) {
        queue.groups = vec![Name::new("gold")];
    }
    queue
}

/// A way to call, most of them with something asked before.
fn dialling(random: &mut Random) -> Dialling {
    let seconds = |random: &mut Random, from: i64, to: i64| Duration::from_secs(random.within(from..to));
    let mut dialling = Dialling::default();
    dialling.first = random.pick(&[First::Agent, First::Customer, First::Customer, First::Inbound]);
    dialling.preview = random.one_in(3);
    dialling.on_offer_expired = random.pick(&[OfferExpired::NotReady, OfferExpired::Ready]);
    dialling.confirm = (dialling.first != First::Inbound && random.one_in(3)).then(|| Confirm {
        timeout: seconds(random, 5, 20),
        attempts: random.within(1..4) as u32,
        otherwise: random.pick(&[Unconfirmed::Connect, Unconfirmed::Fail]),
    });
    let alone = dialling.first == First::Customer && !dialling.preview && dialling.confirm.is_none();
    dialling.dial_ahead = if alone { random.within(0..4) as u32 } else { 0 };
    dialling.abandon_max = random.within(0..60) as u32;
    dialling.concurrent_dials = random.one_in(3).then(|| random.within(1..4) as u32);
    let per = Duration::from_secs(random.pick(&[10, 40, 120]));
    dialling.dial_rate = random.one_in(3).then(|| Quota { max: random.within(1..5) as u32, per });
    dialling.offer_timeout = seconds(random, 5, 20);
    dialling.reject_cooloff = seconds(random, 0, 120);
    dialling.max_rejects = random.within(1..5) as u32;
    dialling.connect_timeout = seconds(random, 5, 30);
    dialling.snooze = seconds(random, 10, 200);
    dialling.call_in.digits = 4;
    dialling.call_in.number = random.one_in(2).then(|| phone(9_001));
    dialling
}

pub(super) fn ageing(random: &mut Random) -> Option<Ageing> {
    let (points, every) = (random.within(0..4), Duration::from_secs(random.within(1..60)));
    let cap = random.one_in(3).then(|| random.within(0..20));
    (points > 0).then_some(Ageing { points, every, cap })
}

fn service(name: &str, random: &mut Random, features: &Features) -> Service {
    let mut service = any_hour(Service::new(name, name));
    let scarce = random.within(2..16) as u32;
    if features.has(Feature::Windows) {
        let span = |text: &str| text.parse().expect("a time of day");
        let countries =
            [(Country::US, Some(span("10:03-10:11"))), (Country::new("DE").expect("two letters"), None)];
        service.calling_window = match random.below(4) {
            0 => CallingWindow::default(),
            1 => CallingWindow::everywhere(span("10:04-11:09")),
            2 => CallingWindow { elsewhere: Some(span("00:10-23:50")), countries: countries.into() },
            _ => CallingWindow::everywhere(span("09:00-18:30")),
        };
    }
    if features.has(Feature::Appointments) {
        (service.immediate, service.scheduled) = random.pick(&[(true, true), (true, true), (false, true)]);
        service.horizon = Duration::from_secs(random.pick(&[600, 3_600, 86_400]));
        service.min_lead = Duration::from_secs(random.pick(&[0, 0, 60]));
        service.submit_before = Duration::from_secs(random.pick(&[0, 30, 120]));
    }
    if features.has(Feature::OddNumbers) {
        let lists: [Option<&[&str]>; 4] = [None, None, Some(&["US"]), Some(&["DE", "US"])];
        let codes = |codes: &[&str]| codes.iter().filter_map(|code| Country::new(code)).collect();
        service.countries = random.pick(&lists).map(codes);
        let blocked: [&[&str]; 3] = [&[], &["+12125550003"], &["regex:4$", "+49"]];
        service.blocked = random.pick(&blocked).iter().map(Name::new).collect();
        (service.premium, service.impossible) = (random.one_in(3), random.one_in(3));
    }
    service.duplicates = random.pick(&[Duplicates::Strict, Duplicates::Two, Duplicates::Any]);
    (service.slot.minutes, service.slot.capacity) = (random.pick(&[5, 10, 30]), scarce.div_ceil(2));
    if features.has(Feature::Tables) {
        tables(&mut service.slot, random);
    }
    service.max_scheduled_per_number = random.within(1..4) as u32;
    service.max_queued = 8 * scarce;
    service.windows = vec![
        Quota { max: 8 * scarce, per: Duration::from_secs(60) },
        Quota { max: 12 * scarce, per: Duration::from_secs(120) },
    ];
    service.per_number_daily = random.pick(&[2, 20, 20, 200]);
    service.inbound = random.pick(&[CalledFirst::Cancel, CalledFirst::KeepPlace]);
    service.require_agents = random.one_in(5);
    service.on_fault = random.pick(&[OnFault::Refuse, OnFault::Standard]);
    if features.has(Feature::Hours) {
        service.calendar = random.pick(&[None, Some("shifts"), Some("office")]).map(Name::new);
        service.reject_closed = service.calendar.is_some() && random.one_in(2);
        let blackout = if service.calendar.is_some() { random.pick(&[0, 60, 240]) } else { 0 };
        service.immediate_blackout = Duration::from_secs(blackout);
    }
    service
}

/// Other capacities at some times of the week, and on some dates.
fn tables(slots: &mut Slots, random: &mut Random) {
    for _ in 0..random.within(1..4) {
        let days = random.pick(&["Mon-Sun", "Tue", "Tue-Wed", "Sun-Tue"]);
        let (from, to) = (random.within(0..144), random.within(0..144));
        let times = format!("{:02}:{}0-{:02}:{}5", from / 6, from % 6, to / 6, to % 6);
        let capacity = random.within(0..9) as u32;
        let at = format!("{days} {times}").parse().expect("a span");
        slots.weekly.push(WeeklyCapacity { at, capacity });
        if random.one_in(2) {
            let day = random.pick(&["2026-03-03", "03-03", "2026-03-04", "03-04"]);
            let on = format!("{day} {times}").parse().expect("an added date");
            slots.dated.push(DatedCapacity { on, capacity: random.within(0..9) as u32 });
        }
    }
}

/// The same center with other skills, rules and limits.
pub(super) fn configured_anew(center: &Center, random: &mut Random) -> Center {
    let mut center = center.clone();
    let max = random.within(1..12) as u32;
    let limits = &mut center.limits;
    let limits = [
        &mut limits.attempts_per_number,
        &mut limits.attempts_per_prefix,
        &mut limits.attempts_per_country,
        &mut limits.attempts_total,
    ];
    limits.into_iter().flatten().for_each(|quota| quota.max = max);
    for one in &mut center.agents {
        if random.one_in(3) {
            let fresh = agent(0, random);
            (one.capacity, one.skills, one.groups) = (fresh.capacity, fresh.skills, fresh.groups);
        }
    }
    for queue in &mut center.queues {
        queue.priority = random.within(0..3) * 5;
        queue.ageing = ageing(random);
        queue.need = random.pick(&NEEDS[..5]).parse().expect("a requirement");
        queue.max_attempts = random.within(1..4) as u32;
        queue.max_waiting = random.one_in(3).then(|| random.within(2..30) as u32);
    }
    for service in &mut center.services {
        let blocked: [&[&str]; 4] = [&[], &[], &["+12125550003"], &["regex:4$", "+49"]];
        service.blocked = random.pick(&blocked).iter().map(Name::new).collect();
        service.countries = random.one_in(4).then(|| vec![Country::US]);
    }
    center
}
