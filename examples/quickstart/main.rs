//! A whole host in one screen: one agent, one customer, and a script that decides.
//! Run it with `cargo run --example quickstart`.

use ringback_engine::center::{Agent, CallingWindow, Center, Layout, Queue, Service};
use ringback_engine::protocol::{Command, Effect, EffectKind, Refusal};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Advanced, AgentId, Duration, Engine, Instant, Phone};
use ringback_scripting::{RhaiApplication, Script};

const RULES: &str = r#"
    fn accept(request) {
        if line("support").waiting >= 1 { return reject("full", "Please try again in an hour."); }
        accept().priority(if request.attr("tier", "") == "gold" { 50 } else { 0 })
    }
    fn route(callback) { queue("support").need("billing >= 5").after(minutes(2)).need("billing") }
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // What does not change: who works here, where callbacks wait, what customers may ask for.
    let mut center = Center::new("Quickstart", chrono_tz::Europe::Madrid);
    center.agents.push(Agent::new("anna").skill("billing", 3));
    center.queues.push(Queue::new("support"));
    let mut help = Service::new("help", "support");
    // The numbers below come without a time zone, so whether it is too late to call there can't be told.
    help.calling_window = CallingWindow::off();
    center.services.push(help);
    let layout = Layout::new(center).map_err(|findings| findings[0].to_string())?;
    let rules = RhaiApplication::new(Script::new("rules.rhai", RULES), &layout)
        .map_err(|findings| findings[0].to_string())?;

    // The engine never reads a clock: the host says what time it is. A real one would ask the system.
    let mut engine = Engine::new(layout, rules);
    let mut now: Instant = "2026-03-03T09:00:00Z".parse()?;
    let mut effects: Vec<Effect> = Vec::new();

    engine.apply(now, Command::LogIn { agent: AgentId::new("anna") }, &mut effects)?;
    let first = Request::new("c1", "help", Phone::new("+34612345678")?);
    engine.apply(now, Command::Request(first), &mut effects)?;

    // A refusal is an answer, not a failure: tell the customer what it says.
    let second = Request::new("c2", "help", Phone::new("+34687654321")?);
    match engine.apply(now, Command::Request(second), &mut effects) {
        Err(Refusal::Rejected(rejection)) => println!("customer of c2 is told: {}", rejection.sentence),
        other => other?,
    }

    // Sleep until the next deadline or the next command, whichever comes first. Here only deadlines come: after
    // two minutes the script asks for less skill, and Anna will do.
    let mut performed = 0;
    while let Some(effect) = effects.get(performed).cloned() {
        performed += 1;
        match effect.kind {
            EffectKind::Dial(dial) => {
                let agent = dial.agent.as_ref().map_or("nobody yet", AgentId::as_str);
                println!("{} calls {} for {agent}", effect.at, dial.number);
                now = now.after(Duration::from_secs(8));
                let outcome = Command::Outcome { attempt: dial.attempt, outcome: Outcome::Answered };
                engine.apply(now, outcome, &mut effects)?;
                now = now.after(Duration::from_mins(3));
                engine.apply(now, Command::Ended { attempt: dial.attempt }, &mut effects)?;
            }
            EffectKind::Event(event) => println!("{} {event:?}", effect.at),
            _ => {}
        }
        if performed == effects.len()
            && let Some(deadline) = engine.next_deadline()
        {
            // One who slept for a minute longer is told so, and says `resume`: nobody is called for a past instant.
            now = deadline;
            if engine.advance(now, &mut effects) == Advanced::Late {
                engine.apply(now, Command::Resume, &mut effects)?;
            }
        }
    }
    Ok(())
}
