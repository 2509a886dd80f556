//! Choosing: of several agents who could serve, the one whom the queue's strategy puts first is reserved.
//!
//! Agents of whom the roster has something in the same instant are not compared: what came first, the log does not say.

use ringback_engine::center::Strategy;
use smol_str::SmolStr;

use super::Audit;
use super::findings::Check;
use super::lines::Spot;

impl Audit {
    /// Who could have been reserved does not come before who is: who holds fewer skills, where the strategy asks for
    /// that, or has been idle longer, or of equals has the lower id.
    pub(super) fn best_reserved(&mut self, serial: u64, id: &SmolStr, agent: usize) {
        let Some(callback) = self.callbacks.get(&serial) else { return };
        let Some(Spot::InLine(cohort, _) | Spot::OnLine(cohort, _)) = callback.spot else { return };
        let (queue, need) = (cohort.queue, cohort.need);
        let by_skills = match self.rules.queues[queue].settings.strategy {
            Strategy::LongestIdle => false,
            Strategy::LeastSkilled => true,
            _ => return,
        };
        let rules = &self.rules;
        let key = |agent: usize| {
            let settings = &rules.agents[agent];
            let skills = settings.skills.values().filter(|level| **level > 0).count();
            (if by_skills { skills } else { 0 }, self.people[agent].idle_since, settings.id.as_str())
        };
        if !self.people[agent].is_settled() {
            return;
        }
        let others = self.free.iter().copied().filter(|other| {
            let person = &self.people[*other];
            *other != agent && person.is_settled() && person.is_free() && person.is_ready()
        });
        let better = others
            .filter(|other| rules.may_serve(*other, need) && key(*other) < key(agent))
            .min_by_key(|other| key(*other));
        self.findings.hold(Check::Agents, Some(id), better.is_none(), || {
            let (name, better) = (&rules.agents[agent].id, better.map(|better| &rules.agents[better].id));
            let strategy = if by_skills { "least_skilled" } else { "longest_idle" };
            let better = better.map(ToString::to_string).unwrap_or_default();
            format!("is reserved for `{name}`, and by `{strategy}` `{better}` comes first")
        });
    }
}
