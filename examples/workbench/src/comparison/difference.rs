//! The first decision and the first event that differ between two runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use ringback_engine::protocol::{Effect, EffectKind, Hook};
use ringback_engine::{CallbackId, Engine, Instant};
use ringback_scripting::trace::Decision;
use serde::Serialize;
use serde_json::Value;
use smol_str::SmolStr;

use super::{Note, Noted, Obstacle, Ran, Side};
use crate::bundle::{self, RhaiApplication};
use crate::event_log::EventLog;
use crate::world::{Observer, Standing, Timed};

/// The first decision that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FirstDecision {
    /// When it was asked of the first.
    #[serde(serialize_with = "as_text")]
    pub at: Instant,
    /// Which hook.
    pub hook: Hook,
    /// About which callback or request.
    pub callback: CallbackId,
    /// What else it was asked about: the kind of event, the agent; else empty.
    pub about: SmolStr,
    /// How many decisions before it were the same on both sides.
    pub same_before: usize,
    /// Whether the runs had gone different ways before, because of the centers' settings.
    pub apart_before: bool,
    /// The answer of the first, and how it came to it.
    pub a: Decided,
    /// That of the second.
    pub b: Decided,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// When it was asked.
    #[serde(serialize_with = "as_text")]
    pub at: Instant,
    /// The name of the script that was asked; empty if there is none.
    pub script: String,
    /// The answer in the words of scripts.
    pub answer: SmolStr,
    /// The lines that ran, with the values read; absent where the script has no such hook, or can't be traced.
    pub decision: Option<Decision>,
}

/// The first event that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FirstEvent {
    /// How many events before it were the same on both sides.
    pub same_before: usize,
    /// The event of the first, as in its log; absent if it has no more.
    pub a: Option<Value>,
    /// That of the second.
    pub b: Option<Value>,
}

/// What is looked for when a side is played again.
#[derive(Clone, Copy)]
struct Wanted {
    decision: Option<usize>,
    event: Option<usize>,
    until: Instant,
}

pub(super) fn find(
    sides: [&Side<'_>; 2],
    [a, b]: [&Ran; 2],
) -> Result<(Option<FirstDecision>, Option<FirstEvent>), Obstacle> {
    let same_notes = a.notes.iter().zip(&b.notes).take_while(|(a, b)| a == b).count();
    let decision = first_decision(&a.notes, &b.notes, same_notes);
    let same_marks = a.marks.iter().zip(&b.marks).take_while(|(a, b)| a == b).count();
    let event = (a.marks.len().max(b.marks.len()) > same_marks).then_some(same_marks);
    if decision.is_none() && event.is_none() {
        return Ok((None, None));
    }
    let wanted = |ran: &Ran, decision: Option<usize>| {
        let asked = decision.and_then(|number| ran.notes.get(number)).map(|note| note.at);
        let happened = event.and_then(|number| ran.marks.get(number)).map(|(at, _)| *at);
        Wanted { decision, event, until: asked.max(happened).unwrap_or(Instant::MIN) }
    };
    let [of_a, of_b] = [decision.map(|(a, _)| a), decision.map(|(_, b)| b)];
    let (decision_a, event_a) = again(sides[0], wanted(a, of_a))?;
    let (decision_b, event_b) = again(sides[1], wanted(b, of_b))?;
    let found = decision.and_then(|(i, j)| {
        let (first, second) = (a.notes.get(i)?, b.notes.get(j)?);
        let decided = |note: &Note, side: &Side<'_>, decision| Decided {
            at: note.at,
            script: side.text.name.clone(),
            answer: note.answer.clone(),
            decision,
        };
        Some(FirstDecision {
            at: first.at,
            hook: first.hook,
            callback: first.callback.clone(),
            about: first.about.clone(),
            same_before: same_notes,
            apart_before: i != same_notes || j != same_notes,
            a: decided(first, sides[0], decision_a),
            b: decided(second, sides[1], decision_b),
        })
    });
    let event = event.map(|same_before| FirstEvent { same_before, a: event_a, b: event_b });
    Ok((found, event))
}

/// The numbers of the first answers that differ: those behind the answers that are the same, if both are to the same question.
/// Where settings led to other questions, the n-th of a kind about a callback is compared with the n-th.
fn first_decision(a: &[Note], b: &[Note], same: usize) -> Option<(usize, usize)> {
    if let (Some(first), Some(second)) = (a.get(same), b.get(same))
        && first.asks_as(second)
    {
        return Some((same, same));
    }
    let mut others: BTreeMap<_, usize> = numbered(b, same).collect();
    numbered(a, same)
        .filter_map(|(key, i)| Some((i, others.remove(&key)?)))
        .find(|(i, j)| a.get(*i).map(|note| &note.answer) != b.get(*j).map(|note| &note.answer))
}

type Question<'a> = (&'a CallbackId, Hook, &'a SmolStr, u32);

fn numbered(notes: &[Note], from: usize) -> impl Iterator<Item = (Question<'_>, usize)> {
    let mut asked: BTreeMap<(&CallbackId, Hook, &SmolStr), u32> = BTreeMap::new();
    notes.iter().enumerate().skip(from).map(move |(number, note)| {
        let times = asked.entry((&note.callback, note.hook, &note.about)).or_default();
        *times += 1;
        ((&note.callback, note.hook, &note.about, *times), number)
    })
}

/// Plays a side again until what is wanted.
fn again(side: &Side<'_>, wanted: Wanted) -> Result<(Option<Decision>, Option<Value>), Obstacle> {
    let build = || -> Result<RhaiApplication, Obstacle> {
        bundle::build(&side.text, &side.layout).map_err(|_| Obstacle::Unsteady)
    };
    let plain = build()?;
    let application = match wanted.decision {
        None => Noted::new(plain),
        // What can't be traced is told without its lines.
        Some(number) => match Noted::tracing(plain, number, build()?) {
            Ok(noted) => noted,
            Err(_) => Noted::new(build()?),
        },
    };
    let mut engine = Timed::new(Engine::new(Arc::clone(&side.layout), application));
    let mut catch = Catch { wanted: wanted.event, seen: 0, caught: None };
    (side.play)(&mut engine, wanted.until, &mut catch)?;
    Ok((engine.inner.application_mut().take_decision(), catch.caught))
}

/// Keeps one event, by its number from 0.
struct Catch {
    wanted: Option<usize>,
    seen: usize,
    caught: Option<Value>,
}

impl Observer for Catch {
    fn effect(&mut self, effect: &Effect, _: Option<&Standing>) {
        if !matches!(effect.kind, EffectKind::Event(_)) {
            return;
        }
        if self.wanted == Some(self.seen) {
            let mut log = EventLog::new(Vec::new());
            log.effect(effect, None);
            self.caught = serde_json::from_slice(&log.finish().unwrap_or_default()).ok();
        }
        self.seen += 1;
    }
}

fn as_text<S: serde::Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}
