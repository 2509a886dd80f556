//! Rehearsals of small scripts.

use chrono_tz::Tz;
use ringback_engine::Phone;
use ringback_engine::center::{Agent, Attribute, Calendar, Center, Queue, Service};

use super::*;
use crate::bundle::build;
use crate::streams::{Fate, TrafficLine};

fn layout() -> Arc<Layout> {
    let mut center = Center::new("test", Tz::Europe__Berlin);
    let mut office = Calendar::new("office");
    office.open = vec!["Mon-Fri 09:00-17:00".parse().unwrap()];
    center.calendars.push(office);
    center.queues.push(Queue::new("main"));
    let mut service = Service::new("help", "main");
    service.calendar = Some("office".into());
    center.services.push(service);
    center.services.push(Service::new("sales", "main"));
    center.agents.push(Agent::new("anna"));
    Arc::new(Layout::new(center).unwrap())
}

fn line(number: u64, service: &str, attributes: &[(&str, &str)]) -> TrafficLine {
    let mut request = Request::new(format!("c{number}"), service, Phone::new("+12125550123").unwrap());
    for (name, value) in attributes {
        request = request.attribute(name, Attribute::read(value));
    }
    TrafficLine { line: number, at: "2026-03-10T10:00:00Z".parse().unwrap(), request, fate: Fate::default() }
}

/// The findings, each as its line in the source, its message, and its help.
fn rehearsed(source: &str, samples: &Samples) -> Vec<String> {
    let layout = layout();
    let text = ApplicationText::new(crate::bundle::runtime(), "app.rhai", source);
    let application = build(&text, &layout).unwrap();
    let findings = rehearse(application, &layout, &text, samples);
    let shown = |finding: &Diagnosis| {
        assert!(!finding.is_error());
        let place = finding.place.as_ref().unwrap();
        let line = 1 + place.text[..place.span.start].matches('\n').count();
        let help = finding.help.as_deref().unwrap_or("-");
        format!("{line} `{}`: {} ({help})", &place.text[place.span.clone()], finding.message)
    };
    findings.iter().map(shown).collect()
}

#[test]
fn a_sound_script_passes_whatever_the_samples() {
    let source = "fn accept(request) { accept().tag(\"tier\", request.attr(\"tier\", \"none\")) }\n\
                  fn throttle(request) { limit(request.phone, 3, days(1)) }\n\
                  fn route(callback) { print(callback.tag(\"tier\")); queue(\"main\") }\n\
                  fn timeout(callback, event) { standard() }\n\
                  fn purge(callback) { keep(days(1)) }\n";
    assert_eq!(rehearsed(source, &Samples::default()), Vec::<String>::new());
    let samples = Samples::of([line(2, "help", &[("tier", "gold")]), line(3, "help", &[])].into_iter());
    assert_eq!(rehearsed(source, &samples), Vec::<String>::new());
    assert_eq!(rehearsed("", &samples), Vec::<String>::new());
}

#[test]
fn an_attribute_that_a_sample_lacks_is_found_where_it_is_read() {
    let source = "fn accept(request) {\n    if request.attr(\"tier\") == \"gold\" { return accept(); }\n    reject(\"no\")\n}\n";
    let samples = Samples::of([line(2, "help", &[("tier", "gold")]), line(3, "help", &[])].into_iter());
    let found = rehearsed(source, &samples);
    assert_eq!(found.len(), 1, "{found:?}");
    let expected = "2 `if request.attr(\"tier\") == \"gold\" { return accept(); }`: rehearsed, hook `accept` fails: there \
                    is no attribute `tier`";
    assert!(found[0].starts_with(expected), "{found:?}");
    assert!(
        found[0].ends_with(
            "(asked about line 3 of traffic.csv as an immediate request, with everybody logged in)"
        ),
        "{found:?}"
    );
}

#[test]
fn what_only_a_scheduled_request_or_an_empty_center_brings_about_is_found() {
    let source = "fn throttle(request) {\n    if request.kind == \"scheduled\" { print(1 / 0); }\n    no_limit()\n}\n\
                  fn route(callback) {\n    print(60 / line(\"main\").agents);\n    queue(\"main\")\n}\n";
    let found = rehearsed(source, &Samples::default());
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("2 ") && found[0].contains("a scheduled request"), "{found:?}");
    assert!(found[1].starts_with("6 ") && found[1].contains("with nobody logged in"), "{found:?}");
}

#[test]
fn a_limit_that_is_met_names_function_and_line() {
    for (source, expected) in [
        (
            "fn purge(callback) {\n    spin(1);\n    purge()\n}\nfn spin(n) {\n    let i = n;\n    while i > 0 {\n        i += 1;\n    }\n    i\n}\n",
            "8 `i += 1;`: rehearsed, hook `purge` fails: more than 20000 operations in one call, most of them in \
             `spin`: is there a loop without end?",
        ),
        (
            "fn purge(callback) {\n    let n = 0;\n    loop {}\n    purge()\n}\n",
            "3 `loop {}`: rehearsed, hook `purge` fails: more than 20000 operations in one call, most of them in \
             `purge`: is there a loop without end?",
        ),
        (
            "fn purge(callback) {\n    deep(1)\n}\nfn deep(n) {\n    deep(n + 1)\n}\n",
            "5 `deep(n + 1)`: rehearsed, hook `purge` fails: calls nest too deeply in `deep`; ",
        ),
    ] {
        let found = rehearsed(source, &Samples::default());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(expected), "{found:?}");
    }
}

#[test]
fn hours_are_asked_while_open_and_while_shut() {
    let shut = "fn route(callback) { if !is_open(\"office\") { print(1 / 0); } queue(\"main\") }";
    assert_eq!(rehearsed(shut, &Samples::default()).len(), 1);
    let open = "fn route(callback) { if is_open(\"office\") { print(1 / 0); } queue(\"main\") }";
    assert_eq!(rehearsed(open, &Samples::default()).len(), 1);
    let never = "fn route(callback) { if is_open(\"office\") && open_for(\"office\") > days(9) { print(1 / 0); } queue(\"main\") }";
    assert_eq!(rehearsed(never, &Samples::default()), Vec::<String>::new());
}

#[test]
fn every_kind_of_event_and_the_last_attempt_are_rehearsed() {
    for kind in ["queue_wait", "busy", "no_answer", "answering_machine", "fax", "error", "abandoned"] {
        let source = format!(
            "fn timeout(callback, event) {{\n  if event.kind == \"{kind}\" {{ print(1 / 0); }} standard()\n}}"
        );
        let found = rehearsed(&source, &Samples::default());
        assert_eq!(found.len(), 1, "{kind}: {found:?}");
        assert!(found[0].contains(&format!("kind `{kind}`")), "{found:?}");
    }
    let last = "fn timeout(callback, event) { if callback.attempts >= 3 { print(1 / 0); } standard() }";
    assert_eq!(rehearsed(last, &Samples::default()).len(), 1);
    let over = "fn purge(callback) { if callback.last_outcome == \"\" { print(1 / 0); } purge() }";
    assert_eq!(rehearsed(over, &Samples::default()).len(), 1);
}

#[test]
fn an_answer_of_the_wrong_kind_is_told_at_its_hook() {
    let found = rehearsed("\n  fn route(callback) { 5 }\n", &Samples::default());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("2 `fn route(callback) { 5 }`"), "{found:?}");
    assert!(found[0].contains("`route` should return a plan"), "{found:?}");
}

#[test]
fn hooks_that_no_sample_gets_to_are_named() {
    let source = "fn accept(request) { reject(\"no\") }\nfn route(callback) { queue(\"main\") }\n";
    let found = rehearsed(source, &Samples::default());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("2 `fn route") && found[0].contains("was not rehearsed"), "{found:?}");
}
