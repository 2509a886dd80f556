//! Starvation: by how much who asks later can get before who waits, whatever happens.
//!
//! Of two queues that share an agent, one callback waits in the first, and another enters the second `lead` later. It ranks
//! higher at some time if its score is ever the higher one. What waiting earns is a flight of stairs, so only the instants
//! at which the later one steps up have to be looked at: between them the earlier one only gains.

use super::{RoutingGraph, need_of};
use crate::center::{Center, Finding, Queue};
use crate::value::requirement::Candidate;
use crate::value::{Ageing, Duration, Name};

/// So many steps of a flight of stairs are looked at; beyond, a bound is given that is a step of waiting too long at most.
const STEPS: i128 = 1 << 16;

/// The longest lead that callbacks of other queues hold over those of one queue, priorities of requests and scripts aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Whose callbacks may be overtaken.
    pub queue: Name,
    /// Whose callbacks overtake them the latest; absent where no other queue shares an agent.
    pub by: Option<Name>,
    /// How much later than they the last of those asked.
    pub lead: Overtaking,
}

/// How long others can overtake who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overtaking {
    /// Who asks this much later, or later still, never gets before them.
    Until(Duration),
    /// Whoever asks later may.
    Always,
}

/// How the callbacks of a queue gain on others.
#[derive(Clone, Copy, Debug)]
struct Climb {
    base: i128,
    points: i128,
    every: i128,
    /// The most that waiting earns; no limit if absent.
    most: Option<i128>,
}

impl Climb {
    fn of(queue: &Queue) -> Self {
        let Ageing { points, every, cap } =
            queue.ageing.unwrap_or(Ageing { points: 0, every: Duration::from_millis(1), cap: None });
        let points = i128::from(points.max(0));
        let most = if points == 0 { Some(0) } else { cap.map(|cap| i128::from(cap.max(0))) };
        Self { base: i128::from(queue.priority), points, every: i128::from(every.millis().max(1)), most }
    }

    /// How long one of these waits until waiting has earned `points`, as far as it ever does.
    fn earns(self, points: i128) -> i128 {
        if points <= 0 {
            return 0;
        }
        ceil(points, self.points).saturating_mul(self.every)
    }

    /// What waiting has earned after so many steps.
    fn after(self, steps: i128) -> i128 {
        let earned = self.points.saturating_mul(steps);
        self.most.map_or(earned, |most| earned.min(most))
    }

    /// Whether it gains as fast as another, without end.
    fn keeps_up_with(self, other: Self) -> bool {
        self.points.saturating_mul(other.every) >= other.points.saturating_mul(self.every)
    }
}

fn ceil(value: i128, by: i128) -> i128 {
    let down = value.checked_div(by).unwrap_or(i128::MAX);
    if value.checked_rem(by).unwrap_or(0) > 0 { down.saturating_add(1) } else { down }
}

/// How much later than one of `waiting` one of `other` may ask and still get before it.
fn overtaking(waiting: Climb, other: Climb) -> Overtaking {
    let ahead = other.base.saturating_sub(waiting.base);
    match (waiting.most, other.most) {
        (Some(_), None) => return Overtaking::Always,
        (Some(own), Some(theirs)) if ahead.saturating_add(theirs) > own => return Overtaking::Always,
        (None, None) if !waiting.keeps_up_with(other) => return Overtaking::Always,
        _ => {}
    }
    if waiting.points == 0 {
        return until(0);
    }
    // After so many steps of the other one, all that it ever earns is earned; where both are as steep, all repeats.
    let last = match (other.most, other.points) {
        (Some(most), 1..) => ceil(most, other.points),
        (Some(_), _) => 0,
        (None, _) => i128::MAX,
    };
    let repeats = waiting.keeps_up_with(other) && other.keeps_up_with(waiting);
    let last = if repeats { last.min(waiting.points) } else { last };
    // What the earlier one has to have waited more, for the later one to be behind it after so many steps.
    let more = |steps: i128| {
        let needed = waiting.earns(ahead.saturating_add(other.after(steps)));
        needed.saturating_sub(steps.saturating_mul(other.every))
    };
    // It is within a step of a straight line, so its greatest value is near that line's higher end.
    let steps_down = waiting.keeps_up_with(other) || last == i128::MAX;
    let line = |steps: i128| {
        let needed = ahead.saturating_add(other.points.saturating_mul(steps)).saturating_add(waiting.points);
        let needed = needed.saturating_mul(waiting.every).checked_div(waiting.points.max(1)).unwrap_or(0);
        needed.saturating_sub(steps.saturating_mul(other.every))
    };
    let mut longest = 0;
    for n in 0..=STEPS.min(last) {
        let steps = if steps_down { n } else { last.saturating_sub(n) };
        longest = more(steps).max(longest);
        if line(steps) <= longest {
            return until(longest);
        }
        if n == STEPS {
            return until(line(steps).max(longest));
        }
    }
    until(longest)
}

fn until(millis: i128) -> Overtaking {
    Overtaking::Until(Duration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX)))
}

impl RoutingGraph {
    /// For each queue of `center`, by the priorities and the ageing of the settings, the longest lead that another queue's
    /// callbacks can hold over its own. Only queues that share an agent compete; without a roster, all do.
    #[must_use]
    pub fn leads(&self, center: &Center) -> Vec<Lead> {
        let lead = |queue: &Queue| {
            let others = center
                .queues
                .iter()
                .filter(|other| other.name != queue.name && compete(center, queue, other));
            let of = |other: &Queue| (overtaking(Climb::of(queue), Climb::of(other)), other.name.clone());
            let longest =
                others.map(of).reduce(|longest, next| if next.0 > longest.0 { next } else { longest });
            let (lead, by) = longest.map_or((until(0), None), |(lead, by)| (lead, Some(by)));
            Lead { queue: queue.name.clone(), by, lead }
        };
        center.queues.iter().map(lead).collect()
    }

    /// The queues whose callbacks can be overtaken without end, as warnings that say what would bound it.
    #[must_use]
    pub fn starvation_findings(&self, center: &Center) -> Vec<Finding> {
        let leads = self.leads(center);
        let starving = center.queues.iter().enumerate().zip(leads).filter_map(|((i, queue), lead)| {
            let by = lead.by.filter(|_| lead.lead == Overtaking::Always)?;
            let other = center.queues.iter().find(|other| other.name == by)?;
            let remedy = remedy(Climb::of(queue), Climb::of(other));
            Some(Finding::warning(
                format!("queue[{i}].name"),
                format!(
                    "queue `{}`: who waits here can be overtaken without end by who asks later in queue `{by}`; to \
                     bound that, {remedy}",
                    queue.name
                ),
            ))
        });
        starving.collect()
    }
}

/// Whether an agent of the roster may serve both.
fn compete(center: &Center, one: &Queue, other: &Queue) -> bool {
    let both = need_of(one).and(&need_of(other));
    let may = |agent: &crate::center::Agent| {
        both.is_met_by(Candidate { id: &agent.id, skills: &agent.skills, groups: &agent.groups })
    };
    center.agents.is_empty() || center.agents.iter().any(may)
}

/// What would bound how long one is overtaken by the other.
fn remedy(waiting: Climb, other: Climb) -> String {
    match (waiting.most, other.most) {
        (_, Some(theirs)) => {
            let short = other.base.saturating_add(theirs).saturating_sub(waiting.base);
            format!("give it an `ageing` without a `cap`, or with one of at least {short}")
        }
        (None, None) => "give it an `ageing` as steep as the other's, or give that one a `cap`".into(),
        (Some(_), None) => {
            "give it an `ageing` as steep as the other's and without a `cap`, or give that one a `cap`, and it an \
             `ageing` that reaches it"
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::center::Agent;
    use crate::value::Instant;

    /// The score of a callback that has waited so long.
    fn score(queue: &Queue, waited: i64) -> i64 {
        let place = Instant::from_millis(0);
        let earned = queue.ageing.map_or(0, |ageing| ageing.earned(place, Instant::from_millis(waited)));
        queue.priority + earned
    }

    /// Whether one who asks `lead` later gets before who waits, within so long a time.
    fn overtakes(waiting: &Queue, other: &Queue, lead: i64, within: i64) -> bool {
        (0..within).any(|waited| score(other, waited) > score(waiting, waited + lead))
    }

    fn queue(name: &str, priority: i64, ageing: Option<(i64, i64, Option<i64>)>) -> Queue {
        let mut queue = Queue::new(name);
        queue.priority = priority;
        queue.ageing =
            ageing.map(|(points, every, cap)| Ageing { points, every: Duration::from_millis(every), cap });
        queue
    }

    #[test]
    fn leads_are_those_of_a_simulation_of_scores() {
        let mut all = vec![None];
        for points in [1, 2, 3, 7] {
            for every in [1, 2, 5, 6] {
                all.extend([None, Some(0), Some(4), Some(9)].map(|cap| Some((points, every, cap))));
            }
        }
        let (mut bounded, mut unbounded) = (0, 0);
        for one in &all {
            for other in &all {
                for priority in [-3, 0, 5] {
                    let (one, other) = (queue("one", 0, *one), queue("other", priority, *other));
                    match overtaking(Climb::of(&one), Climb::of(&other)) {
                        Overtaking::Always => {
                            unbounded += 1;
                            assert!(overtakes(&one, &other, 60, 4_000), "{one:?} {other:?}");
                        }
                        Overtaking::Until(lead) => {
                            bounded += 1;
                            let lead = lead.millis();
                            let bound = format!("{lead} ms: {one:?} {other:?}");
                            assert!(!overtakes(&one, &other, lead, 300), "too short, {bound}");
                            assert!(lead == 0 || overtakes(&one, &other, lead - 1, 300), "too long, {bound}");
                        }
                    }
                }
            }
        }
        assert!(bounded > 2_000 && unbounded > 2_000, "{bounded}, {unbounded}");
    }

    #[test]
    fn the_steepest_and_the_longest_are_answered_at_once() {
        let steep = queue("a", i64::MIN, Some((i64::MAX, 1, None)));
        let slow = queue("b", i64::MAX, Some((1, i64::MAX, None)));
        assert!(matches!(overtaking(Climb::of(&steep), Climb::of(&slow)), Overtaking::Until(_)));
        assert_eq!(overtaking(Climb::of(&slow), Climb::of(&steep)), Overtaking::Always);
        let equal = queue("c", 1_000_003, Some((999_983, 1_000_000, None)));
        let other = queue("d", 0, Some((999_979, 1_000_000, None)));
        assert!(matches!(overtaking(Climb::of(&equal), Climb::of(&other)), Overtaking::Until(_)));
    }

    #[test]
    fn only_queues_that_share_an_agent_compete_and_warnings_say_what_helps() {
        let mut center = Center::new("test", chrono_tz::UTC);
        center.queues = vec![queue("gold", 10, None), queue("rest", 0, Some((1, 60_000, Some(9))))];
        center.queues[0].need = "gold".parse().unwrap();
        center.agents = vec![Agent::new("anna").skill("gold", 1), Agent::new("ben")];
        let graph = RoutingGraph::new(&center);
        let said = graph.starvation_findings(&center);
        assert_eq!(said.len(), 1);
        assert!(said[0].to_string().contains("with one of at least 10"), "{}", said[0]);
        assert_eq!(graph.leads(&center)[0].lead, Overtaking::Until(Duration::ZERO));

        center.queues[1].ageing.as_mut().unwrap().cap = Some(10);
        let leads = graph.leads(&center);
        assert_eq!(leads[1].by.as_deref(), Some("gold"));
        assert_eq!(leads[1].lead, Overtaking::Until(Duration::from_secs(600)));
        center.queues[1].need = "!gold".parse().unwrap();
        assert_eq!(graph.leads(&center)[1].by, None, "nobody serves both");
    }
}
