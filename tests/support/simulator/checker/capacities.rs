//! Capacities: how many bookings a slot takes, read from the texts of the tables.

use chrono::{Datelike, Timelike};
use chrono_tz::Tz;
use ringback_engine::Instant;
use ringback_engine::center::{Service, instant_to_local};

use super::hours::{DAY, minute, week_of};

/// The capacity of a slot, and whether a table says it.
pub(super) fn capacity(service: &Service, zone: Tz, start: Instant) -> (u32, bool) {
    let local = instant_to_local(zone, start);
    let (date, minutes) = (local.date_naive(), local.hour() as usize * 60 + local.minute() as usize);
    let (today, yesterday) = (date.to_string(), date.pred_opt().expect("a day before").to_string());
    let mut said = None;
    for entry in &service.slot.weekly {
        let of_week = local.weekday().num_days_from_monday() as usize * DAY + minutes;
        if week_of(&entry.at.to_string())[of_week] {
            said = Some(entry.capacity);
        }
    }
    let mut dated = None;
    for entry in &service.slot.dated {
        let text = entry.on.to_string();
        let (day, times) = text.split_once(' ').expect("a day and times");
        let (from, to) = times.split_once('-').expect("from and to");
        let (from, to) = (minute(from), minute(to));
        let to = if to > from { to } else { to + DAY };
        let on = |date: &str| date.ends_with(day);
        if on(&today) && (from..to).contains(&minutes)
            || on(&yesterday) && (from..to).contains(&(minutes + DAY))
        {
            dated = Some(entry.capacity);
        }
    }
    let table = dated.or(said);
    (table.unwrap_or(service.slot.capacity), table.is_some())
}
