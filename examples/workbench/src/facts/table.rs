//! Facts as a table: the columns of the fact table that contact centers report callbacks from, and some of our own.
//!
//! The columns in capitals are those of `CALLBACK_FACT` in Genesys Info Mart, so that reports written for it find them.
//! What this engine can't know is empty.

use std::io::{self, Write};

use ringback_engine::Instant;
use ringback_engine::center::{First, Layout};
use ringback_engine::record::Outcome;

use super::{Answer, Attempt, Fact};
use crate::summary::Seconds;

/// The columns, in their order.
pub const COLUMNS: [&str; 41] = [
    "EVENT_SEQUENCE",
    "SERVICE_ID",
    "FINAL_RECORD",
    "CALLBACK_OFFERED_TS",
    "CALLBACK_ACCEPTED_TS",
    "CALLBACK_OFFER_TIME",
    "EWT_WHEN_OFFERED",
    "POS_WHEN_OFFERED",
    "EWT_READY_TO_START_IXN",
    "POS_READY_TO_START_IXN",
    "WAIT_AGENT_OFFLINE_TIME",
    "ESTABLISH_MEDIA_IXN_TIME",
    "CONN_WAITING_AGENT_TIME",
    "DESIRED_TIME_TS",
    "READY_TO_START_IXN_TS",
    "PUSH_DELIVERY_CONFIRMED_TS",
    "CUSTOMER_READY_TO_START_IXN_TS",
    "CHANNEL",
    "CALLBACK_OFFER_TYPE",
    "CALLBACK_TYPE",
    "OFFER_TIMING",
    "CALL_DIRECTION",
    "CONNECT_ORDER",
    "DIAL_DIALOG_RESULT",
    "DIAL_1_RESULT",
    "DIAL_2_RESULT",
    "DIAL_3_RESULT",
    "DIAL_4_RESULT",
    "DIAL_5_RESULT",
    "FINAL_DIAL_RESULT",
    "service",
    "queue",
    "agent",
    "attempts",
    "wait",
    "talk",
    "place",
    "connected_at",
    "completed_at",
    "reason",
    "origin",
];

/// How many dials have a column of their own.
const DIALS: usize = 5;

/// Writes one row for each callback of a center; requests that were rejected, or repeated others, are none.
///
/// # Errors
///
/// It can't be written.
pub fn write(facts: &[Fact], layout: &Layout, out: impl Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    let callbacks = facts.iter().filter(|fact| fact.answer == Answer::Accepted);
    for (n, fact) in callbacks.enumerate() {
        table.write_record(row(n + 1, fact, layout))?;
    }
    table.flush()
}

fn row(n: usize, fact: &Fact, layout: &Layout) -> Vec<String> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let when = |at: Option<Instant>| at.map_or_else(String::new, |at| at.to_string());
    let spoken = spoken(fact);
    let direction = direction(fact);
    let first_dial = fact.attempts.first().map(|attempt| attempt.at);
    let begun = fact.connected.as_ref().map_or(fact.desired.unwrap_or(fact.asked_at), |talk| talk.place);
    let mut row = vec![
        n.to_string(),
        fact.id.to_string(),
        u8::from(fact.over.is_some()).to_string(),
        String::new(),
        when(Some(fact.asked_at)),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        span(Some(begun), first_dial),
        span(spoken.map(|attempt| attempt.at), spoken.and_then(|attempt| attempt.answered)),
        span(spoken.and_then(|attempt| attempt.answered), on_the_line_until(fact, spoken)),
        when(fact.desired),
        when(fact.ready_at),
        String::new(),
        String::new(),
        channel(&fact.channel).to_owned(),
        String::new(),
        if fact.desired.is_some() { "SCHEDULED" } else { "IMMEDIATE" }.to_owned(),
        timing(fact, layout).to_owned(),
        direction.to_owned(),
        order(fact, layout, direction).to_owned(),
        String::new(),
    ];
    row.extend((0..DIALS).map(|dial| {
        let made = fact.attempts.get(dial);
        made.map_or_else(String::new, |made| result(fact, made).to_owned())
    }));
    row.push(fact.attempts.last().map_or_else(String::new, |made| result(fact, made).to_owned()));
    let talk = fact.connected.as_ref();
    row.extend([
        fact.service.to_string(),
        text(fact.queue.as_deref()),
        text(talk.map(|talk| talk.agent.as_str())),
        fact.attempts.len().to_string(),
        fact.wait().map_or_else(String::new, |wait| seconds(wait.millis())),
        fact.talk.map_or_else(String::new, |talk| seconds(talk.millis())),
        when(talk.map(|talk| talk.place)),
        when(talk.map(|talk| talk.at)),
        when(fact.over.as_ref().map(|(at, _)| *at)),
        text(fact.over.as_ref().map(|(_, reason)| reason.as_str())),
        fact.channel.to_string(),
    ]);
    row
}

/// The attempt that led to the talk, or else the last one that the customer answered.
fn spoken(fact: &Fact) -> Option<&Attempt> {
    let led = fact.connected.as_ref().and_then(|talk| talk.attempt);
    match led {
        Some(id) => fact.attempts.iter().find(|made| made.id == id),
        None => fact.attempts.iter().rfind(|made| made.answered.is_some()),
    }
}

/// Until when the customer who answered waited for an agent.
fn on_the_line_until(fact: &Fact, spoken: Option<&Attempt>) -> Option<Instant> {
    let made = spoken?;
    match &fact.connected {
        Some(talk) if talk.attempt == Some(made.id) => Some(talk.at),
        _ => made.outcome.filter(|(_, outcome)| *outcome == Outcome::Abandoned).map(|(at, _)| at),
    }
}

fn span(from: Option<Instant>, to: Option<Instant>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => seconds(to.since(from).millis().max(0)),
        _ => String::new(),
    }
}

/// Decimal seconds, exact.
fn seconds(millis: i64) -> String {
    let Seconds(millis) = Seconds(millis);
    format!("{}.{:03}", millis / 1_000, millis % 1_000)
}

fn channel(word: &str) -> &'static str {
    let known = ["IVR", "WEB", "MOBILE"];
    known.into_iter().find(|known| known.eq_ignore_ascii_case(word)).unwrap_or("UNKNOWN")
}

/// Whether the service was open when the customer asked.
fn timing(fact: &Fact, layout: &Layout) -> &'static str {
    let Some(service) = layout.service_index(&fact.service).and_then(|index| layout.service(index)) else {
        return "";
    };
    let hours = service.calendar.as_ref().and_then(|calendar| layout.hours_named(calendar));
    if hours.is_none_or(|hours| hours.is_open(fact.asked_at)) { "ON-HOURS" } else { "OFF-HOURS" }
}

/// Who called whom; empty where nobody did.
fn direction(fact: &Fact) -> &'static str {
    match (&fact.connected, fact.attempts.is_empty()) {
        (_, false) => "CUSTOMER_TERMINATED",
        (Some(_), true) => "CUSTOMER_ORIGINATED",
        (None, true) => "",
    }
}

/// Who was on the line first, by the settings of the queue.
fn order(fact: &Fact, layout: &Layout, direction: &str) -> &'static str {
    if direction != "CUSTOMER_TERMINATED" {
        return "";
    }
    let queue = fact.queue.as_ref().and_then(|queue| layout.queue(layout.queue_index(queue)?));
    match queue.map(|queue| queue.dialling.first) {
        Some(First::Agent) => "AGENT_FIRST",
        Some(First::Customer) => "CUSTOMER_FIRST",
        Some(First::Inbound) | None => "",
    }
}

fn result(fact: &Fact, made: &Attempt) -> &'static str {
    if fact.connected.as_ref().is_some_and(|talk| talk.attempt == Some(made.id)) {
        return "CONNECTED";
    }
    match made.outcome.map(|(_, outcome)| outcome) {
        Some(Outcome::Answered | Outcome::Abandoned) => "PERSON",
        Some(Outcome::Busy) => "BUSY",
        Some(Outcome::NoAnswer) => "NO_ANSWER",
        Some(Outcome::AnsweringMachine) => "ANSWERING_MACHINE",
        Some(Outcome::Fax) => "FAX",
        Some(Outcome::Error) => "CREATE_CALL_ERROR",
        Some(Outcome::Unknown) | None => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use ringback_engine::center::{Center, Queue, Service};
    use ringback_engine::protocol::{Code, Effect, EffectKind, Event};
    use ringback_engine::record::{Reason, Request};
    use ringback_engine::{AttemptId, EffectId, Phone};

    use super::super::Facts;
    use super::*;
    use crate::world::{Observer, Standing};

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(seconds * 1_000)
    }

    /// The rows of a run, each by column.
    fn rows(
        tell: impl FnOnce(&mut dyn FnMut(i64, Event)),
    ) -> Vec<std::collections::BTreeMap<String, String>> {
        let mut facts = Facts::default();
        let mut request = Request::new("c1", "retail", Phone::new("+12125550123").unwrap());
        request.channel = "web".into();
        facts.requested(at(10), &request);
        let standing = Standing { place: at(10), queue: Some("retail".into()) };
        let mut event = |seconds, event| {
            let effect = Effect { id: EffectId(0), at: at(seconds), kind: EffectKind::Event(event) };
            facts.effect(&effect, Some(&standing));
        };
        tell(&mut event);
        let mut center = Center::new("x", Tz::UTC);
        center.queues.push(Queue::new("retail"));
        center.services.push(Service::new("retail", "retail"));
        let layout = Layout::new(center).unwrap();
        let mut out = Vec::new();
        write(&facts.into_facts(), &layout, &mut out).unwrap();
        let mut reader = csv::Reader::from_reader(out.as_slice());
        reader.deserialize().map(Result::unwrap).collect()
    }

    #[test]
    fn a_callback_served_at_the_second_attempt_has_all_that_can_be_known() {
        let c1 = || "c1".into();
        let dialing = |attempt| Event::Dialing {
            callback: c1(),
            attempt: AttemptId(attempt),
            agent: Some("anna".into()),
            number: Phone::new("+12125550123").unwrap(),
        };
        let outcome =
            |attempt, outcome| Event::Outcome { callback: c1(), attempt: AttemptId(attempt), outcome };
        let rows = rows(|event| {
            event(10, Event::Accepted { callback: c1() });
            event(
                30,
                Event::Reserved { callback: c1(), agent: "anna".into(), queue: "retail".into(), score: 0 },
            );
            event(31, dialing(1));
            event(40, outcome(1, Outcome::Busy));
            event(100, dialing(2));
            event(107, outcome(2, Outcome::Answered));
            event(109, Event::Connected { callback: c1(), agent: "anna".into() });
            event(169, Event::Ended { callback: c1(), agent: "anna".into() });
            event(169, Event::Completed { callback: c1(), reason: Reason::AgentConnected });
        });
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        for (column, value) in [
            ("EVENT_SEQUENCE", "1"),
            ("SERVICE_ID", "c1"),
            ("FINAL_RECORD", "1"),
            ("CALLBACK_ACCEPTED_TS", "1970-01-01T00:00:10.000Z"),
            ("WAIT_AGENT_OFFLINE_TIME", "21.000"),
            ("READY_TO_START_IXN_TS", "1970-01-01T00:00:30.000Z"),
            ("ESTABLISH_MEDIA_IXN_TIME", "7.000"),
            ("CONN_WAITING_AGENT_TIME", "2.000"),
            ("CHANNEL", "WEB"),
            ("CALLBACK_TYPE", "IMMEDIATE"),
            ("OFFER_TIMING", "ON-HOURS"),
            ("CALL_DIRECTION", "CUSTOMER_TERMINATED"),
            ("CONNECT_ORDER", "AGENT_FIRST"),
            ("DIAL_1_RESULT", "BUSY"),
            ("DIAL_2_RESULT", "CONNECTED"),
            ("DIAL_3_RESULT", ""),
            ("FINAL_DIAL_RESULT", "CONNECTED"),
            ("wait", "99.000"),
            ("talk", "60.000"),
            ("attempts", "2"),
            ("reason", "AGENT_CONNECTED"),
            ("EWT_WHEN_OFFERED", ""),
            ("DESIRED_TIME_TS", ""),
        ] {
            assert_eq!(row[column], value, "{column}");
        }
    }

    #[test]
    fn what_is_no_callback_has_no_row_and_what_never_happened_no_value() {
        assert!(
            rows(|event| event(10, Event::Rejected { callback: "c1".into(), code: Code::Closed })).is_empty()
        );
        let rows = rows(|event| {
            event(10, Event::Accepted { callback: "c1".into() });
            event(99, Event::Completed { callback: "c1".into(), reason: Reason::Ttl });
        });
        for column in
            ["WAIT_AGENT_OFFLINE_TIME", "CALL_DIRECTION", "CONNECT_ORDER", "FINAL_DIAL_RESULT", "wait"]
        {
            assert_eq!(rows[0][column], "", "{column}");
        }
        assert_eq!(rows[0]["reason"], "FAIL_TIMEOUT_TTL");
    }
}
