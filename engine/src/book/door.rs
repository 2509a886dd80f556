//! The door: the one way a callback or an agent changes, and with them every index.

use std::collections::BTreeMap;

use super::classes::{ClassIndex, ClassKey, Classes};
use super::deadlines::Deadlines;
use super::numbers::Numbers;
use super::profiles::Profiles;
use super::queues::Queues;
use super::{Book, Ledger, Owner};
use crate::center::{AgentIndex, Layout, QueueIndex, ServiceIndex};
use crate::record::{Agent, Callback, Journey, State, Work};
use crate::value::{AttemptId, CallbackId, Requirement, Sequence};
use std::sync::Arc;

/// What follows from the ledger.
#[derive(Clone, Debug, Default)]
pub(super) struct Indices {
    pub(super) ids: BTreeMap<CallbackId, Sequence>,
    /// Every attempt of every callback that is not purged.
    pub(super) attempts: BTreeMap<AttemptId, Sequence>,
    pub(super) deadlines: Deadlines,
    pub(super) numbers: Numbers,
    pub(super) classes: Classes,
    /// The class of each callback that is Queued.
    pub(super) class_of: BTreeMap<Sequence, ClassIndex>,
    pub(super) profiles: Profiles,
    pub(super) queues: Queues,
    /// Callbacks Queued, by service.
    pub(super) queued: BTreeMap<ServiceIndex, u32>,
}

impl Indices {
    pub(super) fn new(layout: &Layout) -> Self {
        Self { profiles: Profiles::new(layout), queues: Queues::new(layout), ..Self::default() }
    }
}

impl Book {
    /// A book with this ledger, its shadow made anew.
    pub(crate) fn restore(layout: Arc<Layout>, ledger: Ledger) -> Self {
        let mut book = Self { indices: Indices::new(&layout), layout, ledger };
        book.rebuild();
        book
    }

    fn rebuild(&mut self) {
        for index in self.layout.agent_indices() {
            self.link_agent(index, true);
        }
        let callbacks: Vec<Sequence> = self.ledger.callbacks.keys().copied().collect();
        for callback in callbacks {
            self.link(callback, true);
        }
        let deadlines = &mut self.indices.deadlines;
        for (phone, record) in &self.ledger.numbers {
            if let Some(at) = record.armed {
                deadlines.other(Owner::Number(phone.clone()), at, true);
            }
        }
        for (key, record) in &self.ledger.keys {
            if let Some(until) = record.until {
                deadlines.other(Owner::Key(key.clone()), until, true);
            }
        }
        for (key, counter) in &self.ledger.limits {
            if let Some(at) = counter.empty_at() {
                deadlines.other(Owner::Limit(key.clone()), at, true);
            }
        }
        for service in self.layout.service_indices() {
            let counts = self.ledger.services.get(service.position());
            for (start, end, _) in counts.into_iter().flat_map(super::quotas::ServiceCounts::bookings) {
                deadlines.other(Owner::Slot(service, start), end, true);
            }
        }
        self.indices.classes.consider_all();
    }

    /// The callback with this number.
    pub(crate) fn callback(&self, sequence: Sequence) -> Option<&Callback> {
        self.ledger.callbacks.get(&sequence)
    }

    /// The callback that an attempt belongs to.
    pub(crate) fn of_attempt(&self, attempt: AttemptId) -> Option<&Callback> {
        self.callback(*self.indices.attempts.get(&attempt)?)
    }

    /// Callbacks that are Queued in a queue, by place.
    pub(crate) fn waiting(&self, queue: QueueIndex) -> impl Iterator<Item = Sequence> {
        let record = self.indices.queues.get(queue);
        record.into_iter().flat_map(|record| record.waiting.iter().map(|(_, sequence)| *sequence))
    }

    /// Callbacks of a service that are Queued.
    pub(crate) fn queued(&self, service: ServiceIndex) -> u32 {
        self.indices.queued.get(&service).copied().unwrap_or(0)
    }

    /// Enters a new callback.
    pub(crate) fn insert(&mut self, callback: Callback) {
        let sequence = callback.sequence;
        self.ledger.callbacks.insert(sequence, callback);
        self.link(sequence, true);
    }

    /// Takes a callback out for good.
    pub(crate) fn remove(&mut self, sequence: Sequence) -> Option<Callback> {
        self.link(sequence, false);
        self.ledger.callbacks.remove(&sequence)
    }

    /// The door of callbacks: whatever changes one goes through here.
    pub(crate) fn change(&mut self, sequence: Sequence, change: impl FnOnce(&mut Callback)) {
        self.link(sequence, false);
        if let Some(callback) = self.ledger.callbacks.get_mut(&sequence) {
            change(callback);
        }
        self.link(sequence, true);
    }

    /// Moves a callback to another state.
    pub(crate) fn put(&mut self, sequence: Sequence, state: State) {
        self.change(sequence, |callback| callback.state = state);
    }

    /// The door of agents: whatever changes one goes through here.
    pub(crate) fn change_agent(&mut self, index: AgentIndex, change: impl FnOnce(&mut Agent)) {
        self.link_agent(index, false);
        if let Some(agent) = self.ledger.agents.get_mut(index.position()) {
            change(agent);
        }
        self.link_agent(index, true);
    }

    /// Remembers whom a queue chose last.
    pub(crate) fn choose(&mut self, queue: QueueIndex, agent: AgentIndex) {
        self.ledger.chosen.insert(queue, agent);
    }

    /// The ledger, for what no index depends on.
    pub(crate) fn ledger_mut(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// Looks again at a queue whose hours changed.
    pub(crate) fn wake_queue(&mut self, queue: QueueIndex) {
        let now = self.ledger.clock;
        self.indices.queues.arm(&self.layout, queue, now, &mut self.indices.deadlines);
        self.indices.classes.consider_queue(queue);
    }

    /// When a queue that is open closes, if it ever does.
    pub(crate) fn closes_at(&mut self, queue: QueueIndex) -> Option<crate::value::Instant> {
        self.indices.queues.closes_at(&self.layout, queue, self.ledger.clock)
    }

    /// The whole requirement of a callback on its way: its plan's, its queue's, its queue's groups.
    pub(crate) fn whole_need(&self, journey: &Journey) -> Arc<Requirement> {
        let anyone = Requirement::anyone();
        match self.layout.queue_layout(journey.queue) {
            Some(queue) if *journey.need == anyone => Arc::clone(&queue.need),
            Some(queue) if *queue.need != anyone => Arc::new(journey.need.and(&queue.need)),
            _ => Arc::clone(&journey.need),
        }
    }

    /// The score of a Queued callback now.
    pub(crate) fn score(&self, sequence: Sequence) -> i64 {
        let class = self.indices.class_of.get(&sequence).and_then(|class| self.indices.classes.get(*class));
        let place = self.callback(sequence).map(|callback| callback.place);
        class.zip(place).map_or(0, |(class, place)| class.score(&self.layout, place, self.ledger.clock))
    }

    fn class_key(&self, journey: &Journey, priority: i64) -> ClassKey {
        let queue = self.layout.queue(journey.queue);
        ClassKey {
            queue: journey.queue,
            need: self.whole_need(journey),
            priority,
            ageing: journey.ageing.or_else(|| queue.and_then(|queue| queue.ageing)),
        }
    }

    /// Enters a callback, as it is, into every index, or takes it out of them.
    fn link(&mut self, sequence: Sequence, enters: bool) {
        let Some(callback) = self.ledger.callbacks.get(&sequence) else { return };
        let (service, place, phone) = (callback.service, callback.place, callback.request.phone.clone());
        let completed = callback.state.is_completed();
        self.indices.deadlines.callback(sequence, callback.deadline(), enters);
        let id = callback.request.id.clone();
        if enters {
            self.indices.attempts.extend(callback.attempts.iter().map(|attempt| (*attempt, sequence)));
            self.indices.ids.insert(id, sequence);
        } else {
            callback.attempts.iter().for_each(|attempt| {
                self.indices.attempts.remove(attempt);
            });
            self.indices.ids.remove(&id);
        }
        if !completed && enters {
            self.indices.numbers.entry(phone.clone()).or_default().callbacks.insert(sequence);
            self.turn_gate(&phone);
        }
        let Some(callback) = self.ledger.callbacks.get(&sequence) else { return };
        match &callback.state {
            State::Scheduled(_) | State::Completed(_) => {}
            State::Queued(queued) => {
                let (journey, held) = (Arc::clone(&queued.journey), queued.is_held());
                self.link_queued(sequence, &journey, held, enters);
                if let Some(record) = self.indices.queues.get_mut(journey.queue) {
                    if enters {
                        record.waiting.insert((place, sequence));
                    } else {
                        record.waiting.remove(&(place, sequence));
                    }
                }
                count(self.indices.queued.entry(service).or_insert(0), enters);
            }
            State::Routing(routing) => {
                if let Some(record) = self.indices.queues.get_mut(routing.queue) {
                    count(&mut record.routing, enters);
                }
                self.set_live(sequence, enters);
            }
            State::Processing(processing) => {
                if let Some(record) = self.indices.queues.get_mut(processing.queue) {
                    count(&mut record.processing, enters);
                }
                self.set_live(sequence, enters);
            }
        }
        if !completed && !enters {
            self.forget_of_number(&phone, sequence);
        }
    }

    fn forget_of_number(&mut self, phone: &crate::value::Phone, sequence: Sequence) {
        if let Some(number) = self.indices.numbers.get_mut(phone) {
            number.callbacks.remove(&sequence);
            if number.callbacks.is_empty() {
                self.indices.numbers.remove(phone);
            }
        }
    }

    fn link_queued(&mut self, sequence: Sequence, journey: &Journey, held: bool, enters: bool) {
        if enters {
            let priority = self.callback(sequence).map_or(0, |callback| callback.priority);
            let class = self.join_class(self.class_key(journey, priority));
            self.indices.class_of.insert(sequence, class);
        }
        if !held {
            let phone = self.ledger.callbacks.get(&sequence).map(|callback| callback.request.phone.clone());
            if let Some(phone) = phone {
                let shut = self.indices.numbers.get_mut(&phone).is_some_and(|number| {
                    if enters {
                        number.waiting.insert(sequence);
                    } else {
                        number.waiting.remove(&sequence);
                    }
                    number.shut
                });
                if !shut {
                    self.line_up(sequence, enters);
                }
            }
        }
        if !enters && let Some(class) = self.indices.class_of.remove(&sequence) {
            self.indices.classes.leave(class);
        }
    }

    fn join_class(&mut self, key: ClassKey) -> ClassIndex {
        if self.indices.classes.find(&key).is_none() {
            let new = self.indices.profiles.split(&key.need, &self.layout, &self.ledger.agents);
            for profile in new {
                self.indices.classes.add_profile(profile, &self.indices.profiles);
            }
        }
        self.indices.classes.join(key, &self.indices.profiles)
    }

    /// Puts a Queued callback into its class's line, or takes it out.
    pub(super) fn line_up(&mut self, sequence: Sequence, enters: bool) {
        let Some(class) = self.indices.class_of.get(&sequence).copied() else { return };
        let Some(queue) = self.indices.classes.get(class).map(|class| class.key().queue) else { return };
        if enters {
            let place = self.callback(sequence).map(|callback| callback.place).unwrap_or_default();
            self.indices.classes.push(class, sequence, place);
        } else {
            self.indices.classes.pull(class, sequence);
        }
        let Indices { queues, deadlines, classes, .. } = &mut self.indices;
        if queues.count_in_line(&self.layout, queue, self.ledger.clock, enters, deadlines) {
            classes.consider_queue(queue);
        }
    }

    fn set_live(&mut self, sequence: Sequence, enters: bool) {
        let Some(phone) = self.callback(sequence).map(|callback| callback.request.phone.clone()) else {
            return;
        };
        if let Some(number) = self.indices.numbers.get_mut(&phone) {
            number.live = enters.then_some(sequence);
        }
        self.turn_gate(&phone);
    }

    /// Enters an agent, as they are, into every index, or takes them out of them.
    fn link_agent(&mut self, index: AgentIndex, enters: bool) {
        let Some(agent) = self.ledger.agents.get(index.position()) else { return };
        if let Some(Work::WrapUp { callback, until }) = agent.session().map(|session| session.work) {
            self.indices.deadlines.wrap_up(index, callback, until, enters);
        }
        let profile = self.indices.profiles.set(index, Some(agent), enters);
        if enters
            && agent.is_ready()
            && let Some(profile) = profile
        {
            self.indices.classes.consider_profile(profile);
        }
    }
}

fn count(counter: &mut u32, up: bool) {
    *counter = if up { counter.saturating_add(1) } else { counter.saturating_sub(1) };
}
