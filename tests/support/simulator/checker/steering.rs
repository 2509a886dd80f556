//! What people of the center do to what runs: switches, calendars, changes, many at once, anew, erasing.

use ringback_engine::protocol::{Code, Command, Effect, EffectKind, Event, Refusal};
use ringback_engine::record::{Request, StateName, Switch};
use ringback_engine::{CallbackId, Instant, Name, Phone};

use super::Checker;
use super::known::Stage;

impl Checker {
    fn is_on(&self, queue: usize, switch: Switch) -> bool {
        self.switches.contains(&(queue, switch))
    }

    /// Whether a queue is paused or closed by hand.
    pub(super) fn is_switched_off(&self, queue: usize) -> bool {
        self.is_on(queue, Switch::Paused) || self.is_on(queue, Switch::Closed)
    }

    pub(super) fn takes_in(&self, queue: usize) -> bool {
        let here =
            |sequence: &&u64| self.callbacks[*sequence].way.as_ref().is_some_and(|way| way.queue == queue);
        let waiting = self.queued.iter().filter(here).count();
        !self.is_on(queue, Switch::Draining)
            && self.facts.queue(queue).max_waiting.is_none_or(|most| waiting < most as usize)
    }

    /// The same, for one who may be counted there already.
    pub(super) fn takes_in_besides(&mut self, sequence: u64, queue: usize) -> bool {
        let there = self.queued.remove(&sequence);
        let open = self.takes_in(queue);
        if there {
            self.queued.insert(sequence);
        }
        open
    }

    pub(super) fn switched(&mut self, queue: &Name, switch: Switch, on: bool) {
        let asked = self.command == Some(Command::Switch { queue: queue.clone(), switch, on });
        let index = self.facts.queue_named(queue).unwrap_or(usize::MAX);
        let turned =
            if on { self.switches.insert((index, switch)) } else { self.switches.remove(&(index, switch)) };
        self.judge.must(52, asked && turned, || format!("{switch:?} of {queue} is turned to {on}"));
    }

    pub(super) fn calendar_closes(&mut self, calendar: &Name, closed: Option<bool>) {
        let asked = self.command == Some(Command::CloseCalendar { calendar: calendar.clone(), closed });
        let changes = self.facts.closures.get(calendar).copied() != closed;
        let were_open = self.are_open();
        self.judge.must(52, asked && changes, || format!("{calendar} is closed: {closed:?}"));
        match closed {
            Some(closed) => drop(self.facts.closures.insert(calendar.clone(), closed)),
            None => drop(self.facts.closures.remove(calendar)),
        }
        self.note_closing(&were_open);
    }

    /// A queue of a plan does not take a callback in.
    pub(super) fn passed_over(&mut self, callback: &CallbackId, queue: &Name) {
        let index = self.facts.queue_named(queue);
        let full = index.is_some_and(|index| !self.takes_in(index));
        self.judge.must(52, full, || format!("{callback} is passed over by {queue}, which takes in anybody"));
        self.passed.extend(index.map(|index| (callback.clone(), index)));
    }

    pub(super) fn assigned(&mut self, sequence: u64, agent: Option<&ringback_engine::AgentId>) -> bool {
        let agent = agent.map(|agent| self.facts.agent_named(agent).unwrap_or(usize::MAX));
        let known = self.callbacks.get_mut(&sequence).expect("found");
        let changes = known.assigned != agent;
        known.assigned = agent;
        known.remarked = matches!(known.stage, Stage::Queued { .. });
        changes && waits(&known.stage)
    }

    /// A callback is changed as was asked; its place stays.
    pub(super) fn updated(&mut self, sequence: u64, event: &Event) -> bool {
        let right = self.changed(sequence, event);
        self.ask_window_anew(sequence);
        right
    }

    fn changed(&mut self, sequence: u64, event: &Event) -> bool {
        let Event::Updated { number, priority, queue, .. } = event else { return false };
        let Some(Command::Update { changes, .. }) = self.command.clone() else { return false };
        let known = self.callbacks.get_mut(&sequence).expect("found");
        let right = waits(&known.stage) && (number.is_none() || changes.number.is_some());
        if let Some(new) = changes.number.filter(|_| number.is_some()) {
            known.request.other_numbers.retain(|other| other.phone != new.phone);
            (known.request.phone, known.request.facts) = (new.phone, new.facts);
        }
        for (name, value) in changes.attributes {
            known.request.attributes.remove(&name);
            known.request.attributes.extend(value.map(|value| (name, value)));
        }
        known.priority = priority.unwrap_or(known.priority);
        let known = self.callbacks.get_mut(&sequence).expect("found");
        let Some(index) = queue.as_ref().and_then(|queue| self.facts.queue_named(queue)) else {
            return right && queue.is_none();
        };
        known.remarked = matches!(known.stage, Stage::Queued { .. });
        let enters = known.remarked;
        let open = !enters || self.takes_in(index);
        self.judge.must(52, open, || format!("{sequence} is moved to a queue that takes in nobody"));
        let (plan, now) = (self.plan_of(index), self.now);
        let known = self.callbacks.get_mut(&sequence).expect("found");
        match &mut known.way {
            Some(way) => {
                (way.plan, way.since, way.taken, way.queue) = (plan, now, 1, index);
                way.overflowed.clear();
                way.entered = now;
                way.able = self.facts.able(&way.need, index);
            }
            None => known.bound_for = Some(index),
        }
        right
    }

    /// A scheduled callback is moved: the new slot is taken before the old one is given back.
    pub(super) fn rescheduled(&mut self, sequence: u64, from: Instant, desired: Instant) -> bool {
        let known = &self.callbacks[&sequence];
        let Stage::Scheduled { .. } = known.stage else { return false };
        let right = known.place == from;
        let (old, stage, first) = (known.slot, known.stage.clone(), known.way.is_none());
        let (service, request) = (self.service_of(sequence).clone(), known.request.clone());
        if first {
            self.count_windows(&request, &service, Some(desired));
        }
        if self.slot(&service, desired) == old {
            let known = self.callbacks.get_mut(&sequence).expect("found");
            (known.place, known.lives_from) = (desired, desired);
        } else {
            self.callbacks.get_mut(&sequence).expect("found").slot = None;
            self.put_off(sequence, desired);
            let new = self.callbacks[&sequence].slot;
            self.callbacks.get_mut(&sequence).expect("found").slot = old;
            self.unbook(sequence, &stage);
            self.callbacks.get_mut(&sequence).expect("found").slot = new;
        }
        let submit_at = desired.before(service.submit_before).max(self.now);
        self.set(sequence, Stage::Scheduled { submit_at });
        right
    }

    /// The request that is made anew.
    pub(super) fn recreated(&self, of: &CallbackId, id: &CallbackId) -> Option<Request> {
        let known = self.callbacks.get(&self.find(of)?)?;
        let desired = known.request.desired.filter(|desired| *desired > self.now);
        Some(Request { id: id.clone(), key: None, hold: None, desired, ..known.request.clone() })
    }

    /// What was done to many was done to each, or said of it.
    pub(super) fn judge_bulk(&mut self, effects: &[Effect]) {
        let Some(Command::Bulk { callbacks, .. }) = &self.command else { return };
        let events = || {
            effects.iter().filter_map(|effect| match &effect.kind {
                EffectKind::Event(event) => Some(event),
                _ => None,
            })
        };
        let said = events().filter(|event| matches!(event, Event::Refused { .. })).count();
        let right = events().any(|event| {
            matches!(event, Event::Bulk { done, refused }
                if *refused as usize == said && (*done + *refused) as usize == callbacks.len())
        });
        self.judge.must(53, right, || format!("{callbacks:?}: {effects:?}"));
    }

    /// Nothing that could tell who a customer was is remembered here either.
    pub(super) fn erase(&mut self, phone: &Phone) {
        let digits = phone.as_str().trim_start_matches('+').to_owned();
        for known in self.callbacks.values_mut().filter(|known| known.request.names(phone)) {
            known.redact();
            if known.request.key.take().is_some() {
                let id = &known.request.id;
                self.books.keys.retain(|_, (_, own, until)| own != id || until.is_some());
            }
        }
        self.lines.remove(phone);
        self.books.daily.retain(|(_, counted, _), _| counted != phone);
        self.books.limited.retain(|key, _| !key.contains(&digits));
    }

    /// The refusal that is due, if one is; or that it was judged, or can't be told.
    pub(super) fn expect_of_steering(
        &mut self,
        command: &Command,
        refusal: Option<&Refusal>,
        effects: &[Effect],
    ) -> Result<Option<Refusal>, ()> {
        Ok(match command {
            Command::Switch { queue, .. } => {
                self.facts.queue_named(queue).is_none().then(|| Refusal::UnknownQueue(queue.clone()))
            }
            Command::CloseCalendar { calendar, .. } => {
                let known = self.facts.center.calendars.iter().any(|known| known.name == *calendar);
                (!known).then(|| Refusal::UnknownCalendar(calendar.clone()))
            }
            Command::Fail { callback } => match self.stage_of(callback) {
                Err(unknown) => Some(unknown),
                Ok(stage) => matches!(stage.name(), StateName::Processing | StateName::Completed)
                    .then(|| Refusal::WrongState(callback.clone(), stage.name())),
            },
            Command::Assign { callback, agent } => match self.stage_of(callback) {
                Err(unknown) => Some(unknown),
                Ok(stage) if !waits(stage) => Some(Refusal::NotChangeable(callback.clone(), stage.name())),
                Ok(_) => agent.as_ref().and_then(|agent| self.stranger(agent)),
            },
            Command::Update { callback, .. } => match self.stage_of(callback) {
                Err(unknown) => Some(unknown),
                Ok(stage) if !waits(stage) => Some(Refusal::NotChangeable(callback.clone(), stage.name())),
                Ok(_) => {
                    let right = matches!(
                        refusal,
                        None | Some(
                            Refusal::Rejected(_) | Refusal::NotTakenIn(..) | Refusal::UnknownQueue(_)
                        )
                    );
                    self.judge.must(29, right, || format!("{command:?} is refused with {refusal:?}"));
                    return Err(());
                }
            },
            Command::Reschedule { callback, .. } => match self.stage_of(callback) {
                Err(unknown) => Some(unknown),
                Ok(Stage::Scheduled { .. }) => {
                    let right = matches!(refusal, None | Some(Refusal::Rejected(_)));
                    self.judge.must(29, right, || format!("{command:?} is refused with {refusal:?}"));
                    return Err(());
                }
                Ok(stage) => Some(Refusal::NotReschedulable(callback.clone(), stage.name())),
            },
            Command::HoldSlot { hold, .. } => {
                let in_use = self.books.holds.contains_key(hold);
                match refusal {
                    Some(Refusal::Rejected(rejection)) if !in_use => {
                        let right = rejection.code != Code::Duplicate;
                        self.judge.must(29, right, || format!("{command:?} is refused with {refusal:?}"));
                        return Err(());
                    }
                    _ => in_use.then(|| Refusal::HoldInUse(hold.clone())),
                }
            }
            Command::Recreate { callback, id } => {
                let served = self.find(callback).is_some_and(|sequence| self.callbacks[&sequence].served);
                match self.stage_of(callback) {
                    Err(unknown) => Some(unknown),
                    Ok(Stage::Completed { .. }) if !served => {
                        let request = self.recreated(callback, id).expect("known");
                        self.expect_of_request(&request, refusal, effects);
                        return Err(());
                    }
                    Ok(stage) => Some(Refusal::NotRecreatable(callback.clone(), stage.name())),
                }
            }
            Command::Erase { phone } => self.expect_of_erasing(phone),
            _ => None,
        })
    }

    fn expect_of_erasing(&self, phone: &Phone) -> Option<Refusal> {
        let open =
            self.callbacks.values().find(|known| known.request.names(phone) && !known.stage.is_completed());
        if let Some(open) = open {
            return Some(Refusal::NotErasable(open.request.id.clone(), open.stage.name()));
        }
        let line = self.lines.get(phone)?;
        let per = self.facts.center.limits.attempts_per_number.map(|quota| quota.per);
        let counted = line.dials.back().zip(per).map(|(at, per)| at.after(per));
        let until = line.fenced_until.max(counted)?;
        (until > self.now).then_some(Refusal::StillCounted(until))
    }
}

/// Whether it waits for its time or in a queue.
fn waits(stage: &Stage) -> bool {
    matches!(stage, Stage::Scheduled { .. } | Stage::Queued { .. })
}
