//! Histories as text: a line for the world, then a line for each step. Whoever has the file can repeat it.

use ringback_engine::center::Center;
use serde::{Deserialize, Serialize};

use super::checker::Breach;
use super::features::Features;
use super::rules::Rules;
use super::run::{Run, Step};

/// What a history happened in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The seed it came from.
    pub seed: u64,
    /// What was going on.
    pub features: Features,
    /// The application.
    pub rules: Rules,
    /// The center.
    pub center: Center,
}

/// A setting, and what happened in it.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The setting.
    pub setting: Setting,
    /// The steps.
    pub steps: Vec<Step>,
}

impl History {
    /// As lines of JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string(&self.setting).expect("serialises");
        for step in &self.steps {
            text.push('\n');
            text.push_str(&serde_json::to_string(step).expect("serialises"));
        }
        text.push('\n');
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    ///
    /// A line is not as written.
    pub fn from_text(text: &str) -> Result<Self, serde_json::Error> {
        let mut lines = text.lines();
        let setting = serde_json::from_str(lines.next().unwrap_or_default())?;
        Ok(Self { setting, steps: lines.map(serde_json::from_str).collect::<Result<_, _>>()? })
    }

    /// Repeats it, with the checker beside it.
    ///
    /// # Errors
    ///
    /// The first breach.
    pub fn replay(&self) -> Result<(), Breach> {
        replay(&self.setting, &self.steps)
    }

    /// The last effects of the last step, a line of JSON each.
    #[must_use]
    pub fn last_effects(&self) -> Vec<String> {
        let effects = std::panic::catch_unwind(|| {
            let mut run = Run::new(&self.setting.center, &self.setting.rules, true, false);
            for step in &self.steps {
                if run.step(step).is_err() {
                    break;
                }
                run.tidy();
            }
            run.effects
        });
        let line = |effect| serde_json::to_string(effect).expect("serialises");
        let effects = effects.unwrap_or_default();
        effects[effects.len().saturating_sub(SHOWN)..].iter().map(line).collect()
    }

    /// The shortest history found that is broken in the same way, by leaving out steps: first halves, then ever
    /// smaller pieces (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002).
    #[must_use]
    pub fn shrunk(self, invariant: u8) -> Self {
        let broken =
            |steps: &[Step]| replay(&self.setting, steps).is_err_and(|breach| breach.invariant == invariant);
        let mut steps = self.steps.clone();
        if !broken(&steps) {
            return self;
        }
        let (mut piece, mut budget) = (steps.len().div_ceil(2), MOST_STEPS);
        while piece > 0 {
            let (mut from, mut shorter) = (0, false);
            while from < steps.len() && budget > 0 {
                budget = budget.saturating_sub(steps.len());
                let to = (from + piece).min(steps.len());
                let without = [&steps[..from], &steps[to..]].concat();
                if broken(&without) {
                    (steps, shorter) = (without, true);
                } else {
                    from = to;
                }
            }
            piece = if piece == 1 && shorter && budget > 0 { 1 } else { piece / 2 };
        }
        Self { setting: self.setting, steps }
    }
}

/// Effects that are shown of a step.
const SHOWN: usize = 20;

/// A search for a shorter history gives up after so many steps of replays.
const MOST_STEPS: usize = 1_000_000;

fn replay(setting: &Setting, steps: &[Step]) -> Result<(), Breach> {
    let done = std::panic::catch_unwind(|| {
        let mut run = Run::new(&setting.center, &setting.rules, true, true);
        for step in steps {
            run.step(step)?;
            run.tidy();
        }
        run.finish(steps)
    });
    done.unwrap_or_else(|panic| Err(Breach { invariant: 0, sentence: said(&*panic) }))
}

/// What a panic said.
pub(super) fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_owned()
}
