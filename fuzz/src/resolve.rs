//! Numbers as people write them.

use ringback_engine::numbers::resolve as resolved;
use ringback_engine::{Country, Number, Validity};

use crate::Verdict;

/// Resolves a text as a number: the first two bytes are the country in which it is national, the rest what was written.
pub fn resolve(data: &[u8]) -> Verdict {
    let (country, text) = data.split_at(data.len().min(2));
    let country = std::str::from_utf8(country).ok().and_then(Country::new).unwrap_or(Country::US);
    let Ok(text) = std::str::from_utf8(text) else { return Verdict::Refused };
    let number = resolved(text, country);
    assert_eq!(number, resolved(text, country), "it is a function of its arguments");
    if number.facts.validity == Validity::Unreadable {
        assert_eq!(number, Number::unreadable(), "{text}");
        return Verdict::Refused;
    }
    let phone = number.phone.as_str();
    let digits = phone.strip_prefix('+').unwrap_or_else(|| panic!("{phone} of {text}"));
    assert!(!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()), "{phone} of {text}");
    if number.facts.validity == Validity::Valid {
        // What is valid is one number, whoever reads it and wherever.
        assert_eq!(resolved(phone, country), number, "{phone} of {text}");
        assert_eq!(resolved(phone, Country::US), number, "{phone} of {text}");
    }
    let json = serde_json::to_string(&number).expect("JSON");
    assert_eq!(serde_json::from_str::<Number>(&json).expect("as written"), number);
    Verdict::of(number.facts.validity == Validity::Valid)
}
