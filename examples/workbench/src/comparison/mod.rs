//! Two applications, or two centers, on the same traffic: their numbers side by side, who fared otherwise, and the first
//! decision that differs.
//!
//! Everything that a comparison says follows from the traffic and the two sides: it holds no time that the computer took.

mod difference;
mod fared;
mod measures;
mod noted;
mod told;

use std::sync::Arc;
use std::time::Duration as Elapsed;

use ringback_engine::center::{Center, Layout};
use ringback_engine::journal::ApplicationText;
use ringback_engine::protocol::{Effect, EffectKind};
use ringback_engine::{Engine, Instant};
use serde::Serialize;
use serde_json::Value;

use crate::bundle::{self, RhaiApplication};
use crate::facts::{Fact, Facts};
use crate::history::hash;
use crate::summary::{Course, Effort, Summary, Tally};
use crate::world::{Observer, PlayError, Played, Standing, Timed};

pub use difference::{Decided, FirstDecision, FirstEvent};
pub use fared::{Balance, Fared, Pair, Shift, Verdict, WAITS_ALIKE};
pub use measures::{
    MATTERS_COUNT, MATTERS_MILLIS, MATTERS_PER_CENT, MATTERS_SHARE, Measure, Number, measures,
};
pub use noted::{Note, Noted};
pub use told::{assumed, measures_told};

/// Plays the traffic until an instant against an engine.
pub type Play<'a> =
    dyn Fn(&mut Timed<Engine<Noted>>, Instant, &mut dyn Observer) -> Result<Played, PlayError> + 'a;

/// One of the two that are compared.
pub struct Side<'a> {
    /// What people call it.
    pub label: String,
    /// The center.
    pub layout: Arc<Layout>,
    /// The application.
    pub text: ApplicationText,
    /// Plays the traffic.
    pub play: Box<Play<'a>>,
}

/// What became of one side.
pub struct Ran {
    /// The summary.
    pub summary: Summary,
    /// The course.
    pub course: Course,
    /// What became of each request.
    pub facts: Vec<Fact>,
    /// Every question and answer.
    pub notes: Vec<Note>,
    /// Every event, as far as it can be told from others.
    pub marks: Vec<(Instant, u64)>,
    /// What only playing finds to be wrong with the traffic.
    pub played: Played,
}

/// What a comparison says.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The center.
    pub center: String,
    /// What people call the first side.
    pub a: String,
    /// What people call the second.
    pub b: String,
    /// Numbers side by side.
    pub numbers: Vec<Measure>,
    /// Who fared otherwise.
    pub fared: Fared,
    /// How many questions each was asked.
    pub decisions: [usize; 2],
    /// How many events each had.
    pub events: [usize; 2],
    /// The first decision that differs; absent if none does.
    pub first_decision: Option<FirstDecision>,
    /// The first event that differs; absent if none does.
    pub first_event: Option<FirstEvent>,
    /// What is assumed, in sentences.
    pub assumed: Vec<String>,
    /// The summaries of both, without the times that they took.
    pub summaries: [Value; 2],
}

/// Why there is no comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A run stopped.
    Stopped(PlayError),
    /// A side is not the same any more when it is played again: a defect.
    Unsteady,
}

impl From<PlayError> for Obstacle {
    fn from(error: PlayError) -> Self {
        Self::Stopped(error)
    }
}

/// Plays one side to the end. `requests` sees every request.
///
/// # Errors
///
/// The run stopped before its end.
pub fn run(side: &Side<'_>, application: RhaiApplication, also: &mut dyn Observer) -> Result<Ran, PlayError> {
    let mut engine = Timed::new(Engine::new(Arc::clone(&side.layout), Noted::new(application)));
    let (mut tally, mut facts, mut marks) = (Tally::with_course(), Facts::default(), Marks::default());
    let mut watching: Vec<&mut dyn Observer> = vec![&mut tally, &mut facts, &mut marks, also];
    let played = (side.play)(&mut engine, Instant::MAX, &mut watching)?;
    let script = bundle::calls(engine.inner.application().plain());
    let effort = Effort { script, engine_steps: engine.steps, engine: Elapsed::ZERO, wall: Elapsed::ZERO };
    let notes = engine.inner.application_mut().take_notes();
    let course = tally.take_course().unwrap_or_default();
    let summary = tally.summary(effort);
    Ok(Ran { summary, course, facts: facts.into_facts(), notes, marks: marks.marks, played })
}

/// Compares what became of both sides. What decided is found by playing both again to the first difference.
///
/// # Errors
///
/// A side can't be played again.
pub fn compare(
    sides: [&Side<'_>; 2],
    [a, b]: [&Ran; 2],
    assumed: Vec<String>,
) -> Result<Comparison, Obstacle> {
    let (first_decision, first_event) = difference::find(sides, [a, b])?;
    let summary = |ran: &Ran| {
        let mut summary = serde_json::to_value(&ran.summary).unwrap_or_default();
        if let Some(summary) = summary.as_object_mut() {
            summary.remove("wall_seconds");
            summary.remove("engine_seconds");
        }
        summary
    };
    Ok(Comparison {
        center: sides[0].layout.center().name.to_string(),
        a: sides[0].label.clone(),
        b: sides[1].label.clone(),
        numbers: measures(&a.summary, &b.summary),
        fared: Fared::of(&a.facts, &b.facts),
        decisions: [a.notes.len(), b.notes.len()],
        events: [a.marks.len(), b.marks.len()],
        first_decision,
        first_event,
        assumed,
        summaries: [summary(a), summary(b)],
    })
}

impl Comparison {
    /// Whether all decisions and all events are the same.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.first_decision.is_none() && self.first_event.is_none()
    }
}

/// What both centers are told apart by, in words: the first few names of services, queues and agents that one has only.
#[must_use]
pub fn only_in(one: &Center, other: &Center) -> Vec<String> {
    let agents = |center: &Center| center.agents.iter().map(|agent| agent.id.to_string()).collect::<Vec<_>>();
    let services =
        |center: &Center| center.services.iter().map(|own| own.name.to_string()).collect::<Vec<_>>();
    let queues = |center: &Center| center.queues.iter().map(|own| own.name.to_string()).collect::<Vec<_>>();
    let missing = |what: &str, own: Vec<String>, others: Vec<String>| {
        own.into_iter()
            .filter(|name| !others.contains(name))
            .map(|name| format!("{what} `{name}`"))
            .collect::<Vec<_>>()
    };
    [
        missing("service", services(one), services(other)),
        missing("queue", queues(one), queues(other)),
        missing("agent", agents(one), agents(other)),
    ]
    .concat()
}

/// Keeps of every event an instant and a hash.
#[derive(Default)]
struct Marks {
    marks: Vec<(Instant, u64)>,
}

impl Observer for Marks {
    fn effect(&mut self, effect: &Effect, _: Option<&Standing>) {
        if let EffectKind::Event(event) = &effect.kind {
            self.marks.extend(hash(event).map(|hash| (effect.at, hash)));
        }
    }
}
