//! Whether the indices are what the ledger says, and the ledger what the specification promises.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Book, Matching};
use crate::record::{Phase, State, Work};
use crate::value::{Phone, Sequence};

impl Book {
    /// Rebuilds every index from the ledger, compares, and checks the promises of the lifecycle that hold between
    /// any two calls. Answers what is wrong; nothing, unless the engine has a defect.
    pub(crate) fn check(&self) -> Vec<String> {
        let mut faults = Vec::new();
        self.check_indices(&mut faults);
        faults.extend(self.check_states());
        faults
    }

    /// Checks the promises alone, of a book whose indices follow from its ledger.
    pub(super) fn check_states(&self) -> Vec<String> {
        let mut faults = Vec::new();
        self.check_ids(&mut faults);
        self.check_agents(&mut faults);
        self.check_numbers(&mut faults);
        self.check_slots(&mut faults);
        if self.ledger.matching == Matching::Done {
            self.check_work(&mut faults);
            if let Some((callback, _)) = self.overflowing() {
                faults.push(format!(
                    "callback {callback} stays though a condition of its queue's overflow holds"
                ));
            }
        }
        faults
    }

    fn check_indices(&self, faults: &mut Vec<String>) {
        let fresh = Self::rebuilt(Arc::clone(&self.layout), self.ledger.clone());
        let (ours, theirs) = (&self.indices, &fresh.indices);
        let mut compare = |name: &str, same: bool| {
            if !same {
                faults.push(format!("index `{name}` is not what the states say"));
            }
        };
        compare("ids", ours.ids == theirs.ids);
        compare("attempts", ours.attempts == theirs.attempts);
        compare("deadlines", ours.deadlines == theirs.deadlines);
        compare("numbers", ours.numbers == theirs.numbers);
        compare("preferring", ours.preferring == theirs.preferring);
        compare("overflowing", ours.overflowing == theirs.overflowing);
        compare("last agents", ours.last_agents == theirs.last_agents);
        let counted = |queued: &BTreeMap<_, u32>| {
            queued.iter().filter(|(_, count)| **count > 0).map(|(s, c)| (*s, *c)).collect::<Vec<_>>()
        };
        compare("queued", counted(&ours.queued) == counted(&theirs.queued));
        compare("on_line", ours.on_line == theirs.on_line);
        compare("invited", ours.invited == theirs.invited);
        compare("classes", self.lines() == fresh.lines());
        compare("hash", self.ledger.hash() == self.ledger.hash_anew());
        ours.queues.audit(&theirs.queues, faults);
        ours.classes.audit(&ours.profiles, faults);
        ours.profiles.audit(&self.layout, &self.ledger.agents, faults);
    }

    /// For each class with members: its key, how many they are, and who stands in line.
    fn lines(&self) -> BTreeMap<String, (usize, Vec<(Sequence, crate::value::Instant)>)> {
        let classes = self.indices.classes.iter().filter(|(_, class)| class.line().next().is_some());
        let lines = classes.map(|(index, class)| {
            let mut line: Vec<_> = class.line().collect();
            line.sort();
            (format!("{:?}", class.key()), (self.indices.classes.members(index), line))
        });
        lines.collect()
    }

    /// Every id and every attempt is that of one callback, and the live attempt is its last.
    fn check_ids(&self, faults: &mut Vec<String>) {
        let callbacks = &self.ledger.callbacks;
        if self.indices.ids.len() != callbacks.len() {
            faults.push("two callbacks have one id".into());
        }
        let attempts: usize = callbacks.values().map(|callback| callback.attempts.len()).sum();
        if self.indices.attempts.len() != attempts {
            faults.push("two attempts have one id".into());
        }
        if self.indices.attempts.last_key_value().is_some_and(|(last, _)| *last >= self.ledger.next_attempt) {
            faults.push("an attempt has an id that is not given yet".into());
        }
        for callback in callbacks.values() {
            let live = callback.state.attempt();
            if live.is_some() && live.as_ref() != callback.attempts.last() {
                faults.push(format!("callback {}: its live attempt is not its last", callback.request.id));
            }
        }
    }

    /// No agent is above capacity; one reserved or busy holds exactly the callbacks that say so.
    fn check_agents(&self, faults: &mut Vec<String>) {
        for callback in self.ledger.callbacks.values() {
            let Some(agent) = callback.state.agent() else { continue };
            let session = self.ledger.agent(agent).and_then(|agent| agent.session());
            let talks = matches!(callback.state, State::Processing(_));
            let own = |work: &&Work| work.callback == callback.sequence && work.holds();
            let units: Vec<bool> = session.map_or_else(Vec::new, |session| {
                let units = session.work.iter().filter(own);
                units.map(|work| matches!(work.phase, Phase::Talking { .. })).collect()
            });
            if units != [talks] {
                faults.push(format!("callback {}: its agent does {session:?}", callback.request.id));
            }
        }
        for index in self.layout.agent_indices() {
            let Some(session) = self.ledger.agent(index).and_then(|agent| agent.session()) else { continue };
            let lies = |callback: &Sequence| {
                self.callback(*callback).and_then(|callback| callback.state.agent()) != Some(index)
            };
            if session.callbacks().any(|callback| lies(&callback)) {
                faults.push(format!("agent {index:?}: holds a callback that does not say so"));
            }
            if session.work.len() > self.layout.capacity(index) as usize {
                faults.push(format!("agent {index:?}: is above capacity"));
            }
        }
    }

    /// At most one live attempt per customer number.
    fn check_numbers(&self, faults: &mut Vec<String>) {
        let mut live: BTreeMap<&Phone, Sequence> = BTreeMap::new();
        for callback in self.ledger.callbacks.values().filter(|callback| callback.state.attempt().is_some()) {
            if let Some(other) = live.insert(&callback.request.phone, callback.sequence) {
                faults.push(format!("callbacks {other} and {} are live on one number", callback.sequence));
            }
        }
    }

    /// Bookings never exceed a slot's capacity.
    fn check_slots(&self, faults: &mut Vec<String>) {
        for service in self.layout.service_indices() {
            let counts = self.ledger.services.get(service.position());
            for (start, _, booked) in counts.into_iter().flat_map(super::quotas::ServiceCounts::bookings) {
                if booked > self.capacity(service, start) {
                    faults.push(format!("{service:?}: {booked} bookings in the slot of {start}"));
                }
            }
        }
    }

    /// Work conserving: no ready agent is left who could serve a matchable callback. A full scan, which asks each
    /// pair.
    fn check_work(&self, faults: &mut Vec<String>) {
        if let Some(found) = self.best_on_line() {
            faults.push(format!(
                "callback {} is on the line while agent {:?} is ready",
                found.callback, found.agent
            ));
        }
        for (_, class) in self.indices.classes.iter() {
            let open = {
                let hours = self.indices.timetable.queue(class.key().queue);
                hours.is_none_or(|hours| hours.is_open(self.ledger.clock))
            };
            let held = self.switches(class.key().queue).hold() || self.is_full(class.key().queue);
            let Some((callback, _)) = class.line().next().filter(|_| !held) else { continue };
            let serves = |agent: &crate::center::Agent| {
                class.key().need.is_met_by(crate::value::requirement::Candidate {
                    id: &agent.id,
                    skills: &agent.skills,
                    groups: &agent.groups,
                })
            };
            let idle = self.layout.agent_indices().find(|index| {
                self.ledger.agent(*index).is_some_and(|agent| agent.is_ready(self.layout.capacity(*index)))
                    && self.layout.agent(*index).is_some_and(serves)
            });
            if let (true, Some(agent)) = (open, idle) {
                faults.push(format!("callback {callback} waits while agent {agent:?} is ready"));
            }
        }
    }
}
