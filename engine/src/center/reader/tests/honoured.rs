//! What is read.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use smol_str::SmolStr;

use super::{FULL, SMALL, without_files};
use crate::center::reader::read;
use crate::center::{
    Agent, AtClose, Attribute, CallIn, CalledFirst, CallingWindow, Center, Confirm, Dialling, Duplicates,
    Entries, First, NumberZones, OfferExpired, OnFault, Overflow, Presentation, Queue, Quota, Service,
    Severity, Slots, Strategy, Unconfirmed,
};
use crate::value::{Ageing, Country, Duration, Name, Phone};

fn full() -> Center {
    let reading = read(FULL, &mut |name| match name {
        "filed.csv" => Ok("key,value\n+4930123456,3\n".into()),
        other => Err(format!("{other} was asked for")),
    });
    let errors: Vec<_> = reading.findings.iter().filter(|f| f.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(reading.application, ["app.rhai"]);
    reading.layout.unwrap().center().clone()
}

#[test]
fn every_key_reaches_the_center() {
    let center = full();
    assert_eq!((center.name.as_str(), center.timezone), ("First Bank", Tz::Asia__Jerusalem));
    assert_eq!(center.seed, 7);
    assert_eq!(center.limits.attempts_per_number, Some(Quota { max: 4, per: Duration::from_days(2) }));
    assert_eq!(center.limits.attempts_per_prefix, Some(Quota { max: 20, per: Duration::from_hours(1) }));
    assert_eq!(center.limits.attempts_per_country, Some(Quota { max: 300, per: Duration::from_hours(12) }));
    assert_eq!(center.limits.attempts_total, Some(Quota { max: 5_000, per: Duration::from_days(7) }));
    assert_eq!(center.limits.opt_out, "vip");
    assert_eq!(center.limits.redial_floor, Duration::from_secs(90));
    assert_eq!(center.limits.max_lag, Duration::from_mins(2));
    assert_eq!(center.limits.faults_in_a_row, 7);

    let [calendar] = center.calendars.as_slice() else { panic!("one calendar") };
    assert_eq!((calendar.name.as_str(), calendar.timezone), ("office", Some(Tz::Europe__Berlin)));
    let open = ["Sun-Thu 07:00-24:00", "Fri 07:00-14:00"].map(|span| span.parse().unwrap());
    assert_eq!(calendar.open, open);
    assert_eq!(calendar.holidays, ["2026-12-25", "12-26"].map(|day| day.parse().unwrap()));
    assert!(calendar.closed);

    let [agent] = center.agents.as_slice() else { panic!("one agent") };
    assert_eq!(*agent, Agent::new("anna").skill("PS", 10).skill("IN", 0).group("retail").capacity(3));
}

fn dialling() -> Dialling {
    let number = |text| Some(Phone::new(text).unwrap());
    Dialling {
        first: First::Customer,
        preview: true,
        offer_timeout: Duration::from_secs(20),
        on_offer_expired: OfferExpired::Ready,
        max_rejects: 5,
        reject_cooloff: Duration::from_mins(2),
        confirm: Some(Confirm {
            timeout: Duration::from_secs(20),
            attempts: 2,
            otherwise: Unconfirmed::Fail,
        }),
        connect_timeout: Duration::from_secs(15),
        dial_ahead: 0,
        abandon_max: 5,
        call_in: CallIn { number: number("+97235550100"), digits: 8, expiry: Duration::from_mins(10) },
        concurrent_dials: Some(50),
        dial_rate: Some(Quota { max: 5, per: Duration::from_secs(1) }),
        snooze: Duration::from_mins(10),
        presentation: Presentation {
            caller_id: number("+97235550199"),
            display_name: "First Bank".into(),
            route_point: "west".into(),
            call_progress: false,
            survey_point: "survey".into(),
        },
    }
}

#[test]
fn every_key_of_a_queue_is_read() {
    let center = full();
    let overflow = |to: &str, after| Overflow::after(to, after);
    let retail = Queue {
        name: Name::new("retail"),
        need: "PS >= 2 && !trainee".parse().unwrap(),
        priority: -5,
        ageing: Some(Ageing { points: 2, every: Duration::from_secs(30), cap: Some(100) }),
        strategy: Strategy::RoundRobin,
        groups: vec![Name::new("retail"), Name::new("night")],
        calendar: Some(Name::new("office")),
        at_close: AtClose::Schedule,
        overflow: vec![
            overflow("general", Duration::from_secs(120)),
            overflow("retail", Duration::from_mins(5)),
            Overflow::when("general", "ready == 0".parse().unwrap()),
            Overflow {
                after: Duration::from_secs(30),
                ..Overflow::when("general", "oldest >= 2m".parse().unwrap())
            },
        ],
        zones: NumberZones {
            elsewhere: vec![Tz::Asia__Jerusalem, Tz::Europe__Berlin],
            countries: [(Country::US, vec![Tz::America__New_York])].into(),
        },
        dial_timeout: Duration::from_secs(20),
        max_attempts: 5,
        retry_after: Duration::from_mins(10),
        queued_ttl: Duration::from_hours(3),
        ttl: Duration::from_days(2),
        purge_after: Duration::from_days(7),
        talk_timeout: Duration::from_hours(1),
        wrap_up: Duration::from_secs(15).into(),
        dialling: dialling(),
        max_waiting: Some(40),
        prefer_last_agent: Some(Duration::from_secs(60)),
    };
    assert_eq!(center.queues, [retail, Queue::new("general")]);
}

fn country(code: &str) -> Country {
    Country::new(code).unwrap()
}

#[test]
fn every_key_of_a_service_is_read() {
    let retail = Service {
        name: Name::new("retail"),
        queue: Name::new("retail"),
        default_country: country("IL"),
        countries: Some(vec![country("IL"), country("DE")]),
        blocked: vec!["+9721599".into(), "regex:^\\+97290".into()],
        premium: true,
        impossible: true,
        calling_window: CallingWindow {
            elsewhere: "09:00-24:00".parse().ok(),
            countries: [("IL", "07:00-20:30".parse().ok()), ("DE", None)]
                .map(|(code, span)| (Country::new(code).unwrap(), span))
                .into(),
        },
        immediate: false,
        scheduled: true,
        calendar: Some(Name::new("office")),
        reject_closed: true,
        slot: Slots { minutes: 30, capacity: 20, ..Slots::default() },
        submit_before: Duration::from_secs(60),
        horizon: Duration::from_days(14),
        min_lead: Duration::from_hours(1),
        duplicates: Duplicates::Strict,
        max_queued: 50,
        windows: vec![Quota { max: 5, per: Duration::from_secs(10) }],
        per_number_daily: 0,
        max_scheduled_per_number: 1,
        require_agents: true,
        on_fault: OnFault::Refuse,
        immediate_blackout: Duration::from_mins(5),
        inbound: CalledFirst::KeepPlace,
    };
    assert_eq!(full().services, [retail]);
}

fn values(entries: &Entries) -> BTreeMap<SmolStr, Attribute> {
    match entries {
        Entries::Values(values) => values.clone(),
        Entries::Rows(rows) => panic!("{rows:?}"),
    }
}

#[test]
fn tables_are_read_from_the_text_and_from_files() {
    let center = full();
    let entries: Vec<_> = center.tables.iter().flat_map(|table| values(&table.entries)).collect();
    assert_eq!(
        entries,
        [
            (SmolStr::new("+972541234567"), Attribute::Integer(2)),
            (SmolStr::new("note"), Attribute::Text(SmolStr::new("17"))),
            (SmolStr::new("+4930123456"), Attribute::Integer(3)),
        ]
    );
}

#[test]
fn what_is_left_out_stands_at_its_default() {
    let layout = without_files(SMALL).layout.unwrap();
    let mut center = Center::new("bank", Tz::UTC);
    center.queues.push(Queue::new("q"));
    let mut service = Service::new("s", "q");
    service.calling_window = CallingWindow::off();
    center.services.push(service);
    center.agents.push(Agent::new("anna"));
    assert_eq!(*layout.center(), center);
}

#[test]
fn every_word_is_known() {
    for (word, strategy) in [
        ("longest_idle", Strategy::LongestIdle),
        ("most_skilled", Strategy::MostSkilled),
        ("least_skilled", Strategy::LeastSkilled),
        ("fewest_calls", Strategy::FewestCalls),
        ("round_robin", Strategy::RoundRobin),
        ("least_occupied", Strategy::LeastOccupied),
        ("least_talk", Strategy::LeastTalk),
        ("random", Strategy::Random),
        ("script", Strategy::Script),
    ] {
        let text = SMALL.replace("name = \"q\"", &format!("name = \"q\"\nstrategy = \"{word}\""));
        assert_eq!(without_files(&text).layout.unwrap().center().queues[0].strategy, strategy);
    }
    for (word, duplicates) in
        [("strict", Duplicates::Strict), ("true", Duplicates::Two), ("false", Duplicates::Any)]
    {
        let text = SMALL.replace("name = \"s\"", &format!("name = \"s\"\nduplicates = \"{word}\""));
        assert_eq!(without_files(&text).layout.unwrap().center().services[0].duplicates, duplicates);
    }
}

#[test]
fn tables_can_be_written_under_headers() {
    let text = SMALL
        .replace("name = \"q\"", "name = \"q\"\n[queue.ageing]\npoints = 3\nevery = \"1s\"")
        .replace("queue = \"q\"", "queue = \"q\"\nslot.minutes = 10\nkinds = [\"immediate\", \"scheduled\"]")
        + "[agent.skills]\nbilling = 0x0A\n[limits]\nattempts_per_number = \"off\"\n";
    let layout = without_files(&text).layout.unwrap();
    let center = layout.center();
    assert_eq!(center.queues[0].ageing.unwrap().points, 3);
    assert_eq!(center.services[0].slot, Slots { minutes: 10, ..Slots::default() });
    assert!(center.services[0].immediate && center.services[0].scheduled);
    assert_eq!(center.agents[0].skills["billing"], 10);
    assert_eq!(center.limits.attempts_per_number, None);
}

#[test]
fn findings_made_later_are_located() {
    let text =
        SMALL.replace("timezone", "application = \"a.rhai\"\ntimezone") + "[[queue]]\nname = \"lonely\"\n";
    let reading = without_files(&text);
    let layout = reading.layout.clone().unwrap();
    assert_eq!(layout.warnings(), []);
    let alone = layout.clone().with_script_queues(&[], false);
    let located = reading.locate(&alone.warnings()[0]);
    assert_eq!((located.line, located.column), (13, 8));
    assert_eq!(&text[located.span], "\"lonely\"");
    let computed = layout.with_script_queues(&[], true);
    assert_eq!(reading.locate(&computed.warnings()[0]).line, 2);
}

#[test]
fn without_an_application_unreached_queues_are_found() {
    let reading = without_files(&format!("{SMALL}[[queue]]\nname = \"lonely\"\n"));
    assert!(reading.layout.is_some());
    let last = reading.findings.last().unwrap().to_string();
    assert_eq!(
        last,
        "12:8: warning: queue `lonely`: nobody can reach it: no service, overflow or script names it"
    );
}
