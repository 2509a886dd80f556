//! Plans: what `route` answers. Every word takes a plan and gives another.

use std::sync::Arc;

use rhai::{Dynamic, ImmutableString, NativeCallContext};
use ringback_engine::center::{Plan, Preference, Step};
use ringback_engine::value::Ageing;
use ringback_engine::{AgentId, Duration, Requirement};

use super::registry::{Registry, kind, word};
use super::{Fallible, ask, fault, takes_text, text};
use crate::requirements::Requirements;

pub(super) fn register(engine: &mut Registry<'_>, requirements: &Arc<Requirements>) {
    kind!(engine, Plan, "plan");
    takes_text!(engine, "queue", |context: &NativeCallContext<'_>, name: &str| {
        existing_queue(context, name).map(|()| Plan::new(name))
    });
    word!(engine, "queue", |context: NativeCallContext<'_>, plan: Plan, name: Dynamic| -> Fallible<Plan> {
        let name = text(&name)?;
        existing_queue(&context, &name)?;
        let mut plan = plan;
        plan.go_to(name.as_str());
        Ok(plan)
    },);
    let parsed = Arc::clone(requirements);
    word!(engine, "need", move |plan: Plan, need: ImmutableString| -> Fallible<Plan> {
        let need = requirement(&parsed, &need)?;
        Ok(changed(plan, |step| step.need = Some(need)))
    });
    let parsed = Arc::clone(requirements);
    word!(engine, "need", move |plan: Plan, need: Dynamic| -> Fallible<Plan> {
        let need = requirement(&parsed, &text(&need)?)?;
        Ok(changed(plan, |step| step.need = Some(need)))
    });
    word!(engine, "priority", |plan: Plan, n: i64| changed(plan, |step| step.priority = Some(n)));
    word!(engine, "age", |plan: Plan, points: i64, every: Duration| aged(plan, points, every, None));
    word!(engine, "age", |plan: Plan, points: i64, every: Duration, cap: i64| {
        aged(plan, points, every, Some(cap))
    });
    word!(engine, "prefer", |plan: Plan, agent: Dynamic, span: Duration| -> Fallible<Plan> {
        let agent = text(&agent)?;
        if span <= Duration::ZERO {
            return fault(format!(
                "a preference of {span} is over before it begins; give a duration above 0"
            ));
        }
        let preference = Preference { agent: AgentId::new(agent.as_str()), span };
        // `last_agent` is empty where there is none.
        Ok(if agent.is_empty() { plan } else { changed(plan, |step| step.prefer = Some(preference)) })
    });
    word!(engine, "after", |plan: Plan, delay: Duration| {
        let mut plan = plan;
        match plan.after(delay) {
            Ok(()) => Ok(plan),
            Err(error) => fault(error.to_string()),
        }
    });
}

fn existing_queue(context: &NativeCallContext<'_>, name: &str) -> Fallible<()> {
    ask(context, |view| if view.has_queue(name) { Ok(()) } else { fault(format!("unknown queue `{name}`")) })
}

fn requirement(parsed: &Requirements, text: &str) -> Fallible<Arc<Requirement>> {
    match parsed.parse(text) {
        Ok(requirement) => Ok(requirement),
        Err(error) => fault(format!("requirement `{text}`: {error}")),
    }
}

/// The plan with its last step changed.
fn changed(mut plan: Plan, change: impl FnOnce(&mut Step)) -> Plan {
    if let Some(step) = plan.last() {
        change(step);
    }
    plan
}

fn aged(plan: Plan, points: i64, every: Duration, cap: Option<i64>) -> Fallible<Plan> {
    if points < 0 {
        return fault(format!("ageing by {points} points would move a callback back; write 0 or more"));
    }
    if every < Duration::from_millis(1) {
        return fault(format!("ageing every {every}; write a longer time, as `minutes(1)`"));
    }
    if cap.is_some_and(|cap| cap < 0) {
        return fault("ageing with a negative cap; write 0 or more");
    }
    Ok(changed(plan, |step| step.ageing = Some(Ageing { points, every, cap })))
}
