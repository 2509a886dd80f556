//! Calls: reservations, dials, outcomes, hanging up; who is live, fenced and counted.

use ringback_engine::center::{First, OUTCOME_GRACE};
use ringback_engine::protocol::{Command, Dial, HangUp};
use ringback_engine::record::Outcome;
use ringback_engine::{AgentId, AttemptId, Duration, Name, Phone};

use super::Checker;
use super::known::{Stage, Word};
use super::order::within;

impl Checker {
    pub(super) fn reserved(&mut self, sequence: u64, id: &AgentId, queue: &Name, score: i64) -> bool {
        let known = &self.callbacks[&sequence];
        let on_line = match known.stage {
            Stage::Queued { .. } => None,
            Stage::OnLine { agent: None, attempt, until, .. } => Some((attempt, until)),
            _ => return false,
        };
        let Some(way) = &known.way else { return false };
        let (from, expected) = (way.queue, self.score(known));
        let named = self.facts.queue(from).name == *queue;
        self.judge.must(46, named, || format!("{sequence} is reserved from {queue}"));
        self.judge
            .must(46, score == expected, || format!("{sequence} has score {expected}, and {score} is said"));
        let Some(agent) = self.facts.agent_named(id) else { return false };
        let (away, now) = (self.away, self.now);
        self.judge.must(47, away.is_none_or(|until| until <= now), || {
            format!("{sequence} is matched at {now}, while the host was away until {away:?}")
        });
        self.reserve_agent_for(sequence, agent, on_line.is_some());
        let stage = match on_line {
            Some((attempt, until)) => Stage::OnLine { agent: Some(agent), from, attempt, until },
            None => Stage::Reserved { agent, from, word: Word::default() },
        };
        self.set(sequence, stage);
        let phone = self.callbacks[&sequence].request.phone.clone();
        self.lines.entry(phone).or_default().live = Some(sequence);
        true
    }

    pub(super) fn dialling(
        &mut self,
        sequence: u64,
        attempt: AttemptId,
        id: Option<&AgentId>,
        number: &Phone,
    ) -> bool {
        let now = self.now;
        let (agent, from) = match (&self.callbacks[&sequence].stage, &self.callbacks[&sequence].way) {
            (Stage::Queued { .. }, Some(way)) => {
                let queue = way.queue;
                self.judge_ahead(sequence, queue);
                (None, queue)
            }
            (stage, _) => {
                let leaves = self.may_leave(sequence);
                self.judge.must(48, leaves.is_some(), || format!("{sequence} is dialled unasked: {stage:?}"));
                let Some((agent, from)) = leaves else { return false };
                (Some(agent), from)
            }
        };
        let rate = self.facts.queue(from).dialling.dial_rate;
        if let Some(rate) = rate {
            let dialled = &mut self.dialled[from];
            dialled.retain(|at| within(now, rate.per, *at));
            let count = dialled.len();
            self.judge
                .must(14, count < rate.max as usize, || format!("{sequence} is call {count} of {rate:?}"));
            dialled.push_back(now);
        }
        let known = self.callbacks.get_mut(&sequence).expect("found");
        known.attempts += 1;
        let right =
            id == agent.map(|agent| &self.facts.center.agents[agent].id) && known.request.phone == *number;
        let new = attempt.0 > self.last_attempt;
        self.judge.must(2, new, || format!("attempt {attempt} after {}", self.last_attempt));
        self.judge
            .must(4, !self.attempts.contains_key(&attempt), || format!("attempt {attempt} is of another"));
        self.last_attempt = attempt.0;
        self.attempts.insert(attempt, sequence);
        let ttl_at = known.ttl_at();
        self.judge
            .must(26, now < ttl_at, || format!("{sequence} is dialled at {now}, and had until {ttl_at}"));

        self.judge_number(sequence);
        self.count_among_others(sequence);
        let line = self.lines.entry(number.clone()).or_default();
        let free = line.live.is_none_or(|live| live == sequence);
        self.judge.must(5, free, || format!("{number} is live for {:?}", line.live));
        line.live = Some(sequence);
        if let Some(quota) = self.facts.center.limits.attempts_per_number {
            line.dials.retain(|at| within(now, quota.per, *at));
            let room = line.dials.len() < quota.max as usize;
            self.judge.must(13, room, || format!("{number} was called at {:?} already", line.dials));
            line.dials.push_back(now);
        }
        let grace = now.after(self.facts.queue(from).dial_timeout).after(OUTCOME_GRACE);
        self.set(sequence, Stage::Dialled { agent, from, attempt, grace, placed: false });
        self.dialling = Some(attempt);
        right
    }

    /// A call is placed, right after it was announced.
    pub(super) fn dial(&mut self, dial: &Dial, announced: Option<AttemptId>) {
        let now = self.now;
        let attempt = dial.attempt;
        self.judge
            .must(8, announced == Some(attempt), || format!("attempt {attempt} is dialled unannounced"));
        let sequence =
            self.find(&dial.callback).filter(|sequence| self.attempts.get(&attempt) == Some(sequence));
        let Some(sequence) = sequence else {
            self.judge.must(7, false, || format!("attempt {attempt} is of no callback"));
            return;
        };
        let known = self.callbacks.get_mut(&sequence).expect("found");
        let Stage::Dialled { agent, from, placed, .. } = &mut known.stage else {
            self.judge.must(7, false, || format!("{} is dialled, and is {:?}", dial.callback, known.stage));
            return;
        };
        let (agent, from, again) = (*agent, *from, std::mem::replace(placed, true));
        self.judge.must(8, !again, || format!("attempt {attempt} is dialled twice"));
        let right = dial.number == known.request.phone
            && dial.agent.as_ref() == agent.map(|agent| &self.facts.center.agents[agent].id)
            && agent.is_none_or(|agent| self.people[agent].holds.contains(&sequence));
        self.judge.must(7, right, || format!("{dial:?} is for {known:?}"));
        let attempts = known.attempts;
        self.judge.must(6, dial.number_of_attempt == attempts, || format!("{dial:?} is attempt {attempts}"));
        let ring_for = self.facts.queue(from).dial_timeout;
        let in_time =
            dial.not_after > now && dial.not_after <= now.after(ring_for) && dial.ring_for == ring_for;
        self.judge.must(9, in_time, || format!("{dial:?} at {now}"));
        let last = dial.not_after.before(Duration::from_millis(1));
        self.judge.must(9, self.facts.is_open(from, last), || format!("{dial:?} is placed after hours"));
        self.judge_window(sequence, dial.not_after);
        self.judge.must(52, !self.is_switched_off(from), || format!("{dial:?}, and its queue is paused"));
        self.judge.must(10, self.facts.is_open(from, now), || format!("{dial:?} at {now}, and it is closed"));
    }

    /// A call is to be ended: a late answer, or what ends without the world's word and fences its number.
    pub(super) fn hang_up(&mut self, hang_up: &HangUp) {
        let attempt = hang_up.attempt;
        if self.late == Some(attempt) {
            self.late = None;
            self.judge.must(29, true, String::new);
            return;
        }
        let owner = self.attempts.get(&attempt).copied();
        let known = owner.and_then(|sequence| self.callbacks.get_mut(&sequence));
        let Some(known) = known.filter(|known| known.stage.live() == Some(attempt)) else {
            self.judge.must(37, false, || format!("attempt {attempt} is hung up on, and not live"));
            return;
        };
        self.judge.must(37, !known.hung_up, || format!("attempt {attempt} is hung up on twice"));
        known.hung_up = true;
        // Where the host was away, it hangs up when it is back.
        let when = self.away.unwrap_or(self.now);
        let until = when.after(self.facts.center.limits.redial_floor);
        let line = self.lines.entry(known.request.phone.clone()).or_default();
        line.fenced_until = line.fenced_until.max(Some(until));
    }

    pub(super) fn ends_attempt(&mut self, sequence: u64, attempt: AttemptId, outcome: Outcome) -> bool {
        let now = self.now;
        let known = &self.callbacks[&sequence];
        let (agent, from, live, grace) = match known.stage {
            Stage::Dialled { agent, from, attempt, grace, .. } => (agent, from, attempt, grace),
            Stage::OnLine { agent, from, attempt, until } => {
                let waited = outcome == Outcome::Abandoned && (!known.hung_up || until == now);
                if outcome == Outcome::Abandoned {
                    self.count_answered(from, true);
                }
                self.judge.must(6, waited || outcome == Outcome::Unknown, || {
                    format!("attempt {attempt} ends {outcome}, and its customer was on the line")
                });
                if outcome == Outcome::Unknown {
                    self.callbacks.get_mut(&sequence).expect("found").unknown += 1;
                }
                self.set(sequence, Stage::Failed { agent, from, outcome });
                return true;
            }
            Stage::Invited { agent, from, attempt: own, until, .. } => {
                let meant = self.command.as_ref().and_then(|command| self.invitation(command));
                let right = meant == Some(sequence) && now < until && outcome == Outcome::Answered;
                self.judge
                    .must(50, right, || format!("{sequence} is taken for who called in, not {meant:?}"));
                self.set(sequence, Stage::Answered { agent, from, attempt });
                return own == attempt;
            }
            _ => return false,
        };
        let own = attempt == live;
        self.judge.must(19, now <= grace, || {
            format!("attempt {attempt} ends at {now}, its lease ended at {grace}")
        });
        if outcome == Outcome::Unknown {
            let lost = known.hung_up;
            self.judge.must(47, lost, || format!("attempt {attempt} is lost sight of, and not hung up on"));
            self.callbacks.get_mut(&sequence).expect("found").unknown += 1;
        } else if known.hung_up {
            let silent = outcome == Outcome::NoAnswer && now == grace;
            self.judge.must(25, silent, || format!("attempt {attempt}: {outcome} at {now}, due at {grace}"));
        }
        let stage = match outcome {
            Outcome::Answered => match agent {
                Some(agent) if self.facts.queue(from).dialling.first != First::Customer => {
                    Stage::Answered { agent, from, attempt }
                }
                _ => {
                    let until = now.after(self.facts.queue(from).dialling.connect_timeout);
                    Stage::OnLine { agent, from, attempt, until }
                }
            },
            _ => Stage::Failed { agent, from, outcome },
        };
        self.set(sequence, stage);
        own
    }

    pub(super) fn connects(&mut self, sequence: u64, id: &AgentId) -> bool {
        let (agent, from, attempt) = match self.callbacks[&sequence].stage {
            Stage::Answered { agent, from, attempt } => (agent, from, attempt),
            Stage::OnLine { agent: Some(agent), from, attempt, .. } => {
                let said = self.command == Some(Command::Connected { attempt });
                self.judge.must(6, said, || format!("{sequence} is connected, and nobody said so"));
                self.count_answered(from, false);
                (agent, from, attempt)
            }
            _ => return false,
        };
        self.count_connection(from);
        let until = self.now.after(self.facts.queue(from).talk_timeout);
        self.talk_begins(agent, sequence);
        self.set(sequence, Stage::Talking { agent, from, attempt, until });
        self.facts.center.agents[agent].id == *id
    }

    pub(super) fn talks_too_long(&mut self, sequence: u64) -> bool {
        let Stage::Talking { until, .. } = self.callbacks[&sequence].stage else { return false };
        let now = self.now;
        self.judge.must(25, until == now, || format!("{sequence} talks too long at {now}, due at {until}"));
        self.callbacks.get_mut(&sequence).expect("found").overdue = true;
        true
    }

    pub(super) fn ends_talk(&mut self, sequence: u64, id: &AgentId) -> bool {
        let Stage::Talking { agent, from, .. } = self.callbacks[&sequence].stage else { return false };
        self.set(sequence, Stage::Ended { agent, from });
        self.facts.center.agents[agent].id == *id
    }
}
