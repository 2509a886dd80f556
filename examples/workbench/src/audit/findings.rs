//! What the checks found: how often each was exercised, what it had to skip, and what was wrong.

use std::collections::BTreeMap;
use std::fmt::Write;

use comfy_table::Table;
use smol_str::SmolStr;

/// How many violations of each check are kept; of the others only the number is known.
const KEPT: usize = 50;

/// How many violations are shown.
const SHOWN: usize = 20;

/// What no check looks at.
const NOT_CHECKED: &str = "not checked: which of several agents who could serve is chosen, but by the strategies `longest_idle` and `least_skilled`";

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Every line is one, in order.
    Form,
    /// Every request is answered once, every callback completes once, and goes along the declared ways.
    Conservation,
    /// Agents are reserved while logged in, ready and free, and the first by the strategies that the log suffices for.
    Agents,
    /// Agents meet what callbacks require.
    Skills,
    /// One live attempt a number, fences and limits.
    Numbers,
    /// Nobody is reserved or called while closed.
    Hours,
    /// Nobody is called when it is too early or too late where they are.
    Window,
    /// Who ranks higher is served first.
    Order,
    /// Nobody waits whom an idle agent could serve.
    WorkConservation,
    /// Windows, days, slots, lines and duplicates.
    Quotas,
    /// What is due happens on time.
    Deadlines,
}

/// What one check came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often it was asked and could be answered.
    pub exercised: u64,
    /// How often it could not be answered, by the reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// How often the answer was no.
    pub violations: u64,
}

/// Something that the log should not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which check.
    pub check: Check,
    /// The line of the log, from 1; where something is missing, the last line before.
    pub line: u64,
    /// Whose.
    pub callback: Option<SmolStr>,
    /// What is wrong.
    pub sentence: String,
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    tallies: BTreeMap<Check, Tally>,
    first: Vec<Violation>,
    /// The line of the log that is being read.
    pub(super) line: u64,
    /// Lines of `traffic.csv` and `roster.csv` that could not be used.
    pub(super) bad_lines: u64,
}

impl Check {
    /// Every check, in order.
    pub const ALL: [Self; 11] = [
        Self::Form,
        Self::Conservation,
        Self::Agents,
        Self::Skills,
        Self::Numbers,
        Self::Hours,
        Self::Window,
        Self::Order,
        Self::WorkConservation,
        Self::Quotas,
        Self::Deadlines,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Conservation => "conservation",
            Self::Agents => "agents",
            Self::Skills => "skills",
            Self::Numbers => "numbers",
            Self::Hours => "hours",
            Self::Window => "calling window",
            Self::Order => "order",
            Self::WorkConservation => "work conservation",
            Self::Quotas => "quotas",
            Self::Deadlines => "deadlines",
        }
    }
}

impl Findings {
    /// What a check came to.
    #[must_use]
    pub fn tally(&self, check: Check) -> Tally {
        self.tallies.get(&check).cloned().unwrap_or_default()
    }

    /// How many violations there are.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.tallies.values().map(|tally| tally.violations).sum()
    }

    /// The first violations of each check, in the order of the log.
    #[must_use]
    pub fn first(&self) -> &[Violation] {
        &self.first
    }

    /// Notes that a check was exercised, and a violation if it does not hold.
    pub(super) fn hold(
        &mut self,
        check: Check,
        callback: Option<&SmolStr>,
        holds: bool,
        sentence: impl FnOnce() -> String,
    ) {
        let tally = self.tallies.entry(check).or_default();
        tally.exercised += 1;
        if holds {
            return;
        }
        tally.violations += 1;
        if tally.violations <= KEPT as u64 {
            let violation =
                Violation { check, line: self.line, callback: callback.cloned(), sentence: sentence() };
            self.first.push(violation);
        }
    }

    /// Notes that a check could not be answered.
    pub(super) fn skip(&mut self, check: Check, why: &'static str) {
        *self.tallies.entry(check).or_default().skipped.entry(why).or_insert(0) += 1;
    }

    /// The table of the checks, and the first violations.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_header(["check", "exercised", "skipped", "violations"]);
        for check in Check::ALL {
            let tally = self.tally(check);
            let skipped: u64 = tally.skipped.values().sum();
            table.add_row([
                check.name().to_owned(),
                tally.exercised.to_string(),
                skipped.to_string(),
                tally.violations.to_string(),
            ]);
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
        let mut text = format!("{}\n", table.trim_fmt());
        self.write_skipped(&mut text);
        let _ = writeln!(text, "\n{NOT_CHECKED}");
        self.write_violations(&mut text);
        text
    }

    fn write_skipped(&self, text: &mut String) {
        let skipped = self.tallies.iter().flat_map(|(check, tally)| {
            tally.skipped.iter().map(move |(why, count)| (check.name(), *why, count))
        });
        for (n, (check, why, count)) in skipped.enumerate() {
            let title = if n == 0 { "\nskipped\n" } else { "" };
            let _ = writeln!(text, "{title}  {check}: {count} times, {why}");
        }
        if self.bad_lines > 0 {
            let _ =
                writeln!(text, "\nbad lines of the bundle's files that were passed over: {}", self.bad_lines);
        }
    }

    fn write_violations(&self, text: &mut String) {
        let mut first: Vec<&Violation> = self.first.iter().collect();
        first.sort_by_key(|violation| violation.line);
        for (n, violation) in first.iter().take(SHOWN).enumerate() {
            let title = if n == 0 { "\nviolations\n" } else { "" };
            let callback = violation.callback.as_ref().map_or_else(String::new, |id| format!(", `{id}`"));
            let _ = writeln!(
                text,
                "{title}  line {}{callback}: {}: {}",
                violation.line,
                violation.check.name(),
                violation.sentence
            );
        }
        let more = self.violations().saturating_sub(SHOWN as u64);
        if more > 0 {
            let _ = writeln!(text, "  and {more} more");
        }
    }
}
