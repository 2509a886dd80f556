//! The world around an engine: customers, agents, telephony and the host's clock, all from one seed.

use std::collections::{BTreeMap, VecDeque};

use ringback_engine::center::Center;
use ringback_engine::journal::Call;
use ringback_engine::protocol::{AgentState, Command, Effect, EffectKind, Event};
use ringback_engine::record::{Request, Switch};
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Instant, Name};

use super::centers;
use super::features::{Feature, Features};
use super::random::Random;
use super::run::Step;
use crate::at;
use crate::history::QUEUES;

/// What will happen.
#[expect(clippy::large_enum_variant, reason = "one lives at a time")]
pub(super) enum Happening {
    /// Somebody asks for a callback.
    Customer,
    /// This command is said.
    Say(Command),
    /// An agent does something.
    Agent(AgentId),
    /// Somebody says something that nobody asked.
    Unasked,
    /// People of the center do something.
    Steered,
    /// The center is configured anew.
    Configured,
    /// The host is killed or moves.
    Restart,
    /// The host's clock jumps, forward by this.
    Jump(Duration),
}

/// The world.
pub(super) struct World {
    pub(super) random: Random,
    pub(super) features: Features,
    pub(super) services: Vec<Name>,
    pub(super) agents: Vec<AgentId>,
    pub(super) now: Instant,
    agenda: BTreeMap<(Instant, u64), Happening>,
    entries: u64,
    /// Milliseconds between requests, on average.
    pub(super) pace: i64,
    /// How long interactions take at most, in seconds.
    pub(super) talk: i64,
    pub(super) numbers: u32,
    pub(super) asked: u64,
    pub(super) remembered: Vec<Request>,
    pub(super) attempts: u64,
    /// The attempt dialled last for a callback, until it is answered.
    pub(super) live: BTreeMap<CallbackId, AttemptId>,
    /// The attempts of those who talk.
    pub(super) talks: BTreeMap<CallbackId, AttemptId>,
    /// What the host has to say first.
    urgent: VecDeque<Command>,
    pub(super) healed: bool,
    /// The configuration in force, and the one that was told last.
    center: Center,
    told: Option<Center>,
}

impl World {
    pub(super) fn new(mut random: Random, features: Features, center: &Center) -> Self {
        let pace = random.pick(&[700, 1_500, 3_000, 8_000]);
        let talk = random.pick(&[8, 30, 90]);
        let numbers = random.pick(&[6, 30, 200]);
        let mut world = Self {
            random,
            features,
            services: center.services.iter().map(|service| service.name.clone()).collect(),
            agents: center.agents.iter().map(|agent| agent.id.clone()).collect(),
            now: at(0),
            agenda: BTreeMap::new(),
            entries: 0,
            pace,
            talk,
            numbers,
            asked: 0,
            remembered: Vec::new(),
            attempts: 0,
            live: BTreeMap::new(),
            talks: BTreeMap::new(),
            urgent: VecDeque::new(),
            healed: false,
            center: center.clone(),
            told: None,
        };
        world.later(0, Happening::Customer);
        for agent in world.agents.clone() {
            let after = world.random.within(0..20_000);
            world.later(after, Happening::Agent(agent));
        }
        if world.has(Feature::Crashes) || world.has(Feature::Moves) {
            world.later(5_000, Happening::Restart);
        }
        if world.has(Feature::Dialling) {
            world.later(1_000, Happening::Unasked);
        }
        if world.has(Feature::Steering) {
            world.later(2_000, Happening::Steered);
        }
        if world.has(Feature::NewConfigurations) {
            world.later(30_000, Happening::Configured);
        }
        if world.has(Feature::JumpsForward) {
            world.later(600_000, Happening::Jump(Duration::ZERO));
        }
        world
    }

    pub(super) fn has(&self, feature: Feature) -> bool {
        !self.healed && self.features.has(feature)
    }

    pub(super) fn later(&mut self, millis: i64, happening: Happening) {
        self.entries += 1;
        self.agenda.insert((self.now.after(Duration::from_millis(millis)), self.entries), happening);
    }

    pub(super) fn now(&self) -> Instant {
        self.now
    }

    pub(super) fn say(&mut self, millis: i64, command: Command) {
        self.later(millis, Happening::Say(command));
    }

    /// Faults end, everybody comes to work, what was shut is opened, and nobody asks any more.
    pub(super) fn heal(&mut self) {
        self.healed = true;
        self.agenda.retain(|_, happening| matches!(happening, Happening::Say(Command::Outcome { .. })));
        for agent in self.agents.clone() {
            self.say(0, Command::LogIn { agent });
        }
        if self.features.has(Feature::Steering) {
            for queue in QUEUES.map(Name::new) {
                for switch in [Switch::Paused, Switch::Draining, Switch::Closed] {
                    self.say(0, Command::Switch { queue: queue.clone(), switch, on: false });
                }
            }
            for calendar in ["shifts", "office"] {
                self.say(0, Command::CloseCalendar { calendar: calendar.into(), closed: None });
            }
        }
        for attempt in std::mem::take(&mut self.talks).into_values() {
            self.say(5_000, Command::Ended { attempt });
        }
    }

    /// What happens next, and when, by the host's clock.
    pub(super) fn next(&mut self, deadline: Option<Instant>) -> Step {
        if let Some(command) = self.urgent.pop_front() {
            return Step::Call { at: self.now, call: Call::Apply(command) };
        }
        let first = self.agenda.first_key_value().map(|((at, _), _)| *at);
        let asleep = self.has(Feature::SleepyHost) && first.is_some();
        if let Some(deadline) = deadline.filter(|due| !asleep && first.is_none_or(|first| *due < first)) {
            self.now = self.now.max(deadline);
            return self.host(Call::Advance);
        }
        let Some(((at, _), happening)) = self.agenda.pop_first() else {
            self.now = self.now.after(Duration::from_secs(1));
            return self.host(Call::Advance);
        };
        self.now = self.now.max(at);
        match happening {
            Happening::Say(command) => self.host(Call::Apply(command)),
            Happening::Customer => {
                let request = self.customer();
                self.host(Call::Apply(Command::Request(request)))
            }
            Happening::Agent(agent) => {
                let command = self.agent(agent);
                self.host(Call::Apply(command))
            }
            Happening::Steered => {
                let next = self.random.within(500..2 * self.pace + 10_000);
                self.later(next, Happening::Steered);
                let command = self.steer();
                self.host(Call::Apply(command))
            }
            Happening::Configured => {
                let next = self.random.within(20_000..400_000);
                self.later(next, Happening::Configured);
                let center = centers::configured_anew(&self.center, &mut self.random);
                self.told = Some(center.clone());
                self.host(Call::Apply(Command::Reconfigure { center: Box::new(center) }))
            }
            Happening::Unasked => {
                let next = self.random.within(1_000..90_000);
                self.later(next, Happening::Unasked);
                let command = self.unasked();
                self.host(Call::Apply(command))
            }
            Happening::Restart => {
                let next = self.random.within(1_000..300_000);
                self.later(next, Happening::Restart);
                let killed =
                    self.has(Feature::Crashes) && (!self.has(Feature::Moves) || self.random.one_in(2));
                if killed { Step::Crash } else { Step::Move }
            }
            Happening::Jump(by) => {
                self.now = self.now.after(by);
                let next = self.random.within(300_000..3_000_000);
                let by = self.random.pick(&[30, 120, 600, 3_600, 86_400, 31 * 86_400]);
                self.later(next, Happening::Jump(Duration::from_secs(by)));
                self.host(Call::Advance)
            }
        }
    }

    /// A call, at what the host's clock says.
    fn host(&mut self, call: Call) -> Step {
        let back = self.has(Feature::JumpsBack) && self.random.permille(20);
        let back = Duration::from_millis(if back { self.random.within(1..100_000) } else { 0 });
        Step::Call { at: self.now.before(back), call }
    }

    /// What an agent says next, and when the agent will say more.
    fn agent(&mut self, agent: AgentId) -> Command {
        let flaps = self.has(Feature::FlappingAgents);
        let next = if flaps { self.random.within(500..40_000) } else { self.random.within(20_000..400_000) };
        self.later(next, Happening::Agent(agent.clone()));
        if self.has(Feature::UnknownNames) && self.random.one_in(40) {
            return Command::Ready { agent: AgentId::new("nobody") };
        }
        if self.has(Feature::VanishingAgents) && self.random.one_in(6) {
            return Command::AgentLost { agent };
        }
        match self.random.below(10) {
            _ if self.random.one_in(60) => Command::Resume,
            _ if self.has(Feature::WrapUps) && self.random.one_in(12) => self.needs_longer(agent),
            0 => Command::LogOut { agent },
            1 | 2 => Command::NotReady { agent, reason: None },
            3 | 4 => Command::Ready { agent },
            _ => Command::LogIn { agent },
        }
    }

    /// The world hears what a call has led to.
    pub(super) fn hear(&mut self, step: &Step, effects: &[Effect], late: bool) {
        if late && self.urgent.is_empty() {
            self.urgent.push_back(Command::Resume);
            if let Step::Call { call: Call::Apply(command), .. } = step {
                self.urgent.push_back(command.clone());
            }
        }
        for effect in effects {
            match &effect.kind {
                EffectKind::Dial(dial) => self.ring(dial),
                EffectKind::Offer(offer) => self.is_offered(offer),
                EffectKind::Push(push) => self.is_told(push),
                EffectKind::Connect(connect) => self.is_called(connect),
                EffectKind::HangUp(hang_up) if self.random.one_in(2) => {
                    // Half of the time the switch still says how it ended.
                    let attempt = hang_up.attempt;
                    self.agenda.retain(|_, happening| {
                        !matches!(happening, Happening::Say(Command::Outcome { attempt: own, .. }) if *own == attempt)
                    });
                }
                EffectKind::Event(Event::Connected { callback, .. }) => self.talk(callback),
                EffectKind::Event(Event::Agent { agent, state: AgentState::WrapUp, .. }) => {
                    self.wraps_up(agent);
                }
                EffectKind::Event(Event::Reconfigured { .. }) => {
                    self.center = self.told.take().unwrap_or_else(|| self.center.clone());
                }
                EffectKind::Event(Event::Away { .. }) => {
                    // Most agents say soon that they are still there.
                    for agent in self.agents.clone() {
                        let after = self.random.within(0..20_000);
                        self.say(after, Command::Ready { agent });
                    }
                }
                EffectKind::Event(Event::Completed { callback, .. }) => {
                    self.live.remove(callback);
                    self.talks.remove(callback);
                }
                _ => {}
            }
        }
    }
}
