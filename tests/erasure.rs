//! Erasing a customer from the state.

use ringback::{Host, assert_nowhere, at, center, forms, phone};
use ringback_engine::center::{Agent, Attribute, Center, Limit, Quota};
use ringback_engine::protocol::{
    Acceptance, Answer, Application, CancelledBy, Command, Contact, Effect, EffectKind, Event, Refusal,
};
use ringback_engine::record::{Outcome, Request, StateName};
use ringback_engine::{CallbackId, Duration, Phone};

/// An application that copies what it is told of a customer into whatever it answers.
struct Talkative;

impl Application for Talkative {
    fn accept(&mut self, contact: &Contact) -> Answer<Acceptance> {
        let tags = vec![("who".into(), contact.request.attributes["name"].to_string().into())];
        Ok(Some(Acceptance::Accept { priority: None, ttl: None, tags }))
    }

    fn throttle(&mut self, contact: &Contact) -> Answer<Vec<Limit>> {
        let key = format!("number {}", contact.request.phone);
        Ok(Some(vec![Limit { key: key.into(), max: 5, per: Duration::from_days(1) }]))
    }
}

fn asked(id: &str, number: u32, name: &str) -> Request {
    let mut request = Request::new(id, "main", phone(number)).attribute("name", Attribute::read(name));
    request.key = Some(format!("order of {name}").into());
    request
}

fn host(center: Center) -> Host<Talkative> {
    let mut host = Host::with(center, Talkative);
    host.request(asked("grete", 1, "Grete Samsa")).expect("accepted");
    host.request(asked("josef", 2, "Josef Bendemann")).expect("accepted");
    host
}

fn cancel(host: &mut Host<Talkative>, id: &str) {
    host.tell(Command::Cancel { callback: CallbackId::new(id), by: CancelledBy::Admin }).expect("open");
}

fn erase(host: &mut Host<Talkative>, phone: Phone) -> (Result<(), Refusal>, Vec<Effect>) {
    let earlier = host.effects.len();
    let answer = host.tell(Command::Erase { phone });
    (answer, host.effects[earlier..].to_vec())
}

#[test]
fn what_is_over_can_be_erased_and_nothing_else_is_touched() {
    let mut host = host(center([]));
    let (refused, effects) = erase(&mut host, phone(1));
    let refusal = refused.expect_err("it waits");
    assert_eq!(refusal, Refusal::NotErasable(CallbackId::new("grete"), StateName::Queued));
    assert_eq!(
        refusal.to_string(),
        "callback `grete`: its number can't be erased while it is QUEUED; cancel it, or let it end first"
    );
    assert!(effects.is_empty());

    cancel(&mut host, "grete");
    let other = host.engine.callback(&CallbackId::new("josef")).cloned();
    let before = host.engine.snapshot().expect("JSON");
    for secret in [phone(1).as_str(), "Grete", "Samsa"] {
        let found = before.windows(forms(secret)[0].len()).any(|window| window == forms(secret)[0]);
        assert!(found, "`{secret}` has to be there first");
    }
    let (done, effects) = erase(&mut host, phone(1));
    assert_eq!(done, Ok(()));
    let events: Vec<_> = effects.iter().map(|effect| &effect.kind).collect();
    let redacted = EffectKind::Event(Event::Redacted { callback: CallbackId::new("grete") });
    assert_eq!(events, [&redacted]);
    let after = host.engine.snapshot().expect("JSON");
    for secret in [phone(1).as_str(), "Grete", "Samsa", "order of Grete Samsa"] {
        assert_nowhere(secret, &after, "the state");
    }
    assert_eq!(host.engine.callback(&CallbackId::new("josef")).cloned(), other);

    let state = host.engine.state_hash();
    let (again, effects) = erase(&mut host, phone(1));
    assert_eq!((again, effects.len()), (Ok(()), 0), "there is nothing left to erase");
    assert_eq!(host.engine.state_hash(), state);
}

#[test]
fn a_number_is_kept_for_as_long_as_that_protects_the_customer() {
    let mut center = center([Agent::new("anna")]);
    center.limits.attempts_per_number = Some(Quota { max: 2, per: Duration::from_secs(400) });
    let mut host = host(center);
    host.log_in("anna");
    let attempt = host.engine.callback(&CallbackId::new("grete")).and_then(|grete| grete.state.attempt());
    let attempt = attempt.expect("it rings");
    host.tell(Command::Outcome { attempt, outcome: Outcome::Busy }).expect("live");
    cancel(&mut host, "grete");
    let (refused, _) = erase(&mut host, phone(1));
    assert_eq!(refused, Err(Refusal::StillCounted(at(400))));
    host.wait_until(399);
    assert_eq!(erase(&mut host, phone(1)).0, Err(Refusal::StillCounted(at(400))));
    host.wait_until(400);
    assert_eq!(erase(&mut host, phone(1)).0, Ok(()));
    assert_nowhere(phone(1).as_str(), &host.engine.snapshot().expect("JSON"), "the state");
}

#[test]
fn an_erased_customer_can_ask_again_like_anybody() {
    let mut host = host(center([]));
    cancel(&mut host, "grete");
    assert_eq!(erase(&mut host, phone(1)).0, Ok(()));
    let key = asked("again", 1, "Grete Samsa").key.expect("one");
    assert!(host.engine.callback_by_key(&key).is_none());
    host.request(asked("again", 1, "Grete Samsa")).expect("accepted, and not taken for a repetition");
    assert_eq!(host.engine.callback_by_key(&key).map(|callback| callback.request.id.as_str()), Some("again"));
}

#[test]
fn a_number_of_which_nothing_is_known_is_erased_already() {
    let mut host = host(center([]));
    let state = host.engine.state_hash();
    for unknown in [phone(77), Phone::redacted()] {
        let (done, effects) = erase(&mut host, unknown);
        assert_eq!((done, effects.len()), (Ok(()), 0));
    }
    assert_eq!(host.engine.state_hash(), state);
}

#[test]
fn no_form_of_a_text_is_overlooked() {
    let hidden = [
        "x+12125550001y",
        "1000555 2121 10005552121",
        "3132313235353530303031",
        "MTIxMjU1NTAwMDE=",
        "ICsxMjEyNTU1MDAwMQ==",
    ];
    for text in hidden {
        let found = std::panic::catch_unwind(|| assert_nowhere("+12125550001", text.as_bytes(), "it"));
        assert!(found.is_err(), "{text}");
    }
    assert_nowhere("+12125550001", b"+12125550002", "another number");
}
