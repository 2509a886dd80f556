//! Scenarios of admission: which requests are taken, and what those that are not are told.

use ringback::{Host, at, center, code, phone};
use ringback_engine::center::{Agent, Calendar, Limit, Quota, Slots};
use ringback_engine::protocol::{Answer, Application, Code, Contact, EffectKind, Refusal};
use ringback_engine::record::Request;
use ringback_engine::{CallbackId, Duration, Instant, Phone};

#[test]
fn a_key_makes_repeating_harmless_until_a_day_after_the_purge() {
    let mut host = Host::new(center([]));
    let mut request = Request::new("c1", "main", phone(1));
    request.key = Some("k".into());
    host.request(request.clone()).unwrap();
    host.effects.clear();
    let hash = host.engine.state_hash();
    request.id = CallbackId::new("c2");
    host.request(request.clone()).unwrap();
    let repeated = EffectKind::Repeated { callback: CallbackId::new("c1") };
    assert_eq!(host.effects.iter().map(|effect| effect.kind.clone()).collect::<Vec<_>>(), [repeated]);
    assert_ne!(hash, host.engine.state_hash(), "an effect was numbered");
    let other = Request { phone: phone(2), ..request.clone() };
    assert_eq!(code(host.request(other.clone())), Code::KeyConflict);
    host.wait_until(14_400 + 2 * 86_400 - 1);
    assert_eq!(code(host.request(other.clone())), Code::KeyConflict);
    host.wait_until(14_400 + 2 * 86_400);
    host.request(other).unwrap();
}

#[test]
fn admission_says_why_in_the_order_of_its_checks() {
    let mut center = center([Agent::new("anna")]);
    let service = &mut center.services[0];
    service.slot = Slots { capacity: 1, ..Slots::default() };
    service.min_lead = Duration::from_mins(10);
    service.per_number_daily = 1;
    service.windows = vec![Quota { max: 2, per: Duration::from_secs(100) }];
    service.require_agents = true;
    let mut host = Host::new(center);
    let request = |id: &str, number| Request::new(id, "main", phone(number));
    assert_eq!(code(host.request(Request::new("x", "mian", phone(1)))), Code::UnknownService);
    let nobody = Request::new("x", "main", Phone::redacted());
    assert_eq!(code(host.request(nobody)), Code::InvalidNumber);
    assert_eq!(code(host.request(request("x", 1))), Code::NoAgents);
    assert_eq!(code(host.request(request("x", 1).at(at(-1)))), Code::PastTime);
    assert_eq!(code(host.request(request("x", 1).at(at(86_400 * 30 + 1)))), Code::TooFar);
    assert_eq!(code(host.request(request("x", 1).at(at(599)))), Code::TooSoon);
    host.request(request("s1", 1).at(at(600))).unwrap();
    match host.request(request("x", 2).at(at(899))) {
        Err(Refusal::Rejected(rejection)) => {
            assert_eq!(rejection.code, Code::SlotFull);
            assert_eq!(rejection.free_slots, [at(900), at(1_200), at(1_500)]);
        }
        other => panic!("{other:?}"),
    }
    host.log_in("anna");
    host.request(request("i1", 1)).unwrap();
    assert_eq!(code(host.request(request("x", 1))), Code::Throttled, "once a day for one number");
    host.request(request("i2", 2)).unwrap();
    match host.request(request("x", 3)) {
        Err(Refusal::Rejected(rejection)) => {
            assert_eq!((rejection.code, rejection.free_at), (Code::Throttled, Some(at(100))));
        }
        other => panic!("{other:?}"),
    }
    host.wait_until(100);
    host.request(request("i3", 3)).unwrap();
    assert_eq!(host.request(request("i3", 4)), Err(Refusal::IdInUse(CallbackId::new("i3"))));
}

#[test]
fn the_blackout_before_closing_holds_from_its_first_instant() {
    let mut center = center([]);
    let mut office = Calendar::new("office");
    office.open = vec!["Mon-Fri 09:00-11:00".parse().unwrap()];
    center.calendars.push(office);
    center.services[0].calendar = Some("office".into());
    center.services[0].immediate_blackout = Duration::from_mins(10);
    let mut host = Host::new(center);
    host.now = Instant::from_millis(at(3_000).millis() - 1);
    host.call_me("before", 1);
    host.now = at(3_000);
    assert_eq!(code(host.request(Request::new("in", "main", phone(2)))), Code::Closing);
    host.now = at(3_600);
    host.call_me("closed", 3);
}

#[test]
fn the_daily_limit_says_when_the_next_day_begins_where_the_service_is() {
    let mut center = center([]);
    center.timezone = chrono_tz::Asia::Kolkata;
    center.services[0].per_number_daily = 1;
    let mut host = Host::new(center.clone());
    host.call_me("c1", 1);
    let again = |host: &mut Host<_>| match host.request(Request::new("c2", "main", phone(1))) {
        Err(Refusal::Rejected(rejection)) => (rejection.code, rejection.free_at),
        other => panic!("{other:?}"),
    };
    let midnight = "2026-03-04T00:00:00+05:30".parse().unwrap();
    assert_eq!(again(&mut host), (Code::Throttled, Some(midnight)));
    host.now = midnight;
    host.request(Request::new("c2", "main", phone(1))).unwrap();

    center.services[0].per_number_daily = 0;
    assert_eq!(again(&mut Host::new(center)), (Code::Throttled, None), "0 blocks every day");
}

#[test]
fn limits_beyond_what_the_engine_counts_are_a_fault() {
    struct Throttle(Vec<Limit>);
    impl Application for Throttle {
        fn throttle(&mut self, _: &Contact) -> Answer<Vec<Limit>> {
            Ok(Some(self.0.clone()))
        }
    }
    let limit = |max, per| Limit { key: "k".into(), max, per };
    let largest = limit(10_000, Duration::from_days(31));
    for (limits, taken) in [
        (vec![largest.clone(); 8], true),
        (vec![largest; 9], false),
        (vec![limit(10_001, Duration::from_secs(1))], false),
        (vec![limit(1, Duration::from_millis(31 * 86_400_000 + 1))], false),
    ] {
        let mut host = Host::with(center([]), Throttle(limits));
        let answer = host.request(Request::new("c1", "main", phone(1)));
        if taken {
            assert_eq!(answer, Ok(()));
        } else {
            assert_eq!(code(answer), Code::ApplicationFault);
            assert!(host.has("fault", "c1"));
        }
    }
}
