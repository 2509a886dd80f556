//! Liveness: faults have ended, everybody works, calls are answered. By when must everything be over?

use std::collections::BTreeMap;

use ringback_engine::record::{Callback, State, StateName};
use ringback_engine::{CallbackId, Duration, Instant, Phone};

use super::features::Feature;
use super::history::Setting;
use super::rules::Rules;
use super::run::Run;

/// The longest that a healthy world takes for one callback: it rings, they talk.
const CALL: Duration = Duration::from_secs(8);

/// A call that nobody reported on.
const SILENT_CALL: Duration = Duration::from_secs(40);

/// By when each callback that is not over must be, soonest first.
pub(super) fn bounds(setting: &Setting, run: &Run) -> Vec<(Instant, CallbackId)> {
    let served = by_when_served(setting, run);
    let open = run.engine.callbacks(None).filter(|callback| callback.state.name() != StateName::Completed);
    let mut bounds: Vec<(Instant, CallbackId)> = open
        .map(|callback| {
            let alive = by_when_it_dies(setting, run, callback);
            let served = served.filter(|_| run.checker.is_served_in_the_end(callback.sequence.0));
            (served.map_or(alive, |served| served.min(alive)), callback.request.id.clone())
        })
        .collect();
    bounds.sort();
    bounds
}

/// Whoever nobody serves is over with its time to live, even if it is put off to the horizon first; whoever talks
/// then, with the longest interaction.
fn by_when_it_dies(setting: &Setting, run: &Run, callback: &Callback) -> Instant {
    let center = &setting.center;
    let talk = center.queues.iter().map(|queue| queue.talk_timeout).max().unwrap_or(Duration::ZERO);
    let service = center.services.iter().find(|service| service.name == callback.request.service);
    let horizon = service.map_or(Duration::ZERO, |service| service.horizon);
    let last = callback.ttl_at.max(callback.received.after(horizon).after(callback.ttl));
    last.max(run.engine.clock()).after(talk).after(Duration::from_secs(1))
}

/// Where only queues, agents and numbers decide: everybody who can be served is, one after the other at worst, once
/// the last may be called; and a number as often as its limit lets it.
fn by_when_served(setting: &Setting, run: &Run) -> Option<Instant> {
    let slow = [
        Feature::Hours,
        Feature::Dialling,
        Feature::Steering,
        Feature::Windows,
        Feature::Crowds,
        Feature::NewConfigurations,
        Feature::SeveralNumbers,
        Feature::Conditions,
        Feature::Closings,
    ]
    .into_iter()
    .any(|feature| setting.features.has(feature));
    if setting.rules != Rules::Plain || slow {
        return None;
    }
    let center = &setting.center;
    let now = run.engine.clock();
    let (mut count, mut last) = (0i64, now);
    let mut numbers: BTreeMap<&Phone, i64> = BTreeMap::new();
    for callback in run.engine.callbacks(None) {
        match &callback.state {
            State::Completed(_) => continue,
            State::Scheduled(scheduled) => last = last.max(scheduled.submit_at),
            State::Queued(queued) => last = last.max(queued.hold.map_or(now, |hold| hold.until)),
            State::Routing(_) | State::Processing(_) => last = last.max(now.after(SILENT_CALL)),
        }
        count += 1;
        *numbers.entry(&callback.request.phone).or_default() += 1;
    }
    let wrap_up = center
        .queues
        .iter()
        .map(|queue| queue.wrap_up.length().unwrap_or_default())
        .max()
        .unwrap_or(Duration::ZERO);
    let each = CALL.plus(wrap_up).plus(center.limits.redial_floor).plus(Duration::from_secs(60));
    let most = numbers.values().max().copied().unwrap_or(0);
    let limited = center
        .limits
        .attempts_per_number
        .map_or(0, |quota| (most / i64::from(quota.max) + 1) * quota.per.millis());
    Some(last.after(Duration::from_millis(count * each.millis() + limited)))
}
