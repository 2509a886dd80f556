//! Requirements: what an agent must be to serve a callback.
//!
//! `billing >= 5 && (english || spanish >= 3) && !trainee`. A requirement is kept in canonical form, so that
//! two that say the same in another order are equal and share a class.

mod parse;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{AgentId, Name};
pub use parse::RequirementError;

/// The most terms one requirement may have.
pub const MAX_TERMS: usize = 32;

/// The highest level of a skill; the lowest is 0, which is not holding it.
pub const MAX_LEVEL: u8 = 100;

/// A requirement in canonical form: negation at the terms only, operands sorted, none twice.
///
/// Serialised as its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct Requirement(Node);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    /// Holds (or, negated, never holds).
    Constant(bool),
    Term {
        term: Term,
        negated: bool,
    },
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// One thing a requirement asks of an agent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// The agent's level in a skill is at least this.
    Skill(Name, u8),
    /// The agent belongs to a group.
    Group(Name),
    /// The agent is this one.
    Agent(AgentId),
}

/// The outermost form of a requirement, to take it apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape<'a> {
    /// Met by everybody, or by nobody.
    Constant(bool),
    /// One term.
    Term {
        /// What is asked.
        term: &'a Term,
        /// Asked not to be so.
        negated: bool,
    },
    /// Met where all of these are.
    All(Vec<Requirement>),
    /// Met where one of these is.
    Any(Vec<Requirement>),
}

/// What a requirement is asked of.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The agent's id.
    pub id: &'a AgentId,
    /// Levels by skill; one that is absent is 0.
    pub skills: &'a BTreeMap<Name, u8>,
    /// The agent's groups.
    pub groups: &'a BTreeSet<Name>,
}

impl Requirement {
    /// No requirement: `true`.
    #[must_use]
    pub const fn anyone() -> Self {
        Self(Node::Constant(true))
    }

    /// Membership in at least one of `groups`; no requirement if there are none.
    #[must_use]
    pub fn any_group(groups: &[Name]) -> Self {
        if groups.is_empty() {
            return Self::anyone();
        }
        let terms = groups.iter().map(|g| Node::Term { term: Term::Group(g.clone()), negated: false });
        Self(Node::Any(terms.collect()).canonical())
    }

    /// Being this agent.
    #[must_use]
    pub fn agent(id: AgentId) -> Self {
        Self(Node::Term { term: Term::Agent(id), negated: false })
    }

    /// Any agent but this one.
    #[must_use]
    pub fn any_but(agent: AgentId) -> Self {
        Self(Node::Term { term: Term::Agent(agent), negated: true })
    }

    /// Both requirements at once.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(Node::All(vec![self.0.clone(), other.0.clone()]).canonical())
    }

    /// Whether the candidate meets it.
    #[must_use]
    pub fn is_met_by(&self, candidate: Candidate<'_>) -> bool {
        self.0.is_met_by(candidate)
    }

    /// Its outermost form.
    #[must_use]
    pub fn shape(&self) -> Shape<'_> {
        let operands = |nodes: &[Node]| nodes.iter().cloned().map(Self).collect();
        match &self.0 {
            Node::Constant(value) => Shape::Constant(*value),
            Node::Term { term, negated } => Shape::Term { term, negated: *negated },
            Node::All(nodes) => Shape::All(operands(nodes)),
            Node::Any(nodes) => Shape::Any(operands(nodes)),
        }
    }

    /// Every term, also those under `!`, in canonical order.
    #[must_use]
    pub fn terms(&self) -> Vec<&Term> {
        let mut terms = Vec::new();
        self.0.collect(&mut terms);
        terms
    }

    /// The skills it names, also those under `!`, each once.
    #[must_use]
    pub fn skills(&self) -> BTreeSet<&Name> {
        self.terms()
            .into_iter()
            .filter_map(|term| if let Term::Skill(name, _) = term { Some(name) } else { None })
            .collect()
    }
}

impl Node {
    fn is_met_by(&self, candidate: Candidate<'_>) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Term { term, negated } => term.is_met_by(candidate) != *negated,
            Self::All(nodes) => nodes.iter().all(|node| node.is_met_by(candidate)),
            Self::Any(nodes) => nodes.iter().any(|node| node.is_met_by(candidate)),
        }
    }

    fn collect<'a>(&'a self, into: &mut Vec<&'a Term>) {
        match self {
            Self::Constant(_) => {}
            Self::Term { term, .. } => into.push(term),
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.collect(into)),
        }
    }

    fn negate(self) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Term { term, negated } => Self::Term { term, negated: !negated },
            Self::All(nodes) => Self::Any(nodes.into_iter().map(Self::negate).collect()),
            Self::Any(nodes) => Self::All(nodes.into_iter().map(Self::negate).collect()),
        }
    }

    /// Flattens, sorts, and drops what is said twice. Terms are never absorbed by a constant: strategies count
    /// the skills that a requirement names, whether or not they decide.
    fn canonical(self) -> Self {
        let conjunction = matches!(self, Self::All(_));
        let (Self::All(nodes) | Self::Any(nodes)) = self else { return self };
        let mut flat = Vec::new();
        for node in nodes {
            match node.canonical() {
                Self::All(inner) if conjunction => flat.extend(inner),
                Self::Any(inner) if !conjunction => flat.extend(inner),
                other => flat.push(other),
            }
        }
        flat.sort();
        flat.dedup();
        if flat.len() > 1 {
            flat.retain(|node| *node != Self::Constant(conjunction));
        }
        if flat.len() > 1 {
            return if conjunction { Self::All(flat) } else { Self::Any(flat) };
        }
        flat.pop().unwrap_or(Self::Constant(conjunction))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, inside: bool) -> fmt::Result {
        let (nodes, operator) = match self {
            Self::Constant(true) => return f.write_str("true"),
            Self::Constant(false) => return f.write_str("!true"),
            Self::Term { term, negated } => {
                return match (term, negated) {
                    (Term::Skill(_, level), true) if *level != 1 => write!(f, "!({term})"),
                    (_, true) => write!(f, "!{term}"),
                    (_, false) => write!(f, "{term}"),
                };
            }
            Self::All(nodes) => (nodes, " && "),
            Self::Any(nodes) => (nodes, " || "),
        };
        if inside {
            f.write_str("(")?;
        }
        for (i, node) in nodes.iter().enumerate() {
            if i > 0 {
                f.write_str(operator)?;
            }
            node.write(f, true)?;
        }
        if inside { f.write_str(")") } else { Ok(()) }
    }
}

impl Term {
    /// Whether the candidate has what the term asks.
    #[must_use]
    pub fn is_met_by(&self, candidate: Candidate<'_>) -> bool {
        match self {
            Self::Skill(name, level) => candidate.skills.get(name).copied().unwrap_or(0) >= *level,
            Self::Group(name) => candidate.groups.contains(name),
            Self::Agent(id) => candidate.id == id,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skill(name, 1) => f.write_str(name),
            Self::Skill(name, level) => write!(f, "{name} >= {level}"),
            Self::Group(name) => write!(f, "group:{name}"),
            Self::Agent(id) => write!(f, "agent:{id}"),
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, false)
    }
}

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        parse::parse(text).map(|node| Self(node.canonical()))
    }
}

impl TryFrom<SmolStr> for Requirement {
    type Error = RequirementError;

    fn try_from(text: SmolStr) -> Result<Self, RequirementError> {
        text.parse()
    }
}

impl From<Requirement> for SmolStr {
    fn from(requirement: Requirement) -> Self {
        smol_str::format_smolstr!("{requirement}")
    }
}

impl Default for Requirement {
    fn default() -> Self {
        Self::anyone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        text.parse::<Requirement>().unwrap().to_string()
    }

    #[test]
    fn canonical_form_sorts_and_drops_repeats() {
        assert_eq!(canonical("b && a && (b && a)"), "a && b");
        assert_eq!(canonical("x || (a && b) || b && a"), "x || (a && b)");
        assert_eq!(canonical("!(a && !b >= 3)"), "!a || b >= 3");
        assert_eq!(canonical("true && a && true"), "a");
        assert_eq!(canonical("true"), "true");
        assert_eq!(canonical("!true"), "!true");
    }

    #[test]
    fn a_constant_does_not_swallow_named_skills() {
        let requirement: Requirement = "true || vip".parse().unwrap();
        assert_eq!(requirement.skills().len(), 1);
        assert_eq!(requirement.to_string(), "true || vip");
    }

    #[test]
    fn conjunction_binds_tighter() {
        assert_eq!("a || b && c".parse::<Requirement>(), "a || (b && c)".parse());
        assert_ne!("a || b && c".parse::<Requirement>(), "(a || b) && c".parse());
    }

    #[test]
    fn terms_decide() {
        let skills = BTreeMap::from([(Name::new("billing"), 5), (Name::new("none"), 0)]);
        let groups = BTreeSet::from([Name::new("gold")]);
        let id = AgentId::new("anna");
        let candidate = Candidate { id: &id, skills: &skills, groups: &groups };
        for (text, met) in [
            ("billing >= 5", true),
            ("billing >= 6", false),
            ("billing", true),
            ("none", false),
            ("none >= 0", true),
            ("absent >= 0", true),
            ("group:gold && agent:anna", true),
            ("group:silver || !agent:anna", false),
            ("!(billing >= 6)", true),
            ("!true", false),
        ] {
            assert_eq!(text.parse::<Requirement>().unwrap().is_met_by(candidate), met, "{text}");
        }
    }
}
