//! The course of a run as a small plot of plain characters, for a terminal of 80 columns.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono_tz::Tz;
use ringback_engine::center::instant_to_local;
use ringback_engine::{Instant, Name};

use super::scale::{self, Scale};
use crate::summary::Course;

/// The most rows, but for those left out.
const ROWS: i64 = 32;

/// How long a bar can be.
const WIDTH: u64 = 24;

/// Requests and customers waiting over the period, a row for each part of it: `#` stands for those accepted and for
/// those who wait, `x` for those not accepted. Rows in which nothing was are left out. Empty if nothing happened.
#[must_use]
pub fn plot(zone: Tz, course: &Course) -> String {
    let Some(span) = course.span() else { return String::new() };
    let scale = Scale::of_bars(zone, Some(span), ROWS);
    let mut rows: Vec<Row> = (0..scale.bars()).map(|bar| Row::beginning(scale.begin_of(bar))).collect();
    for (at, accepted) in &course.requests {
        if let Some(row) = rows.get_mut(scale.bar_of(*at)) {
            row.accepted += u64::from(*accepted);
            row.rejected += u64::from(!accepted);
        }
    }
    for (from, to, waiting) in waiting(course) {
        let last = scale.bar_of(Instant::from_millis(to.millis() - 1));
        rows.iter_mut()
            .take(last + 1)
            .skip(scale.bar_of(from))
            .for_each(|row| row.waiting = row.waiting.max(waiting));
    }
    let most_asked = rows.iter().map(|row| row.accepted + row.rejected).max().unwrap_or(0);
    let most_waiting = rows.iter().map(|row| row.waiting).max().unwrap_or(0);
    let mut text =
        format!("{}, by {}, local time of {zone}\n", scale::days(zone, Some(span)), scale.bar_words);
    let _ = writeln!(text, "{:12}{:>8} {:26}{:>8}", "", "requests", "", "waiting, at most");
    let mut left_out = false;
    for row in rows {
        if row.is_empty() {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) {
            text.push_str("       ...\n");
        }
        let local = instant_to_local(zone, row.at);
        let when = if scale.bar < 86_400_000 { "%d %b %H:%M" } else { "%d %b %Y" };
        let asked = [bar(row.accepted, '#', most_asked), bar(row.rejected, 'x', most_asked)].concat();
        let line = format!(
            "{:12}{:>8} {asked:26}{:>8} {}",
            local.format(when),
            row.accepted + row.rejected,
            row.waiting,
            bar(row.waiting, '#', most_waiting)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// What happened in one part of the period.
struct Row {
    at: Instant,
    accepted: u64,
    rejected: u64,
    waiting: u64,
}

impl Row {
    fn beginning(at: Instant) -> Self {
        Self { at, accepted: 0, rejected: 0, waiting: 0 }
    }

    fn is_empty(&self) -> bool {
        self.accepted + self.rejected + self.waiting == 0
    }
}

/// How many waited in all queues together: from, to, and how many.
fn waiting(course: &Course) -> Vec<(Instant, Instant, u64)> {
    let lines = course.lines.iter();
    let mut changes: Vec<(Instant, &Name, u64)> = lines
        .flat_map(|(queue, steps)| steps.iter().map(move |(at, length)| (*at, queue, *length)))
        .collect();
    changes.sort_by_key(|(at, ..)| *at);
    let mut lengths: BTreeMap<&Name, u64> = BTreeMap::new();
    let mut spans = Vec::new();
    for (n, (at, queue, length)) in changes.iter().enumerate() {
        lengths.insert(queue, *length);
        let total: u64 = lengths.values().sum();
        if let Some((next, ..)) = changes.get(n + 1).filter(|(next, ..)| next > at && total > 0) {
            spans.push((*at, *next, total));
        }
    }
    spans
}

/// A bar; what is there at all has one.
fn bar(count: u64, letter: char, most: u64) -> String {
    let length = (count * WIDTH).checked_div(most).unwrap_or(0).max(u64::from(count > 0));
    std::iter::repeat_n(letter, usize::try_from(length).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_fits_a_terminal_and_shows_when_what_was() {
        let hour = |hours: i64| Instant::from_millis(hours * 3_600_000);
        let mut course = Course::default();
        course.requests = (0..40).map(|n| (hour(7), n % 4 > 0)).collect();
        course.requests.push((hour(20), true));
        course.lines.insert("a".into(), vec![(hour(7), 9), (hour(8), 0)]);
        course.lines.insert("b".into(), vec![(hour(7), 3), (hour(8), 0)]);
        let text = plot(Tz::UTC, &course);
        let expected = "\
1 January 1970, by 30 minutes, local time of UTC
            requests                           waiting, at most
01 Jan 07:00      40 ##################xxxxxx        12 ########################
01 Jan 07:30       0                                 12 ########################
       ...
01 Jan 20:00       1 #                                0
";
        assert_eq!(text, expected);
        assert!(text.lines().all(|line| line.len() <= 80 && line.is_ascii()));
    }

    #[test]
    fn nothing_has_no_plot() {
        assert_eq!(plot(Tz::UTC, &Course::default()), "");
    }
}
