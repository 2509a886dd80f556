//! `ringback run`: plays a bundle's traffic.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant as Clock;

use ringback_engine::Engine;
use ringback_engine::center::Layout;
use ringback_engine::journal::{ApplicationText, Header};
use ringback_engine::protocol::{Application, Hook};
use ringback_scripting::Traced;
use ringback_scripting::trace::{Coverage, Keep};

use super::first_pass::{FirstPass, Period, SHOWN_SKIPPED, SKIP_HINT, left_unchecked, skipped};
use super::watch::{watch, whole};
use super::{Failure, Outcome, colours, create, unwritable};
use crate::bundle::{Bundle, calls, render_all};
use crate::coverage;
use crate::event_log::EventLog;
use crate::facts::{self, Facts};
use crate::journal::Recorded;
use crate::progress::Progress;
use crate::report::{Shown, page, plot};
use crate::streams::TRAFFIC;
use crate::summary::{Calls, Course, Effort, Summary, Tally};
use crate::world::{Observer, Played, Timed, Verbs, play_with};

/// A run, as it was asked for.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The bundle.
    pub dir: PathBuf,
    /// Where the event log goes.
    pub events: Option<PathBuf>,
    /// Where the summary goes, as JSON.
    pub summary: Option<PathBuf>,
    /// Where the report goes, one HTML page.
    pub report: Option<PathBuf>,
    /// Where the journal goes.
    pub journal: Option<PathBuf>,
    /// Where it goes which lines of the script were reached, and which answers never made: the script with counts.
    pub coverage: Option<PathBuf>,
    /// Where the facts go, one row a callback, as CSV.
    pub facts: Option<PathBuf>,
    /// Whether bad lines are passed over.
    pub skip_bad: bool,
    /// Whether it is played again whenever a file of the bundle changes.
    pub watch: bool,
}

/// What is played.
struct Stage<'a> {
    period: &'a Period,
    layout: &'a Arc<Layout>,
    text: ApplicationText,
    requests: u64,
    begun: Clock,
}

impl Run {
    /// Checks everything, plays, writes what was asked for, and returns the summary for people.
    ///
    /// # Errors
    ///
    /// The bundle is not there or can't be read, something in it is wrong, or a file can't be written.
    pub fn start(&self) -> Outcome {
        if self.watch && self.dir.is_dir() {
            return watch(self);
        }
        self.play_once().map(|(said, _)| said)
    }

    /// The files that it writes, by paths that are always the same.
    pub(super) fn outputs(&self) -> Vec<PathBuf> {
        let Self { events, summary, report, journal, coverage, facts, .. } = self;
        let all = [events, summary, report, journal, coverage, facts];
        all.into_iter().flatten().map(|path| whole(path)).collect()
    }

    /// Plays once; returns what is said, and the summary.
    pub(super) fn play_once(&self) -> Result<(String, Summary), Failure> {
        let begun = Clock::now();
        let mut bundle = Bundle::open(&self.dir).map_err(Failure::unreadable)?;
        let period = Period::of(&self.dir, &bundle);
        let pass = period.as_ref().map(|period| period.first_pass(self.skip_bad)).transpose()?;
        let FirstPass { requests, findings, notes, untold: _ } = pass.unwrap_or_default();
        bundle.findings.extend(findings);
        let mut text = [render_all(&bundle.findings, colours()), notes, left_unchecked(&bundle)].concat();
        let nothing_to_play = !self.dir.join(TRAFFIC).exists();
        if nothing_to_play {
            text.push_str(&format!(
                "error: {}: has no `{TRAFFIC}`, so there is nothing to play; write one with the columns `at`, `id`, \
                 `service` and `phone`\n",
                self.dir.display()
            ));
        }
        let sound = !bundle.has_errors();
        let (Some(period), Some(layout), Some(application), true) =
            (period, bundle.layout, bundle.application, sound)
        else {
            return Err(Failure::Found(text));
        };
        if nothing_to_play {
            return Err(Failure::Unreadable(text));
        }
        eprint!("{text}");
        let out = self.summary.as_deref().map(create).transpose()?;
        let report = self.report.as_deref().map(create).transpose()?;

        let coverage = self.coverage.as_deref().map(create).transpose()?;
        let script: Arc<str> = bundle.text.source.as_str().into();
        let stage = Stage { period: &period, layout: &layout, text: bundle.text, requests, begun };
        let (summary, course, played, covered) = if coverage.is_some() {
            let traced = Traced::new(application, Keep::Nothing).map_err(Failure::found)?;
            self.play(stage, traced, |traced| (calls(traced.plain()), Some(traced.coverage())))?
        } else {
            self.play(stage, application, |application| (calls(application), None))?
        };
        if played.bad.count() > 0 {
            if !self.skip_bad {
                return Err(Failure::Found(played.bad.listing("error: ", usize::MAX) + SKIP_HINT));
            }
            eprint!("{}", played.bad.listing("warning: ", SHOWN_SKIPPED));
            eprint!("{}", skipped(TRAFFIC, played.bad.count()));
        }
        if let (Some(mut out), Some(path)) = (out, &self.summary) {
            let json = serde_json::to_string_pretty(&summary).map_err(Failure::unreadable)?;
            writeln!(out, "{json}").and_then(|()| out.flush()).map_err(|error| unwritable(path, &error))?;
        }
        let shown = Shown { label: layout.center().name.clone(), summary: &summary, course: &course };
        let drawn = plot(layout.center().timezone, &course);
        if let (Some(mut out), Some(path)) = (report, &self.report) {
            let page = page(&layout.center().name, layout.center().timezone, &shown);
            out.write_all(page.as_bytes())
                .and_then(|()| out.flush())
                .map_err(|error| unwritable(path, &error))?;
        }
        let mut said = summary.to_text();
        if !drawn.is_empty() {
            said.push('\n');
            said.push_str(&drawn);
        }
        if let (Some(mut out), Some(path), Some(covered)) = (coverage, &self.coverage, covered) {
            out.write_all(coverage::listing(&script, &covered).as_bytes())
                .and_then(|()| out.flush())
                .map_err(|error| unwritable(path, &error))?;
            said.push_str(&coverage::told(&covered));
        }
        Ok((said, summary))
    }

    /// Plays with an application; `counted` says what it counted, and what of it was reached.
    fn play<A: Application>(
        &self,
        Stage { period, layout, text, requests, begun }: Stage<'_>,
        application: A,
        counted: impl FnOnce(&A) -> (BTreeMap<Hook, Calls>, Option<Coverage>),
    ) -> Result<(Summary, Course, Played, Option<Coverage>), Failure> {
        let mut events = self.events.as_deref().map(create).transpose()?.map(EventLog::new);
        let journal = self.journal.as_deref().map(create).transpose()?;
        let mut facts = self.facts.as_deref().map(create).transpose()?.map(|out| (out, Facts::default()));
        let mut tally = Tally::with_course();
        let mut progress = Progress::new(requests);
        let mut engine = Timed::new(Engine::new(Arc::clone(layout), application));

        let mut watching: Vec<&mut dyn Observer> = vec![&mut tally, &mut progress];
        if let Some(log) = &mut events {
            watching.push(log);
        }
        if let Some((_, facts)) = &mut facts {
            watching.push(facts);
        }
        let played = match (journal, &self.journal) {
            (Some(out), Some(path)) => {
                let header = Header::new(layout.center().clone(), text);
                let failed = |error: io::Error| unwritable(path, &error);
                let mut recorded = Recorded::begin(&mut engine, &header, out).map_err(failed)?;
                let played = self.play_streams(period, &mut recorded, &mut watching)?;
                recorded.seal(|engine| engine.inner.state_hash()).map_err(failed)?;
                played
            }
            _ => self.play_streams(period, &mut engine, &mut watching)?,
        };
        drop(watching);
        progress.finish();
        if let (Some(log), Some(path)) = (events, &self.events) {
            log.finish().map_err(|error| unwritable(path, &error))?;
        }
        if let (Some((out, facts)), Some(path)) = (facts, &self.facts) {
            facts::write(&facts.into_facts(), layout, out).map_err(|error| unwritable(path, &error))?;
        }
        let (script, covered) = counted(engine.inner.application());
        let effort =
            Effort { script, engine_steps: engine.steps, engine: engine.elapsed, wall: begun.elapsed() };
        let course = tally.take_course().unwrap_or_default();
        Ok((tally.summary(effort), course, played, covered))
    }

    fn play_streams(
        &self,
        period: &Period,
        engine: &mut impl Verbs,
        watching: &mut dyn Observer,
    ) -> Result<Played, Failure> {
        let traffic = period.traffic().map_err(Failure::unreadable)?;
        let roster = period.roster().map_err(Failure::unreadable)?;
        let changes = period.changes().map_err(Failure::unreadable)?;
        let roster = roster.into_iter().flatten();
        play_with(engine, (traffic, roster, changes), self.skip_bad, watching).map_err(Failure::unreadable)
    }
}
