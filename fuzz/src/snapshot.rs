//! Snapshots: as they are, and with a header made to fit, since no search guesses checksums.

use ringback_engine::Engine;
use ringback_engine::protocol::Plain;
use ringback_engine::snapshot::{Header, SnapshotError};
use xxhash_rust::xxh3::xxh3_128;

use crate::Verdict;
use crate::laws::{runs_out, sound};
use crate::small::layout;

/// Decodes a snapshot of the small center, or its second line alone.
pub fn snapshot(data: &[u8]) -> Verdict {
    let whole = restored(data);
    let body = data.strip_suffix(b"\n").unwrap_or(data);
    let body = body.iter().position(|byte| *byte == b'\n').map_or(body, |end| &body[end + 1..]);
    Verdict::of(restored(&with_header(body)) || whole)
}

/// Whether an engine could begin from it. One that could keeps its promises, and comes to an end; also where only
/// another version would have written the state so.
fn restored(snapshot: &[u8]) -> bool {
    let restored = Engine::restore(layout(), Plain, snapshot);
    if let Ok(engine) = &restored {
        assert_eq!(engine.snapshot().expect("JSON"), snapshot, "a state has one spelling");
    }
    let mut engine = match Engine::carry_over(layout(), Plain, snapshot) {
        Ok(engine) => engine,
        Err(error) => {
            assert!(!matches!(&error, SnapshotError::Malformed(cause) if cause.is_empty()));
            assert!(restored.is_err());
            return false;
        }
    };
    sound(&engine);
    let again = engine.snapshot().expect("JSON");
    let twin = Engine::restore(layout(), Plain, &again).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(twin.state_hash(), engine.state_hash());
    runs_out(&mut engine, &mut Vec::new());
    sound(&engine);
    restored.is_ok()
}

/// A state with the header that it would have if it had been taken here.
fn with_header(body: &[u8]) -> Vec<u8> {
    let empty = Engine::new(layout(), Plain).snapshot().expect("JSON");
    let first = empty.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut header: Header = serde_json::from_slice(first).expect("as taken");
    header.bytes = body.len();
    header.sum = format!("{:032x}", xxh3_128(body));
    // What the state's hash is only the engine knows that has it.
    if let Ok(engine) = Engine::carry_over(layout(), Plain, &text_of(&header, body)) {
        header.state = format!("{:032x}", engine.state_hash());
    }
    text_of(&header, body)
}

fn text_of(header: &Header, body: &[u8]) -> Vec<u8> {
    let mut text = serde_json::to_vec(header).expect("JSON");
    text.push(b'\n');
    text.extend_from_slice(body);
    text.push(b'\n');
    text
}
