//! `[[agent]]`.

use super::fields::Fields;
use crate::center::{Agent, MAX_CAPACITY};
use crate::value::requirement::{MAX_LEVEL, Shape, Term};
use crate::value::{Name, Requirement};

pub(super) fn read(fields: &mut Fields<'_, '_, '_, '_>) -> Agent {
    let mut agent = Agent::new(fields.required::<String>("id").unwrap_or_default());
    for (skill, value) in fields.get("skills").map(|skills| skills.entries(fields.notes)).unwrap_or_default()
    {
        let level =
            value.integer(fields.notes, 0..=i64::from(MAX_LEVEL)).and_then(|level| u8::try_from(level).ok());
        if let Some(level) = level {
            agent.skills.insert(Name::new(skill), level);
        }
        if !can_be_required(skill) {
            fields.warning(
                value.key(),
                &format!("no requirement can name the skill `{skill}`: use letters, digits and `_ . -`"),
            );
        }
    }
    agent.groups = fields.optional::<Vec<Name>>("groups").unwrap_or_default().into_iter().collect();
    if let Some(value) = fields.get("capacity") {
        let read = value.integer(fields.notes, 1..=i64::from(MAX_CAPACITY));
        agent.capacity = read.and_then(|read| u32::try_from(read).ok()).unwrap_or(agent.capacity);
    }
    agent
}

fn can_be_required(skill: &str) -> bool {
    let requirement = skill.parse::<Requirement>();
    requirement.is_ok_and(|requirement| {
        matches!(requirement.shape(), Shape::Term { term: Term::Skill(name, _), negated: false } if name == skill)
    })
}
