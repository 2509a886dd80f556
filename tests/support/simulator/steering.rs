//! What people of the center do to what runs.

use std::collections::BTreeMap;

use ringback_engine::center::Attribute;
use ringback_engine::protocol::{BulkDeed, CancelledBy, Changes, Command};
use ringback_engine::record::Switch;
use ringback_engine::{AgentId, CallbackId, Duration, Instant, Name};

use super::world::World;
use crate::history::QUEUES;
use crate::phone;

impl World {
    /// One thing, to one or to many.
    pub(super) fn steer(&mut self) -> Command {
        let callback = self.some_callback();
        match self.random.below(16) {
            0 | 1 => {
                let switch = self.random.pick(&[Switch::Paused, Switch::Draining, Switch::Closed]);
                let queue = Name::new(self.random.pick(&QUEUES));
                Command::Switch { queue, switch, on: self.random.one_in(3) }
            }
            2 => {
                let calendar = Name::new(self.random.pick(&["shifts", "office", "office", "nowhere"]));
                let closed = self.random.pick(&[Some(true), Some(false), None, None]);
                Command::CloseCalendar { calendar, closed }
            }
            3 => Command::Fail { callback },
            4 => Command::Assign { callback, agent: self.somebody() },
            5..8 => Command::Update { callback, changes: self.changes() },
            8 | 9 => Command::Reschedule { callback, to: self.some_time() },
            10 => self.many(),
            11 | 12 => {
                let id = CallbackId::new(format!("anew{}", self.asked));
                self.asked += 1;
                Command::Recreate { callback, id }
            }
            13 | 14 => {
                let service = self.services[self.random.below(self.services.len())].clone();
                let hold = Name::new(format!("h{}", self.random.below(8)));
                Command::HoldSlot { hold, service, at: self.some_time() }
            }
            _ => Command::Erase { phone: phone(self.random.next() as u32 % self.numbers) },
        }
    }

    fn many(&mut self) -> Command {
        let callbacks = (0..self.random.below(9)).map(|_| self.some_callback()).collect();
        let deed = match self.random.below(3) {
            0 => BulkDeed::Cancel { by: CancelledBy::Admin },
            1 => BulkDeed::Reschedule { to: self.some_time() },
            _ => BulkDeed::Assign { agent: self.somebody() },
        };
        Command::Bulk { callbacks, deed }
    }

    fn changes(&mut self) -> Changes {
        let number = self.random.one_in(3).then(|| self.number());
        let value = self.random.one_in(2).then(|| Attribute::Integer(self.random.within(0..3)));
        let attributes: BTreeMap<_, _> =
            if self.random.one_in(3) { [("tier".into(), value)].into() } else { BTreeMap::new() };
        Changes {
            number,
            attributes,
            priority: self.random.one_in(3).then(|| self.random.within(0..20)),
            queue: self.random.one_in(2).then(|| Name::new(self.random.pick(&QUEUES))),
        }
    }

    fn somebody(&mut self) -> Option<AgentId> {
        let agent = self.agents[self.random.below(self.agents.len())].clone();
        (!self.random.one_in(3)).then_some(agent)
    }

    fn some_time(&mut self) -> Instant {
        self.now().after(Duration::from_secs(self.random.within(-5..1_200)))
    }

    /// Mostly one that was asked for of late.
    fn some_callback(&mut self) -> CallbackId {
        let back = self.random.next() % if self.random.one_in(4) { self.asked.max(1) } else { 40 };
        CallbackId::new(format!("c{}", self.asked.saturating_sub(back + 1)))
    }
}
