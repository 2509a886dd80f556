//! The summary as text, for people.

use std::fmt::Display;

use comfy_table::{CellAlignment, Table, presets};
use ringback_engine::protocol::Disagreement;

use super::{By, Longest, SERVICE_LEVELS, ServiceLevel, Summary, Waiting};

const NONE: &str = "-";

impl Summary {
    /// The summary in tables; a number that there is not is `-`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = shown(&counts(self));
        let mut add = |title: &str, table: Table| {
            if table.row_count() > 0 {
                text.push_str(&format!("\n{title}\n{}", shown(&table)));
            }
        };
        add("waiting, from place to connection (percentiles by nearest rank)", waiting(&self.waiting));
        add(
            "service level, share of accepted callbacks connected in time",
            service_level(&self.service_level),
        );
        add("longest line", longest(&self.longest_line));
        if self.script.values().any(|calls| calls.calls > 0) {
            add("script", script(self));
        }
        add("disagreements in the shadow", disagreements(self));
        text
    }
}

/// A table's rows, without the frame of blanks that a style without lines leaves.
pub(crate) fn shown(table: &Table) -> String {
    let rows = table.lines().map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned());
    rows.filter(|row| !row.is_empty()).map(|row| row + "\n").collect()
}

/// A table with this header and numbers in all columns but the first.
pub(crate) fn columns(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn counts(summary: &Summary) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut row = |name: &str, value: &dyn Display| {
        table.add_row([name.to_owned(), value.to_string()]);
    };
    row("requests", &summary.requests);
    row("accepted", &summary.accepted);
    summary.rejected.iter().for_each(|(code, count)| row(&format!("  rejected {code}"), count));
    if summary.repeated > 0 {
        row("  repeated", &summary.repeated);
    }
    row("completed", &summary.completed.values().sum::<u64>());
    summary.completed.iter().for_each(|(reason, count)| row(&format!("  {reason}"), count));
    row("attempts", &summary.attempts.values().sum::<u64>());
    summary.attempts.iter().for_each(|(outcome, count)| row(&format!("  {outcome}"), count));
    row("abandoned", &summary.abandoned);
    summary.refused.iter().for_each(|(kind, count)| row(&format!("refused {kind}"), count));
    row("occupancy", &percent(summary.occupancy.all));
    summary.not_ready.iter().for_each(|(reason, span)| row(&format!("  not ready, {reason}"), span));
    row(
        "forecast calibration",
        &summary.forecast_calibration.map_or("- (no forecasts yet)".into(), |c| percent(Some(c))),
    );
    row("events", &summary.events);
    row("engine steps", &summary.engine_steps);
    row("wall time", &format!("{:.3} s", summary.wall_seconds));
    row("  in the engine", &format!("{:.3} s", summary.engine_seconds));
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn waiting(waiting: &By<Waiting>) -> Table {
    let mut table = columns(&["queue", "connected", "mean", "p50", "p80", "p95", "p99", "max"]);
    rows(waiting, |name, waiting| {
        let mut row = vec![name.to_owned(), waiting.connected.to_string()];
        let Waiting { mean, p50, p80, p95, p99, max, .. } = *waiting;
        row.extend([mean, p50, p80, p95, p99, max].map(|wait| or_none(wait.as_ref())));
        table.add_row(row);
    });
    table
}

fn service_level(level: &By<ServiceLevel>) -> Table {
    let within = SERVICE_LEVELS.map(|seconds| format!("{seconds} s"));
    let header: Vec<&str> =
        ["queue", "callbacks"].into_iter().chain(within.iter().map(String::as_str)).collect();
    let mut table = columns(&header);
    rows(level, |name, level| {
        let mut row = vec![name.to_owned(), level.callbacks.to_string()];
        row.extend(level.within.values().map(|share| percent(*share)));
        table.add_row(row);
    });
    table
}

fn longest(longest: &By<Longest>) -> Table {
    let mut table = columns(&["queue", "waiting", "first at"]);
    rows(longest, |name, longest| {
        table.add_row([name.to_owned(), longest.waiting.to_string(), or_none(longest.at.as_ref())]);
    });
    table
}

fn script(summary: &Summary) -> Table {
    let mut table = columns(&["hook", "calls", "faults", "operations"]);
    for (hook, calls) in &summary.script {
        let numbers = [calls.calls, calls.faults, calls.operations].map(|number| number.to_string());
        table.add_row(std::iter::once(hook.to_string()).chain(numbers));
    }
    table
}

fn disagreements(summary: &Summary) -> Table {
    let mut table = columns(&["hook", "in force", "line", "candidate", "line", "times"]);
    for Disagreement { hook, live, candidate, count } in &summary.disagreements {
        let (ours, theirs) = (live.line.to_string(), candidate.line.to_string());
        table.add_row([hook.name(), &live.outcome, &ours, &candidate.outcome, &theirs, &count.to_string()]);
    }
    table
}

/// One row for all, and one for each queue where there are several.
fn rows<T>(by: &By<T>, mut row: impl FnMut(&str, &T)) {
    row("all", &by.all);
    if by.by_queue.len() > 1 {
        by.by_queue.iter().for_each(|(queue, value)| row(queue, value));
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.into(), |share| format!("{:.1} %", share * 100.0))
}

fn or_none(value: Option<&impl Display>) -> String {
    value.map_or_else(|| NONE.into(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::{Effort, Seconds, Tally};

    #[test]
    fn a_summary_of_nothing_shows_no_number_that_is_not_there() {
        let text = Tally::default().summary(Effort::default()).to_text();
        let waiting = text.lines().find(|line| line.contains("all") && line.contains(NONE)).unwrap();
        assert_eq!(
            waiting.split_whitespace().collect::<Vec<_>>(),
            ["all", "0", "-", "-", "-", "-", "-", "-"]
        );
        assert!(!text.contains("script"), "{text}");
        assert!(text.contains("forecast calibration"));
    }

    #[test]
    fn lengths_of_time_are_for_people() {
        for (millis, text) in [
            (0, "0.000 s"),
            (59_999, "59.999 s"),
            (60_000, "1 min 00 s"),
            (125_900, "2 min 05 s"),
            (3_720_000, "1 h 02 min"),
        ] {
            assert_eq!(Seconds(millis).to_string(), text);
        }
    }

    #[test]
    fn shares_are_per_cent() {
        assert_eq!(percent(Some(0.875)), "87.5 %");
        assert_eq!(percent(None), "-");
    }
}
