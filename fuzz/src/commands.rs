//! Commands, and an engine that is told them.
//!
//! A line is a command as JSON, `{"after":1500,"command":"log_in","agent":"anna"}`, with the milliseconds since the
//! line before. A line with nothing but these only lets the time pass.

use ringback_engine::journal::{ApplicationText, Call, Header, Line, Reader, Replay, Returned, Writer};
use ringback_engine::protocol::{Command, Effect, Plain};
use ringback_engine::{Engine, Instant};
use serde_json::Value;

use crate::Verdict;
use crate::laws::{orderly, runs_out, sound};
use crate::small::{START, at, layout};

/// Lines beyond these say nothing that fewer could not.
const MOST_LINES: usize = 200;

/// Decodes commands, tells them to an engine one after the other, and repeats the whole from its journal.
pub fn commands(data: &[u8]) -> Verdict {
    let (mut told, read) = Told::all(data);
    told.seal();
    told.repeats();
    told.goes_on();
    Verdict::of(read)
}

/// The journal of an engine that was told these commands, and the snapshot taken then: what corpora begin from.
#[must_use]
pub fn seeds(commands: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut told, _) = Told::all(commands);
    told.seal();
    (told.journal, told.engine.snapshot().expect("JSON"))
}

/// An engine with a journal of what it was told.
struct Told {
    engine: Engine<Plain>,
    effects: Vec<Effect>,
    writer: Writer,
    journal: Vec<u8>,
}

impl Told {
    /// An engine that was told all these commands, and whether there was nothing else among them.
    fn all(data: &[u8]) -> (Self, bool) {
        let mut told = Self::begin();
        let mut read = !data.is_empty();
        let mut millis = 0_i64;
        for line in data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).take(MOST_LINES) {
            let Ok(value) = serde_json::from_slice::<Value>(line) else {
                read = false;
                continue;
            };
            millis = millis.saturating_add(value.get("after").and_then(Value::as_i64).unwrap_or(0));
            let command = serde_json::from_value::<Command>(value.clone()).ok();
            if let Some(command) = &command {
                let json = serde_json::to_string(command).expect("JSON");
                assert_eq!(&serde_json::from_str::<Command>(&json).expect("as written"), command);
            }
            read &= command.is_some() || value.get("command").is_none();
            told.tell(at(millis), command);
            sound(&told.engine);
        }
        (told, read)
    }

    fn begin() -> Self {
        let layout = layout();
        let header = Header::new(layout.center().clone(), ApplicationText::plain());
        let mut writer = Writer::new();
        let journal = writer.header(&header).expect("JSON").to_vec();
        let mut told = Self { engine: Engine::new(layout, Plain), effects: Vec::new(), writer, journal };
        told.tell(START, None);
        told
    }

    fn tell(&mut self, now: Instant, command: Option<Command>) {
        let call = command.as_ref().map_or(Call::Advance, Call::Apply);
        self.writer.begin(now, call).expect("JSON");
        let earlier = self.effects.len();
        let returned: Returned = match command {
            Some(command) => self.engine.apply(now, command, &mut self.effects).into(),
            None => self.engine.advance(now, &mut self.effects).into(),
        };
        let line =
            self.writer.end(&returned, &self.effects[earlier..], Some(self.engine.mark())).expect("JSON");
        self.journal.extend_from_slice(line);
    }

    fn seal(&mut self) {
        self.journal.extend_from_slice(self.writer.seal(self.engine.state_hash()).expect("JSON"));
    }

    /// What was told can be told again from the journal, with the same effects.
    fn repeats(&self) {
        let mut lines = self.journal.split_inclusive(|byte| *byte == b'\n');
        let mut reader = Reader::new();
        let header = reader.header(lines.next().expect("written")).expect("as written");
        assert_eq!(&header.center, layout().center());
        let mut replay = Replay::new(Engine::new(layout(), Plain));
        for line in lines {
            match reader.line(line).expect("as written") {
                Line::Entry(entry) => replay.entry(&entry).expect("the same again"),
                Line::Seal(seal) => replay.seal(&seal).expect("the same again"),
                Line::Ahead => panic!("no call was written ahead"),
            }
        }
        assert!(reader.is_sealed());
    }

    /// An engine begun from a snapshot goes on as this one does, and both come to an end.
    fn goes_on(mut self) {
        let snapshot = self.engine.snapshot().expect("JSON");
        let mut twin = Engine::restore(layout(), Plain, &snapshot).expect("as taken");
        let earlier = self.effects.len();
        runs_out(&mut self.engine, &mut self.effects);
        let mut effects = Vec::new();
        runs_out(&mut twin, &mut effects);
        assert_eq!(effects, self.effects[earlier..]);
        assert_eq!(twin.state_hash(), self.engine.state_hash());
        sound(&self.engine);
        orderly(&self.effects);
    }
}
