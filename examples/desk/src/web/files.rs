//! Files within the program: style, scripts, the mark.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A file's type and text.
fn file(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "desk.css" => (CSS, include_str!("../assets/desk.css")),
        "desk.js" => (SCRIPT, include_str!("../assets/desk.js")),
        "demo.css" => (CSS, include_str!("../assets/demo.css")),
        "demo.js" => (SCRIPT, include_str!("../assets/demo.js")),
        "explorer.js" => (SCRIPT, include_str!("../assets/explorer.js")),
        "ringback-widget.js" => (SCRIPT, include_str!("../assets/ringback-widget.js")),
        "mark.svg" => ("image/svg+xml", include_str!("../assets/mark.svg")),
        _ => return None,
    })
}

/// A file; browsers keep it and ask whether it changed.
pub(super) async fn get(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((kind, text)) = file(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = format!("\"{}-{:x}\"", env!("CARGO_PKG_VERSION"), digest(text));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let about = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache"), (header::ETAG, &tag)];
    if known { (StatusCode::NOT_MODIFIED, about).into_response() } else { (about, text).into_response() }
}

/// The widget, at the address that other pages load it from.
pub(super) async fn widget(headers: HeaderMap) -> Response {
    get(Path("ringback-widget.js".into()), headers).await
}

/// FNV-1a: enough to tell one version of a file from another.
fn digest(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
