//! Scenarios: overflow under conditions.

use ringback::{Host, center};
use ringback_engine::center::{Agent, Center, Overflow, Queue};
use ringback_engine::protocol::{Command, Plain};
use ringback_engine::record::{Outcome, Switch};
use ringback_engine::{AgentId, Duration, Engine};

/// Queue `main`, which overflows so to `help`; Anna serves the one, Ben the other.
fn helped(edges: impl IntoIterator<Item = Overflow>) -> Center {
    let mut center = center([Agent::new("anna").skill("main", 1), Agent::new("ben").skill("help", 1)]);
    center.queues[0].need = "main".parse().unwrap();
    center.queues[0].overflow.extend(edges);
    let mut help = Queue::new("help");
    help.need = "help".parse().unwrap();
    center.queues.push(help);
    center
}

fn when(condition: &str) -> Overflow {
    Overflow::when("help", condition.parse().unwrap())
}

/// Who entered, moved or was reserved, without numbers and scores.
fn moves(host: &mut Host<Plain>) -> Vec<String> {
    let told = ["queued", "step", "reserved"];
    let story =
        host.story().into_iter().filter(|line| told.iter().any(|word| line.contains(&format!(" {word} "))));
    story.map(|line| line.replace(" score:0", "").replace("callback:", "").replace("queue:", "")).collect()
}

#[test]
fn a_condition_is_asked_on_entry() {
    let mut host = Host::new(helped([when("agents == 0")]));
    host.log_in("ben");
    host.call_me("c1", 1);
    assert_eq!(moves(&mut host), ["0 queued c1 help need:help", "0 reserved c1 agent:ben help"]);
    host.log_in("anna");
    host.call_me("c2", 2);
    assert_eq!(moves(&mut host), ["0 queued c2 main need:main", "0 reserved c2 agent:anna main"]);
}

#[test]
fn it_is_asked_again_whenever_a_number_changes_and_taken_once() {
    let mut host = Host::new(helped([when("ready == 0")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    let attempt = host.attempt("c1");
    host.wait_until(10);
    // Nobody is ready in `main` any more, so who enters goes on at once.
    host.call_me("c2", 2);
    host.log_in("ben");
    assert_eq!(
        moves(&mut host),
        [
            "0 queued c1 main need:main",
            "0 reserved c1 agent:anna main",
            "10 queued c2 help need:help",
            "10 reserved c2 agent:ben help",
        ]
    );
    // What came back to `main` goes on now, and the next time it stays where it was led.
    host.tell(Command::NotReady { agent: AgentId::new("anna"), reason: None }).unwrap();
    host.tell(Command::Outcome { attempt, outcome: Outcome::Busy }).unwrap();
    assert_eq!(moves(&mut host), ["10 step c1 help need:help when:ready == 0"]);
}

#[test]
fn who_waited_longest_goes_first_and_only_as_many_as_the_condition_says() {
    let mut host = Host::new(helped([when("waiting > 2")]));
    for n in 1..=5 {
        host.wait_until(i64::from(n));
        host.call_me(&format!("c{n}"), n);
    }
    assert_eq!(
        moves(&mut host),
        [
            "1 queued c1 main need:main",
            "2 queued c2 main need:main",
            "3 queued c3 main need:main",
            "3 step c1 help need:help when:waiting > 2",
            "4 queued c4 main need:main",
            "4 step c2 help need:help when:waiting > 2",
            "5 queued c5 main need:main",
            "5 step c3 help need:help when:waiting > 2",
        ]
    );
    assert_eq!(host.engine.line("main").map(|line| line.waiting), Some(2));
}

#[test]
fn what_time_alone_changes_has_a_deadline() {
    let mut host = Host::new(helped([when("oldest > 2m")]));
    host.call_me("c1", 1);
    host.wait_until(60);
    host.call_me("c2", 2);
    assert_eq!(
        host.engine.next_deadline().map(|at| at.since(ringback::at(0))),
        Some(Duration::from_millis(120_001))
    );
    host.story();
    host.wait_until(181);
    assert_eq!(
        moves(&mut host),
        [
            "120.001 step c1 help need:help when:oldest > 2m",
            "180.001 step c2 help need:help when:oldest > 2m",
        ]
    );
}

#[test]
fn a_delay_beside_a_condition_has_to_be_over() {
    let mut host = Host::new(helped([Overflow { after: Duration::from_secs(30), ..when("ready == 0") }]));
    host.call_me("c1", 1);
    host.wait_until(29);
    assert_eq!(moves(&mut host), ["0 queued c1 main need:main"]);
    host.wait_until(30);
    assert_eq!(moves(&mut host), ["30 step c1 help need:help when:ready == 0"]);
}

#[test]
fn nobody_goes_where_nobody_is_taken_in() {
    let mut host = Host::new(helped([when("ready == 0")]));
    let drain = |on| Command::Switch { queue: "help".into(), switch: Switch::Draining, on };
    host.tell(drain(true)).unwrap();
    host.call_me("c1", 1);
    assert_eq!(moves(&mut host), ["0 queued c1 main need:main"]);
    host.tell(drain(false)).unwrap();
    assert_eq!(moves(&mut host), ["0 step c1 help need:help when:ready == 0"]);
}

#[test]
fn the_expected_wait_is_the_mean_gap_between_the_last_connections() {
    let mut host = Host::new(helped([when("ewt > 1m")]));
    host.log_in("anna");
    let ewt = |engine: &Engine<Plain>| engine.line("main").unwrap().ewt;
    for (n, second) in [(1, 0), (2, 40), (3, 100)] {
        assert_eq!(
            ewt(&host.engine),
            (n > 2).then_some(Duration::ZERO),
            "unknown before the second connection"
        );
        host.wait_until(second);
        host.call_me(&format!("c{n}"), n);
        host.report(&format!("c{n}"), Outcome::Answered).unwrap();
        if n < 3 {
            host.end(&format!("c{n}"));
        }
    }
    host.call_me("c4", 4);
    assert_eq!(ewt(&host.engine), Some(Duration::from_secs(50)), "two gaps in 100 seconds, one waits");
    host.story();
    host.call_me("c5", 5);
    assert_eq!(
        moves(&mut host),
        ["100 queued c5 main need:main", "100 step c4 help need:help when:ewt > 1m"],
        "two would wait 100 seconds"
    );
}

#[test]
fn who_comes_back_does_not_go_the_same_way_again() {
    let mut host = Host::new(helped([when("agents == 0"), Overflow::after("main", Duration::from_secs(60))]));
    host.call_me("c1", 1);
    assert_eq!(moves(&mut host), ["0 queued c1 help need:help"]);
    host.wait_until(61);
    assert_eq!(
        moves(&mut host),
        ["60 step c1 main need:main"],
        "nobody is there yet, and the way is used up"
    );
}

#[test]
fn who_was_moved_and_comes_back_lets_others_go() {
    let mut host = Host::new(helped([when("waiting > 1"), Overflow::after("main", Duration::from_secs(60))]));
    host.call_me("c1", 1);
    host.wait_until(10);
    host.call_me("c2", 2);
    let story = moves(&mut host);
    assert!(story[2].starts_with("10 step c1 help"), "{story:?}");
    host.wait_until(60);
    let story = moves(&mut host);
    assert!(story[0].starts_with("60 step c1 main") && story[1].starts_with("60 step c2 help"), "{story:?}");
}
