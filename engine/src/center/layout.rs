//! The center, checked and indexed: every name is resolved once, when the center is loaded.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::calendar::Hours;
use super::calendars;
use super::dialling::check_dialling;
use super::finding::{Finding, Severity, did_you_mean};
use super::graph::RoutingGraph;
use super::tables;
use super::values::{at_least, check_ageing, check_agents, check_limits, check_service};
use super::{Agent, AtClose, Center, NumberRules, Objection, Plan, PlanError, Queue, Service, Table};
use crate::value::{AgentId, Duration, Name, Number, Phone, Requirement};

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(u32);

        impl $name {
            fn at(position: usize) -> Self {
                Self(u32::try_from(position).unwrap_or(u32::MAX))
            }

            /// Its position in the layout's list.
            #[must_use]
            pub fn position(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index! {
    /// A queue of the layout.
    QueueIndex
}
index! {
    /// A service of the layout.
    ServiceIndex
}
index! {
    /// A calendar of the layout.
    CalendarIndex
}
index! {
    /// An agent of the layout; in byte order of their ids.
    AgentIndex
}

/// A center that can be run.
#[derive(Clone, Debug)]
pub struct Layout {
    center: Center,
    calendars: Vec<Arc<Hours>>,
    /// Which calendars each includes, and in what order they are made.
    calendar_order: calendars::Order,
    queues: Vec<QueueLayout>,
    services: Vec<ServiceLayout>,
    /// Positions by name, one map a kind.
    calendar_names: BTreeMap<Name, CalendarIndex>,
    queue_names: BTreeMap<Name, QueueIndex>,
    service_names: BTreeMap<Name, ServiceIndex>,
    table_names: BTreeMap<Name, usize>,
    agent_ids: BTreeMap<AgentId, AgentIndex>,
    graph: RoutingGraph,
    warnings: Vec<Finding>,
}

/// A queue, with what follows from its settings.
#[derive(Clone, Debug)]
pub struct QueueLayout {
    /// Its hours; always open if absent.
    pub calendar: Option<CalendarIndex>,
    /// Its requirement and its groups, in one.
    pub need: Arc<Requirement>,
    /// The plan that begins here where no script has another: the queue, then its overflow.
    pub plan: Arc<Plan>,
}

/// A service, with what follows from its settings.
#[derive(Clone, Debug)]
pub struct ServiceLayout {
    /// Its hours; always open if absent.
    pub calendar: Option<CalendarIndex>,
    /// The zone of its days and slots.
    pub zone: Tz,
    /// Which numbers it calls.
    pub numbers: NumberRules,
    /// The queue of its default plan's first step.
    pub queue: QueueIndex,
    /// The plan where no script has another: the queue, then its overflow.
    pub plan: Arc<Plan>,
}

impl Layout {
    /// Checks a center and resolves its names. Agents are kept in byte order of their ids.
    ///
    /// # Errors
    ///
    /// All findings, if at least one is an error.
    pub fn new(mut center: Center) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let names = Names {
            calendars: names_of("calendar", center.calendars.iter().map(|c| &c.name), &mut findings),
            queues: names_of("queue", center.queues.iter().map(|q| &q.name), &mut findings),
            services: names_of("service", center.services.iter().map(|s| &s.name), &mut findings),
        };
        let table_names = names_of("table", center.tables.iter().map(|t| &t.name), &mut findings);
        names_of("agent", center.agents.iter().map(|a| a.id.text()), &mut findings);
        tables::check(&center, &mut findings);
        check_agents(&center, &mut findings);
        check_limits(&center, &mut findings);
        let calendar_order = calendars::check(&center, &names.calendars, &mut findings);

        let mut queues = Vec::new();
        for (i, queue) in center.queues.iter().enumerate() {
            queues.push(names.queue(&format!("queue[{i}]"), queue, &mut findings));
        }
        let mut services = Vec::new();
        for (i, service) in center.services.iter().enumerate() {
            services.extend(names.service(&format!("service[{i}]"), service, &center, &mut findings));
        }
        let graph = RoutingGraph::new(&center);
        findings.extend(graph.findings(&center));
        findings.extend(graph.starvation_findings(&center));

        if findings.iter().any(|f| f.severity == Severity::Error) {
            return Err(findings);
        }
        let calendars = calendars::hours(&center, &calendar_order, |_, calendar| calendar.closed);
        center.agents.sort_by(|a, b| a.id.cmp(&b.id));
        let agent_ids =
            center.agents.iter().enumerate().map(|(i, a)| (a.id.clone(), AgentIndex::at(i))).collect();
        Ok(Self {
            calendars,
            calendar_order,
            queues,
            services,
            calendar_names: names.calendars.into_iter().map(|(n, i)| (n, CalendarIndex::at(i))).collect(),
            queue_names: names.queues.into_iter().map(|(n, i)| (n, QueueIndex::at(i))).collect(),
            service_names: names.services.into_iter().map(|(n, i)| (n, ServiceIndex::at(i))).collect(),
            table_names,
            agent_ids,
            graph,
            warnings: findings,
            center,
        })
    }

    /// The same center under an application whose script names these queues, and, if `computed`, others that are
    /// known only when it runs. Only now can be said which queues nobody reaches; without a script, name none.
    #[must_use]
    pub fn with_script_queues(mut self, queues: &[Name], computed: bool) -> Self {
        self.graph = self.graph.with_literals(queues, computed);
        self.warnings.extend(self.graph.reach_findings(&self.center));
        self
    }

    /// The configuration, agents in byte order of their ids.
    #[must_use]
    pub fn center(&self) -> &Center {
        &self.center
    }

    /// What its author should know, though it can be run.
    #[must_use]
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// The routing graph.
    #[must_use]
    pub fn graph(&self) -> &RoutingGraph {
        &self.graph
    }

    /// The queue with this name.
    #[must_use]
    pub fn queue_index(&self, name: &str) -> Option<QueueIndex> {
        self.queue_names.get(name).copied()
    }

    /// The service with this name.
    #[must_use]
    pub fn service_index(&self, name: &str) -> Option<ServiceIndex> {
        self.service_names.get(name).copied()
    }

    /// The agent with this id.
    #[must_use]
    pub fn agent_index(&self, id: &str) -> Option<AgentIndex> {
        self.agent_ids.get(id).copied()
    }

    /// How many units of work an agent takes at a time.
    #[must_use]
    pub fn capacity(&self, index: AgentIndex) -> u32 {
        self.agent(index).map_or(0, |agent| agent.capacity)
    }

    /// The hours with this name.
    #[must_use]
    pub fn hours_named(&self, name: &str) -> Option<&Hours> {
        self.hours(*self.calendar_names.get(name)?)
    }

    /// The table with this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.center.tables.get(*self.table_names.get(name)?)
    }

    /// Whether a number's owner does not want to be called.
    #[must_use]
    pub fn has_opted_out(&self, phone: &Phone) -> bool {
        self.table(&self.center.limits.opt_out).is_some_and(|table| table.contains(phone.as_str()))
    }

    /// Whether a service may call a number.
    pub(crate) fn allows(&self, service: ServiceIndex, number: &Number) -> bool {
        self.test_number(service, number).is_ok()
    }

    /// Whether a service may call a number, and if not, why.
    ///
    /// # Errors
    ///
    /// It may not.
    pub fn test_number(&self, service: ServiceIndex, number: &Number) -> Result<(), Objection> {
        let rules = self.service_layout(service).map(|service| &service.numbers);
        rules.map_or(Ok(()), |rules| rules.test(number, self.has_opted_out(&number.phone)))
    }

    /// The calendar with this name.
    #[must_use]
    pub fn calendar_index(&self, name: &str) -> Option<CalendarIndex> {
        self.calendar_names.get(name).copied()
    }

    /// A calendar's hours, as they are configured.
    #[must_use]
    pub fn hours(&self, index: CalendarIndex) -> Option<&Hours> {
        self.calendars.get(index.position()).map(Arc::as_ref)
    }

    /// The hours of every calendar, some of them under an emergency close, or without it, against their
    /// configuration.
    pub(crate) fn hours_under(&self, closed: &BTreeMap<CalendarIndex, bool>) -> Vec<Arc<Hours>> {
        if closed.is_empty() {
            return self.calendars.clone();
        }
        calendars::hours(&self.center, &self.calendar_order, |position, calendar| {
            closed.get(&CalendarIndex::at(position)).copied().unwrap_or(calendar.closed)
        })
    }

    /// A queue's settings.
    #[must_use]
    pub fn queue(&self, index: QueueIndex) -> Option<&Queue> {
        self.center.queues.get(index.position())
    }

    /// What follows from a queue's settings.
    #[must_use]
    pub fn queue_layout(&self, index: QueueIndex) -> Option<&QueueLayout> {
        self.queues.get(index.position())
    }

    /// A service's settings.
    #[must_use]
    pub fn service(&self, index: ServiceIndex) -> Option<&Service> {
        self.center.services.get(index.position())
    }

    /// What follows from a service's settings.
    #[must_use]
    pub fn service_layout(&self, index: ServiceIndex) -> Option<&ServiceLayout> {
        self.services.get(index.position())
    }

    /// An agent's settings.
    #[must_use]
    pub fn agent(&self, index: AgentIndex) -> Option<&Agent> {
        self.center.agents.get(index.position())
    }

    /// Every queue.
    pub fn queue_indices(&self) -> impl Iterator<Item = QueueIndex> + use<> {
        (0..self.center.queues.len()).map(QueueIndex::at)
    }

    /// Every service.
    pub fn service_indices(&self) -> impl Iterator<Item = ServiceIndex> + use<> {
        (0..self.center.services.len()).map(ServiceIndex::at)
    }

    /// Every agent, in byte order of their ids.
    pub fn agent_indices(&self) -> impl Iterator<Item = AgentIndex> + use<> {
        (0..self.center.agents.len()).map(AgentIndex::at)
    }
}

struct Names {
    calendars: BTreeMap<Name, usize>,
    queues: BTreeMap<Name, usize>,
    services: BTreeMap<Name, usize>,
}

fn names_of<'a>(
    kind: &str,
    names: impl Iterator<Item = &'a Name>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<Name, usize> {
    let mut known = BTreeMap::new();
    let key = if kind == "agent" { "id" } else { "name" };
    for (i, name) in names.enumerate() {
        let path = format!("{kind}[{i}].{key}");
        if name.is_empty() {
            findings.push(Finding::error(path, format!("the {key} of this {kind} is empty; write one")));
        } else if known.contains_key(name) {
            findings.push(Finding::error(path, format!("{kind} `{name}`: there is another with this {key}")));
        } else {
            known.insert(name.clone(), i);
        }
    }
    known
}

impl Names {
    fn calendar(
        &self,
        path: &str,
        owner: &str,
        name: Option<&Name>,
        findings: &mut Vec<Finding>,
    ) -> Option<CalendarIndex> {
        let name = name?;
        let found = self.calendars.get(name).copied().map(CalendarIndex::at);
        if found.is_none() {
            let hint = did_you_mean(name, self.calendars.keys().map(Name::as_str));
            findings.push(Finding::error(
                format!("{path}.calendar"),
                format!("{owner}: unknown calendar `{name}`{hint}"),
            ));
        }
        found
    }

    fn queue(&self, path: &str, queue: &Queue, findings: &mut Vec<Finding>) -> QueueLayout {
        let owner = format!("queue `{}`", queue.name);
        let calendar = self.calendar(path, &owner, queue.calendar.as_ref(), findings);
        check_ageing(&format!("{path}.ageing"), &owner, queue.ageing, findings);
        let positive = [
            ("dial_timeout", queue.dial_timeout),
            ("retry_after", queue.retry_after),
            ("queued_ttl", queue.queued_ttl),
            ("ttl", queue.ttl),
            ("talk_timeout", queue.talk_timeout),
        ];
        for (key, value) in positive {
            at_least(path, &owner, key, value, Duration::from_millis(1), findings);
        }
        if let Some(span) = queue.prefer_last_agent {
            at_least(path, &owner, "prefer_last_agent", span, Duration::from_millis(1), findings);
        }
        let wrap_up = queue.wrap_up.length().unwrap_or_default();
        for (key, value) in [("wrap_up", wrap_up), ("purge_after", queue.purge_after)] {
            at_least(path, &owner, key, value, Duration::ZERO, findings);
        }
        check_dialling(path, &owner, &queue.dialling, findings);
        if queue.max_waiting == Some(0) {
            findings.push(Finding::error(
                format!("{path}.max_waiting"),
                format!("{owner}: takes in nobody, ever; write at least 1, or leave it out for no limit"),
            ));
        }
        if queue.at_close != AtClose::Keep && queue.calendar.is_none() {
            findings.push(Finding::error(
                format!("{path}.at_close"),
                format!("{owner}: `at_close` needs the queue's `calendar`, and it has none"),
            ));
        }
        if queue.max_attempts == 0 {
            findings.push(Finding::error(
                format!("{path}.max_attempts"),
                format!("{owner}: with no attempt nobody is ever called; write at least 1"),
            ));
        }
        QueueLayout {
            calendar,
            need: Arc::new(queue.need.and(&Requirement::any_group(&queue.groups))),
            // What is wrong with it is said of the services that begin here.
            plan: Arc::new(plan_of(queue).0),
        }
    }

    fn service(
        &self,
        path: &str,
        service: &Service,
        center: &Center,
        findings: &mut Vec<Finding>,
    ) -> Option<ServiceLayout> {
        let owner = format!("service `{}`", service.name);
        let calendar = self.calendar(path, &owner, service.calendar.as_ref(), findings);
        check_service(path, &owner, service, findings);
        let numbers = NumberRules::new(service).map_err(|wrong| {
            findings.extend(wrong.into_iter().map(|(position, why)| {
                Finding::error(format!("{path}.blocked[{position}]"), format!("{owner}: {why}"))
            }));
        });
        // An unknown queue is the routing graph's to report, with every other edge that leads nowhere.
        let position = *self.queues.get(&service.queue)?;
        let queue = center.queues.get(position)?;
        let zone = calendar
            .and_then(|index| center.calendars.get(index.position()))
            .and_then(|calendar| calendar.timezone)
            .unwrap_or(center.timezone);
        let (plan, wrong) = plan_of(queue);
        if let Some(error) = wrong {
            findings.push(Finding::error(format!("{path}.queue"), format!("{owner}: {error}")));
        }
        Some(ServiceLayout {
            calendar,
            zone,
            numbers: numbers.ok()?,
            queue: QueueIndex::at(position),
            plan: Arc::new(plan),
        })
    }
}

/// The queue, then its overflow, as far as that can be a plan; and why not all of it can, if so.
fn plan_of(queue: &Queue) -> (Plan, Option<PlanError>) {
    let mut plan = Plan::new(queue.name.clone());
    let (mut overflow, conditional): (Vec<_>, Vec<_>) =
        queue.overflow.iter().partition(|edge| edge.when.is_none());
    conditional.into_iter().for_each(|edge| plan.overflow_when(edge.clone()));
    overflow.sort_by_key(|edge| edge.after);
    for edge in overflow {
        if let Err(error) = plan.after(edge.after) {
            return (plan, Some(error));
        }
        plan.go_to(edge.to.clone());
    }
    (plan, None)
}
