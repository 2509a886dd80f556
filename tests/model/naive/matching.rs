//! Matching, as the rule says it: the highest-ranked matchable callback that some ready agent may serve gets the best
//! of those agents, and again.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use ringback_engine::center::{Agent as Settings, OUTCOME_GRACE, Openness, SCORED, Strategy, draw};
use ringback_engine::protocol::{About, AgentView, Application, Dial, EffectKind, Event, Hook};
use ringback_engine::record::Switch;
use ringback_engine::requirement::{Shape, Term};
use ringback_engine::{AgentId, AttemptId, Instant, Name, Requirement, Sequence};

use super::Naive;
use super::world::{Agent, Callback, Stage, State, Unit, World};

/// Whether an agent meets a requirement.
pub(super) fn meets(need: &Requirement, agent: &Settings) -> bool {
    match need.shape() {
        Shape::Constant(value) => value,
        Shape::Term { term, negated } => {
            let has = match term {
                Term::Skill(name, level) => agent.skills.get(name).copied().unwrap_or(0) >= *level,
                Term::Group(name) => agent.groups.contains(name),
                Term::Agent(id) => agent.id == *id,
            };
            has != negated
        }
        Shape::All(needs) => needs.iter().all(|need| meets(need, agent)),
        Shape::Any(needs) => needs.iter().any(|need| meets(need, agent)),
    }
}

fn skills_named(need: &Requirement) -> BTreeSet<Name> {
    match need.shape() {
        Shape::Term { term: Term::Skill(name, _), .. } => BTreeSet::from([name.clone()]),
        Shape::All(needs) | Shape::Any(needs) => needs.iter().flat_map(skills_named).collect(),
        _ => BTreeSet::new(),
    }
}

impl World {
    /// A queue's requirement and its groups, in one.
    pub(crate) fn need_of_queue(&self, queue: &str) -> Requirement {
        let queue = self.queue(queue);
        queue.need.and(&Requirement::any_group(&queue.groups))
    }

    /// The whole requirement of a callback where it stands.
    pub(crate) fn need(&self, callback: &Callback) -> Requirement {
        let need = match &callback.assigned {
            Some(agent) => format!("agent:{agent}").parse().expect("a term"),
            None => self.own_need(callback),
        };
        callback.cooloffs.iter().fold(need, |need, (agent, _)| {
            need.and(&format!("!agent:{agent}").parse().expect("a requirement"))
        })
    }

    fn own_need(&self, callback: &Callback) -> Requirement {
        let way = callback.way.as_ref().expect("in a queue");
        let need = way.need.and(&self.need_of_queue(&way.queue));
        let is_here = |id: &AgentId| {
            self.agents.iter().any(|agent| agent.settings.id == *id && agent.session.is_some())
        };
        // Who waits on the line waits for nobody in particular.
        let on_line = matches!(callback.state, State::Routing(Stage::OnLine(..)));
        match &way.preferred {
            Some((agent, _)) if is_here(agent) && !on_line => {
                need.and(&format!("agent:{agent}").parse().expect("a term"))
            }
            _ => need,
        }
    }

    /// The score of a callback where it stands.
    pub(crate) fn score(&self, callback: &Callback) -> i64 {
        let way = callback.way.as_ref().expect("in a queue");
        let queue = self.queue(&way.queue);
        let wait = self.now.since(callback.place).millis().max(0);
        let earned = way.ageing.or(queue.ageing).map_or(0, |ageing| {
            let earned = ageing.points * (wait / ageing.every.millis());
            ageing.cap.map_or(earned, |cap| earned.min(cap))
        });
        queue.priority + callback.priority + earned
    }

    /// What a callback is ordered by: the smallest is first.
    pub(crate) fn rank(&self, callback: &Callback) -> (Reverse<i64>, Instant, Sequence) {
        (Reverse(self.score(callback)), callback.place, callback.sequence)
    }

    /// Whether only its queue's hours, and agents, keep a callback from being called.
    pub(crate) fn may_stand_in_line(&self, callback: &Callback) -> bool {
        let State::Queued { hold, .. } = callback.state else { return false };
        let phone = &callback.request.phone;
        hold.is_none_or(|(until, _)| until <= self.now)
            && self.fenced_until(phone).is_none()
            && self.limited_until(phone).is_none()
            && !self.callbacks.iter().any(|other| other.request.phone == *phone && other.is_under_way())
    }

    fn is_matchable(&self, callback: &Callback) -> bool {
        let may_dial = |queue: &Name| self.serves(queue) && !self.is_full(queue);
        self.may_stand_in_line(callback) && callback.queue().is_some_and(may_dial)
    }

    /// Whether a queue is open, and not paused.
    pub(super) fn serves(&self, queue: &str) -> bool {
        !self.is_on(queue, Switch::Paused)
            && !self.is_on(queue, Switch::Closed)
            && matches!(self.openness(queue), Openness::Open(_))
    }

    /// When a queue's dial rate has room again, if it has none.
    pub(crate) fn rate_full_until(&self, queue: &str) -> Option<Instant> {
        let rate = self.queue(queue).dialling.dial_rate?;
        let dials = self.dialled.iter().filter(|(own, _)| own == queue).map(|(_, at)| at);
        self.full_until(dials, rate.max, rate.per)
    }

    /// Whether a queue places no call now, because of how many it has placed or has under way.
    fn is_full(&self, queue: &str) -> bool {
        let own = |callback: &&Callback| callback.queue().is_some_and(|own| own == queue);
        let routing = |callback: &&Callback| matches!(callback.state, State::Routing(_));
        let reserved = self.callbacks.iter().filter(own).filter(routing).count();
        let most = self.queue(queue).dialling.concurrent_dials;
        most.is_some_and(|most| reserved >= most as usize) || self.rate_full_until(queue).is_some()
    }

    /// The next callback to dial before an agent is reserved: of the first queue that may, the first for whom somebody
    /// is logged in.
    fn next_ahead(&self) -> Option<Sequence> {
        self.center.queues.iter().find_map(|queue| {
            let own = |callback: &&Callback| callback.queue().is_some_and(|own| *own == queue.name);
            let ahead = self.callbacks.iter().filter(own).filter(|callback| callback.is_ahead()).count();
            let answered = self.answered.iter().rev().filter(|(own, _)| *own == queue.name).take(100);
            let answered: Vec<bool> = answered.map(|(_, abandoned)| *abandoned).collect();
            let abandoned = answered.iter().filter(|abandoned| **abandoned).count();
            let settings = &queue.dialling;
            if ahead >= settings.dial_ahead as usize
                || abandoned * 100 > answered.len() * settings.abandon_max as usize
            {
                return None;
            }
            let served = |callback: &&Callback| {
                let need = self.need(callback);
                self.agents.iter().any(|agent| agent.session.is_some() && meets(&need, &agent.settings))
            };
            let waiting = self.callbacks.iter().filter(|callback| self.is_matchable(callback));
            waiting.filter(own).filter(served).min_by_key(|callback| self.rank(callback)).map(|c| c.sequence)
        })
    }

    /// The callback that comes first of those whom somebody may serve, with everybody ready who may.
    fn first_served(&self) -> Option<(Callback, Vec<Agent>)> {
        let mut callbacks: Vec<&Callback> =
            self.callbacks.iter().filter(|callback| self.is_matchable(callback)).collect();
        let waits = |callback: &&Callback| matches!(callback.state, State::Routing(Stage::OnLine(None, _)));
        callbacks.extend(self.callbacks.iter().filter(waits));
        callbacks.sort_by_key(|callback| (!waits(callback), self.rank(callback)));
        callbacks.iter().find_map(|callback| {
            let need = self.need(callback);
            let able = |agent: &&Agent| self.is_ready(agent) && meets(&need, &agent.settings);
            let able: Vec<Agent> = self.agents.iter().filter(able).cloned().collect();
            (!able.is_empty()).then(|| ((*callback).clone(), able))
        })
    }

    /// The best of these agents, who stand in byte order of their ids, so that of equals the first is taken.
    fn best_agent<'a>(&self, able: &'a [Agent], queue: &Name, need: &Requirement) -> Option<&'a Agent> {
        let session = |agent: &Agent| agent.session.clone().expect("ready");
        let best = |order: &dyn Fn(&Agent) -> i64| {
            able.iter().min_by_key(|agent| (order(agent), session(agent).idle_since))
        };
        match self.queue(queue).strategy {
            Strategy::LongestIdle | Strategy::Script => best(&|_| 0),
            Strategy::MostSkilled => best(&|agent| {
                let level = |skill| i64::from(agent.settings.skills.get(&skill).copied().unwrap_or(0));
                -skills_named(need).into_iter().map(level).sum::<i64>()
            }),
            Strategy::LeastSkilled => {
                best(&|agent| agent.settings.skills.values().filter(|level| **level > 0).count() as i64)
            }
            Strategy::FewestCalls => best(&|agent| session(agent).calls as i64),
            Strategy::RoundRobin => {
                let last = self.chosen.iter().rfind(|(own, _)| own == queue).map(|(_, agent)| agent);
                let after = able.iter().find(|agent| last.is_some_and(|last| agent.settings.id > *last));
                after.or(able.first())
            }
            Strategy::LeastTalk => best(&|agent| session(agent).spent(self.now).1),
            Strategy::LeastOccupied => able.iter().min_by(|one, other| {
                let share = |agent: &Agent| {
                    let (session, units) = (session(agent), i128::from(agent.settings.capacity));
                    let busy = i128::from(session.spent(self.now).0);
                    (busy, i128::from(self.now.since(session.since).millis()) * units)
                };
                let ((busy, of), (others, in_all)) = (share(one), share(other));
                // Who has just come has done nothing, in no time.
                let shares = (busy * in_all.max(1)).cmp(&(others * of.max(1)));
                shares.then_with(|| session(one).idle_since.cmp(&session(other).idle_since))
            }),
            Strategy::Random => able.get(draw(self.center.seed, queue, self.draws, able.len())),
        }
    }
}

impl<A: Application> Naive<A> {
    pub(super) fn match_all(&mut self) {
        loop {
            self.match_pairs();
            if !self.overflow() {
                return;
            }
        }
    }

    fn match_pairs(&mut self) {
        while let Some((callback, able)) = self.world.first_served() {
            if self.choose_number(callback.sequence) || self.forbid(callback.sequence) {
                continue;
            }
            if self.keep_window(callback.sequence) || self.keep_limits(callback.sequence) {
                self.report_held(callback.sequence);
                continue;
            }
            let queue = callback.queue().expect("in a queue").clone();
            let need = self.world.need(&callback);
            let best = self.world.best_agent(&able, &queue, &need).expect("one of them is best");
            let best = match self.world.queue(&queue).strategy {
                Strategy::Script => self.best_scored(callback.sequence, &able).unwrap_or(best),
                _ => best,
            };
            self.reserve(callback.sequence, best.settings.id.clone());
        }
        while let Some(callback) = self.world.next_ahead() {
            if self.choose_number(callback) || self.forbid(callback) {
                continue;
            }
            if self.keep_window(callback) || self.keep_limits(callback) {
                self.report_held(callback);
                continue;
            }
            self.dial(callback, None);
        }
    }

    /// Whom the application scores highest; only those idle longest are asked about, and only where there is a choice.
    fn best_scored<'a>(&mut self, sequence: Sequence, able: &'a [Agent]) -> Option<&'a Agent> {
        let idle = |agent: &&Agent| agent.session.as_ref().expect("ready").idle_since;
        let mut asked: Vec<&Agent> = able.iter().collect();
        asked.sort_by_key(idle);
        asked.truncate(SCORED);
        if asked.len() == 1 {
            return None;
        }
        let view = self.callback_view(sequence);
        let mut scores = Vec::new();
        for agent in &asked {
            let (session, now) = (agent.session.as_ref().expect("ready"), self.world.now);
            let (spent, units) = (session.spent(now).0, i64::from(agent.settings.capacity));
            let agent = AgentView {
                settings: agent.settings.clone().into(),
                idle: now.since(session.idle_since),
                calls: session.calls,
                occupancy: (spent * 100 / (now.since(session.since).millis() * units).max(1)) as u32,
            };
            let answer = self.ask(Hook::Score, About::Agent(&view, &agent), |application, _| {
                application.score(&view, &agent)
            });
            scores.push(answer.ok().flatten()?);
        }
        let best = scores.iter().max()?;
        scores.iter().position(|score| score == best).map(|position| asked[position])
    }

    /// Reserves an agent, and goes on with the callback.
    fn reserve(&mut self, sequence: Sequence, agent: AgentId) {
        let world = &mut self.world;
        let now = world.now;
        let chosen = world.callback(sequence).clone();
        let score = world.score(&chosen);
        let queue = world.queue(chosen.queue().expect("in a queue")).clone();
        match queue.strategy {
            Strategy::RoundRobin => world.chosen.push((queue.name.clone(), agent.clone())),
            Strategy::Random => world.draws += 1,
            _ => {}
        }
        let session = world.agent_mut(&agent).and_then(|agent| agent.session.as_mut());
        session.expect("ready, so logged in").units.push(Unit {
            callback: sequence,
            reserved: now,
            talking: None,
            hung_up: None,
            wrap_up: None,
            over: None,
        });
        let callback = chosen.request.id.clone();
        self.event(Event::Reserved { callback, agent: agent.clone(), queue: queue.name.clone(), score });
        if let State::Routing(Stage::OnLine(_, until)) = chosen.state {
            self.world.callback_mut(sequence).state = State::Routing(Stage::OnLine(Some(agent), until));
            self.call_agent(sequence);
        } else if queue.dialling.preview {
            self.offer(sequence, agent);
        } else {
            self.ask_or_leave(sequence, agent);
        }
    }

    /// Dials the customer, for an agent who is reserved or ahead of one.
    pub(super) fn dial(&mut self, sequence: Sequence, agent: Option<AgentId>) {
        let world = &mut self.world;
        world.attempts += 1;
        let (attempt, now) = (AttemptId(world.attempts), world.now);
        let callback = world.callback(sequence);
        let (request, queue) = (callback.request.clone(), callback.queue().expect("in a queue").clone());
        let queue = world.queue(&queue).clone();
        let closes_at = world.openness(&queue.name).until();
        let ring_until = now.after(queue.dial_timeout);
        let window_ends = world.first_time(&request, &queue.name, false, now, ring_until);
        let (phone, id) = (request.phone.clone(), request.id.clone());
        world.dials.push((phone.clone(), now));
        world.counted.push(world.counted_now(&request));
        world.dialled.push((queue.name.clone(), now));
        let callback = world.callback_mut(sequence);
        callback.attempts.push(attempt);
        let number_of_attempt = callback.attempts.len() as u32;
        callback.state = State::Routing(Stage::Dialing(agent.clone(), ring_until.after(OUTCOME_GRACE)));
        let mut presentation = queue.dialling.presentation.clone();
        if let Some(caller_id) = &request.caller_id {
            presentation.caller_id = Some(caller_id.clone());
        }
        if !request.route_point.is_empty() {
            presentation.route_point = request.route_point.clone();
        }
        self.event(Event::Dialing {
            callback: id.clone(),
            attempt,
            agent: agent.clone(),
            number: phone.clone(),
        });
        self.emit(EffectKind::Dial(Dial {
            attempt,
            callback: id,
            number_of_attempt,
            number: phone,
            agent,
            ring_for: queue.dial_timeout,
            not_after: [closes_at, window_ends].into_iter().flatten().fold(ring_until, Instant::min),
            language: request.language.clone(),
            presentation,
        }));
        self.free_others_of(sequence);
    }
}
