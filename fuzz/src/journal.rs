//! Journals: as they are, and with checksums made to fit, since no search guesses those.
//!
//! Where a header says `"engine":"here"` or `"zones":"here"`, the versions of this build are put in, so that a corpus
//! outlives them.

use ringback_engine::center::Layout;
use ringback_engine::journal::{
    Call, ENGINE, Header, JournalError, Line, Reader, Replay, Returned, Writer, ZONES,
};
use ringback_engine::protocol::Plain;
use ringback_engine::{Engine, Instant};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::Verdict;
use crate::laws::{ends, sound};

/// Decodes the lines of a journal, and repeats what they say.
pub fn journal(data: &[u8]) -> Verdict {
    let read = read(data);
    let repaired = repaired(data);
    Verdict::of(self::read(&repaired) || read)
}

/// Whether all of it was read, to its seal.
fn read(journal: &[u8]) -> bool {
    let mut lines = journal.split_inclusive(|byte| *byte == b'\n');
    let mut reader = Reader::new();
    let Ok(header) = reader.header(lines.next().unwrap_or_default()) else { return false };
    written_again(&header);
    let mut replay =
        Layout::new(header.center.clone()).ok().map(|layout| Replay::new(Engine::new(layout, Plain)));
    if let Some(replay) = &replay {
        let _ = replay.header(&header);
    }
    let mut number = 1;
    for line in lines {
        number += 1;
        match reader.line(line) {
            Ok(Line::Ahead) => assert!(reader.ahead().last().is_some()),
            Ok(Line::Entry(entry)) => {
                let json = serde_json::to_string(&entry).expect("JSON");
                assert_eq!(serde_json::from_str::<Box<_>>(&json).ok(), Some(entry.clone()), "{json}");
                if let Some(replay) = &mut replay {
                    // The journal may say what it likes of the outcome; the engine has to bear the call.
                    let _ = replay.entry(&entry);
                }
            }
            Ok(Line::Seal(seal)) => {
                assert_eq!(seal.sealed, reader.entries());
                assert!(reader.is_sealed());
                if let Some(replay) = &replay {
                    let _ = replay.seal(&seal);
                }
            }
            Err(error) => {
                assert!(says(&error, number), "{error}");
                break;
            }
        }
    }
    if let Some(replay) = replay {
        let mut engine = replay.into_engine();
        sound(&engine);
        ends(&mut engine, &mut Vec::new());
    }
    let whole = &journal[..usize::try_from(reader.bytes()).expect("they are here")];
    if !reader.is_sealed() {
        resumes(&reader, whole);
    }
    reader.is_sealed() && whole.len() == journal.len()
}

/// What is whole of a journal can be gone on with: its calls can be ended, and it can be sealed.
fn resumes(reader: &Reader, whole: &[u8]) {
    let mut writer = Writer::resume(reader).expect("it has a header and no seal");
    let mut lines = Vec::new();
    for _ in reader.ahead() {
        lines.push(writer.end(&Returned::Done, &[], None).expect("a call is ahead").to_vec());
    }
    writer.begin(Instant::MIN, Call::Advance).expect("nothing is ahead");
    lines.push(writer.end(&Returned::More, &[], Some(7)).expect("it was begun").to_vec());
    lines.push(writer.seal(7).expect("all calls have ended").to_vec());
    let mut reader = Reader::new();
    let mut old = whole.split_inclusive(|byte| *byte == b'\n');
    reader.header(old.next().unwrap_or_default()).expect("it was read before");
    for line in old.chain(lines.iter().map(Vec::as_slice)) {
        reader.line(line).unwrap_or_else(|error| panic!("{error}"));
    }
    assert!(reader.is_sealed());
}

/// Whether an error tells which line is meant.
fn says(error: &JournalError, number: u64) -> bool {
    error.to_string().starts_with(&format!("line {number}: "))
}

fn written_again(header: &Header) {
    let mut writer = Writer::new();
    let line = writer.header(header).expect("JSON");
    assert_eq!(Reader::new().header(line).as_ref(), Ok(header));
}

/// The same lines, each with the checksum that it would have if it had been written so.
fn repaired(data: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(data.len());
    let mut sum = 0;
    for line in data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let end = line.windows(8).rposition(|bytes| bytes == b",\"sum\":\"");
        let object = line.get(..end.unwrap_or(line.len())).unwrap_or(line);
        let object = if end.is_none() { object.strip_suffix(b"}").unwrap_or(object) } else { object };
        let object = String::from_utf8_lossy(object)
            .replacen("\"engine\":\"here\"", &format!("\"engine\":\"{ENGINE}\""), 1)
            .replacen("\"zones\":\"here\"", &format!("\"zones\":\"{ZONES}\""), 1);
        sum = xxh3_64_with_seed(object.as_bytes(), sum);
        text.extend_from_slice(object.as_bytes());
        text.extend_from_slice(format!(",\"sum\":\"{sum:016x}\"}}\n").as_bytes());
    }
    text
}
