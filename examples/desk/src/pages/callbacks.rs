//! The page of callbacks: a live table with filters, and the form for a new one.

use axum::extract::{Query, State};
use maud::{Markup, html};
use ringback_engine::protocol::Application;
use ringback_engine::record::{Callback, State as Stands, StateName};
use ringback_engine::{Duration, Engine, Instant};
use serde::Deserialize;

use super::{page, words};
use crate::access::{Right, Session};
use crate::core::Inside;
use crate::web::{App, Barred, Visitor};

/// How many rows are shown.
const ROWS: usize = 250;

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    /// Part of an id or number.
    q: String,
    /// `scheduled`, `waiting`, `active`, `completed`; all if empty.
    state: String,
    /// A service's name; all if empty.
    service: String,
    /// When: `last-24h`, `next-24h`, `last-7d`, `next-7d`; all if empty.
    range: String,
}

/// A row, ready to be written.
struct Row {
    id: String,
    state: (&'static str, String),
    phone: String,
    who: String,
    due: Instant,
    service: String,
    queue: String,
    agent: String,
    attempts: usize,
    since: Instant,
}

/// The page.
pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
    uri: axum::http::Uri,
) -> Result<Markup, Barred> {
    let session = visitor.with(Right::Watch)?;
    let rows = format!("/callbacks/rows?{}", uri.query().unwrap_or_default());
    let table = table(&app, filter.clone()).await?;
    let services: Vec<_> =
        app.core.layout().center().services.iter().map(|service| service.name.to_string()).collect();
    let may = session.account.role.may(Right::ManageCallbacks);
    let body = html! {
        div.head {
            div { h1 { "Callbacks" } p.tale { "Everybody who asked to be called, and how it stands." } }
            @if may { button.button.first data-open="#new" { (words::icon("plus")) "New callback" } }
        }
        form.filters data-filter="#rows" {
            label.search { (words::icon("search")) input.input type="search" name="q" value=(filter.q) placeholder="Number or id" aria-label="Search by number or id"; }
            div.chips role="radiogroup" aria-label="State" {
                @for (value, text) in [("", "All"), ("scheduled", "Scheduled"), ("waiting", "Waiting"), ("active", "In progress"), ("completed", "Completed")] {
                    label { input type="radio" name="state" value=(value) checked[filter.state == value]; span { (text) } }
                }
            }
            select.input name="service" aria-label="Service" {
                option value="" { "Every service" }
                @for service in &services { option value=(service) selected[filter.service == *service] { (words::words(service)) } }
            }
            select.input name="range" aria-label="Time" {
                @for (value, text) in [("", "Any time"), ("last-24h", "Last 24 hours"), ("next-24h", "Next 24 hours"), ("last-7d", "Last 7 days"), ("next-7d", "Next 7 days")] {
                    option value=(value) selected[filter.range == value] { (text) }
                }
            }
        }
        div.card id="rows" data-live=(rows) { (table) }
        @if may { (form(&services)) }
    };
    Ok(page(&session, &app.core.layout().center().name, "Callbacks", &body))
}

/// The table alone.
pub(crate) async fn rows(
    State(app): State<App>,
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Markup, Barred> {
    let _: Session = visitor.with(Right::Watch)?;
    table(&app, filter).await
}

async fn table(app: &App, filter: Filter) -> Result<Markup, Barred> {
    let (found, total) = app.core.ask(move |inside| search(inside, &filter)).await?;
    let hidden = total - found.len();
    Ok(html! {
        @if found.is_empty() {
            div.empty { (words::icon("phone")) b { "No callbacks here" } p { "Nothing matches what you look for." } }
        } @else {
            div.scroll { table.table.cards {
                thead { tr { th { "Customer" } th { "State" } th { "Due" } th { "Service" } th { "Queue" } th { "Agent" } th.right { "Attempts" } th.right { "In this state" } } }
                tbody { @for row in &found { tr data-href={ "/callbacks/" (row.id) } {
                    td.lead { a.row.num href={ "/callbacks/" (row.id) } { (row.phone) } span.sub { @if row.who.is_empty() { span.mono { (row.id.chars().take(8).collect::<String>()) } } @else { (row.who) } } }
                    td.state { (words::pill(row.state.0, &row.state.1)) }
                    td.wide.num data-name="Due" { (words::time(row.due)) }
                    td.wide data-name="Service" { (words::words(&row.service)) }
                    td.wide.minor data-name="Queue" { (row.queue) }
                    td class=(if row.agent == "–" { "wide minor" } else { "wide" }) data-name="Agent" { (row.agent) }
                    td.wide.minor.right.num data-name="Attempts" { (row.attempts) }
                    td.wide.right.num.nowrap.soft data-name="In this state" { span data-since=(row.since.millis()) { "" } }
                } } }
            } }
            div.foot.num { (total) @if total == 1 { " callback" } @else { " callbacks" } @if hidden > 0 { ", the first " (ROWS) " are shown" } }
        }
    })
}

fn search(inside: &Inside, filter: &Filter) -> (Vec<Row>, usize) {
    let now = inside.now;
    let digits: String = filter.q.chars().filter(char::is_ascii_digit).collect();
    let sought = filter.q.trim().to_lowercase();
    let (from, to) = match filter.range.as_str() {
        "last-24h" => (now.before(Duration::from_days(1)), now),
        "next-24h" => (now, now.after(Duration::from_days(1))),
        "last-7d" => (now.before(Duration::from_days(7)), now),
        "next-7d" => (now, now.after(Duration::from_days(7))),
        _ => (Instant::MIN, Instant::MAX),
    };
    let fits = |callback: &Callback| {
        let state = callback.state.name();
        let number = digits.len() >= 3 && callback.request.phone.as_str().contains(&digits);
        (sought.is_empty() || number || callback.request.id.as_str().to_lowercase().contains(&sought))
            && (filter.service.is_empty() || callback.request.service == filter.service)
            && (from..=to).contains(&callback.place)
            && match filter.state.as_str() {
                "scheduled" => state == StateName::Scheduled,
                "waiting" => state == StateName::Queued,
                "active" => matches!(state, StateName::Routing | StateName::Processing),
                "completed" => state == StateName::Completed,
                _ => true,
            }
    };
    let mut found: Vec<&Callback> = inside.engine.callbacks(None).filter(|callback| fits(callback)).collect();
    let total = found.len();
    // What is under way first, then what waits, then what is to come, then what is over; within each the latest news first.
    found.sort_by_key(|callback| (order(callback.state.name()), std::cmp::Reverse(since(callback))));
    found.truncate(ROWS);
    (found.into_iter().map(|callback| row(&inside.engine, callback)).collect(), total)
}

fn order(state: StateName) -> u8 {
    match state {
        StateName::Processing => 0,
        StateName::Routing => 1,
        StateName::Queued => 2,
        StateName::Scheduled => 3,
        _ => 4,
    }
}

/// Since when a callback stands where it stands.
pub(super) fn since(callback: &Callback) -> Instant {
    match &callback.state {
        Stands::Queued(queued) => queued.since,
        Stands::Processing(processing) => processing.connected_at,
        Stands::Completed(completed) => completed.at,
        _ => callback.received,
    }
}

/// The colour and the words of a callback's state.
pub(super) fn state(callback: &Callback) -> (&'static str, String) {
    match &callback.state {
        Stands::Scheduled(_) => ("scheduled", "Scheduled".into()),
        Stands::Queued(queued) if queued.is_held() => ("queued", "On hold".into()),
        Stands::Queued(_) => ("queued", "Waiting".into()),
        Stands::Routing(_) => ("routing", "Calling".into()),
        Stands::Processing(_) => ("processing", "Talking".into()),
        Stands::Completed(completed) => match completed.reason.to_string().as_str() {
            "AGENT_CONNECTED" => ("good", "Done".into()),
            "CANCELLED" | "CANCELLED_BY_ADMIN" => ("", "Cancelled".into()),
            reason => ("bad", words::words(reason.trim_start_matches("FAIL_"))),
        },
    }
}

/// What the customer calls themselves, if they said.
pub(super) fn name(callback: &Callback) -> String {
    let text = |name: &str| callback.request.attributes.get(name).map(ToString::to_string);
    let names = [text("firstname"), text("lastname"), text("name")];
    names.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn row<A: Application>(engine: &Engine<A>, callback: &Callback) -> Row {
    let layout = engine.layout();
    Row {
        id: callback.request.id.to_string(),
        state: state(callback),
        phone: words::phone(callback.request.phone.as_str()),
        who: name(callback),
        due: callback.place,
        service: callback.request.service.to_string(),
        queue: callback
            .state
            .queue()
            .and_then(|index| layout.queue(index))
            .map_or("–".into(), |queue| queue.name.to_string()),
        agent: callback
            .state
            .agent()
            .and_then(|index| layout.agent(index))
            .map_or("–".into(), |agent| agent.id.to_string()),
        attempts: callback.attempts.len(),
        since: since(callback),
    }
}

fn form(services: &[String]) -> Markup {
    html! {
        dialog id="new" aria-labelledby="new-title" {
            form method="post" action="/operations/create" {
                h2 id="new-title" { "New callback" }
                label.field { span { "Number" } input.input type="tel" name="phone" placeholder="+1 212 555 0142" required maxlength="40"; }
                label.field { span { "Service" } select.input name="service" { @for service in services { option value=(service) { (words::words(service)) } } } }
                label.field { span { "When; leave empty for as soon as possible" } input.input type="datetime-local" name="at"; }
                label.field { span { "Name" } input.input name="firstname" maxlength="100"; }
                label.field { span { "Subject" } input.input name="subject" maxlength="200"; }
                div.row { button.button type="button" data-close { "Close" } button.button.first { "Create" } }
            }
        }
    }
}
