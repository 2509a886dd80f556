//! What a run leaves behind: nothing but counts and printed lines.

use ringback_engine::protocol::{Application, Hook, TimeoutKind};
use ringback_engine::record::Outcome;
use ringback_scripting::{HookCounts, limits};

use crate::support::{application, callback, contact};

#[test]
fn a_fault_leaves_the_next_call_working() {
    let mut app = application(
        "fn timeout(callback, event) { if event.kind == \"busy\" { loop {} } if event.kind == \"fax\" { f(1) } requeue() }\n\
         fn f(n) { f(n + 1) }",
    );
    let answer = app.timeout(&callback(), TimeoutKind::QueueWait).unwrap();
    for kind in [Outcome::Busy, Outcome::Fax, Outcome::Busy] {
        assert!(app.timeout(&callback(), TimeoutKind::Failed(kind)).is_err());
        assert_eq!(app.timeout(&callback(), TimeoutKind::QueueWait).unwrap(), answer);
    }
    let counts = app.counts(Hook::Timeout);
    assert_eq!((counts.calls, counts.faults), (7, 3));
}

#[test]
fn operations_are_counted_alike_each_time() {
    let source = "fn route(callback) { let n = 0; for i in 0..50 { n += i; } queue(\"main\").priority(n) }";
    let mut counts = Vec::new();
    for _ in 0..2 {
        let mut app = application(source);
        for _ in 0..3 {
            let before = app.counts(Hook::Route).operations;
            app.route(&callback()).unwrap();
            counts.push(app.counts(Hook::Route).operations - before);
        }
        assert_eq!(app.counts(Hook::Purge), HookCounts::default());
    }
    assert!(counts[0] > 150 && counts.iter().all(|count| *count == counts[0]), "{counts:?}");
}

#[test]
fn a_call_has_its_budget_to_the_last_operation() {
    let run = |turns: u32| {
        let mut app = application(&format!("fn purge(callback) {{ for i in 0..{turns} {{ }} purge() }}"));
        (app.purge(&callback()).is_ok(), app.counts(Hook::Purge).operations)
    };
    let (_, few) = run(1_000);
    let (_, more) = run(1_001);
    let each = u32::try_from(more - few).unwrap();
    let fits = (u32::try_from(limits::OPERATIONS).unwrap() - u32::try_from(few).unwrap()) / each + 1_000;
    assert!(run(fits).0);
    let (ok, used) = run(fits + each);
    assert!(!ok);
    // Rhai's own count and ours stop at the same operation or the next.
    assert!((limits::OPERATIONS..=limits::OPERATIONS + 1).contains(&used), "{used}");
}

#[test]
fn printing_is_limited() {
    let mut app = application(
        "fn accept(request) { let long = \"\"; for i in 0..500 { long += \"é\"; } print(long); for i in 0..99 { debug(i); } accept() }\n\
         fn purge(callback) { print(\"bye \" + callback.id); purge() }",
    );
    app.accept(&contact()).unwrap();
    let log = app.take_log();
    assert_eq!(log.len(), limits::LOG_LINES + 1);
    assert_eq!(log[0].len(), limits::LOG_LINE_BYTES);
    assert_eq!(log[1], "0");
    assert_eq!(log[limits::LOG_LINES], "(further lines of this call were left out)");
    app.purge(&callback()).unwrap();
    app.purge(&callback()).unwrap();
    assert_eq!(app.take_log(), ["bye c1", "bye c1"]);
    assert!(app.take_log().is_empty());
}

#[test]
fn a_text_shows_only_what_has_one() {
    let mut app = application("fn purge(callback) { let t = `${callback}`; purge() }");
    assert!(app.purge(&callback()).unwrap_err().message.starts_with("a text shows a value that has none"));
    let mut app = application("fn purge(callback) { let t = `${callback.id}`; print(t); purge() }");
    assert!(app.purge(&callback()).is_ok());
}

#[test]
fn scripts_are_known_by_their_text() {
    let app = application("fn purge(callback) { purge() }");
    assert_eq!(app.name(), "app.rhai");
    assert_eq!(app.source(), "fn purge(callback) { purge() }");
    assert_eq!(app.hash().len(), 32);
    assert_ne!(app.hash(), application("fn purge(callback) { redact() }").hash());
    assert!(
        app.runtime()
            .starts_with("rhai/1.27.0 optimizer=none source=16384 operations=20000 calls=8 nesting=72")
    );
    assert_eq!(app.hooks(), [Hook::Purge]);
}

/// Nothing that a call declares is there in the next.
#[test]
fn calls_share_nothing() {
    let mut app = application(
        "fn purge(callback) { let n = 1; n += 1; if n > 2 { redact() } else { purge() } }\n\
         fn route(callback) { const n = 5; queue(\"main\").priority(n) }",
    );
    for _ in 0..3 {
        let plan = app.route(&callback()).unwrap().unwrap();
        assert_eq!(plan.steps()[0].priority, Some(5));
        assert_eq!(app.purge(&callback()), application("fn purge(c) { purge() }").purge(&callback()));
    }
}

#[cfg(feature = "sync")]
#[test]
fn an_application_can_be_sent() {
    fn sent<T: Send>(_: &T) {}
    sent(&application("fn purge(callback) { purge() }"));
}

/// The scripts of the specification run as they stand.
#[test]
fn the_specifications_script_runs() {
    let mut app = application(
        r#"
fn accept(request) {
    if !is_open("office")                     { return reject("closed", "We are closed until " + next_open("office")); }
    if line("billing").waiting > 200           { return reject("full"); }
    accept().priority(if listed("vip", request.phone) { 50 } else { 0 })
}

fn throttle(request) {
    limit("number:" + request.phone, 6, days(1)).limit("country:" + request.country, 500, minutes(5))
}

fn route(callback) {
    queue("billing").need("billing >= 5 && english").age(1, minutes(1))
        .after(minutes(2)).need("billing >= 1")
        .after(minutes(5)).queue("general").need("english")
}

fn timeout(callback, event) {
    switch event.kind {
        "busy" | "no_answer" => if callback.attempts < 3 { retry(minutes(10)) } else { complete("unreachable") },
        _                    => standard(),
    }
}

fn purge(callback) { keep(days(30)) }
"#,
    );
    assert!(app.warnings().is_empty());
    assert!(app.accept(&contact()).unwrap().is_some());
    assert_eq!(app.throttle(&contact()).unwrap().unwrap().len(), 2);
    assert_eq!(app.route(&callback()).unwrap().unwrap().steps().len(), 3);
    assert!(app.timeout(&callback(), TimeoutKind::Failed(Outcome::NoAnswer)).unwrap().is_some());
    assert!(app.timeout(&callback(), TimeoutKind::QueueWait).unwrap().is_none());
    assert!(app.purge(&callback()).unwrap().is_some());
    for hook in Hook::ALL.into_iter().filter(|hook| *hook != Hook::Score) {
        assert!(app.counts(hook).calls > 0 && app.counts(hook).faults == 0);
    }
}

/// A plan read from the request's own attributes, which may be integers where texts are expected.
#[test]
fn plans_can_be_read_from_attributes() {
    let mut app = application(
        r#"
fn route(callback) {
    let plan = queue(callback.attr("queue", "main")).need(callback.attr("need", "true"));
    if callback.has("vip") { plan = plan.priority(callback.attr("vip")); }
    if callback.has("tier") {
        plan = plan.after(seconds(callback.attr("vip")));
        if callback.has("step_need") { plan = plan.need(callback.attr("step_need")); }
        if callback.has("5") { plan = plan.age(callback.attr("5"), seconds(callback.attr("vip"))); }
    }
    plan
}
"#,
    );
    let plan = app.route(&callback()).unwrap().unwrap();
    assert_eq!(plan.steps()[0].priority, Some(2));
    assert_eq!(plan.steps()[1].ageing.map(|ageing| ageing.points), Some(55));
    assert!(app.literal_queues().computed);
    let mut app = application(
        "fn route(callback) {\n    let head_start = if callback.attr(\"vip\") == 2 { 90 } else { 0 };\n    \
         queue(\"main\").need(callback.service).priority(head_start)\n}",
    );
    assert_eq!(app.route(&callback()).unwrap().unwrap().steps()[0].priority, Some(90));
}
