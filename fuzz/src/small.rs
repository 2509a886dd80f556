//! A small center to try things on.

use std::sync::{Arc, LazyLock};

use ringback_engine::center::Layout;
use ringback_engine::center::reader::read;
use ringback_engine::{Duration, Instant};

/// When things begin: a Tuesday, 11:00 in the center's zone.
pub(crate) const START: Instant = Instant::from_millis(1_772_532_000_000);

/// The instant so many milliseconds after [`START`].
pub(crate) fn at(millis: i64) -> Instant {
    START.after(Duration::from_millis(millis))
}

/// The center.
pub(crate) fn layout() -> Arc<Layout> {
    static LAYOUT: LazyLock<Arc<Layout>> = LazyLock::new(|| {
        let reading = read(include_str!("small.toml"), &mut |_| Err("it names no file".into()));
        let findings: Vec<String> = reading.findings.iter().map(ToString::to_string).collect();
        Arc::new(reading.layout.unwrap_or_else(|| panic!("{}", findings.join("\n"))))
    });
    Arc::clone(&LAYOUT)
}
