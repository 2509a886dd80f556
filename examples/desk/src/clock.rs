//! The clock: the only place of the desk that asks what time it is.

use std::time::{Duration as Span, SystemTime, UNIX_EPOCH};

use ringback_engine::Instant;

/// Now, as the engine counts time.
pub(crate) fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// How long from now until an instant; nothing if it is past.
pub(crate) fn until(at: Instant) -> Span {
    Span::from_millis(u64::try_from(at.since(now()).millis()).unwrap_or(0))
}
