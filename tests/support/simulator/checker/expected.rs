//! Answers: what a command must be answered with, as far as that follows from what is known.

use ringback_engine::journal::Returned;
use ringback_engine::protocol::{Code, Command, Effect, EffectKind, Event, Refusal};
use ringback_engine::record::{Outcome, Request, StateName};
use ringback_engine::{AttemptId, Instant};

use super::Checker;
use super::admission::anonymous;
use super::known::Stage;

impl Checker {
    /// Whether a command was answered as it must be, as far as that follows from what is known. `late` is the deadline
    /// that is so far overdue that the host was away.
    pub(super) fn expect(
        &mut self,
        command: &Command,
        late: Option<Instant>,
        returned: &Returned,
        effects: &[Effect],
    ) {
        let refusal = match returned {
            Returned::Refused(refusal) => Some(refusal),
            _ => None,
        };
        if let Some(deadline) = late.filter(|_| *command != Command::Resume) {
            let refused = refusal == Some(&Refusal::Late(deadline)) && effects.is_empty();
            self.judge
                .must(47, refused, || format!("{command:?}, though {deadline} was missed: {returned:?}"));
            return;
        }
        let expected = match command {
            Command::Resume => late.is_none().then_some(Refusal::NotLate),
            Command::Request(request) => return self.expect_of_request(request, refusal, effects),
            Command::Outcome { attempt, outcome } => self.expect_of_outcome(*attempt, *outcome, effects),
            Command::Ended { attempt } => match self.live(*attempt) {
                Some(stage) if stage.is_routing() => Some(Refusal::NotConnected(*attempt)),
                Some(_) => None,
                None => Some(Refusal::StaleAttempt(*attempt)),
            },
            Command::Cancel { callback, .. } => {
                match self.find(callback).map(|own| &self.callbacks[&own].stage) {
                    None => Some(Refusal::UnknownCallback(callback.clone())),
                    Some(Stage::Talking { .. }) => {
                        Some(Refusal::NotCancellable(callback.clone(), StateName::Processing))
                    }
                    Some(Stage::Completed { .. }) => {
                        Some(Refusal::NotCancellable(callback.clone(), StateName::Completed))
                    }
                    Some(_) => None,
                }
            }
            Command::LogIn { agent }
            | Command::Ready { agent }
            | Command::NotReady { agent, .. }
            | Command::LogOut { agent }
            | Command::AgentLost { agent } => self.stranger(agent),
            Command::ExtendWrapUp { agent, .. } => self.expect_of_extending(agent),
            Command::Accept { .. }
            | Command::Reject { .. }
            | Command::Confirmed { .. }
            | Command::Connected { .. }
            | Command::AgentFailed { .. }
            | Command::CalledIn { .. }
            | Command::InboundContact { .. }
            | Command::Snooze { .. }
            | Command::Disposed { .. } => match self.expect_of_word(command, refusal) {
                Ok(expected) => expected,
                Err(()) => return,
            },
            Command::Switch { .. }
            | Command::CloseCalendar { .. }
            | Command::Fail { .. }
            | Command::Assign { .. }
            | Command::Update { .. }
            | Command::Reschedule { .. }
            | Command::HoldSlot { .. }
            | Command::Recreate { .. }
            | Command::Erase { .. } => match self.expect_of_steering(command, refusal, effects) {
                Ok(expected) => expected,
                Err(()) => return,
            },
            // Of versions these worlds tell nothing: tests/versions.rs does.
            Command::Deploy { .. }
            | Command::Try { .. }
            | Command::Promote
            | Command::EndTrial
            | Command::RollBack
            | Command::Bulk { .. } => None,
            Command::Reconfigure { center } => {
                let (room, in_use) =
                    (self.has_room_for_work(center), matches!(refusal, Some(Refusal::InUse(_))));
                self.judge.must(56, room != in_use && (room == refusal.is_none()), || {
                    format!("there is room for all work: {room}, and {refusal:?}")
                });
                return;
            }
        };
        self.judge.must(29, refusal == expected.as_ref(), || {
            format!("{command:?} is refused with {refusal:?} and not {expected:?}")
        });
        let silent = refusal.is_none() || matches!(command, Command::Outcome { .. }) || effects.is_empty();
        self.judge.must(30, silent, || format!("{command:?} is refused, and leads to {effects:?}"));
    }

    pub(super) fn live(&self, attempt: AttemptId) -> Option<&Stage> {
        let owner = self.attempts.get(&attempt)?;
        let stage = &self.callbacks.get(owner)?.stage;
        (stage.live() == Some(attempt)).then_some(stage)
    }

    pub(super) fn expect_of_outcome(
        &mut self,
        attempt: AttemptId,
        outcome: Outcome,
        effects: &[Effect],
    ) -> Option<Refusal> {
        let expected = match self.live(attempt) {
            Some(Stage::Dialled { .. }) => return None,
            Some(Stage::OnLine { .. }) if matches!(outcome, Outcome::Abandoned | Outcome::Unknown) => {
                return None;
            }
            Some(_) => Refusal::AlreadyConnected(attempt),
            None => Refusal::StaleAttempt(attempt),
        };
        let stale = matches!(expected, Refusal::StaleAttempt(_));
        let placed = (1..=self.last_attempt).contains(&attempt.0);
        let count = if stale && placed && outcome == Outcome::Answered { 2 } else { 0 };
        self.judge.must(29, effects.len() == count, || {
            format!("{outcome} of attempt {attempt}, which is over, leads to {effects:?}")
        });
        Some(expected)
    }

    pub(super) fn expect_of_request(
        &mut self,
        request: &Request,
        refusal: Option<&Refusal>,
        effects: &[Effect],
    ) {
        let now = self.now;
        self.books.keys.retain(|_, (.., until)| until.is_none_or(|until| until > now));
        let code = match refusal {
            Some(Refusal::Rejected(rejection)) => Some(&rejection.code),
            _ => None,
        };
        let said = |effects: &[Effect]| {
            effects.iter().any(|effect| {
            matches!(&effect.kind, EffectKind::Event(Event::Rejected { code: said, .. }) if Some(said) == code)
        })
        };
        self.judge.must(46, code.is_none() || said(effects), || format!("{code:?} is not in the log"));
        if let Some((content, callback, _)) = request.key.as_ref().and_then(|key| self.books.keys.get(key)) {
            let same = *content == anonymous(request);
            let repeated = matches!(effects, [Effect { kind: EffectKind::Repeated { callback: first }, .. }]
                if first == callback);
            let right = if same { refusal.is_none() && repeated } else { code == Some(&Code::KeyConflict) };
            self.judge.must(28, right, || format!("{request:?} repeats {callback}: {refusal:?} {effects:?}"));
            return;
        }
        let in_use = self.ids.contains_key(&request.id);
        let refused = matches!(refusal, Some(Refusal::IdInUse(_)));
        self.judge.must(2, in_use == refused, || format!("{}: in use is {in_use}, {refusal:?}", request.id));
        let new = !matches!(code, Some(Code::KeyConflict));
        self.judge.must(28, new, || format!("{request:?} conflicts with nothing"));
    }
}
