//! Click to call in: a customer is given a number and a code, and calls.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use ringback_engine::numbers::resolve;
use ringback_engine::{CallbackId, Country, Duration, Instant, Validity};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::envelope::{Bad, Body, Envelope, Failure, Good};
use crate::web::App;
use crate::{chance, clock};

/// How long a code is good for.
const GOOD_FOR: Duration = Duration::from_secs(300);
/// How many codes are out at most.
const MOST: usize = 10_000;
/// The group that the sample center has, and its number.
const GROUP: (&str, &str) = ("main", "+18005550199");

/// A request to be told a number and a code.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// The group of numbers.
    #[schema(example = "main", max_length = 200)]
    group_name: String,
    /// The number the customer will call from.
    #[schema(example = "+12125550142", max_length = 40)]
    from_phone_number: Option<String>,
    /// What is attached to the call.
    #[schema(value_type = Option<Object>)]
    user_data: Option<BTreeMap<String, Value>>,
    /// The callback it belongs to.
    #[schema(max_length = 200)]
    callback_service_id: Option<String>,
}

/// A number and a code.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallIn {
    /// Its id.
    id: String,
    /// The number to call.
    to_phone_number: String,
    /// The group.
    group_name: String,
    /// Until when the code is good: seconds since 1970.
    expiration_time: i64,
    /// The code to give.
    access_code: u64,
    /// The number the customer calls from.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_phone_number: Option<String>,
    /// The callback it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_service_id: Option<String>,
}

/// The codes that are out. They live in memory: after a restart a customer asks anew.
#[derive(Clone, Default)]
pub(crate) struct CallIns(Arc<Mutex<BTreeMap<u64, Instant>>>);

impl CallIns {
    /// A code that nobody else has.
    fn code(&self, now: Instant) -> Option<u64> {
        let mut out = self.0.lock().ok()?;
        out.retain(|_, until| *until > now);
        if out.len() >= MOST {
            return None;
        }
        let code = std::iter::repeat_with(|| 100_000 + chance::below(900_000))
            .find(|code| !out.contains_key(code))?;
        out.insert(code, now.after(GOOD_FOR));
        Some(code)
    }
}

/// Asks for a number to call and a code to give there.
#[utoipa::path(
    post, path = "/call-in/requests/create", tag = "call-in", security(("key" = [])),
    request_body = Create,
    responses(
        (status = 200, description = "The number and the code", body = Envelope<CallIn>),
        (status = 400, description = "Something is wrong with the request", body = Failure),
        (status = 401, description = "No API key, or an unknown one", body = Failure),
        (status = 429, description = "Too many requests", body = Failure),
        (status = 503, description = "The desk is busy", body = Failure),
    )
)]
pub(super) async fn create(State(app): State<App>, Body(asked): Body<Create>) -> Result<Good<CallIn>, Bad> {
    let (group, to) = GROUP;
    if asked.group_name != group {
        return Err(Bad::parameters(format!(
            "there is no call-in group of this name; the sample center has `{group}`"
        )));
    }
    let from = asked.from_phone_number.as_deref().map(|text| resolve(text, Country::US));
    if from.as_ref().is_some_and(|number| number.facts.validity == Validity::Unreadable) {
        return Err(Bad::number("`fromPhoneNumber` can't be read as a phone number"));
    }
    // The simulated line takes no calls, so nothing waits for what is attached.
    let _ = asked.user_data;
    if let Some(id) = &asked.callback_service_id {
        let wanted = CallbackId::new(id);
        if !app.core.ask(move |inside| inside.engine.callback(&wanted).is_some()).await? {
            return Err(Bad::parameters("`callbackServiceId`: there is no such callback"));
        }
    }
    let now = clock::now();
    let code = app.call_ins.code(now).ok_or_else(|| Bad::pace(GOOD_FOR.secs().unsigned_abs()))?;
    Ok(Good(CallIn {
        id: chance::uuid(),
        to_phone_number: to.into(),
        group_name: group.into(),
        expiration_time: now.after(GOOD_FOR).millis() / 1_000,
        access_code: code,
        from_phone_number: from.map(|number| number.phone.as_str().into()),
        callback_service_id: asked.callback_service_id,
    }))
}
