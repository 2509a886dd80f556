//! What the naive engine remembers: lists.

use std::sync::Arc;

use ringback_engine::center::{Agent as Settings, Center, Hours, Plan, Queue, Service};
use ringback_engine::protocol::Hook;
use ringback_engine::record::{Activity, HoldReason, Outcome, Reason, Request, StateName, Switch};
use ringback_engine::{Ageing, AgentId, AttemptId, CallbackId, Duration, Instant, Name, Phone};
use ringback_engine::{Requirement, Sequence};

use super::limits::Counted;

/// Everything the naive engine remembers.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) center: Arc<Center>,
    pub(crate) now: Instant,
    /// Callbacks that are not purged, in the order of their requests.
    pub(crate) callbacks: Vec<Callback>,
    /// The center's agents, in byte order of their ids.
    pub(crate) agents: Vec<Agent>,
    /// Numbers that are not dialled before an instant.
    pub(crate) fences: Vec<(Phone, Instant)>,
    /// Every call ever placed.
    pub(crate) dials: Vec<(Phone, Instant)>,
    /// Every call ever placed, as the limits over many numbers count it.
    pub(crate) counted: Vec<Counted>,
    /// Every call ever placed, by queue.
    pub(crate) dialled: Vec<(Name, Instant)>,
    /// Customers who ever answered before an agent was there, by queue: whether they hung up.
    pub(crate) answered: Vec<(Name, bool)>,
    /// Immediate requests ever admitted, for the windows of a service.
    pub(crate) admitted: Vec<(Name, Instant)>,
    /// Immediate requests ever admitted, for the days of a number: the service, the number, the local date.
    pub(crate) daily: Vec<(Name, Phone, String)>,
    /// Requests ever admitted under a limit: its key, when, how far the limits of that key look back.
    pub(crate) limited: Vec<(Name, Instant, Duration)>,
    pub(crate) bookings: Vec<Booking>,
    /// Holds on slots, and when they are over.
    pub(crate) holds: Vec<(Name, Booking, Instant)>,
    /// Closings that queues await.
    pub(crate) closings: Vec<(Name, Instant)>,
    pub(crate) keys: Vec<Key>,
    /// Whom a queue with the strategy `round_robin` chose, the last one last.
    pub(crate) chosen: Vec<(Name, AgentId)>,
    /// Agents drawn by the strategy `random`.
    pub(crate) draws: u64,
    /// Calendars that are closed, or not, against their configuration.
    pub(crate) closures: Vec<(Name, bool)>,
    /// Switches that are on.
    pub(crate) switches: Vec<(Name, Switch)>,
    /// Every talk ever begun: with which number, by whom, when.
    pub(crate) talks: Vec<(Phone, AgentId, Instant)>,
    /// Every connection ever made: from which queue, when.
    pub(crate) connections: Vec<(Name, Instant)>,
    /// Faults since the hook last answered.
    pub(crate) faults: Vec<Hook>,
    pub(crate) set_aside: Vec<Hook>,
    pub(crate) requests: u64,
    pub(crate) attempts: u64,
}

#[derive(Clone)]
pub(crate) struct Callback {
    pub(crate) sequence: Sequence,
    pub(crate) request: Arc<Request>,
    pub(crate) received: Instant,
    pub(crate) place: Instant,
    /// What `ttl` counts from.
    pub(crate) lives_from: Instant,
    pub(crate) ttl: Duration,
    pub(crate) priority: i64,
    pub(crate) tags: Arc<Vec<(Name, Name)>>,
    /// Who alone may serve it, and may whatever is required.
    pub(crate) assigned: Option<AgentId>,
    /// The queue that it is to enter first, where somebody said so.
    pub(crate) bound_for: Option<Name>,
    /// The start of the slot it is booked in, until it was submitted.
    pub(crate) slot: Option<Instant>,
    pub(crate) attempts: Vec<AttemptId>,
    /// Attempts of which nobody knows how they ended.
    pub(crate) unknown: u32,
    pub(crate) last_outcome: Option<Outcome>,
    pub(crate) rejects: u32,
    /// Agents who rejected it, and until when they are not asked again.
    pub(crate) cooloffs: Vec<(AgentId, Instant)>,
    pub(crate) agent_failures: u32,
    /// Where it stands in its plan, once it was in a queue.
    pub(crate) way: Option<Way>,
    pub(crate) state: State,
}

#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) plan: Plan,
    /// When the plan took effect.
    pub(crate) since: Instant,
    pub(crate) taken: usize,
    pub(crate) queue: Name,
    pub(crate) need: Requirement,
    pub(crate) ageing: Option<Ageing>,
    /// Who alone may serve it while logged in, and until when.
    pub(crate) preferred: Option<(AgentId, Instant)>,
    /// Positions of the conditional overflow it has taken.
    pub(crate) overflowed: Vec<usize>,
    pub(crate) wait_until: Instant,
}

#[derive(Clone)]
pub(crate) enum State {
    Scheduled { submit_at: Instant },
    Queued { since: Instant, hold: Option<(Instant, HoldReason)> },
    Routing(Stage),
    Processing { agent: AgentId, talk_until: Instant },
    Completed { reason: Reason, at: Instant, purge_at: Instant, redacted: bool },
}

/// What is under way for a callback in Routing, and until when.
#[derive(Clone)]
pub(crate) enum Stage {
    Offered(AgentId, Instant),
    Confirming(AgentId, u32, Instant),
    Dialing(Option<AgentId>, Instant),
    OnLine(Option<AgentId>, Instant),
    Invited(AgentId, Option<Name>, Instant),
}

#[derive(Clone)]
pub(crate) struct Agent {
    pub(crate) settings: Settings,
    pub(crate) session: Option<Session>,
}

#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) since: Instant,
    pub(crate) activity: Activity,
    pub(crate) leaving: bool,
    pub(crate) idle_since: Instant,
    pub(crate) calls: u64,
    /// Every unit of work since log-in.
    pub(crate) units: Vec<Unit>,
}

/// A unit of an agent's work: what was done when for a callback, cut to the time since log-in.
#[derive(Clone)]
pub(crate) struct Unit {
    pub(crate) callback: Sequence,
    pub(crate) reserved: Instant,
    pub(crate) talking: Option<Instant>,
    pub(crate) hung_up: Option<Instant>,
    /// When the wrap-up is over; never by itself where the agent has to say so.
    pub(crate) wrap_up: Option<Instant>,
    pub(crate) over: Option<Instant>,
}

impl Session {
    /// The units that are not over.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter().filter(|unit| unit.over.is_none())
    }

    /// The wrap-ups that are not over, with their ends.
    pub(crate) fn wrap_ups(&self) -> Vec<(Instant, Sequence)> {
        let mut ends: Vec<_> = self.open().filter_map(|unit| Some((unit.wrap_up?, unit.callback))).collect();
        ends.sort();
        ends
    }

    /// Time in units of work until `now`, and of that, in interactions.
    pub(crate) fn spent(&self, now: Instant) -> (i64, i64) {
        let span = |from: Instant, to: Option<Instant>| to.unwrap_or(now).since(from).millis();
        let occupied = self.units.iter().map(|unit| span(unit.reserved, unit.over)).sum();
        let talked = self.units.iter().filter_map(|unit| Some(span(unit.talking?, unit.hung_up))).sum();
        (occupied, talked)
    }
}

#[derive(Clone, PartialEq)]
pub(crate) struct Booking {
    pub(crate) service: Name,
    pub(crate) start: Instant,
    pub(crate) end: Instant,
}

#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) key: Name,
    pub(crate) callback: CallbackId,
    /// The first request, its id left out.
    pub(crate) content: Request,
    /// Once the callback is purged.
    pub(crate) until: Option<Instant>,
}

impl World {
    pub(crate) fn new(center: Center) -> Self {
        let agent = |settings: &Settings| Agent { settings: settings.clone(), session: None };
        let mut agents: Vec<Agent> = center.agents.iter().map(agent).collect();
        agents.sort_by(|one, other| one.settings.id.cmp(&other.settings.id));
        Self {
            center: Arc::new(center),
            now: Instant::MIN,
            callbacks: Vec::new(),
            agents,
            fences: Vec::new(),
            dials: Vec::new(),
            counted: Vec::new(),
            dialled: Vec::new(),
            answered: Vec::new(),
            admitted: Vec::new(),
            daily: Vec::new(),
            limited: Vec::new(),
            bookings: Vec::new(),
            holds: Vec::new(),
            closings: Vec::new(),
            keys: Vec::new(),
            chosen: Vec::new(),
            draws: 0,
            closures: Vec::new(),
            switches: Vec::new(),
            talks: Vec::new(),
            connections: Vec::new(),
            faults: Vec::new(),
            set_aside: Vec::new(),
            requests: 0,
            attempts: 0,
        }
    }

    pub(crate) fn queue(&self, name: &str) -> &Queue {
        self.center.queues.iter().find(|queue| queue.name == name).expect("a queue of the center")
    }

    pub(crate) fn service(&self, name: &str) -> Option<&Service> {
        self.center.services.iter().find(|service| service.name == name)
    }

    pub(crate) fn service_of(&self, callback: &Callback) -> &Service {
        self.service(&callback.request.service).expect("a service of the center")
    }

    pub(crate) fn hours(&self, calendar: &str) -> Option<Hours> {
        let found = self.center.calendars.iter().find(|found| found.name == calendar)?;
        let closure = self.closures.iter().find(|(closed, _)| *closed == calendar);
        let closed = closure.map_or(found.closed, |(_, closed)| *closed);
        Some(Hours::new(found, self.center.timezone).with_closed(closed))
    }

    pub(crate) fn callback(&self, sequence: Sequence) -> &Callback {
        self.callbacks.iter().find(|callback| callback.sequence == sequence).expect("not purged")
    }

    pub(crate) fn callback_mut(&mut self, sequence: Sequence) -> &mut Callback {
        self.callbacks.iter_mut().find(|callback| callback.sequence == sequence).expect("not purged")
    }

    pub(crate) fn agent_mut(&mut self, id: &AgentId) -> Option<&mut Agent> {
        self.agents.iter_mut().find(|agent| agent.settings.id == *id)
    }

    /// The callbacks that hold an agent.
    pub(crate) fn held_by(&self, agent: &AgentId) -> Vec<Callback> {
        self.callbacks.iter().filter(|callback| callback.agent() == Some(agent)).cloned().collect()
    }

    pub(crate) fn is_ready(&self, agent: &Agent) -> bool {
        let held = self.held_by(&agent.settings.id).len();
        agent.session.as_ref().is_some_and(|s| {
            s.activity == Activity::Ready
                && !s.leaving
                && held + s.wrap_ups().len() < agent.settings.capacity as usize
        })
    }

    /// When one more may be counted among `instants`, which are in order, if not now: fewer than `max` may lie in
    /// `(t - per, t]` then.
    pub(crate) fn full_until<'a>(
        &self,
        instants: impl Iterator<Item = &'a Instant>,
        max: u32,
        per: Duration,
    ) -> Option<Instant> {
        let window: Vec<Instant> = instants.copied().filter(|at| self.now.since(*at) < per).collect();
        let over = window.len().checked_sub(max as usize)?;
        Some(window.get(over).map_or(Instant::MAX, |decisive| decisive.after(per)))
    }

    /// Until when a number is at the limit of its attempts, if it is.
    pub(crate) fn limited_until(&self, phone: &Phone) -> Option<Instant> {
        let quota = self.center.limits.attempts_per_number?;
        let dials = self.dials.iter().filter(|(dialled, _)| dialled == phone).map(|(_, at)| at);
        self.full_until(dials, quota.max, quota.per)
    }

    /// Until when a number is fenced, if it is.
    pub(crate) fn fenced_until(&self, phone: &Phone) -> Option<Instant> {
        let fences = self.fences.iter().filter(|(fenced, until)| fenced == phone && *until > self.now);
        fences.map(|(_, until)| *until).max()
    }
}

impl Callback {
    pub(crate) fn agent(&self) -> Option<&AgentId> {
        match &self.state {
            State::Routing(
                Stage::Offered(agent, _) | Stage::Confirming(agent, ..) | Stage::Invited(agent, ..),
            )
            | State::Processing { agent, .. } => Some(agent),
            State::Routing(Stage::Dialing(agent, _) | Stage::OnLine(agent, _)) => agent.as_ref(),
            _ => None,
        }
    }

    /// The attempt that is under way.
    pub(crate) fn live(&self) -> Option<AttemptId> {
        match self.state {
            State::Routing(Stage::Dialing(..) | Stage::OnLine(..)) | State::Processing { .. } => {
                self.attempts.last().copied()
            }
            _ => None,
        }
    }

    /// Whether it has left the line and is not over.
    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self.state, State::Routing(_) | State::Processing { .. })
    }

    /// Whether it was dialled, and no agent is reserved.
    pub(crate) fn is_ahead(&self) -> bool {
        matches!(self.state, State::Routing(Stage::Dialing(None, _) | Stage::OnLine(None, _)))
    }

    /// How many of its attempts count.
    pub(crate) fn counted(&self) -> u32 {
        self.attempts.len() as u32 - self.unknown
    }

    /// The queue it stands in or was last in.
    pub(crate) fn queue(&self) -> Option<&Name> {
        self.way.as_ref().map(|way| &way.queue)
    }

    pub(crate) fn name(&self) -> StateName {
        match self.state {
            State::Scheduled { .. } => StateName::Scheduled,
            State::Queued { .. } => StateName::Queued,
            State::Routing(_) => StateName::Routing,
            State::Processing { .. } => StateName::Processing,
            State::Completed { .. } => StateName::Completed,
        }
    }
}
