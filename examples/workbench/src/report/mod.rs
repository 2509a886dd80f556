//! The report of a run: one page that needs no network.
//!
//! The numbers stand in the page as JSON; a script in it draws them as wide as the screen is, so that a phone shows
//! the same as a wall. `page.html`, `page.css` and `page.js` are what a browser gets.

mod picture;
mod plot;
mod scale;

use std::collections::BTreeMap;

use ringback_engine::Name;
use serde::Serialize;

use crate::comparison::{Balance, Comparison, Fared, FirstDecision};
use crate::summary::{Course, Summary};
pub use picture::RunPicture;
pub use plot::plot;
use scale::Scale;

use chrono_tz::Tz;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What was played, and under which name it is shown.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The name: an application's file, where there are several.
    pub label: String,
    /// The summary of the run.
    pub summary: &'a Summary,
    /// Its course.
    pub course: &'a Course,
}

/// Everything that the page shows.
#[derive(Serialize)]
struct Picture<'a> {
    center: &'a str,
    zone: &'a str,
    /// Its days, in words.
    period: String,
    scale: Scale,
    runs: Vec<RunPicture<'a>>,
    /// What differs between two.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Differences<'a>>,
}

/// What differs between two runs, as far as it is shown.
#[derive(Serialize)]
struct Differences<'a> {
    paired: u64,
    changed: usize,
    all: &'a Balance,
    by_service: &'a BTreeMap<Name, Balance>,
    first: Option<&'a FirstDecision>,
}

impl<'a> Differences<'a> {
    fn of(compared: &'a Comparison) -> Self {
        let Fared { paired, all, by_service, callbacks, .. } = &compared.fared;
        let first = compared.first_decision.as_ref();
        Self { paired: *paired, changed: callbacks.len(), all, by_service, first }
    }
}

/// The page for one run.
#[must_use]
pub fn page(center: &str, zone: Tz, run: &Shown<'_>) -> String {
    page_of(center, zone, std::slice::from_ref(run), None)
}

/// The page for two runs of the same traffic, both in every picture, and what differs.
#[must_use]
pub fn page_of_two(zone: Tz, runs: &[Shown<'_>; 2], differences: &Comparison) -> String {
    page_of(&differences.center, zone, runs, Some(differences))
}

fn page_of(center: &str, zone: Tz, runs: &[Shown<'_>], differences: Option<&Comparison>) -> String {
    let spans = runs.iter().filter_map(|run| run.course.span());
    let span = spans.reduce(|(from, to), (other_from, other_to)| (from.min(other_from), to.max(other_to)));
    let scale = Scale::of(zone, span);
    let runs = runs.iter().map(|run| RunPicture::of(run, &scale)).collect();
    let period = scale::days(zone, span);
    let picture = Picture {
        center,
        zone: zone.name(),
        period,
        scale,
        runs,
        differences: differences.map(Differences::of),
    };
    // A text in the numbers must not end the element that holds them.
    let numbers = serde_json::to_string(&picture).unwrap_or_default().replace('<', "\\u003c");
    PAGE.replace("{style}", STYLE).replace("{script}", SCRIPT).replace("{numbers}", &numbers)
}

#[cfg(test)]
mod tests {
    use ringback_engine::Instant;

    use super::*;
    use crate::summary::{Effort, Tally};

    #[test]
    fn a_page_is_whole_and_its_numbers_can_be_read_back() {
        let summary = Tally::default().summary(Effort::default());
        let mut course = Course::default();
        course.requests.push((Instant::from_millis(1_000), true));
        let shown = Shown { label: "</script><b>".into(), summary: &summary, course: &course };
        let page = page("First <Bank>", Tz::Asia__Jerusalem, &shown);
        let (_, rest) =
            page.split_once("<script id=\"numbers\" type=\"application/json\">").expect("numbers");
        let (numbers, _) = rest.split_once("</script>").expect("their end");
        let read: serde_json::Value = serde_json::from_str(numbers).expect("JSON");
        assert_eq!(read["center"], "First <Bank>");
        assert_eq!(read["runs"][0]["label"], "</script><b>");
        for left in ["{style}", "{script}", "{numbers}", "http://", "https://"] {
            assert!(!page.replace("http://www.w3.org/2000/svg", "").contains(left), "{left}");
        }
    }

    #[test]
    fn a_run_of_nothing_has_a_page() {
        let summary = Tally::default().summary(Effort::default());
        let shown = Shown { label: "app.rhai".into(), summary: &summary, course: &Course::default() };
        assert!(page("Nobody", Tz::UTC, &shown).contains("\"runs\":[{"));
    }
}
