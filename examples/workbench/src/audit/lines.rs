//! Lines: who can be matched, in which order, and whether an idle agent was left beside them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ringback_engine::Instant;
use smol_str::SmolStr;

use super::callback::{Callback, State};
use super::findings::Check;
use super::rules::Rules;
use super::{Audit, Owner};

/// Those who stand in one queue with one requirement and one priority: among them the earlier place is first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cohort {
    pub(super) queue: usize,
    pub(super) need: usize,
    /// `None` where nobody knows it.
    priority: Option<i64>,
}

/// Where a callback that can be matched stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    InLine(Cohort, Instant),
    /// On the line, without an agent.
    OnLine(Cohort, Instant),
    /// Somewhere, with a requirement that the log does not say.
    Astray,
}

/// All callbacks that can be matched while their queue is open.
#[derive(Debug, Default)]
pub(super) struct Lines {
    cohorts: BTreeMap<Cohort, BTreeSet<(Instant, u64)>>,
    astray: BTreeSet<u64>,
    /// Customers on the line for whom no agent is reserved.
    on_line: BTreeMap<u64, (Cohort, Instant)>,
    /// Those that somebody joined, or whose queue opened, in this instant.
    fresh: BTreeSet<Cohort>,
}

/// What is known of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Score {
    Exactly(i64),
    AtLeast(i64),
    Unknown,
}

const ASTRAY: &str = "the script may have rerouted a waiting callback, or one on the line had a preferred agent, which the log does not say";
const SCORE: &str =
    "the script may have set a waiting callback's priority, ageing or place, which the log does not say";

impl Cohort {
    fn score(self, rules: &Rules, place: Instant, now: Instant) -> Score {
        let settings = &rules.queues[self.queue].settings;
        let Some(priority) = self.priority else { return Score::Unknown };
        let base = settings.priority.saturating_add(priority);
        let wait = now.since(place).millis().max(0);
        if wait == 0 {
            return Score::Exactly(base);
        }
        if rules.freedom.plan_age {
            return Score::AtLeast(base);
        }
        let earned = settings.ageing.map_or(0, |ageing| {
            let steps = wait / ageing.every.millis().max(1);
            let earned = ageing.points.saturating_mul(steps);
            ageing.cap.map_or(earned, |cap| earned.min(cap))
        });
        Score::Exactly(base.saturating_add(earned))
    }
}

impl Callback {
    /// Where it stands if its number may be called.
    fn would_stand(&self, now: Instant, rules: &mut Rules) -> Option<Spot> {
        let on_line = matches!(self.state, State::OnLine { agent: None, .. });
        let journey = self.journey.as_ref()?;
        match self.state {
            State::Waiting { hold } if hold.is_none_or(|until| until <= now) => {}
            State::OnLine { agent: None, .. } => {}
            _ => return None,
        }
        let unknown = journey.astray
            || journey.need.is_some_and(|need| on_line && !self.assigned && rules.is_for_one(need));
        let Some(need) = journey.need.filter(|_| !unknown) else { return Some(Spot::Astray) };
        let need = rules.without(need, &self.barred_at(now));
        let priority = journey.priority.filter(|_| self.place.is_some());
        let queue = self.state.left_queue().unwrap_or(journey.queue);
        let (cohort, place) = (Cohort { queue, need, priority }, self.place.unwrap_or(journey.entered));
        Some(if on_line { Spot::OnLine(cohort, place) } else { Spot::InLine(cohort, place) })
    }
}

impl Audit {
    /// Puts a callback where it stands now, whatever changed.
    pub(super) fn refresh(&mut self, serial: u64) {
        self.count_waiting(serial);
        let (now, limit) = (self.now, self.rules.limits.attempts_per_number);
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let shut = self.numbers.get(&callback.phone).is_some_and(|number| number.is_shut(limit, now));
        let spot = callback.would_stand(now, &mut self.rules);
        let spot = spot.filter(|spot| !shut || matches!(spot, Spot::OnLine(..)));
        if callback.spot == spot {
            return;
        }
        match std::mem::replace(&mut callback.spot, spot) {
            Some(Spot::InLine(cohort, place)) => {
                if let Some(line) = self.lines.cohorts.get_mut(&cohort) {
                    line.remove(&(place, serial));
                    if line.is_empty() {
                        self.lines.cohorts.remove(&cohort);
                    }
                }
            }
            Some(Spot::Astray) => {
                self.lines.astray.remove(&serial);
            }
            Some(Spot::OnLine(..)) => {
                self.lines.on_line.remove(&serial);
            }
            None => {}
        }
        match spot {
            Some(Spot::InLine(cohort, place)) => {
                self.lines.cohorts.entry(cohort).or_default().insert((place, serial));
                self.lines.fresh.insert(cohort);
                self.watch_hours(cohort.queue);
            }
            Some(Spot::Astray) => {
                self.lines.astray.insert(serial);
            }
            Some(Spot::OnLine(cohort, place)) => {
                self.lines.on_line.insert(serial, (cohort, place));
            }
            None => {}
        }
    }

    /// Sees to it that the next change of a queue's hours is an instant of the audit.
    fn watch_hours(&mut self, queue: usize) {
        if self.hours_until[queue].is_some_and(|until| self.now < until) {
            return;
        }
        let hours = self.rules.queues[queue].hours.as_ref();
        let until = hours.and_then(|hours| hours.openness(self.now).until());
        self.hours_until[queue] = Some(until.unwrap_or(Instant::MAX));
        if let Some(until) = until {
            self.due.insert((until, Owner::Queue(queue)));
        }
    }

    /// A queue's hours changed.
    pub(super) fn queue_due(&mut self, queue: usize) {
        let waiting: Vec<Cohort> =
            self.lines.cohorts.keys().filter(|cohort| cohort.queue == queue).copied().collect();
        if !waiting.is_empty() {
            self.watch_hours(queue);
        }
        self.lines.fresh.extend(waiting);
    }

    /// A callback is reserved for an agent: nobody whom this agent may serve stands before it, and its score is
    /// what the settings make of it.
    pub(super) fn order_reserved(&mut self, serial: u64, agent: usize, reported: i64) {
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let (now, id) = (self.now, &callback.id);
        // Who is on the line is served before anybody in line, and asks for no open queue.
        let on_line = matches!(callback.spot, Some(Spot::OnLine(..)));
        let waits =
            self.lines.on_line.iter().map(|(first, (cohort, place))| (*cohort, (*place, *first), true));
        let in_line = self.lines.cohorts.iter().filter(|(cohort, _)| !on_line && self.may_dial(cohort.queue));
        let in_line = in_line.filter_map(|(cohort, line)| Some((*cohort, *line.first()?, false)));
        let others: Vec<(Cohort, (Instant, u64), bool)> = waits.chain(in_line).collect();
        let own = match callback.spot {
            Some(Spot::InLine(cohort, place) | Spot::OnLine(cohort, place)) => {
                cohort.score(&self.rules, place, now)
            }
            _ => Score::Unknown,
        };
        let findings = &mut self.findings;
        match own {
            Score::Exactly(score) => findings.hold(Check::Order, Some(id), score == reported, || {
                format!("is reserved with the score {reported}, and the settings make it {score}")
            }),
            Score::AtLeast(least) => findings.hold(Check::Order, Some(id), least <= reported, || {
                format!("is reserved with the score {reported}, and waiting never makes it less than {least}")
            }),
            Score::Unknown => findings.skip(Check::Order, "the script may have set the callback's score"),
        }
        if !self.lines.astray.is_empty() {
            findings.skip(Check::Order, ASTRAY);
        }
        let rank = callback.place.map(|place| (reported, Reverse(place), Reverse(serial)));
        let rules = &self.rules;
        for (cohort, (place, first), other_on_line) in others {
            if first == serial || !rules.may_serve(agent, cohort.need) {
                continue;
            }
            let before = match cohort.score(rules, place, now) {
                _ if other_on_line && !on_line => Some(true),
                Score::Exactly(score) if score != reported => Some(score > reported),
                Score::Exactly(score) => rank.map(|rank| (score, Reverse(place), Reverse(first)) > rank),
                // Waiting only adds to it, so one that ranks higher already ranks higher for certain.
                Score::AtLeast(score) => {
                    let ranks = |rank| (score, Reverse(place), Reverse(first)) > rank;
                    (score > reported || rank.is_some_and(ranks)).then_some(true)
                }
                Score::Unknown => None,
            };
            match before {
                None => findings.skip(Check::Order, SCORE),
                Some(before) => findings.hold(Check::Order, Some(id), !before, || {
                    let other = self.callbacks.get(&first).map(|other| other.id.clone()).unwrap_or_default();
                    let name = &self.rules.agents[agent].id;
                    format!(
                        "is reserved for `{name}` before `{other}`, which ranks higher and could be served"
                    )
                }),
            }
        }
    }

    /// A callback is called ahead of an agent: nobody of its queue whom somebody who is there may serve stands before it.
    pub(super) fn order_ahead(&mut self, serial: u64, id: &SmolStr, queue: usize) {
        let (now, rules) = (self.now, &self.rules);
        let Some(Callback { spot: Some(Spot::InLine(own, place)), .. }) = self.callbacks.get(&serial) else {
            return self.findings.skip(Check::Order, ASTRAY);
        };
        let there = |need: usize| {
            (0..self.people.len()).any(|agent| self.people[agent].is_there() && rules.may_serve(agent, need))
        };
        self.findings.hold(Check::Agents, Some(id), there(own.need), || {
            "is called ahead of an agent, and nobody who may serve it is logged in".into()
        });
        let rank = |score, place, serial| (score, Reverse(place), Reverse(serial));
        let Score::Exactly(score) = own.score(rules, *place, now) else {
            return self.findings.skip(Check::Order, SCORE);
        };
        let own = rank(score, *place, serial);
        for (cohort, line) in self.lines.cohorts.iter().filter(|(cohort, _)| cohort.queue == queue) {
            let Some(&(place, first)) = line.first().filter(|(_, first)| *first != serial) else { continue };
            let before = match cohort.score(rules, place, now) {
                Score::Exactly(score) | Score::AtLeast(score) => rank(score, place, first) > own,
                Score::Unknown => false,
            };
            self.findings.hold(Check::Order, Some(id), !before || !there(cohort.need), || {
                let other = self.callbacks.get(&first).map(|other| other.id.clone()).unwrap_or_default();
                format!("is called ahead of an agent before `{other}`, which ranks higher")
            });
        }
    }

    /// The instant is over: nobody waits on the line whom a ready agent could serve, and whoever can be is called ahead.
    fn close_on_line(&mut self) {
        let (rules, free) = (&self.rules, &self.free);
        for (serial, (cohort, _)) in &self.lines.on_line {
            let idle = free.iter().find(|agent| rules.may_serve(**agent, cohort.need));
            let id = self.callbacks.get(serial).map(|callback| &callback.id);
            self.findings.hold(Check::WorkConservation, id, idle.is_none(), || {
                let name = idle.map(|agent| rules.agents[*agent].id.to_string()).unwrap_or_default();
                format!("waits on the line, and `{name}`, who could serve it, is ready and free")
            });
        }
        for queue in
            (0..rules.queues.len()).filter(|queue| rules.queues[*queue].settings.dialling.dial_ahead > 0)
        {
            let may = self.may_go_ahead(queue);
            let there = |need| {
                (0..self.people.len())
                    .any(|agent| self.people[agent].is_there() && rules.may_serve(agent, need))
            };
            let mut waiting = self.lines.cohorts.iter().filter(|(cohort, _)| cohort.queue == queue);
            let left = waiting.find(|(cohort, _)| may && there(cohort.need));
            let id =
                left.and_then(|(_, line)| line.first()).and_then(|(_, serial)| self.callbacks.get(serial));
            let id = id.map(|callback| &callback.id);
            self.findings.hold(Check::WorkConservation, id, left.is_none(), || {
                format!(
                    "waits, and queue `{}` could call it ahead of an agent",
                    rules.queues[queue].settings.name
                )
            });
        }
    }

    /// The instant is over: no ready agent is left who could serve somebody. What was so when the instant before
    /// ended still is, so only what is new is looked at.
    pub(super) fn close_lines(&mut self, newly_free: &[usize]) {
        self.close_on_line();
        let fresh = std::mem::take(&mut self.lines.fresh);
        if fresh.is_empty() && newly_free.is_empty() {
            return;
        }
        if !self.lines.astray.is_empty() {
            self.findings.skip(Check::WorkConservation, ASTRAY);
        }
        let (rules, now) = (&self.rules, self.now);
        let mut nobody = true;
        for (cohort, line) in &self.lines.cohorts {
            let may_serve = |agent: &&usize| rules.may_serve(**agent, cohort.need);
            let idle = if fresh.contains(cohort) {
                self.free.iter().find(may_serve)
            } else {
                newly_free.iter().find(may_serve)
            };
            let Some(agent) = idle.filter(|_| self.may_dial(cohort.queue)) else { continue };
            nobody = false;
            let waiting = line.first().and_then(|(_, serial)| self.callbacks.get(serial));
            let name = &rules.agents[*agent].id;
            self.findings.hold(Check::WorkConservation, waiting.map(|callback| &callback.id), false, || {
                format!("waits after {now}, and `{name}`, who could serve it, is ready and free")
            });
        }
        if nobody {
            self.findings.hold(Check::WorkConservation, None, true, String::new);
        }
    }
}
