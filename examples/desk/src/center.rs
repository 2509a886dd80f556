//! The center that the desk runs: a bundle's `center.toml` and script, from a folder or the sample within the program.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use ringback_engine::center::reader::read;
use ringback_engine::center::{Layout, Severity};
use ringback_scripting::{RhaiApplication, Script};
use serde::{Deserialize, Serialize};

/// The texts of a center, as they are kept in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Texts {
    /// The text of `center.toml`.
    pub(crate) center: String,
    /// The script's file name.
    pub(crate) script_name: String,
    /// The script; empty if the center has none.
    pub(crate) script: String,
}

impl Texts {
    /// The sample center.
    pub(crate) fn sample() -> Self {
        Self {
            center: include_str!("../center/center.toml").into(),
            script_name: "app.rhai".into(),
            script: include_str!("../center/app.rhai").into(),
        }
    }

    /// The texts of a bundle's folder.
    ///
    /// # Errors
    ///
    /// A file can't be read, or what is in it can't be run: which, where and why.
    pub(crate) fn of_folder(folder: &Path) -> Result<Self, String> {
        let text = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let center = text("center.toml")?;
        let names = read(&center, &mut |_| Err("only the script stands in a file of its own here".into()))
            .application;
        let files: Result<Vec<_>, String> = names.iter().map(|name| Ok((name, text(name)?))).collect();
        let script = match files?.as_slice() {
            [] => Script::new("app.rhai", ""),
            files => Script::of_files(files)?,
        };
        Ok(Self { center, script_name: script.name, script: script.source })
    }

    /// The center and its rules, checked.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, a line each.
    pub(crate) fn build(&self) -> Result<(Arc<Layout>, RhaiApplication), String> {
        let reading = read(&self.center, &mut |_| {
            Err("tables in files are not kept by the desk; write `entries`".into())
        });
        let errors = reading.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let wrong = errors.fold(String::new(), |mut text, finding| {
            let _ = writeln!(text, "center.toml:{finding}");
            text
        });
        let Some(layout) = reading.layout else { return Err(wrong) };
        let script = Script::new(&*self.script_name, &*self.script);
        match RhaiApplication::new(script, &layout) {
            Ok(rules) => {
                let queues = rules.literal_queues();
                let names: Vec<_> = queues.names.iter().cloned().collect();
                Ok((Arc::new(layout.with_script_queues(&names, queues.computed)), rules))
            }
            Err(findings) => Err(findings.iter().fold(String::new(), |mut text, finding| {
                let _ = writeln!(text, "{}:{finding}", self.script_name);
                text
            })),
        }
    }
}
