//! Bundles: a folder that says everything about one contact center, and for a run one period of traffic.

mod application;
mod diagnosis;

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;
use ringback_engine::Name;
use ringback_engine::center::reader::{Located, Reading, read};
use ringback_engine::center::{Finding, Layout, Severity};
use ringback_engine::journal::ApplicationText;

pub(crate) use application::place;
pub use application::{build, calls, runtime};
pub(crate) use diagnosis::render_all;
pub use diagnosis::{Diagnosis, Place};
pub use ringback_scripting::RhaiApplication;
use ringback_scripting::Script;

/// The name of the file that says what does not change during a run.
pub const CENTER: &str = "center.toml";

/// A bundle, as far as it can be read.
pub struct Bundle {
    /// The center, if nothing in `center.toml` is wrong.
    pub layout: Option<Arc<Layout>>,
    /// The center's zone, if that could be read, whatever else is wrong.
    pub timezone: Option<Tz>,
    /// The application, ready to run, if nothing in it is wrong.
    pub application: Option<RhaiApplication>,
    /// The application, as text.
    pub text: ApplicationText,
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
        let center: Arc<str> = text_of_center(dir)?.into();
        let text = ApplicationText::new(runtime(), "", "");
        let mut bundle = Self { layout: None, timezone: None, application: None, text, findings: Vec::new() };
        if says_nothing(&center) {
            let message = "the file says nothing; write the center's `name` and `timezone`, a `[[queue]]` and a \
                           `[[service]]`";
            let place = Place::new(CENTER, center, 0..0);
            bundle.findings.push(Diagnosis::error(message, Some(place)));
            return Ok(bundle);
        }
        let mut files = |name: &str| inside(dir, name).and_then(|path| file_text(&path));
        let mut reading = read(&center, &mut files);
        bundle.timezone = reading.timezone;
        let findings = std::mem::take(&mut reading.findings);
        bundle.findings.extend(findings.into_iter().map(|finding| located(finding, &center)));
        match application::text(&reading.application, &mut files) {
            Ok(text) => bundle.text = text,
            Err(messages) => {
                for message in messages {
                    let finding = Finding { severity: Severity::Error, path: "application".into(), message };
                    bundle.findings.push(located(reading.locate(&finding), &center));
                }
                bundle.layout = reading.layout.map(Arc::new);
                return Ok(bundle);
            }
        }
        match reading.layout.take() {
            Some(layout) => bundle.build(layout, &reading, &center),
            // The names that its script takes from the center are looked up once the center is right.
            None => bundle.findings.extend(application::check_alone(&bundle.text)),
        }
        Ok(bundle)
    }

    /// Whether something is wrong that keeps it from running.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Diagnosis::is_error)
    }

    /// Builds the application for the center. Only then is known which queues nobody reaches.
    fn build(&mut self, layout: Layout, reading: &Reading, center: &Arc<str>) {
        let application = match build(&self.text, &layout) {
            Ok(application) => application,
            Err(faults) => {
                self.findings.extend(faults);
                self.layout = Some(Arc::new(layout));
                return;
            }
        };
        self.findings.extend(application::warnings(&application, &self.text));
        let known = layout.warnings().len();
        let layout = if self.text.name.is_empty() {
            layout
        } else {
            let queues = application.literal_queues();
            let names: Vec<Name> = queues.names.iter().cloned().collect();
            layout.with_script_queues(&names, queues.computed)
        };
        let later = layout.warnings().iter().skip(known);
        self.findings.extend(later.map(|finding| located(reading.locate(finding), center)));
        self.layout = Some(Arc::new(layout));
        self.application = Some(application);
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
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if name.is_empty() || !plain {
        return Err("is outside the bundle; name a file inside its folder".into());
    }
    Ok(dir.join(relative))
}

/// The text of an application in a bundle's folder, which must check where the center is known.
///
/// # Errors
///
/// Why it can't be used: what is wrong with it, if it can be read.
pub fn other_version(dir: &Path, name: &str, layout: Option<&Layout>) -> Result<String, String> {
    let source =
        inside(dir, name).and_then(|path| file_text(&path)).map_err(|cause| format!("`{name}` {cause}"))?;
    let Some(layout) = layout else { return Ok(source) };
    match RhaiApplication::new(Script::new(name, source.clone()), layout) {
        Ok(_) => Ok(source),
        Err(findings) => {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            Err(format!("`{name}` does not check; {}", findings.join("; ")))
        }
    }
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

fn located(finding: Located, text: &Arc<str>) -> Diagnosis {
    let Located { severity, span, message, .. } = finding;
    Diagnosis { severity, message, help: None, place: Some(Place::new(CENTER, Arc::clone(text), span)) }
}
