//! The envelope around every answer of the API, and its error codes.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::{Json, RequestExt};
use ringback_engine::protocol::{Code, Refusal, Rejection};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::chance;
use crate::core::Undone;

/// The API's code of success.
const OK: i32 = 0;

/// How a request went.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Status {
    /// 0 if it went well, else what is wrong: 501 invalid parameters, 503 no API key, 1103 an unknown API key, 7030 invalid
    /// phone number, 7036 impossible number, 7037 number not allowed, 7040 invalid service name, 7041 too many requests,
    /// 7042 office closed, 404 not found, 500 and 507 trouble at the desk.
    pub(crate) code: i32,
    /// The same in words for a person.
    pub(crate) message: String,
    /// An id to ask about this request with.
    #[serde(rename = "corrId")]
    pub(crate) correlation: String,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Envelope<T: ToSchema> {
    /// How it went.
    pub(crate) status: Status,
    /// What was asked for.
    pub(crate) data: T,
}

/// An answer without data: something is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Failure {
    /// What is wrong.
    pub(crate) status: Status,
}

/// Something that went well.
pub(crate) struct Good<T>(pub(crate) T);

impl<T: Serialize + ToSchema> IntoResponse for Good<T> {
    fn into_response(self) -> Response {
        let status = Status { code: OK, message: "OK".into(), correlation: chance::uuid() };
        Json(Envelope { status, data: self.0 }).into_response()
    }
}

/// Something that is wrong.
#[derive(Debug)]
pub(crate) struct Bad {
    http: StatusCode,
    code: i32,
    message: String,
    data: Option<Value>,
    retry_after: Option<u64>,
}

impl Bad {
    /// Something wrong with the parameters.
    pub(crate) fn parameters(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 501, message)
    }

    /// No such service or queue.
    pub(crate) fn service(name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 7040, format!("there is no service or queue `{}`", short(name)))
    }

    /// A number that can't be read.
    pub(crate) fn number(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 7030, message)
    }

    /// No such callback.
    pub(crate) fn unknown(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, 404, format!("there is no callback `{}`", short(id)))
    }

    /// Too many requests of this asker.
    pub(crate) fn pace(seconds: u64) -> Self {
        let message = format!("too many requests; ask again in {seconds} s");
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, 7041, message) }
    }

    /// No API key, or one that is not known.
    pub(crate) fn key(given: bool) -> Self {
        let (code, message) = if given {
            (1103, "the header `x-api-key` has no key that is known here")
        } else {
            (503, "the header `x-api-key` is missing")
        };
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    pub(crate) fn new(http: StatusCode, code: i32, message: impl Into<String>) -> Self {
        Self { http, code, message: message.into(), data: None, retry_after: None }
    }

    /// The code and sentence of a rejection.
    fn rejection(rejection: Rejection) -> Self {
        let (http, code) = match rejection.code.to_string().as_str() {
            "UNKNOWN_SERVICE" | "NOT_OFFERED" => (StatusCode::BAD_REQUEST, 7040),
            "INVALID_NUMBER" => (StatusCode::BAD_REQUEST, 7030),
            "IMPOSSIBLE_NUMBER" => (StatusCode::BAD_REQUEST, 7036),
            "PREMIUM_NUMBER" | "COUNTRY_NOT_ALLOWED" | "NUMBER_BLOCKED" | "OPTED_OUT" | "ZONE_UNKNOWN" => {
                (StatusCode::BAD_REQUEST, 7037)
            }
            "CLOSED" | "CLOSING" | "NO_CALLING_TIME" => (StatusCode::BAD_REQUEST, 7042),
            "PAST_TIME" | "TOO_FAR" | "TOO_SOON" | "KEY_CONFLICT" => (StatusCode::BAD_REQUEST, 501),
            "APPLICATION_FAULT" => (StatusCode::INTERNAL_SERVER_ERROR, 500),
            _ => (StatusCode::TOO_MANY_REQUESTS, 7041),
        };
        let mut bad = Self::new(http, code, rejection.sentence);
        if rejection.code == Code::SlotFull {
            let slots: serde_json::Map<_, _> =
                rejection.free_slots.iter().map(|start| (start.to_string(), json!(1))).collect();
            bad.data = Some(json!({ "slots": slots }));
        }
        bad
    }
}

impl From<Undone> for Bad {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Refused(Refusal::Rejected(rejection)) => Self::rejection(rejection),
            Undone::Refused(Refusal::UnknownCallback(id)) => Self::unknown(id.as_str()),
            Undone::Refused(refusal) => Self::parameters(refusal.to_string()),
            Undone::NotKept(trouble) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                507,
                format!("the request could not be kept, so nothing was done: {trouble}"),
            ),
            Undone::Busy => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, 500, "the desk is busy or stops; ask again")
            }
        }
    }
}

impl IntoResponse for Bad {
    fn into_response(self) -> Response {
        let status = Status { code: self.code, message: self.message, correlation: chance::uuid() };
        let body = match self.data {
            Some(data) => json!({ "status": status, "data": data }),
            None => json!({ "status": status }),
        };
        let mut response = (self.http, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// A body in JSON.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Bad;

    async fn from_request(request: Request, _: &S) -> Result<Self, Bad> {
        let bytes: Bytes =
            request.extract().await.map_err(|_| Bad::parameters("the body is too long or was cut"))?;
        // What serde says can hold a value of the body, which may be the customer's; only the place is told.
        let wrong = |error: serde_json::Error| {
            let message = format!("line {}, column {}: {}", error.line(), error.column(), reason(&error));
            Bad::parameters(format!("the body is not what is asked for: {message}"))
        };
        serde_json::from_slice(&bytes).map(Self).map_err(wrong)
    }
}

/// Parameters behind the `?`.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Bad;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Bad> {
        let query = Query::<T>::try_from_uri(&parts.uri);
        query.map(|Query(asked)| Self(asked)).map_err(|error| Bad::parameters(error.body_text()))
    }
}

fn reason(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => {
            // `missing field ...` names a field of ours, `invalid type ...` may quote the value.
            let text = error.to_string();
            let kind = text.split([':', ',']).next().unwrap_or_default();
            if text.starts_with("missing field") {
                text.split(" at line").next().unwrap_or(kind).into()
            } else {
                kind.into()
            }
        }
        Category::Eof => "it ends too early".into(),
        Category::Io | Category::Syntax => "it is no JSON".into(),
    }
}

/// A text that somebody sent, short enough for a message.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
