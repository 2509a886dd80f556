//! Scenarios: what agents say of themselves, and how they wrap up.

use ringback::{Host, at, center};
use ringback_engine::center::{Agent, WrapUp};
use ringback_engine::protocol::{Command, Plain, Refusal};
use ringback_engine::record::{Activity, Outcome};
use ringback_engine::{AgentId, Duration};

fn anna() -> AgentId {
    AgentId::new("anna")
}

fn not_ready(reason: Option<&str>) -> Command {
    Command::NotReady { agent: anna(), reason: reason.map(Into::into) }
}

fn longer(seconds: i64) -> Command {
    Command::ExtendWrapUp { agent: anna(), by: Duration::from_secs(seconds) }
}

/// A host with one agent, who is through with a first callback, which was answered at once and ended ten seconds later.
fn after_a_call(wrap_up: WrapUp) -> Host<Plain> {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].wrap_up = wrap_up;
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    host.wait_until(10);
    host.end("c1");
    host.story();
    host
}

#[test]
fn an_agent_says_why_they_are_not_ready() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.tell(not_ready(Some("lunch"))).unwrap();
    assert_eq!(host.story(), [""; 0], "who is not logged in says nothing");
    host.log_in("anna");
    host.story();
    host.tell(not_ready(Some("lunch"))).unwrap();
    host.tell(not_ready(Some("lunch"))).unwrap();
    host.tell(not_ready(None)).unwrap();
    host.tell(not_ready(Some("training"))).unwrap();
    assert_eq!(
        host.story(),
        [
            "0 agent agent:anna state:not_ready reason:lunch",
            "0 agent agent:anna state:not_ready reason:training"
        ],
        "the same again, or no word at all, is no news"
    );
    host.call_me("c1", 1);
    host.story();
    host.tell(Command::Ready { agent: anna() }).unwrap();
    let story = host.story();
    assert_eq!(story[0], "0 agent agent:anna state:ready");
    assert!(story[1].starts_with("0 reserved callback:c1 agent:anna"), "{story:?}");
}

#[test]
fn the_engine_says_why_it_takes_an_agent_for_not_ready() {
    let mut center = center([Agent::new("anna")]);
    center.queues[0].dialling.preview = true;
    center.queues[0].talk_timeout = Duration::from_secs(100);
    let mut host = Host::new(center);
    let reason = |host: &Host<Plain>| {
        let agent = host.engine.agent(&anna()).unwrap();
        agent.session().map(|session| session.activity.clone())
    };
    let because = |word: &str| Some(Activity::NotReady { reason: Some(word.into()) });
    host.log_in("anna");
    host.call_me("c1", 1);
    host.wait_until(30);
    assert_eq!(reason(&host), because("no_answer"), "the offer expired");
    host.tell(Command::Ready { agent: anna() }).unwrap();
    host.tell(Command::Accept { callback: "c1".into(), agent: anna() }).unwrap();
    host.report("c1", Outcome::Answered).unwrap();
    host.wait_until(130);
    assert_eq!(reason(&host), because("talk_timeout"));

    host.tell(Command::Ready { agent: anna() }).unwrap();
    host.call_me("c2", 2);
    host.tell(Command::Accept { callback: "c2".into(), agent: anna() }).unwrap();
    host.report("c2", Outcome::Answered).unwrap();
    host.tell(not_ready(Some("lunch"))).unwrap();
    host.wait_until(230);
    assert_eq!(reason(&host), because("lunch"), "what she said herself stands");
}

#[test]
fn a_wrap_up_can_last_until_the_agent_says_what_comes_next() {
    let says: [(Command, &[&str]); 4] = [
        (
            Command::Ready { agent: anna() },
            &["500 agent agent:anna state:ready", "500 reserved callback:c2 agent:anna queue:front score:8"],
        ),
        (not_ready(None), &["500 agent agent:anna state:not_ready"]),
        (not_ready(Some("lunch")), &["500 agent agent:anna state:not_ready reason:lunch"]),
        (Command::LogOut { agent: anna() }, &["500 agent agent:anna state:logged_out"]),
    ];
    for (command, story) in says {
        let mut host = after_a_call(WrapUp::UntilReady);
        host.call_me("c2", 2);
        host.wait_until(500);
        let told = host.story();
        assert!(!told.iter().any(|line| line.contains("reserved")), "{told:?}");
        assert_eq!(
            host.tell(longer(10)),
            Err(Refusal::NoWrapUp(anna())),
            "it has no end that could be later"
        );
        host.tell(command).unwrap();
        let told = host.story();
        assert_eq!(told[..story.len().min(told.len())].len(), story.len(), "{told:?}");
        assert_eq!(told[0], story[0]);
        if let Some(second) = story.get(1) {
            let start = second.split(" queue").next().unwrap();
            assert!(told[1].starts_with(start), "{told:?}");
            let idle = host.engine.agent(&anna()).unwrap().session().unwrap().idle_since;
            assert_eq!(idle, at(500), "free since the end of the wrap-up");
        }
    }
}

#[test]
fn a_second_log_in_ends_a_wrap_up_that_waits_for_a_word() {
    let mut host = after_a_call(WrapUp::UntilReady);
    host.log_in("anna");
    assert_eq!(host.story(), ["10 agent agent:anna state:ready"]);
    assert!(host.engine.agent(&anna()).unwrap().session().unwrap().work.is_empty());
}

#[test]
fn a_wrap_up_that_is_extended_ends_later() {
    let mut host = after_a_call(WrapUp::For(Duration::from_secs(20)));
    host.call_me("c2", 2);
    host.wait_until(25);
    host.story();
    host.tell(longer(30)).unwrap();
    assert_eq!(host.story(), ["25 wrap_up_extended agent:anna until:1772532060000"]);
    host.wait_until(59);
    assert_eq!(host.story(), [""; 0]);
    host.wait_until(60);
    assert!(host.story()[1].starts_with("60 reserved callback:c2"));
    assert_eq!(host.tell(longer(30)), Err(Refusal::NoWrapUp(anna())));
    assert_eq!(
        Refusal::NoWrapUp(anna()).to_string(),
        "agent `anna`: is in no wrap-up that ends by itself, so none can be extended"
    );
}
