//! Operators. Rhai's own answer `false` for values of different kinds; these take one kind each, and a fallback
//! for any other pair is a fault.

use std::any::TypeId;

use rhai::{Dynamic, EvalAltResult, ImmutableString, NativeCallContext};
use ringback_engine::{Duration, Instant};

use super::registry::{Registry, raw_word, word};
use super::texts::shown;
use super::{Fallible, ask, fault, fitting, kind_of};

pub(super) fn register(engine: &mut Registry<'_>) {
    integers(engine);
    comparisons(engine);
    times(engine);
    texts(engine);
    word!(engine, "!", |a: bool| !a);
    engine.register_iterator::<std::ops::Range<i64>>();
    engine.register_iterator::<std::ops::RangeInclusive<i64>>();
    fallbacks(engine);
}

fn checked(a: i64, operator: &str, b: i64, result: Option<i64>) -> Fallible<i64> {
    match result {
        Some(result) => Ok(result),
        None if b == 0 && matches!(operator, "/" | "%") => {
            fault(format!("division by zero: `{a} {operator} {b}`"))
        }
        None => fault(format!("overflow: `{a} {operator} {b}` does not fit in 64 bits")),
    }
}

fn integers(engine: &mut Registry<'_>) {
    type Operation = fn(i64, i64) -> Option<i64>;
    const OPERATIONS: [(&str, &str, Operation); 5] = [
        ("+", "+=", i64::checked_add),
        ("-", "-=", i64::checked_sub),
        ("*", "*=", i64::checked_mul),
        ("/", "/=", i64::checked_div),
        ("%", "%=", i64::checked_rem),
    ];
    for (operator, assigning, operation) in OPERATIONS {
        word!(engine, operator, move |a: i64, b: i64| checked(a, operator, b, operation(a, b)));
        word!(engine, assigning, move |a: &mut i64, b: i64| -> Fallible<()> {
            *a = checked(*a, operator, b, operation(*a, b))?;
            Ok(())
        });
    }
    word!(engine, "-", |a: i64| checked(0, "-", a, a.checked_neg()));
    word!(engine, "+", |a: i64| a);
}

/// `==`, `!=` and the orders of one kind with itself.
macro_rules! compare {
    ($engine:expr, $kind:ty) => {
        word!($engine, "==", |a: $kind, b: $kind| a == b);
        word!($engine, "!=", |a: $kind, b: $kind| a != b);
        word!($engine, "<", |a: $kind, b: $kind| a < b);
        word!($engine, "<=", |a: $kind, b: $kind| a <= b);
        word!($engine, ">", |a: $kind, b: $kind| a > b);
        word!($engine, ">=", |a: $kind, b: $kind| a >= b);
    };
}

fn comparisons(engine: &mut Registry<'_>) {
    compare!(engine, i64);
    compare!(engine, ImmutableString);
    compare!(engine, Duration);
    compare!(engine, Instant);
    word!(engine, "==", |a: bool, b: bool| a == b);
    word!(engine, "!=", |a: bool, b: bool| a != b);
}

fn moved(instant: Instant, millis: Option<i64>) -> Fallible<Instant> {
    let sum = millis.and_then(|millis| instant.millis().checked_add(millis));
    match sum {
        Some(sum) if (Instant::MIN.millis()..=Instant::MAX.millis()).contains(&sum) => {
            Ok(Instant::from_millis(sum))
        }
        _ => fault("overflow: the instant lies outside the years 1 to 9999"),
    }
}

fn span(millis: Option<i64>) -> Fallible<Duration> {
    millis.map_or_else(
        || fault("overflow: the duration does not fit in 64 bits"),
        |millis| Ok(Duration::from_millis(millis)),
    )
}

fn times(engine: &mut Registry<'_>) {
    word!(engine, "+", |a: Instant, b: Duration| moved(a, Some(b.millis())));
    word!(engine, "+", |a: Duration, b: Instant| moved(b, Some(a.millis())));
    word!(engine, "-", |a: Instant, b: Duration| moved(a, b.millis().checked_neg()));
    word!(engine, "-", |a: Instant, b: Instant| span(a.millis().checked_sub(b.millis())));
    word!(engine, "+", |a: Duration, b: Duration| span(a.millis().checked_add(b.millis())));
    word!(engine, "-", |a: Duration, b: Duration| span(a.millis().checked_sub(b.millis())));
    word!(engine, "*", |a: Duration, b: i64| span(a.millis().checked_mul(b)));
    word!(engine, "*", |a: i64, b: Duration| span(a.checked_mul(b.millis())));
    word!(engine, "-", |a: Duration| span(a.millis().checked_neg()));
}

/// A text with a value of another kind behind or in front of it.
macro_rules! join {
    ($engine:expr, $kind:ty) => {
        word!($engine, "+", |context: NativeCallContext<'_>, a: ImmutableString, b: $kind| {
            joined(&a, &show(&context, &Dynamic::from(b))?)
        });
        word!($engine, "+", |context: NativeCallContext<'_>, a: $kind, b: ImmutableString| {
            joined(&show(&context, &Dynamic::from(a))?, &b)
        });
    };
}

fn texts(engine: &mut Registry<'_>) {
    word!(engine, "+", |a: ImmutableString, b: ImmutableString| joined(&a, &b));
    join!(engine, i64);
    join!(engine, bool);
    join!(engine, Duration);
    join!(engine, Instant);
}

fn joined(a: &str, b: &str) -> Fallible<ImmutableString> {
    fitting([a, b].concat().into())
}

fn show(context: &NativeCallContext<'_>, value: &Dynamic) -> Fallible<ImmutableString> {
    ask(context, |view| match shown(value, view.timezone()) {
        Some(text) => Ok(text),
        None => fault(format!("{} has no text", kind_of(value))),
    })
}

/// What any other pair of kinds comes to.
fn fallbacks(engine: &mut Registry<'_>) {
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        word!(engine, operator, move |a: Dynamic, b: Dynamic| -> Fallible<bool> {
            fault(format!("`{operator}` can't compare {} with {}", kind_of(&a), kind_of(&b)))
        });
    }
    for operator in ["+", "-", "*", "/", "%"] {
        word!(engine, operator, move |a: Dynamic, b: Dynamic| -> Fallible<i64> {
            fault(format!("`{operator}` has no meaning for {} and {}", kind_of(&a), kind_of(&b)))
        });
    }
    for operator in ["-", "+", "!"] {
        word!(engine, operator, move |a: Dynamic| -> Fallible<i64> {
            fault(format!("`{operator}` has no meaning for {}", kind_of(&a)))
        });
    }
    // Rhai takes this very error of an assigning operator as the order to compute `a + b` and assign that. The
    // values stay where they are, since a raw function takes nothing.
    let any = [TypeId::of::<Dynamic>(), TypeId::of::<Dynamic>()];
    for operator in ["+=", "-=", "*=", "/=", "%="] {
        raw_word!(engine, operator, any, (), move |context, _| -> Fallible<()> {
            Err(Box::new(EvalAltResult::ErrorFunctionNotFound(operator.into(), context.call_position())))
        });
    }
}
