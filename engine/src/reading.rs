//! Reading many callbacks: those that match, a page at a time, in the order of their requests.
//!
//! The cursor is the sequence of the last callback shown, which nothing changes: whatever happens between two pages, nobody
//! who matches all the while is shown twice or left out.

use crate::engine::Engine;
use crate::protocol::Application;
use crate::record::{Callback, StateName};
use crate::value::{Instant, Name, Phone, Sequence};

/// Which callbacks are asked for: those of which everything given holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// In one of these states, as the API shows them; in any if empty.
    pub states: Vec<StateName>,
    /// In this queue, or reserved from it, or last in it.
    pub queue: Option<Name>,
    /// Of this service.
    pub service: Option<Name>,
    /// Of this number.
    pub number: Option<Phone>,
    /// Requested at this instant or later.
    pub from: Option<Instant>,
    /// Requested before this instant.
    pub to: Option<Instant>,
}

/// Some of the callbacks that match.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// In the order of their requests.
    pub callbacks: Vec<&'a Callback>,
    /// Behind whom the next page begins; absent if there is none now.
    pub next: Option<Sequence>,
}

impl<A: Application> Engine<A> {
    /// The first `most` callbacks behind `after` that match, and are not purged. It looks at callbacks from there to the end of
    /// the page.
    #[must_use]
    pub fn page(&self, wanted: &Wanted, after: Option<Sequence>, most: usize) -> Page<'_> {
        // Requests come in the order of their instants.
        let in_time = |callback: &&Callback| wanted.to.is_none_or(|to| callback.received < to);
        let behind = self.callbacks(after).take_while(in_time);
        let mut matching = behind.filter(|callback| self.is_wanted(callback, wanted));
        let callbacks: Vec<&Callback> = matching.by_ref().take(most).collect();
        let last = callbacks.last().map(|callback| callback.sequence);
        Page { next: last.filter(|_| matching.next().is_some()), callbacks }
    }

    fn is_wanted(&self, callback: &Callback, wanted: &Wanted) -> bool {
        let Wanted { states, queue, service, number, from, to: _ } = wanted;
        let in_queue = |name: &Name| {
            let own = callback.state.queue().and_then(|queue| self.layout().queue(queue));
            own.is_some_and(|own| own.name == *name)
        };
        (states.is_empty() || states.contains(&self.shown_state(callback)))
            && queue.as_ref().is_none_or(in_queue)
            && service.as_ref().is_none_or(|service| callback.request.service == *service)
            && number.as_ref().is_none_or(|number| callback.request.phone == *number)
            && from.is_none_or(|from| callback.received >= from)
    }
}
