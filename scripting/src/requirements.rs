//! Parsed requirements, by their texts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ringback_engine::{Requirement, RequirementError};
use smol_str::SmolStr;

use crate::limits::{REQUIREMENT_BYTES_KEPT, REQUIREMENTS_KEPT};

/// Keeps what was parsed, so that a text is parsed once however often `need` is given it. Bounded: with texts
/// without end it forgets all and begins anew.
#[derive(Debug, Default)]
pub(crate) struct Requirements(Mutex<BTreeMap<SmolStr, Arc<Requirement>>>);

impl Requirements {
    pub(crate) fn parse(&self, text: &str) -> Result<Arc<Requirement>, RequirementError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(requirement) = kept.get(text) {
            return Ok(Arc::clone(requirement));
        }
        let requirement = Arc::new(text.parse::<Requirement>()?);
        if kept.len() >= REQUIREMENTS_KEPT {
            kept.clear();
        }
        if text.len() <= REQUIREMENT_BYTES_KEPT {
            kept.insert(SmolStr::new(text), Arc::clone(&requirement));
        }
        Ok(requirement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parsed_once_and_the_store_is_bounded() {
        let requirements = Requirements::default();
        let first = requirements.parse("billing >= 5").unwrap();
        assert!(Arc::ptr_eq(&first, &requirements.parse("billing >= 5").unwrap()));
        for i in 0..3 * REQUIREMENTS_KEPT {
            requirements.parse(&format!("skill{i}")).unwrap();
        }
        assert!(requirements.0.lock().unwrap().len() <= REQUIREMENTS_KEPT);
        assert!(requirements.parse("a &&").is_err());
        let kept = requirements.0.lock().unwrap().len();
        requirements.parse(&vec!["long_skill"; 30].join(" && ")).unwrap();
        assert_eq!(requirements.0.lock().unwrap().len(), kept);
    }
}
