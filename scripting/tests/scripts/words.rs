//! Every word, with what it gives.

use crate::support::{agent, application, build, callback, contact, instant, scheduled, value};
use ringback_engine::center::{Limit, Plan};
use ringback_engine::protocol::{Acceptance, Application, RetentionAnswer, TimeoutAnswer, TimeoutKind};
use ringback_engine::record::Outcome;
use ringback_engine::value::Ageing;
use ringback_engine::{Duration, Requirement};

/// Expressions and what they print.
const VALUES: &[(&str, &str)] = &[
    ("seconds(90)", "90s"),
    ("minutes(5)", "5m"),
    ("hours(2)", "2h"),
    ("days(1)", "1d"),
    ("minutes(2).seconds", "120"),
    ("minutes(2) + seconds(1)", "121s"),
    ("minutes(2) - minutes(3)", "-1m"),
    ("minutes(2) * 3", "6m"),
    ("3 * minutes(2)", "6m"),
    ("-minutes(2)", "-2m"),
    ("minutes(2) > seconds(90)", "true"),
    ("now()", "2026-12-24 09:00"),
    ("\"until \" + now()", "until 2026-12-24 09:00"),
    ("now() + \" it is\"", "2026-12-24 09:00 it is"),
    (
        "`at ${now() + hours(1)} and ${minutes(1)}, ${1 + 1} ${true} ${\"x\"}`",
        "at 2026-12-24 10:00 and 1m, 2 true x",
    ),
    ("now() + minutes(90)", "2026-12-24 10:30"),
    ("minutes(90) + now()", "2026-12-24 10:30"),
    ("now() - minutes(90)", "2026-12-24 07:30"),
    ("now() - (now() - days(2))", "2d"),
    ("now() == now() && now() < now() + seconds(1)", "true"),
    ("local(now()).year", "2026"),
    ("local(now()).month", "12"),
    ("local(now()).day", "24"),
    ("local(now()).weekday", "4"),
    ("local(now()).hour", "9"),
    ("local(now()).minute", "0"),
    ("local(now()).date", "2026-12-24"),
    ("local(now()).time", "09:00"),
    ("local(now(), \"America/New_York\").hour", "3"),
    ("at(\"2026-12-24T09:00\", \"Europe/Berlin\") == now()", "true"),
    ("at(\"2026-12-24T09:00:30\", \"Europe/Berlin\") - now()", "30s"),
    // Clocks go from 02:00 to 03:00: the first instant after the gap.
    ("at(\"2026-03-29T02:30\", \"Europe/Berlin\")", "2026-03-29 03:00"),
    // Clocks go from 03:00 back to 02:00: the first of the two, an hour before the second.
    ("at(\"2026-10-25T03:00\", \"Europe/Berlin\") - at(\"2026-10-25T02:30\", \"Europe/Berlin\")", "90m"),
    ("is_open(\"office\")", "true"),
    ("is_open(\"never\")", "false"),
    ("open_for(\"office\")", "2h"),
    ("open_for(\"never\")", "0s"),
    ("next_open(\"office\")", "2026-12-24 09:00"),
    ("line(\"billing\").waiting", "12"),
    ("line(\"billing\").on_call", "3"),
    ("line(\"billing\").oldest", "4m"),
    ("line(\"general\").oldest == seconds(0)", "true"),
    ("line(\"billing\").agents", "8"),
    ("line(\"billing\").ready", "1"),
    ("line(\"billing\").paused", "true"),
    ("line(\"billing\").full", "false"),
    ("line(\"billing\").ewt > minutes(5)", "true"),
    ("line(\"general\").ewt == seconds(-1)", "true"),
    ("count(\"number:\" + callback.phone, days(1))", "4"),
    ("count(\"number:\" + callback.phone, hours(1))", "0"),
    ("lookup(\"vip\", callback.phone)", "2"),
    ("lookup(\"vip\", 5)", "five"),
    ("lookup(\"vip\", \"nobody\", 0)", "0"),
    ("listed(\"vip\", callback.phone)", "true"),
    ("cell(\"customers\", callback.phone, \"tier\")", "gold"),
    ("cell(\"customers\", callback.phone, \"limit\") + 1", "4"),
    ("cell(\"customers\", callback.phone, \"notes\", \"none\")", "none"),
    ("cell(\"customers\", \"nobody\", \"limit\", 1)", "1"),
    ("cell(\"customers\", callback.phone, \"li\" + \"mit\", \"\")", "3"),
    ("listed(\"customers\", 5)", "true"),
    ("listed(\"customers\", \"nobody\")", "false"),
    ("listed(\"vip\", 5)", "true"),
    ("listed(\"vip\", \"nobody\")", "false"),
    ("any_of(callback.service, \"billing\", \"retail\")", "true"),
    ("any_of(callback.attempts, 1, 3, 4, 5, 6, 7, 8, 9)", "false"),
    ("any_of(minutes(1), seconds(60))", "true"),
    ("any_of(now(), now() + seconds(1))", "false"),
    ("any_of(true, false, true)", "true"),
    ("\"äbc\".len()", "3"),
    ("len(\"abc\")", "3"),
    ("callback.attr(\"vip\").len()", "1"),
    ("\"abc\".contains(\"bc\")", "true"),
    ("\"bc\" in \"abc\"", "true"),
    ("\"x\" !in \"abc\"", "true"),
    ("3 in 1..5", "true"),
    ("5 in 1..=4", "false"),
    ("callback.phone.starts_with(\"+49\")", "true"),
    ("callback.phone.ends_with(\"99\")", "false"),
    ("callback.attr(\"5\").starts_with(5)", "true"),
    ("\"ABC\".lower()", "abc"),
    ("\"abc\".upper()", "ABC"),
    ("\"äbcd\".sub(1, 2)", "bc"),
    ("\"abc\".sub(1, 99)", "bc"),
    ("\"abc\".sub(9, 1)", ""),
    ("request.id", "c1"),
    ("request.service", "retail"),
    ("request.phone", "+4930123456"),
    ("request.kind", "immediate"),
    ("request.has_desired", "false"),
    ("request.language", "de"),
    ("request.channel", "Web"),
    ("request.priority", "3"),
    ("request.received", "2026-12-24 09:00"),
    ("request.attr(\"vip\") + 1", "3"),
    ("request.attr(\"tier\", \"standard\")", "gold"),
    ("request.attr(\"none\", \"standard\")", "standard"),
    ("request.attr(\"none\", 5)", "5"),
    ("request.attr(\"none\", minutes(1))", "1m"),
    ("request.attr(5)", "55"),
    ("request.has(\"tier\")", "true"),
    ("request.has(\"none\")", "false"),
    ("request.has(5)", "true"),
    ("callback.queue", "billing"),
    ("callback.attempts", "2"),
    ("callback.last_outcome", "busy"),
    ("callback.rejects", "0"),
    ("callback.waited", "5m"),
    ("callback.place", "2026-12-24 08:55"),
    ("callback.received", "2026-12-24 08:50"),
    ("callback.priority", "11"),
    ("callback.state", "QUEUED"),
    ("callback.tag(\"campaign\")", "spring"),
    ("callback.tag(\"none\", \"-\")", "-"),
    ("event.kind", "busy"),
    ("1 + 2 * 3 - 4 / 2 % 3", "5"),
    ("-7 / 2", "-3"),
    ("!true || 1 < 2 && 2 >= 2 && 1 != 2 && true != false", "true"),
    ("\"a\" < \"b\" && \"a\" + 1 == \"a1\" && 1 + \"a\" == \"1a\" && \"a\" + true == \"atrue\"", "true"),
    ("if callback.attempts > 1 { \"many\" } else { \"few\" }", "many"),
    ("0x1F + 0b11 + 1_000", "1034"),
];

#[test]
fn expressions_give_what_they_say() {
    for (expression, expected) in VALUES {
        assert_eq!(value(expression).as_deref(), Ok(*expected), "{expression}");
    }
}

#[test]
fn faults_say_what_and_where() {
    for (expression, message) in [
        ("request.desired", "there is no desired time; ask `has_desired` first"),
        (
            "request.attr(\"none\")",
            "there is no attribute `none`; write `attr(name, otherwise)` where it may be absent",
        ),
        (
            "callback.tag(\"none\")",
            "there is no tag `none`; write `tag(name, otherwise)` where it may be absent",
        ),
        (
            "lookup(\"vip\", \"nobody\")",
            "table `vip` has no entry `nobody`; write `lookup(table, key, otherwise)`",
        ),
        ("lookup(\"v\" + \"ip2\", \"x\")", "unknown table `vip2`"),
        ("cell(\"v\" + \"ip2\", \"x\", \"y\", 1)", "unknown table `vip2`"),
        (
            "cell(\"customers\", \"nobody\", \"tier\")",
            "table `customers` has nothing for `nobody` in `tier`; write `cell(table, key, column, otherwise)`",
        ),
        (
            "cell(\"customers\", \"x\", \"ti\" + \"re\", 1)",
            "table `customers` has no column `tire`, did you mean `tier`?",
        ),
        (
            "lookup(\"cust\" + \"omers\", \"x\", 1)",
            "table `customers` has the columns `limit`, `notes`, `tier`; write `cell(table, key, column)`",
        ),
        (
            "cell(\"v\" + \"ip\", \"x\", \"tier\", 1)",
            "table `vip` has one value a key and no columns; write `lookup(table, key)`",
        ),
        ("cell(\"customers\", 5, \"notes\")", "a text of more than 1024 bytes"),
        ("cell(\"customers\", callback.has_desired, \"notes\", 1)", "expected a text, not a boolean"),
        ("is_open(\"off\" + \"ices\")", "unknown calendar `offices`"),
        ("next_open(\"never\")", "calendar `never` never opens again"),
        ("line(callback.id).waiting", "unknown queue `c1`"),
        ("request.attr(\"long\")", "a text of more than 1024 bytes"),
        ("callback.attr(\"tier\") + `${callback.attr(\"long\", \"\")}`", "a text of more than 1024 bytes"),
        ("9223372036854775807 + 1", "overflow: `9223372036854775807 + 1` does not fit in 64 bits"),
        ("-9223372036854775807 - 2", "overflow: `-9223372036854775807 - 2` does not fit in 64 bits"),
        ("1 / (callback.attempts - 2)", "division by zero: `1 / 0`"),
        ("1 % 0", "division by zero: `1 % 0`"),
        ("days(9223372036854775807)", "overflow: `days(9223372036854775807)` does not fit in 64 bits"),
        ("now() + days(9999999)", "overflow: the instant lies outside the years 1 to 9999"),
        ("days(100000000000) + days(100000000000)", "overflow: the duration does not fit in 64 bits"),
        ("minutes(\"\" + \"5\")", "`minutes` can't be used with a text"),
        ("any_of(1, \"1\")", "`any_of` can't be used with an integer and a text"),
        ("if callback.attempts { 2 } else { 3 }", "expected a boolean, not an integer"),
        ("callback.attempts && true", "expected a boolean, not an integer"),
        ("!1", "`!` has no meaning for an integer"),
        ("-\"a\"", "`-` has no meaning for a text"),
        ("\"abc\" - \"b\"", "`-` has no meaning for a text and a text"),
        ("minutes(1) * minutes(1)", "`*` has no meaning for a duration and a duration"),
        ("\"abc\".sub(-1, 2)", "`sub(-1, 2)`: write numbers that are not negative"),
        ("callback", "a callback can't be printed"),
        ("local(now(), \"Mo\" + \"on\").hour", "unknown time zone `Moon`; write one as `Europe/Berlin`"),
        ("at(\"tomorr\" + \"ow\", \"UTC\")", "`tomorrow` is no local time; write one as `2026-12-24T09:00`"),
        ("lookup(\"vip\", callback.phone).seconds", "an integer has no property `seconds`"),
    ] {
        let fault = value(expression).expect_err(expression);
        assert_eq!((fault.message.as_str(), fault.line), (message, 1), "{expression}");
    }
    let mut app =
        application("fn route(callback) {\n  depth(callback)\n}\nfn depth(callback) {\n  1 + \"x\" == 2\n}");
    let fault = app.route(&callback()).unwrap_err();
    assert_eq!((fault.message.as_str(), fault.line), ("`==` can't compare a text with an integer", 5));
}

#[test]
fn a_scheduled_request_has_its_time() {
    let mut app = application(
        "fn accept(request) { print(request.kind + \" \" + request.desired + \" \" + request.has_desired); accept() }",
    );
    app.accept(&scheduled()).unwrap();
    assert_eq!(app.take_log(), ["scheduled 2026-12-24 11:00 true"]);
}

fn accept(body: &str) -> Result<Acceptance, String> {
    let mut app = application(&format!("fn accept(request) {{ {body} }}"));
    app.accept(&contact()).map(Option::unwrap).map_err(|fault| fault.message)
}

#[test]
fn acceptances() {
    let accepted = |priority, ttl, tags: &[(&str, &str)]| {
        Ok(Acceptance::Accept {
            priority,
            ttl,
            tags: tags.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        })
    };
    assert_eq!(accept("accept()"), accepted(None, None, &[]));
    assert_eq!(accept("accept().priority(50)"), accepted(Some(50), None, &[]));
    assert_eq!(accept("accept().ttl(hours(4))"), accepted(None, Some(Duration::from_hours(4)), &[]));
    assert_eq!(
        accept("let a = accept().tag(\"a\", \"1\"); a.priority(9); a.tag(\"b\", 5).tag(\"a\", \"2\")"),
        accepted(None, None, &[("a", "2"), ("b", "5")])
    );
    let rejected = |code: &str, sentence: Option<&str>| {
        Ok(Acceptance::Reject { code: code.into(), sentence: sentence.map(Into::into) })
    };
    assert_eq!(accept("reject(\"full\")"), rejected("full", None));
    assert_eq!(
        accept("return reject(\"closed\", \"We are closed until \" + next_open(\"office\"));"),
        rejected("closed", Some("We are closed until 2026-12-24 09:00"))
    );
    assert_eq!(accept("defer(now() + hours(1))"), Ok(Acceptance::Defer(instant("2026-12-24T09:00:00Z"))));
    for (body, message) in [
        ("reject(\"fu\" + \"ll!\")", "`full!` is no code; write 1 to 64 of the characters A-Z a-z 0-9 _ . -"),
        ("reject(\"x\").priority(1)", "`priority` belongs to `accept()`"),
        ("accept().ttl(seconds(0))", "a life of 0s; write a longer time, as `hours(4)`"),
        ("accept().tag(\"\", 1)", "a tag's name has 1 to 64 bytes"),
        ("true", "`accept` should return `accept()`, `reject(code)` or `defer(instant)`, not a boolean"),
        ("", "`accept` should return `accept()`, `reject(code)` or `defer(instant)`, not nothing"),
        ("let a = accept(); for i in 0..20 { a = a.tag(\"t\" + i, 1); } a", "more than 16 tags"),
    ] {
        assert_eq!(accept(body), Err(message.into()), "{body}");
    }
}

fn throttle(body: &str) -> Result<Vec<Limit>, String> {
    let mut app = application(&format!("fn throttle(request) {{ {body} }}"));
    app.throttle(&contact()).map(Option::unwrap).map_err(|fault| fault.message)
}

#[test]
fn limits() {
    let limit = |key: &str, max, per| Limit { key: key.into(), max, per };
    assert_eq!(throttle("no_limit()"), Ok(vec![]));
    assert_eq!(
        throttle("limit(\"number:\" + request.phone, 6, days(1)).limit(5, 0, minutes(5))"),
        Ok(vec![
            limit("number:+4930123456", 6, Duration::from_days(1)),
            limit("5", 0, Duration::from_mins(5))
        ])
    );
    assert_eq!(throttle("limit(\"a\", 10000, days(31))").map(|limits| limits.len()), Ok(1));
    for (body, message) in [
        ("limit(\"a\", -1, days(1))", "limit `a`: at most -1; write 0 to 10000"),
        ("limit(\"a\", 10001, days(1))", "limit `a`: at most 10001; write 0 to 10000"),
        (
            "limit(\"a\", 1, days(32))",
            "limit `a`: in any 32d; write at most `days(31)`, and more than no time",
        ),
        (
            "limit(\"a\", 1, seconds(0))",
            "limit `a`: in any 0s; write at most `days(31)`, and more than no time",
        ),
        ("let l = no_limit(); for i in 0..9 { l = l.limit(\"a\" + i, 1, days(1)); } l", "more than 8 limits"),
        (
            "accept()",
            "`throttle` should return `no_limit()` or `limit(key, max, per)`, not the answer to `accept`",
        ),
    ] {
        assert_eq!(throttle(body), Err(message.into()), "{body}");
    }
}

fn route(body: &str) -> Result<Plan, String> {
    let mut app = application(&format!("fn route(callback) {{ {body} }}"));
    app.route(&callback()).map(Option::unwrap).map_err(|fault| fault.message)
}

#[test]
fn plans() {
    let need = |text: &str| Some(std::sync::Arc::new(text.parse::<Requirement>().unwrap()));
    let mut plan = Plan::new("billing");
    plan.last().unwrap().need = need("billing >= 5 && english");
    plan.last().unwrap().ageing = Some(Ageing { points: 1, every: Duration::from_mins(1), cap: None });
    plan.after(Duration::from_mins(2)).unwrap();
    plan.last().unwrap().need = need("billing >= 1");
    plan.after(Duration::from_mins(5)).unwrap();
    plan.go_to("general");
    plan.last().unwrap().need = need("english");
    assert_eq!(
        route(
            "queue(\"billing\").need(\"billing >= 5 && english\").age(1, minutes(1))\
             .after(minutes(2)).need(\"billing >= 1\").after(minutes(5)).queue(\"general\").need(\"english\")"
        ),
        Ok(plan)
    );
    // A word gives a plan and leaves the one it was asked of as it was.
    assert_eq!(route("let plan = queue(\"main\"); plan.priority(9); plan"), Ok(Plan::new("main")));
    assert_eq!(route("const plan = queue(\"main\"); plan.priority(9)").unwrap().steps()[0].priority, Some(9));
    let aged = route("queue(\"main\").age(2, seconds(1), 50)").unwrap();
    assert_eq!(
        aged.steps()[0].ageing,
        Some(Ageing { points: 2, every: Duration::from_secs(1), cap: Some(50) })
    );
    assert!(route("let p = queue(\"main\"); for i in 1..32 { p = p.after(minutes(i)); } p").is_ok());
    for (body, message) in [
        ("queue(callback.id)", "unknown queue `c1`"),
        ("queue(\"main\").queue(callback.id)", "unknown queue `c1`"),
        (
            "queue(\"main\").need(callback.id + \" &&\")",
            "requirement `c1 &&`: expected a skill, found the end at character 6",
        ),
        (
            "queue(\"main\").age(-1, minutes(1))",
            "ageing by -1 points would move a callback back; write 0 or more",
        ),
        ("queue(\"main\").age(1, seconds(0))", "ageing every 0s; write a longer time, as `minutes(1)`"),
        ("queue(\"main\").age(1, seconds(1), -1)", "ageing with a negative cap; write 0 or more"),
        (
            "queue(\"main\").after(minutes(2)).after(minutes(1))",
            "a step after 1m can't follow one after 2m: delays count from the start of the plan",
        ),
        (
            "let p = queue(\"main\"); for i in 1..40 { p = p.after(minutes(i)); } p",
            "a plan has at most 32 steps",
        ),
        ("\"main\"", "`route` should return a plan, as `queue(name)`, not a text"),
    ] {
        assert_eq!(route(body), Err(message.into()), "{body}");
    }
}

fn timeout(body: &str) -> Result<Option<TimeoutAnswer>, String> {
    let mut app = application(&format!("fn timeout(callback, event) {{ {body} }}"));
    app.timeout(&callback(), TimeoutKind::QueueWait).map_err(|fault| fault.message)
}

#[test]
fn timeout_answers() {
    assert_eq!(timeout("retry(minutes(10))"), Ok(Some(TimeoutAnswer::Retry(Duration::from_mins(10)))));
    assert_eq!(timeout("requeue()"), Ok(Some(TimeoutAnswer::Requeue)));
    assert_eq!(timeout("reroute()"), Ok(Some(TimeoutAnswer::Reroute)));
    let later = instant("2026-12-24T09:00:00Z");
    assert_eq!(timeout("schedule(now() + hours(1))"), Ok(Some(TimeoutAnswer::Schedule(later))));
    assert_eq!(timeout("complete(\"unreachable\")"), Ok(Some(TimeoutAnswer::Complete("unreachable".into()))));
    assert_eq!(timeout("standard()"), Ok(None));
    assert_eq!(
        timeout(
            "switch event.kind { \"busy\" | \"no_answer\" => standard(), \"queue_wait\" => requeue(), _ => reroute() }"
        ),
        Ok(Some(TimeoutAnswer::Requeue))
    );
    for (body, message) in [
        ("retry(seconds(0))", "`retry` after 0s; write a longer time, as `minutes(5)`"),
        ("retry(-minutes(1))", "`retry` after -1m; write a longer time, as `minutes(5)`"),
        ("schedule(now())", "`schedule` for 2026-12-24T08:00:00.000Z, which is not to come"),
        ("complete(\"a\" + \" b\")", "`a b` is no code; write 1 to 64 of the characters A-Z a-z 0-9 _ . -"),
        (
            "5",
            "`timeout` should return `retry(after)`, `requeue()`, `reroute()`, `schedule(instant)`, `complete(word)` \
             or `standard()`, not an integer",
        ),
    ] {
        assert_eq!(timeout(body), Err(message.into()), "{body}");
    }
}

#[test]
fn purge_answers() {
    for (body, answer) in [
        ("purge()", Ok(Some(RetentionAnswer::Purge))),
        ("keep(days(30))", Ok(Some(RetentionAnswer::Keep(Duration::from_days(30))))),
        ("redact()", Ok(Some(RetentionAnswer::Redact))),
        (
            "()",
            Err("`purge` should return `purge()`, `keep(duration)` or `redact()`, not nothing".to_owned()),
        ),
    ] {
        let mut app = application(&format!("fn purge(callback) {{ {body} }}"));
        assert_eq!(app.purge(&callback()).map_err(|fault| fault.message), answer, "{body}");
    }
}

#[test]
fn hooks_left_out_leave_the_decision_to_the_settings() {
    let mut app = application("fn purge(callback) { purge() }");
    assert_eq!(app.accept(&contact()), Ok(None));
    assert_eq!(app.throttle(&contact()), Ok(None));
    assert_eq!(app.route(&callback()), Ok(None));
    assert_eq!(app.timeout(&callback(), TimeoutKind::Failed(Outcome::Fax)), Ok(None));
    assert!(application("").hooks().is_empty());
}

#[test]
fn plans_prefer_agents() {
    let route = |plan: &str| application(&format!("fn route(callback) {{ {plan} }}")).route(&callback());
    let plan = route(
        "queue(\"billing\").prefer(callback.last_agent, minutes(2)).after(minutes(1)).prefer(\"\", minutes(1))",
    );
    let plan = plan.unwrap().unwrap();
    let preferred = plan.steps()[0].prefer.as_ref().unwrap();
    assert_eq!((preferred.agent.as_str(), preferred.span), ("anna", Duration::from_mins(2)));
    assert_eq!(plan.steps()[1].prefer, None);
    let fault = route("queue(\"billing\").prefer(\"anna\", seconds(0))").unwrap_err();
    assert_eq!(fault.message, "a preference of 0s is over before it begins; give a duration above 0");
    let findings =
        build("fn route(callback) { queue(\"billing\").prefer(\"ana\", minutes(1)) }").unwrap_err();
    assert!(crate::support::shown(&findings).contains("unknown agent `ana`, did you mean `anna`?"));
}

#[test]
fn agents_are_rated_by_what_they_are_and_did() {
    let rate = |expression: &str| {
        let source = format!("fn score(callback, agent) {{ {expression} }}");
        application(&source).score(&callback(), &agent())
    };
    for (expression, score) in [
        ("agent.idle.seconds", 90),
        ("agent.calls * 10 + agent.occupancy", 82),
        ("agent.skill(\"billing\") + agent.skill(\"english\")", 7),
        ("if agent.in_group(\"gold\") && agent.id == \"anna\" { callback.attempts } else { 0 }", 2),
    ] {
        assert_eq!(rate(expression), Ok(Some(score)), "{expression}");
    }
    let fault = rate("agent.id").unwrap_err();
    assert!(fault.message.contains("an integer, higher for who suits better"), "{}", fault.message);
    let findings = build("fn score(callback, agent) { agent.skill(\"biling\") + agent.idel }").unwrap_err();
    let said = crate::support::shown(&findings);
    assert!(said.contains("an agent has no property `idel`, did you mean `idle`?"), "{said}");
    assert!(said.contains("nobody has the skill `biling`, did you mean `billing`?"), "{said}");
}
