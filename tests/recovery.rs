//! Laws of recovery: a snapshot and the journal behind it lead where the whole journal leads, and a journal that was cut
//! goes on as if it had not been.

use std::sync::Arc;

use proptest::prelude::*;
use ringback::at;
use ringback::history::{Act, centers, histories};
use ringback_engine::center::{Center, Layout};
use ringback_engine::journal::{ApplicationText, Call, Header, Line, Reader, Replay, Returned, Writer};
use ringback_engine::protocol::{Command, Effect, Plain, Refusal};
use ringback_engine::{Engine, Instant};

/// An engine whose calls are written ahead to a journal in memory.
struct Recorded {
    layout: Arc<Layout>,
    engine: Engine<Plain>,
    writer: Writer,
    text: Vec<u8>,
    effects: Vec<Effect>,
}

impl Recorded {
    fn new(center: &Center) -> Self {
        let layout = Arc::new(Layout::new(center.clone()).expect("a sound center"));
        let engine = Engine::new(Arc::clone(&layout), Plain);
        let (writer, text) = begin(Header::new(center.clone(), ApplicationText::plain()));
        Self { layout, engine, writer, text, effects: Vec::new() }
    }

    fn make(&mut self, now: Instant, call: &Call) -> Returned {
        let borrowed = match call {
            Call::Advance => Call::Advance,
            Call::Apply(command) => Call::Apply(command),
        };
        self.text.extend_from_slice(self.writer.ahead(now, borrowed).expect("JSON"));
        self.carry_out(now, call)
    }

    fn carry_out(&mut self, now: Instant, call: &Call) -> Returned {
        let earlier = self.effects.len();
        let returned: Returned = match call {
            Call::Advance => self.engine.advance(now, &mut self.effects).into(),
            Call::Apply(command) => self.engine.apply(now, command.clone(), &mut self.effects).into(),
        };
        let mark = self.engine.mark();
        let line = self.writer.end(&returned, &self.effects[earlier..], Some(mark)).expect("JSON");
        self.text.extend_from_slice(line);
        returned
    }

    fn seal(&mut self) {
        self.text.extend_from_slice(self.writer.seal(self.engine.state_hash()).expect("JSON"));
    }

    /// What a host finds that was killed when so much of the journal was written, and finishes first.
    fn killed(&self, written: usize) -> (Self, u64) {
        let mut replay = Replay::new(Engine::new(Arc::clone(&self.layout), Plain));
        let (reader, effects) = repeat(&self.text[..written], &mut replay);
        let mut found = Self {
            layout: Arc::clone(&self.layout),
            engine: replay.into_engine(),
            writer: Writer::resume(&reader).expect("not sealed"),
            text: self.text[..reader.bytes() as usize].to_vec(),
            effects,
        };
        for call in reader.ahead() {
            found.carry_out(call.at, &call.call);
        }
        (found, reader.entries() + reader.ahead().count() as u64)
    }
}

fn begin(header: Header) -> (Writer, Vec<u8>) {
    let mut writer = Writer::new();
    let text = writer.header(&header).expect("JSON").to_vec();
    (writer, text)
}

/// Repeats a journal as far as its lines are whole; returns the reader there and all effects.
fn repeat(text: &[u8], replay: &mut Replay<Plain>) -> (Reader, Vec<Effect>) {
    let (mut reader, mut effects) = (Reader::new(), Vec::new());
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let header = reader.header(lines.next().expect("a header")).expect("as written");
    assert_eq!(replay.header(&header), Ok(()));
    for line in lines {
        match reader.line(line).expect("as written") {
            Line::Ahead => {}
            Line::Entry(entry) => {
                assert_eq!(replay.entry(&entry), Ok(()));
                effects.extend_from_slice(replay.effects());
            }
            Line::Seal(seal) => assert_eq!(replay.seal(&seal), Ok(())),
        }
    }
    (reader, effects)
}

/// The calls of a history. What an act says may depend on what has happened, so it is played once for that.
fn calls(center: &Center, history: &[Act]) -> Vec<(Instant, Call)> {
    let mut recorded = Recorded::new(center);
    let (mut seconds, mut made) = (0, Vec::new());
    let mut call = |act: &Act| {
        seconds += act.after;
        let command: Option<Command> = act.say.command(&recorded.engine, at(seconds));
        let call = command.map_or(Call::Advance, Call::Apply);
        let returned = recorded.make(at(seconds), &call);
        made.push((at(seconds), call));
        if matches!(returned, Returned::Late | Returned::Refused(Refusal::Late(_))) {
            recorded.make(at(seconds), &Call::Apply(Command::Resume));
            made.push((at(seconds), Call::Apply(Command::Resume)));
        }
    };
    history.iter().for_each(&mut call);
    made
}

fn make_all(recorded: &mut Recorded, calls: &[(Instant, Call)]) {
    for (now, call) in calls {
        recorded.make(*now, call);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_and_the_journal_behind_it_equal_the_whole(
        center in centers(), history in histories(120), point in any::<prop::sample::Index>(),
    ) {
        let calls = calls(&center, &history);
        let mut whole = Recorded::new(&center);
        make_all(&mut whole, &calls);
        whole.seal();

        let (head, tail) = calls.split_at(point.index(calls.len() + 1));
        let mut first = Recorded::new(&center);
        make_all(&mut first, head);
        first.seal();
        let snapshot = first.engine.snapshot().expect("JSON");
        let state = first.engine.state_hash();
        let engine = Engine::restore(Arc::clone(&first.layout), Plain, &snapshot).expect("its own");
        let (writer, text) = begin(Header::new(center.clone(), ApplicationText::plain()).after(state));
        let mut second = Recorded { engine, writer, text, layout: Arc::clone(&first.layout), effects: Vec::new() };
        make_all(&mut second, tail);
        second.seal();
        prop_assert_eq!(&[&first.effects[..], &second.effects[..]].concat(), &whole.effects);
        prop_assert_eq!(second.engine.state_hash(), whole.engine.state_hash());

        // From the files alone.
        let restored = Engine::restore(Arc::clone(&first.layout), Plain, &snapshot).expect("its own");
        let mut behind = Replay::new(restored);
        let (reader, effects) = repeat(&second.text, &mut behind);
        prop_assert!(reader.is_sealed());
        let mut from_the_start = Replay::new(Engine::new(Arc::clone(&first.layout), Plain));
        let (reader, all) = repeat(&whole.text, &mut from_the_start);
        prop_assert!(reader.is_sealed());
        prop_assert_eq!([first.effects, effects].concat(), all);
        let (behind, from_the_start) = (behind.into_engine(), from_the_start.into_engine());
        prop_assert_eq!(behind.check(), Ok(()));
        prop_assert_eq!(behind.snapshot().expect("JSON"), from_the_start.snapshot().expect("JSON"));
        prop_assert_eq!(behind.state_hash(), from_the_start.state_hash());
    }

    #[test]
    fn a_journal_cut_anywhere_goes_on_as_if_it_had_not_been(
        center in centers(), history in histories(80), points in prop::collection::vec(any::<prop::sample::Index>(), 8),
    ) {
        let calls = calls(&center, &history);
        let mut whole = Recorded::new(&center);
        let header = whole.text.len();
        make_all(&mut whole, &calls);
        for point in points {
            let written = header + point.index(whole.text.len() - header + 1);
            let (mut found, made) = whole.killed(written);
            make_all(&mut found, &calls[made as usize..]);
            prop_assert!(found.text == whole.text, "cut at {}", written);
            prop_assert_eq!(&found.effects, &whole.effects);
            prop_assert_eq!(found.engine.snapshot().expect("JSON"), whole.engine.snapshot().expect("JSON"));
        }
    }
}

#[test]
fn a_replay_names_the_first_call_after_which_the_state_differs() {
    let mut center = ringback::center([ringback_engine::center::Agent::new("anna")]);
    let mut told = Recorded::new(&center);
    told.make(at(0), &Call::Advance);
    let request = ringback_engine::record::Request::new("c", "main", ringback::phone(1));
    told.make(at(1), &Call::Apply(Command::Request(request)));
    told.make(at(2), &Call::Apply(Command::LogIn { agent: "anna".into() }));
    let effects = told.effects.clone();

    // An engine with another bug than ours: what it promises the callback differs, what it says does not yet.
    center.queues[0].queued_ttl = center.queues[0].queued_ttl.plus(ringback_engine::Duration::from_secs(1));
    let mut other = Recorded::new(&center);
    let mut replay = Replay::new(Engine::new(Arc::clone(&other.layout), Plain));
    let mut lines = told.text.split_inclusive(|byte| *byte == b'\n');
    let mut reader = Reader::new();
    reader.header(lines.next().expect("a header")).expect("as written");
    let found = lines.find_map(|line| match reader.line(line).expect("as written") {
        Line::Entry(entry) => replay.entry(&entry).err(),
        _ => None,
    });
    let found = found.expect("it differs").to_string();
    assert!(found.starts_with(&format!("entry 1 at {} differs in `state`", at(1))), "{found}");

    for line in told.text.split_inclusive(|byte| *byte == b'\n').skip(1) {
        let call = String::from_utf8_lossy(line);
        if call.starts_with("{\"of\"") {
            assert!(call.contains("\"state\":\""), "{call}");
        }
    }
    other.make(at(0), &Call::Advance);
    let request = ringback_engine::record::Request::new("c", "main", ringback::phone(1));
    other.make(at(1), &Call::Apply(Command::Request(request)));
    other.make(at(2), &Call::Apply(Command::LogIn { agent: "anna".into() }));
    assert_eq!(other.effects, effects, "the effects alone say nothing");
}
