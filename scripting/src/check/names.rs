//! Hooks, calls and properties: whether what a script names exists.

use std::ops::Range;

use ringback_engine::center::nearest;
use ringback_engine::protocol::Hook;

use super::hint;
use super::outline::{Function, Tokens};
use crate::diagnostic::Findings;
use crate::files::{Part, parts};
use crate::vocabulary::{Form, Word, called, properties, words as all_words};

/// Keywords that can stand in front of a parenthesis without being called.
const KEYWORDS: [&str; 16] = [
    "if", "else", "while", "until", "loop", "do", "for", "in", "switch", "return", "let", "const", "break",
    "continue", "true", "false",
];

/// Checks the functions' own names: hooks with other parameters, near misses, built-in names.
pub(crate) fn check_functions(tokens: Tokens<'_>, functions: &[Function<'_>], findings: &mut Findings<'_>) {
    let parts = parts(findings.source());
    let file = |function: &Function<'_>| Part::at(&parts, tokens.span(function.name_at).start).name;
    for (i, function) in functions.iter().enumerate() {
        let earlier = functions.iter().take(i).find(|other| other.name == function.name);
        if let Some(there) = earlier.map(file).filter(|there| *there != file(function)) {
            findings.error_with_help(
                tokens.span(function.name_at),
                format!("`{there}` has a function `{}` already", function.name),
                "give one of them another name",
            );
            continue;
        }
        let span = tokens.span(function.name_at);
        let (name, count) = (function.name, function.parameters.len());
        if let Some(hook) = Hook::ALL.into_iter().find(|hook| hook.name() == name) {
            if count != hook.parameters() {
                let example = match hook {
                    Hook::Accept | Hook::Throttle => "request",
                    Hook::Route | Hook::Purge => "callback",
                    Hook::Timeout => "callback, event",
                    Hook::Score => "callback, agent",
                };
                findings.error_with_help(
                    span,
                    format!("hook `{name}` with {count} parameters; it has {}", hook.parameters()),
                    format!("write `fn {name}({example})`"),
                );
            }
        } else if called(name).any(|word| clashes(word, count)) || (name == "to_string" && count <= 1) {
            findings.error_with_help(
                span,
                format!("`{name}` is a built-in word with as many parameters"),
                "give the function another name",
            );
        } else if !is_called(tokens, name)
            && name.len() <= super::COMPARED_BYTES
            && let Some(near) = nearest(name, Hook::ALL.iter().map(|hook| hook.name()))
        {
            findings.error(span, format!("nothing calls `{name}`, did you mean the hook `{near}`?"));
        }
    }
}

/// Whether a script's function with so many parameters would stand in a word's way. A method has its value as
/// first parameter when it is called as a function, and a script's function can be called as a method.
fn clashes(word: &Word, parameters: usize) -> bool {
    let as_function = parameters.checked_sub(1).is_some_and(|rest| word.accepts(rest));
    match word.form {
        Form::Function => word.accepts(parameters),
        Form::Method => word.accepts(parameters) || as_function,
        Form::Property => false,
    }
}

fn is_called(tokens: Tokens<'_>, name: &str) -> bool {
    (0..tokens.len()).any(|i| {
        tokens.name(i) == name && tokens.symbol(i.saturating_add(1)) == "(" && tokens.name_before(i) != "fn"
    })
}

/// Checks every call and property of a function's body.
pub(crate) fn check_uses(
    tokens: Tokens<'_>,
    function: &Function<'_>,
    functions: &[Function<'_>],
    findings: &mut Findings<'_>,
) {
    for i in function.body.clone() {
        let name = tokens.name(i);
        if name.is_empty() {
            continue;
        }
        let open = i.saturating_add(1);
        let is_call = tokens.symbol(open) == "(";
        let behind_dot = tokens.symbol_before(i) == ".";
        if !is_call && behind_dot {
            check_property(tokens, function, i, findings);
        } else if is_call && !KEYWORDS.contains(&name) {
            let Some(arguments) = tokens.arguments(open) else { continue };
            check_call(&Call { tokens, at: i, name, arguments: &arguments, behind_dot }, functions, findings);
        }
    }
}

struct Call<'t> {
    tokens: Tokens<'t>,
    at: usize,
    name: &'t str,
    arguments: &'t [Range<usize>],
    behind_dot: bool,
}

fn check_call(call: &Call<'_>, functions: &[Function<'_>], findings: &mut Findings<'_>) {
    let Call { tokens, at, name, arguments, behind_dot } = *call;
    let span = tokens.span(at);
    let own: Vec<_> = functions.iter().filter(|function| function.name == name).collect();
    let words: Vec<_> = called(name).collect();
    // A method's value counts as the first of its function's.
    let fits = |word: &&Word| match (behind_dot, word.form) {
        (true, Form::Method) | (false, Form::Function) => word.accepts(arguments.len()),
        (true, Form::Function) => word.accepts(arguments.len().saturating_add(1)),
        (false, Form::Method) => arguments.len().checked_sub(1).is_some_and(|rest| word.accepts(rest)),
        (_, Form::Property) => false,
    };
    if words.iter().any(fits) {
        return;
    }
    if !behind_dot && own.iter().any(|function| function.parameters.len() == arguments.len()) {
        return;
    }
    if behind_dot && !own.is_empty() {
        findings.error_with_help(
            span,
            format!("`{name}` is a function of this script, not a method"),
            format!("write `{name}(value)` with the value in the parentheses"),
        );
    } else if let Some(word) = words.first() {
        let signature = word.signature();
        findings.error_with_help(
            span,
            format!("`{name}` with {} values", arguments.len()),
            format!("write `{signature}`{}", left_out(word)),
        );
    } else if let Some(function) = own.first() {
        findings.error_with_help(
            span,
            format!(
                "`{name}` with {} values; it has {} parameters",
                arguments.len(),
                function.parameters.len()
            ),
            format!("write `{name}({})`", function.parameters.join(", ")),
        );
    } else if behind_dot && properties(name).next().is_some() {
        findings.error_with_help(
            span,
            format!("`{name}` is a property"),
            format!("write `.{name}` without parentheses"),
        );
    } else {
        let known = all_words().filter(|word| word.form != Form::Property).map(|word| word.name);
        let hint = hint(name, known.chain(functions.iter().map(|function| function.name)));
        let what = if behind_dot { "method" } else { "function" };
        findings.error(span, format!("unknown {what} `{name}`{hint}"));
    }
}

fn left_out(word: &Word) -> String {
    let first = word.takes.len().saturating_sub(word.optional);
    match word.takes.get(first..) {
        Some([one]) => format!("; `{one}` may be left out"),
        Some([one, ..]) => format!("; `{one}` and what follows may be left out"),
        _ => String::new(),
    }
}

fn check_property(tokens: Tokens<'_>, function: &Function<'_>, i: usize, findings: &mut Findings<'_>) {
    let name = tokens.name(i);
    let span = tokens.span(i);
    let owner = receiver(tokens, function, i);
    let belongs = |word: &&Word| owner.is_none_or(|kind| word.on.contains(&kind));
    if properties(name).any(|word| belongs(&word)) {
        return;
    }
    if called(name).any(|word| word.form == Form::Method && belongs(&word)) {
        findings.error_with_help(span, format!("`{name}` is called"), format!("write `.{name}()`"));
        return;
    }
    let known = all_words().filter(|word| word.form == Form::Property).filter(belongs).map(|word| word.name);
    let hint = hint(name, known);
    match owner {
        Some(kind) => {
            let article = if kind.starts_with(['a', 'e', 'i']) { "an" } else { "a" };
            findings.error(span, format!("{article} {kind} has no property `{name}`{hint}"));
        }
        None => findings.error(span, format!("unknown property `{name}`{hint}")),
    }
}

/// The kind of the value whose property stands at `i`, where it is a hook's parameter.
fn receiver(tokens: Tokens<'_>, function: &Function<'_>, i: usize) -> Option<&'static str> {
    kind_before(tokens, function, i.checked_sub(2)?, 0)
}

/// So many variables are followed to what they were declared as.
const FOLLOWED: usize = 4;

/// The kind of the value that ends at a token, where it is a hook's parameter, a word, or a variable declared as one.
fn kind_before(
    tokens: Tokens<'_>,
    function: &Function<'_>,
    end: usize,
    followed: usize,
) -> Option<&'static str> {
    let name = tokens.name(end);
    let behind_dot = tokens.symbol_before(end) == ".";
    if !name.is_empty() && !behind_dot {
        return match declaration(tokens, function, name) {
            None if is_bound(tokens, function, name) => None,
            None => parameter_kind(function, name),
            Some(_) if followed >= FOLLOWED => None,
            Some(value) => {
                let last = value.end.checked_sub(1)?;
                let first = first_of(tokens, last)?;
                (first == value.start)
                    .then(|| kind_before(tokens, function, last, followed.saturating_add(1)))?
            }
        };
    }
    let form = if behind_dot { Form::Property } else { Form::Function };
    let at = if form == Form::Property { end } else { opening(tokens, function, end)?.checked_sub(1)? };
    let form = match form {
        Form::Function if tokens.symbol_before(at) == "." => Form::Method,
        form => form,
    };
    let mut words = all_words().filter(|word| word.form == form && word.name == tokens.name(at));
    let kind = words.next()?.gives;
    // A word of several kinds that gives different ones says nothing, and so does what gives any.
    (kind != "any" && words.all(|word| word.gives == kind)).then_some(kind)
}

/// The parenthesis that the one at `close` closes.
fn opening(tokens: Tokens<'_>, function: &Function<'_>, close: usize) -> Option<usize> {
    if tokens.symbol(close) != ")" {
        return None;
    }
    (function.body.start..close).rev().find(|open| tokens.closing(*open) == Some(close))
}

/// The value that a variable is declared with, if that is the only thing it is ever set to.
fn declaration(tokens: Tokens<'_>, function: &Function<'_>, name: &str) -> Option<Range<usize>> {
    let set = |i: &usize| {
        tokens.name(*i) == name
            && tokens.symbol_before(*i) != "."
            && (matches!(tokens.name_before(*i), "let" | "const" | "for")
                || matches!(tokens.symbol(i.saturating_add(1)), "=" | "+=" | "-=" | "*=" | "/=" | "%="))
    };
    let mut sets = function.body.clone().filter(set);
    let (at, None) = (sets.next()?, sets.next()) else { return None };
    if !matches!(tokens.name_before(at), "let" | "const") || tokens.symbol(at.saturating_add(1)) != "=" {
        return None;
    }
    let start = at.saturating_add(2);
    let end = (start..function.body.end).find(|i| tokens.symbol(*i) == ";")?;
    Some(start..end)
}

/// The token that a chain of words which ends at `last` begins with.
fn first_of(tokens: Tokens<'_>, last: usize) -> Option<usize> {
    let mut at = last;
    loop {
        if tokens.symbol(at) == ")" {
            at = (0..at).rev().find(|open| tokens.closing(*open) == Some(at))?.checked_sub(1)?;
        }
        if tokens.name(at).is_empty() {
            return None;
        }
        if tokens.symbol_before(at) != "." {
            return Some(at);
        }
        at = at.checked_sub(2)?;
    }
}

/// The kind of a hook's parameter with this name.
pub(crate) fn parameter_kind(function: &Function<'_>, name: &str) -> Option<&'static str> {
    let hook = Hook::ALL.into_iter().find(|hook| hook.name() == function.name)?;
    let position = function.parameters.iter().position(|parameter| *parameter == name)?;
    match (hook, position) {
        (Hook::Accept | Hook::Throttle, 0) => Some("request"),
        (Hook::Route | Hook::Timeout | Hook::Purge | Hook::Score, 0) => Some("callback"),
        (Hook::Timeout, 1) => Some("event"),
        (Hook::Score, 1) => Some("agent"),
        _ => None,
    }
}

/// Whether the body declares or sets a variable of this name, so that it may be something else.
fn is_bound(tokens: Tokens<'_>, function: &Function<'_>, name: &str) -> bool {
    function.body.clone().any(|i| {
        tokens.name(i) == name
            && (matches!(tokens.name_before(i), "let" | "const" | "for")
                || (tokens.symbol(i.saturating_add(1)) == "=" && tokens.symbol_before(i) != "."))
    })
}
