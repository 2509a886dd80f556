//! The customers' API, `/engagement/v3`: what Genesys' clients of callbacks expect.

mod availability;
mod call_in;
mod callbacks;
mod envelope;
mod guard;
mod queues;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::App;

pub(crate) use call_in::CallIns;
pub(crate) use callbacks::number;

/// Where the API is.
pub(crate) const BASE: &str = "/engagement/v3";
/// The longest body it takes.
const BODY_BYTES: usize = 64 * 1024;

/// The API and its description.
pub(crate) fn router(app: &App) -> (Router<App>, OpenApi) {
    let routes = OpenApiRouter::new()
        .routes(routes!(callbacks::create))
        .routes(routes!(callbacks::cancel))
        .routes(routes!(callbacks::retrieve))
        .routes(routes!(availability::availability))
        .routes(routes!(availability::open_for))
        .routes(routes!(queues::queue_status))
        .routes(routes!(queues::estimated_wait_time))
        .routes(routes!(call_in::create));
    let (router, api) = OpenApiRouter::with_openapi(description()).nest(BASE, routes).split_for_parts();
    let guarded = router
        .fallback(guard::nothing_here)
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .route_layer(middleware::from_fn_with_state(app.clone(), guard::let_in));
    (guarded, api)
}

fn description() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Ringback desk")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Ask for callbacks, look after them, and see how long the wait is."))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("x-api-key")));
    let components = utoipa::openapi::ComponentsBuilder::new().security_scheme("key", key).build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}
