//! A desk that is killed again and again while it works: nothing that was answered may be lost, nothing done twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration as Span;

use ringback_engine::CallbackId;
use ringback_engine::protocol::EffectKind;

use super::client::Client;
use super::{Outcome, Place, Running, asked};
use crate::center::Texts;
use crate::chance;
use crate::store::{Room, Store, recover};

/// How many customers ask at one time.
const ASKERS: u64 = 8;

/// So many kills are done to one store. What was asked for stays in it, so opening it takes longer and longer.
const SERIES: u64 = 50;

/// Kills a desk so many times, and says what was found.
pub(crate) fn kills(times: u64, within: &Path) -> Outcome<String> {
    let (mut killed, mut requests, mut calls) = (0, 0, 0);
    while killed < times {
        let more = SERIES.min(times - killed);
        let (answered, placed) = series(more, within)?;
        (killed, requests, calls) = (killed + more, requests + answered, calls + placed);
        eprintln!("killed {killed} of {times} times: {requests} requests answered, {calls} calls placed");
    }
    Ok(format!(
        "killed {killed} times: {requests} requests were answered, none is lost; {calls} calls were placed, each once; the \
         state is sound"
    ))
}

/// Kills a desk so many times, and says how many requests were answered and how many calls placed.
fn series(times: u64, within: &Path) -> Outcome<(usize, usize)> {
    let place = Place::new(within)?;
    let key = place.key()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let answered = Arc::new(Mutex::new(Vec::new()));
    let mut next = 0;
    for round in 0..times {
        let desk = place.start(&["--answered"])?;
        runtime.block_on(load(&desk, &key, next, &answered, round % 5 == 0));
        next += 1_000_000;
        desk.kill();
    }
    let answered = std::mem::take(&mut *answered.lock().map_err(|_| "a customer failed")?);
    Ok((answered.len(), check(&place, &answered)?))
}

/// Asks until the desk is to be killed.
async fn load(desk: &Running, key: &str, first: u64, answered: &Arc<Mutex<Vec<String>>>, long: bool) {
    let mut askers = tokio::task::JoinSet::new();
    for asker in 0..ASKERS {
        let (Ok(mut client), answered) = (desk.client(key).await, Arc::clone(answered)) else { continue };
        askers.spawn(async move {
            for number in (first + asker..).step_by(ASKERS as usize) {
                let Some(id) = create(&mut client, number).await else { return };
                if let Ok(mut answered) = answered.lock() {
                    answered.push(id);
                }
            }
        });
    }
    tokio::time::sleep(Span::from_millis(20 + chance::below(if long { 2_500 } else { 300 }))).await;
    // The askers go on until the connection breaks: they are dropped only with the desk's death.
    tokio::spawn(async move { while askers.join_next().await.is_some() {} });
}

async fn create(client: &mut Client, number: u64) -> Option<String> {
    let (status, body) = client.post("/callbacks/create", &asked(number)).await.ok()?;
    let body: serde_json::Value = serde_json::from_str(&body).ok()?;
    (status == 200).then(|| body["data"]["id"].as_str().map(str::to_owned)).flatten()
}

/// Looks into the store of the dead desk, and into what the line was told. Answers how many calls were placed.
fn check(place: &Place, answered: &[String]) -> Outcome<usize> {
    let mut store = Store::open(&place.data, Room::unlimited())?;
    let recovered = recover(&mut store, &Texts::of_folder(&place.center)?)?;
    let engine = &recovered.engine;
    engine.check().map_err(|faults| faults.join("\n"))?;
    if let Some(lost) = answered.iter().find(|id| engine.callback(&CallbackId::new(id)).is_none()) {
        return Err(format!("callback {lost} was answered and is lost").into());
    }
    let log = fs::read_to_string(place.data.join("line.log"))?;
    let (mut last, mut dialled) = (None, BTreeSet::new());
    for line in log.lines() {
        let mut words = line.split(' ');
        let (effect, act, attempt) = (words.next(), words.next(), words.next());
        let effect: u64 =
            effect.unwrap_or_default().parse().map_err(|_| format!("the line was told `{line}`"))?;
        if last.is_some_and(|last| effect <= last) {
            return Err(format!("effect {effect} was done twice").into());
        }
        last = Some(effect);
        if act == Some("dial") {
            dialled.extend(attempt.and_then(|attempt| attempt.parse::<u64>().ok()));
        }
    }
    let told = dialled.len();
    // What the last kill came before is still to be done.
    dialled.extend(recovered.outstanding.iter().filter_map(|effect| match &effect.kind {
        EffectKind::Dial(dial) => Some(dial.attempt.0),
        _ => None,
    }));
    let attempts =
        engine.callbacks(None).flat_map(|callback| callback.attempts.iter().map(|attempt| attempt.0));
    if let Some(missing) = attempts.filter(|attempt| !dialled.contains(attempt)).min() {
        return Err(format!("attempt {missing} was never dialled").into());
    }
    Ok(told)
}
