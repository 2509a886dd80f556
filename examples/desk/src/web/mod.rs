//! The server: what is at which address.

mod doors;
mod events;
mod files;
mod headers;
mod visitor;

use std::net::SocketAddr;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::access::{Accounts, Keys, Pace, Sessions};
use crate::api::{self, CallIns};
use crate::core::Core;
use crate::{operations, pages};

pub(crate) use visitor::{Barred, Reply, Signed, Visitor};

/// What every request may need.
#[derive(Clone)]
pub(crate) struct App {
    /// The engine's thread.
    pub(crate) core: Core,
    /// Who can log in.
    pub(crate) accounts: Accounts,
    /// Who is logged in.
    pub(crate) sessions: Sessions,
    /// The API's keys.
    pub(crate) keys: Keys,
    /// How often an address may ask the API.
    pub(crate) pace: Pace,
    /// How often an address may try passwords.
    pub(crate) attempts: Pace,
    /// Codes that customers were given.
    pub(crate) call_ins: CallIns,
    /// Origins whose pages may use the API.
    pub(crate) origins: std::sync::Arc<[String]>,
}

/// Serves until `stop` is done.
pub(crate) async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (api, description) = api::router(&app);
    let description = description.to_pretty_json().unwrap_or_default();
    let router = Router::new()
        .route(
            "/openapi.json",
            get(move || async move { ([("content-type", "application/json")], description) }),
        )
        .route("/", get(doors::home))
        .route("/login", get(doors::ask).post(doors::log_in))
        .route("/logout", post(doors::log_out))
        .route("/events", get(events::stream))
        .route("/assets/{name}", get(files::get))
        .route("/ringback-widget.js", get(files::widget))
        .route("/demo", get(pages::demo::site))
        .route("/explorer", get(pages::demo::explorer))
        .route("/callbacks", get(pages::callbacks::list))
        .route("/callbacks/rows", get(pages::callbacks::rows))
        .route("/callbacks/{id}", get(pages::callback::show))
        .route("/callbacks/{id}/life", get(pages::callback::part))
        .route("/queues", get(pages::queues::show))
        .route("/queues/numbers", get(pages::queues::part))
        .route("/live", get(pages::live::show))
        .route("/live/board", get(pages::live::part))
        .route("/agent", get(pages::agent::show))
        .route("/agent/desk", get(pages::agent::part))
        .merge(operations::router())
        .merge(api)
        .layer(middleware::from_fn_with_state(app.clone(), headers::add))
        .with_state(app)
        .into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
