//! A day made up beforehand: the calls that a host would be told by its customers, agents and switch. It is played once
//! without any file, so that the calls depend on nothing that a crash could change.

use ringback_engine::center::{Agent, CallingWindow, Center, Layout, Queue, Service};
use ringback_engine::journal::Call;
use ringback_engine::protocol::{CancelledBy, Command, Plain};
use ringback_engine::record::{Outcome, Request, State};
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Engine, Instant, Phone};

const AGENTS: [&str; 5] = ["anna", "ben", "carla", "dmitri", "esra"];

/// Tuesday, 3 March 2026, 09:00 in UTC.
const MORNING: Instant = Instant::from_millis(1_772_528_400_000);

/// A small center whose callbacks are soon over and soon forgotten.
pub(crate) fn center() -> Center {
    let mut center = Center::new("Durable", chrono_tz::UTC);
    let mut queue = Queue::new("support");
    queue.retry_after = Duration::from_secs(40);
    queue.queued_ttl = Duration::from_secs(240);
    queue.wrap_up = Duration::from_secs(5).into();
    queue.purge_after = Duration::from_secs(300);
    center.queues.push(queue);
    let mut service = Service::new("help", "support");
    service.calling_window = CallingWindow::off();
    center.services.push(service);
    center.agents.extend(AGENTS.map(Agent::new));
    center
}

/// The first `count` calls of the day.
///
/// # Panics
///
/// The center can't be laid out, which its test would show.
pub(crate) fn calls(count: usize) -> Vec<(Instant, Call)> {
    let mut engine = Engine::new(Layout::new(center()).expect("a sound center"), Plain);
    let (mut now, mut dice, mut effects) = (MORNING, Dice(7), Vec::new());
    (0..count)
        .map(|number| {
            now = now.after(Duration::from_millis(dice.roll(4_000) as i64));
            let command = command(number, now, &engine, &mut dice);
            effects.clear();
            let call = match command {
                Some(command) => {
                    // A refusal is an answer like any other; the host under test gets the same.
                    let _ = engine.apply(now, command.clone(), &mut effects);
                    Call::Apply(command)
                }
                None => {
                    let _ = engine.advance(now, &mut effects);
                    Call::Advance
                }
            };
            (now, call)
        })
        .collect()
}

fn command(number: usize, now: Instant, engine: &Engine<Plain>, dice: &mut Dice) -> Option<Command> {
    if let Some(agent) = AGENTS.get(number) {
        return Some(Command::LogIn { agent: AgentId::new(agent) });
    }
    let live = |talking: bool| -> Option<AttemptId> {
        let chosen = |state: &State| matches!(state, State::Processing(_)) == talking;
        let mut attempts = engine.callbacks(None).filter(|callback| chosen(&callback.state));
        attempts.find_map(|callback| callback.state.attempt())
    };
    match dice.roll(20) {
        0..7 => {
            let phone = Phone::new(format!("+1212555{:04}", dice.roll(400))).ok()?;
            let request = Request::new(format!("c{number}"), "help", phone);
            let later = now.after(Duration::from_secs(130 + dice.roll(600) as i64));
            Some(Command::Request(if dice.roll(5) == 0 { request.at(later) } else { request }))
        }
        7..12 => {
            let outcome = *Outcome::ALL.get(dice.roll(14) as usize).unwrap_or(&Outcome::Answered);
            live(false).map(|attempt| Command::Outcome { attempt, outcome })
        }
        12..16 => live(true).map(|attempt| Command::Ended { attempt }),
        16 => {
            let callback = CallbackId::new(format!("c{}", dice.roll(number as u64 + 1)));
            Some(Command::Cancel { callback, by: CancelledBy::Customer })
        }
        17 => Some(Command::AgentLost { agent: AgentId::new(AGENTS[dice.roll(5) as usize]) }),
        18 => Some(Command::LogIn { agent: AgentId::new(AGENTS[dice.roll(5) as usize]) }),
        _ => None,
    }
}

/// A reproducible source of numbers: splitmix64.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }
}
