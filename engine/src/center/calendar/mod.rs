//! Opening hours: weekly spans, seasons, added dates, holidays and the emergency close of one zone.
//!
//! Whether a calendar is open at an instant depends on what the clock on the wall of its zone shows then, and on
//! nothing else. A span `09:00-17:00` is therefore open exactly while that clock shows 09:00 to 17:00: an hour that
//! comes twice is open both times, one that is skipped is not missed. A holiday closes whatever shows its date,
//! also the rest of a span that began the evening before; a span of its own evening is open from the midnight
//! after. An added date has the hours that are added for it and no weekly ones; a season has weekly spans of its own.
//! What an added date keeps open past midnight comes to the hours of the day after.

mod added;
mod day;
mod season;
mod span;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use self::added::{Additions, touched};
use self::day::Days;
use self::season::{Weeks, turns as season_turns};
use super::Calendar;
use super::zone::{MINUTE, Offset, Stretch, Wall};
use crate::value::{Duration, Instant};

pub use added::AddedSpan;
pub use day::Day;
pub use season::Season;
pub use span::WeeklySpan;

/// Minutes of a day.
const DAY: u16 = 1_440;
/// Minutes of a week.
const WEEK: u16 = 7 * DAY;
/// The longest wait for a day of the year on a given weekday: 29 February, over a century that has none.
const LONGEST_WAIT: Duration = Duration::from_days(41 * 366);

/// Why a text is no span or day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarError(String);

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CalendarError {}

/// Whether a calendar is open at an instant, and until when; `None`: it never changes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Openness {
    /// Open until then.
    Open(Option<Instant>),
    /// Closed until then.
    Closed(Option<Instant>),
}

impl Openness {
    /// When it changes, if it ever does.
    #[must_use]
    pub fn until(self) -> Option<Instant> {
        let (Self::Open(until) | Self::Closed(until)) = self;
        until
    }
}

/// A calendar that can be asked.
#[derive(Clone, Debug)]
pub struct Hours {
    zone: Tz,
    weeks: Weeks,
    additions: Additions,
    holidays: Days,
    /// Days on which something other may hold than on the day before.
    turns: Days,
    /// Other calendars, which are open besides.
    included: Vec<Arc<Hours>>,
    /// The emergency close.
    closed: bool,
}

/// A time on the wall up to `until` throughout which a calendar's own hours are the same.
struct Spell {
    /// Nothing is open, also of what it includes.
    holiday: bool,
    open: bool,
    until: Wall,
}

impl Hours {
    /// The hours of a calendar, without those it includes; `zone` is that of a calendar that names none.
    #[must_use]
    pub fn new(calendar: &Calendar, zone: Tz) -> Self {
        let mut turns: Days = calendar.holidays.iter().collect();
        touched(&calendar.add, &mut turns);
        season_turns(&calendar.seasons, &mut turns);
        Self {
            zone: calendar.timezone.unwrap_or(zone),
            weeks: Weeks::new(&calendar.open, &calendar.seasons),
            additions: calendar.add.iter().collect(),
            holidays: calendar.holidays.iter().collect(),
            turns,
            included: Vec::new(),
            closed: calendar.closed,
        }
    }

    /// The same hours, and those of other calendars besides, but on its own holidays.
    #[must_use]
    pub fn including(mut self, included: Vec<Arc<Self>>) -> Self {
        self.included = included;
        self
    }

    /// The same hours under an emergency close, or without one.
    #[must_use]
    pub fn with_closed(mut self, closed: bool) -> Self {
        self.closed = closed;
        self
    }

    /// Its zone.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether it is open at `at`, without asking until when.
    #[must_use]
    pub fn is_open(&self, at: Instant) -> bool {
        if self.closed {
            return false;
        }
        let spell = self.spell(Offset::at(self.zone, at).wall(at));
        !spell.holiday && (spell.open || self.included.iter().any(|other| other.is_open(at)))
    }

    /// Whether it is open at `at`, and the exact instant of the next change.
    #[must_use]
    pub fn openness(&self, at: Instant) -> Openness {
        if self.is_open(at) {
            Openness::Open(self.end_of(true, at))
        } else if self.closed {
            Openness::Closed(None)
        } else {
            Openness::Closed(self.end_of(false, at))
        }
    }

    /// The time until it closes, 0 if closed; the largest [`Duration`] if it never closes.
    #[must_use]
    pub fn open_for(&self, at: Instant) -> Duration {
        match self.openness(at) {
            Openness::Open(Some(until)) => until.since(at),
            Openness::Open(None) => Duration::from_millis(i64::MAX),
            Openness::Closed(_) => Duration::ZERO,
        }
    }

    /// The first instant from `at` on at which it is open; `None` if it never opens again.
    #[must_use]
    pub fn next_open(&self, at: Instant) -> Option<Instant> {
        match self.openness(at) {
            Openness::Open(_) => Some(at),
            Openness::Closed(until) => until,
        }
    }

    /// The first instant after `at` at which it is not `open`, as it is at `at`.
    ///
    /// The search goes from one time at which something may change to the next: a spell of its own hours, at most a day
    /// long, or a change of a calendar it includes. Where nothing of its own can matter, it goes on to the next day
    /// that differs. What its own hours have not done after [`LONGEST_WAIT`], they never do.
    fn end_of(&self, open: bool, at: Instant) -> Option<Instant> {
        if !open && self.holidays.fill_every_year() {
            return None;
        }
        let mut others: Vec<Openness> = self.included.iter().map(|other| other.openness(at)).collect();
        let dated = self.turns.last_dated().map(|date| Wall::from(date.and_time(NaiveTime::MIN)).latest());
        let mut last = dated.map_or(at, |dated| dated.max(at)).after(LONGEST_WAIT);
        let mut from = at;
        loop {
            let covered = self.covered(from, &others).filter(|_| open);
            let (own, spell) = self.next_turn(from);
            let own = own.filter(|own| *own <= last);
            let other = others.iter().filter_map(|other| other.until()).min();
            let next = match (covered, own) {
                (Some(Instant::MAX), _) => return None,
                (Some(until), _) => until,
                (None, Some(own)) if spell.holiday || spell.open => own,
                (None, own) => own.into_iter().chain(other).min()?,
            };
            if next <= from {
                return None;
            }
            if own != Some(next) {
                last = last.max(next.after(LONGEST_WAIT));
            }
            for (hours, other) in self.included.iter().zip(&mut others) {
                if other.until().is_some_and(|until| until <= next) {
                    *other = hours.openness(next);
                }
            }
            if self.is_open(next) != open {
                return Some(next);
            }
            from = next;
        }
    }

    /// Until when a calendar it includes keeps it open whatever its own weekly spans are, if one does now:
    /// [`Instant::MAX`] if for ever.
    fn covered(&self, at: Instant, others: &[Openness]) -> Option<Instant> {
        let open = others.iter().filter(|other| matches!(other, Openness::Open(_)));
        let until = open.map(|other| other.until().unwrap_or(Instant::MAX)).max()?;
        let holiday = self.holidays.first_from(self.yesterday(at));
        let holiday = holiday.map(|date| Wall::from(date.and_time(NaiveTime::MIN)).earliest());
        Some(holiday.map_or(until, |holiday| holiday.min(until))).filter(|until| at < *until)
    }

    /// The local day before that of `at`: a clock that is set back over midnight comes to it once more.
    fn yesterday(&self, at: Instant) -> NaiveDate {
        Offset::at(self.zone, at).wall(at).midnight().plus(-1).date()
    }

    /// The next instant after `at` at which its own hours may change, if they ever do, and what holds until then.
    fn next_turn(&self, at: Instant) -> (Option<Instant>, Spell) {
        let stretch = Stretch::around(self.zone, at);
        let wall = stretch.offset.wall(at);
        let spell = self.spell(wall);
        if self.weeks.of(wall.date()).always().is_some() && !self.turns.contains(wall.date()) {
            let Some(turn) = self.turns.first_from(self.yesterday(at)) else { return (None, spell) };
            let turn = Wall::from(turn.and_time(NaiveTime::MIN)).earliest();
            if at < turn {
                return (Some(turn), spell);
            }
        }
        let end = stretch.offset.instant(spell.until).min(stretch.to);
        ((at < end).then_some(end), spell)
    }

    /// What holds at `wall` on the clock, for the rest of the local day at most.
    fn spell(&self, wall: Wall) -> Spell {
        let (date, midnight) = (wall.date(), wall.next_midnight());
        if self.holidays.contains(date) {
            return Spell { holiday: true, open: false, until: midnight };
        }
        let minutes = self.minutes_of(date);
        let at = |minute: u16| wall.midnight().plus(i64::from(minute).saturating_mul(MINUTE));
        let next = minutes.iter().find(|span| wall < at(span.end));
        let open = next.is_some_and(|span| at(span.start) <= wall);
        let end = next.map_or(midnight, |span| at(if open { span.end } else { span.start }));
        Spell { holiday: false, open, until: end.min(midnight) }
    }

    /// The minutes of a day that is no holiday that are open, in order; no two touch.
    fn minutes_of(&self, date: NaiveDate) -> Cow<'_, [Range<u16>]> {
        let weekly = self.weeks.of(date).minutes(date.weekday());
        if self.additions.is_empty() {
            return Cow::Borrowed(weekly);
        }
        let (mut minutes, late) = (self.additions.on(date), self.additions.carried_into(date));
        if minutes.is_empty() {
            minutes.extend_from_slice(weekly);
        }
        minutes.extend(late);
        Cow::Owned(merged(minutes))
    }
}

/// The same minutes in order, with spans that overlap or touch made one.
fn merged(mut spans: Vec<Range<u16>>) -> Vec<Range<u16>> {
    spans.sort_by_key(|span| span.start);
    let mut merged: Vec<Range<u16>> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}
