//! A comparison in words and tables, for people.

use std::fmt::Write;

use chrono_tz::Tz;
use comfy_table::{CellAlignment, Table, presets};
use ringback_engine::Instant;
use ringback_engine::center::instant_to_local;
use serde_json::Value;

use super::fared::word;
use super::measures::{MATTERS_COUNT, MATTERS_MILLIS, MATTERS_PER_CENT};
use super::{Comparison, Decided, FirstDecision, FirstEvent, Measure, Number, Shift, Verdict, WAITS_ALIKE};
use crate::facts::Ending;
use crate::summary::{Seconds, shown};

/// How many of those who won and lost most are told.
const SHOWN: usize = 5;

impl Comparison {
    /// The comparison for a terminal; instants are shown on a clock in `zone`.
    #[must_use]
    pub fn to_text(&self, zone: Tz) -> String {
        let mut text = format!("{}, the same traffic\n  A  {}\n  B  {}\n", self.center, self.a, self.b);
        let assumed: String = self.assumed.iter().map(|one| format!("  - {one}\n")).collect();
        if self.is_equal() {
            let _ = write!(
                text,
                "\nno difference: all {} decisions and all {} events are the same\n\nassumed\n{assumed}",
                self.decisions[0], self.events[0]
            );
            return text;
        }
        let _ = write!(text, "\n{}", measures_told(&self.numbers));
        let _ = writeln!(
            text,
            "! matters: at least {MATTERS_PER_CENT} % of the larger number, and {MATTERS_COUNT} of what is counted, or {} \
             of time;\n  of a share, one percentage point",
            span(Seconds(MATTERS_MILLIS))
        );
        self.fared_in_words(zone, &mut text);
        match &self.first_decision {
            Some(decision) => first_decision(decision, zone, &mut text),
            None => {
                let _ = writeln!(
                    text,
                    "\nno decision differs: {} that both were asked are the same; the settings make the difference",
                    self.decisions[0].min(self.decisions[1])
                );
            }
        }
        if let Some(event) = &self.first_event {
            first_event(event, zone, &mut text);
        }
        let _ = write!(text, "\nassumed\n{assumed}");
        text
    }

    fn fared_in_words(&self, zone: Tz, text: &mut String) {
        let fared = &self.fared;
        let _ = writeln!(
            text,
            "\nfared otherwise under B: {} of {} requests; {} won, {} lost",
            fared.callbacks.len(),
            fared.paired,
            fared.all.won(),
            fared.all.lost()
        );
        if fared.alone > 0 {
            let _ = writeln!(text, "  {} more requests are in one run only", fared.alone);
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let mut row = |name: &str, count: u64, by: String| {
            if count > 0 {
                table.add_row([name.to_owned(), count.to_string(), by]);
            }
        };
        row("  won: served by B only", fared.all.served_by_b_only, String::new());
        row("  won: served sooner", fared.all.sooner.callbacks, by(&fared.all.sooner));
        row("  lost: served by A only", fared.all.served_by_a_only, String::new());
        row("  lost: served later", fared.all.later.callbacks, by(&fared.all.later));
        row("  served by neither, ended otherwise", fared.all.ended_otherwise, String::new());
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        text.push_str(&indented(&shown(&table)));
        for (reason, by_b) in &fared.unserved {
            for (other, count) in by_b {
                let _ = writeln!(text, "    {count} times {reason} under A, {other} under B");
            }
        }
        if fared.by_service.len() > 1 {
            for (service, balance) in &fared.by_service {
                let _ =
                    writeln!(text, "  service `{service}`: {} won, {} lost", balance.won(), balance.lost());
            }
        }
        for (verdict, title) in [(Verdict::Won, "won most"), (Verdict::Lost, "lost most")] {
            let most = fared.most(verdict);
            if most.is_empty() {
                continue;
            }
            let _ = writeln!(text, "  {title}");
            for pair in most.iter().take(SHOWN) {
                let by = pair.wait.map_or_else(String::new, |wait| format!(" ({})", signed(wait)));
                let _ = writeln!(
                    text,
                    "    {} of {}: {} under A, {} under B{by}",
                    pair.id,
                    clock(pair.asked_at, zone),
                    ended(&pair.a),
                    ended(&pair.b)
                );
            }
            if most.len() > SHOWN {
                let _ = writeln!(text, "    and {} more; `--json` has all", most.len() - SHOWN);
            }
        }
    }
}

/// Numbers side by side, with the differences, those that matter marked.
#[must_use]
pub fn measures_told(measures: &[Measure]) -> String {
    let mut table = crate::summary::columns(&["", "A", "B", "difference", ""]);
    for measure in measures {
        let number = |number: Option<Number>| number.map_or_else(|| "-".to_owned(), plain);
        let same = measure.a == measure.b;
        let difference =
            if same { String::new() } else { measure.difference.map_or_else(|| "-".into(), change) };
        let mark = if measure.matters { "!" } else { "" };
        table.add_row([
            measure.name.clone(),
            number(measure.a),
            number(measure.b),
            difference,
            mark.to_owned(),
        ]);
    }
    shown(&table)
}

fn plain(number: Number) -> String {
    match number {
        Number::Count(count) => count.to_string(),
        Number::Span(seconds) => seconds.to_string(),
        Number::Share(share) => format!("{:.1} %", share * 100.0),
    }
}

fn change(number: Number) -> String {
    match number {
        Number::Count(count) => format!("{count:+}"),
        Number::Span(seconds) => signed(seconds),
        Number::Share(share) if (share * 100.0).abs() < 0.05 => "0.0 points".into(),
        Number::Share(share) => format!("{:+.1} points", share * 100.0),
    }
}

/// A span with its sign.
fn signed(seconds: Seconds) -> String {
    let sign = if seconds.0 < 0 { '-' } else { '+' };
    format!("{sign}{}", span(Seconds(seconds.0.saturating_abs())))
}

/// A span; whole seconds without decimals.
fn span(seconds: Seconds) -> String {
    let text = seconds.to_string();
    text.replace(".000 s", " s")
}

fn by(shift: &Shift) -> String {
    let [median, most] = [shift.median, shift.most].map(|seconds| seconds.map_or_else(String::new, span));
    format!("by {median} (median), at most {most}")
}

fn ended(ending: &Ending) -> String {
    word(ending).to_string()
}

fn indented(rows: &str) -> String {
    rows.lines().map(|row| format!("  {}\n", row.trim_start())).collect()
}

fn first_decision(first: &FirstDecision, zone: Tz, text: &mut String) {
    let FirstDecision { hook, callback, about, same_before, apart_before, .. } = first;
    let about = if about.is_empty() { String::new() } else { format!(" ({about})") };
    let _ = writeln!(
        text,
        "\nthe first decision that differs, after {same_before} that are the same\n  {}  `{hook}`{about}, callback `{callback}`",
        clock(first.at, zone)
    );
    if *apart_before {
        let _ = writeln!(
            text,
            "  the centers had led to different questions before; this is the first answer that differs, of B at {}",
            clock(first.b.at, zone)
        );
    }
    for (side, decided) in [("A", &first.a), ("B", &first.b)] {
        side_of(side, decided, text);
    }
}

fn side_of(side: &str, decided: &Decided, text: &mut String) {
    let _ = writeln!(text, "  {side}  {}", decided.answer);
    let Some(decision) = &decided.decision else {
        let _ = writeln!(text, "     {} has no such hook, or it can't be traced", decided.script);
        return;
    };
    let script = if decision.file.is_empty() { &decided.script } else { &decision.file };
    let _ = writeln!(text, "     {script}:{}: {}", decision.line, decision.source);
    let reads = decision.reads();
    for read in &reads {
        let _ = writeln!(text, "       {} = {}", read.expression, read.value);
    }
    if reads.is_empty() {
        let _ = writeln!(text, "       it read nothing");
    }
}

fn first_event(first: &FirstEvent, zone: Tz, text: &mut String) {
    let _ = writeln!(text, "\nthe first event that differs, after {} that are the same", first.same_before);
    for (side, event) in [("A", &first.a), ("B", &first.b)] {
        let told =
            event.as_ref().map_or_else(|| "no more events".to_owned(), |event| event_in_words(event, zone));
        let _ = writeln!(text, "  {side}  {told}");
    }
}

/// An event of the log on one line.
fn event_in_words(event: &Value, zone: Tz) -> String {
    let field = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let at = event["at"].as_str().and_then(|at| at.parse::<Instant>().ok()).unwrap_or_default();
    let others = event.as_object().into_iter().flatten();
    let others = others.filter(|(key, _)| !["at", "seq", "event"].contains(&key.as_str()));
    let others: Vec<String> = others.map(|(key, value)| format!("{key} {}", field(value))).collect();
    format!("{}  {} {}", clock(at, zone), field(&event["event"]), others.join(", ")).trim_end().to_owned()
}

/// What the local clock shows.
fn clock(at: Instant, zone: Tz) -> String {
    instant_to_local(zone, at).format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

/// What is assumed of any comparison.
#[must_use]
pub fn assumed() -> Vec<String> {
    vec![
        "handle times, how attempts end and what customers do else are the traffic's own, the same under A and B, paired by \
         callback"
            .into(),
        "an attempt that only one of them makes ends as the traffic says of the attempt with its number, and beyond its \
         list is answered at once"
            .into(),
        format!("waits that differ by less than {} are the same", span(Seconds(WAITS_ALIKE))),
    ]
}
