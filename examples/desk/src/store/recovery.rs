//! What the desk does first: find out from its store where it stood.

use std::sync::Arc;

use redb::{ReadableDatabase, ReadableTable};
use ringback_engine::Engine;
use ringback_engine::center::Layout;
use ringback_engine::journal::Call;
use ringback_engine::protocol::{Effect, EffectKind};
use ringback_scripting::RhaiApplication;

use super::{Aftermath, Entry, JOURNAL, MEMORIES, SNAPSHOTS, Store, Trouble, explain, trouble};
use crate::center::Texts;
use crate::memory::Memory;

/// Where the desk stood.
pub(crate) struct Recovered {
    /// The engine.
    pub(crate) engine: Engine<RhaiApplication>,
    /// What the desk remembered.
    pub(crate) memory: Memory,
    /// Effects that may not have been done, in their order.
    pub(crate) outstanding: Vec<Effect>,
    /// How many calls were repeated.
    pub(crate) repeated: u64,
}

/// Goes on from the newest snapshot that is whole, and repeats the calls after it. A new store begins with a snapshot.
///
/// # Errors
///
/// The store can't be read, is of another version or center, or a repeated call went another way.
pub(crate) fn recover(store: &mut Store, texts: &Texts) -> Result<Recovered, Trouble> {
    let (layout, rules) = texts.build().map_err(Trouble::new)?;
    let (mut engine, mut memory, first) = match newest(store, &layout, texts)? {
        Some(found) => found,
        None => {
            let engine = Engine::new(layout, rules);
            let snapshot = engine.snapshot().map_err(|error| trouble(&store.path, error))?;
            store.save(&snapshot, &Memory::default(), &Aftermath::default())?;
            (engine, Memory::default(), 0)
        }
    };
    let done = store.done()?;
    let (mut outstanding, mut effects, mut last) = (Vec::new(), Vec::new(), None);
    let calls = calls(store, first)?;
    let repeated = calls.len() as u64;
    for text in calls {
        let entry: Entry = serde_json::from_slice(&text).map_err(|error| trouble(&store.path, error))?;
        effects.clear();
        match entry.call {
            Call::Advance => drop(engine.advance(entry.at, &mut effects)),
            // What was refused then is refused again.
            Call::Apply(command) => drop(engine.apply(entry.at, command, &mut effects)),
        }
        for effect in &effects {
            if let EffectKind::Event(event) = &effect.kind {
                memory.note(effect.at, event, &engine);
            }
        }
        last = effects.last().map(|effect| effect.id).or(last);
        outstanding.extend(effects.drain(..).filter(|effect| done.is_none_or(|done| effect.id > done)));
    }
    if repeated > 0 && first == 0 && done > last {
        let what = "the journal ends before what was done; its end is lost, take the store from a copy";
        return Err(trouble(&store.path, what));
    }
    Ok(Recovered { engine, memory, outstanding, repeated })
}

/// The engine of the newest snapshot that is whole, and how many calls it has behind it.
fn newest(
    store: &Store,
    layout: &Arc<Layout>,
    texts: &Texts,
) -> Result<Option<(Engine<RhaiApplication>, Memory, u64)>, Trouble> {
    let mut cause = None;
    let snapshots = store.read(|store| {
        let table = store.file()?.begin_read()?.open_table(SNAPSHOTS)?;
        let rows =
            table.iter()?.rev().map(|row| row.map(|(calls, text)| (calls.value(), text.value().to_vec())));
        rows.collect::<Result<Vec<_>, _>>().map_err(redb::Error::from)
    })?;
    for (calls, snapshot) in snapshots {
        let (_, rules) = texts.build().map_err(Trouble::new)?;
        match Engine::restore(Arc::clone(layout), rules, &snapshot) {
            Ok(engine) => return Ok(Some((engine, memory(store, calls)?, calls))),
            Err(error) => cause = Some(trouble(&store.path, error)),
        }
    }
    cause.map_or(Ok(None), Err)
}

/// The calls of the journal from this number on; none may be missing.
fn calls(store: &Store, first: u64) -> Result<Vec<Vec<u8>>, Trouble> {
    let read = || -> Result<Vec<(u64, Vec<u8>)>, redb::Error> {
        let table = store.file()?.begin_read()?.open_table(JOURNAL)?;
        let rows = table.range(first..)?;
        rows.map(|row| row.map(|(number, text)| (number.value(), text.value().to_vec())).map_err(Into::into))
            .collect()
    };
    let found = read().map_err(|error| trouble(&store.path, explain(&error)))?;
    if let Some((_, (number, _))) = (first..).zip(&found).find(|(expected, (number, _))| expected != number) {
        return Err(trouble(&store.path, format!("the journal has a gap before call {number}")));
    }
    Ok(found.into_iter().map(|(_, text)| text).collect())
}

/// What the desk remembered when a snapshot was taken.
fn memory(store: &Store, calls: u64) -> Result<Memory, Trouble> {
    let text = store.read(|store| {
        let table = store.file()?.begin_read()?.open_table(MEMORIES)?;
        Ok(table.get(calls)?.map(|text| text.value().to_vec()))
    })?;
    let memory = text.map(|text| serde_json::from_slice(&text)).transpose();
    memory.map(Option::unwrap_or_default).map_err(|error| trouble(&store.path, error))
}
