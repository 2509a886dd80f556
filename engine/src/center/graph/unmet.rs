//! Why no agent of a roster meets a requirement.

use std::collections::BTreeSet;

use crate::center::{Agent, did_you_mean};
use crate::value::requirement::{Candidate, Shape, Term};
use crate::value::{Name, Requirement};

/// Why none of `agents` meets the requirement, naming the skill, level, group or agent that is missing; `None` if one
/// of them does.
///
/// ```
/// use ringback_engine::center::{Agent, unmet};
///
/// let agents = [Agent::new("anna").skill("billing", 3)];
/// let why = unmet(&"billing >= 5".parse()?, &agents);
/// assert_eq!(why.as_deref(), Some("no agent has `billing` at 5 or more (the highest is 3)"));
/// # Ok::<(), ringback_engine::RequirementError>(())
/// ```
#[must_use]
pub fn unmet(requirement: &Requirement, agents: &[Agent]) -> Option<String> {
    if meets(requirement, agents) {
        return None;
    }
    if agents.is_empty() {
        return Some("the center has no agents".into());
    }
    Some(match requirement.shape() {
        Shape::Constant(_) => format!("nobody meets `{requirement}`"),
        Shape::Term { term, negated: false } => lacking(term, agents),
        Shape::Term { term, negated: true } => universal(term),
        Shape::Any(alternatives) => each(&alternatives, agents),
        Shape::All(parts) => {
            let alone = each(&parts, agents);
            if alone.is_empty() { together(&parts, agents) } else { alone }
        }
    })
}

fn meets(requirement: &Requirement, agents: &[Agent]) -> bool {
    agents.iter().any(|agent| {
        requirement.is_met_by(Candidate { id: &agent.id, skills: &agent.skills, groups: &agent.groups })
    })
}

/// What is missing for those of `parts` that nobody meets.
fn each(parts: &[Requirement], agents: &[Agent]) -> String {
    let reasons: Vec<String> = parts.iter().filter_map(|part| unmet(part, agents)).collect();
    reasons.join(" and ")
}

/// Each part is met by somebody; names the first two that nobody meets at once, or all where any two are.
fn together(parts: &[Requirement], agents: &[Agent]) -> String {
    let pairs = parts.iter().enumerate().flat_map(|(i, a)| parts.iter().skip(i).map(move |b| (a, b)));
    for (a, b) in pairs {
        if !meets(&a.and(b), agents) {
            return format!("no agent meets both `{a}` and `{b}`");
        }
    }
    let all: Vec<String> = parts.iter().map(|part| format!("`{part}`")).collect();
    format!("no agent meets all of {} at once", all.join(", "))
}

fn lacking(term: &Term, agents: &[Agent]) -> String {
    match term {
        Term::Skill(name, level) => {
            let highest =
                agents.iter().filter_map(|agent| agent.skills.get(name)).max().copied().unwrap_or(0);
            let at = if *level > 1 { format!(" at {level} or more") } else { String::new() };
            let hint = if highest > 0 {
                format!(" (the highest is {highest})")
            } else {
                let held: BTreeSet<&Name> = agents.iter().flat_map(|agent| agent.skills.keys()).collect();
                did_you_mean(name, held.into_iter().map(Name::as_str).filter(|held| held != name))
            };
            format!("no agent has `{name}`{at}{hint}")
        }
        Term::Group(name) => {
            let groups: BTreeSet<&Name> = agents.iter().flat_map(|agent| &agent.groups).collect();
            let hint = did_you_mean(name, groups.into_iter().map(Name::as_str));
            format!("no agent is in the group `{name}`{hint}")
        }
        Term::Agent(id) => {
            let hint = did_you_mean(id.as_str(), agents.iter().map(|agent| agent.id.as_str()));
            format!("there is no agent `{id}`{hint}")
        }
    }
}

/// Says of every agent what a negated term excludes.
fn universal(term: &Term) -> String {
    match term {
        Term::Skill(name, 0) => format!("every agent has `{name}` at 0 or more"),
        Term::Skill(name, 1) => format!("every agent has `{name}`"),
        Term::Skill(name, level) => format!("every agent has `{name}` at {level} or more"),
        Term::Group(name) => format!("every agent is in the group `{name}`"),
        Term::Agent(id) => format!("`{id}` is the only agent"),
    }
}
