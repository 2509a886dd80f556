//! How queues stand.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::envelope::{Asked, Bad, Envelope, Failure, Good};
use crate::core::Inside;
use crate::wait::Known;
use crate::web::App;

/// The most queues one request asks about.
const QUEUES: usize = 100;

/// A queue's state, for whoever is about to offer a callback.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QueueStatus {
    /// The wait in seconds; -1 if it is unknown.
    ewt: i64,
    /// Whether a callback asked for now would be made before the office closes.
    offer_immediate_callback: bool,
    /// Whether callbacks for a later time are taken.
    offer_scheduled_callback: bool,
}

/// Which queues.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Names of queues, with commas between them.
    // The vendor's client writes it with a hyphen.
    #[serde(alias = "virtual-queues")]
    #[param(example = "support,billing")]
    virtual_queues: String,
    /// `mode1`, `mode2` (default) or `mode3`; all are answered from the queue as it stands.
    mode: Option<String>,
    /// Accepted for its clients.
    include_calls_on_hold: Option<bool>,
}

/// A queue's wait.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wait {
    /// The queue.
    virtual_queue: String,
    /// The wait in seconds; -1 if it is unknown.
    estimated_wait_time: i64,
    /// What the number means.
    message: String,
    /// 0 valid, -1 nothing went through the queue yet, -2 no agents are logged in.
    result_code: i32,
}

/// Says what can be offered on a queue.
#[utoipa::path(
    get, path = "/callbacks/queue-status/{queue-name}", tag = "queues", security(("key" = [])),
    params(("queue-name" = String, Path, description = "the service, or a virtual queue")),
    responses(
        (status = 200, description = "How it stands", body = Envelope<QueueStatus>),
        (status = 400, description = "There is no such queue", body = Failure),
        (status = 401, description = "No API key, or an unknown one", body = Failure),
        (status = 429, description = "Too many requests", body = Failure),
        (status = 503, description = "The desk is busy", body = Failure),
    )
)]
pub(super) async fn queue_status(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Good<QueueStatus>, Bad> {
    let asked = name.clone();
    let status = app.core.ask(move |inside| status(inside, &asked)).await?;
    status.map(Good).ok_or_else(|| Bad::service(&name))
}

/// Says how long the wait on queues is.
#[utoipa::path(
    get, path = "/estimated-wait-time", tag = "queues", security(("key" = [])),
    params(Which),
    responses(
        (status = 200, description = "The waits", body = Envelope<Vec<Wait>>),
        (status = 400, description = "Something is wrong with the request", body = Failure),
        (status = 401, description = "No API key, or an unknown one", body = Failure),
        (status = 429, description = "Too many requests", body = Failure),
        (status = 503, description = "The desk is busy", body = Failure),
    )
)]
pub(super) async fn estimated_wait_time(
    State(app): State<App>,
    Asked(which): Asked<Which>,
) -> Result<Good<Vec<Wait>>, Bad> {
    if !matches!(which.mode.as_deref(), None | Some("mode1" | "mode2" | "mode3")) {
        return Err(Bad::parameters("`mode`: write `mode1`, `mode2` or `mode3`"));
    }
    let _ = which.include_calls_on_hold;
    let names: Vec<String> = which.virtual_queues.split(',').map(|name| name.trim().to_owned()).collect();
    if names.len() > QUEUES {
        return Err(Bad::parameters(format!("at most {QUEUES} queues are answered for at once")));
    }
    if let Some(name) = names.iter().find(|name| app.core.layout().queue_index(name).is_none()) {
        return Err(Bad::service(name));
    }
    let waits =
        app.core.ask(move |inside| names.into_iter().map(|name| wait(inside, name)).collect()).await?;
    Ok(Good(waits))
}

fn wait(inside: &Inside, name: String) -> Wait {
    let waiting = inside.engine.line(&name).map_or(0, |line| u64::from(line.waiting));
    let wait = inside.wait(&name, waiting);
    let (message, result_code) = match wait.known {
        Known::Yes => ("OK", 0),
        Known::NothingYet => ("no interaction went through the queue yet", -1),
        Known::NoAgents => ("no agents are logged in", -2),
    };
    Wait { virtual_queue: name, estimated_wait_time: wait.seconds, message: message.into(), result_code }
}

fn status(inside: &Inside, name: &str) -> Option<QueueStatus> {
    let layout = inside.engine.layout();
    let by_queue = |name: &str| {
        layout.service_indices().find(|index| layout.service(*index).is_some_and(|s| s.queue == name))
    };
    let index = layout.service_index(name).or_else(|| by_queue(name));
    let service = index.and_then(|index| layout.service(index));
    let queue = match service {
        Some(service) => service.queue.clone(),
        None => layout.queue(layout.queue_index(name)?)?.name.clone(),
    };
    let waiting = inside.engine.line(&queue).map_or(0, |line| u64::from(line.waiting));
    let wait = inside.wait(&queue, waiting);
    let open_for = index.map_or(i64::MAX, |index| inside.open_for(index, inside.now).secs());
    let in_time = wait.known != Known::NoAgents && open_for > 0 && wait.seconds.max(0) <= open_for;
    Some(QueueStatus {
        ewt: wait.seconds,
        offer_immediate_callback: in_time && service.is_none_or(|service| service.immediate),
        offer_scheduled_callback: service.is_some_and(|service| service.scheduled),
    })
}
