//! Logging in and out.

use std::net::SocketAddr;

use axum::Form;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::visitor::{COOKIE, Visitor, cookie, from_here};
use super::{App, Signed};
use crate::pages::login::page;

/// Where to go on after logging in.
#[derive(Deserialize)]
pub(super) struct To {
    #[serde(default)]
    to: String,
}

/// A name and a password.
#[derive(Deserialize)]
pub(super) struct Tried {
    name: String,
    password: String,
    #[serde(default)]
    to: String,
}

/// Nothing.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// The first page: that of the visitor's role.
pub(super) async fn home(visitor: Visitor) -> Redirect {
    Redirect::to(visitor.0.account.role.home())
}

/// The page to log in.
pub(super) async fn ask(State(app): State<App>, Query(To { to }): Query<To>) -> Response {
    page(&app.core.layout().center().name, &inside(&to), None).into_response()
}

/// Logs in.
pub(super) async fn log_in(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(tried): Form<Tried>,
) -> Response {
    let center = &app.core.layout().center().name;
    let again = |wrong: &str| page(center, &inside(&tried.to), Some(wrong)).into_response();
    if !from_here(&headers) {
        return again("The form came from another page; try again here.");
    }
    if let Err(seconds) = app.attempts.admit(&from.ip().to_string()) {
        return again(&format!("Too many tries; wait {seconds} seconds."));
    }
    let password = tried.password.chars().take(256).collect();
    let Some(account) = app.accounts.recognise(&tried.name, password).await else {
        return again("Name or password is wrong.");
    };
    let to = match inside(&tried.to).as_str() {
        "" | "/" => account.role.home().to_owned(),
        page => page.to_owned(),
    };
    let secret = app.sessions.begin(account);
    let cookie = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict");
    ([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response()
}

/// Logs out.
pub(super) async fn log_out(State(app): State<App>, headers: HeaderMap, _: Signed<Nothing>) -> Response {
    if let Some(secret) = cookie(&headers) {
        app.sessions.end(&secret);
    }
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    ([(header::SET_COOKIE, gone)], Redirect::to("/login")).into_response()
}

/// A page of this server, or nothing: what comes along must not lead away.
fn inside(to: &str) -> String {
    let here = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']);
    if here { to.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn nobody_is_led_away() {
        assert_eq!(inside("/queues"), "/queues");
        for to in ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nb", "evil"] {
            assert_eq!(inside(to), "", "{to}");
        }
    }
}
