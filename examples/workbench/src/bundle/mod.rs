//! Bundles: a folder that says everything about one contact center, and for a run one period of traffic.

mod application;
mod diagnosis;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ringback_engine::center::Layout;
use ringback_engine::center::reader::{Located, Reading, read};
use ringback_engine::journal::ApplicationText;

pub use application::{Script, build, calls, diagnoses, runtime};
pub(crate) use diagnosis::render_all;
pub use diagnosis::{Diagnosis, Place};

/// The name of the file that says what does not change during a run.
pub const CENTER: &str = "center.toml";

/// A bundle, as far as it can be read.
pub struct Bundle {
    /// The center, if nothing in `center.toml` is wrong.
    pub layout: Option<Arc<Layout>>,
    /// The application, ready to run, if nothing in it is wrong.
    pub script: Option<Script>,
    /// The application, as text.
    pub application: ApplicationText,
    /// What its author should know; with an error among it, the bundle can't be run.
    pub findings: Vec<Diagnosis>,
}

impl Bundle {
    /// Reads and checks the folder's `center.toml` and the application it names.
    ///
    /// # Errors
    ///
    /// There is no bundle, or it can't be read: what, why, and what to do about it.
    pub fn open(dir: &Path) -> Result<Self, String> {
        let center = text_of_center(dir)?;
        if says_nothing(&center) {
            let message = "the file says nothing; write the center's `name` and `timezone`, a `[[queue]]` and a \
                           `[[service]]`";
            let place = Place { file: CENTER.into(), text: center.as_str().into(), span: 0..0 };
            return Ok(Self::wrong(vec![Diagnosis::error(message, Some(place))]));
        }
        let mut files = |name: &str| inside(dir, name).and_then(|path| file_text(&path));
        let reading = read(&center, &mut files);
        let findings = reading.findings.iter().map(|finding| located(finding, &center)).collect();
        let mut bundle = Self::wrong(findings);
        let (name, source) = match &reading.application {
            None => (String::new(), Ok(String::new())),
            Some(name) => (name.clone(), files(name)),
        };
        match source {
            Ok(source) => {
                bundle.application = ApplicationText::new(runtime(), name, source);
                bundle.add_application(reading, &center);
            }
            Err(cause) => {
                let message = format!("application `{name}`: {cause}; or leave the key `application` out");
                let place = Place::of_value(CENTER, &center, "application");
                bundle.findings.push(Diagnosis::error(message, place));
            }
        }
        Ok(bundle)
    }

    /// Whether something is wrong that keeps it from running.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Diagnosis::is_error)
    }

    fn wrong(findings: Vec<Diagnosis>) -> Self {
        Self { layout: None, script: None, application: ApplicationText::plain(), findings }
    }

    /// Builds the application for the center that was read, and asks what only both together can tell. A script
    /// can't be checked against a center that can't be read.
    fn add_application(&mut self, mut reading: Reading, center: &str) {
        let Some(layout) = reading.layout.take() else { return };
        match build(&self.application, &layout) {
            Ok(script) => {
                self.findings.extend(diagnoses(&self.application, script.warnings()));
                let known = layout.warnings().len();
                let layout = if self.application.name.is_empty() {
                    layout
                } else {
                    let queues = script.literal_queues();
                    let names: Vec<_> = queues.names.iter().cloned().collect();
                    layout.with_script_queues(&names, queues.computed)
                };
                let new = layout.warnings().iter().skip(known);
                self.findings.extend(new.map(|finding| located(&reading.locate(finding), center)));
                self.layout = Some(Arc::new(layout));
                self.script = Some(script);
            }
            Err(faults) => self.findings.extend(faults),
        }
    }
}

fn text_of_center(dir: &Path) -> Result<String, String> {
    if !dir.is_dir() {
        let what = if dir.exists() { "is no folder" } else { "there is no such folder" };
        return Err(format!("{}: {what}; name the folder that holds `{CENTER}`", dir.display()));
    }
    let path = dir.join(CENTER);
    if !path.exists() {
        return Err(format!(
            "{}: no bundle, it has no `{CENTER}`; write one with the center's name, time zone, queues and services",
            dir.display()
        ));
    }
    file_text(&path).map_err(|cause| format!("{}: {cause}", path.display()))
}

fn says_nothing(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

/// The path of a file that a bundle names: inside the folder, so that a bundle is whole wherever it is.
fn inside(dir: &Path, name: &str) -> Result<PathBuf, String> {
    let relative = Path::new(name);
    let plain = relative.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if name.is_empty() || !plain {
        return Err("is outside the bundle; name a file inside its folder".into());
    }
    Ok(dir.join(relative))
}

/// The text of a file.
///
/// # Errors
///
/// Why it can't be read, in words.
pub fn file_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::InvalidData => "is not UTF-8 text".into(),
        _ => format!("can't be read: {error}"),
    })
}

fn located(finding: &Located, text: &str) -> Diagnosis {
    Diagnosis {
        severity: finding.severity,
        message: finding.message.clone(),
        help: None,
        place: Some(Place { file: CENTER.into(), text: text.into(), span: finding.span.clone() }),
    }
}
