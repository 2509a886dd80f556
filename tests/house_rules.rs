//! House rules: what the architecture promises about the source itself.

use std::fs;
use std::path::{Path, PathBuf};

/// The engine's floors, lowest first: a folder or file imports only from floors below its own.
const FLOORS: [&[&str]; 9] = [
    &["value"],
    &["numbers"],
    &["center"],
    &["record"],
    &["protocol"],
    &["book"],
    &["flow"],
    &["engine"],
    &["journal", "reading", "snapshot"],
];

/// No file grows past what a person can hold in mind.
const MOST_LINES: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("readable");
                found.push((path.strip_prefix(root()).expect("inside").to_owned(), text));
            }
        }
    }
    assert!(!found.is_empty(), "no source in {folder}");
    found.sort();
    found
}

fn all_sources() -> Vec<(PathBuf, String)> {
    ["engine", "scripting", "examples", "tests", "benches"]
        .into_iter()
        .filter(|folder| root().join(folder).is_dir())
        .flat_map(sources)
        .collect()
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

#[test]
fn floors_import_only_from_below() {
    let mut seen = 0;
    for (path, text) in sources("engine/src") {
        let inside = path.strip_prefix("engine/src").expect("listed there");
        let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs").to_owned();
        if module == "lib" {
            continue;
        }
        let own = floor_of(&module).unwrap_or_else(|| panic!("{}: stands on no floor", path.display()));
        // Tests may look at the whole house.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for piece in code.split("crate::").skip(1) {
            let used: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let Some(floor) = floor_of(&used) else { continue };
            seen += 1;
            assert!(floor <= own, "{}: imports from `{used}`, which is above `{module}`", path.display());
        }
    }
    assert!(seen > 50, "the imports were not found");
}

#[test]
fn one_crate_keeps_to_one_place() {
    // A crate, and the only places that may name it.
    let places = [
        ("priority_queue", &["engine/src/book/classes.rs"][..]),
        ("petgraph", &["engine/src/center/graph"]),
        ("fixedbitset", &["engine/src/book/classes.rs", "engine/src/book/profiles.rs"]),
        ("toml::", &["engine/src/center/reader"]),
        ("rlibphonenumber", &["engine/src/numbers"]),
    ];
    for (path, text) in sources("engine/src") {
        for (word, homes) in places {
            let at_home = homes.iter().any(|home| path.starts_with(home));
            let named = text.lines().any(|line| line.starts_with("use ") && line.contains(word));
            assert!(at_home || !named, "{}: uses `{word}`", path.display());
        }
    }
}

/// The offsets of `chrono-tz` are those of old data; the engine's door to local time has the right ones.
#[test]
fn local_time_comes_through_one_door() {
    let around =
        ["with_timezone(", "from_local_datetime(", "from_utc_datetime(", "offset_from_utc", "GapInfo"];
    let door = Path::new("engine/src/center/zone/mod.rs");
    for (path, text) in all_sources() {
        if path == door || path == Path::new("tests/house_rules.rs") {
            continue;
        }
        let used = around.iter().find(|word| text.contains(**word));
        assert!(
            used.is_none(),
            "{}: `{}`; use `instant_to_local` or `local_to_instant`",
            path.display(),
            used.unwrap()
        );
    }
}

#[test]
fn files_stay_small_and_say_what_they_are() {
    for (path, text) in all_sources() {
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "{}: {lines} lines; split it by duty", path.display());
        assert!(text.starts_with("//!"), "{}: does not say what it is", path.display());
    }
}

#[test]
fn the_core_reads_no_clock_environment_or_random_source() {
    let forbidden = [
        "Utc::now",
        "Local::now",
        "SystemTime",
        "std::time",
        "std::env",
        "std::fs",
        "std::net",
        "std::thread",
        "Mutex",
        "RwLock",
        "rand::",
        "println!",
        "eprintln!",
    ];
    for (path, text) in sources("engine/src") {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in forbidden {
            assert!(!code.contains(word), "{}: `{word}`", path.display());
        }
    }
}

#[test]
fn names_say_what_things_are() {
    let empty = ["Manager", "Handler", "Helper", "Util"];
    for (path, text) in all_sources() {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let declares = ["struct ", "enum ", "trait ", "mod "].iter().any(|word| line.contains(word));
            let bad = empty.iter().find(|word| declares && line.contains(**word));
            assert!(bad.is_none() || line.contains("let empty"), "{}: {line}", path.display());
        }
    }
}

#[test]
fn every_law_of_the_table_is_a_test() {
    let readme = fs::read_to_string(root().join("tests/README.md")).expect("readable");
    let table = readme.split("\n## ").find(|section| section.starts_with("Laws")).expect("a section");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let named = rows.map(|row| row.rsplit('|').nth(1).expect("a last column"));
    let names: Vec<&str> = named.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(names.len() > 20, "{names:?}");
    let tests: Vec<(PathBuf, String)> =
        ["tests", "engine/src/journal"].into_iter().flat_map(sources).collect();
    for name in names {
        let function = format!("fn {name}(");
        assert!(tests.iter().any(|(_, text)| text.contains(&function)), "`{name}` is no test");
    }
}
