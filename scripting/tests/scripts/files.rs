//! Applications of several files: whatever is said of one names the file and line that its author wrote.

use ringback_engine::protocol::{Application, TimeoutKind};
use ringback_engine::record::Outcome;
use ringback_scripting::limits::SOURCE_BYTES;
use ringback_scripting::trace::Keep;
use ringback_scripting::{Diagnostic, RhaiApplication, Script, Traced};

use crate::support::{callback, contact, layout};

const SHARED: &str = "// Shared.\nfn patience(callback) {\n    if callback.attempts > 1 { minutes(9) } else { minutes(2) }\n}\n";
const APP: &str = "fn timeout(callback, event) {\n\n    retry(patience(callback))\n}";

fn build(files: &[(&str, &str)]) -> Result<RhaiApplication, Vec<Diagnostic>> {
    RhaiApplication::new(Script::of_files(files).unwrap(), &layout())
}

fn said(files: &[(&str, &str)]) -> Vec<String> {
    build(files).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_function_of_another_file_is_called() {
    let mut app = build(&[("shared.rhai", SHARED), ("app.rhai", APP)]).unwrap();
    let answer = app.timeout(&callback(), TimeoutKind::Failed(Outcome::Busy)).unwrap();
    assert_eq!(ringback_scripting::spoken::timeout(answer.as_ref()), "retry(minutes(9))");
    assert_eq!(app.name(), "shared.rhai + app.rhai");
}

#[test]
fn the_hash_is_that_of_both() {
    let hash = |shared: &str, app: &str| build(&[("s", shared), ("a", app)]).unwrap().hash();
    let first = hash(SHARED, APP);
    assert_eq!(hash(SHARED, APP), first);
    assert_ne!(hash(&SHARED.replace('9', "8"), APP), first);
    assert_ne!(hash(SHARED, &APP.replace("\n\n", "\n")), first);
    assert_ne!(build(&[("t", SHARED), ("a", APP)]).unwrap().hash(), first);
}

#[test]
fn findings_name_their_file_and_line() {
    let found = said(&[
        ("shared.rhai", "fn a() {\n    minuts(1)\n}"),
        ("app.rhai", "fn route(callback) {\n    queue(\"main\").nead(\"true\")\n}\nfn b() { a() + zzz() }"),
    ]);
    assert_eq!(
        found,
        [
            "error: shared.rhai:2:5: unknown function `minuts`, did you mean `minutes`?",
            "error: app.rhai:2:19: unknown method `nead`, did you mean `need`?",
            "error: app.rhai:4:16: unknown function `zzz`",
        ]
    );
    // The span is that of the file.
    let findings = build(&[("shared.rhai", "// 1\n"), ("app.rhai", "fn route(c) { quee(\"main\") }")]);
    let finding = &findings.unwrap_err()[0];
    assert_eq!((&finding.file[..], finding.span.clone()), ("app.rhai", 14..18));
}

#[test]
fn a_name_of_two_files_is_refused_at_the_second() {
    for second in ["fn patience(x) { x }", "fn patience() { 1 }"] {
        let app = format!("{APP}\n{second}\n");
        assert_eq!(
            said(&[("shared.rhai", SHARED), ("app.rhai", &app)]),
            [
                "error: app.rhai:5:4: `shared.rhai` has a function `patience` already; give one of them another name"
            ]
        );
    }
    let hooks =
        said(&[("a.rhai", "fn purge(callback) { purge() }"), ("b.rhai", "fn purge(callback) { purge() }")]);
    assert!(hooks[0].starts_with("error: b.rhai:1:4: `a.rhai` has a function `purge` already"), "{hooks:?}");
}

#[test]
fn what_is_left_open_in_one_file_is_told_there() {
    for (shared, expected) in [
        ("fn a() {\n  (1\n}\n", "error: shared.rhai:2:3: this `(` is never closed: expected `)`"),
        ("fn a() {\n", "error: shared.rhai:1:8: this `{` is never closed: expected `}`"),
        ("fn a() { 1 }\n/* never\n", "error: shared.rhai:2:1: "),
        ("fn a() {\n  \"never\n}\n", "error: shared.rhai:2:3: "),
    ] {
        let found = said(&[("shared.rhai", shared), ("app.rhai", APP)]);
        assert!(found[0].starts_with(expected), "{found:?}");
        assert!(found.iter().all(|finding| !finding.contains("app.rhai")), "{found:?}");
    }
}

#[test]
fn the_limit_on_the_source_holds_over_all() {
    let half = format!("// {}\n", "x".repeat(SOURCE_BYTES / 2));
    let found = said(&[("shared.rhai", &half), ("app.rhai", &half)]);
    assert!(found[0].contains("at most 16384 are allowed"), "{found:?}");
    assert!(found[0].starts_with("error: app.rhai:"), "{found:?}");
    assert!(build(&[("shared.rhai", &half), ("app.rhai", APP)]).is_err(), "an unknown function");
}

#[test]
fn faults_name_their_file_and_line() {
    let shared = "fn share(n) {\n    100 / n\n}\n";
    let app = "fn accept(request) {\n    accept().priority(share(0))\n}\nfn purge(callback) {\n    keep(share(1))\n}";
    let mut app = build(&[("shared.rhai", shared), ("app.rhai", app)]).unwrap();
    let fault = app.accept(&contact()).unwrap_err();
    assert_eq!((&fault.message[..], fault.line), ("shared.rhai: division by zero: `100 / 0`", 2));
    let fault = app.purge(&callback()).unwrap_err();
    assert_eq!((&fault.message[..], fault.line), ("app.rhai: `keep` can't be used with an integer", 5));
}

#[test]
fn decisions_and_coverage_name_their_file_and_line() {
    let shared = "fn verdict(n) {\n    if n > 9 { return complete(\"over\"); }\n    retry(minutes(n))\n}\n";
    let app = "fn timeout(callback, event) {\n    verdict(callback.attempts)\n}\nfn purge(callback) {\n    keep(callback.attempts)\n}";
    let plain = build(&[("shared.rhai", shared), ("app.rhai", app)]).unwrap();
    let mut traced = Traced::new(plain, Keep::All).unwrap();
    traced.timeout(&callback(), TimeoutKind::QueueWait).unwrap();
    traced.purge(&callback()).unwrap_err();
    let decisions = traced.take_decisions();
    assert_eq!((&decisions[0].file[..], decisions[0].line), ("shared.rhai", 3));
    assert_eq!(decisions[0].source, "retry(minutes(n))");
    let steps: Vec<_> = decisions[0].steps.iter().map(|step| (&step.file[..], step.line)).collect();
    assert_eq!(steps, [("app.rhai", 2), ("shared.rhai", 2), ("shared.rhai", 3)]);
    assert_eq!((&decisions[1].file[..], decisions[1].line), ("app.rhai", 5));
    assert_eq!(decisions[1].source, "keep(callback.attempts)");
    let covered = traced.coverage();
    let lines: Vec<_> = covered.lines.iter().map(|line| (&line.file[..], line.line, line.calls)).collect();
    assert_eq!(lines, [("shared.rhai", 2, 1), ("shared.rhai", 3, 1), ("app.rhai", 2, 1), ("app.rhai", 5, 1)]);
    let never: Vec<_> = covered.never().map(|outcome| (&outcome.file[..], outcome.line)).collect();
    assert_eq!(never, [("shared.rhai", 2), ("app.rhai", 5)]);
}

/// A shared file gets no further than a script of one.
#[test]
fn hostile_shared_files_are_stopped() {
    let run = "fn purge(callback) { common(callback); purge() }";
    for shared in [
        "fn common(c) { loop {} }",
        "fn common(c) { common(c) }",
        "fn common(c) { purge(c) }",
        "fn common(c) { let t = \"x\"; loop { t += t; } }",
        "fn common(c) { eval(\"1\") }",
        "import \"x\" as y; fn common(c) { 1 }",
        "let x = 1; fn common(c) { x }",
        "fn common(c) { [c] }",
    ] {
        for files in [[("s", shared), ("a", run)], [("a", run), ("s", shared)]] {
            match build(&files) {
                Ok(mut app) => {
                    let fault = app.purge(&callback()).unwrap_err();
                    assert!(fault.line > 0 && !fault.message.is_empty(), "{shared}: {fault:?}");
                }
                Err(findings) => assert!(findings.iter().any(|finding| finding.file == "s"), "{findings:?}"),
            }
        }
    }
}
