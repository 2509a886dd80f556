//! One run: an engine, its checker, and a host that can be killed between any two steps.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use ringback_engine::center::{Center, Layout};
use ringback_engine::journal::{Call, Returned};
use ringback_engine::protocol::{Command, Effect, EffectKind, Event, Refusal};
use ringback_engine::{Advanced, CallbackId, Engine, Instant};
use serde::{Deserialize, Serialize};

use super::checker::{Breach, Checker};
use super::rules::{Heard, Overheard, Rules, Said};

/// Steps between two scans.
const SCAN_EVERY: u64 = 1_000;

/// Of so many refusals one is looked at for what it changed.
const LOOK_AT: u64 = 16;

/// Steps after which a host that may be killed takes a snapshot.
const SNAPSHOT_EVERY: usize = 150;

/// One thing that happens to an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "nearly every step is a call")]
pub enum Step {
    /// The host calls it.
    Call {
        /// The instant the host says.
        at: Instant,
        /// The call.
        call: Call,
    },
    /// The host is killed; another begins from the last snapshot and repeats the calls since.
    Crash,
    /// The host hands over a snapshot, and another goes on.
    Move,
}

/// The last snapshot, and what has happened since.
struct Kept {
    layout: Arc<Layout>,
    snapshot: Vec<u8>,
    calls: Vec<(Instant, Call)>,
    effects: Vec<Effect>,
}

/// An engine that is checked at each step.
pub(super) struct Run {
    layout: Arc<Layout>,
    rules: Rules,
    heard: Rc<RefCell<Heard>>,
    pub(super) engine: Engine<Overheard>,
    pub(super) checker: Checker,
    /// What the last step has led to.
    pub(super) effects: Vec<Effect>,
    kept: Option<Kept>,
    /// Everything since the beginning, of a run that will be repeated.
    all: Option<Vec<Effect>>,
    steps: u64,
    refusals: u64,
    pub(super) commands: u64,
    /// The last call was refused because the host was away.
    pub(super) late: bool,
}

impl Run {
    /// A run with a new engine. One that may crash keeps what it needs for that; one that is to be repeated keeps all.
    pub(super) fn new(center: &Center, rules: &Rules, crashes: bool, repeated: bool) -> Self {
        let layout = Layout::new(center.clone()).unwrap_or_else(|findings| panic!("{findings:?}"));
        let (layout, heard) = (Arc::new(layout), Rc::default());
        let application = Overheard::new(rules, &layout, Rc::clone(&heard));
        let engine = Engine::new(Arc::clone(&layout), application);
        let snapshot = || engine.snapshot().expect("JSON");
        let kept = crashes.then(|| Kept {
            layout: Arc::clone(&layout),
            snapshot: snapshot(),
            calls: Vec::new(),
            effects: Vec::new(),
        });
        Self {
            rules: rules.clone(),
            heard,
            checker: Checker::new(layout.center()),
            layout,
            engine,
            effects: Vec::new(),
            kept,
            all: repeated.then(Vec::new),
            steps: 0,
            refusals: 0,
            commands: 0,
            late: false,
        }
    }

    /// Does one step, and judges it.
    pub(super) fn step(&mut self, step: &Step) -> Result<(), Breach> {
        self.effects.clear();
        self.steps += 1;
        match step {
            Step::Call { at, call } => self.call(*at, call),
            Step::Crash => self.crash(),
            Step::Move => self.change_hosts(),
        }
        if self.steps.is_multiple_of(SCAN_EVERY) {
            self.checker.scan(&self.engine);
        }
        self.listen();
        if let Some(all) = &mut self.all {
            all.extend_from_slice(&self.effects);
        }
        self.checker.judge.breach.take().map_or(Ok(()), Err)
    }

    fn listen(&mut self) {
        let mut heard = self.heard.borrow_mut();
        let unlike = heard.unlike.take();
        if std::mem::take(&mut heard.twice) > 0 {
            self.checker.judge.must(31, unlike.is_none(), || format!("asked twice: {unlike:?}"));
        }
    }

    fn said(&self) -> Vec<Said> {
        std::mem::take(&mut self.heard.borrow_mut().said)
    }

    /// Lets the time pass first, so that it is known what of the effects is the command's. That this makes no difference
    /// is checked when the run is repeated.
    fn call(&mut self, at: Instant, call: &Call) {
        if at > self.engine.clock() || *call == Call::Advance {
            while self.advance(at) == Advanced::More {}
        }
        let Call::Apply(command) = call else { return };
        self.commands += 1;
        let max_lag = self.layout.center().limits.max_lag;
        let late = self.engine.next_deadline().filter(|due| due.after(max_lag) < at);
        let looked = self.look();
        let earlier = self.effects.len();
        let before = matches!(command, Command::Reconfigure { .. }).then(|| self.places());
        let returned: Returned = self.engine.apply(at, command.clone(), &mut self.effects).into();
        let said = self.said();
        let asked = !said.is_empty();
        self.checker.told(at, command, late, &returned, &self.effects[earlier..], said);
        if let Returned::Refused(refusal) = &returned {
            self.refusals += 1;
            let behind = *refusal == Refusal::Behind;
            self.checker.judge.must(24, !behind, || "behind, after everything due has fired".into());
            if let (Some(before), false) = (looked, asked) {
                let after = self.state();
                self.checker
                    .judge
                    .must(30, before == after, || format!("{command:?} left {before}, then {after}"));
            }
        }
        if let Some(before) = before {
            let after = self.places();
            let purged = |id: &CallbackId| {
                self.effects[earlier..].iter().any(|effect| {
                    matches!(&effect.kind, EffectKind::Event(Event::Purged { callback }) if callback == id)
                })
            };
            let kept = before.iter().all(|(id, place)| after.get(id) == Some(place) || purged(id));
            self.checker.judge.must(56, kept, || format!("{before:?}, then {after:?}"));
        }
        if let (Command::Erase { phone }, Returned::Done) = (command, &returned) {
            let (state, digits) = (self.state(), phone.as_str().trim_start_matches('+'));
            self.checker.judge.must(54, !state.contains(digits), || format!("{phone} is erased, and left"));
        }
        self.late = matches!(returned, Returned::Refused(Refusal::Late(_)));
        if let Some(kept) = &mut self.kept {
            kept.calls.push((at, call.clone()));
            kept.effects.extend_from_slice(&self.effects[earlier..]);
        }
        if *command == Command::Resume && returned == Returned::Done {
            while self.advance(at) == Advanced::More {}
        }
    }

    fn advance(&mut self, at: Instant) -> Advanced {
        let earlier = self.effects.len();
        let advanced = self.engine.advance(at, &mut self.effects);
        let said = self.said();
        let told = &self.effects[earlier..];
        self.checker.passed(at, told, said, advanced);
        if let Some(kept) = &mut self.kept {
            kept.calls.push((at, Call::Advance));
            kept.effects.extend_from_slice(told);
        }
        self.late = advanced == Advanced::Late;
        advanced
    }

    /// Everybody's place.
    fn places(&self) -> BTreeMap<CallbackId, Instant> {
        let places =
            self.engine.callbacks(None).map(|callback| (callback.request.id.clone(), callback.place));
        places.collect()
    }

    /// The state, now and then, for a command that may be refused.
    fn look(&self) -> Option<String> {
        (self.refusals % LOOK_AT == LOOK_AT - 1).then(|| self.state())
    }

    /// The whole state but for the number of the next effect and the count of a clock that goes back, which also
    /// refusals move.
    fn state(&self) -> String {
        let snapshot = String::from_utf8(self.engine.snapshot().expect("JSON")).expect("text");
        let body = snapshot.split_once('\n').map_or("", |(_, body)| body);
        let mut text = body.to_owned();
        for counter in ["\"next_effect\":", "\"clock_went_back\":"] {
            if let Some((head, tail)) = text.split_once(counter) {
                let rest = tail.trim_start_matches(|digit: char| digit.is_ascii_digit());
                text = format!("{head}{rest}");
            }
        }
        text
    }

    /// The configuration in force.
    fn present(&self) -> Arc<Layout> {
        let center = self.engine.layout().center().clone();
        Arc::new(Layout::new(center).unwrap_or_else(|findings| panic!("{findings:?}")))
    }

    fn restored(&self, layout: &Arc<Layout>, snapshot: &[u8]) -> Engine<Overheard> {
        let application = Overheard::new(&self.rules, layout, Rc::clone(&self.heard));
        Engine::restore(Arc::clone(layout), application, snapshot).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Another host repeats what this one had written, and must stand where this one stood.
    fn crash(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        let mut engine = self.restored(&kept.layout, &kept.snapshot);
        let effects = repeat(&mut engine, &kept.calls);
        let _ = self.said();
        let judge = &mut self.checker.judge;
        let apart = effects.iter().zip(&kept.effects).position(|(theirs, ours)| theirs != ours);
        let same = apart.is_none() && effects.len() == kept.effects.len();
        judge.must(33, same, || format!("the tail repeated differs at {apart:?} of {}", kept.effects.len()));
        let hashes = (engine.state_hash(), self.engine.state_hash());
        judge.must(33, hashes.0 == hashes.1, || {
            format!("the tail repeated ends in another state: {hashes:x?}")
        });
        self.begin_from(engine);
    }

    fn change_hosts(&mut self) {
        let snapshot = self.engine.snapshot().expect("JSON");
        let engine = self.restored(&self.present(), &snapshot);
        self.begin_from(engine);
    }

    fn begin_from(&mut self, engine: Engine<Overheard>) {
        let (ours, theirs) = (self.engine.snapshot().expect("JSON"), engine.snapshot().expect("JSON"));
        let judge = &mut self.checker.judge;
        judge.must(34, ours == theirs, || "a snapshot written again is another".into());
        // One grew as things happened, the other was built at once.
        let hashes = (self.engine.state_hash(), engine.state_hash());
        judge.must(35, hashes.0 == hashes.1, || format!("one state has two hashes: {hashes:x?}"));
        self.engine = engine;
        self.checker.scan(&self.engine);
        if self.kept.is_some() {
            let layout = self.present();
            self.kept = Some(Kept { layout, snapshot: theirs, calls: Vec::new(), effects: Vec::new() });
        }
    }

    /// Takes a snapshot now and then, so that a crash has little to repeat.
    pub(super) fn tidy(&mut self) {
        let full = self.kept.as_ref().is_some_and(|kept| kept.calls.len() >= SNAPSHOT_EVERY);
        let layout = full.then(|| self.present());
        if let Some((kept, layout)) = self.kept.as_mut().zip(layout) {
            let snapshot = self.engine.snapshot().expect("JSON");
            *kept = Kept { layout, snapshot, calls: Vec::new(), effects: Vec::new() };
        }
    }

    /// Judges the end: a scan, and, where everything was kept, the same calls made of a new engine, at another pace
    /// and without a crash, which must give the same effects.
    pub(super) fn finish(&mut self, steps: &[Step]) -> Result<(), Breach> {
        self.checker.scan(&self.engine);
        if let Some(all) = self.all.take() {
            let application = Overheard::new(&self.rules, &self.layout, Rc::clone(&self.heard));
            let mut engine = Engine::new(Arc::clone(&self.layout), application);
            let calls: Vec<(Instant, Call)> = steps
                .iter()
                .filter_map(
                    |step| if let Step::Call { at, call } = step { Some((*at, call.clone())) } else { None },
                )
                .collect();
            let again = repeat(&mut engine, &calls);
            let apart = again.iter().zip(&all).position(|(theirs, ours)| theirs != ours);
            let same = apart.is_none() && again.len() == all.len();
            let judge = &mut self.checker.judge;
            judge.must(33, same, || match apart {
                Some(apart) => {
                    format!("repeated, effect {apart} is {:?}, not {:?}", again[apart], all[apart])
                }
                None => format!("repeated, there are {} effects, not {}", again.len(), all.len()),
            });
            let hashes = (engine.state_hash(), self.engine.state_hash());
            judge.must(33, hashes.0 == hashes.1, || {
                format!("repeated, it ends in another state: {hashes:x?}")
            });
        }
        self.checker.judge.breach.take().map_or(Ok(()), Err)
    }
}

/// Makes these calls, and gives all effects.
fn repeat(engine: &mut Engine<Overheard>, calls: &[(Instant, Call)]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (at, call) in calls {
        match call {
            Call::Advance => while engine.advance(*at, &mut effects) == Advanced::More {},
            Call::Apply(command) => {
                if engine.apply(*at, command.clone(), &mut effects) == Err(Refusal::Behind) {
                    while engine.advance(*at, &mut effects) == Advanced::More {}
                    let _ = engine.apply(*at, command.clone(), &mut effects);
                }
            }
        }
    }
    effects
}
