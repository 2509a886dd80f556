//! Create, cancel and retrieve callbacks.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use ringback_engine::center::{Attribute, Layout};
use ringback_engine::numbers::resolve;
use ringback_engine::protocol::{CancelledBy, Command};
use ringback_engine::record::{self, Request, StateName};
use ringback_engine::{CallbackId, Country, Instant, Number};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::envelope::{Bad, Body, Envelope, Failure, Good};
use crate::chance;
use crate::core::{Done, Inside};
use crate::web::App;

/// How many entries of `userData` are taken, and how long a text may be.
const ENTRIES: usize = 64;
const TEXT: usize = 1_024;

/// A request for a callback.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// The service asked.
    #[schema(example = "technical-help", max_length = 200)]
    service_name: String,
    /// The number to call.
    #[schema(example = "+12125550142", max_length = 40)]
    phone_number: String,
    /// When to call, in ISO 8601 with its offset; as soon as possible if absent.
    #[schema(format = DateTime)]
    desired_time: Option<String>,
    /// Accepted for its clients; capacity is always checked.
    always_check_capacity: Option<bool>,
    /// What was offered, for reports: `ASAP`, `SCHEDULED`, `COMBINED_SCHEDULED_AND_ASAP`.
    cb_offer_type: Option<String>,
    /// `ON-HOURS` or `OFF-HOURS`, for reports.
    offer_timing: Option<String>,
    /// The wait in seconds from which on callbacks were offered, for reports.
    offer_threshold: Option<i64>,
    /// The queue that the call would have used, for reports.
    #[serde(rename = "inboundVQ")]
    inbound_vq: Option<String>,
    /// Where the request comes from: `IVR`, `WEB`, `MOBILE`.
    channel: Option<String>,
    /// The interaction it comes from.
    cb_origination_ixn_id: Option<String>,
    /// The customer's language.
    #[schema(example = "en-US")]
    language: Option<String>,
    /// The initial priority.
    #[schema(minimum = -1000, maximum = 1000)]
    priority: Option<i64>,
    /// The route point to dial from.
    route_point: Option<String>,
    /// The route point of the survey after the call.
    #[serde(rename = "surveyRP")]
    survey_rp: Option<String>,
    /// What is attached to the call: names are those of JavaScript variables; others are passed over.
    #[schema(value_type = Option<Object>)]
    user_data: Option<BTreeMap<String, Value>>,
    /// A solved CAPTCHA, where one is asked for.
    captcha_token: Option<String>,
}

/// An id.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Which {
    /// The callback's id.
    #[schema(max_length = 200)]
    id: String,
}

/// An id.
#[derive(Serialize, ToSchema)]
pub(crate) struct Id {
    /// The callback's id.
    id: String,
}

/// A callback.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Callback {
    /// Its id.
    id: String,
    /// The time it is due, in UTC.
    #[schema(format = DateTime)]
    desired_time: String,
    /// `SCHEDULED`, `QUEUED`, `PAUSED`, `ROUTING`, `PROCESSING` or `COMPLETED`.
    callback_state: String,
    /// How it ended, of a completed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_reason: Option<String>,
    /// The number to call; absent once it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    /// Its place in the queue, from 1, while queued, routing or processing.
    #[serde(skip_serializing_if = "Option::is_none")]
    position_in_queue: Option<u64>,
    /// The wait in seconds, -1 if unknown, while queued, routing or processing.
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_wait_time: Option<i64>,
}

/// Asks for a callback.
///
/// A header `idempotency-key` makes repeating harmless: the same key with the same content is the same request.
#[utoipa::path(
    post, path = "/callbacks/create", tag = "callbacks", security(("key" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "makes repeating the request harmless")),
    request_body = Create,
    responses(
        (status = 200, description = "The callback's id", body = Envelope<Id>),
        (status = 400, description = "Something is wrong with the request", body = Failure),
        (status = 401, description = "No API key, or an unknown one", body = Failure),
        (status = 429, description = "Too many requests, or no room; `data.slots` has the nearest slots with room", body = Failure),
        (status = 500, description = "The center's rules failed", body = Failure),
        (status = 503, description = "The request could not be kept", body = Failure),
    )
)]
pub(super) async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    Body(asked): Body<Create>,
) -> Result<Good<Id>, Bad> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).filter(|key| key.len() <= 200);
    let mut request = request(app.core.layout(), asked)?;
    request.key = key.map(Into::into);
    let id = request.id.clone();
    let done = app.core.tell(Command::Request(request)).await?;
    let id = if let Done::Repeated(first) = done { first } else { id };
    Ok(Good(Id { id: id.as_str().into() }))
}

/// Cancels a callback.
#[utoipa::path(
    post, path = "/callbacks/cancel", tag = "callbacks", security(("key" = [])),
    request_body = Which,
    responses(
        (status = 200, description = "It is cancelled", body = Envelope<Id>),
        (status = 400, description = "It can't be cancelled any more", body = Failure),
        (status = 401, description = "No API key, or an unknown one", body = Failure),
        (status = 404, description = "There is no such callback", body = Failure),
        (status = 429, description = "Too many requests", body = Failure),
        (status = 503, description = "The request could not be kept", body = Failure),
    )
)]
pub(super) async fn cancel(State(app): State<App>, Body(Which { id }): Body<Which>) -> Result<Good<Id>, Bad> {
    let command = Command::Cancel { callback: CallbackId::new(&id), by: CancelledBy::Customer };
    app.core.tell(command).await?;
    Ok(Good(Id { id }))
}

/// Says how a callback stands.
#[utoipa::path(
    post, path = "/callbacks/retrieve", tag = "callbacks", security(("key" = [])),
    request_body = Which,
    responses(
        (status = 200, description = "The callback", body = Envelope<Callback>),
        (status = 400, description = "Something is wrong with the request", body = Failure),
        (status = 401, description = "No API key, or an unknown one", body = Failure),
        (status = 404, description = "There is no such callback", body = Failure),
        (status = 429, description = "Too many requests", body = Failure),
        (status = 503, description = "The desk is busy", body = Failure),
    )
)]
pub(super) async fn retrieve(
    State(app): State<App>,
    Body(Which { id }): Body<Which>,
) -> Result<Good<Callback>, Bad> {
    let wanted = CallbackId::new(&id);
    let found = app.core.ask(move |inside| found(inside, &wanted)).await?;
    found.map(Good).ok_or_else(|| Bad::unknown(&id))
}

fn found(inside: &Inside, id: &CallbackId) -> Option<Callback> {
    let callback = inside.engine.callback(id)?;
    let queue = callback.state.queue().and_then(|index| inside.engine.layout().queue(index));
    let waits =
        matches!(callback.state.name(), StateName::Queued | StateName::Routing | StateName::Processing);
    let ahead = inside.engine.position(id).unwrap_or(0) as u64;
    let wait = match callback.state.name() {
        StateName::Queued => queue.map_or(-1, |queue| inside.wait(&queue.name, ahead).seconds),
        _ => 0,
    };
    let reason = match &callback.state {
        record::State::Completed(completed) => Some(completed.reason.to_string()),
        _ => None,
    };
    Some(Callback {
        id: id.as_str().into(),
        desired_time: callback.place.to_string(),
        callback_state: callback.state.name().to_string(),
        callback_reason: reason,
        phone_number: Some(callback.request.phone.as_str().to_owned()).filter(|number| !number.is_empty()),
        position_in_queue: waits.then_some(ahead + 1),
        estimated_wait_time: waits.then_some(wait),
    })
}

fn request(layout: &Layout, asked: Create) -> Result<Request, Bad> {
    if asked.captcha_token.as_ref().is_some_and(|token| token.len() > 8 * TEXT) {
        return Err(Bad::parameters("`captchaToken` is too long"));
    }
    // Clients may say so; it is always done.
    let _ = asked.always_check_capacity;
    let number = number(layout, &asked.service_name, &asked.phone_number);
    let mut request = Request::new(chance::uuid(), &asked.service_name, number);
    if asked.service_name.len() > TEXT {
        return Err(Bad::service(&asked.service_name));
    }
    let time = |text: String| {
        text.parse::<Instant>().map_err(|error| Bad::parameters(format!("`desiredTime`: {error}")))
    };
    request.desired = asked.desired_time.map(time).transpose()?;
    request.priority = asked.priority.unwrap_or(0);
    if !(-1_000..=1_000).contains(&request.priority) {
        return Err(Bad::parameters("`priority`: write a whole number from -1000 to 1000"));
    }
    request.language = text("language", asked.language)?.unwrap_or_default().into();
    request.channel = text("channel", asked.channel)?.unwrap_or_default().into();
    for (name, value) in asked.user_data.unwrap_or_default().into_iter().filter(|(name, _)| is_variable(name))
    {
        let value = match value {
            Value::String(text) => Attribute::read(&text),
            Value::Null => continue,
            other => Attribute::read(&other.to_string()),
        };
        if matches!(&value, Attribute::Text(text) if text.len() > TEXT) {
            return Err(Bad::parameters(format!("`userData`: an entry has more than {TEXT} bytes")));
        }
        request.attributes.insert(name.into(), value);
    }
    if request.attributes.len() > ENTRIES {
        return Err(Bad::parameters(format!("`userData`: more than {ENTRIES} entries")));
    }
    let reported = [
        ("cbOfferType", asked.cb_offer_type),
        ("offerTiming", asked.offer_timing),
        ("offerThreshold", asked.offer_threshold.map(|seconds| seconds.to_string())),
        ("inboundVQ", asked.inbound_vq),
        ("cbOriginationIxnId", asked.cb_origination_ixn_id),
        ("routePoint", asked.route_point),
        ("surveyRP", asked.survey_rp),
    ];
    for (name, value) in reported {
        if let Some(value) = text(name, value)? {
            request.attributes.insert(name.into(), Attribute::read(&value));
        }
    }
    Ok(request)
}

/// A number as people write it, with what is known of it; one that can't be read is refused at admission, with its sentence.
pub(crate) fn number(layout: &Layout, service: &str, text: &str) -> Number {
    let country = layout
        .service_index(service)
        .and_then(|index| layout.service(index))
        .map(|service| service.default_country);
    resolve(text, country.unwrap_or(Country::US))
}

fn text(name: &str, value: Option<String>) -> Result<Option<String>, Bad> {
    match value {
        Some(text) if text.len() > TEXT => {
            Err(Bad::parameters(format!("`{name}` has more than {TEXT} bytes")))
        }
        other => Ok(other),
    }
}

fn is_variable(name: &str) -> bool {
    let letter = |c: char| c.is_alphabetic() || c == '_' || c == '$';
    name.len() <= 128 && name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_numeric())
}
