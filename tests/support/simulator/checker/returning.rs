//! Returns: who comes back to the line, why, and what holds them there.

use ringback_engine::Instant;
use ringback_engine::protocol::{Command, TimeoutAnswer};
use ringback_engine::record::{HoldReason, Outcome};

use super::Checker;
use super::known::Stage;

/// Why a callback that was to be called after a word can't be called any more.
const BARRIERS: [&str; 4] = ["closed", "calling_window", "number", "dial_rate"];

impl Checker {
    pub(super) fn returns(&mut self, sequence: u64, why: &str) -> bool {
        let (stage, since) = (self.known(sequence).stage.clone(), self.now);
        let right = match &stage {
            Stage::Scheduled { submit_at } => {
                let (due, at) = (*submit_at == since, since);
                self.judge.must(25, due, || format!("{sequence} is submitted at {at}, due at {submit_at}"));
                why == "scheduled" && self.known(sequence).way.is_some()
            }
            Stage::Failed { outcome, .. } => why == outcome.word(),
            stage if stage.is_routing() && self.known(sequence).hold_due.is_some() => why == "snoozed",
            Stage::Rejected { .. } => why == "rejected",
            Stage::LegFailed { .. } => why.starts_with("agent_") && why != "agent_lost",
            Stage::Dialled { .. } | Stage::OnLine { .. } => {
                self.known(sequence).hung_up && why == "agent_lost"
            }
            Stage::Ended { .. } => self.is_disposed(&stage) && why == "requeued",
            Stage::Offered { .. } | Stage::Confirming { .. } | Stage::Invited { .. } => match why {
                "agent_lost" => matches!(self.command, Some(Command::AgentLost { .. })),
                "unknown" => self.away.is_some(),
                "offer" | "unconfirmed" | "not_called" => self.is_over(sequence, &stage),
                _ => self.may_leave(sequence).is_some() && BARRIERS.contains(&why),
            },
            Stage::Reserved { .. } => self.may_leave(sequence).is_some() && BARRIERS.contains(&why),
            _ => false,
        };
        if matches!(stage, Stage::LegFailed { .. })
            || matches!(stage, Stage::Invited { .. }) && matches!(why, "agent_lost" | "unknown")
        {
            self.known_mut(sequence).unknown += 1;
        }
        let (settled, asked) = match &stage {
            Stage::Failed { from, outcome, .. } => (Some(*from), *outcome != Outcome::Unknown),
            Stage::Invited { from, .. } => (Some(*from), why == "not_called"),
            Stage::Rejected { .. } => (None, true),
            stage => (None, self.is_over(sequence, stage) && matches!(why, "offer" | "unconfirmed")),
        };
        let id = self.known(sequence).request.id.clone();
        let answer = if asked { self.timeout_answer(&id, false) } else { None };
        if let Some(here) = stage.from().filter(|_| answer == Some(TimeoutAnswer::Reroute)) {
            self.note_entry(here);
        }
        self.judge_parting(sequence);
        self.set(sequence, Stage::Queued { since, held: None });
        self.let_go(sequence, &stage);
        if asked {
            let (hold, rerouting) = match answer {
                None if settled.is_none() => (None, false),
                None => {
                    let from = settled.expect("just asked");
                    let (made, most) = (self.counted(sequence), self.facts.queue(from).max_attempts);
                    self.judge
                        .must(6, made < most, || format!("{id} goes on after {made} attempts of {most}"));
                    (Some(self.facts.queue(from).retry_after), false)
                }
                Some(TimeoutAnswer::Retry(after)) => (Some(after), false),
                answer => (None, answer == Some(TimeoutAnswer::Reroute)),
            };
            self.judge_turn(sequence, &stage, hold.map_or(since, |length| since.after(length)));
            let known = self.known_mut(sequence);
            let hold = hold.map(|length| (since.after(length), HoldReason::Retry));
            (known.hold_due, known.rerouting) = (hold, rerouting);
        }
        self.comes_back(sequence, why);
        right
    }

    pub(super) fn held(&mut self, sequence: u64, to: Instant, why: HoldReason) -> bool {
        let now = self.now;
        self.judge
            .must(16, to > now || why == HoldReason::Retry, || format!("{sequence} is held until {to}"));
        let due = self.known_mut(sequence).hold_due.take();
        self.judge.must(16, due.is_none_or(|due| due == (to, why)), || {
            format!("{sequence} is held until {to}, not {due:?}")
        });
        match (&mut self.known_mut(sequence).stage, why) {
            (Stage::Queued { held, .. }, why) if why != HoldReason::AttemptsPerNumber => {
                *held = Some(to);
                self.known_mut(sequence).held_by = Some(why);
                self.judge_hold(sequence, why);
                if !matches!(why, HoldReason::Retry | HoldReason::Snooze) && due.is_none() {
                    self.judge_present_number(sequence);
                }
            }
            (Stage::Queued { .. }, _) => {
                // A remark: the limit is counted again whenever it matters.
                let line = self.lines.get(&self.known(sequence).request.phone);
                let full = line.is_some_and(|line| self.is_at_limit(line));
                self.judge.must(13, full, || format!("{sequence} is held by a limit that is not reached"));
            }
            _ => return false,
        }
        true
    }
}
