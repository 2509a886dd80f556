//! Endings: why a callback is over, and when it is forgotten.

use ringback_engine::CallbackId;
use ringback_engine::protocol::{Command, TimeoutAnswer};
use ringback_engine::record::{Outcome, Reason};

use super::Checker;
use super::known::Stage;

impl Checker {
    pub(super) fn completes(&mut self, sequence: u64, callback: &CallbackId, reason: &Reason) -> bool {
        let (stage, now) = (self.known(sequence).stage.clone(), self.now);
        let known = self.known(sequence);
        let waits = matches!(stage, Stage::Scheduled { .. } | Stage::Queued { .. });
        let cut_short = waits
            || known.hung_up && matches!(stage, Stage::Dialled { .. } | Stage::OnLine { .. })
            || known.withdrawn
            || matches!(stage, Stage::Confirming { .. } | Stage::Invited { .. });
        let ttl_at = known.due_by_ttl();
        let right = match reason {
            Reason::AgentConnected => matches!(stage, Stage::Ended { .. }),
            Reason::Cancelled | Reason::CancelledByAdmin => cut_short,
            Reason::Ttl => {
                self.judge
                    .must(26, now == ttl_at, || format!("{callback} expires at {now}, due at {ttl_at}"));
                cut_short
            }
            Reason::TargetNotFound => {
                let waits = matches!(stage, Stage::Queued { .. });
                self.is_over_at_close(sequence, &stage, reason) || waits
            }
            Reason::Script(word) => {
                let answer = self.timeout_answer(callback, matches!(stage, Stage::Queued { .. }));
                answer == Some(TimeoutAnswer::Complete(word.clone()))
                    && (matches!(stage, Stage::Failed { .. } | Stage::Queued { .. } | Stage::Rejected { .. })
                        || self.is_over(sequence, &stage))
            }
            Reason::CustomerCalledFirst => {
                cut_short && matches!(self.command, Some(Command::InboundContact { .. }))
            }
            Reason::PreviewRejects(_) | Reason::NoConfirm | Reason::AgentConnect => {
                self.ends_unserved(sequence, &stage, reason).unwrap_or(false)
            }
            Reason::CallToCustomer | Reason::InteractionDeleted => {
                self.is_out_of_attempts(sequence, &stage, reason)
            }
            Reason::Error => cut_short && matches!(self.command, Some(Command::Fail { .. })),
            Reason::NumberNotAllowed => self.is_forbidden(sequence, &stage),
            Reason::Queueing => false,
        };
        self.judge_parting(sequence);
        self.known_mut(sequence).served = *reason == Reason::AgentConnected;
        if reason != &Reason::Ttl && !matches!(reason, Reason::AgentConnected) {
            self.judge
                .must(26, now <= ttl_at, || format!("{callback} is over at {now}, and had until {ttl_at}"));
        }
        let service_queue = self.facts.queue_named(&self.service_of(sequence).queue);
        let queue = stage.from().or(self.known(sequence).way.as_ref().map(|way| way.queue)).or(service_queue);
        if matches!(reason, Reason::Cancelled | Reason::CancelledByAdmin) {
            self.unbook(sequence, &stage);
        }
        self.set(sequence, Stage::Completed { at: now, queue: queue.expect("a queue of the center") });
        self.let_go(sequence, &stage);
        right
    }

    fn is_out_of_attempts(&mut self, sequence: u64, stage: &Stage, reason: &Reason) -> bool {
        let (outcome, from) = match stage {
            Stage::Failed { outcome, from, .. } => (outcome, from),
            Stage::Invited { from, until, .. } if *until == self.now => (&Outcome::NoAnswer, from),
            _ => return false,
        };
        let (attempts, most) = (self.counted(sequence), self.facts.queue(*from).max_attempts);
        let named = (*outcome == Outcome::Abandoned) == (*reason == Reason::InteractionDeleted);
        named && attempts >= most
    }

    pub(super) fn goes(&mut self, sequence: u64) -> bool {
        let known = self.known(sequence);
        let Stage::Completed { at, queue } = known.stage else { return false };
        let (due, now, id) =
            (at.after(self.facts.queue(queue).purge_after), self.now, known.request.id.clone());
        self.judge.must(27, now >= due, || format!("{id} is purged at {now}, not before {due}"));
        self.release_key(&id);
        self.forget(sequence);
        true
    }
}
