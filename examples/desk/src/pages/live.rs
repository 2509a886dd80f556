//! The wallboard.

use axum::extract;
use maud::{Markup, html};
use ringback_engine::record::{Activity, Phase, Routing, Session as At, Stage, State, StateName};
use ringback_engine::{Instant, Sequence};

use super::{page, words};
use crate::access::Right;
use crate::core::Inside;
use crate::memory::{Counts, IN_TIME};
use crate::web::{App, Barred, Visitor};

/// The page.
pub(crate) async fn show(
    extract::State(app): extract::State<App>,
    visitor: Visitor,
) -> Result<Markup, Barred> {
    let session = visitor.with(Right::Watch)?;
    let board = app.core.ask(board).await?;
    let body = html! {
        div.head { div { h1 { "Live" } p.tale { (app.core.layout().center().name) ", as it is now and as the last 24 hours went." } } }
        div.stack data-live="/live/board" { (board) }
    };
    Ok(page(&session, &app.core.layout().center().name, "Live", &body))
}

/// What of the page changes.
pub(crate) async fn part(
    extract::State(app): extract::State<App>,
    visitor: Visitor,
) -> Result<Markup, Barred> {
    visitor.with(Right::Watch)?;
    Ok(app.core.ask(board).await?)
}

fn board(inside: &mut Inside) -> Markup {
    let engine = &inside.engine;
    let (mut waiting, mut scheduled, mut calling, mut talking) = (0, 0, 0, 0);
    let mut oldest: Option<Instant> = None;
    for callback in engine.callbacks(None) {
        match callback.state.name() {
            StateName::Scheduled => scheduled += 1,
            StateName::Routing => calling += 1,
            StateName::Processing => talking += 1,
            StateName::Queued => {
                waiting += 1;
                oldest = Some(oldest.map_or(callback.place, |oldest| oldest.min(callback.place)));
            }
            _ => {}
        }
    }
    let day = inside.memory.day(inside.now);
    let hour = inside.memory.last(60, inside.now);
    let spark = |pick: fn(&Counts) -> u32| spark(&hour.iter().map(pick).collect::<Vec<_>>());
    let level = day.service_level().map_or("–".into(), |level| level.to_string());
    html! {
        section.tiles {
            (tile("Waiting", html! { (waiting) }, html! { @match oldest { Some(at) => { "longest " (words::since(at, inside.now)) } None => "nobody waits" } }, html! {}))
            (tile("In progress", html! { (calling + talking) }, html! { (calling) " calling, " (talking) " talking" }, html! {}))
            (tile("Scheduled", html! { (scheduled) }, html! { "for later" }, html! {}))
            (tile("Service level", html! { (level) small { "%" } }, html! { "connected within " (words::span(IN_TIME)) }, html! {}))
            (tile("Mean wait", html! { (day.mean_wait().map_or("–".into(), words::span)) }, html! { "24 hours" }, html! {}))
        }
        section.tiles {
            (tile("Asked", html! { (day.accepted) }, html! { (day.rejected) " turned away" }, spark(|counts| counts.accepted)))
            (tile("Connected", html! { (day.connected) }, html! { "24 hours" }, spark(|counts| counts.connected)))
            (tile("Not reached", html! { (day.failed) }, html! { (day.cancelled) " cancelled" }, spark(|counts| counts.failed)))
        }
        section.card {
            header { h2 { "Queues" } a.faint href="/queues" { "All numbers" } }
            div.scroll { table.table {
                thead { tr { th { "Queue" } th.right { "Waiting" } th.right { "On call" } th.right { "Ready" } th.right { "Wait" } } }
                tbody { @for index in engine.layout().queue_indices() { @if let Some(queue) = engine.layout().queue(index) {
                    @let line = engine.line(&queue.name).unwrap_or_default();
                    tr {
                        td { b { (words::words(&queue.name)) } }
                        td.right.num { (line.waiting) } td.right.num { (line.on_call) }
                        td.right.num { (line.ready) "/" (line.agents) }
                        td.right.num { (words::wait(inside.wait(&queue.name, u64::from(line.waiting)).seconds)) }
                    }
                } } }
            } }
        }
        section.card { header { h2 { "Agents" } } div.body { div.agents {
            @for index in engine.layout().agent_indices() { @if let Some(agent) = engine.layout().agent(index) {
                @let session = engine.agent(&agent.id).and_then(|agent| agent.session().cloned());
                @let (class, text, about) = presence(inside, session.as_ref());
                div.agent {
                    span.avatar aria-hidden="true" { (words::initials(agent.id.as_str())) }
                    div { b { (agent.id) } small { (about) } }
                    (words::pill(class, text))
                }
            } }
        } } }
    }
}

fn tile(name: &str, value: Markup, about: Markup, picture: Markup) -> Markup {
    html! { div.card.tile { h3 { (name) } b { (value) } small { (about) } (picture) } }
}

/// The last hour, five minutes a point.
fn spark(minutes: &[u32]) -> Markup {
    let points: Vec<u32> = minutes.chunks(5).map(|chunk| chunk.iter().sum()).collect();
    let most = points.iter().copied().max().unwrap_or(0).max(4);
    let last = points.len().saturating_sub(1).max(1) as f32;
    let path: Vec<String> = points
        .iter()
        .enumerate()
        .map(|(i, n)| format!("{:.1} {:.1}", i as f32 * 100.0 / last, 29.0 - *n as f32 * 25.0 / most as f32))
        .collect();
    let line = path.join("L");
    html! {
        svg.spark viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true" {
            path d=(format!("M{line}L100 30L0 30Z")) fill="var(--accent)" opacity=".13" {}
            path d=(format!("M{line}")) fill="none" stroke="var(--accent)" stroke-width="1.6" vector-effect="non-scaling-stroke" {}
        }
    }
}

/// The colour and words of an agent's presence, and what more is to say.
pub(super) fn presence(inside: &Inside, session: Option<&At>) -> (&'static str, &'static str, String) {
    let Some(session) = session else { return ("", "Logged out", "not there".into()) };
    let calls = match session.calls {
        1 => "1 call".to_owned(),
        calls => format!("{calls} calls"),
    };
    let service = |sequence| {
        inside.numbered(sequence).map_or(String::new(), |callback| words::words(&callback.request.service))
    };
    let talking = session.work.iter().find(|work| matches!(work.phase, Phase::Talking { .. }));
    match talking.or_else(|| session.work.first()) {
        Some(work) => match work.phase {
            Phase::Reserved if is_offered(inside, work.callback) => {
                ("reserved", "Offered", service(work.callback))
            }
            Phase::Reserved => ("reserved", "Calling", service(work.callback)),
            Phase::Talking { .. } => ("talking", "Talking", service(work.callback)),
            Phase::WrapUp { .. } => ("wrap_up", "Wrap-up", calls),
        },
        None if session.wants_calls() => ("ready", "Ready", calls),
        None => ("", "Not ready", why_not(session).map_or(calls, words::words)),
    }
}

/// Why an agent is not ready, where a word for it was given.
fn why_not(session: &At) -> Option<&str> {
    match &session.activity {
        Activity::NotReady { reason } => reason.as_deref(),
        Activity::Ready => None,
    }
}

fn is_offered(inside: &Inside, callback: Sequence) -> bool {
    let state = inside.numbered(callback).map(|callback| &callback.state);
    matches!(state, Some(State::Routing(Routing { stage: Stage::Offered { .. }, .. })))
}
