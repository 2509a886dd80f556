//! Explaining: why a callback stands where it stands. It reads what matching reads, and says all that stands against a call.

use std::cmp::Ordering;
use std::sync::Arc;

use super::standing::Stand;
use super::{Book, Matching};
use crate::center::{Openness, QueueIndex};
use crate::protocol::{Agents, Barrier, Before, Explained, Explanation, NextStep, StageName, Wait, WaitsFor};
use crate::record::{
    Callback, HoldReason, Journey, Preferred, Queued, Retention, Routing, Session, Stage, State,
};
use crate::value::requirement::Candidate;
use crate::value::{Name, Requirement, Sequence};

impl Book {
    /// Why a callback stands where it stands.
    pub(crate) fn explain(&self, sequence: Sequence) -> Option<Explanation> {
        let callback = self.callback(sequence)?;
        let state = match &callback.state {
            State::Scheduled(scheduled) => Explained::Scheduled { enters_at: scheduled.submit_at },
            State::Queued(queued) => Explained::Queued(Box::new(self.wait(callback, queued))),
            State::Routing(routing) => self.under_way(callback, routing),
            State::Processing(processing) => Explained::Processing {
                queue: self.name_of(processing.queue),
                agent: self.layout.agent(processing.agent)?.id.clone(),
                since: processing.connected_at,
                until: processing.talk_until,
            },
            State::Completed(completed) => Explained::Completed {
                reason: completed.reason.clone(),
                since: completed.at,
                goes_at: match completed.retention {
                    Retention::Ask { at } => at,
                    Retention::Redacted { until } => until,
                },
            },
        };
        let (id, at) = (callback.request.id.clone(), self.ledger.clock);
        Some(Explanation { callback: id, at, place: callback.place, ttl_at: callback.ttl_at, state })
    }

    fn name_of(&self, queue: QueueIndex) -> Name {
        self.layout.queue(queue).map(|queue| queue.name.clone()).unwrap_or_default()
    }

    fn wait(&self, callback: &Callback, queued: &Queued) -> Wait {
        let journey = &queued.journey;
        let need = self.need_of(callback);
        Wait {
            queue: self.name_of(journey.queue),
            score: self.score(callback.sequence),
            before: self.before(callback, journey.queue),
            barriers: self.barriers(callback, queued, &need),
            waits_for: self.waits_for(callback, journey),
            next_step: self.next_step(callback, journey),
            wait_until: journey.wait_until,
            need: (*need).clone(),
        }
    }

    fn under_way(&self, callback: &Callback, routing: &Routing) -> Explained {
        let stage = match routing.stage {
            Stage::Offered { .. } => StageName::Offered,
            Stage::Confirming { .. } => StageName::Confirming,
            Stage::Dialing { .. } => StageName::Dialing,
            Stage::CustomerWaiting { .. } => StageName::CustomerWaiting,
            Stage::Inbound { .. } => StageName::Inbound,
        };
        let agent = routing.stage.agent().and_then(|agent| self.layout.agent(agent));
        let on_the_line = matches!(routing.stage, Stage::CustomerWaiting { agent: None, .. });
        // Who waits on the line waits for nobody in particular.
        let journey = Journey { preferred: None, ..(*routing.journey).clone() };
        let need = || self.whole_need(&Stand::of(callback, &Arc::new(journey)));
        Explained::Routing {
            queue: self.name_of(routing.queue),
            stage,
            agent: agent.map(|agent| agent.id.clone()),
            until: routing.stage.deadline().at,
            agents: on_the_line.then(|| self.agents(&need())),
        }
    }

    /// Who ranks before a callback in its queue.
    fn before(&self, own: &Callback, queue: QueueIndex) -> Before {
        let mut before = Before::default();
        let score = self.score(own.sequence);
        for other in self.waiting(queue).filter_map(|sequence| self.callback(sequence)) {
            let by_score = self.score(other.sequence).cmp(&score);
            let by_place = own.place.cmp(&other.place);
            let by_request = own.sequence.cmp(&other.sequence);
            let count = match (by_score, by_place, by_request) {
                (Ordering::Greater, ..) => &mut before.higher_score,
                (Ordering::Equal, Ordering::Greater, _) => &mut before.earlier_place,
                (Ordering::Equal, Ordering::Equal, Ordering::Greater) => &mut before.earlier_request,
                _ => continue,
            };
            *count = count.saturating_add(1);
            before.all = before.all.saturating_add(1);
            if other.hold().is_some() || self.is_shut(&other.request.phone) {
                before.held = before.held.saturating_add(1);
            }
        }
        before
    }

    fn barriers(&self, callback: &Callback, queued: &Queued, need: &Requirement) -> Vec<Barrier> {
        let queue = queued.journey.queue;
        let mut barriers = Vec::new();
        if self.ledger.matching != Matching::Done {
            barriers.push(Barrier::Behind);
        }
        self.barriers_of_queue(queue, &mut barriers);
        if let Some(hold) = queued.hold {
            barriers.push(Barrier::Held { until: hold.until, why: hold.why });
        }
        self.barriers_of_number(callback, queued, &mut barriers);
        let agents = self.agents(need);
        if agents.ready == 0 {
            barriers.push(Barrier::Nobody { agents });
        }
        barriers
    }

    fn barriers_of_queue(&self, queue: QueueIndex, barriers: &mut Vec<Barrier>) {
        let now = self.ledger.clock;
        let switches = self.switches(queue);
        if switches.paused {
            barriers.push(Barrier::Paused);
        }
        if switches.closed {
            barriers.push(Barrier::EmergencyClose);
        }
        let hours = self.indices.timetable.queue(queue).map(|hours| hours.openness(now));
        if let Some(Openness::Closed(until)) = hours {
            barriers.push(Barrier::Closed { until });
        }
        let routing = self.indices.queues.get(queue).map_or(0, |record| record.routing);
        let most = self.layout.queue(queue).and_then(|queue| queue.dialling.concurrent_dials);
        if let Some(most) = most.filter(|most| routing >= *most) {
            barriers.push(Barrier::ConcurrentDials { most });
        }
        if let Some(until) = self.rate_full_until(queue) {
            barriers.push(Barrier::DialRate { until });
        }
    }

    /// What of its number keeps a callback from being called. Of what is asked only when its turn comes, nothing is said where
    /// it would be turned to another number then, or where it is held anyway.
    fn barriers_of_number(&self, callback: &Callback, queued: &Queued, barriers: &mut Vec<Barrier>) {
        let (now, request) = (self.ledger.clock, &callback.request);
        let live = self.indices.numbers.get(&request.phone).and_then(|number| number.live);
        if let Some(other) = live.and_then(|live| self.callback(live)) {
            barriers.push(Barrier::NumberLive { callback: other.request.id.clone() });
        }
        if let Some(until) = self.fenced_until(&request.phone) {
            barriers.push(Barrier::NumberFenced { until });
        }
        if let Some(until) = self.limited_until(&request.phone) {
            barriers.push(Barrier::Limit { until, why: HoldReason::AttemptsPerNumber });
        }
        let elsewhere =
            || request.other_numbers.iter().any(|number| self.free_at(callback, number, now) == Some(now));
        if queued.is_held() || elsewhere() {
            return;
        }
        let callable = self.callable(callback.sequence);
        if callable.open_until(now).is_none() {
            barriers.push(Barrier::CallingWindow { until: callable.next_open(now, callback.ttl_at) });
        }
        if let Some((until, why)) = self.crowded_until(&request.number()) {
            barriers.push(Barrier::Limit { until, why });
        }
        let mut numbers = request.numbers();
        if !numbers.any(|number| self.layout.allows(callback.service, &number)) {
            barriers.push(Barrier::NumberForbidden);
        }
    }

    fn waits_for(&self, callback: &Callback, journey: &Journey) -> Option<WaitsFor> {
        let (agent, until) = match (callback.assigned, &journey.preferred) {
            (Some(assigned), _) => (self.layout.agent(assigned)?.id.clone(), None),
            (None, Some(preferred)) => (preferred.agent.clone(), Some(preferred.until)),
            (None, None) => return None,
        };
        let index = self.layout.agent_index(agent.as_str());
        let logged_in = index.is_some_and(|index| self.is_present(index));
        Some(WaitsFor { agent, until, logged_in })
    }

    fn next_step(&self, callback: &Callback, journey: &Journey) -> Option<NextStep> {
        let at = journey.next_step()?;
        let step = journey.plan.steps().get(journey.taken)?;
        let queue = step.queue.as_ref().and_then(|queue| self.layout.queue_index(queue));
        let kept = journey.preferred.clone().filter(|preferred| preferred.until > at);
        let preferred = step.prefer.as_ref().map(|preference| Preferred {
            agent: preference.agent.clone(),
            until: at.after(preference.span),
        });
        let then = Arc::new(Journey {
            queue: queue.unwrap_or(journey.queue),
            need: step.need.clone().unwrap_or_else(|| Arc::clone(&journey.need)),
            preferred: preferred.or(kept),
            ..journey.clone()
        });
        let need = self.whole_need(&Stand::of(callback, &then));
        let agents = self.agents(&need);
        Some(NextStep { at, queue: self.name_of(then.queue), need: (*need).clone(), agents })
    }

    /// The agents of the center who meet a requirement, as they are now.
    fn agents(&self, need: &Requirement) -> Agents {
        let mut agents = Agents::default();
        for index in self.layout.agent_indices() {
            let Some(settings) = self.layout.agent(index) else { continue };
            let candidate =
                Candidate { id: &settings.id, skills: &settings.skills, groups: &settings.groups };
            if !need.is_met_by(candidate) {
                continue;
            }
            let session = self.ledger.agent(index).and_then(|agent| agent.session());
            let count = match session {
                None => &mut agents.logged_out,
                Some(session) if session.is_ready(self.layout.capacity(index)) => &mut agents.ready,
                Some(session) => match why_not(session) {
                    NotFree::Unwilling => &mut agents.not_ready,
                    NotFree::Busy => &mut agents.busy,
                    NotFree::WrapsUp => &mut agents.wrapping_up,
                },
            };
            *count = count.saturating_add(1);
            agents.all = agents.all.saturating_add(1);
        }
        agents
    }
}

/// Why an agent who is logged in is not ready.
enum NotFree {
    Unwilling,
    Busy,
    WrapsUp,
}

fn why_not(session: &Session) -> NotFree {
    if !session.wants_calls() || session.leaving {
        NotFree::Unwilling
    } else if session.callbacks().next().is_some() {
        NotFree::Busy
    } else {
        NotFree::WrapsUp
    }
}
