//! The simulator, run: a million commands from as many seeds as that takes. `tests/README.md` says how to run more.

use std::path::Path;
use std::{env, fs, panic, thread};

use ringback::simulator::{Failure, History, search};

/// Commands of a run that asks for no other number.
const COMMANDS: u64 = 1_000_000;

/// Steps that are shown of a history.
const SHOWN: usize = 60;

fn number(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Writes the shortest history that shows a failure, and says how to repeat it.
fn explain(failure: Failure) -> String {
    let Failure { breach, history } = failure;
    let (seed, features) = (history.setting.seed, history.setting.features.clone());
    let long = history.steps.len();
    // A panic that is looked for is repeated often.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let shrinks = number("SIMULATOR_SHRINK", 1) > 0;
    let short = if shrinks { history.shrunk(breach.invariant) } else { history };
    let last = short.last_effects();
    panic::set_hook(hook);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("seed-{seed}.jsonl"));
    fs::write(&file, short.to_text()).expect("writable");
    let said = short.replay().err().map_or_else(|| breach.to_string(), |breach| breach.to_string());
    let steps: String = short.steps[short.steps.len().saturating_sub(SHOWN)..]
        .iter()
        .map(|step| format!("  {}\n", serde_json::to_string(step).expect("serialises")))
        .collect();
    format!(
        "seed {seed}, features {features}\n\nafter {} of {long} steps, the last of which are\n{steps}\nthe last of which led to:\n  {}\n\n{said}\n\nrepeat it: \
         SIMULATOR_HISTORY={} cargo test --test simulator -- --nocapture",
        short.steps.len(),
        last.join("\n  "),
        file.display()
    )
}

#[test]
fn no_seed_finds_a_breach() {
    if let Ok(file) = env::var("SIMULATOR_HISTORY") {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let history = History::from_text(&text).expect("a history");
        history.replay().unwrap_or_else(|breach| panic!("{breach}"));
        return println!("{file}: {} steps, and nothing is broken", history.steps.len());
    }
    let processors = thread::available_parallelism().map_or(1, usize::from) as u64;
    let commands = number("SIMULATOR_COMMANDS", COMMANDS);
    let threads = number("SIMULATOR_THREADS", processors) as usize;
    let report = search(number("SIMULATOR_SEED", 1), commands, threads);
    println!("{} commands from {} seeds\n{}", report.commands, report.seeds, report.tally);
    if let Some(failure) = report.failure {
        panic!("{}", explain(*failure));
    }
    if commands >= COMMANDS {
        assert_eq!(report.tally.missing(), Vec::<&str>::new(), "never put to the test");
    }
}
