//! `ringback test-number`: tries a service's rules on numbers, without a request.

use std::fmt::Write;
use std::path::Path;
use std::time::SystemTime;

use ringback_engine::center::{
    Callable, Layout, ServiceIndex, country_name, instant_to_local, parse_instant,
};
use ringback_engine::numbers::resolve;
use ringback_engine::{Duration, Instant, Number, NumberKind};

use super::{Failure, Outcome, colours};
use crate::bundle::{Bundle, render_all};

/// How far ahead it is looked for an hour at which a number may be called.
const AHEAD: Duration = Duration::from_days(8);

/// So many zones of a number are named.
const NAMED: usize = 4;

/// Says of each number, as people write it in the service's country, whether `service` of the bundle in `dir` may call it,
/// or why not; what is known of it; and when it may be called, from `at` on, or from now.
///
/// # Errors
///
/// A number may not be called, there is no such service, or the bundle can't be read or has errors.
pub fn test_number(dir: &Path, service: &str, numbers: &[String], at: Option<&str>) -> Outcome {
    let bundle = Bundle::open(dir).map_err(Failure::unreadable)?;
    let (Some(layout), false) = (&bundle.layout, bundle.has_errors()) else {
        return Err(Failure::Found(render_all(&bundle.findings, colours())));
    };
    let Some(index) = layout.service_index(service) else {
        let all: Vec<&str> = layout.center().services.iter().map(|service| service.name.as_str()).collect();
        let hint = ringback_engine::center::did_you_mean(service, all.iter().copied());
        let hint = if hint.is_empty() { format!("; there is {}", all.join(", ")) } else { hint };
        return Err(Failure::unreadable(format!("there is no service `{service}`{hint}")));
    };
    let at = match at {
        Some(text) => parse_instant(text, layout.center().timezone)
            .map_err(|error| Failure::unreadable(format!("--at: {error}")))?,
        None => now(),
    };
    let (mut text, mut refused) = (String::new(), 0_usize);
    for number in numbers {
        refused += usize::from(!explain(layout, index, number, at, &mut text));
    }
    match refused {
        0 => Ok(text),
        _ => Err(Failure::Found(text)),
    }
}

fn now() -> Instant {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Writes what there is to say of a number. Answers whether it may be called.
fn explain(layout: &Layout, index: ServiceIndex, written: &str, at: Instant, text: &mut String) -> bool {
    let (Some(service), Some(settings)) = (layout.service(index), layout.service_layout(index)) else {
        return false;
    };
    let number = resolve(written, service.default_country);
    let opted_out = layout.has_opted_out(&number.phone);
    let passes = layout.test_number(index, &number).is_ok();
    let _ = writeln!(text, "{written}");
    let _ = writeln!(text, "  {}", settings.numbers.explain(&number, opted_out));
    if number.phone.as_str().is_empty() {
        return passes;
    }
    let facts = &number.facts;
    let country = facts.country.map_or_else(|| "no known country".into(), country_name);
    let _ = writeln!(text, "  number: {}, {}, {country}", number.phone, kind(facts.kind));
    let zones: Vec<&str> = facts.zones.iter().take(NAMED).map(|zone| zone.name()).collect();
    let more = facts.zones.len().saturating_sub(NAMED);
    let _ = match (zones.is_empty(), more) {
        (true, _) => writeln!(text, "  time zone: not known"),
        (false, 0) => writeln!(text, "  time zone: {}", zones.join(", or ")),
        (false, more) => writeln!(text, "  time zone: {}, or one of {more} others", zones.join(", ")),
    };
    let table = &layout.center().limits.opt_out;
    let _ = match (layout.table(table), opted_out) {
        (None, _) => writeln!(text, "  opt-out: the center has no table `{table}`"),
        (Some(_), true) => {
            writeln!(text, "  opt-out: it is in the table `{table}`, which wins over every rule")
        }
        (Some(_), false) => writeln!(text, "  opt-out: it is not in the table `{table}`"),
    };
    let _ = writeln!(text, "  calling window: {}", window(layout, index, &number, at));
    passes
}

/// When a number may be called, from `at` on.
fn window(layout: &Layout, index: ServiceIndex, number: &Number, at: Instant) -> String {
    let (Some(service), Some(settings)) = (layout.service(index), layout.service_layout(index)) else {
        return String::new();
    };
    let named = layout.queue(settings.queue).map(|queue| queue.zones.clone()).unwrap_or_default();
    let callable = Callable::new(&service.calling_window, &named, &number.facts);
    let Callable::Within(span, zones) = callable else {
        return match callable {
            Callable::ZoneUnknown => {
                "never: no time zone is known of it, and the window is to be kept in one".into()
            }
            _ => "off: it may be called at any hour".into(),
        };
    };
    let shown = |at: Instant| {
        let clocks = zones
            .iter()
            .take(NAMED)
            .map(|zone| format!("{} in {zone}", instant_to_local(*zone, at).format("%Y-%m-%d %H:%M")));
        clocks.collect::<Vec<String>>().join(", ")
    };
    let asked = shown(at);
    let rule = if zones.len() > 1 { format!("{span} in each of its zones") } else { span.to_string() };
    match (callable.open_until(at), callable.next_open(at, at.after(AHEAD))) {
        (Some(until), _) => format!("{rule}; it is {asked}: it may be called until {}", shown(until)),
        (None, Some(opens)) => format!("{rule}; it is {asked}: not now, but from {}", shown(opens)),
        (None, None) => format!("{rule}; it is {asked}: there is no hour at which all of its zones allow it"),
    }
}

/// A kind of number, in words.
fn kind(kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::Unknown => "of a kind that can't be told",
        NumberKind::FixedLine => "a fixed line",
        NumberKind::Mobile => "a mobile",
        NumberKind::FixedLineOrMobile => "a fixed line or a mobile",
        NumberKind::TollFree => "free for the caller",
        NumberKind::PremiumRate => "premium rate",
        NumberKind::SharedCost => "of shared cost",
        NumberKind::Voip => "over the internet",
        NumberKind::PersonalNumber => "a personal number",
        NumberKind::Pager => "a pager",
        NumberKind::Uan => "a company's one number",
        NumberKind::Voicemail => "a mailbox",
    }
}
