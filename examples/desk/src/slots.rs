//! Slots of a service, with their room, and times as people read them.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono_tz::Tz;
use ringback_engine::center::{ServiceIndex, instant_to_local, slot_of};
use ringback_engine::protocol::Application;
use ringback_engine::{Duration, Engine, Instant};

/// A slot and its room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Free {
    /// Its start.
    pub(crate) start: Instant,
    /// How many callbacks it still takes.
    pub(crate) left: u32,
    /// How many in all.
    pub(crate) total: u32,
}

/// The open slots of a service that lie ahead and begin in a span.
pub(crate) fn of<A: Application>(
    engine: &Engine<A>,
    index: ServiceIndex,
    span: Range<Instant>,
    now: Instant,
    full_too: bool,
    most: usize,
) -> Vec<Free> {
    let layout = engine.layout();
    let (Some(service), Some(about)) = (layout.service(index), layout.service_layout(index)) else {
        return Vec::new();
    };
    let hours = about.calendar.and_then(|calendar| layout.hours(calendar));
    let mut taken: BTreeMap<Instant, u32> = BTreeMap::new();
    for callback in engine.callbacks(None).filter(|callback| callback.service == index) {
        if let Some(slot) = callback.slot {
            *taken.entry(slot).or_default() += 1;
        }
    }
    let end = span.end.min(now.after(service.horizon));
    let mut at = span.start.max(now.after(service.min_lead));
    let mut found = Vec::new();
    while at < end && found.len() < most {
        let (start, next) = slot_of(about.zone, service.slot.minutes, at);
        let open = hours.is_none_or(|hours| hours.is_open(start));
        if start >= span.start && start > now && open {
            let left = service.slot.capacity.saturating_sub(taken.get(&start).copied().unwrap_or(0));
            if left > 0 || full_too {
                found.push(Free { start, left, total: service.slot.capacity });
            }
        }
        // Closed time is passed over at once.
        at = match hours {
            Some(hours) if !open => hours.next_open(next).unwrap_or(end),
            _ => next,
        };
    }
    found
}

/// An instant on the clock of a zone: `2026-03-10T09:00:00.000`.
pub(crate) fn local(at: Instant, zone: Tz) -> String {
    instant_to_local(zone, at).format("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

/// The last instant of the slots of a day: the midnight after `at`.
pub(crate) fn end_of_day(at: Instant, zone: Tz) -> Instant {
    // A day has 120-minute slots too; the one that holds the last minute of the day ends at midnight.
    let mut end = slot_of(zone, 120, at).1;
    let day = |at: Instant| instant_to_local(zone, at).date_naive();
    while day(end) == day(at) {
        end = slot_of(zone, 120, end).1;
    }
    end.max(at.after(Duration::from_millis(1)))
}
