//! `[[service]]`.

use std::ops::Range;

use super::fields::Fields;
use super::notes::Notes;
use super::value::{Read, Value};
use super::window::calling_window;
use crate::center::{CalledFirst, Duplicates, OnFault, Service};
use crate::value::Country;

/// Reads every `[[service]]`, with one warning for all that may call at any hour.
pub(super) fn section(fields: &mut Fields<'_, '_, '_, '_>) -> Vec<Service> {
    let mut any_hour = Vec::new();
    let services = fields.section("service", "name", |fields| read(fields, &mut any_hour));
    if let Some((_, span)) = any_hour.first() {
        let names: Vec<String> = any_hour.iter().map(|(name, _)| format!("`{name}`")).collect();
        let services = if names.len() == 1 { "service" } else { "services" };
        let message = format!(
            "{services} {}: no legal calling window; customers are called at whatever hour it is for them",
            names.join(", ")
        );
        fields.notes.warning(span.clone(), message);
    }
    services
}

fn read(fields: &mut Fields<'_, '_, '_, '_>, any_hour: &mut Vec<(String, Range<usize>)>) -> Service {
    let name = fields.required::<String>("name").unwrap_or_default();
    let queue = fields.required::<String>("queue").unwrap_or_default();
    let mut service = Service::new(&name, queue);
    fields.set("default_country", &mut service.default_country);
    service.countries = fields.optional("countries");
    fields.set("blocked", &mut service.blocked);
    fields.set("premium", &mut service.premium);
    fields.set("impossible", &mut service.impossible);
    kinds(fields, &mut service);
    service.calendar = fields.optional("calendar");
    fields.set("reject_closed", &mut service.reject_closed);
    fields.table("slot", |fields| {
        fields.set("minutes", &mut service.slot.minutes);
        fields.set("capacity", &mut service.slot.capacity);
        fields.set("weekly", &mut service.slot.weekly);
        fields.set("dated", &mut service.slot.dated);
    });
    fields.set("submit_before", &mut service.submit_before);
    fields.set("horizon", &mut service.horizon);
    fields.set("min_lead", &mut service.min_lead);
    fields.set("duplicates", &mut service.duplicates);
    fields.set("max_queued", &mut service.max_queued);
    fields.set("windows", &mut service.windows);
    fields.set("per_number_daily", &mut service.per_number_daily);
    fields.set("max_scheduled_per_number", &mut service.max_scheduled_per_number);
    fields.set("require_agents", &mut service.require_agents);
    on_fault(fields, &mut service.on_fault);
    fields.set("immediate_blackout", &mut service.immediate_blackout);
    let called_first = [("cancel", CalledFirst::Cancel), ("keep_place", CalledFirst::KeepPlace)];
    service.inbound = fields.word("inbound", &called_first, &[]).unwrap_or(service.inbound);
    if let Some(span) = calling_window(fields, &mut service.calling_window) {
        any_hour.push((name, span));
    }
    service
}

fn kinds(fields: &mut Fields<'_, '_, '_, '_>, service: &mut Service) {
    let Some(value) = fields.get("kinds") else { return };
    let Some(items) = value.items(Vec::<String>::WANTED, fields.notes) else { return };
    let words = [("immediate", "immediate"), ("scheduled", "scheduled")];
    let read: Vec<_> = items.iter().map(|item| item.word(fields.notes, &words, &[])).collect();
    if read.iter().all(Option::is_some) {
        service.immediate = read.contains(&Some("immediate"));
        service.scheduled = read.contains(&Some("scheduled"));
    }
}

fn on_fault(fields: &mut Fields<'_, '_, '_, '_>, setting: &mut OnFault) {
    let Some(value) = fields.get("on_fault") else { return };
    let words = [("refuse", OnFault::Refuse), ("standard", OnFault::Standard)];
    let Some(read) = value.word(fields.notes, &words, &[]) else { return };
    *setting = read;
    if read == OnFault::Standard {
        fields.warning(
            value.span(),
            "where `accept` or `throttle` fails, requests pass without what these would have checked",
        );
    }
}

impl Read for Country {
    const WANTED: &'static str = "the two capital letters of a country, as `\"US\"`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let Some(code) = value.as_text() else {
            value.wrong_type(notes, Self::WANTED);
            return None;
        };
        let country = Self::new(code);
        if country.is_none() {
            value.error(notes, format!(": `{code}` is no country; write {}", Self::WANTED));
        }
        country
    }
}

impl Read for Duplicates {
    const WANTED: &'static str = "`\"strict\"`, `\"true\"` or `\"false\"`, in quotes";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.word(notes, &[("strict", Self::Strict), ("true", Self::Two), ("false", Self::Any)], &[])
    }
}
