//! `center.toml`. What stands behind a line `# vip.csv` is the text of the file that every `[[table]]` names.

use ringback_engine::center::reader::{Located, read};
use ringback_engine::center::{Center, Layout, Severity};
use ringback_engine::protocol::{Command, Plain};
use ringback_engine::record::Request;
use ringback_engine::{Advanced, Engine, Phone};

use crate::Verdict;
use crate::laws::{orderly, sound};
use crate::small::START;

const FILE: &str = "\n# vip.csv\n";

/// Deadlines that a center's engine is let run; one with calendars and long times may have more.
const DEADLINES: usize = 200;

/// Decodes a center, and runs it for a while if it is sound.
pub fn center(data: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(data) else { return Verdict::Refused };
    let (text, file) = text.split_once(FILE).unwrap_or((text, ""));
    let mut reading = read(text, &mut |_| Ok(file.to_owned()));
    reading.findings.iter().for_each(|finding| placed(text, finding));
    assert!(reading.findings.is_sorted_by_key(|finding| finding.span.start));
    let errors = reading.findings.iter().any(|finding| finding.severity == Severity::Error);
    assert_eq!(reading.layout.is_none(), errors);
    let Some(layout) = reading.layout.take() else { return Verdict::Refused };
    for finding in layout.warnings() {
        placed(text, &reading.locate(finding));
    }
    reads_as_it_is_written(&layout);
    runs(layout);
    Verdict::Read
}

/// The place is one in the text, and line and column are its own.
fn placed(text: &str, finding: &Located) {
    let place = text.get(finding.span.clone());
    assert!(place.is_some(), "{finding:?}");
    let before = &text[..finding.span.start];
    let line = before.matches('\n').count() + 1;
    let column = before[before.rfind('\n').map_or(0, |end| end + 1)..].trim_start_matches('\u{feff}');
    assert_eq!((finding.line, finding.column), (line, column.chars().count() + 1), "{finding:?}");
    assert!(!finding.message.is_empty());
}

/// A journal's header holds the center as JSON.
fn reads_as_it_is_written(layout: &Layout) {
    let json = serde_json::to_string(layout.center()).expect("JSON");
    let again: Center = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(&again, layout.center());
    Layout::new(again).unwrap_or_else(|findings| panic!("{findings:?}"));
    assert!(!layout.graph().to_dot().is_empty());
}

fn runs(layout: Layout) {
    let center = layout.center().clone();
    let mut engine = Engine::new(layout, Plain);
    let mut effects = Vec::new();
    let phone = Phone::new("+12125550123").expect("made up in E.164");
    for (n, service) in center.services.iter().take(4).enumerate() {
        let request = Request::new(format!("c{n}"), &service.name, phone.clone());
        let _ = engine.apply(START, Command::Request(request.clone()), &mut effects);
        let later = START.after(service.min_lead).after(service.submit_before);
        let scheduled = Request { id: format!("s{n}").as_str().into(), ..request.at(later) };
        let _ = engine.apply(START, Command::Request(scheduled), &mut effects);
    }
    for agent in center.agents.iter().take(4) {
        let log_in = Command::LogIn { agent: agent.id.clone() };
        engine.apply(START, log_in, &mut effects).expect("known");
    }
    sound(&engine);
    for _ in 0..DEADLINES {
        let Some(deadline) = engine.next_deadline() else { break };
        assert_eq!(engine.advance(deadline, &mut effects), Advanced::Done);
    }
    sound(&engine);
    orderly(&effects);
    let snapshot = engine.snapshot().expect("JSON");
    let twin = Engine::restore(Layout::new(center).expect("sound"), Plain, &snapshot);
    let twin = twin.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(twin.state_hash(), engine.state_hash());
}
