//! What a value of the text can be read as.

use chrono_tz::Tz;
use smol_str::SmolStr;

use super::notes::Notes;
use super::value::{Read, Value};
use crate::center::{
    AddedSpan, Attribute, Condition, ConditionError, DatedCapacity, Day, Overflow, Quota, Season,
    WeeklyCapacity, WeeklySpan, zone_named,
};
use crate::value::{Ageing, AgentId, Duration, Phone, Requirement};

impl Read for bool {
    const WANTED: &'static str = "`true` or `false`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let read = value.as_bool();
        if read.is_none() {
            value.wrong_type(notes, Self::WANTED);
        }
        read
    }
}

impl Read for u32 {
    const WANTED: &'static str = "a whole number, 0 or more";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.integer(notes, 0..=i64::from(Self::MAX)).and_then(|number| Self::try_from(number).ok())
    }
}

impl Read for u64 {
    const WANTED: &'static str = "a whole number, 0 or more";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.integer(notes, 0..=i64::MAX).and_then(|number| Self::try_from(number).ok())
    }
}

impl Read for i64 {
    const WANTED: &'static str = "a whole number";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.integer(notes, Self::MIN..=Self::MAX)
    }
}

macro_rules! texts {
    ($($kind:ty: $wanted:literal, $make:expr;)*) => { $(
        impl Read for $kind {
            const WANTED: &'static str = $wanted;

            fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
                let text = value.as_text();
                if text.is_none() {
                    value.wrong_type(notes, Self::WANTED);
                }
                text.map($make)
            }
        }
    )* }
}

texts! {
    String: "a text in quotes", str::to_owned;
    SmolStr: "a name in quotes", SmolStr::new;
    AgentId: "an agent's id in quotes", AgentId::new;
}

macro_rules! parsed {
    ($($kind:ty: $wanted:literal;)*) => { $(
        impl Read for $kind {
            const WANTED: &'static str = $wanted;

            fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
                value.parsed(notes, Self::WANTED)
            }
        }
    )* }
}

parsed! {
    Phone: "a number in E.164 in quotes, as `\"+12125550123\"`";
    Duration: "a duration in quotes, as `\"90s\"`";
    WeeklySpan: "a weekly span in quotes, as `\"Mon-Fri 09:00-17:00\"`";
    AddedSpan: "an added date in quotes, as `\"2026-12-24 09:00-12:00\"` or `\"12-24 09:00-12:00\"`";
    Day: "a day in quotes, as `\"2026-12-25\"` or `\"12-25\"`";
}

impl Read for Requirement {
    const WANTED: &'static str = "a requirement in quotes, as `\"billing >= 5 && english\"`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let Some(text) = value.as_text() else {
            value.wrong_type(notes, Self::WANTED);
            return None;
        };
        match text.parse::<Self>() {
            Ok(requirement) => Some(requirement),
            Err(error) => {
                let span = value.span_from(notes, error.offset);
                value.error_at(span, notes, format!(": {error}"));
                None
            }
        }
    }
}

impl Read for Condition {
    const WANTED: &'static str = "a condition in quotes, as `\"waiting > 20\"`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let Some(text) = value.as_text() else {
            value.wrong_type(notes, Self::WANTED);
            return None;
        };
        let told = |error: ConditionError| {
            let span = value.span_from(notes, error.offset);
            value.error_at(span, notes, format!(": {error}"));
        };
        text.parse().map_err(told).ok()
    }
}

impl Read for Tz {
    const WANTED: &'static str = "a time zone in quotes, as `\"Europe/Berlin\"`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let Some(text) = value.as_text() else {
            value.wrong_type(notes, Self::WANTED);
            return None;
        };
        zone_named(text).map_err(|why| value.error(notes, format!(": {why}"))).ok()
    }
}

/// An integer stays one, and a text stays a text, also where it reads as an integer.
impl Read for Attribute {
    const WANTED: &'static str = "a whole number, or a text in quotes";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        if let Some(text) = value.as_text() {
            return Some(Self::Text(SmolStr::new(text)));
        }
        if value.is_integer() {
            return value.integer(notes, i64::MIN..=i64::MAX).map(Self::Integer);
        }
        value.wrong_type(notes, Self::WANTED);
        None
    }
}

/// The items that can be read.
impl<T: Read> Read for Vec<T> {
    const WANTED: &'static str = "a list in brackets";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let items = value.items(Self::WANTED, notes)?;
        Some(items.iter().filter_map(|item| T::read(item, notes)).collect())
    }
}

impl Read for WeeklyCapacity {
    const WANTED: &'static str = "a capacity, as `{ at = \"Mon-Fri 09:00-12:00\", capacity = 5 }`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.table(Self::WANTED, notes, |fields| {
            let (at, capacity) = (fields.required("at"), fields.required("capacity"));
            Some(Self { at: at?, capacity: capacity? })
        })?
    }
}

impl Read for DatedCapacity {
    const WANTED: &'static str = "a capacity, as `{ on = \"2026-12-24\", capacity = 5 }`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.table(Self::WANTED, notes, |fields| {
            let (on, capacity) = (fields.required::<SlotDate>("on"), fields.required("capacity"));
            Some(Self { on: on?.0, capacity: capacity? })
        })?
    }
}

/// A day, or some time of it.
struct SlotDate(AddedSpan);

impl Read for SlotDate {
    const WANTED: &'static str =
        "a day in quotes, or a time of it, as `\"12-24\"` or `\"2026-12-24 09:00-12:00\"`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let whole = value.as_text().and_then(|text| text.parse().ok()).map(AddedSpan::whole);
        whole.or_else(|| AddedSpan::read(value, notes)).map(Self)
    }
}

impl Read for Season {
    const WANTED: &'static str =
        "a season, as `{ from = \"06-01\", to = \"09-01\", open = [\"Mon-Fri 09:00-13:00\"] }`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.table(Self::WANTED, notes, |fields| {
            let (from, to, open) = (fields.required("from"), fields.required("to"), fields.required("open"));
            Some(Self { from: from?, to: to?, open: open? })
        })?
    }
}

impl Read for Quota {
    const WANTED: &'static str = "a limit, as `{ max = 10, per = \"1d\" }`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.table(Self::WANTED, notes, |fields| {
            let (max, per) = (fields.required("max"), fields.required("per"));
            Some(Self { max: max?, per: per? })
        })?
    }
}

impl Read for Ageing {
    const WANTED: &'static str = "ageing, as `{ points = 1, every = \"60s\", cap = 100 }`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.table(Self::WANTED, notes, |fields| {
            let (points, every) = (fields.required("points"), fields.required("every"));
            let cap = fields.optional("cap");
            Some(Self { points: points?, every: every?, cap })
        })?
    }
}

impl Read for Overflow {
    const WANTED: &'static str = "an overflow, as `{ to = \"general\", after = \"120s\" }`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.table(Self::WANTED, notes, |fields| {
            let to = fields.required("to");
            let Some(when) = fields.get("when") else {
                let after = fields.required("after");
                return Some(Self { to: to?, after: after?, when: None });
            };
            let (when, mut after) = (Condition::read(&when, fields.notes), Duration::ZERO);
            fields.set("after", &mut after);
            Some(Self { to: to?, after, when: Some(when?) })
        })?
    }
}
