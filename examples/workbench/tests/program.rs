//! The program, from outside: bundles in, exit codes, messages, event log, summary and journal out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ringback_engine::Instant;
use ringback_engine::journal::{Call, Reader, Returned, Writer};
use serde_json::Value;

const CENTER: &str = r#"
name = "Ein Haus"
timezone = "Asia/Jerusalem"
application = "app.rhai"

[[queue]]
name = "retail"
retry_after = "60s"
dial_timeout = "20s"
wrap_up = "10s"

[[service]]
name = "retail"
queue = "retail"
default_country = "IL"
calling_window = "off"

[[agent]]
id = "anna"
skills = { billing = 5 }

[[agent]]
id = "bob"
"#;

const SCRIPT: &str = "\
fn route(callback) {
    queue(\"retail\").need(if callback.has(\"vip\") { \"billing\" } else { \"true\" })
}
";

const TRAFFIC: &str = "\
at,id,service,phone,desired,outcomes,ring,handle,cancel_at,vip
1999-01-03 07:00:00,c1,retail,+972542345677,,busy|answered,4|6,30,,1
1999-01-03 07:00:00,c2,retail,+972542345678,,,25|1,10,,
1999-01-03 07:00:01.250,c3,retail,+972542345679,1999-01-03 09:00:00,,2,20,,
1999-01-03 07:00:02,c4,retail,+972542345670,,,2,20,1999-01-03 07:00:03,
1999-01-03 07:00:05,c5,nowhere,+972542345671,,,2,20,,
1999-01-03 07:00:06,c6,retail,+972542345672,,,0,0,1999-01-03 08:00:00,
";

const ROSTER: &str = "\
at,agent,event
1999-01-03 06:00,anna,login
1999-01-03 07:00,bob,login
1999-01-03 12:00,anna,logout
1999-01-03 12:00,bob,logout
";

/// A folder of its own for one test, with the bundle in it.
fn bundle(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    for (file, text) in
        [("center.toml", CENTER), ("app.rhai", SCRIPT), ("traffic.csv", TRAFFIC), ("roster.csv", ROSTER)]
    {
        fs::write(dir.join(file), text).unwrap();
    }
    dir
}

fn ringback(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ringback")).args(arguments).current_dir(dir).output().unwrap()
}

/// Runs the program, which must end with `code`; what it says on standard output and standard error.
fn says(dir: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let output = ringback(dir, arguments);
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    (out, err)
}

fn json_lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_day_is_played_to_the_end() {
    let dir = bundle("a_day");
    let (out, _) = says(&dir, &["run", ".", "--events", "e.jsonl", "--summary", "s.json"], 0);
    assert!(out.contains("AGENT_CONNECTED"), "{out}");

    let events = json_lines(&dir.join("e.jsonl"));
    let of = |callback: &str| -> Vec<String> {
        let own = events.iter().filter(|event| event["callback"] == callback);
        own.map(|event| format!("{} {}", event["at"].as_str().unwrap(), event["event"].as_str().unwrap()))
            .filter(|line| !line.ends_with("dialing"))
            .collect()
    };
    assert_eq!(
        of("c1"),
        [
            "1999-01-03T05:00:00.000Z accepted",
            "1999-01-03T05:00:00.000Z queued",
            "1999-01-03T05:00:00.000Z reserved",
            "1999-01-03T05:00:04.000Z outcome",
            "1999-01-03T05:00:04.000Z returned",
            "1999-01-03T05:00:04.000Z held",
            "1999-01-03T05:01:04.000Z reserved",
            "1999-01-03T05:01:10.000Z outcome",
            "1999-01-03T05:01:10.000Z connected",
            "1999-01-03T05:01:40.000Z ended",
            "1999-01-03T05:01:40.000Z completed",
            "1999-01-04T05:01:40.000Z purged",
        ]
    );
    let outcome = |callback: &str| {
        let mut own = events.iter().filter(|e| e["callback"] == callback && e["event"] == "outcome");
        own.next().unwrap().clone()
    };
    assert_eq!(outcome("c2")["at"], "1999-01-03T05:00:20.000Z", "25 s of ringing, and 20 are let");
    assert_eq!(outcome("c2")["outcome"], "no_answer");
    let scheduled = events.iter().find(|event| event["event"] == "scheduled").unwrap();
    assert_eq!(scheduled["desired"], "1999-01-03T07:00:00.000Z");

    let summary: Value = serde_json::from_slice(&fs::read(dir.join("s.json")).unwrap()).unwrap();
    assert_eq!(summary["requests"], 6);
    assert_eq!(summary["accepted"], 5);
    assert_eq!(summary["rejected"]["UNKNOWN_SERVICE"], 1);
    assert_eq!(summary["completed"]["CANCELLED"], 1);
    assert_eq!(summary["completed"]["AGENT_CONNECTED"], 4);
    assert_eq!(summary["attempts"]["no_answer"], 1);
    assert_eq!(summary["refused"]["not_cancellable"], 1, "c6 is over when its customer cancels");
    assert_eq!(summary["events"], events.len());
    assert_eq!(summary["script"]["route"]["calls"], 5);
    assert_eq!(summary["waiting"]["all"]["connected"], 4);
    assert_eq!(summary["waiting"]["all"]["max"], 81.0, "c2: 20 s of ringing, 60 s of hold, 1 s of ringing");
    assert_eq!(summary["waiting"]["all"]["p50"], 0.0, "c3 was called before its time, c6 answered at once");
    assert!(summary["occupancy"]["all"].as_f64().unwrap() > 0.0);
    assert_eq!(summary["forecast_calibration"], Value::Null);
}

#[test]
fn a_report_shows_the_numbers_of_the_summary_and_when_they_came_about() {
    let dir = bundle("report");
    says(&dir, &["run", ".", "--report", "r.html", "--summary", "s.json"], 0);
    let page = fs::read_to_string(dir.join("r.html")).unwrap();
    let (_, rest) = page.split_once("type=\"application/json\">").unwrap();
    let numbers: Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    let run = &numbers["runs"][0];
    let mut summary: Value = serde_json::from_slice(&fs::read(dir.join("s.json")).unwrap()).unwrap();
    let mut shown = run["summary"].clone();
    for clocked in ["wall_seconds", "engine_seconds"] {
        summary[clocked].take();
        shown[clocked].take();
    }
    assert_eq!(shown, summary);
    let total = |bars: &Value, place: usize| -> u64 {
        bars.as_array().unwrap().iter().map(|bar| bar[place].as_u64().unwrap()).sum()
    };
    assert_eq!((total(&run["requests"], 0), total(&run["requests"], 1)), (5, 1));
    assert_eq!(total(&run["connections"], 0), summary["waiting"]["all"]["connected"]);
    assert_eq!(run["agents"][0]["id"], "anna");
    assert!(run["agents"][0]["calls"].as_array().unwrap().len() > 3, "{}", run["agents"][0]);
    assert_eq!(numbers["period"], "3 January 1999");
}

#[test]
fn the_same_run_is_the_same_to_the_byte_and_replays() {
    let dir = bundle("replay");
    for n in ["1", "2"] {
        let (events, journal) = (format!("e{n}"), format!("j{n}"));
        says(&dir, &["run", ".", "--events", &events, "--journal", &journal], 0);
    }
    let read = |file: &str| fs::read(dir.join(file)).unwrap();
    assert_eq!(read("e1"), read("e2"));
    assert_eq!(read("j1"), read("j2"));
    let (out, _) = says(&dir, &["replay", "j1"], 0);
    assert!(out.contains("all effects and the state at the end are the same"), "{out}");

    let journal = read("j1");
    fs::write(dir.join("cut"), &journal[..journal.len() - 90]).unwrap();
    let (_, err) = says(&dir, &["replay", "cut"], 1);
    assert!(
        err.contains("the journal is cut here") && err.contains("bytes of this line were dropped"),
        "{err}"
    );
    let lines = journal.split_inclusive(|byte| *byte == b'\n');
    fs::write(dir.join("short"), lines.take(5).collect::<Vec<_>>().concat()).unwrap();
    let (_, err) = says(&dir, &["replay", "short"], 1);
    assert!(err.contains("it has no seal; the 4 calls before were repeated and were the same"), "{err}");
    says(&dir, &["replay", "nowhere"], 2);
}

#[test]
fn a_replay_names_the_first_entry_that_differs() {
    let dir = bundle("differs");
    says(&dir, &["run", ".", "--journal", "j"], 0);
    let journal = fs::read(dir.join("j")).unwrap();
    let first = journal.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let header = Reader::new().header(first).unwrap();

    let at: Instant = "1999-01-03T05:00:00Z".parse().unwrap();
    let log_in = ringback_engine::protocol::Command::LogIn { agent: "anna".into() };
    let mut writer = Writer::new();
    let mut text = writer.header(&header).unwrap().to_vec();
    writer.begin(at, Call::Advance).unwrap();
    text.extend_from_slice(writer.end(&Returned::Done, &[], None).unwrap());
    writer.begin(at, Call::Apply(&log_in)).unwrap();
    text.extend_from_slice(writer.end(&Returned::Done, &[], None).unwrap());
    text.extend_from_slice(writer.seal(0).unwrap());
    fs::write(dir.join("other"), text).unwrap();
    let (_, err) = says(&dir, &["replay", "other"], 1);
    let expected = "other: entry 1 at 1999-01-03T05:00:00.000Z differs in `effects`: the journal has 0 effects, the replay 1";
    assert!(err.contains(expected), "{err}");

    let mut header = header;
    header.application.runtime = "rhai/0.1".into();
    fs::write(dir.join("older"), Writer::new().header(&header).unwrap()).unwrap();
    let (_, err) = says(&dir, &["replay", "older"], 1);
    assert!(err.contains("application runtime `rhai/0.1` wrote this journal"), "{err}");

    let later = Reader::new().header(first).unwrap().after(7);
    fs::write(dir.join("later"), Writer::new().header(&later).unwrap()).unwrap();
    let (_, err) = says(&dir, &["replay", "later"], 1);
    assert!(err.contains("later: the journal begins after the snapshot with state 00000000"), "{err}");
}

#[test]
fn everything_wrong_is_told_at_once() {
    let dir = bundle("wrong");
    fs::write(dir.join("app.rhai"), SCRIPT.replace("queue(", "qeue(")).unwrap();
    fs::write(dir.join("traffic.csv"), TRAFFIC.replace("25|1", "25|one")).unwrap();
    fs::write(dir.join("roster.csv"), ROSTER.replace("bob,login", "bobb,login")).unwrap();
    let (out, err) = says(&dir, &["run", "."], 1);
    assert_eq!(out, "");
    for expected in [
        "app.rhai:2:",
        "did you mean `queue`?",
        "error: `ring`: `one` is no number of seconds",
        "--> traffic.csv:3:47",
        "3 | 1999-01-03 07:00:00,c2,retail,+972542345678,,,25|one,10,,\n  |                                               ^^^^^^",
        "error: `agent`: unknown agent `bobb`, did you mean `bob`?",
        "--> roster.csv:3:18",
        "`--skip-bad`",
    ] {
        assert!(err.contains(expected), "{expected}\n{err}");
    }

    fs::write(dir.join("app.rhai"), SCRIPT).unwrap();
    let (out, err) = says(&dir, &["run", ".", "--skip-bad"], 0);
    assert!(err.contains("warning: traffic.csv: 1 bad line was passed over"), "{err}");
    assert!(out.contains("requests"), "{out}");

    fs::write(dir.join("center.toml"), CENTER.replace("timezone", "timezon")).unwrap();
    let (_, err) = says(&dir, &["run", "."], 1);
    assert!(err.contains("center.toml:3:1") && err.contains("^^^^^^^"), "{err}");
}

#[test]
fn a_center_with_errors_does_not_hide_those_of_the_other_files() {
    let dir = bundle("at_once");
    fs::write(dir.join("center.toml"), CENTER.replace("wrap_up", "wrapup")).unwrap();
    fs::write(dir.join("app.rhai"), SCRIPT.replace("callback.has", "callback.hs").replace("retail", "rtail"))
        .unwrap();
    fs::write(dir.join("traffic.csv"), TRAFFIC.replace("busy|answered", "bsuy")).unwrap();
    fs::write(dir.join("roster.csv"), ROSTER.replace("bob,logout", "bobb,logot")).unwrap();
    for command in ["check", "run"] {
        let (out, err) = says(&dir, &[command, "."], 1);
        assert_eq!(out, "");
        for expected in [
            "unknown key `wrapup`",
            "unknown method `hs`, did you mean `has`?",
            "unknown outcome `bsuy`, did you mean `busy`?",
            "unknown event `logot`, did you mean `logout`?",
            "name is looked up once `center.toml` is right",
        ] {
            assert!(err.contains(expected), "{expected}\n{err}");
        }
        // Whether the center has these is not known yet.
        assert!(!err.contains("unknown queue") && !err.contains("unknown agent"), "{err}");
    }

    let no_zone = CENTER.replace("Asia/Jerusalem", "Asia/Jerusalm");
    fs::write(dir.join("center.toml"), no_zone).unwrap();
    let (_, err) = says(&dir, &["check", "."], 1);
    assert!(err.contains("unknown time zone") && err.contains("unknown method `hs`"), "{err}");
    assert!(
        err.contains("are checked once `center.toml` has a `timezone`") && !err.contains("bsuy"),
        "{err}"
    );
}

#[test]
fn a_day_long_after_the_zone_data_is_warned_about() {
    let dir = bundle("stale");
    let later = TRAFFIC.replace("1999-01-03", "2031-01-05");
    fs::write(dir.join("traffic.csv"), &later).unwrap();
    for command in ["check", "run"] {
        let (_, err) = says(&dir, &[command, "."], 0);
        assert!(err.contains("warning: traffic.csv: goes on until 2031-01-05T"), "{err}");
        assert!(
            err.contains("the time zone data is release 2026f of 2026-10-28, more than half a year"),
            "{err}"
        );
    }
}

#[test]
fn check_counts_what_it_finds() {
    let dir = bundle("check");
    let (out, err) = says(&dir, &["check", "."], 0);
    assert_eq!(out, ".: no error, 2 warnings; the bundle can be run\n");
    assert!(err.contains("no legal calling window"), "{err}");
    let unknown =
        "warning: unknown service `nowhere`; 1 request asks it and will be rejected\n --> traffic.csv:6:24";
    assert!(err.contains(unknown), "{err}");

    fs::remove_file(dir.join("traffic.csv")).unwrap();
    fs::remove_file(dir.join("roster.csv")).unwrap();
    let (out, _) = says(&dir, &["check", "."], 0);
    assert_eq!(out, ".: no error, 1 warning; the bundle can be run\n");

    let script = SCRIPT.replace("has(\"vip\")", "attr(\"vip\") == 1");
    fs::write(dir.join("app.rhai"), &script).unwrap();
    let (out, err) = says(&dir, &["check", "."], 0);
    assert_eq!(out, ".: no error, 2 warnings; the bundle can be run\n");
    assert!(err.contains("warning: rehearsed, hook `route` fails: there is no attribute `vip`"), "{err}");
    assert!(err.contains("--> app.rhai:2:5") && err.contains("asked about a made-up request"), "{err}");

    let bad: String =
        (0..30).map(|n| format!("1999-01-03 07:00:00,c{n},retail,+972502345678,,,,x,,\n")).collect();
    let header = TRAFFIC.lines().next().unwrap();
    fs::write(dir.join("traffic.csv"), format!("{header}\n{bad}")).unwrap();
    let (out, err) = says(&dir, &["check", "."], 1);
    assert_eq!(out, "");
    assert!(err.contains("error: traffic.csv: and 10 more bad lines"), "{err}");
    assert!(err.ends_with(".: 30 errors, 3 warnings\n"), "{err}");

    let (_, err) = says(&dir, &["check", "nowhere"], 2);
    assert!(err.contains("nowhere: there is no such folder"), "{err}");
}

#[test]
fn a_new_bundle_checks_and_runs() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    let (out, err) = says(&dir, &["new", "my/center"], 0);
    assert!(out.contains("center.toml, app.rhai, traffic.csv, roster.csv"), "{out}");
    assert!(out.contains("`ringback run my/center`") && err.is_empty(), "{out}{err}");

    // The legal calling window can only be off so far; everything else is the author's to avoid.
    let (out, err) = says(&dir, &["check", "my/center"], 0);
    assert_eq!(out, "my/center: no error, 1 warning; the bundle can be run\n");
    assert!(err.contains("no legal calling window"), "{err}");
    let (out, err) = says(&dir, &["run", "my/center", "--summary", "s.json"], 0);
    assert_eq!(err.matches("warning:").count(), 1, "{err}");
    assert!(out.contains("AGENT_CONNECTED"), "{out}");
    let summary: Value = serde_json::from_slice(&fs::read(dir.join("s.json")).unwrap()).unwrap();
    for hook in ["accept", "throttle", "route", "timeout", "purge"] {
        assert!(summary["script"][hook]["calls"].as_u64() > Some(0), "{hook}");
        assert_eq!(summary["script"][hook]["faults"], 0, "{hook}");
    }

    let app = dir.join("my/center/app.rhai");
    fs::remove_file(dir.join("my/center/center.toml")).unwrap();
    fs::write(&app, "// mine\n").unwrap();
    let (out, err) = says(&dir, &["new", "my/center"], 2);
    assert!(
        out.is_empty() && err.contains("my/center: has a `app.rhai` already, and nothing is overwritten"),
        "{err}"
    );
    assert_eq!(fs::read_to_string(&app).unwrap(), "// mine\n");
    assert!(!dir.join("my/center/center.toml").exists(), "nothing is written beside it");
}

#[test]
fn the_graph_is_printed_and_drawn() {
    let dir = bundle("graph");
    fs::remove_file(dir.join("traffic.csv")).unwrap();
    let (out, _) = says(&dir, &["graph", "."], 0);
    for expected in [
        "service retail\n  -> queue retail  [default plan]\n  -> queue retail  [script]\n",
        "  -> exit AGENT_CONNECTED  [any agent]\n",
        "one part: everything shares queues or agents\n",
        "  agents: anna, bob\n",
    ] {
        assert!(out.contains(expected), "{expected}\n{out}");
    }
    let (out, _) = says(&dir, &["graph", ".", "--dot", "g.dot"], 0);
    assert!(out.contains("wrote g.dot; Graphviz draws it: `dot -Tsvg g.dot -o graph.svg`"), "{out}");
    assert!(fs::read_to_string(dir.join("g.dot")).unwrap().starts_with("digraph {"));
    let (_, err) = says(&dir, &["graph", ".", "--dot", "no/such/folder"], 2);
    assert!(err.contains("no/such/folder: can't be written"), "{err}");
    says(&dir, &["graph", ".", "--svg", "g.svg"], 2);

    let apart = "\n[[queue]]\nname = \"claims\"\nneed = \"claims\"\n[[service]]\nname = \"claims\"\nqueue = \"claims\"\n\
                 calling_window = \"off\"\n";
    fs::write(dir.join("center.toml"), CENTER.replace("application = \"app.rhai\"", "") + apart).unwrap();
    let (out, _) = says(&dir, &["graph", "."], 0);
    assert!(out.contains("2 parts that share no queue and no agent\n"), "{out}");
    assert!(out.contains("part 2\n  services: claims\n  queues: claims\n"), "{out}");

    fs::write(dir.join("center.toml"), CENTER.replace("queue = \"retail\"", "queue = \"rtail\"")).unwrap();
    let (out, err) = says(&dir, &["graph", "."], 1);
    assert!(out.is_empty() && err.contains("unknown queue `rtail`, did you mean `retail`?"), "{err}");
}

#[test]
fn an_id_used_twice_is_a_bad_line() {
    let dir = bundle("twice");
    fs::write(dir.join("traffic.csv"), TRAFFIC.replace(",c2,", ",c1,")).unwrap();
    let (out, err) = says(&dir, &["run", "."], 1);
    assert_eq!(out, "");
    assert!(err.contains("error: traffic.csv:3: `id`: another callback has the id `c1`"), "{err}");
    let (out, _) = says(&dir, &["run", ".", "--skip-bad", "--summary", "s.json"], 0);
    assert!(!out.is_empty());
    let summary: Value = serde_json::from_slice(&fs::read(dir.join("s.json")).unwrap()).unwrap();
    assert_eq!(summary["requests"], 5);
}

#[test]
fn what_is_not_there_is_said_with_what_to_do() {
    let dir = bundle("missing");
    let (_, err) = says(&dir, &[], 2);
    assert!(err.contains("Usage: ringback"), "{err}");
    let (_, err) = says(&dir, &["run", "nowhere"], 2);
    assert!(
        err.contains("nowhere: there is no such folder; name the folder that holds `center.toml`"),
        "{err}"
    );
    let (_, err) = says(&dir, &["run", ".", "--events", "no/such/folder"], 2);
    assert!(err.contains("no/such/folder: can't be written"), "{err}");

    fs::remove_file(dir.join("roster.csv")).unwrap();
    let (out, err) = says(&dir, &["run", "."], 0);
    assert!(err.contains("no agent ever logs in") && out.contains("FAIL_TARGET_NOT_FOUND"), "{err}\n{out}");
    fs::remove_file(dir.join("traffic.csv")).unwrap();
    let (_, err) = says(&dir, &["run", "."], 2);
    assert!(err.contains("has no `traffic.csv`, so there is nothing to play; write one"), "{err}");
    fs::remove_file(dir.join("app.rhai")).unwrap();
    let (_, err) = says(&dir, &["run", "."], 1);
    assert!(
        err.contains("application `app.rhai`: there is no such file") && err.contains("center.toml:4:"),
        "{err}"
    );
    fs::write(dir.join("center.toml"), "\n# nothing\n").unwrap();
    let (_, err) = says(&dir, &["run", "."], 1);
    assert!(err.contains("the file says nothing; write the center's `name`"), "{err}");
    fs::remove_file(dir.join("center.toml")).unwrap();
    let (_, err) = says(&dir, &["run", "."], 2);
    assert!(err.contains("no bundle, it has no `center.toml`"), "{err}");
}

#[test]
fn a_log_is_audited_against_its_bundle() {
    let dir = bundle("audit");
    says(&dir, &["run", ".", "--events", "e.jsonl"], 0);
    let (out, err) = says(&dir, &["audit", ".", "e.jsonl"], 0);
    assert!(out.contains("work conservation") && !out.contains("line "), "{out}");
    assert_eq!(err, "");

    let log = fs::read_to_string(dir.join("e.jsonl")).unwrap();
    let kept: Vec<&str> =
        log.lines().filter(|line| !line.contains("\"purged\",\"callback\":\"c1\"")).collect();
    fs::write(dir.join("e.jsonl"), kept.join("\n")).unwrap();
    let (out, err) = says(&dir, &["audit", ".", "e.jsonl"], 1);
    assert!(out.contains("`c1`: conservation: is still completed when the log ends"), "{out}");
    assert!(err.contains("e.jsonl: ") && err.contains(" of what the bundle promises"), "{err}");

    let (_, err) = says(&dir, &["audit", ".", "nowhere.jsonl"], 2);
    assert!(err.contains("nowhere.jsonl: can't be read"), "{err}");
    says(&dir, &["audit", "nowhere", "e.jsonl"], 2);
}
