//! Words of agents and customers: what each must be answered with.

use ringback_engine::protocol::{Code, Command, Refusal};
use ringback_engine::record::StateName;
use ringback_engine::{AgentId, AttemptId, CallbackId};

use super::Checker;
use super::known::Stage;

impl Stage {
    pub(super) fn name(&self) -> StateName {
        match self {
            Self::Accepted | Self::Scheduled { .. } => StateName::Scheduled,
            Self::Queued { .. } => StateName::Queued,
            Self::Talking { .. } | Self::Ended { .. } => StateName::Processing,
            Self::Completed { .. } => StateName::Completed,
            _ => StateName::Routing,
        }
    }
}

impl Checker {
    pub(super) fn stranger(&self, agent: &AgentId) -> Option<Refusal> {
        self.facts.agent_named(agent).is_none().then(|| Refusal::UnknownAgent(agent.clone()))
    }

    /// Where a callback stands, or the refusal of who names none.
    pub(super) fn stage_of(&self, callback: &CallbackId) -> Result<&Stage, Refusal> {
        let known = self.find(callback).map(|sequence| &self.callbacks[&sequence].stage);
        known.ok_or_else(|| Refusal::UnknownCallback(callback.clone()))
    }

    /// The refusal that is due, if one is; or that it can't be told, and was judged.
    pub(super) fn expect_of_word(
        &mut self,
        command: &Command,
        refusal: Option<&Refusal>,
    ) -> Result<Option<Refusal>, ()> {
        Ok(match command {
            Command::Accept { callback, agent } | Command::Reject { callback, agent } => {
                let offered_to = |stage: &Stage| match stage {
                    Stage::Offered { agent: own, .. } => Some(*own) == self.facts.agent_named(agent),
                    _ => false,
                };
                match (self.stranger(agent), self.stage_of(callback)) {
                    (Some(stranger), _) => Some(stranger),
                    (None, Err(unknown)) => Some(unknown),
                    (None, Ok(stage)) => {
                        (!offered_to(stage)).then(|| Refusal::NotOffered(callback.clone(), agent.clone()))
                    }
                }
            }
            Command::Confirmed { callback } => match self.stage_of(callback) {
                Err(unknown) => Some(unknown),
                Ok(Stage::Confirming { .. }) => None,
                Ok(_) => Some(Refusal::NotAsked(callback.clone())),
            },
            Command::Connected { attempt } => match self.live(*attempt) {
                Some(Stage::OnLine { agent: Some(_), .. }) => None,
                stage => Some(no_agent(stage, *attempt)),
            },
            Command::AgentFailed { attempt, .. } => match self.live(*attempt) {
                Some(Stage::OnLine { agent: Some(_), .. } | Stage::Dialled { agent: Some(_), .. }) => None,
                stage => Some(no_agent(stage, *attempt)),
            },
            Command::CalledIn { .. } => self.invitation(command).is_none().then_some(Refusal::NothingMatched),
            Command::Snooze { callback, .. } => match self.stage_of(callback) {
                Err(unknown) => Some(unknown),
                Ok(stage) if matches!(stage, Stage::Queued { .. }) || stage.is_routing() => {
                    return self.only_for_the_time(command, refusal);
                }
                Ok(stage) => Some(Refusal::NotSnoozable(callback.clone(), stage.name())),
            },
            Command::Disposed { attempt, .. } => match self.live(*attempt) {
                Some(Stage::Talking { .. }) => return self.only_for_the_time(command, refusal),
                Some(_) => Some(Refusal::NotConnected(*attempt)),
                None => Some(Refusal::StaleAttempt(*attempt)),
            },
            _ => None,
        })
    }

    /// What may be refused only because the time that was asked for can't be.
    fn only_for_the_time(
        &mut self,
        command: &Command,
        refusal: Option<&Refusal>,
    ) -> Result<Option<Refusal>, ()> {
        let right = match refusal {
            None => true,
            Some(Refusal::Rejected(rejection)) => {
                matches!(rejection.code, Code::PastTime | Code::TooFar | Code::SlotFull)
            }
            Some(_) => false,
        };
        self.judge.must(29, right, || format!("{command:?} is refused with {refusal:?}"));
        Err(())
    }
}

fn no_agent(stage: Option<&Stage>, attempt: AttemptId) -> Refusal {
    match stage {
        Some(Stage::Talking { .. }) => Refusal::AlreadyConnected(attempt),
        Some(_) => Refusal::NoAgentCalled(attempt),
        None => Refusal::StaleAttempt(attempt),
    }
}
