//! The bundles under `examples/bundles`: each plays to its end without a fault, and shows what its README says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ringback_workbench::commands::{Run, audit, check, test};
use serde_json::{Value, json};

fn bundles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bundles")
}

/// What a run wrote.
struct Day {
    /// The bundle, and where the event log is.
    paths: (PathBuf, PathBuf),
    events: Vec<Value>,
    summary: Value,
    /// The traffic's lines by the callback's id, fields by column.
    traffic: BTreeMap<String, BTreeMap<String, String>>,
}

impl Day {
    fn play(name: &str, test: &str) -> Self {
        let dir = bundles().join(name);
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{name}"));
        fs::create_dir_all(&out).unwrap();
        let (events, summary) = (out.join("events.jsonl"), out.join("summary.json"));
        let run = Run {
            dir: dir.clone(),
            events: Some(events.clone()),
            summary: Some(summary.clone()),
            ..Run::default()
        };
        run.start().unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        let mut csv = csv::Reader::from_path(dir.join("traffic.csv")).unwrap();
        Self {
            paths: (dir, events.clone()),
            events: read(&events).lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
            summary: serde_json::from_str(&read(&summary)).unwrap(),
            traffic: csv
                .deserialize()
                .map(|line| {
                    let fields: BTreeMap<String, String> = line.unwrap();
                    (fields["id"].clone(), fields)
                })
                .collect(),
        }
    }

    /// Events of a kind.
    fn events<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.events.iter().filter(move |event| event["event"] == kind)
    }

    /// A field of the request that an event is about.
    fn asked(&self, event: &Value, column: &str) -> &str {
        &self.traffic[event["callback"].as_str().unwrap()][column]
    }

    /// The requests rejected with a code.
    fn rejected<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Value> {
        self.events("rejected").filter(move |event| event["code"] == code)
    }

    /// Of one callback, the events of a kind.
    fn of<'a>(&'a self, callback: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.events(kind).filter(move |event| event["callback"] == callback)
    }
}

#[test]
fn every_bundle_checks_and_plays_to_its_end_without_a_fault() {
    let mut names: Vec<String> = fs::read_dir(bundles())
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 8, "{names:?}");
    let readme = fs::read_to_string(bundles().join("README.md")).unwrap();
    for name in names {
        assert!(readme.contains(&format!("](./{name})")) || readme.contains(&format!("]({name})")), "{name}");
        let closing =
            check(&bundles().join(&name), false).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let fine = ["no error, 1 warning; the bundle can be run\n", "the bundle is fine\n"];
        assert!(fine.iter().any(|end| closing.ends_with(end)), "{closing}");

        let tested = test(&bundles().join(&name)).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert!(tested.ends_with("as expected\n"), "every hook is tested: {tested}");

        let day = Day::play(&name, "all");
        let asked = day.traffic.len() + day.events("recreated").count();
        assert_eq!(day.summary["requests"], asked, "{name}");
        assert_eq!(day.events("accepted").count(), day.events("purged").count(), "{name}: nothing is left");
        let (dir, events) = &day.paths;
        audit(dir, events).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert!(
            2 * day.events("connected").count() > day.events("accepted").count(),
            "{name}: most are reached"
        );
        for kind in ["fault", "set_aside"] {
            assert_eq!(day.events(kind).next(), None, "{name}");
        }
        for (hook, calls) in day.summary["script"].as_object().unwrap() {
            assert_eq!(calls["faults"], 0, "{name}: {hook}");
        }
    }
}

#[test]
fn opening_hours_shows_hours_closing_and_overflow() {
    let day = Day::play("opening-hours", "shows");
    let closed = |id: &str| day.of(id, "rejected").any(|event| event["code"] == "CLOSED");
    assert!(closed("r022") && day.traffic["r022"]["desired"].ends_with("13:00:00"), "lunch");
    assert!(closed("r031") && day.traffic["r031"]["desired"].starts_with("2026-04-03"), "Good Friday");
    let connected = day.of("r111", "connected").next().unwrap();
    assert!(day.traffic["r111"]["desired"].starts_with("2026-04-03"), "Good Friday, in New York");
    assert!(connected["at"].as_str().unwrap().starts_with("2026-04-03"));

    // For two weeks New York opens at 14:00 in Berlin.
    let america = |event: &&Value| day.asked(event, "service") == "america";
    let at = |event: &Value| day.asked(event, "at").to_owned();
    let first = day.events("accepted").find(america).map(at).unwrap();
    let last = day.rejected("CLOSED").filter(america).map(at).find(|at| *at > first).unwrap();
    assert!(*"2026-03-11 14:00:00" <= *first && *first < *"2026-03-11 15:00:00", "{first}");
    assert!(day.rejected("CLOSED").filter(america).map(at).any(|at| at < first));
    assert!(*last >= *"2026-03-11 15:00:00", "{last}: an appointment or after closing");

    let closing: Vec<String> = day.rejected("CLOSING").map(at).collect();
    assert!(closing.iter().any(|at| **at < *"2026-03-11 12:30:00"), "before lunch: {closing:?}");
    assert!(closing.iter().any(|at| **at > *"2026-03-11 17:50:00"), "before the evening: {closing:?}");

    let stepped = |service: &str, queue: &str| {
        day.events("step").any(|event| event["queue"] == queue && day.asked(event, "service") == service)
    };
    assert!(day.events("step").any(|event| event["when"] == "waiting > 2"), "overflow under a condition");
    assert!(stepped("europe", "oncall") && stepped("america", "berlin") && stepped("america", "oncall"));
    let steps: Vec<&Value> = day.of("r158", "step").map(|step| &step["queue"]).collect();
    assert_eq!(steps, ["berlin", "oncall"], "Berlin has closed");
    assert_eq!(day.of("r001", "step").next().unwrap()["queue"], "oncall", "at night");
    assert!(
        ["otto", "ruth"].contains(&day.of("r001", "connected").next().unwrap()["agent"].as_str().unwrap())
    );
    assert_eq!(day.of("r001", "queued").next().unwrap()["score"], 100);
}

#[test]
fn slots_shows_full_slots_limits_deferring_and_retries() {
    let day = Day::play("slots", "shows");
    for time in ["16:30:00", "17:00:00", "17:30:00"] {
        let full = day.rejected("SLOT_FULL").any(|event| day.asked(event, "desired").ends_with(time));
        assert!(full, "{time}");
    }
    // Four appointments a half hour, and no fifth.
    let booked = day
        .events("accepted")
        .filter(|event| day.asked(event, "desired").ends_with("17:00:00"))
        .map(|event| event["callback"].as_str().unwrap());
    assert_eq!(booked.count(), 4);

    let throttled = |column, value: &str| day.rejected("THROTTLED").any(|e| day.asked(e, column) == value);
    assert!(throttled("id", "r078") && throttled("channel", "tv"));

    let immediate = |event: &&Value| day.asked(event, "desired").is_empty();
    let deferred: Vec<&Value> = day.events("scheduled").filter(immediate).collect();
    assert!(deferred.len() >= 3, "{deferred:?}");
    for event in deferred {
        let callback = event["callback"].as_str().unwrap();
        let queued = day.of(callback, "queued").next().unwrap();
        assert!(queued["at"].as_str() > event["at"].as_str(), "{queued} after {event}");
        assert_eq!(day.of(callback, "connected").count(), 1);
    }
    assert!(day.rejected("SLOT_FULL").any(|event| immediate(&event)), "deferred into a full slot");

    let held = day.events("held").filter(|event| event["why"] == "retry").count();
    assert!(held >= 10, "{held}");
    let reasons = &day.summary["completed"];
    assert!(
        reasons["SCRIPT:unreachable"].as_u64() >= Some(1)
            && reasons["SCRIPT:message_left"].as_u64() >= Some(1)
    );
}

#[test]
fn the_year_ends_with_other_hours_and_appointments_moved() {
    let day = Day::play("year-end", "year-end");
    let closed: Vec<_> = day.rejected("CLOSED").map(|event| event["callback"].clone()).collect();
    assert_eq!(closed, ["r3", "r4"]);
    let moved: Vec<_> =
        day.events("rescheduled").map(|event| (&event["callback"], &event["desired"])).collect();
    assert_eq!(moved, [(&Value::from("r1"), &Value::from("2026-12-24T08:30:00.000Z"))]);
    let put_off: Vec<_> =
        day.events("put_off").map(|event| (&event["callback"], &event["desired"])).collect();
    let expected = [("r6", "2026-12-24T08:00:00.000Z"), ("r7", "2026-12-24T09:00:00.000Z")]
        .map(|(callback, desired)| (Value::from(callback), Value::from(desired)));
    assert_eq!(put_off, expected.each_ref().map(|(callback, desired)| (callback, desired)));
    assert_eq!(day.events("connected").count(), 5);
}

#[test]
fn a_supervisor_changes_what_was_decided() {
    let day = Day::play("steering", "steering");
    let updated: Vec<_> = day
        .events("updated")
        .map(|event| (event["callback"].as_str().unwrap(), event["before"].as_u64(), event["after"].as_u64()))
        .collect();
    assert_eq!(updated, [("r05", Some(3), Some(0)), ("r04", Some(3), Some(0)), ("r06", None, None)]);
    let connected = |id| day.of(id, "connected").next().unwrap();
    assert!(connected("r05")["at"].as_str() < connected("r02")["at"].as_str());
    assert_eq!((&connected("r04")["agent"], &connected("r03")["agent"]), (&"niall".into(), &"orla".into()));
    assert_eq!(day.of("r06", "dialing").next().unwrap()["number"], "+35315550199");
    let moved: Vec<&Value> = day.events("rescheduled").map(|event| &event["callback"]).collect();
    assert_eq!(moved, ["r06", "r09"]);
    let refused: Vec<_> = day.events("refused").map(|event| (&event["callback"], &event["code"])).collect();
    let expected =
        [("r07", "SLOT_FULL"), ("r08", "SLOT_FULL"), ("r01", "not_cancellable"), ("r99", "unknown_callback")];
    assert_eq!(refused.len(), expected.len());
    assert!(refused.iter().zip(expected).all(|((one, code), (id, word))| **one == id && **code == word));
    let bulk: Vec<_> = day.events("bulk").map(|event| (&event["done"], &event["refused"])).collect();
    assert_eq!(bulk, [(&2.into(), &2.into()), (&1.into(), &2.into())]);
    assert_eq!(day.of("r10", "completed").next().unwrap()["reason"], "FAIL_CALL_TO_CUSTOMER");
    assert_eq!(day.of("r10b", "recreated").next().unwrap()["of"], "r10");
    assert_eq!(day.of("r10b", "connected").count(), 1);
    assert_eq!(day.of("r12", "completed").next().unwrap()["reason"], "CANCELLED_BY_ADMIN");
    assert!(connected("r11")["at"].as_str() > Some("2026-05-12T11:30:00.000Z"), "after the pause");
    let closed: Vec<_> = day.rejected("CLOSED").map(|event| &event["callback"]).collect();
    assert_eq!(closed, ["r13"]);
    let disagreed: Vec<&Value> = day.events("disagreed").collect();
    assert_eq!(disagreed.len(), 1);
    assert_eq!(
        (&disagreed[0]["callback"], &disagreed[0]["hook"], &disagreed[0]["candidate"]),
        (&"r10".into(), &"timeout".into(), &json!({ "outcome": "retry", "line": 4 }))
    );
}

#[test]
fn a_log_that_tells_other_changes_is_found_out() {
    let day = Day::play("steering", "tampered");
    let (dir, events) = &day.paths;
    let tampered = |change: &dyn Fn(&mut Value)| {
        let mut log = day.events.clone();
        log.iter_mut().for_each(change);
        let text: String =
            log.iter().filter(|line| !line.is_null()).map(|line| format!("{line}\n")).collect();
        fs::write(events, text).unwrap();
        audit(dir, events).is_err()
    };
    let is =
        |line: &Value, event: &str, callback: &str| line["event"] == event && line["callback"] == callback;
    assert!(!tampered(&|_| {}), "a true log passes");
    assert!(
        tampered(&|line| {
            if line["event"] == "switched" && line["on"] == false {
                *line = Value::Null;
            }
        }),
        "who is reserved while the queue is paused"
    );
    assert!(
        tampered(&|line| {
            if is(line, "updated", "r06") {
                *line = Value::Null;
            }
        }),
        "who is called at a number that nobody gave"
    );
    assert!(
        tampered(&|line| {
            if is(line, "updated", "r05") {
                line["priority"] = 9.into();
            }
        }),
        "who has another priority than somebody gave"
    );
    assert!(
        tampered(&|line| {
            if is(line, "assigned", "r03") {
                line["agent"] = "niall".into();
            }
        }),
        "who is given to another agent than somebody said"
    );
    assert!(
        tampered(&|line| {
            if is(line, "rescheduled", "r06") {
                line["desired"] = "2026-05-12T13:11:00.000Z".into();
            }
        }),
        "who is moved to another time"
    );
    assert!(
        tampered(&|line| {
            if line["event"] == "calendar" && line["closed"] == true {
                *line = Value::Null;
            }
        }),
        "who is rejected as if the office were closed"
    );
}

#[test]
fn ways_shows_each_way_to_call() {
    let day = Day::play("ways", "ways");
    let words = |id: &str| -> Vec<String> {
        let all = day.events.iter().filter(|event| event["callback"] == id);
        all.map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    };
    let after = |id: &str, one: &str, other: &str| {
        let words = words(id);
        let place = |word: &str| {
            words.iter().position(|known| known == word).unwrap_or_else(|| panic!("{id}: no {word}"))
        };
        assert!(place(one) < place(other), "{id}: {words:?}");
    };
    after("p1", "offered", "dialing");
    let returned = |id: &'static str| -> Vec<&str> {
        day.of(id, "returned").map(|event| event["why"].as_str().unwrap()).collect()
    };
    assert_eq!(returned("p2"), ["rejected", "offer"]);
    after("c1", "notified", "dialing");
    assert_eq!(day.of("c3", "completed").next().unwrap()["reason"], "FAIL_USER_NO_CONFIRM");
    assert_eq!(day.of("a3", "dialing").next().unwrap().get("agent"), None, "ahead of an agent");
    assert_eq!(day.of("a2", "agent_failed").count(), 1);
    assert_eq!(day.of("a4", "expected").count(), 1);
    assert_eq!(words("i1").iter().filter(|word| *word == "dialing").count(), 0, "the customer calls");
    assert_eq!(returned("i3"), ["not_called"]);
    after("s1", "ended", "scheduled");
    after("s2", "snoozed", "connected");
    let tried: Vec<&str> = day.of("n1", "dialing").map(|event| event["number"].as_str().unwrap()).collect();
    assert_eq!(tried, ["+447400123415", "+447400123416", "+442079460123"]);
    let of_grace = day.events("agent").filter(|event| event["agent"] == "grace");
    let last: Vec<(&str, Option<&str>)> =
        of_grace.map(|event| (event["state"].as_str().unwrap(), event["reason"].as_str())).collect();
    assert!(
        last.ends_with(&[("wrap_up", None), ("not_ready", Some("lunch")), ("logged_out", None)]),
        "the wrap-up lasts until lunch: {last:?}"
    );
    assert_eq!(day.summary["not_ready"]["lunch"], 900.0);
}

#[test]
fn far_and_wide_shows_windows_lists_and_limits() {
    let day = Day::play("far-and-wide", "shows");
    let called = |id: &str| day.of(id, "dialing").last().unwrap()["at"].as_str().unwrap().to_owned();
    for (id, at) in [
        ("ny1", "2026-06-02T12:30:00.000Z"),
        ("la1", "2026-06-02T15:00:00.000Z"),
        ("hi1", "2026-06-02T18:00:00.000Z"),
        ("free1", "2026-06-02T22:00:00.000Z"),
        ("jp1", "2026-06-03T01:00:00.000Z"),
        ("late1", "2026-06-03T12:00:00.000Z"),
        ("late2", "2026-06-03T01:10:10.000Z"),
        ("often1", "2026-06-02T19:00:00.000Z"),
        ("block6", "2026-06-02T14:00:00.000Z"),
        ("rate4", "2026-06-02T13:50:00.000Z"),
        ("uk3", "2026-06-02T13:50:01.000Z"),
    ] {
        assert_eq!(called(id), at, "{id}");
    }
    for (id, why) in [
        ("la1", "calling_window"),
        ("often1", "attempts_per_number"),
        ("block6", "attempts_per_prefix"),
        ("rate4", "attempts_per_country"),
        ("uk3", "attempts_total"),
    ] {
        assert!(day.of(id, "held").any(|held| held["why"] == why), "{id}: {why}");
    }
    for (id, code) in [
        ("fr1", "COUNTRY_NOT_ALLOWED"),
        ("block1", "NUMBER_BLOCKED"),
        ("block2", "NUMBER_BLOCKED"),
        ("opt1", "NUMBER_BLOCKED"),
        ("prem1", "PREMIUM_NUMBER"),
        ("none1", "INVALID_NUMBER"),
    ] {
        assert_eq!(day.of(id, "rejected").next().unwrap()["code"], code, "{id}");
    }
    let dialled: Vec<&str> = day.events("dialing").map(|event| event["at"].as_str().unwrap()).collect();
    let in_a_minute = |at: &&str| at.starts_with("2026-06-02T13:31");
    assert_eq!(dialled.into_iter().filter(in_a_minute).count(), 2, "two calls a minute");
    assert_eq!(day.summary["completed"]["AGENT_CONNECTED"], 20);
}

#[test]
fn desks_show_conditions_preferences_and_strategies() {
    let day = Day::play("desks", "shows");
    for when in ["waiting > 2", "ready == 0", "oldest > 4m"] {
        assert!(day.events("step").any(|step| step["when"] == when), "{when}");
    }
    let repairs = |event: &&Value| day.asked(event, "service") == "repairs";
    let helped = day.events("queued").filter(repairs).filter(|queued| queued["queue"] == "service");
    assert!(helped.count() > 0, "Declan is away");
    // Who waits for somebody is served by them, if they are free in time.
    let waits = |event: &Value| event["need"].as_str().is_some_and(|need| need.contains("&& agent:"));
    let preferring: Vec<&Value> = day.events("queued").filter(|event| waits(event)).collect();
    assert!(preferring.len() > 5, "{}", preferring.len());
    let kept = preferring.iter().filter(|queued| {
        let id = queued["callback"].as_str().unwrap();
        let agent = day.of(id, "connected").next().unwrap()["agent"].as_str().unwrap();
        queued["need"].as_str().unwrap().ends_with(&format!("agent:{agent}"))
    });
    assert!(kept.count() > 2);
    // The supervisors take turns.
    let reserve: Vec<&Value> = day
        .events("reserved")
        .filter(|event| event["queue"] == "reserve")
        .map(|event| &event["agent"])
        .collect();
    assert!(reserve.len() > 6);
    let turns = reserve.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(turns * 3 > reserve.len(), "{reserve:?}");
    assert!(day.summary["script"]["score"]["calls"].as_u64() > Some(20));
    assert_eq!(day.summary["completed"]["AGENT_CONNECTED"], 90);
}
