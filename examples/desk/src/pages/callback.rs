//! The page of one callback: how it stands, its life as a timeline, and what can be done.

use axum::extract::{Path, State};
use maud::{Markup, html};
use ringback_engine::record::{Callback, State as Stands};
use ringback_engine::{CallbackId, Duration, Instant};
use serde_json::{Map, Value};

use super::{callbacks, page, words};
use crate::access::Right;
use crate::core::Inside;
use crate::web::{App, Barred, Visitor};

/// So many slots can be chosen from.
const SLOTS_SHOWN: usize = 200;

/// One entry of the timeline.
struct Entry {
    at: Instant,
    class: &'static str,
    title: String,
    text: String,
}

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Markup, Barred> {
    let session = visitor.with(Right::Watch)?;
    let may = session.account.role.may(Right::ManageCallbacks);
    let live = format!("/callbacks/{id}/life");
    let body = life(&app, id, may).await?;
    let body = html! { div data-live=(live) { (body) } };
    Ok(page(&session, &app.core.layout().center().name, "Callback", &body))
}

/// What of the page changes.
pub(crate) async fn part(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Markup, Barred> {
    let session = visitor.with(Right::Watch)?;
    life(&app, id, session.account.role.may(Right::ManageCallbacks)).await
}

async fn life(app: &App, id: String, may: bool) -> Result<Markup, Barred> {
    let wanted = CallbackId::new(&id);
    let found = app.core.ask(move |inside| look(inside, &wanted, may)).await?;
    found.ok_or_else(|| Barred::Missing(format!("there is no callback `{id}`; it may have been purged")))
}

fn look(inside: &Inside, id: &CallbackId, may: bool) -> Option<Markup> {
    let callback = inside.engine.callback(id)?;
    let entries: Vec<Entry> = inside.rows(id).iter().filter_map(|row| entry(row)).collect();
    let (class, text) = callbacks::state(callback);
    let layout = inside.engine.layout();
    let queue =
        callback.state.queue().and_then(|index| layout.queue(index)).map(|queue| queue.name.to_string());
    let agent =
        callback.state.agent().and_then(|index| layout.agent(index)).map(|agent| agent.id.to_string());
    let name = callbacks::name(callback);
    let over = matches!(callback.state, Stands::Processing(_) | Stands::Completed(_));
    Some(html! {
        div.head.wrap {
            div {
                a.faint href="/callbacks" { "Callbacks" }
                h1.num { (words::phone(callback.request.phone.as_str())) }
                p { (words::pill(class, &text)) " "
                    @if over_already(callback) { (words::time(callbacks::since(callback))) } @else { "for " (words::since(callbacks::since(callback), inside.now)) }
                    @if !name.is_empty() { ", " (name) } }
            }
            @if may && !over { div.row style="display:flex;gap:.6rem;flex-wrap:wrap" {
                @if let Stands::Scheduled(_) = callback.state { (another_time(inside, callback)) }
                form method="post" action="/operations/cancel" data-sure="Cancel this callback?" {
                    input type="hidden" name="id" value=(id);
                    button.button.grave { "Cancel callback" }
                }
            } }
        }
        div.split {
            section.card { header { h2 { "What happened" } } div.body {
                @if entries.is_empty() { p.soft { "Nothing is known of it yet." } }
                ol.line { @for entry in entries.iter().rev() { li class=(entry.class) { i {} b { (entry.title) } (words::exact(entry.at)) @if !entry.text.is_empty() { p { (entry.text) } } } } }
            } }
            div.stack {
                section.card { header { h2 { "Facts" } } div.body { dl.facts {
                    (fact("Service", &words::words(&callback.request.service)))
                    (fact("Queue", queue.as_deref().unwrap_or("–")))
                    (fact("Agent", agent.as_deref().unwrap_or("–")))
                    @if let (Stands::Queued(_), Some(position)) = (&callback.state, inside.engine.position(id)) {
                        (fact("Position", &(position + 1).to_string()))
                        (fact("Estimated wait", &words::wait(inside.wait(queue.as_deref().unwrap_or_default(), position as u64).seconds)))
                    }
                    (fact("Attempts", &callback.attempts.len().to_string()))
                    (fact("Priority", &callback.priority.to_string()))
                    div { dt { "Asked for" } dd { (words::time(callback.received)) } }
                    div { dt { "Due" } dd { (words::time(callback.place)) } }
                    (fact("Channel", or_dash(&callback.request.channel)))
                    (fact("Language", or_dash(&callback.request.language)))
                    div style="grid-column:1/-1" { dt { "Id" } dd.mono { (id) } }
                } } }
                (data(callback))
            }
        }
    })
}

/// The form that moves a callback to another slot with room, of the next days.
fn another_time(inside: &Inside, callback: &Callback) -> Markup {
    let layout = inside.engine.layout();
    let zone =
        layout.service_layout(callback.service).map_or(layout.center().timezone, |service| service.zone);
    let span = (inside.now.after(Duration::from_mins(1)), inside.now.after(Duration::from_days(7)));
    let slots = inside.engine.availability(&callback.request.service, span, zone, false).unwrap_or_default();
    html! {
        form method="post" action="/operations/reschedule" style="display:flex;gap:.5rem" {
            input type="hidden" name="id" value=(callback.request.id.to_string());
            select.input name="at" aria-label="Another time" style="width:auto" {
                @for slot in slots.iter().filter(|slot| Some(slot.start) != callback.slot).take(SLOTS_SHOWN) {
                    option value=(slot.start.to_string()) { (slot.local.format("%a %-d %b, %H:%M").to_string()) }
                }
            }
            button.button { "Reschedule" }
        }
    }
}

/// What the customer's application sent along.
pub(super) fn data(callback: &Callback) -> Markup {
    let attributes = &callback.request.attributes;
    html! {
        section.card { header { h2 { "Customer's data" } } div.body {
            @if attributes.is_empty() { p.soft { "Nothing was sent along." } }
            dl.facts { @for (name, value) in attributes.iter().filter(|(name, _)| !name.starts_with("cb")) { (fact(&words::words(name), &value.to_string())) } }
        } }
    }
}

fn over_already(callback: &Callback) -> bool {
    matches!(callback.state, Stands::Completed(_))
}

fn fact(name: &str, value: &str) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

/// An event of the history as people tell it.
fn entry(row: &[u8]) -> Option<Entry> {
    let fact: Map<String, Value> = serde_json::from_slice(row).ok()?;
    let text = |name: &str| fact.get(name).map(plain).unwrap_or_default();
    let instant = |name: &str| fact.get(name).and_then(Value::as_i64).map(Instant::from_millis);
    let (class, title, said) = match fact.get("event")?.as_str()? {
        "accepted" => ("", "Request accepted".into(), String::new()),
        "scheduled" => (
            "scheduled",
            "Scheduled".into(),
            instant("desired")
                .map(|at| format!("for {}", at.to_utc().format("%Y-%m-%d %H:%M UTC")))
                .unwrap_or_default(),
        ),
        "queued" => {
            ("queued", format!("Entered queue {}", text("queue")), format!("needs {}", need(&text("need"))))
        }
        "step" => (
            "queued",
            format!("Moved on in queue {}", text("queue")),
            format!("needs {}", need(&text("need"))),
        ),
        "returned" => ("queued", "Back in line".into(), words::words(&text("why"))),
        "held" => (
            "queued",
            "On hold".into(),
            format!(
                "{}, until {}",
                words::words(&text("why")),
                instant("until").map(|at| at.to_utc().format("%H:%M:%S UTC").to_string()).unwrap_or_default()
            ),
        ),
        "reserved" => (
            "routing",
            format!("{} reserved", text("agent")),
            format!("from queue {}, score {}", text("queue"), text("score")),
        ),
        "offered" => ("routing", format!("Offered to {}", text("agent")), String::new()),
        "next_number" => ("queued", "Turned to another number".into(), String::new()),
        "rescheduled" => ("scheduled", "Rescheduled".into(), String::new()),
        "dialing" => (
            "routing",
            "Calling the customer".into(),
            format!("attempt {}, for {}", text("attempt"), text("agent")),
        ),
        "outcome" => (
            if text("outcome") == "answered" { "routing" } else { "bad" },
            words::words(&text("outcome")),
            String::new(),
        ),
        "connected" => ("processing", format!("Talking with {}", text("agent")), String::new()),
        "ended" => ("good", "Call ended".into(), String::new()),
        "completed" => {
            let reason = text("reason");
            (if reason == "AGENT_CONNECTED" { "good" } else { "bad" }, "Completed".into(), reason)
        }
        "fault" => {
            ("bad", "The center's script failed".into(), format!("{}: {}", text("hook"), text("message")))
        }
        "disposition" => ("good", text("value"), format!("said {}", text("by"))),
        other => ("", words::words(other), rest(&fact)),
    };
    Some(Entry { at: instant("at")?, class, title, text: said })
}

/// What an event says besides its name and instant.
fn rest(fact: &Map<String, Value>) -> String {
    let others = fact.iter().filter(|(name, _)| !["event", "at"].contains(&name.as_str()));
    others
        .map(|(name, value)| format!("{} {}", name.replace('_', " "), plain(value)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn need(text: &str) -> &str {
    if text == "true" { "any agent" } else { text }
}
