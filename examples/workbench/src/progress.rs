//! A progress bar, for people who wait: on a terminal only, and only once a run has taken a while.

use std::io::IsTerminal;
use std::time::{Duration, Instant as Clock};

use indicatif::{ProgressBar, ProgressStyle};
use ringback_engine::Instant;
use ringback_engine::record::Request;

use crate::world::Observer;

/// How long a run may take before it shows how far it is.
const PATIENCE: Duration = Duration::from_millis(700);

/// How many steps pass between two looks at the clock.
const STRIDE: u64 = 256;

/// How far a run is.
pub struct Progress {
    of: u64,
    done: u64,
    steps: u64,
    begun: Clock,
    bar: Option<ProgressBar>,
    terminal: bool,
}

impl Progress {
    /// Nothing of `of` is done.
    #[must_use]
    pub fn new(of: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { of, done: 0, steps: 0, begun: Clock::now(), bar: None, terminal }
    }

    /// So much more is done.
    pub fn add(&mut self, done: u64) {
        self.done += done;
        self.steps += 1;
        if !self.terminal || !self.steps.is_multiple_of(STRIDE) {
            return;
        }
        if self.bar.is_none() && self.begun.elapsed() > PATIENCE {
            let bar = ProgressBar::new(self.of);
            if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {eta} left") {
                bar.set_style(style);
            }
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Progress {
    fn requested(&mut self, _: Instant, _: &Request) {
        self.add(1);
    }
}
