//! A customer whose callback is not over: what they, and the agents they are offered to, will say next.

use ringback_engine::protocol::{Command, Connect, Disposition, Offer, Push, PushKind};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{AttemptId, Duration, Instant};

use crate::streams::{Asked, Caller, Fate, Leg, Offered, Then};

/// A customer whose callback is not over.
pub(super) struct Customer {
    fate: Fate,
    /// The attempt made last.
    pub(super) attempt: Option<AttemptId>,
    offers: usize,
    confirms: usize,
    calls_in: usize,
    agent_legs: usize,
    talks: usize,
}

/// What is said, and how long after.
pub(super) type Answer = (Duration, Command);

impl Customer {
    pub(super) fn new(fate: Fate) -> Self {
        Self { fate, attempt: None, offers: 0, confirms: 0, calls_in: 0, agent_legs: 0, talks: 0 }
    }

    /// Whatever else the customer of this request asks for, and when.
    pub(super) fn wishes(&self, request: &Request) -> Vec<(Instant, Command)> {
        let callback = || request.id.clone();
        let moved =
            self.fate.reschedule.map(|(at, to)| (at, Command::Reschedule { callback: callback(), to }));
        let snooze = self.fate.snooze.map(|(at, by)| (at, Command::Snooze { callback: callback(), by }));
        let contact = self
            .fate
            .contact_at
            .map(|at| (at, Command::InboundContact { number: request.phone.clone(), service: None }));
        [moved, snooze, contact].into_iter().flatten().collect()
    }

    /// How an attempt ends.
    pub(super) fn rings(&mut self, attempt: AttemptId, number: u32, ring_for: Duration) -> Answer {
        self.attempt = Some(attempt);
        let (ring, outcome) = self.fate.of_attempt(number, ring_for);
        (ring, Command::Outcome { attempt, outcome })
    }

    /// What the agent says to an offer.
    pub(super) fn offered(&mut self, offer: &Offer) -> Option<Answer> {
        let (callback, agent) = (offer.callback.clone(), offer.agent.clone());
        let (after, word) = next(&self.fate.offers, &mut self.offers, Offered::Accept);
        match word {
            Offered::Accept => Some((after, Command::Accept { callback, agent })),
            Offered::Reject => Some((after, Command::Reject { callback, agent })),
            Offered::Ignore => None,
        }
    }

    /// What the customer says to a push.
    pub(super) fn told(&mut self, push: &Push) -> Option<Answer> {
        let PushKind::CallIn { number, code } = &push.kind else {
            let (after, word) = next(&self.fate.confirms, &mut self.confirms, Asked::Confirm);
            let confirmed = Command::Confirmed { callback: push.callback.clone() };
            return (word == Asked::Confirm).then_some((after, confirmed));
        };
        let usual = if code.is_some() { Caller::Code } else { Caller::Number };
        let (after, way) = next(&self.fate.calls_in, &mut self.calls_in, usual);
        let (from, code) = match way {
            Caller::Code => (None, code.clone()),
            Caller::Number => (Some(push.number.clone()), None),
            Caller::Dialled => (None, None),
            Caller::Ignore => return None,
        };
        Some((after, Command::CalledIn { from, dialled: number.clone(), code }))
    }

    /// How the leg of the agent ends who is to be connected.
    pub(super) fn connects(&mut self, connect: &Connect) -> Answer {
        let attempt = connect.attempt;
        let (after, leg) = next(&self.fate.agent_legs, &mut self.agent_legs, Leg::Connected);
        let command = match leg {
            Leg::Connected => Command::Connected { attempt },
            Leg::Failed(failure) => Command::AgentFailed { attempt, failure },
        };
        (after, command)
    }

    /// That the customer hangs up who waits on the line, unless they wait for ever.
    pub(super) fn waits(&self, attempt: AttemptId) -> Option<Answer> {
        let gives_up = Command::Outcome { attempt, outcome: Outcome::Abandoned };
        self.fate.patience.map(|patience| (patience, gives_up))
    }

    /// How the interaction ends that begins at `at`.
    pub(super) fn talks(&mut self, at: Instant) -> Option<Answer> {
        let attempt = self.attempt?;
        let handle = self.fate.handle;
        let (later, then) = next(&self.fate.dispositions, &mut self.talks, Then::Done);
        let disposed = |disposition| Command::Disposed { attempt, disposition };
        let command = match then {
            Then::Done => Command::Ended { attempt },
            Then::Requeue => disposed(Disposition::Requeue),
            Then::Later => disposed(Disposition::Reschedule(at.after(handle).after(later))),
        };
        Some((handle, command))
    }
}

/// The next of what is said in turn, or what is said at once beyond.
fn next<T: Copy>(said: &[(Duration, T)], turn: &mut usize, beyond: T) -> (Duration, T) {
    *turn += 1;
    said.get(*turn - 1).copied().unwrap_or((Duration::ZERO, beyond))
}
