//! The first pass over a bundle's streams, before anything is played: all that is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;
use ringback_engine::center::{Layout, did_you_mean, stale_zones};
use ringback_engine::{AgentId, Instant, Name};

use super::Failure;
use super::source_lines::SourceLines;
use crate::bundle::{Bundle, CENTER, Diagnosis, other_version};
use crate::streams::{
    CHANGES, ChangeLine, Changes, ROSTER, Roster, StreamError, Survey, TRAFFIC, Traffic, TrafficLine, survey,
};

/// How many of the bad lines passed over are shown.
pub(super) const SHOWN_SKIPPED: usize = 5;

/// How many of the services that nobody knows are told.
const SHOWN_SERVICES: usize = 10;

pub(super) const SKIP_HINT: &str =
    "note: correct these lines, or let `run` pass over them with `--skip-bad`\n";

/// The text of a script by its name, or why there is none.
type ScriptTexts = Box<dyn Fn(&str) -> Result<String, String>>;

/// The streams of a bundle, and what they are read with.
pub(super) struct Period {
    dir: PathBuf,
    zone: Tz,
    layout: Option<Arc<Layout>>,
    /// Those who may come; unknown while the center is not right.
    agents: Option<BTreeSet<AgentId>>,
    /// Services that can be asked; unknown while the center is not right.
    services: Option<BTreeSet<Name>>,
    /// Gives the texts of applications that changes name.
    scripts: ScriptTexts,
}

/// What the first pass over the streams found.
#[derive(Default)]
pub(super) struct FirstPass {
    /// Good lines of the traffic.
    pub(super) requests: u64,
    /// What their author should know.
    pub(super) findings: Vec<Diagnosis>,
    /// What is to be said after the findings: how many there are beyond those told, and what to do.
    pub(super) notes: String,
    /// Bad lines that are errors and not among the findings.
    pub(super) untold: u64,
}

impl Period {
    /// `None` if even the zone of local times is unknown, so that no line can be read.
    pub(super) fn of(dir: &Path, bundle: &Bundle) -> Option<Self> {
        let center = bundle.layout.as_deref().map(Layout::center);
        let (folder, layout) = (dir.to_owned(), bundle.layout.clone());
        Some(Self {
            scripts: Box::new(move |name| other_version(&folder, name, layout.as_deref())),
            dir: dir.to_owned(),
            zone: bundle.timezone?,
            layout: bundle.layout.clone(),
            agents: center.map(|center| center.agents.iter().map(|agent| agent.id.clone()).collect()),
            services: center.map(|center| center.services.iter().map(|s| s.name.clone()).collect()),
        })
    }

    pub(super) fn has_traffic(&self) -> bool {
        self.dir.join(TRAFFIC).exists()
    }

    pub(super) fn traffic(&self) -> Result<Traffic<impl Read + use<>>, StreamError> {
        let traffic = Traffic::open(open(&self.dir, TRAFFIC)?, self.zone)?;
        Ok(match &self.layout {
            Some(layout) => traffic.of_center(layout.center()),
            None => traffic,
        })
    }

    /// The roster, if there is one.
    pub(super) fn roster(&self) -> Result<Option<Roster<'_, impl Read + use<>>>, StreamError> {
        if !self.dir.join(ROSTER).exists() {
            return Ok(None);
        }
        Roster::open(open(&self.dir, ROSTER)?, self.zone, self.agents.as_ref()).map(Some)
    }

    /// What people of the center do, if somebody wrote it down; bad lines are left out.
    pub(super) fn changes(&self) -> Result<Vec<ChangeLine>, StreamError> {
        let good = |line| match line {
            Err(StreamError::Bad(_)) => None,
            line => Some(line),
        };
        self.change_lines()?.into_iter().flatten().filter_map(good).collect()
    }

    fn change_lines(&self) -> Result<Option<Changes<'_, impl Read + use<>>>, StreamError> {
        if !self.dir.join(CHANGES).exists() {
            return Ok(None);
        }
        let center = self.layout.as_deref().map(Layout::center);
        Changes::open(open(&self.dir, CHANGES)?, self.zone, center, &*self.scripts).map(Some)
    }

    /// Reads those streams that are there to their ends.
    ///
    /// # Errors
    ///
    /// A file can't be read.
    pub(super) fn first_pass(&self, skip_bad: bool) -> Result<FirstPass, Failure> {
        let mut pass = FirstPass::default();
        let mut bad_lines = false;
        if self.has_traffic() {
            let lines = self.source_lines(TRAFFIC);
            let mut unknown = UnknownServices::default();
            let mut latest = Instant::MIN;
            let surveyed = self.traffic().and_then(|traffic| {
                pass.findings.extend(doubtful(&traffic, &lines));
                survey(traffic.inspect(|line| {
                    if let Ok(TrafficLine { at, request, .. }) = line {
                        latest = latest.max(*at).max(request.desired.unwrap_or(*at));
                    }
                    unknown.see(line, self.services.as_ref());
                }))
            });
            if let Some(stale) = stale_zones(latest) {
                let message = format!("{TRAFFIC}: goes on until {latest}, but {stale}");
                pass.findings.push(Diagnosis::warning(message, None));
            }
            pass.findings.extend(unknown.findings(&lines, self.services.as_ref()));
            pass.requests = pass.take(surveyed, &lines, skip_bad, &mut bad_lines)?;
            if !self.dir.join(ROSTER).exists() {
                let message = format!(
                    "{}: has no `{ROSTER}`, so no agent ever logs in; write one with the columns `at`, `agent` and \
                     `event`",
                    self.dir.display()
                );
                pass.findings.push(Diagnosis::warning(message, None));
            }
        }
        let surveyed = self.roster().and_then(|roster| survey(roster.into_iter().flatten()));
        pass.take(surveyed, &self.source_lines(ROSTER), skip_bad, &mut bad_lines)?;
        let surveyed = self.change_lines().and_then(|changes| survey(changes.into_iter().flatten()));
        pass.take(surveyed, &self.source_lines(CHANGES), skip_bad, &mut bad_lines)?;
        if bad_lines {
            pass.notes.push_str(SKIP_HINT);
        }
        Ok(pass)
    }

    fn source_lines(&self, file: &'static str) -> SourceLines {
        SourceLines::new(&self.dir, file)
    }
}

impl FirstPass {
    /// Takes in what a stream's survey found; returns the number of good lines.
    fn take(
        &mut self,
        surveyed: Result<Survey, StreamError>,
        lines: &SourceLines,
        skip_bad: bool,
        bad_lines: &mut bool,
    ) -> Result<u64, Failure> {
        let Survey { good, bad } = match surveyed {
            Ok(survey) => survey,
            Err(StreamError::Header { causes, .. }) => {
                let place = lines.whole(1);
                self.findings.extend(causes.into_iter().map(|cause| Diagnosis::error(cause, place.clone())));
                return Ok(0);
            }
            Err(error) => return Err(Failure::unreadable(error)),
        };
        if bad.count() == 0 {
            return Ok(good);
        }
        let file = lines.file();
        if skip_bad {
            let shown = bad.first().iter().take(SHOWN_SKIPPED);
            self.findings.extend(
                lines.of(shown).map(|(bad, place)| Diagnosis::warning(bad.cause.clone(), Some(place))),
            );
            self.notes.push_str(&skipped(file, bad.count()));
        } else {
            *bad_lines = true;
            self.findings.extend(
                lines
                    .of(bad.first().iter())
                    .map(|(bad, place)| Diagnosis::error(bad.cause.clone(), Some(place))),
            );
            self.untold += bad.unlisted();
            if bad.unlisted() > 0 {
                self.notes.push_str(&format!("error: {file}: and {} more bad lines\n", bad.unlisted()));
            }
        }
        Ok(good)
    }
}

/// What is said while the center is not right; empty if it is.
pub(super) fn left_unchecked(bundle: &Bundle) -> String {
    match (&bundle.layout, bundle.timezone) {
        (Some(_), _) => String::new(),
        (None, Some(_)) => format!(
            "note: what the application, `{TRAFFIC}` and `{ROSTER}` name is looked up once `{CENTER}` is right\n"
        ),
        (None, None) => {
            format!("note: `{TRAFFIC}` and `{ROSTER}` are checked once `{CENTER}` has a `timezone`\n")
        }
    }
}

/// That bad lines were passed over.
pub(super) fn skipped(file: &str, count: u64) -> String {
    let lines = if count == 1 { "line was" } else { "lines were" };
    format!("warning: {file}: {count} bad {lines} passed over\n")
}

/// Columns that are attributes, and nearly have the name of one with a meaning.
fn doubtful<R: Read>(traffic: &Traffic<R>, lines: &SourceLines) -> Vec<Diagnosis> {
    let warning = |(column, meant): (smol_str::SmolStr, &str)| {
        let message = format!("column `{column}` is an attribute of the request; did you mean `{meant}`?");
        Diagnosis::warning(message, lines.header(&column))
    };
    traffic.doubtful_columns().into_iter().map(warning).collect()
}

/// Services that requests ask and the center does not have: the first line of each, and how many ask.
#[derive(Default)]
struct UnknownServices(BTreeMap<Name, (u64, u64)>);

impl UnknownServices {
    fn see(&mut self, line: &Result<TrafficLine, StreamError>, known: Option<&BTreeSet<Name>>) {
        let (Ok(line), Some(known)) = (line, known) else { return };
        let service = &line.request.service;
        if known.contains(service) {
            return;
        }
        if let Some((_, asked)) = self.0.get_mut(service) {
            *asked += 1;
        } else if self.0.len() < SHOWN_SERVICES {
            self.0.insert(service.clone(), (line.line, 1));
        }
    }

    fn findings(self, lines: &SourceLines, known: Option<&BTreeSet<Name>>) -> Vec<Diagnosis> {
        let warning = |(service, (line, asked)): (Name, (u64, u64))| {
            let hint = did_you_mean(&service, known.into_iter().flatten().map(Name::as_str));
            let requests = if asked == 1 { "1 request asks" } else { &format!("{asked} requests ask") };
            let message = format!("unknown service `{service}`{hint}; {requests} it and will be rejected");
            Diagnosis::warning(message, lines.field(line, &service))
        };
        self.0.into_iter().map(warning).collect()
    }
}

fn open(dir: &Path, file: &str) -> Result<BufReader<File>, StreamError> {
    File::open(dir.join(file))
        .map(|file| BufReader::with_capacity(1 << 16, file))
        .map_err(|error| StreamError::Unreadable { file: file.into(), cause: error.to_string() })
}
