//! Opening hours.

use std::sync::Arc;

use chrono_tz::Tz;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use ringback_engine::center::{Calendar, Day, Hours, Openness, Season};
use ringback_engine::{Duration, Instant};

use crate::model::{MILLISECOND, instant, model, scan};

fn hours(zone: Tz, open: &[&str], holidays: &[&str]) -> Hours {
    let mut calendar = Calendar::new("office");
    calendar.open = open.iter().map(|span| span.parse().unwrap()).collect();
    calendar.holidays = holidays.iter().map(|day| day.parse().unwrap()).collect();
    Hours::new(&calendar, zone)
}

/// Asserts that from the first instant on, `open`, it changes at each of the next ones and at no other.
#[track_caller]
fn assert_changes(hours: &Hours, mut open: bool, instants: &[&str]) {
    for pair in instants.windows(2) {
        let (at, until) = (instant(pair[0]), instant(pair[1]));
        for at in [at, until.before(MILLISECOND)] {
            let openness = if open { Openness::Open(Some(until)) } else { Openness::Closed(Some(until)) };
            assert_eq!(hours.openness(at), openness, "at {at}");
        }
        open = !open;
    }
}

/// `01-01` to `12-31`.
fn days_of_the_year() -> Vec<String> {
    let days = (1..=12).flat_map(|month| (1..=31).map(move |day| format!("{month:02}-{day:02}")));
    let days: Vec<String> = days.filter(|day| day.parse::<Day>().is_ok()).collect();
    assert_eq!(days.len(), 366);
    days
}

const WHOLE_WEEK: &str = "Mon-Sun 00:00-24:00";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn answers_are_those_of_the_model((model, at) in model(), between in 0.0..1.0) {
        let hours = model.hours();
        let open = model.is_open(at);
        prop_assert_eq!(hours.is_open(at), open);

        let until = match hours.openness(at) {
            Openness::Open(until) => { prop_assert!(open); until }
            Openness::Closed(until) => { prop_assert!(!open); until }
        };
        let looked = at.after(Duration::from_days(4));
        match scan(model.zone, at, looked, |at| model.is_open(at)) {
            Some(change) => prop_assert_eq!(until, Some(change)),
            None => prop_assert!(until.is_none_or(|until| until > looked)),
        }
        if let Some(until) = until {
            prop_assert_eq!(model.is_open(until), !open);
            prop_assert_eq!(model.is_open(until.before(MILLISECOND)), open);
        }
        let until_or_later = until.unwrap_or(Instant::MAX);
        let between = Duration::from_millis((until_or_later.since(at).millis() as f64 * between) as i64);
        prop_assert_eq!(model.is_open(at.after(between)), open);

        let open_for = match until {
            _ if !open => Duration::ZERO,
            Some(until) => until.since(at),
            None => Duration::from_millis(i64::MAX),
        };
        prop_assert_eq!(hours.open_for(at), open_for);
        prop_assert_eq!(hours.next_open(at), if open { Some(at) } else { until });
    }
}

#[test]
fn spans_of_a_week_are_half_open() {
    let hours = hours(Tz::Asia__Jerusalem, &["Sun-Thu 07:00-24:00", "Fri 07:00-14:00"], &[]);
    let week = [
        "2026-01-01T05:00:00Z", // Thursday
        "2026-01-01T22:00:00Z",
        "2026-01-02T05:00:00Z",
        "2026-01-02T12:00:00Z",
        "2026-01-04T05:00:00Z",
        "2026-01-04T22:00:00Z",
    ];
    assert_changes(&hours, true, &week);
}

#[test]
fn spans_that_overlap_or_touch_are_one() {
    let spans = ["Mon 09:00-12:00", "Mon 12:00-14:00", "Mon 10:00-11:00", "Sun 20:00-09:00"];
    let hours = hours(Tz::UTC, &spans, &[]);
    let week = ["2026-01-04T20:00:00Z", "2026-01-05T14:00:00Z", "2026-01-11T20:00:00Z"];
    assert_changes(&hours, true, &week);
}

#[test]
fn a_skipped_hour_is_not_open() {
    let hours = hours(Tz::America__New_York, &["Sun 02:15-02:45", "Sun 01:30-02:10"], &[]);
    let march =
        ["2026-03-08T06:30:00Z", "2026-03-08T07:00:00Z", "2026-03-15T05:30:00Z", "2026-03-15T06:10:00Z"];
    assert_changes(&hours, true, &march);
}

#[test]
fn an_hour_that_comes_twice_is_open_twice() {
    let hours = hours(Tz::America__New_York, &["Sun 01:00-01:30"], &[]);
    let november = [
        "2026-11-01T05:00:00Z",
        "2026-11-01T05:30:00Z",
        "2026-11-01T06:00:00Z",
        "2026-11-01T06:30:00Z",
        "2026-11-08T06:00:00Z",
    ];
    assert_changes(&hours, true, &november);
}

#[test]
fn clocks_change_by_other_than_an_hour() {
    let lord_howe = hours(Tz::Australia__Lord_Howe, &["Mon-Sun 01:45-02:15"], &[]);
    let april =
        ["2026-04-04T14:45:00Z", "2026-04-04T15:00:00Z", "2026-04-04T15:15:00Z", "2026-04-04T15:45:00Z"];
    assert_changes(&lord_howe, true, &april);

    let troll = hours(Tz::Antarctica__Troll, &["Mon-Sun 02:30-03:30"], &[]);
    assert_changes(&troll, false, &["2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]);

    let apia = hours(Tz::Pacific__Apia, &["Thu-Sat 09:00-17:00"], &[]);
    let december =
        ["2011-12-29T19:00:00Z", "2011-12-30T03:00:00Z", "2011-12-30T19:00:00Z", "2011-12-31T03:00:00Z"];
    assert_changes(&apia, true, &december);

    // Local mean time was 17 min 30 s ahead of UTC.
    let brussels = hours(Tz::Europe__Brussels, &["Mon-Sun 09:00-17:00"], &[]);
    assert_changes(
        &brussels,
        true,
        &["1885-01-01T08:42:30Z", "1885-01-01T16:42:30Z", "1885-01-02T08:42:30Z"],
    );
}

#[test]
fn a_holiday_closes_what_shows_its_date() {
    let hours = hours(Tz::Europe__Dublin, &["Mon-Sun 22:00-06:00"], &["2025-12-25", "01-01"]);
    let nights = [
        "2025-12-24T22:00:00Z",
        "2025-12-25T00:00:00Z",
        "2025-12-26T00:00:00Z",
        "2025-12-26T06:00:00Z",
        "2025-12-26T22:00:00Z",
    ];
    assert_changes(&hours, true, &nights);
    for year in ["2026", "2031"] {
        let new_year = instant(&format!("{year}-01-01T00:00:00Z"));
        assert_eq!(hours.open_for(new_year.before(MILLISECOND)), MILLISECOND);
        assert_eq!(hours.next_open(new_year), Some(new_year.after(Duration::from_days(1))));
    }
}

#[test]
fn the_leap_day_comes_in_leap_years() {
    let hours = hours(Tz::UTC, &[WHOLE_WEEK], &["02-29"]);
    assert_changes(&hours, true, &["2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z", "2104-03-01T00:00:00Z"]);
}

#[test]
fn what_never_changes_again_says_so() {
    let at = instant("2026-01-01T12:00:00Z");
    let every_day = days_of_the_year();
    let every_day: Vec<&str> = every_day.iter().map(String::as_str).collect();

    for never in [hours(Tz::Europe__London, &[], &[]), hours(Tz::Europe__London, &[WHOLE_WEEK], &every_day)] {
        assert_eq!(never.openness(at), Openness::Closed(None));
        assert_eq!(never.next_open(at), None);
        assert_eq!(never.open_for(at), Duration::ZERO);
    }
    for always in [
        hours(Tz::Europe__London, &[WHOLE_WEEK], &[]),
        hours(
            Tz::Europe__London,
            &["Mon-Fri 00:00-24:00", "Fri 23:00-01:00", "Sat,Sun 00:00-24:00"],
            &["2025-12-30"],
        ),
    ] {
        assert_eq!(always.openness(at), Openness::Open(None));
        assert_eq!(always.next_open(at), Some(at));
        assert_eq!(always.open_for(at), Duration::from_millis(i64::MAX));
    }
}

#[test]
fn far_changes_are_found() {
    let at = instant("2026-01-01T12:00:00Z");
    let last_day = hours(Tz::UTC, &[WHOLE_WEEK], &["9999-12-31"]);
    assert_eq!(last_day.openness(at), Openness::Open(Some(instant("9999-12-31T00:00:00Z"))));
    assert_eq!(last_day.openness(instant("9999-12-31T00:00:00Z")), Openness::Closed(None));

    let days = days_of_the_year();
    let other_days: Vec<&str> = days.iter().map(String::as_str).filter(|day| *day != "02-29").collect();
    let mondays = hours(Tz::UTC, &["Mon 09:00-17:00"], &other_days);
    assert_eq!(mondays.next_open(at), Some(instant("2044-02-29T09:00:00Z")));
    assert_eq!(mondays.next_open(instant("2072-03-01T00:00:00Z")), Some(instant("2112-02-29T09:00:00Z")));
}

/// Clocks in Newfoundland went back from 00:01 to 23:01 of the day before.
#[test]
fn a_clock_set_back_comes_to_a_holiday_twice() {
    let hours = hours(Tz::America__St_Johns, &[WHOLE_WEEK], &["2010-11-06"]);
    let night =
        ["2010-11-06T02:30:00Z", "2010-11-07T02:30:00Z", "2010-11-07T02:31:00Z", "2010-11-07T03:30:00Z"];
    assert_changes(&hours, false, &night);
    assert_eq!(hours.openness(instant(night[3])), Openness::Open(None));
}

#[test]
fn a_holiday_that_the_clock_skips_closes_nothing() {
    let hours = hours(Tz::Pacific__Apia, &[WHOLE_WEEK], &["2011-12-30", "2012-12-25"]);
    assert_changes(&hours, true, &["2011-01-01T00:00:00Z", "2012-12-24T10:00:00Z", "2012-12-25T10:00:00Z"]);
}

#[test]
fn an_emergency_close_beats_all() {
    let mut calendar = Calendar::new("office");
    calendar.open = vec![WHOLE_WEEK.parse().unwrap()];
    calendar.closed = true;
    let hours = Hours::new(&calendar, Tz::UTC);
    assert_eq!(hours.openness(instant("2026-01-01T12:00:00Z")), Openness::Closed(None));
}

#[test]
fn the_calendars_zone_goes_before_the_centers() {
    let mut calendar = Calendar::new("office");
    calendar.open = vec!["Mon-Sun 09:00-17:00".parse().unwrap()];
    let at = instant("2026-01-01T09:00:00Z");
    assert!(Hours::new(&calendar, Tz::UTC).is_open(at));
    calendar.timezone = Some(Tz::Asia__Tokyo);
    let tokyo = Hours::new(&calendar, Tz::UTC);
    assert_eq!((tokyo.zone(), tokyo.is_open(at)), (Tz::Asia__Tokyo, false));
}

#[test]
fn the_search_ends_with_time() {
    for zone in [Tz::UTC, Tz::Pacific__Kiritimati, Tz::Pacific__Pago_Pago] {
        let office = hours(zone, &["Mon-Thu 00:00-24:00"], &[]);
        assert!(office.is_open(Instant::MIN) || office.next_open(Instant::MIN).is_some());
        assert!(matches!(office.openness(Instant::MAX), Openness::Open(None) | Openness::Closed(None)));
        assert_eq!(
            office.next_open(Instant::MAX.before(MILLISECOND)).is_some(),
            office.is_open(Instant::MAX)
        );
    }
}

/// Instants at which zones did, or will do, what no other does.
#[test]
fn hours_hold_where_clocks_are_peculiar() {
    let office = |zone| hours(zone, &["Mon-Sun 09:00-17:00"], &[]);
    for (zone, open, until, next) in [
        // Summer time is the standard time of Dublin, and winter time the exception.
        (Tz::Europe__Dublin, "2026-10-24T08:00:00Z", "2026-10-24T16:00:00Z", "2026-10-25T09:00:00Z"),
        // Half an hour.
        (Tz::Australia__Lord_Howe, "2026-10-02T22:30:00Z", "2026-10-03T06:30:00Z", "2026-10-03T22:00:00Z"),
        // An hour back for good, since 2026.
        (Tz::Africa__Casablanca, "2026-12-01T09:00:00Z", "2026-12-01T17:00:00Z", "2026-12-02T09:00:00Z"),
        // No 30 December.
        (Tz::Pacific__Apia, "2011-12-29T19:00:00Z", "2011-12-30T03:00:00Z", "2011-12-30T19:00:00Z"),
        // Two hours.
        (Tz::Antarctica__Troll, "2026-10-24T07:00:00Z", "2026-10-24T15:00:00Z", "2026-10-25T09:00:00Z"),
        (Tz::Asia__Gaza, "2026-10-23T06:00:00Z", "2026-10-23T14:00:00Z", "2026-10-24T07:00:00Z"),
        // The clock is not set back any more in November.
        (Tz::America__Vancouver, "2026-10-31T16:00:00Z", "2026-11-01T00:00:00Z", "2026-11-01T16:00:00Z"),
    ] {
        let office = office(zone);
        assert_changes(&office, true, &[open, until, next]);
        assert!(!office.is_open(instant(open).before(MILLISECOND)), "{zone}");
    }
}

fn calendar(open: &[&str]) -> Calendar {
    let mut calendar = Calendar::new("office");
    calendar.open = open.iter().map(|span| span.parse().unwrap()).collect();
    calendar
}

fn season(from: &str, to: &str, open: &[&str]) -> Season {
    let open = open.iter().map(|span| span.parse().unwrap()).collect();
    Season { from: from.parse().unwrap(), to: to.parse().unwrap(), open }
}

#[test]
fn a_season_has_weekly_spans_of_its_own() {
    let mut office = calendar(&["Mon-Sun 09:00-17:00"]);
    office.seasons = vec![season("06-01", "09-01", &["Mon-Sun 08:00-13:00"])];
    office.seasons.push(season("2026-08-31", "2026-09-02", &[]));
    let hours = Hours::new(&office, Tz::UTC);
    assert_changes(&hours, true, &["2026-05-31T09:00:00Z", "2026-05-31T17:00:00Z", "2026-06-01T08:00:00Z"]);
    // The season written last holds.
    assert_changes(&hours, true, &["2026-08-30T08:00:00Z", "2026-08-30T13:00:00Z", "2026-09-02T09:00:00Z"]);
    assert_changes(&hours, true, &["2027-08-31T08:00:00Z", "2027-08-31T13:00:00Z", "2027-09-01T09:00:00Z"]);

    let mut winter = calendar(&["Mon-Sun 09:00-17:00"]);
    winter.seasons = vec![season("12-01", "02-29", &["Mon-Sun 10:00-15:00"])];
    let hours = Hours::new(&winter, Tz::UTC);
    for (day, opens) in [
        ("2026-12-01", 10),
        ("2027-02-28", 10),
        ("2027-03-01", 9),
        ("2028-02-28", 10),
        ("2028-02-29", 9),
        ("2028-11-30", 9),
    ] {
        let midnight = instant(&format!("{day}T00:00:00Z"));
        assert_eq!(hours.next_open(midnight), Some(midnight.after(Duration::from_hours(opens))), "{day}");
    }
}

#[test]
fn an_added_date_has_the_hours_added_and_no_others() {
    let mut office = calendar(&["Mon-Sun 09:00-17:00"]);
    office.add = ["2026-12-24 09:00-12:00", "12-31 22:00-02:00", "12-31 08:00-10:00", "02-29 00:00-24:00"]
        .map(|span| span.parse().unwrap())
        .to_vec();
    office.holidays = vec!["2027-01-01".parse().unwrap()];
    let hours = Hours::new(&office, Tz::UTC);
    assert_changes(&hours, true, &["2026-12-24T09:00:00Z", "2026-12-24T12:00:00Z", "2026-12-25T09:00:00Z"]);
    // A holiday ends what began the evening before, and beats what is added.
    let years_end =
        ["2026-12-31T08:00:00Z", "2026-12-31T10:00:00Z", "2026-12-31T22:00:00Z", "2027-01-01T00:00:00Z"];
    assert_changes(&hours, true, &years_end);
    // In other years what goes on past midnight comes to the hours of the day.
    let years_end =
        ["2027-12-31T22:00:00Z", "2028-01-01T02:00:00Z", "2028-01-01T09:00:00Z", "2028-01-01T17:00:00Z"];
    assert_changes(&hours, true, &years_end);
    assert_changes(&hours, true, &["2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z", "2028-03-01T09:00:00Z"]);
    office.holidays.push("12-24".parse().unwrap());
    assert!(!Hours::new(&office, Tz::UTC).is_open(instant("2026-12-24T10:00:00Z")));
}

#[test]
fn included_calendars_are_open_besides_but_on_holidays() {
    let desk = |zone, holidays: &[&str]| Arc::new(hours(zone, &["Mon-Fri 09:00-17:00"], holidays));
    let mut any = calendar(&[]);
    any.holidays = vec!["12-25".parse().unwrap()];
    let desks = vec![desk(Tz::Europe__Berlin, &["2026-11-25"]), desk(Tz::America__New_York, &[])];
    let hours = Hours::new(&any, Tz::UTC).including(desks);
    assert_changes(&hours, true, &["2026-11-24T08:00:00Z", "2026-11-24T22:00:00Z", "2026-11-25T14:00:00Z"]);
    assert_changes(&hours, true, &["2026-12-24T08:00:00Z", "2026-12-24T22:00:00Z", "2026-12-28T08:00:00Z"]);
    let closed = hours.with_closed(true);
    assert_eq!(closed.openness(instant("2026-11-24T10:00:00Z")), Openness::Closed(None));

    let always = Hours::new(&calendar(&["Mon 09:00-17:00"]), Tz::UTC);
    let always = always.including(vec![Arc::new(Hours::new(&calendar(&[WHOLE_WEEK]), Tz::UTC))]);
    assert_eq!(always.openness(instant("2026-11-24T10:00:00Z")), Openness::Open(None));
}

#[test]
fn days_that_all_have_hours_added_never_close() {
    let mut office = calendar(&["Mon-Fri 09:00-17:00"]);
    office.add = days_of_the_year().iter().map(|day| format!("{day} 00:00-24:00").parse().unwrap()).collect();
    let hours = Hours::new(&office, Tz::Europe__Dublin);
    assert_eq!(hours.openness(instant("2026-11-24T10:00:00Z")), Openness::Open(None));
}

/// Around every change of every zone until 2037, minute by minute, a calendar of odd spans is open when the clock that
/// another library reads shows one of them, and says until when.
#[test]
fn every_change_of_every_zone_is_walked() {
    let (first, last) = (instant("2025-01-01T00:00:00Z"), instant("2038-01-01T00:00:00Z"));
    let spans = ["Mon-Sun 00:20-01:40", "Mon-Sun 02:10-02:50", "Mon-Sun 23:15-23:45"];
    let open = |minute: i64| [20..100, 130..170, 1_395..1_425].iter().any(|span| span.contains(&minute));
    let mut walked = 0;
    for zone in chrono_tz::TZ_VARIANTS {
        let hours = hours(zone, &spans, &[]);
        let other = TimeZone::get(zone.name()).unwrap();
        let from = Timestamp::from_millisecond(first.millis()).unwrap();
        for change in other.following(from) {
            let at = Instant::from_millis(change.timestamp().as_millisecond());
            if at >= last {
                break;
            }
            walked += 1;
            let shown = |at: Instant| {
                let utc = at.millis() / 1_000;
                let offset = other.to_offset(Timestamp::from_second(utc).unwrap()).seconds();
                open((utc + i64::from(offset)).rem_euclid(86_400) / 60)
            };
            let mut openness = hours.openness(at.before(Duration::from_mins(181)));
            for minute in -180..180 {
                let at = at.after(Duration::from_mins(minute));
                if openness.until().is_some_and(|until| until <= at) {
                    assert_eq!(openness.until(), Some(at), "{zone}");
                    openness = hours.openness(at);
                }
                assert_eq!(matches!(openness, Openness::Open(_)), shown(at), "{zone} at {at}");
                assert_eq!(hours.is_open(at), shown(at), "{zone} at {at}");
            }
        }
    }
    assert!(walked > 4_000, "{walked}");
}
