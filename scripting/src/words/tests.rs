//! The table of words and what is registered are one.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use rhai::FUNC_TO_STRING;

use super::*;
use crate::check::GUARD;
use crate::limits::OPERATIONS;
use crate::vocabulary::{Form, KINDS, OPERATORS, kind_of_role, words};

/// What stands in Rhai itself and is not registered.
const BUILT_IN: [&str; 4] = ["&&", "||", "..", "..="];

/// A word as it was registered: its name, the kinds it takes, and the kind it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Registered {
    name: String,
    takes: Vec<&'static str>,
    gives: &'static str,
}

fn registered() -> (Vec<Registered>, BTreeSet<&'static str>) {
    let mut engine = Engine::new_raw();
    let mut registry = Registry::new(&mut engine);
    register_in(&mut registry, &Arc::new(Requirements::default()), &Arc::new(Meter::new(OPERATIONS)));
    let named: Vec<(TypeId, &'static str)> = registry.kinds.clone();
    let kind = |id: TypeId| {
        let own = [
            (TypeId::of::<i64>(), "integer"),
            (TypeId::of::<bool>(), "boolean"),
            (TypeId::of::<ImmutableString>(), "text"),
            (TypeId::of::<()>(), "nothing"),
            (TypeId::of::<Dynamic>(), "any"),
            (TypeId::of::<Range<i64>>(), "range"),
            (TypeId::of::<RangeInclusive<i64>>(), "range"),
        ];
        let found = named.iter().chain(&own).find(|(other, _)| *other == id);
        found.map(|(_, name)| *name).expect("every kind that a word takes or gives has a name")
    };
    let listed = registry.listed.iter().map(|listed| Registered {
        name: listed.name.clone(),
        takes: listed.takes.iter().copied().map(kind).collect(),
        gives: kind(listed.gives),
    });
    let kinds =
        ["integer", "boolean", "text", "range"].into_iter().chain(named.iter().map(|(_, name)| *name));
    (listed.collect(), kinds.collect())
}

fn alike(registered: &str, told: &str) -> bool {
    registered == told || registered == "any" || told == "any"
}

/// Everything that a registration can come from: `takes` with the kind in front first.
fn told() -> Vec<Registered> {
    let mut told = Vec::new();
    for word in words() {
        let name = if word.form == Form::Property { format!(".{}", word.name) } else { word.name.into() };
        let receivers = if word.on.is_empty() { vec![None] } else { word.on.iter().map(Some).collect() };
        for receiver in receivers {
            for left_out in 0..=word.optional {
                let roles = word.takes[..word.takes.len() - left_out].iter().map(|role| kind_of_role(role));
                let takes = receiver.copied().into_iter().chain(roles).collect();
                told.push(Registered { name: name.clone(), takes, gives: word.gives });
            }
        }
    }
    for operator in OPERATORS {
        for symbol in operator.symbols.iter().filter(|symbol| !BUILT_IN.contains(symbol)) {
            for (front, behind) in operator.pairs {
                let (name, takes) = match (*symbol, *front) {
                    ("in", _) => ("contains", vec![*behind, *front]),
                    (symbol, "") => (symbol, vec![*behind]),
                    (symbol, _) => (symbol, vec![*front, *behind]),
                };
                told.push(Registered { name: name.into(), takes, gives: operator.gives });
            }
        }
    }
    told
}

fn is_same(registered: &Registered, told: &Registered) -> bool {
    registered.name == told.name
        && registered.takes.len() == told.takes.len()
        && registered.takes.iter().zip(&told.takes).all(|(registered, told)| alike(registered, told))
        // What `print` gives, Rhai writes.
        && (alike(registered.gives, told.gives) || told.gives == "nothing")
}

/// What is registered for the interpreter's own use, or to say that it has no meaning.
fn is_inner(registered: &Registered) -> bool {
    let is_operator = !registered.name.trim_matches('.').starts_with(|c: char| c.is_alphabetic());
    let takes_anything = registered.takes.iter().all(|kind| *kind == "any");
    [FUNC_TO_STRING, GUARD].contains(&registered.name.as_str())
        || is_operator && (takes_anything || registered.name.ends_with('=') && registered.gives == "nothing")
}

#[test]
fn every_registered_word_is_in_the_table_and_every_word_of_the_table_is_registered() {
    let (registered, _) = registered();
    let told = told();
    assert!(registered.len() > 200, "{} words", registered.len());
    let untold: Vec<_> = registered
        .iter()
        .filter(|registered| !is_inner(registered) && !told.iter().any(|told| is_same(registered, told)))
        .collect();
    assert!(untold.is_empty(), "registered and not in the table: {untold:#?}");
    let missing: Vec<_> = told
        .iter()
        .filter(|told| {
            !registered.iter().any(|registered| is_same(registered, told) && !is_inner(registered))
        })
        .collect();
    assert!(missing.is_empty(), "in the table and not registered: {missing:#?}");
}

#[test]
fn every_kind_is_in_the_table() {
    let (_, registered) = registered();
    let told: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(told, registered);
    let used = words().flat_map(|word| word.on.iter().copied().chain([word.gives]));
    let used = used.chain(OPERATORS.iter().map(|operator| operator.gives));
    for kind in used {
        assert!(told.contains(kind) || ["any", "nothing"].contains(&kind), "{kind}");
    }
}

/// A table that says more, or otherwise, than what is registered is found out.
#[test]
fn a_word_that_is_not_registered_is_missed() {
    let (registered, _) = registered();
    let of = |name: &str, takes: &[&'static str], gives| Registered {
        name: name.into(),
        takes: takes.to_vec(),
        gives,
    };
    for told in [
        of("fortnights", &["integer"], "duration"),
        of("minutes", &["text"], "duration"),
        of("minutes", &["integer"], "instant"),
        of("minutes", &["integer", "integer"], "duration"),
        of(".waiting", &["callback"], "integer"),
    ] {
        assert!(!registered.iter().any(|registered| is_same(registered, &told)), "{told:?}");
    }
}
