//! What people of the center do: callbacks, queues, their own presence.

mod agents;
mod callbacks;
mod queues;

use axum::Router;
use axum::routing::post;

use crate::web::App;

/// The addresses that forms are sent to.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/operations/create", post(callbacks::create))
        .route("/operations/cancel", post(callbacks::cancel))
        .route("/operations/reschedule", post(callbacks::reschedule))
        .route("/operations/queue/switch", post(queues::switch))
        .route("/operations/agent/accept", post(agents::accept))
        .route("/operations/agent/reject", post(agents::reject))
        .route("/operations/agent/login", post(agents::login))
        .route("/operations/agent/ready", post(agents::ready))
        .route("/operations/agent/not-ready", post(agents::not_ready))
        .route("/operations/agent/logout", post(agents::logout))
        .route("/operations/agent/end", post(agents::end))
}
