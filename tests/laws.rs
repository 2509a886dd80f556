//! Laws: what holds for every center and every history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use ringback::at;
use ringback::history::{Act, NEVER_LATE, Say, centers, histories};
use ringback_engine::center::{Center, Layout};
use ringback_engine::protocol::{Command, Effect, EffectKind, Event, Plain, Refusal};
use ringback_engine::record::{Outcome, Switch};
use ringback_engine::{Advanced, AgentId, CallbackId, Duration, Engine, Instant, Name, Phone, Sequence};

/// A command, if an act said one, and its refusal, if it was refused.
type Said = (Option<Command>, Option<Refusal>);

fn engine(center: &Center) -> Engine<Plain> {
    Engine::new(Layout::new(center.clone()).expect("a sound center"), Plain)
}

/// Plays a history; `pace` is called before each act with the instants before and at it. A host that is late says so.
fn play(
    center: &Center,
    history: &[Act],
    mut pace: impl FnMut(&mut Engine<Plain>, Instant, Instant, &mut Vec<Effect>),
) -> (Engine<Plain>, Vec<Effect>, Vec<Said>) {
    let (mut engine, mut effects, mut refusals) = (engine(center), Vec::new(), Vec::new());
    let mut seconds = 0;
    for act in history {
        let before = at(seconds);
        seconds += act.after;
        pace(&mut engine, before, at(seconds), &mut effects);
        if engine.advance(at(seconds), &mut effects) == Advanced::Late {
            assert_eq!(engine.apply(at(seconds), Command::Resume, &mut effects), Ok(()));
        }
        let command = act.say.command(&engine, at(seconds));
        let refusal =
            command.clone().and_then(|command| engine.apply(at(seconds), command, &mut effects).err());
        refusals.push((command, refusal));
    }
    (engine, effects, refusals)
}

fn straight(center: &Center, history: &[Act]) -> (Engine<Plain>, Vec<Effect>, Vec<Said>) {
    play(center, history, |_, _, _, _| {})
}

/// The same history with every command spelt out, so that it can be told to another engine at another pace.
fn told(history: &[Act], answers: Vec<Said>) -> Vec<Act> {
    let spell = |(act, (command, _)): (&Act, (Option<Command>, _))| Act {
        say: command.map_or(Say::Nothing, Say::Tell),
        ..act.clone()
    };
    history.iter().zip(answers).map(spell).collect()
}

fn events(effects: &[Effect]) -> impl Iterator<Item = (Instant, &Event)> {
    effects.iter().filter_map(|effect| match &effect.kind {
        EffectKind::Event(event) => Some((effect.at, event)),
        _ => None,
    })
}

/// Lets the time pass until nothing is left to happen.
fn play_out(engine: &mut Engine<Plain>, effects: &mut Vec<Effect>) {
    while let Some(deadline) = engine.next_deadline() {
        let _ = engine.advance(deadline, effects);
    }
}

/// Centers whose hosts are never late, whatever their pace.
fn never_late() -> impl Strategy<Value = Center> {
    centers().prop_map(|mut center| {
        center.limits.max_lag = Duration::from_secs(NEVER_LATE);
        center
    })
}

/// No `max + 1` of these instants, in order, lie within one `per`.
fn at_most(max: usize, per: Duration, instants: &[Instant]) -> bool {
    instants.windows(max + 1).all(|window| window[max].since(window[0]) >= per)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn indices_are_shadows_of_the_states(center in centers(), history in histories(120)) {
        play(&center, &history, |engine, _, _, _| assert_eq!(engine.check(), Ok(())));
    }

    #[test]
    fn the_same_commands_give_the_same_effects(center in centers(), history in histories(150)) {
        let (one, effects, refusals) = straight(&center, &history);
        let (other, again, refused) = straight(&center, &history);
        prop_assert_eq!(effects, again);
        prop_assert_eq!(refusals, refused);
        prop_assert_eq!(one.state_hash(), other.state_hash());
    }

    #[test]
    fn the_pace_of_a_host_that_is_never_late_does_not_matter(center in never_late(), history in histories(150), cuts in 1..5i64) {
        let (one, effects, answers) = straight(&center, &history);
        let history = told(&history, answers);
        let (other, again, _) = play(&center, &history, |engine, from, to, effects| {
            for cut in 1..=cuts {
                let between = from.millis() + to.since(from).millis() * cut / (cuts + 1);
                assert_eq!(engine.advance(Instant::from_millis(between), effects), Advanced::Done);
            }
        });
        prop_assert_eq!(effects, again);
        prop_assert_eq!(one.state_hash(), other.state_hash());
    }

    #[test]
    fn what_is_erased_is_nowhere_in_the_state(center in centers(), history in histories(120)) {
        let (mut engine, mut effects, _) = straight(&center, &history);
        for number in (0..12).map(ringback::phone) {
            let erase = Command::Erase { phone: number.clone() };
            let before = (engine.state_hash(), effects.len());
            match engine.apply(engine.clock(), erase.clone(), &mut effects) {
                Ok(()) => {
                    ringback::assert_nowhere(number.as_str(), &engine.snapshot().expect("JSON"), "the state");
                    let after = (engine.state_hash(), effects.len());
                    prop_assert_eq!(engine.apply(engine.clock(), erase, &mut effects), Ok(()));
                    prop_assert_eq!((engine.state_hash(), effects.len()), after);
                }
                Err(_) => prop_assert_eq!((engine.state_hash(), effects.len()), before),
            }
            prop_assert_eq!(engine.check(), Ok(()));
        }
    }

    #[test]
    fn the_state_hash_kept_is_that_of_the_state(center in centers(), history in histories(150), every in 1..20usize) {
        let mut calls = 0;
        let (kept, ..) = play(&center, &history, |engine, _, _, _| {
            calls += 1;
            if calls % every == 0 {
                let mark = engine.mark();
                assert_eq!(mark, (engine.state_hash() >> 64) as u64);
                assert_eq!(engine.check(), Ok(()));
            }
        });
        let layout = Layout::new(center.clone()).expect("sound");
        let anew = Engine::restore(layout, Plain, &kept.snapshot().expect("JSON")).expect("as taken");
        prop_assert_eq!(kept.state_hash(), anew.state_hash());
        let (never, ..) = straight(&center, &history);
        prop_assert_eq!(kept.state_hash(), never.state_hash());
    }

    #[test]
    fn reading_the_next_deadline_wakes_the_host_in_time(center in never_late(), history in histories(150)) {
        let (one, effects, answers) = straight(&center, &history);
        let history = told(&history, answers);
        let (other, again, _) = play(&center, &history, |engine, _, to, effects| {
            while let Some(deadline) = engine.next_deadline().filter(|deadline| *deadline <= to) {
                assert_eq!(engine.advance(deadline, effects), Advanced::Done);
            }
        });
        prop_assert_eq!(effects, again);
        prop_assert_eq!(one.state_hash(), other.state_hash());
    }

    #[test]
    fn refusals_leave_no_trace(center in centers(), history in histories(150)) {
        let (_, effects, refusals) = straight(&center, &history);
        let without: Vec<Act> = history.iter().zip(refusals).map(|(act, answer)| Act {
            say: if let (Some(command), None) = answer { Say::Tell(command) } else { Say::Nothing },
            ..act.clone()
        }).collect();
        let (_, again, _) = straight(&center, &without);
        // A rejection is recorded, and a late answer hung up on; nothing else comes of a refusal.
        let mut late = false;
        let told: Vec<_> = effects.into_iter().map(|effect| (effect.at, effect.kind)).filter(|(_, kind)| match kind {
            EffectKind::Event(Event::Rejected { .. }) => false,
            EffectKind::Event(Event::LateAnswer { .. }) => { late = true; false }
            EffectKind::HangUp(_) => !std::mem::take(&mut late),
            _ => true,
        }).collect();
        let again: Vec<_> = again.into_iter().map(|effect| (effect.at, effect.kind)).collect();
        prop_assert_eq!(told, again);
    }

    #[test]
    fn every_callback_ends_once_and_nothing_waits_for_ever(center in centers(), history in histories(150)) {
        let (mut engine, mut effects, _) = straight(&center, &history);
        play_out(&mut engine, &mut effects);
        prop_assert_eq!(engine.callbacks(None).count(), 0);
        let mut stages: BTreeMap<&CallbackId, u32> = BTreeMap::new();
        for (_, event) in events(&effects) {
            let (callback, from, to) = match event {
                Event::Accepted { callback } => (callback, 0, 1),
                Event::Completed { callback, .. } => (callback, 1, 2),
                Event::Purged { callback } => (callback, 2, 0),
                _ => continue,
            };
            let stage = stages.entry(callback).or_insert(0);
            prop_assert_eq!(*stage, from, "{:?}", event);
            *stage = to;
        }
        prop_assert!(stages.values().all(|stage| *stage == 0));
    }

    #[test]
    fn quotas_hold_in_any_interval(center in centers(), history in histories(200)) {
        let mut entered: BTreeMap<Name, Vec<Instant>> = BTreeMap::new();
        let mut enter = |engine: &Engine<Plain>, effects: &[Effect]| {
            for pair in effects.windows(2) {
                // A request that enters at once is followed by the event that says so.
                let [EffectKind::Event(Event::Accepted { callback }), EffectKind::Event(Event::Queued { callback: same, .. })] =
                    [&pair[0].kind, &pair[1].kind]
                else {
                    continue;
                };
                if let Some(found) = engine.callback(callback).filter(|_| same == callback) {
                    entered.entry(found.request.service.clone()).or_default().push(pair[0].at);
                }
            }
        };
        let mut seen = 0;
        let (engine, effects, _) = play(&center, &history, |engine, _, _, effects| {
            enter(engine, &effects[seen..]);
            seen = effects.len();
        });
        enter(&engine, &effects[seen..]);
        let mut dials: BTreeMap<&Phone, Vec<Instant>> = BTreeMap::new();
        for (instant, event) in events(&effects) {
            if let Event::Dialing { number, .. } = event {
                dials.entry(number).or_default().push(instant);
            }
        }
        let quota = center.limits.attempts_per_number.expect("set");
        prop_assert!(dials.values().all(|dials| at_most(quota.max as usize, quota.per, dials)));
        for service in &center.services {
            let window = service.windows[0];
            let instants = entered.get(&service.name).cloned().unwrap_or_default();
            prop_assert!(at_most(window.max as usize, window.per, &instants));
        }
    }

    #[test]
    fn a_snapshot_is_invisible(center in centers(), history in histories(150), every in 1..20usize) {
        let (one, effects, answers) = straight(&center, &history);
        let history = told(&history, answers);
        let layout = Arc::new(Layout::new(center.clone()).expect("a sound center"));
        let mut count = 0;
        let (other, again, _) = play(&center, &history, |engine, _, _, _| {
            count += 1;
            if count % every == 0 {
                let snapshot = engine.snapshot().expect("JSON");
                *engine = Engine::restore(Arc::clone(&layout), Plain, &snapshot).expect("its own");
                assert_eq!(engine.snapshot().expect("JSON"), snapshot, "written again it is the same");
                assert_eq!(engine.check(), Ok(()));
            }
        });
        prop_assert_eq!(effects, again);
        prop_assert_eq!(one.snapshot().expect("JSON"), other.snapshot().expect("JSON"));
    }

    #[test]
    fn nobody_is_dialled_while_the_queue_is_closed_or_paused(center in centers(), history in histories(150)) {
        let (engine, effects, _) = straight(&center, &history);
        let mut shut: BTreeSet<(&Name, Switch)> = BTreeSet::new();
        let mut closures: BTreeMap<&Name, bool> = BTreeMap::new();
        let (mut on_line, mut queues) = (BTreeSet::new(), BTreeMap::new());
        for (instant, event) in events(&effects) {
            match event {
                Event::Switched { queue, switch, on: true } => drop(shut.insert((queue, *switch))),
                Event::Switched { queue, switch, on: false } => drop(shut.remove(&(queue, *switch))),
                Event::Calendar { calendar, closed: Some(closed) } => drop(closures.insert(calendar, *closed)),
                Event::Calendar { calendar, closed: None } => drop(closures.remove(calendar)),
                _ => {}
            }
            let (callback, queue) = match event {
                Event::Outcome { callback, outcome: Outcome::Answered, .. } => {
                    on_line.insert(callback);
                    continue;
                }
                Event::Connected { callback, .. }
                | Event::Returned { callback, .. }
                | Event::Completed { callback, .. } => {
                    on_line.remove(callback);
                    continue;
                }
                Event::Queued { callback, queue, .. } | Event::Step { callback, queue, .. } => {
                    queues.insert(callback, queue);
                    continue;
                }
                Event::Reserved { callback, queue, .. } => (callback, queue),
                Event::Dialing { callback, .. } => (callback, queues[callback]),
                _ => continue,
            };
            // Who waits on the line is served whatever the hour.
            if on_line.contains(callback) {
                continue;
            }
            let switched = [Switch::Paused, Switch::Closed].map(|switch| shut.contains(&(queue, switch)));
            prop_assert_eq!(switched, [false; 2], "{} at {}", queue, instant);
            let settings = center.queues.iter().find(|settings| settings.name == *queue).expect("known");
            let hours = settings.calendar.as_ref().and_then(|name| engine.layout().hours_named(name));
            let closed = settings.calendar.as_ref().and_then(|name| closures.get(name));
            let open = match (hours, closed) {
                (Some(hours), Some(closed)) => hours.clone().with_closed(*closed).is_open(instant),
                (hours, _) => hours.is_none_or(|hours| hours.is_open(instant)),
            };
            prop_assert!(open, "{queue} at {instant}");
        }
    }

    #[test]
    fn nobody_is_called_while_the_host_is_away(center in centers(), history in histories(150)) {
        let (_, effects, _) = straight(&center, &history);
        let (mut away, mut live) = (Instant::MIN, BTreeMap::new());
        let mut invited = std::collections::BTreeSet::new();
        for effect in &effects {
            match &effect.kind {
                EffectKind::Event(Event::Away { until }) => {
                    away = *until;
                    live.clear();
                    invited.clear();
                }
                EffectKind::Event(Event::Reserved { .. }) | EffectKind::Dial(_) => {
                    prop_assert!(effect.at >= away, "{effect:?}");
                    if let EffectKind::Dial(dial) = &effect.kind {
                        live.insert(dial.attempt, &dial.callback);
                    }
                }
                EffectKind::Event(Event::Notified { callback, .. }) => {
                    prop_assert!(effect.at >= away, "{effect:?}");
                    invited.insert(callback);
                }
                EffectKind::Event(Event::Outcome { callback, attempt, outcome }) => {
                    let known = *outcome != Outcome::Unknown;
                    let dialled = live.contains_key(attempt) || invited.contains(callback);
                    prop_assert!(!known || dialled, "of no attempt under way: {effect:?}");
                }
                _ => {}
            }
        }
    }

    #[test]
    fn a_place_in_line_is_kept(center in centers(), history in histories(150)) {
        let mut places: BTreeMap<Sequence, Instant> = BTreeMap::new();
        let (mut moved, mut seen) = (BTreeMap::new(), 0);
        play(&center, &history, |engine, _, _, effects| {
            // A customer who asks for later, or another appointment, sets a new place, and the log says so.
            for (_, event) in events(&effects[seen..]) {
                match event {
                    // An id can come again when its callback is purged.
                    Event::Accepted { callback, .. } => drop(moved.remove(callback)),
                    Event::Rescheduled { callback, desired, .. }
                    | Event::Scheduled { callback, desired, .. }
                    | Event::Snoozed { callback, until: desired } => drop(moved.insert(callback.clone(), *desired)),
                    _ => {}
                }
            }
            seen = effects.len();
            for callback in engine.callbacks(None) {
                let first = *places.entry(callback.sequence).or_insert(callback.place);
                let place = moved.get(&callback.request.id).copied().unwrap_or(first);
                assert_eq!(callback.place, place, "without a script only a host moves a place, and the log says so");
            }
        });
    }

    #[test]
    fn who_is_assigned_is_served_by_nobody_else(center in centers(), history in histories(150)) {
        let (_, effects, _) = straight(&center, &history);
        let mut assigned: BTreeMap<&CallbackId, &AgentId> = BTreeMap::new();
        for (instant, event) in events(&effects) {
            match event {
                Event::Assigned { callback, agent: Some(agent) } => drop(assigned.insert(callback, agent)),
                Event::Assigned { callback, agent: None } | Event::Completed { callback, .. } => {
                    assigned.remove(callback);
                }
                Event::Reserved { callback, agent, .. } => {
                    let own = assigned.get(callback).copied();
                    prop_assert!(own.is_none_or(|own| own == agent), "{callback} at {instant}: {agent}, not {own:?}");
                }
                _ => {}
            }
        }
    }

    #[test]
    fn no_agent_is_above_capacity(center in centers(), history in histories(150)) {
        let (_, effects, _) = straight(&center, &history);
        let capacity: BTreeMap<_, _> = center.agents.iter().map(|agent| (&agent.id, agent.capacity)).collect();
        let mut busy: BTreeMap<&CallbackId, &AgentId> = BTreeMap::new();
        for (_, event) in events(&effects) {
            match event {
                Event::Reserved { callback, agent, .. } => {
                    let held = busy.values().filter(|other| **other == agent).count();
                    prop_assert!(held < capacity[agent] as usize, "{event:?}");
                    busy.insert(callback, agent);
                }
                Event::Returned { callback, .. }
                | Event::Completed { callback, .. }
                | Event::Scheduled { callback, .. }
                | Event::AgentFailed { callback, .. } => {
                    busy.remove(callback);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn effects_are_numbered_without_a_gap_and_time_does_not_go_back(center in centers(), history in histories(150)) {
        let (_, effects, _) = straight(&center, &history);
        for (number, effect) in effects.iter().enumerate() {
            prop_assert_eq!(effect.id.0, number as u64 + 1);
        }
        prop_assert!(effects.is_sorted_by_key(|effect| effect.at));
    }
}

/// The engine without a script can move to another thread.
#[test]
fn the_plain_engine_is_send() {
    fn moves<T: Send>(_: &T) {}
    let center = ringback::center([]);
    moves(&engine(&center));
}
