//! `ringback check`: all that can be wrong with a bundle without running it.

use std::path::Path;

use serde_json::{Value, json};

use super::first_pass::{FirstPass, Period, left_unchecked};
use super::{Failure, Outcome, colours, say};
use crate::bundle::{Bundle, Diagnosis, build, file_text, render_all};
use crate::rehearsal::{Samples, rehearse};
use crate::trials::{self, TESTS};

/// Checks the center, the application, and the streams that are there, and rehearses the application. Returns what
/// to say if nothing is an error; warnings have been written to standard error then. With `json` all of it is one object on
/// standard output, for editors.
///
/// # Errors
///
/// The bundle is not there or can't be read, or something in it is wrong.
pub fn check(dir: &Path, json: bool) -> Outcome {
    let mut bundle = Bundle::open(dir).map_err(Failure::unreadable)?;
    let period = Period::of(dir, &bundle);
    let pass = period.as_ref().map(|period| period.first_pass(false)).transpose()?;
    let FirstPass { findings, notes, untold, requests: _ } = pass.unwrap_or_default();
    let unchecked = left_unchecked(&bundle);
    let tests = tests(dir, &bundle);
    if let (Some(layout), Some(application)) = (&bundle.layout, bundle.application) {
        let samples = period.as_ref().map(samples).unwrap_or_default();
        bundle.findings.extend(rehearse(application, layout, &bundle.text, &samples));
    }
    bundle.findings.extend(findings);
    bundle.findings.extend(tests);

    let errors = count(&bundle.findings, true) + untold;
    let warnings = count(&bundle.findings, false);
    let closing = closing(dir, errors, warnings);
    if json {
        let text = to_json(&bundle.findings, errors, [notes, unchecked].concat().trim_end());
        if errors == 0 {
            return Ok(text);
        }
        say(&text)?;
        return Err(Failure::Found(String::new()));
    }
    let text = [render_all(&bundle.findings, colours()), notes, unchecked].concat();
    if errors > 0 {
        return Err(Failure::Found([text, closing].concat()));
    }
    eprint!("{text}");
    Ok(closing)
}

/// What is wrong with the bundle's tests, if it has some; whether they hold is for `ringback test`.
fn tests(dir: &Path, bundle: &Bundle) -> Vec<Diagnosis> {
    let path = dir.join(TESTS);
    let Some(layout) = bundle.layout.as_ref().filter(|_| path.symlink_metadata().is_ok()) else {
        return Vec::new();
    };
    match file_text(&path) {
        Ok(text) => {
            let application = bundle.application.as_ref().and_then(|_| build(&bundle.text, layout).ok());
            trials::check(&text.into(), layout, application)
        }
        Err(cause) => vec![Diagnosis::error(format!("{TESTS}: {cause}"), None)],
    }
}

fn samples(period: &Period) -> Samples {
    if !period.has_traffic() {
        return Samples::default();
    }
    // What can't be read has been found by the first pass.
    period
        .traffic()
        .map_or_else(|_| Samples::default(), |traffic| Samples::of(traffic.filter_map(Result::ok)))
}

/// Lines and columns count from 1, columns in characters; the end is behind the last.
fn to_json(findings: &[Diagnosis], errors: u64, notes: &str) -> String {
    let place = |found: &Diagnosis| found.place.as_ref().map(|place| (place.file.clone(), place.lines()));
    let each = findings.iter().map(|found| {
        let (file, lines) = place(found).unzip();
        let [line, column, end_line, end_column] =
            lines.map_or([None; 4], |lines: [usize; 4]| lines.map(Some));
        let severity = if found.is_error() { "error" } else { "warning" };
        json!({
            "severity": severity, "message": found.message, "help": found.help, "file": file, "line": line,
            "column": column, "end_line": end_line, "end_column": end_column,
        })
    });
    let findings: Vec<Value> = each.collect();
    let warnings = findings.iter().filter(|found| found["severity"] == "warning").count();
    let all = json!({ "errors": errors, "warnings": warnings, "findings": findings, "notes": notes });
    format!("{all:#}\n")
}

fn count(findings: &[Diagnosis], errors: bool) -> u64 {
    findings.iter().filter(|finding| finding.is_error() == errors).map(|_| 1).sum()
}

fn closing(dir: &Path, errors: u64, warnings: u64) -> String {
    let dir = dir.display();
    let some = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => format!("{dir}: the bundle is fine\n"),
        (0, warnings) => format!("{dir}: no error, {}; the bundle can be run\n", some(warnings, "warning")),
        (errors, 0) => format!("{dir}: {}\n", some(errors, "error")),
        (errors, warnings) => format!("{dir}: {}, {}\n", some(errors, "error"), some(warnings, "warning")),
    }
}
