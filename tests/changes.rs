//! Changes of what was decided: callbacks updated and given to agents, calendars closed in an emergency.

use ringback::{Host, any_hour, at, center, code, number, phone};
use ringback_engine::center::{
    Agent, AtClose, Attribute, Calendar, Center, Overflow, Plan, Queue, Quota, Service, Table,
};
use ringback_engine::protocol::{Answer, Application, CallbackView, Changes, Code, Command, Refusal};
use ringback_engine::record::{Outcome, Request, StateName, Switch};
use ringback_engine::{CallbackId, Duration};

fn update(callback: &str, changes: Changes) -> Command {
    Command::Update { callback: callback.into(), changes }
}

fn priority(priority: i64) -> Changes {
    Changes { priority: Some(priority), ..Changes::default() }
}

fn to_number(n: u32) -> Changes {
    Changes { number: Some(number(n)), ..Changes::default() }
}

fn into(queue: &str) -> Changes {
    Changes { queue: Some(queue.into()), ..Changes::default() }
}

fn assign(callback: &str, agent: &str) -> Command {
    Command::Assign { callback: callback.into(), agent: Some(agent.into()) }
}

fn close(calendar: &str, closed: Option<bool>) -> Command {
    Command::CloseCalendar { calendar: calendar.into(), closed }
}

fn state<A: ringback_engine::protocol::Application>(host: &Host<A>, id: &str) -> Option<StateName> {
    host.engine.callback(&CallbackId::new(id)).map(|callback| host.engine.shown_state(callback))
}

/// The queue and the service of [`center`] go by a calendar that is open from 9 to 5.
fn office(at_close: AtClose, agents: impl IntoIterator<Item = Agent>) -> Center {
    let mut center = center(agents);
    let mut office = Calendar::new("office");
    office.open = vec!["Mon-Sun 09:00-17:00".parse().unwrap()];
    center.calendars.push(office);
    center.queues[0].calendar = Some("office".into());
    center.queues[0].at_close = at_close;
    center.services = vec![any_hour(Service::new("main", "main"))];
    center.services[0].calendar = Some("office".into());
    center.services[0].reject_closed = true;
    center
}

#[test]
fn a_calendar_closed_in_an_emergency_stays_closed_until_that_is_taken_back() {
    let mut host = Host::new(office(AtClose::Keep, [Agent::new("anna"), Agent::new("ben")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    host.tell(close("office", Some(true))).unwrap();
    assert_eq!(state(&host, "c1"), Some(StateName::Routing), "what is under way goes on");
    assert_eq!(host.engine.view().is_open("office", at(0)), Some(false));
    assert_eq!(code(host.request(Request::new("c2", "main", phone(2)))), Code::Closed);
    host.effects.clear();
    host.tell(close("office", Some(true))).unwrap();
    assert_eq!(host.story(), [""; 0], "it is closed already");
    // Tomorrow too.
    host.wait_until(86_400);
    assert_eq!(code(host.request(Request::new("c2", "main", phone(2)))), Code::Closed);
    host.effects.clear();
    host.tell(close("office", None)).unwrap();
    assert_eq!(host.story(), ["86400 calendar calendar:office"]);
    host.call_me("c2", 2);
    assert_eq!(host.tell(close("ofice", None)), Err(Refusal::UnknownCalendar("ofice".into())));
    assert_eq!(
        Refusal::UnknownCalendar("ofice".into()).to_string(),
        "calendar `ofice`: the center has no such calendar"
    );
}

#[test]
fn a_command_opens_what_is_configured_as_closed() {
    let mut center = office(AtClose::Keep, [Agent::new("anna")]);
    center.calendars[0].closed = true;
    center.services[0].reject_closed = false;
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    assert_eq!(host.dials().len(), 0);
    host.effects.clear();
    host.tell(close("office", Some(false))).unwrap();
    assert_eq!(host.story()[0], "0 calendar calendar:office closed:false");
    assert_eq!(state(&host, "c1"), Some(StateName::Routing));
}

#[test]
fn who_waits_acts_on_an_emergency_close_as_on_any_other() {
    for (at_close, story) in [
        (AtClose::Keep, vec![]),
        (
            AtClose::Complete,
            vec![
                "10 completed callback:c1 reason:FAIL_TARGET_NOT_FOUND",
                "10 completed callback:c2 reason:FAIL_TARGET_NOT_FOUND",
            ],
        ),
    ] {
        let mut host = Host::new(office(at_close, []));
        host.call_me("c1", 1);
        host.call_me("c2", 2);
        host.wait_until(10);
        host.effects.clear();
        host.tell(close("office", Some(true))).unwrap();
        let whole = [vec!["10 calendar calendar:office closed:true"], story].concat();
        assert_eq!(host.story(), whole, "{at_close:?}");
    }
}

#[test]
fn who_is_put_off_needs_an_opening_that_is_known() {
    let mut center = office(AtClose::Schedule, [Agent::new("anna")]);
    // The queue goes by the shifts, of which the office is one.
    let mut shifts = Calendar::new("shifts");
    shifts.open = vec!["Mon-Sun 18:00-20:00".parse().unwrap()];
    shifts.include = vec!["office".into()];
    center.calendars.push(shifts);
    center.queues[0].calendar = Some("shifts".into());
    center.services[0].reject_closed = false;
    let mut host = Host::new(center);
    host.call_me("c1", 1);
    host.effects.clear();
    host.tell(close("office", Some(true))).unwrap();
    let evening = at(8 * 3_600);
    assert_eq!(
        host.story(),
        [
            "0 calendar calendar:office closed:true".to_owned(),
            format!("0 put_off callback:c1 desired:{}", evening.millis()),
        ]
    );
    let callback = host.engine.callback(&CallbackId::new("c1")).unwrap();
    assert_eq!(callback.place, at(0), "the place stays");
    // Nothing opens any more: who waits, waits.
    host.log_in("anna");
    host.wait_until(8 * 3_600 + 60);
    host.tell(close("shifts", Some(true))).unwrap();
    host.tell(close("office", None)).unwrap();
    host.call_me("c2", 2);
    host.effects.clear();
    host.wait_until(8 * 3_600 + 3_600);
    assert_eq!(host.story(), [""; 0]);
    assert_eq!(state(&host, "c2"), Some(StateName::Queued));
}

#[test]
fn an_emergency_close_outlives_a_new_configuration() {
    let center = office(AtClose::Keep, [Agent::new("anna")]);
    let mut host = Host::new(center.clone());
    host.tell(close("office", Some(true))).unwrap();
    let mut other = center;
    let mut first = Calendar::new("aaa");
    first.open = vec!["Mon-Sun 00:00-24:00".parse().unwrap()];
    other.calendars.insert(0, first);
    host.tell(Command::Reconfigure { center: Box::new(other) }).unwrap();
    let view = host.engine.view();
    let noon = at(0).after(Duration::from_hours(2));
    assert_eq!((view.is_open("aaa", noon), view.is_open("office", noon)), (Some(true), Some(false)));
}

#[test]
fn a_priority_changes_who_is_first_and_the_log_says_by_how_much() {
    let mut host = Host::new(center([Agent::new("anna")]));
    (1..=3).for_each(|n| host.call_me(&format!("c{n}"), n));
    host.effects.clear();
    host.tell(update("c3", priority(5))).unwrap();
    host.tell(update("c1", priority(-5))).unwrap();
    host.tell(update("c1", priority(-5))).unwrap();
    host.tell(update("c2", Changes::default())).unwrap();
    assert_eq!(
        host.story(),
        [
            "0 updated callback:c3 priority:5 before:2 after:0",
            "0 updated callback:c1 priority:-5 before:1 after:2"
        ],
        "what is so already is no change"
    );
    host.log_in("anna");
    assert_eq!(host.story()[1], "0 reserved callback:c3 agent:anna queue:main score:5");
    let callback = host.engine.callback(&"c1".into()).unwrap();
    assert_eq!((callback.place, callback.priority), (at(0), -5), "the place is as it was");
}

#[test]
fn another_number_is_checked_as_that_of_a_request() {
    let mut center = center([Agent::new("anna")]);
    center.limits.redial_floor = Duration::from_secs(60);
    center.services[0].duplicates = ringback_engine::center::Duplicates::Strict;
    let entries = [(phone(5).as_str().into(), Attribute::Integer(1))].into();
    center.tables.push(Table { name: center.limits.opt_out.clone(), entries });
    let mut host = Host::new(center);
    host.call_me("c1", 1);
    host.call_me("c2", 2);
    let code = |host: &mut Host<_>, n| code(host.tell(update("c1", to_number(n))));
    assert_eq!(code(&mut host, 5), Code::NumberBlocked);
    assert_eq!(code(&mut host, 6), Code::ImpossibleNumber);
    assert_eq!(code(&mut host, 8), Code::PremiumNumber);
    assert_eq!(code(&mut host, 2), Code::Duplicate);
    host.effects.clear();
    host.tell(update("c1", to_number(3))).unwrap();
    assert_eq!(host.story(), ["0 updated callback:c1 number:+12125550003 before:0 after:0"]);
    assert_eq!(host.engine.callbacks_of(&phone(1)).count(), 0);
    host.log_in("anna");
    assert_eq!(host.dials()[0].number, phone(3));
    // Who was hung up on is not called within the minute, under whichever callback.
    host.cancel("c1").unwrap();
    host.report("c2", Outcome::Answered).unwrap();
    host.end("c2");
    host.call_me("c4", 4);
    assert!(host.has("dialing", "c4"));
    host.report("c4", Outcome::Busy).unwrap();
    host.tell(update("c4", to_number(3))).unwrap();
    host.wait_until(59);
    assert_eq!(host.dials().len(), 3);
}

#[test]
fn a_number_at_its_limit_waits_with_whoever_gets_it() {
    let mut center = center([Agent::new("anna")]);
    center.limits.attempts_per_number = Some(Quota { max: 1, per: Duration::from_secs(600) });
    let mut host = Host::new(center);
    host.log_in("anna");
    host.call_me("c1", 1);
    host.report("c1", Outcome::Answered).unwrap();
    host.tell(Command::NotReady { agent: "anna".into(), reason: None }).unwrap();
    host.end("c1");
    host.call_me("c2", 2);
    host.effects.clear();
    host.tell(update("c2", to_number(1))).unwrap();
    assert_eq!(
        host.story(),
        [
            "0 updated callback:c2 number:+12125550001 before:0 after:0".to_owned(),
            format!("0 held callback:c2 until:{} why:attempts_per_number", at(600).millis()),
        ]
    );
}

#[test]
fn attributes_are_set_and_taken_away() {
    let mut host = Host::new(center([]));
    let tier = Request::new("c1", "main", phone(1)).attribute("tier", Attribute::Integer(2));
    host.request(tier.attribute("note", Attribute::Text("old".into()))).unwrap();
    host.effects.clear();
    let yes = Attribute::Text("yes".into());
    let attributes =
        [("tier".into(), Some(Attribute::Integer(2))), ("note".into(), None), ("vip".into(), Some(yes))]
            .into();
    host.tell(update("c1", Changes { attributes, ..Changes::default() })).unwrap();
    assert_eq!(host.story(), ["0 updated callback:c1 attributes:[note vip] before:0 after:0"]);
}

/// Queue `other` goes on to `main` after two minutes.
fn two_queues(agents: impl IntoIterator<Item = Agent>) -> Center {
    let mut center = center(agents);
    center.queues.push(Queue::new("other"));
    center.queues[1].overflow.push(Overflow::after("main", Duration::from_secs(120)));
    center
}

#[test]
fn another_queue_has_its_own_plan_and_the_place_stays() {
    let mut host = Host::new(two_queues([]));
    host.call_me("c1", 1);
    host.wait_until(60);
    host.request(Request::new("c2", "main", phone(2))).unwrap();
    host.tell(update("c2", into("other"))).unwrap();
    host.effects.clear();
    host.tell(update("c1", into("other"))).unwrap();
    assert_eq!(
        host.story(),
        ["60 updated callback:c1 queue:other before:0 after:0", "60 step callback:c1 queue:other need:true",]
    );
    assert_eq!(host.engine.position(&"c2".into()), Some(1), "who asked first is first there too");
    assert_eq!(host.tell(update("c1", into("ohter"))), Err(Refusal::UnknownQueue("ohter".into())));
    host.effects.clear();
    host.wait_until(180);
    assert_eq!(
        host.story(),
        ["180 step callback:c1 queue:main need:true", "180 step callback:c2 queue:main need:true"],
        "the overflow of its queue counts from when it was moved"
    );
    host.tell(Command::Switch { queue: "other".into(), switch: Switch::Draining, on: true }).unwrap();
    let refusal = host.tell(update("c1", into("other"))).unwrap_err();
    assert_eq!(refusal, Refusal::NotTakenIn("c1".into(), "other".into()));
    assert_eq!(
        refusal.to_string(),
        "callback `c1`: can't be moved to queue `other`, which takes in nobody at present: it is draining, or as \
         many wait there as may"
    );
}

/// Its plan is queue `main`, with a requirement.
struct Planned;

impl Application for Planned {
    fn route(&mut self, _: &CallbackView) -> Answer<Plan> {
        let mut plan = Plan::new("main");
        plan.last().unwrap().need = Some(std::sync::Arc::new("billing".parse().unwrap()));
        Ok(Some(plan))
    }
}

#[test]
fn who_is_scheduled_enters_the_queue_that_somebody_said() {
    let mut host = Host::with(two_queues([]), Planned);
    for n in 1..=2 {
        host.request(Request::new(format!("c{n}"), "main", phone(n)).at(at(600))).unwrap();
    }
    host.effects.clear();
    host.tell(update("c1", into("other"))).unwrap();
    host.tell(update("c1", into("other"))).unwrap();
    assert_eq!(host.story(), ["0 updated callback:c1 queue:other"]);
    host.wait_until(480);
    assert_eq!(
        host.story(),
        [
            "480 queued callback:c1 queue:other need:true score:0",
            "480 queued callback:c2 queue:main need:billing score:0",
        ]
    );
    // Where a script has set a requirement, another queue does not lift it.
    host.tell(update("c2", into("other"))).unwrap();
    assert_eq!(host.story()[1], "480 step callback:c2 queue:other need:billing");
}

#[test]
fn only_what_waits_can_be_changed() {
    let mut host = Host::new(center([Agent::new("anna")]));
    host.log_in("anna");
    host.call_me("c1", 1);
    for (state, command) in
        [(StateName::Routing, update("c1", priority(1))), (StateName::Routing, assign("c1", "anna"))]
    {
        assert_eq!(host.tell(command), Err(Refusal::NotChangeable("c1".into(), state)));
    }
    host.report("c1", Outcome::Answered).unwrap();
    let processing = host.tell(update("c1", Changes::default())).unwrap_err();
    assert_eq!(
        processing.to_string(),
        "callback `c1`: can't be changed or given to an agent, it is PROCESSING; only SCHEDULED and QUEUED ones can"
    );
    host.end("c1");
    let over = Refusal::NotChangeable("c1".into(), StateName::Completed);
    assert_eq!(host.tell(update("c1", priority(1))), Err(over));
    let unknown = Refusal::UnknownCallback("c9".into());
    assert_eq!(host.tell(update("c9", priority(1))), Err(unknown.clone()));
    assert_eq!(host.tell(assign("c9", "anna")), Err(unknown));
}

#[test]
fn who_is_assigned_waits_for_that_agent_whatever_is_required() {
    let mut center = center([Agent::new("anna").skill("billing", 5), Agent::new("ben")]);
    center.queues[0].need = "billing".parse().unwrap();
    let mut host = Host::new(center);
    host.call_me("c1", 1);
    host.effects.clear();
    host.tell(assign("c1", "ben")).unwrap();
    host.tell(assign("c1", "ben")).unwrap();
    assert_eq!(
        host.story(),
        ["0 assigned callback:c1 agent:ben", "0 step callback:c1 queue:main need:agent:ben"]
    );
    // Anna may not, and serves who came later.
    host.log_in("anna");
    host.call_me("c2", 2);
    assert!(host.has("dialing", "c2"));
    assert_eq!(state(&host, "c1"), Some(StateName::Queued));
    host.log_in("ben");
    assert_eq!(host.dials().last().unwrap().agent, Some("ben".into()));
    // A busy agent is waited for, with the place.
    host.call_me("c3", 3);
    host.tell(assign("c3", "ben")).unwrap();
    host.report("c2", Outcome::Answered).unwrap();
    host.end("c2");
    assert_eq!(state(&host, "c3"), Some(StateName::Queued));
    host.report("c1", Outcome::Answered).unwrap();
    host.end("c1");
    assert_eq!(state(&host, "c3"), Some(StateName::Routing));
    assert_eq!(host.tell(assign("c4", "nobody")), Err(Refusal::UnknownCallback("c4".into())));
    host.call_me("c4", 4);
    host.report("c3", Outcome::Busy).unwrap();
    assert_eq!(host.tell(assign("c3", "nobody")), Err(Refusal::UnknownAgent("nobody".into())));
    host.effects.clear();
    host.tell(Command::Assign { callback: "c3".into(), agent: None }).unwrap();
    assert_eq!(host.story(), ["0 assigned callback:c3", "0 step callback:c3 queue:main need:billing"]);
}

#[test]
fn hours_hold_for_who_is_assigned_too() {
    let mut host = Host::new(office(AtClose::Keep, [Agent::new("anna")]));
    host.log_in("anna");
    host.tell(Command::NotReady { agent: "anna".into(), reason: None }).unwrap();
    host.call_me("c1", 1);
    host.tell(assign("c1", "anna")).unwrap();
    host.tell(close("office", Some(true))).unwrap();
    host.tell(Command::Ready { agent: "anna".into() }).unwrap();
    assert_eq!(host.dials().len(), 0);
    host.tell(close("office", None)).unwrap();
    assert_eq!(host.dials().len(), 1);
}

#[test]
fn a_new_configuration_keeps_whom_and_where_somebody_said() {
    let mut host = Host::new(two_queues([Agent::new("anna"), Agent::new("ben")]));
    host.request(Request::new("c1", "main", phone(1)).at(at(600))).unwrap();
    host.tell(assign("c1", "ben")).unwrap();
    host.tell(update("c1", into("other"))).unwrap();
    let reconfigure = |host: &mut Host<_>, agents: &[&str], queues: &[&str]| {
        let mut center = center(agents.iter().map(Agent::new));
        center.queues.extend(queues.iter().map(Queue::new));
        host.tell(Command::Reconfigure { center: Box::new(center) })
    };
    let gone = reconfigure(&mut host, &["anna"], &["other"]);
    assert_eq!(
        gone,
        Err(Refusal::InUse("agent `ben`: callback `c1` is assigned to them, and they are gone".into()))
    );
    let gone = reconfigure(&mut host, &["ben"], &["third"]);
    assert_eq!(gone, Err(Refusal::InUse("queue `other`: callback `c1` is in it, and it is gone".into())));
    reconfigure(&mut host, &["aaron", "ben"], &["third", "other"]).unwrap();
    host.log_in("aaron");
    host.effects.clear();
    host.wait_until(480);
    assert_eq!(host.story(), ["480 queued callback:c1 queue:other need:agent:ben score:0"]);
    host.log_in("ben");
    assert_eq!(host.dials().last().unwrap().agent, Some("ben".into()));
}
