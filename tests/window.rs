//! Scenarios of the legal calling window: nobody is called when it is too early or too late where they are.

use chrono_tz::Tz;
use ringback::{Host, at, center, code, phone};
use ringback_engine::center::{Agent, CallingWindow, Center, NumberZones, Overflow, Queue};
use ringback_engine::protocol::{Acceptance, Answer, Application, Code, Contact};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Country, Duration, Number, NumberFacts, Validity};

/// 10:00 in UTC is the instant 0 of these tests.
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

fn number(n: u32, zones: &[Tz]) -> Number {
    let facts = NumberFacts {
        validity: Validity::Valid,
        country: Some(Country::US),
        zones: zones.to_vec(),
        ..NumberFacts::default()
    };
    Number { phone: phone(n), facts }
}

fn windowed(window: &str) -> Center {
    let mut center = center([Agent::new("anna")]);
    center.services[0].calling_window = CallingWindow::everywhere(window.parse().expect("a time of day"));
    center
}

fn ask<A: Application>(host: &mut Host<A>, id: &str, n: u32, zones: &[Tz]) {
    host.request(Request::new(id, "main", number(n, zones))).unwrap();
}

#[test]
fn a_callback_waits_with_its_place_until_its_window_opens() {
    let mut host = Host::new(windowed("08:00-21:00"));
    host.log_in("anna");
    // It is 05:00 in New York, and 11:00 in Berlin.
    ask(&mut host, "early", 1, &[Tz::America__New_York]);
    ask(&mut host, "day", 2, &[Tz::Europe__Berlin]);
    assert_eq!(host.dials().len(), 1, "whoever comes later and may be called is");
    assert_eq!(host.dials()[0].callback.as_str(), "day");
    assert!(host.has("held", "early"));
    let early = host.engine.callback(&"early".into()).unwrap();
    assert_eq!(early.hold().map(|hold| hold.until), Some(at(3 * HOUR)));
    assert_eq!(early.place, at(0));
    host.report("day", Outcome::Answered).unwrap();
    host.end("day");
    host.wait_until(3 * HOUR - 1);
    assert_eq!(host.dials().len(), 1);
    ask(&mut host, "later", 3, &[Tz::America__New_York]);
    host.wait_until(3 * HOUR);
    assert_eq!(host.dials()[1].callback.as_str(), "early", "its place is before that of who came later");
}

#[test]
fn a_window_that_closes_is_closed_for_who_waits_and_for_the_dial() {
    let mut host = Host::new(windowed("08:00-21:00"));
    // 20:59:50 in Tokyo at 11:59:50.
    host.wait_until(2 * HOUR - 10);
    ask(&mut host, "first", 1, &[Tz::Asia__Tokyo]);
    ask(&mut host, "second", 2, &[Tz::Asia__Tokyo]);
    host.log_in("anna");
    let not_after = host.dials()[0].not_after;
    assert_eq!(not_after, at(2 * HOUR), "ten seconds are left, and the phone could ring for thirty");
    host.wait_until(2 * HOUR);
    host.report("first", Outcome::Busy).unwrap();
    assert_eq!(host.dials().len(), 1, "`second` is ready, and it is 21:00");
    let second = host.engine.callback(&"second".into()).unwrap();
    assert_eq!(second.hold().map(|hold| hold.until), Some(at(13 * HOUR)), "08:00 in Tokyo");
    // The wait for another attempt ends at night; the window is asked then.
    host.wait_until(2 * HOUR + 6 * MINUTE);
    let first = host.engine.callback(&"first".into()).unwrap();
    assert_eq!(first.hold().map(|hold| hold.until), Some(at(13 * HOUR)));
}

#[test]
fn the_window_has_to_be_open_in_every_zone_a_number_may_lie_in() {
    let mut center = windowed("08:00-21:00");
    let mut named = Queue::new("named");
    named.zones = NumberZones { elsewhere: vec![Tz::UTC], ..NumberZones::default() };
    center.queues.push(named);
    center.queues[0].overflow.push(Overflow::after("named", Duration::from_mins(5)));
    let mut host = Host::new(center);
    host.log_in("anna");
    // 13:00 in UTC is 08:00 in New York, and 22:00 in Tokyo; they are open together from 23:00 to 24:00 only.
    ask(&mut host, "c1", 1, &[Tz::America__New_York, Tz::Asia__Tokyo]);
    let hold = host.engine.callback(&"c1".into()).unwrap().hold();
    assert_eq!(hold.map(|hold| hold.until), Some(at(13 * HOUR)));
    host.wait_until(5 * MINUTE - 1);
    assert!(host.dials().is_empty());
    host.wait_until(5 * MINUTE);
    assert_eq!(host.dials().len(), 1, "its new queue says where such numbers are");
}

#[test]
fn requests_that_can_never_be_called_are_refused() {
    let mut center = windowed("08:00-21:00");
    center.queues[0].ttl = Duration::from_hours(2);
    let mut host = Host::new(center.clone());
    let request = |zones: &[Tz]| Request::new("x", "main", number(1, zones));
    assert_eq!(code(host.request(request(&[]))), Code::ZoneUnknown);
    // 05:00, and over at 07:00.
    assert_eq!(code(host.request(request(&[Tz::America__New_York]))), Code::NoCallingTime);
    assert_eq!(code(host.request(request(&[Tz::America__New_York]).at(at(HOUR)))), Code::NoCallingTime);
    host.request(request(&[Tz::America__New_York]).at(at(HOUR + MINUTE))).unwrap();

    center.services[0].calling_window = CallingWindow::off();
    let mut host = Host::new(center);
    host.request(request(&[])).unwrap();
}

/// Accepts with a short life.
struct Brief;

impl Application for Brief {
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        let _ = contact;
        Ok(Some(Acceptance::Accept { priority: None, ttl: Some(Duration::from_hours(1)), tags: Vec::new() }))
    }
}

#[test]
fn a_life_that_a_script_makes_shorter_than_the_night_is_refused_too() {
    let mut host = Host::with(windowed("08:00-21:00"), Brief);
    let asleep = Request::new("x", "main", number(1, &[Tz::America__New_York]));
    assert_eq!(code(host.request(asleep)), Code::NoCallingTime);
    ask(&mut host, "c1", 1, &[Tz::UTC]);
}

#[test]
fn who_steps_to_a_queue_that_knows_other_zones_is_called_on_the_number_that_may_be_called_there() {
    let mut center = windowed("09:30-11:00");
    let mut help = Queue::new("help");
    let named = |zone| NumberZones { elsewhere: vec![zone], ..NumberZones::default() };
    (center.queues[0].zones, help.zones) = (named(Tz::Asia__Tokyo), named(Tz::UTC));
    center.queues[0].overflow = vec![Overflow::after("help", Duration::from_secs(60))];
    center.queues.push(help);
    let mut host = Host::new(center);
    host.log_in("anna");
    // It is 05:00 in New York, and 19:00 in Tokyo, where a number that may lie in several zones lies for `main`.
    let several = Request::new("c1", "main", number(1, &[Tz::America__New_York]))
        .or(number(2, &[Tz::UTC, Tz::Asia__Tokyo]));
    host.request(several).unwrap();
    assert!(host.has("held", "c1") && host.dials().is_empty());
    host.wait_until(60);
    assert_eq!(host.dials()[0].number, phone(2), "in `help` it lies where it is 10:01");
}
