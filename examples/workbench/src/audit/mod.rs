//! The audit: checks an event log against the bundle it came from, without the engine.
//!
//! Whoever doubts the engine can ask here whether a log keeps what is promised: nothing of how the engine decides
//! is used, only the settings of the center, the traffic, the roster, the hours of calendars, and the log. Time passes
//! from one instant to the next: those of the log, of the bundle's files, and those at which something is due. When
//! an instant is over, what should have happened in it is looked for.
//!
//! What only a script knows is skipped, and counted as such: see [`Findings`].

mod agents;
mod asking;
mod attempts;
mod callback;
mod calls;
mod choosing;
mod deadlines;
mod deeds;
mod findings;
mod freedom;
mod lines;
mod log;
mod moves;
mod need;
mod numbers;
mod overflow;
mod pace;
mod quotas;
mod requests;
mod rules;
mod steering;
#[cfg(test)]
mod tests;
mod transitions;
mod window;
mod wishes;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::BufRead;
use std::iter::Peekable;

use ringback_engine::center::Layout;
use ringback_engine::{Instant, Phone};
use smol_str::SmolStr;

use crate::streams::{ChangeLine, RosterLine, StreamError, TrafficLine};
use agents::Person;
use attempts::Attempts;
use callback::Callback;
pub use findings::{Check, Findings, Tally, Violation};
use freedom::Freedom;
use lines::Lines;
use log::{Entry, Fact, LogLines};
use numbers::Numbers;
use pace::Pace;
use quotas::Admitted;
use requests::Requests;
use rules::Rules;

/// What is known so far.
struct Audit {
    rules: Rules,
    findings: Findings,
    now: Instant,
    last_seq: Option<u64>,
    ids: BTreeMap<SmolStr, u64>,
    /// Those not purged, in the order in which they were accepted.
    callbacks: BTreeMap<u64, Callback>,
    accepted: u64,
    last_attempt: Option<u64>,
    people: Vec<Person>,
    /// Agents who were free when the last instant ended.
    free: BTreeSet<usize>,
    numbers: Numbers,
    attempts: Attempts,
    lines: Lines,
    /// Until when the hours of each queue are known.
    hours_until: Vec<Option<Instant>>,
    admitted: Vec<Admitted>,
    /// Calls of each queue: under way, of late, and what became of those who waited for an agent.
    pace: Vec<Pace>,
    /// When customers call before they are called.
    contacts: BTreeSet<(Instant, Phone)>,
    /// Callbacks in line or held, by queue.
    waiting: Vec<i64>,
    requests: Requests,
    /// What people of the center do in this instant, and what is asked for anew by it.
    steered: Vec<ChangeLine>,
    anew: Vec<TrafficLine>,
    due: BTreeSet<(Instant, Owner)>,
    touched: BTreeSet<u64>,
    touched_agents: BTreeSet<usize>,
}

/// Whose time has come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Agent(usize),
    Contact,
    Callback(u64),
    Key(SmolStr),
    Number(Phone),
    Queue(usize),
}

/// The bundle's files, beside the audit that reads on in them as time passes.
struct Course<T: Iterator, R: Iterator> {
    audit: Audit,
    traffic: Peekable<T>,
    roster: Peekable<R>,
    changes: VecDeque<ChangeLine>,
}

/// Checks the event log `log` of a run of a bundle: its center, the text of its script (empty if it has none), its
/// traffic and its roster, whose bad lines are passed over, and what people of the center did.
///
/// # Errors
///
/// The log or a file can't be read on.
pub fn audit<T, R>(
    layout: &Layout,
    script: &str,
    (traffic, roster, changes): (T, R, Vec<ChangeLine>),
    log: impl BufRead,
) -> Result<Findings, StreamError>
where
    T: Iterator<Item = Result<TrafficLine, StreamError>>,
    R: Iterator<Item = Result<RosterLine, StreamError>>,
{
    let rules = Rules::new(layout, Freedom::of(script));
    let mut course = Course {
        audit: Audit::new(rules),
        traffic: traffic.peekable(),
        roster: roster.peekable(),
        changes: changes.into(),
    };
    let mut lines = LogLines::new(log);
    loop {
        let read = lines.next().map_err(|error| StreamError::Unreadable {
            file: "event log".into(),
            cause: error.to_string(),
        })?;
        match read {
            None => return course.end(),
            Some(Ok(entry)) => {
                course.pass(entry.at)?;
                course.audit.findings.line = lines.line;
                course.audit.entry(entry);
            }
            Some(Err(sentence)) => {
                course.audit.findings.line = lines.line;
                course.audit.findings.hold(Check::Form, None, false, || sentence);
            }
        }
    }
}

impl<T, R> Course<T, R>
where
    T: Iterator<Item = Result<TrafficLine, StreamError>>,
    R: Iterator<Item = Result<RosterLine, StreamError>>,
{
    /// Lets time pass until `to`: every instant before it ends, and that of `to` begins.
    fn pass(&mut self, to: Instant) -> Result<(), StreamError> {
        while let Some(next) = self.next_at()?.into_iter().chain([to]).min() {
            if next <= self.audit.now {
                self.begin()?;
            }
            if to <= self.audit.now {
                break;
            }
            self.audit.close();
            self.audit.now = self.next_at()?.map_or(to, |next| next.min(to));
            self.begin()?;
        }
        Ok(())
    }

    /// The next instant at which something is due or in the files.
    fn next_at(&mut self) -> Result<Option<Instant>, StreamError> {
        let traffic = front(&mut self.traffic, &mut self.audit.findings)?.map(|line| line.at);
        let roster = front(&mut self.roster, &mut self.audit.findings)?.map(|line| line.at);
        let due = self.audit.due.first().map(|(at, _)| *at);
        let change = self.changes.front().map(|line| line.at);
        Ok([traffic, roster, change, due].into_iter().flatten().min())
    }

    /// Takes what the present instant has.
    fn begin(&mut self) -> Result<(), StreamError> {
        let now = self.audit.now;
        self.audit.take_due();
        while front(&mut self.roster, &mut self.audit.findings)?.is_some_and(|line| line.at <= now) {
            let line = self.roster.next().transpose()?;
            line.iter().for_each(|line| self.audit.roster_line(line));
        }
        while self.changes.front().is_some_and(|line| line.at <= now) {
            self.changes.pop_front().into_iter().for_each(|line| self.audit.steer(line));
        }
        while front(&mut self.traffic, &mut self.audit.findings)?.is_some_and(|line| line.at <= now) {
            if let Some(line) = self.traffic.next().transpose()? {
                self.audit.asked(line);
            }
        }
        Ok(())
    }

    /// The log is over; what is left of the files should have been in it.
    fn end(mut self) -> Result<Findings, StreamError> {
        loop {
            let traffic = front(&mut self.traffic, &mut self.audit.findings)?.map(|line| line.at);
            let roster = front(&mut self.roster, &mut self.audit.findings)?.map(|line| line.at);
            let Some(next) = traffic.into_iter().chain(roster).min() else { break };
            self.pass(next)?;
        }
        self.begin()?;
        self.audit.close();
        self.audit.nobody_left();
        Ok(self.audit.findings)
    }
}

/// The next good line of a file, left where it is.
fn front<'a, T>(
    lines: &'a mut Peekable<impl Iterator<Item = Result<T, StreamError>>>,
    findings: &mut Findings,
) -> Result<Option<&'a T>, StreamError> {
    while lines.next_if(|line| matches!(line, Err(StreamError::Bad(_)))).is_some() {
        findings.bad_lines += 1;
    }
    match lines.peek() {
        None => Ok(None),
        Some(Ok(line)) => Ok(Some(line)),
        Some(Err(error)) => Err(error.clone()),
    }
}

impl Audit {
    fn new(rules: Rules) -> Self {
        let people = rules.agents.iter().map(|agent| Person::new(agent.capacity)).collect();
        let admitted = rules.services.iter().map(|_| Admitted::default()).collect();
        let hours_until = rules.queues.iter().map(|_| None).collect();
        Self {
            waiting: vec![0; rules.queues.len()],
            pace: rules.queues.iter().map(|_| Pace::default()).collect(),
            contacts: BTreeSet::new(),
            rules,
            findings: Findings::default(),
            now: Instant::MIN,
            last_seq: None,
            ids: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            accepted: 0,
            last_attempt: None,
            people,
            free: BTreeSet::new(),
            numbers: Numbers::new(),
            attempts: Attempts::new(),
            lines: Lines::default(),
            hours_until,
            admitted,
            requests: Requests::default(),
            steered: Vec::new(),
            anew: Vec::new(),
            due: BTreeSet::new(),
            touched: BTreeSet::new(),
            touched_agents: BTreeSet::new(),
        }
    }

    /// Takes a line of the log.
    fn entry(&mut self, Entry { at, seq, fact }: Entry) {
        let (now, last) = (self.now, self.last_seq);
        self.findings.hold(Check::Form, None, at == now, || format!("`at` goes back, {at} is before {now}"));
        self.findings.hold(Check::Form, None, last.is_none_or(|last| last < seq), || {
            format!("`seq` goes from {} to {seq}; it only grows", last.unwrap_or_default())
        });
        self.last_seq = last.max(Some(seq));
        match fact {
            Fact::Callback(id, deed) => self.happen(&id, deed),
            Fact::Agent(agent, state) => self.agent_announced(&agent, &state),
            Fact::WrapUpExtended(agent, until) => self.wrap_up_extended(&agent, until),
            Fact::Switched(queue, switch, on) => self.switched(&queue, &switch, on),
            Fact::Calendar(calendar, closed) => self.calendar_closed(&calendar, closed),
            Fact::Aside => {}
        }
    }

    /// Does what is due by now.
    fn take_due(&mut self) {
        while self.due.first().is_some_and(|(at, _)| *at <= self.now) {
            match self.due.pop_first() {
                Some((_, Owner::Agent(agent))) => self.agent_due(agent),
                Some((_, Owner::Callback(serial))) => {
                    self.touched.insert(serial);
                    self.refresh(serial);
                }
                Some((_, Owner::Contact)) => {}
                Some((_, Owner::Key(key))) => self.key_due(&key),
                Some((_, Owner::Number(phone))) => self.number_due(&phone),
                Some((_, Owner::Queue(queue))) => self.queue_due(queue),
                None => {}
            }
        }
    }

    /// The present instant is over.
    fn close(&mut self) {
        self.close_contacts();
        self.close_requests();
        self.steered.clear();
        self.anew.clear();
        for serial in std::mem::take(&mut self.touched) {
            self.overdue(serial);
        }
        let newly_free = self.close_agents();
        self.close_overflow();
        self.close_lines(&newly_free);
    }

    /// The log is over, and so is every callback.
    fn nobody_left(&mut self) {
        for callback in self.callbacks.values() {
            self.findings.hold(Check::Conservation, Some(&callback.id), false, || {
                format!("is still {} when the log ends", callback.state.name())
            });
        }
    }
}
