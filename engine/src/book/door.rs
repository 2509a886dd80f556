//! The door: the one way a callback or an agent changes, and with them every index.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::classes::{ClassIndex, ClassKey, Classes};
use super::deadlines::Deadlines;
use super::last_agents::LastAgents;
use super::numbers::Numbers;
use super::overflow::Overflowing;
use super::profiles::Profiles;
use super::queues::Queues;
use super::standing::{Live, Spot, Stand, Standing};
use super::timetable::Timetable;
use super::{Book, Ledger, Owner};
use crate::center::{AgentIndex, Layout, QueueIndex, ServiceIndex};
use crate::record::{Agent, Callback, Journey, Session, State};
use crate::value::{AgentId, AttemptId, CallbackId, Instant, Number, Phone, Sequence};

/// What follows from the ledger.
#[derive(Clone, Debug, Default)]
pub(super) struct Indices {
    pub(super) ids: BTreeMap<CallbackId, Sequence>,
    /// Every attempt of every callback that is not purged.
    pub(super) attempts: BTreeMap<AttemptId, Sequence>,
    pub(super) deadlines: Deadlines,
    pub(super) numbers: Numbers,
    pub(super) classes: Classes,
    /// The class of each callback that is Queued, or whose customer waits on the line for an agent.
    pub(super) class_of: BTreeMap<Sequence, ClassIndex>,
    pub(super) profiles: Profiles,
    pub(super) queues: Queues,
    pub(super) timetable: Timetable,
    /// Callbacks Queued, by service.
    pub(super) queued: BTreeMap<ServiceIndex, u32>,
    /// Callbacks Queued that wait for one agent, by the agent.
    pub(super) preferring: BTreeMap<AgentId, BTreeSet<Sequence>>,
    pub(super) last_agents: LastAgents,
    pub(super) overflowing: Overflowing,
    /// Callbacks whose customer is on the line, and no agent is reserved.
    pub(super) on_line: BTreeSet<Sequence>,
    /// Callbacks whose customer was told to call in.
    pub(super) invited: BTreeSet<Sequence>,
    /// Callbacks that are not completed and have several numbers.
    pub(super) several: BTreeSet<Sequence>,
}

impl Indices {
    pub(super) fn new(layout: &Layout, ledger: &Ledger) -> Self {
        Self {
            profiles: Profiles::new(layout),
            queues: Queues::new(layout),
            timetable: Timetable::new(layout, &ledger.closures),
            ..Self::default()
        }
    }
}

impl Book {
    /// A book with this ledger, its shadow made anew.
    ///
    /// # Errors
    ///
    /// The ledger names what the layout does not have, or contradicts itself.
    pub(crate) fn restore(layout: Arc<Layout>, ledger: Ledger) -> Result<Self, String> {
        ledger.fits(&layout)?;
        let book = Self::rebuilt(layout, ledger);
        book.check_states().into_iter().next().map_or(Ok(book), Err)
    }

    pub(super) fn rebuilt(layout: Arc<Layout>, ledger: Ledger) -> Self {
        let mut book = Self { indices: Indices::new(&layout, &ledger), layout, ledger };
        book.rebuild();
        book
    }

    fn rebuild(&mut self) {
        for index in self.layout.agent_indices() {
            self.link_agent(index, true);
        }
        let callbacks: Vec<Sequence> = self.ledger.callbacks.keys().copied().collect();
        for callback in callbacks {
            self.admit(callback);
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
        for (key, counter) in &self.ledger.attempts {
            if let Some(at) = counter.empty_at() {
                deadlines.other(Owner::Attempts(key.clone()), at, true);
            }
        }
        for (id, hold) in &self.ledger.holds {
            deadlines.other(Owner::Hold(id.clone()), hold.until, true);
        }
        for (queue, closing) in &self.ledger.closings {
            deadlines.other(Owner::Closing(*queue), closing.at, true);
        }
        for (queue, at) in &self.ledger.overflow_due {
            deadlines.other(Owner::Overflow(*queue), *at, true);
        }
        for service in self.layout.service_indices() {
            let counts = self.ledger.services.get(service.position());
            for (start, end, _) in counts.into_iter().flat_map(super::quotas::ServiceCounts::bookings) {
                deadlines.other(Owner::Slot(service, start), end, true);
            }
        }
        self.rebuild_last_agents();
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
        self.admit(sequence);
    }

    /// Takes a callback out for good.
    pub(crate) fn remove(&mut self, sequence: Sequence) -> Option<Callback> {
        let callback = self.ledger.callbacks.remove(&sequence)?;
        self.relink(sequence, &callback.request.phone, Some(&Standing::of(&callback)), None);
        self.indices.ids.remove(&callback.request.id);
        for attempt in &callback.attempts {
            self.indices.attempts.remove(attempt);
        }
        Some(callback)
    }

    /// The door of callbacks: whatever changes one goes through here.
    pub(crate) fn change(&mut self, sequence: Sequence, change: impl FnOnce(&mut Callback)) {
        let Some(callback) = self.ledger.callbacks.get_mut(&sequence) else { return };
        let (before, attempts) = (Standing::of(callback), callback.attempts.len());
        let phone = callback.request.phone.clone();
        change(callback);
        let after = Standing::of(callback);
        for attempt in callback.attempts.iter().skip(attempts) {
            self.indices.attempts.insert(*attempt, sequence);
        }
        if before != after {
            self.relink(sequence, &phone, Some(&before), Some(&after));
        }
    }

    /// Moves a callback to another state.
    pub(crate) fn put(&mut self, sequence: Sequence, state: State) {
        self.change(sequence, |callback| callback.state = state);
    }

    /// The door of agents: whatever changes one goes through here.
    pub(crate) fn change_agent(&mut self, index: AgentIndex, change: impl FnOnce(&mut Agent)) {
        let was_present = self.is_present(index);
        self.link_agent(index, false);
        if let Some(agent) = self.ledger.agents.get_mut(index.position()) {
            change(agent);
        }
        self.link_agent(index, true);
        let present = self.is_present(index);
        if was_present != present {
            for callback in self.preferring(index) {
                self.restand(callback);
            }
        }
    }

    /// The door of a callback's number.
    pub(crate) fn renumber(&mut self, sequence: Sequence, number: Number) {
        let Some(callback) = self.ledger.callbacks.get_mut(&sequence) else { return };
        let (standing, old) = (Standing::of(callback), callback.request.phone.clone());
        let request = Arc::make_mut(&mut callback.request);
        request.other_numbers.retain(|other| other.phone != number.phone);
        (request.phone, request.facts) = (number.phone.clone(), number.facts);
        self.relink(sequence, &old, Some(&standing), None);
        self.relink(sequence, &number.phone, None, Some(&standing));
    }

    /// Turns a callback to another of its numbers.
    pub(crate) fn turn_to(&mut self, sequence: Sequence, position: usize) {
        let Some(callback) = self.ledger.callbacks.get_mut(&sequence) else { return };
        let (standing, old) = (Standing::of(callback), callback.request.phone.clone());
        callback.request = Arc::new(callback.request.turned_to(position));
        let new = callback.request.phone.clone();
        self.relink(sequence, &old, Some(&standing), None);
        self.relink(sequence, &new, None, Some(&standing));
    }

    pub(super) fn is_present(&self, agent: AgentIndex) -> bool {
        self.ledger.agent(agent).is_some_and(|agent| agent.session().is_some())
    }

    /// Callbacks Queued that wait for one agent, in the order of their requests.
    pub(crate) fn preferring(&self, agent: AgentIndex) -> Vec<Sequence> {
        let callbacks = self.layout.agent(agent).and_then(|agent| self.indices.preferring.get(&agent.id));
        callbacks.into_iter().flatten().copied().collect()
    }

    /// Puts a callback into the class that it belongs to now.
    fn restand(&mut self, sequence: Sequence) {
        let Some(callback) = self.ledger.callbacks.get(&sequence) else { return };
        let (standing, phone) = (Standing::of(callback), callback.request.phone.clone());
        self.unstand(sequence, &phone, &standing);
        self.stand(sequence, &phone, &standing);
    }

    /// The ledger, for what no index depends on.
    pub(crate) fn ledger_mut(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// Looks again at a queue whose hours changed.
    pub(crate) fn wake_queue(&mut self, queue: QueueIndex) {
        self.arm_queue(queue);
        self.indices.classes.consider_queue(queue);
    }

    /// When a queue that is open closes, if it ever does.
    pub(crate) fn closes_at(&mut self, queue: QueueIndex) -> Option<Instant> {
        self.indices.queues.closes_at(&self.indices.timetable, queue, self.ledger.clock)
    }

    /// The score of a Queued callback now.
    pub(crate) fn score(&self, sequence: Sequence) -> i64 {
        let class = self.indices.class_of.get(&sequence).and_then(|class| self.indices.classes.get(*class));
        let place = self.callback(sequence).map(|callback| callback.place);
        class.zip(place).map_or(0, |(class, place)| class.score(&self.layout, place, self.ledger.clock))
    }

    fn class_key(&self, stand: &Stand) -> ClassKey {
        let journey = &stand.journey;
        let queue = self.layout.queue(journey.queue);
        ClassKey {
            queue: journey.queue,
            need: self.whole_need(stand),
            priority: stand.priority,
            ageing: journey.ageing.or_else(|| queue.and_then(|queue| queue.ageing)),
        }
    }

    /// Enters a callback that the indices do not have yet.
    fn admit(&mut self, sequence: Sequence) {
        let Some(callback) = self.ledger.callbacks.get(&sequence) else { return };
        self.indices.ids.insert(callback.request.id.clone(), sequence);
        self.indices.attempts.extend(callback.attempts.iter().map(|attempt| (*attempt, sequence)));
        let (standing, phone) = (Standing::of(callback), callback.request.phone.clone());
        self.relink(sequence, &phone, None, Some(&standing));
    }

    /// Moves a callback from where it stood to where it stands, in every index that depends on it.
    fn relink(
        &mut self,
        sequence: Sequence,
        phone: &Phone,
        before: Option<&Standing>,
        after: Option<&Standing>,
    ) {
        let (was_due, is_due) =
            (before.map(|standing| standing.deadline), after.map(|standing| standing.deadline));
        if was_due != is_due {
            if let Some(deadline) = was_due {
                self.indices.deadlines.callback(sequence, deadline, false);
            }
            if let Some(deadline) = is_due {
                self.indices.deadlines.callback(sequence, deadline, true);
            }
        }
        if let Some(standing) = before {
            self.unstand(sequence, phone, standing);
        }
        if let Some(standing) = after {
            self.stand(sequence, phone, standing);
        }
        if let Some(Spot::Waiting { stand, .. }) = before.map(|standing| &standing.spot) {
            self.forget_closing(stand.journey.queue);
        }
        let open = after.is_some_and(|standing| standing.open);
        if open && self.callback(sequence).is_some_and(|callback| !callback.request.other_numbers.is_empty())
        {
            self.indices.several.insert(sequence);
        } else {
            self.indices.several.remove(&sequence);
        }
        if let Some(number) = self.indices.numbers.get_mut(phone)
            && !open
        {
            number.callbacks.remove(&sequence);
            if number.callbacks.is_empty() {
                self.indices.numbers.remove(phone);
                return;
            }
        }
        self.turn_gate(phone);
    }

    fn unstand(&mut self, sequence: Sequence, phone: &Phone, standing: &Standing) {
        let number = self.indices.numbers.get_mut(phone);
        match &standing.spot {
            Spot::Nowhere => {}
            Spot::Waiting { stand, place, held } => {
                let in_line = number.is_some_and(|number| number.waiting.remove(&sequence) && !number.shut);
                if in_line && !held {
                    self.line_up(sequence, false);
                }
                if let Some(record) = self.indices.queues.get_mut(stand.journey.queue) {
                    record.waiting.remove(&(*place, sequence));
                }
                count(self.indices.queued.entry(standing.service).or_insert(0), false);
                self.leave_class(sequence);
                self.count_preferring(&stand.journey, sequence, false);
                self.count_overflowing(&stand.journey, sequence, false);
            }
            Spot::Live { queue, live } => {
                if let Some(number) = number {
                    number.live = None;
                }
                self.count_live(*queue, live, false);
                self.indices.invited.remove(&sequence);
                if self.indices.on_line.remove(&sequence) {
                    self.leave_class(sequence);
                }
            }
        }
    }

    fn stand(&mut self, sequence: Sequence, phone: &Phone, standing: &Standing) {
        if let Spot::Waiting { stand, place, .. } = &standing.spot {
            self.join_class(sequence, stand);
            if let Some(record) = self.indices.queues.get_mut(stand.journey.queue) {
                record.waiting.insert((*place, sequence));
            }
            self.await_closing(stand.journey.queue);
            count(self.indices.queued.entry(standing.service).or_insert(0), true);
            self.count_preferring(&stand.journey, sequence, true);
            self.count_overflowing(&stand.journey, sequence, true);
        }
        if !standing.open {
            return;
        }
        // What was true of the gate may not be any more: the last callback of the number may have gone meanwhile.
        let shut = self.is_shut(phone);
        let number = self.indices.numbers.entry(phone.clone()).or_default();
        if number.callbacks.is_empty() {
            number.shut = shut;
        }
        number.callbacks.insert(sequence);
        match &standing.spot {
            Spot::Nowhere => {}
            Spot::Waiting { held: true, .. } => {}
            Spot::Waiting { .. } => {
                number.waiting.insert(sequence);
                if !number.shut {
                    self.line_up(sequence, true);
                }
            }
            Spot::Live { queue, live } => {
                number.live = Some(sequence);
                self.count_live(*queue, live, true);
                match live {
                    Live::OnLine(stand) => {
                        self.indices.on_line.insert(sequence);
                        self.join_class(sequence, stand);
                    }
                    Live::Reserved { invited: true } => {
                        self.indices.invited.insert(sequence);
                    }
                    Live::Reserved { invited: false } | Live::Ahead | Live::Talking => {}
                }
            }
        }
    }

    fn count_preferring(&mut self, journey: &Journey, sequence: Sequence, enters: bool) {
        let Some(preferred) = &journey.preferred else { return };
        let preferring = &mut self.indices.preferring;
        if enters {
            preferring.entry(preferred.agent.clone()).or_default().insert(sequence);
        } else if let Some(callbacks) = preferring.get_mut(&preferred.agent) {
            callbacks.remove(&sequence);
            if callbacks.is_empty() {
                preferring.remove(&preferred.agent);
            }
        }
    }

    fn count_live(&mut self, queue: QueueIndex, live: &Live, enters: bool) {
        let Some(record) = self.indices.queues.get_mut(queue) else { return };
        let talking = *live == Live::Talking;
        count(if talking { &mut record.processing } else { &mut record.routing }, enters);
        if live.is_ahead() {
            count(&mut record.ahead, enters);
        }
        let limited = self.layout.queue(queue).is_some_and(|queue| queue.dialling.concurrent_dials.is_some());
        if limited && !talking && !enters {
            self.indices.classes.consider_queue(queue);
        }
    }

    fn leave_class(&mut self, sequence: Sequence) {
        if let Some(class) = self.indices.class_of.remove(&sequence) {
            self.indices.classes.leave(class);
        }
    }

    fn join_class(&mut self, sequence: Sequence, stand: &Stand) {
        let class = self.class_of(self.class_key(stand));
        self.indices.class_of.insert(sequence, class);
    }

    /// The class with this key, with one member more.
    fn class_of(&mut self, key: ClassKey) -> ClassIndex {
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
        let full_until = self.rate_full_until(queue);
        let Indices { queues, deadlines, classes, timetable, .. } = &mut self.indices;
        if queues.count_in_line(timetable, queue, (self.ledger.clock, full_until), enters, deadlines) {
            classes.consider_queue(queue);
        }
    }

    /// Enters an agent, as they are, into every index, or takes them out of them.
    fn link_agent(&mut self, index: AgentIndex, enters: bool) {
        let Some(agent) = self.ledger.agents.get(index.position()) else { return };
        if let Some((until, callback)) = agent.session().and_then(Session::first_wrap_up) {
            self.indices.deadlines.wrap_up(index, callback, until, enters);
        }
        let profile = self.indices.profiles.set(index, &self.layout, Some(agent), enters);
        if enters
            && agent.is_ready(self.layout.capacity(index))
            && let Some(profile) = profile
        {
            self.indices.classes.consider_profile(profile);
        }
    }
}

fn count(counter: &mut u32, up: bool) {
    *counter = if up { counter.saturating_add(1) } else { counter.saturating_sub(1) };
}
