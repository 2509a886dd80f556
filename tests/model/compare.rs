//! Telling both engines the same, and finding the first difference.

use std::fmt;

use ringback::at;
use ringback::history::Act;
use ringback::rules::Rules;
use ringback_engine::center::{Center, Layout};
use ringback_engine::protocol::{
    Application, Command, Effect, EffectKind, Event, LineView, Refusal, Rejection, VersionNumber, View,
};
use ringback_engine::record::{Activity, Cause, Outcome, Phase, Reason, State, StateName, Switch, Work};
use ringback_engine::{Advanced, AgentId, AttemptId, CallbackId, Duration, Engine, Instant, Name, Phone};

use crate::coverage::Coverage;
use crate::naive::{self, Naive};

/// A center with its application, and what is told to it: each act with how far the host's clock is back, if it is.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) center: Center,
    pub(crate) rules: Rules,
    pub(crate) history: Vec<(Act, Option<i64>)>,
}

/// The history is told by the difference.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let center = serde_json::to_value(&self.center).map_err(|_| fmt::Error)?;
        for (key, value) in center.as_object().into_iter().flatten() {
            match value.as_array() {
                Some(items) => items.iter().try_for_each(|item| writeln!(f, "  {key} {item}"))?,
                None => writeln!(f, "  {key} {value}")?,
            }
        }
        let Rules { accept, throttle, route, timeout, purge, score, .. } = &self.rules;
        let hooks: [(&str, &dyn fmt::Debug); 6] = [
            ("accept", accept),
            ("throttle", throttle),
            ("route", route),
            ("timeout", timeout),
            ("purge", purge),
            ("score", score),
        ];
        hooks.iter().try_for_each(|(hook, answers)| writeln!(f, "  {hook} {answers:?}"))
    }
}

/// What an engine stands like between two commands.
#[derive(Debug, PartialEq)]
struct Standing {
    clock: Instant,
    clock_went_back: u64,
    next_deadline: Option<Instant>,
    callbacks: Vec<CallbackStanding>,
    agents: Vec<AgentStanding>,
    lines: Vec<Option<LineView>>,
    version: VersionNumber,
    candidate: Option<VersionNumber>,
}

#[derive(Debug, PartialEq)]
struct CallbackStanding {
    id: CallbackId,
    phone: Phone,
    state: StateName,
    queue: Option<Name>,
    agent: Option<AgentId>,
    live: Option<AttemptId>,
    place: Instant,
    position: Option<usize>,
    priority: i64,
    attempts: Vec<AttemptId>,
    last_outcome: Option<Outcome>,
    slot: Option<Instant>,
    reason: Option<Reason>,
    deadline: (Instant, Cause),
}

#[derive(Debug, PartialEq)]
struct AgentStanding {
    id: AgentId,
    session: Option<SessionStanding>,
    is_ready: bool,
}

#[derive(Debug, PartialEq)]
struct SessionStanding {
    activity: Activity,
    leaving: bool,
    idle_since: Instant,
    calls: u64,
    /// Milliseconds occupied, and of these talking.
    spent: (i64, i64),
    /// The ends of wrap-ups.
    wrap_ups: Vec<Instant>,
}

impl Standing {
    fn of_engine(engine: &Engine<impl Application>) -> Self {
        let layout = engine.layout();
        let callbacks = engine.callbacks(None).map(|callback| CallbackStanding {
            id: callback.request.id.clone(),
            phone: callback.request.phone.clone(),
            state: engine.shown_state(callback),
            queue: callback.state.queue().and_then(|queue| Some(layout.queue(queue)?.name.clone())),
            agent: callback.state.agent().and_then(|agent| Some(layout.agent(agent)?.id.clone())),
            live: callback.state.attempt(),
            place: callback.place,
            position: engine.position(&callback.request.id),
            priority: callback.priority,
            attempts: callback.attempts.clone(),
            last_outcome: callback.last_outcome,
            slot: callback.slot,
            reason: match &callback.state {
                State::Completed(completed) => Some(completed.reason.clone()),
                _ => None,
            },
            deadline: (callback.deadline().at, callback.deadline().cause),
        });
        let agents = layout.center().agents.iter().map(|settings| {
            let agent = engine.agent(&settings.id).expect("of the center");
            let session = agent.session().map(|s| {
                let end = |work: &Work| match work.phase {
                    Phase::WrapUp { until } => Some(until.unwrap_or(Instant::MAX)),
                    _ => None,
                };
                let mut wrap_ups: Vec<Instant> = s.work.iter().filter_map(end).collect();
                wrap_ups.sort();
                let now = engine.clock();
                SessionStanding {
                    activity: s.activity.clone(),
                    leaving: s.leaving,
                    idle_since: s.idle_since,
                    calls: s.calls,
                    spent: (s.occupied(now).millis(), s.talked(now).millis()),
                    wrap_ups,
                }
            });
            let is_ready = agent.is_ready(settings.capacity);
            AgentStanding { id: settings.id.clone(), session, is_ready }
        });
        Self {
            clock: engine.clock(),
            clock_went_back: engine.clock_went_back(),
            next_deadline: engine.next_deadline(),
            callbacks: callbacks.collect(),
            agents: agents.collect(),
            lines: layout.center().queues.iter().map(|queue| engine.line(&queue.name)).collect(),
            version: engine.version(),
            candidate: engine.candidate().map(|candidate| candidate.version),
        }
    }

    fn of_naive(naive: &Naive<impl Application>) -> Self {
        let world = &naive.world;
        let callbacks = world.callbacks.iter().map(|callback| CallbackStanding {
            id: callback.request.id.clone(),
            phone: callback.request.phone.clone(),
            state: match callback.name() {
                StateName::Queued if world.is_on(callback.queue().expect("in a queue"), Switch::Paused) => {
                    StateName::Paused
                }
                name => name,
            },
            queue: callback.queue().cloned(),
            agent: callback.agent().cloned(),
            live: callback.live(),
            place: callback.place,
            position: world.position(callback),
            priority: callback.priority,
            attempts: callback.attempts.clone(),
            last_outcome: callback.last_outcome,
            slot: callback.slot,
            reason: match &callback.state {
                naive::State::Completed { reason, .. } => Some(reason.clone()),
                _ => None,
            },
            deadline: (callback.deadline().at, callback.deadline().cause),
        });
        let agents = world.agents.iter().map(|agent| AgentStanding {
            id: agent.settings.id.clone(),
            session: agent.session.as_ref().map(|s| SessionStanding {
                activity: s.activity.clone(),
                leaving: s.leaving,
                idle_since: s.idle_since,
                calls: s.calls,
                spent: s.spent(world.now),
                wrap_ups: s.wrap_ups().into_iter().map(|(until, _)| until).collect(),
            }),
            is_ready: world.is_ready(agent),
        });
        Self {
            clock: world.now,
            clock_went_back: naive.clock_went_back,
            next_deadline: world.next_deadline(),
            callbacks: callbacks.collect(),
            agents: agents.collect(),
            lines: world.center.queues.iter().map(|queue| world.line(&queue.name)).collect(),
            version: naive.version(),
            candidate: naive.candidate_number(),
        }
    }
}

/// What an engine answered to one command, and how it stands then.
struct Said {
    late: bool,
    refusal: Option<Refusal>,
    effects: Vec<Effect>,
    standing: Standing,
}

/// A history with every command spelt out.
type Told = Vec<(Instant, Option<Command>)>;

/// Tells both engines the same.
///
/// # Errors
///
/// They differ, like this.
pub(crate) fn compare(case: &Case, coverage: &mut Coverage) -> Result<(), String> {
    let told = spell_out(case);
    let count = &mut |said: &Said| coverage.count(&said.effects, said.refusal.as_ref());
    replay(case, &told, count).map_or(Ok(()), Err)
}

fn spell_out(case: &Case) -> Told {
    let (mut engine, mut now) = (engine(case), at(0));
    let mut told = Told::new();
    for (act, back) in &case.history {
        now = now.after(Duration::from_secs(act.after));
        let host = now.before(Duration::from_secs(back.unwrap_or(0)));
        let mut tell = |command: Option<Command>, engine: &mut Engine<Rules>| {
            let said = tell_engine(engine, host, command.clone());
            told.push((host, command));
            said
        };
        let said = tell(act.say.command(&engine, host), &mut engine);
        // Most hosts that are late say so at once, and then what they had to say.
        if said.late && act.after % 5 != 0 {
            tell(Some(Command::Resume), &mut engine);
            tell(act.say.command(&engine, host), &mut engine);
        }
    }
    told
}

fn engine(case: &Case) -> Engine<Rules> {
    let layout = Layout::new(case.center.clone()).unwrap_or_else(|findings| panic!("{findings:?}"));
    Engine::new(layout, case.rules.clone())
}

/// Plays a history until the engines differ, and says how.
fn replay(case: &Case, told: &Told, count: &mut dyn FnMut(&Said)) -> Option<String> {
    let (mut engine, mut naive) = (engine(case), Naive::new(case.center.clone(), case.rules.clone()));
    told.iter().find_map(|(now, command)| {
        let theirs = tell_engine(&mut engine, *now, command.clone());
        let ours = tell_naive(&mut naive, *now, command.clone());
        count(&theirs);
        difference(&theirs, &ours)
    })
}

/// The difference, at the end of a history that leaves out what it can.
pub(crate) fn explain(case: &Case) -> String {
    let mut told = spell_out(case);
    let differs = |told: &Told| replay(case, told, &mut |_| {});
    for position in (0..told.len()).rev() {
        let mut shorter = told.clone();
        shorter.remove(position);
        if differs(&shorter).is_some() {
            told = shorter;
        }
    }
    let line = |(now, command): &(Instant, Option<Command>)| {
        let command = command.as_ref().map(|command| serde_json::to_string(command).expect("serialises"));
        format!("  {} {}\n", seconds(*now), command.unwrap_or_else(|| "(time passes)".into()))
    };
    let history: String = told.iter().map(line).collect();
    format!("the engines differ after\n\n{history}\n{}", differs(&told).unwrap_or_default())
}

fn tell_naive(naive: &mut Naive<Rules>, now: Instant, command: Option<Command>) -> Said {
    let (late, refusal) = match command {
        Some(command) => {
            let refusal = naive.apply(now, command).err();
            (matches!(refusal, Some(Refusal::Late(_))), refusal)
        }
        None => (naive.advance(now).is_some(), None),
    };
    Said { late, refusal, effects: std::mem::take(&mut naive.effects), standing: Standing::of_naive(naive) }
}

fn tell_engine(engine: &mut Engine<Rules>, now: Instant, command: Option<Command>) -> Said {
    let mut effects = Vec::new();
    let catch_up = |engine: &mut Engine<Rules>, effects: &mut Vec<Effect>| {
        while engine.advance(now.max(engine.clock()), effects) == Advanced::More {}
    };
    catch_up(engine, &mut effects);
    let (late, refusal) = match command {
        Some(command) => {
            let refusal = engine.apply(now, command, &mut effects).err();
            (matches!(refusal, Some(Refusal::Late(_))), refusal)
        }
        None => (engine.advance(now, &mut effects) == Advanced::Late, None),
    };
    catch_up(engine, &mut effects);
    Said { late, refusal, effects, standing: Standing::of_engine(engine) }
}

/// The first difference between what the engine and the naive one said.
fn difference(engine: &Said, naive: &Said) -> Option<String> {
    let length = engine.effects.len().max(naive.effects.len());
    let apart = (0..length).find(|index| !same_effect(engine.effects.get(*index), naive.effects.get(*index)));
    if let Some(apart) = apart {
        let same: String =
            engine.effects[..apart].iter().map(|effect| format!("  both:   {}\n", line(effect))).collect();
        let side = |effects: &[Effect]| effects.get(apart).map_or("nothing more".into(), line);
        return Some(format!(
            "{same}  engine: {}\n  naive:  {}",
            side(&engine.effects),
            side(&naive.effects)
        ));
    }
    let (theirs, ours) = (&engine.refusal, &naive.refusal);
    if !same_refusal(theirs.as_ref(), ours.as_ref()) {
        return Some(format!("  engine refuses: {theirs:?}\n  naive refuses:  {ours:?}"));
    }
    if engine.late != naive.late {
        return Some(format!("  engine is late: {}\n  naive is late:  {}", engine.late, naive.late));
    }
    if engine.standing == naive.standing {
        return None;
    }
    let (theirs, ours) = (format!("{:#?}", engine.standing), format!("{:#?}", naive.standing));
    let apart = theirs.lines().zip(ours.lines()).enumerate().find(|(_, (engine, naive))| engine != naive);
    let (number, (engine, naive)) = apart?;
    let lines: Vec<&str> = theirs.lines().collect();
    let before = lines[number.saturating_sub(14)..number].join("\n  ");
    Some(format!("they stand apart at\n  {before}\n  engine: {engine}\n  naive:  {naive}"))
}

/// Effects are the same, but for a sentence that is the engine's own.
fn same_effect(engine: Option<&Effect>, naive: Option<&Effect>) -> bool {
    match (engine.map(|effect| &effect.kind), naive.map(|effect| &effect.kind)) {
        (
            Some(EffectKind::Event(Event::Refused { callback, code, sentence })),
            Some(EffectKind::Event(Event::Refused { callback: own, code: same, sentence: words })),
        ) => {
            let is_rejection = code.chars().all(|sign| sign == '_' || sign.is_ascii_uppercase());
            callback == own
                && code == same
                && (sentence == words || is_rejection && sentence.len() > words.len())
        }
        _ => engine == naive,
    }
}

/// Refusals are the same, but for a sentence that is the engine's own.
fn same_refusal(engine: Option<&Refusal>, naive: Option<&Refusal>) -> bool {
    match (engine, naive) {
        (Some(Refusal::Rejected(engine)), Some(Refusal::Rejected(naive))) if naive.sentence.is_empty() => {
            !engine.sentence.is_empty() && Rejection { sentence: String::new(), ..engine.clone() } == *naive
        }
        (Some(Refusal::InUse(engine)), Some(Refusal::InUse(_))) => !engine.is_empty(),
        (engine, naive) => engine == naive,
    }
}

fn seconds(instant: Instant) -> String {
    format!("{:>9.3}", instant.since(at(0)).millis() as f64 / 1_000.0)
}

fn line(effect: &Effect) -> String {
    let kind = serde_json::to_string(&effect.kind).expect("effects serialise");
    format!("{} #{} {kind}", seconds(effect.at), effect.id)
}
