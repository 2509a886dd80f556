//! Order: who may be matched, who comes first, who is the best agent, and that nobody is idle.

use std::cmp::Reverse;

use ringback_engine::center::{Quota, Strategy};
use ringback_engine::{Duration, Instant};

use super::Checker;
use super::facts::Agents;
use super::known::{Known, Line, Stage, Way};
use super::people::Session;

/// The smallest comes first.
type Place = (Reverse<i64>, Instant, u64);

impl Checker {
    pub(super) fn score(&self, known: &Known) -> i64 {
        let Some(way) = &known.way else { return known.priority };
        let queue = self.facts.queue(way.queue);
        let wait = (self.now.millis() - known.place.millis()).max(0);
        let ageing = way.ageing.or(queue.ageing).map_or(0, |ageing| {
            let earned = ageing.points * wait.div_euclid(ageing.every.millis());
            earned.min(ageing.cap.unwrap_or(i64::MAX))
        });
        queue.priority + known.priority + ageing
    }

    pub(super) fn place(&self, sequence: u64, known: &Known) -> Place {
        (Reverse(self.score(known)), known.place, sequence)
    }

    /// Why a callback can't be matched now, if it can't.
    pub(super) fn obstacle(&self, known: &Known) -> Option<&'static str> {
        let Stage::Queued { held, .. } = known.stage else { return Some("it is not queued") };
        if held.is_some_and(|until| until > self.now) {
            return Some("it is held");
        }
        if known.way.as_ref().is_some_and(|way| !self.facts.is_open(way.queue, self.now)) {
            return Some("its queue is closed");
        }
        if known.way.as_ref().is_some_and(|way| self.is_switched_off(way.queue)) {
            return Some("its queue is paused");
        }
        if known.way.as_ref().is_some_and(|way| self.is_full(way.queue)) {
            return Some("its queue places no more calls");
        }
        let none = Line::default();
        let line = self.lines.get(&known.request.phone).unwrap_or(&none);
        if line.fenced_until.is_some_and(|until| until > self.now) {
            Some("its number is fenced")
        } else if line.live.is_some() {
            Some("its number is live")
        } else if self.is_at_limit(line) {
            Some("its number is at the limit of attempts")
        } else if !self.is_in_window(&known.request, known.present_queue(), self.now) {
            Some("its customer's window is shut")
        } else if !self.crowded(&known.request).is_empty() {
            Some("other numbers are at the limit of attempts")
        } else {
            None
        }
    }

    /// Whether somebody can serve a callback at the end of the default plan, where it is or will soon be.
    pub(in crate::simulator) fn is_served_in_the_end(&self, sequence: u64) -> bool {
        let plan = self.default_plan(sequence);
        let last = plan.steps().iter().rev().find_map(|step| step.queue.as_ref()).unwrap_or(plan.queue());
        let queue = self.facts.queue_named(last);
        queue.is_some_and(|queue| (0..self.people.len()).any(|agent| self.facts.meets_queue(agent, queue)))
    }

    pub(super) fn is_ready(&self, agent: usize) -> bool {
        self.people[agent].is_ready(self.facts.center.agents[agent].capacity)
    }

    fn ready(&self) -> Agents {
        let ready = (0..self.people.len()).filter(|agent| self.is_ready(*agent));
        ready.fold(0, |ready, agent| ready | 1 << agent)
    }

    /// Judges the choice of a callback and its agent, before it is carried out.
    pub(super) fn judge_choice(&mut self, sequence: u64, agent: usize) {
        let chosen = &self.callbacks[&sequence];
        let obstacle = self.obstacle(chosen);
        // Each reason that blocks is an invariant of its own.
        let why = obstacle.unwrap_or_default();
        self.judge
            .must(10, why != "its queue is closed", || format!("{} is reserved: {why}", chosen.request.id));
        let of_window = if self.goes_by_named_zones(chosen) { 62 } else { 55 };
        self.judge.must(of_window, why != "its customer's window is shut", || {
            format!("{} is reserved: {why}", chosen.request.id)
        });
        self.judge
            .must(13, !why.ends_with("at the limit of attempts"), || format!("{}: {why}", chosen.request.id));
        self.judge.must(16, !matches!(why, "it is held" | "its number is fenced"), || {
            format!("{} is reserved: {why}", chosen.request.id)
        });
        self.judge
            .must(5, why != "its number is live", || format!("{} is reserved: {why}", chosen.request.id));
        self.judge
            .must(52, why != "its queue is paused", || format!("{} is reserved: {why}", chosen.request.id));
        self.judge.must(14, why != "its queue places no more calls", || {
            format!("{} is reserved: {why}", chosen.request.id)
        });
        let ready = self.ready();
        let able = chosen.able(self.now) & (1 << agent) != 0;
        self.judge.must(18, able, || format!("agent {agent} can't serve {}", chosen.request.id));
        self.judge.must(18, ready & (1 << agent) != 0, || format!("agent {agent} is not ready"));

        let own = self.place(sequence, chosen);
        for other in &self.queued {
            let rival = &self.callbacks[other];
            if *other == sequence || rival.able(self.now) & ready == 0 {
                continue;
            }
            let before = self.place(*other, rival) < own && self.obstacle(rival).is_none();
            self.judge.must(21, !before, || {
                format!(
                    "{} ranks before {}, and {ready:b} could serve it",
                    rival.request.id, chosen.request.id
                )
            });
            if let Some((longer, bound)) = self.patience(chosen, rival, agent) {
                self.judge.must(22, longer <= bound, || {
                    let (passed, chosen) = (&rival.request.id, &chosen.request.id);
                    format!("{passed} has waited {longer} ms longer than {chosen}; {bound} would do")
                });
            }
        }
        self.judge_agent(sequence, agent, ready);
    }

    /// How much longer whoever is passed over has waited than the chosen one, in milliseconds, and how much longer it
    /// may be: as long as it takes to make up for the difference of the priorities, where the same waiting earns both
    /// the same.
    fn patience(&self, chosen: &Known, passed: &Known, agent: usize) -> Option<(i64, i64)> {
        let (ours, theirs) = (chosen.way.as_ref()?, passed.way.as_ref()?);
        let ageing = |way: &Way| way.ageing.or(self.facts.queue(way.queue).ageing);
        let own = ageing(ours).filter(|own| own.cap.is_none() && Some(*own) == ageing(theirs))?;
        if passed.able(self.now) & (1 << agent) == 0 || self.obstacle(passed).is_some() {
            return None;
        }
        let head = |known: &Known, way: &Way| known.priority + self.facts.queue(way.queue).priority;
        let lead = head(chosen, ours) - head(passed, theirs);
        // Whose time has not come yet has not waited, and ranks by place alone.
        let longer = chosen.place.min(self.now).millis() - passed.place.millis();
        Some((longer, (lead.max(0) / own.points + 1) * own.every.millis()))
    }

    fn judge_agent(&mut self, sequence: u64, agent: usize, ready: Agents) {
        let Some(way) = &self.callbacks[&sequence].way else { return };
        let (queue, able) = (way.queue, self.callbacks[&sequence].able(self.now) & ready);
        let settings = self.facts.queue(queue);
        let candidates = (0..self.people.len()).filter(|candidate| able & (1 << candidate) != 0);
        let session = |agent: usize| self.people[agent].session.as_ref();
        let idle = |agent: usize| session(agent).map_or(Instant::MAX, |session: &Session| session.idle_since);
        let best = match settings.strategy {
            Strategy::LongestIdle => candidates.min_by_key(|agent| (idle(*agent), *agent)),
            Strategy::LeastTalk => candidates.min_by_key(|agent| {
                (session(*agent).map_or(0, |s| s.spent(self.now).1), idle(*agent), *agent)
            }),
            Strategy::LeastOccupied => candidates.min_by(|one, other| {
                let share = |agent: usize| {
                    let (units, own) = (self.facts.center.agents[agent].capacity, session(agent)?);
                    let whole = (self.now.millis() - own.since.millis()) * i64::from(units);
                    Some((i128::from(own.spent(self.now).0), i128::from(whole.max(1))))
                };
                let ((busy, of), (others, in_all)) =
                    (share(*one).unwrap_or((1, 1)), share(*other).unwrap_or((1, 1)));
                (busy * in_all).cmp(&(others * of)).then((idle(*one), *one).cmp(&(idle(*other), *other)))
            }),
            Strategy::FewestCalls => candidates
                .min_by_key(|agent| (session(*agent).map_or(u64::MAX, |s| s.calls), idle(*agent), *agent)),
            Strategy::LeastSkilled => {
                let skills = |agent: usize| {
                    self.facts.center.agents[agent].skills.values().filter(|level| **level > 0).count()
                };
                candidates.min_by_key(|agent| (skills(*agent), idle(*agent), *agent))
            }
            Strategy::MostSkilled => {
                let mut named = way.need.skills();
                named.extend(settings.need.skills());
                let level = |agent: usize| -> i64 {
                    let skills = &self.facts.center.agents[agent].skills;
                    named.iter().map(|skill| i64::from(skills.get(*skill).copied().unwrap_or(0))).sum()
                };
                candidates.min_by_key(|agent| (-level(*agent), idle(*agent), *agent))
            }
            Strategy::RoundRobin => {
                let last = self.chosen[queue];
                candidates.min_by_key(|agent| (last.is_some_and(|last| *agent <= last), *agent))
            }
            // Any of them may be drawn, or scored highest.
            _ => None,
        };
        let best = best.or_else(|| (able & (1 << agent) != 0).then_some(agent));
        self.judge.must(43, best == Some(agent), || {
            format!("agent {agent} is reserved, {best:?} is better by {:?}", settings.strategy)
        });
        self.chosen[queue] = Some(agent);
    }

    /// Work conserving, as far as the clock has come.
    pub(super) fn nobody_is_idle(&mut self) {
        let ready = self.ready();
        if ready == 0 {
            self.judge.must(20, true, String::new);
            return;
        }
        for sequence in &self.queued {
            let known = &self.callbacks[sequence];
            let idle = known.able(self.now) & ready;
            let served = idle == 0 || self.obstacle(known).is_some();
            self.judge.must(20, served, || format!("{} waits while {idle:b} are ready", known.request.id));
        }
        self.nobody_is_kept_on_line(ready, "waits on the line");
    }

    /// Judges that nobody waits on the line whom somebody ready could serve.
    fn nobody_is_kept_on_line(&mut self, ready: Agents, what: &str) {
        for known in self.callbacks.values() {
            let waits = matches!(known.stage, Stage::OnLine { agent: None, .. });
            if waits {
                let idle = known.able(self.now) & ready;
                self.judge.must(51, idle == 0, || format!("{} {what}: {idle:b} are ready", known.request.id));
            }
        }
    }

    /// Reserves an agent, and judges the choice: of those on the line the first, and before all in line.
    pub(super) fn reserve_agent_for(&mut self, sequence: u64, agent: usize, on_line: bool) {
        if on_line {
            let (ready, chosen) = (self.ready(), &self.callbacks[&sequence]);
            let own = self.place(sequence, chosen);
            let first = self.callbacks.iter().all(|(other, rival)| {
                *other == sequence
                    || !matches!(rival.stage, Stage::OnLine { agent: None, .. })
                    || rival.able(self.now) & ready == 0
                    || self.place(*other, rival) > own
            });
            self.judge.must(51, first, || format!("{} is not the first on the line", chosen.request.id));
            let able = chosen.able(self.now) & ready & (1 << agent) != 0;
            self.judge.must(18, able, || format!("agent {agent} can't serve {}", chosen.request.id));
            self.judge_agent(sequence, agent, ready);
        } else {
            self.nobody_is_kept_on_line(self.ready(), "waits on the line, and another is matched");
            self.judge_choice(sequence, agent);
        }
        self.reserve_agent(agent, sequence);
    }

    /// Whether a queue has as many calls under way as may be, or placed as many of late.
    fn is_full(&self, queue: usize) -> bool {
        let settings = &self.facts.queue(queue).dialling;
        let routing = || {
            let stages = self.callbacks.values().map(|known| &known.stage);
            stages.filter(|stage| stage.is_routing() && stage.from() == Some(queue)).count()
        };
        let recent = |rate: Quota| {
            self.dialled[queue].iter().filter(|at| within(self.now, rate.per, **at)).count()
                >= rate.max as usize
        };
        settings.concurrent_dials.is_some_and(|most| routing() >= most as usize)
            || settings.dial_rate.is_some_and(recent)
    }

    pub(super) fn is_at_limit(&self, line: &super::Line) -> bool {
        self.facts.center.limits.attempts_per_number.is_some_and(|quota| {
            let counted = line.dials.iter().filter(|at| within(self.now, quota.per, **at)).count();
            counted >= quota.max as usize
        })
    }
}

/// Whether an instant lies in `(now - per, now]`.
pub(super) fn within(now: Instant, per: Duration, at: Instant) -> bool {
    now.millis() - at.millis() < per.millis() && at <= now
}
