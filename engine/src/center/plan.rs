//! Plans: the steps a callback takes while it waits.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Overflow;
use crate::value::{Ageing, AgentId, Duration, Name, Requirement};

/// The most steps a plan may have.
pub const MAX_STEPS: usize = 32;

/// The steps a callback takes while it waits. What a step leaves out stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Where it begins.
    queue: Name,
    /// In order of their delays; the first has none.
    steps: Vec<Step>,
    /// Ways out of the first queue that a condition opens, each taken at most once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    overflow: Vec<Overflow>,
}

/// What changes in a plan at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Counted from the instant the plan took effect.
    pub after: Duration,
    /// The queue from then on.
    pub queue: Option<Name>,
    /// The requirement from then on.
    pub need: Option<Arc<Requirement>>,
    /// The callback's priority from then on.
    pub priority: Option<i64>,
    /// The ageing from then on, whatever the queue says.
    pub ageing: Option<Ageing>,
    /// Who alone may serve the callback, counted from the instant at which the step is due.
    pub prefer: Option<Preference>,
}

/// An agent who alone may serve a callback for some time, while logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preference {
    /// Who.
    pub agent: AgentId,
    /// How long.
    pub span: Duration,
}

/// Why a step can't be added to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// The delay is before that of the step in front of it.
    Order {
        /// The delay given.
        after: Duration,
        /// That of the step before.
        before: Duration,
    },
    /// There are [`MAX_STEPS`] already.
    TooLong,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order { after, before } => write!(
                f,
                "a step after {after} can't follow one after {before}: delays count from the start of the plan"
            ),
            Self::TooLong => write!(f, "a plan has at most {MAX_STEPS} steps"),
        }
    }
}

impl std::error::Error for PlanError {}

impl Plan {
    /// A plan that begins in a queue and stays there.
    #[must_use]
    pub fn new(queue: impl Into<Name>) -> Self {
        let queue = queue.into();
        Self {
            steps: vec![Step { queue: Some(queue.clone()), ..Step::default() }],
            overflow: Vec::new(),
            queue,
        }
    }

    /// The queue of the first step.
    #[must_use]
    pub fn queue(&self) -> &Name {
        &self.queue
    }

    /// The steps, in order of their delays.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Ways out of the first queue that a condition opens, in the order in which they are asked.
    #[must_use]
    pub fn overflow(&self) -> &[Overflow] {
        &self.overflow
    }

    /// Adds a way out of the first queue that a condition opens.
    pub fn overflow_when(&mut self, edge: Overflow) {
        self.overflow.push(edge);
    }

    /// Begins a step `after` the plan took effect.
    ///
    /// # Errors
    ///
    /// The delay goes back (the first step has none), or the plan is full.
    pub fn after(&mut self, after: Duration) -> Result<(), PlanError> {
        let before = self.steps.last().map_or(Duration::ZERO, |step| step.after);
        if after < before {
            return Err(PlanError::Order { after, before });
        }
        if self.steps.len() >= MAX_STEPS {
            return Err(PlanError::TooLong);
        }
        self.steps.push(Step { after, ..Step::default() });
        Ok(())
    }

    /// The step begun last, to be changed. `None` never happens: a plan has at least one step.
    pub fn last(&mut self) -> Option<&mut Step> {
        self.steps.last_mut()
    }

    /// Sets whom the first step prefers.
    pub fn prefer_at_first(&mut self, preference: Preference) {
        if let Some(step) = self.steps.first_mut() {
            step.prefer = Some(preference);
        }
    }

    /// Sets the queue of the step begun last.
    pub fn go_to(&mut self, queue: impl Into<Name>) {
        let queue = queue.into();
        if self.steps.len() == 1 {
            self.queue = queue.clone();
        }
        if let Some(step) = self.last() {
            step.queue = Some(queue);
        }
    }
}

/// A limit that the `throttle` hook names: at most `max` admitted requests with this key in any `per`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// What is counted; any text.
    pub key: SmolStr,
    /// How many, at most [`Limit::MAX`].
    pub max: u32,
    /// In which time, at most [`Limit::LONGEST`].
    pub per: Duration,
}

impl Limit {
    /// The most that a limit may allow.
    pub const MAX: u32 = 10_000;
    /// The longest time a limit may look back.
    pub const LONGEST: Duration = Duration::from_days(31);
    /// The most limits one request may have.
    pub const PER_REQUEST: usize = 8;

    /// Why these can't be the limits of one request, if they can't.
    #[must_use]
    pub fn obstacle(limits: &[Self]) -> Option<String> {
        if limits.len() > Self::PER_REQUEST {
            return Some(format!(
                "{} limits for one request; give at most {}",
                limits.len(),
                Self::PER_REQUEST
            ));
        }
        limits.iter().find_map(|Self { key, max, per }| {
            if *max > Self::MAX {
                Some(format!("limit `{key}`: {max} requests; give at most {}", Self::MAX))
            } else if *per > Self::LONGEST {
                Some(format!("limit `{key}`: in {per}; give at most {}", Self::LONGEST))
            } else {
                None
            }
        })
    }
}
