//! Offering: pairs of callbacks and agents are matched, the agent is reserved, and the callback sets off.

use std::sync::Arc;

use super::Turn;
use super::agents::Parting;
use crate::book::{Match, Matching};
use crate::center::{AgentIndex, Dialling, First, OUTCOME_GRACE, Presentation, QueueIndex, Strategy};
use crate::protocol::{Application, Connect, Dial, EffectKind, Event, Hook};
use crate::record::{Callback, Journey, Request, Routing, Stage, State};
use crate::value::{AgentId, AttemptId, CallbackId, Instant, Sequence};

/// A callback on its way to a call: its journey, the queue it left, and who is reserved.
#[derive(Clone, Debug)]
pub(super) struct Departure {
    pub(super) journey: Arc<Journey>,
    pub(super) queue: QueueIndex,
    pub(super) agent: Option<AgentIndex>,
}

impl Departure {
    pub(super) fn of(routing: &Routing) -> Self {
        let agent = routing.stage.agent();
        Self { journey: Arc::clone(&routing.journey), queue: routing.queue, agent }
    }
}

impl<A: Application> Turn<'_, A> {
    /// Matches until no pair is left and no condition moves anybody, and dials ahead.
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
            if self.choose_number(found.callback) || self.forbid(found.callback) {
                continue;
            }
            if self.keep_window(found.callback) || self.keep_limits(found.callback) {
                self.report_held(found.callback);
                continue;
            }
            let agent = self.rated(&found);
            self.reserve(Match { agent, ..found });
        }
        while let Some((sequence, queue)) = self.book().next_ahead() {
            if self.choose_number(sequence) || self.forbid(sequence) {
                continue;
            }
            if self.keep_window(sequence) || self.keep_limits(sequence) {
                self.report_held(sequence);
                continue;
            }
            let Some(Callback { state: State::Queued(queued), .. }) = self.callback(sequence) else { break };
            let journey = Arc::clone(&queued.journey);
            self.dial(sequence, Departure { journey, queue, agent: None });
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
            let ask = |application: &mut A, (callback, view): &_, _: &_| application.score(callback, view);
            let asked = self.ask(Hook::Score, (callback, view), ask);
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
        let (id, state) = (callback.request.id.clone(), callback.state.clone());
        let (queue_name, agent_id) = (settings.name.clone(), person.id.clone());
        let (preview, confirm) = (settings.dialling.preview, settings.dialling.confirm.is_some());
        let book = self.book();
        book.chose(queue, agent);
        book.change_agent(agent, |agent| agent.reserve(sequence, now));
        self.event(Event::Reserved { callback: id, agent: agent_id, queue: queue_name, score });
        match state {
            State::Queued(queued) => {
                let departure = Departure { journey: queued.journey, queue, agent: Some(agent) };
                if preview {
                    self.offer(sequence, departure);
                } else if confirm {
                    self.push_confirmation(sequence, departure, 1);
                } else {
                    self.leave(sequence, departure);
                }
            }
            State::Routing(Routing {
                journey, stage: Stage::CustomerWaiting { attempt, until, .. }, ..
            }) => {
                let stage = Stage::CustomerWaiting { agent: Some(agent), attempt, until };
                self.book().put(sequence, State::Routing(Routing { journey, queue, stage }));
                self.call_agent(sequence);
            }
            _ => {}
        }
    }

    /// A callback that waited for a word of agent or customer sets off, unless it can't be called any more.
    pub(super) fn set_off(&mut self, sequence: Sequence, departure: Departure) {
        self.choose_number(sequence);
        if self.is_allowed_elsewhere(sequence) {
            // The other number is taken: it is waited for in line.
            self.go_back(sequence, departure.journey, None, "number");
            if let Some(agent) = departure.agent {
                self.part(agent, sequence, Parting::Unused);
            }
            return;
        }
        if self.forbid(sequence) {
            if let Some(agent) = departure.agent {
                self.part(agent, sequence, Parting::Unused);
            }
            return;
        }
        let Some(callback) = self.callback(sequence).cloned() else { return };
        let Some(why) = self.book().barrier(&callback, departure.queue) else {
            return self.leave(sequence, departure);
        };
        self.go_back(sequence, departure.journey, None, why);
        if let Some(agent) = departure.agent {
            self.part(agent, sequence, Parting::Unused);
        }
    }

    fn leave(&mut self, sequence: Sequence, departure: Departure) {
        match self.dialling(departure.queue).first {
            First::Agent | First::Customer => self.dial(sequence, departure),
            First::Inbound => self.invite(sequence, departure),
        }
    }

    /// How a queue's callbacks are called.
    pub(super) fn dialling(&self, queue: QueueIndex) -> Dialling {
        self.book.layout().queue(queue).map(|queue| queue.dialling.clone()).unwrap_or_default()
    }

    /// The id of the next attempt, which is this callback's.
    pub(super) fn begin_attempt(&mut self) -> AttemptId {
        let ledger = self.book().ledger_mut();
        let attempt = ledger.next_attempt;
        ledger.next_attempt = attempt.next();
        attempt
    }

    fn dial(&mut self, sequence: Sequence, departure: Departure) {
        let Departure { journey, queue, agent } = departure;
        let now = self.now();
        let (Some(callback), Some(settings)) = (self.callback(sequence), self.book.layout().queue(queue))
        else {
            return;
        };
        let number_of_attempt = u32::try_from(callback.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        let (request, dial_timeout) = (Arc::clone(&callback.request), settings.dial_timeout);
        let presentation = presented(&settings.dialling.presentation, &request);
        let attempt = self.begin_attempt();
        let book = self.book();
        let ring_until = now.after(dial_timeout);
        let shuts_at = [book.closes_at(queue), book.callable(sequence).open_until(now)];
        let not_after = shuts_at.into_iter().flatten().fold(ring_until, Instant::min);
        book.count_attempt(&request.number());
        let grace_until = ring_until.after(OUTCOME_GRACE);
        book.change(sequence, |callback| {
            callback.attempts.push(attempt);
            let stage = Stage::Dialing { agent, attempt, grace_until };
            callback.state = State::Routing(Routing { journey, queue, stage });
        });
        book.count_dial(queue);

        let agent = agent.and_then(|agent| self.agent_id(agent));
        let callback = request.id.clone();
        self.event(Event::Dialing {
            callback: callback.clone(),
            attempt,
            agent: agent.clone(),
            number: request.phone.clone(),
        });
        self.emit(EffectKind::Dial(Dial {
            attempt,
            callback,
            number_of_attempt,
            number: request.phone.clone(),
            agent,
            ring_for: dial_timeout,
            not_after,
            language: request.language.clone(),
            presentation,
        }));
        self.free_others_of(&request.phone);
    }

    /// Tells the host to connect the agent who is reserved to the customer on the line.
    pub(super) fn call_agent(&mut self, sequence: Sequence) {
        let Some(Callback { state: State::Routing(routing), request, .. }) = self.callback(sequence) else {
            return;
        };
        let Stage::CustomerWaiting { agent: Some(agent), attempt, until } = routing.stage else { return };
        let callback = request.id.clone();
        if let Some(agent) = self.agent_id(agent) {
            self.emit(EffectKind::Connect(Connect { attempt, callback, agent, until }));
        }
    }

    pub(super) fn agent_id(&self, agent: AgentIndex) -> Option<AgentId> {
        self.book.layout().agent(agent).map(|agent| agent.id.clone())
    }

    pub(super) fn id_of(&self, sequence: Sequence) -> Option<CallbackId> {
        self.callback(sequence).map(|callback| callback.request.id.clone())
    }
}

/// What is shown of a call: what the request says, else the queue.
fn presented(queue: &Presentation, request: &Request) -> Presentation {
    let mut presentation = queue.clone();
    if !request.route_point.is_empty() {
        presentation.route_point = request.route_point.clone();
    }
    presentation.caller_id = request.caller_id.clone().or(presentation.caller_id);
    presentation
}
