//! Scenarios of slots: tables, free ones, holds, moving from one to another, and what happens when a queue closes.

use chrono_tz::Tz;
use ringback::{Host, any_hour, at, center, code, phone};
use ringback_engine::center::{
    Agent, AtClose, Calendar, CallingWindow, Center, DatedCapacity, Quota, Season, Service, Slots,
    WeeklyCapacity, instant_to_local,
};
use ringback_engine::protocol::{Code, Command, Plain, Refusal};
use ringback_engine::record::{Outcome, Request, State};
use ringback_engine::{CallbackId, Duration, Instant, Name};

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

/// One booking a slot of 30 minutes.
fn scarce() -> Center {
    let mut center = center([]);
    center.services[0].slot = Slots { minutes: 30, capacity: 1, ..Slots::default() };
    center
}

fn asks(host: &mut Host<Plain>, id: &str, number: u32, seconds: i64) -> Result<(), Refusal> {
    host.request(Request::new(id, "main", phone(number)).at(at(seconds)))
}

fn moves(host: &mut Host<Plain>, id: &str, seconds: i64) -> Result<(), Refusal> {
    host.tell(Command::Reschedule { callback: CallbackId::new(id), to: at(seconds) })
}

fn holds(host: &mut Host<Plain>, hold: &str, seconds: i64) -> Result<(), Refusal> {
    host.tell(Command::HoldSlot { hold: hold.into(), service: Name::new("main"), at: at(seconds) })
}

#[test]
fn a_moved_callback_takes_the_new_slot_before_it_gives_the_old_one_back() {
    let mut host = Host::new(scarce());
    asks(&mut host, "c1", 1, 3_600).unwrap();
    asks(&mut host, "c2", 2, 5_400).unwrap();
    let hash = host.engine.state_hash();
    match moves(&mut host, "c1", 5_500) {
        Err(Refusal::Rejected(rejection)) => {
            assert_eq!(rejection.code, Code::SlotFull);
            assert_eq!(rejection.free_slots, [at(7_200), at(9_000), at(1_800)]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(host.engine.state_hash(), hash, "nothing changed");
    host.story();
    moves(&mut host, "c1", 7_200).unwrap();
    let [from, to] = [at(3_600), at(7_200)].map(Instant::millis);
    assert_eq!(host.story(), [format!("0 rescheduled callback:c1 from:{from} desired:{to}")]);
    let callback = host.engine.callback(&CallbackId::new("c1")).unwrap();
    assert_eq!((callback.place, callback.ttl_at), (at(7_200), at(7_200 + 86_400)));
    asks(&mut host, "c3", 3, 3_600).unwrap();
    // Within its own slot it needs no room.
    moves(&mut host, "c1", 7_300).unwrap();
    assert_eq!(code(asks(&mut host, "c4", 4, 7_200)), Code::SlotFull);
    host.wait_until(7_180);
    assert!(host.has("queued", "c1"), "submitted 120 s before its new time");
    let moved = moves(&mut host, "c1", 9_000);
    assert_eq!(
        moved.unwrap_err().to_string(),
        "callback `c1`: can't be moved to another time, it is QUEUED; only SCHEDULED ones can"
    );
}

#[test]
fn a_callback_is_moved_only_to_a_time_it_could_be_asked_for() {
    let mut center = scarce();
    let mut office = Calendar::new("office");
    office.open = vec!["Mon-Sun 10:00-14:00".parse().unwrap()];
    center.calendars.push(office);
    let service = &mut center.services[0];
    (service.calendar, service.reject_closed) = (Some("office".into()), true);
    service.min_lead = Duration::from_mins(5);
    service.windows = vec![Quota { max: 1, per: Duration::from_secs(100) }];
    let mut host = Host::new(center);
    asks(&mut host, "c1", 1, 3_600).unwrap();
    for (seconds, expected) in
        [(-1, Code::PastTime), (299, Code::TooSoon), (86_400 * 30 + 1, Code::TooFar), (14_400, Code::Closed)]
    {
        assert_eq!(code(moves(&mut host, "c1", seconds)), expected, "{seconds}");
    }
    moves(&mut host, "c1", 300).unwrap();
    let unknown = moves(&mut host, "c9", 300).unwrap_err();
    assert_eq!(unknown, Refusal::UnknownCallback(CallbackId::new("c9")));
}

/// Who moves to a time so near that the callback enters its queue at once counts like an immediate request.
#[test]
fn a_callback_is_not_moved_to_where_nobody_may_be_called_while_it_lives() {
    let mut center = scarce();
    center.queues[0].ttl = Duration::from_hours(1);
    center.queues[0].zones.elsewhere = vec![Tz::UTC];
    center.services[0].calling_window =
        CallingWindow { elsewhere: Some("10:00-12:00".parse().unwrap()), ..CallingWindow::off() };
    let mut host = Host::new(center);
    asks(&mut host, "c1", 1, 3_600).unwrap();
    assert_eq!(code(moves(&mut host, "c1", 4 * 3_600)), Code::NoCallingTime);
    moves(&mut host, "c1", 23 * 3_600 + 1_800).unwrap();
}

#[test]
fn moving_is_no_way_around_the_windows() {
    let mut center = scarce();
    center.services[0].windows = vec![Quota { max: 1, per: Duration::from_secs(100) }];
    let mut host = Host::new(center);
    for (id, number) in [("c1", 1), ("c2", 2)] {
        asks(&mut host, id, number, 3_600 * i64::from(number)).unwrap();
    }
    moves(&mut host, "c1", 60).unwrap();
    assert!(host.has("queued", "c1"));
    assert_eq!(code(host.request(Request::new("c3", "main", phone(3)))), Code::Throttled);
    assert_eq!(code(moves(&mut host, "c2", 61)), Code::SlotFull);
    host.now = at(99);
    let mut other = scarce();
    other.services[0].slot.capacity = 9;
    other.services[0].windows = vec![Quota { max: 1, per: Duration::from_secs(100) }];
    let mut host = Host::new(other);
    asks(&mut host, "c1", 1, 3_600).unwrap();
    asks(&mut host, "c2", 2, 3_600).unwrap();
    moves(&mut host, "c1", 60).unwrap();
    assert_eq!(code(moves(&mut host, "c2", 61)), Code::Throttled);
}

#[test]
fn a_hold_keeps_a_place_for_two_minutes() {
    let mut host = Host::new(scarce());
    holds(&mut host, "h1", 3_700).unwrap();
    let (slot, until) = (at(3_600).millis(), at(120).millis());
    assert_eq!(host.story(), [format!("0 slot_held hold:h1 service:main slot:{slot} until:{until}")]);
    assert_eq!(code(asks(&mut host, "c1", 1, 3_600)), Code::SlotFull);
    assert_eq!(code(holds(&mut host, "h2", 3_600)), Code::SlotFull);
    let again = holds(&mut host, "h1", 7_200).unwrap_err();
    assert!(again.to_string().starts_with("hold `h1`: another hold has this id"), "{again}");
    let mut mine = Request::new("c2", "main", phone(2)).at(at(3_700));
    mine.hold = Some("h1".into());
    host.wait_until(119);
    host.request(mine.clone()).unwrap();
    host.story();
    host.wait_until(120);
    assert_eq!(host.story(), Vec::<String>::new(), "a hold that was used does not expire");

    holds(&mut host, "h1", 7_200).unwrap();
    host.story();
    host.wait_until(240);
    assert_eq!(host.story(), ["240 hold_expired hold:h1"]);
    asks(&mut host, "c3", 3, 7_200).unwrap();
    // A hold that is over is no obstacle where there is room, and no help where there is none.
    let late = |id: &str, seconds| {
        let mut request = Request::new(id, "main", phone(4)).at(at(seconds));
        request.hold = Some("h1".into());
        request
    };
    assert_eq!(code(host.request(late("c4", 7_200))), Code::SlotFull);
    host.request(late("c4", 9_000)).unwrap();
    for (service, seconds, expected) in [
        ("nowhere", 3_600, Code::UnknownService),
        ("main", 200, Code::PastTime),
        ("main", 1 << 30, Code::TooFar),
    ] {
        let hold = Command::HoldSlot { hold: "h9".into(), service: service.into(), at: at(seconds) };
        assert_eq!(code(host.tell(hold)), expected);
    }
}

#[test]
fn a_hold_that_a_customer_used_once_is_no_place_for_them_later() {
    let mut host = Host::new(scarce());
    holds(&mut host, "h1", 3_600).unwrap();
    host.request(Request { hold: Some("h1".into()), ..Request::new("c1", "main", phone(1)).at(at(3_600)) })
        .unwrap();
    holds(&mut host, "h1", 7_200).unwrap();
    assert_eq!(
        code(moves(&mut host, "c1", 7_200)),
        Code::SlotFull,
        "somebody else holds it under the same id"
    );
}

#[test]
fn capacity_is_that_of_the_date_else_of_the_week() {
    let on = |text: &str, capacity| DatedCapacity { on: text.parse().unwrap(), capacity };
    let slots = Slots {
        minutes: 60,
        capacity: 1,
        weekly: vec![
            WeeklyCapacity { at: "Mon-Fri 09:00-12:00".parse().unwrap(), capacity: 5 },
            WeeklyCapacity { at: "Fri 11:00-12:00".parse().unwrap(), capacity: 3 },
        ],
        dated: vec![on("12-24 00:00-24:00", 2), on("2026-12-24 11:00-12:00", 0)],
    };
    for (start, capacity) in [
        ("2026-12-22T08:00:00Z", 1),
        ("2026-12-22T09:00:00Z", 5),
        ("2026-12-22T11:59:59Z", 5),
        ("2026-12-22T12:00:00Z", 1),
        ("2026-12-18T11:00:00Z", 3),
        ("2026-12-24T09:00:00Z", 2),
        ("2026-12-24T11:00:00Z", 0),
        ("2027-12-24T11:00:00Z", 2),
    ] {
        assert_eq!(slots.capacity_at(Tz::UTC, instant(start)), capacity, "{start}");
    }
}

#[test]
fn free_slots_are_listed_with_what_they_still_take() {
    let mut center = center([]);
    let mut office = Calendar::new("office");
    office.timezone = Some(Tz::America__New_York);
    office.open = vec!["Mon-Sun 08:20-10:00".parse().unwrap()];
    office.seasons = vec![Season {
        from: "2026-03-10".parse().unwrap(),
        to: "2026-03-11".parse().unwrap(),
        open: Vec::new(),
    }];
    center.calendars.push(office);
    let service = &mut center.services[0];
    service.calendar = Some("office".into());
    service.slot = Slots { minutes: 30, capacity: 1, ..Slots::default() };
    let mut host = Host::new(center);
    let nine = instant("2026-03-09T13:00:00Z");
    host.request(Request::new("c1", "main", phone(1)).at(nine)).unwrap();
    let days = (instant("2026-03-09T00:00:00Z"), instant("2026-03-12T00:00:00Z"));
    let listed = |host: &Host<Plain>, full| -> Vec<String> {
        let found = host.engine.availability("main", days, Tz::Europe__Berlin, full).unwrap();
        found
            .iter()
            .map(|slot| format!("{} {}/{}", slot.local.format("%d %H:%M"), slot.left, slot.total))
            .collect()
    };
    // Where the office opens within a slot, that is when it starts.
    let free = [
        "09 13:20 1/1",
        "09 13:30 1/1",
        "09 14:30 1/1",
        "11 13:20 1/1",
        "11 13:30 1/1",
        "11 14:00 1/1",
        "11 14:30 1/1",
    ];
    assert_eq!(listed(&host, false), free);
    let mut all = free.to_vec();
    all.insert(2, "09 14:00 0/1");
    assert_eq!(listed(&host, true), all);
    assert_eq!(host.engine.availability("nowhere", days, Tz::UTC, true), None);
    host.cancel("c1").unwrap();
    assert_eq!(listed(&host, false)[2], "09 14:00 1/1");
}

#[test]
fn a_day_of_23_or_25_hours_has_slots_for_each() {
    let mut center = center([]);
    center.timezone = Tz::Europe__Dublin;
    center.services[0].slot = Slots { minutes: 60, capacity: 1, ..Slots::default() };
    center.services[0].horizon = Duration::from_days(365);
    let mut host = Host::new(center);
    host.wait_until(0);
    for (from, to, count) in [
        ("2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z", 24),
        ("2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z", 23),
        ("2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", 25),
    ] {
        let day = (instant(from), instant(to));
        let slots = host.engine.availability("main", day, Tz::Europe__Dublin, false).unwrap();
        assert_eq!(slots.len(), count, "{from}");
        assert!(slots.iter().all(|slot| slot.local == instant_to_local(Tz::Europe__Dublin, slot.start)));
    }
}

#[test]
fn the_question_for_free_slots_is_bounded() {
    let mut center = center([]);
    center.services[0].horizon = Duration::from_days(36_500);
    let mut host = Host::new(center);
    host.wait_until(0);
    let slots = host.engine.availability("main", (at(0), Instant::MAX), Tz::UTC, false).unwrap();
    assert_eq!(slots.len(), 10_000);
}

/// A queue that is open until an hour from the start, and again from the day after.
fn closing(at_close: AtClose) -> Host<Plain> {
    let mut center = center([Agent::new("anna")]);
    let mut office = Calendar::new("office");
    let opens = at(0).to_utc().format("%H:%M").to_string();
    let closes = at(3_600).to_utc().format("%H:%M").to_string();
    office.open = vec![format!("Mon-Sun {opens}-{closes}").parse().unwrap()];
    center.calendars.push(office);
    center.queues[0].calendar = Some("office".into());
    center.queues[0].at_close = at_close;
    center.queues[0].retry_after = Duration::from_secs(600);
    center.services[0].slot = Slots { minutes: 30, capacity: 1, ..Slots::default() };
    Host::new(center)
}

#[test]
fn callbacks_wait_for_the_next_opening_unless_the_queue_says_otherwise() {
    let mut host = closing(AtClose::Keep);
    host.call_me("c1", 1);
    host.story();
    host.wait_until(3_600);
    assert_eq!(host.story(), Vec::<String>::new());
}

#[test]
fn callbacks_are_put_off_to_the_next_slots_with_room_and_keep_their_place() {
    let mut host = closing(AtClose::Schedule);
    for (id, number) in [("c1", 1), ("c2", 2), ("c3", 3)] {
        host.call_me(id, number);
    }
    host.story();
    host.wait_until(3_599);
    assert_eq!(host.story(), Vec::<String>::new());
    host.wait_until(3_600);
    let desired = |seconds| at(seconds).millis();
    assert_eq!(
        host.story(),
        [
            format!("3600 put_off callback:c1 desired:{}", desired(86_400)),
            format!("3600 put_off callback:c2 desired:{}", desired(88_200)),
            format!("3600 put_off callback:c3 desired:{}", desired(2 * 86_400)),
        ]
    );
    let callback = host.engine.callback(&CallbackId::new("c2")).unwrap();
    assert!(matches!(callback.state, State::Scheduled(_)));
    assert_eq!((callback.place, callback.ttl_at), (at(0), at(88_200 + 86_400)));
    host.log_in("anna");
    host.story();
    host.wait_until(86_400);
    assert!(host.has("returned", "c1") && host.has("reserved", "c1") && !host.has("returned", "c2"));
}

#[test]
fn closings_do_not_put_a_callback_off_for_ever() {
    let mut center = closing(AtClose::Schedule).engine.layout().center().clone();
    center.services[0].horizon = Duration::from_days(3);
    let mut host = Host::new(center);
    host.call_me("c1", 1);
    host.story();
    host.wait_until(10 * 86_400);
    let story = host.story();
    let times = story.iter().filter(|line| line.contains(" put_off ")).count();
    // At the fourth closing the next opening is beyond the horizon of its request.
    assert_eq!(times, 3, "{story:?}");
    assert!(story.iter().any(|line| line.contains(" completed ")), "{story:?}");
}

#[test]
fn callbacks_complete_when_their_queue_closes_those_under_way_when_they_come_back() {
    let mut host = closing(AtClose::Complete);
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.wait_until(3_590);
    host.log_in("anna");
    let attempt = host.attempt("c1");
    host.story();
    // The phone of the first rings while the queue closes.
    host.wait_until(3_600);
    assert_eq!(host.story(), ["3600 completed callback:c2 reason:FAIL_TARGET_NOT_FOUND"]);
    host.wait_until(3_610);
    host.tell(Command::Outcome { attempt, outcome: Outcome::Busy }).unwrap();
    assert!(host.has("completed", "c1") && host.has("returned", "c1"));
}

#[test]
fn a_new_configuration_keeps_holds_and_notices_that_a_queue_is_closed_by_it() {
    let mut host = Host::new(scarce());
    holds(&mut host, "h1", 3_600).unwrap();
    host.call_me("c1", 1);
    host.wait_until(10);
    host.story();
    let mut after = scarce();
    let mut office = Calendar::new("office");
    office.open = vec!["Mon-Sun 00:00-24:00".parse().unwrap()];
    office.holidays = vec!["2026-03-03".parse().unwrap()];
    after.calendars.push(office);
    after.queues[0].calendar = Some("office".into());
    after.queues[0].at_close = AtClose::Complete;
    after.services.insert(0, any_hour(Service::new("new", "main")));
    host.tell(Command::Reconfigure { center: Box::new(after) }).unwrap();
    assert_eq!(
        host.story(),
        ["10 reconfigured center:Test", "10 completed callback:c1 reason:FAIL_TARGET_NOT_FOUND"]
    );
    assert_eq!(code(asks(&mut host, "c2", 2, 3_600)), Code::SlotFull, "the place held is still held");
    host.story();
    host.wait_until(120);
    assert_eq!(host.story(), ["120 hold_expired hold:h1"]);
    asks(&mut host, "c2", 2, 3_600).unwrap();
}
