//! `traffic.csv`: who asked for a callback, when, and what happened when they were called.

use std::collections::BTreeMap;
use std::io::Read;

use chrono_tz::Tz;
use ringback_engine::center::{Attribute, Center, did_you_mean, nearest};
use ringback_engine::numbers::resolve;
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{Country, Duration, Instant, Name};
use smol_str::SmolStr;

use super::table::{Cause, Row, Table};
use super::{StreamError, TRAFFIC, field};

const REQUIRED: [&str; 4] = ["at", "id", "service", "phone"];
const OPTIONAL: [&str; 10] = [
    "desired",
    "outcomes",
    "ring",
    "handle",
    "cancel_at",
    "reschedule_at",
    "reschedule_to",
    "key",
    "channel",
    "language",
];

/// A line of `traffic.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// When the customer asks.
    pub at: Instant,
    /// What the customer asks.
    pub request: Request,
    /// What happens then.
    pub fate: Fate,
}

/// What happens to a customer's callback in the world outside the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// How attempts end, in their order; those beyond are answered.
    pub outcomes: Vec<Outcome>,
    /// How long it rings until then, in their order; not at all beyond.
    pub ring: Vec<Duration>,
    /// How long agent and customer talk.
    pub handle: Duration,
    /// When the customer cancels.
    pub cancel_at: Option<Instant>,
    /// When the customer asks for another time, and for which.
    pub reschedule: Option<(Instant, Instant)>,
}

/// The lines of `traffic.csv`, in order.
pub struct Traffic<R> {
    table: Table<R>,
    columns: Columns,
    zone: Tz,
    countries: BTreeMap<Name, Country>,
    last: Option<(Instant, u64)>,
}

/// Where the columns are.
struct Columns {
    at: Option<usize>,
    id: Option<usize>,
    service: Option<usize>,
    phone: Option<usize>,
    desired: Option<usize>,
    outcomes: Option<usize>,
    ring: Option<usize>,
    handle: Option<usize>,
    cancel_at: Option<usize>,
    reschedule_at: Option<usize>,
    reschedule_to: Option<usize>,
    key: Option<usize>,
    channel: Option<usize>,
    language: Option<usize>,
    attributes: Vec<(usize, SmolStr)>,
}

impl Fate {
    /// How long the customer's phone rings at an attempt, and how the attempt ends, if the host lets it ring for
    /// `ring_for`. Attempts count from 1.
    #[must_use]
    pub fn of_attempt(&self, number: u32, ring_for: Duration) -> (Duration, Outcome) {
        let place = (number as usize).saturating_sub(1);
        let ring = self.ring.get(place).copied().unwrap_or_default();
        if ring > ring_for {
            return (ring_for, Outcome::NoAnswer);
        }
        (ring, self.outcomes.get(place).copied().unwrap_or(Outcome::Answered))
    }
}

impl<R: Read> Traffic<R> {
    /// Reads the header; local times are those of `zone`.
    ///
    /// # Errors
    ///
    /// The file can't be read, or its header does not fit.
    pub fn open(input: R, zone: Tz) -> Result<Self, StreamError> {
        let table = Table::open(TRAFFIC, input, &REQUIRED)?;
        let column = |name| table.column(name);
        let attributes = table.columns().iter().enumerate();
        let columns = Columns {
            at: column("at"),
            id: column("id"),
            service: column("service"),
            phone: column("phone"),
            desired: column("desired"),
            outcomes: column("outcomes"),
            ring: column("ring"),
            handle: column("handle"),
            cancel_at: column("cancel_at"),
            reschedule_at: column("reschedule_at"),
            reschedule_to: column("reschedule_to"),
            key: column("key"),
            channel: column("channel"),
            language: column("language"),
            attributes: attributes
                .filter(|(_, name)| !is_known(name))
                .map(|(place, name)| (place, name.clone()))
                .collect(),
        };
        Ok(Self { table, columns, zone, countries: BTreeMap::new(), last: None })
    }

    /// The same lines; numbers that are written without a country are of that of their service in this center. For
    /// other services, and without a center, of the United States.
    #[must_use]
    pub fn of_center(self, center: &Center) -> Self {
        let countries = center.services.iter().map(|service| (service.name.clone(), service.default_country));
        Self { countries: countries.collect(), ..self }
    }

    /// Attributes whose names are nearly those of columns with a meaning, each with that name.
    #[must_use]
    pub fn doubtful_columns(&self) -> Vec<(SmolStr, &'static str)> {
        let attributes = self.columns.attributes.iter();
        attributes.filter_map(|(_, name)| Some((name.clone(), nearest(name, OPTIONAL)?))).collect()
    }
}

/// Ends after the last line, and after an error that is not [`StreamError::Bad`].
impl<R: Read> Iterator for Traffic<R> {
    type Item = Result<TrafficLine, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.table.next() {
            Ok(row) => row?,
            Err(error) => return Some(Err(error)),
        };
        let line =
            self.columns.line(&row, self.zone, &self.countries, self.last).map_err(|cause| row.bad(cause));
        if let Ok(line) = &line {
            self.last = Some((line.at, line.line));
        }
        Some(line)
    }
}

impl Columns {
    fn line(
        &self,
        row: &Row<'_>,
        zone: Tz,
        countries: &BTreeMap<Name, Country>,
        last: Option<(Instant, u64)>,
    ) -> Result<TrafficLine, Cause> {
        let at = at(row, self.at, zone, last)?;
        let service = row.required(self.service)?;
        let country = countries.get(service).copied().unwrap_or(Country::US);
        let number = resolve(row.required(self.phone)?, country);
        let mut request = Request::new(row.required(self.id)?, service, number);
        let instant = |text: &str| match text {
            "" => Ok(None),
            text => field::instant(text, zone).map(Some),
        };
        request.desired = row.read(self.desired, instant)?;
        let key = row.text(self.key)?;
        request.key = (!key.is_empty()).then(|| SmolStr::new(key));
        request.channel = SmolStr::new(row.text(self.channel)?);
        request.language = SmolStr::new(row.text(self.language)?);
        for (place, name) in &self.attributes {
            let text = row.text(Some(*place))?;
            if !text.is_empty() {
                request.attributes.insert(name.clone(), Attribute::read(text));
            }
        }
        let reschedule =
            match (row.read(self.reschedule_at, instant)?, row.read(self.reschedule_to, instant)?) {
                (Some(asked), _) if asked < at => {
                    return Err(row.cause(
                        self.reschedule_at,
                        format_args!("{asked} is before the request at {at}; nothing is there to move"),
                    ));
                }
                (Some(asked), Some(to)) => Some((asked, to)),
                (None, None) => None,
                (Some(_), None) => {
                    return Err(
                        row.cause(self.reschedule_to, format_args!("is empty; write the time to move to"))
                    );
                }
                (None, Some(_)) => {
                    let message = format_args!("is empty; write when the customer asks for another time");
                    return Err(row.cause(self.reschedule_at, message));
                }
            };
        let fate = Fate {
            outcomes: row.read(self.outcomes, |text| field::list(text, outcome))?,
            ring: row.read(self.ring, |text| field::list(text, field::seconds))?,
            handle: row.read(self.handle, field::seconds)?,
            cancel_at: row.read(self.cancel_at, instant)?,
            reschedule,
        };
        match fate.cancel_at {
            Some(cancel) if cancel < at => Err(row.cause(
                self.cancel_at,
                format_args!("{cancel} is before the request at {at}; nothing is there to cancel"),
            )),
            _ => Ok(TrafficLine { line: row.line(), at, request, fate }),
        }
    }
}

/// The instant of a line, which must not be before that of the `last`.
pub(super) fn at(
    row: &Row<'_>,
    column: Option<usize>,
    zone: Tz,
    last: Option<(Instant, u64)>,
) -> Result<Instant, Cause> {
    row.required(column)?;
    let at = row.read(column, |text| field::instant(text, zone))?;
    match last {
        Some((before, line)) if at < before => Err(row.cause(
            column,
            format_args!("goes back, {at} is before {before} of line {line}; lines are in order of `at`"),
        )),
        _ => Ok(at),
    }
}

pub(super) fn outcome(text: &str) -> Result<Outcome, String> {
    Outcome::ALL.into_iter().find(|outcome| outcome.word() == text).ok_or_else(|| {
        let hint = did_you_mean(text, Outcome::ALL.map(Outcome::word));
        let hint = if hint.is_empty() { format!("; write one of {}", words()) } else { hint };
        format!("unknown outcome `{text}`{hint}")
    })
}

fn words() -> String {
    Outcome::ALL.map(|outcome| format!("`{outcome}`")).join(", ")
}

fn is_known(name: &str) -> bool {
    REQUIRED.contains(&name) || OPTIONAL.contains(&name)
}
