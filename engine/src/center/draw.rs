//! Chance that is the same every time.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// One of `among` positions, from 0, drawn for the `number`th time on a queue of a center with this seed. All are
/// equally likely, and what was drawn before tells nothing of what comes; the same three give the same.
#[must_use]
pub fn draw(seed: u64, queue: &str, number: u64, among: usize) -> usize {
    let mut drawn = number.to_le_bytes().to_vec();
    drawn.extend(queue.bytes());
    let hash = u128::from(xxh3_64_with_seed(&drawn, seed));
    let scaled = hash.saturating_mul(among as u128).checked_shr(64).unwrap_or(0);
    usize::try_from(scaled).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn draws_are_even_and_repeatable() {
        let mut counts = [0_u32; 7];
        for number in 0..70_000 {
            counts[draw(5, "main", number, 7)] += 1;
        }
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
        let run = |seed, queue| (0..64).map(|number| draw(seed, queue, number, 9)).collect::<Vec<_>>();
        assert_eq!(run(1, "main"), run(1, "main"));
        assert!(run(1, "main") != run(2, "main") && run(1, "main") != run(1, "other"));
        assert_eq!((draw(0, "", 0, 1), draw(0, "", 0, 0)), (0, 0));
    }
}
