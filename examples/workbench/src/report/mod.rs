//! The report of a run: one page that needs no network.
//!
//! The numbers stand in the page as JSON; a script in it draws them as wide as the screen is, so that a phone shows
//! the same as a wall. `page.html`, `page.css` and `page.js` are what a browser gets.

mod picture;
mod plot;
mod scale;

use serde::Serialize;

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
}

/// The page for one run, or for several of the same traffic side by side.
#[must_use]
pub fn page(center: &str, zone: Tz, runs: &[Shown<'_>]) -> String {
    let spans = runs.iter().filter_map(|run| run.course.span());
    let span = spans.reduce(|(from, to), (other_from, other_to)| (from.min(other_from), to.max(other_to)));
    let scale = Scale::of(zone, span);
    let runs = runs.iter().map(|run| RunPicture::of(run, &scale)).collect();
    let picture = Picture { center, zone: zone.name(), period: scale::days(zone, span), scale, runs };
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
        let page = page("First <Bank>", Tz::Asia__Jerusalem, &[shown]);
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
        assert!(page("Nobody", Tz::UTC, &[shown]).contains("\"runs\":[{"));
    }
}
