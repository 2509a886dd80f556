//! Which numbers may be called: countries, blocked patterns, kinds, and those who opted out.

use std::fmt;

use regex_lite::{Regex, RegexBuilder};
use smol_str::SmolStr;

use super::Service;
use crate::value::{Country, Number, NumberKind, Validity};

/// The most numbers of its customer that a callback can have.
pub const MOST_NUMBERS: usize = 3;

/// What a pattern may weigh once compiled, in bytes.
const PATTERN_SIZE: usize = 1 << 16;

/// The longest pattern, in bytes.
const PATTERN_LENGTH: usize = 256;

/// Two letters and the English name, one country a line; `numbers/generate.py` writes it.
const COUNTRIES: &str = include_str!("countries.txt");

/// The rules of one service.
#[derive(Clone, Debug)]
pub struct NumberRules {
    countries: Option<Vec<Country>>,
    blocked: Vec<(SmolStr, Pattern)>,
    premium: bool,
    impossible: bool,
}

/// What blocks a number: a prefix of its E.164 form, or a regular expression on it.
#[derive(Clone, Debug)]
enum Pattern {
    Prefix(SmolStr),
    Regex(Regex),
}

/// Why a number may not be called. `Display` gives the sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// There is no number, or what there is can't be read as one.
    Unreadable,
    /// No number of its country is that long or that short.
    Impossible,
    /// It lies in no range that is in use.
    Invalid,
    /// Calling it costs more than the call.
    Premium,
    /// Its owner does not want to be called.
    OptedOut,
    /// Its country is not on the list; `None`: its country is not known.
    Country(Option<Country>),
    /// This pattern matches it.
    Blocked(SmolStr),
}

impl NumberRules {
    /// The rules that a service's settings say.
    ///
    /// # Errors
    ///
    /// For each pattern that can't be used, its position and why.
    pub fn new(service: &Service) -> Result<Self, Vec<(usize, String)>> {
        let (mut blocked, mut wrong) = (Vec::new(), Vec::new());
        for (position, text) in service.blocked.iter().enumerate() {
            match Pattern::new(text) {
                Ok(pattern) => blocked.push((text.clone(), pattern)),
                Err(why) => wrong.push((position, why)),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            countries: service.countries.clone(),
            blocked,
            premium: service.premium,
            impossible: service.impossible,
        })
    }

    /// Whether a number may be called, and if not, why: the first objection in the order of the checks of
    /// admission. `opted_out`: whether its owner does not want to be called.
    ///
    /// # Errors
    ///
    /// It may not.
    pub fn test(&self, number: &Number, opted_out: bool) -> Result<(), Objection> {
        let facts = &number.facts;
        if number.phone.as_str().is_empty() || facts.validity == Validity::Unreadable {
            return Err(Objection::Unreadable);
        }
        match facts.validity {
            Validity::Impossible if !self.impossible => return Err(Objection::Impossible),
            Validity::Invalid if !self.impossible => return Err(Objection::Invalid),
            _ => {}
        }
        if facts.kind == NumberKind::PremiumRate && !self.premium {
            return Err(Objection::Premium);
        }
        if opted_out {
            return Err(Objection::OptedOut);
        }
        if let Some(countries) = &self.countries
            && !facts.country.is_some_and(|country| countries.contains(&country))
        {
            return Err(Objection::Country(facts.country));
        }
        let phone = number.phone.as_str();
        let blocked = self.blocked.iter().find(|(_, pattern)| pattern.matches(phone));
        blocked.map_or(Ok(()), |(text, _)| Err(Objection::Blocked(text.clone())))
    }

    /// What a supervisor is told who tries a number against the rules.
    #[must_use]
    pub fn explain(&self, number: &Number, opted_out: bool) -> String {
        if let Err(objection) = self.test(number, opted_out) {
            return format!("refused: {objection}");
        }
        let country = named(number.facts.country);
        let countries = match &self.countries {
            Some(_) => format!("{country} is on the list"),
            None => format!("{country}; every country is called"),
        };
        let patterns = match self.blocked.len() {
            0 => "no pattern blocks any number".into(),
            1 => "the blocked pattern does not match".into(),
            count => format!("none of {count} blocked patterns matches"),
        };
        format!("passes: {countries}, and {patterns}")
    }
}

impl Pattern {
    fn new(text: &str) -> Result<Self, String> {
        if text.len() > PATTERN_LENGTH {
            return Err(format!("a pattern of {} bytes; write at most {PATTERN_LENGTH}", text.len()));
        }
        if let Some(regex) = text.strip_prefix("regex:") {
            let built = RegexBuilder::new(regex).size_limit(PATTERN_SIZE).build();
            return built.map(Self::Regex).map_err(|error| format!("`{text}` can't be used: {error}"));
        }
        let digits = text.strip_prefix('+').unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format!(
                "`{text}` is no prefix of a number; write it as `+9725`, or `regex:` and a regular expression"
            ));
        }
        Ok(Self::Prefix(SmolStr::new(text)))
    }

    fn matches(&self, phone: &str) -> bool {
        match self {
            Self::Prefix(prefix) => phone.starts_with(prefix.as_str()),
            Self::Regex(regex) => regex.is_match(phone),
        }
    }
}

/// A country by name and letters: `Pakistan (PK)`.
#[must_use]
pub fn country_name(country: Country) -> String {
    let line = COUNTRIES.lines().find(|line| line.starts_with(country.as_str()));
    let name = line.and_then(|line| line.get(3..));
    name.map_or_else(|| country.to_string(), |name| format!("{name} ({country})"))
}

fn named(country: Option<Country>) -> String {
    country.map_or_else(
        || "its country is not known".into(),
        |country| format!("country {}", country_name(country)),
    )
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => {
                f.write_str("there is no number that can be called; give one as `+12125550123`")
            }
            Self::Impossible => f.write_str("no number of its country has that many digits"),
            Self::Invalid => f.write_str("nobody can have this number: it lies in no range that is in use"),
            Self::Premium => f.write_str("it is a premium-rate number, which costs more than the call"),
            Self::OptedOut => f.write_str("its owner does not want to be called"),
            Self::Country(None) => f.write_str("its country is not known, so it is on no list"),
            Self::Country(Some(country)) => {
                write!(f, "country {} is not on the list", country_name(*country))
            }
            Self::Blocked(pattern) => write!(f, "the blocked pattern `{pattern}` matches it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{NumberFacts, Phone};

    fn number(phone: &str, country: &str) -> Number {
        let facts = NumberFacts {
            validity: Validity::Valid,
            country: Country::new(country),
            ..NumberFacts::default()
        };
        Number { phone: Phone::new(phone).unwrap(), facts }
    }

    fn rules(change: impl FnOnce(&mut Service)) -> NumberRules {
        let mut service = Service::new("s", "q");
        change(&mut service);
        NumberRules::new(&service).unwrap()
    }

    #[test]
    fn a_supervisor_is_told_why_a_number_passes_or_not() {
        let open = rules(|_| {});
        let india = number("+919876543210", "IN");
        assert_eq!(
            open.explain(&india, false),
            "passes: country India (IN); every country is called, and no pattern blocks any number"
        );
        let listed = rules(|service| {
            service.countries = Some(vec![Country::new("IN").unwrap()]);
            service.blocked = vec!["+91987654".into(), "regex:^\\+9190".into()];
        });
        assert_eq!(
            listed.explain(&number("+911234567890", "IN"), false),
            "passes: country India (IN) is on the list, and none of 2 blocked patterns matches"
        );
        for (number, why) in [
            (number("+923001234567", "PK"), "refused: country Pakistan (PK) is not on the list"),
            (number("+88213300655", "x"), "refused: its country is not known, so it is on no list"),
            (india.clone(), "refused: the blocked pattern `+91987654` matches it"),
            (number("+919012345678", "IN"), "refused: the blocked pattern `regex:^\\+9190` matches it"),
            (
                Number::unreadable(),
                "refused: there is no number that can be called; give one as `+12125550123`",
            ),
        ] {
            assert_eq!(listed.explain(&number, false), why);
        }
        assert_eq!(open.explain(&india, true), "refused: its owner does not want to be called");
        let none = rules(|service| service.countries = Some(Vec::new()));
        assert_eq!(none.test(&india, false), Err(Objection::Country(Country::new("IN"))), "it admits none");
    }

    #[test]
    fn kinds_and_validity_are_asked_first_and_can_be_let_pass() {
        let mut premium = number("+19005551234", "US");
        premium.facts.kind = NumberKind::PremiumRate;
        let mut impossible = number("+1212555012", "US");
        impossible.facts.validity = Validity::Impossible;
        let mut invalid = number("+12111111111", "US");
        invalid.facts.validity = Validity::Invalid;
        let strict = rules(|_| {});
        assert_eq!(strict.test(&premium, true), Err(Objection::Premium));
        assert_eq!(strict.test(&impossible, true), Err(Objection::Impossible));
        assert_eq!(strict.test(&invalid, true), Err(Objection::Invalid));
        let lax = rules(|service| (service.premium, service.impossible) = (true, true));
        for number in [premium, impossible, invalid] {
            assert_eq!(lax.test(&number, false), Ok(()));
        }
        assert_eq!(lax.test(&Number::unreadable(), false), Err(Objection::Unreadable), "nothing to dial");
    }

    #[test]
    fn patterns_that_can_not_be_used_say_why() {
        let mut service = Service::new("s", "q");
        service.blocked =
            vec!["0590".into(), "+".into(), "regex:(".into(), "regex:(a{99}){99}".into(), "+1".into()];
        let wrong = NumberRules::new(&service).unwrap_err();
        assert_eq!(wrong.iter().map(|(position, _)| *position).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(wrong[0].1.starts_with("`0590` is no prefix of a number"), "{}", wrong[0].1);
        assert!(wrong[2].1.starts_with("`regex:(` can't be used"), "{}", wrong[2].1);
    }
}
