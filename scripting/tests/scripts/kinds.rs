//! Comparing values of different kinds is a fault, wherever a script compares.

use ringback_engine::protocol::Application;

use crate::support::{application, callback, value};

/// One expression a kind.
const KINDS: [(&str, &str); 12] = [
    ("an integer", "1"),
    ("a text", "\"1\""),
    ("a boolean", "true"),
    ("nothing", "()"),
    ("a duration", "seconds(1)"),
    ("an instant", "now()"),
    ("a callback", "callback"),
    ("an event", "event"),
    ("a plan", "queue(\"main\")"),
    ("limits", "no_limit()"),
    ("a line", "line(\"main\")"),
    ("a local time", "local(now())"),
];

/// Kinds that have `==`, and whether they have an order.
fn compares(kind: &str) -> Option<bool> {
    match kind {
        "an integer" | "a text" | "a duration" | "an instant" => Some(true),
        "a boolean" => Some(false),
        _ => None,
    }
}

#[test]
fn operators_compare_like_with_like_only() {
    for (left_kind, left) in KINDS {
        for (right_kind, right) in KINDS {
            for operator in ["==", "!=", "<", "<=", ">", ">="] {
                let result = value(&format!("{left} {operator} {right}"));
                let ordered = !matches!(operator, "==" | "!=");
                let expected =
                    left_kind == right_kind && compares(left_kind).is_some_and(|order| order || !ordered);
                if expected {
                    let holds = matches!(operator, "==" | "<=" | ">=");
                    assert_eq!(result, Ok(holds.to_string()), "{left} {operator} {right}");
                } else {
                    let fault = result.expect_err(&format!("{left} {operator} {right}"));
                    let message = format!("`{operator}` can't compare {left_kind} with {right_kind}");
                    assert_eq!((fault.message, fault.line), (message, 1));
                }
            }
        }
    }
}

/// The kinds come from variables, from attributes and from calls alike: no path is faster and laxer.
#[test]
fn variables_attributes_and_constants_are_no_way_around() {
    for body in [
        "let a = 1; let b = \"1\"; a == b",
        "const A = 1; const B = \"1\"; A == B",
        "callback.attr(\"vip\") == callback.attr(\"tier\")",
        "callback.attempts != callback.phone",
        "callback.waited > 5",
        "now() > \"2026\"",
        "let a = 1; a < true",
        "any_of(callback.attr(\"vip\"), \"1\", \"2\")",
        "any_of(now(), seconds(1))",
        "1 in \"123\" && callback in \"x\"",
        "\"a\" in 1..3",
        "let a = 1; a += \"x\"; a == 1",
    ] {
        let mut app = application(&format!("fn purge(callback) {{ let x = {{ {body} }}; purge() }}"));
        assert!(app.purge(&callback()).is_err(), "{body}");
    }
}

fn switched(subject: &str, arms: &str) -> Result<String, String> {
    value(&format!("switch {subject} {{ {arms} }}")).map_err(|fault| fault.message)
}

#[test]
fn switch_compares_like_with_like_only() {
    assert_eq!(switched("1", "1 => \"one\", _ => \"other\""), Ok("one".into()));
    assert_eq!(switched("2", "1 => \"one\", _ => \"other\""), Ok("other".into()));
    assert_eq!(
        switched("callback.attr(\"vip\")", "2 => \"two\", \"none\" => \"none\", _ => \"other\""),
        Ok("two".into())
    );
    assert_eq!(
        switched("callback.attr(\"vip\") + 5", "1..5 => \"few\", 6..=9 => \"many\", _ => \"other\""),
        Ok("many".into())
    );
    assert_eq!(switched("1 < 2", "true => \"yes\", false => \"no\""), Ok("yes".into()));
    assert_eq!(switched("-1", "-1 => \"minus\", _ => \"other\""), Ok("minus".into()));
    assert_eq!(switched("now()", "_ => \"any\""), Ok("any".into()));
    assert_eq!(
        switched("(switch 1 { 1 => \"a\", _ => \"b\" })", "\"a\" => \"inner\", _ => \"other\""),
        Ok("inner".into())
    );
    assert_eq!(
        switched(
            "\"b\"",
            "\"a\" => { print(1); \"a\" } \"b\" if 1 < 2 => { \"b\" } \"c\" if (1 > 2) => \"c\", _ => \"d\""
        ),
        Ok("b".into())
    );
    for (subject, arms, message) in [
        ("1", "\"1\" => 1, _ => 2", "`switch` can't compare an integer with texts"),
        ("\"1\"", "1 => 1, 2 => 2, _ => 3", "`switch` can't compare a text with integers"),
        ("\"1\"", "1..5 => 1, _ => 2", "`switch` can't compare a text with integers"),
        ("true", "1 => 1, \"a\" => 2", "`switch` can't compare a boolean with integers or texts"),
        ("now()", "1 => 1, _ => 2", "`switch` can't compare an instant with integers"),
        (
            "callback.attr(\"vip\")",
            "\"gold\" => { 1 } \"silver\" => { 2 }",
            "`switch` can't compare an integer with texts",
        ),
        ("callback", "true => 1", "`switch` can't compare a callback with booleans"),
    ] {
        assert_eq!(switched(subject, arms), Err(message.into()), "{subject} {arms}");
    }
}
