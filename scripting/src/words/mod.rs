//! What scripts can do: every function, property and operator of the sandbox. Rhai's own packages are not used,
//! so that nothing can be called that is not registered in this folder.

mod answers;
mod asked;
mod center;
mod operators;
mod plans;
mod registry;
mod texts;
mod times;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext, Position};
use ringback_engine::center::Plan;
use ringback_engine::protocol::{Acceptance, RetentionAnswer, View};
use ringback_engine::{Duration, Instant};

use crate::limits::TEXT_BYTES;
use crate::meter::Meter;
use crate::requirements::Requirements;
use crate::spoken;
use registry::Registry;

pub(crate) use answers::{Limits, Verdict, word_of_answer, wrong_answer};
pub(crate) use asked::{AgentValue, CallbackValue, EventValue, RequestValue};
pub(crate) use times::local_time;

/// What a word gives: a value, or the fault that ends the call.
type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// What every call carries: the center as it is.
#[derive(Clone)]
pub(crate) struct Call(pub(crate) Arc<dyn View>);

/// Registers every word.
pub(crate) fn register(engine: &mut Engine, requirements: &Arc<Requirements>, meter: &Arc<Meter>) {
    register_in(&mut Registry::new(engine), requirements, meter);
}

fn register_in(engine: &mut Registry<'_>, requirements: &Arc<Requirements>, meter: &Arc<Meter>) {
    operators::register(engine);
    times::register(engine);
    texts::register(engine, meter);
    center::register(engine);
    asked::register(engine);
    plans::register(engine, requirements);
    answers::register(engine);
}

fn fault<T>(message: impl Into<String>) -> Fallible<T> {
    Err(Box::new(EvalAltResult::ErrorRuntime(message.into().into(), Position::NONE)))
}

/// Asks the center around the call.
fn ask<T>(context: &NativeCallContext<'_>, question: impl FnOnce(&dyn View) -> Fallible<T>) -> Fallible<T> {
    match context.tag().and_then(|tag| tag.read_lock::<Call>()) {
        Some(call) => question(call.0.as_ref()),
        None => fault("there is no center to ask here"),
    }
}

/// A text, if it is not too long. Rhai checks that too, but its fault has lost the line.
fn fitting(text: ImmutableString) -> Fallible<ImmutableString> {
    if text.len() <= TEXT_BYTES { Ok(text) } else { fault(format!("a text of more than {TEXT_BYTES} bytes")) }
}

/// A value where a text is expected: a text, or an integer as its text.
fn text(value: &Dynamic) -> Fallible<ImmutableString> {
    if let Ok(text) = value.clone().into_immutable_string() {
        return Ok(text);
    }
    match value.as_int() {
        Ok(integer) => Ok(integer.to_string().into()),
        Err(_) => fault(format!("expected a text, not {}", kind_of(value))),
    }
}

/// The kind of a value, with its article.
pub(crate) fn kind_of(value: &Dynamic) -> &'static str {
    match value {
        value if value.is_int() => "an integer",
        value if value.is_string() => "a text",
        value if value.is_bool() => "a boolean",
        value if value.is_unit() => "nothing",
        value if value.is::<Duration>() => "a duration",
        value if value.is::<Instant>() => "an instant",
        value if value.is::<RequestValue>() => "a request",
        value if value.is::<CallbackValue>() => "a callback",
        value if value.is::<EventValue>() => "an event",
        value if value.is::<AgentValue>() => "an agent",
        value if value.is::<Plan>() => "a plan",
        value if value.is::<Acceptance>() => "the answer to `accept`",
        value if value.is::<Limits>() => "limits",
        value if value.is::<Verdict>() => "the answer to `timeout`",
        value if value.is::<RetentionAnswer>() => "the answer to `purge`",
        value if value.is::<times::LocalTime>() => "a local time",
        value if value.is::<ringback_engine::protocol::LineView>() => "a line",
        _ => "a value of no known kind",
    }
}

/// A value in words, if it has some: integers and booleans as they are, texts in quotes, durations, instants in UTC.
pub(crate) fn shown(value: &Dynamic) -> Option<String> {
    if let Ok(integer) = value.as_int() {
        return Some(integer.to_string());
    }
    if let Ok(boolean) = value.as_bool() {
        return Some(boolean.to_string());
    }
    if let Some(duration) = value.read_lock::<Duration>() {
        return Some(duration.to_string());
    }
    if let Some(instant) = value.read_lock::<Instant>() {
        return Some(instant.to_string());
    }
    value.clone().into_immutable_string().ok().map(|text| spoken::text(&text))
}

/// A hook's answer in the words of scripts.
pub(crate) fn said(value: &Dynamic) -> String {
    if let Some(answer) = value.read_lock::<Acceptance>() {
        spoken::acceptance(&answer)
    } else if let Some(limits) = value.read_lock::<Limits>() {
        spoken::limits(&limits.0)
    } else if let Some(plan) = value.read_lock::<Plan>() {
        spoken::plan(&plan)
    } else if let Some(verdict) = value.read_lock::<Verdict>() {
        spoken::timeout(verdict.0.as_ref())
    } else if let Some(answer) = value.read_lock::<RetentionAnswer>() {
        spoken::retention(&answer)
    } else {
        shown(value).unwrap_or_else(|| kind_of(value).to_owned())
    }
}

/// Registers a word that takes one text: at once for texts, by way of [`text`] for other kinds.
macro_rules! takes_text {
    ($engine:expr, $name:literal, $function:expr) => {
        $crate::words::registry::word!(
            $engine,
            $name,
            |context: NativeCallContext<'_>, a: ImmutableString| { $function(&context, &a) }
        );
        $crate::words::registry::word!($engine, $name, |context: NativeCallContext<'_>, a: Dynamic| {
            $function(&context, &text(&a)?)
        });
    };
}
use takes_text;
