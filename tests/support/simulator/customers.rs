//! Customers: what they ask for.

use ringback_engine::protocol::Command;
use ringback_engine::record::Request;
use ringback_engine::{CallbackId, Duration, Name, Number};

use super::features::Feature;
use super::world::{Happening, World};
use crate::phone;

/// So many requests are remembered, to be sent again.
const REMEMBERED: usize = 16;

impl World {
    pub(super) fn customer(&mut self) -> Request {
        let flood = self.has(Feature::Floods) && self.random.permille(8);
        if flood {
            for _ in 0..self.random.within(30..250) {
                let request = self.request();
                let after = self.random.within(0..1_500);
                self.say(after, Command::Request(request));
            }
        }
        let next = self.random.within(0..2 * self.pace);
        self.later(next, Happening::Customer);
        if self.has(Feature::RepeatedRequests) && !self.remembered.is_empty() && self.random.one_in(8) {
            return self.again();
        }
        self.request()
    }

    pub(super) fn request(&mut self) -> Request {
        let service = self.services[self.random.below(self.services.len())].clone();
        let id = format!("c{}", self.asked);
        let mut request = Request::new(id, service, self.number());
        if self.has(Feature::Steering) && self.random.one_in(4) {
            request.hold = Some(Name::new(format!("h{}", self.random.below(8))));
        }
        if self.has(Feature::SeveralNumbers) && !self.random.one_in(3) {
            for _ in 0..self.random.within(1..3) {
                request.other_numbers.push(self.number());
            }
        }
        self.asked += 1;
        request.priority = self.random.within(0..4);
        if self.has(Feature::Dialling) && !self.random.one_in(4) {
            request.entropy = Some(self.random.next() % 40);
        }
        if self.has(Feature::Appointments) && self.random.one_in(3) {
            request = request.at(self.now.after(Duration::from_secs(self.random.within(-5..1_200))));
        }
        if self.has(Feature::UnknownNames) && self.random.one_in(40) {
            request.service = "nowhere".into();
        }
        if self.has(Feature::RepeatedRequests) {
            if self.random.one_in(3) {
                request.key = Some(format!("k{}", self.asked).into());
            }
            if self.remembered.len() < REMEMBERED {
                self.remembered.push(request.clone());
            } else {
                let place = self.random.below(REMEMBERED);
                self.remembered[place] = request.clone();
            }
        }
        request
    }

    /// A number of a customer.
    pub(super) fn number(&mut self) -> Number {
        let number = self.random.next() as u32 % self.numbers;
        if self.has(Feature::OddNumbers) { crate::number(number) } else { phone(number).into() }
    }

    /// A request that was sent before: unchanged, changed, or under another id.
    pub(super) fn again(&mut self) -> Request {
        let mut request = self.remembered[self.random.below(self.remembered.len())].clone();
        match self.random.below(3) {
            0 => request.priority += 1,
            1 => request.id = CallbackId::new(format!("again{}", self.asked)),
            _ => {}
        }
        self.asked += 1;
        request
    }
}
