//! A made-up day of a center that calls in every way, without a script: offers, confirmations, calls ahead, invitations,
//! snoozes, dispositions, rates and ways under conditions are all met; then the log is changed, or held to other rules.

use std::fmt::Write;

use ringback_engine::protocol::Plain;
use serde_json::{Value, json};

use super::plain::Draw;
use super::tampered::{found, later, numbered, sorted, text, without};
use super::{Check, Played};

const CENTER: &str = r#"
name = "Ways"
timezone = "Europe/London"

[limits]
attempts_per_number = { max = 6, per = "2h" }
redial_floor = "20s"

[[queue]]
name = "preview"
preview = true
offer_timeout = "15s"
reject_cooloff = "90s"
max_rejects = 2
retry_after = "60s"
wrap_up = "5s"
concurrent_dials = 2
overflow = [{ to = "help", when = "waiting > 2" }, { to = "slow", after = "100s" }]

[[queue]]
name = "confirm"
preview = true
offer_timeout = "20s"
on_offer_expired = "ready"
confirm = { timeout = "20s", attempts = 2, otherwise = "fail" }
retry_after = "45s"
overflow = [{ to = "help", when = "ewt > 90s" }, { to = "welcome", when = "oldest > 60s" }]

[[queue]]
name = "welcome"
confirm = { timeout = "12s", attempts = 1, otherwise = "connect" }
dial_rate = { calls = 2, per = "40s" }
retry_after = "45s"

[[queue]]
name = "ahead"
first = "customer"
dial_ahead = 2
abandon_max = 20
connect_timeout = "25s"
retry_after = "60s"
snooze = "150s"

[[queue]]
name = "customer"
first = "customer"
connect_timeout = "30s"
retry_after = "30s"
ageing = { points = 1, every = "30s", cap = 20 }

[[queue]]
name = "call-in"
first = "inbound"
call_in = { number = "+442079460900", digits = 6, expiry = "30s" }
retry_after = "30s"
max_attempts = 2
overflow = [{ to = "help", when = "ready == 0" }]

[[queue]]
name = "help"
max_waiting = 2
need = "seniors"

[[queue]]
name = "slow"
need = "seniors"
max_waiting = 1

[[service]]
name = "preview"
queue = "preview"
default_country = "GB"

[[service]]
name = "confirm"
queue = "confirm"
default_country = "GB"

[[service]]
name = "welcome"
queue = "welcome"
default_country = "GB"

[[service]]
name = "ahead"
queue = "ahead"
default_country = "GB"
inbound = "keep_place"

[[service]]
name = "customer"
queue = "customer"
default_country = "GB"

[[service]]
name = "call-in"
queue = "call-in"
default_country = "GB"
slot = { minutes = 30, capacity = 1 }

[[agent]]
id = "ada"
skills = { seniors = 1 }

[[agent]]
id = "bea"

[[agent]]
id = "cyd"

[[agent]]
id = "dot"
capacity = 2

[[agent]]
id = "eve"
skills = { seniors = 1 }

[[agent]]
id = "flo"

[[agent]]
id = "gus"
capacity = 2
"#;

const SERVICES: [&str; 6] = ["preview", "confirm", "welcome", "ahead", "customer", "call-in"];

fn clock(second: u64) -> String {
    format!("2026-11-24 {:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

fn traffic() -> String {
    let mut draw = Draw(11);
    let mut file = String::from(
        "at,id,service,phone,entropy,ring,handle,offers,confirms,calls_in,agent_legs,patience,dispositions,\
         snooze_at,snooze_by,contact_at,cancel_at,outcomes\n",
    );
    let mut second = 9 * 3_600;
    for n in 0..700 {
        second += if n % 100 < 60 { draw.below(70) } else { draw.below(34) };
        let mut pick = |words: &[&str]| words[draw.below(words.len() as u64) as usize].to_owned();
        let service = pick(&SERVICES);
        let offers = pick(&[
            "",
            "accept:4",
            "reject:3",
            "ignore",
            "reject:2|reject:9|accept:1",
            "accept:30",
            "accept:15",
        ]);
        let confirms =
            pick(&["", "confirm:5", "ignore|confirm:3", "ignore|ignore", "confirm:25|confirm:2", "ignore"]);
        let calls_in =
            pick(&["", "code:8", "number:12", "dialled:6", "ignore|code:2", "ignore|ignore", "dialled:29"]);
        let legs = pick(&[
            "",
            "connected:3",
            "no_answer:6|connected:2",
            "busy|busy|busy|busy|busy|busy",
            "error:40",
        ]);
        let patience = pick(&["", "", "9", "25", "40"]);
        let then = pick(&["", "", "", "requeue", "later:600", "done"]);
        let outcomes = pick(&["", "", "", "busy", "no_answer|busy", "error"]);
        let entropy = pick(&["", "12345", "777", "99"]);
        let phone = 7_400_123_000 + draw.below(160);
        let mut often = |of: u64, ahead: u64| match draw.below(of) {
            0 => clock(second + draw.below(ahead)),
            _ => String::new(),
        };
        let (snooze, contact, cancel) = (often(9, 90), often(12, 120), often(12, 200));
        let snooze_by = if snooze.is_empty() || draw.below(2) == 0 { String::new() } else { "75".into() };
        let (ring, handle) = (draw.below(20), 10 + draw.below(60));
        let _ = writeln!(
            file,
            "{},w{n:03},{service},+44{phone},{entropy},{ring}|{ring},{handle},{offers},{confirms},{calls_in},{legs},\
             {patience},{then},{snooze},{snooze_by},{contact},{cancel},{outcomes}",
            clock(second),
        );
    }
    file
}

/// Whoever missed an offer or a leg is back after five minutes at the latest.
fn roster() -> String {
    let mut lines: Vec<String> = ["ada", "bea", "cyd", "dot", "flo", "gus"]
        .map(|agent| format!("{},{agent},login", clock(9 * 3_600)))
        .into();
    lines.push(format!("{},eve,login", clock(10 * 3_600)));
    for minute in (0..480).step_by(3) {
        for agent in ["ada", "bea", "cyd", "dot", "eve", "flo", "gus"] {
            lines.push(format!("{},{agent},ready", clock(9 * 3_600 + minute * 60 + 7)));
        }
    }
    lines.push(format!("{},bea,logout", clock(11 * 3_600)));
    lines.sort();
    format!("at,agent,event\n{}\n", lines.join("\n"))
}

impl Played {
    fn ways() -> Self {
        Self::new(CENTER, Plain, "", traffic(), roster())
    }
}

fn log_of(played: &Played) -> String {
    played.log.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_day_of_every_way_passes_and_has_all_of_it() {
    let played = Played::ways();
    let findings = played.audit(&played.log);
    assert_eq!(findings.violations(), 0, "{}", findings.to_text());
    let count = |fields: &[(&str, &str)]| {
        let has = |line: &&Value| fields.iter().all(|(name, value)| line[name] == *value);
        played.log.iter().filter(has).count()
    };
    for fields in [
        &[("event", "offered")][..],
        &[("event", "notified"), ("kind", "confirm")],
        &[("event", "notified"), ("kind", "call_in")],
        &[("event", "agent_failed")],
        &[("event", "snoozed")],
        &[("event", "expected")],
        &[("event", "passed_over")],
        &[("event", "returned"), ("why", "offer")],
        &[("event", "returned"), ("why", "rejected")],
        &[("event", "returned"), ("why", "not_called")],
        &[("event", "returned"), ("why", "snoozed")],
        &[("event", "returned"), ("why", "requeued")],
        &[("event", "returned"), ("why", "abandoned")],
        &[("event", "returned"), ("why", "scheduled")],
        &[("event", "completed"), ("reason", "FAIL_USER_NO_CONFIRM")],
        &[("event", "completed"), ("reason", "FAIL_AGENT_CONNECT")],
        &[("event", "completed"), ("reason", "CUSTOMER_CALLED_FIRST")],
        &[("event", "completed"), ("reason", "AGENT_PREVIEW_CANCEL_AFTER_2REJECTS")],
        &[("event", "step"), ("when", "waiting > 2")],
        &[("event", "step"), ("when", "ready == 0")],
    ] {
        assert!(count(fields) > 0, "no {fields:?}");
    }
    let ahead = played.log.iter().filter(|line| line["event"] == "dialing" && line.get("agent").is_none());
    assert!(ahead.count() > 10);
}

/// The center with the first `from` after `behind` replaced.
fn center(behind: &str, from: &str, to: &str) -> String {
    let (head, tail) = CENTER.split_once(behind).unwrap_or_else(|| panic!("no `{behind}`"));
    assert!(tail.contains(from), "no `{from}` after `{behind}`");
    format!("{head}{behind}{}", tail.replacen(from, to, 1))
}

#[test]
fn every_setting_of_the_ways_is_held_to() {
    let played = Played::ways();
    let log = log_of(&played);
    let mut missed = Vec::new();
    let of = |name: &str| format!("[[queue]]\nname = \"{name}\"");
    for (queue, from, to, check) in [
        ("preview", "preview = true", "preview = false", Check::Deadlines),
        ("preview", "offer_timeout = \"15s\"", "offer_timeout = \"14s\"", Check::Deadlines),
        ("preview", "reject_cooloff = \"90s\"", "reject_cooloff = \"10m\"", Check::Skills),
        ("preview", "max_rejects = 2", "max_rejects = 3", Check::Deadlines),
        ("preview", "max_rejects = 2", "max_rejects = 1", Check::Deadlines),
        ("preview", "concurrent_dials = 2", "concurrent_dials = 1", Check::Quotas),
        ("preview", "concurrent_dials = 2", "concurrent_dials = 3", Check::WorkConservation),
        ("preview", "waiting > 2", "waiting > 3", Check::Deadlines),
        ("preview", "waiting > 2", "waiting > 1", Check::Deadlines),
        ("confirm", "on_offer_expired = \"ready\"", "on_offer_expired = \"not_ready\"", Check::Agents),
        ("confirm", "timeout = \"20s\", attempts", "timeout = \"19s\", attempts", Check::Deadlines),
        ("confirm", "attempts = 2", "attempts = 1", Check::Deadlines),
        ("confirm", "otherwise = \"fail\"", "otherwise = \"connect\"", Check::Deadlines),
        ("confirm", "ewt > 90s", "ewt > 60s", Check::Deadlines),
        ("confirm", "oldest > 60s", "oldest > 50s", Check::Deadlines),
        ("welcome", "otherwise = \"connect\"", "otherwise = \"fail\"", Check::Deadlines),
        ("welcome", "calls = 2", "calls = 1", Check::Quotas),
        ("welcome", "calls = 2", "calls = 9", Check::WorkConservation),
        ("ahead", "first = \"customer\"\ndial_ahead = 2", "dial_ahead = 0", Check::Conservation),
        ("ahead", "dial_ahead = 2", "dial_ahead = 1", Check::Quotas),
        ("ahead", "dial_ahead = 2", "dial_ahead = 3", Check::WorkConservation),
        ("ahead", "abandon_max = 20", "abandon_max = 3", Check::Quotas),
        ("ahead", "abandon_max = 20", "abandon_max = 100", Check::WorkConservation),
        ("ahead", "connect_timeout = \"25s\"", "connect_timeout = \"24s\"", Check::Deadlines),
        ("ahead", "snooze = \"150s\"", "snooze = \"151s\"", Check::Deadlines),
        ("call-in", "expiry = \"30s\"", "expiry = \"31s\"", Check::Deadlines),
        ("call-in", "max_attempts = 2", "max_attempts = 1", Check::Deadlines),
        ("call-in", "ready == 0", "ready == 1", Check::Deadlines),
        ("help", "max_waiting = 2", "max_waiting = 9", Check::Deadlines),
        ("slow", "max_waiting = 1", "max_waiting = 9", Check::Quotas),
        ("slow", "inbound = \"keep_place\"", "inbound = \"cancel\"", Check::Conservation),
    ] {
        let findings = played.audit_text(&center(&of(queue), from, to), &log);
        if findings.tally(check).violations == 0 {
            missed.push(format!("{to} ({queue}) by `{}`\n{}", check.name(), findings.to_text()));
        }
    }
    assert!(missed.is_empty(), "not found out: {}", missed.join("\n"));
}

#[test]
fn lines_of_the_ways_are_missed_and_too_much() {
    let played = Played::ways();
    for event in ["offered", "notified", "agent_failed", "snoozed", "expected"] {
        let place = played.find(played.log.len() / 5, &[("event", event)]);
        let missing = played.audit(&without(&played, |n, _| n == place));
        assert!(missing.violations() > 0, "`{event}` is not missed");
        let mut log = played.log.clone();
        log.insert(place + 1, log[place].clone());
        let twice = played.audit(&numbered(log));
        if event != "expected" {
            assert!(twice.violations() > 0, "`{event}` twice");
            assert_eq!(twice.first()[0].line, place as u64 + 2, "{event}: {}", twice.to_text());
        }
    }
}

/// The sentence of the violation on a line.
fn sentence(played: &Played, log: Vec<Value>, line: usize, words: &str) {
    let findings = played.audit(&log);
    let said =
        findings.first().iter().any(|found| found.line == line as u64 + 1 && found.sentence.contains(words));
    assert!(said, "line {}: no `{words}`\n{}", line + 1, findings.to_text());
}

#[test]
fn changed_words_are_found_with_line_and_sentence() {
    let played = Played::ways();
    let from = played.log.len() / 5;
    // Another end of an offer than the agent's word.
    let place = played.find(from, &[("event", "returned"), ("why", "rejected")]);
    let mut log = played.log.clone();
    log[place]["why"] = json!("offer");
    sentence(&played, log, place, "neither the traffic nor the settings");
    // An offer to somebody else than who is reserved.
    let place = played.find(from, &[("event", "offered"), ("agent", "ada")]);
    let mut log = played.log.clone();
    log[place]["agent"] = json!("bea");
    sentence(&played, log, place, "`bea` is named, and `ada` was reserved");
    let mut log = played.log.clone();
    log[place]["until"] = later(&log[place], "until", 1);
    sentence(&played, log, place, "is offered until");
    // A leg that ended otherwise.
    let place = played.find(from, &[("event", "agent_failed"), ("why", "agent_busy")]);
    let mut log = played.log.clone();
    log[place]["why"] = json!("agent_error");
    sentence(&played, log, place, "the agent's leg fails as `agent_error`");
    // A later time than the customer asked for.
    let place = played.find(from, &[("event", "snoozed")]);
    let mut log = played.log.clone();
    log[place]["until"] = later(&log[place], "until", 60);
    sentence(&played, log, place, "which its customer does not ask for then");
    // Nobody called.
    let place = played.find(from, &[("event", "expected")]);
    let mut log = played.log.clone();
    let other = played.find(0, &[("event", "queued"), ("queue", "welcome")]);
    let mut line = log[place].clone();
    (line["at"], line["callback"]) = (log[other]["at"].clone(), log[other]["callback"].clone());
    log.insert(other + 1, line);
    sentence(&played, numbered(log), other + 1, "when its customer does not call");
    // A barrier that is none.
    let place = played.find(from, &[("event", "returned"), ("why", "dial_rate")]);
    let mut log = played.log.clone();
    log[place]["why"] = json!("number");
    sentence(&played, log, place, "which does not keep it from being called");
    // A condition that does not hold.
    let place = played.find(from, &[("event", "step"), ("when", "waiting > 2")]);
    let mut log = played.log.clone();
    log[place]["queue"] = json!("slow");
    sentence(&played, log, place, "no overflow leads there");
}

#[test]
fn customers_on_the_line_are_not_left() {
    let played = Played::ways();
    // The agent who is reserved for a customer on the line comes a second later.
    let ahead = (0..played.log.len())
        .filter(|n| played.log[*n]["event"] == "outcome" && played.log[*n]["outcome"] == "answered")
        .find(|n| {
            let next = played.log.get(n + 1);
            next.is_some_and(|next| {
                next["event"] == "reserved" && next["callback"] == played.log[*n]["callback"]
            })
        })
        .expect("somebody on the line is served at once");
    let mut log = played.log.clone();
    log[ahead + 1]["at"] = later(&log[ahead + 1], "at", 1);
    let callback = text(&log[ahead], "callback").to_owned();
    assert_eq!(log[ahead + 1]["callback"], json!(callback));
    found(&played.audit(&sorted(log)), Check::WorkConservation);
}
