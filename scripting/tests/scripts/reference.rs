//! The reference: every example runs in the hook it belongs to, and the page and the definitions are up to date.

use std::fs;
use std::path::Path;

use ringback_engine::protocol::{Application, Hook, TimeoutKind};
use ringback_engine::record::Outcome;
use ringback_scripting::reference::{definitions, markdown};
use ringback_scripting::vocabulary::{Form, KINDS, OPERATORS, TOPICS, words};

use crate::support::{agent, build, callback, contact, shown};

/// Runs the hook of a script that has only one.
fn run(script: &str) {
    let built = build(script);
    let mut app = built.unwrap_or_else(|findings| panic!("{script}\n{}", shown(&findings)));
    let hooks = app.hooks();
    let [hook] = hooks.as_slice() else { panic!("{script}: hooks {hooks:?}") };
    let fault = match hook {
        Hook::Accept => app.accept(&contact()).err(),
        Hook::Throttle => app.throttle(&contact()).err(),
        Hook::Route => app.route(&callback()).err(),
        Hook::Timeout => app.timeout(&callback(), TimeoutKind::Failed(Outcome::Busy)).err(),
        Hook::Score => app.score(&callback(), &agent()).err(),
        Hook::Purge => app.purge(&callback()).err(),
    };
    assert!(fault.is_none(), "{script}\n{fault:?}");
}

#[test]
fn every_example_runs_in_its_hook() {
    for word in words() {
        assert!(word.example.contains(word.name), "{} is not in its example", word.name);
        run(&word.script());
        // A word of requests and callbacks runs about a callback, too.
        if word.on.contains(&"callback") && word.example.contains("request") {
            let example = word.example.replace("request", "callback");
            run(&format!("fn route(callback) {{ let x = {example}; queue(\"billing\") }}"));
        }
    }
    for operator in OPERATORS {
        assert!(operator.symbols.iter().any(|symbol| operator.example.contains(symbol)), "{operator:?}");
        run(&operator.script());
    }
}

#[test]
fn every_word_is_told_in_a_sentence() {
    for word in words() {
        assert!(word.sentence.ends_with('.') && word.sentence.len() > 8, "{}", word.name);
        assert_eq!(word.on.is_empty(), word.form == Form::Function, "{}", word.name);
    }
    for sentence in KINDS.iter().map(|kind| kind.sentence).chain(TOPICS.iter().map(|topic| topic.sentence)) {
        assert!(sentence.ends_with('.'), "{sentence}");
    }
}

#[test]
fn the_reference_has_every_word_and_its_tables_are_whole() {
    let page = markdown();
    for word in words() {
        assert!(page.contains(&format!("{}(", word.name)) || page.contains(&format!(".{}`", word.name)));
        assert!(page.contains(&word.example.replace('|', "\\|")), "{}", word.example);
    }
    // Every row has as many cells as the heading of its table.
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut heading = None;
    for line in page.lines() {
        match heading {
            _ if !line.starts_with('|') => heading = None,
            None => heading = Some(cells(line)),
            Some(count) => assert_eq!(cells(line), count, "{line}"),
        }
    }
}

/// The definitions keep to the grammar of the language server: documented `type`, `fn` and `op` items.
#[test]
fn the_definitions_are_well_formed() {
    let text = definitions();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("module static;"));
    let items: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect();
    for item in &items {
        assert!(item.ends_with(';'), "{item}");
        match item.split_once(' ') {
            Some(("type", rest)) => assert!(rest.ends_with(" = ...;"), "{item}"),
            Some(("fn" | "op", rest)) => {
                let (head, gives) = rest.split_once(" -> ").unwrap_or_else(|| panic!("{item}"));
                let (name, taken) = head.split_once('(').unwrap();
                assert!(!name.is_empty() && taken.ends_with(')') && !gives.contains(' '), "{item}");
            }
            _ => panic!("{item}"),
        }
    }
    for word in words() {
        let get = if word.form == Form::Property { "get " } else { "" };
        let defined = items.iter().filter(|item| item.starts_with(&format!("fn {get}{}(", word.name)));
        assert!(defined.count() > word.optional, "{}", word.name);
    }
}

/// Renew with `ringback reference scripting`, or `cargo test -p ringback-scripting -- --ignored write_the_reference`.
#[test]
fn the_reference_in_the_repository_is_up_to_date() {
    for (file, text) in files() {
        let written = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(written == text, "{} is not up to date", file.display());
    }
}

#[test]
#[ignore = "writes the reference"]
fn write_the_reference() {
    for (file, text) in files() {
        fs::write(file, text).unwrap();
    }
}

fn files() -> [(std::path::PathBuf, String); 2] {
    use ringback_scripting::reference::{DEFINITIONS_FILE, REFERENCE_FILE};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    [(folder.join(REFERENCE_FILE), markdown()), (folder.join(DEFINITIONS_FILE), definitions())]
}
