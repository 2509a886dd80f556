//! `traffic.csv`: who asked for a callback, when, and what happened when they were called.

use std::collections::BTreeMap;
use std::io::Read;

use chrono_tz::Tz;
use ringback_engine::center::{Attribute, Center, nearest};
use ringback_engine::numbers::resolve;
use ringback_engine::record::Request;
use ringback_engine::{Country, Instant, Name};
use smol_str::SmolStr;

use super::fate::{self, Fate};
use super::table::{Cause, Row, Table};
use super::{StreamError, TRAFFIC, field};

const REQUIRED: [&str; 4] = ["at", "id", "service", "phone"];
/// Those that say what a customer asks; what happens then is in those of a [`Fate`].
const OPTIONAL: [&str; 6] = ["other_phones", "desired", "key", "channel", "language", "entropy"];

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
    other_phones: Option<usize>,
    desired: Option<usize>,
    key: Option<usize>,
    channel: Option<usize>,
    language: Option<usize>,
    entropy: Option<usize>,
    fate: fate::Columns,
    attributes: Vec<(usize, SmolStr)>,
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
            other_phones: column("other_phones"),
            desired: column("desired"),
            key: column("key"),
            channel: column("channel"),
            language: column("language"),
            entropy: column("entropy"),
            fate: fate::Columns::new(&table),
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
        attributes
            .filter_map(|(_, name)| {
                Some((name.clone(), nearest(name, OPTIONAL.into_iter().chain(fate::COLUMNS))?))
            })
            .collect()
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
        let others = row.text(self.other_phones)?.split('|').filter(|raw| !raw.is_empty());
        request.other_numbers = others.map(|raw| resolve(raw, country)).collect();
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
        request.entropy = row.read(self.entropy, |text| match text {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| format!("`{text}` is no whole number from 0 to {}", u64::MAX)),
        })?;
        let fate = self.fate.read(row, zone, at)?;
        Ok(TrafficLine { line: row.line(), at, request, fate })
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

fn is_known(name: &str) -> bool {
    REQUIRED.contains(&name) || OPTIONAL.contains(&name) || fate::COLUMNS.contains(&name)
}
