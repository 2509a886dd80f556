//! Who is let in: only with a key, and not too often.

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;

use super::envelope::Bad;
use crate::web::App;

/// Asks for the key, and counts.
pub(super) async fn let_in(State(app): State<App>, request: Request, next: Next) -> Response {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let asker = from.map_or_else(String::new, |ip| ip.to_string());
    if let Err(seconds) = app.pace.admit(&asker) {
        return Bad::pace(seconds).into_response();
    }
    let given = request.headers().get("x-api-key").map(|key| key.to_str().unwrap_or_default());
    if !given.is_some_and(|key| app.keys.take(key)) {
        return Bad::key(given.is_some()).into_response();
    }
    next.run(request).await
}

pub(super) async fn nothing_here() -> Bad {
    Bad::new(StatusCode::NOT_FOUND, 404, "there is nothing at this address; see /openapi.json")
}

pub(super) async fn wrong_method() -> Bad {
    Bad::new(StatusCode::METHOD_NOT_ALLOWED, 405, "this address does not take this method; see /openapi.json")
}
