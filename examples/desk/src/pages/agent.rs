//! The page of an agent: there or not, the call at hand, and how it ended.

use axum::extract::State;
use maud::{Markup, html};
use ringback_engine::record::{Callback, Routing, Stage, State as Stands};
use ringback_engine::{AgentId, Instant};

use super::{callback, callbacks, live, page, words};
use crate::access::Right;
use crate::core::Inside;
use crate::web::{App, Barred, Visitor};

/// Reasons to be away.
pub(crate) const REASONS: [&str; 5] = ["Break", "Lunch", "Meeting", "Training", "Paperwork"];
/// How a call may have ended.
pub(crate) const DISPOSITIONS: [&str; 4] = ["Solved", "Follow-up needed", "Wrong number", "Voicemail left"];

/// The page.
pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Barred> {
    let session = visitor.with(Right::TakeCalls)?;
    let agent = session.account.agent().ok_or(Barred::Right)?;
    let desk = app.core.ask(move |inside| desk(inside, &agent)).await?;
    let body = html! { div.desk data-live="/agent/desk" { (desk) } };
    Ok(page(&session, &app.core.layout().center().name, "My calls", &body))
}

/// What of the page changes.
pub(crate) async fn part(State(app): State<App>, visitor: Visitor) -> Result<Markup, Barred> {
    let agent = visitor.with(Right::TakeCalls)?.account.agent().ok_or(Barred::Right)?;
    Ok(app.core.ask(move |inside| desk(inside, &agent)).await?)
}

fn desk(inside: &mut Inside, agent: &AgentId) -> Markup {
    let session = inside.engine.agent(agent).and_then(|agent| agent.session().cloned());
    let (class, text, about) = live::presence(inside, session.as_ref());
    let at_hand = session.iter().flat_map(|session| session.callbacks());
    let calls: Vec<&Callback> = at_hand.filter_map(|sequence| inside.numbered(sequence)).collect();
    let wraps_up = session.as_ref().is_some_and(|session| session.wraps_up());
    let wrap_up = session.as_ref().filter(|_| wraps_up).map(|session| session.first_wrap_up());
    html! {
        div.head.wrap {
            div { h1 { "Hello, " (agent) } p { (words::pill(class, text)) " " (about) } }
            (presence(session.as_ref()))
        }
        div.stack {
            @for found in &calls { (call(inside, found)) }
            @if calls.is_empty() {
                @match (&session, wrap_up) {
                    (None, _) => (idle("agent", "", "You are not logged in to the queue", html! { "Start your shift to be connected with customers." })),
                    (Some(_), Some(None)) => (idle("clock", "", "Wrap-up", html! { "You are free again when you say that you are ready." })),
                    (Some(_), Some(Some((until, _)))) => (idle("clock", "", "Wrap-up", html! { "You are free again in " span.num data-until=(until.millis()) { "" } "." })),
                    (Some(session), None) if session.wants_calls() => (idle("phone", "live", "Waiting for the next customer", html! { "The desk calls them and connects you; keep this page open." })),
                    (Some(_), None) => (idle("pause", "", "You are not ready", html! { "Nobody is connected with you until you say that you are back." })),
                }
            }
        }
        @if session.is_some() { section.card style="margin-top:1.1rem" { header { h2 { "Queues you may serve" } } div.body { (lines(inside)) } } }
    }
}

fn idle(icon: &str, class: &str, title: &str, text: Markup) -> Markup {
    html! { section.card.stage { div.row { span class=(format!("ringer {class}")) { (words::icon(icon)) } div { h2 { (title) } p.soft { (text) } } } } }
}

fn presence(session: Option<&ringback_engine::record::Session>) -> Markup {
    let act = |what: &str, text: &str, class: &str| {
        html! {
            form method="post" action={ "/operations/agent/" (what) } { button id={ "do-" (what) } class=(format!("button {class}")) { (text) } }
        }
    };
    html! {
        div.row style="display:flex;gap:.6rem;flex-wrap:wrap" {
            @match session {
                None => (act("login", "Start shift", "first")),
                Some(session) => {
                    @if session.wants_calls() && session.work.iter().any(|work| work.is_open_wrap_up()) { (act("ready", "Ready", "first")) }
                    @if session.wants_calls() {
                        form method="post" action="/operations/agent/not-ready" style="display:flex;gap:.5rem" {
                            select.input name="reason" aria-label="Reason" style="width:auto" { @for reason in REASONS { option { (reason) } } }
                            button.button id="do-not-ready" { (words::icon("pause")) "Not ready" }
                        }
                    } @else { (act("ready", "Ready", "first")) }
                    (act("logout", "End shift", ""))
                }
            }
        }
    }
}

/// A callback that the agent may take or leave, with the time that is left to say so.
fn offer(inside: &Inside, found: &Callback, until: Instant) -> Markup {
    let all = found.state.queue().and_then(|queue| inside.engine.layout().queue(queue));
    let all = all.map_or(1, |queue| queue.dialling.offer_timeout.millis().max(1));
    let left = until.since(inside.now).millis().clamp(0, all) * 100 / all;
    let answer = |what: &str, text: &str, class: &str| {
        html! {
            form method="post" action={ "/operations/agent/" (what) } {
                input type="hidden" name="callback" value=(found.request.id.to_string());
                button id={ "do-" (what) } class=(format!("button big {class}")) { (text) }
            }
        }
    };
    let name = callbacks::name(found);
    html! {
        div.split {
            section.card.stage {
                div.row { span class="ringer live" { (words::icon("phone")) }
                    div { p.soft { "A callback for you" }
                        p.phone { (words::phone(found.request.phone.as_str())) }
                        @if !name.is_empty() { p { (name) } } } }
                p.soft { (words::words(&found.request.service)) ", asked for " (words::time(found.received)) }
                div.left role="timer" { i data-until=(until.millis()) data-of=(all) style=(format!("width:{left}%")) {} }
                p.soft { span.num data-until=(until.millis()) { "" } " left to take it" }
                div.row style="display:flex;gap:.6rem" { (answer("accept", "Take it", "first")) (answer("reject", "Leave it", "")) }
            }
            (callback::data(found))
        }
    }
}

fn call(inside: &Inside, found: &Callback) -> Markup {
    if let Stands::Routing(Routing { stage: Stage::Offered { until, .. }, .. }) = found.state {
        return offer(inside, found, until);
    }
    let talking = matches!(found.state, Stands::Processing(_));
    let attempt = found.state.attempt().map(|attempt| attempt.to_string()).unwrap_or_default();
    let name = callbacks::name(found);
    html! {
        div.split {
            section.card.stage {
                div.row { span class=(if talking { "ringer" } else { "ringer live" }) { (words::icon("phone")) }
                    div { p.soft { @if talking { "Talking, " (words::since(callbacks::since(found), inside.now)) } @else { "Calling the customer" } }
                        p.phone { (words::phone(found.request.phone.as_str())) }
                        @if !name.is_empty() { p { (name) } } } }
                p.soft { (words::words(&found.request.service)) ", asked for " (words::time(found.received)) ", attempt " (found.attempts.len()) }
                @if talking {
                    form method="post" action="/operations/agent/end" {
                        input type="hidden" name="attempt" value=(attempt);
                        p.field { span { "How did it end?" } }
                        div.row { @for (i, disposition) in DISPOSITIONS.iter().enumerate() {
                            button id={ "end-" (i) } class=(if i == 0 { "button first big" } else { "button big" }) name="disposition" value=(disposition) { (disposition) }
                        } }
                    }
                } @else { p.soft { "You are connected as soon as the customer answers." } }
            }
            (callback::data(found))
        }
    }
}

fn lines(inside: &Inside) -> Markup {
    let layout = inside.engine.layout();
    html! { div.tiles { @for index in layout.queue_indices() { @if let Some(queue) = layout.queue(index) {
        @let line = inside.engine.line(&queue.name).unwrap_or_default();
        div { h3 { (words::words(&queue.name)) } p { b.num { (line.waiting) } " waiting, " span.num { (line.ready) } " ready" } }
    } } } }
}
