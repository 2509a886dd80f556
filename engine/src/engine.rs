//! The face of the core: three verbs and the reads.

use std::sync::Arc;

use chrono_tz::Tz;

use crate::book::Book;
use crate::center::{Layout, MAX_STEP};
use crate::flow::{Running, Turn, running};
use crate::protocol::{
    Advanced, Application, Candidate, Command, Effect, Explanation, LineView, Refusal, SlotView, Version,
    VersionNumber, View,
};
use crate::record::{Agent, Callback, StateName, Switches};
use crate::value::{AgentId, CallbackId, Instant, Phone, Sequence};

/// A callback engine for one center.
///
/// [`apply`](Self::apply), [`advance`](Self::advance) and nothing else change it; reading borrows. All time comes
/// in as data: an engine that is told the same gives the same effects, wherever and whenever it runs.
pub struct Engine<A> {
    book: Arc<Book>,
    running: Running<A>,
}

impl<A: Application> Engine<A> {
    /// An engine with nobody logged in and nobody waiting.
    pub fn new(layout: impl Into<Arc<Layout>>, application: A) -> Self {
        let book = Book::new(layout.into(), application.text());
        Self { book: Arc::new(book), running: Running { live: application, candidate: None } }
    }

    /// An engine that goes on from this state, with what its versions of the application become.
    ///
    /// # Errors
    ///
    /// One of them does not check, in words.
    pub(crate) fn with_book(book: Book, application: A) -> Result<Self, String> {
        let running = running(&book, application)?;
        Ok(Self { book: Arc::new(book), running })
    }

    pub(crate) fn book(&self) -> &Book {
        &self.book
    }

    /// Lets the time pass until `now`, then does one thing. Effects are appended to `effects`, also those of the
    /// time that passed before a refusal. A `now` before the engine's clock is taken as the clock, and reported.
    ///
    /// # Errors
    ///
    /// The command was not done, and changed nothing. [`Refusal::Behind`] if more than [`MAX_STEP`] deadlines were
    /// due: some of them have fired, and [`advance`](Self::advance) fires the rest. [`Refusal::Late`] if one is overdue
    /// by more than the center's `max_lag`: nothing has fired, and only [`Command::Resume`] is done.
    pub fn apply(
        &mut self,
        now: Instant,
        command: Command,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Refusal> {
        let mut turn = Turn::new(&mut self.book, &mut self.running, effects, MAX_STEP);
        let now = turn.arrive(now);
        match (turn.pass(now), turn.overdue(now)) {
            (Advanced::More, _) => return Err(Refusal::Behind),
            (Advanced::Late, Some(_)) if command == Command::Resume => turn.resume(now),
            (Advanced::Late, Some(deadline)) => return Err(Refusal::Late(deadline)),
            (Advanced::Late | Advanced::Done, _) => {
                turn.command(command)?;
                turn.unsettle();
            }
        }
        // What is left when the budget is spent is due now, and the host is told so by `next_deadline`.
        let _ = turn.pass(now);
        Ok(())
    }

    /// Lets the time pass until `now`. Effects are appended to `effects`. The answer says whether that is done: if the
    /// host was away, only [`Command::Resume`] is taken.
    pub fn advance(&mut self, now: Instant, effects: &mut Vec<Effect>) -> Advanced {
        let mut turn = Turn::new(&mut self.book, &mut self.running, effects, MAX_STEP);
        let now = turn.arrive(now);
        turn.pass(now)
    }

    /// The next instant at which something happens by itself; the host calls [`advance`](Self::advance) then.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.book.first_deadline().map(|due| due.deadline.at.max(self.book.clock()))
    }

    /// The engine's clock: the latest instant it was told.
    #[must_use]
    pub fn clock(&self) -> Instant {
        self.book.clock()
    }

    /// How often the host's clock went back.
    #[must_use]
    pub fn clock_went_back(&self) -> u64 {
        self.book.ledger().clock_went_back
    }

    /// The center.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        self.book.layout()
    }

    /// The application, in the version in force.
    pub fn application(&self) -> &A {
        &self.running.live
    }

    /// The application, to read what it counted or to change how it runs; not its rules, which
    /// [`Command::Deploy`] does.
    pub fn application_mut(&mut self) -> &mut A {
        &mut self.running.live
    }

    /// The version of the application in force.
    #[must_use]
    pub fn version(&self) -> VersionNumber {
        self.book.ledger().versions.live()
    }

    /// A version of the application that is in force, on trial, or could come back.
    #[must_use]
    pub fn version_text(&self, version: VersionNumber) -> Option<&Version> {
        self.book.ledger().versions.get(version)
    }

    /// The versions that were in force before and can come back, the last one first: at most
    /// [`MOST_EARLIER`](crate::center::MOST_EARLIER).
    pub fn earlier_versions(&self) -> impl Iterator<Item = VersionNumber> {
        self.book.ledger().versions.earlier()
    }

    /// The candidate on trial, and how it has fared so far.
    #[must_use]
    pub fn candidate(&self) -> Option<&Candidate> {
        self.book.ledger().versions.candidate()
    }

    /// The callback with this id, until it is purged.
    #[must_use]
    pub fn callback(&self, id: &CallbackId) -> Option<&Callback> {
        self.book.callback(self.book.find(id)?)
    }

    /// The callback that a request with this key led to, until it is purged.
    #[must_use]
    pub fn callback_by_key(&self, key: &str) -> Option<&Callback> {
        self.callback(&self.book.ledger().keys.get(key)?.callback)
    }

    /// The state of a callback as the API shows it: `PAUSED` where its queue is paused.
    #[must_use]
    pub fn shown_state(&self, callback: &Callback) -> StateName {
        match (callback.state.name(), callback.state.queue()) {
            (StateName::Queued, Some(queue)) if self.book.switches(queue).paused => StateName::Paused,
            (name, _) => name,
        }
    }

    /// The switches of a queue.
    #[must_use]
    pub fn switches(&self, queue: &str) -> Option<Switches> {
        Some(self.book.switches(self.book.layout().queue_index(queue)?))
    }

    /// The callbacks of a number that are not completed, in the order of their requests.
    pub fn callbacks_of<'a>(&'a self, phone: &Phone) -> impl Iterator<Item = &'a Callback> + use<'a, A> {
        let sequences = self.book.callbacks_of(phone);
        sequences.into_iter().filter_map(|sequence| self.book.callback(sequence))
    }

    /// Callbacks that are not purged, in the order of their requests, from behind `after` on: take as many as a
    /// page has, and go on behind the last.
    pub fn callbacks(&self, after: Option<Sequence>) -> impl Iterator<Item = &Callback> {
        let first = after.map_or(Sequence(0), Sequence::next);
        self.book.ledger().callbacks.range(first..).map(|(_, callback)| callback)
    }

    /// The center as its application sees it now: a copy that later calls leave as it is.
    #[must_use]
    pub fn view(&self) -> Arc<dyn View> {
        self.book.clone()
    }

    /// A queue's numbers now.
    #[must_use]
    pub fn line(&self, queue: &str) -> Option<LineView> {
        self.book.line(queue)
    }

    /// The slots of a service that start in `[from, to)`, are open and can be asked for now, each with the bookings it
    /// still takes; full ones too if `full`. Their starts are shown on a clock in `zone`. `None` if there is no such
    /// service. At most [`MOST_SLOTS`](crate::center::MOST_SLOTS) are looked at: go on from the end of the last.
    #[must_use]
    pub fn availability(
        &self,
        service: &str,
        (from, to): (Instant, Instant),
        zone: Tz,
        full: bool,
    ) -> Option<Vec<SlotView>> {
        let service = self.book.layout().service_index(service)?;
        Some(self.book.availability(service, (from, to), zone, full))
    }

    /// An agent's record.
    #[must_use]
    pub fn agent(&self, id: &AgentId) -> Option<&Agent> {
        self.book.ledger().agent(self.book.layout().agent_index(id.as_str())?)
    }

    /// How many callbacks of its queue rank before a Queued one now, held and blocked ones included; none before one
    /// that is Routing or Processing. `None` in other states.
    #[must_use]
    pub fn position(&self, id: &CallbackId) -> Option<usize> {
        self.book.position(self.book.find(id)?)
    }

    /// Why a callback stands where it stands: all that keeps one that waits from being called now, who ranks before it, and what
    /// its plan does next. It costs as much as the callbacks of its queue and the agents of the center are many.
    #[must_use]
    pub fn explain(&self, id: &CallbackId) -> Option<Explanation> {
        self.book.explain(self.book.find(id)?)
    }

    /// Rebuilds every index from the states, compares, and checks the promises of the lifecycle.
    ///
    /// # Errors
    ///
    /// What is wrong: the engine has a defect.
    pub fn check(&self) -> Result<(), Vec<String>> {
        let faults = self.book.check();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// A hash of the whole state: equal states have equal hashes. It costs as much as what changed since
    /// [`mark`](Self::mark) was called last, and the whole state if it never was.
    #[must_use]
    pub fn state_hash(&self) -> u128 {
        self.book.ledger().hash()
    }

    /// The first 64 bits of [`state_hash`](Self::state_hash), for an entry of the journal. It brings the hash up to date, so
    /// that the next one costs no more than what changes until then.
    pub fn mark(&mut self) -> u64 {
        Arc::make_mut(&mut self.book).settle_hash();
        (self.state_hash() >> 64) as u64
    }
}
