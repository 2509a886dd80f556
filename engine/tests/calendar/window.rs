//! The legal calling window against a table of minutes, each looked at by another library's clocks.

use chrono::Timelike;
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use ringback_engine::center::{Callable, CallingWindow, DaySpan, NumberZones};
use ringback_engine::{Duration, Instant, NumberFacts};

use crate::model::{MILLISECOND, ZONES, clock, instant};

fn facts(zones: &[Tz]) -> NumberFacts {
    NumberFacts { zones: zones.to_vec(), ..NumberFacts::default() }
}

/// Whether all clocks show a time within the span.
fn allowed(span: DaySpan, zones: &[Tz], at: Instant) -> bool {
    let (from, to) = span.minutes();
    zones.iter().all(|zone| {
        let shown = clock(*zone, at);
        (u32::from(from)..u32::from(to)).contains(&(shown.hour() * 60 + shown.minute()))
    })
}

/// Holds the window against each minute of the table, its ends against the minutes around them.
fn compare(span: DaySpan, zones: &[Tz], begin: Instant, minutes: i64) {
    let (window, named, facts) = (CallingWindow::everywhere(span), NumberZones::default(), facts(zones));
    let callable = Callable::new(&window, &named, &facts);
    let end = begin.after(Duration::from_mins(minutes));
    let table: Vec<(Instant, bool)> = (0..minutes)
        .map(|minute| begin.after(Duration::from_mins(minute)))
        .map(|at| (at, allowed(span, zones, at)))
        .collect();
    for (position, (at, open)) in table.iter().enumerate() {
        let rest = &table[position..];
        let change = rest.iter().find(|(_, later)| later != open).map(|(at, _)| *at);
        let told = callable.open_until(*at);
        assert_eq!(told.is_some(), *open, "{span} {zones:?} {at}");
        if *open {
            let told = told.expect("open").min(end);
            assert_eq!(told, change.unwrap_or(end), "{span} {zones:?}: open at {at}, until");
            assert_eq!(callable.next_open(*at, end), Some(*at));
            assert!(allowed(span, zones, told.before(MILLISECOND)), "{span} {zones:?}: {told}");
        } else {
            assert_eq!(callable.next_open(*at, end), change, "{span} {zones:?}: shut at {at}, until");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The zones' offsets are whole minutes from 1973 on, so that nothing changes between two.
    #[test]
    fn a_window_is_what_the_minutes_say(
        zones in subsequence(ZONES.to_vec(), 1..4),
        (from, length) in (0..1_430u16, 1..900u16),
        day in 1_200..24_000i64,
        minute in 0..1_440i64,
    ) {
        let to = (from + length).min(1_440);
        let text = format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60);
        let begin = Instant::from_millis(0).after(Duration::from_days(day)).after(Duration::from_mins(minute));
        compare(text.parse().expect("a time of day"), &zones, begin, 2_000);
    }

    /// The same around changes of the clocks, of one zone and of that with another.
    #[test]
    fn a_window_is_what_the_minutes_say_where_clocks_change(
        (zone, change) in select(vec![
            (Tz::Europe__Dublin, "2026-03-29T01:00:00Z"),
            (Tz::Europe__Dublin, "2026-10-25T01:00:00Z"),
            (Tz::Australia__Lord_Howe, "2026-04-04T15:00:00Z"),
            (Tz::Australia__Lord_Howe, "2026-10-03T15:30:00Z"),
            (Tz::Africa__Casablanca, "2026-02-15T02:00:00Z"),
            (Tz::Africa__Casablanca, "2026-03-22T02:00:00Z"),
            (Tz::Pacific__Apia, "2011-12-30T10:00:00Z"),
            (Tz::Antarctica__Troll, "2026-03-29T01:00:00Z"),
            (Tz::Asia__Gaza, "2026-10-23T23:00:00Z"),
            (Tz::America__New_York, "2026-11-01T06:00:00Z"),
        ]),
        other in select(ZONES.to_vec()),
        alone in any::<bool>(),
        span in select(vec!["00:30-02:30", "01:00-02:00", "02:00-03:00", "00:00-24:00", "08:00-21:00", "23:00-24:00"]),
    ) {
        let begin = instant(change).before(Duration::from_hours(14));
        let zones = if alone { vec![zone] } else { vec![zone, other] };
        compare(span.parse().expect("a time of day"), &zones, begin, 28 * 60);
    }
}

/// A number that may ring anywhere in North America can be called in two and a half hours a day.
#[test]
fn a_window_open_in_all_zones_is_their_intersection() {
    let zones = [Tz::America__St_Johns, Tz::America__New_York, Tz::Pacific__Guam, Tz::Pacific__Honolulu];
    let span = DaySpan::LEGAL;
    let begin = instant("2026-01-15T00:00:00Z");
    let open =
        (0..1_440).filter(|minute| allowed(span, &zones, begin.after(Duration::from_mins(*minute)))).count();
    compare(span, &zones, begin, 2_880);
    assert!(open < 400, "{open}");
    let (window, named, facts) =
        (CallingWindow::default(), NumberZones::default(), facts(&[Tz::UTC, Tz::Asia__Tokyo]));
    let callable = Callable::new(&window, &named, &facts);
    let first = callable.next_open(begin, Instant::MAX).expect("some time");
    assert_eq!(first, instant("2026-01-15T08:00:00Z"));
    assert_eq!(callable.open_until(first), Some(instant("2026-01-15T12:00:00Z")));
}

#[test]
fn zones_that_never_meet_are_told_and_so_is_their_absence() {
    let window = CallingWindow::everywhere("08:00-09:00".parse().expect("a time of day"));
    let (none, unknown) = (NumberZones::default(), facts(&[]));
    let apart = facts(&[Tz::UTC, Tz::Asia__Tokyo]);
    let callable = Callable::new(&window, &none, &apart);
    assert_eq!(callable.next_open(instant("2026-01-15T00:00:00Z"), Instant::MAX), None);
    assert_eq!(Callable::new(&window, &none, &unknown), Callable::ZoneUnknown);
    assert_eq!(Callable::ZoneUnknown.open_until(Instant::from_millis(0)), None);
    assert_eq!(Callable::new(&CallingWindow::off(), &none, &unknown), Callable::Always);

    // A zone that is named stands where several or none are known, not where one is.
    let named = NumberZones { elsewhere: vec![Tz::UTC], ..NumberZones::default() };
    let (span, tokyo) = (window.elsewhere.expect("on"), facts(&[Tz::Asia__Tokyo]));
    for (facts, zone) in [(&unknown, Tz::UTC), (&apart, Tz::UTC), (&tokyo, Tz::Asia__Tokyo)] {
        assert_eq!(Callable::new(&window, &named, facts), Callable::Within(span, &[zone]));
    }
}
