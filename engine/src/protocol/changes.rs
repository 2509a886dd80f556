//! What a callback is changed to while it waits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::center::Attribute;
use crate::value::{Name, Number};

/// What is to be another from now on; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The number to call, with what is known of it. It is checked as a request's is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Number>,
    /// Attributes, by name; one without a value is taken away.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<SmolStr, Option<Attribute>>,
    /// The priority, until a step of its plan sets another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// The queue that it waits in, or enters when its time comes, and whose overflow is its plan from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<Name>,
}
