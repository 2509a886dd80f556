//! `calling_window` and `zones`.

use chrono_tz::Tz;

use super::{SMALL, all, said, without_files};
use crate::center::{CallingWindow, Center, NumberZones};
use crate::value::Country;

fn country(code: &str) -> Country {
    Country::new(code).unwrap()
}

fn with_window(value: &str) -> String {
    SMALL.replace("calling_window = \"off\"", &format!("calling_window = {value}"))
}

fn center(text: &str) -> Center {
    without_files(text).layout.unwrap().center().clone()
}

fn window(value: &str) -> CallingWindow {
    center(&with_window(value)).services[0].calling_window.clone()
}

#[test]
fn where_nothing_is_said_customers_are_called_from_8_to_21() {
    let absent = SMALL.replace("calling_window = \"off\"\n", "");
    assert_eq!(without_files(&absent).findings, []);
    let window = center(&absent).services[0].calling_window.clone();
    assert_eq!(window, CallingWindow::everywhere("08:00-21:00".parse().unwrap()));
    assert_eq!(window, CallingWindow::default());
}

#[test]
fn a_window_is_a_time_of_day_or_one_a_country_or_off() {
    assert_eq!(window("\"09:30-24:00\""), CallingWindow::everywhere("09:30-24:00".parse().unwrap()));
    assert_eq!(window("\"off\""), CallingWindow::off());
    let table = window("{ US = \"08:00-20:00\", IL = \"off\", default = \"10:00-18:00\" }");
    assert_eq!(table.of(Country::new("US")).unwrap().to_string(), "08:00-20:00");
    assert_eq!(table.of(Country::new("IL")), None);
    assert_eq!(table.of(Country::new("FR")).unwrap().to_string(), "10:00-18:00");
    assert_eq!(table.of(None).unwrap().to_string(), "10:00-18:00");
    let others = window("{ US = \"08:00-20:00\" }");
    assert_eq!(
        others.of(Country::new("FR")).unwrap().to_string(),
        "08:00-21:00",
        "the default of the default"
    );
}

#[test]
fn a_window_that_is_off_is_warned_about() {
    let two = format!("{SMALL}[[service]]\nname = \"t\"\nqueue = \"q\"\ncalling_window = \"off\"\n");
    let reading = without_files(&two);
    assert_eq!(reading.findings.len(), 1);
    assert!(reading.findings[0].message.starts_with("services `s`, `t`: no legal calling window"));
    let partly = without_files(&with_window("{ US = \"off\" }"));
    assert_eq!(partly.findings.len(), 1);
    assert!(partly.findings[0].message.starts_with("service `s`: no legal calling window"));
}

#[test]
fn what_is_no_window_is_an_error() {
    let wanted =
        "write a time of day in quotes, as `\"08:00-21:00\"`, `\"off\"`, or a table of these by country";
    for (value, why) in [
        ("false", format!("is `true` or `false`; {wanted}")),
        ("{ us = \"08:00-21:00\" }", "unknown country".into()),
        ("{ US = 8 }", "is a whole number; write a time of day".into()),
        ("\"21:00-08:00\"", "a window does not go over midnight".into()),
        ("\"08:00-08:00\"", "a window does not go over midnight".into()),
        ("\"8-21\"", "`8-21` is no time of day".into()),
        ("\"08:60-21:00\"", "is no time of day".into()),
        ("\"08:00-24:01\"", "is no time of day".into()),
        ("\"of\"", "`of` is no time of day".into()),
    ] {
        let said = said(&with_window(value));
        assert_eq!(said.len(), 1, "{value}: {said:?}");
        assert!(
            said[0].starts_with("8: error: service `s`: `calling_window") && said[0].contains(&why),
            "{said:?}"
        );
    }
}

#[test]
fn a_queue_names_the_zones_of_its_numbers() {
    let zones = |line: &str| {
        center(&SMALL.replace("name = \"q\"\n", &format!("name = \"q\"\n{line}\n"))).queues[0].zones.clone()
    };
    let new_york = vec![Tz::America__New_York];
    assert_eq!(zones(""), NumberZones::default());
    assert_eq!(
        zones("zones = ['America/New_York']"),
        NumberZones { elsewhere: new_york.clone(), ..NumberZones::default() }
    );
    assert_eq!(
        zones("zones = { US = ['America/New_York'], default = ['UTC'] }"),
        NumberZones { elsewhere: vec![Tz::UTC], countries: [(country("US"), new_york)].into() }
    );
    all(
        "queue",
        &[(
            "zones = ['America/New_Yorc']",
            "error: queue `q`: `zones[0]`: unknown time zone `America/New_Yorc`, did you mean `America/New_York`?",
        )],
    );
}
