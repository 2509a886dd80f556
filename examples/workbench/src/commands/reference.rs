//! `ringback reference`: writes the reference of all words for scripts, and their definitions for editors.

use std::fs;
use std::path::Path;

use ringback_scripting::reference::{DEFINITIONS_FILE, REFERENCE_FILE, definitions, markdown};

use super::{Failure, Outcome, unwritable};

/// Writes both files into a folder, which is made if it is not there, and returns what they are for. Files of an
/// earlier version are replaced; whatever else stands under their names is left alone.
///
/// # Errors
///
/// A file of that name is none of ours, and nothing was written; or one can't be written.
pub fn reference(dir: &Path) -> Outcome {
    let files = [(REFERENCE_FILE, markdown()), (DEFINITIONS_FILE, definitions())];
    for (file, text) in &files {
        // What is ours begins as what is written, whatever the version.
        let heading = text.lines().next().unwrap_or_default();
        let path = dir.join(file);
        let ours = match fs::read_to_string(&path) {
            Ok(there) => there.lines().next() == Some(heading),
            Err(_) => path.symlink_metadata().is_err(),
        };
        if !ours {
            return Err(Failure::unreadable(format!(
                "{}: is there already and no reference, and is not overwritten; name another folder",
                path.display()
            )));
        }
    }
    fs::create_dir_all(dir).map_err(|error| unwritable(dir, &error))?;
    for (file, text) in files {
        let path = dir.join(file);
        fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(format!(
        "wrote {REFERENCE_FILE}, every word with an example, and {DEFINITIONS_FILE}, for editors with Rhai's language \
         server\nnext: keep {DEFINITIONS_FILE} in the folder that the editor has open, beside app.rhai\n"
    ))
}
