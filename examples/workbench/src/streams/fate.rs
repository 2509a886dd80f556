//! Fates: what happens to a customer's callback in the world outside the engine.

use std::str::FromStr;

use chrono_tz::Tz;
use ringback_engine::center::did_you_mean;
use ringback_engine::record::{AgentFailure, Outcome};
use ringback_engine::{Duration, Instant};

use super::field;
use super::table::{Cause, Row, Table};

/// What happens to a customer's callback in the world outside the engine. Of each list the first is for the first time,
/// and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// How attempts end; those beyond are answered.
    pub outcomes: Vec<Outcome>,
    /// How long it rings until then; not at all beyond.
    pub ring: Vec<Duration>,
    /// How long agent and customer talk.
    pub handle: Duration,
    /// When the customer cancels.
    pub cancel_at: Option<Instant>,
    /// When the customer asks for another time, and for which.
    pub reschedule: Option<(Instant, Instant)>,
    /// What agents say to offers, and how long after; they accept at once beyond.
    pub offers: Vec<(Duration, Offered)>,
    /// What the customer says when asked whether a call is welcome; it is, at once, beyond.
    pub confirms: Vec<(Duration, Asked)>,
    /// How the customer calls in when told to; with the code, or from the own number without one, at once beyond.
    pub calls_in: Vec<(Duration, Caller)>,
    /// How the agent's leg ends when an agent is to be connected to the customer on the line; connected at once beyond.
    pub agent_legs: Vec<(Duration, Leg)>,
    /// How long the customer waits on the line for an agent; for ever if absent.
    pub patience: Option<Duration>,
    /// How interactions go on; the callback is over beyond.
    pub dispositions: Vec<(Duration, Then)>,
    /// When the customer asks to be called later, and how much; as long as the queue says if absent.
    pub snooze: Option<(Instant, Option<Duration>)>,
    /// When the customer calls before being called.
    pub contact_at: Option<Instant>,
}

/// What an agent says to an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// Yes.
    Accept,
    /// No.
    Reject,
    /// Nothing.
    Ignore,
}

/// What a customer says who is asked whether a call is welcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is.
    Confirm,
    /// Nothing.
    Ignore,
}

/// How a customer calls in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// From another phone, with the code.
    Code,
    /// From the number of the request, without the code.
    Number,
    /// From another phone, without the code, at the number that was given.
    Dialled,
    /// Not at all.
    Ignore,
}

/// How an agent's leg ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// The agent is connected.
    Connected,
    /// It fails.
    Failed(AgentFailure),
}

/// How a callback goes on when an interaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is over.
    Done,
    /// It goes back to its line.
    Requeue,
    /// It is called again so much later.
    Later,
}

/// The names of the columns that say what happens, all of them optional.
pub(super) const COLUMNS: [&str; 15] = [
    "outcomes",
    "ring",
    "handle",
    "cancel_at",
    "reschedule_at",
    "reschedule_to",
    "offers",
    "confirms",
    "calls_in",
    "agent_legs",
    "patience",
    "dispositions",
    "snooze_at",
    "snooze_by",
    "contact_at",
];

/// Where those columns are.
pub(super) struct Columns([Option<usize>; COLUMNS.len()]);

impl Fate {
    /// How long the customer's phone rings at an attempt, and how the attempt ends, if the host lets it ring for
    /// `ring_for`. Attempts count from 1.
    #[must_use]
    pub fn of_attempt(&self, number: u32, ring_for: Duration) -> (Duration, Outcome) {
        let place = (number as usize).saturating_sub(1);
        let ring = self.ring.get(place).copied().unwrap_or_default();
        if ring > ring_for {
            return (ring_for, Outcome::NoAnswer);
        }
        (ring, self.outcomes.get(place).copied().unwrap_or(Outcome::Answered))
    }
}

impl Columns {
    pub(super) fn new<R: std::io::Read>(table: &Table<R>) -> Self {
        Self(COLUMNS.map(|name| table.column(name)))
    }

    fn column(&self, name: &str) -> Option<usize> {
        COLUMNS.iter().position(|known| *known == name).and_then(|place| self.0[place])
    }

    /// What a line says of a customer who asks at `at`.
    pub(super) fn read(&self, row: &Row<'_>, zone: Tz, at: Instant) -> Result<Fate, Cause> {
        let column = |name: &str| self.column(name);
        let instant = |name: &str, nothing: &str| {
            let asked = row.read(column(name), |text| match text {
                "" => Ok(None),
                text => field::instant(text, zone).map(Some),
            })?;
            match asked {
                Some(asked) if asked < at => {
                    let why = format!("{asked} is before the request at {at}; nothing is there to {nothing}");
                    Err(row.cause(column(name), why))
                }
                asked => Ok(asked),
            }
        };
        let span = |name: &str| {
            row.read(column(name), |text| (!text.is_empty()).then(|| field::seconds(text)).transpose())
        };
        Ok(Fate {
            outcomes: row.read(column("outcomes"), |text| field::list(text, outcome))?,
            ring: row.read(column("ring"), |text| field::list(text, field::seconds))?,
            handle: row.read(column("handle"), field::seconds)?,
            cancel_at: instant("cancel_at", "cancel")?,
            reschedule: self.reschedule(row, zone, instant("reschedule_at", "move")?)?,
            offers: row.read(column("offers"), |text| field::list(text, timed::<Offered>))?,
            confirms: row.read(column("confirms"), |text| field::list(text, timed::<Asked>))?,
            calls_in: row.read(column("calls_in"), |text| field::list(text, timed::<Caller>))?,
            agent_legs: row.read(column("agent_legs"), |text| field::list(text, timed::<Leg>))?,
            patience: span("patience")?,
            dispositions: row.read(column("dispositions"), |text| field::list(text, timed::<Then>))?,
            snooze: match (instant("snooze_at", "put off")?, span("snooze_by")?) {
                (Some(asked), by) => Some((asked, by)),
                (None, None) => None,
                (None, Some(_)) => {
                    return Err(
                        row.cause(column("snooze_at"), "is empty; write when the customer asks for later")
                    );
                }
            },
            contact_at: instant("contact_at", "call about")?,
        })
    }

    fn reschedule(
        &self,
        row: &Row<'_>,
        zone: Tz,
        asked: Option<Instant>,
    ) -> Result<Option<(Instant, Instant)>, Cause> {
        let to = row.read(self.column("reschedule_to"), |text| match text {
            "" => Ok(None),
            text => field::instant(text, zone).map(Some),
        })?;
        match (asked, to) {
            (Some(asked), Some(to)) => Ok(Some((asked, to))),
            (None, None) => Ok(None),
            (Some(_), None) => {
                Err(row.cause(self.column("reschedule_to"), "is empty; write the time to move to"))
            }
            (None, Some(_)) => {
                let why = "is empty; write when the customer asks for another time";
                Err(row.cause(self.column("reschedule_at"), why))
            }
        }
    }
}

pub(super) fn outcome(text: &str) -> Result<Outcome, String> {
    word("outcome", text, &Outcome::ALL.map(|outcome| (outcome, outcome.word())))
}

/// A word, and the seconds after which it is said: `accept:5`; at once where none are written.
fn timed<T: FromStr<Err = String>>(text: &str) -> Result<(Duration, T), String> {
    let (word, after) = text.split_once(':').unwrap_or((text, ""));
    if text.ends_with(':') {
        return Err(format!("`{text}` has no seconds after its colon"));
    }
    Ok((field::seconds(after)?, word.parse()?))
}

fn word<T: Copy>(what: &str, text: &str, words: &[(T, &'static str)]) -> Result<T, String> {
    words.iter().find(|(_, word)| *word == text).map(|(meant, _)| *meant).ok_or_else(|| {
        let hint = did_you_mean(text, words.iter().map(|(_, word)| *word));
        let all: Vec<String> = words.iter().map(|(_, word)| format!("`{word}`")).collect();
        let hint = if hint.is_empty() { format!("; write one of {}", all.join(", ")) } else { hint };
        format!("unknown {what} `{text}`{hint}")
    })
}

impl FromStr for Offered {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = [(Self::Accept, "accept"), (Self::Reject, "reject"), (Self::Ignore, "ignore")];
        word("answer to an offer", text, &words)
    }
}

impl FromStr for Asked {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        word("answer of a customer", text, &[(Self::Confirm, "confirm"), (Self::Ignore, "ignore")])
    }
}

impl FromStr for Caller {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = [
            (Self::Code, "code"),
            (Self::Number, "number"),
            (Self::Dialled, "dialled"),
            (Self::Ignore, "ignore"),
        ];
        word("way to call in", text, &words)
    }
}

impl FromStr for Leg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = [
            (Self::Connected, "connected"),
            (Self::Failed(AgentFailure::Busy), "busy"),
            (Self::Failed(AgentFailure::NoAnswer), "no_answer"),
            (Self::Failed(AgentFailure::Error), "error"),
        ];
        word("end of an agent's leg", text, &words)
    }
}

impl FromStr for Then {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        word("disposition", text, &[(Self::Done, "done"), (Self::Requeue, "requeue"), (Self::Later, "later")])
    }
}
