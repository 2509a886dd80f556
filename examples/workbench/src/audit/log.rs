//! Lines of the event log, read into what they say.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use ringback_engine::Instant;
use ringback_engine::center::Condition;
use ringback_engine::record::Outcome;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as WordError;
use smol_str::SmolStr;

/// The longest line that is read.
const LONGEST: u64 = 1 << 20;

/// A line of the log.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: Instant,
    pub(super) seq: u64,
    pub(super) fact: Fact,
}

/// What a line says.
#[derive(Debug)]
pub(super) enum Fact {
    /// Something happened to a callback.
    Callback(SmolStr, Deed),
    /// An agent's presence.
    Agent(SmolStr, SmolStr),
    /// The first of an agent's wrap-ups that end is over then now.
    WrapUpExtended(SmolStr, Instant),
    /// A switch of a queue is turned: which queue, which switch, and whether it is on.
    Switched(SmolStr, SmolStr, bool),
    /// A calendar is closed or opened against its configuration, or goes by it.
    Calendar(SmolStr, Option<bool>),
    /// What no check depends on.
    Aside,
}

/// What happens to a callback.
#[derive(Debug)]
pub(super) enum Deed {
    Accepted,
    Rejected {
        code: SmolStr,
    },
    Repeated,
    Scheduled {
        desired: Instant,
    },
    Rescheduled {
        desired: Instant,
    },
    PutOff {
        desired: Instant,
    },
    NextNumber {
        number: SmolStr,
    },
    Updated {
        number: Option<SmolStr>,
        priority: Option<i64>,
        queue: Option<SmolStr>,
    },
    Assigned {
        agent: Option<SmolStr>,
    },
    Queued {
        queue: SmolStr,
        need: SmolStr,
        score: i64,
    },
    Step {
        queue: SmolStr,
        need: SmolStr,
        when: Option<Condition>,
    },
    Returned {
        why: SmolStr,
    },
    Held {
        until: Instant,
        why: SmolStr,
    },
    Reserved {
        agent: SmolStr,
        queue: SmolStr,
        score: i64,
    },
    Offered {
        agent: SmolStr,
        until: Instant,
    },
    /// Asked for a confirmation, or told to call in.
    Notified {
        calls_in: bool,
    },
    AgentFailed {
        attempt: u64,
        agent: SmolStr,
        why: SmolStr,
    },
    Snoozed {
        until: Instant,
    },
    Expected,
    PassedOver {
        queue: SmolStr,
    },
    Dialing {
        attempt: u64,
        agent: Option<SmolStr>,
        number: SmolStr,
    },
    Outcome {
        attempt: u64,
        outcome: Outcome,
    },
    Connected {
        agent: SmolStr,
    },
    Ended {
        agent: SmolStr,
    },
    TalkTimeout {
        agent: SmolStr,
    },
    Completed {
        reason: SmolStr,
    },
    Redacted,
    Purged,
    Fault {
        hook: SmolStr,
    },
}

impl Deed {
    /// Its word in the log.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::Repeated => "repeated",
            Self::Scheduled { .. } => "scheduled",
            Self::Rescheduled { .. } => "rescheduled",
            Self::PutOff { .. } => "put_off",
            Self::NextNumber { .. } => "next_number",
            Self::Updated { .. } => "updated",
            Self::Assigned { .. } => "assigned",
            Self::Queued { .. } => "queued",
            Self::Step { .. } => "step",
            Self::Returned { .. } => "returned",
            Self::Held { .. } => "held",
            Self::Reserved { .. } => "reserved",
            Self::Offered { .. } => "offered",
            Self::Notified { .. } => "notified",
            Self::AgentFailed { .. } => "agent_failed",
            Self::Snoozed { .. } => "snoozed",
            Self::Expected => "expected",
            Self::PassedOver { .. } => "passed_over",
            Self::Dialing { .. } => "dialing",
            Self::Outcome { .. } => "outcome",
            Self::Connected { .. } => "connected",
            Self::Ended { .. } => "ended",
            Self::TalkTimeout { .. } => "talk_timeout",
            Self::Completed { .. } => "completed",
            Self::Redacted => "redacted",
            Self::Purged => "purged",
            Self::Fault { .. } => "fault",
        }
    }
}

/// The fields of a line, those that no check reads left out.
#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    at: Cow<'a, str>,
    seq: u64,
    #[serde(borrow)]
    event: Cow<'a, str>,
    callback: Option<SmolStr>,
    agent: Option<SmolStr>,
    queue: Option<SmolStr>,
    need: Option<SmolStr>,
    number: Option<SmolStr>,
    switch: Option<SmolStr>,
    on: Option<bool>,
    calendar: Option<SmolStr>,
    closed: Option<bool>,
    priority: Option<i64>,
    outcome: Option<SmolStr>,
    why: Option<SmolStr>,
    when: Option<Condition>,
    code: Option<SmolStr>,
    reason: Option<SmolStr>,
    state: Option<SmolStr>,
    hook: Option<SmolStr>,
    kind: Option<SmolStr>,
    desired: Option<SmolStr>,
    until: Option<SmolStr>,
    score: Option<i64>,
    attempt: Option<u64>,
}

/// Reads the lines of a log.
pub(super) struct LogLines<L> {
    input: L,
    buffer: Vec<u8>,
    /// How many were read.
    pub(super) line: u64,
    /// The instant read last; many lines share one.
    last: (String, Instant),
}

impl<L: BufRead> LogLines<L> {
    pub(super) fn new(input: L) -> Self {
        Self { input, buffer: Vec::new(), line: 0, last: (String::new(), Instant::default()) }
    }

    /// The next line, or what is wrong with it; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Entry, String>>> {
        self.buffer.clear();
        if self.input.by_ref().take(LONGEST).read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        if !self.buffer.ends_with(b"\n") && self.buffer.len() as u64 == LONGEST {
            self.input.skip_until(b'\n')?;
            return Ok(Some(Err(format!("is longer than {LONGEST} bytes"))));
        }
        let raw: Raw<'_> = match serde_json::from_slice(&self.buffer) {
            Ok(raw) => raw,
            Err(error) => return Ok(Some(Err(format!("is no line of an event log: {error}")))),
        };
        if self.last.0 != raw.at {
            match raw.at.parse() {
                Ok(at) => self.last = (raw.at.to_string(), at),
                Err(error) => return Ok(Some(Err(format!("`at`: {error}")))),
            }
        }
        let (at, seq) = (self.last.1, raw.seq);
        Ok(Some(raw.fact().map(|fact| Entry { at, seq, fact })))
    }
}

fn field<T>(value: Option<T>, name: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("`{name}` is missing"))
}

fn instant(value: Option<SmolStr>, name: &str) -> Result<Instant, String> {
    field(value, name)?.parse().map_err(|error| format!("`{name}`: {error}"))
}

fn outcome(value: Option<SmolStr>) -> Result<Outcome, String> {
    let word = field(value, "outcome")?;
    let read: Result<Outcome, WordError> = Outcome::deserialize(word.as_str().into_deserializer());
    read.map_err(|_| format!("`outcome`: there is no outcome `{word}`"))
}

impl Raw<'_> {
    fn fact(self) -> Result<Fact, String> {
        let agent = |agent| field(agent, "agent");
        let deed = match &*self.event {
            "agent" => return Ok(Fact::Agent(agent(self.agent)?, field(self.state, "state")?)),
            "wrap_up_extended" => {
                return Ok(Fact::WrapUpExtended(agent(self.agent)?, instant(self.until, "until")?));
            }
            "slot_held" | "hold_expired" | "refused" | "bulk" | "recreated" | "late_answer" | "log"
            | "set_aside" | "deployed" | "tried" | "trial_ended" | "rolled_back" | "disagreed" => {
                return Ok(Fact::Aside);
            }
            "switched" => {
                let (queue, switch) = (field(self.queue, "queue")?, field(self.switch, "switch")?);
                return Ok(Fact::Switched(queue, switch, field(self.on, "on")?));
            }
            "calendar" => return Ok(Fact::Calendar(field(self.calendar, "calendar")?, self.closed)),
            "next_number" => Deed::NextNumber { number: field(self.number, "number")? },
            "updated" => Deed::Updated { number: self.number, priority: self.priority, queue: self.queue },
            "assigned" => Deed::Assigned { agent: self.agent },
            "accepted" => Deed::Accepted,
            "rejected" => Deed::Rejected { code: field(self.code, "code")? },
            "repeated" => Deed::Repeated,
            "scheduled" => Deed::Scheduled { desired: instant(self.desired, "desired")? },
            "rescheduled" => Deed::Rescheduled { desired: instant(self.desired, "desired")? },
            "put_off" => Deed::PutOff { desired: instant(self.desired, "desired")? },
            "queued" => Deed::Queued {
                queue: field(self.queue, "queue")?,
                need: field(self.need, "need")?,
                score: field(self.score, "score")?,
            },
            "step" => Deed::Step {
                queue: field(self.queue, "queue")?,
                need: field(self.need, "need")?,
                when: self.when,
            },
            "returned" => Deed::Returned { why: field(self.why, "why")? },
            "held" => Deed::Held { until: instant(self.until, "until")?, why: field(self.why, "why")? },
            "reserved" => Deed::Reserved {
                agent: agent(self.agent)?,
                queue: field(self.queue, "queue")?,
                score: field(self.score, "score")?,
            },
            "dialing" => Deed::Dialing {
                attempt: field(self.attempt, "attempt")?,
                agent: self.agent,
                number: field(self.number, "number")?,
            },
            "outcome" => {
                Deed::Outcome { attempt: field(self.attempt, "attempt")?, outcome: outcome(self.outcome)? }
            }
            "connected" => Deed::Connected { agent: agent(self.agent)? },
            "ended" => Deed::Ended { agent: agent(self.agent)? },
            "talk_timeout" => Deed::TalkTimeout { agent: agent(self.agent)? },
            "completed" => Deed::Completed { reason: field(self.reason, "reason")? },
            "redacted" => Deed::Redacted,
            "purged" => Deed::Purged,
            "fault" => Deed::Fault { hook: field(self.hook, "hook")? },
            "offered" => Deed::Offered { agent: agent(self.agent)?, until: instant(self.until, "until")? },
            "notified" => match field(self.kind, "kind")?.as_str() {
                "confirm" => Deed::Notified { calls_in: false },
                "call_in" => Deed::Notified { calls_in: true },
                kind => return Err(format!("`kind`: customers are told of no `{kind}`")),
            },
            "agent_failed" => Deed::AgentFailed {
                attempt: field(self.attempt, "attempt")?,
                agent: agent(self.agent)?,
                why: field(self.why, "why")?,
            },
            "snoozed" => Deed::Snoozed { until: instant(self.until, "until")? },
            "expected" => Deed::Expected,
            "passed_over" => Deed::PassedOver { queue: field(self.queue, "queue")? },
            "away" | "reconfigured" => {
                return Err(format!(
                    "the audit does not follow `{}`, which no bundle brings about; what it says from here on may be wrong",
                    self.event
                ));
            }
            event => return Err(format!("there is no event `{event}`")),
        };
        Ok(Fact::Callback(field(self.callback, "callback")?, deed))
    }
}
