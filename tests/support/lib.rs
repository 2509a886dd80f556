//! Support for the tests: a small center, and a host that drives an engine by hand.
//!
//! The quickstart, compiled and run as a doctest:
//!
#![doc = concat!("```\n", include_str!("../../examples/quickstart/main.rs"), "\n```")]

mod amendments;
mod centers;
pub mod history;
mod hours;
pub mod rules;
pub mod simulator;

use ringback_engine::center::{Agent, CallingWindow, Center, Layout, Queue, Service};
use ringback_engine::protocol::{
    Application, CancelledBy, Code, Command, Dial, Effect, EffectKind, Event, Plain, Refusal,
};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{
    Advanced, AgentId, AttemptId, CallbackId, Country, Engine, Instant, Number, NumberFacts, NumberKind,
    Phone, Validity,
};

/// A Tuesday, 10:00 in UTC: the instant at which most tests begin.
pub const START: i64 = 1_772_532_000_000;

/// The instant `seconds` after [`START`].
#[must_use]
pub fn at(seconds: i64) -> Instant {
    Instant::from_millis(START + seconds * 1_000)
}

/// A number of its own for each `n`.
#[must_use]
pub fn phone(n: u32) -> Phone {
    Phone::new(format!("+1212{:07}", 5_550_000 + n)).expect("made up in E.164")
}

/// The number [`phone`] with facts that follow from `n`: most are of the United States and good.
#[must_use]
pub fn number(n: u32) -> Number {
    let country = match n % 12 {
        9 => None,
        10 => Country::new("DE"),
        _ => Some(Country::US),
    };
    let validity = match n % 12 {
        6 => Validity::Impossible,
        7 => Validity::Invalid,
        _ => Validity::Valid,
    };
    let zones = match n % 12 {
        9 => vec![],
        10 => vec![chrono_tz::Europe::Berlin],
        11 => vec![chrono_tz::UTC, chrono_tz::Europe::Berlin],
        _ => vec![chrono_tz::UTC],
    };
    let kind = if n % 12 == 8 { NumberKind::PremiumRate } else { NumberKind::FixedLineOrMobile };
    Number { phone: phone(n), facts: NumberFacts { validity, kind, country, zones } }
}

/// The ways in which a text might be hidden in bytes: as it is, without a `+`, backwards, in UTF-16, in hexadecimal, and
/// in base64 of both alphabets, wherever in the bytes it begins.
#[must_use]
pub fn forms(secret: &str) -> Vec<Vec<u8>> {
    let bare = secret.trim_start_matches('+');
    let hexadecimal: String = bare.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms: Vec<Vec<u8>> = vec![
        bare.into(),
        bare.bytes().rev().collect(),
        bare.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        hexadecimal.to_uppercase().into(),
        hexadecimal.into(),
    ];
    for alphabet in [*b"+/", *b"-_"] {
        // The first and the last sign of each depend on what stands beside the text.
        forms.extend((0..3.min(bare.len())).map(|skipped| base64(&bare.as_bytes()[skipped..], alphabet)));
    }
    forms
}

/// The whole groups of three bytes, in base64.
fn base64(bytes: &[u8], last: [u8; 2]) -> Vec<u8> {
    let signs: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(last).collect();
    let group = |bytes: &[u8]| {
        let bits = bytes.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| signs[bits >> shift & 63])
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

/// Asserts that no form of a text is in these bytes.
pub fn assert_nowhere(secret: &str, bytes: &[u8], what: &str) {
    for form in forms(secret) {
        let found = bytes.windows(form.len()).any(|window| window == form);
        assert!(!found, "{what} has `{secret}` as `{}`", String::from_utf8_lossy(&form));
    }
}

/// A center with one queue and one service, both called `main`, and these agents.
#[must_use]
pub fn center(agents: impl IntoIterator<Item = Agent>) -> Center {
    let mut center = Center::new("Test", chrono_tz::UTC);
    center.queues.push(Queue::new("main"));
    center.services.push(any_hour(Service::new("main", "main")));
    center.agents.extend(agents);
    center
}

/// The same service without a legal calling window, for numbers of which no zone is known.
#[must_use]
pub fn any_hour(mut service: Service) -> Service {
    service.calling_window = CallingWindow::off();
    service
}

/// The code of a rejection, which the answer to a request must be.
#[must_use]
pub fn code(answer: Result<(), Refusal>) -> Code {
    match answer {
        Err(Refusal::Rejected(rejection)) => rejection.code,
        other => panic!("not rejected: {other:?}"),
    }
}

/// A host that does what the test says, and remembers every effect.
pub struct Host<A> {
    /// The engine.
    pub engine: Engine<A>,
    /// The host's clock.
    pub now: Instant,
    /// All effects so far.
    pub effects: Vec<Effect>,
    away: bool,
}

impl Host<Plain> {
    /// A host of this center, without an application, at [`START`].
    #[must_use]
    pub fn new(center: Center) -> Self {
        Self::with(center, Plain)
    }
}

impl<A: Application> Host<A> {
    /// A host of this center with this application, at [`START`].
    #[must_use]
    pub fn with(center: Center, application: A) -> Self {
        let layout = Layout::new(center).unwrap_or_else(|findings| panic!("{findings:?}"));
        Self { engine: Engine::new(layout, application), now: at(0), effects: Vec::new(), away: false }
    }

    /// Gives a command now, having been awake until then, and checks the engine afterwards.
    pub fn tell(&mut self, command: Command) -> Result<(), Refusal> {
        self.stay_awake();
        let answer = self.engine.apply(self.now, command, &mut self.effects);
        assert_eq!(self.engine.check(), Ok(()));
        answer
    }

    /// Lets the time pass until `seconds` after [`START`], awake at every deadline, and checks the engine afterwards.
    pub fn wait_until(&mut self, seconds: i64) {
        self.now = at(seconds);
        self.stay_awake();
        assert_eq!(self.engine.advance(self.now, &mut self.effects), Advanced::Done);
        assert_eq!(self.engine.check(), Ok(()));
    }

    /// Lets the engine fire each deadline until now when it is due, unless the host is away.
    fn stay_awake(&mut self) {
        let now = self.now;
        while let Some(deadline) = self.engine.next_deadline().filter(|at| *at <= now && !self.away) {
            assert_ne!(self.engine.advance(deadline, &mut self.effects), Advanced::Late);
        }
    }

    /// Is away until `seconds` after [`START`]: nothing is told until then, not even that time passes.
    pub fn be_away_until(&mut self, seconds: i64) {
        self.now = at(seconds);
        self.away = true;
    }

    /// Says that it was away, and lets happen what it missed.
    pub fn resume(&mut self) {
        self.tell(Command::Resume).expect("late");
        self.away = false;
        while self.engine.advance(self.now, &mut self.effects) == Advanced::More {}
        assert_eq!(self.engine.check(), Ok(()));
    }

    /// Makes a request for a callback.
    pub fn request(&mut self, request: Request) -> Result<(), Refusal> {
        self.tell(Command::Request(request))
    }

    /// An immediate request on service `main` that must be accepted.
    pub fn call_me(&mut self, id: &str, number: u32) {
        self.request(Request::new(id, "main", phone(number))).expect("accepted");
    }

    /// Logs an agent in.
    pub fn log_in(&mut self, agent: &str) {
        self.tell(Command::LogIn { agent: AgentId::new(agent) }).expect("known");
    }

    /// Reports how a callback's live attempt ended.
    pub fn report(&mut self, callback: &str, outcome: Outcome) -> Result<(), Refusal> {
        let attempt = self.attempt(callback);
        self.tell(Command::Outcome { attempt, outcome })
    }

    /// Ends a callback's interaction.
    pub fn end(&mut self, callback: &str) {
        let attempt = self.attempt(callback);
        self.tell(Command::Ended { attempt }).expect("connected");
    }

    /// Cancels a callback for its customer.
    pub fn cancel(&mut self, callback: &str) -> Result<(), Refusal> {
        self.tell(Command::Cancel { callback: CallbackId::new(callback), by: CancelledBy::Customer })
    }

    /// The last attempt of a callback.
    #[must_use]
    pub fn attempt(&self, callback: &str) -> AttemptId {
        let dials = self.dials();
        dials.into_iter().rev().find(|dial| dial.callback.as_str() == callback).expect("dialled").attempt
    }

    /// All calls placed so far.
    #[must_use]
    pub fn dials(&self) -> Vec<&Dial> {
        let dial = |effect: &'_ Effect| matches!(effect.kind, EffectKind::Dial(_));
        let dials = self.effects.iter().filter(|effect| dial(effect));
        dials
            .filter_map(|effect| if let EffectKind::Dial(dial) = &effect.kind { Some(dial) } else { None })
            .collect()
    }

    /// What has happened since the last call of this, one line an event: seconds since [`START`], then its JSON
    /// without quotes and braces.
    pub fn story(&mut self) -> Vec<String> {
        let effects = std::mem::take(&mut self.effects);
        effects.iter().filter_map(line).collect()
    }

    /// Whether an event of this name about this callback has happened.
    #[must_use]
    pub fn has(&self, event: &str, callback: &str) -> bool {
        let wanted = [format!("\"event\":\"{event}\""), format!("\"callback\":\"{callback}\"")];
        self.effects.iter().any(|effect| match &effect.kind {
            EffectKind::Event(event) => {
                let json = json(event);
                wanted.iter().all(|part| json.contains(part))
            }
            _ => false,
        })
    }
}

fn json(event: &Event) -> String {
    serde_json::to_string(event).expect("events serialise")
}

fn line(effect: &Effect) -> Option<String> {
    let seconds = effect.at.since(at(0)).millis() as f64 / 1_000.0;
    let text = match &effect.kind {
        EffectKind::Event(event) => {
            json(event).replace("\"event\":", "").replace(['"', '{', '}'], "").replace(',', " ")
        }
        EffectKind::HangUp(hang_up) => format!("hang_up attempt:{}", hang_up.attempt),
        EffectKind::Connect(connect) => {
            format!("connect attempt:{} agent:{}", connect.attempt, connect.agent)
        }
        EffectKind::Withdraw { callback, agent } => format!("withdraw callback:{callback} agent:{agent}"),
        EffectKind::Expected { callback, .. } => format!("expected callback:{callback}"),
        _ => return None,
    };
    Some(format!("{seconds} {text}"))
}
