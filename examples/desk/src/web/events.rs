//! Server-sent events: that something changed. Pages then ask for what they show.

use std::convert::Infallible;
use std::time::Duration as Span;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use tokio_stream::{Stream, StreamExt, wrappers::WatchStream};

use super::{App, Barred, Visitor};

/// How long news are gathered before a page is told.
const GATHER: Span = Span::from_millis(250);

/// The stream of changes.
pub(super) async fn stream(
    State(app): State<App>,
    _: Visitor,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Barred> {
    let changes = WatchStream::from_changes(app.core.revision()).throttle(GATHER);
    let events = changes.map(|revision| Ok(Event::default().event("change").data(revision.to_string())));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Span::from_secs(15))))
}
