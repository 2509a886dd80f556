//! Scenarios of the ways in which a customer is called: customer first, ahead of an agent, after a preview or a
//! confirmation; and of customers who call themselves, ask for later, or are called again.

use ringback::{Host, at, center, phone};
use ringback_engine::center::{
    Agent, CalledFirst, Center, Confirm, Dialling, First, OfferExpired, Quota, Unconfirmed,
};
use ringback_engine::protocol::{Command, Disposition, Effect, EffectKind, Plain, PushKind, Refusal};
use ringback_engine::record::{AgentFailure, Outcome, Request, Switch};
use ringback_engine::{AgentId, AttemptId, CallbackId, Duration, Instant};

/// Agents `anna` and `ben`, and the one queue dialled like this.
fn dialled(change: impl FnOnce(&mut Dialling)) -> Center {
    let mut center = center([Agent::new("anna"), Agent::new("ben")]);
    change(&mut center.queues[0].dialling);
    center.queues[0].retry_after = Duration::from_secs(60);
    center
}

fn customer_first(change: impl FnOnce(&mut Dialling)) -> Host<Plain> {
    Host::new(dialled(|dialling| {
        dialling.first = First::Customer;
        change(dialling);
    }))
}

fn accept(host: &mut Host<Plain>, id: &str, agent: &str) -> Result<(), Refusal> {
    host.tell(Command::Accept { callback: CallbackId::new(id), agent: AgentId::new(agent) })
}

fn reject(host: &mut Host<Plain>, id: &str, agent: &str) -> Result<(), Refusal> {
    host.tell(Command::Reject { callback: CallbackId::new(id), agent: AgentId::new(agent) })
}

fn connected(host: &mut Host<Plain>, attempt: AttemptId) -> Result<(), Refusal> {
    host.tell(Command::Connected { attempt })
}

fn fails(host: &mut Host<Plain>, attempt: AttemptId) -> Result<(), Refusal> {
    host.tell(Command::AgentFailed { attempt, failure: AgentFailure::NoAnswer })
}

fn snooze(host: &mut Host<Plain>, id: &str, by: Option<i64>) -> Result<(), Refusal> {
    host.tell(Command::Snooze { callback: CallbackId::new(id), by: by.map(Duration::from_secs) })
}

fn ready(host: &mut Host<Plain>, agent: &str) {
    host.tell(Command::Ready { agent: AgentId::new(agent) }).unwrap();
}

/// The codes of all invitations to call in so far.
fn codes(effects: &[Effect]) -> Vec<String> {
    let code = |effect: &Effect| match &effect.kind {
        EffectKind::Push(push) => match &push.kind {
            PushKind::CallIn { code, .. } => Some(code.clone().unwrap_or_default().to_string()),
            PushKind::Confirm => None,
        },
        _ => None,
    };
    effects.iter().filter_map(code).collect()
}

#[test]
fn a_customer_called_first_waits_for_the_agent_who_is_reserved() {
    let mut host = customer_first(|_| {});
    host.log_in("anna");
    host.call_me("c1", 1);
    host.story();
    host.wait_until(8);
    let attempt = AttemptId(1);
    host.tell(Command::Outcome { attempt, outcome: Outcome::Answered }).unwrap();
    assert_eq!(
        host.story(),
        ["8 outcome callback:c1 attempt:1 outcome:answered", "8 connect attempt:1 agent:anna"]
    );
    host.wait_until(10);
    connected(&mut host, attempt).unwrap();
    assert_eq!(host.story(), ["10 connected callback:c1 agent:anna"]);
    assert_eq!(connected(&mut host, attempt), Err(Refusal::AlreadyConnected(attempt)));
    host.tell(Command::Ended { attempt }).unwrap();
    assert!(host.has("completed", "c1"));
}

#[test]
fn a_customer_waits_on_the_line_no_longer_than_the_queue_says() {
    let mut host = customer_first(|dialling| dialling.connect_timeout = Duration::from_secs(15));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    host.story();
    host.wait_until(15);
    assert_eq!(
        host.story(),
        [
            "15 hang_up attempt:1",
            "15 outcome callback:c1 attempt:1 outcome:abandoned",
            "15 returned callback:c1 why:abandoned",
            &format!("15 held callback:c1 until:{} why:retry", at(75).millis()),
        ]
    );
}

#[test]
fn another_agent_is_found_for_a_customer_on_the_line() {
    let mut host = customer_first(|_| {});
    host.log_in("anna");
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.report("c1", Outcome::Answered).unwrap();
    host.story();
    host.wait_until(3);
    fails(&mut host, AttemptId(1)).unwrap();
    // She who did not take it is not ready, and the customer stays on the line.
    assert_eq!(
        host.story(),
        [
            "3 agent_failed callback:c1 attempt:1 agent:anna why:agent_no_answer",
            "3 agent agent:anna state:not_ready reason:agent_no_answer",
        ]
    );
    host.log_in("ben");
    let story = host.story();
    assert!(
        story.contains(&"3 connect attempt:1 agent:ben".to_owned()),
        "before those who wait in line: {story:?}"
    );
    connected(&mut host, AttemptId(1)).unwrap();
}

#[test]
fn the_fifth_failure_of_the_agents_leg_is_the_last() {
    let mut host = Host::new(dialled(|_| {}));
    host.log_in("anna");
    host.call_me("c1", 1);
    for time in 1..=5 {
        let attempt = host.attempt("c1");
        host.story();
        fails(&mut host, attempt).unwrap();
        if time < 5 {
            assert!(host.has("returned", "c1"), "with its place, at once");
            ready(&mut host, "anna");
        }
    }
    let story = host.story();
    assert!(story.contains(&"0 completed callback:c1 reason:FAIL_AGENT_CONNECT".to_owned()), "{story:?}");
}

#[test]
fn calls_ahead_stop_while_too_many_are_abandoned() {
    let mut host = customer_first(|dialling| (dialling.dial_ahead, dialling.abandon_max) = (2, 50));
    host.log_in("anna");
    host.tell(Command::NotReady { agent: AgentId::new("anna"), reason: None }).unwrap();
    for (id, number) in [("c1", 1), ("c2", 2), ("c3", 3), ("c4", 4)] {
        host.call_me(id, number);
    }
    let dialled: Vec<_> =
        host.dials().iter().map(|dial| (dial.callback.to_string(), dial.agent.clone())).collect();
    assert_eq!(dialled, [("c1".to_owned(), None), ("c2".to_owned(), None)]);
    host.tell(Command::Outcome { attempt: AttemptId(1), outcome: Outcome::Answered }).unwrap();
    host.story();
    host.wait_until(1);
    // The customer hangs up: one of one is more than half, and nobody is dialled ahead any more.
    host.tell(Command::Outcome { attempt: AttemptId(1), outcome: Outcome::Abandoned }).unwrap();
    assert!(host.has("returned", "c1"));
    assert_eq!(host.dials().len(), 0);
    // Who is ready is worked for as ever.
    ready(&mut host, "anna");
    let with_anna = host.attempt("c3");
    host.tell(Command::Outcome { attempt: with_anna, outcome: Outcome::Answered }).unwrap();
    host.effects.clear();
    connected(&mut host, with_anna).unwrap();
    // One of two is half, which may be.
    let dialled: Vec<_> =
        host.dials().iter().map(|dial| (dial.callback.as_str(), dial.agent.clone())).collect();
    assert_eq!(dialled, [("c4", None)]);
}

#[test]
fn nobody_is_dialled_ahead_of_nobody() {
    let mut host = customer_first(|dialling| dialling.dial_ahead = 2);
    host.call_me("c1", 1);
    assert_eq!(host.dials().len(), 0, "nobody is logged in");
    host.log_in("anna");
    host.call_me("c2", 2);
    let dialled: Vec<_> = host.dials().iter().map(|dial| dial.agent.clone()).collect();
    assert_eq!(dialled, [Some(AgentId::new("anna")), None]);
}

#[test]
fn an_offer_is_accepted_rejected_or_expires() {
    let mut host = Host::new(dialled(|dialling| dialling.preview = true));
    host.log_in("anna");
    host.call_me("c1", 1);
    assert!(host.has("offered", "c1") && host.dials().is_empty());
    host.wait_until(5);
    assert_eq!(accept(&mut host, "c1", "ben"), Err(Refusal::NotOffered("c1".into(), "ben".into())));
    host.story();
    reject(&mut host, "c1", "anna").unwrap();
    assert_eq!(host.story(), ["5 returned callback:c1 why:rejected"], "not offered to her again");
    host.wait_until(304);
    assert_eq!(host.story(), Vec::<String>::new());
    host.wait_until(305);
    assert!(host.has("offered", "c1"), "her cool-off is over");
    host.story();
    host.wait_until(335);
    assert_eq!(
        host.story(),
        ["335 returned callback:c1 why:offer", "335 agent agent:anna state:not_ready reason:no_answer"]
    );
    ready(&mut host, "anna");
    accept(&mut host, "c1", "anna").unwrap();
    assert_eq!(host.dials().len(), 1);
}

#[test]
fn who_lets_an_offer_expire_may_stay_ready_and_the_last_reject_ends_it() {
    let mut host = Host::new(dialled(|dialling| {
        (dialling.preview, dialling.max_rejects) = (true, 2);
        (dialling.on_offer_expired, dialling.reject_cooloff) = (OfferExpired::Ready, Duration::ZERO);
        dialling.offer_timeout = Duration::from_secs(10);
    }));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.story();
    host.wait_until(10);
    assert!(host.has("returned", "c1") && host.has("offered", "c1"), "to her again, who is ready");
    reject(&mut host, "c1", "anna").unwrap();
    reject(&mut host, "c1", "anna").unwrap();
    let story = host.story();
    let over = "10 completed callback:c1 reason:AGENT_PREVIEW_CANCEL_AFTER_2REJECTS".to_owned();
    assert!(story.contains(&over), "{story:?}");
}

#[test]
fn a_cancelled_offer_is_withdrawn() {
    let mut host = Host::new(dialled(|dialling| dialling.preview = true));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.story();
    host.cancel("c1").unwrap();
    assert_eq!(
        host.story(),
        ["0 withdraw callback:c1 agent:anna", "0 completed callback:c1 reason:CANCELLED",]
    );
}

fn confirming(otherwise: Unconfirmed) -> Host<Plain> {
    let confirm = Confirm { timeout: Duration::from_secs(20), attempts: 2, otherwise };
    let mut host = Host::new(dialled(|dialling| dialling.confirm = Some(confirm)));
    host.log_in("anna");
    host.call_me("c1", 1);
    host
}

#[test]
fn a_customer_confirms_before_being_called() {
    let mut host = confirming(Unconfirmed::Connect);
    assert!(host.has("notified", "c1") && host.dials().is_empty());
    host.wait_until(20);
    let pushes = host.effects.iter().filter(|effect| matches!(effect.kind, EffectKind::Push(_))).count();
    assert_eq!(pushes, 2, "asked again");
    let confirmed = Command::Confirmed { callback: CallbackId::new("c1") };
    host.tell(confirmed.clone()).unwrap();
    assert_eq!(host.dials().len(), 1);
    assert_eq!(host.tell(confirmed), Err(Refusal::NotAsked("c1".into())));
}

#[test]
fn who_does_not_confirm_is_called_anyway_or_not_as_the_queue_says() {
    let mut host = confirming(Unconfirmed::Connect);
    host.wait_until(40);
    assert_eq!(host.dials().len(), 1);
    let mut host = confirming(Unconfirmed::Fail);
    host.story();
    host.wait_until(40);
    let story = host.story();
    assert!(story.contains(&"40 completed callback:c1 reason:FAIL_USER_NO_CONFIRM".to_owned()), "{story:?}");
}

#[test]
fn a_queue_that_is_paused_or_at_its_rate_when_the_customer_confirms_does_not_call() {
    for (full, why) in [(false, "closed"), (true, "dial_rate")] {
        let confirm = Confirm { timeout: Duration::from_secs(20), attempts: 2, otherwise: Unconfirmed::Fail };
        let mut host = Host::new(dialled(|dialling| {
            dialling.confirm = Some(confirm);
            dialling.dial_rate = Some(Quota { max: 1, per: Duration::from_secs(60) });
        }));
        host.log_in("anna");
        host.log_in("ben");
        host.call_me("c1", 1);
        host.call_me("c2", 2);
        if full {
            host.tell(Command::Confirmed { callback: CallbackId::new("c1") }).unwrap();
        } else {
            let paused = Command::Switch { queue: "main".into(), switch: Switch::Paused, on: true };
            host.tell(paused).unwrap();
        }
        let before = host.dials().len();
        host.story();
        host.tell(Command::Confirmed { callback: CallbackId::new("c2") }).unwrap();
        let story = host.story();
        assert_eq!(story[0], format!("0 returned callback:c2 why:{why}"), "{story:?}");
        assert_eq!(host.dials().len(), 0, "{before} before");
    }
}

fn invited(digits: u32, requests: impl IntoIterator<Item = Request>) -> Host<Plain> {
    let mut host = Host::new(dialled(|dialling| {
        dialling.first = First::Inbound;
        dialling.call_in.number = Some(phone(900));
        dialling.call_in.digits = digits;
    }));
    host.log_in("anna");
    host.log_in("ben");
    for request in requests {
        host.request(request).unwrap();
    }
    host
}

fn asks(id: &str, number: u32, entropy: u64) -> Request {
    Request { entropy: Some(entropy), ..Request::new(id, "main", phone(number)) }
}

fn calls_in(host: &mut Host<Plain>, from: Option<u32>, code: Option<&str>) -> Result<(), Refusal> {
    let (from, code) = (from.map(phone), code.map(Into::into));
    host.tell(Command::CalledIn { from, dialled: Some(phone(900)), code })
}

#[test]
fn a_customer_who_is_told_to_call_in_is_known_by_code_then_number() {
    let mut host = invited(6, [asks("c1", 1, 123_455), asks("c2", 2, 123_454)]);
    assert_eq!(codes(&host.effects), ["123456", "123457"], "nobody else's at that time");
    assert!(host.dials().is_empty());
    host.story();
    assert_eq!(
        calls_in(&mut host, Some(77), Some("999999")),
        Err(Refusal::NothingMatched),
        "one of two, unknown"
    );
    calls_in(&mut host, Some(1), Some("123457")).unwrap();
    assert!(host.has("connected", "c2"), "the code says more than the number");
    calls_in(&mut host, Some(1), None).unwrap();
    assert!(host.has("connected", "c1"));
    let mut host = invited(4, [asks("c1", 1, 7)]);
    calls_in(&mut host, None, None).unwrap();
    assert!(host.has("connected", "c1"), "the only one who was given the number called");
}

#[test]
fn an_invitation_is_good_for_its_time_and_counts_as_an_attempt() {
    let mut host = invited(6, [asks("c1", 1, 5)]);
    host.story();
    host.wait_until(30);
    let story = host.story();
    assert_eq!(story[0], "30 returned callback:c1 why:not_called");
    assert_eq!(calls_in(&mut host, Some(1), None), Err(Refusal::NothingMatched));
    host.wait_until(90);
    assert_eq!(codes(&host.effects).len(), 1, "told again");
    host.wait_until(120);
    host.wait_until(240);
    let story = host.story();
    assert!(
        story.contains(&"210 completed callback:c1 reason:FAIL_CALL_TO_CUSTOMER".to_owned()),
        "{story:?}"
    );
}

#[test]
fn a_customer_who_calls_first_is_expected() {
    for (policy, over) in [(CalledFirst::Cancel, true), (CalledFirst::KeepPlace, false)] {
        let mut center = dialled(|_| {});
        center.services[0].inbound = policy;
        let mut host = Host::new(center);
        host.call_me("c1", 1);
        host.story();
        host.tell(Command::InboundContact { number: phone(1), service: None }).unwrap();
        let story = host.story();
        assert_eq!(story[0], "0 expected callback:c1");
        let ended = story.contains(&"0 completed callback:c1 reason:CUSTOMER_CALLED_FIRST".to_owned());
        assert_eq!(ended, over, "{story:?}");
    }
}

#[test]
fn later_is_a_new_place() {
    let mut host = Host::new(dialled(|_| {}));
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    host.story();
    snooze(&mut host, "c1", None).unwrap();
    let until = at(300).millis();
    assert_eq!(
        host.story(),
        [
            format!("0 snoozed callback:c1 until:{until}"),
            format!("0 held callback:c1 until:{until} why:snooze"),
        ]
    );
    let place = host.engine.callback(&"c1".into()).unwrap().place;
    assert_eq!(place, at(300));
    host.log_in("anna");
    assert!(host.has("reserved", "c2"), "who is there now comes before");
    match snooze(&mut host, "c1", Some(40 * 86_400)) {
        Err(Refusal::Rejected(_)) => {}
        other => panic!("beyond the horizon: {other:?}"),
    }
    host.cancel("c1").unwrap();
    assert!(matches!(snooze(&mut host, "c1", None), Err(Refusal::NotSnoozable(..))));
}

#[test]
fn an_interaction_may_end_with_another_call() {
    let mut host = Host::new(dialled(|_| {}));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    host.story();
    let attempt = AttemptId(1);
    let later = |to: Instant| Command::Disposed { attempt, disposition: Disposition::Reschedule(to) };
    assert!(matches!(host.tell(later(at(-5))), Err(Refusal::Rejected(_))));
    host.tell(later(at(7_200))).unwrap();
    assert!(host.has("ended", "c1") && host.has("scheduled", "c1") && !host.has("completed", "c1"));
    host.wait_until(7_079);
    assert_eq!(host.dials().len(), 0);
    host.wait_until(7_080);
    assert!(host.has("returned", "c1"));
    assert_eq!(host.dials().len(), 1, "from `submit_before` on, as any scheduled callback");
    host.report("c1", Outcome::Answered).unwrap();
    let attempt = AttemptId(2);
    host.story();
    host.tell(Command::Disposed { attempt, disposition: Disposition::Requeue }).unwrap();
    assert!(host.has("returned", "c1") && host.has("reserved", "c1"));
}

#[test]
fn so_many_calls_at_once_and_in_a_while_and_nobody_passes() {
    let mut host = Host::new(dialled(|dialling| {
        dialling.concurrent_dials = Some(1);
        dialling.dial_rate = Some(Quota { max: 2, per: Duration::from_secs(60) });
    }));
    host.log_in("anna");
    host.log_in("ben");
    for (id, number) in [("c1", 1), ("c2", 2), ("c3", 3)] {
        host.call_me(id, number);
    }
    let order = |host: &Host<Plain>| -> Vec<_> {
        host.dials().iter().map(|dial| dial.callback.to_string()).collect()
    };
    assert_eq!(order(&host), ["c1"], "one at a time");
    host.report("c1", Outcome::Answered).unwrap();
    assert_eq!(order(&host), ["c1", "c2"]);
    host.report("c2", Outcome::Busy).unwrap();
    host.wait_until(59);
    assert_eq!(order(&host), ["c1", "c2"], "two in a minute");
    host.wait_until(60);
    assert_eq!(
        order(&host),
        ["c1", "c2", "c2"].map(str::to_owned)[..2]
            .iter()
            .cloned()
            .chain(["c2".to_owned()])
            .collect::<Vec<_>>(),
        "the retry is first in line by its place"
    );
}

#[test]
fn what_is_shown_of_a_call_is_the_requests_else_the_queues() {
    let mut host = Host::new(dialled(|dialling| {
        (dialling.presentation.caller_id, dialling.presentation.display_name) =
            (Some(phone(800)), "Bank".into());
    }));
    host.log_in("anna");
    host.log_in("ben");
    host.call_me("c1", 1);
    host.request(Request { caller_id: Some(phone(801)), ..Request::new("c2", "main", phone(2)) }).unwrap();
    let shown: Vec<_> = host.dials().iter().map(|dial| dial.presentation.clone()).collect();
    assert_eq!(
        (shown[0].caller_id.clone(), shown[1].caller_id.clone()),
        (Some(phone(800)), Some(phone(801)))
    );
    assert!(shown.iter().all(|shown| shown.display_name == "Bank"));
}

#[test]
fn who_comes_back_from_a_talk_longer_than_its_ttl_is_over_at_once() {
    let mut center = dialled(|_| {});
    center.queues[0].ttl = Duration::from_secs(600);
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    host.wait_until(3_600);
    host.story();
    host.tell(Command::Disposed { attempt: AttemptId(1), disposition: Disposition::Requeue }).unwrap();
    let story = host.story();
    assert!(story.contains(&"3600 completed callback:c1 reason:FAIL_TIMEOUT_TTL".to_owned()), "{story:?}");
    host.wait_until(3_700);
}
