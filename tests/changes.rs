//! Changes of what was decided: calendars closed in an emergency.

use ringback::{Host, any_hour, at, center, code, phone};
use ringback_engine::center::{Agent, AtClose, Calendar, Center, Service};
use ringback_engine::protocol::{Code, Command, Refusal};
use ringback_engine::record::{Request, StateName};
use ringback_engine::{CallbackId, Duration};

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
