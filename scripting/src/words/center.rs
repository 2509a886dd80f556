//! The center around a call: calendars, lines, counts and tables.

use rhai::{Dynamic, ImmutableString, NativeCallContext};
use ringback_engine::Duration;
use ringback_engine::Instant;
use ringback_engine::center::{Attribute, TableError};
use ringback_engine::protocol::LineView;

use super::registry::{Registry, kind, property, word};
use super::{Fallible, ask, fault, fitting, takes_text, text};

pub(super) fn register(engine: &mut Registry<'_>) {
    kind!(engine, LineView, "line");
    takes_text!(engine, "is_open", is_open);
    takes_text!(engine, "open_for", open_for);
    takes_text!(engine, "next_open", next_open);
    takes_text!(engine, "line", line);
    property!(engine, "waiting", |line: &mut LineView| i64::from(line.waiting));
    property!(engine, "on_call", |line: &mut LineView| i64::from(line.on_call));
    property!(engine, "oldest", |line: &mut LineView| line.oldest);
    property!(engine, "agents", |line: &mut LineView| i64::from(line.agents));
    property!(engine, "ready", |line: &mut LineView| i64::from(line.ready));
    property!(engine, "paused", |line: &mut LineView| line.paused);
    property!(engine, "ewt", |line: &mut LineView| line.ewt.unwrap_or(Duration::from_secs(-1)));
    property!(engine, "full", |line: &mut LineView| line.full);
    word!(engine, "count", |context: NativeCallContext<'_>, key: Dynamic, per: Duration| {
        let key = text(&key)?;
        ask(&context, |view| Ok(i64::from(view.count(&key, per))))
    });
    tables(engine);
}

fn tables(engine: &mut Registry<'_>) {
    word!(engine, "lookup", |context: NativeCallContext<'_>, table: Dynamic, key: Dynamic| {
        let (table, key) = (text(&table)?, text(&key)?);
        match entry(&context, &table, &key)? {
            Some(value) => Ok(value),
            None => {
                fault(format!("table `{table}` has no entry `{key}`; write `lookup(table, key, otherwise)`"))
            }
        }
    });
    word!(engine, "lookup", |context: NativeCallContext<'_>,
                             table: Dynamic,
                             key: Dynamic,
                             otherwise: Dynamic|
     -> Fallible<Dynamic> {
        Ok(entry(&context, &text(&table)?, &text(&key)?)?.unwrap_or(otherwise))
    },);
    type Context<'c> = NativeCallContext<'c>;
    word!(engine, "listed", |context: Context<'_>, table: Dynamic, key: Dynamic| {
        listed(&context, &text(&table)?, &text(&key)?)
    });
    word!(engine, "listed", |context: Context<'_>, table: ImmutableString, key: ImmutableString| {
        listed(&context, &table, &key)
    });
    word!(engine, "cell", |context: Context<'_>, table: Dynamic, key: Dynamic, column: Dynamic| {
        let (table, key, column) = (text(&table)?, text(&key)?, text(&column)?);
        match cell(&context, &table, &key, &column)? {
            Some(value) => Ok(value),
            None => fault(format!(
                "table `{table}` has nothing for `{key}` in `{column}`; write `cell(table, key, column, otherwise)`"
            )),
        }
    });
    word!(engine, "cell", |context: Context<'_>,
                           table: Dynamic,
                           key: Dynamic,
                           column: Dynamic,
                           otherwise: Dynamic| {
        let found = cell(&context, &text(&table)?, &text(&key)?, &text(&column)?)?;
        Fallible::Ok(found.unwrap_or(otherwise))
    });
}

/// An attribute as scripts see it.
pub(super) fn value_of(attribute: &Attribute) -> Fallible<Dynamic> {
    match attribute {
        Attribute::Integer(integer) => Ok((*integer).into()),
        Attribute::Text(text) => Ok(fitting(text.as_str().into())?.into()),
    }
}

fn known<T>(found: Option<T>, what: &str, name: &str) -> Fallible<T> {
    found.map_or_else(|| fault(format!("unknown {what} `{name}`")), Ok)
}

fn is_open(context: &NativeCallContext<'_>, calendar: &str) -> Fallible<bool> {
    ask(context, |view| known(view.is_open(calendar, view.now()), "calendar", calendar))
}

fn open_for(context: &NativeCallContext<'_>, calendar: &str) -> Fallible<Duration> {
    ask(context, |view| known(view.open_for(calendar, view.now()), "calendar", calendar))
}

fn next_open(context: &NativeCallContext<'_>, calendar: &str) -> Fallible<Instant> {
    ask(context, |view| match known(view.next_open(calendar, view.now()), "calendar", calendar)? {
        Some(instant) => Ok(instant),
        None => fault(format!("calendar `{calendar}` never opens again")),
    })
}

fn line(context: &NativeCallContext<'_>, queue: &str) -> Fallible<LineView> {
    ask(context, |view| known(view.line(queue), "queue", queue))
}

fn listed(context: &NativeCallContext<'_>, table: &str, key: &str) -> Fallible<bool> {
    ask(context, |view| Ok(known(view.table(table), "table", table)?.contains(key)))
}

fn entry(context: &NativeCallContext<'_>, table: &str, key: &str) -> Fallible<Option<Dynamic>> {
    ask(context, |view| found(known(view.table(table), "table", table)?.value(key), table, ""))
}

fn cell(context: &NativeCallContext<'_>, table: &str, key: &str, column: &str) -> Fallible<Option<Dynamic>> {
    ask(context, |view| found(known(view.table(table), "table", table)?.cell(key, column), table, column))
}

fn found(
    value: Result<Option<&Attribute>, TableError>,
    table: &str,
    column: &str,
) -> Fallible<Option<Dynamic>> {
    match value {
        Ok(value) => value.map(value_of).transpose(),
        Err(error) => fault(error.told(table, column)),
    }
}
