//! What happens to callbacks: each line of the log is checked, then believed.

use ringback_engine::Instant;
use ringback_engine::center::{Condition, REDACTED_KEPT, WrapUp};
use smol_str::SmolStr;

use super::callback::{Callback, Dues, Journey, State, Turns};
use super::findings::Check;
use super::log::Deed;
use super::transitions::is_declared;
use super::{Audit, Owner};

pub(super) const BY_TIMEOUT: &str =
    "the script's `timeout` decides what a failed attempt or a long wait leads to";
pub(super) const BY_PURGE: &str = "the script's `purge` decides how long a record is kept";
pub(super) const BY_ACCEPT: &str = "the script's `accept` may have set `ttl` or put the request off";

impl Audit {
    /// Something happens to a callback.
    pub(super) fn happen(&mut self, id: &SmolStr, deed: Deed) {
        match &deed {
            Deed::Accepted => return self.accepted(id),
            Deed::Rejected { code } => {
                if let Some(line) = self.answered(id) {
                    self.quotas_rejected(&line.request, code);
                }
                return;
            }
            Deed::Repeated => return self.repeated(id),
            // These hooks are asked before there is a callback.
            Deed::Fault { hook } if hook == "accept" || hook == "throttle" => return,
            _ => {}
        }
        let serial = self.ids.get(id).copied();
        self.findings.hold(Check::Conservation, Some(id), serial.is_some(), || {
            format!("`{}`, and it was never accepted or is purged already", deed.word())
        });
        let Some((serial, state)) =
            serial.and_then(|serial| Some((serial, self.callbacks.get(&serial)?.state)))
        else {
            return;
        };
        let freedom = self.rules.freedom;
        self.findings.hold(Check::Conservation, Some(id), is_declared(state, &deed, freedom), || {
            let what =
                if let Deed::Completed { reason } = &deed { format!(" {reason}") } else { String::new() };
            format!("`{}`{what} can't come while it is {}", deed.word(), state.name())
        });
        self.touched.insert(serial);
        match deed {
            Deed::Scheduled { desired } => self.scheduled(serial, id, state, desired),
            Deed::Rescheduled { desired } => self.rescheduled(serial, id, state, desired),
            Deed::NextNumber { number } => self.turned(serial, id, &number),
            Deed::Updated { number, priority, queue } => self.updated(serial, id, (number, priority, queue)),
            Deed::Assigned { agent } => self.assigned(serial, id, agent),
            Deed::PutOff { desired } => self.put_off(serial, id, desired),
            Deed::Queued { queue, need, score } => self.queued(serial, id, state, &queue, &need, score),
            Deed::Step { queue, need, when } => self.step(serial, id, &queue, &need, when),
            Deed::Returned { why } => self.returned(serial, id, state, &why),
            Deed::Held { until, why } => self.held(serial, id, until, &why),
            Deed::Reserved { agent, queue, score } => {
                self.reserved(serial, id, state, (&agent, &queue, score))
            }
            Deed::Offered { agent, until } => self.offered(serial, id, state, &agent, until),
            Deed::Notified { calls_in } => self.notified(serial, id, state, calls_in),
            Deed::AgentFailed { agent, why, .. } => self.agent_failed(serial, id, state, &agent, &why),
            Deed::Snoozed { until } => self.snoozed(serial, id, state, until),
            Deed::Expected => self.expected(serial, id),
            Deed::PassedOver { queue } => self.passed_over(serial, id, &queue),
            Deed::Dialing { attempt, agent, number } => {
                self.dialing(serial, id, state, (attempt, agent.as_ref(), &number))
            }
            Deed::Outcome { attempt, outcome } => self.outcome(serial, id, state, (attempt, outcome)),
            Deed::Connected { agent } => self.connected(serial, id, state, &agent),
            Deed::TalkTimeout { agent } => self.talk_timeout(serial, id, state, &agent),
            Deed::Ended { agent } => self.ended(serial, id, state, &agent),
            Deed::Completed { reason } => self.completed(serial, id, state, &reason),
            Deed::Redacted => {
                self.put(serial, State::Completed { redacted: true });
                self.set_due(serial, Some(self.now.after(REDACTED_KEPT)), |due| &mut due.purge);
            }
            Deed::Purged => self.purged(serial, id, state),
            Deed::Accepted | Deed::Rejected { .. } | Deed::Repeated | Deed::Fault { .. } => {}
        }
    }

    /// The one way a callback changes its state.
    pub(super) fn put(&mut self, serial: u64, state: State) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let waiting = &mut self.admitted[callback.service].waiting;
        match (callback.state.is_waiting(), state.is_waiting()) {
            (false, true) => *waiting += 1,
            (true, false) => *waiting = waiting.saturating_sub(1),
            _ => {}
        }
        let before = std::mem::replace(&mut callback.state, state);
        callback.since = self.now;
        self.count_routing(before, state);
        self.refresh(serial);
    }

    fn accepted(&mut self, id: &SmolStr) {
        let twice = self.ids.contains_key(id);
        self.findings.hold(Check::Conservation, Some(id), !twice, || "is accepted twice".into());
        let Some(line) = self.answered(id) else { return };
        let (request, fate, now) = (line.request, line.fate, self.now);
        let Some(service) = self.rules.service(&request.service) else {
            self.findings.hold(Check::Quotas, Some(id), false, || "is accepted on no service".into());
            return;
        };
        if twice {
            return;
        }
        self.quotas_accepted(service, &request);
        let freedom = self.rules.freedom;
        let life = self.rules.queues[self.rules.services[service].queue].settings.ttl;
        let snooze = fate.snooze.map(|(at, _)| at);
        if let Some(at) = fate.contact_at {
            self.contact_planned(at, &request.phone);
        }
        let due = Dues {
            life: (!freedom.accept_ttl).then_some(life),
            cancel: fate.cancel_at,
            snooze,
            ..Dues::default()
        };
        let serial = self.accepted;
        self.accepted += 1;
        self.ids.insert(id.clone(), serial);
        if let Some(key) = &request.key {
            self.keep_key(key, id);
        }
        self.numbers.entry(request.phone.clone()).or_default().open.insert(serial);
        let callback = Callback {
            id: id.clone(),
            key: request.key,
            service,
            received: now,
            phone: request.phone,
            facts: request.facts,
            others: request.other_numbers,
            desired: request.desired,
            fate,
            place: request.desired.or((!freedom.accept_defer).then_some(now)),
            attempts: 0,
            uncounted: 0,
            rejects: 0,
            agent_failures: 0,
            barred: Vec::new(),
            asked: Turns::default(),
            expected: None,
            passed_over: None,
            entropy: request.entropy.is_some(),
            journey: None,
            state: State::Accepted,
            since: now,
            due,
            booked: None,
            waits_in: None,
            spot: None,
            priority: 0,
            assigned: false,
            reassigned: false,
            moved: None,
        };
        let cancel = callback.due.cancel;
        self.callbacks.insert(serial, callback);
        self.set_due(serial, cancel, |due| &mut due.cancel);
        self.set_due(serial, snooze, |due| &mut due.snooze);
        self.set_ttl(serial);
        self.touched.insert(serial);
    }

    fn scheduled(&mut self, serial: u64, id: &SmolStr, state: State, desired: Instant) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let first = state == State::Accepted;
        let (asked, service) = (callback.desired, callback.service);
        callback.place = Some(desired);
        self.word_kept(serial, id, state, "scheduled");
        match state {
            State::Ended { .. } => self.called_again(serial, id, desired),
            _ if state.is_routing() => self.let_go(serial, state, false),
            _ => {}
        }
        if first {
            let right = asked.map_or(self.rules.freedom.accept_defer, |asked| asked == desired);
            self.findings.hold(Check::Conservation, Some(id), right, || {
                format!("is scheduled for {desired}, which it did not ask for")
            });
        }
        self.book(serial, desired);
        let before = self.rules.services[service].settings.submit_before;
        let submit = desired.before(before).max(self.now);
        self.set_due(serial, Some(submit), |due| &mut due.submit);
        self.set_ttl(serial);
        self.put(serial, State::Scheduled { again: !first });
        if let State::Failed { .. } = state {
            self.findings.skip(Check::Deadlines, BY_TIMEOUT);
        }
    }

    fn queued(
        &mut self,
        serial: u64,
        id: &SmolStr,
        state: State,
        name: &SmolStr,
        need: &SmolStr,
        score: i64,
    ) {
        let Some((queue, need)) = self.place_in(serial, id, name, need) else { return };
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let (place, desired, now) = (callback.place, callback.desired, self.now);
        let given = callback.priority;
        callback.reassigned = false;
        if state == State::Accepted {
            if let Some(desired) = desired {
                self.book(serial, desired);
            }
            self.quotas_entered(serial);
        } else {
            let submit = callback.due.submit.take();
            self.on_time(id, submit, "enters its queue", BY_ACCEPT);
        }
        let rules = &self.rules;
        // At its entry nobody has waited yet: the score is that of the priorities.
        let settings = &rules.queues[queue].settings;
        let priority = place.map(|_| score.saturating_sub(settings.priority));
        let free = rules.freedom.accept_priority || rules.freedom.plan_priority;
        match priority {
            Some(priority) if !free => self.findings.hold(Check::Order, Some(id), priority == given, || {
                format!("enters with the score {score}, and nothing gives it {priority} beyond the queue's priority")
            }),
            _ => self.findings.skip(Check::Order, "the script may have set the callback's score"),
        }
        let callback = self.callbacks.get(&serial);
        let service = callback.filter(|callback| callback.moved.is_none() && !rules.freedom.route);
        let first = service.map_or(queue, |callback| rules.services[callback.service].queue);
        let wait = now.after(rules.queues[first].settings.queued_ttl);
        // Queues that take in nobody are passed over.
        let passed = callback.filter(|callback| callback.passed_over.is_some() && queue != first);
        let steps = passed.and_then(|callback| {
            rules.services[callback.service].overflow.iter().position(|(_, to)| *to == queue)
        });
        let journey = Journey {
            queue,
            first,
            need: Some(need),
            astray: false,
            in_doubt: None,
            priority,
            entered: now,
            steps: steps.map_or(0, |position| position + 1),
            moved: false,
            overflowed: Vec::new(),
        };
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.journey = Some(journey);
            // From here on the booking stands, whatever becomes of the callback.
            callback.booked = None;
        }
        self.put(serial, State::Waiting { hold: None });
        self.entered(serial, id, queue);
        let wait = (!self.rules.freedom.timeout).then_some(wait);
        self.set_due(serial, wait, |due| &mut due.wait);
        self.set_step(serial);
    }

    /// A queue and a requirement, from their names in the log.
    fn place_in(
        &mut self,
        serial: u64,
        id: &SmolStr,
        name: &SmolStr,
        need: &SmolStr,
    ) -> Option<(usize, usize)> {
        let queue = self.rules.queue(name);
        self.findings.hold(Check::Form, Some(id), queue.is_some(), || format!("there is no queue `{name}`"));
        let callback = self.callbacks.get(&serial);
        let assigned = callback.is_some_and(|callback| callback.assigned);
        let barred = callback.map(|callback| callback.barred_at(self.now)).unwrap_or_default();
        let need = self.rules.need(queue?, need, assigned, &barred);
        self.findings.hold(Check::Form, Some(id), need.is_ok(), || need.clone().err().unwrap_or_default());
        Some((queue?, need.ok()?))
    }

    fn step(&mut self, serial: u64, id: &SmolStr, name: &SmolStr, need: &SmolStr, when: Option<Condition>) {
        let Some((queue, need)) = self.place_in(serial, id, name, need) else { return };
        let steered = when.is_none() && self.is_steered(serial, queue);
        let preference = steered || when.is_none() && self.is_preference(serial, queue);
        match when {
            Some(when) => self.overflowed(serial, id, queue, when),
            None if !preference => self.step_taken(serial, id, queue),
            None => {}
        }
        let Some(Callback { journey: Some(journey), .. }) = self.callbacks.get_mut(&serial) else { return };
        if self.rules.freedom.plan_priority {
            journey.priority = None;
        }
        (journey.queue, journey.need, journey.astray, journey.in_doubt) = (queue, Some(need), false, None);
        journey.steps += usize::from(!preference && when.is_none());
        self.set_step(serial);
        self.refresh(serial);
    }

    /// Whether a step within a queue says no more than that the last agent alone may serve, or not any more.
    fn is_preference(&self, serial: u64, queue: usize) -> bool {
        let Some(callback) = self.callbacks.get(&serial) else { return false };
        let first = self.rules.services[callback.service].queue;
        self.rules.queues[first].settings.prefer_last_agent.is_some()
            && callback.journey.as_ref().is_some_and(|journey| journey.queue == queue)
    }

    fn returned(&mut self, serial: u64, id: &SmolStr, state: State, why: &str) {
        let freedom = self.rules.freedom;
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let (attempts, phone, submit) =
            (callback.attempts - callback.uncounted, callback.phone.clone(), callback.due.submit.take());
        if let Some(journey) = callback.journey.as_mut().filter(|_| freedom.reroute) {
            let failed = matches!(state, State::Failed { .. });
            journey.in_doubt = failed.then_some(journey.astray);
            journey.astray |= failed || state.is_waiting();
        }
        match state {
            State::Failed { queue, .. } | State::Invited { queue, .. } if !freedom.timeout => {
                let settings = &self.rules.queues[queue].settings;
                let (most, retry) = (settings.max_attempts, self.now.after(settings.retry_after));
                self.findings.hold(Check::Deadlines, Some(id), attempts < most, || {
                    format!("is to be called again after {attempts} attempts, and `max_attempts` is {most}")
                });
                if let Some(callback) = self.callbacks.get_mut(&serial) {
                    callback.due.retry = Some(retry);
                }
            }
            State::Failed { .. } | State::Invited { .. } => {
                self.findings.skip(Check::Deadlines, BY_TIMEOUT);
            }
            State::Scheduled { .. } => self.on_time(id, submit, "enters its queue", BY_TIMEOUT),
            State::Dialing { agent, .. } if why == "agent_lost" => {
                agent.iter().for_each(|agent| self.agent_released(serial, *agent, WrapUp::default()));
                self.number_free(serial, &phone, true);
            }
            _ => {}
        }
        self.word_kept(serial, id, state, why);
        if matches!(state, State::Offered { .. } | State::Confirming { .. } | State::Invited { .. }) {
            self.let_go(serial, state, false);
        }
        self.put(serial, State::Waiting { hold: None });
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.booked = None;
        }
        if matches!(state, State::Scheduled { .. } | State::Ended { .. }) {
            self.wait_anew(serial, self.now);
            self.set_step(serial);
        }
    }

    fn held(&mut self, serial: u64, id: &SmolStr, until: Instant, why: &str) {
        if self.crowd_reported(serial, id, until, why) {
            return self.set_hold(serial, until);
        }
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let (phone, retry) = (callback.phone.clone(), callback.due.retry);
        if why == "attempts_per_number" {
            self.limit_reported(id, &phone, until);
        } else if why != "calling_window" {
            // An answer that sends it elsewhere after a failed attempt holds nobody.
            if let Some(journey) = &mut callback.journey
                && let Some(before) = journey.in_doubt.take()
            {
                journey.astray = before;
            }
            callback.due.retry = None;
            match retry {
                Some(retry) => self.findings.hold(Check::Deadlines, Some(id), until == retry, || {
                    format!("is held until {until}, and it is to be until {retry}")
                }),
                None if self.rules.freedom.timeout => self.findings.skip(Check::Deadlines, BY_TIMEOUT),
                None => self.findings.hold(Check::Deadlines, Some(id), false, || {
                    format!("is held until {until} for `{why}`, and nothing asks for that")
                }),
            }
        }
        self.set_hold(serial, until);
    }

    fn set_hold(&mut self, serial: u64, until: Instant) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        if callback.state.is_waiting() {
            callback.state = State::Waiting { hold: Some(until) };
            self.due.insert((until, Owner::Callback(serial)));
            self.refresh(serial);
        }
    }
}
