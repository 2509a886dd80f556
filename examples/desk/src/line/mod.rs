//! The telephony port: calls are placed and ended through it, and what becomes of them comes back as commands.

mod simulated;

use ringback_engine::protocol::{Application, Effect};
use ringback_engine::record::State;
use ringback_engine::{AgentId, AttemptId, Engine};

pub(crate) use simulated::{Humans, SimulatedLine};

/// A telephone line, or a whole exchange.
///
/// It is told every effect that is not a mere fact, in order. After a crash it may be told some again, with the same ids:
/// it must do none twice, so a real one keeps the ids, or the attempts, it was told. It must not block.
pub(crate) trait Line: Send {
    /// Does an effect: places a call, or ends one.
    fn perform(&mut self, effect: &Effect);
    /// Takes over the calls that were live when the desk stopped.
    fn resume(&mut self, live: Vec<LiveCall>);
}

/// A call that the engine counts as live.
#[derive(Clone, Debug)]
pub(crate) struct LiveCall {
    /// The attempt.
    pub(crate) attempt: AttemptId,
    /// The agent it is for.
    pub(crate) agent: Option<AgentId>,
    /// Whether the customer is talking with the agent.
    pub(crate) talking: bool,
}

/// The calls that are live.
pub(crate) fn live_calls<A: Application>(engine: &Engine<A>) -> Vec<LiveCall> {
    let live = engine.callbacks(None).filter_map(|callback| {
        let attempt = callback.state.attempt()?;
        let agent = callback.state.agent().and_then(|index| engine.layout().agent(index));
        let talking = matches!(callback.state, State::Processing(_));
        Some(LiveCall { attempt, agent: agent.map(|agent| agent.id.clone()), talking })
    });
    live.collect()
}

/// A line to nowhere: what it is told, nobody does.
pub(crate) struct NoLine;

impl Line for NoLine {
    fn perform(&mut self, _: &Effect) {}

    fn resume(&mut self, _: Vec<LiveCall>) {}
}
