//! What Rhai has and the dialect has not.

use crate::support::{build, shown};

/// A statement in a hook's body, and the message that refuses it.
const REFUSED: &[(&str, &str)] = &[
    ("let x = 1.5;", "there are no numbers with a point or exponent: `1.5`"),
    ("let x = 1.;", "there are no numbers with a point or exponent: `1.`"),
    ("let x = 1e5;", "there are no numbers with a point or exponent: `1e5`"),
    ("let x = 2E-3;", "there are no numbers with a point or exponent: `2E-3`"),
    ("let x = 9223372036854775808;", "a number that does not fit in 64 bits: `9223372036854775808`"),
    ("let x = 'c';", "there are no single characters: 'c'"),
    ("let x = '\\n';", "there are no single characters: '\\n'"),
    ("let x = [];", "arrays are not part of the dialect"),
    ("let x = [1, 2];", "arrays are not part of the dialect"),
    ("if 1 in [1] {}", "arrays are not part of the dialect"),
    ("return [1];", "arrays are not part of the dialect"),
    ("let x = \"abc\"[0];", "indexes are not part of the dialect"),
    ("let x = callback[\"vip\"];", "indexes are not part of the dialect"),
    ("let x = (callback)[0];", "indexes are not part of the dialect"),
    ("let x = callback?[0];", "indexes are not part of the dialect"),
    ("let x = #{};", "object maps are not part of the dialect"),
    ("let x = #{ a: 1 };", "object maps are not part of the dialect"),
    ("let f = |x| x;", "closures are not part of the dialect"),
    ("let f = || 1;", "closures are not part of the dialect"),
    ("helper(|x| x);", "closures are not part of the dialect"),
    ("let f = Fn(\"helper\");", "`Fn`: function pointers are not part of the dialect"),
    ("let x = helper.call(1);", "`call`: function pointers are not part of the dialect"),
    ("let x = callback.curry(1);", "`curry`: function pointers are not part of the dialect"),
    ("let f = helper;", "`helper` is a function, and functions are no values"),
    ("let x = any_of(helper, 1);", "`helper` is a function, and functions are no values"),
    ("let helper = 1;", "a variable `helper` in a script with a function of that name"),
    ("for helper in 0..3 {}", "a variable `helper` in a script with a function of that name"),
    ("try { helper(1); } catch { }", "`try`: catching faults is not part of the dialect"),
    ("try { helper(1); } catch (err) { }", "`catch`: catching faults is not part of the dialect"),
    ("throw \"no\";", "`throw`: throwing is not part of the dialect"),
    ("eval(\"1\");", "`eval`: running a text as code is not part of the dialect"),
    ("let x = type_of(1);", "`type_of`: asking for types is not part of the dialect"),
    ("let x = 1.type_of();", "`type_of`: asking for types is not part of the dialect"),
    ("let x = is_shared(1);", "`is_shared`: closures are not part of the dialect"),
    ("let x = is_def_var(\"x\");", "`is_def_var`: looking variables up is not part of the dialect"),
    ("let x = is_def_fn(\"helper\", 1);", "`is_def_fn`: looking functions up is not part of the dialect"),
    ("let x = callback?.phone;", "`?.` is not part of the dialect"),
    ("let x = callback.attr(\"a\") ?? 1;", "`??` is not part of the dialect"),
    ("let x = 1; x ??= 2;", "`??=` is not part of the dialect"),
    ("let x = 2 ** 3;", "powers are not part of the dialect"),
    ("let x = 2; x **= 3;", "powers are not part of the dialect"),
    ("import \"x\" as x;", "`import`: modules are not part of the dialect"),
    ("export helper;", "`export`: modules are not part of the dialect"),
    ("let x = global::most;", "`global`: global constants are not part of the dialect"),
    ("let x = other::most();", "modules are not part of the dialect"),
    ("let x = this;", "`this`: `this` is not part of the dialect"),
    ("exit(1);", "`exit`: leaving the script is not part of the dialect"),
    ("fn inner() { 1 }", "a function within a function"),
    ("callback.priority = 5;", "`priority` can be read but not set"),
    ("callback.priority += 5;", "`priority` can be read but not set"),
    ("let x = #\"raw\"#;", "raw texts are not part of the dialect; write the text in `\"`: `#`"),
    ("let x = \"open", "a text without its closing `\"`: `\"open`"),
    ("let x = `open", "a text without its closing backtick: ``open`"),
    ("let x = \"\\q\";", "an unknown escape; write `\\\\` for a backslash: `\"\\q`"),
    ("/* open", "a comment without its `*/`: `/* open`"),
    ("let é = 1;", "an unexpected character: `é`"),
    ("let __of_kind = 1;", "`__of_kind`: names that begin with two underscores are reserved"),
    ("__of_kind(1, 2);", "`__of_kind`: names that begin with two underscores are reserved"),
    ("let x = sleep(1);", "unknown function `sleep`"),
    ("let x = timestamp();", "unknown function `timestamp`"),
    ("let x = 1.to_float();", "unknown method `to_float`"),
    ("let x = parse_float(\"1\");", "unknown function `parse_float`"),
    ("let x = \"a\".pad(9, \"b\");", "unknown method `pad`"),
    ("let x = \"a\".replace(\"a\", \"b\");", "unknown method `replace`"),
    ("let x = \"a\".to_string();", "unknown method `to_string`"),
    ("switch if true { 1 } else { 2 } { 1 => 2 }", "`if` as the value of a `switch`"),
];

#[test]
fn what_the_dialect_lacks_is_refused_with_what_to_write_instead() {
    for (statement, message) in REFUSED {
        let source = format!(
            "fn route(callback) {{\n    {statement}\n    queue(\"main\")\n}}\nfn helper(x) {{ x }}\n"
        );
        let findings = build(&source).expect_err(statement);
        let finding = findings
            .iter()
            .find(|finding| finding.message == *message)
            .unwrap_or_else(|| panic!("{statement}\n{}", shown(&findings)));
        assert_eq!(finding.line, 2, "{statement}");
        assert!(source.get(finding.span.clone()).is_some_and(|text| !text.is_empty()), "{statement}");
    }
}

#[test]
fn what_stands_outside_functions_is_refused() {
    for (source, message) in [
        ("let x = 1;", "a statement outside functions"),
        ("const MOST = 3;\nfn route(callback) { queue(\"main\") }", "a statement outside functions"),
        ("fn route(callback) { queue(\"main\") }\nroute(1);", "a statement outside functions"),
        ("{ let x = 1; }", "a statement outside functions"),
        ("private fn helper() { 1 }", "`private`: private functions are not part of the dialect"),
        ("fn int.helper() { 1 }", "methods of one kind of value are not part of the dialect"),
        ("fn route(callback) { queue(\"main\")", "this `{` is never closed: expected `}`"),
        ("fn route { }", "function `route`: expected `(`"),
        ("fn route(callback)", "function `route`: expected `{`"),
    ] {
        let findings = build(source).expect_err(source);
        assert!(findings.iter().any(|finding| finding.message == message), "{source}\n{}", shown(&findings));
    }
}

#[test]
fn a_source_has_at_most_16_kib() {
    let fits = format!("fn route(callback) {{ queue(\"main\") }} // {}", "x".repeat(16_000));
    assert!(build(&fits).is_ok());
    let findings = build(&format!("{fits}{}", "x".repeat(1_000))).unwrap_err();
    assert_eq!(findings.len(), 1);
    assert!(findings[0].message.ends_with("at most 16384 are allowed"), "{}", findings[0]);
    assert_eq!(findings[0].span.start, 16_384);
}

#[test]
fn a_function_with_a_built_in_words_name_is_refused() {
    for source in [
        "fn queue(name) { 1 }",
        "fn limit(a, b, c) { 1 }",
        "fn reject(code) { 1 }",
        "fn reject(code, sentence) { 1 }",
        "fn accept() { 1 }",
        // Would answer `plan.need(x)`, and `need(plan, x)`.
        "fn need(x) { 1 }",
        "fn need(plan, x) { 1 }",
        "fn any_of(a, b, c, d) { 1 }",
        "fn print(x) { 1 }",
        "fn contains(a, b) { 1 }",
        "fn to_string(x) { 1 }",
    ] {
        let findings = build(source).expect_err(source);
        let expected =
            |message: &str| message.ends_with("as many parameters") || message.starts_with("hook `accept`");
        assert!(findings.iter().any(|finding| expected(&finding.message)), "{source}\n{}", shown(&findings));
    }
    assert!(build("fn queue(a, b, c) { 1 } fn purge(callback) { queue(1, 2, 3); purge() }").is_ok());
}

#[test]
fn what_the_dialect_has_compiles() {
    for body in [
        "let x = 1; x += 1; x -= 1; x *= 2; x /= 2; x %= 2; const Y = x; if Y == 0 { x = 3 } else if Y > 1 { x = 4 }",
        "let n = 0; while n < 3 { n += 1; if n == 2 { continue; } } do { n -= 1; } until n == 0;",
        "let n = 0; loop { n += 1; if n > 3 { break; } } do { n -= 1; } while n > 0;",
        "for i in 0..3 { print(i); } for (x, i) in 5..=6 { print(x + i); }",
        "let x = switch 3 { 1 | 2 => \"a\", 3..5 => \"b\", n if true => \"c\", _ => \"d\" };",
        "let t = \"a \\\"quoted\\\" \\x41 \\u0041 \\\n    line\"; let u = `raw \\n ${t + 1} ${`in ${t}`}`;",
        "/* a /* nested */ comment */ // and a line",
        "let x = { let y = 1; y + 1 }; x",
        "let x = if true { 1 } else { 2 }; x",
        "helper(1) + helper(helper(2))",
        "let queue = 5; queue + 1",
        "let map = 1; let list = 2; map + list",
        "return;",
    ] {
        let source = format!("fn helper(x) {{ x + 1 }}\nfn purge(callback) {{\n {body}\n }}");
        if body.contains("n if true") {
            // A label is a literal.
            assert!(build(&source).is_err());
            continue;
        }
        if let Err(findings) = build(&source) {
            panic!("{body}\n{}", shown(&findings));
        }
    }
}
