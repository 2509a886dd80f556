//! `ringback new`: writes a small bundle to begin with.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::{Failure, Outcome, unwritable};
use crate::bundle::CENTER;
use crate::streams::{ROSTER, TRAFFIC};
use crate::trials::TESTS;

/// The files of the bundle.
const FILES: [(&str, &str); 5] = [
    (CENTER, include_str!("../../starter/center.toml")),
    ("app.rhai", include_str!("../../starter/app.rhai")),
    (TRAFFIC, include_str!("../../starter/traffic.csv")),
    (ROSTER, include_str!("../../starter/roster.csv")),
    (TESTS, include_str!("../../starter/tests.toml")),
];

/// Writes the bundle into a folder, which is made if it is not there, and returns what to do next.
///
/// # Errors
///
/// One of its files is there already, and nothing was written; or one can't be written.
pub fn new(dir: &Path) -> Outcome {
    let shown = dir.display();
    if let Some((file, _)) = FILES.iter().find(|(file, _)| dir.join(file).symlink_metadata().is_ok()) {
        return Err(Failure::unreadable(format!(
            "{shown}: has a `{file}` already, and nothing is overwritten; name another folder"
        )));
    }
    fs::create_dir_all(dir).map_err(|error| unwritable(dir, &error))?;
    for (file, text) in FILES {
        let path = dir.join(file);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut out| out.write_all(text.as_bytes()))
            .map_err(|error| unwritable(&path, &error))?;
    }
    let files = FILES.map(|(file, _)| file).join(", ");
    Ok(format!(
        "wrote a small bundle: {files}\n\
         next: `ringback run {shown}` plays its morning; then change a rule in app.rhai,\n\
         `ringback check {shown}` says what is wrong with it, `ringback test {shown}` what it decides otherwise than\n\
         tests.toml says, and run it again\n"
    ))
}
