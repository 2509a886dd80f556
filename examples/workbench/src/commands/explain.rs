//! `ringback explain`: what became of one callback, which lines of the script decided that, and what it waits for.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use ringback_engine::center::{instant_to_local, parse_instant};
use ringback_engine::protocol::Effect;
use ringback_engine::{CallbackId, Engine, Instant};
use ringback_scripting::Traced;
use ringback_scripting::trace::{Decision, Keep};
use serde_json::{Value, json};

use super::first_pass::Period;
use super::{Failure, Outcome, colours, why};
use crate::bundle::{Bundle, render_all};
use crate::event_log::EventLog;
use crate::streams::TRAFFIC;
use crate::world::{Observer, Standing, play_until};

/// How a callback is explained.
#[derive(Clone, Debug, Default)]
pub struct Explain {
    /// Its id.
    pub callback: String,
    /// Until when; to its end if absent. An instant, or local time of the center.
    pub at: Option<String>,
    /// Whether every line run is told, with what it read.
    pub trace: bool,
    /// Whether all of it is one JSON object.
    pub json: bool,
}

/// Plays the bundle in `dir`, and tells what became of a callback and why.
///
/// # Errors
///
/// The bundle can't be played, or has no such callback.
pub fn explain(dir: &Path, asked: &Explain) -> Outcome {
    let bundle = Bundle::open(dir).map_err(Failure::unreadable)?;
    let sound = !bundle.has_errors();
    let period = Period::of(dir, &bundle);
    let (Some(period), Some(layout), Some(application), true) =
        (period, bundle.layout, bundle.application, sound)
    else {
        return Err(Failure::Found(render_all(&bundle.findings, colours())));
    };
    let zone = layout.center().timezone;
    let until = match &asked.at {
        None => Instant::MAX,
        Some(text) => {
            parse_instant(text, zone).map_err(|error| Failure::unreadable(format!("--at: {error}")))?
        }
    };
    let callback = CallbackId::new(&asked.callback);
    let traced = Traced::new(application, Keep::Of(callback)).map_err(Failure::found)?;
    let mut engine = Engine::new(Arc::clone(&layout), traced);
    let mut watch = Watch { callback: asked.callback.clone(), events: Vec::new() };
    let traffic = period.traffic().map_err(Failure::unreadable)?;
    let roster = period.roster().map_err(Failure::unreadable)?.into_iter().flatten();
    let changes = period.changes().map_err(Failure::unreadable)?;
    play_until(&mut engine, (traffic, roster, changes), until, true, &mut watch)
        .map_err(Failure::unreadable)?;
    // At its end nothing holds it up any more.
    let id = CallbackId::new(&asked.callback);
    let explanation = asked.at.as_ref().and_then(|_| engine.explain(&id));
    let decisions = engine.application_mut().take_decisions();
    if watch.events.is_empty() && decisions.is_empty() {
        let when = asked.at.as_ref().map_or_else(String::new, |at| format!(" until {at}"));
        return Err(Failure::found(format!(
            "nothing happened to `{}`{when}; name an `id` of {TRAFFIC}",
            asked.callback
        )));
    }
    if asked.json {
        let why = explanation.as_ref().map(why::json);
        let all = json!({ "callback": asked.callback, "events": watch.events, "decisions": decisions, "explanation": why });
        return Ok(format!("{all:#}\n"));
    }
    let why = explanation.as_ref().map_or_else(String::new, |explanation| why::sentences(explanation, zone));
    Ok([told(&watch.events, &decisions, zone, asked.trace), why].concat())
}

/// Keeps the log's lines about one callback.
struct Watch {
    callback: String,
    events: Vec<Value>,
}

impl Observer for Watch {
    fn effect(&mut self, effect: &Effect, _: Option<&Standing>) {
        let mut line = EventLog::new(Vec::new());
        line.effect(effect, None);
        let line = line.finish().unwrap_or_default();
        let event: Option<Value> = serde_json::from_slice(&line).ok();
        self.events.extend(event.filter(|event| event["callback"] == *self.callback));
    }
}

/// Events and decisions by instant; what was decided at an instant comes before what happened at it.
fn told(events: &[Value], decisions: &[Decision], zone: Tz, trace: bool) -> String {
    let mut text = String::new();
    let mut decisions = decisions.iter().peekable();
    for event in events {
        let at = event["at"].as_str().and_then(|at| at.parse::<Instant>().ok()).unwrap_or_default();
        while let Some(decision) = decisions.next_if(|decision| decision.at <= at) {
            decided(decision, zone, trace, &mut text);
        }
        let _ = writeln!(text, "{}  {}", clock(at, zone), sentence(event, zone));
    }
    for decision in decisions {
        decided(decision, zone, trace, &mut text);
    }
    text
}

fn decided(decision: &Decision, zone: Tz, trace: bool, text: &mut String) {
    let Decision { hook, line, source, .. } = decision;
    let about = if decision.about.is_empty() { String::new() } else { format!(" ({})", decision.about) };
    let what = match (&decision.answer, &decision.fault) {
        (Some(answer), _) => format!("decided {answer}"),
        (None, fault) => format!("failed: {}", fault.as_deref().unwrap_or_default()),
    };
    let _ = writeln!(text, "{}  `{hook}`{about} {what}", clock(decision.at, zone));
    let file = of_file(&decision.file);
    let _ = writeln!(text, "{:25}{file}line {line}: {source}", "");
    if trace {
        for step in &decision.steps {
            let reads = step.reads.iter().map(|read| format!("{} = {}", read.expression, read.value));
            let reads = reads.collect::<Vec<_>>().join(", ");
            let file = of_file(&step.file);
            let ran = format!("{:27}ran {file}line {:>3}  {reads}", "", step.line);
            let _ = writeln!(text, "{}", ran.trim_end());
        }
        if decision.cut {
            let _ = writeln!(text, "{:27}and more lines", "");
        }
    }
}

/// The name of a file in front of its line; nothing in an application of one file.
fn of_file(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("{name} ") }
}

/// What the local clock shows.
pub(super) fn clock(at: Instant, zone: Tz) -> String {
    instant_to_local(zone, at).format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

/// An event in words; of one that has none here, its name and fields.
fn sentence(event: &Value, zone: Tz) -> String {
    let field = |name: &str| event[name].as_str().map_or_else(|| event[name].to_string(), str::to_owned);
    let instant = |name: &str| {
        field(name).parse::<Instant>().map_or_else(|_| field(name), |instant| clock(instant, zone))
    };
    match field("event").as_str() {
        "accepted" => "was accepted".into(),
        "rejected" => format!("was rejected, {}", field("code")),
        "scheduled" => format!("waits for its time, {}", instant("desired")),
        "queued" => format!("entered queue `{}`; an agent must meet `{}`", field("queue"), field("need")),
        "step" => {
            format!("its plan went on: queue `{}`, an agent must meet `{}`", field("queue"), field("need"))
        }
        "held" => format!("is not called before {} ({})", instant("until"), field("why")),
        "returned" => format!("came back to its place in line ({})", field("why")),
        "reserved" => {
            format!("was first with {} points: agent `{}` is reserved for it", field("score"), field("agent"))
        }
        "outcome" => format!("the attempt ended: {}", field("outcome")),
        "connected" => format!("customer and agent `{}` talk", field("agent")),
        "ended" => "the talk ended".into(),
        "completed" => format!("is over, {}", field("reason")),
        "purged" => "its record is gone".into(),
        name => {
            let rest = event.as_object().into_iter().flatten();
            let rest = rest.filter(|(key, _)| !["at", "seq", "event", "callback"].contains(&key.as_str()));
            let rest: Vec<String> = rest.map(|(key, _)| format!("{key} {}", field(key))).collect();
            format!("{name} {}", rest.join(", ")).trim_end().to_owned()
        }
    }
}
