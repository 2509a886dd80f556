//! Agents: there, away, offered a callback, and at the end of a call.

use axum::extract::State;
use axum::response::Response;
use ringback_engine::protocol::Command;
use ringback_engine::{AgentId, AttemptId, CallbackId, Name};
use serde::Deserialize;

use crate::access::Right;
use crate::pages::agent::{DISPOSITIONS, REASONS};
use crate::web::{App, Barred, Reply, Signed};

/// Nothing but the press of a button.
#[derive(Deserialize)]
pub(super) struct Pressed {}

/// Away, for a reason.
#[derive(Deserialize)]
pub(super) struct Away {
    #[serde(default)]
    reason: String,
}

/// A callback that the agent is offered.
#[derive(Deserialize)]
pub(super) struct Offered {
    callback: String,
}

/// A call that ended.
#[derive(Deserialize)]
pub(super) struct Ended {
    attempt: u64,
    #[serde(default)]
    disposition: String,
}

pub(super) async fn login(State(app): State<App>, form: Signed<Pressed>) -> Response {
    let outcome = tell(&app, &form, |agent| Command::LogIn { agent }, "Your shift has started.").await;
    form.reply(outcome)
}

pub(super) async fn ready(State(app): State<App>, form: Signed<Pressed>) -> Response {
    let outcome = tell(&app, &form, |agent| Command::Ready { agent }, "You are ready.").await;
    form.reply(outcome)
}

pub(super) async fn logout(State(app): State<App>, form: Signed<Pressed>) -> Response {
    let outcome =
        tell(&app, &form, |agent| Command::LogOut { agent }, "Your shift ends when your call does.").await;
    form.reply(outcome)
}

pub(super) async fn not_ready(State(app): State<App>, form: Signed<Away>) -> Response {
    let outcome = away(&app, &form).await;
    form.reply(outcome)
}

async fn away(app: &App, form: &Signed<Away>) -> Result<Reply, Barred> {
    let reason = REASONS.into_iter().find(|known| *known == form.form.reason).map(Name::new_static);
    tell(app, form, |agent| Command::NotReady { agent, reason }, "You are not ready.").await
}

pub(super) async fn accept(State(app): State<App>, form: Signed<Offered>) -> Response {
    let callback = CallbackId::new(&form.form.callback);
    let take = |agent| Command::Accept { callback, agent };
    let outcome = tell(&app, &form, take, "The customer is being called.").await;
    form.reply(outcome)
}

pub(super) async fn reject(State(app): State<App>, form: Signed<Offered>) -> Response {
    let callback = CallbackId::new(&form.form.callback);
    let leave = |agent| Command::Reject { callback, agent };
    let outcome = tell(&app, &form, leave, "Somebody else is looked for.").await;
    form.reply(outcome)
}

pub(super) async fn end(State(app): State<App>, form: Signed<Ended>) -> Response {
    let outcome = ended(&app, &form).await;
    form.reply(outcome)
}

async fn ended(app: &App, form: &Signed<Ended>) -> Result<Reply, Barred> {
    let (agent, attempt) = (own(form)?, AttemptId(form.form.attempt));
    let callback = app.core.ask(move |inside| inside.call_of(&agent, attempt)).await?;
    let callback = callback.ok_or_else(|| Barred::Wrong("this call is not yours, or is over".into()))?;
    let disposition = DISPOSITIONS.into_iter().find(|known| *known == form.form.disposition);
    let by = form.session.account.name.clone();
    if let Some(disposition) = disposition {
        app.core.ask(move |inside| inside.remark(&callback, &by, "disposition", disposition)).await?;
    }
    app.core.tell(Command::Ended { attempt }).await?;
    Ok(Reply::Said("The call has ended.".into(), "/agent".into()))
}

async fn tell<T>(
    app: &App,
    form: &Signed<T>,
    command: impl FnOnce(AgentId) -> Command,
    said: &str,
) -> Result<Reply, Barred> {
    app.core.tell(command(own(form)?)).await?;
    Ok(Reply::Said(said.into(), "/agent".into()))
}

/// The agent that the sender is.
fn own<T>(form: &Signed<T>) -> Result<AgentId, Barred> {
    form.needs(Right::TakeCalls)?;
    form.session.account.agent().ok_or(Barred::Right)
}
