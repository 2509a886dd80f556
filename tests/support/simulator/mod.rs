//! The simulator: from one seed a world of customers, agents, telephony and a host, with faults, against the engine; and
//! a checker that judges each step. A seed that finds a breach gives the shortest history that shows it.

mod answers;
mod centers;
mod checker;
mod customers;
mod features;
mod health;
mod history;
mod planned;
mod random;
mod rules;
mod run;
mod scripts;
mod steering;
mod telephony;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{panic, thread};

use ringback_engine::record::StateName;

pub use checker::{Breach, Checked, INVARIANTS, Invariant, Tally};
pub use features::{Feature, Features};
pub use history::{History, Setting};
pub use planned::Planned;
pub use rules::Rules;
pub use run::Step;

use random::Random;
use run::Run;
use world::World;

/// Commands that one seed tells, faults and all.
const COMMANDS: u64 = 2_500;

/// Of so many seeds one is repeated from the start.
const REPEATED: u64 = 4;

/// A seed that found a breach.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What was found.
    pub breach: Breach,
    /// What led there.
    pub history: History,
}

/// What became of some seeds.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Commands told.
    pub commands: u64,
    /// Seeds tried.
    pub seeds: u64,
    /// How often each invariant was put to the test.
    pub tally: Tally,
    /// The first failure found.
    pub failure: Option<Box<Failure>>,
}

/// The setting that a seed makes.
#[must_use]
pub fn setting(seed: u64) -> Setting {
    let mut random = Random::new(seed);
    let features = Features::swarm(&mut random);
    let center = centers::center(&mut random, &features);
    let rules = Rules::random(&mut random);
    Setting { seed, features, rules, center }
}

/// Plays one seed.
#[must_use]
pub fn play(seed: u64) -> Report {
    let setting = setting(seed);
    let mut steps = Vec::new();
    let mut tally = Tally::default();
    let mut commands = 0;
    let played = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let crashes = setting.features.has(Feature::Crashes);
        let mut run = Run::new(&setting.center, &setting.rules, crashes, seed.is_multiple_of(REPEATED));
        let result = tell(&setting, &mut run, &mut steps);
        (tally, commands) = (run.checker.judge.tally.clone(), run.commands);
        result
    }));
    let breach = match played {
        Ok(result) => result.err(),
        Err(panic) => Some(Breach { invariant: 0, sentence: history::said(&*panic) }),
    };
    let failure = breach.map(|breach| Box::new(Failure { breach, history: History { setting, steps } }));
    Report { commands, seeds: 1, tally, failure }
}

fn tell(setting: &Setting, run: &mut Run, steps: &mut Vec<Step>) -> Result<(), Breach> {
    let random = Random::new(setting.seed).fork();
    let mut world = World::new(random, setting.features.clone(), &setting.center);
    let mut next = |world: &mut World, run: &mut Run| {
        let step = world.next(run.engine.next_deadline());
        steps.push(step);
        run.step(&steps[steps.len() - 1])?;
        world.hear(&steps[steps.len() - 1], &run.effects, run.late);
        run.tidy();
        Ok(())
    };
    while run.commands < COMMANDS {
        next(&mut world, run)?;
    }
    world.heal();
    let mut bounds = health::bounds(setting, run).into_iter().peekable();
    while let Some((bound, id)) = bounds.peek() {
        let over = |state: StateName| state == StateName::Completed;
        if run.engine.callback(id).is_none_or(|callback| over(callback.state.name())) {
            bounds.next();
            continue;
        }
        let now = run.engine.clock();
        run.checker
            .judge
            .must(39, now <= *bound, || format!("{id} is not over at {now}; it had until {bound}"));
        next(&mut world, run)?;
    }
    run.finish(steps)
}

/// Plays seeds from `first` on until so many commands were told, on all processors, and stops at the first failure.
#[must_use]
pub fn search(first: u64, commands: u64, threads: usize) -> Report {
    let (next, report) = (AtomicU64::new(first), Mutex::new(Report::default()));
    let enough = |report: &Report| report.commands >= commands || report.failure.is_some();
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    if enough(&report.lock().unwrap_or_else(PoisonError::into_inner)) {
                        break;
                    }
                    let played = play(next.fetch_add(1, Ordering::Relaxed));
                    let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
                    report.commands += played.commands;
                    report.seeds += played.seeds;
                    report.tally.add(&played.tally);
                    // Of several the first seed is reported, whichever thread was faster.
                    if let Some(failure) = played.failure {
                        let seed = |failure: &Failure| failure.history.setting.seed;
                        if report.failure.as_deref().is_none_or(|found| seed(&failure) < seed(found)) {
                            report.failure = Some(failure);
                        }
                    }
                }
            });
        }
    });
    report.into_inner().unwrap_or_else(PoisonError::into_inner)
}
