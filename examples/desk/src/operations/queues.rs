//! Queues: paused, and closed in an emergency, by people of the center.

use axum::extract::State;
use axum::response::Response;
use ringback_engine::Name;
use ringback_engine::protocol::Command;
use ringback_engine::record::Switch;
use serde::Deserialize;

use crate::access::Right;
use crate::web::{App, Barred, Reply, Signed};

/// A switch of a queue, and where it is turned to.
#[derive(Deserialize)]
pub(super) struct Turned {
    queue: String,
    switch: Switch,
    on: bool,
}

pub(super) async fn switch(State(app): State<App>, form: Signed<Turned>) -> Response {
    let outcome = turned(&app, &form).await;
    form.reply(outcome)
}

async fn turned(app: &App, signed: &Signed<Turned>) -> Result<Reply, Barred> {
    signed.needs(Right::ManageQueues)?;
    let Turned { queue, switch, on } = &signed.form;
    let said = match (switch, on) {
        (Switch::Paused, true) => "The queue is paused: nobody is called, everybody keeps their place.",
        (Switch::Paused, false) => "The queue goes on.",
        (Switch::Draining, true) => "The queue takes in nobody; who waits is still called.",
        (Switch::Draining, false) => "The queue takes callbacks in again.",
        (Switch::Closed, true) => "The queue is closed until you open it again.",
        (Switch::Closed, false) => "The queue goes by its hours again.",
    };
    app.core.tell(Command::Switch { queue: Name::new(queue), switch: *switch, on: *on }).await?;
    Ok(Reply::Said(said.into(), "/queues".into()))
}
