//! Hours of random centers: calendars, calling windows, and the zones of numbers.

use proptest::prelude::*;
use ringback_engine::Country;
use ringback_engine::center::{Calendar, CallingWindow, DaySpan, NumberZones};

/// Opening hours: `shifts` opens and closes as a history goes; `office` is closed on the day after it begins, which
/// east of the Pacific is soon.
pub(crate) fn calendars() -> [Calendar; 2] {
    let mut shifts = Calendar::new("shifts");
    shifts.timezone = Some(chrono_tz::UTC);
    let spans = ["Mon-Sun 10:02-10:10", "Mon-Sun 10:12-10:40"];
    shifts.open = spans.map(|span| span.parse().expect("a span")).to_vec();
    let mut office = Calendar::new("office");
    office.open = vec!["Mon-Sun 00:00-24:00".parse().expect("a span")];
    office.holidays = vec!["2026-03-04".parse().expect("a day")];
    [shifts, office]
}

/// Calling windows that open and close as a history goes, on the clocks of some numbers; one never opens in it.
pub(crate) fn windows() -> impl Strategy<Value = CallingWindow> {
    let span = |text: &str| text.parse::<DaySpan>().expect("a time of day");
    let countries =
        [(Country::US, Some(span("10:03-10:11"))), (Country::new("DE").expect("two letters"), None)];
    prop::sample::select(vec![
        CallingWindow::off(),
        CallingWindow::off(),
        CallingWindow::off(),
        CallingWindow::off(),
        CallingWindow::off(),
        CallingWindow::off(),
        CallingWindow::default(),
        CallingWindow::everywhere(span("10:04-11:09")),
        CallingWindow::everywhere(span("22:00-24:00")),
        CallingWindow { elsewhere: Some(span("11:02-11:14")), countries: countries.into() },
    ])
}

/// What queues say of the zones of their numbers.
pub(crate) fn zones() -> impl Strategy<Value = NumberZones> {
    let named = NumberZones { elsewhere: vec![chrono_tz::UTC], ..NumberZones::default() };
    let abroad = NumberZones {
        countries: [(Country::US, vec![chrono_tz::Europe::Berlin, chrono_tz::UTC])].into(),
        ..NumberZones::default()
    };
    prop::sample::select(vec![NumberZones::default(), named, abroad])
}
