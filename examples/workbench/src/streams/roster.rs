//! `roster.csv`: agents logging in and out.

use std::collections::BTreeSet;
use std::io::Read;

use chrono_tz::Tz;
use ringback_engine::center::did_you_mean;
use ringback_engine::{AgentId, Duration, Instant, Name};

use super::field::seconds;
use super::table::{Row, Table};
use super::{ROSTER, StreamError, traffic};

const REQUIRED: [&str; 3] = ["at", "agent", "event"];
const OPTIONAL: [&str; 2] = ["reason", "by"];

/// A line of `roster.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// When.
    pub at: Instant,
    /// Who.
    pub agent: AgentId,
    /// What.
    pub event: Shift,
}

/// What an agent does at the start, in the course, and at the end of a shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shift {
    /// Logs in and wants calls.
    LogIn,
    /// Wants calls.
    Ready,
    /// Wants none, for a reason if one is given.
    NotReady(Option<Name>),
    /// Needs so much longer for the wrap-up under way.
    ExtendWrapUp(Duration),
    /// Logs out.
    LogOut,
}

/// The lines of `roster.csv`, in order.
pub struct Roster<'a, R> {
    table: Table<R>,
    agents: Option<&'a BTreeSet<AgentId>>,
    zone: Tz,
    last: Option<(Instant, u64)>,
}

impl Shift {
    const WORDS: [&'static str; 5] = ["login", "ready", "not_ready", "extend_wrap_up", "logout"];

    /// Reads an event's word, with what its own columns say.
    fn read(word: &str, reason: &str, by: &str) -> Result<Self, String> {
        let foreign = |column: &str, owner: &str, text: &str| match text {
            "" => Ok(()),
            text => {
                Err(format!("`{word}` has no `{column}`, and `{text}` stands there; only `{owner}` has one"))
            }
        };
        if word != "not_ready" {
            foreign("reason", "not_ready", reason)?;
        }
        if word != "extend_wrap_up" {
            foreign("by", "extend_wrap_up", by)?;
        }
        match word {
            "login" => Ok(Self::LogIn),
            "ready" => Ok(Self::Ready),
            "not_ready" => Ok(Self::NotReady((!reason.is_empty()).then(|| Name::new(reason)))),
            "extend_wrap_up" if by.is_empty() => {
                Err("`extend_wrap_up` needs `by`, the seconds that it takes longer".into())
            }
            "extend_wrap_up" => seconds(by).map(Self::ExtendWrapUp).map_err(|why| format!("`by`: {why}")),
            "logout" => Ok(Self::LogOut),
            _ => {
                let hint = did_you_mean(word, Self::WORDS);
                let [others @ .., last] = Self::WORDS.map(|word| format!("`{word}`"));
                let hint =
                    if hint.is_empty() { format!("; write {} or {last}", others.join(", ")) } else { hint };
                Err(format!("unknown event `{word}`{hint}"))
            }
        }
    }
}

impl<'a, R: Read> Roster<'a, R> {
    /// Reads the header; local times are those of `zone`. Only `agents` may come; without them, whoever is named.
    ///
    /// # Errors
    ///
    /// The file can't be read, or its header does not fit.
    pub fn open(input: R, zone: Tz, agents: Option<&'a BTreeSet<AgentId>>) -> Result<Self, StreamError> {
        let table = Table::open(ROSTER, input, &REQUIRED)?;
        let unknown: Vec<String> = table
            .columns()
            .iter()
            .filter(|name| !REQUIRED.into_iter().chain(OPTIONAL).any(|known| known == name.as_str()))
            .map(|name| {
                let hint = did_you_mean(name, REQUIRED.into_iter().chain(OPTIONAL));
                let known = "; the roster has `at`, `agent`, `event`, and may have `reason` and `by`";
                let hint = if hint.is_empty() { known.into() } else { hint };
                format!("unknown column `{name}`{hint}")
            })
            .collect();
        if unknown.is_empty() {
            Ok(Self { table, agents, zone, last: None })
        } else {
            Err(table.header(unknown))
        }
    }
}

/// Ends after the last line, and after an error that is not [`StreamError::Bad`].
impl<R: Read> Iterator for Roster<'_, R> {
    type Item = Result<RosterLine, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        let [at, agent, event] = REQUIRED.map(|name| self.table.column(name));
        let [reason, by] = OPTIONAL.map(|name| self.table.column(name));
        let row = match self.table.next() {
            Ok(row) => row?,
            Err(error) => return Some(Err(error)),
        };
        let read = |row: &Row<'_>| {
            let at = traffic::at(row, at, self.zone, self.last)?;
            let id = row.required(agent)?;
            if let Some(agents) = self.agents.filter(|agents| !agents.contains(id)) {
                let hint = did_you_mean(id, agents.iter().map(AgentId::as_str));
                let hint =
                    if hint.is_empty() { "; center.toml has no such `[[agent]]`".into() } else { hint };
                return Err(row.cause(agent, format_args!("unknown agent `{id}`{hint}")));
            }
            row.required(event)?;
            let (reason, by) = (row.text(reason)?, row.text(by)?);
            let event = row.read(event, |word| Shift::read(word, reason, by))?;
            Ok(RosterLine { line: row.line(), at, agent: AgentId::new(id), event })
        };
        let line = read(&row).map_err(|cause| row.bad(cause));
        if let Ok(line) = &line {
            self.last = Some((line.at, line.line));
        }
        Some(line)
    }
}
