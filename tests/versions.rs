//! Versions of the application: deployed, tried in the shadow or as a canary, rolled back, and back by themselves.

use std::collections::BTreeSet;

use proptest::prelude::*;
use ringback::history::{Act, centers, histories};
use ringback::rules::{Rules, rules};
use ringback::{Host, at, center, code, phone};
use ringback_engine::center::{Agent, Center, Layout, MOST_EARLIER, Queue};
use ringback_engine::protocol::{
    Application, Code, Command, Disagreement, Effect, EffectKind, Event, Hook, Plain, Refusal, Said, Trial,
    VersionNumber, is_in_canary,
};
use ringback_engine::record::{Outcome, Request};
use ringback_engine::{CallbackId, EffectId, Engine};
use ringback_scripting::{RhaiApplication, Script};

/// Two queues; who asks `main` waits in one of them, as the script says.
fn two_queues() -> Center {
    let mut center = center([Agent::new("anna")]);
    center.queues.push(Queue::new("other"));
    center.limits.faults_in_a_row = 2;
    center
}

fn host(source: &str) -> Host<RhaiApplication> {
    let layout = Layout::new(two_queues()).expect("a sound center");
    let script = Script::new("app.rhai", source);
    Host::with(two_queues(), RhaiApplication::new(script, &layout).expect("a script that checks"))
}

fn deploy(source: &str) -> Command {
    Command::Deploy { name: "next.rhai".into(), source: source.into() }
}

fn attempt(source: &str, trial: Trial) -> Command {
    Command::Try { name: "next.rhai".into(), source: source.into(), trial }
}

/// The story without hashes, which say nothing to a reader.
fn told<A: Application>(host: &mut Host<A>) -> Vec<String> {
    let without = |line: String| match line.split_once(" hash:") {
        Some((before, after)) => match after.split_once(' ') {
            Some((_, rest)) => format!("{before} {rest}"),
            None => before.to_owned(),
        },
        None => line,
    };
    host.story().into_iter().map(without).collect()
}

const MAIN: &str = "fn route(callback) { queue(\"main\") }";
const OTHER: &str = "fn route(callback) { queue(\"other\") }";
const FAILS: &str = "fn accept(request) { reject(request.attr(\"none\")) }";

#[test]
fn the_next_question_goes_to_the_version_deployed_and_plans_are_kept() {
    let mut host = host("fn route(callback) { queue(\"main\").after(minutes(2)).queue(\"other\") }");
    host.call_me("c1", 1);
    host.tell(deploy(OTHER)).unwrap();
    host.call_me("c2", 2);
    host.wait_until(120);
    assert_eq!(
        told(&mut host),
        [
            "0 accepted callback:c1",
            "0 queued callback:c1 queue:main need:true score:0",
            "0 deployed version:2 name:next.rhai",
            "0 accepted callback:c2",
            "0 queued callback:c2 queue:other need:true score:0",
            "120 step callback:c1 queue:other need:true",
        ]
    );
    let deployed = host.engine.version_text(VersionNumber(2)).expect("in force");
    assert_eq!(
        (&*deployed.text.name, &*deployed.text.source, deployed.at),
        ("next.rhai", OTHER, Some(at(0)))
    );
    assert_eq!(deployed.text.hash, host.engine.application().hash());
}

#[test]
fn what_does_not_check_is_refused_and_the_version_in_force_stays() {
    let mut host = host(MAIN);
    let refusal =
        host.tell(deploy("fn route(callback) { queue(\"ohter\") }\nfn acept(request) { accept() }"));
    let refusal = refusal.unwrap_err();
    assert_eq!(refusal.code(), "does_not_check");
    let said = refusal.to_string();
    for part in ["next.rhai: error: 1:28: unknown queue `ohter`, did you mean `other`?", "`accept`", "stays"]
    {
        assert!(said.contains(part), "{said}");
    }
    let refusal = host.tell(attempt("queue(", Trial::Shadow)).unwrap_err();
    assert_eq!(refusal.code(), "does_not_check");
    assert_eq!(host.engine.version(), VersionNumber(1));
    assert_eq!(told(&mut host), [""; 0]);
    host.call_me("c1", 1);
    assert!(host.has("queued", "c1"));

    let mut host = Host::new(two_queues());
    let refusal = host.tell(deploy(MAIN)).unwrap_err();
    assert!(matches!(&refusal, Refusal::DoesNotCheck(why) if why.len() == 1), "{refusal}");
}

#[test]
fn a_shadow_is_found_out_at_the_one_decision_that_differs() {
    let live = "fn accept(request) { accept() }\n\
                fn timeout(callback, event) {\n    if callback.attempts < 3 { return retry(minutes(5)); }\n    standard()\n}";
    let shadow = "fn accept(request) { accept() }\n\
                  fn timeout(callback, event) {\n    if event.kind == \"busy\" && callback.attempts == 2 {\n        \
                  return complete(\"busy\");\n    }\n    if callback.attempts < 3 { return retry(minutes(5)); }\n    standard()\n}";
    let mut host = host(live);
    host.tell(attempt(shadow, Trial::Shadow)).unwrap();
    host.log_in("anna");
    host.call_me("c1", 1);
    for (outcome, until) in [(Outcome::NoAnswer, 300), (Outcome::Busy, 600), (Outcome::Answered, 601)] {
        host.report("c1", outcome).unwrap();
        host.wait_until(until);
    }
    host.end("c1");
    let disagreed: Vec<String> =
        told(&mut host).into_iter().filter(|line| line.contains("disagreed")).collect();
    assert_eq!(
        disagreed,
        [
            "300 disagreed callback:c1 hook:timeout version:2 live:outcome:retry line:3 candidate:outcome:complete line:4"
        ]
    );
    let candidate = host.engine.candidate().expect("on trial").clone();
    let said = |outcome: &str, line| Said { outcome: outcome.into(), line };
    let one = Disagreement {
        hook: Hook::Timeout,
        live: said("retry", 3),
        candidate: said("complete", 4),
        count: 1,
    };
    assert_eq!((candidate.asked, candidate.disagreements, candidate.others), (5, vec![one], 0));

    host.tell(Command::Promote).unwrap();
    assert_eq!(
        told(&mut host),
        ["601 trial_ended version:2 why:promoted", "601 deployed version:2 name:next.rhai"]
    );
    assert_eq!((host.engine.version(), host.engine.candidate()), (VersionNumber(2), None));
    assert_eq!(host.engine.application().source(), shadow);
}

#[test]
fn a_canary_answers_for_its_share_of_callbacks_and_for_no_other() {
    let ids: Vec<String> = (0..1_000).map(|n| format!("c{n}")).collect();
    let share = |percent| -> BTreeSet<&str> {
        let ids = ids.iter().filter(|id| is_in_canary(&CallbackId::new(id.as_str()), percent));
        ids.map(String::as_str).collect()
    };
    let (ten, thirty) = (share(10), share(30));
    assert!((70..130).contains(&ten.len()) && (250..350).contains(&thirty.len()));
    assert!(ten.is_subset(&thirty) && share(100).len() == ids.len() && share(0).is_empty());

    let mut host = host(MAIN);
    host.tell(attempt(OTHER, Trial::Canary(30))).unwrap();
    for (n, id) in ids.iter().enumerate().take(60) {
        host.call_me(id, n as u32);
    }
    for id in ids.iter().take(60) {
        let callback = host.engine.callback(&CallbackId::new(id.as_str())).expect("not purged");
        let queue =
            callback.state.queue().and_then(|queue| host.engine.layout().queue(queue)).expect("in line");
        assert_eq!(queue.name == "other", thirty.contains(id.as_str()), "{id}");
    }
    for percent in [0, 101] {
        let refusal = host.tell(attempt(OTHER, Trial::Canary(percent))).unwrap_err();
        assert_eq!((refusal.code().as_str(), &refusal), ("bad_share", &Refusal::BadShare(percent)));
    }
}

#[test]
fn where_a_canary_fails_the_version_in_force_answers_and_soon_alone() {
    let mut host = host("fn accept(request) { accept().priority(7) }");
    host.tell(attempt(FAILS, Trial::Canary(100))).unwrap();
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.call_me("c3", 3);
    let lines = told(&mut host);
    let about: Vec<&str> =
        lines.iter().map(String::as_str).filter(|line| !line.contains("accepted")).collect();
    assert_eq!(
        about,
        [
            "0 tried version:2 name:next.rhai trial:canary:100",
            "0 fault callback:c1 hook:accept message:there is no attribute `none`; write `attr(name  otherwise)` where it may be absent line:1 version:2",
            "0 queued callback:c1 queue:main need:true score:7",
            "0 fault callback:c2 hook:accept message:there is no attribute `none`; write `attr(name  otherwise)` where it may be absent line:1 version:2",
            "0 trial_ended version:2 why:faults",
            "0 queued callback:c2 queue:main need:true score:7",
            "0 queued callback:c3 queue:main need:true score:7",
        ]
    );
    assert!(host.engine.version_text(VersionNumber(2)).is_none());
}

#[test]
fn after_faults_in_a_row_the_last_version_without_comes_back() {
    let mut host = host(MAIN);
    host.tell(deploy(OTHER)).unwrap();
    host.tell(deploy(FAILS)).unwrap();
    for n in 1..=2 {
        let refused = host.request(Request::new(format!("c{n}"), "main", phone(n)));
        assert_eq!(code(refused), Code::ApplicationFault);
    }
    host.call_me("c3", 3);
    let lines = told(&mut host);
    assert_eq!(
        lines[lines.len() - 4..],
        [
            "0 rolled_back version:2 from:3 why:faults",
            "0 rejected callback:c2 code:APPLICATION_FAULT",
            "0 accepted callback:c3",
            "0 queued callback:c3 queue:other need:true score:0",
        ]
    );
    assert_eq!(host.engine.earlier_versions().collect::<Vec<_>>(), [VersionNumber(1)]);
}

#[test]
fn a_version_that_failed_does_not_come_back_by_itself_and_a_hook_is_set_aside_then() {
    let mut host = host(FAILS);
    assert_eq!(code(host.request(Request::new("c1", "main", phone(1)))), Code::ApplicationFault);
    host.tell(deploy(FAILS)).unwrap();
    for n in 2..=3 {
        let refused = host.request(Request::new(format!("c{n}"), "main", phone(n)));
        assert_eq!(code(refused), Code::ApplicationFault);
    }
    assert!(told(&mut host).contains(&"0 set_aside hook:accept faults:2".to_owned()));
    host.call_me("c4", 4);
    host.tell(deploy("fn accept(request) { reject(\"full\") }")).unwrap();
    assert_eq!(code(host.request(Request::new("c5", "main", phone(5)))), Code::Script("full".into()));
}

#[test]
fn versions_are_rolled_back_one_by_one_as_far_as_they_are_kept() {
    let mut host = host(MAIN);
    assert_eq!(host.tell(Command::RollBack), Err(Refusal::NoEarlierVersion));
    assert_eq!(host.tell(Command::Promote), Err(Refusal::NoTrial));
    assert_eq!(host.tell(Command::EndTrial), Err(Refusal::NoTrial));
    for n in 0..10 {
        host.tell(deploy(&format!("fn accept(request) {{ accept().priority({n}) }}"))).unwrap();
    }
    assert_eq!(host.engine.version(), VersionNumber(11));
    assert_eq!(host.engine.earlier_versions().count(), MOST_EARLIER);
    host.tell(attempt(MAIN, Trial::Shadow)).unwrap();
    host.effects.clear();
    host.tell(Command::RollBack).unwrap();
    assert_eq!(
        told(&mut host),
        ["0 trial_ended version:12 why:superseded", "0 rolled_back version:10 from:11 why:command"]
    );
    host.call_me("c1", 1);
    assert_eq!(host.engine.callback(&"c1".into()).expect("in line").priority, 8);
    for _ in 1..MOST_EARLIER {
        host.tell(Command::RollBack).unwrap();
    }
    assert_eq!(host.engine.version(), VersionNumber(3));
    assert_eq!(host.tell(Command::RollBack), Err(Refusal::NoEarlierVersion));
    host.tell(attempt(MAIN, Trial::Shadow)).unwrap();
    host.effects.clear();
    host.tell(deploy(MAIN)).unwrap();
    assert_eq!(
        told(&mut host),
        ["0 trial_ended version:13 why:superseded", "0 deployed version:14 name:next.rhai"]
    );
    assert_eq!(host.engine.candidate(), None);
}

#[test]
fn a_snapshot_has_the_versions_and_needs_an_application_that_can_make_them() {
    let mut first = host(MAIN);
    first.tell(deploy(OTHER)).unwrap();
    first.tell(attempt(MAIN, Trial::Shadow)).unwrap();
    first.call_me("c1", 1);
    let snapshot = first.engine.snapshot().expect("JSON");
    let layout = Layout::new(two_queues()).expect("sound");
    let original = RhaiApplication::new(Script::new("app.rhai", MAIN), &layout).expect("checks");
    let mut second = Host::with(two_queues(), original);
    let given = RhaiApplication::new(Script::new("app.rhai", MAIN), &layout).expect("checks");
    second.engine = Engine::restore(layout, given, &snapshot).expect("as taken");
    assert_eq!(second.engine.state_hash(), first.engine.state_hash());
    assert_eq!(second.engine.application().source(), OTHER);
    for host in [&mut first, &mut second] {
        host.effects.clear();
        host.call_me("c2", 2);
    }
    assert_eq!(first.effects, second.effects);
    assert!(first.has("disagreed", "c2"));

    let layout = Layout::new(two_queues()).expect("sound");
    let error = Engine::restore(layout, Plain, &snapshot).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("version 3 of its application, `next.rhai`, can't be run"), "{error}");
}

/// Tells a history to an engine that has been told these commands before.
fn play(center: &Center, rules: &Rules, before: &[Command], history: &[Act]) -> (Engine<Rules>, Vec<Effect>) {
    let mut engine = Engine::new(Layout::new(center.clone()).expect("a sound center"), rules.clone());
    let mut effects = Vec::new();
    for command in before {
        engine.apply(at(0), command.clone(), &mut effects).expect("versions there are");
    }
    let mut seconds = 0;
    for act in history {
        seconds += act.after;
        if engine.advance(at(seconds), &mut effects) == ringback_engine::Advanced::Late {
            engine.apply(at(seconds), Command::Resume, &mut effects).expect("late");
        }
        if let Some(command) = act.say.command(&engine, at(seconds)).filter(is_of_traffic) {
            let _ = engine.apply(at(seconds), command, &mut effects);
        }
    }
    (engine, effects)
}

fn is_of_traffic(command: &Command) -> bool {
    !matches!(
        command,
        Command::Deploy { .. }
            | Command::Try { .. }
            | Command::Promote
            | Command::EndTrial
            | Command::RollBack
    )
}

/// Effects without their ids, what is said of versions, and what is printed.
fn besides_versions(effects: Vec<Effect>) -> Vec<Effect> {
    let of_versions = |event: &Event| {
        matches!(
            event,
            Event::Disagreed { .. }
                | Event::Tried { .. }
                | Event::TrialEnded { .. }
                | Event::Deployed { .. }
                | Event::RolledBack { .. }
        )
    };
    let kept = effects.into_iter().filter(|effect| match &effect.kind {
        EffectKind::Event(event) => !of_versions(event),
        EffectKind::Log(_) => false,
        _ => true,
    });
    kept.map(|effect| Effect { id: EffectId(0), ..effect }).collect()
}

fn other(position: usize, trial: Option<Trial>) -> Command {
    let (name, source) = ("other".to_owned(), position.to_string());
    match trial {
        Some(trial) => Command::Try { name, source, trial },
        None => Command::Deploy { name, source },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_shadow_changes_nothing(center in centers(), rules in rules(), history in histories(120)) {
        let (plain, alone) = play(&center, &rules, &[], &history);
        let (shadowed, beside) = play(&center, &rules, &[other(1, Some(Trial::Shadow))], &history);
        prop_assert_eq!(besides_versions(alone), besides_versions(beside));
        let candidate = shadowed.candidate();
        let disagreements: u64 = candidate.iter().flat_map(|c| &c.disagreements).map(|d| d.count).sum();
        prop_assert!(candidate.is_none_or(|candidate| disagreements + candidate.others <= candidate.asked));
        prop_assert_eq!(plain.candidate(), None);
    }

    #[test]
    fn a_canary_for_everybody_that_never_fails_is_a_deployment(
        center in centers(), rules in rules(), history in histories(120),
    ) {
        let (engine, tried) = play(&center, &rules, &[other(1, Some(Trial::Canary(100)))], &history);
        let (_, deployed) = play(&center, &rules, &[other(1, None)], &history);
        let fails = |effects: &[Effect]| {
            effects.iter().any(|effect| matches!(&effect.kind, EffectKind::Event(Event::Fault { .. })))
        };
        prop_assume!(!fails(&tried) && !fails(&deployed));
        prop_assert!(engine.candidate().is_some_and(|candidate| candidate.disagreements.is_empty()));
        prop_assert_eq!(besides_versions(tried), besides_versions(deployed));
    }

    #[test]
    fn a_snapshot_goes_on_with_its_versions(
        center in centers(), rules in rules(), history in histories(120), point in any::<prop::sample::Index>(),
    ) {
        let mut engine = Engine::new(Layout::new(center.clone()).expect("a sound center"), rules.clone());
        let (mut twin, mut ours, mut theirs) = (None, Vec::new(), Vec::new());
        let (mut seconds, point) = (0, point.index(history.len()));
        for (position, act) in history.iter().enumerate() {
            if position == point {
                let (layout, snapshot) = (engine.layout().clone(), engine.snapshot().expect("JSON"));
                twin = Some(Engine::restore(layout, rules.clone(), &snapshot).expect("as taken"));
                ours.clear();
            }
            seconds += act.after;
            let command = act.say.command(&engine, at(seconds)).unwrap_or(Command::Resume);
            let answer = engine.apply(at(seconds), command.clone(), &mut ours);
            if let Some(twin) = &mut twin {
                prop_assert_eq!(twin.apply(at(seconds), command, &mut theirs), answer);
            }
            prop_assert_eq!(engine.check(), Ok(()));
        }
        let twin = twin.expect("restored at a point of the history");
        prop_assert_eq!(ours, theirs);
        prop_assert_eq!(twin.state_hash(), engine.state_hash());
        prop_assert_eq!(twin.version(), engine.version());
    }
}
