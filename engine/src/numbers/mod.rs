//! Numbers as people write them, resolved to E.164 and facts: parsing, validity, kind, country and time zones.
//!
//! This is the edge: a host calls [`resolve`] and puts what it answers into the command. The rules come from
//! libphonenumber's metadata and change with its version, [`METADATA`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono_tz::Tz;
use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};

use crate::value::{Country, Number, NumberFacts, NumberKind, Phone, Validity};

/// The metadata's versions: that of parsing and validity, and that of the time zones.
pub const METADATA: &str = "rlibphonenumber 2.2.15, zones of libphonenumber 9.0.43";

/// The longest text that is read as a number, in bytes; the longest number has 15 digits.
const LONGEST: usize = 250;

/// Sets of zones, each with the prefixes of its numbers; `generate.py` writes it.
const ZONES: &str = include_str!("zones.txt");

/// The longest prefix in it.
const LONGEST_PREFIX: usize = 9;

static ZONES_BY_PREFIX: LazyLock<BTreeMap<&'static str, Vec<Tz>>> = LazyLock::new(|| {
    let mut zones_by_prefix = BTreeMap::new();
    for line in ZONES.lines().filter(|line| !line.starts_with('#')) {
        let Some((zones, prefixes)) = line.split_once(": ") else { continue };
        let zones: Vec<Tz> = zones.split(' ').filter_map(|zone| zone.parse().ok()).collect();
        for prefix in prefixes.split(' ') {
            zones_by_prefix.insert(prefix, zones.clone());
        }
    }
    zones_by_prefix
});

/// Reads a number as people write it: international with `+`, or national in `country`.
///
/// A text that can't be read as a number gives [`Number::unreadable`]: admission refuses it, with the code and the
/// sentence that belong to that.
#[must_use]
pub fn resolve(text: &str, country: Country) -> Number {
    let parsed = (text.len() <= LONGEST).then(|| parse(text, country)).flatten();
    parsed.map_or_else(Number::unreadable, |(phone, number)| Number { facts: facts(&phone, &number), phone })
}

fn parse(text: &str, country: Country) -> Option<(Phone, PhoneNumber)> {
    // Where a country has no numbers of its own, international ones can still be read.
    let number = PhoneNumber::parse(text, Region::from_code(country.as_str()).ok()).ok()?;
    let phone = Phone::new(number.format_as(PhoneNumberFormat::E164)).ok()?;
    Some((phone, number))
}

fn facts(phone: &Phone, number: &PhoneNumber) -> NumberFacts {
    let kind = kind(number.get_type());
    let validity = if number.is_possible_with_reason().is_err() {
        Validity::Impossible
    } else if !number.is_valid() {
        Validity::Invalid
    } else {
        Validity::Valid
    };
    let country = number.get_region_code().and_then(|region| Country::new(&region.as_region_str()));
    // Numbers that do not tell where they are may be anywhere where their country's code is used.
    let longest =
        if number.is_geographical() { LONGEST_PREFIX } else { number.country_code.to_string().len() };
    let zones = if kind == NumberKind::Unknown { Vec::new() } else { zones(phone, longest) };
    NumberFacts { validity, kind, country, zones }
}

/// The zones of the longest prefix that is known, of at most so many digits.
fn zones(phone: &Phone, longest: usize) -> Vec<Tz> {
    let digits = phone.as_str().trim_start_matches('+');
    let prefixes = (1..=longest.min(digits.len())).rev().filter_map(|length| digits.get(..length));
    prefixes.filter_map(|prefix| ZONES_BY_PREFIX.get(prefix)).next().cloned().unwrap_or_default()
}

fn kind(kind: PhoneNumberType) -> NumberKind {
    match kind {
        PhoneNumberType::FixedLine => NumberKind::FixedLine,
        PhoneNumberType::Mobile => NumberKind::Mobile,
        PhoneNumberType::FixedLineOrMobile => NumberKind::FixedLineOrMobile,
        PhoneNumberType::TollFree => NumberKind::TollFree,
        PhoneNumberType::PremiumRate => NumberKind::PremiumRate,
        PhoneNumberType::SharedCost => NumberKind::SharedCost,
        PhoneNumberType::VoIP => NumberKind::Voip,
        PhoneNumberType::PersonalNumber => NumberKind::PersonalNumber,
        PhoneNumberType::Pager => NumberKind::Pager,
        PhoneNumberType::UAN => NumberKind::Uan,
        PhoneNumberType::VoiceMail => NumberKind::Voicemail,
        PhoneNumberType::Unknown => NumberKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        Country::new(code).expect("two letters")
    }

    #[test]
    fn people_write_numbers_in_many_ways() {
        for (text, of, phone) in [
            ("(212) 555-0123", "US", "+12125550123"),
            ("+1 212.555.0123", "DE", "+12125550123"),
            ("030 901820", "DE", "+4930901820"),
            ("0049 30 901820", "DE", "+4930901820"),
            ("050-234-5678", "IL", "+972502345678"),
            ("tel:+972-50-2345678", "US", "+972502345678"),
            ("8 (800) 123-45-67", "RU", "+78001234567"),
        ] {
            let number = resolve(text, country(of));
            assert_eq!(number.phone.as_str(), phone, "{text}");
            assert_eq!(number.facts.validity, Validity::Valid, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_unreadable_and_does_not_stop_us() {
        for text in ["", " ", "abc", "+", "+0", "-1", "12", "+9999999999999999999999", "\u{0}", "٣"] {
            let number = resolve(text, Country::US);
            assert!(
                matches!(number.facts.validity, Validity::Unreadable | Validity::Impossible),
                "{text}: {number:?}"
            );
        }
        assert_eq!(resolve(&"1".repeat(100_000), Country::US), Number::unreadable());
    }

    #[test]
    fn facts_say_kind_country_and_zones() {
        let number = resolve("+12125550123", country("US"));
        assert_eq!(number.facts.kind, NumberKind::FixedLineOrMobile);
        assert_eq!(number.facts.country, Some(country("US")));
        assert_eq!(number.facts.zones, [Tz::America__New_York]);
        let anywhere = resolve("+1 800 555 1234", country("US"));
        assert_eq!(anywhere.facts.kind, NumberKind::TollFree);
        assert!(anywhere.facts.zones.len() > 20, "it may ring anywhere in North America");
        assert_eq!(resolve("+1 900 555 1234", country("US")).facts.kind, NumberKind::PremiumRate);
        assert_eq!(resolve("+12", country("US")), Number::unreadable());
        assert_eq!(resolve("+1 212 555 012", country("US")).facts.validity, Validity::Impossible);
        assert_eq!(resolve("+1 211 111 1111", country("US")).facts.validity, Validity::Invalid);
        assert_eq!(resolve("112", country("DE")).facts.validity, Validity::Invalid, "an emergency number");
    }

    /// Every zone of the table is one that we know, and every prefix is found.
    #[test]
    fn the_table_of_zones_is_whole() {
        assert!(ZONES_BY_PREFIX.len() > 3_000);
        for line in ZONES.lines().filter(|line| !line.starts_with('#')) {
            let (zones, prefixes) = line.split_once(": ").expect("a colon");
            for zone in zones.split(' ') {
                assert!(zone.parse::<Tz>().is_ok(), "{zone}");
            }
            assert!(prefixes.split(' ').all(|prefix| prefix.len() <= LONGEST_PREFIX), "{line}");
        }
    }

    /// Google's example number of each territory and kind keeps its digits, its territory and its kind.
    #[test]
    fn example_numbers_of_every_territory_stay_what_they_are() {
        use PhoneNumberType as Type;
        use rlibphonenumber::PHONE_NUMBER_UTIL;
        let kinds = [
            Type::FixedLine,
            Type::Mobile,
            Type::TollFree,
            Type::PremiumRate,
            Type::SharedCost,
            Type::VoIP,
            Type::PersonalNumber,
            Type::Pager,
            Type::UAN,
            Type::VoiceMail,
        ];
        let mut numbers = 0;
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            let of = country(&region.as_region_str());
            for wanted in kinds {
                let Ok(example) = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, wanted)
                else {
                    continue;
                };
                numbers += 1;
                let written = example.format_as(PhoneNumberFormat::E164).into_owned();
                for text in [written.clone(), example.format_as(PhoneNumberFormat::National).into_owned()] {
                    let number = resolve(&text, of);
                    assert_eq!(number.phone.as_str(), written, "{of}: {text}");
                    assert_eq!(number.facts.validity, Validity::Valid, "{of}: {text}");
                    let same = number.facts.kind == kind(wanted)
                        || number.facts.kind == NumberKind::FixedLineOrMobile;
                    assert!(same, "{of}: {text} is {:?}, not {wanted:?}", number.facts.kind);
                    assert!(number.facts.country.is_some(), "{of}: {text}");
                    assert!(
                        !number.facts.zones.is_empty() || of.as_str() == "IO",
                        "{of}: {text} has no zone"
                    );
                }
            }
        }
        assert!(numbers > 1_000, "{numbers}");
    }
}
