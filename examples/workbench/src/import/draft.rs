//! A bundle in the making, and its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ringback_engine::center::instant_to_local;
use ringback_engine::{Duration, Instant};

use super::{About, Unusable};
use crate::summary::percentile;

/// A bundle in the making.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What is known of the center.
    pub about: About,
    /// Whoever asked, in no particular order.
    pub asked: Vec<Asked>,
    /// When agents came, went and paused, in no particular order. Of those who are not in it, the hours follow from `served`.
    pub shifts: Vec<Shift>,
    /// Who served whom, when.
    pub served: Vec<Served>,
    /// Lines that can't be used, in order.
    pub unusable: Vec<Unusable>,
    /// What is assumed, in sentences.
    pub assumed: Vec<String>,
    /// The application.
    pub script: String,
}

/// Somebody who asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The line of the record, from 1.
    pub line: u64,
    /// When.
    pub at: Instant,
    /// An id of its own, if the record has one.
    pub id: Option<String>,
    /// For what.
    pub service: String,
    /// The number.
    pub phone: String,
    /// How long they talked; absent if they did not.
    pub handle: Option<Duration>,
    /// Other columns of `traffic.csv`, and attributes.
    pub more: BTreeMap<String, String>,
}

/// An agent's coming and going.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// When.
    pub at: Instant,
    /// Who.
    pub agent: String,
    /// What, in the words of `roster.csv`.
    pub event: &'static str,
    /// Why, with `not_ready`.
    pub reason: String,
}

/// That an agent served somebody of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Who.
    pub agent: String,
    /// Of which service; it is a skill of the agent's.
    pub service: String,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
}

impl Draft {
    /// Nothing yet.
    #[must_use]
    pub fn new(about: About) -> Self {
        let script = "// The rules of this center. What stands in no hook, the settings of center.toml decide.\n\
                      fn accept(request) { accept() }\n";
        Self {
            about,
            asked: Vec::new(),
            shifts: Vec::new(),
            served: Vec::new(),
            unusable: Vec::new(),
            assumed: Vec::new(),
            script: script.into(),
        }
    }

    /// Notes a line that can't be used.
    pub fn refuse(&mut self, line: u64, cause: impl Into<String>) {
        self.unusable.push(Unusable { line, cause: cause.into() });
    }

    /// The files of the bundle, by name.
    #[must_use]
    pub fn files(mut self) -> [(&'static str, String); 4] {
        self.asked.sort_by_key(|asked| (asked.at, asked.line));
        self.give_handles();
        let traffic = self.traffic();
        let roster = self.roster();
        let center = self.center();
        [("center.toml", center), ("app.rhai", self.script), ("traffic.csv", traffic), ("roster.csv", roster)]
    }

    /// Who was not served would have talked as long as half of those of the service did who were, or else of all.
    fn give_handles(&mut self) {
        let mut known: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for asked in &self.asked {
            if let Some(handle) = asked.handle {
                known.entry(&asked.service).or_default().push(handle.millis());
                known.entry("").or_default().push(handle.millis());
            }
        }
        let median = |mut handles: Vec<i64>| {
            handles.sort_unstable();
            percentile(&handles, 50)
        };
        let medians: BTreeMap<String, i64> = known
            .into_iter()
            .filter_map(|(service, handles)| Some((service.to_owned(), median(handles)?)))
            .collect();
        let mut given = 0;
        for asked in self.asked.iter_mut().filter(|asked| asked.handle.is_none()) {
            let handle = medians.get(&asked.service).or(medians.get("")).copied().unwrap_or(0);
            asked.handle = Some(Duration::from_millis(handle));
            given += 1;
        }
        if given > 0 {
            self.assumed.push(format!(
                "of {given} requests no talk is recorded: each gets the median of its service, or of all"
            ));
        }
    }

    fn traffic(&self) -> String {
        let more: BTreeSet<&str> =
            self.asked.iter().flat_map(|asked| asked.more.keys().map(String::as_str)).collect();
        let columns = ["at", "id", "service", "phone", "handle"];
        let mut rows = vec![columns.iter().copied().chain(more.iter().copied()).map(str::to_owned).collect()];
        let mut used = BTreeSet::new();
        for asked in &self.asked {
            let own = asked.id.clone().unwrap_or_else(|| format!("r{}", asked.line));
            let taken = |n: &u32| if *n == 1 { own.clone() } else { format!("{own}-{n}") };
            // A record may name one call twice, where it came back.
            let id = (1_u32..).map(|n| taken(&n)).find(|id| !used.contains(id)).unwrap_or_default();
            used.insert(id.clone());
            let handle = asked.handle.unwrap_or_default();
            let fixed =
                [asked.at.to_string(), id, asked.service.clone(), asked.phone.clone(), seconds(handle)];
            let others = more.iter().map(|name| asked.more.get(*name).cloned().unwrap_or_default());
            rows.push(fixed.into_iter().chain(others).collect());
        }
        table(&rows)
    }

    fn roster(&mut self) -> String {
        let told: BTreeSet<String> = self
            .shifts
            .iter()
            .filter(|shift| matches!(shift.event, "login" | "logout"))
            .map(|shift| shift.agent.clone())
            .collect();
        let zone = self.about.zone;
        let mut days: BTreeMap<(String, String), (Instant, Instant)> = BTreeMap::new();
        for served in self.served.iter().filter(|served| !told.contains(&served.agent)) {
            let day = instant_to_local(zone, served.from).format("%Y-%m-%d").to_string();
            let span = days.entry((served.agent.clone(), day)).or_insert((served.from, served.to));
            *span = (span.0.min(served.from), span.1.max(served.to));
        }
        if !days.is_empty() {
            self.assumed.push(
                "agents of whom no log-in is recorded are there each day from the beginning of their first to the end of \
                 their last call"
                    .into(),
            );
        }
        for ((agent, _), (from, to)) in days {
            let shift = |at, event| Shift { at, agent: agent.clone(), event, reason: String::new() };
            self.shifts.extend([shift(from, "login"), shift(to, "logout")]);
        }
        self.shifts.sort();
        let mut rows = vec![["at", "agent", "event", "reason"].map(str::to_owned).to_vec()];
        rows.extend(self.shifts.iter().map(|shift| {
            vec![shift.at.to_string(), shift.agent.clone(), shift.event.to_owned(), shift.reason.clone()]
        }));
        table(&rows)
    }

    fn center(&self) -> String {
        let mut text = String::from("# Made from the records of another program. What is assumed:\n");
        for assumed in &self.assumed {
            let _ = writeln!(text, "#   - {assumed}");
        }
        let _ = write!(
            text,
            "\nname = {}\ntimezone = {}\napplication = \"app.rhai\"\n\n[limits]\nattempts_per_number = \"off\"\n",
            quoted(&self.about.name),
            quoted(self.about.zone.name())
        );
        let mut skills: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        for served in &self.served {
            *skills.entry(&served.agent).or_default().entry(&served.service).or_default() += 1;
        }
        for shift in &self.shifts {
            skills.entry(&shift.agent).or_default();
        }
        let services: BTreeSet<&str> = self.asked.iter().map(|asked| asked.service.as_str()).collect();
        let names =
            skill_names(services.iter().copied().chain(skills.values().flat_map(|own| own.keys().copied())));
        for service in &services {
            let served = skills.values().any(|own| own.contains_key(service));
            let skill = names.get(service).map_or("", String::as_str);
            let need = if served { skill } else { "true" };
            let _ = write!(
                text,
                "\n[[queue]]\nname = {name}\nneed = {}\nageing = {{ points = 1, every = \"1s\" }}\nqueued_ttl = \"12h\"\n\n\
                 [[service]]\nname = {name}\nqueue = {name}\ndefault_country = {}\nduplicates = \"false\"\n\
                 max_queued = 100000\nper_number_daily = 1000\nmax_scheduled_per_number = 1000\nwindows = []\n\
                 calling_window = \"off\"\n",
                quoted(need),
                quoted(self.about.country.as_str()),
                name = quoted(service)
            );
        }
        for (agent, own) in skills {
            let total: u64 = own.values().sum();
            // A level from 1 to 10: the share of the agent's calls that were of the service.
            let levels = own.iter().map(|(service, count)| {
                let level = 1 + 9 * count / total.max(1);
                format!("{} = {level}", names.get(service).map_or("", String::as_str))
            });
            let levels = levels.collect::<Vec<_>>().join(", ");
            let _ = write!(text, "\n[[agent]]\nid = {}\nskills = {{ {levels} }}\n", quoted(agent));
        }
        text
    }
}

/// A name for the skill of each service: its own where that can stand in a requirement, else its letters, made distinct.
fn skill_names<'a>(services: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for service in services {
        if names.contains_key(service) {
            continue;
        }
        let word: String = service.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let plain =
            if word.starts_with(|c: char| c.is_ascii_alphabetic()) { word } else { format!("s_{word}") };
        let plain = if matches!(plain.as_str(), "true" | "false") { format!("s_{plain}") } else { plain };
        let taken = |name: &String| names.values().any(|other| other == name);
        let name = (1_u32..)
            .map(|n| if n == 1 { plain.clone() } else { format!("{plain}_{n}") })
            .find(|name| !taken(name))
            .unwrap_or_default();
        names.insert(service, name);
    }
    names
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Decimal seconds, exact.
fn seconds(span: Duration) -> String {
    let millis = span.millis();
    if millis % 1_000 == 0 {
        (millis / 1_000).to_string()
    } else {
        format!("{}.{:03}", millis / 1_000, millis % 1_000)
    }
}

fn table(rows: &[Vec<String>]) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail.
        let _ = table.write_record(row);
    }
    table.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
