//! What the marks of a call say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Dynamic, Engine};

use crate::check::{ANSWER, LINE, READ};
use crate::words::shown;

/// The most marks of one call that are kept in order; of those beyond, only that they were reached.
const ORDERED: usize = 2_000;

/// What one call's marks said.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// In order: the site, and for a read the value in words.
    pub(super) ordered: Vec<(usize, Option<String>)>,
    /// The last answer made.
    pub(super) answer: Option<usize>,
    /// The sites reached, each with how often.
    pub(super) reached: BTreeMap<usize, u64>,
    /// Whether more marks were reached than are kept.
    pub(super) cut: bool,
}

/// Listens to marks.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<Recorded>);

impl Recorder {
    fn recorded(&self) -> MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the functions known that marks call.
    pub(crate) fn listen(self: &Arc<Self>, engine: &mut Engine) {
        let recorder = Arc::clone(self);
        engine.register_fn(LINE, move |site: i64| recorder.note(site, None));
        let recorder = Arc::clone(self);
        engine.register_fn(READ, move |site: i64, value: Dynamic| -> Dynamic {
            if let Some(text) = shown(&value) {
                recorder.note(site, Some(text));
            }
            value
        });
        let recorder = Arc::clone(self);
        engine.register_fn(ANSWER, move |site: i64, value: Dynamic| -> Dynamic {
            recorder.note(site, None);
            recorder.recorded().answer = usize::try_from(site).ok();
            value
        });
    }

    pub(super) fn begin(&self) {
        *self.recorded() = Recorded::default();
    }

    pub(super) fn take(&self) -> Recorded {
        std::mem::take(&mut self.recorded())
    }

    fn note(&self, site: i64, value: Option<String>) {
        let Ok(site) = usize::try_from(site) else { return };
        let mut recorded = self.recorded();
        let times = recorded.reached.entry(site).or_default();
        *times = times.saturating_add(1);
        if recorded.ordered.len() < ORDERED {
            recorded.ordered.push((site, value));
        } else {
            recorded.cut = true;
        }
    }
}
