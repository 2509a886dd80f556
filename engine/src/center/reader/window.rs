//! When customers may be called, and where their numbers may lie: `calling_window` and `zones`.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono_tz::Tz;

use super::fields::Fields;
use super::notes::Notes;
use super::value::{Read, Value};
use crate::center::{CallingWindow, DaySpan, NumberZones};
use crate::value::Country;

/// What a table by country says of countries that it does not name.
const DEFAULT: &str = "default";

/// Reads `calling_window`; answers where it is switched off, if it is anywhere.
pub(super) fn calling_window(
    fields: &mut Fields<'_, '_, '_, '_>,
    setting: &mut CallingWindow,
) -> Option<Range<usize>> {
    let value = fields.get("calling_window")?;
    let read = CallingWindow::read(&value, fields.notes)?;
    *setting = read;
    setting.is_off_somewhere().then(|| value.span())
}

impl Read for CallingWindow {
    const WANTED: &'static str =
        "a time of day in quotes, as `\"08:00-21:00\"`, `\"off\"`, or a table of these by country";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        if !value.is_table() {
            return span_or_off(value, notes, Self::WANTED)
                .map(|elsewhere| Self { elsewhere, ..Self::default() });
        }
        let (named, countries) = by_country(value, notes, |value, notes| {
            span_or_off(value, notes, "a time of day in quotes, as `\"08:00-21:00\"`, or `\"off\"`")
        });
        Some(Self { elsewhere: named.unwrap_or(Some(DaySpan::LEGAL)), countries })
    }
}

impl Read for NumberZones {
    const WANTED: &'static str =
        "a list of time zones, as `[\"America/New_York\"]`, or a table of such lists by country";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        if !value.is_table() {
            let elsewhere = Vec::<Tz>::read(value, notes)?;
            return Some(Self { elsewhere, ..Self::default() });
        }
        let (elsewhere, countries) = by_country(value, notes, Vec::<Tz>::read);
        Some(Self { elsewhere: elsewhere.unwrap_or_default(), countries })
    }
}

/// `"off"`, or a span.
fn span_or_off(value: &Value<'_>, notes: &mut Notes<'_>, wanted: &str) -> Option<Option<DaySpan>> {
    match value.as_text() {
        Some("off") => Some(None),
        Some(_) => value.parsed(notes, wanted).map(Some),
        None => {
            value.wrong_type(notes, wanted);
            None
        }
    }
}

/// A table with one value a country, and one for the others.
fn by_country<T>(
    value: &Value<'_>,
    notes: &mut Notes<'_>,
    read: impl Fn(&Value<'_>, &mut Notes<'_>) -> Option<T>,
) -> (Option<T>, BTreeMap<Country, T>) {
    let (mut others, mut countries) = (None, BTreeMap::new());
    for (key, entry) in value.entries(notes) {
        let country = Country::new(key);
        if country.is_none() && key != DEFAULT {
            entry.error_at(
                entry.key(),
                notes,
                ": unknown country; write its two capital letters, as `US`, or `default` for all others",
            );
            continue;
        }
        let read = read(&entry, notes);
        match country {
            Some(country) => countries.extend(read.map(|read| (country, read))),
            None => others = read,
        }
    }
    (others, countries)
}
