//! What a call uses up and leaves behind: operations and printed lines. Shared with the sandbox's callbacks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;

use crate::limits::{LOG_LINE_BYTES, LOG_LINES, LOG_LINES_KEPT};

/// Counts operations where nothing that runs in native code can reset the count.
#[derive(Debug)]
pub(crate) struct Meter {
    allowed: u64,
    operations: AtomicU64,
    unshown: AtomicBool,
}

impl Meter {
    pub(crate) fn new(allowed: u64) -> Self {
        Self { allowed, operations: AtomicU64::new(0), unshown: AtomicBool::new(false) }
    }

    pub(crate) fn restart(&self) {
        self.operations.store(0, Ordering::Relaxed);
        self.unshown.store(false, Ordering::Relaxed);
    }

    pub(crate) fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    /// Notes that a text was to show a value that has none. Rhai swallows that fault and writes a type's name.
    pub(crate) fn note_unshown(&self) {
        self.unshown.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_unshown(&self) -> bool {
        self.unshown.load(Ordering::Relaxed)
    }

    /// Counts one operation; `false` if it is one too many. Only one call runs at a time, so that a load and a
    /// store do for what would otherwise be a slower atomic addition.
    pub(crate) fn count(&self) -> bool {
        let count = self.operations().saturating_add(1);
        self.operations.store(count, Ordering::Relaxed);
        count <= self.allowed
    }
}

/// Lines printed and not yet taken.
#[derive(Debug, Default)]
pub(crate) struct Printed(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    kept: Vec<SmolStr>,
    /// Lines of the present call.
    of_call: usize,
}

impl Printed {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin_call(&self) {
        self.lines().of_call = 0;
    }

    /// Keeps a line, cut to its limit; of those beyond a call's limit only that there were some.
    pub(crate) fn push(&self, text: &str) {
        let mut lines = self.lines();
        lines.of_call = lines.of_call.saturating_add(1);
        if lines.of_call > LOG_LINES.saturating_add(1) || lines.kept.len() >= LOG_LINES_KEPT {
            return;
        }
        let line = if lines.of_call > LOG_LINES {
            SmolStr::new_static("(further lines of this call were left out)")
        } else {
            SmolStr::new(cut(text, LOG_LINE_BYTES))
        };
        lines.kept.push(line);
    }

    pub(crate) fn take(&self) -> Vec<SmolStr> {
        std::mem::take(&mut self.lines().kept)
    }
}

/// The longest beginning of `text` that has at most so many bytes.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    (0..=bytes.min(text.len())).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::OPERATIONS;

    #[test]
    fn lines_are_limited() {
        let printed = Printed::default();
        for _ in 0..100 {
            printed.push(&"é".repeat(400));
        }
        let lines = printed.take();
        assert_eq!(lines.len(), LOG_LINES + 1);
        assert_eq!(lines[0].len(), LOG_LINE_BYTES);
        assert!(printed.take().is_empty());
        for _ in 0..1000 {
            printed.begin_call();
            printed.push("x");
        }
        assert_eq!(printed.take().len(), LOG_LINES_KEPT);
    }

    #[test]
    fn operations_are_counted_to_the_last() {
        let meter = Meter::new(OPERATIONS);
        assert!((0..OPERATIONS).all(|_| meter.count()));
        assert!(!meter.count());
        meter.restart();
        assert!(meter.count());
    }
}
