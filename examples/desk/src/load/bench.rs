//! How much a desk keeps a second, how long a request takes against one write of the disk, and how soon it opens again.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration as Span, Instant as Tick};

use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Outcome, Place, Running, asked};

/// Requests a second that are asked for, for how long, and over how many connections.
const RATE: u64 = 2_000;
const SECONDS: u64 = 20;
const CONNECTIONS: u64 = 64;
/// How many callbacks there are when the desk is started again.
const MANY: u64 = 100_000;

/// Measures, and says what came of it.
pub(crate) fn bench(within: &Path) -> Outcome<String> {
    let place = Place::new(within)?;
    let key = place.key()?;
    let mut said = String::new();
    let mut syncs = fsyncs(&place.data)?;
    let sync = percentile(&mut syncs, 99);
    writeln!(said, "one fsync            p50 {:>8}   p99 {:>8}", ms(percentile(&mut syncs, 50)), ms(sync))?;

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let desk = place.start(&["--quiet"])?;
    let number = Arc::new(AtomicU64::new(0));
    let begun = Tick::now();
    let mut spans = runtime.block_on(load(&desk, &key, &number, Some(RATE), RATE * SECONDS))?;
    let rate = spans.len() as f64 / begun.elapsed().as_secs_f64();
    let p99 = percentile(&mut spans, 99);
    writeln!(
        said,
        "create, {RATE} a second p50 {:>8}   p99 {:>8}   {rate:.0} a second kept",
        ms(percentile(&mut spans, 50)),
        ms(p99)
    )?;
    let bar = sync * 2 + Span::from_millis(2);
    let verdict = if p99 <= bar && rate >= RATE as f64 * 0.98 { "holds" } else { "DOES NOT HOLD" };
    writeln!(said, "  bar: {RATE} a second, p99 at most twice one fsync and 2 ms = {}: {verdict}", ms(bar))?;

    let begun = Tick::now();
    let left = MANY.saturating_sub(number.load(Ordering::Relaxed));
    let most = runtime.block_on(load(&desk, &key, &number, None, left))?;
    writeln!(
        said,
        "create, as it goes   {:.0} a second over {CONNECTIONS} connections",
        most.len() as f64 / begun.elapsed().as_secs_f64()
    )?;

    std::thread::sleep(Span::from_secs(3));
    desk.kill();
    let again = place.start(&["--quiet"])?;
    let verdict = if again.took <= Span::from_secs(2) { "holds" } else { "DOES NOT HOLD" };
    writeln!(said, "start-up, killed     {} with {MANY} callbacks; bar 2 s: {verdict}", ms(again.took))?;
    Ok(said)
}

/// Asks for callbacks, at a rate or as fast as it goes, and returns how long each took from when it was due.
async fn load(
    desk: &Running,
    key: &str,
    number: &Arc<AtomicU64>,
    rate: Option<u64>,
    count: u64,
) -> Outcome<Vec<Span>> {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(desk.client(key).await?);
    }
    let turns = Arc::new(Mutex::new(turns(rate, count)));
    let mut askers = tokio::task::JoinSet::new();
    for mut client in clients {
        let (number, turns) = (Arc::clone(number), Arc::clone(&turns));
        askers.spawn(async move {
            let mut spans = Vec::new();
            loop {
                let turn = turns.lock().await.recv().await;
                let Some(due) = turn else { return Ok(spans) };
                let due = due.unwrap_or_else(Tick::now);
                let body = asked(number.fetch_add(1, Ordering::Relaxed));
                match client.post("/callbacks/create", &body).await {
                    Ok((200, _)) => spans.push(due.elapsed()),
                    Ok((status, body)) => return Err(format!("{status}: {body}")),
                    Err(error) => return Err(error.to_string()),
                }
            }
        });
    }
    let mut all = Vec::new();
    while let Some(spans) = askers.join_next().await {
        all.extend(spans??);
    }
    Ok(all)
}

/// So many turns to ask, each with when it is due, if there is a rate. A thread of its own says when: the runtime's timers
/// are only good to a millisecond, which would be counted as the desk's.
fn turns(rate: Option<u64>, count: u64) -> UnboundedReceiver<Option<Tick>> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        let begun = Tick::now();
        for turn in 0..count {
            let due = rate.map(|rate| begun + Span::from_micros(turn * 1_000_000 / rate));
            if let Some(due) = due {
                std::thread::sleep(due.saturating_duration_since(Tick::now()));
            }
            if sender.send(due).is_err() {
                return;
            }
        }
    });
    receiver
}

/// How long this disk takes to keep a page that was added to a file.
fn fsyncs(folder: &Path) -> Outcome<Vec<Span>> {
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let mut spans = Vec::new();
    for _ in 0..500 {
        let begun = Tick::now();
        file.write_all(&[7; 4_096])?;
        file.sync_data()?;
        spans.push(begun.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(spans)
}

fn percentile(spans: &mut [Span], percent: usize) -> Span {
    spans.sort();
    spans.get((spans.len() * percent / 100).min(spans.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn ms(span: Span) -> String {
    format!("{:.2} ms", span.as_secs_f64() * 1_000.0)
}
