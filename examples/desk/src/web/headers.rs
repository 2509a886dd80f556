//! Headers that go with every answer.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use crate::api::BASE;

const FIXED: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'self'",
    ),
];

/// Adds what browsers should know: nothing is to be framed, guessed or loaded from elsewhere; and, on the API, which
/// other pages may ask.
pub(super) async fn add(State(app): State<App>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with(BASE);
    let origin = request.headers().get(header::ORIGIN).cloned();
    let known = origin.filter(|origin| app.origins.iter().any(|known| known.as_bytes() == origin.as_bytes()));
    let preflight = request.method() == Method::OPTIONS && api && known.is_some();
    let mut response =
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(origin) = known.filter(|_| api) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        let allowed = "content-type, x-api-key, idempotency-key";
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(allowed));
    }
    response
}
