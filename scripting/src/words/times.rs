//! Durations, instants and what clocks show.

use std::fmt::Write;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, Timelike};
use chrono_tz::Tz;
use rhai::{Dynamic, ImmutableString, NativeCallContext};
use ringback_engine::center::{Resolved, instant_to_local, local_to_instant, zone_named};
use ringback_engine::{Duration, Instant};

use super::registry::{Registry, kind, property, word};
use super::{Fallible, ask, fault, text};

/// What the clocks of a zone show at an instant.
#[derive(Clone)]
pub(crate) struct LocalTime(DateTime<FixedOffset>);

pub(super) fn register(engine: &mut Registry<'_>) {
    kind!(engine, Duration, "duration");
    kind!(engine, Instant, "instant");
    kind!(engine, LocalTime, "local time");
    for (name, millis) in
        [("seconds", 1_000), ("minutes", 60_000), ("hours", 3_600_000), ("days", 86_400_000_i64)]
    {
        word!(engine, name, move |n: i64| match n.checked_mul(millis) {
            Some(millis) => Ok(Duration::from_millis(millis)),
            None => fault(format!("overflow: `{name}({n})` does not fit in 64 bits")),
        });
    }
    property!(engine, "seconds", |duration: &mut Duration| duration.secs());
    word!(engine, "now", |context: NativeCallContext<'_>| ask(&context, |view| Ok(view.now())));
    word!(engine, "at", at);
    word!(engine, "local", |context: NativeCallContext<'_>, instant: Instant| {
        ask(&context, |view| Ok(LocalTime::new(instant, view.timezone())))
    });
    word!(engine, "local", |instant: Instant, name: ImmutableString| -> Fallible<LocalTime> {
        Ok(LocalTime::new(instant, zone(&name)?))
    });
    word!(engine, "local", |instant: Instant, name: Dynamic| -> Fallible<LocalTime> {
        Ok(LocalTime::new(instant, zone(&text(&name)?)?))
    });
    property!(engine, "year", |time: &mut LocalTime| i64::from(time.0.year()));
    property!(engine, "month", |time: &mut LocalTime| i64::from(time.0.month()));
    property!(engine, "day", |time: &mut LocalTime| i64::from(time.0.day()));
    property!(engine, "weekday", |time: &mut LocalTime| i64::from(time.0.weekday().number_from_monday()));
    property!(engine, "hour", |time: &mut LocalTime| i64::from(time.0.hour()));
    property!(engine, "minute", |time: &mut LocalTime| i64::from(time.0.minute()));
    property!(engine, "date", |time: &mut LocalTime| time.date());
    property!(engine, "time", |time: &mut LocalTime| time.time_of_day());
}

impl LocalTime {
    pub(super) fn new(instant: Instant, zone: Tz) -> Self {
        Self(instant_to_local(zone, instant))
    }

    fn date(&self) -> ImmutableString {
        format!("{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day()).into()
    }

    fn time_of_day(&self) -> ImmutableString {
        format!("{:02}:{:02}", self.0.hour(), self.0.minute()).into()
    }

    /// As texts show an instant: `2026-12-24 09:00`.
    pub(super) fn shown(&self) -> ImmutableString {
        let mut text = String::from(self.date().as_str());
        // Writing to a string does not fail.
        let _ = write!(text, " {}", self.time_of_day());
        text.into()
    }
}

fn zone(name: &str) -> Fallible<Tz> {
    zone_named(name).or_else(fault)
}

/// Reads a local time: `2026-12-24T09:00`, with seconds if need be.
pub(crate) fn local_time(text: &str) -> Result<NaiveDateTime, String> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .ok_or_else(|| format!("`{text}` is no local time; write one as `2026-12-24T09:00`"))
}

fn at(local: Dynamic, name: Dynamic) -> Fallible<Instant> {
    let zone = zone(&text(&name)?)?;
    let local = match local_time(&text(&local)?) {
        Ok(local) => local,
        Err(message) => return fault(message),
    };
    let (instant, resolved) = local_to_instant(zone, local);
    // What is beyond all instants is held within them, and then shows another time.
    if resolved == Resolved::Gap || instant_to_local(zone, instant).naive_local() == local {
        Ok(instant)
    } else {
        fault(format!("`{local}` lies outside the years 1 to 9999"))
    }
}
