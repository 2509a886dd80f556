//! Classes: callbacks with the same queue, requirement, priority and ageing.
//!
//! Within a class the order is by place alone: all age alike, so ageing never re-sorts a line. Only matchable
//! callbacks stand in a line, so its head is the class's next. Which profile serves which class is a bit
//! matrix, kept as profiles and classes come; a class that nobody needs any more is kept for a while, since the
//! next callback like the last will want it again.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use fixedbitset::FixedBitSet;
use priority_queue::PriorityQueue;

use super::profiles::{ProfileIndex, Profiles};
use crate::center::{Layout, QueueIndex};
use crate::value::{Ageing, Instant, Name, Rank, Requirement, Sequence};

/// The position of a class.
pub(crate) type ClassIndex = usize;

/// Classes without callbacks that are kept.
const SPARE: usize = 256;

/// The order within a line: the callback with the earliest place first.
type Line = PriorityQueue<Sequence, Reverse<(Instant, Sequence)>, BuildHasherDefault<DefaultHasher>>;

/// What the callbacks of a class share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClassKey {
    /// The queue.
    pub(super) queue: QueueIndex,
    /// The whole requirement there.
    pub(super) need: Arc<Requirement>,
    /// The callbacks' own priority.
    pub(super) priority: i64,
    /// What waiting earns.
    pub(super) ageing: Option<Ageing>,
}

/// Callbacks with the same key.
#[derive(Clone, Debug)]
pub(super) struct Class {
    key: ClassKey,
    /// The skills that its requirement names.
    skills: Vec<Name>,
    /// Callbacks Queued in this class, in line or not.
    members: usize,
    line: Line,
    /// Profiles that meet its requirement.
    serving: FixedBitSet,
}

/// All classes.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    classes: Vec<Option<Class>>,
    by_key: BTreeMap<ClassKey, ClassIndex>,
    /// Positions without a class.
    free: Vec<ClassIndex>,
    /// Classes without members, the one longest so first. One that has members again stays in here until its turn.
    spare: VecDeque<ClassIndex>,
    /// For each profile the classes it serves.
    served: Vec<FixedBitSet>,
    /// Classes with somebody in line.
    in_line: FixedBitSet,
    /// Classes to look at: since they were last dismissed, somebody came into their line, an agent became ready
    /// for them, or their queue opened.
    candidates: FixedBitSet,
}

impl Class {
    pub(super) fn key(&self) -> &ClassKey {
        &self.key
    }

    pub(super) fn skills(&self) -> &[Name] {
        &self.skills
    }

    pub(super) fn serving(&self) -> &FixedBitSet {
        &self.serving
    }

    /// The score of one of its callbacks.
    pub(super) fn score(&self, layout: &Layout, place: Instant, now: Instant) -> i64 {
        let queue = layout.queue(self.key.queue).map_or(0, |queue| queue.priority);
        let earned = self.key.ageing.map_or(0, |ageing| ageing.earned(place, now));
        queue.saturating_add(self.key.priority).saturating_add(earned)
    }

    /// The rank of the first in line.
    pub(super) fn head(&self, layout: &Layout, now: Instant) -> Option<Rank> {
        let (sequence, Reverse((place, _))) = self.line.peek()?;
        let score = self.score(layout, *place, now);
        Some(Rank { score, place: Reverse(*place), sequence: Reverse(*sequence) })
    }

    /// Who stands in line, in no particular order.
    pub(super) fn line(&self) -> impl Iterator<Item = (Sequence, Instant)> {
        self.line.iter().map(|(sequence, Reverse((place, _)))| (*sequence, *place))
    }
}

impl Classes {
    pub(super) fn get(&self, index: ClassIndex) -> Option<&Class> {
        self.classes.get(index)?.as_ref()
    }

    /// The class with this key, if there is one.
    pub(super) fn find(&self, key: &ClassKey) -> Option<ClassIndex> {
        self.by_key.get(key).copied()
    }

    /// Every class.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ClassIndex, &Class)> {
        self.classes.iter().enumerate().filter_map(|(index, class)| Some((index, class.as_ref()?)))
    }

    /// Adds a member to the class with this key, which is made if it does not exist.
    pub(super) fn join(&mut self, key: ClassKey, profiles: &Profiles) -> ClassIndex {
        let index = match self.find(&key) {
            Some(index) => index,
            None => self.make(key, profiles),
        };
        if let Some(Some(class)) = self.classes.get_mut(index) {
            class.members = class.members.saturating_add(1);
        }
        index
    }

    fn make(&mut self, key: ClassKey, profiles: &Profiles) -> ClassIndex {
        let index = self.free.pop().unwrap_or(self.classes.len());
        if index == self.classes.len() {
            self.classes.push(None);
            self.in_line.grow(self.classes.len());
            self.candidates.grow(self.classes.len());
            self.served.iter_mut().for_each(|classes| classes.grow(index.saturating_add(1)));
        }
        let mut class = Class {
            skills: key.need.skills().into_iter().cloned().collect(),
            members: 0,
            line: Line::with_default_hasher(),
            serving: FixedBitSet::new(),
            key: key.clone(),
        };
        for (profile, agents) in profiles.iter() {
            let meets = agents.meets(&key.need);
            class.serving.grow_and_insert(profile);
            class.serving.set(profile, meets);
            self.set_served(profile, index, meets);
        }
        if let Some(slot) = self.classes.get_mut(index) {
            *slot = Some(class);
        }
        self.by_key.insert(key, index);
        index
    }

    fn set_served(&mut self, profile: ProfileIndex, class: ClassIndex, serves: bool) {
        while self.served.len() <= profile {
            self.served.push(FixedBitSet::with_capacity(self.classes.len()));
        }
        if let Some(classes) = self.served.get_mut(profile) {
            classes.set(class, serves);
        }
    }

    /// Enters a new profile into the matrix.
    pub(super) fn add_profile(&mut self, index: ProfileIndex, profiles: &Profiles) {
        let Some(profile) = profiles.get(index) else { return };
        for position in 0..self.classes.len() {
            let Some(Some(class)) = self.classes.get_mut(position) else { continue };
            let meets = profile.meets(&class.key.need);
            class.serving.grow_and_insert(index);
            class.serving.set(index, meets);
            self.set_served(index, position, meets);
        }
    }

    /// Takes a member out of its class.
    pub(super) fn leave(&mut self, index: ClassIndex) {
        let Some(Some(class)) = self.classes.get_mut(index) else { return };
        class.members = class.members.saturating_sub(1);
        if class.members > 0 {
            return;
        }
        self.spare.push_back(index);
        if self.spare.len() > SPARE
            && let Some(oldest) = self.spare.pop_front()
        {
            self.drop_unused(oldest);
        }
    }

    fn drop_unused(&mut self, index: ClassIndex) {
        let Some(slot) = self.classes.get_mut(index) else { return };
        if slot.as_ref().is_none_or(|class| class.members > 0) || self.spare.contains(&index) {
            return;
        }
        if let Some(class) = slot.take() {
            self.by_key.remove(&class.key);
            self.candidates.set(index, false);
            self.served.iter_mut().for_each(|classes| classes.set(index, false));
            self.free.push(index);
        }
    }

    /// Puts a member into the class's line.
    pub(super) fn push(&mut self, index: ClassIndex, callback: Sequence, place: Instant) {
        if let Some(Some(class)) = self.classes.get_mut(index) {
            class.line.push(callback, Reverse((place, callback)));
            self.in_line.insert(index);
            self.candidates.insert(index);
        }
    }

    /// Takes a member out of the class's line.
    pub(super) fn pull(&mut self, index: ClassIndex, callback: Sequence) {
        if let Some(Some(class)) = self.classes.get_mut(index) {
            class.line.remove(&callback);
            if class.line.is_empty() {
                self.in_line.set(index, false);
            }
        }
    }

    /// Looks again at the classes that a profile serves.
    pub(super) fn consider_profile(&mut self, profile: ProfileIndex) {
        if let Some(served) = self.served.get(profile) {
            self.candidates.extend(served.intersection(&self.in_line));
        }
    }

    /// Looks again at a queue's classes.
    pub(super) fn consider_queue(&mut self, queue: QueueIndex) {
        let of_queue = |index: &ClassIndex| {
            let class = self.classes.get(*index).and_then(Option::as_ref);
            class.is_some_and(|class| class.key.queue == queue)
        };
        let found: Vec<ClassIndex> = self.in_line.ones().filter(of_queue).collect();
        self.candidates.extend(found);
    }

    /// Looks again at every class.
    pub(super) fn consider_all(&mut self) {
        self.candidates.union_with(&self.in_line);
    }

    /// The classes to look at.
    pub(super) fn candidates(&self) -> Vec<ClassIndex> {
        self.candidates.ones().collect()
    }

    /// Looks at a class no more until something changes for it.
    pub(super) fn dismiss(&mut self, index: ClassIndex) {
        self.candidates.set(index, false);
    }

    /// What is wrong with the matrix.
    pub(super) fn audit(&self, profiles: &Profiles, faults: &mut Vec<String>) {
        for (index, class) in self.iter() {
            for (profile, agents) in profiles.iter() {
                let meets = agents.meets(&class.key.need);
                let served = self.served.get(profile).is_some_and(|classes| classes.contains(index));
                if class.serving.contains(profile) != meets || served != meets {
                    faults.push(format!("class {index}, profile {profile}: matrix is wrong"));
                }
            }
            if self.in_line.contains(index) == class.line.is_empty() {
                faults.push(format!("class {index}: line bit is wrong"));
            }
        }
    }

    /// Members of a class, in line or not.
    pub(super) fn members(&self, index: ClassIndex) -> usize {
        self.get(index).map_or(0, |class| class.members)
    }
}
