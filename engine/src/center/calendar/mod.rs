//! Opening hours: weekly spans, holidays and the emergency close of one zone.
//!
//! Whether a calendar is open at an instant depends on what the clock on the wall of its zone shows then, and on
//! nothing else. A span `09:00-17:00` is therefore open exactly while that clock shows 09:00 to 17:00: an hour that
//! comes twice is open both times, one that is skipped is not missed. A holiday closes whatever shows its date,
//! also the rest of a span that began the evening before; a span of its own evening is open from the midnight
//! after.

mod day;
mod span;

use std::fmt;
use std::ops::Range;

use chrono::NaiveTime;
use chrono_tz::Tz;

use self::day::Holidays;
use super::Calendar;
use super::zone::{MINUTE, Offset, Stretch, Wall};
use crate::value::{Duration, Instant};

pub use day::Day;
pub use span::WeeklySpan;

/// Minutes of a day.
const DAY: u16 = 1_440;
/// Minutes of a week.
const WEEK: u16 = 7 * DAY;
/// How far the search for a change looks at once.
const A_DAY: Duration = Duration::from_days(1);

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
    /// Minutes of the week, from Monday 00:00, in order; no two touch. Empty under an emergency close.
    open: Vec<Range<u16>>,
    holidays: Holidays,
}

/// A time on the wall up to `until` throughout which a calendar is open or closed.
struct Spell {
    open: bool,
    until: Wall,
}

impl Hours {
    /// The hours of a calendar; `zone` is that of a calendar that names none.
    #[must_use]
    pub fn new(calendar: &Calendar, zone: Tz) -> Self {
        let spans = if calendar.closed { &[][..] } else { &calendar.open };
        Self {
            zone: calendar.timezone.unwrap_or(zone),
            open: merged(spans.iter().flat_map(WeeklySpan::minutes_of_week).collect()),
            holidays: calendar.holidays.iter().collect(),
        }
    }

    /// Its zone.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether it is open at `at`, without asking until when.
    #[must_use]
    pub fn is_open(&self, at: Instant) -> bool {
        self.spell(Offset::at(self.zone, at).wall(at)).open
    }

    /// Whether it is open at `at`, and the exact instant of the next change.
    #[must_use]
    pub fn openness(&self, at: Instant) -> Openness {
        if self.is_open(at) {
            Openness::Open(self.end_of(true, at))
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
    /// The search goes a day at a time. It ends at the latest 40 years after the last of a row of holidays: that is
    /// the longest wait for a 29 February on a given weekday.
    fn end_of(&self, open: bool, at: Instant) -> Option<Instant> {
        let mut from = at;
        loop {
            from = self.holds_until(open, from)?;
            let stretch = Stretch::around(self.zone, from);
            let to = stretch.to.min(from.after(A_DAY));
            if to <= from {
                return None;
            }
            let mut wall = stretch.offset.wall(from);
            let end = stretch.offset.wall(to);
            while wall < end {
                let spell = self.spell(wall);
                if spell.open != open {
                    return Some(stretch.offset.instant(wall));
                }
                wall = spell.until;
            }
            from = to;
        }
    }

    /// An instant from `at` on up to which what is `open` or not at `at` surely stays so; `None` if for ever.
    fn holds_until(&self, open: bool, at: Instant) -> Option<Instant> {
        let always = self.open.first().is_some_and(|span| *span == (0..WEEK));
        let never = self.open.is_empty() || self.holidays.fill_every_year();
        if open && always {
            // A clock that is set back over midnight comes to the holiday before once more.
            let yesterday = Offset::at(self.zone, at).wall(at).midnight().plus(-1).date();
            let holiday = Wall::from(self.holidays.first_from(yesterday)?.and_time(NaiveTime::MIN));
            Some(holiday.earliest().max(at))
        } else if !open && never {
            None
        } else {
            Some(at)
        }
    }

    /// What holds at `wall` on the clock, for the rest of the local day at most.
    fn spell(&self, wall: Wall) -> Spell {
        let midnight = wall.next_midnight();
        if self.holidays.contains(wall.date()) {
            return Spell { open: false, until: midnight };
        }
        let monday = wall.monday();
        let at = |minute: u16| monday.plus(i64::from(minute).saturating_mul(MINUTE));
        let next = self.open.iter().find(|span| wall < at(span.end));
        let open = next.is_some_and(|span| at(span.start) <= wall);
        let end = next.map_or(midnight, |span| at(if open { span.end } else { span.start }));
        Spell { open, until: end.min(midnight) }
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
