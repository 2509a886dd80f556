//! A journal of a hundred entries, cut at every byte and with every bit flipped: what is read of it is exactly what was
//! written before, and what is wrong is said.

use super::*;

/// Both spellings of entries, refusals, and up to four calls ahead; the pieces are its lines.
fn lines() -> Vec<Vec<u8>> {
    let mut writer = Writer::new();
    let header = Header::new(center(), ApplicationText::new("rhai 1", "app.rhai", "fn route(c) {\n}\n"));
    let mut lines = vec![writer.header(&header.after(3)).unwrap().to_vec()];
    let calls: Vec<_> = calls().into_iter().cycle().take(100).collect();
    for (n, group) in calls.chunks(4).enumerate() {
        for (at, call, returned) in group.iter().filter(|_| n % 2 == 0) {
            writer.begin(Instant::from_millis(*at), borrowed(call)).unwrap();
            lines.push(writer.end(returned, &effects(*at as u64), Some(*at as u64)).unwrap().to_vec());
        }
        for (at, call, _) in group.iter().filter(|_| n % 2 == 1) {
            lines.push(writer.ahead(Instant::from_millis(*at), borrowed(call)).unwrap().to_vec());
        }
        for (at, _, returned) in group.iter().filter(|_| n % 2 == 1) {
            lines.push(writer.end(returned, &effects(*at as u64), Some(*at as u64)).unwrap().to_vec());
        }
    }
    lines.push(writer.seal(7).unwrap().to_vec());
    lines
}

fn borrowed(call: &Call) -> Call<&Command> {
    match call {
        Call::Advance => Call::Advance,
        Call::Apply(command) => Call::Apply(command),
    }
}

/// Reads one line, whichever it is.
fn next(reader: &mut Reader, line: &[u8]) -> Result<Option<Line>, JournalError> {
    if reader.bytes() == 0 { reader.header(line).map(|_| None) } else { reader.line(line).map(Some) }
}

/// The reader before each line, and behind the last.
fn readers(lines: &[Vec<u8>]) -> Vec<Reader> {
    let mut readers = vec![Reader::new()];
    for line in lines {
        let mut reader = readers.last().unwrap().clone();
        next(&mut reader, line).unwrap();
        readers.push(reader);
    }
    readers
}

#[test]
fn cut_at_any_byte_it_is_an_exact_prefix_that_says_so() {
    let lines = lines();
    let readers = readers(&lines);
    let mut entries = 0;
    for (n, line) in lines.iter().enumerate() {
        let before = &readers[n];
        assert_eq!(before.bytes(), lines[..n].iter().map(|line| line.len() as u64).sum::<u64>());
        assert!(!before.is_sealed());
        for cut in 1..line.len() {
            let mut reader = before.clone();
            let error = next(&mut reader, &line[..cut]).unwrap_err();
            assert_eq!(error, JournalError::Cut { line: n as u64 + 1, bytes: cut }, "line {n} cut at {cut}");
            assert_eq!((reader.bytes(), reader.entries()), (before.bytes(), entries));
        }
        entries = readers[n + 1].entries();
    }
    assert_eq!(entries, 100);
    assert!(readers[lines.len()].is_sealed());
}

#[test]
fn with_any_bit_flipped_nothing_of_the_line_or_behind_it_is_taken() {
    let lines = lines();
    let readers = readers(&lines);
    for (n, line) in lines.iter().enumerate() {
        // A line feed that is gone joins the line with the next.
        let mut text = [&line[..], lines.get(n + 1).map_or(&[][..], |next| &next[..])].concat();
        for position in 0..line.len() {
            for bit in 0..8 {
                text[position] ^= 1 << bit;
                let first = text.split_inclusive(|b| *b == b'\n').next().unwrap();
                let mut reader = readers[n].clone();
                let error = next(&mut reader, first).map(|_| ()).unwrap_err();
                assert_eq!(
                    reader.bytes(),
                    readers[n].bytes(),
                    "line {n}, byte {position}, bit {bit}: {error}"
                );
                text[position] ^= 1 << bit;
            }
        }
    }
}

#[test]
fn lines_exchanged_for_any_other_of_the_journal_are_noticed() {
    let lines = lines();
    let readers = readers(&lines);
    for (n, reader) in readers.iter().enumerate() {
        for (other, line) in lines.iter().enumerate().filter(|(other, _)| *other != n) {
            assert!(next(&mut reader.clone(), line).is_err(), "line {other} in the place of line {n}");
        }
    }
}

#[test]
fn resumed_behind_any_line_it_ends_as_if_it_had_not_been_cut() {
    let lines = lines();
    for (n, reader) in readers(&lines).iter().enumerate().take(lines.len()).skip(1) {
        let mut writer = Writer::resume(reader).unwrap();
        let mut reader = reader.clone();
        for line in &lines[n..] {
            let again = match reader.line(line).unwrap() {
                Line::Ahead => {
                    let ahead = reader.ahead().last().unwrap();
                    writer.ahead(ahead.at, borrowed(&ahead.call)).unwrap()
                }
                Line::Entry(entry) => {
                    if !line.starts_with(b"{\"of\"") {
                        writer.begin(entry.at, borrowed(&entry.call)).unwrap();
                    }
                    writer.end(&entry.returned, &effects(entry.effects as u64), entry.state).unwrap()
                }
                Line::Seal(seal) => writer.seal(seal.state).unwrap(),
            };
            assert_eq!(again, line, "resumed behind line {n}");
        }
    }
}
