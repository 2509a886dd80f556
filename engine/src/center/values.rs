//! Whether the settings' values make sense, each by itself.

use super::finding::{Finding, did_you_mean};
use super::{Center, Limit, Limits, MAX_CAPACITY, SLOT_MINUTES, Service};
use crate::value::requirement::MAX_LEVEL;
use crate::value::{Ageing, Duration};

pub(super) fn at_least(
    path: &str,
    owner: &str,
    key: &str,
    value: Duration,
    least: Duration,
    findings: &mut Vec<Finding>,
) {
    if value < least {
        let message = format!("{owner}: `{key}` is {value}; write at least {least}");
        findings.push(Finding::error(format!("{path}.{key}"), message));
    }
}

pub(super) fn check_ageing(path: &str, owner: &str, ageing: Option<Ageing>, findings: &mut Vec<Finding>) {
    let Some(ageing) = ageing else { return };
    if ageing.points < 0 {
        findings.push(Finding::error(
            format!("{path}.points"),
            format!(
                "{owner}: ageing by {} points would move a callback back; write 0 or more",
                ageing.points
            ),
        ));
    }
    if let Some(cap) = ageing.cap.filter(|cap| *cap < 0) {
        findings.push(Finding::error(
            format!("{path}.cap"),
            format!("{owner}: ageing capped at {cap} would move a callback back; write 0 or more"),
        ));
    }
    at_least(path, owner, "every", ageing.every, Duration::from_millis(1), findings);
}

pub(super) fn check_service(path: &str, owner: &str, service: &Service, findings: &mut Vec<Finding>) {
    for (key, value) in [
        ("submit_before", service.submit_before),
        ("horizon", service.horizon),
        ("min_lead", service.min_lead),
        ("immediate_blackout", service.immediate_blackout),
    ] {
        at_least(path, owner, key, value, Duration::ZERO, findings);
    }
    if !SLOT_MINUTES.contains(&service.slot.minutes) {
        findings.push(Finding::error(
            format!("{path}.slot.minutes"),
            format!("{owner}: a slot of {} minutes; write one of {SLOT_MINUTES:?}", service.slot.minutes),
        ));
    }
    for (i, window) in service.windows.iter().enumerate() {
        at_least(
            &format!("{path}.windows[{i}]"),
            owner,
            "per",
            window.per,
            Duration::from_millis(1),
            findings,
        );
        if window.max > Limit::MAX * 100 {
            findings.push(Finding::error(
                format!("{path}.windows[{i}].max"),
                format!("{owner}: a window counts to at most {}", Limit::MAX * 100),
            ));
        }
    }
    if !service.immediate && !service.scheduled {
        findings
            .push(Finding::error(format!("{path}.kinds"), format!("{owner}: offers no kind of callback")));
    }
    if service.calendar.is_none() {
        for (key, used) in [
            ("reject_closed", service.reject_closed),
            ("immediate_blackout", service.immediate_blackout > Duration::ZERO),
        ] {
            if used {
                findings.push(Finding::error(
                    format!("{path}.{key}"),
                    format!("{owner}: `{key}` needs the service's `calendar`, and it has none"),
                ));
            }
        }
    }
}

pub(super) fn check_agents(center: &Center, findings: &mut Vec<Finding>) {
    for (i, agent) in center.agents.iter().enumerate() {
        for (skill, level) in &agent.skills {
            if *level > MAX_LEVEL {
                findings.push(Finding::error(
                    format!("agent[{i}].skills.{skill}"),
                    format!("agent `{}`: level {level} of `{skill}`; write 0 to 100", agent.id),
                ));
            }
        }
        if !(1..=MAX_CAPACITY).contains(&agent.capacity) {
            findings.push(Finding::error(
                format!("agent[{i}].capacity"),
                format!(
                    "agent `{}`: {} callbacks at a time; write 1 to {MAX_CAPACITY}",
                    agent.id, agent.capacity
                ),
            ));
        }
    }
}

pub(super) fn check_limits(center: &Center, findings: &mut Vec<Finding>) {
    let limits = &center.limits;
    at_least("limits", "limits", "redial_floor", limits.redial_floor, Duration::ZERO, findings);
    at_least("limits", "limits", "max_lag", limits.max_lag, Duration::from_secs(1), findings);
    if limits.faults_in_a_row == 0 {
        findings.push(Finding::error(
            "limits.faults_in_a_row",
            "limits: a hook can't be set aside before its first fault; write at least 1",
        ));
    }
    let named = center.tables.iter().any(|table| table.name == limits.opt_out);
    if !named && limits.opt_out != Limits::default().opt_out {
        let hint = did_you_mean(&limits.opt_out, center.tables.iter().map(|table| table.name.as_str()));
        findings.push(Finding::error(
            "limits.opt_out",
            format!("limits: unknown table `{}`{hint}", limits.opt_out),
        ));
    }
    if limits.attempts_per_number.is_none() {
        findings.push(Finding::warning(
            "limits.attempts_per_number",
            "limits: nothing limits how often one number is called",
        ));
    }
    for (key, quota) in [
        ("attempts_per_number", limits.attempts_per_number),
        ("attempts_per_prefix", limits.attempts_per_prefix),
        ("attempts_per_country", limits.attempts_per_country),
        ("attempts_total", limits.attempts_total),
    ] {
        let Some(quota) = quota else { continue };
        let path = format!("limits.{key}");
        at_least(&path, "limits", "per", quota.per, Duration::from_millis(1), findings);
        if quota.max == 0 {
            findings.push(Finding::error(
                format!("{path}.max"),
                "limits: with no attempt nobody is ever called; write at least 1",
            ));
        }
    }
}
