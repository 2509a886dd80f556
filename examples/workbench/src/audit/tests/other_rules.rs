//! A true log, held to other rules than those it was made under.

use ringback_engine::protocol::Plain;

use super::plain::CENTER;
use super::{Check, Played};

/// Replaces the first `from` after `behind` in the center by `to`.
fn center(behind: &str, from: &str, to: &str) -> String {
    let (head, tail) = CENTER.split_once(behind).unwrap_or_else(|| panic!("no `{behind}`"));
    assert!(tail.contains(from), "no `{from}` after `{behind}`");
    format!("{head}{behind}{}", tail.replacen(from, to, 1))
}

#[test]
fn every_rule_is_held_to() {
    let played = Played::plain();
    let log: String = played.log.iter().map(|line| format!("{line}\n")).collect();
    let (front, back) = ("name = \"front\"", "name = \"back\"");
    let mut missed = Vec::new();
    let (one, two) = ("name = \"one\"", "name = \"two\"");
    for (behind, from, to, check) in [
        ("[limits]", "max = 3, per", "max = 2, per", Check::Numbers),
        ("[limits]", "max = 3, per", "max = 9, per", Check::Numbers),
        ("[limits]", "redial_floor = \"150s\"", "redial_floor = \"20m\"", Check::Numbers),
        ("[limits]", "redial", "attempts_total = { max = 3, per = \"10m\" }\nredial", Check::Numbers),
        ("[limits]", "redial", "attempts_per_country = { max = 3, per = \"10m\" }\nredial", Check::Numbers),
        ("[limits]", "redial", "attempts_per_prefix = { max = 3, per = \"10m\" }\nredial", Check::Numbers),
        ("name = \"office\"", "08:00-18:00", "08:00-17:30", Check::Hours),
        ("name = \"office\"", "08:00-18:00", "15:00-24:00", Check::WorkConservation),
        (front, "need = \"general\"", "need = \"general >= 3\"", Check::Skills),
        (back, "groups = [\"seniors\"]", "groups = []\nneed = \"other\"", Check::Skills),
        (front, "priority = 5", "priority = 6", Check::Order),
        (front, "cap = 3", "cap = 2", Check::Order),
        (front, "points = 2", "points = 1", Check::Order),
        (front, "every = \"60s\"", "every = \"61s\"", Check::Order),
        (front, "after = \"180s\"", "after = \"181s\"", Check::Deadlines),
        (front, "after = \"180s\"", "after = \"179s\"", Check::Deadlines),
        (front, "dial_timeout = \"20s\"", "dial_timeout = \"19s\"", Check::Deadlines),
        (front, "max_attempts = 2", "max_attempts = 1", Check::Deadlines),
        (front, "max_attempts = 2", "max_attempts = 3", Check::Deadlines),
        (front, "retry_after = \"90s\"", "retry_after = \"91s\"", Check::Deadlines),
        (front, "queued_ttl = \"30m\"", "queued_ttl = \"31m\"", Check::Deadlines),
        (front, "queued_ttl = \"30m\"", "queued_ttl = \"29m\"", Check::Deadlines),
        (back, "\nttl = \"15m\"", "\nttl = \"14m\"", Check::Deadlines),
        (back, "\nttl = \"15m\"", "\nttl = \"16m\"", Check::Deadlines),
        (front, "wrap_up = \"10s\"", "wrap_up = \"11s\"", Check::Agents),
        (front, "wrap_up = \"10s\"", "wrap_up = \"9s\"", Check::Agents),
        (front, "talk_timeout = \"8m\"", "talk_timeout = \"9m\"", Check::Deadlines),
        (front, "purge_after = \"1h\"", "purge_after = \"2h\"", Check::Deadlines),
        (one, "08:00-21:00", "08:00-17:00", Check::Window),
        (one, "\"08:00-21:00\"", "{ DE = \"16:00-21:00\", default = \"off\" }", Check::Window),
        (one, "capacity = 4", "capacity = 3", Check::Quotas),
        (one, "capacity = 4", "capacity = 5", Check::Quotas),
        (one, "max = 12, per = \"300s\"", "max = 11, per = \"300s\"", Check::Quotas),
        (one, "max = 12, per = \"300s\"", "max = 12, per = \"301s\"", Check::Quotas),
        (one, "per_number_daily = 3", "per_number_daily = 2", Check::Quotas),
        (one, "max_queued = 16", "max_queued = 15", Check::Quotas),
        (one, "max_queued = 16", "max_queued = 17", Check::Quotas),
        (one, "reject_closed = true", "duplicates = \"strict\"", Check::Quotas),
        (one, "reject_closed = true", "submit_before = \"121s\"", Check::Deadlines),
        (two, "duplicates = \"strict\"", "duplicates = \"false\"", Check::Quotas),
    ] {
        let findings = played.audit_text(&center(behind, from, to), &log);
        if findings.tally(check).violations == 0 {
            missed.push(format!("{to} ({behind}) by `{}`\n{}", check.name(), findings.to_text()));
        }
    }
    assert!(missed.is_empty(), "not found out: {}", missed.join("\n"));
}

#[test]
fn fences_are_held_to() {
    let played = Played::plain();
    let log: String = played.log.iter().map(|line| format!("{line}\n")).collect();
    let findings =
        played.audit_text(&center("[limits]", "redial_floor = \"150s\"", "redial_floor = \"2h\""), &log);
    let fenced = |sentence: &str| sentence.contains("is fenced until");
    assert!(findings.first().iter().any(|found| fenced(&found.sentence)), "{}", findings.to_text());
}

/// Two agents who have time, of whom one is chosen again and again as the one with fewer skills.
const CALM: &str = r#"
name = "Calm"
timezone = "Europe/London"

[[queue]]
name = "main"
strategy = "least_skilled"

[[service]]
name = "main"
queue = "main"

[[agent]]
id = "anna"
skills = { a = 1 }

[[agent]]
id = "bob"
skills = { a = 1, b = 1 }
"#;

#[test]
fn another_agent_than_the_first_by_the_strategy_is_found_out() {
    let requests =
        (0..8).map(|n| format!("2026-03-04 12:{:02}:00,c{n},main,+4420794600{n}0,,,5,20\n", 10 + 2 * n));
    let traffic =
        format!("at,id,service,phone,desired,outcomes,ring,handle\n{}", requests.collect::<String>());
    let roster = "at,agent,event\n2026-03-04 12:00:00,anna,login\n2026-03-04 12:00:01,bob,login\n";
    let play = |center: &str| Played::new(center, Plain, "", traffic.clone(), roster.into());
    let idle = CALM.replace("least_skilled", "longest_idle");
    for (played, held_to, found) in
        [(CALM, CALM, false), (&idle, &idle, false), (CALM, &idle, true), (&idle, CALM, true)]
    {
        let log: String = play(played).log.iter().map(|line| format!("{line}\n")).collect();
        let findings = play(played).audit_text(held_to, &log);
        let told = findings.first().iter().any(|violation| violation.sentence.contains("comes first"));
        assert_eq!(told, found, "{}", findings.to_text());
        assert_eq!(findings.violations() > 0, found, "{}", findings.to_text());
    }
}
