//! Requirements.

use std::collections::{BTreeMap, BTreeSet};

use ringback_engine::requirement::{Candidate, MAX_TERMS, RequirementError, Term};
use ringback_engine::{AgentId, Requirement};

use crate::Verdict;

/// Decodes the text of a requirement.
pub fn requirement(data: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(data) else { return Verdict::Refused };
    let parsed = text.parse::<Requirement>();
    match &parsed {
        Ok(requirement) => {
            reads_as_it_prints(requirement);
            combines(text, requirement);
        }
        Err(error) => points(text, error),
    }
    Verdict::of(parsed.is_ok())
}

fn reads_as_it_prints(requirement: &Requirement) {
    let printed = requirement.to_string();
    assert_eq!(printed.parse().as_ref(), Ok(requirement), "{printed}");
    let json = serde_json::to_string(requirement).expect("JSON");
    assert_eq!(&serde_json::from_str::<Requirement>(&json).expect("as written"), requirement);
    assert!(requirement.terms().len() <= MAX_TERMS);
}

/// The laws of logic, for nobody in particular, for who has it all, and for who has every other thing.
fn combines(text: &str, requirement: &Requirement) {
    assert_eq!(&requirement.and(requirement), requirement);
    // One more level, which may be one too many.
    let negated: Option<Requirement> = format!("!({text})").parse().ok();
    let terms = requirement.terms();
    for step in [terms.len().max(1), 1, 2] {
        let skills = terms.iter().step_by(step).filter_map(|term| match term {
            Term::Skill(name, level) => Some((name.clone(), *level)),
            _ => None,
        });
        let groups = terms.iter().step_by(step).filter_map(|term| match term {
            Term::Group(name) => Some(name.clone()),
            _ => None,
        });
        let named = terms.iter().step_by(step).find_map(|term| match term {
            Term::Agent(id) => Some(id.clone()),
            _ => None,
        });
        let (skills, groups): (BTreeMap<_, _>, BTreeSet<_>) = (skills.collect(), groups.collect());
        let id = named.unwrap_or_else(|| AgentId::new("nobody"));
        let candidate = Candidate { id: &id, skills: &skills, groups: &groups };
        let met = requirement.is_met_by(candidate);
        if let Some(negated) = &negated {
            assert_eq!(negated.is_met_by(candidate), !met, "{negated}");
            assert_eq!(requirement.and(negated).is_met_by(candidate), false, "{negated}");
        }
    }
}

/// The place is one in the text, and the message counts it as people do.
fn points(text: &str, error: &RequirementError) {
    let before = text.get(..error.offset).unwrap_or_else(|| panic!("{error:?} of {text:?}"));
    let character = before.chars().count() + 1;
    assert!(error.to_string().ends_with(&format!(" at character {character}")), "{error} in {text:?}");
    assert!(!error.message.is_empty());
}
