//! `ringback import`: other programs' records become a bundle.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono_tz::Tz;
use ringback_engine::Country;

use super::{Failure, Outcome, colours, unwritable};
use crate::bundle::{Bundle, file_text, render_all};
use crate::import::{About, Draft, Mapping, anonymous_bank, csv, queue_log};

/// How many lines that can't be used are told; the file has all of them.
const SHOWN: usize = 20;

/// The file that says which lines could not be used.
const UNUSABLE: &str = "unusable.txt";

/// What is imported.
#[derive(Clone, Debug)]
pub enum Source {
    /// Asterisk's `queue_log`.
    QueueLog {
        /// The file.
        file: PathBuf,
        /// The center's zone.
        timezone: String,
        /// The country of numbers that are written without one.
        country: String,
    },
    /// A CSV file, and what its columns mean.
    Csv {
        /// The file.
        file: PathBuf,
        /// The mapping.
        mapping: PathBuf,
    },
    /// The calls of the anonymous bank.
    AnonymousBank {
        /// The file.
        file: PathBuf,
    },
}

/// Writes the bundle into a folder, and returns what was found, what is assumed, and what to do next.
///
/// # Errors
///
/// A file can't be read, nothing in it can be used, or one of the bundle is there already.
pub fn import(source: &Source, into: &Path) -> Outcome {
    let (Source::QueueLog { file, .. } | Source::Csv { file, .. } | Source::AnonymousBank { file }) = source;
    let read = |path: &Path| {
        file_text(path).map_err(|cause| Failure::unreadable(format!("{}: {cause}", path.display())))
    };
    let text = read(file)?;
    let of_file = |why: String| Failure::found(format!("{}:{why}", file.display()));
    let draft = match source {
        Source::QueueLog { timezone, country, .. } => queue_log(&text, about(file, timezone, country)?),
        Source::Csv { mapping, .. } => {
            let of_mapping = |why: String| Failure::found(format!("{}: {why}", mapping.display()));
            let read = Mapping::read(&read(mapping)?).map_err(of_mapping)?;
            read.about().map_err(of_mapping)?;
            csv(&text, &read).map_err(of_file)?
        }
        Source::AnonymousBank { .. } => anonymous_bank(&text).map_err(of_file)?,
    };
    written(draft, file, into)
}

fn about(file: &Path, timezone: &str, country: &str) -> Result<About, Failure> {
    let zone = Tz::from_str(timezone).map_err(|_| {
        Failure::unreadable(format!(
            "--timezone: there is no zone `{timezone}`; write one as `Europe/Berlin`"
        ))
    })?;
    let country = Country::new(country).ok_or_else(|| {
        Failure::unreadable(format!("--country: `{country}` is no code of two letters, as `DE`"))
    })?;
    let name = file.file_stem().map_or_else(|| "Imported".into(), |stem| stem.to_string_lossy().into_owned());
    Ok(About { name, zone, country })
}

fn written(draft: Draft, file: &Path, into: &Path) -> Outcome {
    let (requests, shown) = (draft.asked.len(), into.display());
    let unusable: Vec<String> =
        draft.unusable.iter().map(|one| format!("{}:{one}\n", file.display())).collect();
    let mut told: String = unusable.iter().take(SHOWN).map(|line| format!("warning: {line}")).collect();
    if requests == 0 {
        let message = format!("error: {}: no line of it can be used\n", file.display());
        return Err(Failure::Found([told, message].concat()));
    }
    let mut files = draft.files().to_vec();
    let assumed: Vec<String> = assumed(&files[0].1);
    if !unusable.is_empty() {
        files.push((UNUSABLE, unusable.concat()));
    }
    if let Some((taken, _)) = files.iter().find(|(name, _)| into.join(name).symlink_metadata().is_ok()) {
        return Err(Failure::unreadable(format!(
            "{shown}: has a `{taken}` already, and nothing is overwritten; name another folder"
        )));
    }
    fs::create_dir_all(into).map_err(|error| unwritable(into, &error))?;
    for (name, text) in &files {
        let path = into.join(name);
        let mut options = OpenOptions::new();
        let made = options.write(true).create_new(true).open(&path);
        made.and_then(|mut out| out.write_all(text.as_bytes())).map_err(|error| unwritable(&path, &error))?;
    }
    if unusable.len() > SHOWN {
        told.push_str(&format!("warning: and {} more; {UNUSABLE} has all\n", unusable.len() - SHOWN));
    }
    eprint!("{told}");
    let bundle = Bundle::open(into).map_err(Failure::unreadable)?;
    if bundle.has_errors() {
        return Err(Failure::Found(render_all(&bundle.findings, colours())));
    }
    let agents = bundle.layout.map_or(0, |layout| layout.center().agents.len());
    let assumed: String = assumed.iter().map(|one| format!("  - {one}\n")).collect();
    let lines = if unusable.len() == 1 { "line" } else { "lines" };
    Ok(format!(
        "{shown}: {requests} requests, {agents} agents; {} {lines} could not be used\nassumed\n{assumed}next: `ringback check \
         {shown}`, `ringback run {shown}`; center.toml has the settings, app.rhai the rules\n",
        unusable.len()
    ))
}

/// What `center.toml` says is assumed.
fn assumed(center: &str) -> Vec<String> {
    center.lines().filter_map(|line| line.strip_prefix("#   - ")).map(str::to_owned).collect()
}
