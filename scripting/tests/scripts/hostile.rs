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

/// A generator of numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % 1_000_003).unwrap() % n
    }

    fn pick<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }
}

fn expression(numbers: &mut Numbers, depth: usize) -> String {
    if depth == 0 || numbers.below(3) == 0 {
        let leaves = [
            "0",
            "1",
            "-7",
            "9223372036854775807",
            "\"\"",
            "\"main\"",
            "x",
            "y",
            "true",
            "now()",
            "minutes(1)",
            "callback.phone",
            "callback.attempts",
            "callback.attr(\"vip\")",
            "callback.attr(\"long\")",
            "queue(\"main\")",
            "()",
            "callback",
        ];
        return numbers.pick(&leaves).to_owned();
    }
    let (a, b) = (expression(numbers, depth - 1), expression(numbers, depth - 1));
    match numbers.below(14) {
        0 => format!("({a})"),
        1 => format!("len({a})"),
        2 => format!("f({a})"),
        3 => format!("`{}${{{a}}}`", "t".repeat(numbers.below(300))),
        4 => format!("any_of({a}, {b})"),
        5 => format!("({a}).sub({b}, 5)"),
        6 => format!("minutes({a})"),
        7 => format!("!({a} == {b})"),
        8 => format!("local({a}).hour"),
        9 => format!("queue({a}).need({b})"),
        _ => {
            let operator = numbers.pick(&["+", "-", "*", "/", "%", "==", "<", ">=", "&&", "||", "in", "!="]);
            format!("({a} {operator} {b})")
        }
    }
}

fn statement(numbers: &mut Numbers, depth: usize) -> String {
    let value = expression(numbers, 2);
    if depth == 0 {
        return format!("x = {value};");
    }
    let inner = statement(numbers, depth - 1);
    match numbers.below(10) {
        0 => format!("y = {value};"),
        1 => format!("x += {value};"),
        2 => format!("print({value});"),
        3 => format!("if {value} {{ {inner} }} else {{ y = 2; }}"),
        4 => format!("while {value} {{ {inner} }}"),
        5 => format!("for i in 0..{} {{ {inner} x = i; }}", numbers.below(100_000)),
        6 => format!("loop {{ {inner} if {value} {{ break; }} }}"),
        7 => {
            format!("switch {value} {{ 1 => {{ {inner} }} \"a\" | true => {{ y = 3; }} _ => {{ x = 1; }} }}")
        }
        8 => format!("{{ let x = {value}; {inner} }}"),
        _ => format!("{inner} {inner}"),
    }
}

/// Random scripts of the dialect: those that run end within their budget, with an answer or a fault.
#[test]
fn random_scripts_end() {
    on_small_stack(|| {
        let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
        let (mut refused, mut answered, mut faulted) = (0, 0, 0);
        for _ in 0..400 {
            let body: String = (0..1 + numbers.below(4)).map(|_| statement(&mut numbers, 2)).collect();
            let source = format!(
                "fn f(n) {{ if n == 0 {{ return 0; }} f(n - 1) + 1 }}\n\
                 fn purge(callback) {{ let x = 1; let y = \"a\"; {body} purge() }}"
            );
            let Ok(mut app) = build(&source) else {
                refused += 1;
                continue;
            };
            match app.purge(&callback()) {
                Ok(_) => answered += 1,
                Err(_) => faulted += 1,
            }
            assert!(app.counts(Hook::Purge).operations <= limits::OPERATIONS + 1, "{source}");
            assert!(app.take_log().iter().all(|line| line.len() <= limits::LOG_LINE_BYTES), "{source}");
        }
        assert!(answered > 10 && faulted > 150 && refused < 200, "{answered}, {faulted}, {refused}");
    });
}

/// Random tokens: nearly none parse, and each is refused with a finding.
#[test]
fn random_tokens_are_refused() {
    const TOKENS: [&str; 48] = [
        "let ", "x", " = ", ";", "\n", "{", "}", "(", ")", "1", "1.5", "\"a\"", "`a${", "`", " + ", "-",
        "==", "&&", "||", "!", "if ", "else ", "while ", "for ", " in ", "..", "return ", "switch ", "=>",
        ",", "_", "callback", ".", "queue(", "f(", "fn ", "[", "]", "#{", "|", "'c'", "/*", "*/", "//", "${",
        "?.", "\\", "\"",
    ];
    on_small_stack(|| {
        let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
        for _ in 0..400 {
            let body: String = (0..1 + numbers.below(40)).map(|_| numbers.pick(&TOKENS)).collect();
            for source in [format!("fn purge(callback) {{ {body} purge() }}"), body] {
                if let Err(findings) = build(&source) {
                    let placed =
                        |span: &std::ops::Range<usize>| span.start <= span.end && span.end <= source.len();
                    assert!(
                        !findings.is_empty() && findings.iter().all(|f| placed(&f.span) && f.line > 0),
                        "{source}"
                    );
                }
            }
        }
    });
}
