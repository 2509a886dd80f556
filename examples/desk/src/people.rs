//! Simulated people: agents who are there, and customers who ask for callbacks.

use std::time::Duration as Span;

use ringback_engine::center::Attribute;
use ringback_engine::numbers::resolve;
use ringback_engine::protocol::Command;
use ringback_engine::record::Request;
use ringback_engine::{AgentId, Country, Duration, Number};

use crate::core::Core;
use crate::{chance, clock};

const NAMES: [&str; 12] =
    ["Ada", "Ben", "Clara", "Dev", "Elif", "Finn", "Gia", "Hugo", "Iris", "Jonas", "Kaya", "Liam"];
const SUBJECTS: [&str; 6] = [
    "Router keeps restarting",
    "Question about my bill",
    "Moving house",
    "Upgrade to fibre",
    "Slow in the evening",
    "Change of bank account",
];
const AREAS: [u64; 8] = [212, 303, 312, 415, 503, 617, 702, 917];

/// Logs the simulated agents in, and has one take a short break now and then.
pub(crate) async fn work(core: Core, agents: Vec<AgentId>) {
    for agent in &agents {
        core.insist(Command::LogIn { agent: agent.clone() }).await;
    }
    loop {
        tokio::time::sleep(Span::from_secs(60 + chance::below(120))).await;
        let Some(agent) = chance::one_of(&agents).cloned() else { return };
        core.insist(Command::NotReady { agent: agent.clone(), reason: None }).await;
        tokio::time::sleep(Span::from_secs(20 + chance::below(40))).await;
        core.insist(Command::Ready { agent }).await;
    }
}

/// Asks for callbacks, now and then.
pub(crate) async fn ask(core: Core) {
    let services: Vec<_> =
        core.layout().center().services.iter().map(|service| service.name.clone()).collect();
    loop {
        let Some(service) = chance::one_of(&services) else { return };
        let Some(number) = number() else { return };
        let mut request = Request::new(chance::uuid(), service, number);
        request.channel = chance::one_of(&["WEB", "MOBILE", "IVR"]).copied().unwrap_or("WEB").into();
        request.language = "en-US".into();
        for (name, texts) in [("firstname", &NAMES[..]), ("subject", &SUBJECTS[..])] {
            if let Some(text) = chance::one_of(texts) {
                request = request.attribute(name, Attribute::read(text));
            }
        }
        if chance::below(10) < 3 {
            let ahead = Duration::from_secs(300 + i64::try_from(chance::below(7_200)).unwrap_or(0));
            request.desired = Some(clock::now().after(ahead));
        }
        // A refusal is an answer like any other.
        let _ = core.tell(Command::Request(request)).await;
        tokio::time::sleep(Span::from_millis(4_000 + chance::below(14_000))).await;
    }
}

fn number() -> Option<Number> {
    let area = chance::one_of(&AREAS)?;
    Some(resolve(&format!("+1{area}555{:04}", chance::below(10_000)), Country::US))
}
