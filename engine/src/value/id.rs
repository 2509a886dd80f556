//! Identifiers. Those the host gives are texts; those the engine gives are numbers that never repeat.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// The name of something in the center's configuration: a service, queue, calendar, skill, group or table.
pub type Name = SmolStr;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// Takes the text as it is.
            #[must_use]
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(SmolStr::new(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, shared.
            #[must_use]
            pub fn text(&self) -> &SmolStr {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<SmolStr> for $name {
            fn from(text: SmolStr) -> Self {
                Self(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The number after this one.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id! {
    /// A callback's id, chosen by the host; no two callbacks that are not purged share one.
    CallbackId
}
text_id! {
    /// An agent's id, as the center's configuration has it.
    AgentId
}
number_id! {
    /// The sequence number of an accepted request: earlier requests have lower ones.
    Sequence
}
number_id! {
    /// The id of an attempt, over all callbacks.
    AttemptId
}
number_id! {
    /// The id of an effect: the next effect of an engine has the next one.
    EffectId
}

/// A customer's number in E.164: `+`, then 5 to 15 digits, the first not `0`.
///
/// Parsing national forms needs the metadata of libphonenumber and is the host's; the engine keeps the result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct Phone(SmolStr);

impl Phone {
    /// Takes a number in E.164.
    ///
    /// # Errors
    ///
    /// The text is not in that form.
    pub fn new(text: impl AsRef<str>) -> Result<Self, PhoneError> {
        let text = text.as_ref();
        let digits = text.strip_prefix('+').unwrap_or_default();
        let fits = (5..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        if fits { Ok(Self(SmolStr::new(text))) } else { Err(PhoneError(text.chars().take(40).collect())) }
    }

    /// What stands for a number that was erased: the empty text.
    #[must_use]
    pub const fn redacted() -> Self {
        Self(SmolStr::new_static(""))
    }

    /// Whether a text has this number in it, with or without its `+`.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let digits = self.0.trim_start_matches('+');
        !digits.is_empty() && text.split(|sign: char| !sign.is_ascii_digit()).any(|run| run == digits)
    }

    /// The number with its `+`; empty if it was erased.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Phone {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        Self::new(text)
    }
}

impl TryFrom<SmolStr> for Phone {
    type Error = PhoneError;

    fn try_from(text: SmolStr) -> Result<Self, PhoneError> {
        if text.is_empty() { Ok(Self::redacted()) } else { Self::new(text) }
    }
}

impl From<Phone> for SmolStr {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no number in E.164.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneError(String);

impl fmt::Display for PhoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no number in E.164: write it with `+` and the country's code, as `+12125550123`",
            self.0
        )
    }
}

impl std::error::Error for PhoneError {}
