//! The grammar of requirements:
//!
//! ```text
//! or   := and { "||" and }        and := not { "&&" not }
//! not  := "!" not | "(" or ")" | "true" | name [ ">=" level ]
//! name := [A-Za-z_][A-Za-z0-9_.:-]*
//! ```

use std::fmt;

use super::{MAX_LEVEL, MAX_TERMS, Node, Term};
use crate::value::{AgentId, Name};

/// Parentheses and negations nest no deeper than this, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Why a text is no requirement, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementError {
    /// Byte offset into the text.
    pub offset: usize,
    /// The character there, counted from 1.
    pub character: usize,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for RequirementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at character {}", self.message, self.character)
    }
}

impl std::error::Error for RequirementError {}

pub(super) fn parse(text: &str) -> Result<Node, RequirementError> {
    let mut parser = Parser { text, at: 0, terms: 0, depth: 0 };
    let node = parser.any()?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.error("expected `&&`, `||` or the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    terms: usize,
    depth: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character that is no white space; the parser stands on it afterwards.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        let skipped = rest.len().saturating_sub(rest.trim_start().len());
        self.at = self.at.saturating_add(skipped);
        self.rest().chars().next()
    }

    fn eat(&mut self, token: &str) -> bool {
        self.peek();
        let found = self.rest().starts_with(token);
        if found {
            self.at = self.at.saturating_add(token.len());
        }
        found
    }

    fn error(&self, message: impl Into<String>) -> RequirementError {
        self.error_at(self.at, message)
    }

    fn error_at(&self, offset: usize, message: impl Into<String>) -> RequirementError {
        let before = self.text.get(..offset).unwrap_or(self.text).chars().count();
        RequirementError { offset, character: before.saturating_add(1), message: message.into() }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let taken: String = self.rest().chars().take_while(|c| keep(*c)).collect();
        self.at = self.at.saturating_add(taken.len());
        taken
    }

    fn any(&mut self) -> Result<Node, RequirementError> {
        let mut nodes = vec![self.all()?];
        while self.eat("||") {
            nodes.push(self.all()?);
        }
        Ok(Node::Any(nodes))
    }

    fn all(&mut self) -> Result<Node, RequirementError> {
        let mut nodes = vec![self.negation()?];
        while self.eat("&&") {
            nodes.push(self.negation()?);
        }
        Ok(Node::All(nodes))
    }

    fn negation(&mut self) -> Result<Node, RequirementError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        let node = if self.eat("!") {
            self.negation()?.negate()
        } else if self.eat("(") {
            let node = self.any()?;
            if !self.eat(")") {
                return Err(self.error("expected `)`"));
            }
            node
        } else {
            self.term()?
        };
        self.depth = self.depth.saturating_sub(1);
        Ok(node)
    }

    fn term(&mut self) -> Result<Node, RequirementError> {
        match self.peek() {
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {}
            Some(c) => return Err(self.error(format!("expected a skill, found `{c}`"))),
            None => return Err(self.error("expected a skill, found the end")),
        }
        self.terms = self.terms.saturating_add(1);
        if self.terms > MAX_TERMS {
            return Err(self.error(format!("more than {MAX_TERMS} terms")));
        }
        let start = self.at;
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-'));
        let term = match name.split_once(':') {
            Some((kind @ ("group" | "agent"), "")) => {
                return Err(self.error_at(start, format!("`{kind}:` names nobody")));
            }
            Some(("group", group)) => Term::Group(Name::new(group)),
            Some(("agent", agent)) => Term::Agent(AgentId::new(agent)),
            _ if name == "true" => return Ok(Node::Constant(true)),
            _ => Term::Skill(Name::new(&name), self.level()?),
        };
        Ok(Node::Term { term, negated: false })
    }

    fn level(&mut self) -> Result<u8, RequirementError> {
        if !self.eat(">=") {
            return Ok(1);
        }
        self.peek();
        let start = self.at;
        let digits = self.take_while(|c| c.is_ascii_digit());
        match digits.parse::<u8>() {
            Ok(level) if level <= MAX_LEVEL => Ok(level),
            _ => Err(self.error_at(start, format!("expected a level, a whole number from 0 to {MAX_LEVEL}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_where() {
        for (text, offset) in [
            ("", 0),
            ("a &&", 4),
            ("a && 5", 5),
            ("(a || b", 7),
            ("a b", 2),
            ("a >= 101", 5),
            ("a >= x", 5),
            ("group:", 0),
            ("a | b", 2),
            ("a > 5", 2),
            ("é", 0),
        ] {
            assert_eq!(parse(text).map_err(|e| e.offset), Err(offset), "{text}");
        }
        let wide = parse("a\u{3000}&& 5").unwrap_err();
        assert_eq!((wide.offset, wide.character), (7, 6), "white space may be wider than a byte");
    }

    #[test]
    fn size_is_limited() {
        let terms = |n: usize| vec!["a"; n].join(" || ");
        assert!(parse(&terms(MAX_TERMS)).is_ok());
        assert!(parse(&terms(MAX_TERMS + 1)).is_err());
        assert!(parse(&format!("{}a", "!".repeat(100_000))).is_err());
        assert!(parse(&format!("{}a", "(".repeat(100_000))).is_err());
    }
}
