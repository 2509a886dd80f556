//! Requests: every line of the traffic is answered once, at its instant and in its order.

use std::collections::{BTreeMap, VecDeque};

use smol_str::SmolStr;

use super::findings::Check;
use super::{Audit, Owner};
use crate::streams::TrafficLine;

/// How long a key is kept after its callback was purged.
const KEPT: ringback_engine::Duration = ringback_engine::Duration::from_days(1);

/// What was asked and is not answered yet, and the keys in use.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pending: VecDeque<TrafficLine>,
    keys: BTreeMap<SmolStr, SmolStr>,
}

impl Audit {
    /// The traffic has a line of this instant.
    pub(super) fn asked(&mut self, line: TrafficLine) {
        self.requests.pending.push_back(line);
    }

    /// The log answers the request with this id. Those before it should have been answered before.
    pub(super) fn answered(&mut self, id: &SmolStr) -> Option<TrafficLine> {
        if let Some(anew) = self.anew.iter().position(|line| line.request.id.text() == id) {
            return Some(self.anew.remove(anew));
        }
        let place = self.requests.pending.iter().position(|line| line.request.id.text() == id);
        self.findings.hold(Check::Conservation, Some(id), place.is_some(), || {
            format!("is answered at {}, when the traffic has no such request", self.now)
        });
        let place = place?;
        let before: Vec<TrafficLine> = self.requests.pending.drain(..place).collect();
        before.iter().for_each(|line| self.never_answered(line));
        self.requests.pending.pop_front()
    }

    /// The log answers a request with a callback of before, which has the same key.
    pub(super) fn repeated(&mut self, id: &SmolStr) {
        let Requests { pending, keys } = &mut self.requests;
        let same = |line: &TrafficLine| line.request.key.as_ref().and_then(|key| keys.get(key)) == Some(id);
        let place = pending.iter().position(same);
        self.findings.hold(Check::Conservation, Some(id), place.is_some(), || {
            "is answered again, and no request has its key".into()
        });
        if let Some(place) = place {
            pending.remove(place);
        }
    }

    /// A request with a key was accepted.
    pub(super) fn keep_key(&mut self, key: &SmolStr, id: &SmolStr) {
        self.requests.keys.insert(key.clone(), id.clone());
    }

    /// The callback of a key is purged.
    pub(super) fn expire_key(&mut self, key: SmolStr) {
        self.due.insert((self.now.after(KEPT), Owner::Key(key)));
    }

    /// A key's time is over.
    pub(super) fn key_due(&mut self, key: &SmolStr) {
        self.requests.keys.remove(key);
    }

    /// The instant is over: nobody waits for an answer.
    pub(super) fn close_requests(&mut self) {
        for line in std::mem::take(&mut self.requests.pending) {
            self.never_answered(&line);
        }
    }

    fn never_answered(&mut self, line: &TrafficLine) {
        let id = line.request.id.text();
        if self.ids.contains_key(id) {
            // An id that another callback has is a bad line of the traffic.
            self.findings.bad_lines += 1;
            return;
        }
        self.findings.hold(Check::Conservation, Some(id), false, || {
            format!("is neither accepted nor rejected, and was asked for at {}", line.at)
        });
    }
}
