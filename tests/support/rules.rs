//! An application for tests. Its answers stand in lists, and which of them a question gets follows from the question
//! alone. It logs what it was shown, so that engines that show different things differ in their effects.

use std::sync::Arc;

use proptest::prelude::*;
use ringback_engine::center::{Layout, Limit, Plan, Preference};
use ringback_engine::protocol::{
    About, Acceptance, AgentView, Answer, Application, ApplicationText, CallbackView, Contact, Fault, Hook,
    RetentionAnswer, TimeoutAnswer, TimeoutKind, View,
};
use ringback_engine::{Ageing, AgentId, CallbackId, Duration, Instant, Name};

use crate::history::{AGENTS, NEEDS, QUEUES};

/// How many versions the applications of [`rules`] have, by their positions.
pub const VERSIONS: usize = 3;

/// An application of listed answers. Instants in them count from the question: the first of 1970 is now. A limit's
/// key that ends with `:` goes on with the request's number.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Answers of `accept`.
    pub accept: Vec<Answer<Acceptance>>,
    /// Answers of `throttle`.
    pub throttle: Vec<Answer<Vec<Limit>>>,
    /// Answers of `route`.
    pub route: Vec<Answer<Plan>>,
    /// Answers of `timeout`.
    pub timeout: Vec<Answer<TimeoutAnswer>>,
    /// Answers of `purge`.
    pub purge: Vec<Answer<RetentionAnswer>>,
    /// Answers of `score`.
    pub score: Vec<Answer<i64>>,
    /// Its name and its text, which is its position among all versions.
    name: String,
    source: String,
    versions: Arc<Vec<Rules>>,
    log: Vec<Name>,
}

fn pick<T: Clone>(answers: &[Answer<T>], question: usize) -> Answer<T> {
    answers.get(question % answers.len().max(1)).cloned().unwrap_or(Ok(None))
}

fn number_of(id: &CallbackId) -> usize {
    id.as_str().bytes().map(usize::from).sum()
}

fn question(callback: &CallbackView) -> usize {
    callback.sequence.0 as usize + callback.attempts as usize
}

fn from_now(view: &dyn View, instant: Instant) -> Instant {
    view.now().after(instant.since(Instant::from_millis(0)))
}

impl Rules {
    fn show(&mut self, hook: &str, shown: &dyn std::fmt::Debug, view: &dyn View) {
        let now = view.now();
        let lines = QUEUES.map(|queue| view.line(queue));
        let open = ["office", "shifts"].map(|calendar| {
            (view.is_open(calendar, now), view.open_for(calendar, now), view.next_open(calendar, now))
        });
        let source = &self.source;
        self.log.push(format!("{hook}{source} at {now} {shown:?} {lines:?} {open:?}").into());
    }

    fn show_callback(&mut self, hook: &str, callback: &CallbackView) {
        let CallbackView { request, sequence, received, place, priority, queue, .. } = callback;
        let CallbackView { attempts, last_outcome, rejects, tags, state, view, .. } = callback;
        let last_agent = view.last_agent(&request.phone);
        let standing =
            (sequence, received, place, priority, queue, attempts, last_outcome, rejects, last_agent);
        self.show(hook, &(request, standing, tags, state), &**view);
    }
}

impl Application for Rules {
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        self.show("accept", &contact.request, &*contact.view);
        let answer = pick(&self.accept, number_of(&contact.request.id))?;
        Ok(answer.map(|answer| match answer {
            Acceptance::Defer(to) => Acceptance::Defer(from_now(&*contact.view, to)),
            answer => answer,
        }))
    }

    fn throttle(&mut self, contact: &Contact) -> Answer<Vec<Limit>> {
        let Some(mut limits) = pick(&self.throttle, number_of(&contact.request.id))? else { return Ok(None) };
        for limit in &mut limits {
            if limit.key.ends_with(':') {
                limit.key = format!("{}{}", limit.key, contact.request.phone).into();
            }
        }
        let counts: Vec<u32> = limits.iter().map(|limit| contact.view.count(&limit.key, limit.per)).collect();
        self.show("throttle", &counts, &*contact.view);
        Ok(Some(limits))
    }

    fn route(&mut self, callback: &CallbackView) -> Answer<Plan> {
        self.show_callback("route", callback);
        pick(&self.route, question(callback))
    }

    fn timeout(&mut self, callback: &CallbackView, kind: TimeoutKind) -> Answer<TimeoutAnswer> {
        self.show_callback(kind.word(), callback);
        let answer = pick(&self.timeout, question(callback))?;
        Ok(answer.map(|answer| match answer {
            TimeoutAnswer::Schedule(to) => TimeoutAnswer::Schedule(from_now(&*callback.view, to)),
            answer => answer,
        }))
    }

    fn purge(&mut self, callback: &CallbackView) -> Answer<RetentionAnswer> {
        self.show_callback("purge", callback);
        pick(&self.purge, question(callback))
    }

    fn score(&mut self, callback: &CallbackView, agent: &AgentView) -> Answer<i64> {
        self.log.push(format!("score of {} for {agent:?}", callback.id()).into());
        pick(
            &self.score,
            question(callback) + agent.settings.id.as_str().bytes().map(usize::from).sum::<usize>(),
        )
    }

    fn take_log(&mut self) -> Vec<Name> {
        std::mem::take(&mut self.log)
    }

    fn text(&self) -> ApplicationText {
        ApplicationText::new("rules", &*self.name, &*self.source)
    }

    fn version(&self, name: &str, source: &str, _: &Layout) -> Result<Self, Vec<String>> {
        let other = source.parse().ok().and_then(|position: usize| self.versions.get(position));
        let other = other.ok_or_else(|| vec![format!("{name}: there is no version `{source}`")])?;
        let versions = Arc::clone(&self.versions);
        Ok(Self { name: name.to_owned(), source: source.to_owned(), versions, ..other.clone() })
    }

    fn line(&mut self, hook: Hook, about: About<'_>) -> u32 {
        (number_of(about.id()) + hook.name().len() + self.source.len()) as u32 % 5
    }
}

/// Up to six answers of which many leave the decision to the settings and a few are faults.
fn answers<T: Clone + std::fmt::Debug + 'static>(
    answer: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Vec<Answer<T>>> {
    let fault = (0..3u32).prop_map(|line| Err(Fault { message: "out of order".into(), line }));
    let answer =
        prop_oneof![3 => Just(Ok(None)), 8 => answer.prop_map(|answer| Ok(Some(answer))), 1 => fault];
    prop::collection::vec(answer, 0..6)
}

fn seconds(range: std::ops::Range<i64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_secs)
}

fn ahead(range: std::ops::Range<i64>) -> impl Strategy<Value = Instant> {
    seconds(range).prop_map(|span| Instant::from_millis(0).after(span))
}

fn acceptances() -> impl Strategy<Value = Acceptance> {
    let ttl = prop_oneof![19 => seconds(60..900), 1 => Just(Duration::ZERO)];
    let terms = (prop::option::of(0..20i64), prop::option::of(ttl), any::<bool>());
    prop_oneof![
        6 => terms.prop_map(|(priority, ttl, tagged)| {
            let tags = if tagged { vec![("tier".into(), "gold".into())] } else { Vec::new() };
            Acceptance::Accept { priority, ttl, tags }
        }),
        1 => any::<bool>().prop_map(|said| Acceptance::Reject {
            code: "full".into(),
            sentence: said.then(|| "we are full".into()),
        }),
        3 => ahead(-30..900).prop_map(Acceptance::Defer),
    ]
}

/// A key tells how far its limits look back at most, so that what it has counted is known as far.
fn limits() -> impl Strategy<Value = Vec<Limit>> {
    let key = prop::sample::select(vec!["60", "300", "60:number:", "300:number:"]);
    let one = (key, prop_oneof![1 => Just(0), 30 => 1..8u32], any::<bool>()).prop_map(|(key, max, half)| {
        let longest: i64 = key.split(':').next().and_then(|per| per.parse().ok()).expect("written so");
        let per = Duration::from_secs(if half { longest / 2 } else { longest });
        let limit = Limit { key: key.into(), max, per };
        if half {
            vec![Limit { max: max + 1, per: Duration::from_secs(longest), ..limit.clone() }, limit]
        } else {
            vec![limit]
        }
    });
    let too_much = prop_oneof![
        Just(vec![Limit { key: "many".into(), max: Limit::MAX + 1, per: Duration::from_secs(60) }]),
        Just(vec![Limit { key: "long".into(), max: 1, per: Limit::LONGEST.plus(Duration::from_millis(1)) }]),
        Just(vec![Limit { key: "60".into(), max: 9, per: Duration::from_secs(60) }; Limit::PER_REQUEST + 1]),
    ];
    let several = prop::collection::vec(one, 1..3).prop_map(|limits| limits.concat());
    prop_oneof![12 => several, 1 => too_much]
}

fn plans() -> impl Strategy<Value = Plan> {
    let ageing = (0..4i64, 1..60i64, prop::option::of(0..20i64)).prop_map(|(points, every, cap)| Ageing {
        points,
        every: Duration::from_secs(every),
        cap,
    });
    let queue = prop_oneof![24 => prop::sample::select(QUEUES.to_vec()), 1 => Just("nowhere")];
    let need = prop::sample::select(NEEDS.to_vec()).prop_map(|need| need.parse().expect("a requirement"));
    let step = (
        prop::sample::select(vec![0i64, 0, 5, 15, 40]),
        prop::option::of(queue),
        prop::option::of(need),
        prop::option::of(0..20i64),
        prop::option::weighted(0.3, ageing),
        prop::option::weighted(
            0.3,
            (prop_oneof![24 => prop::sample::select(AGENTS.to_vec()), 1 => Just("nobody")], 1..60i64),
        ),
    );
    (prop::sample::select(QUEUES.to_vec()), prop::collection::vec(step, 1..5)).prop_map(|(first, steps)| {
        let mut plan = Plan::new(first);
        let mut delay = Duration::ZERO;
        for (number, (after, queue, need, priority, ageing, prefer)) in steps.into_iter().enumerate() {
            if number > 0 {
                delay = delay.plus(Duration::from_secs(after));
                plan.after(delay).expect("in order");
            }
            if let Some(queue) = queue {
                plan.go_to(queue);
            }
            let step = plan.last().expect("begun");
            (step.need, step.priority, step.ageing) = (need.map(Arc::new), priority, ageing);
            step.prefer = prefer.map(|(agent, span)| Preference {
                agent: AgentId::new(agent),
                span: Duration::from_secs(span),
            });
        }
        plan
    })
}

fn timeouts() -> impl Strategy<Value = TimeoutAnswer> {
    prop_oneof![
        4 => prop_oneof![1 => Just(0i64), 12 => 1..90i64].prop_map(|s| TimeoutAnswer::Retry(Duration::from_secs(s))),
        2 => Just(TimeoutAnswer::Requeue),
        3 => Just(TimeoutAnswer::Reroute),
        4 => ahead(-20..700).prop_map(TimeoutAnswer::Schedule),
        1 => Just(TimeoutAnswer::Complete("gave_up".into())),
    ]
}

fn retentions() -> impl Strategy<Value = RetentionAnswer> {
    prop_oneof![
        Just(RetentionAnswer::Purge),
        seconds(0..300).prop_map(RetentionAnswer::Keep),
        Just(RetentionAnswer::Redact),
    ]
}

/// Applications of all kinds of answers, for the centers of [`centers`](crate::history::centers); of [`VERSIONS`] versions, the first
/// of which is it.
pub fn rules() -> impl Strategy<Value = Rules> {
    prop::collection::vec(version(), VERSIONS).prop_map(|versions| {
        let first = versions[0].clone();
        Rules { name: "rules".to_owned(), source: "0".to_owned(), versions: Arc::new(versions), ..first }
    })
}

fn version() -> impl Strategy<Value = Rules> {
    let lists = (
        answers(acceptances()),
        answers(limits()),
        answers(plans()),
        answers(timeouts()),
        answers(retentions()),
        prop_oneof![
            answers(0..4i64),
            prop::collection::vec((0..4i64).prop_map(|score| Ok(Some(score))), 1..6),
            prop::collection::vec(
                prop_oneof![
                    (0..4i64).prop_map(|score| Ok(Some(score))),
                    Just(Err(Fault { message: "out of order".into(), line: 1 })),
                ],
                1..6
            ),
        ],
    );
    lists.prop_map(|(accept, throttle, route, timeout, purge, score)| Rules {
        accept,
        throttle,
        route,
        timeout,
        purge,
        score,
        ..Rules::default()
    })
}
