//! Tests of the journal.

mod ahead;
mod hostile;

use std::sync::Arc;

use super::*;
use crate::Engine;
use crate::center::{Agent, CallingWindow, Center, Layout, Queue, Service};
use crate::protocol::{EffectKind, Event, Plain};
use crate::record::Request;
use crate::value::{CallbackId, EffectId, Phone};

fn center() -> Center {
    let mut center = Center::new("Ein \"Haus\"", chrono_tz::Europe::Berlin);
    center.queues.push(Queue::new("retail"));
    let mut service = Service::new("retail", "retail");
    service.calling_window = CallingWindow::off();
    center.services.push(service);
    center.agents.push(Agent::new("anna").skill("billing", 5));
    center
}

fn effects(count: u64) -> Vec<Effect> {
    (0..count)
        .map(|id| Effect {
            id: EffectId(id),
            at: Instant::from_millis(1),
            kind: EffectKind::Event(Event::Accepted { callback: CallbackId::new(format!("c{id}")) }),
        })
        .collect()
}

fn calls() -> Vec<(i64, Call, Returned)> {
    let phone = Phone::new("+12125550123").unwrap();
    let mut request = Request::new("c1", "retail", phone).at(Instant::from_millis(9));
    request = request.attribute("tier", crate::center::Attribute::read("007"));
    request = request.attribute("score", crate::center::Attribute::read("-7"));
    let refusal = Refusal::UnknownAgent("bob".into());
    vec![
        (1, Call::Apply(Command::LogIn { agent: "anna".into() }), Returned::Done),
        (2, Call::Apply(Command::Ready { agent: "bob".into() }), Returned::Refused(refusal)),
        (2, Call::Apply(Command::Request(request)), Returned::Done),
        (3, Call::Advance, Returned::More),
        (3, Call::Advance, Returned::Done),
    ]
}

fn journal() -> Vec<u8> {
    let header = Header::new(center(), ApplicationText::new("rhai 1", "app.rhai", "fn route(c) {\n}\n"));
    let mut writer = Writer::new();
    let mut text = writer.header(&header).unwrap().to_vec();
    for (n, (at, call, returned)) in calls().into_iter().enumerate() {
        let call = match &call {
            Call::Advance => Call::Advance,
            Call::Apply(command) => Call::Apply(command),
        };
        writer.begin(Instant::from_millis(at), call).unwrap();
        text.extend_from_slice(
            writer.end(&returned, &effects(n as u64), (n > 0).then_some(n as u64)).unwrap(),
        );
    }
    text.extend_from_slice(writer.seal(7).unwrap());
    text
}

/// Reads all of a journal: its entries, whether it is sealed, and the error that stopped the reading.
fn read(text: &[u8]) -> (Vec<Entry>, bool, Option<JournalError>) {
    let mut reader = Reader::new();
    let mut entries = Vec::new();
    for (n, line) in text.split_inclusive(|b| *b == b'\n').enumerate() {
        let read = if n == 0 { reader.header(line).map(|_| None) } else { reader.line(line).map(Some) };
        match read {
            Ok(Some(Line::Entry(entry))) => entries.push(*entry),
            Ok(_) => {}
            Err(error) => return (entries, reader.is_sealed(), Some(error)),
        }
    }
    (entries, reader.is_sealed(), None)
}

#[test]
fn a_journal_reads_as_it_was_written() {
    let text = journal();
    for line in std::str::from_utf8(&text).unwrap().lines() {
        serde_json::from_str::<serde_json::Map<_, _>>(line).unwrap();
    }
    let first = text.split_inclusive(|b| *b == b'\n').next().unwrap();
    let header = Reader::new().header(first).unwrap();
    assert_eq!(header.center, center());
    assert_eq!(header.application.source, "fn route(c) {\n}\n");
    assert_eq!((header.engine.as_str(), header.zones.as_str()), (ENGINE, ZONES));

    let (entries, sealed, error) = read(&text);
    assert_eq!(error, None);
    assert!(sealed);
    let back: Vec<_> = entries.iter().map(|e| (e.at.millis(), e.call.clone(), e.returned.clone())).collect();
    assert_eq!(back, calls());
    assert_eq!(entries.iter().map(|e| e.effects).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(entries[3].digest, digest(&effects(3), &mut Vec::new()).unwrap());
    assert_ne!(entries[3].digest, entries[4].digest);
    assert_eq!(
        entries.iter().map(|e| e.state).collect::<Vec<_>>(),
        [None, Some(1), Some(2), Some(3), Some(4)]
    );
}

#[test]
fn what_is_no_journal_is_called_so() {
    for text in ["at,id,service,phone\n", "\n", "{}\n", "x", "{\"journal\" :1}\n"] {
        assert_eq!(Reader::new().header(text.as_bytes()), Err(JournalError::NoJournal), "{text:?}");
    }
}

#[test]
fn a_line_lost_doubled_or_moved_is_noticed() {
    let text = journal();
    let lines: Vec<_> = text.split_inclusive(|b| *b == b'\n').collect();
    for n in 0..lines.len() - 1 {
        let mut lost = lines.clone();
        lost.remove(n);
        let mut doubled = lines.clone();
        doubled.insert(n, lines[n]);
        let mut moved = lines.clone();
        moved.swap(n, n + 1);
        for changed in [lost, doubled, moved] {
            let (_, _, error) = read(&changed.concat());
            let noticed = matches!(error, Some(JournalError::Damaged { .. } | JournalError::NoJournal));
            assert!(noticed, "line {n}: {error:?}");
        }
    }
    let mut longer = text.clone();
    longer.extend_from_slice(b"{}\n");
    assert_eq!(read(&longer).2, Some(JournalError::AfterSeal { line: lines.len() as u64 + 1 }));
}

#[test]
fn journals_of_others_are_refused_by_name() {
    let ours = Header::new(center(), ApplicationText::plain());
    let others = [
        (Header { format: 2, ..ours.clone() }, "journal format `2`"),
        (Header { engine: "9.0.0".into(), ..ours.clone() }, "engine version `9.0.0`"),
        (Header { zones: "1999a".into(), ..ours.clone() }, "time zone data `1999a`"),
    ];
    for (header, name) in others {
        let line = Writer::new().header(&header).unwrap().to_vec();
        let error = Reader::new().header(&line).unwrap_err().to_string();
        assert!(error.starts_with(name), "{error}");
    }
    // What another version said of a number stands in the commands.
    let header = Header { numbers: "another".into(), ..ours.clone() };
    let line = Writer::new().header(&header).unwrap().to_vec();
    assert_eq!(Reader::new().header(&line).unwrap().numbers, "another");
    let error = ours.runs_on("rhai 1.27.0").unwrap_err().to_string();
    assert!(error.contains("`rhai 1.27.0`"), "{error}");
    assert_eq!(ours.runs_on(""), Ok(()));
}

#[test]
fn a_source_that_does_not_fit_its_hash_is_refused() {
    let mut header = Header::new(center(), ApplicationText::new("rhai 1", "app.rhai", "fn route(c) {}"));
    header.application.source.push(' ');
    let line = Writer::new().header(&header).unwrap().to_vec();
    let error = Reader::new().header(&line).unwrap_err().to_string();
    assert!(error.contains("hash"), "{error}");
}

fn engine() -> Engine<Plain> {
    Engine::new(Arc::new(Layout::new(center()).unwrap()), Plain)
}

fn entry(returned: Returned, effects: usize, digest: u64) -> Entry {
    Entry {
        entry: 4,
        at: Instant::from_millis(1_000),
        call: Call::Advance,
        returned,
        effects,
        digest,
        state: None,
    }
}

#[test]
fn a_replay_names_what_differs() {
    let nothing = digest(&[], &mut Vec::new()).unwrap();
    let replayed = |entry: &Entry| Replay::new(engine()).entry(entry).map_err(|d| d.to_string());

    assert_eq!(replayed(&entry(Returned::Done, 0, nothing)), Ok(()));
    let error = replayed(&entry(Returned::More, 0, nothing)).unwrap_err();
    assert_eq!(
        error,
        "entry 4 at 1970-01-01T00:00:01.000Z differs in `returned`: the journal has more is due, the replay done"
    );
    let error = replayed(&entry(Returned::Done, 2, nothing)).unwrap_err();
    assert!(error.ends_with("differs in `effects`: the journal has 2 effects, the replay 0"), "{error}");
    let error = replayed(&entry(Returned::Done, 0, nothing ^ 1)).unwrap_err();
    assert!(error.contains("differs in `digest`: the journal has effects with digest"), "{error}");
    let mut marked = entry(Returned::Done, 0, nothing);
    let mut told = engine();
    let _ = told.advance(marked.at, &mut Vec::new());
    let state = told.mark();
    marked.state = Some(state);
    assert_eq!(replayed(&marked), Ok(()));
    marked.state = Some(state ^ 1);
    let error = replayed(&marked).unwrap_err();
    assert!(error.contains("differs in `state`: the journal has a state with mark"), "{error}");
}

#[test]
fn a_replay_begins_where_the_journal_does() {
    let replay = Replay::new(engine());
    let (from_the_start, state) = (Header::new(center(), ApplicationText::plain()), engine().state_hash());
    assert_eq!(replay.header(&from_the_start), Ok(()));
    assert_eq!(replay.header(&from_the_start.clone().after(state)), Ok(()));
    let difference = replay.header(&from_the_start.after(1)).unwrap_err();
    assert_eq!(difference.unequal, Unequal::Beginning { journal: 1, replay: state });
    let message = difference.to_string();
    assert!(message.starts_with(&format!("the journal begins after the snapshot with state {:032x}", 1)));
}

#[test]
fn a_header_says_after_which_state_its_journal_begins() {
    let header = Header::new(center(), ApplicationText::plain());
    for (header, text) in [
        (header.clone(), None),
        (header.clone().after(0xab), Some("\"after\":\"000000000000000000000000000000ab\"")),
    ] {
        let line = Writer::new().header(&header).unwrap().to_vec();
        let after = text.is_some_and(|text| String::from_utf8_lossy(&line).contains(text));
        assert_eq!(after, header.after.is_some());
        assert_eq!(Reader::new().header(&line), Ok(header));
    }
}

#[test]
fn a_replay_compares_the_state_at_the_end() {
    let replay = Replay::new(engine());
    let state = engine().state_hash();
    assert_eq!(replay.seal(&Seal { sealed: 0, state }), Ok(()));
    let difference = replay.seal(&Seal { sealed: 0, state: state ^ 1 }).unwrap_err();
    assert_eq!(difference.entry, None);
    assert!(difference.to_string().starts_with("every entry is the same, but the journal ends in state"));
}
