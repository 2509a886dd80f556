//! Lines that can't be used.

use std::fmt;

/// A line that can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The file.
    pub file: String,
    /// Its number, from 1; a record over several lines has that of its first.
    pub line: u64,
    /// The place of the column that is wrong, from 0, if it is one.
    pub column: Option<usize>,
    /// Why, and what to do about it.
    pub cause: String,
}

/// The bad lines of a file: the first ones, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadLines {
    first: Vec<BadLine>,
    count: u64,
}

impl BadLines {
    /// How many are kept; of the others only the number is known.
    pub const KEPT: usize = 20;

    /// Notes one more.
    pub fn note(&mut self, bad: BadLine) {
        self.count += 1;
        if self.first.len() < Self::KEPT {
            self.first.push(bad);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether there are as many as are kept.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.first.len() >= Self::KEPT
    }

    /// The first ones, in order.
    #[must_use]
    pub fn first(&self) -> &[BadLine] {
        &self.first
    }

    /// How many are not kept.
    #[must_use]
    pub fn unlisted(&self) -> u64 {
        self.count - self.first.len() as u64
    }

    /// The first `most`, one a line, each with `prefix`, and how many more there are.
    #[must_use]
    pub fn listing(&self, prefix: &str, most: usize) -> String {
        let shown = self.first.len().min(most);
        let mut text: String = self.first[..shown].iter().map(|bad| format!("{prefix}{bad}\n")).collect();
        let more = self.count - shown as u64;
        if more > 0 {
            let file = self.first.first().map_or("", |bad| &bad.file);
            text.push_str(&format!("{prefix}{file}: and {more} more\n"));
        }
        text
    }
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_listed_and_the_others_counted() {
        let mut bad = BadLines::default();
        for line in 2..40 {
            bad.note(BadLine { file: "roster.csv".into(), line, column: None, cause: "no".into() });
        }
        assert_eq!(bad.count(), 38);
        assert!(bad.is_full());
        assert_eq!(bad.first().len(), BadLines::KEPT);
        assert_eq!(
            bad.listing("warning: ", 2),
            "warning: roster.csv:2: no\nwarning: roster.csv:3: no\nwarning: roster.csv: and 36 more\n"
        );
        assert_eq!(BadLines::default().listing("", 5), "");
    }
}
