//! Who asks: the session behind a cookie, and forms that only its own pages can send.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::App;
use crate::access::{Right, Session};
use crate::core::Undone;
use crate::pages;

/// The name of the cookie.
pub(super) const COOKIE: &str = "desk";

/// Somebody who is logged in.
pub(crate) struct Visitor(pub(crate) Session);

/// A form that somebody who is logged in sent from a page of the desk.
pub(crate) struct Signed<T> {
    /// Who.
    pub(crate) session: Session,
    /// What.
    pub(crate) form: T,
    /// Whether the page's script sent it, and reads the answer.
    scripted: bool,
}

/// What came of a form.
pub(crate) enum Reply {
    /// A sentence; who reads no sentences goes on with this page.
    Said(String, String),
    /// Another page comes next.
    Go(String),
}

/// Why a page is not shown or a form not done.
pub(crate) enum Barred {
    /// Nobody is logged in; to go on there afterwards.
    Stranger(String),
    /// The role has no right to it.
    Right,
    /// It was not sent from a page of the desk.
    Foreign,
    /// It was, but what it says can't be read or done.
    Wrong(String),
    /// There is no such thing.
    Missing(String),
    /// The desk can't at present.
    Trouble(String),
}

impl Visitor {
    /// Holds only if the visitor has a right.
    pub(crate) fn with(self, right: Right) -> Result<Session, Barred> {
        if self.0.account.role.may(right) { Ok(self.0) } else { Err(Barred::Right) }
    }
}

impl<T> Signed<T> {
    /// Holds only if the sender has a right.
    pub(crate) fn needs(&self, right: Right) -> Result<(), Barred> {
        if self.session.account.role.may(right) { Ok(()) } else { Err(Barred::Right) }
    }

    /// The answer: for a script what to say or where to go, else a page.
    pub(crate) fn reply(&self, outcome: Result<Reply, Barred>) -> Response {
        match outcome {
            Ok(Reply::Said(message, _)) if self.scripted => {
                Json(json!({ "message": message })).into_response()
            }
            Ok(Reply::Go(page)) if self.scripted => Json(json!({ "to": page })).into_response(),
            Ok(Reply::Said(_, page) | Reply::Go(page)) => Redirect::to(&page).into_response(),
            Err(barred) => barred.respond(self.scripted),
        }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Barred;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Barred> {
        let session = cookie(&parts.headers).and_then(|secret| app.sessions.find(&secret));
        session.map(Self).ok_or_else(|| Barred::Stranger(parts.uri.path().to_owned()))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Signed<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        #[derive(Deserialize)]
        struct Token {
            token: String,
        }
        let (parts, body) = request.into_parts();
        let scripted = parts.headers.contains_key("x-desk");
        let bar = |barred: Barred| barred.respond(scripted);
        let session = cookie(&parts.headers).and_then(|secret| app.sessions.find(&secret));
        let session = session.ok_or_else(|| bar(Barred::Stranger("/".into())))?;
        if !from_here(&parts.headers) {
            return Err(bar(Barred::Foreign));
        }
        let bytes = axum::body::to_bytes(body, 64 * 1024)
            .await
            .map_err(|_| bar(Barred::Wrong("the form is too long".into())))?;
        let remade = |bytes| Request::from_parts(parts.clone(), axum::body::Body::from(bytes));
        let token = Form::<Token>::from_request(remade(bytes.clone()), app).await;
        if !token.is_ok_and(|Form(Token { token })| session.sent(&token)) {
            return Err(bar(Barred::Foreign));
        }
        let form = Form::<T>::from_request(remade(bytes), app).await;
        let Form(form) = form.map_err(|error| bar(Barred::Wrong(error.body_text())))?;
        Ok(Self { session, form, scripted })
    }
}

/// The secret of the session's cookie.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split("; "))
        .find_map(|pair| Some(pair.strip_prefix(COOKIE)?.strip_prefix('=')?.to_owned()))
}

/// Whether a form's origin, where the browser says it, is this server.
pub(super) fn from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = text(header::HOST).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, from)| from == host)
}

impl Barred {
    fn respond(self, scripted: bool) -> Response {
        let (status, title, text) = match self {
            Self::Stranger(to) if !scripted => {
                return Redirect::to(&format!("/login?to={to}")).into_response();
            }
            Self::Stranger(_) => (StatusCode::UNAUTHORIZED, "Log in", "please log in again".to_owned()),
            Self::Right => (StatusCode::FORBIDDEN, "Not allowed", "your role does not allow this".into()),
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "Not taken",
                "the form did not come from a page of the desk; load the page anew".into(),
            ),
            Self::Wrong(text) => (StatusCode::UNPROCESSABLE_ENTITY, "Not done", text),
            Self::Missing(text) => (StatusCode::NOT_FOUND, "Not found", text),
            Self::Trouble(text) => (StatusCode::SERVICE_UNAVAILABLE, "The desk can't at present", text),
        };
        let body = if scripted {
            Json(json!({ "message": text })).into_response()
        } else {
            pages::problem(title, &text).into_response()
        };
        (status, body).into_response()
    }
}

impl IntoResponse for Barred {
    fn into_response(self) -> Response {
        self.respond(false)
    }
}

impl From<Undone> for Barred {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Refused(refusal) => Self::Wrong(match refusal {
                ringback_engine::protocol::Refusal::Rejected(rejection) => rejection.sentence,
                other => other.to_string(),
            }),
            Undone::NotKept(trouble) => {
                Self::Trouble(format!("it could not be kept, so nothing was done: {trouble}"))
            }
            Undone::Busy => Self::Trouble("the desk is busy or stops; try again".into()),
        }
    }
}
