//! Numbers: whether one may be called, read from the settings and the request in another way than the engine's.

use ringback_engine::center::Service;
use ringback_engine::protocol::Code;
use ringback_engine::record::Request;
use ringback_engine::{NumberKind, Validity};

use super::Checker;

impl Checker {
    /// Whether a number's owner opted out.
    pub(super) fn has_opted_out(&self, request: &Request) -> bool {
        let center = &self.facts.center;
        let tables = center.tables.iter().filter(|table| table.name == center.limits.opt_out);
        tables.into_iter().any(|table| table.entries.contains_key(request.phone.as_str()))
    }

    /// Which codes would refuse a number.
    pub(super) fn objections(&self, service: &Service, request: &Request) -> Vec<Code> {
        let facts = &request.facts;
        let listed = |countries: &Vec<_>| facts.country.is_some_and(|country| countries.contains(&country));
        let gone = request.phone.as_str().is_empty();
        let blocked = service.blocked.iter().any(|pattern| matches(pattern, request.phone.as_str()));
        let objections = [
            (facts.validity == Validity::Impossible && !service.impossible, Code::ImpossibleNumber),
            (facts.validity == Validity::Invalid && !service.impossible, Code::InvalidNumber),
            (facts.validity == Validity::Unreadable || gone, Code::InvalidNumber),
            (facts.kind == NumberKind::PremiumRate && !service.premium, Code::PremiumNumber),
            (!service.countries.as_ref().is_none_or(listed), Code::CountryNotAllowed),
            (blocked || self.has_opted_out(request), Code::NumberBlocked),
        ];
        objections.into_iter().filter(|(objects, _)| *objects).map(|(_, code)| code).collect()
    }

    /// Judges that a callback's number may be called now.
    pub(super) fn judge_number(&mut self, sequence: u64) {
        let request = &self.callbacks[&sequence].request;
        let Some(service) = self.facts.service(&request.service) else { return };
        let (objections, out) = (self.objections(service, request), self.has_opted_out(request));
        self.judge.must(11, objections.is_empty(), || format!("{} is dialled: {objections:?}", request.id));
        self.judge.must(12, !out, || format!("{} is dialled, and opted out", request.id));
    }
}

/// Prefixes, and the one form of regular expression that simulated centers have: digits at the end.
fn matches(pattern: &str, phone: &str) -> bool {
    match pattern.strip_prefix("regex:").and_then(|regex| regex.strip_suffix('$')) {
        Some(end) => phone.ends_with(end),
        None => phone.starts_with(pattern),
    }
}
