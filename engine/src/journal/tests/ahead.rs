//! Calls written ahead, and journals that are resumed.

use super::*;

/// A journal with a header and these calls written ahead, and its writer.
fn ahead(count: i64) -> (Vec<u8>, Writer) {
    let mut writer = Writer::new();
    let mut text = writer.header(&Header::new(center(), ApplicationText::plain())).unwrap().to_vec();
    for n in 0..count {
        text.extend_from_slice(writer.ahead(Instant::from_millis(n), Call::Advance).unwrap());
    }
    (text, writer)
}

fn end(text: &mut Vec<u8>, writer: &mut Writer, number: u64) {
    text.extend_from_slice(writer.end(&Returned::Done, &effects(number), Some(number)).unwrap());
}

#[test]
fn ends_follow_the_calls_written_ahead_in_their_order() {
    let (mut text, mut writer) = ahead(3);
    end(&mut text, &mut writer, 0);
    end(&mut text, &mut writer, 1);
    text.extend_from_slice(writer.ahead(Instant::from_millis(3), Call::Advance).unwrap());
    end(&mut text, &mut writer, 2);
    end(&mut text, &mut writer, 3);
    writer.begin(Instant::from_millis(4), Call::Advance).unwrap();
    end(&mut text, &mut writer, 4);
    text.extend_from_slice(writer.seal(9).unwrap());

    let (entries, sealed, error) = read(&text);
    assert_eq!((sealed, error), (true, None));
    let facts: Vec<_> = entries.iter().map(|e| (e.entry, e.at.millis(), e.effects)).collect();
    assert_eq!(facts, [(0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4)]);
    assert_eq!(entries[3].digest, digest(&effects(3), &mut Vec::new()).unwrap());
}

#[test]
fn calls_without_end_are_handed_back() {
    let (mut text, mut writer) = ahead(3);
    end(&mut text, &mut writer, 0);
    let mut reader = Reader::new();
    let mut lines = text.split_inclusive(|b| *b == b'\n');
    reader.header(lines.next().unwrap()).unwrap();
    let read: Vec<_> = lines.map(|line| reader.line(line).unwrap()).collect();
    assert!(matches!(read[..], [Line::Ahead, Line::Ahead, Line::Ahead, Line::Entry(_)]), "{read:?}");
    assert_eq!((reader.entries(), reader.bytes()), (1, text.len() as u64));
    let left: Vec<_> = reader.ahead().map(|ahead| (ahead.entry, ahead.at.millis())).collect();
    assert_eq!(left, [(1, 1), (2, 2)]);
}

#[test]
fn a_writer_writes_no_journal_that_a_reader_would_refuse() {
    let (_, mut writer) = ahead(1);
    let refused = |result: Result<&[u8], serde_json::Error>| result.unwrap_err().to_string();
    assert!(refused(writer.seal(0)).contains("call 0 was written ahead and has not ended"));
    assert!(writer.begin(Instant::from_millis(1), Call::Advance).is_err());
    writer.end(&Returned::Done, &[], None).unwrap();
    assert!(refused(writer.end(&Returned::Done, &[], None)).contains("an end without a call"));
    writer.begin(Instant::from_millis(1), Call::Advance).unwrap();
    assert!(refused(writer.ahead(Instant::from_millis(1), Call::Advance)).contains("call 1 was begun"));
    assert!(refused(writer.seal(0)).contains("call 1 was begun"));
    writer.end(&Returned::Done, &[], None).unwrap();
    assert!(writer.seal(0).is_ok());
}

#[test]
fn lines_out_of_turn_are_refused_though_their_checksums_fit() {
    let (text, _) = ahead(1);
    let came = r#""returned":"done","effects":0,"digest":"0000000000000000""#;
    for (line, cause) in [
        (r#"{"entry":2,"at":1,"call":"advance"}"#.into(), "entry 2 stands where entry 1 is due"),
        (format!(r#"{{"of":1,{came}}}"#), "the end of entry 1, which is not due"),
        (format!(r#"{{"entry":1,"at":1,"call":"advance",{came}}}"#), "entry 0 has no end yet"),
        (r#"{"sealed":1,"state":"00"}"#.into(), "entry 0 has no end yet"),
        (r#"{"sealed":4,"state":"00"}"#.into(), "the seal counts 4 entries, there are 1"),
    ] {
        let mut reader = Reader::new();
        let mut lines = text.split_inclusive(|b| *b == b'\n');
        reader.header(lines.next().unwrap()).unwrap();
        assert_eq!(reader.line(lines.next().unwrap()), Ok(Line::Ahead));
        let mut line = line.into_bytes();
        reader.chain().close(&mut line);
        let refused = JournalError::Malformed { line: 3, cause: cause.into() };
        assert_eq!(reader.line(&line), Err(refused.clone()));
        assert_eq!(reader.line(&line), Err(refused), "a refused line changes nothing");
    }
}

#[test]
fn only_a_journal_that_can_go_on_is_resumed() {
    assert_eq!(Writer::resume(&Reader::new()).unwrap_err(), JournalError::NoJournal);
    let mut reader = Reader::new();
    for (n, line) in journal().split_inclusive(|b| *b == b'\n').enumerate() {
        if n == 0 {
            reader.header(line).unwrap();
        } else {
            reader.line(line).unwrap();
        }
    }
    assert!(matches!(Writer::resume(&reader), Err(JournalError::AfterSeal { .. })));
}
