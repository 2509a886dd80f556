//! One run as numbers for the page.

use std::collections::BTreeMap;

use ringback_engine::{AgentId, Instant, Name};
use serde::Serialize;

use super::Shown;
use super::scale::Scale;
use crate::summary::{Activity, Course, Summary};

/// The longest waits of each bar of the distribution, in milliseconds, and their names. The last is open.
const WAITS: [(i64, &str); 10] = [
    (0, "none"),
    (20_000, "20 s"),
    (60_000, "1 min"),
    (120_000, "2 min"),
    (300_000, "5 min"),
    (600_000, "10 min"),
    (1_200_000, "20 min"),
    (1_800_000, "30 min"),
    (3_600_000, "1 h"),
    (i64::MAX, "longer"),
];

/// One run.
#[derive(Serialize)]
pub struct RunPicture<'a> {
    label: &'a str,
    summary: &'a Summary,
    /// By bar: requests accepted and rejected.
    requests: Vec<[u64; 2]>,
    /// By bar: connections, and how many of them within 20 and 60 seconds.
    connections: Vec<[u64; 3]>,
    /// By queue and point: the longest line.
    lines: BTreeMap<&'a Name, Vec<u64>>,
    /// By length: how many waited so long.
    waits: Vec<(&'static str, u64)>,
    agents: Vec<AgentPicture<'a>>,
}

/// One agent.
#[derive(Serialize)]
struct AgentPicture<'a> {
    id: &'a AgentId,
    occupancy: Option<f64>,
    /// From, to, and what the agent did; where the period is short.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<(i64, i64, u8)>,
    /// By bar: the share of logged-in time spent with callbacks, per cent; -1 where the agent was away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shares: Vec<i64>,
}

impl<'a> RunPicture<'a> {
    pub(super) fn of(shown: &'a Shown<'a>, scale: &Scale) -> Self {
        let Shown { label, summary, course } = shown;
        let mut requests = vec![[0; 2]; scale.bars()];
        for (at, accepted) in &course.requests {
            if let Some(bar) = requests.get_mut(scale.bar_of(*at)) {
                bar[usize::from(!accepted)] += 1;
            }
        }
        let mut connections = vec![[0; 3]; scale.bars()];
        let mut waits: Vec<(&str, u64)> = WAITS.iter().map(|(_, name)| (*name, 0)).collect();
        for (at, wait, _) in &course.connections {
            if let Some(bar) = connections.get_mut(scale.bar_of(*at)) {
                bar[0] += 1;
                bar[1] += u64::from(*wait <= 20_000);
                bar[2] += u64::from(*wait <= 60_000);
            }
            let place = WAITS.iter().position(|(longest, _)| wait <= longest);
            if let Some((_, count)) = place.and_then(|place| waits.get_mut(place)) {
                *count += 1;
            }
        }
        let lines = course.lines.iter().map(|(queue, steps)| (queue, longest(steps, scale))).collect();
        let agents = agents(course, summary, scale);
        Self { label, summary, requests, connections, lines, waits, agents }
    }
}

/// The longest that a line was, at each point.
fn longest(steps: &[(Instant, u64)], scale: &Scale) -> Vec<u64> {
    let mut points = vec![0; scale.points()];
    for (index, (at, length)) in steps.iter().enumerate() {
        let until = steps.get(index + 1).map_or(scale.to, |(next, _)| next.millis());
        let last = scale.point_of(Instant::from_millis(until - 1));
        for point in points.iter_mut().take(last + 1).skip(scale.point_of(*at)) {
            *point = (*point).max(*length);
        }
    }
    points
}

fn agents<'a>(course: &'a Course, summary: &Summary, scale: &Scale) -> Vec<AgentPicture<'a>> {
    let picture = |(id, steps): (&'a AgentId, &'a Vec<(Instant, Activity)>)| {
        let spans = steps.iter().enumerate().map(|(index, (from, activity))| {
            let until = steps.get(index + 1).map_or(scale.to, |(next, _)| next.millis());
            (from.millis(), until, *activity)
        });
        let spans = spans.filter(|(_, _, activity)| *activity != Activity::Away);
        let (mut calls, mut shares) = (Vec::new(), Vec::new());
        if scale.call_by_call() {
            calls = spans.map(|(from, to, activity)| (from, to, number(activity))).collect();
        } else {
            shares = by_bar(spans, scale);
        }
        AgentPicture { id, occupancy: summary.occupancy.by_agent.get(id).copied().flatten(), calls, shares }
    };
    course.agents.iter().map(picture).collect()
}

fn number(activity: Activity) -> u8 {
    match activity {
        Activity::Away => 0,
        Activity::NotReady => 1,
        Activity::Idle => 2,
        Activity::WrapUp => 3,
        Activity::Reserved => 4,
        Activity::Talking => 5,
    }
}

fn by_bar(spans: impl Iterator<Item = (i64, i64, Activity)>, scale: &Scale) -> Vec<i64> {
    let mut busy = vec![(0, 0); scale.bars()];
    for (from, to, activity) in spans {
        let works = matches!(activity, Activity::Reserved | Activity::Talking | Activity::WrapUp);
        let mut at = from;
        while at < to {
            let bar = scale.bar_of(Instant::from_millis(at));
            let end = (scale.from + (bar as i64 + 1) * scale.bar).min(to).max(at + 1);
            if let Some((there, worked)) = busy.get_mut(bar) {
                *there += end - at;
                *worked += if works { end - at } else { 0 };
            }
            at = end;
        }
    }
    busy.into_iter().map(|(there, worked)| if there > 0 { worked * 100 / there } else { -1 }).collect()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    fn at(minutes: i64) -> Instant {
        Instant::from_millis(minutes * 60_000)
    }

    #[test]
    fn a_line_is_as_long_at_a_point_as_it_was_at_any_time_of_it() {
        let scale = Scale::of(Tz::UTC, Some((at(0), at(59))));
        let points = longest(&[(at(10), 3), (at(20), 1), (at(30), 0)], &scale);
        assert_eq!(points[scale.point_of(at(5))], 0);
        assert_eq!(points[scale.point_of(at(15))], 3);
        assert_eq!(points[scale.point_of(at(25))], 1);
        assert_eq!(points[scale.point_of(at(35))], 0);
        assert_eq!(points.iter().max(), Some(&3));
    }

    #[test]
    fn shares_are_of_the_time_there() {
        let scale = Scale::of(Tz::UTC, Some((at(0), at(3 * 24 * 60))));
        let hour = |hours: i64| hours * 3_600_000;
        let spans = [(hour(0), hour(1), Activity::Talking), (hour(1), hour(4), Activity::Idle)];
        let shares = by_bar(spans.into_iter(), &scale);
        assert_eq!(scale.bar, hour(1));
        assert_eq!(shares[..5], [100, 0, 0, 0, -1]);
    }
}
