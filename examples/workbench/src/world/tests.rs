//! Tests of the simulated world, against an engine that does as it is told.

use std::collections::BTreeSet;

use ringback_engine::center::Presentation;
use ringback_engine::protocol::{Command, Dial, Effect, EffectKind, Event, HangUp, Refusal};
use ringback_engine::record::{Outcome, Reason, Request};
use ringback_engine::{Advanced, AgentId, AttemptId, CallbackId, Duration, EffectId, Instant, Phone};

use super::{Observer, PlayError, Played, Standing, Verbs, play};
use crate::streams::{BadLines, Fate, RosterLine, Shift, StreamError, TrafficLine};

fn at(seconds: i64) -> Instant {
    Instant::from_millis(seconds * 1_000)
}

fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(seconds)
}

/// What the engine does in a test: effects and an answer for each command.
type Conduct = dyn FnMut(&mut Puppet, Instant, &Command) -> (Result<(), Refusal>, Vec<EffectKind>);

/// An engine that does as it is told and keeps what it was told.
#[derive(Default)]
struct Puppet {
    told: Vec<String>,
    deadlines: BTreeSet<Instant>,
    attempts: u64,
    effects: u64,
    /// How many calls of `advance` say that more is due.
    more: u32,
    /// How many calls of `apply` are refused because more is due.
    behind: u32,
    /// Whether deadlines stay, as no engine's may.
    stuck: bool,
    conduct: Option<Box<Conduct>>,
}

impl Puppet {
    fn with(
        conduct: impl FnMut(&mut Puppet, Instant, &Command) -> (Result<(), Refusal>, Vec<EffectKind>) + 'static,
    ) -> Self {
        Self { conduct: Some(Box::new(conduct)), ..Self::default() }
    }

    /// Accepts and dials each request at once.
    fn dialling(ring_for: Duration) -> Self {
        Self::with(move |puppet, _, command| match command {
            Command::Request(request) => {
                let id = &request.id;
                (Ok(()), vec![accepted(id), puppet.dial(id, 1, ring_for)])
            }
            _ => (Ok(()), vec![]),
        })
    }

    fn dial(&mut self, callback: &CallbackId, number_of_attempt: u32, ring_for: Duration) -> EffectKind {
        self.attempts += 1;
        EffectKind::Dial(Dial {
            attempt: AttemptId(self.attempts),
            callback: callback.clone(),
            number_of_attempt,
            number: phone(),
            agent: Some(AgentId::new("anna")),
            ring_for,
            not_after: Instant::MAX,
            language: "".into(),
            presentation: Presentation::default(),
        })
    }

    fn emit(&mut self, at: Instant, kinds: Vec<EffectKind>, effects: &mut Vec<Effect>) {
        for kind in kinds {
            effects.push(Effect { id: EffectId(self.effects), at, kind });
            self.effects += 1;
        }
    }
}

impl Verbs for Puppet {
    fn apply(&mut self, now: Instant, command: Command, effects: &mut Vec<Effect>) -> Result<(), Refusal> {
        if self.behind > 0 {
            self.behind -= 1;
            return Err(Refusal::Behind);
        }
        let word = match &command {
            Command::Request(request) => format!("request {}", request.id),
            Command::Cancel { callback, .. } => format!("cancel {callback}"),
            Command::LogIn { agent } => format!("login {agent}"),
            Command::Ready { agent } => format!("ready {agent}"),
            Command::NotReady { agent, .. } => format!("not_ready {agent}"),
            Command::LogOut { agent } => format!("logout {agent}"),
            Command::AgentLost { agent } => format!("lost {agent}"),
            Command::Outcome { attempt, outcome } => format!("{outcome} {attempt}"),
            Command::Ended { attempt } => format!("ended {attempt}"),
            Command::Fail { callback } => format!("fail {callback}"),
            Command::Switch { queue, switch, on } => format!("switch {queue} {switch:?} {on}"),
            Command::Reconfigure { center } => format!("reconfigure {}", center.name),
            Command::Erase { phone } => format!("erase {phone}"),
            Command::Reschedule { callback, to } => format!("reschedule {callback} {to}"),
            Command::HoldSlot { hold, at, .. } => format!("hold {hold} {at}"),
            Command::Resume => "resume".into(),
            command => format!("{command:?}"),
        };
        self.told.push(format!("{} {word}", now.millis() / 1_000));
        let Some(mut conduct) = self.conduct.take() else { return Ok(()) };
        let (result, kinds) = conduct(self, now, &command);
        self.conduct = Some(conduct);
        self.emit(now, kinds, effects);
        result
    }

    fn advance(&mut self, now: Instant, _: &mut Vec<Effect>) -> Advanced {
        self.told.push(format!("{} advance", now.millis() / 1_000));
        if self.more > 0 {
            self.more -= 1;
            return Advanced::More;
        }
        if !self.stuck {
            self.deadlines.retain(|deadline| *deadline > now);
        }
        Advanced::Done
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().copied()
    }

    fn standing(&self, _: &CallbackId) -> Option<Standing> {
        None
    }
}

#[derive(Default)]
struct Watcher {
    requested: u64,
    refused: Vec<Refusal>,
    effects: Vec<EffectId>,
}

impl Observer for Watcher {
    fn requested(&mut self, _: Instant, _: &Request) {
        self.requested += 1;
    }

    fn effect(&mut self, effect: &Effect, _: Option<&Standing>) {
        self.effects.push(effect.id);
    }

    fn refused(&mut self, refusal: &Refusal) {
        self.refused.push(refusal.clone());
    }
}

fn phone() -> Phone {
    Phone::new("+12125550123").unwrap()
}

fn accepted(callback: &CallbackId) -> EffectKind {
    EffectKind::Event(Event::Accepted { callback: callback.clone() })
}

fn connected(callback: &str) -> EffectKind {
    EffectKind::Event(Event::Connected { callback: callback.into(), agent: "anna".into() })
}

fn completed(callback: &str) -> EffectKind {
    EffectKind::Event(Event::Completed { callback: callback.into(), reason: Reason::Ttl })
}

fn request(when: i64, id: &str, fate: Fate) -> TrafficLine {
    TrafficLine { line: when as u64, at: at(when), request: Request::new(id, "retail", phone()), fate }
}

fn shift(when: i64, agent: &str, event: Shift) -> RosterLine {
    RosterLine { line: when as u64, at: at(when), agent: AgentId::new(agent), event }
}

fn run_with(
    puppet: &mut Puppet,
    traffic: Vec<TrafficLine>,
    roster: Vec<RosterLine>,
    skip_bad: bool,
) -> (Result<Played, PlayError>, Watcher) {
    let mut watcher = Watcher::default();
    let played = play(
        puppet,
        traffic.into_iter().map(Ok::<_, StreamError>),
        roster.into_iter().map(Ok::<_, StreamError>),
        skip_bad,
        &mut watcher,
    );
    (played, watcher)
}

fn run(puppet: &mut Puppet, traffic: Vec<TrafficLine>, roster: Vec<RosterLine>) -> Watcher {
    let (played, watcher) = run_with(puppet, traffic, roster, false);
    assert_eq!(played, Ok(Played::default()));
    watcher
}

fn ringing(ring: i64) -> Fate {
    Fate { ring: vec![seconds(ring)], outcomes: vec![Outcome::Busy], ..Fate::default() }
}

#[test]
fn one_instant_is_played_in_the_order_of_the_specification() {
    let mut puppet = Puppet::dialling(seconds(30));
    puppet.deadlines.extend([at(10), at(20)]);
    let cancel = Fate { cancel_at: Some(at(10)), ..ringing(99) };
    let traffic = vec![
        request(0, "c1", ringing(10)),
        request(1, "c2", ringing(9)),
        request(2, "c3", cancel),
        request(10, "c4", ringing(99)),
        request(10, "c5", ringing(99)),
    ];
    let roster = vec![
        shift(10, "out", Shift::LogOut),
        shift(10, "idle", Shift::NotReady(None)),
        shift(10, "back", Shift::Ready),
        shift(10, "in", Shift::LogIn),
    ];
    run(&mut puppet, traffic, roster);
    let told: Vec<&str> =
        puppet.told.iter().filter(|told| told.starts_with("10 ")).map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "10 advance",
            "10 ready back",
            "10 login in",
            "10 busy 1",
            "10 busy 2",
            "10 logout out",
            "10 not_ready idle",
            "10 cancel c3",
            "10 request c4",
            "10 request c5",
        ]
    );
    assert!(puppet.told.contains(&"20 advance".into()), "the last deadline is played, too");
}

#[test]
fn calls_of_one_instant_end_in_the_order_they_were_begun() {
    let mut puppet = Puppet::with(|puppet, _, command| match command {
        Command::Request(request) => {
            let dial = puppet.dial(&request.id, 1, seconds(30));
            (Ok(()), vec![accepted(&request.id), dial])
        }
        Command::Outcome { attempt: AttemptId(1), .. } => (Ok(()), vec![connected("c1")]),
        _ => (Ok(()), vec![]),
    });
    // c2's phone rings before c1's interaction begins, and both end at 10.
    let talk = Fate { ring: vec![seconds(2)], handle: seconds(8), ..Fate::default() };
    run(&mut puppet, vec![request(0, "c1", talk), request(1, "c2", ringing(9))], vec![]);
    assert_eq!(puppet.told, ["0 request c1", "1 request c2", "2 answered 1", "10 busy 2", "10 ended 1"]);
}

#[test]
fn what_happens_at_once_comes_before_the_next_request() {
    let mut puppet = Puppet::dialling(seconds(30));
    let cancelled_at_once = Fate { cancel_at: Some(at(5)), ..ringing(9) };
    run(
        &mut puppet,
        vec![request(5, "c1", ringing(0)), request(5, "c2", cancelled_at_once), request(5, "c3", ringing(0))],
        vec![],
    );
    let first: Vec<&str> = puppet.told.iter().map(String::as_str).take(6).collect();
    assert_eq!(
        first,
        ["5 request c1", "5 busy 1", "5 request c2", "5 cancel c2", "5 request c3", "5 busy 3"]
    );
}

#[test]
fn a_phone_rings_no_longer_than_it_is_let() {
    let mut puppet = Puppet::dialling(seconds(20));
    run(&mut puppet, vec![request(0, "c1", ringing(20)), request(100, "c2", ringing(21))], vec![]);
    assert_eq!(puppet.told, ["0 request c1", "20 busy 1", "100 request c2", "120 no_answer 2"]);
}

#[test]
fn attempts_take_their_places_in_the_lists_and_beyond_them_are_answered_at_once() {
    let fate = Fate {
        outcomes: vec![Outcome::Busy, Outcome::NoAnswer],
        ring: vec![seconds(3)],
        handle: seconds(7),
        ..Fate::default()
    };
    assert_eq!(fate.of_attempt(1, seconds(30)), (seconds(3), Outcome::Busy));
    assert_eq!(fate.of_attempt(2, seconds(30)), (Duration::ZERO, Outcome::NoAnswer));
    assert_eq!(fate.of_attempt(3, seconds(30)), (Duration::ZERO, Outcome::Answered));
    assert_eq!(fate.of_attempt(1, seconds(2)), (seconds(2), Outcome::NoAnswer));
}

#[test]
fn hanging_up_drops_what_was_under_way() {
    let mut puppet = Puppet::with(|puppet, _, command| match command {
        Command::Request(request) => {
            (Ok(()), vec![accepted(&request.id), puppet.dial(&request.id, 1, seconds(30))])
        }
        Command::Cancel { callback, .. } => {
            let hang_up = HangUp { attempt: AttemptId(1), callback: Some(callback.clone()) };
            (Ok(()), vec![EffectKind::HangUp(hang_up), completed("c1")])
        }
        _ => (Ok(()), vec![]),
    });
    let fate = Fate { cancel_at: Some(at(3)), ..ringing(9) };
    run(&mut puppet, vec![request(0, "c1", fate)], vec![]);
    assert_eq!(puppet.told, ["0 request c1", "3 cancel c1"]);
}

#[test]
fn a_refused_cancellation_is_told_to_the_observer() {
    let refusal = Refusal::UnknownCallback("c1".into());
    let refused = refusal.clone();
    let mut puppet = Puppet::with(move |_, _, command| match command {
        Command::Request(request) => (Ok(()), vec![accepted(&request.id), completed("c1")]),
        _ => (Err(refused.clone()), vec![]),
    });
    let fate = Fate { cancel_at: Some(at(3)), ..Fate::default() };
    let watcher = run(&mut puppet, vec![request(0, "c1", fate)], vec![]);
    assert_eq!(puppet.told, ["0 request c1", "3 cancel c1"]);
    assert_eq!((watcher.requested, watcher.refused), (1, vec![refusal]));
}

#[test]
fn only_an_accepted_request_has_a_customer() {
    let mut puppet = Puppet::with(|puppet, _, command| match command {
        Command::Request(request) if request.id.as_str() == "c1" => {
            (Ok(()), vec![accepted(&request.id), puppet.dial(&request.id, 1, seconds(30))])
        }
        Command::Request(_) => (Ok(()), vec![EffectKind::Repeated { callback: "c1".into() }]),
        _ => (Ok(()), vec![]),
    });
    let again = Fate { cancel_at: Some(at(4)), ..ringing(1) };
    let watcher = run(&mut puppet, vec![request(0, "c1", ringing(9)), request(2, "c2", again)], vec![]);
    assert_eq!(puppet.told, ["0 request c1", "2 request c2", "9 busy 1"]);
    assert_eq!(watcher.requested, 2);
}

#[test]
fn an_engine_with_much_to_do_is_let_catch_up() {
    let mut puppet = Puppet { more: 2, behind: 1, ..Puppet::default() };
    puppet.deadlines.insert(at(1));
    run(&mut puppet, vec![request(5, "c1", Fate::default())], vec![]);
    assert_eq!(puppet.told, ["1 advance", "1 advance", "1 advance", "5 advance", "5 request c1"]);

    let mut puppet = Puppet { behind: u32::MAX, ..Puppet::default() };
    let (played, _) = run_with(&mut puppet, vec![request(5, "c1", Fate::default())], vec![], true);
    assert_eq!(played, Err(PlayError::Stuck(at(5))));
}

#[test]
fn an_engine_that_stands_still_is_a_defect_and_no_endless_run() {
    let mut puppet = Puppet { stuck: true, ..Puppet::default() };
    puppet.deadlines.insert(at(1));
    let (played, _) = run_with(&mut puppet, vec![], vec![], false);
    assert_eq!(played, Err(PlayError::Stuck(at(1))));
}

#[test]
fn an_id_in_use_is_a_bad_line_and_too_many_stop_the_run() {
    let in_use = || Puppet::with(|_, _, _| (Err(Refusal::IdInUse("c1".into())), vec![]));
    let traffic: Vec<_> = (0..30).map(|when| request(when, "c1", Fate::default())).collect();
    let (played, watcher) = run_with(&mut in_use(), traffic.clone(), vec![], false);
    let bad = played.unwrap().bad;
    assert_eq!(bad.count(), BadLines::KEPT as u64);
    assert_eq!(
        bad.first()[0].to_string(),
        "traffic.csv:0: `id`: another callback has the id `c1`; an id is free again when it is purged"
    );
    assert_eq!(watcher.requested, 0);
    let (played, _) = run_with(&mut in_use(), traffic, vec![], true);
    assert_eq!(played.unwrap().bad.count(), 30);
}

#[test]
fn every_effect_is_seen_once_and_in_order() {
    let mut puppet = Puppet::dialling(seconds(30));
    let traffic: Vec<_> = (0..50).map(|n| request(n / 7, &format!("c{n}"), ringing(n % 3))).collect();
    let watcher = run(&mut puppet, traffic, vec![]);
    let expected: Vec<_> = (0..puppet.effects).map(EffectId).collect();
    assert_eq!(watcher.effects, expected);
    assert_eq!(watcher.effects.len(), 100);
}

#[test]
fn a_stream_that_can_not_be_read_on_stops_the_run() {
    let broken = StreamError::Unreadable { file: "traffic.csv".into(), cause: "gone".into() };
    let lines = vec![Ok(request(0, "c1", Fate::default())), Err(broken.clone())];
    let played =
        play(&mut Puppet::default(), lines.into_iter(), std::iter::empty(), true, &mut Watcher::default());
    assert_eq!(played, Err(PlayError::Stream(broken)));
}
