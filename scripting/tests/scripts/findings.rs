//! Names, hooks and literals that `check` finds fault with, all at once and each in its place.

use ringback_engine::center::Severity;
use ringback_scripting::RhaiApplication;

use crate::support::{application, build, script, shown};

/// A script, the text that a finding marks, and its message.
const FOUND: &[(&str, &str, &str)] = &[
    ("fn rout(callback) { queue(\"main\") }", "rout", "nothing calls `rout`, did you mean the hook `route`?"),
    ("fn acept(request) { accept() }", "acept", "nothing calls `acept`, did you mean the hook `accept`?"),
    (
        "fn timeouts(callback, event) { standard() }",
        "timeouts",
        "nothing calls `timeouts`, did you mean the hook `timeout`?",
    ),
    ("fn route() { queue(\"main\") }", "route", "hook `route` with 0 parameters; it has 1"),
    ("fn timeout(callback) { standard() }", "timeout", "hook `timeout` with 1 parameters; it has 2"),
    ("fn score(callback) { 1 }", "score", "hook `score` with 1 parameters; it has 2"),
    ("fn route(callback) { quee(\"main\") }", "quee", "unknown function `quee`, did you mean `queue`?"),
    (
        "fn route(callback) { helpr(1); queue(\"main\") } fn helper(x) { x }",
        "helpr",
        "unknown function `helpr`, did you mean `helper`?",
    ),
    (
        "fn route(callback) { queue(\"main\").needs(\"true\") }",
        "needs",
        "unknown method `needs`, did you mean `need`?",
    ),
    (
        "fn route(callback) { callback.helper(); queue(\"main\") } fn helper(x) { x }",
        "helper",
        "`helper` is a function of this script, not a method",
    ),
    (
        "fn route(callback) { helper(1, 2); queue(\"main\") } fn helper(x) { x }",
        "helper",
        "`helper` with 2 values; it has 1 parameters",
    ),
    ("fn route(callback) { queue() }", "queue", "`queue` with 0 values"),
    ("fn throttle(request) { limit(\"a\", 1) }", "limit", "`limit` with 2 values"),
    (
        "fn route(callback) { print(callback.phon); queue(\"main\") }",
        "phon",
        "a callback has no property `phon`, did you mean `phone`?",
    ),
    (
        "fn route(callback) { print(callback.waiting); queue(\"main\") }",
        "waiting",
        "a callback has no property `waiting`",
    ),
    (
        "fn accept(request) { print(request.attempts); accept() }",
        "attempts",
        "a request has no property `attempts`",
    ),
    (
        "fn timeout(callback, event) { print(event.kinds); standard() }",
        "kinds",
        "an event has no property `kinds`, did you mean `kind`?",
    ),
    (
        "fn route(c) { print(line(\"main\").wating); queue(\"main\") }",
        "wating",
        "a line has no property `wating`, did you mean `waiting`?",
    ),
    ("fn route(callback) { print(callback.phone.len); queue(\"main\") }", "len", "`len` is called"),
    ("fn route(callback) { print(callback.phone()); queue(\"main\") }", "phone", "`phone` is a property"),
    ("fn route(callback) { queue(\"mian\") }", "\"mian\"", "unknown queue `mian`, did you mean `main`?"),
    (
        "fn route(callback) { queue(\"main\").after(minutes(1)).queue(\"generl\") }",
        "\"generl\"",
        "unknown queue `generl`, did you mean `general`?",
    ),
    (
        "fn route(callback) { print(line(\"bill\").ready); queue(\"main\") }",
        "\"bill\"",
        "unknown queue `bill`",
    ),
    (
        "fn accept(request) { if is_open(\"offise\") { reject(\"a\") } else { accept() } }",
        "\"offise\"",
        "unknown calendar `offise`, did you mean `office`?",
    ),
    ("fn accept(request) { print(next_open(\"x\")); accept() }", "\"x\"", "unknown calendar `x`"),
    (
        "fn accept(request) { print(listed(\"vipp\", \"a\")); accept() }",
        "\"vipp\"",
        "unknown table `vipp`, did you mean `vip`?",
    ),
    ("fn accept(request) { print(lookup(\"tab\", \"a\", 1)); accept() }", "\"tab\"", "unknown table `tab`"),
    (
        "fn accept(request) { print(cell(\"customrs\", request.phone, \"tier\")); accept() }",
        "\"customrs\"",
        "unknown table `customrs`, did you mean `customers`?",
    ),
    (
        "fn accept(request) { print(cell(\"customers\", request.phone, \"teir\")); accept() }",
        "\"teir\"",
        "table `customers` has no column `teir`, did you mean `tier`?",
    ),
    (
        "fn accept(request) { print(\"customers\".cell(request.phone, \"colour\", 1)); accept() }",
        "\"colour\"",
        "table `customers` has no column `colour`; it has `limit`, `notes`, `tier`",
    ),
    (
        "fn accept(request) { print(lookup(\"customers\", request.phone, 0)); accept() }",
        "\"customers\"",
        "table `customers` has the columns `limit`, `notes`, `tier`; write `cell(table, key, column)`",
    ),
    (
        "fn accept(request) { print(cell(\"vip\", request.phone, request.service)); accept() }",
        "\"vip\"",
        "table `vip` has one value a key and no columns; write `lookup(table, key)`",
    ),
    (
        "fn accept(request) { print(\"vipp\".listed(request.phone)); accept() }",
        "\"vipp\"",
        "unknown table `vipp`, did you mean `vip`?",
    ),
    (
        "fn route(callback) { need(queue(\"main\"), \"billing &&\") }",
        "\"",
        "requirement `billing &&`: expected a skill, found the end at character 11",
    ),
    (
        "fn accept(request) { print(local(now(), \"Europe/Berln\").hour); accept() }",
        "\"Europe/Berln\"",
        "unknown time zone `Europe/Berln`, did you mean `Europe/Berlin`?",
    ),
    (
        "fn accept(request) { defer(at(\"2026-12-24 09:00\", \"UTC\")) }",
        "\"2026-12-24 09:00\"",
        "`2026-12-24 09:00` is no local time; write one as `2026-12-24T09:00`",
    ),
    (
        "fn accept(request) { reject(\"not good\") }",
        "\"not good\"",
        "`not good` is no code; write 1 to 64 of the characters A-Z a-z 0-9 _ . -",
    ),
    (
        "fn timeout(callback, event) { complete(\"\") }",
        "\"\"",
        "`` is no code; write 1 to 64 of the characters A-Z a-z 0-9 _ . -",
    ),
    (
        "fn route(callback) { queue(\"main\").need(\"billing >= \") }",
        "\"",
        "requirement `billing >= `: expected a level, a whole number from 0 to 100 at character 12",
    ),
    (
        "fn route(callback) { queue(\"main\").need(\"billing | a\") }",
        "|",
        "requirement `billing | a`: expected `&&`, `||` or the end at character 9",
    ),
    (
        "fn route(callback) { queue(\"main\").need(\"biling\") }",
        "\"biling\"",
        "nobody has the skill `biling`, did you mean `billing`?",
    ),
    (
        "fn route(callback) { queue(\"main\").need(\"billing >= 8\") }",
        "\"billing >= 8\"",
        "nobody has the skill `billing` at level 8",
    ),
    (
        "fn route(callback) { queue(\"main\").need(\"group:golf\") }",
        "\"group:golf\"",
        "nobody is in the group `golf`, did you mean `gold`?",
    ),
    (
        "fn route(callback) { queue(\"main\").need(\"agent:ana\") }",
        "\"agent:ana\"",
        "unknown agent `ana`, did you mean `anna`?",
    ),
    (
        "fn timeout(callback, event) { if event.kind == \"bussy\" { requeue() } else { standard() } }",
        "\"bussy\"",
        "unknown event kind `bussy`, did you mean `busy`?",
    ),
    (
        "fn timeout(callback, event) { if \"not_found\" != event.kind { requeue() } else { standard() } }",
        "\"not_found\"",
        "event kind `not_found`: not supported yet",
    ),
    (
        "fn timeout(callback, event) { switch event.kind { \"busy\" | \"not_found\" => requeue(), _ => standard() } }",
        "\"not_found\"",
        "event kind `not_found`: not supported yet",
    ),
    (
        "fn timeout(c, e) { if any_of(e.kind, \"busy\", \"not_found\") { requeue() } else { standard() } }",
        "\"not_found\"",
        "event kind `not_found`: not supported yet",
    ),
    (
        "fn timeout(c, e) { switch e.kind { \"fax\" => { requeue() } \"answered\" => standard(), _ => standard() } }",
        "\"answered\"",
        "unknown event kind `answered`",
    ),
    (
        "fn route(callback) { return queue(\"main\"); print(1); }",
        "print",
        "this is never reached: `return` stands in front of it",
    ),
    (
        "fn route(callback) { for i in 0..3 { break; print(i); } queue(\"main\") }",
        "print",
        "this is never reached: `break` stands in front of it",
    ),
    ("fn route(callback) { let x = ; queue(\"main\") }", ";", "unexpected `;`"),
    ("fn route(callback) { x }", "x", "unknown variable `x`"),
    ("fn route(callback) { const x = 1; x = 2; queue(\"main\") }", "x", "`x` is a constant"),
    ("fn f(a) { 1 } fn f(b) { 2 }", "fn", "there are two functions `f` with as many parameters"),
];

/// What newcomers write, where it is marked, and what they are told to write.
const SLIPS: &[(&str, &str, &str)] = &[
    ("fn route(callback) {\n  let x = 5\n  queue(\"main\")\n}", "5", "expected `;` behind this"),
    (
        "fn route(callback) { let spawn = 5; queue(\"main\") }",
        "spawn",
        "`spawn` is a reserved word; take another name",
    ),
    (
        "fn route(callbck) { queue(callback.queue) }",
        "callback",
        "unknown variable `callback`, did you mean `callbck`?",
    ),
    (
        "fn route(callback) { let patience = minutes(2); retry(patiense) }",
        "patiense",
        "unknown variable `patiense`, did you mean `patience`?",
    ),
    (
        "fn accept(request) { if request.attr(\"x\") == nil { accept() } else { reject(\"a\") } }",
        "nil",
        "`nil` is no word of scripts; there is no empty value; ask first, as `request.has(\"tier\")`, or give another, \
         as `request.attr(\"tier\", \"standard\")`",
    ),
    (
        "fn accept(request) { if true { accept() } elseif false { accept() } }",
        "elseif",
        "`elseif` is no word of scripts; write `else if`",
    ),
    (
        "fn accept(request) { if true and false { accept() } else { accept() } }",
        "and",
        "`and` is no word of scripts; write `&&`",
    ),
    (
        "fn accept(request) { if not true { accept() } else { accept() } }",
        "not",
        "`not` is no word of scripts; write `!`",
    ),
    ("function accept(request) { accept() }", "function", "`function` is no word of scripts; write `fn`"),
    ("fn accept(request) { var x = 1; accept() }", "var", "`var` is no word of scripts; write `let`"),
    (
        "fn accept(request) { let x: int = 1; accept() }",
        ":",
        "`:` is no symbol of scripts; kinds of values are not written; leave it out",
    ),
    ("fn accept(request) { let x = 1; x++; accept() }", "+", "`++` is no symbol of scripts; write `+= 1`"),
    (
        "fn accept(request) { let x = true ? 1 : 2; accept() }",
        "?",
        "`?` is no symbol of scripts; write `if condition { a } else { b }`",
    ),
    (
        "fn timeout(callback, event) { if event.kind = \"busy\" { requeue() } else { standard() } }",
        "kind",
        "`kind` can be read but not set; to compare, write `==`",
    ),
    (
        "fn accept(request) {\n  print(\"open);\n  accept()\n}",
        "\"open);",
        "a text without its closing `\"`: `\"open);`",
    ),
    (
        "fn accept(request) { accept().ttl(\"4h\") }",
        "\"4h\"",
        "`ttl` takes a duration, not a text; write `minutes(5)`, or with `seconds`, `hours` or `days`",
    ),
    (
        "fn route(callback) { queue(\"main\").after(120) }",
        "120",
        "`after` takes a duration, not an integer; write `minutes(5)`, or with `seconds`, `hours` or `days`",
    ),
    (
        "fn route(callback) { queue(\"main\").priority(\"high\") }",
        "\"high\"",
        "`priority` takes an integer, not a text; write a whole number without quotes",
    ),
    (
        "fn timeout(callback, event) { schedule(\"09:00\") }",
        "\"09:00\"",
        "`schedule` takes an instant, not a text; write `now() + hours(1)`, or `at(\"2026-12-24T09:00\", zone)`",
    ),
    (
        "fn accept(request) { print(listed(\"vip\", true)); accept() }",
        "true",
        "`listed` takes a text, not a boolean; write it in quotes",
    ),
    (
        "fn route(callback) { let l = line(\"main\"); print(l.phone); queue(\"main\") }",
        "phone",
        "a line has no property `phone`",
    ),
    (
        "fn route(callback) { let c = callback; let d = c; print(d.waiting); queue(\"main\") }",
        "waiting",
        "a callback has no property `waiting`",
    ),
    (
        "fn route(callback) { print(local(callback.received).hours); queue(\"main\") }",
        "hours",
        "a local time has no property `hours`, did you mean `hour`?",
    ),
    (
        "fn accept(request) { if !is_open(\"office\") { reject(\"closed\") } accept() }",
        "reject",
        "this answer is dropped: `reject` stands in the middle, and the last value answers; write \
         `return reject(...);`",
    ),
    (
        "fn timeout(callback, event) { switch event.kind { \"busy\" => retry(minutes(1)), _ => { } } standard() }",
        "retry",
        "this answer is dropped: `retry` stands in the middle, and the last value answers; write `return retry(...);`",
    ),
    ("fn purge(callback) { keep(days(1)).wait(); keep(days(2)) }", "wait", "unknown method `wait`"),
    (
        "fn route(callback) { for i in 0..3 { queue(\"main\").need(\"billing\"); } queue(\"main\") }",
        "queue",
        "this answer is dropped: `queue` stands in the middle, and the last value answers; write `return queue(...);`",
    ),
];

#[test]
fn slips_of_newcomers_are_told_with_what_to_write() {
    for (source, marked, message) in SLIPS {
        let findings = match build(source) {
            Ok(app) => app.warnings().to_vec(),
            Err(findings) => findings,
        };
        let told = |finding: &ringback_scripting::Diagnostic| {
            let help = finding.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
            format!("{}{help}", finding.message)
        };
        let found = findings.iter().find(|finding| told(finding) == *message);
        let finding = found.unwrap_or_else(|| panic!("{source}\n{}", shown(&findings)));
        assert_eq!(&source[finding.span.clone()], *marked, "{source}");
    }
}

/// What is no mistake is not told as one.
#[test]
fn sound_scripts_have_no_finding() {
    for source in [
        "fn accept(request) { if is_open(\"office\") { accept() } else { reject(\"closed\") } }",
        "fn accept(request) { if is_open(\"office\") { accept() } else { reject(\"closed\") }; }",
        "fn accept(request) { let a = accept(); if true { a = a.priority(5); } a }",
        "fn accept(request) { return if true { accept() } else { reject(\"a\") }; }",
        "fn accept(request) { if !is_open(\"office\") { return reject(\"closed\"); } accept() }",
        "fn timeout(callback, event) { switch event.kind { \"busy\" => if callback.attempts < 3 { retry(minutes(1)) } \
         else { complete(\"no\") }, \"fax\" => { let x = 1; requeue() } _ => standard() } }",
        "fn route(callback) { let p = queue(\"main\"); for i in 1..3 { p = p.after(minutes(i)); } p }",
        "fn route(callback) { { queue(\"main\") } }",
        "fn route(callback) { let l = line(\"main\"); l = 5; print(l); queue(\"main\") }",
        "fn route(callback) { let x = line(\"main\").ready; let y = x + 1; print(y); queue(\"main\") }",
        "fn route(callback) { let t = lookup(\"vip\", callback.phone, \"\"); print(t); queue(\"main\") }",
        "fn purge(callback) { let l = callback.received; let d = now() - l; keep(days(d.seconds)) }",
        "fn not(x) { !x } fn accept(request) { if not(true) { accept() } else { reject(\"a\") } }",
        "fn throttle(request) { limit(5, 5, days(1)) }",
    ] {
        let app = application(source);
        assert!(app.warnings().is_empty(), "{source}\n{}", shown(app.warnings()));
    }
}

#[test]
fn findings_mark_their_place() {
    for (source, marked, message) in FOUND {
        let findings = match build(source) {
            Ok(app) => app.warnings().to_vec(),
            Err(findings) => findings,
        };
        let finding = findings
            .iter()
            .find(|finding| finding.message == *message)
            .unwrap_or_else(|| panic!("{source}\n{}", shown(&findings)));
        assert_eq!(&source[finding.span.clone()], *marked, "{source}");
    }
}

#[test]
fn all_findings_come_at_once_in_the_order_of_the_source() {
    let findings = build(
        "fn rout(callback) {\n  let x = 1.5;\n  queue(\"mian\").need(\"biling\").nedd(\"a\")\n}\n\nfn purge(callback) { keep(dais(30)) }\n",
    )
    .unwrap_err();
    let seen: Vec<_> = findings.iter().map(|f| (f.line, f.column, f.severity == Severity::Error)).collect();
    assert_eq!(
        seen,
        [(1, 4, true), (2, 11, true), (3, 9, true), (3, 22, false), (3, 32, true), (6, 27, true)]
    );
    assert_eq!(
        findings[1].to_string(),
        "error: 2:11: there are no numbers with a point or exponent: `1.5`; write whole numbers in a smaller unit, \
         as `seconds(90)` for a minute and a half"
    );
}

#[test]
fn without_a_center_all_is_found_but_the_names_it_has() {
    let found = |source: &str| shown(&RhaiApplication::check_alone(&script(source)));
    assert_eq!(found("fn route(callback) { queue(\"nowhere\").need(\"nobody && group:none\") }"), "");
    assert_eq!(
        found("fn accept(request) { print(is_open(\"no\")); print(lookup(\"no\", \"x\")); accept() }"),
        ""
    );
    for (source, expected) in [
        (
            "fn route(callback) { quee(\"main\") }",
            "error: 1:22: unknown function `quee`, did you mean `queue`?",
        ),
        ("fn route(callback) { queue(\"main\").need(\"a &&\") }", "error: 1:46: requirement `a &&`"),
        ("fn accept(request) { print(at(\"2026-13-01T00:00\", \"UTC\")); accept() }", "error: 1:31: "),
        ("fn route(callback) { let x = ; queue(\"main\") }", "error: 1:30: "),
        ("fn route(callback) { 1.5 }", "error: 1:22: there are no numbers with a point"),
    ] {
        assert!(found(source).starts_with(expected), "{source}\n{}", found(source));
    }
}

#[test]
fn warnings_do_not_keep_a_script_from_running() {
    let app = application("fn route(callback) { queue(\"main\").need(\"french && group:silver\") }");
    assert_eq!(app.warnings().len(), 2);
    assert!(app.warnings().iter().all(|warning| warning.severity == Severity::Warning));
}

#[test]
fn a_misspelt_hook_that_is_called_is_a_function() {
    assert!(build("fn routes(callback) { queue(\"main\") } fn route(callback) { routes(callback) }").is_ok());
}

/// Guards around `switch` shift what Rhai sees; findings stay where the author wrote it.
#[test]
fn findings_behind_a_switch_are_where_they_were_written() {
    let source =
        "fn route(callback) {\n  switch callback.queue { \"a\" => unknown, _ => 1 }; queue(\"main\")\n}";
    let findings = build(source).unwrap_err();
    assert_eq!((findings[0].line, findings[0].column), (2, 34), "{}", shown(&findings));
    assert!(source[findings[0].span.start..].starts_with("unknown"));
}

#[test]
fn plans_tell_their_queues() {
    let app = application(
        "fn route(callback) { queue(\"main\").after(minutes(1)).queue(\"general\").after(minutes(2)).queue(\"main\") }\n\
         fn accept(request) { print(line(\"billing\").waiting); accept() }",
    );
    let queues = app.literal_queues();
    assert_eq!(queues.names.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["general", "main"]);
    assert!(!queues.computed);
    assert!(application("fn route(callback) { queue(callback.attr(\"queue\")) }").literal_queues().computed);
    assert!(application("fn route(callback) { queue(\"ma\" + \"in\") }").literal_queues().computed);
}

#[test]
fn a_bracket_left_open_is_told_where_it_opens_and_alone() {
    for (source, told) in [
        ("fn purge(callback) {\n  keep(days(30)\n}\n", "error: 2:7: this `(` is never closed: expected `)`"),
        ("fn purge(callback) {\n  keep(days(30))\n", "error: 1:20: this `{` is never closed: expected `}`"),
        (
            "fn purge(callback) {\n  if true { keep(days(30))\n}\n",
            "error: 2:11: this `{` is never closed: expected `}`",
        ),
        (
            "fn purge(callback) {\n  keep(days(30)))\n}\n",
            "error: 2:17: this `)` closes nothing; take it away",
        ),
        ("fn purge(callback) {\n  purge()\n}}\n", "error: 3:2: this `}` closes nothing; take it away"),
        ("fn purge(callback)\n  purge()\n}\n", "error: 1:18: expected `{` behind this"),
        (
            "fn purge(callback) {\n  if (true { purge() }\n  keep(days(1))\n}\n",
            "error: 2:6: this `(` is never closed: expected `)`",
        ),
    ] {
        let findings = crate::support::build(source).unwrap_err();
        assert_eq!(crate::support::shown(&findings), told, "{source}");
    }
}
