//! Scenarios: how often numbers of one prefix, of one country, and all of them are called.

use ringback::{Host, at, center, number};
use ringback_engine::center::{Agent, Center, Limits, Quota};
use ringback_engine::protocol::{Command, Plain};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Duration, Engine, Number, Phone};

/// A center with three agents in which these limits are 2 in any 100 seconds.
fn limited(set: fn(&mut Limits, Quota)) -> Center {
    let mut center = center([Agent::new("anna"), Agent::new("ben"), Agent::new("carl")]);
    set(&mut center.limits, Quota { max: 2, per: Duration::from_secs(100) });
    center
}

fn call(host: &mut Host<Plain>, id: &str, number: Number) {
    host.request(Request::new(id, "main", number)).unwrap();
}

fn of_prefix(prefix: &str, n: u32) -> Number {
    Number { phone: Phone::new(format!("{prefix}{n:04}")).unwrap(), ..number(1) }
}

#[test]
fn numbers_of_a_prefix_differ_in_their_last_four_digits() {
    let mut host = Host::new(limited(|limits, quota| limits.attempts_per_prefix = Some(quota)));
    ["anna", "ben", "carl"].into_iter().for_each(|agent| host.log_in(agent));
    for n in 1..=3 {
        call(&mut host, &format!("c{n}"), of_prefix("+1212555", n));
    }
    call(&mut host, "other", of_prefix("+1212556", 4));
    assert_eq!(
        host.dials().iter().map(|dial| dial.callback.as_str()).collect::<Vec<_>>(),
        ["c1", "c2", "other"]
    );
    let held = host.story().into_iter().filter(|line| line.contains(" held ")).collect::<Vec<_>>();
    assert_eq!(held, ["0 held callback:c3 until:1772532100000 why:attempts_per_prefix"]);
    host.wait_until(99);
    assert_eq!(host.dials().len(), 0);
    host.wait_until(100);
    assert_eq!(host.dials().len(), 1);
}

#[test]
fn a_country_at_its_limit_holds_its_own_numbers() {
    let mut host = Host::new(limited(|limits, quota| limits.attempts_per_country = Some(quota)));
    ["anna", "ben", "carl"].into_iter().for_each(|agent| host.log_in(agent));
    for n in 1..=3 {
        call(&mut host, &format!("us{n}"), number(n));
    }
    call(&mut host, "nowhere", Number { facts: number(9).facts, ..number(4) });
    let called: Vec<_> = host.dials().iter().map(|dial| dial.callback.to_string()).collect();
    assert_eq!(called, ["us1", "us2", "nowhere"], "a number of no known country is of none");
    assert!(host.story().iter().any(|line| line.ends_with("why:attempts_per_country")));
}

#[test]
fn nobody_passes_who_waits_for_the_window() {
    let mut host = Host::new(limited(|limits, quota| limits.attempts_total = Some(quota)));
    for n in 1..=4 {
        host.wait_until(i64::from(n));
        call(&mut host, &format!("c{n}"), number(n));
    }
    ["anna", "ben", "carl"].into_iter().for_each(|agent| host.log_in(agent));
    for id in ["c1", "c2"] {
        host.report(id, Outcome::Answered).unwrap();
        host.end(id);
    }
    host.wait_until(50);
    let mut late = Request::new("late", "main", number(5));
    late.priority = 1;
    host.request(late).unwrap();
    host.wait_until(103);
    assert_eq!(host.dials().len(), 2, "those of second 4 count until 104");
    host.wait_until(104);
    let called: Vec<_> = host.dials().iter().map(|dial| dial.callback.to_string()).collect();
    assert_eq!(called, ["c1", "c2", "late", "c3"], "by rank, and two at a time");
    assert!(host.story().iter().any(|line| line.ends_with("why:attempts_total")));
}

#[test]
fn what_was_counted_outlives_callbacks_and_is_forgotten_in_time() {
    let mut center = limited(|limits, quota| {
        (limits.attempts_total, limits.attempts_per_country) = (Some(quota), Some(quota));
        limits.attempts_per_number = None;
    });
    center.queues[0].purge_after = Duration::from_secs(1);
    center.services[0].windows.clear();
    let mut host = Host::new(center.clone());
    host.log_in("anna");
    for n in 1..=2 {
        call(&mut host, &format!("c{n}"), number(n));
        host.report(&format!("c{n}"), Outcome::Answered).unwrap();
        host.end(&format!("c{n}"));
    }
    host.wait_until(5);
    assert_eq!(host.engine.callbacks(None).count(), 0, "purged");
    call(&mut host, "c3", number(3));
    assert_eq!(host.dials().len(), 2);
    let mut again =
        Engine::restore(host.engine.layout().clone(), Plain, &host.engine.snapshot().unwrap()).unwrap();
    assert_eq!(again.next_deadline(), Some(at(100)));
    let mut effects = Vec::new();
    assert_eq!(again.advance(at(100), &mut effects), ringback_engine::Advanced::Done);
    assert_eq!(again.check(), Ok(()));
    assert!(again.callbacks(None).all(|callback| callback.state.attempt().is_some()));

    // A limit that is gone holds nobody any more.
    center.limits = Limits::default();
    host.tell(Command::Reconfigure { center: Box::new(center) }).unwrap();
    assert_eq!(host.dials().len(), 3);
}
