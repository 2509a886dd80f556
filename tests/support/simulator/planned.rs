//! An application of planned answers and planned faults: each follows from a number and the question alone.

use std::sync::Arc;

use ringback_engine::center::{Limit, Plan};
use ringback_engine::protocol::{
    Acceptance, AgentView, Answer, Application, CallbackView, Contact, Fault, Hook, RetentionAnswer,
    TimeoutAnswer, TimeoutKind,
};
use ringback_engine::{Duration, Name};
use serde::{Deserialize, Serialize};

use super::centers::ageing;
use super::random::{Random, mix};
use crate::history::{NEEDS, QUEUES};

/// What the answers follow from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Which answers.
    pub seed: u64,
    /// How many answers of a thousand are faults.
    pub faults: u64,
}

impl Planned {
    /// The randomness of one answer, unless it is to be left to the settings or to be a fault.
    fn answer(self, hook: Hook, question: &str, number: u64) -> Answer<Random> {
        let words = question.bytes().fold(number, |word, byte| mix(word ^ u64::from(byte)));
        let mut random = Random::new(self.seed ^ mix(words ^ hook as u64));
        if random.permille(self.faults) {
            return Err(Fault { message: "out of order".into(), line: random.within(0..9) as u32 });
        }
        Ok((!random.one_in(3)).then_some(random))
    }

    fn about(self, hook: Hook, callback: &CallbackView) -> Answer<Random> {
        self.answer(hook, callback.request.id.as_str(), u64::from(callback.attempts))
    }
}

impl Application for Planned {
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        let Some(mut random) = self.answer(Hook::Accept, contact.request.id.as_str(), 0)? else {
            return Ok(None);
        };
        Ok(Some(match random.below(20) {
            0 => Acceptance::Reject { code: "full".into(), sentence: None },
            1 | 2 => Acceptance::Defer(contact.view.now().after(seconds(&mut random, -5..900))),
            _ => Acceptance::Accept {
                priority: random.one_in(2).then(|| random.within(0..20)),
                ttl: random.one_in(3).then(|| seconds(&mut random, 0..900)),
                tags: if random.one_in(3) { vec![("tier".into(), "gold".into())] } else { Vec::new() },
            },
        }))
    }

    fn throttle(&mut self, contact: &Contact) -> Answer<Vec<Limit>> {
        let Some(mut random) = self.answer(Hook::Throttle, contact.request.id.as_str(), 0)? else {
            return Ok(None);
        };
        // A key tells how far its limits look back at most, so that what it has counted is known as far.
        let keys = ["60".into(), "300".into(), format!("60:{}", contact.request.phone)];
        let limit = |random: &mut Random| {
            let key = keys[random.below(keys.len())].clone();
            let per = if key.starts_with("60") { 60 } else { 300 };
            let max = random.within(2..60) as u32;
            Limit { key: key.into(), max, per: Duration::from_secs(per) }
        };
        let number = random.pick(&[1, 1, 2, 3, Limit::PER_REQUEST + 1]);
        Ok(Some((0..number).map(|_| limit(&mut random)).collect()))
    }

    fn route(&mut self, callback: &CallbackView) -> Answer<Plan> {
        Ok(self.about(Hook::Route, callback)?.map(|mut random| plan(&mut random)))
    }

    fn timeout(&mut self, callback: &CallbackView, kind: TimeoutKind) -> Answer<TimeoutAnswer> {
        let Some(mut random) = self.about(Hook::Timeout, callback)? else { return Ok(None) };
        // After many attempts it lets go.
        let most = if kind == TimeoutKind::QueueWait { 8 } else { 10 - u64::from(callback.attempts.min(9)) };
        Ok(Some(match random.next() % most {
            0 => TimeoutAnswer::Complete("gave_up".into()),
            1 | 2 => TimeoutAnswer::Requeue,
            3 | 4 => TimeoutAnswer::Reroute,
            5 => TimeoutAnswer::Schedule(callback.view.now().after(seconds(&mut random, -5..700))),
            _ => TimeoutAnswer::Retry(seconds(&mut random, 0..90)),
        }))
    }

    fn score(&mut self, callback: &CallbackView, agent: &AgentView) -> Answer<i64> {
        let number = u64::from(callback.attempts) ^ mix(agent.calls);
        let random = self.answer(Hook::Score, callback.request.id.as_str(), number)?;
        Ok(random.map(|mut random| random.within(-3..4)))
    }

    fn purge(&mut self, callback: &CallbackView) -> Answer<RetentionAnswer> {
        let Some(mut random) = self.about(Hook::Purge, callback)? else { return Ok(None) };
        Ok(Some(match random.below(4) {
            0 => RetentionAnswer::Redact,
            1 => RetentionAnswer::Purge,
            _ => RetentionAnswer::Keep(seconds(&mut random, 0..300)),
        }))
    }
}

fn seconds(random: &mut Random, range: std::ops::Range<i64>) -> Duration {
    Duration::from_secs(random.within(range))
}

fn plan(random: &mut Random) -> Plan {
    let mut plan = Plan::new(random.pick(&QUEUES));
    let mut delay = Duration::ZERO;
    for number in 0..random.within(1..5) {
        if number > 0 {
            delay = delay.plus(Duration::from_secs(random.pick(&[0, 0, 5, 15, 40])));
            plan.after(delay).expect("in order");
        }
        if random.one_in(3) {
            let queue = if random.one_in(25) { "nowhere" } else { random.pick(&QUEUES) };
            plan.go_to(Name::new(queue));
        }
        let need = random.one_in(2).then(|| random.pick(&NEEDS).parse().expect("a requirement"));
        let priority = random.one_in(2).then(|| random.within(0..20));
        let ageing = if random.one_in(3) { ageing(random) } else { None };
        let step = plan.last().expect("begun");
        (step.need, step.priority, step.ageing) = (need.map(Arc::new), priority, ageing);
    }
    plan
}
