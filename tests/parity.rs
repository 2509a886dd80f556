//! `PARITY.md` leaves nothing out, and what it says is shown is shown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const CAPABILITIES: usize = 32;

const RULES: usize = 22;

/// Options of the compiled queue row, of the older product, and of its calendars.
const OPTIONS: &str = include_str!("parity/options.txt");

/// What peers have, by area.
const PEERS: &str = include_str!("parity/peers.txt");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the tables: the first cell, and the last.
fn rows() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("tests/PARITY.md")).expect("readable");
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let (first, last) = (cells.first().expect("a cell"), cells.last().expect("a cell"));
        if *last != "Shown by" {
            rows.push(((*first).to_owned(), (*last).to_owned()));
        }
    }
    rows
}

fn expected() -> Vec<String> {
    let capabilities = (1..=CAPABILITIES).map(|number| format!("C{number:02}"));
    let rules = (1..=RULES).map(|number| format!("R{number:02}"));
    let listed = OPTIONS.lines().chain(PEERS.lines()).map(str::to_owned);
    capabilities.chain(rules).chain(listed).collect()
}

#[test]
fn every_capability_rule_option_and_feature_has_one_row() {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (first, _) in rows() {
        *count.entry(first).or_default() += 1;
    }
    let expected = expected();
    assert!(expected.len() > 300, "the lists were not read");
    for name in &expected {
        assert_eq!(count.remove(name.as_str()), Some(1), "rows for {name}");
    }
    assert_eq!(count, BTreeMap::new(), "rows that no list asks for");
}

#[test]
fn every_row_names_a_test_or_says_why_it_is_not_done() {
    let mut tests = 0;
    for (first, last) in rows() {
        if let Some(why) = last.strip_prefix("not done, because ") {
            assert!(why.len() > 10, "{first}: says no reason");
            continue;
        }
        for named in last.split(", ") {
            let named = named.trim_matches('`');
            let (file, function) = named.split_once("::").unwrap_or_else(|| panic!("{first}: `{last}`"));
            let text = fs::read_to_string(root().join(file))
                .unwrap_or_else(|error| panic!("{first}: {file}: {error}"));
            let declared = format!("fn {function}(");
            let at =
                text.find(&declared).unwrap_or_else(|| panic!("{first}: no test `{function}` in {file}"));
            let before = text.get(..at).unwrap_or_default().trim_end();
            let attribute = before.lines().last().unwrap_or_default().trim();
            assert!(attribute.ends_with("#[test]"), "{first}: `{function}` in {file} is no test");
            tests += 1;
        }
    }
    assert!(tests > 150, "{tests} tests are named");
}
