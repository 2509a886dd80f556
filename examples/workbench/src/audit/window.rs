//! The legal calling window: what the clocks where a number may lie show when it is called.

use chrono::Timelike;
use chrono_tz::Tz;
use ringback_engine::center::instant_to_local;
use smol_str::SmolStr;

use super::Audit;
use super::findings::Check;

const NO_ZONE: &str = "no zone is known of the number";

impl Audit {
    /// A call is placed from this queue: every clock has to show a time at which that is allowed.
    pub(super) fn in_window(&mut self, serial: u64, id: &SmolStr, queue: usize) {
        let Some(shut) = self.shut_zone(serial, queue) else {
            return self.findings.skip(Check::Window, NO_ZONE);
        };
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let window = &self.rules.services[callback.service].settings.calling_window;
        let Some(span) = window.of(callback.facts.country) else { return };
        let now = self.now;
        self.findings.hold(Check::Window, Some(id), shut.is_none(), || {
            let zone = shut.map_or("", |zone| zone.name());
            format!("{} is called at {now}, which in {zone} is outside {span}", callback.phone)
        });
    }

    /// A zone of a callback's number where the clock shows a time at which nobody is called; `None` within where there is
    /// none, `None` where no zone is known.
    pub(super) fn shut_zone(&self, serial: u64, queue: usize) -> Option<Option<Tz>> {
        let callback = self.callbacks.get(&serial)?;
        let facts = &callback.facts;
        let window = &self.rules.services[callback.service].settings.calling_window;
        let Some(span) = window.of(facts.country) else { return Some(None) };
        let named = &self.rules.queues[queue].settings.zones;
        let own = facts.country.and_then(|country| named.countries.get(&country));
        let zones: &[Tz] = match own.unwrap_or(&named.elsewhere).as_slice() {
            named if facts.zones.len() != 1 && !named.is_empty() => named,
            _ => &facts.zones,
        };
        if zones.is_empty() {
            return None;
        }
        let (from, to) = span.minutes();
        let shut = |zone: &&Tz| {
            let shown = instant_to_local(**zone, self.now);
            !(u32::from(from)..u32::from(to)).contains(&(shown.hour() * 60 + shown.minute()))
        };
        Some(zones.iter().find(shut).copied())
    }
}
