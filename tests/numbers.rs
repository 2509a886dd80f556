//! Scenarios: customers with several numbers, who are tried on one after the other.

use ringback::{Host, center, code, number, phone};
use ringback_engine::center::{Agent, Center, Quota};
use ringback_engine::protocol::{Code, Command, Event, Plain};
use ringback_engine::record::{Outcome, Reason, Request, State};
use ringback_engine::{Duration, Number, Phone};

/// A request for callback `id` with these numbers.
fn request(id: &str, numbers: &[u32]) -> Request {
    let (first, others) = numbers.split_first().expect("one at least");
    others.iter().fold(Request::new(id, "main", number(*first)), |request, n| request.or(number(*n)))
}

/// A center with one agent, where a number that was called in vain is called again ten seconds later.
fn hasty() -> Center {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].retry_after = Duration::from_secs(10);
    center.queues[0].max_attempts = 9;
    center
}

fn called(host: &Host<Plain>) -> Vec<Phone> {
    host.dials().iter().map(|dial| dial.number.clone()).collect()
}

#[test]
fn numbers_are_tried_in_order_and_again_from_the_first() {
    let mut host = Host::new(hasty());
    host.log_in("anna");
    host.request(request("c1", &[1, 2, 3])).unwrap();
    let failures =
        [Outcome::NoAnswer, Outcome::Busy, Outcome::AnsweringMachine, Outcome::Fax, Outcome::Error];
    for (n, outcome) in (1..).zip(failures) {
        host.report("c1", outcome).unwrap();
        host.wait_until(10 * n);
    }
    assert_eq!(called(&host), [1, 2, 3, 1, 2, 3].map(phone));
    let story = host.story();
    let after = story.iter().position(|line| line.contains(" outcome ")).unwrap();
    let expected = ["0 next_number callback:c1 number:+12125550002", "0 returned callback:c1 why:no_answer"];
    assert_eq!(story[after + 1..after + 3], expected);
}

#[test]
fn a_number_on_which_the_customer_was_reached_stays() {
    let mut center = hasty();
    center.queues[0].dialling.first = ringback_engine::center::First::Customer;
    let mut host = Host::new(center);
    host.log_in("anna");
    host.request(request("c1", &[1, 2])).unwrap();
    host.report("c1", Outcome::Answered).unwrap();
    host.report("c1", Outcome::Abandoned).unwrap();
    host.wait_until(10);
    assert_eq!(called(&host), [phone(1), phone(1)]);
}

#[test]
fn a_number_at_its_limit_is_passed_over() {
    let mut center = hasty();
    center.agents.push(Agent::new("ben"));
    center.limits.attempts_per_number = Some(Quota { max: 1, per: Duration::from_secs(1_000) });
    let mut host = Host::new(center);
    host.call_me("other", 1);
    host.request(request("c1", &[1, 2])).unwrap();
    host.log_in("anna");
    host.log_in("ben");
    assert_eq!(called(&host), [phone(1), phone(2)], "who waits on the first number takes the second");
    host.report("other", Outcome::Answered).unwrap();
    host.end("other");
    host.report("c1", Outcome::Busy).unwrap();
    host.wait_until(999);
    assert_eq!(host.dials().len(), 2, "both are at their limit");
    host.wait_until(1_000);
    assert_eq!(
        called(&host),
        [phone(1), phone(2), phone(1)],
        "the next in order, of those that are free again"
    );
}

#[test]
fn a_number_outside_its_window_is_passed_over() {
    let mut center = hasty();
    center.services[0].calling_window =
        ringback_engine::center::CallingWindow::everywhere("08:00-10:30".parse().unwrap());
    let mut host = Host::new(center);
    // It is ten in UTC, and eleven in Berlin.
    host.request(request("c1", &[10, 1])).unwrap();
    host.log_in("anna");
    assert_eq!(called(&host), [phone(1)]);
}

#[test]
fn a_number_that_is_forbidden_by_now_is_passed_over_and_none_ends_the_callback() {
    let mut host = Host::new(hasty());
    host.request(request("c1", &[1, 2])).unwrap();
    host.request(request("c2", &[1, 2])).unwrap();
    let mut stricter = hasty();
    stricter.services[0].blocked = vec![phone(1).as_str().into()];
    host.tell(Command::Reconfigure { center: Box::new(stricter.clone()) }).unwrap();
    host.log_in("anna");
    assert_eq!(called(&host), [phone(2)]);
    stricter.services[0].blocked.push(phone(2).as_str().into());
    host.report("c1", Outcome::Answered).unwrap();
    host.tell(Command::Reconfigure { center: Box::new(stricter) }).unwrap();
    host.end("c1");
    let callback = host.engine.callback(&"c2".into()).unwrap();
    let State::Completed(completed) = &callback.state else { panic!("{callback:?}") };
    assert_eq!(completed.reason, Reason::NumberNotAllowed);
}

#[test]
fn an_allowed_number_that_is_taken_is_waited_for() {
    let mut host = Host::new(hasty());
    host.request(request("c1", &[2])).unwrap();
    host.request(request("c2", &[1, 2])).unwrap();
    let mut stricter = hasty();
    stricter.agents.push(Agent::new("ben"));
    stricter.services[0].blocked = vec![phone(1).as_str().into()];
    host.tell(Command::Reconfigure { center: Box::new(stricter) }).unwrap();
    host.log_in("anna");
    host.log_in("ben");
    assert_eq!(called(&host), [phone(2)]);
    assert!(!host.has("completed", "c2"), "its other number is allowed, if taken");
    host.report("c1", Outcome::Answered).unwrap();
    host.end("c1");
    host.wait_until(1_000);
    let next = &host.dials()[1];
    assert_eq!((next.callback.as_str(), &next.number), ("c2", &phone(2)));
}

#[test]
fn each_number_is_asked_for_what_the_first_is() {
    let mut host = Host::new(hasty());
    assert_eq!(code(host.request(request("c1", &[1, 8]))), Code::PremiumNumber);
    assert_eq!(code(host.request(request("c1", &[1, 2, 3, 4]))), Code::InvalidNumber, "three at most");
    let nowhere = Number { facts: number(9).facts, ..number(5) };
    let mut center = hasty();
    center.services[0].calling_window = ringback_engine::center::CallingWindow::default();
    let mut strict = Host::new(center);
    assert_eq!(code(strict.request(request("c1", &[1]).or(nowhere))), Code::ZoneUnknown);
}

#[test]
fn a_customer_is_known_by_any_of_their_numbers() {
    let mut host = Host::new(hasty());
    host.request(request("c1", &[1, 2])).unwrap();
    host.request(request("c2", &[2, 3])).unwrap();
    assert_eq!(code(host.request(request("c3", &[2]))), Code::Duplicate, "two wait for it");
    assert_eq!(host.engine.callbacks_of(&phone(2)).count(), 2);
    host.tell(Command::InboundContact { number: phone(3), service: None }).unwrap();
    assert!(host.has("completed", "c2"), "the customer called first, from another number");
    host.cancel("c1").unwrap();
    host.tell(Command::Erase { phone: phone(2) }).unwrap();
    let redacted = |id: &str| host.engine.callback(&id.into()).unwrap().request.names(&Phone::redacted());
    assert!(redacted("c1") && redacted("c2"));
    let journal = format!("{:?}", host.engine.callbacks(None).collect::<Vec<_>>());
    [1, 2, 3].map(phone).iter().for_each(|phone| assert!(!journal.contains(phone.as_str())));
}

#[test]
fn a_number_that_stands_twice_is_tried_once_a_round() {
    let mut host = Host::new(hasty());
    host.request(request("c1", &[1, 1, 2])).unwrap();
    let request = &host.engine.callback(&"c1".into()).unwrap().request;
    assert_eq!(request.numbers().map(|number| number.phone).collect::<Vec<_>>(), [phone(1), phone(2)]);
}

#[test]
fn two_customers_are_never_called_on_one_number_at_once() {
    let mut center = hasty();
    center.agents.push(Agent::new("ben"));
    let mut host = Host::new(center);
    host.request(request("c1", &[1, 3])).unwrap();
    host.request(request("c2", &[2, 1])).unwrap();
    host.log_in("anna");
    host.log_in("ben");
    host.report("c2", Outcome::NoAnswer).unwrap();
    let turned = host.story().iter().any(|line| line.contains("next_number callback:c2"));
    assert!(!turned, "the other number is being called");
    host.wait_until(10);
    assert_eq!(called(&host), [phone(2)]);
    assert!(!host.effects.iter().any(|effect| {
        format!("{effect:?}")
            .contains(&format!("{:?}", Event::NextNumber { callback: "c2".into(), number: phone(1) }))
    }));
}

#[test]
fn who_is_taken_while_forbidden_waits_for_the_number_on_which_another_is_called() {
    let mut center = hasty();
    center.agents.push(Agent::new("ben"));
    center.queues[0].dialling.preview = true;
    let mut host = Host::new(center.clone());
    host.request(request("c1", &[1])).unwrap();
    host.request(request("c2", &[2, 1])).unwrap();
    host.log_in("anna");
    host.log_in("ben");
    host.tell(Command::Accept { callback: "c1".into(), agent: "anna".into() }).unwrap();
    center.services[0].blocked = vec![phone(2).as_str().into()];
    host.tell(Command::Reconfigure { center: Box::new(center) }).unwrap();
    host.tell(Command::Accept { callback: "c2".into(), agent: "ben".into() }).unwrap();
    assert_eq!(called(&host), [phone(1)], "one at a time");
    let attempt = host.attempt("c1");
    assert!(host.story().iter().any(|line| line == "0 returned callback:c2 why:number"));
    host.tell(Command::Outcome { attempt, outcome: Outcome::Answered }).unwrap();
    host.tell(Command::Ended { attempt }).unwrap();
    let offered = host.story().iter().any(|line| line.contains("offered callback:c2"));
    assert!(offered, "and then it is the turn of who waited");
}
