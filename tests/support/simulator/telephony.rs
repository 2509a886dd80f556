//! Telephony: phones ring, somebody answers or nobody does, and somebody reports it.

use ringback_engine::protocol::{CancelledBy, Command, Dial};
use ringback_engine::record::Outcome;
use ringback_engine::{AttemptId, CallbackId};

use super::features::Feature;
use super::world::World;

impl World {
    /// A phone rings.
    pub(super) fn ring(&mut self, dial: &Dial) {
        let attempt = dial.attempt;
        self.attempts = self.attempts.max(attempt.0);
        self.live.insert(dial.callback.clone(), attempt);
        let rings = dial.ring_for.millis();
        if self.healed {
            return self.say(2_000, Command::Outcome { attempt, outcome: Outcome::Answered });
        }
        let outcome = match self.random.below(10) {
            0..6 => Outcome::Answered,
            _ if self.random.one_in(12) => Outcome::Unknown,
            _ => self.random.pick(&Outcome::ALL),
        };
        let mut after = self.random.within(0..rings);
        if self.has(Feature::LateReports) && self.random.one_in(10) {
            after = self.random.within(rings..3 * rings);
        }
        if !(self.has(Feature::LostReports) && self.random.one_in(10)) {
            self.say(after, Command::Outcome { attempt, outcome });
        }
        self.may_go_wrong(&dial.callback, attempt, after);
        if self.has(Feature::RepeatedReports) && self.random.one_in(8) {
            let (outcome, after) = (self.random.pick(&Outcome::ALL), after + self.random.within(-50..9_000));
            self.say(after.max(0), Command::Outcome { attempt, outcome });
        }
        if self.has(Feature::WrongReports) && self.random.one_in(8) {
            let (outcome, wrong) = (self.random.pick(&Outcome::ALL), self.some_attempt());
            let command = if self.random.one_in(3) {
                Command::Ended { attempt: wrong }
            } else {
                Command::Outcome { attempt: wrong, outcome }
            };
            self.say(after, command);
        }
        if self.has(Feature::CancelRaces) && self.random.one_in(8) {
            let by = self.random.pick(&[CancelledBy::Customer, CancelledBy::Admin]);
            let after = after + self.random.pick(&[-1_000, -1, 0, 0, 1, 1_000]);
            self.say(after.max(0), Command::Cancel { callback: dial.callback.clone(), by });
        } else if self.random.one_in(30) {
            let callback = CallbackId::new(format!("c{}", self.random.next() % self.asked.max(1)));
            self.say(after, Command::Cancel { callback, by: CancelledBy::Admin });
        }
    }

    pub(super) fn some_attempt(&mut self) -> AttemptId {
        AttemptId(self.random.next() % (self.attempts + 3))
    }

    /// Agent and customer talk; somebody reports the end, or nobody.
    pub(super) fn talk(&mut self, callback: &CallbackId) {
        let Some(attempt) = self.live.remove(callback) else { return };
        self.talks.insert(callback.clone(), attempt);
        if self.healed {
            return self.say(5_000, Command::Ended { attempt });
        }
        let after = self.random.within(0..self.talk * 1_000);
        if !(self.has(Feature::EndlessTalks) && self.random.one_in(12)) {
            let ending = self.ending(attempt);
            self.say(after, ending);
        }
        if self.has(Feature::RepeatedReports) && self.random.one_in(8) {
            let after = after + self.random.within(0..5_000);
            self.say(after, Command::Ended { attempt });
        }
    }
}
