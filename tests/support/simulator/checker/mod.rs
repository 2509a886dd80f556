//! The checker: what an engine must and must not do, judged from the commands it is told and the effects it gives. It
//! keeps books of its own and shares no code with the engine but the types of commands, effects and settings; the
//! engine's own numbers are only ever compared with these books.

mod admission;
mod agents;
mod calls;
mod capacities;
mod closings;
mod dialling;
mod endings;
mod expected;
mod facts;
mod hours;
mod invariants;
mod known;
mod numbers;
mod order;
mod overflow;
mod people;
mod permits;
mod returning;
mod scan;
mod slots;
mod steering;
mod transitions;
mod way;
mod words;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ringback_engine::center::Center;
use ringback_engine::journal::Returned;
use ringback_engine::protocol::{Command, Effect, EffectKind, Event, Hook};
use ringback_engine::record::{Request, Switch};
use ringback_engine::{Advanced, AttemptId, CallbackId, Instant, Phone};

pub(super) use invariants::Judge;
pub use invariants::{Breach, Checked, INVARIANTS, Invariant, Tally};

use super::rules::{Said, Word};
use admission::Books;
use facts::Facts;
use known::{Known, Line, Stage};
use people::Person;

/// More effects than this of one call are too much for a host to take at once.
const MOST_EFFECTS: usize = 8 * ringback_engine::center::MAX_STEP;

/// The checker of one run.
pub(super) struct Checker {
    facts: Facts,
    pub(super) judge: Judge,
    /// The engine's time, as far as the effects have told.
    now: Instant,
    /// By sequence: those not purged.
    callbacks: BTreeMap<u64, Known>,
    ids: BTreeMap<CallbackId, u64>,
    /// Those in a queue.
    queued: BTreeSet<u64>,
    accepted: u64,
    purged: u64,
    last_effect: u64,
    last_attempt: u64,
    /// Whose attempt it was, of those not purged.
    attempts: BTreeMap<AttemptId, u64>,
    people: Vec<Person>,
    lines: BTreeMap<Phone, Line>,
    /// Whom each queue chose last.
    chosen: Vec<Option<usize>>,
    books: Books,
    clock_went_back: u64,
    /// Until when the host was away, while what it missed is made up for.
    away: Option<Instant>,
    /// What the application said in this call and nobody has followed yet.
    said: BTreeMap<(CallbackId, Hook), VecDeque<Said>>,
    /// Whose `route` answer was a fault, so that the default plan takes effect next.
    unrouted: BTreeSet<CallbackId>,
    /// What is being asked for in this call.
    asked: Option<Request>,
    /// A late answer that is to be hung up on next.
    late: Option<AttemptId>,
    /// A dialling that is to be followed by its dial.
    dialling: Option<AttemptId>,
    /// Calls, as limits over many numbers count them.
    counted: VecDeque<permits::Counted>,
    /// Switches that are on, by queue.
    switches: BTreeSet<(usize, Switch)>,
    /// Queues that did not take somebody in, in this call.
    passed: Vec<(CallbackId, usize)>,
    /// What is being done in this call.
    command: Option<Command>,
    /// When each queue has placed its last calls.
    dialled: Vec<VecDeque<Instant>>,
    /// When each queue has connected its last customers.
    connected: Vec<VecDeque<Instant>>,
    /// Queues that closed in this call, out of turn.
    closed_now: BTreeSet<usize>,
    /// Who came back to a closed queue in this call, and when.
    back: BTreeMap<u64, Instant>,
    /// What queues were like when a callback was about to enter one.
    entry: Option<overflow::Entry>,
    /// Of each queue's customers who answered before an agent was there, whether they hung up.
    answered: Vec<VecDeque<bool>>,
}

impl Checker {
    pub(super) fn new(center: &Center) -> Self {
        let facts = Facts::new(center.clone());
        Self {
            people: center.agents.iter().map(|_| Person::default()).collect(),
            chosen: vec![None; center.queues.len()],
            dialled: vec![VecDeque::new(); center.queues.len()],
            connected: vec![VecDeque::new(); center.queues.len()],
            entry: None,
            closed_now: BTreeSet::new(),
            back: BTreeMap::new(),
            answered: vec![VecDeque::new(); center.queues.len()],
            command: None,
            counted: VecDeque::new(),
            switches: BTreeSet::new(),
            passed: Vec::new(),
            books: Books::new(center),
            facts,
            judge: Judge::default(),
            now: Instant::MIN,
            callbacks: BTreeMap::new(),
            ids: BTreeMap::new(),
            queued: BTreeSet::new(),
            accepted: 0,
            purged: 0,
            last_effect: 0,
            last_attempt: 0,
            attempts: BTreeMap::new(),
            lines: BTreeMap::new(),
            clock_went_back: 0,
            away: None,
            said: BTreeMap::new(),
            unrouted: BTreeSet::new(),
            asked: None,
            late: None,
            dialling: None,
        }
    }

    /// Takes the effects of time that has passed until `now`.
    pub(super) fn passed(&mut self, now: Instant, effects: &[Effect], said: Vec<Said>, advanced: Advanced) {
        self.hear(said);
        let rest = self.clock_goes_back(now, effects);
        self.take(self.now.max(now), rest);
        if advanced == Advanced::Late {
            self.judge.must(47, rest.is_empty(), || format!("the host was away, and still {rest:?}"));
        } else if advanced == Advanced::Done {
            self.away = self.away.filter(|until| *until > now);
            self.now = self.now.max(now);
            self.settle_agents(self.now);
            self.end_of_call(effects);
            self.nobody_waits_in_closed_queues(true);
        }
    }

    /// Takes what came of a command, to which the time had come already.
    pub(super) fn told(
        &mut self,
        now: Instant,
        command: &Command,
        late: Option<Instant>,
        returned: &Returned,
        effects: &[Effect],
        said: Vec<Said>,
    ) {
        self.hear(said);
        let rest = self.clock_goes_back(now, effects);
        self.expect(command, late, returned, rest);
        self.begin(command, *returned == Returned::Done);
        let until = if *command == Command::Resume { now.max(self.now) } else { self.now };
        self.take(until, rest);
        self.end_of_call(effects);
        self.nobody_waits_in_closed_queues(false);
        self.judge_bulk(rest);
        self.asked = None;
        self.command = None;
    }

    /// A clock that goes back is reported first; returns the effects behind that.
    fn clock_goes_back<'a>(&mut self, now: Instant, effects: &'a [Effect]) -> &'a [Effect] {
        let back = usize::from(now < self.now);
        self.clock_went_back += back as u64;
        let (clock, rest) = effects.split_at(back.min(effects.len()));
        let reported = matches!(clock, [Effect { kind: EffectKind::ClockWentBack { to }, .. }] if *to == now);
        self.judge.must(25, back == 0 || reported, || format!("the clock went back to {now} without a word"));
        self.number(clock);
        rest
    }

    fn hear(&mut self, said: Vec<Said>) {
        self.said.clear();
        self.unrouted.clear();
        for said in said {
            let hook = match said.word {
                Word::Accept(_) => Hook::Accept,
                Word::Throttle(_) => Hook::Throttle,
                Word::Route(_) => Hook::Route,
                Word::Timeout(..) => Hook::Timeout,
                Word::Purge => Hook::Purge,
            };
            self.said.entry((said.callback.clone(), hook)).or_default().push_back(said);
        }
    }

    /// The application's answer to this question, which is followed now.
    fn answer(&mut self, callback: &CallbackId, hook: Hook) -> Option<Word> {
        let now = self.now;
        let said = self.said.get_mut(&(callback.clone(), hook))?;
        while said.front().is_some_and(|said| said.at < now) {
            said.pop_front();
        }
        // What was said later in the same call is followed later.
        let now_said = said.front().is_some_and(|said| said.at == now);
        now_said.then(|| said.pop_front()).flatten().map(|said| said.word)
    }

    fn number(&mut self, effects: &[Effect]) {
        for effect in effects {
            self.last_effect += 1;
            let expected = self.last_effect;
            self.judge
                .must(38, effect.id.0 == expected, || format!("effect {} is not {expected}", effect.id));
            self.last_effect = effect.id.0;
        }
    }

    fn take(&mut self, until: Instant, effects: &[Effect]) {
        self.number(effects);
        for effect in effects {
            let at = effect.at;
            let in_order = self.now <= at && at <= until;
            self.judge
                .must(25, in_order, || format!("effect {} is of {at}, after one of {}", effect.id, self.now));
            self.now = self.now.max(at);
            self.settle_agents(at);
            let dialling = self.dialling.take();
            match &effect.kind {
                EffectKind::Event(event) => self.event(event),
                EffectKind::Dial(dial) => self.dial(dial, dialling),
                EffectKind::HangUp(hang_up) => self.hang_up(hang_up),
                EffectKind::Offer(offer) => self.offer(offer),
                EffectKind::Withdraw { callback, agent } => self.withdrawn(callback, agent),
                EffectKind::Push(push) => self.push(push),
                EffectKind::Connect(connect) => self.connect(connect),
                EffectKind::Expected { callback, place } => {
                    let own = self.find(callback).map(|sequence| self.callbacks[&sequence].place);
                    self.judge.must(44, own == Some(*place), || format!("{callback} stands at {own:?}"));
                }
                // What they say is judged where a request is repeated, and where the clock is read.
                EffectKind::Repeated { .. } | EffectKind::Log(_) | EffectKind::ClockWentBack { .. } => {}
            }
            let placed = dialling.is_none() || matches!(effect.kind, EffectKind::Dial(_));
            self.judge.must(8, placed, || format!("attempt {dialling:?} was announced, and no call placed"));
        }
    }

    fn end_of_call(&mut self, effects: &[Effect]) {
        let count = effects.len();
        self.judge.must(24, count <= MOST_EFFECTS, || format!("{count} effects of one call"));
        let late = self.late.take();
        self.judge.must(29, late.is_none(), || format!("{late:?} was answered late and not hung up on"));
        if !effects.is_empty() {
            self.nothing_is_passing();
            self.nobody_is_idle();
        }
        self.nobody_is_left();
    }

    /// What is said in passing is over when the call is.
    fn nothing_is_passing(&mut self) {
        let dialling = self.dialling.take();
        self.judge.must(8, dialling.is_none(), || {
            format!("attempt {dialling:?} was announced, and no call placed")
        });
        for known in self.callbacks.values() {
            let left =
                known.hold_due.is_some() || known.rerouting || known.hung_up && known.stage.live().is_some();
            let stands = !known.stage.is_passing() && !left;
            self.judge.must(6, stands, || format!("{} is left {:?}", known.request.id, known.stage));
        }
    }

    fn find(&self, id: &CallbackId) -> Option<u64> {
        self.ids.get(id).copied()
    }
}

/// What a command must lead to, and the bookkeeping that no event shows.
impl Checker {
    fn begin(&mut self, command: &Command, done: bool) {
        self.command = done.then(|| command.clone());
        match command {
            Command::Request(request) => self.asked = Some(request.clone()),
            Command::Recreate { callback, id } => self.asked = self.recreated(callback, id),
            Command::Erase { phone } if done => self.erase(phone),
            _ if !done => {}
            Command::Accept { .. } | Command::Reject { .. } | Command::Confirmed { .. } => {
                self.hear_word(command);
            }
            Command::LogIn { agent }
            | Command::Ready { agent }
            | Command::NotReady { agent, .. }
            | Command::ExtendWrapUp { agent, .. }
            | Command::LogOut { agent }
            | Command::AgentLost { agent } => {
                if let Some(agent) = self.facts.agent_named(agent) {
                    self.agent_says(agent, command);
                }
            }
            _ => {}
        }
    }

    /// An event that changes nothing for a callback.
    fn remark(&mut self, event: &Event) {
        match event {
            Event::Fault { callback, hook, .. } => {
                // Whatever the answer was, it is not followed.
                let _ = self.answer(callback, *hook);
                if *hook == Hook::Route {
                    self.unrouted.insert(callback.clone());
                }
            }
            Event::LateAnswer { callback, attempt } => {
                let owner = self.attempts.get(attempt).and_then(|sequence| self.callbacks.get(sequence));
                let (id, live) = (owner.map(|k| &k.request.id), owner.and_then(|k| k.stage.live()));
                let right = id == callback.as_ref() && live != Some(*attempt);
                self.judge
                    .must(29, right, || format!("attempt {attempt} was not {callback:?}'s, or is live"));
                self.late = Some(*attempt);
            }
            _ => {}
        }
    }

    fn forget(&mut self, sequence: u64) {
        if let Some(known) = self.callbacks.remove(&sequence) {
            self.ids.remove(&known.request.id);
            self.attempts.retain(|_, owner| *owner != sequence);
            self.purged += 1;
        }
    }

    fn set(&mut self, sequence: u64, stage: Stage) {
        let queued = matches!(stage, Stage::Queued { .. });
        if queued {
            self.queued.insert(sequence);
        } else {
            self.queued.remove(&sequence);
        }
        if let Some(known) = self.callbacks.get_mut(&sequence) {
            known.stage = stage;
            known.hung_up = false;
            known.withdrawn = false;
        }
    }
}
