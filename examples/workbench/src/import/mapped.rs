//! A plain CSV file, with a mapping that says what its columns mean.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use ringback_engine::center::{local_to_instant, parse_instant};
use ringback_engine::{Country, Duration, Instant};
use serde::Deserialize;

use super::About;
use super::draft::{Asked, Draft, Served};
use super::sheet::{Record, Sheet};

/// What the columns of a CSV file mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The center's name.
    #[serde(default = "unnamed")]
    name: String,
    /// Its zone, in which local times are.
    timezone: String,
    /// The country of numbers that are written without one.
    country: String,
    /// What stands between two fields.
    #[serde(default = "comma")]
    separator: char,
    /// How instants are written, in the letters of strftime; as in bundles if absent.
    time_format: Option<String>,
    /// Our columns, each with the name of theirs.
    columns: Columns,
    /// Values of our columns that are the same on every line.
    #[serde(default)]
    fixed: Fixed,
    /// Attributes, each with the name of their column.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    /// Their words for outcomes, each with ours.
    #[serde(default)]
    outcomes: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    at: String,
    phone: String,
    id: Option<String>,
    service: Option<String>,
    /// Seconds of talk.
    handle: Option<String>,
    /// Who served.
    agent: Option<String>,
    /// When the talk began; when it was asked for, if absent.
    connected_at: Option<String>,
    desired: Option<String>,
    outcomes: Option<String>,
    ring: Option<String>,
    cancel_at: Option<String>,
    channel: Option<String>,
    language: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    service: Option<String>,
    channel: Option<String>,
    language: Option<String>,
}

fn unnamed() -> String {
    "My center".to_owned()
}

fn comma() -> char {
    ','
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with line and caret.
    pub fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let lacks = "missing field";
            let hint = if error.message().starts_with(lacks) {
                "write it above the first `[`, as `timezone = \"Europe/London\"` and `country = \"GB\"`\n"
            } else {
                ""
            };
            format!("{error}{hint}")
        })
    }

    /// What it says of the center.
    ///
    /// # Errors
    ///
    /// There is no such zone or country, or nothing says which service is asked.
    pub fn about(&self) -> Result<About, String> {
        if self.columns.service.is_none() && self.fixed.service.is_none() {
            return Err(
                "nothing says which service is asked: write `service` under `[columns]` or under `[fixed]`"
                    .into(),
            );
        }
        if !self.separator.is_ascii() {
            return Err(format!("`separator`: `{}` is no ASCII character", self.separator));
        }
        let zone = Tz::from_str(&self.timezone).map_err(|_| {
            format!("`timezone`: there is no zone `{}`; write one as `Europe/Berlin`", self.timezone)
        })?;
        let country = Country::new(&self.country)
            .ok_or_else(|| format!("`country`: `{}` is no code of two letters, as `DE`", self.country))?;
        Ok(About { name: self.name.clone(), zone, country })
    }
}

/// Reads a CSV file.
///
/// # Errors
///
/// The mapping says nothing of it, or its header does not have a column of the mapping.
pub fn csv(text: &str, mapping: &Mapping) -> Result<Draft, String> {
    let about = mapping.about()?;
    let zone = about.zone;
    let mut sheet = Sheet::open(text, u8::try_from(mapping.separator).unwrap_or(b','))?;
    let places = Places::of(mapping, &sheet)?;
    let mut draft = Draft::new(about);
    let (mut unserved, mut untimed) = (false, false);
    while let Some(record) = sheet.next() {
        let record = match record {
            Ok(record) => record,
            Err((line, cause)) => {
                draft.refuse(line, cause);
                continue;
            }
        };
        match places.read(&record, mapping, zone) {
            Ok((asked, served)) => {
                unserved |= served.is_none();
                untimed |= served.is_some() && places.connected_at.is_none();
                draft.served.extend(served);
                draft.asked.push(asked);
            }
            Err(cause) => draft.refuse(record.line, cause),
        }
    }
    draft.assumed.push("every line is a request for a callback".into());
    if mapping.columns.outcomes.is_none() {
        draft.assumed.push("every customer answers the first call".into());
    }
    match (&mapping.columns.agent, unserved) {
        (None, _) => draft.assumed.push(
            "no column says who served: nobody is there; add `[[agent]]` to center.toml and lines to roster.csv".into(),
        ),
        (Some(_), true) => draft.assumed.push("a line without an agent was not served".into()),
        (Some(_), false) => {}
    }
    if untimed {
        draft.assumed.push("talks began when they were asked for: no column says when".into());
    }
    Ok(draft)
}

/// Where our columns are.
struct Places {
    at: usize,
    phone: usize,
    id: Option<usize>,
    service: Option<usize>,
    handle: Option<usize>,
    agent: Option<usize>,
    connected_at: Option<usize>,
    desired: Option<usize>,
    cancel_at: Option<usize>,
    outcomes: Option<usize>,
    /// Those that are taken as they are, by our name.
    plain: Vec<(String, usize)>,
}

impl Places {
    fn of(mapping: &Mapping, sheet: &Sheet<'_>) -> Result<Self, String> {
        let Columns { at, phone, id, service, handle, agent, connected_at, .. } = &mapping.columns;
        let Columns { desired, outcomes, ring, cancel_at, channel, language, .. } = &mapping.columns;
        let maybe = |name: &Option<String>| name.as_ref().map(|name| sheet.column(name)).transpose();
        let mut plain = Vec::new();
        for (own, theirs) in [("ring", ring), ("channel", channel), ("language", language)] {
            plain.extend(maybe(theirs)?.map(|place| (own.to_owned(), place)));
        }
        for (own, theirs) in &mapping.attributes {
            plain.push((own.clone(), sheet.column(theirs)?));
        }
        Ok(Self {
            at: sheet.column(at)?,
            phone: sheet.column(phone)?,
            id: maybe(id)?,
            service: maybe(service)?,
            handle: maybe(handle)?,
            agent: maybe(agent)?,
            connected_at: maybe(connected_at)?,
            desired: maybe(desired)?,
            cancel_at: maybe(cancel_at)?,
            outcomes: maybe(outcomes)?,
            plain,
        })
    }

    fn read(&self, record: &Record, mapping: &Mapping, zone: Tz) -> Result<(Asked, Option<Served>), String> {
        let text = |place: Option<usize>| place.map_or("", |place| record.text(place));
        let time = |text: &str| instant(text, mapping.time_format.as_deref(), zone);
        let at = time(record.text(self.at)).map_err(|why| format!("`{}`: {why}", mapping.columns.at))?;
        let phone = record.text(self.phone);
        if phone.is_empty() {
            return Err(format!("`{}` is empty: nobody could be called", mapping.columns.phone));
        }
        let service = match (text(self.service), &mapping.fixed.service) {
            ("", None) => return Err("no service is named".into()),
            ("", Some(fixed)) => fixed.clone(),
            (own, _) => own.to_owned(),
        };
        let handle = match text(self.handle) {
            "" => None,
            text => Some(span(text)?),
        };
        let mut asked = Asked {
            line: record.line,
            at,
            id: Some(text(self.id).to_owned()).filter(|id| !id.is_empty()),
            service: service.clone(),
            phone: phone.to_owned(),
            handle,
            more: BTreeMap::new(),
        };
        for (name, place) in [("desired", self.desired), ("cancel_at", self.cancel_at)] {
            if !text(place).is_empty() {
                asked.more.insert(name.into(), time(text(place))?.to_string());
            }
        }
        for (name, place) in &self.plain {
            asked.more.insert(name.clone(), record.text(*place).to_owned());
        }
        for (name, fixed) in [("channel", &mapping.fixed.channel), ("language", &mapping.fixed.language)] {
            if let Some(fixed) = fixed {
                asked.more.entry(name.into()).or_insert_with(|| fixed.clone());
            }
        }
        if !text(self.outcomes).is_empty() {
            let words = text(self.outcomes).split('|').map(|word| {
                mapping.outcomes.get(word.trim()).map_or_else(|| word.trim().to_owned(), Clone::clone)
            });
            asked.more.insert("outcomes".into(), words.collect::<Vec<_>>().join("|"));
        }
        let from = match text(self.connected_at) {
            "" => at,
            text => time(text)?,
        };
        let served = Some(text(self.agent)).filter(|agent| !agent.is_empty()).map(|agent| Served {
            agent: agent.to_owned(),
            service,
            from,
            to: from.after(handle.unwrap_or_default()),
        });
        Ok((asked, served))
    }
}

fn instant(text: &str, format: Option<&str>, zone: Tz) -> Result<Instant, String> {
    match format {
        None => parse_instant(text, zone).map_err(|error| error.to_string()),
        Some(format) => NaiveDateTime::parse_from_str(text, format)
            .map(|local| local_to_instant(zone, local).0)
            .map_err(|_| format!("`{text}` is not written as `{format}`")),
    }
}

/// Seconds, or hours, minutes and seconds with colons between.
fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no length: write seconds, `mm:ss` or `hh:mm:ss`");
    let mut millis: i64 = 0;
    for part in text.split(':') {
        let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
        let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(wrong());
        }
        let thousandths = format!("{fraction:0<3}");
        let own: i64 = format!("{whole}{}", &thousandths[..3]).parse().map_err(|_| wrong())?;
        millis = millis.checked_mul(60).and_then(|all| all.checked_add(own)).ok_or_else(wrong)?;
    }
    Ok(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = r#"
name = "Haus"
timezone = "Europe/Berlin"
country = "DE"
separator = ";"
time_format = "%d.%m.%Y %H:%M:%S"

[columns]
at = "Eingang"
phone = "Telefon"
service = "Thema"
handle = "Dauer"
agent = "Wer"
outcomes = "Ergebnis"

[attributes]
tier = "Klasse"

[outcomes]
besetzt = "busy"
"#;

    #[test]
    fn columns_are_read_as_the_mapping_says_and_bad_lines_are_told() {
        let mapping = Mapping::read(MAPPING).unwrap();
        let text = "\u{feff}Eingang;Telefon;Thema;Dauer;Wer;Klasse;Ergebnis\n\
                    10.03.2026 09:00:00;030 5550;Rat;1:05;anna;gold;besetzt|answered\n\
                    10.03.2026;030 5550;Rat;1;anna;;\n\
                    10.03.2026 09:00:00;;Rat;1;anna;;\n\
                    10.03.2026 09:00:00;030 5551;Rat\n\
                    10.03.2026 09:00:05;030 5552;Rat;kurz;;;\n\
                    10.03.2026 09:00:05;030 5552;Rat;;;;\n";
        let draft = csv(text, &mapping).unwrap();
        let told: Vec<String> = draft.unusable.iter().map(ToString::to_string).collect();
        let expected = [
            "3: `Eingang`: `10.03.2026` is not written as `%d.%m.%Y %H:%M:%S`",
            "4: `Telefon` is empty: nobody could be called",
            "5: has 3 fields, and the header 7",
            "6: `kurz` is no length: write seconds, `mm:ss` or `hh:mm:ss`",
        ];
        assert_eq!(told, expected);
        let [one, other] = draft.asked.as_slice() else { panic!("{:?}", draft.asked) };
        assert_eq!(one.at.to_string(), "2026-03-10T08:00:00.000Z");
        assert_eq!((one.handle, one.more["tier"].as_str()), (Some(Duration::from_secs(65)), "gold"));
        assert_eq!((one.more["outcomes"].as_str(), other.handle), ("busy|answered", None));
        assert_eq!((draft.served.len(), draft.served[0].to.since(one.at)), (1, Duration::from_secs(65)));
    }

    #[test]
    fn a_mapping_says_what_is_wrong_with_it() {
        let wrong = |from: &str, to: &str| {
            let text = MAPPING.replace(from, to);
            Mapping::read(&text)
                .and_then(|mapping| csv("Eingang;Telefon;Thema;Dauer;Wer;Klasse;Ergebnis\n", &mapping))
                .map(|_| ())
                .unwrap_err()
        };
        assert!(wrong("phone =", "fone =").contains("unknown field `fone`"));
        assert!(wrong("Europe/Berlin", "Berlin").contains("there is no zone `Berlin`"));
        assert!(wrong("\"DE\"", "\"Germany\"").contains("is no code of two letters"));
        assert!(wrong("service = \"Thema\"\n", "").contains("nothing says which service is asked"));
        assert!(
            wrong("\"Telefon\"", "\"Telefo\"")
                .contains("there is no column `Telefo`, did you mean `Telefon`?")
        );
    }
}
