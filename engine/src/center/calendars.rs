//! All calendars of a center: what each includes, and their hours.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::calendar::Hours;
use super::finding::{Finding, did_you_mean};
use super::zone::is_known;
use super::{Calendar, Center};
use crate::value::Name;

/// The most calendars that one may include, those counted that they include in turn.
const MOST_INCLUDED: usize = 64;

/// Which calendars each includes, by position; each comes after those it includes.
pub(super) type Order = Vec<(usize, Vec<usize>)>;

/// Checks the calendars, and puts them in an order in which their hours can be made.
pub(super) fn check(center: &Center, names: &BTreeMap<Name, usize>, findings: &mut Vec<Finding>) -> Order {
    if !is_known(center.timezone) {
        findings.push(no_data("timezone", "center", center.timezone));
    }
    let mut included = Vec::new();
    for (i, calendar) in center.calendars.iter().enumerate() {
        let (path, owner) = (format!("calendar[{i}]"), format!("calendar `{}`", calendar.name));
        if let Some(zone) = calendar.timezone.filter(|zone| !is_known(*zone)) {
            findings.push(no_data(&format!("{path}.timezone"), &owner, zone));
        }
        for (j, season) in calendar.seasons.iter().enumerate() {
            if let Some(obstacle) = season.obstacle() {
                let message = format!("{owner}: season {} to {}: {obstacle}", season.from, season.to);
                findings.push(Finding::error(format!("{path}.seasons[{j}]"), message));
            }
        }
        included.push(included_by(calendar, &path, names, findings));
    }
    order(center, included, findings)
}

fn no_data(path: &str, owner: &str, zone: chrono_tz::Tz) -> Finding {
    let message = format!(
        "{owner}: time zone `{}` is not in the data of {}; write another with the same time",
        zone.name(),
        super::ZONES
    );
    Finding::error(path, message)
}

fn included_by(
    calendar: &Calendar,
    path: &str,
    names: &BTreeMap<Name, usize>,
    findings: &mut Vec<Finding>,
) -> Vec<usize> {
    let mut positions = Vec::new();
    for (j, name) in calendar.include.iter().enumerate() {
        match names.get(name) {
            Some(position) if positions.contains(position) => {}
            Some(position) => positions.push(*position),
            None => {
                let hint = did_you_mean(name, names.keys().map(Name::as_str));
                findings.push(Finding::error(
                    format!("{path}.include[{j}]"),
                    format!("calendar `{}`: unknown calendar `{name}`{hint}", calendar.name),
                ));
            }
        }
    }
    positions
}

/// Takes in turn each calendar whose included ones are taken already; those left over include themselves.
fn order(center: &Center, included: Vec<Vec<usize>>, findings: &mut Vec<Finding>) -> Order {
    let mut sizes: Vec<Option<usize>> = vec![None; included.len()];
    let mut order = Order::new();
    loop {
        let taken = order.len();
        for (i, inside) in included.iter().enumerate() {
            let mut total =
                inside.iter().map(|j| sizes.get(*j).copied().flatten().map(|size| size.saturating_add(1)));
            let total = total.try_fold(0_usize, |sum, size| Some(sum.saturating_add(size?)));
            if let (Some(size @ None), Some(total)) = (sizes.get_mut(i), total) {
                *size = Some(total);
                order.push((i, inside.clone()));
            }
        }
        if order.len() == taken {
            break;
        }
    }
    for (i, (calendar, size)) in center.calendars.iter().zip(&sizes).enumerate() {
        let why = match size {
            None => "it includes itself, or one that does; take one of the names out".to_owned(),
            Some(size) if *size > MOST_INCLUDED => {
                format!("it includes {size} calendars, with what they include; {MOST_INCLUDED} are the most")
            }
            Some(_) => continue,
        };
        findings.push(Finding::error(
            format!("calendar[{i}].include"),
            format!("calendar `{}`: {why}", calendar.name),
        ));
    }
    order
}

/// The hours of each calendar, by position; `closed` says which are under an emergency close.
pub(super) fn hours(
    center: &Center,
    order: &Order,
    closed: impl Fn(usize, &Calendar) -> bool,
) -> Vec<Arc<Hours>> {
    let mut made: BTreeMap<usize, Arc<Hours>> = BTreeMap::new();
    for (i, included) in order {
        let Some(calendar) = center.calendars.get(*i) else { continue };
        let others = included.iter().filter_map(|j| made.get(j)).cloned().collect();
        let hours = Hours::new(calendar, center.timezone).including(others).with_closed(closed(*i, calendar));
        made.insert(*i, Arc::new(hours));
    }
    made.into_values().collect()
}
