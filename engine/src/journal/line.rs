//! A line and its checksum: `{...,"sum":"0123456789abcdef"}`.

use xxhash_rust::xxh3::xxh3_64_with_seed;

const KEY: &[u8] = b",\"sum\":\"";
const END: &[u8] = b"\"}";
const DIGITS: usize = 16;

/// The checksum before a line, from which its own starts; 0 before the first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chain(u64);

impl Chain {
    /// Ends a line: `text` is a JSON object that is not empty, and gets its checksum and a line feed.
    pub(super) fn close(&mut self, text: &mut Vec<u8>) {
        text.pop_if(|brace| *brace == b'}');
        self.0 = xxh3_64_with_seed(text, self.0);
        text.extend_from_slice(KEY);
        text.extend_from_slice(format!("{:016x}", self.0).as_bytes());
        text.extend_from_slice(END);
        text.push(b'\n');
    }

    /// Takes the checksum from a line without line feed, leaving the object; `None` if it is missing or wrong.
    pub(super) fn open(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        let rest = line.strip_suffix(END)?;
        let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
        let body = rest.strip_suffix(KEY)?;
        let sum = xxh3_64_with_seed(body, self.0);
        if format!("{sum:016x}").as_bytes() != digits {
            return None;
        }
        self.0 = sum;
        let mut object = body.to_vec();
        object.push(b'}');
        Some(object)
    }
}
