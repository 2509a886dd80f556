//! The engine's thread: keep, make, do, answer.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration as Span, Instant as Tick};

use ringback_engine::CallbackId;
use ringback_engine::journal::Call;
use ringback_engine::protocol::{Advanced, Command, Effect, EffectKind};
use tokio::sync::{oneshot, watch};

use super::{Core, Done, Inside, Message, Undone, WAITING};
use crate::center::Texts;
use crate::clock;
use crate::line::{Line, live_calls};
use crate::store::{Aftermath, Entry, Recovered, Row, Store, Trouble, recover};

/// How many commands share a commit at most.
const BATCH: usize = 512;
/// How long nothing may have come before the thread counts as idle.
const IDLE: Span = Span::from_millis(400);
/// How long to wait before a store that failed is tried again.
const AGAIN: Span = Span::from_secs(1);

/// How the core works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// After how many calls a snapshot is taken at the latest.
    pub(crate) snapshot_every: u64,
    /// After how many calls one is taken while nothing else is to do.
    pub(crate) snapshot_idle: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { snapshot_every: 200_000, snapshot_idle: 2_000 }
    }
}

type Reply = oneshot::Sender<Result<Done, Undone>>;

/// Starts the thread, which recovers the state first, and returns the handle to it and how many calls were repeated.
///
/// # Errors
///
/// The state can't be recovered.
pub(crate) fn start(
    mut store: Store,
    texts: Texts,
    settings: Settings,
    line: impl FnOnce(Core) -> Box<dyn Line>,
) -> Result<(Core, u64), Trouble> {
    let (layout, _) = texts.build().map_err(Trouble::new)?;
    let (sender, receiver) = sync_channel(WAITING);
    let (changed, revision) = watch::channel(0);
    let core = Core { sender, revision, layout, thread: Arc::new(Mutex::new(None)) };
    let line = line(core.clone());
    let (ready, recovered) = std::sync::mpsc::channel();
    // An application stays on the thread that made it, so the state is recovered there.
    let work = move || match recover(&mut store, &texts) {
        Ok(Recovered { engine, memory, outstanding, repeated }) => {
            let saved = store.next().saturating_sub(repeated);
            let inside = Inside {
                engine,
                store,
                trouble: None,
                now: clock::now(),
                memory,
                after: Aftermath::default(),
            };
            drop(ready.send(Ok(repeated)));
            let mut worker = Worker { inside, line, changed, settings, saved };
            worker.begin(outstanding);
            worker.run(&receiver);
        }
        Err(error) => drop(ready.send(Err(error))),
    };
    let thread = thread::Builder::new().name("engine".into()).spawn(work).map_err(Trouble::new)?;
    if let Ok(mut place) = core.thread.lock() {
        *place = Some(thread);
    }
    let repeated = recovered.recv().map_err(|_| Trouble::new("the engine's thread ended"))??;
    Ok((core, repeated))
}

struct Worker {
    inside: Inside,
    line: Box<dyn Line>,
    changed: watch::Sender<u64>,
    settings: Settings,
    /// How many calls the last snapshot covers.
    saved: u64,
}

impl Worker {
    /// Does what was not done before the last stop, and tells the line which calls are live.
    fn begin(&mut self, outstanding: Vec<Effect>) {
        let told = std::mem::take(&mut self.inside.memory);
        self.perform(outstanding);
        // What was repeated is remembered already.
        self.inside.memory = told;
        self.line.resume(live_calls(&self.inside.engine));
    }

    fn run(&mut self, receiver: &Receiver<Message>) {
        let (mut failed, mut last) = (None::<Tick>, Tick::now());
        loop {
            let message = match receiver.recv_timeout(self.rest(failed)) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if message.is_some() {
                last = Tick::now();
            }
            let (mut tells, mut asks, mut stop) = (Vec::new(), VecDeque::new(), false);
            for message in message.into_iter().chain(receiver.try_iter()) {
                match message {
                    Message::Tell(command, reply) => tells.push((*command, reply)),
                    Message::Ask(question) => asks.push_back(question),
                    Message::Stop => stop = true,
                }
                if stop || tells.len() >= BATCH {
                    break;
                }
            }
            self.inside.now = clock::now();
            let kept = self.pass_time().and_then(|()| self.make(tells));
            let kept = kept.and_then(|()| self.tidy(last.elapsed() >= IDLE, stop));
            failed = kept.is_err().then(Tick::now);
            self.inside.trouble = kept.err();
            asks.into_iter().for_each(|question| question(&mut self.inside));
            if stop {
                break;
            }
        }
    }

    /// How long to wait for a message.
    fn rest(&self, failed: Option<Tick>) -> Span {
        if failed.is_some() {
            return AGAIN;
        }
        let due = self.inside.engine.next_deadline().map_or(Span::from_secs(1), clock::until);
        let idle = if self.inside.after.is_empty() { Span::from_secs(1) } else { IDLE };
        due.min(idle)
    }

    /// Fires what is due. After a time away the engine asks to be told so; then it goes on without calling anybody for
    /// what it missed.
    fn pass_time(&mut self) -> Result<(), Trouble> {
        let now = self.inside.now;
        while self.inside.engine.next_deadline().is_some_and(|at| at <= now) {
            self.keep(&[encode(now, Call::Advance)?])?;
            let mut effects = Vec::new();
            let mut advanced = self.inside.engine.advance(now, &mut effects);
            self.perform(effects);
            if advanced == Advanced::Late {
                self.keep(&[encode(now, Call::Apply(&Command::Resume))?])?;
                let mut effects = Vec::new();
                // More may be due than one call fires; what is left is for the next round.
                let _ = self.inside.engine.apply(now, Command::Resume, &mut effects);
                self.perform(effects);
                advanced = Advanced::More;
            }
            if advanced == Advanced::Done {
                break;
            }
        }
        Ok(())
    }

    /// Makes calls that share a commit, and answers them.
    fn make(&mut self, tells: Vec<(Command, Reply)>) -> Result<(), Trouble> {
        if tells.is_empty() {
            return Ok(());
        }
        let encoded = tells.iter().map(|(command, _)| encode(self.inside.now, Call::Apply(command)));
        let kept = encoded.collect::<Result<Vec<_>, _>>().and_then(|calls| self.keep(&calls));
        if let Err(error) = kept {
            for (_, reply) in tells {
                drop(reply.send(Err(Undone::NotKept(error.clone()))));
            }
            return Err(error);
        }
        for (command, reply) in tells {
            let mut effects = Vec::new();
            let returned = self.inside.engine.apply(self.inside.now, command, &mut effects);
            let repeated = effects.iter().find_map(|effect| match &effect.kind {
                EffectKind::Repeated { callback } => Some(callback.clone()),
                _ => None,
            });
            self.perform(effects);
            let answer =
                returned.map(|()| repeated.map_or(Done::Yes, Done::Repeated)).map_err(Undone::Refused);
            drop(reply.send(answer));
        }
        Ok(())
    }

    /// Keeps what is left over, and takes a snapshot when it is time.
    fn tidy(&mut self, idle: bool, stop: bool) -> Result<(), Trouble> {
        let since = self.inside.store.next().saturating_sub(self.saved);
        let due = since >= self.settings.snapshot_every || (idle && since >= self.settings.snapshot_idle);
        if due || (stop && since > 0) {
            let snapshot = self.inside.engine.snapshot().map_err(Trouble::new)?;
            self.inside.store.save(&snapshot, &self.inside.memory, &self.inside.after)?;
            self.inside.after = Aftermath::default();
            self.saved = self.inside.store.next();
        } else if (idle || stop) && !self.inside.after.is_empty() {
            self.keep(&[])?;
        }
        Ok(())
    }

    fn keep(&mut self, calls: &[Vec<u8>]) -> Result<(), Trouble> {
        self.inside.store.commit(calls, &self.inside.after)?;
        self.inside.after = Aftermath::default();
        Ok(())
    }

    /// Does effects whose call is on disk, in their order.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in &effects {
            match &effect.kind {
                // A call that can't be placed in time any more is not placed; the engine gives it up by itself.
                EffectKind::Dial(dial) if dial.not_after < self.inside.now => {}
                EffectKind::Event(_) => self.note(effect),
                _ => self.line.perform(effect),
            }
            self.inside.after.done = Some(effect.id);
        }
        if !effects.is_empty() {
            self.changed.send_modify(|revision| *revision = revision.wrapping_add(1));
        }
    }

    /// Puts an event into its callback's history. The number is not repeated there: the record has it.
    fn note(&mut self, effect: &Effect) {
        let EffectKind::Event(event) = &effect.kind else { return };
        self.inside.memory.note(effect.at, event, &self.inside.engine);
        let Ok(serde_json::Value::Object(mut fact)) = serde_json::to_value(event) else { return };
        let Some(callback) = fact.get("callback").and_then(|id| id.as_str()).map(CallbackId::new) else {
            return;
        };
        if fact.get("event").is_some_and(|name| name == "purged") {
            self.inside.after.rows.retain(|row| row.callback != callback);
            self.inside.after.forget.push(callback);
            return;
        }
        fact.remove("callback");
        fact.remove("number");
        fact.insert("at".into(), effect.at.millis().into());
        if let Ok(text) = serde_json::to_vec(&fact) {
            self.inside.after.rows.push(Row { callback, at: effect.at, number: effect.id.0, text });
        }
    }
}

fn encode(at: ringback_engine::Instant, call: Call<&Command>) -> Result<Vec<u8>, Trouble> {
    serde_json::to_vec(&Entry { at, call }).map_err(Trouble::new)
}
