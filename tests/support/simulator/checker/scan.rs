//! Scans: what is read from the engine, against the checker's books.

use ringback_engine::protocol::Application;
use ringback_engine::record::{Callback, Stage as Ringing, State};
use ringback_engine::{Engine, Instant};

use super::Checker;
use super::known::{Known, Stage};

impl Checker {
    /// Compares everything there is; the engine checks its indices itself.
    pub(in crate::simulator) fn scan(&mut self, engine: &Engine<impl Application>) {
        let faults = engine.check();
        self.judge.must(3, faults.is_ok(), || format!("check: {faults:?}"));
        let judge = &mut self.judge;
        let clock = engine.clock();
        judge.must(25, self.now == clock, || format!("the clock says {clock}, the effects {}", self.now));
        let back = (engine.clock_went_back(), self.clock_went_back);
        judge.must(40, back.0 == back.1, || format!("the clock went back {back:?} times"));

        let resident = engine.callbacks(None).count();
        let (known, accepted) = (self.callbacks.len(), self.accepted);
        let whole = resident == known && accepted == known as u64 + self.purged;
        judge.must(1, whole, || format!("{resident} are there, of {known}; {accepted} accepted"));
        let counts =
            self.callbacks.values().filter(|known| matches!(known.stage, Stage::Queued { .. })).count();
        judge.must(3, counts == self.queued.len(), || format!("{counts} are queued"));
        let next = engine.next_deadline();
        judge.must(45, known == 0 || next.is_some(), || format!("{known} are there, and nothing is due"));
        judge.must(25, next.is_none_or(|next| next > clock), || format!("{next:?} is due at {clock}"));
        for callback in engine.callbacks(None) {
            let Some(known) = self.callbacks.get(&callback.sequence.0) else {
                judge.must(1, false, || format!("{} was never accepted", callback.request.id));
                continue;
            };
            let id = &callback.request.id;
            judge.must(2, *id == known.request.id, || format!("{id} is {}", known.request.id));
            let same = stands_so(&callback.state, &known.stage, clock);
            judge.must(3, same, || format!("{id} is {:?}, by its events {:?}", callback.state, known.stage));
            let place = callback.place == known.place && callback.received == known.received;
            judge.must(44, place, || {
                format!("{id} has place {}, by its events {}", callback.place, known.place)
            });
            let deadline = callback.deadline().at;
            judge.must(45, deadline > clock, || format!("{id} was due at {deadline}, and it is {clock}"));
            judge.must(40, counted(callback, known), || format!("{callback:?} is not {known:?}"));
        }
        self.scan_agents(engine);
        self.scan_lines(engine);
    }

    fn scan_agents(&mut self, engine: &Engine<impl Application>) {
        for index in 0..self.people.len() {
            let settings = self.facts.center.agents[index].clone();
            let session = engine.agent(&settings.id).and_then(|agent| agent.session());
            self.scan_wrap_ups(index, session);
            let person = &self.people[index];
            let mut holds: Vec<u64> =
                session.into_iter().flat_map(|session| session.callbacks()).map(|held| held.0).collect();
            let mut known = person.holds.clone();
            holds.sort_unstable();
            known.sort_unstable();
            self.judge
                .must(17, holds == known, || format!("{} holds {holds:?}, not {person:?}", settings.id));
            let there = session.map(|s| (s.wants_calls(), s.leaving, s.calls, s.idle_since, s.work.len()));
            let known = person.session.as_ref();
            let known = known.map(|s| (s.ready, s.leaving, s.calls, s.idle_since, person.load()));
            self.judge.must(40, there == known, || format!("{} is {there:?}, not {known:?}", settings.id));
            let now = self.now;
            let there = session.map(|s| (s.occupied(now).millis(), s.talked(now).millis()));
            let known = person.session.as_ref().map(|session| session.spent(now));
            self.judge.must(40, there == known, || format!("{} spent {there:?}, not {known:?}", settings.id));
            let lease = person.holds.iter().all(|sequence| match self.callbacks[sequence].stage {
                Stage::Dialled { grace, .. } => grace > self.now,
                Stage::Talking { until, .. }
                | Stage::Offered { until, .. }
                | Stage::Confirming { until, .. }
                | Stage::OnLine { until, .. }
                | Stage::Invited { until, .. } => until > self.now,
                _ => false,
            });
            self.judge.must(19, lease, || format!("{} is held longer than its lease", settings.id));
        }
    }

    fn scan_lines(&mut self, engine: &Engine<impl Application>) {
        for (index, queue) in self.facts.center.queues.iter().enumerate() {
            let numbers = self.numbers(index);
            let on_call = self.callbacks.values().filter(|known| known.stage.from() == Some(index)).count();
            let expected =
                [numbers.waiting, on_call, numbers.agents, numbers.ready].map(|count| count as u32);
            let line = engine.line(&queue.name).unwrap_or_default();
            let counts = [line.waiting, line.on_call, line.agents, line.ready];
            let same = counts == expected && line.oldest == numbers.oldest;
            self.judge.must(40, same, || format!("{}: {line:?}, not {expected:?} {numbers:?}", queue.name));
            let ewt = (line.ewt, numbers.ewt);
            self.judge.must(59, ewt.0 == ewt.1, || format!("{}: is expected to take {ewt:?}", queue.name));
        }
    }
}

fn counted(callback: &Callback, known: &Known) -> bool {
    callback.attempts.len() == known.attempts as usize
        && callback.unknown == known.unknown
        && callback.priority == known.priority
        && (callback.state.is_completed() || callback.ttl_at == known.ttl_at())
}

/// Whether the engine's state is where the events have led.
fn stands_so(state: &State, stage: &Stage, now: Instant) -> bool {
    match (state, stage) {
        (State::Scheduled(scheduled), Stage::Scheduled { submit_at }) => scheduled.submit_at == *submit_at,
        (State::Queued(queued), Stage::Queued { held, .. }) => {
            queued.hold.map_or(held.is_none_or(|held| held <= now), |hold| *held == Some(hold.until))
        }
        (State::Routing(routing), stage) => {
            let agent = routing.stage.agent().map(|agent| agent.position());
            agent == stage.agent()
                && match (&routing.stage, stage) {
                    (
                        Ringing::Dialing { attempt, grace_until, .. },
                        Stage::Dialled { attempt: own, grace, .. },
                    ) => attempt == own && grace_until == grace,
                    (
                        Ringing::CustomerWaiting { attempt, until, .. },
                        Stage::OnLine { attempt: own, until: due, .. },
                    ) => attempt == own && until == due,
                    (Ringing::Offered { until, .. }, Stage::Offered { until: due, .. }) => until == due,
                    (
                        Ringing::Confirming { pushes, until, .. },
                        Stage::Confirming { pushes: own, until: due, .. },
                    ) => pushes == own && until == due,
                    (
                        Ringing::Inbound { attempt, code, until, .. },
                        Stage::Invited { attempt: own, code: given, until: due, .. },
                    ) => attempt == own && code == given && until == due,
                    _ => false,
                }
        }
        (State::Processing(talk), Stage::Talking { attempt, agent, until, .. }) => {
            talk.attempt == *attempt && talk.agent.position() == *agent && talk.talk_until == *until
        }
        (State::Completed(completed), Stage::Completed { at, .. }) => completed.at == *at,
        _ => false,
    }
}
