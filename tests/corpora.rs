//! Corpora: what was found by hand and by search stays found. Every file of `fuzz/corpus` is decoded again, and what
//! the fuzz targets assert of it is asserted here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ringback_fuzz::{DECODERS, Verdict};

/// Fewer files of a decoder are no corpus.
const LEAST_FILES: usize = 12;

/// What all corpora together may weigh.
const MOST_BYTES: u64 = 400_000;

fn fuzz(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(path)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files
}

fn stems(folder: &str) -> BTreeSet<String> {
    let stem = |path: PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    files(&fuzz(folder)).into_iter().map(stem).collect()
}

#[test]
fn every_decoder_has_a_target_and_a_corpus() {
    let names: BTreeSet<String> = DECODERS.iter().map(|decoder| decoder.name.to_owned()).collect();
    assert_eq!(names.len(), DECODERS.len());
    assert_eq!(stems("fuzz_targets"), names);
    assert_eq!(stems("corpus"), names);
    let manifest = fs::read_to_string(fuzz("Cargo.toml")).expect("readable");
    for name in &names {
        let path = format!("fuzz_targets/{name}.rs");
        assert!(manifest.contains(&format!("path = \"{path}\"")), "{name}: no target");
        let target = fs::read_to_string(fuzz(&path)).expect("readable");
        assert!(target.contains(&format!("ringback_fuzz::{name}(data)")), "{name}: searches elsewhere");
    }
}

#[test]
fn corpora_stay_small() {
    let bytes = |path: &PathBuf| fs::metadata(path).expect("readable").len();
    let all = DECODERS.iter().flat_map(|decoder| files(&fuzz("corpus").join(decoder.name)));
    let weight: u64 = all.map(|path| bytes(&path)).sum();
    assert!(weight <= MOST_BYTES, "{weight} bytes");
}

/// Decodes a corpus. One in which nothing is read, or nothing refused, tries one half of its decoder.
fn replay(name: &str) {
    let decoder = DECODERS.into_iter().find(|decoder| decoder.name == name).expect("listed");
    let files = files(&fuzz("corpus").join(name));
    assert!(files.len() >= LEAST_FILES, "{} files", files.len());
    let mut read = 0;
    for file in &files {
        let data = fs::read(file).expect("readable");
        // The name of a file that breaks it is in the output of the test.
        println!("{}", file.display());
        read += usize::from((decoder.run)(&data) == Verdict::Read);
    }
    assert!(read >= 3, "only {read} files are read");
    assert!(read + 3 <= files.len(), "only {} files are refused", files.len() - read);
}

macro_rules! corpora {
    ($($name:ident),*) => {
        $(
            #[test]
            fn $name() {
                replay(stringify!($name));
            }
        )*

        #[test]
        fn all_corpora_are_replayed() {
            assert_eq!([$(stringify!($name)),*], DECODERS.map(|decoder| decoder.name));
        }
    };
}
corpora!(
    center,
    changes,
    commands,
    conditions,
    journal,
    requirement,
    resolve,
    roster,
    script,
    snapshot,
    traffic
);
