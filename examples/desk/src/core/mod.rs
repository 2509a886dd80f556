//! The one thread that owns the engine, and the handle by which the rest of the desk reaches it.

mod thread;

use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use ringback_engine::center::{Layout, ServiceIndex};
use ringback_engine::protocol::{Command, Refusal};
use ringback_engine::record::Callback;
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Engine, Instant, Sequence};
use ringback_scripting::RhaiApplication;
use tokio::sync::{oneshot, watch};

use crate::chance;
use crate::memory::Memory;
use crate::store::{Aftermath, Row, Store, Trouble};
use crate::wait::Wait;

pub(crate) use thread::{Settings, start};

/// How many commands and questions may wait for the thread; more are refused.
const WAITING: usize = 8_192;

/// The desk's core, shared by everything that serves.
#[derive(Clone)]
pub(crate) struct Core {
    sender: SyncSender<Message>,
    revision: watch::Receiver<u64>,
    layout: Arc<Layout>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// What only the thread may touch, lent to a question.
pub(crate) struct Inside {
    /// The engine.
    pub(crate) engine: Engine<RhaiApplication>,
    /// The store.
    pub(crate) store: Store,
    /// What is wrong with the store, while something is.
    pub(crate) trouble: Option<Trouble>,
    /// The instant of the present round.
    pub(crate) now: Instant,
    /// What is remembered of the last day.
    pub(crate) memory: Memory,
    /// What the next commit keeps.
    pub(crate) after: Aftermath,
}

impl Inside {
    /// The wait on a queue behind so many others.
    pub(crate) fn wait(&self, queue: &str, ahead: u64) -> Wait {
        let line = self.engine.line(queue).unwrap_or_default();
        self.memory.spans.wait(queue, ahead, line.agents, line.ready)
    }

    /// What happened to a callback, oldest first; nothing while the store can't be read.
    pub(crate) fn rows(&self, id: &CallbackId) -> Vec<Vec<u8>> {
        let mut rows = self.store.history(id.as_str()).unwrap_or_default();
        rows.extend(self.after.rows.iter().filter(|row| row.callback == *id).map(|row| row.text.clone()));
        rows
    }

    /// The callback of a live attempt, if it is this agent's.
    pub(crate) fn call_of(&self, agent: &AgentId, attempt: AttemptId) -> Option<CallbackId> {
        let mut own =
            self.engine.agent(agent)?.session()?.callbacks().filter_map(|sequence| self.numbered(sequence));
        let found = own.find(|callback| callback.state.attempt() == Some(attempt))?;
        Some(found.request.id.clone())
    }

    /// The callback with this number.
    pub(crate) fn numbered(&self, sequence: Sequence) -> Option<&Callback> {
        let before = sequence.0.checked_sub(1).map(Sequence);
        self.engine.callbacks(before).next().filter(|callback| callback.sequence == sequence)
    }

    /// Puts a remark of somebody of the center into a callback's history.
    pub(crate) fn remark(&mut self, callback: &CallbackId, by: &str, name: &str, value: &str) {
        let fact = serde_json::json!({ "event": name, "by": by, "value": value, "at": self.now.millis() });
        let (at, number) = (self.now, chance::below(u64::MAX) | 1 << 63);
        self.after.rows.push(Row {
            callback: callback.clone(),
            at,
            number,
            text: fact.to_string().into_bytes(),
        });
    }

    /// How long a service is open from an instant on.
    pub(crate) fn open_for(&self, service: ServiceIndex, at: Instant) -> Duration {
        let layout = self.engine.layout();
        let calendar = layout.service_layout(service).and_then(|service| service.calendar);
        calendar
            .and_then(|index| layout.hours(index))
            .map_or(Duration::from_millis(i64::MAX), |hours| hours.open_for(at))
    }
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// It was done.
    Yes,
    /// It repeated an earlier request, which led to this callback.
    Repeated(CallbackId),
}

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Undone {
    /// The engine refused it.
    Refused(Refusal),
    /// It could not be kept, so it was not done.
    NotKept(Trouble),
    /// Too much waits, or the desk stops.
    Busy,
}

enum Message {
    Tell(Box<Command>, oneshot::Sender<Result<Done, Undone>>),
    Ask(Box<dyn FnOnce(&mut Inside) + Send>),
    Stop,
}

impl Core {
    /// The center.
    pub(crate) fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// Has a command done, and returns when it is on disk and done.
    pub(crate) async fn tell(&self, command: Command) -> Result<Done, Undone> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Tell(Box::new(command), reply))?;
        answer.await.unwrap_or(Err(Undone::Busy))
    }

    /// As [`tell`](Self::tell), for what has happened and can't be refused for lack of room: waits and tries again.
    pub(crate) async fn insist(&self, command: Command) {
        let mut pause = std::time::Duration::from_millis(50);
        while let Err(Undone::Busy | Undone::NotKept(_)) = self.tell(command.clone()).await {
            if self.sender_is_gone() {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(std::time::Duration::from_secs(5));
        }
    }

    /// Asks something of the engine or the store.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Inside) -> T + Send + 'static,
    ) -> Result<T, Undone> {
        let (reply, answer) = oneshot::channel();
        let put = move |inside: &mut Inside| drop(reply.send(question(inside)));
        self.send(Message::Ask(Box::new(put)))?;
        answer.await.map_err(|_| Undone::Busy)
    }

    /// A number that changes with whatever a page could show.
    pub(crate) fn revision(&self) -> watch::Receiver<u64> {
        self.revision.clone()
    }

    /// Lets the thread finish what waits, take a snapshot and end; returns when it has.
    pub(crate) fn stop(&self) {
        drop(self.sender.send(Message::Stop));
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            drop(thread.join());
        }
    }

    fn sender_is_gone(&self) -> bool {
        self.thread.lock().is_ok_and(|thread| thread.as_ref().is_none_or(JoinHandle::is_finished))
    }

    fn send(&self, message: Message) -> Result<(), Undone> {
        self.sender.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Undone::Busy,
        })
    }
}
