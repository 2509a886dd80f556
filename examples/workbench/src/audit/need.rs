//! Whether an agent meets a requirement, by this audit's own evaluation.

use ringback_engine::Requirement;
use ringback_engine::center::Agent;
use ringback_engine::requirement::{Shape, Term};

/// Whether `agent` is what `need` asks for.
pub(super) fn meets(agent: &Agent, need: &Requirement) -> bool {
    match need.shape() {
        Shape::Constant(value) => value,
        Shape::Term { term, negated } => has(agent, term) != negated,
        Shape::All(parts) => parts.iter().all(|part| meets(agent, part)),
        Shape::Any(parts) => parts.iter().any(|part| meets(agent, part)),
    }
}

/// Whether `agent` is what `need` asks for, but that it is somebody else than `agent`.
pub(super) fn meets_if_let(agent: &Agent, need: &Requirement) -> bool {
    let forbids = |part: &Requirement| matches!(part.shape(), Shape::Term { term: Term::Agent(id), negated: true } if *id == agent.id);
    match need.shape() {
        Shape::All(parts) => parts.iter().all(|part| forbids(part) || meets(agent, part)),
        _ => forbids(need) || meets(agent, need),
    }
}

/// Whether `need` names an agent who alone is it.
pub(super) fn names_one(need: &Requirement) -> bool {
    let names =
        |part: &Requirement| matches!(part.shape(), Shape::Term { term: Term::Agent(_), negated: false });
    match need.shape() {
        Shape::All(parts) => parts.iter().any(names),
        _ => names(need),
    }
}

fn has(agent: &Agent, term: &Term) -> bool {
    match term {
        Term::Skill(name, level) => agent.skills.get(name).is_some_and(|held| held >= level) || *level == 0,
        Term::Group(name) => agent.groups.contains(name),
        Term::Agent(id) => agent.id == *id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_requirement_decides() {
        let anna = Agent::new("anna").skill("billing", 5).skill("none", 0).group("gold");
        for (need, met) in [
            ("true", true),
            ("!true", false),
            ("billing >= 5", true),
            ("billing >= 6", false),
            ("none", false),
            ("absent >= 0", true),
            ("!absent", true),
            ("group:gold && agent:anna", true),
            ("group:silver || agent:bob", false),
            ("!(group:gold && billing)", false),
        ] {
            assert_eq!(meets(&anna, &need.parse().unwrap()), met, "{need}");
        }
    }
}
