//! Golden files: a journal, the snapshot at its end and the journal that begins from it, as this version writes them. They
//! are kept so that a form does not change by accident.
//!
//! After a change on purpose, write them again with
//!
//! ```text
//! cargo test --test golden -- --ignored write_the_golden_files
//! ```
//!
//! Where a form that was released has changed, raise `journal::FORMAT` or `snapshot::FORMAT` first; where an engine that
//! was released decides otherwise, raise its version. Files of forms that were released stay: they have to be refused by
//! name, or read.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use ringback::{any_hour, at, phone};
use ringback_engine::center::{
    Agent, Attribute, Calendar, Center, Duplicates, Layout, Limit, Overflow, Queue, Quota, Service, Strategy,
    Table,
};
use ringback_engine::journal::{self, ApplicationText, Call, Header, Line, Reader, Replay, Returned, Writer};
use ringback_engine::protocol::{
    Answer, Application, CallbackView, CancelledBy, Command, Contact, Fault, Refusal, TimeoutAnswer,
    TimeoutKind,
};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::snapshot::{self, SnapshotError};
use ringback_engine::{Ageing, AttemptId, CallbackId, Duration, Engine, Instant, Name};
use serde_json::Value;

/// The files as this version writes them: name and text.
fn written() -> [(String, Vec<u8>); 3] {
    let (form, snapshot_form) = (journal::FORMAT, snapshot::FORMAT);
    let mut day = Day::begin(Engine::new(layout(), House), |header, _| header);
    morning(&mut day);
    let (engine, first) = day.end();
    let snapshot = engine.snapshot().expect("JSON");
    let mut day = Day::begin(engine, Header::after);
    noon(&mut day);
    let (_, second) = day.end();
    [
        (format!("journal-{form}.jsonl"), first),
        (format!("snapshot-{snapshot_form}.jsonl"), snapshot),
        (format!("journal-{form}-after.jsonl"), second),
    ]
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn golden(name: &str) -> Vec<u8> {
    let again = "write it with `cargo test --test golden -- --ignored write_the_golden_files`";
    fs::read(path(name)).unwrap_or_else(|error| panic!("tests/golden/{name}: {error}; {again}"))
}

fn layout() -> Layout {
    Layout::new(center()).unwrap_or_else(|findings| panic!("{findings:?}"))
}

/// A center that sets whatever a form can hold.
fn center() -> Center {
    let mut center = Center::new("Golden \"1\"", chrono_tz::Europe::Berlin);
    center.limits.attempts_per_number = Some(Quota { max: 2, per: Duration::from_mins(10) });
    let mut shifts = Calendar::new("shifts");
    shifts.timezone = Some(chrono_tz::Asia::Jerusalem);
    shifts.open = vec!["Mon-Sun 06:00-22:00".parse().expect("a span")];
    center.calendars.push(shifts);
    let mut retail = Queue::new("retail");
    retail.need = "billing >= 3 && !agent:zoe".parse().expect("a requirement");
    retail.ageing = Some(Ageing { points: 1, every: Duration::from_secs(60), cap: Some(50) });
    retail.overflow.push(Overflow::after("rest", Duration::from_mins(2)));
    retail.calendar = Some(Name::new("shifts"));
    retail.wrap_up = Duration::from_secs(20).into();
    let mut rest = Queue::new("rest");
    rest.strategy = Strategy::RoundRobin;
    center.queues.extend([retail, rest]);
    let mut service = any_hour(Service::new("retail", "retail"));
    service.calendar = Some(Name::new("shifts"));
    service.duplicates = Duplicates::Strict;
    service.windows = vec![Quota { max: 8, per: Duration::from_mins(5) }];
    center.services.extend([service, any_hour(Service::new("rest", "rest"))]);
    let entries = [("+1212".into(), Attribute::read("7")), ("+49".into(), Attribute::read("berlin"))].into();
    center.tables.push(Table { name: Name::new("areas"), entries });
    center.agents.extend([
        Agent::new("anna").skill("billing", 5).group("gold"),
        Agent::new("ben").skill("billing", 3),
        Agent::new("zoe").skill("billing", 9),
    ]);
    center
}

/// An application that makes the engine count: a limit of its own, and faults.
struct House;

impl Application for House {
    fn throttle(&mut self, _: &Contact) -> Answer<Vec<Limit>> {
        Ok(Some(vec![Limit { key: "house".into(), max: 50, per: Duration::from_hours(1) }]))
    }

    fn timeout(&mut self, _: &CallbackView, _: TimeoutKind) -> Answer<TimeoutAnswer> {
        Err(Fault::of_answer("on purpose"))
    }
}

fn request(id: &str, service: &str, number: u32) -> Request {
    Request::new(id, service, phone(number))
}

fn log_in(agent: &str) -> Command {
    Command::LogIn { agent: agent.into() }
}

fn cancel(id: &str) -> Command {
    Command::Cancel { callback: CallbackId::new(id), by: CancelledBy::Admin }
}

/// Every command; at its end a callback in every state, and a key, a fence, a window, a slot and a limit that count.
fn morning(day: &mut Day) {
    let told = |attempt, outcome| Command::Outcome { attempt: AttemptId(attempt), outcome };
    day.tell(0, log_in("anna"));
    day.tell(1, log_in("nobody"));
    let mut keyed = request("c1", "retail", 1).attribute("tier", Attribute::read("gold"));
    keyed.key = Some("k1".into());
    (keyed.language, keyed.channel, keyed.priority) = ("de".into(), "web".into(), 3);
    day.tell(2, Command::Request(keyed.clone()));
    day.tell(3, Command::Request(keyed));
    day.tell(12, told(1, Outcome::Answered));
    day.tell(13, Command::Request(request("c2", "retail", 2)));
    day.tell(14, Command::Request(request("c3", "retail", 2)));
    day.tell(15, Command::Request(request("c4", "rest", 4).attribute("score", Attribute::read("-7"))));
    day.tell(60, Command::Ended { attempt: AttemptId(1) });
    day.advance(100);
    day.tell(101, told(2, Outcome::Busy));
    day.tell(102, Command::Request(request("c5", "rest", 5)));
    day.tell(103, Command::LogOut { agent: "anna".into() });
    // What the other spelling of an entry is for: one flush for several calls.
    day.tell_ahead([
        (110, log_in("ben")),
        (111, Command::NotReady { agent: "ben".into(), reason: Some("lunch".into()) }),
        (111, Command::Ready { agent: "ben".into() }),
    ]);
    day.tell(112, log_in("zoe"));
    day.tell(113, Command::AgentLost { agent: "zoe".into() });
    day.tell(114, Command::Request(request("c6", "retail", 6).at(at(7_200))));
    day.tell(115, Command::Request(request("c7", "rest", 7)));
    day.tell(116, Command::Request(request("c8", "rest", 8)));
    day.tell(117, cancel("c8"));
    day.tell(118, log_in("anna"));
    day.tell(119, log_in("zoe"));
    for attempt in 3..6 {
        day.tell(125, told(attempt, Outcome::Answered));
    }
    day.tell(126, cancel("c4"));
    day.tell(130, Command::Ended { attempt: AttemptId(3) });
    day.tell(150, Command::Request(request("c9", "rest", 9)));
    day.tell(151, Command::Request(request("c10", "retail", 10)));
    day.tell(152, cancel("c9"));
}

fn noon(day: &mut Day) {
    day.advance(400);
    day.tell(7_300, Command::Ended { attempt: AttemptId(4) });
    day.advance(200_000);
}

/// A day that is kept in a journal.
struct Day {
    engine: Engine<House>,
    writer: Writer,
    text: Vec<u8>,
}

impl Day {
    /// A day that begins with this engine; `after` adds to the header in which state that is, where it has a past.
    fn begin(engine: Engine<House>, after: impl FnOnce(Header, u128) -> Header) -> Self {
        let header =
            Header::new(center(), ApplicationText::new("golden 1", "house", "one limit, one fault\n"));
        let header = after(header, engine.state_hash());
        let mut writer = Writer::new();
        let text = writer.header(&header).expect("JSON").to_vec();
        Self { engine, writer, text }
    }

    fn tell(&mut self, seconds: i64, command: Command) {
        self.writer.begin(at(seconds), Call::Apply(&command)).expect("JSON");
        self.make(at(seconds), Call::Apply(command));
    }

    fn advance(&mut self, seconds: i64) {
        self.writer.begin(at(seconds), Call::Advance).expect("JSON");
        self.make(at(seconds), Call::Advance);
    }

    fn tell_ahead<const N: usize>(&mut self, commands: [(i64, Command); N]) {
        for (seconds, command) in &commands {
            let line = self.writer.ahead(at(*seconds), Call::Apply(command)).expect("JSON");
            self.text.extend_from_slice(line);
        }
        for (seconds, command) in commands {
            self.make(at(seconds), Call::Apply(command));
        }
    }

    fn make(&mut self, now: Instant, call: Call) {
        let mut effects = Vec::new();
        let returned: Returned = match call {
            Call::Advance => self.engine.advance(now, &mut effects).into(),
            Call::Apply(command) => self.engine.apply(now, command, &mut effects).into(),
        };
        assert_ne!(returned, Returned::Refused(Refusal::Behind));
        let mark = self.engine.mark();
        self.text.extend_from_slice(self.writer.end(&returned, &effects, Some(mark)).expect("JSON"));
    }

    fn end(mut self) -> (Engine<House>, Vec<u8>) {
        self.text.extend_from_slice(self.writer.seal(self.engine.state_hash()).expect("JSON"));
        (self.engine, self.text)
    }
}

/// Repeats a journal and writes it again; returns the engine at its end.
fn repeated(name: &str, engine: Engine<House>) -> Engine<House> {
    let text = golden(name);
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let (mut reader, mut writer, mut again) = (Reader::new(), Writer::new(), Vec::new());
    let header = reader.header(lines.next().expect("a header")).unwrap_or_else(|e| panic!("{name}: {e}"));
    again.extend_from_slice(writer.header(&header).expect("JSON"));
    let mut replay = Replay::new(engine);
    assert_eq!(replay.header(&header), Ok(()));
    let mut ahead = 0;
    for line in lines {
        let line = reader.line(line).unwrap_or_else(|error| panic!("{name}: {error}"));
        let whole = ahead == 0;
        again.extend_from_slice(match line {
            Line::Ahead => {
                ahead += 1;
                let last = reader.ahead().last().expect("read just now");
                writer.ahead(last.at, borrowed(&last.call)).expect("JSON")
            }
            Line::Entry(entry) => {
                replay.entry(&entry).unwrap_or_else(|difference| panic!("{name}: {difference}"));
                if whole {
                    writer.begin(entry.at, borrowed(&entry.call)).expect("JSON");
                } else {
                    ahead -= 1;
                }
                writer.end(&entry.returned, replay.effects(), entry.state).expect("JSON")
            }
            Line::Seal(seal) => {
                assert_eq!(replay.seal(&seal), Ok(()), "{name}");
                writer.seal(seal.state).expect("JSON")
            }
        });
    }
    assert!(reader.is_sealed(), "{name}");
    assert!(again == text, "{name}: written again it is another text");
    replay.into_engine()
}

fn borrowed(call: &Call) -> Call<&Command> {
    match call {
        Call::Advance => Call::Advance,
        Call::Apply(command) => Call::Apply(command),
    }
}

#[test]
fn golden_files_are_read_repeated_and_written_again() {
    let [(first, _), (between, _), (second, _)] = written();
    let engine = repeated(&first, Engine::new(layout(), House));
    let snapshot = golden(&between);
    assert!(engine.snapshot().expect("JSON") == snapshot, "{first} leads to another state than {between}");
    let restored =
        Engine::restore(layout(), House, &snapshot).unwrap_or_else(|error| panic!("{between}: {error}"));
    assert_eq!(restored.check(), Ok(()));
    assert!(restored.snapshot().expect("JSON") == snapshot, "{between}: written again it is another text");
    let restored = repeated(&second, restored);
    assert_eq!(restored.state_hash(), repeated(&second, engine).state_hash());
}

#[test]
fn a_form_does_not_change_while_its_version_stays() {
    for (name, text) in written() {
        let golden = golden(&name);
        if golden == text {
            continue;
        }
        let (kept, now) = (shape(&golden), shape(&text));
        let differing: Vec<_> = kept.symmetric_difference(&now).collect();
        let again = "then `cargo test --test golden -- --ignored write_the_golden_files`";
        assert!(
            differing.is_empty(),
            "tests/golden/{name}: the form has changed, in {differing:?}; if it was released, raise its `FORMAT`, {again}"
        );
        let differing = String::from_utf8_lossy(&golden)
            .lines()
            .zip(String::from_utf8_lossy(&text).lines())
            .position(|(kept, now)| kept != now);
        panic!(
            "tests/golden/{name}: the form is the same, what the engine does is not, from line {} on; if it was \
             released, raise the engine's version, {again}",
            differing.map_or(0, |line| line + 1)
        );
    }
}

#[test]
fn files_of_other_versions_are_refused_by_name() {
    let today: BTreeSet<String> = written().into_iter().map(|(name, _)| name).collect();
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(path("")).expect("the golden files") {
        let name = entry.expect("readable").file_name().into_string().expect("a name");
        let text = golden(&name);
        let line = text.split_inclusive(|byte| *byte == b'\n').next().expect("a line");
        let refused = if name.starts_with("journal") {
            matches!(Reader::new().header(line), Err(journal::JournalError::Other { .. }))
        } else {
            matches!(Engine::restore(layout(), House, &text), Err(SnapshotError::Other { .. }))
        };
        assert_eq!(refused, !today.contains(&name), "tests/golden/{name}");
        found.insert(name);
    }
    assert!(found.is_superset(&today), "{found:?}");
}

#[test]
fn golden_files_hold_what_a_form_can_hold() {
    let [first, between, second] = written().map(|(name, _)| String::from_utf8(golden(&name)).expect("text"));
    let commands = "request cancel log_in ready not_ready log_out agent_lost outcome ended".split(' ');
    for command in commands {
        assert!(first.contains(&format!("\"command\":\"{command}\"")), "no `{command}`");
    }
    for piece in ["\"Rejected\"", "\"refused\"", "\"call\":\"advance\"", "{\"of\":", "\"key\":\"k1\""] {
        assert!(first.contains(piece), "no {piece} in the journal");
    }
    for state in ["Scheduled", "Queued", "Routing", "Processing", "Completed"] {
        assert!(between.contains(&format!("\"state\":{{\"{state}\":")), "nobody is {state}");
    }
    assert!(second.contains("\"after\":\""));
    let ledger: Value = serde_json::from_str(between.lines().nth(1).expect("a ledger")).expect("JSON");
    for part in ["keys", "numbers", "limits", "chosen", "faults"] {
        assert!(ledger[part].as_object().is_some_and(|part| !part.is_empty()), "no {part}: {}", ledger[part]);
    }
    let shape = shape(between.as_bytes());
    let counted =
        ["fenced_until: number", ".hold.until: number", ".slots.*.", ".daily.*", "admitted.instants[]"];
    for place in counted {
        assert!(shape.iter().any(|found| found.contains(place)), "no {place} in {shape:#?}");
    }
}

#[test]
#[ignore = "writes the golden files; see the top of this file"]
fn write_the_golden_files() {
    for (name, text) in written() {
        fs::write(path(&name), text).unwrap_or_else(|error| panic!("tests/golden/{name}: {error}"));
        golden(&name);
    }
}

/// Where in the lines which kind of value stands; keys with a digit are somebody's names, and stand for one another.
fn shape(text: &[u8]) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        trace(&serde_json::from_slice(line).expect("JSON"), String::new(), &mut places);
    }
    places
}

fn trace(value: &Value, place: String, places: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let key = if key.contains(|c: char| c.is_ascii_digit()) { "*" } else { key };
                trace(value, format!("{place}.{key}"), places);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| trace(value, format!("{place}[]"), places)),
        Value::Null => _ = places.insert(format!("{place}: null")),
        Value::Bool(_) => _ = places.insert(format!("{place}: bool")),
        Value::Number(_) => _ = places.insert(format!("{place}: number")),
        Value::String(_) => _ = places.insert(format!("{place}: text")),
    }
}
