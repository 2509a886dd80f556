//! Writes the journals and snapshots that the corpora of these begin from, anew: one of each for every file of
//! `corpus/commands`. To be run when their form changes; what else is in the corpora stays.

use std::fs;
use std::path::Path;

use ringback_engine::journal::{ENGINE, ZONES};

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for entry in fs::read_dir(corpus.join("commands"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let (journal, snapshot) = ringback_fuzz::seeds(&fs::read(&path)?);
        // The versions are put in, and the checksums made to fit, when they are decoded.
        let journal = String::from_utf8_lossy(&journal)
            .replacen(&format!("\"engine\":\"{ENGINE}\""), "\"engine\":\"here\"", 1)
            .replacen(&format!("\"zones\":\"{ZONES}\""), "\"zones\":\"here\"", 1);
        let state = snapshot.split(|byte| *byte == b'\n').nth(1).unwrap_or_default();
        // A few suffice of journals, whose header with the center is most of each.
        if ["answered", "keys", "clock-goes-back", "slots-full", "unknown"].iter().any(|few| name == *few) {
            fs::write(corpus.join("journal").join(name), journal)?;
        }
        fs::write(corpus.join("snapshot").join(name), state)?;
    }
    Ok(())
}
