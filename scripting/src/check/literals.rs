//! Texts in a script that name something: queues, calendars, tables, requirements, zones, kinds of events.

use std::collections::BTreeSet;
use std::ops::Range;

use ringback_engine::center::{Agent, Center, Layout, TableError, zone_named};
use ringback_engine::record::Outcome;
use ringback_engine::value::requirement::Term;
use ringback_engine::{Name, Requirement};

use super::hint;
use super::lexer::Kind;
use super::names::parameter_kind;
use super::outline::{Function, Tokens};
use super::switches::labels;
use crate::diagnostic::Findings;
use crate::vocabulary::{Form, Word, called, kind_of_role};
use crate::words::{local_time, word_of_answer};

/// The kinds of events that `timeout` is asked about.
const EVENTS: [&str; 11] = [
    "queue_wait",
    "offer",
    "rejected",
    "unconfirmed",
    "not_called",
    "busy",
    "no_answer",
    "answering_machine",
    "fax",
    "error",
    "abandoned",
];

/// The kinds of events that will be.
const EVENTS_TO_COME: [&str; 1] = ["not_found"];

/// The queues that a script's plans name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiteralQueues {
    /// Those named in literals, whether or not they exist.
    pub names: BTreeSet<Name>,
    /// Whether a plan also takes a queue whose name is computed.
    pub computed: bool,
}

/// Checks the texts in a function's calls; without a center, those that name nothing of it.
pub(crate) fn check(
    tokens: Tokens<'_>,
    function: &Function<'_>,
    layout: Option<&Layout>,
    queues: &mut LiteralQueues,
    findings: &mut Findings<'_>,
) {
    for i in function.body.clone() {
        let name = tokens.name(i);
        check_event(tokens, function, i, findings);
        let open = i.saturating_add(1);
        if name.is_empty() || tokens.symbol(open) != "(" {
            continue;
        }
        let Some(arguments) = tokens.arguments(open) else { continue };
        let Some((word, arguments)) = given(tokens, i, arguments) else { continue };
        check_table(tokens, name, &arguments, layout, findings);
        for (role, argument) in word.takes.iter().zip(&arguments) {
            let literal = literal(tokens, argument);
            if *role == "queue" && word.gives == "plan" {
                match literal {
                    Some((_, text)) => {
                        queues.names.insert(Name::new(text));
                    }
                    None => queues.computed = true,
                }
            }
            check_kind(tokens, word, role, argument, findings);
            if let Some((at, text)) = literal {
                check_text(role, tokens, at, text, layout, findings);
            }
        }
        if matches!(name, "reject" | "complete")
            && let Some((at, text)) = arguments.first().and_then(|argument| literal(tokens, argument))
            && let Err(message) = word_of_answer(text)
        {
            findings.error(tokens.span(at), message);
        }
    }
}

/// The word called at `i`, and what stands in its parentheses: `"vip".listed(key)` is `listed("vip", key)`, and
/// `need(plan, text)` is `plan.need(text)`.
fn given(
    tokens: Tokens<'_>,
    i: usize,
    mut arguments: Vec<Range<usize>>,
) -> Option<(&'static Word, Vec<Range<usize>>)> {
    let name = tokens.name(i);
    let behind_dot = tokens.symbol_before(i) == ".";
    let (form, other) =
        if behind_dot { (Form::Method, Form::Function) } else { (Form::Function, Form::Method) };
    let find = |form: Form, count: usize| called(name).find(|word| word.form == form && word.accepts(count));
    if let Some(word) = find(form, arguments.len()) {
        return Some((word, arguments));
    }
    if behind_dot {
        let receiver = i.saturating_sub(2)..i.saturating_sub(1);
        arguments.insert(0, receiver);
        return find(other, arguments.len()).map(|word| (word, arguments));
    }
    if arguments.is_empty() {
        return None;
    }
    arguments.remove(0);
    find(other, arguments.len()).map(|word| (word, arguments))
}

/// Checks that a literal is of the kind that a word takes.
fn check_kind(
    tokens: Tokens<'_>,
    word: &Word,
    role: &str,
    argument: &Range<usize>,
    findings: &mut Findings<'_>,
) {
    if argument.len() != 1 {
        return;
    }
    let given = match tokens.get(argument.start).map(|token| &token.kind) {
        Some(Kind::Integer) => "integer",
        Some(Kind::Text { .. }) => "text",
        Some(Kind::Name) if matches!(tokens.name(argument.start), "true" | "false") => "boolean",
        _ => return,
    };
    let (wanted, instead) = match kind_of_role(role) {
        "duration" => ("a duration", "write `minutes(5)`, or with `seconds`, `hours` or `days`"),
        "instant" => ("an instant", "write `now() + hours(1)`, or `at(\"2026-12-24T09:00\", zone)`"),
        "integer" if given != "integer" => ("an integer", "write a whole number without quotes"),
        // An integer is taken as its text.
        "text" if given == "boolean" => ("a text", "write it in quotes"),
        _ => return,
    };
    let article = if given == "integer" { "an" } else { "a" };
    findings.error_with_help(
        tokens.span(argument.start),
        format!("`{}` takes {wanted}, not {article} {given}", word.name),
        instead,
    );
}

/// Checks that a table named in a text has what it is asked for.
fn check_table(
    tokens: Tokens<'_>,
    name: &str,
    arguments: &[Range<usize>],
    layout: Option<&Layout>,
    findings: &mut Findings<'_>,
) {
    let text = |n: usize| arguments.get(n).and_then(|argument| literal(tokens, argument));
    let (Some(layout), Some((at, table_name))) = (layout, text(0)) else { return };
    let Some(table) = layout.table(table_name) else { return };
    let column = text(2);
    let answer = match (name, column) {
        ("lookup", _) => table.value(""),
        ("cell", Some((_, column))) => table.cell("", column),
        // Which column is computed; whether the table has any is not.
        ("cell", None) => match table.cell("", "") {
            Err(TableError::UnknownColumn(_)) => return,
            answer => answer,
        },
        _ => return,
    };
    if let Err(error) = answer {
        let (column_at, column) = column.unwrap_or((at, ""));
        let at = if matches!(error, TableError::UnknownColumn(_)) { column_at } else { at };
        findings.error(tokens.span(at), error.told(table_name, column));
    }
}

/// The text that an argument is, if it is nothing else.
fn literal<'s>(tokens: Tokens<'s>, argument: &Range<usize>) -> Option<(usize, &'s str)> {
    match tokens.get(argument.start).map(|token| &token.kind) {
        Some(Kind::Text { value, .. }) if argument.len() == 1 => Some((argument.start, value)),
        _ => None,
    }
}

fn check_text(
    role: &str,
    tokens: Tokens<'_>,
    at: usize,
    text: &str,
    layout: Option<&Layout>,
    findings: &mut Findings<'_>,
) {
    let span = tokens.span(at);
    let mut unknown = |known: bool, hint: String| {
        if !known {
            findings.error(span.clone(), format!("unknown {role} `{text}`{hint}"));
        }
    };
    match (role, layout) {
        ("queue", Some(layout)) => unknown(
            layout.queue_index(text).is_some(),
            hint(text, layout.center().queues.iter().map(|queue| queue.name.as_str())),
        ),
        ("skill", Some(layout)) => {
            let skills: BTreeSet<_> =
                layout.center().agents.iter().flat_map(|agent| agent.skills.keys()).collect();
            if !skills.contains(&Name::new(text)) {
                let hint = hint(text, skills.into_iter().map(Name::as_str));
                findings.warning(span, format!("nobody has the skill `{text}`{hint}"));
            }
        }
        ("group", Some(layout)) => {
            let groups: BTreeSet<_> = layout.center().agents.iter().flat_map(|agent| &agent.groups).collect();
            if !groups.contains(&Name::new(text)) {
                let hint = hint(text, groups.into_iter().map(Name::as_str));
                findings.warning(span, format!("nobody is in the group `{text}`{hint}"));
            }
        }
        ("agent", Some(layout)) => unknown(
            text.is_empty() || layout.agent_index(text).is_some(),
            hint(text, layout.center().agents.iter().map(|agent| agent.id.as_str())),
        ),
        ("calendar", Some(layout)) => unknown(
            layout.hours_named(text).is_some(),
            hint(text, layout.center().calendars.iter().map(|calendar| calendar.name.as_str())),
        ),
        ("table", Some(layout)) => unknown(
            layout.table(text).is_some(),
            hint(text, layout.center().tables.iter().map(|table| table.name.as_str())),
        ),
        ("zone", _) => {
            if let Err(message) = zone_named(text) {
                findings.error(span, message);
            }
        }
        ("local_time", _) => {
            if let Err(message) = local_time(text) {
                findings.error(span, message);
            }
        }
        ("requirement", _) => check_requirement(tokens, at, text, layout.map(Layout::center), findings),
        _ => {}
    }
}

fn check_requirement(
    tokens: Tokens<'_>,
    at: usize,
    text: &str,
    center: Option<&Center>,
    findings: &mut Findings<'_>,
) {
    let span = tokens.span(at);
    let requirement = match text.parse::<Requirement>() {
        Ok(requirement) => requirement,
        Err(error) => {
            let plain =
                matches!(tokens.get(at).map(|token| &token.kind), Some(Kind::Text { plain: true, .. }));
            // Within a text that stands in the source as it reads, the finding points at the very place.
            let span = if plain {
                let start = span.start.saturating_add(1).saturating_add(error.offset);
                start..start.saturating_add(1).min(span.end)
            } else {
                span
            };
            findings.error(span, format!("requirement `{text}`: {error}"));
            return;
        }
    };
    let Some(Center { agents, .. }) = center else { return };
    for term in requirement.terms() {
        let message = match term {
            Term::Skill(name, level) if !holds(agents, name, *level) => {
                let skills: BTreeSet<_> = agents.iter().flat_map(|agent| agent.skills.keys()).collect();
                if skills.contains(name) {
                    format!("nobody has the skill `{name}` at level {level}")
                } else {
                    let hint = hint(name, skills.into_iter().map(Name::as_str));
                    format!("nobody has the skill `{name}`{hint}")
                }
            }
            Term::Group(name) if !agents.iter().any(|agent| agent.groups.contains(name)) => {
                let groups: BTreeSet<_> = agents.iter().flat_map(|agent| &agent.groups).collect();
                format!("nobody is in the group `{name}`{}", hint(name, groups.into_iter().map(Name::as_str)))
            }
            Term::Agent(id) if !agents.iter().any(|agent| agent.id == *id) => {
                let ids = agents.iter().map(|agent| agent.id.as_str());
                format!("unknown agent `{id}`{}", hint(id.as_str(), ids))
            }
            _ => continue,
        };
        findings.warning(span.clone(), message);
    }
}

fn holds(agents: &[Agent], skill: &Name, level: u8) -> bool {
    level == 0 || agents.iter().any(|agent| agent.skills.get(skill).is_some_and(|held| *held >= level))
}

/// Checks what `event.kind` is compared with: in `==`, `!=`, `any_of` and `switch`.
fn check_event(tokens: Tokens<'_>, function: &Function<'_>, i: usize, findings: &mut Findings<'_>) {
    let is_kind = tokens.name(i) == "kind"
        && tokens.symbol_before(i) == "."
        && i.checked_sub(2)
            .is_some_and(|owner| parameter_kind(function, tokens.name(owner)) == Some("event"));
    if !is_kind {
        return;
    }
    let first = i.saturating_sub(2);
    let next = i.saturating_add(1);
    let mut compared = Vec::new();
    if matches!(tokens.symbol(next), "==" | "!=") {
        compared.push(next.saturating_add(1));
    }
    if matches!(tokens.symbol_before(first), "==" | "!=") {
        compared.push(first.saturating_sub(2));
    }
    if tokens.name_before(first) == "switch" && tokens.symbol(next) == "{" {
        compared.extend(labels(tokens, next));
    }
    if tokens.symbol_before(first) == "("
        && first.checked_sub(2).is_some_and(|at| tokens.name(at) == "any_of")
    {
        compared.extend(next..tokens.closing(first.saturating_sub(1)).unwrap_or(next));
    }
    for at in compared {
        let Some(Kind::Text { value, .. }) = tokens.get(at).map(|token| &token.kind) else { continue };
        if EVENTS_TO_COME.contains(&value.as_str()) {
            findings.error(tokens.span(at), format!("event kind `{value}`: not supported yet"));
        } else if value == Outcome::Answered.word() || !EVENTS.contains(&value.as_str()) {
            let hint = hint(value, EVENTS);
            findings.error(tokens.span(at), format!("unknown event kind `{value}`{hint}"));
        }
    }
}
