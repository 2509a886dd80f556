//! Answers in the words of scripts: what a script would have to say to answer the same.

use std::fmt::Write;

use ringback_engine::Duration;
use ringback_engine::center::{Limit, Plan, Step};
use ringback_engine::protocol::{Acceptance, RetentionAnswer, TimeoutAnswer};

/// A duration as scripts write it: `minutes(5)`.
#[must_use]
pub fn duration(span: Duration) -> String {
    let millis = span.millis();
    for (unit, size) in
        [("days", 86_400_000_i64), ("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1_000)]
    {
        let whole = millis.checked_div(size).unwrap_or_default();
        if millis.checked_rem(size) == Some(0) && (millis != 0 || unit == "seconds") {
            return format!("{unit}({whole})");
        }
    }
    span.to_string()
}

/// A text in quotes.
#[must_use]
pub fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// What `accept` answers: `accept().priority(50)`.
#[must_use]
pub fn acceptance(answer: &Acceptance) -> String {
    match answer {
        Acceptance::Accept { priority, ttl, tags } => {
            let mut said = String::from("accept()");
            if let Some(n) = priority {
                let _ = write!(said, ".priority({n})");
            }
            if let Some(span) = ttl {
                let _ = write!(said, ".ttl({})", duration(*span));
            }
            for (name, value) in tags {
                let _ = write!(said, ".tag({}, {})", text(name), text(value));
            }
            said
        }
        Acceptance::Reject { code, sentence: None } => format!("reject({})", text(code)),
        Acceptance::Reject { code, sentence: Some(sentence) } => {
            format!("reject({}, {})", text(code), text(sentence))
        }
        Acceptance::Defer(instant) => format!("defer(at({}, \"UTC\"))", local(&instant.to_string())),
    }
}

/// What `throttle` answers: `limit("all", 500, minutes(5))`.
#[must_use]
pub fn limits(limits: &[Limit]) -> String {
    let each = limits
        .iter()
        .map(|limit| format!("limit({}, {}, {})", text(&limit.key), limit.max, duration(limit.per)));
    let said = each.collect::<Vec<_>>().join(".");
    if said.is_empty() { "no_limit()".into() } else { said }
}

/// What `route` answers: `queue("billing").need("billing >= 5").after(minutes(2)).need("billing")`.
#[must_use]
pub fn plan(plan: &Plan) -> String {
    let mut said = String::new();
    for (i, step) in plan.steps().iter().enumerate() {
        if i > 0 {
            let _ = write!(said, ".after({})", duration(step.after));
        }
        words_of(step, i == 0, &mut said);
    }
    said
}

fn words_of(step: &Step, first: bool, said: &mut String) {
    if let Some(queue) = &step.queue {
        let _ = write!(said, "{}queue({})", if first { "" } else { "." }, text(queue));
    }
    if let Some(need) = &step.need {
        let _ = write!(said, ".need({})", text(&need.to_string()));
    }
    if let Some(n) = step.priority {
        let _ = write!(said, ".priority({n})");
    }
    if let Some(ageing) = &step.ageing {
        let cap = ageing.cap.map_or_else(String::new, |cap| format!(", {cap}"));
        let _ = write!(said, ".age({}, {}{cap})", ageing.points, duration(ageing.every));
    }
    if let Some(prefer) = &step.prefer {
        let _ = write!(said, ".prefer({}, {})", text(prefer.agent.as_str()), duration(prefer.span));
    }
}

/// What `timeout` answers: `retry(minutes(10))`; nothing is `standard()`.
#[must_use]
pub fn timeout(answer: Option<&TimeoutAnswer>) -> String {
    match answer {
        None => "standard()".into(),
        Some(TimeoutAnswer::Retry(after)) => format!("retry({})", duration(*after)),
        Some(TimeoutAnswer::Requeue) => "requeue()".into(),
        Some(TimeoutAnswer::Reroute) => "reroute()".into(),
        Some(TimeoutAnswer::Schedule(instant)) => {
            format!("schedule(at({}, \"UTC\"))", local(&instant.to_string()))
        }
        Some(TimeoutAnswer::Complete(word)) => format!("complete({})", text(word)),
    }
}

/// What `purge` answers: `keep(days(30))`.
#[must_use]
pub fn retention(answer: &RetentionAnswer) -> String {
    match answer {
        RetentionAnswer::Purge => "purge()".into(),
        RetentionAnswer::Keep(span) => format!("keep({})", duration(*span)),
        RetentionAnswer::Redact => "redact()".into(),
    }
}

/// A local time in quotes, of the text of an instant.
fn local(instant: &str) -> String {
    let whole = instant.trim_end_matches('Z');
    text(whole.strip_suffix(".000").unwrap_or(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_texts_are_written_as_scripts_do() {
        for (millis, said) in [(0, "seconds(0)"), (90_000, "seconds(90)"), (7_200_000, "hours(2)")] {
            assert_eq!(duration(Duration::from_millis(millis)), said);
        }
        assert_eq!(duration(Duration::from_days(3)), "days(3)");
        assert_eq!(text("a \"b\" \\"), r#""a \"b\" \\""#);
    }
}
