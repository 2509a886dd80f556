//! Slots.

use chrono::Timelike;
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::sample::select;
use ringback_engine::center::{SLOT_MINUTES, slot_of};
use ringback_engine::{Duration, Instant};

use crate::model::{MILLISECOND, ZONES, ahead, clock, instant, near_change, scan};

/// What all instants of a slot have in common.
fn shown(zone: Tz, minutes: u32, at: Instant) -> impl PartialEq {
    let local = clock(zone, at);
    (ahead(zone, at), local.date(), (local.hour() * 60 + local.minute()) / minutes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn slots_partition_time(
        (zone, at) in near_change(),
        minutes in prop_oneof![select(&SLOT_MINUTES), select(vec![1, 7, 45, 1_440, 10_000])],
        within in 0.0..1.0,
    ) {
        let slot @ (start, end) = slot_of(zone, minutes, at);
        prop_assert!(start <= at && at < end);
        prop_assert!(end.since(start) <= Duration::from_mins(minutes.into()));

        let within = Duration::from_millis((end.since(start).millis() as f64 * within) as i64);
        for at in [start, start.after(within), end.before(MILLISECOND)] {
            prop_assert_eq!(slot_of(zone, minutes, at), slot);
        }
        prop_assert_eq!(slot_of(zone, minutes, end).0, end);
        prop_assert_eq!(slot_of(zone, minutes, start.before(MILLISECOND)).1, start);

        let shown = |at| shown(zone, minutes, at);
        let later = end.after(Duration::from_mins(1));
        prop_assert_eq!(scan(zone, at, later, shown), Some(end));
        prop_assert_eq!(scan(zone, start.before(MILLISECOND), at, shown), Some(start));
    }
}

/// The local starts of the slots that begin in `[from, to)`.
fn starts(zone: Tz, minutes: u32, from: &str, to: &str) -> Vec<String> {
    let slots = std::iter::successors(Some(slot_of(zone, minutes, instant(from))), |(_, end)| {
        Some(slot_of(zone, minutes, *end))
    });
    slots
        .map(|(start, _)| start)
        .take_while(|start| *start < instant(to))
        .map(|start| clock(zone, start).format("%d %H:%M").to_string())
        .collect()
}

#[test]
fn days_have_as_many_slots_as_hours() {
    let day = |from, to| starts(Tz::America__New_York, 60, from, to).len();
    assert_eq!(day("2026-03-07T05:00:00Z", "2026-03-08T05:00:00Z"), 24);
    assert_eq!(day("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"), 23);
    assert_eq!(day("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"), 25);
}

#[test]
fn slots_are_cut_where_the_clock_changes() {
    for (zone, minutes, from, to, local) in [
        (
            Tz::America__New_York,
            120,
            "2026-03-08T05:00:00Z",
            "2026-03-08T10:00:00Z",
            &["08 00:00", "08 03:00", "08 04:00"][..],
        ),
        (
            Tz::America__New_York,
            120,
            "2026-11-01T04:00:00Z",
            "2026-11-01T09:00:00Z",
            &["01 00:00", "01 01:00", "01 02:00"],
        ),
        (
            Tz::Australia__Lord_Howe,
            60,
            "2026-04-04T14:00:00Z",
            "2026-04-04T17:00:00Z",
            &["05 01:00", "05 01:30", "05 02:00", "05 03:00"],
        ),
        (
            Tz::Pacific__Apia,
            60,
            "2011-12-30T08:00:00Z",
            "2011-12-30T12:00:00Z",
            &["29 22:00", "29 23:00", "31 00:00", "31 01:00"],
        ),
        (
            Tz::America__St_Johns,
            30,
            "2010-11-07T02:00:00Z",
            "2010-11-07T03:30:00Z",
            &["06 23:30", "07 00:00", "06 23:01", "06 23:30"],
        ),
    ] {
        assert_eq!(starts(zone, minutes, from, to), local, "{zone}");
    }
}

#[test]
fn slots_are_cut_at_midnight() {
    let evening = starts(Tz::UTC, 45 * 7, "2026-01-01T15:45:00Z", "2026-01-02T06:00:00Z");
    assert_eq!(evening, ["01 15:45", "01 21:00", "02 00:00", "02 05:15"]);
    assert_eq!(slot_of(Tz::UTC, 0, instant("2026-01-01T00:00:59Z")).1, instant("2026-01-01T00:01:00Z"));
}

#[test]
fn the_ends_of_time_have_slots() {
    for zone in ZONES {
        let (first, last) = (slot_of(zone, 60, Instant::MIN), slot_of(zone, 60, Instant::MAX));
        assert_eq!((first.0, last.1), (Instant::MIN, Instant::MAX));
        assert_eq!(slot_of(zone, 60, first.1).0, first.1);
        assert_eq!(slot_of(zone, 60, last.0.before(MILLISECOND)).1, last.0);
    }
}
