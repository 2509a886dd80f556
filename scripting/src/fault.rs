//! Rhai's errors in the words of scripts.

use rhai::{EvalAltResult, LexError, ParseErrorType, Position};
use ringback_engine::protocol::Fault;

use crate::limits::{FUNCTIONS, OPERATIONS, TEXT_BYTES, VARIABLES};
use crate::meter::cut;

/// The most bytes of a fault's message.
const MESSAGE_BYTES: usize = 512;

/// How the fault of a call that met the limit on operations ends.
const ENDLESS: &str = ": is there a loop without end?";

/// How the fault of a call that met the limit on levels of calls begins and ends.
const NESTED: &str = "calls nest too deeply";
const DEPTHS: &str = "; the deeper a script's expressions, the fewer levels of calls it has";

/// The message of a fault whose place Rhai forgets, with the function that it happened in; `None` of any other.
pub(crate) fn in_function(message: &str, function: &str) -> Option<String> {
    let begin =
        message.strip_suffix(ENDLESS).map(|begin| format!("{begin}, most of them in `{function}`{ENDLESS}"));
    begin.or_else(|| message.strip_suffix(DEPTHS).map(|begin| format!("{begin} in `{function}`{DEPTHS}")))
}

/// The fault that an error of a call is, at the innermost line known.
pub(crate) fn fault_of(error: &EvalAltResult) -> Fault {
    let (error, position) = innermost(error, Position::NONE);
    let line = position.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
    Fault { message: cut(&message(error), MESSAGE_BYTES).to_owned(), line }
}

fn innermost(error: &EvalAltResult, outside: Position) -> (&EvalAltResult, Position) {
    let here = if error.position().is_none() { outside } else { error.position() };
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) | EvalAltResult::ErrorInModule(_, inner, _) => {
            innermost(inner, here)
        }
        _ => (error, here),
    }
}

fn message(error: &EvalAltResult) -> String {
    use EvalAltResult as E;
    match error {
        E::ErrorRuntime(value, _) => value.to_string(),
        E::ErrorTooManyOperations(_) | E::ErrorTerminated(..) => {
            format!("more than {OPERATIONS} operations in one call{ENDLESS}")
        }
        E::ErrorStackOverflow(_) => format!("{NESTED}{DEPTHS}"),
        E::ErrorTooManyVariables(_) => format!("more than {VARIABLES} variables at one time"),
        E::ErrorDataTooLarge(..) => format!("a text of more than {TEXT_BYTES} bytes"),
        E::ErrorFunctionNotFound(signature, _) => unknown_call(signature),
        E::ErrorDotExpr(text, _) => property(text),
        E::ErrorMismatchDataType(expected, actual, _) | E::ErrorMismatchOutputType(expected, actual, _) => {
            format!("expected {}, not {}", kind(expected), kind(actual))
        }
        E::ErrorVariableNotFound(name, _) => format!("unknown variable `{name}`"),
        E::ErrorAssignmentToConstant(name, _) => format!("`{name}` is a constant"),
        E::ErrorFor(_) => "only a range can be looped over, as `0..10`".into(),
        other => lowered(&other.to_string()),
    }
}

/// A call that no word answers: `minutes (&str | ImmutableString | String)`.
fn unknown_call(signature: &str) -> String {
    let signature = signature.replace("&str | ImmutableString | String", "string");
    let Some((name, kinds)) = signature.split_once(" (") else {
        return format!("unknown function `{signature}`");
    };
    let kinds: Vec<_> =
        kinds.trim_end_matches(')').split(", ").filter(|kind| !kind.is_empty()).map(kind).collect();
    if kinds.is_empty() {
        format!("unknown function `{name}`")
    } else {
        format!("`{name}` can't be used with {}", kinds.join(" and "))
    }
}

/// A property that no kind has: `Unknown property 'x' - a getter is not registered for type 'plan'`.
fn property(text: &str) -> String {
    let mut quoted = text.split('\'').skip(1).step_by(2);
    match (quoted.next(), quoted.next()) {
        (Some(name), Some(owner)) if text.starts_with("Unknown") => {
            format!("{} has no property `{name}`", kind(owner))
        }
        (Some(name), Some(_)) => format!("`{name}` can be read but not set"),
        _ => lowered(text),
    }
}

/// The name of a kind of value, with its article, for what Rhai calls it.
fn kind(name: &str) -> String {
    match name {
        "i64" => "an integer".into(),
        "string" => "a text".into(),
        "bool" => "a boolean".into(),
        "()" => "nothing".into(),
        "instant" | "event" | "acceptance" => format!("an {name}"),
        "limits" => "limits".into(),
        name if name.contains("Range") => "a range".into(),
        name => format!("a {name}"),
    }
}

/// A message of Rhai in our style: it begins small and ends without its position.
fn lowered(text: &str) -> String {
    let text = text.rsplit_once(" (line ").map_or(text, |(text, _)| text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// What a script that does not parse is told.
pub(crate) fn parse_message(error: &ParseErrorType) -> String {
    use ParseErrorType as P;
    match error {
        P::UnexpectedEOF => "the script ends too early".into(),
        P::BadInput(LexError::StringTooLong(_)) => format!("a text of more than {TEXT_BYTES} bytes"),
        P::BadInput(LexError::UnexpectedInput(text) | LexError::ImproperSymbol(text, _)) => {
            format!("unexpected `{text}`")
        }
        P::UnknownOperator(text) => format!("unknown operator `{text}`"),
        P::MissingToken(token, purpose) => format!("expected `{token}` {purpose}"),
        P::Reserved(word) => format!("`{word}` is a reserved word"),
        P::VariableUndefined(name) => format!("unknown variable `{name}`"),
        P::VariableExpected => "expected a variable's name".into(),
        P::PropertyExpected => "expected a property's name".into(),
        P::ExprExpected(what) => format!("expected {what}"),
        P::FnDuplicatedDefinition(name, _) => {
            format!("there are two functions `{name}` with as many parameters")
        }
        P::FnDuplicatedParam(name, parameter) => {
            format!("function `{name}` has two parameters `{parameter}`")
        }
        P::FnMissingName => "expected the function's name".into(),
        P::FnMissingParams(name) => format!("function `{name}`: expected `(`"),
        P::FnMissingBody(name) => format!("function `{name}`: expected `{{`"),
        P::AssignmentToConstant(name) => format!("`{name}` is a constant"),
        P::ExprTooDeep => "expressions nest too deeply; name parts of them with `let`".into(),
        P::TooManyFunctions => format!("more than {FUNCTIONS} functions"),
        P::LiteralTooLarge(what, most) => format!("{} of more than {most}", lowered(what)),
        P::LoopBreak => "`break` and `continue` belong in a loop".into(),
        P::MismatchedType(expected, actual) => format!("expected {expected}, not {actual}"),
        other => lowered(&other.to_string()),
    }
}
