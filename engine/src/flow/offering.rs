//! Offering: pairs of callbacks and agents are matched, the agent is reserved, the customer is dialled.

use super::Turn;
use crate::book::{Match, Matching};
use crate::center::{AgentIndex, OUTCOME_GRACE, Strategy};
use crate::protocol::{Application, Dial, EffectKind, Event, Hook};
use crate::record::{Routing, Stage, State};
use crate::value::Instant;

impl<A: Application> Turn<'_, A> {
    /// Matches until no pair is left and no condition moves anybody.
    pub(super) fn settle(&mut self) {
        self.match_pairs();
        while self.overflow() {
            self.match_pairs();
        }
        self.book().arm_overflow();
        self.book().ledger_mut().matching = Matching::Done;
    }

    fn match_pairs(&mut self) {
        while let Some(found) = self.book().best_match() {
            if self.forbid(found.callback) {
                continue;
            }
            if self.keep_window(found.callback) || self.keep_limits(found.callback) {
                self.report_held(found.callback);
                continue;
            }
            let agent = self.rated(&found);
            self.reserve(Match { agent, ..found });
        }
    }

    /// Whom the `score` hook rates highest for a match, where its queue leaves the choice to it: of equals, the one
    /// idle longest, then the lowest id. Where there is no choice it is not asked; where it is left out or fails, the
    /// one idle longest is taken.
    fn rated(&mut self, found: &Match) -> AgentIndex {
        let strategy = self.book.layout().queue(found.queue).map(|queue| queue.strategy);
        if strategy != Some(Strategy::Script) {
            return found.agent;
        }
        let agents = self.book.to_be_scored(found.callback);
        if agents.len() < 2 {
            return found.agent;
        }
        let mut best: Option<(i64, AgentIndex)> = None;
        for agent in agents {
            let views = self.view_of(found.callback).zip(self.view_of_agent(agent));
            let Some((callback, view)) = views else { continue };
            let id = callback.id().clone();
            let asked = self.ask(Hook::Score, &id, move |application, _| application.score(&callback, &view));
            let Ok(Some(score)) = asked else { return found.agent };
            if best.is_none_or(|(other, _)| score > other) {
                best = Some((score, agent));
            }
        }
        best.map_or(found.agent, |(_, agent)| agent)
    }

    fn reserve(&mut self, found: Match) {
        let Match { callback: sequence, agent, queue, score } = found;
        let (now, layout) = (self.now(), self.book.layout());
        let (Some(callback), Some(settings), Some(person)) =
            (self.callback(sequence), layout.queue(queue), layout.agent(agent))
        else {
            return;
        };
        let State::Queued(queued) = &callback.state else { return };
        let (request, journey) = (callback.request.clone(), queued.journey.clone());
        let (queue_name, agent_id, dial_timeout) =
            (settings.name.clone(), person.id.clone(), settings.dial_timeout);
        let number_of_attempt = u32::try_from(callback.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);

        let book = self.book();
        let attempt = book.ledger().next_attempt;
        book.ledger_mut().next_attempt = attempt.next();
        let ring_until = now.after(dial_timeout);
        let shuts_at = [book.closes_at(queue), book.callable(sequence).open_until(now)];
        let not_after = shuts_at.into_iter().flatten().fold(ring_until, Instant::min);
        book.chose(queue, agent);
        book.change_agent(agent, |agent| agent.reserve(sequence, now));
        book.count_attempt(&request.number());
        let grace_until = ring_until.after(OUTCOME_GRACE);
        book.change(sequence, |callback| {
            callback.attempts.push(attempt);
            let stage = Stage::Dialing { agent: Some(agent), attempt, grace_until };
            callback.state = State::Routing(Routing { journey, queue, stage });
        });

        let callback = request.id.clone();
        self.event(Event::Reserved {
            callback: callback.clone(),
            agent: agent_id.clone(),
            queue: queue_name,
            score,
        });
        self.event(Event::Dialing {
            callback: callback.clone(),
            attempt,
            agent: Some(agent_id.clone()),
            number: request.phone.clone(),
        });
        self.emit(EffectKind::Dial(Dial {
            attempt,
            callback,
            number_of_attempt,
            number: request.phone.clone(),
            agent: Some(agent_id),
            ring_for: dial_timeout,
            not_after,
            language: request.language.clone(),
        }));
    }
}
