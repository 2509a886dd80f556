//! A journal's history as traffic: what was asked, when agents came and went, and what customers and calls did.
//!
//! The host's commands themselves can't be given to another application: it would place other calls. So what the world did is
//! taken from them, callback by callback, and played anew. What it would have done where nobody asked is assumed, and said.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::mem;

use ringback_engine::journal::{Call, Entry, Returned};
use ringback_engine::protocol::{
    CancelledBy, Command, Disposition, Effect, EffectKind, Event, PushKind, Refusal,
};
use ringback_engine::record::Outcome;
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Instant, Phone};
use smol_str::SmolStr;

use crate::streams::{Asked, Caller, ChangeLine, Fate, Leg, Offered, RosterLine, Shift, Then, TrafficLine};
use crate::summary::percentile;

/// What a journal says that the world did.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Who asked, and what happened then.
    pub traffic: Vec<TrafficLine>,
    /// When agents came and went.
    pub roster: Vec<RosterLine>,
    /// What people of the center did, and whatever else customers said.
    pub changes: Vec<ChangeLine>,
    /// Every event, as far as it can be told from others.
    pub marks: Vec<(Instant, u64)>,
    /// Commands that are not taken over, by kind.
    pub left_out: BTreeMap<String, u64>,
    /// How many requests were never called, or never talked: what happens to them then is assumed.
    pub untold: u64,
    seen: Seen,
}

/// What was seen of callbacks and attempts so far.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// The last use of each id, in `traffic`, or in `changes` where it was asked for anew.
    callbacks: BTreeMap<CallbackId, Place>,
    attempts: BTreeMap<AttemptId, Placed>,
    /// Since when something is asked that was not answered.
    offered: BTreeMap<CallbackId, Instant>,
    told: BTreeMap<CallbackId, Told>,
    connecting: BTreeMap<AttemptId, Instant>,
    talking: BTreeMap<CallbackId, Instant>,
    rings: Vec<i64>,
    handles: Vec<i64>,
}

/// Where a callback's fate stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Traffic(usize),
    Change(usize),
}

/// What a customer was told and did not answer yet.
#[derive(Clone, Debug)]
struct Told {
    since: Instant,
    phone: Phone,
    /// The number to call and the code, of one who is to call in.
    call_in: Option<(Option<Phone>, Option<SmolStr>)>,
}

/// An attempt that was made.
#[derive(Clone, Debug)]
struct Placed {
    callback: CallbackId,
    number: usize,
    at: Instant,
    answered: Option<Instant>,
    ring_for: Duration,
    over: bool,
}

impl History {
    /// Takes in a call, and what came of it when it was repeated.
    pub fn take(&mut self, entry: &Entry, effects: &[Effect]) {
        // A request whose id another callback had is none.
        let taken = matches!(entry.returned, Returned::Refused(Refusal::IdInUse(_)));
        if let Call::Apply(command) = &entry.call
            && !taken
        {
            self.command(entry, command);
        }
        for effect in effects {
            self.effect(effect);
        }
    }

    /// What was never seen to end is given an end: who was never called answers, after the median ring, and who never
    /// talked talks for the median time.
    pub fn settle(&mut self) {
        let mut seen = mem::take(&mut self.seen);
        for placed in seen.attempts.values().filter(|placed| !placed.over && placed.answered.is_none()) {
            let (number, ring) = (placed.number, placed.ring_for.plus(Duration::from_millis(1)));
            if let Some(fate) = fate_of(&seen.callbacks, &placed.callback, self) {
                set(&mut fate.outcomes, number, Outcome::NoAnswer);
                set(&mut fate.ring, number, ring);
            }
        }
        let median = |of: &mut Vec<i64>| {
            of.sort_unstable();
            Duration::from_millis(percentile(of, 50).unwrap_or(0))
        };
        let (ring, handle) = (median(&mut seen.rings), median(&mut seen.handles));
        let fates = self.traffic.iter_mut().map(|line| &mut line.fate);
        for fate in fates {
            let (silent, mute) = (fate.ring.is_empty(), fate.handle == Duration::ZERO);
            if silent {
                fate.ring.push(ring);
            }
            if mute {
                fate.handle = handle;
            }
            self.untold += u64::from(silent || mute);
        }
    }

    fn command(&mut self, entry: &Entry, command: &Command) {
        let (line, at) = (entry.entry, entry.at);
        let shift = |agent: &AgentId, event| RosterLine { line, at, agent: agent.clone(), event };
        match command {
            Command::Request(request) => {
                self.seen.callbacks.insert(request.id.clone(), Place::Traffic(self.traffic.len()));
                let (request, fate) = (request.clone(), Fate::default());
                self.traffic.push(TrafficLine { line, at, request, fate });
            }
            Command::LogIn { agent } => self.roster.push(shift(agent, Shift::LogIn)),
            Command::Ready { agent } => self.roster.push(shift(agent, Shift::Ready)),
            Command::NotReady { agent, reason } => {
                self.roster.push(shift(agent, Shift::NotReady(reason.clone())));
            }
            Command::ExtendWrapUp { agent, by } => self.roster.push(shift(agent, Shift::ExtendWrapUp(*by))),
            Command::LogOut { agent } => self.roster.push(shift(agent, Shift::LogOut)),
            Command::Outcome { attempt, outcome } => self.outcome(*attempt, *outcome, at),
            Command::Ended { attempt } => self.ended(*attempt, at, Then::Done, Duration::ZERO),
            Command::Disposed { attempt, disposition: Disposition::Requeue } => {
                self.ended(*attempt, at, Then::Requeue, Duration::ZERO);
            }
            Command::Disposed { attempt, disposition: Disposition::Reschedule(to) } => {
                self.ended(*attempt, at, Then::Later, to.since(at));
            }
            Command::Accept { callback, .. } => self.offered(callback, at, Offered::Accept),
            Command::Reject { callback, .. } => self.offered(callback, at, Offered::Reject),
            Command::Confirmed { callback } => {
                let since = self.seen.told.remove(callback).map_or(at, |told| told.since);
                if let Some(fate) = self.fate(callback) {
                    fate.confirms.push((at.since(since), Asked::Confirm));
                }
            }
            Command::Connected { attempt } => self.leg(*attempt, at, Leg::Connected),
            Command::AgentFailed { attempt, failure } => self.leg(*attempt, at, Leg::Failed(*failure)),
            Command::CalledIn { from, dialled, code } => {
                self.called_in(at, from.as_ref(), dialled.as_ref(), code.as_ref());
            }
            Command::Cancel { callback, by: CancelledBy::Customer } => match self.fate(callback) {
                Some(fate) if fate.cancel_at.is_none() => fate.cancel_at = Some(at),
                _ => {}
            },
            Command::Recreate { id, .. } => {
                self.seen.callbacks.insert(id.clone(), Place::Change(self.changes.len()));
                self.change(entry, command);
            }
            Command::Cancel { .. }
            | Command::Reschedule { .. }
            | Command::Update { .. }
            | Command::Assign { .. }
            | Command::Bulk { .. }
            | Command::HoldSlot { .. }
            | Command::AgentLost { .. }
            | Command::Switch { .. }
            | Command::CloseCalendar { .. }
            | Command::InboundContact { .. }
            | Command::Snooze { .. } => self.change(entry, command),
            // The configuration is each side's own, and so are the rules, versions and all.
            other => self.leave_out(&word(other)),
        }
    }

    fn change(&mut self, entry: &Entry, command: &Command) {
        let (line, at, command) = (entry.entry, entry.at, command.clone());
        self.changes.push(ChangeLine { line, at, command, fate: Fate::default() });
    }

    fn leave_out(&mut self, kind: &str) {
        *self.left_out.entry(kind.to_owned()).or_default() += 1;
    }

    fn fate(&mut self, callback: &CallbackId) -> Option<&mut Fate> {
        let place = self.seen.callbacks.get(callback)?;
        match *place {
            Place::Traffic(place) => self.traffic.get_mut(place).map(|line| &mut line.fate),
            Place::Change(place) => self.changes.get_mut(place).map(|line| &mut line.fate),
        }
    }

    fn outcome(&mut self, attempt: AttemptId, outcome: Outcome, at: Instant) {
        let Some(placed) = self.seen.attempts.get_mut(&attempt) else { return };
        let (callback, number, rang) = (placed.callback.clone(), placed.number, at.since(placed.at));
        let answered = placed.answered;
        match (outcome, answered) {
            (Outcome::Answered, None) => placed.answered = Some(at),
            _ => placed.over = true,
        }
        if answered.is_none() {
            self.seen.rings.push(rang.millis());
        }
        // Who hangs up while an agent is being connected leaves that open.
        let left_open = self.seen.connecting.remove(&attempt).is_some();
        let Some(fate) = self.fate(&callback) else { return };
        if left_open {
            fate.agent_legs.push((Duration::from_days(1), Leg::Connected));
        }
        match answered {
            None => {
                set(&mut fate.outcomes, number, outcome);
                set(&mut fate.ring, number, rang);
            }
            Some(answered) if outcome == Outcome::Abandoned => fate.patience = Some(at.since(answered)),
            Some(_) => {}
        }
    }

    fn ended(&mut self, attempt: AttemptId, at: Instant, then: Then, later: Duration) {
        let Some(placed) = self.seen.attempts.get(&attempt) else { return };
        let callback = placed.callback.clone();
        let Some(since) = self.seen.talking.remove(&callback) else { return };
        let talked = at.since(since);
        self.seen.handles.push(talked.millis());
        let Some(fate) = self.fate(&callback) else { return };
        if fate.handle == Duration::ZERO {
            fate.handle = talked;
        }
        fate.dispositions.push((later, then));
    }

    fn offered(&mut self, callback: &CallbackId, at: Instant, word: Offered) {
        let Some(since) = self.seen.offered.remove(callback) else { return };
        if let Some(fate) = self.fate(callback) {
            fate.offers.push((at.since(since), word));
        }
    }

    /// A customer called in: whose callback it is follows as it does for the engine.
    fn called_in(
        &mut self,
        at: Instant,
        from: Option<&Phone>,
        dialled: Option<&Phone>,
        code: Option<&SmolStr>,
    ) {
        let told = &self.seen.told;
        let one = |meant: &dyn Fn(&Told) -> bool| {
            let mut found = told.iter().filter(|(_, told)| told.call_in.is_some() && meant(told));
            found.next().map(|(callback, _)| callback.clone()).filter(|_| found.next().is_none())
        };
        let of_invitation = |told: &Told| told.call_in.clone().unwrap_or_default();
        let by_code = code.and_then(|code| one(&|told| of_invitation(told).1.as_ref() == Some(code)));
        let by_caller = || from.and_then(|from| one(&|told| told.phone == *from));
        let by_number =
            || dialled.and_then(|dialled| one(&|told| of_invitation(told).0.as_ref() == Some(dialled)));
        let found = match (by_code, by_caller()) {
            (Some(callback), _) => Some((callback, Caller::Code)),
            (None, Some(callback)) => Some((callback, Caller::Number)),
            (None, None) => by_number().map(|callback| (callback, Caller::Dialled)),
        };
        match found {
            Some((callback, way)) => {
                let since = self.seen.told.remove(&callback).map_or(at, |told| told.since);
                if let Some(fate) = self.fate(&callback) {
                    fate.calls_in.push((at.since(since), way));
                }
            }
            None => self.leave_out("called_in"),
        }
    }

    /// Whatever a callback's agent or customer was asked and did not answer, they let pass.
    fn let_pass(&mut self, callback: &CallbackId) {
        let offered = self.seen.offered.remove(callback).is_some();
        let told = self.seen.told.remove(callback);
        let Some(fate) = self.fate(callback) else { return };
        if offered {
            fate.offers.push((Duration::ZERO, Offered::Ignore));
        }
        match told {
            Some(Told { call_in: Some(_), .. }) => fate.calls_in.push((Duration::ZERO, Caller::Ignore)),
            Some(Told { call_in: None, .. }) => fate.confirms.push((Duration::ZERO, Asked::Ignore)),
            None => {}
        }
    }

    fn leg(&mut self, attempt: AttemptId, at: Instant, leg: Leg) {
        let Some(since) = self.seen.connecting.remove(&attempt) else { return };
        let Some(placed) = self.seen.attempts.get(&attempt) else { return };
        let callback = placed.callback.clone();
        if let Some(fate) = self.fate(&callback) {
            fate.agent_legs.push((at.since(since), leg));
        }
    }

    fn effect(&mut self, effect: &Effect) {
        let at = effect.at;
        match &effect.kind {
            EffectKind::Dial(dial) => {
                let placed = Placed {
                    callback: dial.callback.clone(),
                    number: (dial.number_of_attempt as usize).saturating_sub(1),
                    at,
                    answered: None,
                    ring_for: dial.ring_for,
                    over: false,
                };
                self.seen.attempts.insert(dial.attempt, placed);
            }
            EffectKind::Offer(offer) => {
                self.let_pass(&offer.callback);
                self.seen.offered.insert(offer.callback.clone(), at);
            }
            EffectKind::Push(push) => {
                self.let_pass(&push.callback);
                let call_in = match &push.kind {
                    PushKind::CallIn { number, code } => Some((number.clone(), code.clone())),
                    PushKind::Confirm => None,
                };
                let told = Told { since: at, phone: push.number.clone(), call_in };
                self.seen.told.insert(push.callback.clone(), told);
            }
            EffectKind::Connect(connect) => {
                self.seen.connecting.insert(connect.attempt, at);
            }
            EffectKind::Event(event) => self.event(at, event),
            _ => {}
        }
    }

    fn event(&mut self, at: Instant, event: &Event) {
        self.marks.extend(hash(event).map(|hash| (at, hash)));
        match event {
            // One who called in was not dialled.
            Event::Outcome { callback, attempt, outcome: Outcome::Answered } => {
                let (callback, answered) = (callback.clone(), Some(at));
                let (number, ring_for, over) = (0, Duration::ZERO, false);
                let called = Placed { callback, number, at, answered, ring_for, over };
                self.seen.attempts.entry(*attempt).or_insert(called);
            }
            Event::Connected { callback, .. } => {
                self.seen.talking.insert(callback.clone(), at);
            }
            Event::Returned { callback, .. } | Event::Completed { callback, .. } => self.let_pass(callback),
            _ => {}
        }
    }
}

fn fate_of<'h>(
    callbacks: &BTreeMap<CallbackId, Place>,
    callback: &CallbackId,
    history: &'h mut History,
) -> Option<&'h mut Fate> {
    match *callbacks.get(callback)? {
        Place::Traffic(place) => history.traffic.get_mut(place).map(|line| &mut line.fate),
        Place::Change(place) => history.changes.get_mut(place).map(|line| &mut line.fate),
    }
}

/// Sets the value at a position of a list, which is filled up to there with what stands for nothing.
fn set<T: Clone + Filler>(list: &mut Vec<T>, position: usize, value: T) {
    while list.len() <= position {
        list.push(T::filler());
    }
    list[position] = value;
}

/// What stands where nothing was seen.
trait Filler {
    fn filler() -> Self;
}

impl Filler for Outcome {
    fn filler() -> Self {
        Self::Answered
    }
}

impl Filler for Duration {
    fn filler() -> Self {
        Self::ZERO
    }
}

/// A command's word: `erase`.
fn word(command: &Command) -> String {
    let json = serde_json::to_value(command).unwrap_or_default();
    json["command"].as_str().unwrap_or_default().to_owned()
}

/// What tells an event from others; `None` of what is said of versions, which each side has its own of.
pub(crate) fn hash(event: &Event) -> Option<u64> {
    if let Event::Deployed { .. }
    | Event::Tried { .. }
    | Event::TrialEnded { .. }
    | Event::RolledBack { .. }
    | Event::Disagreed { .. } = event
    {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    if let Ok(text) = serde_json::to_vec(event) {
        hasher.write(&text);
    }
    Some(hasher.finish())
}
