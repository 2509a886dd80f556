//! `traffic.csv`, `roster.csv` and `changes.csv`.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io::{self, Read};

use ringback_engine::protocol::Command;
use ringback_engine::{AgentId, Instant, Validity};
use ringback_workbench::streams::{
    BadLine, ChangeLine, Changes, Roster, RosterLine, StreamError, Traffic, TrafficLine, survey,
};

use crate::Verdict;
use crate::small::layout;

/// Decodes the lines of a `traffic.csv`.
pub fn traffic(data: &[u8]) -> Verdict {
    let zone = layout().center().timezone;
    let lines =
        decoded(data, &|input| Traffic::open(input, zone), &|line: &TrafficLine| (line.line, line.at));
    for line in lines.iter().flatten() {
        let request = &line.request;
        assert!(!request.id.as_str().is_empty() && !request.service.is_empty(), "{line:?}");
        let unreadable = request.facts.validity == Validity::Unreadable;
        assert_eq!(request.phone.as_str().is_empty(), unreadable, "{line:?}");
        assert!(request.key.as_ref().is_none_or(|key| !key.is_empty()), "{line:?}");
        assert!(line.fate.cancel_at.is_none_or(|at| at >= line.at), "{line:?}");
        assert!(line.fate.ring.iter().all(|ring| ring.millis() >= 0), "{line:?}");
    }
    let text = written(lines.iter().flatten());
    let again: Vec<_> = Traffic::open(text.as_bytes(), zone).expect("a header").collect();
    let same = |(one, other): (&Result<TrafficLine, StreamError>, &TrafficLine)| {
        let one = one.as_ref().unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!((one.at, &one.fate), (other.at, &other.fate), "{text}");
        assert_eq!(one.request, without_attributes(other), "{text}");
    };
    assert_eq!(again.len(), lines.iter().flatten().count(), "{text}");
    again.iter().zip(lines.iter().flatten()).for_each(same);
    Verdict::of(!lines.is_empty() && lines.iter().all(Result::is_ok))
}

/// Decodes the lines of a `roster.csv`.
pub fn roster(data: &[u8]) -> Verdict {
    let layout = layout();
    let zone = layout.center().timezone;
    let agents: BTreeSet<AgentId> = layout.center().agents.iter().map(|agent| agent.id.clone()).collect();
    let open = |input| Roster::open(input, zone, Some(&agents));
    let lines = decoded(data, &open, &|line: &RosterLine| (line.line, line.at));
    assert!(lines.iter().flatten().all(|line| agents.contains(&line.agent)));
    Verdict::of(!lines.is_empty() && lines.iter().all(Result::is_ok))
}

/// Decodes the lines of a `changes.csv`.
pub fn changes(data: &[u8]) -> Verdict {
    let layout = layout();
    let center = layout.center();
    let open = |input| Changes::open(input, center.timezone, Some(center), &|name| Ok(name.to_owned()));
    let lines = decoded(data, &open, &|line: &ChangeLine| (line.line, line.at));
    for line in lines.iter().flatten() {
        match &line.command {
            Command::Switch { queue, .. } => assert!(layout.queue_index(queue).is_some(), "{line:?}"),
            Command::CloseCalendar { calendar, .. } => {
                assert!(layout.hours_named(calendar).is_some(), "{line:?}");
            }
            Command::Assign { agent: Some(agent), .. } => {
                assert!(layout.agent_index(agent.as_str()).is_some(), "{line:?}");
            }
            Command::Bulk { callbacks, .. } => assert!(callbacks.len() > 1, "{line:?}"),
            _ => {}
        }
        assert!(line.fate.ring.iter().all(|ring| ring.millis() >= 0), "{line:?}");
    }
    Verdict::of(!lines.is_empty() && lines.iter().all(Result::is_ok))
}

type Input<'a> = Box<dyn Read + 'a>;

/// The lines of a stream, which are the same however the bytes come, and in order. None if the header does not fit.
fn decoded<'a, T, I>(
    data: &'a [u8],
    open: &dyn Fn(Input<'a>) -> Result<I, StreamError>,
    place: &dyn Fn(&T) -> (u64, Instant),
) -> Vec<Result<T, StreamError>>
where
    T: Debug + PartialEq,
    I: Iterator<Item = Result<T, StreamError>>,
{
    let all = |input| open(input).map(|stream| stream.collect::<Vec<_>>());
    let lines = all(Box::new(data));
    assert_eq!(lines, all(Box::new(Drops(data))), "it depends on how the bytes come");
    let lines = match lines {
        Ok(lines) => lines,
        Err(StreamError::Header { causes, .. }) => {
            assert!(!causes.is_empty() && causes.iter().all(|cause| !cause.is_empty()));
            return Vec::new();
        }
        Err(error) => panic!("bytes in memory: {error}"),
    };
    let survey = survey(open(Box::new(data)).expect("opened before")).expect("bytes in memory");
    let good = lines.iter().filter(|line| line.is_ok()).count();
    assert_eq!((survey.good, survey.bad.count()), (good as u64, (lines.len() - good) as u64));

    let most = data.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let (mut number, mut at) = (1, Instant::MIN);
    for line in &lines {
        let (next, time) = match line {
            Ok(line) => place(line),
            Err(StreamError::Bad(BadLine { line, cause, .. })) => {
                assert!(!cause.is_empty());
                (*line, at)
            }
            Err(error) => panic!("bytes in memory: {error}"),
        };
        assert!(next > number && next <= most, "line {next} behind {number} of {most}");
        assert!(time >= at, "{line:?}");
        (number, at) = (next, time);
    }
    lines
}

/// Gives its bytes one at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(1);
        self.0.read(&mut into[..most])
    }
}

/// The lines as a file, attributes left out.
fn written<'a>(lines: impl Iterator<Item = &'a TrafficLine>) -> String {
    let mut text =
        String::from("at,id,service,phone,desired,outcomes,ring,handle,cancel_at,key,channel,language\n");
    for line in lines {
        let (request, fate) = (&line.request, &line.fate);
        let instant = |at: Option<Instant>| at.map(|at| at.to_string()).unwrap_or_default();
        let seconds = |millis: i64| format!("{}.{:03}", millis / 1_000, millis % 1_000);
        let outcomes: Vec<&str> = fate.outcomes.iter().map(|outcome| outcome.word()).collect();
        let ring: Vec<String> = fate.ring.iter().map(|ring| seconds(ring.millis())).collect();
        let fields = [
            line.at.to_string(),
            request.id.to_string(),
            request.service.to_string(),
            if request.phone.as_str().is_empty() { "none".into() } else { request.phone.to_string() },
            instant(request.desired),
            outcomes.join("|"),
            ring.join("|"),
            seconds(fate.handle.millis()),
            instant(fate.cancel_at),
            request.key.as_deref().unwrap_or_default().to_owned(),
            request.channel.to_string(),
            request.language.to_string(),
        ];
        let quoted = fields.map(|field| format!("\"{}\"", field.replace('"', "\"\"")));
        text.push_str(&quoted.join(","));
        text.push('\n');
    }
    text
}

fn without_attributes(line: &TrafficLine) -> ringback_engine::record::Request {
    ringback_engine::record::Request { attributes: std::collections::BTreeMap::new(), ..line.request.clone() }
}
