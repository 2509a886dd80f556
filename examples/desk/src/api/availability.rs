//! Slots with room, and how long the office is open.

use axum::extract::{Path, State};
use chrono_tz::Tz;
use ringback_engine::center::{parse_instant, zone_named};
use ringback_engine::protocol::SlotView;
use ringback_engine::{Duration, Instant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::envelope::{Asked, Bad, Envelope, Failure, Good};
use crate::clock;
use crate::slots;
use crate::web::App;

/// The longest time that is answered for, and the most slots.
const DAYS: i64 = 62;
const SLOTS: usize = 2_000;

/// Which slots.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// From when: `2026-03-10T09:00:00.000Z`, or local without `Z` if `timezone` is given; now if absent.
    start: Option<String>,
    /// The same in milliseconds of UTC since 1970; excludes `start`.
    #[serde(rename = "startMS")]
    start_ms: Option<i64>,
    /// Until when; the end of the day of `start` if no end is given.
    end: Option<String>,
    /// The same in milliseconds; only one of `end`, `endMS` and `numberOfDays` may be given.
    #[serde(rename = "endMS")]
    end_ms: Option<i64>,
    /// For how many days.
    #[param(minimum = 1, maximum = 62)]
    number_of_days: Option<i64>,
    /// The zone of local times, UTC if absent.
    #[param(example = "America/New_York")]
    timezone: Option<String>,
    /// At most so many slots.
    #[param(minimum = 1, maximum = 2000)]
    max_time_slots: Option<usize>,
    /// Whether full slots are listed, too.
    report_busy: Option<bool>,
}

/// Slots.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Slots {
    /// The slots, earliest first.
    slots: Vec<Slot>,
    /// How long each is, in minutes.
    duration_min: u32,
    /// The zone of `localTime`.
    timezone: String,
}

/// A slot.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Slot {
    /// Its start in UTC.
    #[schema(format = DateTime)]
    utc_time: String,
    /// Its start on the clock of the zone.
    local_time: String,
    /// How many callbacks it still takes.
    capacity: u32,
    /// How many it takes in all.
    total: u32,
}

/// When to ask about.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// From when; now if absent.
    start: Option<String>,
    /// The zone of local times, UTC if absent.
    timezone: Option<String>,
}

/// How long the office is open.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenFor {
    /// Seconds until it closes, 0 if it is closed.
    open_for: i64,
}

/// Lists the slots of a service that have room.
#[utoipa::path(
    get, path = "/callbacks/availability/{service-name}", tag = "availability", security(("key" = [])),
    params(("service-name" = String, Path, description = "the service"), Which),
    responses(
        (status = 200, description = "The slots", body = Envelope<Slots>),
        (status = 400, description = "Something is wrong with the request", body = Failure),
        (status = 401, description = "No API key, or an unknown one", body = Failure),
        (status = 429, description = "Too many requests", body = Failure),
        (status = 503, description = "The desk is busy", body = Failure),
    )
)]
pub(super) async fn availability(
    State(app): State<App>,
    Path(service): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Good<Slots>, Bad> {
    let zone = zone(which.timezone.as_deref())?;
    let local = which.timezone.as_ref().map(|_| zone);
    let from = match (&which.start, which.start_ms) {
        (Some(_), Some(_)) => return Err(Bad::parameters("write only one of `start` and `startMS`")),
        (Some(text), None) => time("start", text, local)?,
        (None, Some(millis)) => Instant::from_millis(millis),
        (None, None) => clock::now(),
    };
    let to = match (&which.end, which.end_ms, which.number_of_days) {
        (None, None, None) => slots::end_of_day(from, zone),
        (Some(text), None, None) => time("end", text, local)?,
        (None, Some(millis), None) => Instant::from_millis(millis),
        (None, None, Some(days @ 1..=DAYS)) => from.after(Duration::from_days(days)),
        (None, None, Some(_)) => return Err(Bad::parameters(format!("`numberOfDays`: write 1 to {DAYS}"))),
        _ => return Err(Bad::parameters("write only one of `end`, `endMS` and `numberOfDays`")),
    };
    if to.since(from) > Duration::from_days(DAYS) {
        return Err(Bad::parameters(format!("slots of at most {DAYS} days are listed at once")));
    }
    let most = which.max_time_slots.unwrap_or(SLOTS).min(SLOTS);
    let Some(index) = app.core.layout().service_index(&service) else { return Err(Bad::service(&service)) };
    let busy = which.report_busy.unwrap_or(false);
    let name = service.clone();
    let found = app
        .core
        .ask(move |inside| {
            let span = (from.max(inside.now.after(Duration::from_millis(1))), to);
            inside.engine.availability(&name, span, zone, busy).unwrap_or_default()
        })
        .await?;
    let minutes = app.core.layout().service(index).map_or(0, |service| service.slot.minutes);
    let slot = |slot: SlotView| Slot {
        utc_time: slot.start.to_string(),
        local_time: slots::local(slot.start, zone),
        capacity: slot.left,
        total: slot.total,
    };
    Ok(Good(Slots {
        slots: found.into_iter().take(most).map(slot).collect(),
        duration_min: minutes,
        timezone: zone.name().into(),
    }))
}

/// Says how long the office of a service is open.
#[utoipa::path(
    get, path = "/callbacks/open-for/{service-name}", tag = "availability", security(("key" = [])),
    params(("service-name" = String, Path, description = "the service"), When),
    responses(
        (status = 200, description = "How long", body = Envelope<OpenFor>),
        (status = 400, description = "Something is wrong with the request", body = Failure),
        (status = 401, description = "No API key, or an unknown one", body = Failure),
        (status = 429, description = "Too many requests", body = Failure),
        (status = 503, description = "The desk is busy", body = Failure),
    )
)]
pub(super) async fn open_for(
    State(app): State<App>,
    Path(service): Path<String>,
    Asked(when): Asked<When>,
) -> Result<Good<OpenFor>, Bad> {
    let zone = zone(when.timezone.as_deref())?;
    let local = when.timezone.as_ref().map(|_| zone);
    let at = when.start.as_deref().map_or_else(|| Ok(clock::now()), |text| time("start", text, local))?;
    let Some(index) = app.core.layout().service_index(&service) else { return Err(Bad::service(&service)) };
    let left = app.core.ask(move |inside| inside.open_for(index, at)).await?;
    Ok(Good(OpenFor { open_for: left.secs().min(i64::from(i32::MAX)) }))
}

fn zone(name: Option<&str>) -> Result<Tz, Bad> {
    let Some(name) = name else { return Ok(Tz::UTC) };
    zone_named(name).map_err(|error| Bad::parameters(format!("`timezone`: {error}")))
}

fn time(name: &str, text: &str, zone: Option<Tz>) -> Result<Instant, Bad> {
    let read = match zone {
        Some(zone) => parse_instant(&text.replacen('T', " ", 1), zone).or_else(|_| text.parse()),
        None => text.parse(),
    };
    read.map_err(|error| Bad::parameters(format!("`{name}`: {error}")))
}
