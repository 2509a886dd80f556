//! What a customer asks for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::center::Attribute;
use crate::value::{CallbackId, Instant, Name, Number, NumberFacts, Phone};

/// A request's attributes, by name.
pub type Attributes = BTreeMap<SmolStr, Attribute>;

/// A request for a callback. With a desired time it is *scheduled*, however near that time is; else *immediate*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The id the callback will have.
    pub id: CallbackId,
    /// Makes repeating the request harmless: the same key with the same content is the same request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<SmolStr>,
    /// The service asked.
    pub service: Name,
    /// The number to call.
    pub phone: Phone,
    /// What is known of it.
    #[serde(default, skip_serializing_if = "NumberFacts::are_unknown")]
    pub facts: NumberFacts,
    /// Further numbers of the customer, in the order in which they are tried when this one does not reach them; the present
    /// one is `phone`, those tried before it come last. With it at most [`MOST_NUMBERS`](crate::center::MOST_NUMBERS).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_numbers: Vec<Number>,
    /// When the customer wants to be called; as soon as possible if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<Instant>,
    /// The hold on the slot of the desired time, if the host took one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<SmolStr>,
    /// Added to the score unless `accept` or the plan says otherwise.
    #[serde(default)]
    pub priority: i64,
    /// The customer's language, in the host's words; empty if unknown.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub language: SmolStr,
    /// Where the request came from, in the host's words; empty if unknown.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub channel: SmolStr,
    /// From what an access code is made, should the customer be told to call in: a number that nobody can guess. Without
    /// it there is no code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entropy: Option<u64>,
    /// The point of the network from which the call is placed; the queue's if empty.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub route_point: SmolStr,
    /// The number that is shown to the customer; the queue's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<Phone>,
    /// Whatever else the host knows.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Request {
    /// An immediate request for a call to this number, of which nothing else is known.
    #[must_use]
    pub fn new(id: impl AsRef<str>, service: impl AsRef<str>, number: impl Into<Number>) -> Self {
        let Number { phone, facts } = number.into();
        Self {
            id: CallbackId::new(id),
            key: None,
            service: Name::new(service),
            phone,
            facts,
            other_numbers: Vec::new(),
            desired: None,
            hold: None,
            priority: 0,
            language: SmolStr::default(),
            channel: SmolStr::default(),
            entropy: None,
            route_point: SmolStr::default(),
            caller_id: None,
            attributes: Attributes::new(),
        }
    }

    /// The number to call, with what is known of it.
    #[must_use]
    pub fn number(&self) -> Number {
        Number { phone: self.phone.clone(), facts: self.facts.clone() }
    }

    /// The customer's numbers, the present one first.
    pub fn numbers(&self) -> impl Iterator<Item = Number> {
        std::iter::once(self.number()).chain(self.other_numbers.iter().cloned())
    }

    /// Whether this is one of the customer's numbers.
    #[must_use]
    pub fn names(&self, phone: &Phone) -> bool {
        self.phone == *phone || self.other_numbers.iter().any(|other| other.phone == *phone)
    }

    /// The same request, with a further number to try.
    #[must_use]
    pub fn or(mut self, number: impl Into<Number>) -> Self {
        self.other_numbers.push(number.into());
        self
    }

    /// The same request with the one of its further numbers at `position` as the present one, and those before it last.
    #[must_use]
    pub(crate) fn turned_to(&self, position: usize) -> Self {
        let mut turned = self.clone();
        let mut numbers = vec![self.number()];
        numbers.append(&mut turned.other_numbers);
        let turn = position.saturating_add(1).min(numbers.len());
        numbers.rotate_left(turn);
        if let Some(Number { phone, facts }) = numbers.first().cloned() {
            (turned.phone, turned.facts) = (phone, facts);
            turned.other_numbers = numbers.split_off(1);
        }
        turned
    }

    /// The same request for a call at `desired`.
    #[must_use]
    pub fn at(mut self, desired: Instant) -> Self {
        self.desired = Some(desired);
        self
    }

    /// The same request with an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl AsRef<str>, value: Attribute) -> Self {
        self.attributes.insert(SmolStr::new(name), value);
        self
    }
}
