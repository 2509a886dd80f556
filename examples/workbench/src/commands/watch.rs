//! `ringback run --watch`: plays again whenever a file of the bundle is saved.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::run::Run;
use super::{Failure, Outcome};
use crate::comparison::{Measure, measures, measures_told};
use crate::summary::Summary;

/// How long it is between two looks at the files.
const PAUSE: Duration = Duration::from_millis(150);

/// How deep in the folder files are looked at.
const DEEPEST: usize = 4;

/// The files that a bundle may be of.
const ENDINGS: [&str; 3] = ["toml", "rhai", "csv"];

/// When files were saved, and how long they are.
type Files = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// What was seen of the files.
#[derive(Debug, Default)]
struct Watched {
    /// As they were when the bundle was played.
    played: Option<Files>,
    /// As they were at the last look.
    seen: Files,
}

impl Watched {
    /// Looks at the files. Answers which changed since the bundle was played, once nobody is writing them any more: as they
    /// are at two looks in a row. At the first look, none, and the bundle is to be played.
    fn look(&mut self, files: Files) -> Option<Vec<PathBuf>> {
        let still = self.seen == files;
        self.seen.clone_from(&files);
        let Some(played) = &self.played else {
            self.played = Some(files);
            return Some(Vec::new());
        };
        if !still || *played == files {
            return None;
        }
        let names = played.keys().chain(files.keys());
        let mut changed: Vec<PathBuf> =
            names.filter(|name| played.get(*name) != files.get(*name)).cloned().collect();
        changed.sort();
        changed.dedup();
        self.played = Some(files);
        Some(changed)
    }
}

/// Plays, and again after each change, until it is stopped. What is wrong with the bundle is told, and waited to be put right.
///
/// # Errors
///
/// Standard output can't be written.
pub(super) fn watch(run: &Run) -> Outcome {
    let own = run.outputs();
    let (mut watched, mut last) = (Watched::default(), None);
    loop {
        if let Some(changed) = watched.look(files(&run.dir, &own)) {
            let (text, summary) = turn(run, &changed, last.as_ref());
            let mut out = io::stdout().lock();
            match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                // Whoever read is gone, and with them the reason to go on.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(String::new()),
                written => {
                    written.map_err(|error| Failure::unreadable(format!("standard output: {error}")))?
                }
            }
            last = summary.or(last);
        }
        std::thread::sleep(PAUSE);
    }
}

/// One turn: what is said, and the summary of a run that there was.
fn turn(run: &Run, changed: &[PathBuf], last: Option<&Summary>) -> (String, Option<Summary>) {
    let names: Vec<String> = changed
        .iter()
        .map(|path| format!("`{}`", path.strip_prefix(&run.dir).unwrap_or(path).display()))
        .collect();
    let mut text = String::new();
    if !names.is_empty() {
        text.push_str(&format!("\n--- {} changed\n", names.join(", ")));
    }
    match run.play_once() {
        Ok((said, summary)) => {
            text.push_str(&said);
            if let Some(last) = last {
                text.push_str(&difference(&measures(last, &summary)));
            }
            text.push_str("\nwaiting for changes; Ctrl-C ends it\n");
            (text, Some(summary))
        }
        Err(failure) => {
            eprint!("{failure}");
            text.push_str("\nnot played; waiting for changes; Ctrl-C ends it\n");
            (text, None)
        }
    }
}

/// What matters of the difference to the last result.
fn difference(all: &[Measure]) -> String {
    let matter: Vec<Measure> = all.iter().filter(|measure| measure.matters).cloned().collect();
    if matter.is_empty() {
        return "\nnothing that matters differs from the last result\n".into();
    }
    format!("\nwhat matters of the difference to the last result, A\n{}", measures_told(&matter))
}

/// The files of a bundle, but for those that the run writes.
fn files(dir: &Path, own: &[PathBuf]) -> Files {
    let mut found = Files::new();
    let mut folders = vec![(dir.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(about) = path.metadata() else { continue };
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if about.is_dir() && depth < DEEPEST {
                folders.push((path, depth + 1));
            } else if ENDINGS.contains(&ending) && !own.contains(&whole(&path)) {
                found.insert(path, (about.modified().ok(), about.len()));
            }
        }
    }
    found
}

/// A path that the same file always has; of one that is not there yet, by its folder's.
pub(super) fn whole(path: &Path) -> PathBuf {
    let by_folder = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(by_folder).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: &[(&str, u64)]) -> Files {
        let time = |seconds: u64| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        seconds.iter().map(|(name, seconds)| (PathBuf::from(name), (time(*seconds), 7))).collect()
    }

    #[test]
    fn a_change_is_told_once_and_only_when_nobody_writes_any_more() {
        let mut watched = Watched::default();
        assert_eq!(watched.look(at(&[("a", 1), ("b", 1)])), Some(vec![]), "the first look plays");
        assert_eq!(watched.look(at(&[("a", 1), ("b", 1)])), None);
        assert_eq!(watched.look(at(&[("a", 2), ("b", 1)])), None, "it may still be written");
        assert_eq!(watched.look(at(&[("a", 3), ("b", 1)])), None);
        assert_eq!(watched.look(at(&[("a", 3), ("b", 1)])), Some(vec!["a".into()]));
        assert_eq!(watched.look(at(&[("a", 3), ("b", 1)])), None, "once");
        assert_eq!(watched.look(at(&[("a", 3), ("c", 1)])), None);
        assert_eq!(watched.look(at(&[("a", 3), ("c", 1)])), Some(vec!["b".into(), "c".into()]));
        // Changed and back again before it was played: nothing to do.
        assert_eq!(watched.look(at(&[("a", 4), ("c", 1)])), None);
        assert_eq!(watched.look(at(&[("a", 3), ("c", 1)])), None);
        assert_eq!(watched.look(at(&[("a", 3), ("c", 1)])), None);
    }

    #[test]
    fn files_that_the_run_writes_are_none_of_the_bundle() {
        let dir = std::env::temp_dir().join(format!("ringback-watch-{}", std::process::id()));
        fs::create_dir_all(dir.join("data")).unwrap();
        for name in ["app.rhai", "center.toml", "facts.csv", "data/vip.csv", "notes.txt"] {
            fs::write(dir.join(name), "x").unwrap();
        }
        let own = [whole(&dir.join("facts.csv"))];
        let names: Vec<String> = files(&dir, &own)
            .keys()
            .map(|path| path.strip_prefix(&dir).unwrap().display().to_string())
            .collect();
        assert_eq!(names, ["app.rhai", "center.toml", "data/vip.csv"]);
        fs::remove_dir_all(&dir).unwrap();
    }
}
