//! `roster.csv`: agents logging in and out.

use std::collections::BTreeSet;
use std::io::Read;

use chrono_tz::Tz;
use ringback_engine::center::did_you_mean;
use ringback_engine::{AgentId, Instant};

use super::table::{Row, Table};
use super::{ROSTER, StreamError, traffic};

const COLUMNS: [&str; 3] = ["at", "agent", "event"];

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// Logs in and wants calls.
    LogIn,
    /// Wants calls.
    Ready,
    /// Wants none.
    NotReady,
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
    const ALL: [(Self, &'static str); 4] = [
        (Self::LogIn, "login"),
        (Self::Ready, "ready"),
        (Self::NotReady, "not_ready"),
        (Self::LogOut, "logout"),
    ];

    fn read(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|(_, word)| *word == text);
        known.map(|(shift, _)| shift).ok_or_else(|| {
            let hint = did_you_mean(text, Self::ALL.map(|(_, word)| word));
            let hint = if hint.is_empty() {
                "; write `login`, `ready`, `not_ready` or `logout`".into()
            } else {
                hint
            };
            format!("unknown event `{text}`{hint}")
        })
    }
}

impl<'a, R: Read> Roster<'a, R> {
    /// Reads the header; local times are those of `zone`. Only `agents` may come; without them, whoever is named.
    ///
    /// # Errors
    ///
    /// The file can't be read, or its header does not fit.
    pub fn open(input: R, zone: Tz, agents: Option<&'a BTreeSet<AgentId>>) -> Result<Self, StreamError> {
        let table = Table::open(ROSTER, input, &COLUMNS)?;
        let unknown: Vec<String> = table
            .columns()
            .iter()
            .filter(|name| !COLUMNS.contains(&name.as_str()))
            .map(|name| {
                let hint = did_you_mean(name, COLUMNS);
                let hint =
                    if hint.is_empty() { "; the roster has `at`, `agent`, `event`".into() } else { hint };
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
        let [at, agent, event] = COLUMNS.map(|name| self.table.column(name));
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
            let event = row.read(event, Shift::read)?;
            Ok(RosterLine { line: row.line(), at, agent: AgentId::new(id), event })
        };
        let line = read(&row).map_err(|cause| row.bad(cause));
        if let Ok(line) = &line {
            self.last = Some((line.at, line.line));
        }
        Some(line)
    }
}
