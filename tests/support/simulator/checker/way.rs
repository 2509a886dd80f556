//! Ways: the plans that callbacks follow through the queues.

use ringback_engine::center::Plan;
use ringback_engine::protocol::Hook;
use ringback_engine::{Name, Requirement};

use super::Checker;
use super::known::Way;
use crate::simulator::rules::Word;

impl Checker {
    /// A way along the plan that the application gave, or the default plan.
    pub(super) fn set_out(&mut self, sequence: u64) {
        let id = self.known(sequence).request.id.clone();
        let bound_for = self.known_mut(sequence).bound_for.take();
        let faulted = self.unrouted.remove(&id) || bound_for.is_some();
        let answer = (!faulted).then(|| self.answer(&id, Hook::Route)).flatten();
        let plan = match answer {
            Some(Word::Route(Some(plan))) => plan,
            _ => bound_for.map_or_else(|| self.default_plan(sequence), |queue| self.plan_of(queue)),
        };
        let queue = self.facts.queue_named(plan.queue()).unwrap_or(usize::MAX);
        if !self.judge.must(46, queue != usize::MAX, || format!("{id} is sent to no queue: {plan:?}")) {
            return;
        }
        let edge = self.edge_on_entry(sequence, &plan);
        let (since, need) = (self.now, Requirement::anyone());
        let able = self.facts.able(&need, queue);
        self.known_mut(sequence).way = Some(Way {
            plan: plan.clone(),
            since,
            taken: 0,
            overflowed: Vec::new(),
            queue,
            entered: since,
            need,
            ageing: None,
            able,
        });
        self.take_step(sequence);
        if let Some((position, to)) = edge {
            let way = self.callbacks.get_mut(&sequence).and_then(|known| known.way.as_mut());
            if let Some(way) = way {
                way.overflowed.push(position);
                way.queue = to;
                way.able = self.facts.able(&way.need, to);
            }
            return;
        }
        while self
            .known(sequence)
            .way
            .as_ref()
            .is_some_and(|way| self.passed.contains(&(id.clone(), way.queue)))
        {
            let before = self.known(sequence).way.as_ref().map(|way| way.taken);
            self.take_step(sequence);
            if self.known(sequence).way.as_ref().map(|way| way.taken) == before {
                break;
            }
        }
        self.passed.retain(|(passed, _)| *passed != id);
    }

    pub(super) fn default_plan(&self, sequence: u64) -> Plan {
        let queue = &self.service_of(sequence).queue;
        self.plan_of(self.facts.queue_named(queue).expect("a queue of the center"))
    }

    /// A queue, then its overflow.
    pub(super) fn plan_of(&self, queue: usize) -> Plan {
        let settings = self.facts.queue(queue);
        let mut plan = Plan::new(settings.name.clone());
        let mut edges: Vec<_> = settings.overflow.iter().filter(|edge| edge.when.is_none()).collect();
        edges.sort_by_key(|edge| edge.after);
        for edge in edges {
            plan.after(edge.after).expect("in order");
            plan.go_to(edge.to.clone());
        }
        let conditional = settings.overflow.iter().filter(|edge| edge.when.is_some());
        conditional.for_each(|edge| plan.overflow_when(edge.clone()));
        plan
    }

    pub(super) fn take_step(&mut self, sequence: u64) {
        let Some(known) = self.callbacks.get_mut(&sequence) else { return };
        let Some(way) = &mut known.way else { return };
        let Some(step) = way.plan.steps().get(way.taken).cloned() else { return };
        way.taken += 1;
        if let Some(queue) = step.queue.as_ref().and_then(|queue| self.facts.queue_named(queue)) {
            if way.queue != queue {
                way.entered = self.now;
            }
            way.queue = queue;
        }
        if let Some(need) = step.need {
            way.need = (*need).clone();
        }
        known.priority = step.priority.unwrap_or(known.priority);
        way.ageing = step.ageing.or(way.ageing);
        way.able = self.facts.able(&way.need, way.queue);
    }

    /// Whether what is said of a callback's way is so.
    pub(super) fn judge_way(&mut self, sequence: u64, queue: &Name, need: &str) {
        let known = &self.callbacks[&sequence];
        let Some(way) = &known.way else { return };
        let settings = self.facts.queue(way.queue);
        let (id, stands) = (&known.request.id, settings.name == *queue);
        let invariant = if way.plan.overflow().is_empty() { 46 } else { 59 };
        self.judge
            .must(invariant, stands, || format!("{id} is said to be in {queue}, not in {}", settings.name));
        let assigned = known.assigned.map(|agent| self.facts.center.agents[agent].id.clone());
        let mut whole = way.need.and(&settings.need.and(&Requirement::any_group(&settings.groups)));
        if let Some(agent) = assigned {
            whole = Requirement::agent(agent);
        }
        for (agent, _) in known.cooloffs.iter().filter(|(_, until)| *until > self.now) {
            let agent = self.facts.center.agents[*agent].id.clone();
            whole = whole.and(&Requirement::any_but(agent));
        }
        self.judge.must(46, whole.to_string() == need, || format!("{id} needs {whole}, and {need} is said"));
    }
}
