//! Logs that were changed.

use ringback_engine::{Duration, Instant};
use serde_json::{Value, json};

use super::{Check, Findings, Played};

/// Asserts that a check found the changed log out.
#[track_caller]
pub(super) fn found(findings: &Findings, check: Check) {
    let tally = findings.tally(check);
    assert!(tally.violations > 0, "not found out by `{}`\n{}", check.name(), findings.to_text());
}

pub(super) fn text<'a>(line: &'a Value, field: &str) -> &'a str {
    line[field].as_str().unwrap()
}

pub(super) fn later(line: &Value, field: &str, by: i64) -> Value {
    let at: Instant = text(line, field).parse().unwrap();
    json!(at.after(Duration::from_secs(by)).to_string())
}

/// Numbers the lines anew, as who changes a log would.
pub(super) fn numbered(mut log: Vec<Value>) -> Vec<Value> {
    log.iter_mut().enumerate().for_each(|(seq, line)| line["seq"] = json!(seq));
    log
}

/// Puts the lines in order of time, equals as they are, and numbers them anew.
pub(super) fn sorted(mut log: Vec<Value>) -> Vec<Value> {
    log.sort_by(|a, b| text(a, "at").cmp(text(b, "at")));
    numbered(log)
}

/// The log without the lines for which `drop` holds.
pub(super) fn without(played: &Played, drop: impl Fn(usize, &Value) -> bool) -> Vec<Value> {
    let kept = played.log.iter().enumerate().filter(|(n, line)| !drop(*n, line));
    numbered(kept.map(|(_, line)| line.clone()).collect())
}

#[test]
fn the_form_of_lines() {
    let played = Played::plain();
    let lines: Vec<String> = played.log.iter().map(Value::to_string).collect();
    for broken in ["", "{}", "no json", "[1]", "{\"at\":\"1999\",\"seq\":1,\"event\":\"purged\"}"] {
        let mut lines = lines.clone();
        lines.insert(40, broken.to_owned());
        let findings = played.audit_text(&played.center, &(lines.join("\n") + "\n"));
        assert_eq!(findings.violations(), 1, "{broken}: {}", findings.to_text());
        assert_eq!(findings.first()[0].line, 41, "{broken}");
        found(&findings, Check::Form);
    }
    let mut log = played.log.clone();
    log.swap(100, 101);
    found(&played.audit(&log), Check::Form);
    let mut log = played.log.clone();
    log[200]["at"] = later(&log[200], "at", -3_600);
    found(&played.audit(&log), Check::Form);
    let mut log = played.log.clone();
    log[200]["event"] = json!("reservd");
    found(&played.audit(&log), Check::Form);
}

#[test]
fn every_kind_of_line_is_missed() {
    for played in [Played::plain(), Played::bank_day()] {
        for (event, check) in [
            ("accepted", Check::Conservation),
            ("rejected", Check::Conservation),
            ("scheduled", Check::Conservation),
            ("queued", Check::Conservation),
            ("returned", Check::Conservation),
            ("reserved", Check::Conservation),
            ("dialing", Check::Conservation),
            ("outcome", Check::Conservation),
            ("connected", Check::Conservation),
            ("ended", Check::Conservation),
            ("completed", Check::Conservation),
            ("purged", Check::Conservation),
            ("agent", Check::Agents),
        ] {
            let place = played.find(played.log.len() / 4, &[("event", event)]);
            let findings = played.audit(&without(&played, |n, _| n == place));
            found(&findings, check);
        }
    }
    let played = Played::plain();
    for event in ["held", "step"] {
        let place = played.find(0, &[("event", event)]);
        found(&played.audit(&without(&played, |n, _| n == place)), Check::Deadlines);
    }
}

#[test]
fn every_kind_of_line_is_too_much() {
    let played = Played::plain();
    for event in [
        "accepted",
        "rejected",
        "scheduled",
        "queued",
        "reserved",
        "dialing",
        "outcome",
        "connected",
        "ended",
        "completed",
        "purged",
    ] {
        let place = played.find(played.log.len() / 4, &[("event", event)]);
        let mut log = played.log.clone();
        log.insert(place + 1, log[place].clone());
        found(&played.audit(&numbered(log)), Check::Conservation);
    }
}

#[test]
fn a_callback_that_vanishes_from_some_point_on() {
    let played = Played::bank_day();
    let place = played.find(2_000, &[("event", "reserved")]);
    let callback = text(&played.log[place], "callback").to_owned();
    let findings = played.audit(&without(&played, |n, line| n >= place && line["callback"] == *callback));
    found(&findings, Check::Conservation);
    found(&findings, Check::WorkConservation);
}

/// The log with the agent of one reservation replaced, on all of its lines.
fn with_agent(played: &Played, place: usize, agent: &str) -> Vec<Value> {
    let mut log = played.log.clone();
    let callback = text(&log[place], "callback").to_owned();
    let of = |line: &Value| line["callback"] == *callback;
    for line in log.iter_mut().skip(place).filter(|line| of(line)) {
        if line.get("agent").is_some() {
            line["agent"] = json!(agent);
        }
    }
    log
}

#[test]
fn agents_who_can_not_be_reserved() {
    let played = Played::plain();
    // Who is busy with another callback.
    let talks = played.find(300, &[("event", "talk_timeout"), ("agent", "anna")]);
    let busy =
        (0..talks).rev().find(|n| played.log[*n]["event"] == "reserved" && played.log[*n]["agent"] != "anna");
    let busy = busy.expect("somebody else is reserved while anna talks");
    found(&played.audit(&with_agent(&played, busy, "anna")), Check::Agents);
    // Who has not come yet.
    let early = played.find(0, &[("event", "reserved")]);
    found(&played.audit(&with_agent(&played, early, "dora")), Check::Agents);
    // Who wraps up.
    let place = played.find(300, &[("event", "agent"), ("state", "wrap_up")]);
    let agent = text(&played.log[place], "agent").to_owned();
    let ready = played.find(place, &[("event", "agent"), ("agent", &agent), ("state", "ready")]);
    let next = played.find(ready, &[("event", "reserved"), ("agent", &agent)]);
    let mut log = played.log.clone();
    let callback = text(&log[next], "callback").to_owned();
    let moved: Vec<usize> = (next..log.len()).filter(|n| log[*n]["callback"] == *callback).take(2).collect();
    for n in moved {
        log[n]["at"] = later(&log[place], "at", 1);
    }
    found(&played.audit(&sorted(log)), Check::Agents);
    // Another than the one reserved is connected.
    let mut log = played.log.clone();
    let place = played.find(300, &[("event", "connected"), ("agent", "anna")]);
    log[place]["agent"] = json!("bob");
    found(&played.audit(&log), Check::Agents);
}

#[test]
fn agents_who_do_not_meet_the_requirement() {
    for (played, unskilled) in [(Played::plain(), "carl"), (Played::bank_day(), "nir")] {
        let place = played.find(600, &[("event", "reserved")]);
        let queue = if unskilled == "carl" { "front" } else { "sales" };
        let place = played.find(place, &[("event", "reserved"), ("queue", queue)]);
        found(&played.audit(&with_agent(&played, place, unskilled)), Check::Skills);
        // Nor can the queue be another than that where it stands.
        let mut log = played.log.clone();
        log[place]["queue"] = json!(if unskilled == "carl" { "back" } else { "customers" });
        found(&played.audit(&log), Check::Skills);
    }
}

#[test]
fn numbers_are_left_alone() {
    let played = Played::plain();
    // A second live attempt: two callbacks under way at once, to one number.
    let pair = two_of_one_number(&played);
    let (live, waiting) = pair.expect("somebody waits while another callback to the number is live");
    let mut log = played.log.clone();
    let mut lines = ["reserved", "dialing"].map(|event| {
        let mut line = log[played.find(live, &[("event", event)])].clone();
        line["at"] = log[live]["at"].clone();
        line["callback"] = json!(waiting);
        line
    });
    lines[1]["attempt"] = json!(1_000_000);
    lines.into_iter().rev().for_each(|line| log.insert(live + 1, line));
    let findings = played.audit(&numbered(log));
    found(&findings, Check::Numbers);
    let second = findings.first().iter().any(|found| found.sentence.starts_with("a second live attempt"));
    assert!(second, "{}", findings.to_text());
    // Another number than that of the request.
    let mut log = played.log.clone();
    let place = played.find(300, &[("event", "dialing")]);
    log[place]["number"] = json!("+12125550123");
    found(&played.audit(&log), Check::Numbers);
}

/// A line on which a customer is connected, and another callback to the same number that is in line then.
fn two_of_one_number(played: &Played) -> Option<(usize, String)> {
    let phone_of = |callback: &str| {
        let line = played.traffic.lines().find(|line| line.contains(&format!(",{callback},")))?;
        line.split(',').nth(3).map(str::to_owned)
    };
    let mut waiting: Vec<&str> = Vec::new();
    for (n, line) in played.log.iter().enumerate().filter(|(_, line)| line.get("callback").is_some()) {
        let callback = text(line, "callback");
        match text(line, "event") {
            "queued" => waiting.push(callback),
            "reserved" | "completed" => waiting.retain(|other| *other != callback),
            "connected" => {
                let same = waiting.iter().find(|other| phone_of(other) == phone_of(callback));
                if let Some(same) = same {
                    return Some((n, (*same).to_owned()));
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn nobody_is_reserved_while_closed() {
    let played = Played::plain();
    let closed = played.log.iter().position(|line| text(line, "at") > "2026-03-04T17:00").unwrap();
    let place = played.find(closed, &[("event", "completed"), ("reason", "FAIL_TIMEOUT_TTL")]);
    let line = &played.log[place];
    let mut reserved = line.clone();
    reserved["event"] = json!("reserved");
    reserved["agent"] = json!("bob");
    reserved["queue"] = json!("back");
    reserved["score"] = json!(0);
    let mut log = played.log.clone();
    log.insert(place, reserved);
    found(&played.audit(&numbered(log)), Check::Hours);
}

#[test]
fn who_ranks_higher_is_first() {
    for played in [Played::plain(), Played::bank_day()] {
        // Two that wait in one queue with one requirement change their names.
        let (first, second) = waiting_pair(&played);
        let mut log = played.log.clone();
        for line in log.iter_mut().filter(|line| line.get("callback").is_some()) {
            let past = !["accepted", "queued", "step"].contains(&text(line, "event"));
            let callback = text(line, "callback").to_owned();
            if past && callback == first {
                line["callback"] = json!(second);
            } else if past && callback == second {
                line["callback"] = json!(first);
            }
        }
        found(&played.audit(&log), Check::Order);
        // A score that the settings do not give.
        let mut log = played.log.clone();
        let place = played.find(500, &[("event", "reserved")]);
        log[place]["score"] = json!(log[place]["score"].as_i64().unwrap() + 1);
        found(&played.audit(&log), Check::Order);
    }
}

/// Two callbacks that wait for their first attempt at the same time in one queue, with one requirement and one
/// score at entry; the one that is reserved first comes first.
fn waiting_pair(played: &Played) -> (String, String) {
    let mut waiting: Vec<&Value> = Vec::new();
    for line in &played.log {
        match text(line, "event") {
            "queued" => waiting.push(line),
            "reserved" => {
                let own = waiting.iter().position(|other| other["callback"] == line["callback"]);
                let Some(own) = own.map(|own| waiting.remove(own)) else { continue };
                let same = |other: &&&Value| {
                    ["queue", "need", "score"].iter().all(|field| other[field] == own[field])
                        && text(other, "at") > text(own, "at")
                };
                if let Some(other) = waiting.iter().find(same) {
                    return (text(own, "callback").to_owned(), text(other, "callback").to_owned());
                }
            }
            "step" | "completed" => waiting.retain(|other| other["callback"] != line["callback"]),
            _ => {}
        }
    }
    panic!("no two wait alike");
}

#[test]
fn refusals_and_acceptances_are_what_the_settings_say() {
    let bank_day = Played::bank_day();
    for code in ["SLOT_FULL", "DUPLICATE"] {
        let mut log = bank_day.log.clone();
        let place = bank_day.find(0, &[("event", "rejected"), ("code", code)]);
        log[place]["event"] = json!("accepted");
        let mut findings = bank_day.audit(&log);
        if code == "SLOT_FULL" {
            // A slot is taken when it is said which.
            let mut scheduled = log[place].clone();
            scheduled["event"] = json!("scheduled");
            scheduled["desired"] = desired(&bank_day, text(&log[place], "callback"));
            log.insert(place + 1, scheduled);
            findings = bank_day.audit(&numbered(log));
        }
        found(&findings, Check::Quotas);
    }
    let plain = Played::plain();
    for code in ["QUEUE_FULL", "THROTTLED", "DUPLICATE", "SLOT_FULL", "UNKNOWN_SERVICE"] {
        let mut log = plain.log.clone();
        let place = plain.find(0, &[("event", "accepted")]);
        log[place]["event"] = json!("rejected");
        log[place]["code"] = json!(code);
        found(&plain.audit(&log), Check::Quotas);
    }
    for code in ["QUEUE_FULL", "THROTTLED", "DUPLICATE"] {
        let mut log = plain.log.clone();
        let place = plain.find(0, &[("event", "rejected"), ("code", code)]);
        log[place]["event"] = json!("accepted");
        let mut queued = log[place].clone();
        queued["event"] = json!("queued");
        queued["queue"] = json!("front");
        queued["need"] = json!("true");
        queued["score"] = json!(5);
        log.insert(place + 1, queued);
        found(&plain.audit(&numbered(log)), Check::Quotas);
    }
}

/// The desired time of a request.
fn desired(played: &Played, callback: &str) -> Value {
    let line = played.traffic.lines().find(|line| line.contains(&format!(",{callback},"))).unwrap();
    let local = line.split(',').nth(4).unwrap();
    let zone = chrono_tz::Asia::Jerusalem;
    json!(ringback_engine::center::parse_instant(local, zone).unwrap().to_string())
}

#[test]
fn nothing_is_early_or_late() {
    let played = Played::plain();
    for (fields, by) in [
        (vec![("event", "completed"), ("reason", "FAIL_TIMEOUT_TTL")], 1),
        (vec![("event", "completed"), ("reason", "FAIL_TIMEOUT_TTL")], -1),
        (vec![("event", "completed"), ("reason", "FAIL_TARGET_NOT_FOUND")], 1),
        (vec![("event", "completed"), ("reason", "FAIL_TARGET_NOT_FOUND")], -1),
        (vec![("event", "completed"), ("reason", "CANCELLED")], -1),
        (vec![("event", "step")], 1),
        (vec![("event", "step")], -1),
        (vec![("event", "purged")], 1),
        (vec![("event", "purged")], -1),
    ] {
        let mut log = played.log.clone();
        let place = played.find(0, &fields);
        log[place]["at"] = later(&log[place], "at", by);
        found(&played.audit(&sorted(log)), Check::Deadlines);
    }
    for played in [played, Played::bank_day()] {
        // A hold that is not respected.
        let again = |n: usize| {
            let same = |line: &Value| line["callback"] == played.log[n]["callback"];
            let reserved = |line: &Value| line["event"] == "reserved" && same(line);
            Some((n, n + played.log.iter().skip(n).position(reserved)?))
        };
        let held = (0..played.log.len()).filter(|n| played.log[*n]["event"] == "held");
        let (place, again) = held.filter_map(again).next().expect("who was held is called again");
        let mut log = played.log.clone();
        log[place]["until"] = later(&log[again], "at", 1);
        found(&played.audit(&log), Check::Deadlines);
        // An attempt that ends otherwise than the traffic says.
        let place = played.find(0, &[("event", "outcome"), ("outcome", "busy")]);
        let mut log = played.log.clone();
        log[place]["outcome"] = json!("error");
        found(&played.audit(&log), Check::Deadlines);
    }
}

#[test]
fn an_idle_agent_is_seen() {
    let played = Played::plain();
    // Somebody's shift begins, and the callback that was served then is served a second later.
    let place = played.find(0, &[("event", "reserved"), ("agent", "bob")]);
    let callback = text(&played.log[place], "callback").to_owned();
    let mut log = played.log.clone();
    let moved: Vec<usize> = (place..log.len()).filter(|n| log[*n]["callback"] == *callback).take(2).collect();
    for n in moved {
        log[n]["at"] = later(&log[n], "at", 1);
    }
    found(&played.audit(&sorted(log)), Check::WorkConservation);
}
