//! Tests of a bundle's tests: what they decide, and what is said of one that fails.

use std::sync::Arc;

use ringback_engine::center::reader::read;

use super::*;

const CENTER: &str = r#"
name = "test"
timezone = "Europe/Berlin"
application = "app.rhai"
[[calendar]]
name = "office"
open = ["Mon-Fri 09:00-17:00"]
[[queue]]
name = "main"
strategy = "script"
[[service]]
name = "help"
queue = "main"
default_country = "DE"
calendar = "office"
calling_window = "off"
[[agent]]
id = "anna"
skills = { german = 7 }
"#;

const SCRIPT: &str = "\
fn accept(request) {
    if !is_open(\"office\") { return reject(\"closed\"); }
    accept().priority(request.priority + line(\"main\").ready + count(\"all\", days(1)))
}
fn route(callback) { queue(\"main\").priority(callback.priority + callback.tag(\"bonus\", \"\").len()) }
fn score(callback, agent) { agent.skill(\"german\") }
fn timeout(callback, event) {
    if event.kind == \"fax\" && callback.last_outcome == \"fax\" && callback.waited == minutes(5) { 1 / 0 }
    requeue()
}
";

fn trials(tests: &str) -> Trials {
    let layout = Arc::new(read(CENTER, &mut |_| Err("no file".into())).layout.unwrap());
    let script = ringback_scripting::Script::new("app.rhai", SCRIPT);
    let application = RhaiApplication::new(script, &layout).unwrap();
    run(&tests.into(), &layout, application).unwrap()
}

/// Of one test with these lines, what was decided; findings as an error.
fn decided(lines: &str) -> Result<Vec<String>, String> {
    let request = if lines.contains("request") {
        ""
    } else {
        "request = { service = \"help\", phone = \"030 123456\" }\n"
    };
    let at = if lines.contains("at = ") { "" } else { "at = \"2026-03-10 10:00\"\n" };
    let trials = trials(&format!("[[test]]\nname = \"t\"\n{at}{request}{lines}\n"));
    if !trials.findings.is_empty() {
        let messages: Vec<_> = trials.findings.iter().map(|finding| finding.message.as_str()).collect();
        return Err(messages.join("\n"));
    }
    let of = |verdict: &Verdict| match &verdict.decision {
        Some(decision) => decision.answer.clone().or(decision.fault.clone()).unwrap_or_default(),
        None => "settings".into(),
    };
    Ok(trials.verdicts.iter().map(of).collect())
}

#[test]
fn the_center_is_as_the_test_says() {
    let accept = "expect.accept = 'accept()'";
    let of = |lines: &str| decided(&format!("{lines}\n{accept}")).unwrap().remove(0);
    assert_eq!(of(""), "accept().priority(1)");
    assert_eq!(of("agents = []"), "accept().priority(0)");
    assert_eq!(of("lines = { main = { ready = 5 } }"), "accept().priority(5)");
    assert_eq!(of("counts = { all = 3 }"), "accept().priority(4)");
    assert_eq!(of("at = \"2026-03-10 17:00\""), "reject(\"closed\")");
    assert_eq!(of("at = \"2026-03-10T15:59:59Z\""), "accept().priority(1)");
    let request = "request = { service = \"help\", phone = \"030 123456\", priority = 7 }";
    assert_eq!(of(request), "accept().priority(8)");
}

#[test]
fn the_callback_is_as_the_test_says() {
    let of = |lines: &str| decided(lines).unwrap().remove(0);
    let route = "callback = { priority = 3, tags = { bonus = \"xx\" } }\nexpect.route = 'queue(\"main\")'";
    assert_eq!(of(route), "queue(\"main\").priority(5)");
    assert_eq!(of("agent = \"anna\"\nexpect.score = '7'"), "7");
    assert_eq!(of("expect.throttle = 'settings'"), "settings");
    let fax = "event = \"fax\"\ncallback = { last_outcome = \"fax\", waited = \"5m\" }\nexpect.timeout = 'requeue()'";
    assert!(of(fax).contains("zero"), "{}", of(fax));
    assert_eq!(of("event = \"busy\"\nexpect.timeout = 'requeue()'"), "requeue()");
}

#[test]
fn what_is_expected_is_what_it_says_and_no_text() {
    let test = "[[test]]\nname = \"t\"\nat = \"2026-03-10 10:00\"\nrequest = { service = \"help\", phone = \"030 123456\" }\n";
    let holds = |expectation: &str| {
        let trials = trials(&format!("{test}{expectation}"));
        assert_eq!(trials.findings, []);
        trials.verdicts[0].holds()
    };
    assert!(holds("expect.accept = 'accept().priority(3 - 2)'"));
    assert!(holds("expect.accept = 'accept()  .priority(request.priority + 1)'"));
    assert!(!holds("expect.accept = 'accept()'"));
    assert!(!holds("expect.accept = 'settings'"));
    assert!(holds("expect.purge = 'settings'"));
    assert!(!holds("expect.purge = 'purge()'"));
}

#[test]
fn everything_wrong_with_a_file_is_said() {
    for (lines, message) in [
        ("expect.acept = 'accept()'", "there is no hook `acept`, did you mean `accept`?"),
        ("expect.accept = 'acept()'", "what is expected of `accept`: unknown function `acept`"),
        ("expect.accept = 'queue(\"main\")'", "what is expected of `accept` fails: `accept` should return"),
        ("expect.accept = 3", "write a text in quotes"),
        ("", "the test has no `expect`"),
        ("expect.timeout = 'standard()'", "write `event = \"busy\"`"),
        ("expect.score = '1'", "write `agent = \"ID\"`"),
        ("event = \"answered\"\nexpect.timeout = 'standard()'", "`answered` is not a kind of event"),
        ("agent = \"ana\"\nexpect.score = '1'", "unknown agent `ana`, did you mean `anna`?"),
        ("agents = [\"ana\"]\nexpect.accept = 'accept()'", "unknown agent `ana`"),
        ("lines = { mian = { ready = 1 } }\nexpect.accept = 'accept()'", "unknown queue `mian`"),
        ("lines = { main = { redy = 1 } }\nexpect.accept = 'accept()'", "a line has no `redy`"),
        ("lines = { main = { ready = -1 } }\nexpect.accept = 'accept()'", "write a number from 0 up"),
        ("callback = { attemps = 1 }\nexpect.route = 'queue(\"main\")'", "did you mean `attempts`?"),
        ("callback = { state = \"GONE\" }\nexpect.route = 'queue(\"main\")'", "`GONE` is not a state"),
        (
            "request = { service = \"halp\", phone = \"030 1\" }\nexpect.accept = 'accept()'",
            "unknown service `halp`",
        ),
        ("request = { service = \"help\" }\nexpect.accept = 'accept()'", "the request has no `phone`"),
        (
            "request = { service = \"help\", phone = \"12\", desired = \"soon\" }",
            "`desired`: `soon` is no instant",
        ),
        ("wat = 1\nexpect.accept = 'accept()'", "a test has no `wat`"),
    ] {
        let said = decided(lines).expect_err(lines);
        assert!(said.contains(message), "{lines}\n{said}");
    }
    assert!(trials("[[tests]]\nname = \"x\"\n").findings[0].message.contains("unknown key `tests`"));
    assert!(trials("\n").findings[0].message.contains("there is no test"));
    assert!(!trials("[[test]\n").findings.is_empty());
}
