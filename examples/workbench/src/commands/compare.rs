//! `ringback compare`: the same traffic through two applications, or two centers.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ringback_engine::center::Layout;
use ringback_engine::journal::{ApplicationText, Header, Line, Reader, Replay};
use ringback_engine::protocol::Command;

use ringback_scripting::Script;
use ringback_scripting::files::parts;

use super::first_pass::{FirstPass, Period, SKIP_HINT, left_unchecked};
use super::replay::{engine, next_line};
use super::{Failure, Outcome, colours, create, unwritable};
use crate::bundle::{Bundle, RhaiApplication, build, file_text, render_all, runtime};
use crate::comparison::{self, Comparison, Obstacle, Play, Ran, Side, assumed, only_in};
use crate::history::History;
use crate::progress::Progress;
use crate::report::{Shown, page_of_two};
use crate::streams::{CHANGES, ROSTER, TRAFFIC};
use crate::world::play_until;

/// A comparison, as it was asked for.
#[derive(Clone, Debug, Default)]
pub struct Compare {
    /// The bundle, or a journal.
    pub dir: PathBuf,
    /// The other application, or the folder of the other center.
    pub with: PathBuf,
    /// Where the report goes, one HTML page with both in every picture.
    pub report: Option<PathBuf>,
    /// Whether all of it is one JSON object.
    pub json: bool,
    /// Whether bad lines are passed over.
    pub skip_bad: bool,
}

/// One side, checked and ready to play.
struct Ready {
    label: String,
    layout: Arc<Layout>,
    text: ApplicationText,
    application: RhaiApplication,
}

impl Compare {
    /// Plays both, writes what was asked for, and returns what is to be said.
    ///
    /// # Errors
    ///
    /// A bundle is not there or can't be read, something in it is wrong, or a file can't be written.
    pub fn start(&self) -> Outcome {
        if self.dir.is_file() {
            return self.start_on_history();
        }
        let (bundle, period, requests) = self.opened(&self.dir)?;
        if !period.has_traffic() {
            return Err(Failure::unreadable(format!(
                "{}: has no `{TRAFFIC}`, so there is nothing to compare on",
                self.dir.display()
            )));
        }
        let a = ready(bundle, &self.dir)?;
        let mut notes = assumed();
        let other;
        let (b, other) = if self.with.is_dir() {
            let (bundle, theirs, _) = self.opened(&self.with)?;
            let b = ready(bundle, &self.with)?;
            other = theirs;
            notes.extend(self.of_other_center(&a, &b));
            (b, Some(&other))
        } else {
            (self.other_script(&a)?, None)
        };
        let (a, b) = labelled(a, b, &self.dir, &self.with);
        let own = |file: &str| other.filter(|_| self.with.join(file).exists()).unwrap_or(&period);
        let (roster, changes) = (own(ROSTER), own(CHANGES));
        let changed = [&period, changes].map(|period| period.changes().unwrap_or_default());
        if changed.iter().flatten().any(|line| is_of_versions(&line.command)) {
            notes.push(format!(
                "each side keeps its script: versions that {CHANGES} deploys or tries are left out"
            ));
        }
        let play_a = self.player((&period, &period, &period));
        let play_b = self.player((&period, roster, changes));
        let (side_a, application_a) = a.side(play_a);
        let (side_b, application_b) = b.side(play_b);
        let ran_a = self.ran(&side_a, application_a, requests)?;
        let ran_b = self.ran(&side_b, application_b, requests)?;
        self.compared([&side_a, &side_b], [&ran_a, &ran_b], notes)
    }

    /// The same with what a journal says that happened.
    fn start_on_history(&self) -> Outcome {
        let (header, history) = history_of(&self.dir)?;
        let layout = Layout::new(header.center.clone())
            .map_err(|_| Failure::unreadable(format!("{}: its center can't be run", self.dir.display())))?;
        let text = header.application;
        let application =
            build(&text, &layout).map_err(|findings| Failure::Found(render_all(&findings, colours())))?;
        let label = if text.name.is_empty() { name_of(&self.dir) } else { text.name.clone() };
        let a = Ready { label, layout: Arc::new(layout), text, application };
        let b = if self.with.is_dir() {
            let (bundle, _, _) = self.opened(&self.with)?;
            ready(bundle, &self.with)?
        } else {
            self.other_script(&a)?
        };
        let b = if b.label == a.label { Ready { label: self.with.display().to_string(), ..b } } else { b };
        let mut notes = assumed();
        notes.extend(assumed_of(&history));
        let requests = history.traffic.len() as u64;
        let (side_a, application_a) = a.side(of_history(&history));
        let (side_b, application_b) = b.side(of_history(&history));
        let ran_a = self.ran(&side_a, application_a, requests)?;
        let ran_b = self.ran(&side_b, application_b, requests)?;
        let same = history.marks.iter().zip(&ran_a.marks).take_while(|(then, now)| then == now).count();
        notes.push(if same == history.marks.len() {
            format!("played anew by its own application, the history comes out as it was, all {same} events")
        } else {
            format!(
                "played anew by its own application, the history comes out as it was for {same} of {} events, and otherwise \
                 from then on: compare A with B, not B with the history",
                history.marks.len()
            )
        });
        self.compared([&side_a, &side_b], [&ran_a, &ran_b], notes)
    }

    /// Compares what was played, and writes what was asked for.
    fn compared(&self, [a, b]: [&Side<'_>; 2], ran: [&Ran; 2], notes: Vec<String>) -> Outcome {
        let zone = a.layout.center().timezone;
        let compared = comparison::compare([a, b], ran, notes).map_err(obstacle)?;
        if let Some(path) = &self.report {
            written(create(path)?, &compared, zone, ran).map_err(|error| unwritable(path, &error))?;
        }
        if self.json {
            let json = serde_json::to_string_pretty(&compared).map_err(Failure::unreadable)?;
            return Ok(json + "\n");
        }
        Ok(compared.to_text(zone))
    }

    /// A bundle without errors, its streams, and how many requests there are.
    fn opened(&self, dir: &Path) -> Result<(Bundle, Period, u64), Failure> {
        let mut bundle = Bundle::open(dir).map_err(Failure::unreadable)?;
        let period = Period::of(dir, &bundle);
        let pass = period.as_ref().map(|period| period.first_pass(self.skip_bad)).transpose()?;
        let FirstPass { requests, findings, notes, untold: _ } = pass.unwrap_or_default();
        bundle.findings.extend(findings);
        let text = [render_all(&bundle.findings, colours()), notes, left_unchecked(&bundle)].concat();
        match period {
            Some(period) if !bundle.has_errors() => {
                eprint!("{text}");
                Ok((bundle, period, requests))
            }
            _ => Err(Failure::Found(text)),
        }
    }

    /// The other application, for the same center.
    fn other_script(&self, a: &Ready) -> Result<Ready, Failure> {
        let shown = self.with.display();
        let source = file_text(&self.with).map_err(|cause| {
            Failure::unreadable(format!(
                "{shown}: {cause}; name another script, or a folder with another center"
            ))
        })?;
        // Functions that the first application shares are there for the other, too.
        let parts = parts(&a.text.source);
        let shared = parts.split_last().map_or(&[][..], |(_, shared)| shared);
        let mut files: Vec<_> = shared.iter().map(|part| (part.name.to_owned(), part.text)).collect();
        files.push((shown.to_string(), source.as_str()));
        let script = Script::of_files(&files).map_err(Failure::found)?;
        let text = ApplicationText::new(runtime(), script.name, script.source);
        let application =
            build(&text, &a.layout).map_err(|findings| Failure::Found(render_all(&findings, colours())))?;
        Ok(Ready { label: name_of(&self.with), layout: Arc::clone(&a.layout), text, application })
    }

    /// What is assumed where the other side is another center.
    fn of_other_center(&self, a: &Ready, b: &Ready) -> Vec<String> {
        let mut notes =
            vec![format!("numbers are read as A's center reads them, and requests are {TRAFFIC} of A")];
        for file in [ROSTER, CHANGES] {
            if self.with.join(file).exists() {
                notes.push(format!("{file} is each side's own"));
            } else if self.dir.join(file).exists() {
                notes.push(format!("{file} is A's, since B has none"));
            }
        }
        let (of_a, of_b) = (a.layout.center(), b.layout.center());
        for (side, names) in [("A", only_in(of_a, of_b)), ("B", only_in(of_b, of_a))] {
            if !names.is_empty() {
                notes.push(format!("only {side} has {}", names.join(", ")));
            }
        }
        notes
    }

    /// Plays the streams of these.
    fn player<'a>(&self, (traffic, roster, changes): (&'a Period, &'a Period, &'a Period)) -> Box<Play<'a>> {
        let skip_bad = self.skip_bad;
        Box::new(move |engine, until, watching| {
            let shifts = roster.roster()?.into_iter().flatten();
            let mut changes = changes.changes()?;
            changes.retain(|line| !is_of_versions(&line.command));
            play_until(engine, (traffic.traffic()?, shifts, changes), until, skip_bad, watching)
        })
    }

    fn ran(&self, side: &Side<'_>, application: RhaiApplication, requests: u64) -> Result<Ran, Failure> {
        let mut progress = Progress::new(requests);
        let ran = comparison::run(side, application, &mut progress).map_err(Failure::unreadable)?;
        progress.finish();
        if ran.played.bad.count() > 0 && !self.skip_bad {
            return Err(Failure::Found(ran.played.bad.listing("error: ", usize::MAX) + SKIP_HINT));
        }
        Ok(ran)
    }
}

impl Ready {
    fn side(self, play: Box<Play<'_>>) -> (Side<'_>, RhaiApplication) {
        let Self { label, layout, text, application } = self;
        (Side { label, layout, text, play }, application)
    }
}

/// The header of a journal, and what it says that the world did.
fn history_of(path: &Path) -> Result<(Header, History), Failure> {
    let shown = path.display();
    let unreadable = |error: io::Error| Failure::unreadable(format!("{shown}: can't be read: {error}"));
    let wrong = |why: String| Failure::found(format!("{shown}: {why}"));
    let mut lines = BufReader::with_capacity(1 << 16, File::open(path).map_err(unreadable)?);
    let mut reader = Reader::new();
    let first = next_line(&mut lines).map_err(unreadable)?;
    let header = reader.header(&first).map_err(|error| wrong(error.to_string()))?;
    header.runs_on(&runtime()).map_err(|error| wrong(error.to_string()))?;
    if header.after.is_some() {
        return Err(wrong("it goes on from a snapshot; a history begins with a new engine".into()));
    }
    let mut replay = Replay::new(engine(&header, path)?);
    let mut history = History::default();
    loop {
        let line = next_line(&mut lines).map_err(unreadable)?;
        if line.is_empty() {
            break;
        }
        if let Line::Entry(entry) = reader.line(&line).map_err(|error| wrong(error.to_string()))? {
            replay.entry(&entry).map_err(|difference| wrong(difference.to_string()))?;
            history.take(&entry, replay.effects());
        }
    }
    history.settle();
    Ok((header, history))
}

/// Plays a history anew.
fn of_history(history: &History) -> Box<Play<'_>> {
    Box::new(|engine, until, watching| {
        let traffic = history.traffic.iter().cloned().map(Ok);
        let roster = history.roster.iter().cloned().map(Ok);
        play_until(engine, (traffic, roster, history.changes.clone()), until, true, watching)
    })
}

/// What is assumed of a history.
fn assumed_of(history: &History) -> Vec<String> {
    let mut notes = vec![
        "requests, rings, outcomes, talks, answers, log-ins and changes are taken from the journal, callback by callback".into(),
    ];
    if history.untold > 0 {
        notes.push(format!(
            "of {} requests the journal has no call or no talk: should there be one, it rings and lasts as long as half of \
             the others at most, and the customer answers",
            history.untold
        ));
    }
    if !history.left_out.is_empty() {
        let kinds = history.left_out.iter().map(|(kind, count)| format!("{count} `{kind}`"));
        notes.push(format!("not taken over: {}", kinds.collect::<Vec<_>>().join(", ")));
    }
    notes
}

/// Whether a command is about versions of the application, of which each side has one.
fn is_of_versions(command: &Command) -> bool {
    matches!(
        command,
        Command::Deploy { .. }
            | Command::Try { .. }
            | Command::Promote
            | Command::EndTrial
            | Command::RollBack
    )
}

fn ready(bundle: Bundle, dir: &Path) -> Result<Ready, Failure> {
    let (Some(layout), Some(application)) = (bundle.layout, bundle.application) else {
        return Err(Failure::Found(render_all(&bundle.findings, colours())));
    };
    let text = bundle.text;
    let label = if text.name.is_empty() { name_of(dir) } else { text.name.clone() };
    Ok(Ready { label, layout, text, application })
}

/// Both with labels that differ: the names of the scripts, else of the folders, else the paths as they were written.
fn labelled(a: Ready, b: Ready, dir: &Path, with: &Path) -> (Ready, Ready) {
    let folders = with.is_dir();
    let names = match (folders, a.label == b.label) {
        (false, false) => (a.label.clone(), b.label.clone()),
        (true, _) if name_of(dir) != name_of(with) => (name_of(dir), name_of(with)),
        (false, true) => (dir.join(&a.text.name).display().to_string(), with.display().to_string()),
        (true, _) => (dir.display().to_string(), with.display().to_string()),
    };
    (Ready { label: names.0, ..a }, Ready { label: names.1, ..b })
}

/// The last part of a path, also of `.`.
fn name_of(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn written(
    mut out: impl Write,
    compared: &Comparison,
    zone: chrono_tz::Tz,
    [a, b]: [&Ran; 2],
) -> std::io::Result<()> {
    let runs = [
        Shown { label: compared.a.clone(), summary: &a.summary, course: &a.course },
        Shown { label: compared.b.clone(), summary: &b.summary, course: &b.course },
    ];
    let page = page_of_two(zone, &runs, compared);
    out.write_all(page.as_bytes())?;
    out.flush()
}

fn obstacle(obstacle: Obstacle) -> Failure {
    match obstacle {
        Obstacle::Stopped(error) => Failure::unreadable(error),
        Obstacle::Unsteady => {
            Failure::unreadable("a side could be built once and not again; this is a defect, report it")
        }
    }
}
