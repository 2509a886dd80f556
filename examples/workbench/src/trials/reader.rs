//! Reads `tests.toml`.

use std::ops::Range;
use std::sync::Arc;

use ringback_engine::center::{Layout, did_you_mean};
use ringback_engine::protocol::{Hook, TimeoutKind};
use ringback_engine::record::{Outcome, Request, StateName};
use ringback_engine::{Duration, Instant, Name};
use smol_str::SmolStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::finding;
use super::stage::Numbers;
use crate::bundle::Diagnosis;
use crate::streams::{StreamError, Traffic};

/// A test: a request or callback at an instant, and what should be decided about it.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) at: Instant,
    pub(super) request: Request,
    pub(super) callback: Standing,
    /// Those logged in; everybody if absent.
    pub(super) agents: Option<Vec<String>>,
    pub(super) numbers: Numbers,
    pub(super) event: Option<TimeoutKind>,
    /// Whom `score` is asked about.
    pub(super) agent: Option<String>,
    pub(super) expectations: Vec<Expectation>,
}

/// What a script reads of a callback beside its request.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    pub(super) queue: Name,
    pub(super) attempts: u32,
    pub(super) last_outcome: Option<Outcome>,
    pub(super) rejects: u32,
    pub(super) waited: Duration,
    pub(super) priority: Option<i64>,
    pub(super) state: Option<StateName>,
    pub(super) tags: Vec<(SmolStr, SmolStr)>,
}

/// What a hook should decide, as an expression of a script.
pub(super) struct Expectation {
    pub(super) hook: Hook,
    pub(super) expression: String,
    pub(super) span: Range<usize>,
    /// Whether the text of the expression stands in the file as it reads, one byte behind the beginning of the span.
    pub(super) plain: bool,
}

const KEYS: [&str; 10] =
    ["name", "at", "request", "callback", "agents", "lines", "counts", "event", "agent", "expect"];
const CALLBACK: [&str; 8] =
    ["queue", "attempts", "last_outcome", "rejects", "waited", "priority", "state", "tags"];
const STATES: [(&str, StateName); 5] = [
    ("SCHEDULED", StateName::Scheduled),
    ("QUEUED", StateName::Queued),
    ("ROUTING", StateName::Routing),
    ("PROCESSING", StateName::Processing),
    ("COMPLETED", StateName::Completed),
];

/// All tests that can be read, and what is wrong with the others.
pub(super) fn read(text: &Arc<str>, layout: &Layout) -> (Vec<Case>, Vec<Diagnosis>) {
    let (root, broken) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, layout, findings: Vec::new() };
    for error in broken {
        reader.note(error.span().unwrap_or_default(), error.message());
    }
    let root = root.into_inner();
    let mut cases = Vec::new();
    for (key, value) in &root {
        match value.get_ref() {
            DeValue::Array(items) if key.get_ref() == "test" => {
                let cases_of = items.iter().filter_map(|item| reader.case(item));
                cases.extend(cases_of);
            }
            _ if key.get_ref() == "test" => reader.note(key.span(), "write each test as `[[test]]`"),
            _ => reader
                .note(key.span(), format!("unknown key `{}`; a test begins with `[[test]]`", key.get_ref())),
        }
    }
    if cases.is_empty() && reader.findings.is_empty() {
        reader
            .note(0..0, "there is no test; write one with `[[test]]`, `name`, `at`, `request` and `expect`");
    }
    (cases, reader.findings)
}

struct Reader<'a> {
    text: &'a Arc<str>,
    layout: &'a Layout,
    findings: Vec<Diagnosis>,
}

impl Reader<'_> {
    fn note(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.findings.push(finding(self.text, span, message));
    }

    /// Notes a finding, so that what is read is nothing.
    fn none<T>(&mut self, span: Range<usize>, message: impl Into<String>) -> Option<T> {
        self.note(span, message);
        None
    }

    /// `None` after a finding.
    fn case(&mut self, item: &Spanned<DeValue<'_>>) -> Option<Case> {
        let before = self.findings.len();
        let header = header(item.span());
        let DeValue::Table(table) = item.get_ref() else {
            return self.none(header, "write each test as `[[test]]`");
        };
        self.known(table, &KEYS, "a test");
        let name = table.get("name").and_then(|value| self.string(value)).unwrap_or_default();
        if name.is_empty() {
            self.note(
                header.clone(),
                "the test has no `name`; say in it what is right, as \"who is a vip goes first\"",
            );
        }
        let at = match table.get("at") {
            Some(value) => self.string(value).map(|text| (text, value.span())),
            None => {
                self.none(header.clone(), "the test has no `at`: when is it asked, as \"2026-03-10 10:00\"?")
            }
        };
        let asked = match table.get("request") {
            Some(value) => self.request(value, at),
            None => self.none(header.clone(), "the test has no `request`: at least `service` and `phone`"),
        };
        let callback = table.get("callback").map(|value| self.callback(value)).unwrap_or_default();
        let agents = table.get("agents").map(|value| self.agents(value));
        let numbers = self.numbers(table);
        let event = table.get("event").and_then(|value| self.event(value));
        let agent = table.get("agent").and_then(|value| {
            let id = self.string(value)?;
            self.agent(&id, value.span()).then_some(id)
        });
        let expectations = match table.get("expect") {
            Some(value) => self.expectations(value, event.is_some(), agent.is_some()),
            None => {
                self.note(header, "the test has no `expect`: write `expect.accept = 'accept()'`");
                Vec::new()
            }
        };
        let (at, request) = asked.filter(|_| self.findings.len() == before)?;
        Some(Case { name, at, request, callback, agents, numbers, event, agent, expectations })
    }

    fn known(&mut self, table: &DeTable<'_>, known: &[&str], of: &str) {
        for key in table.keys().filter(|key| !known.contains(&&**key.get_ref())) {
            let hint = did_you_mean(key.get_ref(), known.iter().copied());
            self.note(key.span(), format!("{of} has no `{}`{hint}", key.get_ref()));
        }
    }

    fn string(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => self.none(value.span(), "write a text in quotes"),
        }
    }

    fn integer(&mut self, value: &Spanned<DeValue<'_>>) -> Option<i64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        number.or_else(|| self.none(value.span(), "write a whole number"))
    }

    fn count(&mut self, value: &Spanned<DeValue<'_>>) -> u32 {
        let number = self.integer(value).unwrap_or_default();
        u32::try_from(number)
            .unwrap_or_else(|_| self.none(value.span(), "write a number from 0 up").unwrap_or_default())
    }

    fn duration(&mut self, value: &Spanned<DeValue<'_>>) -> Duration {
        let text = self.string(value).unwrap_or_else(|| "0s".into());
        text.parse()
            .unwrap_or_else(|error| self.none(value.span(), format!("{error}")).unwrap_or(Duration::ZERO))
    }

    fn table<'v>(&mut self, value: &'v Spanned<DeValue<'v>>, of: &str) -> Option<&'v DeTable<'v>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.none(value.span(), format!("write {of} in braces, as {{ key = value }}")),
        }
    }

    /// The request is read as a line of `traffic.csv` is, so that all its columns are known and mean the same.
    fn request(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        at: Option<(String, Range<usize>)>,
    ) -> Option<(Instant, Request)> {
        let table = self.table(value, "a request")?;
        let (at, at_span) = at?;
        let mut names = vec!["at".to_owned()];
        let mut fields = vec![at];
        let mut spans = vec![at_span];
        for (key, value) in table {
            let field = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.to_string(),
                DeValue::Boolean(truth) => truth.to_string(),
                _ => return self.none(value.span(), "write a text in quotes, or a whole number"),
            };
            if key.get_ref() == "priority" {
                continue;
            }
            names.push(key.get_ref().to_string());
            fields.push(field);
            spans.push(value.span());
        }
        if !names.iter().any(|name| name == "id") {
            names.push("id".into());
            fields.push("test".into());
        }
        let mut line = csv::Writer::from_writer(Vec::new());
        let written = line.write_record(&names).and_then(|()| line.write_record(&fields));
        let line = line.into_inner().ok().filter(|_| written.is_ok()).unwrap_or_default();
        let zone = self.layout.center().timezone;
        let read = Traffic::open(line.as_slice(), zone)
            .map(|traffic| traffic.of_center(self.layout.center()).next());
        let mut read = match read {
            Ok(Some(Ok(line))) => line,
            Ok(Some(Err(StreamError::Bad(bad)))) => {
                let span = bad.column.and_then(|column| spans.get(column).cloned());
                return self.none(span.unwrap_or_else(|| value.span()), bad.cause);
            }
            Ok(Some(Err(error))) | Err(error) => {
                let missing: Vec<&str> = ["service", "phone"]
                    .into_iter()
                    .filter(|name| !names.iter().any(|n| n == name))
                    .collect();
                let message = match missing.as_slice() {
                    [] => error.to_string(),
                    missing => format!("the request has no `{}`", missing.join("` and no `")),
                };
                return self.none(value.span(), message);
            }
            Ok(None) => return self.none(value.span(), "the request can't be read"),
        };
        if let Some(priority) = table.get("priority") {
            read.request.priority = self.integer(priority)?;
        }
        let services = &self.layout.center().services;
        if !services.iter().any(|service| service.name == read.request.service) {
            let hint =
                did_you_mean(&read.request.service, services.iter().map(|service| service.name.as_str()));
            let span = table.get("service").map_or_else(|| value.span(), Spanned::span);
            return self.none(span, format!("unknown service `{}`{hint}", read.request.service));
        }
        Some((read.at, read.request))
    }

    fn callback(&mut self, value: &Spanned<DeValue<'_>>) -> Standing {
        let mut standing = Standing::default();
        let Some(table) = self.table(value, "a callback") else { return standing };
        self.known(table, &CALLBACK, "a callback");
        for (key, value) in table {
            match &**key.get_ref() {
                "queue" => {
                    let queue = self.string(value).unwrap_or_default();
                    self.queue(&queue, value.span());
                    standing.queue = Name::new(queue);
                }
                "attempts" => standing.attempts = self.count(value),
                "rejects" => standing.rejects = self.count(value),
                "waited" => standing.waited = self.duration(value),
                "priority" => standing.priority = self.integer(value),
                "last_outcome" => {
                    standing.last_outcome = self.one_of(
                        value,
                        "an outcome",
                        Outcome::ALL.map(|outcome| (outcome.word(), outcome)),
                    );
                }
                "state" => {
                    standing.state = self.one_of(value, "a state", STATES);
                }
                "tags" => {
                    for (name, value) in self.table(value, "tags").into_iter().flatten() {
                        let text = self.string(value).unwrap_or_default();
                        standing.tags.push((name.get_ref().as_ref().into(), text.into()));
                    }
                }
                _ => {}
            }
        }
        standing
    }

    /// The value of which the text is the word.
    fn one_of<T: Copy, const N: usize>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        what: &str,
        known: [(&'static str, T); N],
    ) -> Option<T> {
        let text = self.string(value)?;
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, found)| *found);
        found.or_else(|| {
            let hint = did_you_mean(&text, known.iter().map(|(word, _)| *word));
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let hint = if hint.is_empty() { format!("; write one of {}", words.join(", ")) } else { hint };
            self.none(value.span(), format!("`{text}` is not {what}{hint}"))
        })
    }

    fn event(&mut self, value: &Spanned<DeValue<'_>>) -> Option<TimeoutKind> {
        let failed = Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Answered);
        let mut kinds: Vec<TimeoutKind> = failed.map(TimeoutKind::Failed).collect();
        kinds.extend([
            TimeoutKind::QueueWait,
            TimeoutKind::Offer,
            TimeoutKind::Rejected,
            TimeoutKind::Unconfirmed,
            TimeoutKind::NotCalled,
        ]);
        let known: [(&str, TimeoutKind); 11] =
            kinds.into_iter().map(|kind| (kind.word(), kind)).collect::<Vec<_>>().try_into().ok()?;
        self.one_of(value, "a kind of event", known)
    }

    fn queue(&mut self, queue: &str, span: Range<usize>) {
        if self.layout.queue_index(queue).is_none() {
            let queues = self.layout.center().queues.iter().map(|queue| queue.name.as_str());
            self.note(span, format!("unknown queue `{queue}`{}", did_you_mean(queue, queues)));
        }
    }

    fn agent(&mut self, id: &str, span: Range<usize>) -> bool {
        let known = self.layout.agent_index(id).is_some();
        if !known {
            let ids = self.layout.center().agents.iter().map(|agent| agent.id.as_str());
            self.note(span, format!("unknown agent `{id}`{}", did_you_mean(id, ids)));
        }
        known
    }

    fn agents(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        let DeValue::Array(items) = value.get_ref() else {
            self.note(value.span(), "write agents in brackets, as [\"anna\"]; [] is nobody");
            return Vec::new();
        };
        let mut agents = Vec::new();
        for item in items {
            if let Some(id) = self.string(item)
                && self.agent(&id, item.span())
            {
                agents.push(id);
            }
        }
        agents
    }

    fn numbers(&mut self, test: &DeTable<'_>) -> Numbers {
        let mut numbers = Numbers::default();
        let lines = test.get("lines").and_then(|value| self.table(value, "lines"));
        for (queue, value) in lines.into_iter().flatten() {
            self.queue(queue.get_ref(), queue.span());
            let Some(table) = self.table(value, "a line") else { continue };
            self.known(table, &super::stage::LINE, "a line");
            let mut line = super::stage::Line::default();
            for (key, value) in table {
                match (&**key.get_ref(), value.get_ref()) {
                    ("oldest", _) => line.oldest = Some(self.duration(value)),
                    ("ewt", _) => line.ewt = Some(self.duration(value)),
                    ("paused", DeValue::Boolean(truth)) => line.paused = Some(*truth),
                    ("full", DeValue::Boolean(truth)) => line.full = Some(*truth),
                    ("paused" | "full", _) => self.note(value.span(), "write `true` or `false`"),
                    (key, _) => line.set(key, self.count(value)),
                }
            }
            numbers.lines.insert(Name::new(&**queue.get_ref()), line);
        }
        let counts = test.get("counts").and_then(|value| self.table(value, "counts"));
        for (key, value) in counts.into_iter().flatten() {
            numbers.counts.insert(key.get_ref().to_string(), self.count(value));
        }
        numbers
    }

    fn expectations(&mut self, value: &Spanned<DeValue<'_>>, event: bool, agent: bool) -> Vec<Expectation> {
        let mut expectations = Vec::new();
        let Some(table) = self.table(value, "what is expected") else { return expectations };
        if table.is_empty() {
            self.note(value.span(), "nothing is expected: write `expect.accept = 'accept()'`");
        }
        for (key, value) in table {
            let hooks = Hook::ALL.map(Hook::name);
            let Some(hook) = Hook::ALL.into_iter().find(|hook| hook.name() == key.get_ref()) else {
                let hint = did_you_mean(key.get_ref(), hooks);
                self.note(key.span(), format!("there is no hook `{}`{hint}", key.get_ref()));
                continue;
            };
            match hook {
                Hook::Timeout if !event => {
                    self.note(
                        key.span(),
                        "`timeout` is asked about an event: write `event = \"busy\"` in the test",
                    );
                }
                Hook::Score if !agent => {
                    self.note(
                        key.span(),
                        "`score` is asked about an agent: write `agent = \"ID\"` in the test",
                    );
                }
                _ => {}
            }
            let Some(expression) = self.string(value) else { continue };
            let span = value.span();
            let inner = self.text.get(span.start + 1..span.end.saturating_sub(1));
            let plain = inner == Some(expression.as_str());
            expectations.push(Expectation { hook, expression, span, plain });
        }
        expectations.sort_by_key(|expectation| expectation.span.start);
        expectations
    }
}

/// The header of a test, `[[test]]`, where nothing nearer is known.
fn header(span: Range<usize>) -> Range<usize> {
    span.start..span.start.saturating_add(8).min(span.end.max(span.start))
}
