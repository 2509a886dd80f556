//! Texts, and what is said of several kinds: `any_of`, `print`, interpolation.

use std::any::TypeId;
use std::sync::Arc;

use chrono_tz::Tz;
use rhai::{Dynamic, FUNC_TO_STRING, ImmutableString, NativeCallContext};
use ringback_engine::{Duration, Instant};

use super::registry::{Registry, raw_word, word};
use super::times::LocalTime;
use super::{Fallible, ask, fault, fitting, kind_of, text};
use crate::check::{BOOLEAN, GUARD, INTEGER, TEXT};
use crate::meter::Meter;

/// How many values `any_of` can compare with.
const ALTERNATIVES: usize = 8;

pub(super) fn register(engine: &mut Registry<'_>, meter: &Arc<Meter>) {
    asked_of_texts(engine);
    any_of(engine, TypeId::of::<i64>(), |a, b| a.as_int().ok() == b.as_int().ok());
    any_of(engine, TypeId::of::<bool>(), |a, b| a.as_bool().ok() == b.as_bool().ok());
    any_of(engine, TypeId::of::<ImmutableString>(), |a, b| {
        a.clone().into_immutable_string().ok() == b.clone().into_immutable_string().ok()
    });
    any_of(engine, TypeId::of::<Duration>(), |a, b| a.clone().try_cast::<Duration>() == b.clone().try_cast());
    any_of(engine, TypeId::of::<Instant>(), |a, b| a.clone().try_cast::<Instant>() == b.clone().try_cast());
    for name in ["print", "debug"] {
        word!(engine, name, |context: NativeCallContext<'_>, value: Dynamic| {
            ask(&context, |view| match shown(&value, view.timezone()) {
                Some(text) => Ok(text),
                None => fault(format!("{} can't be printed", kind_of(&value))),
            })
        });
    }
    let meter = Arc::clone(meter);
    word!(engine, FUNC_TO_STRING, move |context: NativeCallContext<'_>, value: Dynamic| {
        ask(&context, |view| {
            Ok(shown(&value, view.timezone()).unwrap_or_else(|| {
                meter.note_unshown();
                ImmutableString::default()
            }))
        })
    });
    guard(engine);
}

/// The text of a value, if it has one.
pub(super) fn shown(value: &Dynamic, zone: Tz) -> Option<ImmutableString> {
    if let Ok(text) = value.clone().into_immutable_string() {
        return Some(text);
    }
    if let Ok(integer) = value.as_int() {
        return Some(integer.to_string().into());
    }
    if let Ok(boolean) = value.as_bool() {
        return Some(boolean.to_string().into());
    }
    if let Some(duration) = value.clone().try_cast::<Duration>() {
        return Some(duration.to_string().into());
    }
    value.clone().try_cast::<Instant>().map(|instant| LocalTime::new(instant, zone).shown())
}

fn asked_of_texts(engine: &mut Registry<'_>) {
    word!(engine, "len", |a: Dynamic| -> Fallible<i64> { Ok(count(text(&a)?.chars().count())) });
    word!(engine, "lower", |a: Dynamic| fitting(text(&a)?.to_lowercase().into()));
    word!(engine, "upper", |a: Dynamic| fitting(text(&a)?.to_uppercase().into()));
    word!(engine, "sub", |a: Dynamic, from: i64, count: i64| sub(&text(&a)?, from, count));
    type Question = fn(&str, &str) -> bool;
    const QUESTIONS: [(&str, Question); 3] = [
        ("contains", |a, b| a.contains(b)),
        ("starts_with", |a, b| a.starts_with(b)),
        ("ends_with", |a, b| a.ends_with(b)),
    ];
    for (name, question) in QUESTIONS {
        word!(engine, name, move |a: ImmutableString, b: ImmutableString| question(&a, &b));
        word!(engine, name, move |a: Dynamic, b: Dynamic| -> Fallible<bool> {
            Ok(question(&text(&a)?, &text(&b)?))
        });
    }
    // `n in 1..5` asks the range.
    word!(engine, "contains", |range: std::ops::Range<i64>, n: i64| range.contains(&n));
    word!(engine, "contains", |range: std::ops::RangeInclusive<i64>, n: i64| range.contains(&n));
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn sub(text: &str, from: i64, count: i64) -> Fallible<ImmutableString> {
    let (Ok(from), Ok(count)) = (usize::try_from(from), usize::try_from(count)) else {
        return fault(format!("`sub({from}, {count})`: write numbers that are not negative"));
    };
    Ok(text.chars().skip(from).take(count).collect::<String>().into())
}

/// Registers `any_of` for one kind, once for each number of values. Mixtures of kinds find no function.
fn any_of(engine: &mut Registry<'_>, kind: TypeId, equal: fn(&Dynamic, &Dynamic) -> bool) {
    for alternatives in 1..=ALTERNATIVES {
        let kinds = vec![kind; alternatives.saturating_add(1)];
        raw_word!(engine, "any_of", kinds, bool, move |_, arguments| match &*arguments {
            [value, others @ ..] => Ok(others.iter().any(|other| equal(value, other))),
            [] => Ok(false),
        });
    }
}

/// The guard of `switch`: its value, if it is of a kind that the labels have.
fn guard(engine: &mut Registry<'_>) {
    word!(engine, GUARD, |kinds: i64, value: Dynamic| -> Fallible<Dynamic> {
        let kind = match &value {
            value if value.is_int() => INTEGER,
            value if value.is_string() => TEXT,
            value if value.is_bool() => BOOLEAN,
            _ => 0,
        };
        if kinds & kind != 0 {
            return Ok(value);
        }
        let labels: Vec<_> = [(INTEGER, "integers"), (TEXT, "texts"), (BOOLEAN, "booleans")]
            .into_iter()
            .filter(|(kind, _)| kinds & kind != 0)
            .map(|(_, name)| name)
            .collect();
        fault(format!("`switch` can't compare {} with {}", kind_of(&value), labels.join(" or ")))
    });
}
