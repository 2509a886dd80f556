//! Traces: what is asked twice answers as what is asked once, and says which line decided and what it read.

use std::path::Path;

use ringback_engine::protocol::{Application, TimeoutKind};
use ringback_engine::record::Outcome;
use ringback_scripting::Traced;
use ringback_scripting::trace::{DECISIONS_KEPT, Decision, Keep};

use crate::support::{agent, application, build, callback, contact};

fn traced(source: &str) -> Traced {
    Traced::new(application(source), Keep::All).unwrap()
}

fn only(traced: &mut Traced) -> Decision {
    let mut decisions = traced.take_decisions();
    assert_eq!(decisions.len(), 1, "{decisions:#?}");
    decisions.remove(0)
}

const TIMEOUT: &str = "\
fn timeout(callback, event) {
    let most = if listed(\"vip\", callback.phone) { 5 } else { 3 };
    if event.kind == \"fax\" { return complete(\"fax\"); }
    switch event.kind {
        \"busy\" | \"no_answer\" => if callback.attempts < most {
            retry(minutes(line(\"main\").waiting))
        } else { complete(\"unreachable\") }
        _ => standard(),
    }
}
";

#[test]
fn a_decision_names_its_line_and_what_was_read() {
    let mut app = traced(TIMEOUT);
    app.timeout(&callback(), TimeoutKind::Failed(Outcome::Busy)).unwrap();
    let decision = only(&mut app);
    assert_eq!(decision.answer.as_deref(), Some("retry(minutes(12))"));
    assert_eq!(
        (decision.line, decision.source.as_str()),
        (6, "retry(minutes(line(\"main\").waiting))"),
        "the line of the answer, not that of the `switch`"
    );
    let reads: Vec<String> =
        decision.reads().iter().map(|read| format!("{} = {}", read.expression, read.value)).collect();
    assert_eq!(
        reads,
        [
            "callback.phone = \"+4930123456\"",
            "listed(\"vip\", callback.phone) = true",
            "event.kind = \"busy\"",
            "callback.attempts = 2",
            "line(\"main\").waiting = 12",
        ]
    );
    let lines: Vec<u32> = decision.steps.iter().map(|step| step.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6]);
    assert!(decision.exact && decision.about == "busy" && decision.callback.as_str() == "c1");
}

#[test]
fn an_answer_made_in_another_function_is_found_there() {
    let mut app = traced(
        "fn accept(request) {\n  if request.has(\"vip\") { return no(); }\n  accept()\n}\nfn no() {\n  reject(\"no\")\n}\n",
    );
    app.accept(&contact()).unwrap();
    let decision = only(&mut app);
    assert_eq!((decision.line, decision.answer.as_deref()), (6, Some("reject(\"no\")")));
}

#[test]
fn a_score_is_decided_by_the_last_statement() {
    let mut app = traced("fn score(callback, agent) {\n  let n = agent.skill(\"billing\");\n  n * 10\n}\n");
    assert_eq!(app.score(&callback(), &agent()), Ok(Some(70)));
    let decision = only(&mut app);
    assert_eq!((decision.line, decision.source.as_str(), decision.about.as_str()), (3, "n * 10", "anna"));
    assert_eq!(decision.reads()[0].value, "7");
}

#[test]
fn a_fault_has_its_line_and_what_was_read_until_then() {
    let mut app = traced(
        "fn route(callback) {\n  let n = callback.attempts;\n  queue(\"main\").priority(1 / (n - 2))\n}\n",
    );
    assert!(app.route(&callback()).is_err());
    let decision = only(&mut app);
    assert_eq!((decision.line, decision.answer.clone()), (3, None));
    assert!(decision.fault.as_deref().is_some_and(|fault| fault.contains("zero")), "{:?}", decision.fault);
    assert_eq!(decision.reads()[0].value, "2");
}

#[test]
fn coverage_counts_lines_and_names_answers_never_made() {
    let mut app = traced(TIMEOUT);
    let never = |app: &Traced| -> Vec<(u32, String)> {
        let coverage = app.coverage();
        coverage.never().map(|outcome| (outcome.line, outcome.answer.clone())).collect()
    };
    assert_eq!((never(&app).len(), app.coverage().percent()), (4, 0));
    app.timeout(&callback(), TimeoutKind::Failed(Outcome::Busy)).unwrap();
    app.timeout(&callback(), TimeoutKind::QueueWait).unwrap();
    assert_eq!(never(&app), [(3, "complete(\"fax\")".into()), (7, "complete(\"unreachable\")".into())]);
    let coverage = app.coverage();
    let missed: Vec<u32> = coverage.missed().map(|line| line.line).collect();
    assert_eq!(missed, [7]);
    let third = coverage.lines.iter().find(|line| line.line == 3).unwrap();
    assert!(third.partly && third.calls == 2, "the `return` on it never ran: {third:?}");
}

#[test]
fn what_is_kept_is_bounded_and_chosen() {
    let mut app = traced("fn purge(callback) { for i in 0..1500 { print(callback.id); } purge() }");
    app.purge(&callback()).unwrap();
    assert!(only(&mut app).cut);
    // What the second run prints is not printed again.
    assert_eq!(app.take_log().len(), ringback_scripting::limits::LOG_LINES + 1);
    let mut app = traced("fn purge(callback) { purge() }");
    for _ in 0..DECISIONS_KEPT + 5 {
        app.purge(&callback()).unwrap();
    }
    assert_eq!(app.take_decisions().len(), DECISIONS_KEPT);
    app.keep(Keep::Of("other".into()));
    app.purge(&callback()).unwrap();
    assert!(app.take_decisions().is_empty());
    assert_eq!(app.coverage().outcomes[0].calls, u64::try_from(DECISIONS_KEPT).unwrap() + 6);
}

/// Every script of the corpora that passes the checks, asked traced and untraced.
#[test]
fn traced_scripts_answer_as_untraced_ones_and_within_bounds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut asked, mut untraceable) = (0, 0);
    for folder in ["tests/hostile", "../fuzz/corpus/script"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let Ok(source) = std::fs::read_to_string(entry.unwrap().path()) else { continue };
            let (Ok(mut plain), Ok(again)) = (build(&source), build(&source)) else { continue };
            let Ok(mut traced) = Traced::new(again, Keep::All) else {
                untraceable += 1;
                continue;
            };
            asked += 1;
            let (callback, contact, agent) = (callback(), contact(), agent());
            assert_eq!(plain.accept(&contact), traced.accept(&contact), "{source}");
            assert_eq!(plain.throttle(&contact), traced.throttle(&contact), "{source}");
            assert_eq!(plain.route(&callback), traced.route(&callback), "{source}");
            assert_eq!(plain.score(&callback, &agent), traced.score(&callback, &agent), "{source}");
            assert_eq!(plain.purge(&callback), traced.purge(&callback), "{source}");
            for kind in [TimeoutKind::QueueWait, TimeoutKind::Failed(Outcome::Fax)] {
                assert_eq!(plain.timeout(&callback, kind), traced.timeout(&callback, kind), "{source}");
            }
            for decision in traced.take_decisions() {
                assert!(decision.exact, "{source}\n{decision:#?}");
            }
        }
    }
    assert!(asked >= 40 && untraceable <= 1, "{asked} asked, {untraceable} untraceable");
}
