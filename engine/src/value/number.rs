//! A number and what is known of it.
//!
//! The facts come from metadata that changes with its version, so they are resolved once, at the edge, and travel in
//! the command as time does; nothing that decides looks them up.

use std::fmt;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Phone;

/// A number with its facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// The number in E.164; the erased one where nothing could be read as a number.
    pub phone: Phone,
    /// What is known of it.
    #[serde(default, skip_serializing_if = "NumberFacts::are_unknown")]
    pub facts: NumberFacts,
}

/// What is known of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberFacts {
    /// Whether anybody can have it.
    #[serde(default)]
    pub validity: Validity,
    /// What it is for.
    #[serde(default)]
    pub kind: NumberKind,
    /// The country it belongs to; unknown if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The time zones it may lie in; none if unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<Tz>,
}

/// Whether anybody can have a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// Nobody looked: the host vouches for it.
    #[default]
    Unchecked,
    /// What was given can't be read as a number.
    Unreadable,
    /// No number of its country is that long or that short.
    Impossible,
    /// Of a possible length, but in no range that is in use.
    Invalid,
    /// In a range that is in use.
    Valid,
}

/// What a number is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// It can't be told.
    #[default]
    Unknown,
    /// A fixed line.
    FixedLine,
    /// A mobile.
    Mobile,
    /// One of the two: some countries do not tell them apart.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// The caller pays more than the call.
    PremiumRate,
    /// Caller and callee share the cost.
    SharedCost,
    /// Over the internet.
    Voip,
    /// Follows a person.
    PersonalNumber,
    /// A pager.
    Pager,
    /// One number for a company everywhere.
    Uan,
    /// Leads to a mailbox.
    Voicemail,
}

/// A country, by the two capital letters of ISO 3166-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct Country([u8; 2]);

impl Country {
    /// The United States, where a service says nothing else.
    pub const US: Self = Self(*b"US");

    /// Reads two capital letters.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let code: [u8; 2] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<SmolStr> for Country {
    type Error = String;

    fn try_from(code: SmolStr) -> Result<Self, String> {
        Self::new(&code).ok_or_else(|| format!("`{code}` is no country: write two capital letters, as `US`"))
    }
}

impl From<Country> for SmolStr {
    fn from(country: Country) -> Self {
        Self::new(country.as_str())
    }
}

impl Number {
    /// What was given and can't be read as a number.
    #[must_use]
    pub fn unreadable() -> Self {
        let facts = NumberFacts { validity: Validity::Unreadable, ..NumberFacts::default() };
        Self { phone: Phone::redacted(), facts }
    }
}

/// A number for which the host vouches, and of which nothing else is known.
impl From<Phone> for Number {
    fn from(phone: Phone) -> Self {
        Self { phone, facts: NumberFacts::default() }
    }
}

impl NumberFacts {
    /// Whether nothing is known.
    #[must_use]
    pub fn are_unknown(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_two_capital_letters() {
        assert_eq!(Country::new("DE").map(|country| country.to_string()), Some("DE".into()));
        for wrong in ["", "D", "de", "DEU", "D1", "ÄÖ"] {
            assert_eq!(Country::new(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn facts_survive_being_written_and_what_is_unknown_is_left_out() {
        let phone = Phone::new("+12125550123").unwrap();
        let plain = Number::from(phone.clone());
        assert_eq!(serde_json::to_string(&plain).unwrap(), r#"{"phone":"+12125550123"}"#);
        let facts = NumberFacts {
            validity: Validity::Valid,
            kind: NumberKind::FixedLineOrMobile,
            country: Country::new("US"),
            zones: vec![Tz::America__New_York],
        };
        for number in [plain, Number { phone, facts }, Number::unreadable()] {
            let text = serde_json::to_string(&number).unwrap();
            assert_eq!(serde_json::from_str::<Number>(&text).unwrap(), number, "{text}");
        }
    }
}
