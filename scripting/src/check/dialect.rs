//! What Rhai has and the dialect has not: each refused with what to write instead.

use super::lexer::Kind;
use super::outline::{Function, Tokens};
use crate::diagnostic::Findings;

/// Words of Rhai that scripts can't use: the word, what it is, what to write instead.
const WORDS: [(&str, &str, &str); 18] = [
    ("eval", "running a text as code is", "write the code where it is needed"),
    ("Fn", "function pointers are", "call the function by its name"),
    ("call", "function pointers are", "call the function by its name"),
    ("curry", "function pointers are", "call the function with all its values"),
    ("is_shared", "closures are", "values are never shared here; leave it out"),
    ("is_def_fn", "looking functions up is", "call the function; `check` knows whether it exists"),
    ("is_def_var", "looking variables up is", "declare the variable with `let`"),
    ("type_of", "asking for types is", "every word of the reference says what it gives"),
    (
        "try",
        "catching faults is",
        "test first, as in `if request.has(\"tier\")`; a fault is reported by itself",
    ),
    (
        "catch",
        "catching faults is",
        "test first, as in `if request.has(\"tier\")`; a fault is reported by itself",
    ),
    ("throw", "throwing is", "return an answer, as `reject(\"code\")`"),
    ("import", "modules are", "write the function in this file; shared data belongs in a `[[table]]`"),
    ("export", "modules are", "every function of this file is known in it; leave it out"),
    ("global", "global constants are", "a shared constant is a function, `fn most() { 3 }`"),
    ("private", "private functions are", "leave it out; an application's functions are its own"),
    ("this", "`this` is", "pass the value as a parameter"),
    ("exit", "leaving the script is", "return an answer with `return`"),
    ("as", "modules are", "leave it out"),
];

/// Symbols of Rhai that scripts can't use: the symbol, what it is, what to write instead.
const SYMBOLS: [(&str, &str, &str); 9] = [
    ("#{", "object maps are", "keep the data in a `[[table]]` and use `lookup(table, key)`"),
    ("?[", "indexes are", "use `sub(from, count)` for texts and `lookup(table, key)` for data"),
    (
        "?.",
        "`?.` is",
        "use `.`; what may be absent takes another value, as in `attr(\"tier\", \"standard\")`",
    ),
    ("??", "`??` is", "give the other value to the word itself, as in `attr(\"tier\", \"standard\")`"),
    ("??=", "`??=` is", "give the other value to the word itself, as in `attr(\"tier\", \"standard\")`"),
    ("**", "powers are", "multiply, as in `x * x`"),
    ("**=", "powers are", "multiply, as in `x = x * x`"),
    ("::", "modules are", "call the function by its name alone"),
    ("::<", "modules are", "call the function by its name alone"),
];

/// Refuses tokens that are no part of the dialect.
pub(crate) fn check(tokens: Tokens<'_>, findings: &mut Findings<'_>) {
    for i in 0..tokens.len() {
        let Some(token) = tokens.get(i) else { continue };
        match &token.kind {
            Kind::Bad(why) => {
                let text = tokens.text(i);
                let line = text.find('\n').unwrap_or(text.len());
                let start = token.span.start;
                findings.error(start..start.saturating_add(line), format!("{why}: {}", shown(text)));
            }
            Kind::Float => findings.error_with_help(
                token.span.clone(),
                format!("there are no numbers with a point or exponent: `{}`", tokens.text(i)),
                "write whole numbers in a smaller unit, as `seconds(90)` for a minute and a half",
            ),
            Kind::Character => findings.error_with_help(
                token.span.clone(),
                format!("there are no single characters: {}", tokens.text(i)),
                "write a text in `\"`",
            ),
            Kind::Symbol => symbol(tokens, i, findings),
            Kind::Name => word(tokens, i, findings),
            Kind::Integer | Kind::Text { .. } | Kind::Piece => {}
        }
    }
}

fn shown(text: &str) -> String {
    let line = text.chars().take_while(|c| *c != '\n').take(24);
    let visible: String =
        line.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    format!("`{visible}`")
}

fn refuse(tokens: Tokens<'_>, i: usize, what: &str, instead: &str, findings: &mut Findings<'_>) {
    findings.error_with_help(tokens.span(i), format!("{what} not part of the dialect"), instead);
}

fn symbol(tokens: Tokens<'_>, i: usize, findings: &mut Findings<'_>) {
    let symbol = tokens.text(i);
    if let Some((_, what, instead)) = SYMBOLS.iter().find(|(name, ..)| *name == symbol) {
        return refuse(tokens, i, what, instead, findings);
    }
    match symbol {
        "[" if follows_value(tokens, i) => refuse(
            tokens,
            i,
            "indexes are",
            "use `sub(from, count)` for texts and `lookup(table, key)` for data",
            findings,
        ),
        "[" => refuse(
            tokens,
            i,
            "arrays are",
            "use `any_of(value, a, b)` to compare with several, or a `[[table]]` with `listed(table, key)`",
            findings,
        ),
        "|" | "||" if !follows_value(tokens, i) => {
            refuse(tokens, i, "closures are", "write a function and call it by its name", findings);
        }
        "=" | "+=" | "-=" | "*=" | "/=" | "%=" if assigns_to_property(tokens, i) => findings.error_with_help(
            tokens.span(i.saturating_sub(1)),
            format!("`{}` can be read but not set", tokens.name_before(i)),
            if symbol == "=" && is_in_condition(tokens, i) {
                "to compare, write `==`"
            } else {
                "an answer changes things, as `accept().priority(5)` or `queue(\"billing\").priority(5)`"
            },
        ),
        _ => {}
    }
}

/// Whether a token stands between `if`, `while` or `until` and what follows it.
fn is_in_condition(tokens: Tokens<'_>, i: usize) -> bool {
    let from = (0..i).rev().take_while(|i| !matches!(tokens.symbol(*i), ";" | "{" | "}"));
    from.map(|i| tokens.name(i)).any(|name| matches!(name, "if" | "while" | "until"))
}

fn assigns_to_property(tokens: Tokens<'_>, i: usize) -> bool {
    !tokens.name_before(i).is_empty() && tokens.symbol_before(i.saturating_sub(1)) == "."
}

/// Whether a value ends in front of this place, so that what stands there is an operator on it.
fn follows_value(tokens: Tokens<'_>, i: usize) -> bool {
    const KEYWORDS: [&str; 14] = [
        "return", "if", "else", "while", "until", "in", "switch", "loop", "do", "let", "const", "break",
        "continue", "for",
    ];
    match i.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| &token.kind) {
        Some(Kind::Name) => !KEYWORDS.contains(&tokens.name_before(i)),
        Some(Kind::Symbol) => matches!(tokens.symbol_before(i), ")" | "]"),
        Some(Kind::Bad(_)) | None => false,
        Some(_) => true,
    }
}

fn word(tokens: Tokens<'_>, i: usize, findings: &mut Findings<'_>) {
    let word = tokens.text(i);
    if let Some((_, what, instead)) = WORDS.iter().find(|(name, ..)| *name == word) {
        findings.error_with_help(
            tokens.span(i),
            format!("`{word}`: {what} not part of the dialect"),
            *instead,
        );
    } else if word.starts_with("__") {
        findings.error_with_help(
            tokens.span(i),
            format!("`{word}`: names that begin with two underscores are reserved"),
            "take another name",
        );
    }
}

/// Refuses functions in functions, functions used as values, and says what is never reached.
pub(crate) fn check_function(
    tokens: Tokens<'_>,
    function: &Function<'_>,
    functions: &[Function<'_>],
    findings: &mut Findings<'_>,
) {
    let is_function = |name: &str| functions.iter().any(|other| other.name == name);
    for parameter in function.parameters.iter().filter(|name| is_function(name)) {
        variable_named_like_function(tokens, function.name_at, parameter, findings);
    }
    for i in function.body.clone() {
        let name = tokens.name(i);
        if name == "fn" {
            findings.error_with_help(
                tokens.span(i),
                "a function within a function",
                "write it beside the others",
            );
        } else if matches!(tokens.name_before(i), "let" | "const" | "for") && is_function(name) {
            variable_named_like_function(tokens, i, name, findings);
        } else if is_function(name)
            && !matches!(tokens.symbol(i.saturating_add(1)), "(")
            && tokens.symbol_before(i) != "."
            && tokens.name_before(i) != "fn"
        {
            findings.error_with_help(
                tokens.span(i),
                format!("`{name}` is a function, and functions are no values"),
                format!("call it, `{name}(...)`"),
            );
        }
        unreachable_code(tokens, i, function.body.end, findings);
    }
}

fn variable_named_like_function(tokens: Tokens<'_>, i: usize, name: &str, findings: &mut Findings<'_>) {
    findings.error_with_help(
        tokens.span(i),
        format!("a variable `{name}` in a script with a function of that name"),
        "give one of them another name",
    );
}

/// What follows a `return`, `break` or `continue` in its block is never reached.
fn unreachable_code(tokens: Tokens<'_>, i: usize, end: usize, findings: &mut Findings<'_>) {
    let name = tokens.name(i);
    if !matches!(name, "return" | "break" | "continue") || tokens.symbol_before(i) == "." {
        return;
    }
    // Behind an arrow or in an expression it ends an arm, not a block.
    let begins_statement = matches!(tokens.symbol_before(i), "{" | "}" | ";");
    let mut next = i.saturating_add(1);
    while next < end {
        match tokens.symbol(next) {
            "(" | "{" | "${" => match tokens.closing(next) {
                Some(close) => next = close,
                None => return,
            },
            ";" if begins_statement => {
                let after = next.saturating_add(1);
                if after < end && tokens.symbol(after) != "}" {
                    findings.warning(
                        tokens.span(after),
                        format!("this is never reached: `{name}` stands in front of it"),
                    );
                }
                return;
            }
            "}" | ")" | "," | ";" => return,
            _ => {}
        }
        next = next.saturating_add(1);
    }
}
