//! `ringback test`: asks the application what `tests.toml` asks, and compares.

use std::path::Path;
use std::sync::Arc;

use super::{Failure, Outcome, colours};
use crate::bundle::{Bundle, file_text, render_all};
use crate::trials::{TESTS, Trials, run, told};

/// Runs the bundle's tests. Returns what to say if all hold.
///
/// # Errors
///
/// The bundle or its tests are not there or can't be read, or something is wrong, or a test does not hold.
pub fn test(dir: &Path) -> Outcome {
    let mut bundle = Bundle::open(dir).map_err(Failure::unreadable)?;
    let shown = dir.display();
    if !dir.join(TESTS).exists() {
        return Err(Failure::Unreadable(format!(
            "error: {shown}: has no `{TESTS}`\n\nwrite one beside center.toml:\n\n{}",
            example(&bundle)
        )));
    }
    let text: Arc<str> = file_text(&dir.join(TESTS))
        .map_err(|cause| Failure::unreadable(format!("{shown}/{TESTS}: {cause}")))?
        .into();
    let (Some(layout), Some(application), false) =
        (bundle.layout.take(), bundle.application.take(), bundle.has_errors())
    else {
        return Err(Failure::Found(render_all(&bundle.findings, colours())));
    };
    let Trials { verdicts, findings, untested } = run(&text, &layout, application).map_err(Failure::found)?;
    let mut said = render_all(&findings, colours());
    let mut failed = 0;
    for verdict in verdicts.iter().filter(|verdict| !verdict.holds()) {
        failed += 1;
        said.push_str(&told(verdict, &bundle.text, colours()));
        said.push('\n');
    }
    let hooks = match untested.as_slice() {
        [] => String::new(),
        _ if !findings.is_empty() => String::new(),
        hooks => {
            let names: Vec<String> = hooks.iter().map(|hook| format!("`{hook}`")).collect();
            format!("; no test asks {}", names.join(", "))
        }
    };
    let held = verdicts.len() - failed;
    let some = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    if failed > 0 || !findings.is_empty() {
        let wrong = match findings.len() {
            0 => String::new(),
            count => format!(", {} in {TESTS}", some(count, "error")),
        };
        said.push_str(&format!("{shown}: {held} of {} decisions hold{wrong}{hooks}\n", verdicts.len()));
        return Err(Failure::Found(said));
    }
    Ok(format!("{shown}: {} as expected{hooks}\n", some(held, "decision")))
}

/// A test to begin with, of the bundle's first service.
fn example(bundle: &Bundle) -> String {
    let service = bundle.layout.as_deref().and_then(|layout| layout.center().services.first());
    let service = service.map_or("help", |service| service.name.as_str());
    format!(
        "[[test]]\nname = \"who asks in the morning is accepted\"\nat = \"2026-03-10 10:00\"\n\
         request = {{ service = \"{service}\", phone = \"+493055502001\" }}\nexpect.accept = 'accept()'\n"
    )
}
