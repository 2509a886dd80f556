//! The truth: what a snapshot holds and the state hash covers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::bookings::SlotHold;
use super::closings::Closing;
use super::kept::{Kept, KeptList, hash_of};
use super::last_agents::LastAgent;
use super::numbers::NumberRecord;
use super::pace::Connections;
use super::quotas::{Counter, ServiceCounts};
use super::versions::Versions;
use crate::center::{AgentIndex, CalendarIndex, Layout, PACED, QueueIndex};
use crate::protocol::{ApplicationText, Hook};
use crate::record::{Agent, Callback, Journey, Switches};
use crate::value::{AttemptId, CallbackId, EffectId, Instant, Phone, Sequence};

/// Everything the engine remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// The engine's time.
    pub(crate) clock: Instant,
    /// Whether matching is due.
    pub(crate) matching: Matching,
    /// The number of the next accepted request.
    pub(crate) next_sequence: Sequence,
    /// The id of the next attempt.
    pub(crate) next_attempt: AttemptId,
    /// The id of the next effect.
    pub(crate) next_effect: EffectId,
    /// How often the host's clock went back.
    pub(crate) clock_went_back: u64,
    /// Callbacks that are not purged.
    pub(crate) callbacks: Kept<Sequence, Callback>,
    /// The layout's agents, in its order.
    pub(crate) agents: KeptList<Agent>,
    /// Numbers with a fence or with attempts that still count.
    pub(crate) numbers: Kept<Phone, NumberRecord>,
    /// Attempts by prefix, by country and in all.
    pub(crate) attempts: Kept<SmolStr, Counter>,
    /// Keys of requests.
    pub(crate) keys: Kept<SmolStr, KeyRecord>,
    /// What each service has admitted, in the layout's order.
    pub(crate) services: KeptList<ServiceCounts>,
    /// What limits of the `throttle` hook have counted, by key.
    pub(crate) limits: Kept<SmolStr, Counter>,
    /// Calls placed from queues with a dial rate.
    pub(crate) dialled: BTreeMap<QueueIndex, Counter>,
    /// The last calls that customers answered before an agent was there, by queue, oldest first: whether they were
    /// abandoned.
    pub(crate) answered: BTreeMap<QueueIndex, VecDeque<bool>>,
    /// The agent that a queue with the strategy `round_robin` chose last.
    pub(crate) chosen: BTreeMap<QueueIndex, AgentIndex>,
    /// Whom customers talked with last, by number.
    pub(crate) last_agents: Kept<Phone, LastAgent>,
    /// How often the strategy `random` has drawn.
    pub(crate) draws: u64,
    /// Slots held for customers who make up their minds, by the id of the hold.
    pub(crate) holds: BTreeMap<SmolStr, SlotHold>,
    /// Closings that queues with callbacks await, or carry out.
    pub(crate) closings: BTreeMap<QueueIndex, Closing>,
    /// When time alone may open conditional overflow, by the queue that it leads from.
    pub(crate) overflow_due: BTreeMap<QueueIndex, Instant>,
    /// The last connections of each queue.
    pub(crate) connections: Kept<QueueIndex, Connections>,
    /// Calendars that are closed, or not, against their configuration.
    pub(crate) closures: BTreeMap<CalendarIndex, bool>,
    /// Switches that somebody turned on, by queue.
    pub(crate) switches: BTreeMap<QueueIndex, Switches>,
    /// Faults in a row, by hook.
    pub(crate) faults: BTreeMap<Hook, u32>,
    /// Hooks that are not asked any more.
    pub(crate) set_aside: BTreeSet<Hook>,
    /// The texts of the application.
    pub(crate) versions: Versions,
}

/// Whether matching is due, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Matching {
    /// Nothing changed since it ran.
    Done,
    /// Something changed at this instant, and it has not run since.
    Due,
    /// The host was away until then; what it missed is being made up for, and matching runs at the end of it.
    Away(Instant),
}

/// A key that a request was made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    /// The first request's callback.
    pub(crate) callback: CallbackId,
    /// A hash of the first request's content, its id left out.
    pub(crate) content: u64,
    /// When the key is forgotten; `None` while its callback is not purged.
    pub(crate) until: Option<Instant>,
}

impl Ledger {
    pub(super) fn new(layout: &Layout, text: ApplicationText) -> Self {
        Self {
            clock: Instant::MIN,
            matching: Matching::Done,
            next_sequence: Sequence(1),
            next_attempt: AttemptId(1),
            next_effect: EffectId(1),
            clock_went_back: 0,
            callbacks: Kept::default(),
            agents: layout.agent_indices().map(|_| Agent::default()).collect(),
            numbers: Kept::default(),
            attempts: Kept::default(),
            keys: Kept::default(),
            services: layout.center().services.iter().map(|_| ServiceCounts::default()).collect(),
            limits: Kept::default(),
            dialled: BTreeMap::new(),
            answered: BTreeMap::new(),
            chosen: BTreeMap::new(),
            last_agents: Kept::default(),
            draws: 0,
            holds: BTreeMap::new(),
            closings: BTreeMap::new(),
            overflow_due: BTreeMap::new(),
            connections: Kept::default(),
            closures: BTreeMap::new(),
            switches: BTreeMap::new(),
            faults: BTreeMap::new(),
            set_aside: BTreeSet::new(),
            versions: Versions::new(text),
        }
    }

    /// The hash of all of it.
    pub(crate) fn hash(&self) -> u128 {
        hash_of(self)
    }

    /// Brings the hash up to date, so that the next time it costs what changes until then.
    pub(super) fn settle(&mut self) {
        self.callbacks.settle();
        self.agents.settle(|_| {});
        self.numbers.settle();
        self.attempts.settle();
        self.keys.settle();
        self.services.settle(ServiceCounts::settle);
        self.limits.settle();
        self.last_agents.settle();
        self.connections.settle();
        self.versions.settle();
    }

    /// The hash of all of it, computed anew from the records.
    pub(super) fn hash_anew(&self) -> u128 {
        let mut ledger = self.clone();
        ledger.callbacks.forget_hash();
        ledger.agents.forget_hash(|_| {});
        ledger.numbers.forget_hash();
        ledger.attempts.forget_hash();
        ledger.keys.forget_hash();
        ledger.services.forget_hash(ServiceCounts::forget_hash);
        ledger.limits.forget_hash();
        ledger.last_agents.forget_hash();
        ledger.connections.forget_hash();
        ledger.versions.forget_hash();
        ledger.hash()
    }

    /// Whether everything it names is there.
    ///
    /// # Errors
    ///
    /// What is not, in words.
    pub(super) fn fits(&self, layout: &Layout) -> Result<(), String> {
        if self.agents.len() != layout.center().agents.len() {
            return Err(format!("it has {} agents", self.agents.len()));
        }
        if self.services.len() != layout.center().services.len() {
            return Err(format!("it has {} services", self.services.len()));
        }
        if !self.versions.is_whole() {
            return Err("a version of its application lacks its text, or has one that nobody names".into());
        }
        for (sequence, callback) in &self.callbacks {
            let id = &callback.request.id;
            let state = &callback.state;
            if *sequence != callback.sequence || *sequence >= self.next_sequence {
                return Err(format!("callback `{id}` has another request's number"));
            }
            if layout.service(callback.service).is_none() {
                return Err(format!("callback `{id}` is of an unknown service"));
            }
            let bound_for = state.queue().or_else(|| state.bound_for());
            if bound_for.is_some_and(|queue| layout.queue(queue).is_none()) {
                return Err(format!("callback `{id}` is in an unknown queue"));
            }
            if callback.cooloffs.iter().any(|cooloff| layout.agent(cooloff.agent).is_none()) {
                return Err(format!("callback `{id}` was rejected by an unknown agent"));
            }
            if state.agent().or(callback.assigned).is_some_and(|agent| layout.agent(agent).is_none()) {
                return Err(format!("callback `{id}` has an unknown agent"));
            }
            if state.journey().is_some_and(|journey| !leads(journey, layout)) {
                return Err(format!("callback `{id}` is on a way that leads nowhere"));
            }
        }
        let sound = |(queue, switches): (&QueueIndex, &Switches)| {
            layout.queue(*queue).is_some() && *switches != Switches::default()
        };
        if !self.switches.iter().all(sound) {
            return Err("a switch is on of a queue that is not there, or none is".into());
        }
        if matches!(self.matching, Matching::Away(until) if until < self.clock) {
            return Err("its host was away until before its clock".into());
        }
        if self.callbacks.values().any(|callback| callback.unknown as usize > callback.attempts.len()) {
            return Err("a callback has more attempts of unknown outcome than attempts".into());
        }
        if self.closures.keys().any(|calendar| layout.hours(*calendar).is_none()) {
            return Err("an unknown calendar is closed".into());
        }
        if self.closings.keys().any(|queue| layout.queue(*queue).is_none()) {
            return Err("an unknown queue closes".into());
        }
        if self.overflow_due.keys().chain(self.connections.keys()).any(|queue| layout.queue(*queue).is_none())
        {
            return Err("an unknown queue overflows, or has connected callbacks".into());
        }
        let paced = |connections: &Connections| {
            connections.len() <= PACED
                && connections.iter().is_sorted()
                && connections.back().is_none_or(|last| *last <= self.clock)
        };
        if !self.connections.values().all(paced) {
            return Err("a queue has connected callbacks in no order, or too many of them".into());
        }
        if self.holds.values().any(|hold| layout.service(hold.service).is_none()) {
            return Err("a slot of an unknown service is held".into());
        }
        let queues = self.dialled.keys().chain(self.answered.keys());
        if queues.into_iter().any(|queue| layout.queue(*queue).is_none()) {
            return Err("calls were placed from an unknown queue".into());
        }
        if self.counters().any(|counter| !counter.is_sound(self.clock)) {
            return Err("a limit has counted what did not happen".into());
        }
        Ok(())
    }

    fn counters(&self) -> impl Iterator<Item = &Counter> {
        let numbers = self.numbers.values().map(NumberRecord::attempts);
        numbers
            .chain(self.services.iter().map(ServiceCounts::admitted))
            .chain(self.limits.values())
            .chain(self.attempts.values())
            .chain(self.dialled.values())
    }

    /// An agent's record.
    pub(crate) fn agent(&self, index: AgentIndex) -> Option<&Agent> {
        self.agents.get(index.position())
    }
}

/// Whether a journey stands on a step of its plan, and its present queue is there. Others of the plan may be gone since
/// the center was configured anew.
fn leads(journey: &Journey, layout: &Layout) -> bool {
    (1..=journey.plan.steps().len()).contains(&journey.taken) && layout.queue(journey.queue).is_some()
}
