//! What the program does.

mod audit;
mod check;
mod compare;
mod explain;
mod first_pass;
mod graph;
mod import;
mod new;
mod reference;
mod replay;
mod run;
mod source_lines;
mod test;
mod test_number;
mod watch;
mod why;

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

pub use audit::audit;
pub use check::check;
pub use compare::Compare;
pub use explain::{Explain, explain};
pub use graph::graph;
pub use import::{Source, import};
pub use new::new;
pub use reference::reference;
pub use replay::replay;
pub use run::Run;
pub use test::test;
pub use test_number::test_number;

/// Why a command did not end well, in words for standard error.
#[derive(Debug)]
pub enum Failure {
    /// Errors were found: exit code 1.
    Found(String),
    /// Something could not be read or written: exit code 2.
    Unreadable(String),
}

/// What a command has to say on standard output.
type Outcome = Result<String, Failure>;

impl Failure {
    fn found(error: impl fmt::Display) -> Self {
        Self::Found(format!("error: {error}\n"))
    }

    fn unreadable(error: impl fmt::Display) -> Self {
        Self::Unreadable(format!("error: {error}\n"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Found(text) | Self::Unreadable(text)) = self;
        f.write_str(text)
    }
}

/// Writes a text to standard output; one who stopped reading is no failure.
///
/// # Errors
///
/// It can't be written.
pub fn say(text: &str) -> Result<(), Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::unreadable(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Whether standard error shows colours.
fn colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A file to be written, made anew.
fn create(path: &Path) -> Result<BufWriter<File>, Failure> {
    let file = File::create(path).map_err(|error| unwritable(path, &error))?;
    Ok(BufWriter::with_capacity(1 << 18, file))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::unreadable(format!("{}: can't be written: {error}", path.display()))
}
