//! The API's keys, kept in the store. The widget's is in its pages for everybody to read, so it guards nothing but the
//! count of who asks how often.

use std::sync::Arc;

use super::same;
use crate::chance;
use crate::store::{Store, Trouble};

const FACT: &str = "keys";

/// The keys that the API takes.
#[derive(Clone)]
pub(crate) struct Keys(Arc<Vec<String>>);

impl Keys {
    /// Those that the store keeps; a new store is given one.
    pub(crate) fn of(store: &mut Store) -> Result<Self, Trouble> {
        if let Some(text) = store.fact(FACT)? {
            return Ok(Self(Arc::new(serde_json::from_slice(&text).map_err(Trouble::new)?)));
        }
        let keys = vec![format!("rb-{}", chance::word(28))];
        store.set_fact(FACT, &serde_json::to_vec(&keys).map_err(Trouble::new)?)?;
        Ok(Self(Arc::new(keys)))
    }

    /// The first, which the widget's page shows.
    pub(crate) fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Whether a key is one of them. All are compared, so that the time tells nothing.
    pub(crate) fn take(&self, key: &str) -> bool {
        self.0.iter().fold(false, |found, known| found | same(known, key))
    }
}
