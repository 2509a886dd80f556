//! The legal calling window: the time of day, on the callee's own clock, in which customers may be called.
//!
//! Where a number may lie in several zones the window has to be open in all of them. Whether it is depends on what
//! their clocks show, and on nothing else: an hour that comes twice is open both times, one that is skipped is not.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::local::digits;
use super::zone::{MINUTE, Stretch};
use crate::value::{Country, Duration, Instant, NumberFacts};

/// Minutes of a day.
const DAY: u16 = 1_440;

/// How far ahead an opening is looked for; clocks that do not meet within a year do not meet.
const REACH: Duration = Duration::from_days(400);

/// A time of day `[from, to)`, in minutes after midnight; it does not go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct DaySpan {
    from: u16,
    to: u16,
}

impl DaySpan {
    /// 08:00 to 21:00, where nothing else is said (as 47 CFR 64.1200(c)(1) has it).
    pub const LEGAL: Self = Self { from: 8 * 60, to: 21 * 60 };

    /// The minutes after midnight between which it lies, the last one not included.
    #[must_use]
    pub fn minutes(self) -> (u16, u16) {
        (self.from, self.to)
    }

    /// When the clock of `zone` leaves the span, where it shows a time within it at `at`.
    fn closes_in(self, zone: Tz, at: Instant) -> Option<Instant> {
        // A whole day ends where the next begins.
        if (self.from, self.to) == (0, DAY) {
            return Some(Instant::MAX);
        }
        let mut stretch = Stretch::around(zone, at);
        let mut shown = at;
        loop {
            let wall = stretch.offset.wall(shown);
            let (from, to) = (wall.midnight().plus(millis(self.from)), wall.midnight().plus(millis(self.to)));
            if wall < from || wall >= to {
                return (shown > at).then_some(shown);
            }
            let end = stretch.offset.instant(to);
            if end < stretch.to {
                return Some(end);
            }
            shown = stretch.to;
            // A clock that stands still for ever: beyond the last instant.
            let Some(next) = stretch.next(zone) else { return Some(Instant::MAX) };
            stretch = next;
        }
    }

    /// The first instant from `at` on at which the clock of `zone` shows a time within the span.
    fn opens_in(self, zone: Tz, at: Instant) -> Instant {
        let mut stretch = Stretch::around(zone, at);
        let mut shown = at;
        loop {
            let wall = stretch.offset.wall(shown);
            let (from, to) = (wall.midnight().plus(millis(self.from)), wall.midnight().plus(millis(self.to)));
            if (from..to).contains(&wall) {
                return shown;
            }
            let opens = if wall < from { from } else { wall.next_midnight().plus(millis(self.from)) };
            let opens = stretch.offset.instant(opens);
            if opens < stretch.to {
                return opens;
            }
            shown = stretch.to;
            let Some(next) = stretch.next(zone) else { return Instant::MAX };
            stretch = next;
        }
    }
}

fn millis(minutes: u16) -> i64 {
    i64::from(minutes).saturating_mul(MINUTE)
}

/// `08:00-21:00`.
impl FromStr for DaySpan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let minutes = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            let (hour, minute) = (digits(hour, 2)?, digits(minute, 2)?);
            let minutes = u16::try_from(hour.saturating_mul(60).saturating_add(minute)).ok()?;
            (minute < 60 && minutes <= DAY).then_some(minutes)
        };
        let span = text.split_once('-').and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
        match span {
            Some((from, to)) if from < to => Ok(Self { from, to }),
            Some(_) => Err(format!("`{text}` ends before it begins; a window does not go over midnight")),
            None => Err(format!("`{text}` is no time of day; write it as `08:00-21:00`")),
        }
    }
}

impl fmt::Display for DaySpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut time = |minutes: u16, end: &str| {
            write!(f, "{:02}:{:02}{end}", minutes.wrapping_div(60), minutes.wrapping_rem(60))
        };
        time(self.from, "-")?;
        time(self.to, "")
    }
}

impl TryFrom<SmolStr> for DaySpan {
    type Error = String;

    fn try_from(text: SmolStr) -> Result<Self, String> {
        text.parse()
    }
}

impl From<DaySpan> for SmolStr {
    fn from(span: DaySpan) -> Self {
        smol_str::format_smolstr!("{span}")
    }
}

/// When a service's customers may be called, by their country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallingWindow {
    /// In countries that have no entry of their own, and where the country is not known; at any hour if absent.
    pub elsewhere: Option<DaySpan>,
    /// By country; at any hour where there is no span.
    pub countries: BTreeMap<Country, Option<DaySpan>>,
}

impl CallingWindow {
    /// Customers are called at any hour.
    #[must_use]
    pub fn off() -> Self {
        Self { elsewhere: None, countries: BTreeMap::new() }
    }

    /// Every country has this window.
    #[must_use]
    pub fn everywhere(span: DaySpan) -> Self {
        Self { elsewhere: Some(span), countries: BTreeMap::new() }
    }

    /// Whether some customers may be called at any hour.
    #[must_use]
    pub fn is_off_somewhere(&self) -> bool {
        self.elsewhere.is_none() || self.countries.values().any(Option::is_none)
    }

    /// The window of a country.
    #[must_use]
    pub fn of(&self, country: Option<Country>) -> Option<DaySpan> {
        let own = country.and_then(|country| self.countries.get(&country));
        own.copied().unwrap_or(self.elsewhere)
    }
}

impl Default for CallingWindow {
    fn default() -> Self {
        Self::everywhere(DaySpan::LEGAL)
    }
}

/// The zones of a queue's numbers that may lie in several, or in none that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberZones {
    /// In countries that have no entry of their own; those that the number's prefix says if empty.
    pub elsewhere: Vec<Tz>,
    /// By country.
    pub countries: BTreeMap<Country, Vec<Tz>>,
}

impl NumberZones {
    /// The zones in which a number may lie. One that can lie in one zone only lies there, whatever is named.
    fn of<'a>(&'a self, facts: &'a NumberFacts) -> &'a [Tz] {
        let named = facts.country.and_then(|country| self.countries.get(&country));
        let named = named.unwrap_or(&self.elsewhere);
        if facts.zones.len() == 1 || named.is_empty() { &facts.zones } else { named }
    }
}

/// When one number may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callable<'a> {
    /// At any hour: the window is off.
    Always,
    /// While the clocks of all these zones show a time within the span.
    Within(DaySpan, &'a [Tz]),
    /// Never: a window is to be kept, and no zone is known to keep it in.
    ZoneUnknown,
}

impl<'a> Callable<'a> {
    /// When a number with these facts may be called.
    #[must_use]
    pub fn new(window: &CallingWindow, zones: &'a NumberZones, facts: &'a NumberFacts) -> Self {
        match (window.of(facts.country), zones.of(facts)) {
            (None, _) => Self::Always,
            (Some(_), []) => Self::ZoneUnknown,
            (Some(span), zones) => Self::Within(span, zones),
        }
    }

    /// When the window closes, where it is open at `at`; [`Instant::MAX`] if never.
    #[must_use]
    pub fn open_until(self, at: Instant) -> Option<Instant> {
        match self {
            Self::Always => Some(Instant::MAX),
            Self::ZoneUnknown => None,
            Self::Within(span, zones) => {
                let ends = zones.iter().map(|zone| span.closes_in(*zone, at));
                ends.collect::<Option<Vec<_>>>()?.into_iter().min()
            }
        }
    }

    /// The first instant in `[at, before)` at which the window is open, if there is one.
    #[must_use]
    pub fn next_open(self, at: Instant, before: Instant) -> Option<Instant> {
        let (mut reached, before) = (at, before.min(at.after(REACH)));
        while reached < before {
            match self {
                Self::Always => return Some(reached),
                Self::ZoneUnknown => return None,
                Self::Within(span, zones) => {
                    let opens = zones.iter().map(|zone| span.opens_in(*zone, reached)).max();
                    match opens {
                        Some(opens) if opens > reached => reached = opens,
                        _ => return Some(reached),
                    }
                }
            }
        }
        None
    }
}
