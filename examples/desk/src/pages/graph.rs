//! The routing graph, drawn: services, queues and who serves them, from left to right, with the numbers on it.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use ringback_engine::center::{Layout, Stop, Way, WayKind};
use ringback_engine::protocol::LineView;

use super::words;

const WIDTH: i32 = 190;
const GAP: i32 = 120;
const HEIGHT: i32 = 78;
const ROOM: i32 = 26;

/// Draws the graph; `line` gives a queue's numbers.
pub(super) fn draw(layout: &Layout, line: impl Fn(&str) -> LineView) -> Markup {
    let ways = shown(layout);
    let columns = columns(layout, &ways);
    let columns = in_order(columns, &ways);
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(0) as i32;
    let height = tallest * (HEIGHT + ROOM) + ROOM;
    let width = columns.len() as i32 * (WIDTH + GAP) - GAP + 2;
    let mut spots = BTreeMap::new();
    for (column, stops) in columns.iter().enumerate() {
        let free = height - stops.len() as i32 * (HEIGHT + ROOM) + ROOM;
        for (row, stop) in stops.iter().enumerate() {
            spots.insert(
                stop.clone(),
                (column as i32 * (WIDTH + GAP) + 1, free / 2 + row as i32 * (HEIGHT + ROOM)),
            );
        }
    }
    html! {
        svg.graph viewBox=(format!("0 0 {width} {height}")) role="img" aria-label="Routing graph" {
            defs { marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" { path.arrow d="M0 0 8 4 0 8z" {} } }
            @for way in &ways { (edge(way, &spots)) }
            @for (stop, spot) in &spots { (node(stop, *spot, &line)) }
        }
    }
}

/// The ways that are drawn: where callbacks go, and who serves them. How they end is left to words.
fn shown(layout: &Layout) -> Vec<Way> {
    let mut ways: Vec<Way> = layout.graph().ways().filter(|way| way.kind != WayKind::Leave).collect();
    // A script may send callbacks of any service to any queue that it names; that is drawn where no other way leads.
    let reached: BTreeSet<_> =
        ways.iter().filter(|way| way.kind != WayKind::Script).map(|way| way.to.clone()).collect();
    ways.retain(|way| way.kind != WayKind::Script || !reached.contains(&way.to));
    ways
}

/// The stops, a list a column: services, then queues as far along as overflow leads, then agents.
fn columns(layout: &Layout, ways: &[Way]) -> Vec<Vec<Stop>> {
    let center = layout.center();
    let mut depth: BTreeMap<&str, usize> =
        center.queues.iter().map(|queue| (queue.name.as_str(), 1)).collect();
    for _ in &center.queues {
        for queue in &center.queues {
            let own = depth.get(queue.name.as_str()).copied().unwrap_or(1);
            for edge in &queue.overflow {
                let further = depth.entry(edge.to.as_str()).or_insert(1);
                *further = (*further).max(own + 1).min(center.queues.len());
            }
        }
    }
    let deepest = depth.values().copied().max().unwrap_or(1);
    let mut columns = vec![Vec::new(); deepest + 2];
    columns[0] = center.services.iter().map(|service| Stop::Service(service.name.clone())).collect();
    for queue in &center.queues {
        let column = depth.get(queue.name.as_str()).copied().unwrap_or(1);
        columns[column].push(Stop::Queue(queue.name.clone()));
    }
    let served: BTreeSet<_> =
        ways.iter().filter(|way| way.kind == WayKind::Served).map(|way| way.to.clone()).collect();
    columns[deepest + 1] = served.into_iter().collect();
    columns.retain(|stops| !stops.is_empty());
    columns
}

/// The same columns with each stop near those that lead to it, so that few edges cross.
fn in_order(mut columns: Vec<Vec<Stop>>, ways: &[Way]) -> Vec<Vec<Stop>> {
    for column in 1..columns.len() {
        let before = columns[column - 1].clone();
        let row = |stop: &Stop| {
            let rows = ways
                .iter()
                .filter(|way| way.to == *stop)
                .filter_map(|way| before.iter().position(|from| *from == way.from));
            let rows: Vec<usize> = rows.collect();
            (rows.iter().sum::<usize>() * 100).checked_div(rows.len()).unwrap_or(usize::MAX)
        };
        columns[column].sort_by_cached_key(row);
    }
    columns
}

fn edge(way: &Way, spots: &BTreeMap<Stop, (i32, i32)>) -> Markup {
    let (Some((from, top)), Some((to, end))) = (spots.get(&way.from), spots.get(&way.to)) else {
        return html! {};
    };
    let class = match way.kind {
        WayKind::Overflow => "edge overflow",
        WayKind::Script => "edge script",
        _ => "edge",
    };
    let (mut x1, y1, mut x2, y2) = (from + WIDTH, top + HEIGHT / 2, *to, end + HEIGHT / 2);
    if from == to {
        // Within a column an edge bulges out on the right.
        (x1, x2) = (from + WIDTH, to + WIDTH);
        let out = x1 + GAP / 2;
        return html! { path class=(class) marker-end="url(#tip)" d=(format!("M{x1} {y1}C{out} {y1} {out} {y2} {x2} {y2}")) {} };
    }
    let bend = GAP / 2;
    let arrow = (way.kind != WayKind::Served).then_some("url(#tip)");
    let label = match way.kind {
        WayKind::Overflow => way.label.trim_start_matches("overflow ").to_owned(),
        _ => String::new(),
    };
    html! {
        path class=(class) marker-end=[arrow] d=(format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend)) {}
        @if !label.is_empty() { text.label x=((x1 + x2) / 2) y=((y1 + y2) / 2 - 6) text-anchor="middle" { (label) } }
    }
}

fn node(stop: &Stop, (x, y): (i32, i32), line: &impl Fn(&str) -> LineView) -> Markup {
    let (class, title, small, big) = match stop {
        Stop::Service(name) => ("service", words::words(name), "service".to_owned(), None),
        Stop::Queue(name) => {
            let line = line(name);
            let small = format!("{} of {} ready · {} on call", line.ready, line.agents, line.on_call);
            ("queue", words::words(name), small, Some(line.waiting))
        }
        Stop::Group(name) => ("group", words::words(name), "group of agents".into(), None),
        Stop::Exit(word) => ("exit", words::words(word), String::new(), None),
        Stop::Missing(name) => ("missing", name.to_string(), "unknown".into(), None),
    };
    html! {
        g class=(class) transform=(format!("translate({x} {y})")) {
            rect width=(WIDTH) height=(HEIGHT) rx="11" {}
            text x="16" y="33" { (title) }
            text.small x="16" y="55" { (small) }
            @if let Some(big) = big { text.big x=(WIDTH - 16) y="38" text-anchor="end" { (big) } }
        }
    }
}
