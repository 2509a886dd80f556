//! The page of queues: their numbers, the routing graph, and what can be done about them.

use axum::extract::State;
use maud::{Markup, html};
use ringback_engine::center::{Openness, Queue};
use ringback_engine::record::{State as Stands, StateName};

use super::{graph, page, words};
use crate::access::Right;
use crate::core::Inside;
use crate::web::{App, Barred, Visitor};

/// The page.
pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Barred> {
    let session = visitor.with(Right::Watch)?;
    let may = session.account.role.may(Right::ManageQueues);
    let numbers = app.core.ask(move |inside| numbers(inside, may)).await?;
    let body = html! {
        div.head { div { h1 { "Queues" } p.tale { "Who waits where, who serves them, and where callbacks may go." } } }
        div.stack data-live="/queues/numbers" { (numbers) }
    };
    Ok(page(&session, &app.core.layout().center().name, "Queues", &body))
}

/// What of the page changes.
pub(crate) async fn part(State(app): State<App>, visitor: Visitor) -> Result<Markup, Barred> {
    let may = visitor.with(Right::Watch)?.account.role.may(Right::ManageQueues);
    Ok(app.core.ask(move |inside| numbers(inside, may)).await?)
}

fn numbers(inside: &mut Inside, may: bool) -> Markup {
    let layout = inside.engine.layout();
    let mut scheduled = std::collections::BTreeMap::new();
    for callback in
        inside.engine.callbacks(None).filter(|callback| callback.state.name() == StateName::Scheduled)
    {
        if let (Stands::Scheduled(_), Some(service)) = (&callback.state, layout.service(callback.service)) {
            *scheduled.entry(service.queue.clone()).or_insert(0) += 1;
        }
    }
    html! {
        section.card { header { h2 { "Where callbacks go" } } div.body.scroll { (graph::draw(layout, |queue| inside.engine.line(queue).unwrap_or_default())) } }
        section.card {
            header { h2 { "Numbers" } }
            div.scroll { table.table.cards {
                thead { tr { th { "Queue" } th { "Hours" } th.right { "Estimated wait" } th.right { "Waiting" } th.right { "Scheduled" } th.right { "On call" } th.right { "Longest wait" } th.right { "Agents ready" } th { "Needs" } @if may { th {} } } }
                tbody { @for index in layout.queue_indices() { @if let Some(queue) = layout.queue(index) {
                    @let line = inside.engine.line(&queue.name).unwrap_or_default();
                    @let wait = inside.wait(&queue.name, u64::from(line.waiting));
                    tr {
                        td.lead { b { (words::words(&queue.name)) } }
                        td.state { (standing(inside, queue)) }
                        td.wide.right.num data-name="Estimated wait" { (words::wait(wait.seconds)) }
                        td.wide.right.num data-name="Waiting" { (line.waiting) }
                        td.wide.right.num data-name="Scheduled" { (scheduled.get(&queue.name).copied().unwrap_or(0)) }
                        td.wide.right.num data-name="On call" { (line.on_call) }
                        td.wide.right.num data-name="Longest wait" { @if line.waiting == 0 { "–" } @else { (words::span(line.oldest)) } }
                        td.wide.right.num data-name="Agents ready" { (line.ready) " of " (line.agents) }
                        td.wide.mono.soft data-name="Needs" { (need(&queue.need.to_string(), &queue.groups)) }
                        @if may { td.wide { (switches(inside, &queue.name)) } }
                    }
                } } }
            } }
        }
    }
}

/// Whether a queue is turned off, and else its hours.
fn standing(inside: &Inside, queue: &Queue) -> Markup {
    let on = inside.engine.switches(&queue.name).unwrap_or_default();
    match (on.closed, on.paused, on.draining) {
        (true, ..) => html! { (words::pill("bad", "Closed by hand")) span.sub { "until opened again" } },
        (_, true, _) => html! { (words::pill("paused", "Paused")) span.sub { "places are kept" } },
        (.., true) => html! { (words::pill("paused", "Takes in nobody")) },
        _ => hours(inside, queue.calendar.as_deref()),
    }
}

/// The buttons that pause a queue and close it in an emergency, or end that.
fn switches(inside: &Inside, queue: &str) -> Markup {
    let on = inside.engine.switches(queue).unwrap_or_default();
    let turn = |switch: &str, on: bool, text: &str, class: &str, sure: &str| {
        html! {
            form method="post" action="/operations/queue/switch" data-sure=[(!sure.is_empty()).then_some(sure)] {
                input type="hidden" name="queue" value=(queue);
                input type="hidden" name="switch" value=(switch);
                input type="hidden" name="on" value=(on);
                button class=(format!("button small {class}")) { (text) }
            }
        }
    };
    html! {
        div.row style="display:flex;gap:.4rem;justify-content:flex-end" {
            @if on.paused { (turn("paused", false, "Go on", "first", "")) } @else { (turn("paused", true, "Pause", "", "")) }
            @if on.closed { (turn("closed", false, "Open again", "first", "")) }
            @else { (turn("closed", true, "Close now", "grave", "Close this queue at once? Nobody is called until it is opened again.")) }
        }
    }
}

fn need(need: &str, groups: &[ringback_engine::Name]) -> String {
    let groups = groups.join(" or ");
    match (need, groups.as_str()) {
        ("true", "") => "what the plan says".into(),
        ("true", groups) => format!("group {groups}"),
        (need, "") => need.into(),
        (need, groups) => format!("{need}, group {groups}"),
    }
}

fn hours(inside: &Inside, calendar: Option<&str>) -> Markup {
    let Some(hours) = calendar.and_then(|name| inside.engine.layout().hours_named(name)) else {
        return words::pill("open", "Always open");
    };
    match hours.openness(inside.now) {
        Openness::Open(None) => words::pill("open", "Always open"),
        Openness::Open(Some(until)) => {
            html! { (words::pill("open", "Open")) span.sub { "until " (words::time(until)) } }
        }
        Openness::Closed(Some(until)) => {
            html! { (words::pill("closed", "Closed")) span.sub { "until " (words::time(until)) } }
        }
        Openness::Closed(None) => words::pill("closed", "Closed"),
    }
}
