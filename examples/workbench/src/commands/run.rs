//! `ringback run`: plays a bundle's traffic.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant as Clock;

use ringback_engine::center::Layout;
use ringback_engine::journal::{ApplicationText, Header};
use ringback_engine::{AgentId, Engine};

use super::{Failure, Outcome, colours, create, unwritable};
use crate::bundle::{Bundle, CENTER, RhaiApplication, calls, render_all};
use crate::event_log::EventLog;
use crate::journal::Recorded;
use crate::progress::Progress;
use crate::streams::{ROSTER, Roster, StreamError, Survey, TRAFFIC, Traffic, survey};
use crate::summary::{Effort, Summary, Tally};
use crate::world::{Observer, Played, Timed, Verbs, play};

/// How many of the bad lines passed over are shown.
const SHOWN_SKIPPED: usize = 5;

const SKIP_HINT: &str = "note: correct these lines, or pass over them with `--skip-bad`\n";

/// A run, as it was asked for.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The bundle.
    pub dir: PathBuf,
    /// Where the event log goes.
    pub events: Option<PathBuf>,
    /// Where the summary goes, as JSON.
    pub summary: Option<PathBuf>,
    /// Where the journal goes.
    pub journal: Option<PathBuf>,
    /// Whether bad lines are passed over.
    pub skip_bad: bool,
}

/// Who may come, and when local times are: what the streams are read with.
struct Reference {
    layout: Arc<Layout>,
    agents: BTreeSet<AgentId>,
}

/// What the first pass over the streams found.
#[derive(Default)]
struct Checked {
    requests: u64,
    /// For standard error: errors and warnings.
    text: String,
    errors: bool,
    bad_lines: bool,
    unreadable: bool,
}

impl Run {
    /// Checks everything, plays, writes what was asked for, and returns the summary for people.
    ///
    /// # Errors
    ///
    /// The bundle is not there or can't be read, something in it is wrong, or a file can't be written.
    pub fn start(&self) -> Outcome {
        let begun = Clock::now();
        let bundle = Bundle::open(&self.dir).map_err(Failure::unreadable)?;
        let reference = bundle.layout.clone().map(Reference::new);
        let checked = self.check_streams(reference.as_ref())?;
        let text = render_all(&bundle.findings, colours()) + checked.text.as_str();
        let has_errors = checked.errors || bundle.has_errors();
        let (Some(reference), Some(application), false) = (reference, bundle.application, has_errors) else {
            return Err(Failure::Found(text));
        };
        if checked.unreadable {
            return Err(Failure::Unreadable(text));
        }
        eprint!("{text}");
        let out = self.summary.as_deref().map(create).transpose()?;

        let (summary, played) = self.play(&reference, application, bundle.text, checked.requests, begun)?;
        if played.bad.count() > 0 {
            if !self.skip_bad {
                return Err(Failure::Found(played.bad.listing("error: ", usize::MAX) + SKIP_HINT));
            }
            eprint!(
                "{}",
                skipped(TRAFFIC, &played.bad.listing("warning: ", SHOWN_SKIPPED), played.bad.count())
            );
        }
        if let (Some(mut out), Some(path)) = (out, &self.summary) {
            let json = serde_json::to_string_pretty(&summary).map_err(Failure::unreadable)?;
            writeln!(out, "{json}").and_then(|()| out.flush()).map_err(|error| unwritable(path, &error))?;
        }
        Ok(summary.to_text())
    }

    fn play(
        &self,
        reference: &Reference,
        application: RhaiApplication,
        text: ApplicationText,
        requests: u64,
        begun: Clock,
    ) -> Result<(Summary, Played), Failure> {
        let mut events = self.events.as_deref().map(create).transpose()?.map(EventLog::new);
        let journal = self.journal.as_deref().map(create).transpose()?;
        let mut tally = Tally::default();
        let mut progress = Progress::new(requests);
        let mut engine = Timed::new(Engine::new(Arc::clone(&reference.layout), application));

        let mut watching: Vec<&mut dyn Observer> = vec![&mut tally, &mut progress];
        if let Some(log) = &mut events {
            watching.push(log);
        }
        let played = match (journal, &self.journal) {
            (Some(out), Some(path)) => {
                let header = Header::new(reference.layout.center().clone(), text);
                let failed = |error: io::Error| unwritable(path, &error);
                let mut recorded = Recorded::begin(&mut engine, &header, out).map_err(failed)?;
                let played = self.play_streams(reference, &mut recorded, &mut watching)?;
                recorded.seal(|engine| engine.inner.state_hash()).map_err(failed)?;
                played
            }
            _ => self.play_streams(reference, &mut engine, &mut watching)?,
        };
        drop(watching);
        progress.finish();
        if let (Some(log), Some(path)) = (events, &self.events) {
            log.finish().map_err(|error| unwritable(path, &error))?;
        }
        let effort = Effort {
            script: calls(engine.inner.application()),
            engine_steps: engine.steps,
            engine: engine.elapsed,
            wall: begun.elapsed(),
        };
        Ok((tally.summary(effort), played))
    }

    fn play_streams(
        &self,
        reference: &Reference,
        engine: &mut impl Verbs,
        watching: &mut dyn Observer,
    ) -> Result<Played, Failure> {
        let traffic = reference.traffic(&self.dir).map_err(Failure::unreadable)?;
        let roster = reference.roster(&self.dir).map_err(Failure::unreadable)?;
        match roster {
            Some(roster) => play(engine, traffic, roster, self.skip_bad, watching),
            None => play(engine, traffic, std::iter::empty(), self.skip_bad, watching),
        }
        .map_err(Failure::unreadable)
    }

    /// Reads both streams to their ends, to find all that is wrong with them before anything is played. Without a
    /// center their lines can't be read, and only whether they are there is asked.
    fn check_streams(&self, reference: Option<&Reference>) -> Result<Checked, Failure> {
        let mut checked = Checked::default();
        if !self.dir.join(TRAFFIC).exists() {
            checked.unreadable = true;
            checked.text.push_str(&format!(
                "error: {}: has no `{TRAFFIC}`, so there is nothing to play; write one with the columns `at`, `id`, \
                 `service` and `phone`\n",
                self.dir.display()
            ));
        }
        let roster_missing = !self.dir.join(ROSTER).exists();
        if roster_missing {
            checked.text.push_str(&format!(
                "warning: {}: has no `{ROSTER}`, so no agent ever logs in; write one with the columns `at`, `agent` \
                 and `event`\n",
                self.dir.display()
            ));
        }
        let Some(reference) = reference else {
            checked.text.push_str(&format!(
                "note: the application, `{TRAFFIC}` and `{ROSTER}` are checked once `{CENTER}` is right\n"
            ));
            return Ok(checked);
        };
        if !checked.unreadable {
            let surveyed = reference.traffic(&self.dir).and_then(|traffic| {
                for (column, meant) in traffic.doubtful_columns() {
                    checked.text.push_str(&format!(
                        "warning: {TRAFFIC}:1: column `{column}` is an attribute of the request; did you mean \
                         `{meant}`?\n"
                    ));
                }
                survey(traffic)
            });
            checked.requests = self.note_survey(TRAFFIC, surveyed, &mut checked)?;
        }
        if !roster_missing {
            let surveyed =
                reference.roster(&self.dir).and_then(|roster| survey(roster.into_iter().flatten()));
            self.note_survey(ROSTER, surveyed, &mut checked)?;
        }
        if checked.bad_lines && !self.skip_bad {
            checked.text.push_str(SKIP_HINT);
        }
        Ok(checked)
    }

    /// Adds what a first pass found to what is said; returns the number of good lines.
    fn note_survey(
        &self,
        file: &str,
        surveyed: Result<Survey, StreamError>,
        checked: &mut Checked,
    ) -> Result<u64, Failure> {
        let survey = match surveyed {
            Ok(survey) => survey,
            Err(error @ StreamError::Unreadable { .. }) => return Err(Failure::unreadable(error)),
            Err(error) => {
                checked.errors = true;
                let lines = error.to_string();
                lines.lines().for_each(|line| checked.text.push_str(&format!("error: {line}\n")));
                return Ok(0);
            }
        };
        if survey.bad.count() > 0 {
            if self.skip_bad {
                let listing = survey.bad.listing("warning: ", SHOWN_SKIPPED);
                checked.text.push_str(&skipped(file, &listing, survey.bad.count()));
            } else {
                checked.errors = true;
                checked.bad_lines = true;
                checked.text.push_str(&survey.bad.listing("error: ", usize::MAX));
            }
        }
        Ok(survey.good)
    }
}

impl Reference {
    fn new(layout: Arc<Layout>) -> Self {
        let agents = layout.center().agents.iter().map(|agent| agent.id.clone()).collect();
        Self { layout, agents }
    }

    fn traffic(&self, dir: &Path) -> Result<Traffic<impl Read + use<>>, StreamError> {
        Traffic::open(open(dir, TRAFFIC)?, self.layout.center().timezone)
    }

    /// The roster, if there is one.
    fn roster(&self, dir: &Path) -> Result<Option<Roster<'_, impl Read + use<>>>, StreamError> {
        if !dir.join(ROSTER).exists() {
            return Ok(None);
        }
        Roster::open(open(dir, ROSTER)?, self.layout.center().timezone, &self.agents).map(Some)
    }
}

fn open(dir: &Path, file: &str) -> Result<BufReader<File>, StreamError> {
    File::open(dir.join(file))
        .map(|file| BufReader::with_capacity(1 << 16, file))
        .map_err(|error| StreamError::Unreadable { file: file.into(), cause: error.to_string() })
}

fn skipped(file: &str, listing: &str, count: u64) -> String {
    let lines = if count == 1 { "line was" } else { "lines were" };
    format!("{listing}warning: {file}: {count} bad {lines} passed over\n")
}
