//! An explanation of the engine in sentences, and as JSON whose instants are text.

use std::fmt::Write;

use chrono_tz::Tz;
use ringback_engine::Instant;
use ringback_engine::protocol::{Agents, Barrier, Before, Explained, Explanation, NextStep, StageName, Wait};
use ringback_engine::record::HoldReason;
use serde_json::Value;

use super::explain::clock;

/// Why a callback stands where it stands.
pub(super) fn sentences(explanation: &Explanation, zone: Tz) -> String {
    let Explanation { callback, at, place, ttl_at, state } = explanation;
    let show = |at: Instant| clock(at, zone);
    let mut text = format!("\nat {} `{callback}` ", show(*at));
    let _ = match state {
        Explained::Scheduled { enters_at } => {
            writeln!(text, "waits for its time: it enters its queue at {}", show(*enters_at))
        }
        Explained::Queued(wait) => {
            waits(wait, *place, zone, &mut text);
            writeln!(text, "  at {} it has lived too long and ends", show(*ttl_at))
        }
        Explained::Routing { queue, stage, agent, until, agents } => {
            let who = agent.as_ref().map_or_else(String::new, |agent| format!(" by agent `{agent}`"));
            let what = match stage {
                StageName::Offered => format!("is looked at{who}, who may take it"),
                StageName::Confirming => "waits for the customer's word whether a call is welcome".into(),
                StageName::Dialing => format!("is being called{who}"),
                StageName::CustomerWaiting => "has its customer on the line, waiting for an agent".into(),
                StageName::Inbound => "waits for the customer to call in".into(),
            };
            let _ = writeln!(text, "has left queue `{queue}` and {what}, until {} at most", show(*until));
            agents.map_or(Ok(()), |agents| writeln!(text, "  - {}", nobody(agents, "what is required")))
        }
        Explained::Processing { queue, agent, since, .. } => {
            writeln!(text, "is served: agent `{agent}` talks since {}, from queue `{queue}`", show(*since))
        }
        Explained::Completed { reason, since, goes_at } => {
            let (since, goes_at) = (show(*since), show(*goes_at));
            writeln!(text, "is over since {since}, {reason}; its record stays until {goes_at} at least")
        }
    };
    text
}

fn waits(wait: &Wait, place: Instant, zone: Tz, text: &mut String) {
    let show = |at: Instant| clock(at, zone);
    let _ = writeln!(text, "waits in queue `{}`: {}", wait.queue, ranks(wait.before));
    let _ = writeln!(text, "  its score is {}, its place in line {}", wait.score, show(place));
    let _ = writeln!(text, "  it can't be called now:");
    for barrier in &wait.barriers {
        let _ = writeln!(text, "  - {}", said(barrier, &wait.need.to_string(), zone));
    }
    if let Some(waited) = &wait.waits_for {
        let until = waited.until.map_or_else(String::new, |until| format!(", until {}", show(until)));
        let there = if waited.logged_in { "" } else { " (not logged in)" };
        let _ = writeln!(text, "  it waits for agent `{}` alone{there}{until}", waited.agent);
    }
    if let Some(NextStep { at, queue, need, agents }) = &wait.next_step {
        let _ = writeln!(
            text,
            "  at {} its plan goes on: queue `{queue}`, an agent must meet `{need}`; as things are, {} do{}, {} of them \
             logged in, {} ready",
            show(*at),
            agents.all,
            if agents.all == 1 { "es" } else { "" },
            agents.logged_in(),
            agents.ready
        );
    }
    let _ = writeln!(text, "  at {} it has waited too long, and `timeout` is asked", show(wait.wait_until));
}

fn ranks(before: Before) -> String {
    let Before { all, higher_score, earlier_place, earlier_request, held } = before;
    if all == 0 {
        return "nobody ranks before it".into();
    }
    let reasons = [
        (higher_score, "by a higher score"),
        (earlier_place, "by an earlier place"),
        (earlier_request, "by an earlier request"),
    ];
    let reasons = reasons.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}"));
    let reasons = reasons.collect::<Vec<_>>().join(", ");
    let held = if held > 0 { format!("; {held} of them can't be called now") } else { String::new() };
    format!("{all} {} before it, {reasons}{held}", if all == 1 { "ranks" } else { "rank" })
}

fn said(barrier: &Barrier, need: &str, zone: Tz) -> String {
    let show = |at: Instant| clock(at, zone);
    match barrier {
        Barrier::Paused => "its queue is paused".into(),
        Barrier::EmergencyClose => "its queue was closed in an emergency".into(),
        Barrier::Closed { until: Some(until) } => {
            format!("its queue's calendar is closed until {}", show(*until))
        }
        Barrier::Closed { until: None } => "its queue's calendar is closed and never opens again".into(),
        Barrier::Held { until, why } => format!("it is held until {}: {}", show(*until), held(*why)),
        Barrier::CallingWindow { until: Some(until) } => {
            format!("where the customer is, calls are allowed again from {}", show(*until))
        }
        Barrier::CallingWindow { until: None } => {
            "where the customer is, calls are not allowed again in its life".into()
        }
        Barrier::NumberLive { callback } => {
            format!("callback `{callback}` to the same number is under way")
        }
        Barrier::NumberFenced { until } => {
            format!("its number was called just now and is left alone until {}", show(*until))
        }
        Barrier::Limit { until, why } => format!("{}, until {}", held(*why), show(*until)),
        Barrier::NumberForbidden => {
            "the rules in force forbid to call its number; when its turn comes, it ends".into()
        }
        Barrier::ConcurrentDials { most } => {
            format!("its queue has as many calls under way as it may, {most}")
        }
        Barrier::DialRate { until } => {
            format!("its queue placed as many calls of late as it may, until {}", show(*until))
        }
        Barrier::Nobody { agents } => nobody(*agents, &format!("`{need}`")),
        Barrier::Behind => "deadlines are due that have not fired: the engine is behind".into(),
    }
}

fn nobody(agents: Agents, need: &str) -> String {
    let Agents { all, logged_out, not_ready, busy, wrapping_up, ready } = agents;
    if all == 0 {
        return format!("no agent of the center meets {need}");
    }
    let doing = [
        (ready, "ready"),
        (busy, "busy"),
        (wrapping_up, "in wrap-up"),
        (not_ready, "not ready"),
        (logged_out, "not logged in"),
    ];
    let doing = doing.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let doing = doing.collect::<Vec<_>>().join(", ");
    let (who, meet) = if all == 1 { ("agent", "meets") } else { ("agents", "meet") };
    if all == logged_out {
        return format!("no agent who meets {need} is logged in; the center has {all}");
    }
    format!("no agent who meets {need} is ready: {all} {who} {meet} it, {doing}")
}

fn held(why: HoldReason) -> &'static str {
    match why {
        HoldReason::Retry => "an attempt failed, and the next is due then",
        HoldReason::AttemptsPerNumber => "its number was called as often as its limit allows",
        HoldReason::AttemptsPerPrefix => "numbers of its prefix were called as often as their limit allows",
        HoldReason::AttemptsPerCountry => "numbers of its country were called as often as their limit allows",
        HoldReason::AttemptsTotal => "as many calls were placed in all as the limit allows",
        HoldReason::CallingWindow => "calls are not allowed at this hour where the customer is",
        HoldReason::Snooze => "the customer asked for later",
    }
}

/// The explanation as the engine has it, with instants as text.
pub(super) fn json(explanation: &Explanation) -> Value {
    let mut value = serde_json::to_value(explanation).unwrap_or_default();
    instants(&mut value);
    value
}

/// The names of fields that are instants.
const INSTANTS: [&str; 8] = ["at", "place", "ttl_at", "enters_at", "until", "since", "goes_at", "wait_until"];

fn instants(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field.as_i64() {
                    Some(millis) if INSTANTS.contains(&name.as_str()) => {
                        *field = Instant::from_millis(millis).to_string().into();
                    }
                    _ => instants(field),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(instants),
        _ => {}
    }
}
