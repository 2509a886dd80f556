//! Scripts that try to get out: each ends in a refusal or a fault, on a small stack, within its budget.

use std::path::Path;

use ringback_engine::protocol::{Application, Hook};
use ringback_scripting::limits;

use crate::support::{build, callback};

/// The contract's stack, in debug builds too.
const STACK: usize = 1024 * 1024;

fn on_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap()
}

/// Refused, or faulted within the budget; `Err` says what went through.
fn stopped(name: &str, source: &str) -> Result<&'static str, String> {
    let mut app = match build(source) {
        Ok(app) => app,
        Err(findings) if findings.iter().all(|finding| !finding.message.is_empty()) => return Ok("refused"),
        Err(_) => return Err(format!("{name}: a finding without a message")),
    };
    let result = app.purge(&callback());
    let operations = app.counts(Hook::Purge).operations;
    let log = app.take_log();
    match result {
        Ok(answer) => Err(format!("{name}: answered {answer:?} after {operations} operations")),
        Err(_) if operations > limits::OPERATIONS + 1 => Err(format!("{name}: {operations} operations")),
        Err(_) if log.len() > limits::LOG_LINES + 1 => Err(format!("{name}: {} lines", log.len())),
        Err(fault) if fault.message.is_empty() || fault.message.len() > 512 || fault.line == 0 => {
            Err(format!("{name}: {fault:?}"))
        }
        Err(_) => Ok("faulted"),
    }
}

#[test]
fn files_of_the_corpus_are_stopped() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    let mut scripts: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
        })
        .collect();
    scripts.sort();
    let (outcomes, escaped) = on_small_stack(move || {
        let mut outcomes = Vec::new();
        let mut escaped = Vec::new();
        for (name, source) in scripts {
            match stopped(&name, &source) {
                Ok(outcome) => outcomes.push(outcome),
                Err(message) => escaped.push(message),
            }
        }
        (outcomes, escaped)
    });
    assert!(escaped.is_empty(), "{}", escaped.join("\n"));
    assert!(outcomes.len() >= 60, "only {} scripts", outcomes.len());
    // Both fences are tried.
    assert!(outcomes.iter().filter(|outcome| **outcome == "faulted").count() >= 25);
    assert!(outcomes.iter().filter(|outcome| **outcome == "refused").count() >= 25);
}

/// Nests of every bracket, too deep to be parsed.
#[test]
fn deep_nests_are_refused_or_faulted() {
    let escaped = on_small_stack(|| {
        let nests = [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{", "1", "}"),
            ("!", "true", ""),
            ("-", "1", ""),
            ("len(", "\"\"", ")"),
            ("#{a:", "1", "}"),
            ("if true {", "1", "}"),
            ("`${", "1", "}`"),
            ("1 + (", "1", ")"),
            ("while true {", "", "}"),
            ("switch 1 { 1 => ", "1", "}"),
            ("|x| ", "1", ""),
            ("\"a\".len() + (", "1", ")"),
            ("1 + ", "1", ""),
            ("true && ", "1", ""),
            ("if true {} else ", "{}", ""),
            ("callback.", "id", ""),
            ("return ", "1", ""),
            ("/*", "", "*/"),
            ("fn f() {", "1", "}"),
            ("loop {", "", "}"),
            ("for i in 0..9 {", "", "}"),
            ("any_of(1, ", "1", ")"),
            ("do {", "", "} while true;"),
        ];
        let mut escaped = Vec::new();
        for (open, middle, close) in nests {
            for depth in [20, 100, 1_000, 5_000] {
                let source =
                    format!("fn purge(callback) {{ {}{middle}{} }}", open.repeat(depth), close.repeat(depth));
                escaped.extend(stopped(&format!("{open} x {depth}"), &source).err());
            }
        }
        escaped
    });
    assert!(escaped.is_empty(), "{}", escaped.join("\n"));
}

/// The deepest expressions at the most levels of calls that the limits let through fit the stack.
#[test]
fn the_deepest_that_runs_fits_the_stack() {
    let runs = |shape: (&str, &str), depth: usize, levels: usize| {
        let (open, close) = (shape.0.repeat(depth), shape.1.repeat(depth));
        let source = format!(
            "fn purge(callback) {{ let x = f(1); purge() }}\nfn f(n) {{ if n >= {levels} {{ return 1; }} {open}f(n + 1){close} }}\nfn g(n) {{ n }}"
        );
        build(&source).ok().map(|mut app| match app.purge(&callback()) {
            Ok(_) => true,
            Err(fault) => {
                assert!(fault.message.starts_with("calls nest too deeply"), "{fault:?}");
                false
            }
        })
    };
    on_small_stack(move || {
        for shape in [
            ("len(\"\" + ", ")"),
            ("- ", ""),
            ("(1 + ", ")"),
            ("if n > 0 { ", " } else { 1 }"),
            ("g(1 + ", ")"),
        ] {
            let mut deepest = [0; limits::CALLS];
            for depth in (1..40).step_by(2) {
                let outcomes: Vec<_> =
                    (1..=limits::CALLS).map_while(|levels| runs(shape, depth, levels)).collect();
                for (deepest, _) in deepest.iter_mut().zip(outcomes.iter().take_while(|ran| **ran)) {
                    *deepest = depth;
                }
                if outcomes.is_empty() {
                    break;
                }
            }
            // The shallower the expressions, the more levels of calls.
            assert!(deepest.is_sorted_by(|a, b| a >= b) && deepest[1] > deepest[4], "{shape:?}: {deepest:?}");
        }
    });
}

/// Random sequences of the dialect's own tokens, and of what it lacks: most do not parse, none gets out.
#[test]
fn random_scripts_never_panic() {
    const TOKENS: [&str; 64] = [
        "let ",
        "x",
        "y",
        " = ",
        ";",
        "\n",
        "{",
        "}",
        "(",
        ")",
        "1",
        "0",
        "9223372036854775807",
        "\"a\"",
        "\"\\n\"",
        "`a${",
        "`",
        " + ",
        " - ",
        " * ",
        " / ",
        " % ",
        " == ",
        " < ",
        "&&",
        "||",
        "!",
        "if ",
        "else ",
        "while ",
        "loop ",
        "for ",
        " in ",
        "..",
        "..=",
        "break",
        "continue",
        "return ",
        "switch ",
        " => ",
        ",",
        "_",
        "callback",
        ".phone",
        ".len()",
        ".sub(",
        "now()",
        "minutes(",
        "queue(",
        "\"main\"",
        ".need(",
        "f(",
        "fn ",
        "[",
        "]",
        "#{",
        "|",
        "'c'",
        "/*",
        "*/",
        "//",
        "${",
        "?.",
        "true",
    ];
    on_small_stack(|| {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % 1_000_003).unwrap()
        };
        let (mut ran, mut refused) = (0, 0);
        for _ in 0..500 {
            let mut body = String::new();
            for _ in 0..1 + next() % 24 {
                body.push_str(TOKENS[next() % TOKENS.len()]);
            }
            let source =
                format!("fn f(x) {{ let y = 1; {body} }}\nfn purge(callback) {{ f(callback); purge() }}");
            match build(&source) {
                Ok(mut app) => {
                    let _ = app.purge(&callback());
                    assert!(app.counts(Hook::Purge).operations <= limits::OPERATIONS + 1, "{source}");
                    ran += 1;
                }
                Err(findings) => {
                    assert!(!findings.is_empty(), "{source}");
                    refused += 1;
                }
            }
        }
        assert!(ran > 5 && refused > 100, "{ran} ran, {refused} were refused");
    });
}
