//! `changes.csv`: what people of the center do to what runs.

use std::collections::BTreeMap;
use std::io::Read;

use chrono_tz::Tz;
use ringback_engine::center::{Attribute, Center, did_you_mean};
use ringback_engine::numbers::resolve;
use ringback_engine::protocol::{BulkDeed, CancelledBy, Changes as Update, Command, Trial};
use ringback_engine::record::Switch;
use ringback_engine::{AgentId, CallbackId, Country, Instant, Name};
use smol_str::SmolStr;

use super::fate::{Fate, outcome};
use super::table::{Cause, Row, Table};
use super::{CHANGES, StreamError, field, traffic};

const REQUIRED: [&str; 2] = ["at", "what"];
const ARGUMENTS: [&str; 15] = [
    "callback", "id", "queue", "switch", "calendar", "on", "agent", "phone", "priority", "desired",
    "outcomes", "ring", "handle", "script", "percent",
];

/// A line of `changes.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// When.
    pub at: Instant,
    /// What the engine is told.
    pub command: Command,
    /// What happens to a callback that is asked for anew.
    pub fate: Fate,
}

/// What can be done, with the arguments that it needs and those that it may have besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    word: &'static str,
    needs: &'static [&'static str],
    may: &'static [&'static str],
    /// Whether it may name several callbacks, and set attributes.
    many: bool,
    attributes: bool,
}

const KINDS: [Kind; 13] = [
    Kind::new("switch", &["queue", "switch", "on"], &[]),
    Kind::new("close_calendar", &["calendar"], &["on"]),
    Kind { attributes: true, ..Kind::new("update", &["callback"], &["phone", "priority", "queue"]) },
    Kind { many: true, ..Kind::new("assign", &["callback"], &["agent"]) },
    Kind { many: true, ..Kind::new("cancel", &["callback"], &[]) },
    Kind { many: true, ..Kind::new("reschedule", &["callback", "desired"], &[]) },
    Kind::new("deploy", &["script"], &[]),
    Kind::new("shadow", &["script"], &[]),
    Kind::new("canary", &["script", "percent"], &[]),
    Kind::new("promote", &[], &[]),
    Kind::new("end_trial", &[], &[]),
    Kind::new("roll_back", &[], &[]),
    Kind::new("recreate", &["callback", "id"], &["outcomes", "ring", "handle"]),
];

impl Kind {
    const fn new(word: &'static str, needs: &'static [&'static str], may: &'static [&'static str]) -> Self {
        Self { word, needs, may, many: false, attributes: false }
    }

    fn read(text: &str) -> Result<Self, String> {
        KINDS.into_iter().find(|kind| kind.word == text).ok_or_else(|| {
            let words = KINDS.map(|kind| kind.word);
            let hint = did_you_mean(text, words);
            let hint =
                if hint.is_empty() { format!("; write one of `{}`", words.join("`, `")) } else { hint };
            format!("unknown change `{text}`{hint}")
        })
    }
}

/// Gives the text of a script that a change names, or says what is wrong with it.
pub type Scripts<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// The lines of `changes.csv`, in order.
pub struct Changes<'a, R> {
    table: Table<R>,
    center: Option<&'a Center>,
    scripts: Scripts<'a>,
    zone: Tz,
    last: Option<(Instant, u64)>,
}

impl<'a, R: Read> Changes<'a, R> {
    /// Reads the header; local times are those of `zone`, and `scripts` gives the texts of applications. Queues, calendars and agents must be of `center`; without
    /// it, any may be named.
    ///
    /// # Errors
    ///
    /// The file can't be read, or its header does not fit.
    pub fn open(
        input: R,
        zone: Tz,
        center: Option<&'a Center>,
        scripts: Scripts<'a>,
    ) -> Result<Self, StreamError> {
        Ok(Self { table: Table::open(CHANGES, input, &REQUIRED)?, center, scripts, zone, last: None })
    }
}

/// Ends after the last line, and after an error that is not [`StreamError::Bad`].
impl<R: Read> Iterator for Changes<'_, R> {
    type Item = Result<ChangeLine, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        let names: BTreeMap<SmolStr, usize> =
            self.table.columns().iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
        let row = match self.table.next() {
            Ok(row) => row?,
            Err(error) => return Some(Err(error)),
        };
        let (center, scripts, zone) = (self.center, self.scripts, self.zone);
        let reader = Reader { row: &row, names: &names, center, scripts, zone };
        let line = reader.line(self.last).map_err(|cause| row.bad(cause));
        if let Ok(line) = &line {
            self.last = Some((line.at, line.line));
        }
        Some(line)
    }
}

/// Reads one line.
struct Reader<'a> {
    row: &'a Row<'a>,
    names: &'a BTreeMap<SmolStr, usize>,
    center: Option<&'a Center>,
    scripts: Scripts<'a>,
    zone: Tz,
}

impl Reader<'_> {
    fn column(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    fn text(&self, name: &str) -> Result<&str, Cause> {
        self.row.text(self.column(name))
    }

    fn cause(&self, name: &str, why: impl std::fmt::Display) -> Cause {
        self.row.cause(self.column(name), why)
    }

    fn read<T>(&self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<T, Cause> {
        self.row.read(self.column(name), read)
    }

    fn line(&self, last: Option<(Instant, u64)>) -> Result<ChangeLine, Cause> {
        let at = traffic::at(self.row, self.column("at"), self.zone, last)?;
        self.row.required(self.column("what"))?;
        let kind = self.read("what", Kind::read)?;
        self.arguments(kind)?;
        let (command, fate) = self.command(kind)?;
        Ok(ChangeLine { line: self.row.line(), at, command, fate })
    }

    /// Every argument that is needed is there, and none that nobody reads.
    fn arguments(&self, kind: Kind) -> Result<(), Cause> {
        let word = kind.word;
        for name in kind.needs {
            match self.column(name) {
                None => return Err(self.cause("what", format_args!("`{word}` needs a column `{name}`"))),
                Some(_) if self.text(name)?.is_empty() => {
                    return Err(self.cause(name, format_args!("is empty, and `{word}` needs it")));
                }
                Some(_) => {}
            }
        }
        for name in self.names.keys().filter(|name| !REQUIRED.contains(&name.as_str())) {
            let known = if ARGUMENTS.contains(&name.as_str()) {
                kind.needs.contains(&name.as_str()) || kind.may.contains(&name.as_str())
            } else {
                kind.attributes
            };
            if !known && !self.text(name)?.is_empty() {
                return Err(self.cause(name, format_args!("`{word}` has no use for it; leave it empty")));
            }
        }
        Ok(())
    }

    fn command(&self, kind: Kind) -> Result<(Command, Fate), Cause> {
        let mut fate = Fate::default();
        let command = match kind.word {
            "switch" => {
                let queue =
                    self.named("queue", |center| names(center.queues.iter().map(|queue| &queue.name)))?;
                let switch = self.read("switch", switch)?;
                let on = self.read("on", truth)?.unwrap_or(true);
                Command::Switch { queue, switch, on }
            }
            "close_calendar" => {
                let calendar =
                    |center: &Center| names(center.calendars.iter().map(|calendar| &calendar.name));
                let calendar = self.named("calendar", calendar)?;
                Command::CloseCalendar { calendar, closed: self.read("on", truth)? }
            }
            "deploy" => {
                let (name, source) = self.script()?;
                Command::Deploy { name, source }
            }
            "shadow" | "canary" => {
                let (name, source) = self.script()?;
                let trial = if kind.word == "shadow" {
                    Trial::Shadow
                } else {
                    Trial::Canary(self.read("percent", percent)?)
                };
                Command::Try { name, source, trial }
            }
            "promote" => Command::Promote,
            "end_trial" => Command::EndTrial,
            "roll_back" => Command::RollBack,
            "update" => self.update()?,
            "recreate" => {
                fate = Fate {
                    outcomes: self.read("outcomes", |text| field::list(text, outcome))?,
                    ring: self.read("ring", |text| field::list(text, field::seconds))?,
                    handle: self.read("handle", field::seconds)?,
                    ..Fate::default()
                };
                Command::Recreate { callback: self.one()?, id: CallbackId::new(self.text("id")?) }
            }
            _ => {
                let callbacks =
                    self.read("callback", |text| field::list(text, |id| Ok(CallbackId::new(id))))?;
                let deed = match kind.word {
                    "assign" => BulkDeed::Assign { agent: self.agent()? },
                    "cancel" => BulkDeed::Cancel { by: CancelledBy::Admin },
                    _ => BulkDeed::Reschedule {
                        to: self.read("desired", |text| field::instant(text, self.zone))?,
                    },
                };
                match (<[CallbackId; 1]>::try_from(callbacks), deed) {
                    (Ok([callback]), BulkDeed::Assign { agent }) => Command::Assign { callback, agent },
                    (Ok([callback]), BulkDeed::Cancel { by }) => Command::Cancel { callback, by },
                    (Ok([callback]), BulkDeed::Reschedule { to }) => Command::Reschedule { callback, to },
                    (Err(callbacks), deed) => Command::Bulk { callbacks, deed },
                }
            }
        };
        Ok((command, fate))
    }

    fn update(&self) -> Result<Command, Cause> {
        let mut changes = Update::default();
        if !self.text("phone")?.is_empty() {
            changes.number = Some(self.read("phone", |text| {
                let whole = text.starts_with('+').then(|| resolve(text, Country::US));
                whole.ok_or_else(|| format!("`{text}` has no country; write it as `+4930123456`"))
            })?);
        }
        changes.priority = self.read("priority", |text| match text {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| format!("`{text}` is no whole number")),
        })?;
        if !self.text("queue")?.is_empty() {
            let queues = |center: &Center| names(center.queues.iter().map(|queue| &queue.name));
            changes.queue = Some(self.named("queue", queues)?);
        }
        let known = |name: &str| REQUIRED.contains(&name) || ARGUMENTS.contains(&name);
        for name in self.names.keys().filter(|name| !known(name)) {
            let text = self.text(name)?;
            if !text.is_empty() {
                changes.attributes.insert(name.clone(), Some(Attribute::read(text)));
            }
        }
        if changes == Update::default() {
            let why = "`update` changes nothing; fill in `phone`, `priority`, `queue` or an attribute";
            return Err(self.cause("what", why));
        }
        Ok(Command::Update { callback: self.one()?, changes })
    }

    /// The name and the text of a script.
    fn script(&self) -> Result<(String, String), Cause> {
        let source = self.read("script", |name| (self.scripts)(name))?;
        Ok((self.text("script")?.to_owned(), source))
    }

    /// The only callback.
    fn one(&self) -> Result<CallbackId, Cause> {
        let text = self.text("callback")?;
        if text.contains('|') {
            return Err(self.cause("callback", "this takes one callback; write a line for each"));
        }
        Ok(CallbackId::new(text))
    }

    fn agent(&self) -> Result<Option<AgentId>, Cause> {
        if self.text("agent")?.is_empty() {
            return Ok(None);
        }
        let agents = |center: &Center| names(center.agents.iter().map(|agent| agent.id.text()));
        self.named("agent", agents).map(|agent| Some(AgentId::new(agent)))
    }

    /// The name in a column, which must be one of the center's.
    fn named(&self, column: &str, of: impl Fn(&Center) -> Vec<Name>) -> Result<Name, Cause> {
        let name = self.text(column)?;
        let known = self.center.map(of);
        if let Some(known) = known.filter(|known| !known.iter().any(|one| one == name)) {
            let hint = did_you_mean(name, known.iter().map(Name::as_str));
            let hint =
                if hint.is_empty() { format!("; center.toml has no such `[[{column}]]`") } else { hint };
            return Err(self.cause(column, format_args!("unknown {column} `{name}`{hint}")));
        }
        Ok(Name::new(name))
    }
}

fn names<'a>(names: impl Iterator<Item = &'a SmolStr>) -> Vec<Name> {
    names.cloned().collect()
}

fn switch(text: &str) -> Result<Switch, String> {
    let words = [("paused", Switch::Paused), ("draining", Switch::Draining), ("closed", Switch::Closed)];
    words.into_iter().find(|(word, _)| *word == text).map(|(_, switch)| switch).ok_or_else(|| {
        let hint = did_you_mean(text, words.map(|(word, _)| word));
        let hint = if hint.is_empty() { "; write `paused`, `draining` or `closed`".into() } else { hint };
        format!("unknown switch `{text}`{hint}")
    })
}

fn percent(text: &str) -> Result<u8, String> {
    let share = text.parse().ok().filter(|share| (1..=100).contains(share));
    share.ok_or_else(|| {
        format!("`{text}` is no share of callbacks; write a whole number from 1 to 100, in per cent")
    })
}

fn truth(text: &str) -> Result<Option<bool>, String> {
    match text {
        "" => Ok(None),
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        text => Err(format!("`{text}` is neither `true` nor `false`")),
    }
}
