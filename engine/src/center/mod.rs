//! The center's configuration: services, queues, calendars, agents, limits, tables, and what follows from it.
//!
//! [`Center`] is plain data with names; [`Layout`] is the same, checked and indexed. Every default of the
//! product stands in this folder, where what it belongs to is made, and nowhere else.

mod calendar;
mod calendars;
mod capacity;
mod dialling;
mod draw;
mod finding;
mod graph;
mod layout;
mod limits;
mod local;
mod numbers;
mod overflow;
mod plan;
#[cfg(feature = "toml")]
pub mod reader;
mod service;
mod slots;
mod tables;
mod values;
mod window;
mod wrap_up;
mod zone;

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::value::{Ageing, AgentId, Duration, Name, Requirement};

pub use calendar::{AddedSpan, CalendarError, Day, Hours, Openness, Season, WeeklySpan};
pub use capacity::{DatedCapacity, MOST_SLOTS, SLOT_HELD, SLOT_MINUTES, Slots, WeeklyCapacity};
pub use dialling::{
    AGENT_FAILURES, ANSWERED_KEPT, CODE_DIGITS, CODE_EXPIRY, CallIn, Confirm, Dialling, First,
    MAX_DIAL_AHEAD, OfferExpired, Presentation, Unconfirmed,
};
pub use draw::draw;
pub use finding::{Finding, Severity, did_you_mean, nearest};
pub use graph::{Component, Lead, Overtaking, RoutingGraph, Stop, Way, WayKind, unmet};
pub use layout::{AgentIndex, CalendarIndex, Layout, QueueIndex, QueueLayout, ServiceIndex, ServiceLayout};
pub use limits::{Limits, PREFIX_LACKS, Quota};
pub use local::{Resolved, local_to_instant, parse_instant};
pub use numbers::{MOST_NUMBERS, NumberRules, Objection, country_name};
pub use overflow::{Comparison, Condition, ConditionError, Overflow, Quantity};
pub use plan::{Limit, MAX_STEPS, Plan, PlanError, Preference, Step};
pub use service::{CalledFirst, Duplicates, OnFault, Service};
pub use slots::slot_of;
pub use tables::{Entries, MOST_COLUMNS, Rows, Table, TableError};
pub use window::{Callable, CallingWindow, DaySpan, NumberZones};
pub use wrap_up::WrapUp;
pub use zone::{ZONES, ZONES_RELEASED, instant_to_local, stale_zones, zone_named};

/// How long after `dial_timeout` the engine waits for the host's word before it calls an attempt `no_answer`.
pub const OUTCOME_GRACE: Duration = Duration::from_secs(5);

/// The most deadlines that one call of the engine fires.
pub const MAX_STEP: usize = 4_096;

/// Callbacks that one command may name at most.
pub const MOST_AT_ONCE: usize = 10_000;

/// How many earlier versions of an application are kept to come back to.
pub const MOST_EARLIER: usize = 8;

/// How many kinds of disagreements between an application and its shadow are counted apart.
pub const MOST_DISAGREEMENTS: usize = 256;

/// How long a request's key is kept after its callback was purged.
pub const KEY_KEPT: Duration = Duration::from_days(1);

/// How long the record of a redacted callback is kept for reports.
pub const REDACTED_KEPT: Duration = Duration::from_days(30);

/// How long is remembered whom a customer talked with last.
pub const LAST_AGENT_KEPT: Duration = Duration::from_days(30);

/// The most numbers for which that is remembered; beyond them, the one whose talk began longest ago is forgotten.
pub const LAST_AGENTS: usize = 100_000;

/// The most agents that the `score` hook is asked about for one callback.
pub const SCORED: usize = 16;

/// The most connections of a queue from which its pace is told.
pub const PACED: usize = 32;

/// The most callbacks that one agent may take at a time.
pub const MAX_CAPACITY: u32 = 100;

/// One contact center, for one engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Center {
    /// What people call it.
    pub name: String,
    /// What the strategy `random` draws from.
    pub seed: u64,
    /// The zone of local times that name no other.
    pub timezone: Tz,
    /// Limits over all services.
    pub limits: Limits,
    /// Opening hours, by name.
    pub calendars: Vec<Calendar>,
    /// Virtual queues.
    pub queues: Vec<Queue>,
    /// Services, on which customers ask for callbacks.
    pub services: Vec<Service>,
    /// Tables that applications read.
    pub tables: Vec<Table>,
    /// Agents who can log in.
    pub agents: Vec<Agent>,
}

/// Opening hours. `closed` beats holidays, which beat added dates, which beat seasons, which beat weekly spans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Its name.
    pub name: Name,
    /// Its zone; the center's if absent.
    pub timezone: Option<Tz>,
    /// Weekly spans, in local time.
    pub open: Vec<WeeklySpan>,
    /// Dates on which other weekly spans hold.
    pub seasons: Vec<Season>,
    /// Dates with hours of their own.
    pub add: Vec<AddedSpan>,
    /// Calendars whose hours it has besides its own, but on its holidays.
    pub include: Vec<Name>,
    /// Local days on which it is closed.
    pub holidays: Vec<Day>,
    /// The emergency close.
    pub closed: bool,
}

/// A virtual queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its name.
    pub name: Name,
    /// Added (`&&`) to every plan's requirement on this queue.
    pub need: Requirement,
    /// Added to every callback's score.
    pub priority: i64,
    /// What waiting earns, where the plan says nothing.
    pub ageing: Option<Ageing>,
    /// How the best agent is chosen.
    pub strategy: Strategy,
    /// Only agents of these groups; if empty, any agent who meets the requirement.
    pub groups: Vec<Name>,
    /// When it is served; always if absent.
    pub calendar: Option<Name>,
    /// The zones of numbers that may lie in several, or in none that is known.
    pub zones: NumberZones,
    /// Steps of the default plan.
    pub overflow: Vec<Overflow>,
    /// Callbacks that may be Queued in it before it takes in no more; no limit if absent.
    pub max_waiting: Option<u32>,
    /// How long the customer's phone may ring.
    pub dial_timeout: Duration,
    /// Attempts over a callback's life, after which a failed one completes it.
    pub max_attempts: u32,
    /// The hold after a failed attempt.
    pub retry_after: Duration,
    /// How long a callback may wait from its first entry.
    pub queued_ttl: Duration,
    /// How long a callback may live from its place in line.
    pub ttl: Duration,
    /// How long a completed callback is kept.
    pub purge_after: Duration,
    /// The longest interaction; one that nobody ended by then is ended.
    pub talk_timeout: Duration,
    /// What Queued callbacks do when the calendar closes.
    pub at_close: AtClose,
    /// The agent's time after an interaction.
    pub wrap_up: WrapUp,
    /// How its callbacks are called.
    pub dialling: Dialling,
    /// How long a callback on the default plan waits for the agent whom its customer talked with last; not at all if
    /// absent.
    pub prefer_last_agent: Option<Duration>,
}

/// What callbacks that wait in a queue do when its calendar closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtClose {
    /// They wait on.
    Keep,
    /// They are put off to the first slot with room from the next opening on, and keep their place.
    Schedule,
    /// They are over.
    Complete,
}

/// How the best of several agents is chosen. Ties: longest idle, then id in byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The agent who has been free longest.
    LongestIdle,
    /// The highest sum of levels in the skills that the requirement names.
    MostSkilled,
    /// The fewest skills held.
    LeastSkilled,
    /// The fewest interactions since log-in.
    FewestCalls,
    /// The next id after the one this queue chose last.
    RoundRobin,
    /// The smallest share of the time since log-in spent reserved, talking or in wrap-up.
    LeastOccupied,
    /// The least time since log-in spent talking.
    LeastTalk,
    /// Any of them, all alike: see [`draw`].
    Random,
    /// The one whom the application's `score` hook rates highest, of the [`SCORED`] who have been free longest.
    Script,
}

/// The value of a request's attribute or of a table's entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attribute {
    /// A text that reads `-?(0|[1-9][0-9]{0,17})`.
    Integer(i64),
    /// Any other text.
    Text(SmolStr),
}

impl Attribute {
    /// Reads a text: an integer if it is written as one without leading zeros, in at most 18 digits.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = (1..=18).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'));
        match text.parse() {
            Ok(integer) if plain => Self::Integer(integer),
            _ => Self::Text(SmolStr::new(text)),
        }
    }
}

impl std::fmt::Display for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// An agent who can log in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The id.
    pub id: AgentId,
    /// Levels by skill, 0 to 100; 0 is not held.
    pub skills: BTreeMap<Name, u8>,
    /// The groups this agent belongs to.
    pub groups: BTreeSet<Name>,
    /// Callbacks the agent takes at a time, 1 to [`MAX_CAPACITY`]; a wrap-up counts.
    pub capacity: u32,
}

impl Center {
    /// A center with no services yet, in the zone `timezone`.
    #[must_use]
    pub fn new(name: impl Into<String>, timezone: Tz) -> Self {
        Self {
            name: name.into(),
            seed: 0,
            timezone,
            limits: Limits::default(),
            calendars: Vec::new(),
            queues: Vec::new(),
            services: Vec::new(),
            tables: Vec::new(),
            agents: Vec::new(),
        }
    }
}

impl Calendar {
    /// A calendar that is never open, in the center's zone.
    #[must_use]
    pub fn new(name: impl AsRef<str>) -> Self {
        Self {
            name: Name::new(name),
            timezone: None,
            open: Vec::new(),
            seasons: Vec::new(),
            add: Vec::new(),
            include: Vec::new(),
            holidays: Vec::new(),
            closed: false,
        }
    }
}

impl Queue {
    /// A queue with the default settings.
    #[must_use]
    pub fn new(name: impl AsRef<str>) -> Self {
        Self {
            name: Name::new(name),
            need: Requirement::anyone(),
            priority: 0,
            ageing: None,
            strategy: Strategy::LongestIdle,
            groups: Vec::new(),
            calendar: None,
            zones: NumberZones::default(),
            overflow: Vec::new(),
            max_waiting: None,
            dial_timeout: Duration::from_secs(30),
            max_attempts: 3,
            retry_after: Duration::from_secs(300),
            queued_ttl: Duration::from_hours(4),
            ttl: Duration::from_days(1),
            purge_after: Duration::from_days(1),
            talk_timeout: Duration::from_hours(12),
            at_close: AtClose::Keep,
            wrap_up: WrapUp::default(),
            dialling: Dialling::default(),
            prefer_last_agent: None,
        }
    }
}

impl Agent {
    /// An agent without skills or groups.
    #[must_use]
    pub fn new(id: impl AsRef<str>) -> Self {
        Self { id: AgentId::new(id), skills: BTreeMap::new(), groups: BTreeSet::new(), capacity: 1 }
    }

    /// The same agent with this skill at this level.
    #[must_use]
    pub fn skill(mut self, name: impl AsRef<str>, level: u8) -> Self {
        self.skills.insert(Name::new(name), level);
        self
    }

    /// The same agent in this group.
    #[must_use]
    pub fn group(mut self, name: impl AsRef<str>) -> Self {
        self.groups.insert(Name::new(name));
        self
    }

    /// The same agent, taking so many callbacks at a time.
    #[must_use]
    pub fn capacity(mut self, callbacks: u32) -> Self {
        self.capacity = callbacks;
        self
    }
}
