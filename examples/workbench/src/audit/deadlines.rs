//! Deadlines: what is due happens on time, neither earlier nor later.

use ringback_engine::center::AGENT_FAILURES;
use ringback_engine::{Duration, Instant};
use smol_str::SmolStr;

use super::callback::{Callback, Dues, State};
use super::findings::Check;
use super::steering::BY_MOVE;
use super::{Audit, Owner};

impl Audit {
    /// Sets what is due of a callback, and sees to it that the audit looks then.
    pub(super) fn set_due(
        &mut self,
        serial: u64,
        at: Option<Instant>,
        which: fn(&mut Dues) -> &mut Option<Instant>,
    ) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        *which(&mut callback.due) = at;
        if let Some(at) = at {
            self.due.insert((at, Owner::Callback(serial)));
        }
    }

    /// Something happens now that is due at an instant.
    pub(super) fn on_time(&mut self, id: &SmolStr, due: Option<Instant>, what: &str, unknown: &'static str) {
        let now = self.now;
        match due {
            Some(due) => self.findings.hold(Check::Deadlines, Some(id), due == now, || {
                format!("{what} at {now}, and it is due at {due}")
            }),
            None => self.findings.skip(Check::Deadlines, unknown),
        }
    }

    /// When a callback of this service with this place has lived too long.
    pub(super) fn set_ttl(&mut self, serial: u64) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let ttl = callback.place.zip(callback.due.life).map(|(place, life)| place.after(life));
        self.set_due(serial, ttl, |due| &mut due.ttl);
    }

    /// When the service's own plan sends a callback on, if nothing else can.
    pub(super) fn set_step(&mut self, serial: u64) {
        let freedom = self.rules.freedom;
        let Some(Callback { service, journey: Some(journey), .. }) = self.callbacks.get(&serial) else {
            return;
        };
        let next = self.rules.services[*service].overflow.get(journey.steps);
        let next = next.filter(|_| !freedom.route && !freedom.reroute && !journey.moved);
        let at = next.map(|(after, _)| journey.entered.after(*after));
        self.set_due(serial, at, |due| &mut due.step);
    }

    /// The service's own plan sends a callback on.
    pub(super) fn step_taken(&mut self, serial: u64, id: &SmolStr, queue: usize) {
        let freedom = self.rules.freedom;
        if freedom.route || freedom.reroute {
            return self.findings.skip(Check::Deadlines, "the script decides the steps of its plans");
        }
        let Some(Callback { service, journey: Some(journey), since, due, passed_over, .. }) =
            self.callbacks.get(&serial)
        else {
            return;
        };
        if journey.moved {
            return self.findings.skip(Check::Deadlines, BY_MOVE);
        }
        let planned = self.rules.services[*service].overflow.get(journey.steps).map(|(_, to)| *to);
        let (since, due) = (*since, due.step);
        let stays = planned.is_some() && *passed_over == planned && journey.queue == queue;
        self.findings.hold(Check::Deadlines, Some(id), planned == Some(queue) || stays, || {
            format!("goes on to queue `{}`, where no overflow leads", self.rules.queues[queue].settings.name)
        });
        self.on_time(id, due.map(|due| due.max(since)), "goes on", "the plan has no further step");
    }

    /// The instant is over: what was due of this callback has happened.
    pub(super) fn overdue(&mut self, serial: u64) {
        let now = self.now;
        self.unknown_caller(serial);
        self.not_called_again(serial);
        let may_snooze = self.may_snooze(serial);
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let Callback { id, state, due, agent_failures, .. } = callback;
        let spent = *agent_failures >= AGENT_FAILURES && matches!(state, State::OnLine { .. });
        let findings = &mut self.findings;
        findings.hold(Check::Conservation, Some(id), !state.is_fleeting(), || {
            format!("stays {} after {now}", state.name())
        });
        findings.hold(Check::Deadlines, Some(id), !spent, || {
            format!("is on the line after {agent_failures} failures of agents' legs")
        });
        let completed = matches!(state, State::Completed { .. });
        let connected = matches!(state, State::Connected { .. });
        if let Some(until) = due.retry.take() {
            findings.hold(Check::Deadlines, Some(id), false, || {
                format!("comes back to the line without its hold until {until}")
            });
        }
        // What is not done then is told once.
        let mut missed = |due: &mut Option<Instant>, concerns: bool, what: &str| {
            let Some(at) = due.filter(|at| *at <= now) else { return };
            *due = None;
            findings.hold(Check::Deadlines, Some(id), !concerns, || format!("{what} is due at {at}"));
        };
        missed(&mut due.ttl, !completed && !connected, "its end by `ttl`");
        missed(&mut due.cancel, !completed && !connected, "its customer's cancellation");
        missed(
            &mut due.outcome,
            state.is_routing(),
            "the end of its attempt, or a word from its agent or customer",
        );
        missed(&mut due.snooze, may_snooze, "that its customer asks for later");
        missed(&mut due.end, connected, "the end of its interaction");
        missed(&mut due.purge, completed, "its purge");
        if matches!(state, State::Scheduled { .. }) {
            missed(&mut due.submit, true, "its entry into a queue");
        }
        if state.is_waiting() {
            missed(&mut due.wait, true, "its end by `queued_ttl`");
            missed(&mut due.step, true, "its plan's next step");
        }
    }

    /// A callback is reserved: its hold is over.
    pub(super) fn hold_respected(&mut self, id: &SmolStr, hold: Option<Instant>) {
        let Some(until) = hold else { return };
        let now = self.now;
        self.findings.hold(Check::Deadlines, Some(id), until <= now, || {
            format!("is reserved at {now} and held until {until}")
        });
    }

    /// An attempt begins: how long it rings, and when its customer cancels, is the traffic's to say.
    pub(super) fn ring(&mut self, serial: u64, queue: usize) {
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let most = self.rules.queues[queue].settings.dial_timeout;
        let place = (callback.attempts as usize).saturating_sub(1);
        let ring = callback.fate.ring.get(place).copied().unwrap_or_default();
        self.set_due(serial, Some(self.now.after(ring.min(most))), |due| &mut due.outcome);
    }

    /// An interaction begins: when it ends is the traffic's to say, unless that is too long.
    pub(super) fn talk(&mut self, serial: u64, queue: usize) {
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let most = self.rules.queues[queue].settings.talk_timeout;
        let length = callback.fate.handle.min(most);
        self.set_due(serial, Some(self.now.after(length)), |due| &mut due.end);
    }

    /// A completed callback is kept for some time.
    pub(super) fn keep(&mut self, serial: u64, queue: Option<usize>) {
        let kept = queue.map(|queue| self.rules.queues[queue].settings.purge_after);
        let kept = kept.filter(|_| !self.rules.freedom.purge);
        let at = kept.map(|kept: Duration| self.now.after(kept));
        self.set_due(serial, at, |due| &mut due.purge);
    }
}
