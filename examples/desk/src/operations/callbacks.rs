//! Callbacks: created and cancelled by people of the center.

use axum::extract::State;
use axum::response::Response;
use ringback_engine::center::Attribute;
use ringback_engine::protocol::{CancelledBy, Command};
use ringback_engine::record::Request;
use ringback_engine::{CallbackId, Instant};
use serde::Deserialize;

use crate::access::Right;
use crate::api::number;
use crate::chance;
use crate::web::{App, Barred, Reply, Signed};

/// A new callback.
#[derive(Deserialize)]
pub(super) struct New {
    phone: String,
    service: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    firstname: String,
    #[serde(default)]
    subject: String,
}

/// Which callback, and its time from now on.
#[derive(Deserialize)]
pub(super) struct Later {
    id: String,
    at: String,
}

/// Which callback.
#[derive(Deserialize)]
pub(super) struct Which {
    id: String,
}

pub(super) async fn create(State(app): State<App>, form: Signed<New>) -> Response {
    let outcome = made(&app, &form).await;
    form.reply(outcome)
}

async fn made(app: &App, signed: &Signed<New>) -> Result<Reply, Barred> {
    signed.needs(Right::ManageCallbacks)?;
    let form = &signed.form;
    let number = number(app.core.layout(), &form.service, &form.phone);
    let mut request = Request::new(chance::uuid(), &form.service, number);
    if !form.at.is_empty() {
        let at: Instant = form.at.parse().map_err(|_| Barred::Wrong("the time can't be read".into()))?;
        request = request.at(at);
    }
    request.channel = "DESK".into();
    for (name, text) in [("firstname", &form.firstname), ("subject", &form.subject)] {
        if !text.is_empty() {
            request = request.attribute(name, Attribute::read(&text.chars().take(200).collect::<String>()));
        }
    }
    let page = format!("/callbacks/{}", request.id);
    app.core.tell(Command::Request(request)).await?;
    Ok(Reply::Go(page))
}

pub(super) async fn reschedule(State(app): State<App>, form: Signed<Later>) -> Response {
    let outcome = moved(&app, &form).await;
    form.reply(outcome)
}

async fn moved(app: &App, signed: &Signed<Later>) -> Result<Reply, Barred> {
    signed.needs(Right::ManageCallbacks)?;
    let to: Instant = signed.form.at.parse().map_err(|_| Barred::Wrong("the time can't be read".into()))?;
    let callback = CallbackId::new(&signed.form.id);
    app.core.tell(Command::Reschedule { callback, to }).await?;
    Ok(Reply::Said("The callback has another time.".into(), format!("/callbacks/{}", signed.form.id)))
}

pub(super) async fn cancel(State(app): State<App>, form: Signed<Which>) -> Response {
    let outcome = cancelled(&app, &form).await;
    form.reply(outcome)
}

async fn cancelled(app: &App, signed: &Signed<Which>) -> Result<Reply, Barred> {
    signed.needs(Right::ManageCallbacks)?;
    let callback = CallbackId::new(&signed.form.id);
    app.core.tell(Command::Cancel { callback, by: CancelledBy::Admin }).await?;
    Ok(Reply::Said("The callback is cancelled.".into(), format!("/callbacks/{}", signed.form.id)))
}
