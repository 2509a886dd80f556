//! When queues are served and calendars are open: the layout's hours, under the emergency closes of the ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Book;
use crate::center::{CalendarIndex, Hours, Layout, QueueIndex};

/// The hours of all calendars as they are now, and which queue goes by which.
#[derive(Clone, Debug, Default)]
pub(super) struct Timetable {
    calendars: Vec<Arc<Hours>>,
    queues: Vec<Option<CalendarIndex>>,
}

impl Timetable {
    /// The hours of a layout, some calendars closed, or not, against their configuration.
    pub(super) fn new(layout: &Layout, closed: &BTreeMap<CalendarIndex, bool>) -> Self {
        let calendar = |queue| layout.queue_layout(queue).and_then(|queue| queue.calendar);
        Self { calendars: layout.hours_under(closed), queues: layout.queue_indices().map(calendar).collect() }
    }

    /// A calendar's hours.
    pub(super) fn calendar(&self, index: CalendarIndex) -> Option<&Hours> {
        self.calendars.get(index.position()).map(Arc::as_ref)
    }

    /// A queue's hours; `None` if it is always open.
    pub(super) fn queue(&self, index: QueueIndex) -> Option<&Hours> {
        self.calendar((*self.queues.get(index.position())?)?)
    }
}

impl Book {
    /// The hours of the calendar with this name, as they are now.
    pub(crate) fn hours_named(&self, name: &str) -> Option<&Hours> {
        self.indices.timetable.calendar(self.layout.calendar_index(name)?)
    }

    /// Closes a calendar at once whatever its hours say, or ends an emergency close; `None` goes back to what is
    /// configured. The door of emergency closes: queues that go by the calendar, also by way of one that includes it,
    /// are looked at again.
    pub(crate) fn close_calendar(&mut self, calendar: CalendarIndex, closed: Option<bool>) {
        match closed {
            Some(closed) => self.ledger.closures.insert(calendar, closed),
            None => self.ledger.closures.remove(&calendar),
        };
        let queues: Vec<QueueIndex> = self.layout.queue_indices().collect();
        let were_open: Vec<bool> = queues.iter().map(|queue| !self.is_closed(*queue)).collect();
        self.indices.timetable = Timetable::new(&self.layout, &self.ledger.closures);
        for (queue, was_open) in queues.into_iter().zip(were_open) {
            self.indices.queues.forget_hours(queue);
            self.wake_queue(queue);
            self.end_closing(queue);
            if was_open && self.is_closed(queue) {
                self.close_now(queue);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::center::{Calendar, Center, Queue};
    use crate::protocol::{ApplicationText, View};
    use crate::value::Instant;

    #[test]
    fn an_emergency_close_is_of_the_ledger() {
        let mut center = Center::new("Test", chrono_tz::UTC);
        let mut desk = Calendar::new("desk");
        desk.open = vec!["Mon-Sun 09:00-17:00".parse().unwrap()];
        let mut any = Calendar::new("any");
        any.include = vec!["desk".into()];
        center.calendars = vec![any, desk];
        let mut queue = Queue::new("queue");
        queue.calendar = Some("any".into());
        center.queues = vec![queue];
        let mut book = Book::new(Arc::new(Layout::new(center).unwrap()), ApplicationText::plain());
        let noon: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        let desk = book.layout().calendar_index("desk").unwrap();
        for (closed, open) in [(None, true), (Some(true), false), (Some(false), true), (None, true)] {
            book.close_calendar(desk, closed);
            assert_eq!(book.is_open("any", noon), Some(open), "{closed:?}");
            let again = Book::restore(Arc::clone(&book.layout), book.ledger().clone()).unwrap();
            assert_eq!(again.is_open("desk", noon), Some(open));
            assert_eq!(book.check(), Vec::<String>::new());
        }
    }
}
