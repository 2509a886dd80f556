//! Chance: random bytes of the system, for secrets and for the simulation.

/// Random bytes.
///
/// # Panics
///
/// The system has no random source; nothing that needs secrets can go on without one.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has a random source");
    bytes
}

/// A number below `limit`, or 0 if that is 0.
pub(crate) fn below(limit: u64) -> u64 {
    u64::from_le_bytes(bytes()).checked_rem(limit).unwrap_or(0)
}

/// One of several.
pub(crate) fn one_of<T>(several: &[T]) -> Option<&T> {
    several.get(below(several.len() as u64) as usize)
}

/// A secret in letters and digits that are not taken for one another.
pub(crate) fn word(length: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    (0..length).filter_map(|_| one_of(LETTERS).map(|letter| char::from(*letter))).collect()
}

/// A random UUID (RFC 9562, version 4).
pub(crate) fn uuid() -> String {
    let mut bytes = bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
