//! `ringback graph`: where callbacks may go.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use ringback_engine::Duration;
use ringback_engine::center::{Component, Layout, Lead, Overtaking};

use super::{Failure, Outcome, colours, create, unwritable};
use crate::bundle::{Bundle, render_all};

/// So many agents of a part are named.
const NAMED: usize = 12;

/// Returns the routing graph as text, and the parts of the center that have nothing to do with each other; writes
/// it for Graphviz to `dot`, if that is asked for.
///
/// # Errors
///
/// The bundle is not there or can't be read, something in it is wrong, or the file can't be written.
pub fn graph(dir: &Path, dot: Option<&Path>) -> Outcome {
    let bundle = Bundle::open(dir).map_err(Failure::unreadable)?;
    let findings = render_all(&bundle.findings, colours());
    // The ways of a script that has errors are not known, and a graph without them would be another.
    let (Some(layout), false) = (&bundle.layout, bundle.has_errors()) else {
        return Err(Failure::Found(findings));
    };
    eprint!("{findings}");
    let mut text = format!("{}\n{}\n{}", layout.graph(), parts(layout), leads(layout));
    if let Some(path) = dot {
        let mut file = create(path)?;
        file.write_all(layout.graph().to_dot().as_bytes())
            .and_then(|()| file.flush())
            .map_err(|error| unwritable(path, &error))?;
        let shown = path.display();
        let _ = write!(text, "\nwrote {shown}; Graphviz draws it: `dot -Tsvg {shown} -o graph.svg`\n");
    }
    Ok(text)
}

/// By how much who asks later can get before who waits.
fn leads(layout: &Layout) -> String {
    let mut text = "who waits, by the priorities and ageing of the settings\n".to_owned();
    for Lead { queue, by, lead } in layout.graph().leads(layout.center()) {
        let _ = match (by, lead) {
            (None, _) => writeln!(text, "  queue {queue}: shares its agents with no other queue"),
            (Some(by), Overtaking::Always) => {
                writeln!(text, "  queue {queue}: can be overtaken without end by who asks later in {by}")
            }
            (Some(_), Overtaking::Until(Duration::ZERO)) => {
                writeln!(text, "  queue {queue}: is overtaken by nobody who asks later in another queue")
            }
            (Some(by), Overtaking::Until(lead)) => {
                writeln!(
                    text,
                    "  queue {queue}: is overtaken by nobody who asks {lead} later or more; the most by {by}"
                )
            }
        };
    }
    text
}

fn parts(layout: &Layout) -> String {
    let parts = layout.graph().components(layout.center());
    let mut text = match parts.len() {
        1 => "one part: everything shares queues or agents\n".to_owned(),
        count => format!("{count} parts that share no queue and no agent\n"),
    };
    for (n, part) in parts.iter().enumerate() {
        let Component { services, queues, groups, agents } = part;
        let mut named: Vec<&str> = agents.iter().take(NAMED).map(|agent| agent.as_str()).collect();
        let more = format!("and {} more", agents.len().saturating_sub(NAMED));
        if agents.len() > NAMED {
            named.push(&more);
        }
        let lists = [
            ("services", services.iter().map(|name| name.as_str()).collect()),
            ("queues", queues.iter().map(|name| name.as_str()).collect()),
            ("groups", groups.iter().map(|name| name.as_str()).collect()),
            ("agents", named),
        ];
        let _ = writeln!(text, "part {}", n + 1);
        for (what, names) in lists.iter().filter(|(_, names): &&(&str, Vec<&str>)| !names.is_empty()) {
            let _ = writeln!(text, "  {what}: {}", names.join(", "));
        }
    }
    text
}
