//! Steering: what people of the center change, each at its instant, and what the log makes of it.

use ringback_engine::center::Layout;
use ringback_engine::protocol::{BulkDeed, Command};
use ringback_engine::record::{Request, Switch};
use ringback_engine::{Instant, Number};
use smol_str::SmolStr;

use super::Audit;
use super::callback::{Callback, State};
use super::findings::Check;
use super::rules::Rules;
use crate::streams::{ChangeLine, TrafficLine};

pub(super) const BY_MOVE: &str = "a callback that was moved to another queue goes by that queue's plan";

/// What the switches of a queue say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Turned {
    paused: bool,
    closed: bool,
    drains: bool,
}

impl Turned {
    /// Whether its queue takes in nobody.
    pub(super) const fn drains(self) -> bool {
        self.drains
    }
}

impl Rules {
    /// Whether callbacks of a queue may be reserved now: it is open, and no switch keeps it from being served.
    pub(super) fn is_served(&self, queue: usize, at: Instant) -> bool {
        let Turned { paused, closed, .. } = self.turned[queue];
        !paused && !closed && self.is_open(queue, at)
    }

    /// Asks for all hours anew, some calendars closed, or not, against their configuration.
    fn close(&mut self, calendar: &SmolStr, closed: Option<bool>) {
        match closed {
            Some(closed) => self.closures.insert(calendar.clone(), closed),
            None => self.closures.remove(calendar),
        };
        let mut center = self.center.clone();
        for calendar in &mut center.calendars {
            calendar.closed = self.closures.get(&calendar.name).copied().unwrap_or(calendar.closed);
        }
        let Ok(layout) = Layout::new(center) else { return };
        let hours = |name: &Option<SmolStr>| name.as_ref().and_then(|name| layout.hours_named(name)).cloned();
        self.queues.iter_mut().for_each(|queue| queue.hours = hours(&queue.settings.calendar));
        self.services.iter_mut().for_each(|service| service.hours = hours(&service.settings.calendar));
    }
}

impl Audit {
    /// Somebody of the center does something now.
    pub(super) fn steer(&mut self, line: ChangeLine) {
        if let Command::Recreate { callback, id } = &line.command
            && let Some(old) = self.ids.get(callback.text()).and_then(|serial| self.callbacks.get(serial))
        {
            let number = Number { phone: old.phone.clone(), facts: old.facts.clone() };
            let mut request =
                Request::new(id.text(), &self.rules.services[old.service].settings.name, number);
            request.desired = old.desired.filter(|desired| *desired > self.now);
            self.anew.push(TrafficLine { line: line.line, at: line.at, request, fate: line.fate.clone() });
        }
        self.steered.push(line);
    }

    /// Whether somebody tells the engine such a thing now.
    fn is_told(&self, such: impl Fn(&Command) -> bool) -> bool {
        self.steered.iter().any(|line| such(&line.command))
    }

    /// Whether somebody of the center moves a callback to this time now.
    pub(super) fn is_moved(&self, id: &SmolStr, desired: Instant) -> bool {
        self.is_told(|command| match command {
            Command::Reschedule { callback, to } => callback.text() == id && *to == desired,
            Command::Bulk { callbacks, deed: BulkDeed::Reschedule { to } } => {
                *to == desired && callbacks.iter().any(|callback| callback.text() == id)
            }
            _ => false,
        })
    }

    /// A switch of a queue is turned.
    pub(super) fn switched(&mut self, name: &SmolStr, word: &str, on: bool) {
        let switch = match word {
            "paused" => Switch::Paused,
            "closed" => Switch::Closed,
            _ => Switch::Draining,
        };
        let told = self.is_told(
            |command| matches!(command, Command::Switch { queue, switch: own, on: to } if queue == name && *own == switch && *to == on),
        );
        self.findings.hold(Check::Conservation, None, told, || {
            format!("switch `{word}` of queue `{name}` is turned, which nobody does then")
        });
        let Some(queue) = self.rules.queue(name) else { return };
        let turned = &mut self.rules.turned[queue];
        match switch {
            Switch::Paused => turned.paused = on,
            Switch::Closed => turned.closed = on,
            Switch::Draining => turned.drains = on,
        }
        self.queue_due(queue);
    }

    /// A calendar is closed in an emergency, or that ends.
    pub(super) fn calendar_closed(&mut self, name: &SmolStr, closed: Option<bool>) {
        let told = self.is_told(
            |command| matches!(command, Command::CloseCalendar { calendar, closed: to } if calendar == name && *to == closed),
        );
        self.findings.hold(Check::Conservation, None, told, || {
            format!("calendar `{name}` is closed or opened, which nobody does then")
        });
        self.rules.close(name, closed);
        for queue in 0..self.rules.queues.len() {
            self.hours_until[queue] = None;
            self.queue_due(queue);
        }
    }

    /// A callback is changed.
    pub(super) fn updated(
        &mut self,
        serial: u64,
        id: &SmolStr,
        (number, priority, queue): (Option<SmolStr>, Option<i64>, Option<SmolStr>),
    ) {
        let changes = self.steered.iter().find_map(|line| match &line.command {
            Command::Update { callback, changes } if callback.text() == id => Some(changes.clone()),
            _ => None,
        });
        self.findings.hold(Check::Conservation, Some(id), changes.is_some(), || {
            "is changed, which nobody does then".into()
        });
        let changes = changes.unwrap_or_default();
        let asked =
            |number: &SmolStr| changes.number.as_ref().is_some_and(|own| own.phone.as_str() == number);
        let right = number.as_ref().is_none_or(asked)
            && (priority.is_none() || priority == changes.priority)
            && (queue.is_none() || queue == changes.queue);
        self.findings.hold(Check::Conservation, Some(id), right, || {
            "is changed to something else than somebody asked".into()
        });
        if let (Some(_), Some(number)) = (number, changes.number) {
            self.renumber(serial, number);
        }
        let to = queue.and_then(|queue| self.rules.queue(&queue));
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        callback.moved = to.or(callback.moved);
        if let Some(priority) = priority {
            callback.priority = priority;
            if let Some(journey) = &mut callback.journey {
                journey.priority = Some(priority);
            }
        }
        if let (State::Waiting { hold: Some(_) }, true) = (callback.state, to.is_some()) {
            // Another queue may know another window.
            callback.state = State::Waiting { hold: None };
        }
        self.refresh(serial);
    }

    /// A callback is turned to another of its customer's numbers.
    pub(super) fn turned(&mut self, serial: u64, id: &SmolStr, number: &SmolStr) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        let position = callback.others.iter().position(|other| other.phone.as_str() == number);
        self.findings.hold(Check::Conservation, Some(id), position.is_some(), || {
            format!("is turned to {number}, which is none of its customer's other numbers")
        });
        let Some(position) = position else { return };
        let present = Number { phone: callback.phone.clone(), facts: callback.facts.clone() };
        let chosen = callback.others[position].clone();
        callback.others.rotate_left(position);
        callback.others.remove(0);
        callback.others.insert(callback.others.len() - position, present);
        self.renumber(serial, chosen);
        self.refresh(serial);
    }

    fn renumber(&mut self, serial: u64, number: Number) {
        let Some(callback) = self.callbacks.get_mut(&serial) else { return };
        callback.others.retain(|other| other.phone != number.phone);
        let old = std::mem::replace(&mut callback.phone, number.phone.clone());
        callback.facts = number.facts;
        self.numbers.entry(number.phone).or_default().open.insert(serial);
        self.number_left(serial, &old);
    }

    /// A callback is given to one agent, or to all again.
    pub(super) fn assigned(&mut self, serial: u64, id: &SmolStr, agent: Option<SmolStr>) {
        let same =
            |own: &Option<ringback_engine::AgentId>| own.as_ref().map(|own| own.text()) == agent.as_ref();
        let told = self.is_told(|command| match command {
            Command::Assign { callback, agent } => callback.text() == id && same(agent),
            Command::Bulk { callbacks, deed: BulkDeed::Assign { agent } } => {
                same(agent) && callbacks.iter().any(|callback| callback.text() == id)
            }
            _ => false,
        });
        self.findings.hold(Check::Conservation, Some(id), told, || {
            "is given to an agent or to all, which nobody does then".into()
        });
        if let Some(callback) = self.callbacks.get_mut(&serial) {
            callback.assigned = agent.is_some();
            callback.reassigned = true;
        }
    }

    /// Whether a step says no more than what somebody of the center just changed.
    pub(super) fn is_steered(&mut self, serial: u64, queue: usize) -> bool {
        let now = self.now;
        let Some(callback) = self.callbacks.get_mut(&serial) else { return false };
        let Callback { journey: Some(journey), moved, reassigned, .. } = callback else { return false };
        if *moved == Some(queue) && journey.queue != queue {
            (journey.entered, journey.moved, journey.first) = (now, true, queue);
            return true;
        }
        journey.queue == queue && std::mem::take(reassigned)
    }
}
