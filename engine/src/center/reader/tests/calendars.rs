//! Seasons, added dates and what calendars include.

use super::{SMALL, added, without_files};
use crate::center::Season;

#[test]
fn every_key_of_a_calendar_is_read() {
    let reading = without_files(&format!(
        "{SMALL}[[calendar]]\nname = 'c'\nopen = ['Mon 09:00-10:00']\ninclude = ['d']\n\
         add = ['2026-12-24 09:00-12:00', '12-31 22:00-02:00']\n\
         [[calendar.seasons]]\nfrom = '06-01'\nto = '09-01'\nopen = ['Mon 07:00-13:00']\n\
         [[calendar]]\nname = 'd'\nseasons = [{{ from = '2026-06-01', to = '2026-09-01', open = [] }}]\n"
    ));
    let layout = reading.layout.unwrap();
    let [c, d] = layout.center().calendars.as_slice() else { panic!("two calendars") };
    assert_eq!(c.add, ["2026-12-24 09:00-12:00", "12-31 22:00-02:00"].map(|text| text.parse().unwrap()));
    assert_eq!(c.include, ["d"]);
    let summer = |from: &str, to: &str, open: &[&str]| Season {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        open: open.iter().map(|span| span.parse().unwrap()).collect(),
    };
    assert_eq!(c.seasons, [summer("06-01", "09-01", &["Mon 07:00-13:00"])]);
    assert_eq!(d.seasons, [summer("2026-06-01", "2026-09-01", &[])]);
    let (plain, _) = (without_files(&format!("{SMALL}[[calendar]]\nname = 'c'\nopen = []\n")), ());
    let plain = plain.layout.unwrap().center().calendars[0].clone();
    assert!(plain.seasons.is_empty() && plain.add.is_empty() && plain.include.is_empty());
}

#[test]
fn what_a_calendar_can_not_be_is_told() {
    for (lines, said) in [
        (
            "add = ['24.12. 09:00-12:00']",
            "14: error: calendar `c`: `add[0]`: added date `24.12. 09:00-12:00`: `24.12.` is no day: write \
             `2026-12-25`, or `12-25` for every year",
        ),
        (
            "seasons = [{ from = '06-01', open = [] }]",
            "14: error: calendar `c`: `seasons[0].to` is missing; write a day in quotes, as `\"2026-12-25\"` or \
             `\"12-25\"`",
        ),
        (
            "seasons = [{ from = '06-01', to = '2026-09-01', open = [] }]",
            "14: error: calendar `c`: season 06-01 to 2026-09-01: one of its days has a year and the other has none; \
             write both alike",
        ),
        (
            "seasons = [{ from = '2026-09-01', to = '2026-09-01', open = [] }]",
            "14: error: calendar `c`: season 2026-09-01 to 2026-09-01: it ends before it has begun",
        ),
        (
            "seasons = [{ from = '09-01', to = '09-01', open = [] }]",
            "14: error: calendar `c`: season 09-01 to 09-01: it ends on the day on which it begins; for all the year, \
             write the spans under `open`",
        ),
        ("include = ['x']", "14: error: calendar `c`: unknown calendar `x`, did you mean `c`?"),
        (
            "include = ['c']",
            "14: error: calendar `c`: it includes itself, or one that does; take one of the names out",
        ),
    ] {
        assert_eq!(added("calendar", &format!("name = 'c'\nopen = ['Mon 09:00-10:00']\n{lines}")), [said]);
    }
}

#[test]
fn calendars_that_include_too_many_are_told() {
    let mut text = SMALL.to_owned();
    for n in 0..8 {
        let both = format!("include = ['c{}', 'd{0}']\n", n + 1);
        let both = if n == 7 { "" } else { &both };
        text.push_str(&format!("[[calendar]]\nname = 'c{n}'\nopen = []\n{both}"));
        text.push_str(&format!("[[calendar]]\nname = 'd{n}'\nopen = []\n{both}"));
    }
    let said: Vec<String> = without_files(&text).findings.into_iter().map(|f| f.message).collect();
    let expected = "calendar `c1`: it includes 126 calendars, with what they include; 64 are the most";
    assert!(said.iter().any(|message| message == expected), "{said:?}");
}
