//! Tests of the streams.

use std::collections::BTreeSet;

use chrono_tz::{Asia, Tz, UTC};
use ringback_engine::center::{Agent, Attribute, Calendar, Center, Queue, Service};
use ringback_engine::protocol::{Command, Trial};
use ringback_engine::record::{AgentFailure, Outcome};
use ringback_engine::{AgentId, Country, Duration, Instant, Validity};

use super::*;

fn traffic(text: &str) -> Result<Vec<Result<TrafficLine, StreamError>>, StreamError> {
    Ok(Traffic::open(text.as_bytes(), UTC)?.collect())
}

fn agents() -> BTreeSet<AgentId> {
    ["anna", "bob"].map(AgentId::new).into()
}

fn roster(text: &str) -> Result<Vec<Result<RosterLine, StreamError>>, StreamError> {
    let agents = agents();
    Ok(Roster::open(text.as_bytes(), UTC, Some(&agents))?.collect())
}

/// The one bad line of a file.
fn only_bad<T: std::fmt::Debug>(lines: Vec<Result<T, StreamError>>) -> String {
    let bad: Vec<_> = lines.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
    assert_eq!(bad.len(), 1, "{bad:?}");
    bad[0].clone()
}

#[test]
fn a_line_of_traffic_is_read_whole() {
    let text = "at,id,service,phone,desired,outcomes,ring,handle,cancel_at,key,channel,language,vip,need\n\
        1999-01-03 07:00:01.250,c1,PS,+972542345678,1999-01-03T09:00:00+02:00,busy|no_answer,4.5|0.0005,187.9,\
        1999-01-03 08:00,k1,web,he,2,\n";
    let lines: Vec<_> = Traffic::open(text.as_bytes(), Asia::Jerusalem).unwrap().collect();
    let [Ok(line)] = &lines[..] else { panic!("{lines:?}") };
    let instant = |text: &str| text.parse::<Instant>().unwrap();
    assert_eq!(line.line, 2);
    assert_eq!(line.at, instant("1999-01-03T05:00:01.250Z"));
    let request = &line.request;
    assert_eq!((request.id.as_str(), request.service.as_str()), ("c1", "PS"));
    assert_eq!(request.phone.as_str(), "+972542345678");
    assert_eq!(request.desired, Some(instant("1999-01-03T07:00:00Z")));
    assert_eq!(request.key.as_deref(), Some("k1"));
    assert_eq!((request.channel.as_str(), request.language.as_str()), ("web", "he"));
    assert_eq!(request.attributes, [("vip".into(), Attribute::Integer(2))].into());
    assert_eq!(line.fate.outcomes, [Outcome::Busy, Outcome::NoAnswer]);
    assert_eq!(line.fate.ring, [4_500, 1].map(Duration::from_millis));
    assert_eq!(line.fate.handle, Duration::from_millis(187_900));
    assert_eq!(line.fate.cancel_at, Some(instant("1999-01-03T06:00:00Z")));
}

#[test]
fn what_is_left_out_has_its_default() {
    let lines = traffic("phone,service,id,at\n+12125550123,s,c1,2026-03-03T15:00:00Z").unwrap();
    let line = lines[0].as_ref().unwrap();
    assert_eq!(line.fate, Fate::default());
    assert_eq!((line.request.desired, &line.request.key), (None, &None));
    assert!(line.request.attributes.is_empty());
}

#[test]
fn bad_lines_of_traffic_say_where_and_why() {
    let header = "at,id,service,phone,outcomes,ring,handle,cancel_at,desired\n";
    let good = "2026-03-03T15:00:00Z,c0,s,+12125550123,,,,,\n";
    for (line, message) in [
        (",c1,s,+12125550123,,,,,", "`at`: is empty"),
        ("yesterday,c1,s,+12125550123,,,,,", "`at`: `yesterday` is no instant"),
        (
            "2026-03-03T14:59:59Z,c1,s,+12125550123,,,,,",
            "`at`: goes back, 2026-03-03T14:59:59.000Z is before 2026-03-03T15:00:00.000Z of line 2; lines are in \
             order of `at`",
        ),
        ("2026-03-03T15:00:00Z,,s,+12125550123,,,,,", "`id`: is empty"),
        ("2026-03-03T15:00:00Z,c1,,+12125550123,,,,,", "`service`: is empty"),
        ("2026-03-03T15:00:00Z,c1,s,,,,,,", "`phone`: is empty"),
        (
            "2026-03-03T15:00:00Z,c1,s,+12125550123,bsuy,,,,",
            "`outcomes`: unknown outcome `bsuy`, did you mean `busy`?",
        ),
        (
            "2026-03-03T15:00:00Z,c1,s,+12125550123,x,,,,",
            "`outcomes`: unknown outcome `x`; write one of `answered`",
        ),
        ("2026-03-03T15:00:00Z,c1,s,+12125550123,busy|,,,,", "`outcomes`: place 2 of the list is empty"),
        ("2026-03-03T15:00:00Z,c1,s,+12125550123,,4|soon,,,", "`ring`: `soon` is no number of seconds"),
        ("2026-03-03T15:00:00Z,c1,s,+12125550123,,,-1,,", "`handle`: `-1` is no number of seconds"),
        (
            "2026-03-03T15:00:00Z,c1,s,+12125550123,,,,2026-03-03T14:00:00Z,",
            "`cancel_at`: 2026-03-03T14:00:00.000Z is before the request at 2026-03-03T15:00:00.000Z",
        ),
        ("2026-03-03T15:00:00Z,c1,s,+12125550123,,,,,soon", "`desired`: `soon` is no instant"),
        ("2026-03-03T15:00:00Z,c1,s", "has 3 fields, and the header 9"),
        ("2026-03-03T15:00:00Z,c1,s,+12125550123,,,,,,", "has 10 fields, and the header 9"),
    ] {
        let lines = traffic(&format!("{header}{good}{line}\n{good}")).unwrap();
        assert_eq!(lines.len(), 3, "{line}: the stream goes on");
        let bad = only_bad(lines);
        let expected = format!("traffic.csv:3: {message}");
        assert!(bad.starts_with(&expected), "{bad}\n{expected}");
    }
}

#[test]
fn answers_are_read_with_the_seconds_after_which_they_are_given() {
    let text = "at,id,service,phone,offers,confirms,calls_in,agent_legs,patience,dispositions,snooze_at,entropy\n\
        2026-03-03T15:00:00Z,c1,s,+12125550123,reject:5|accept,ignore,dialled:1.5,no_answer:10,12,later:900,\
        2026-03-03T15:01:00Z,7\n";
    let lines = traffic(text).unwrap();
    let [Ok(line)] = &lines[..] else { panic!("{lines:?}") };
    let (fate, seconds) = (&line.fate, Duration::from_secs);
    assert_eq!(fate.offers, [(seconds(5), Offered::Reject), (seconds(0), Offered::Accept)]);
    assert_eq!(fate.confirms, [(seconds(0), Asked::Ignore)]);
    assert_eq!(fate.calls_in, [(Duration::from_millis(1_500), Caller::Dialled)]);
    assert_eq!(fate.agent_legs, [(seconds(10), Leg::Failed(AgentFailure::NoAnswer))]);
    assert_eq!(
        (fate.patience, &fate.dispositions[..]),
        (Some(seconds(12)), &[(seconds(900), Then::Later)][..])
    );
    assert_eq!(fate.snooze, Some(("2026-03-03T15:01:00Z".parse().unwrap(), None)));
    assert_eq!(line.request.entropy, Some(7));
    assert!(line.request.attributes.is_empty());
}

#[test]
fn bad_answers_say_where_and_why() {
    let header = "at,id,service,phone,offers,agent_legs,snooze_at,snooze_by,entropy\n";
    for (fields, message) in [
        ("acept,,,,", "`offers`: unknown answer to an offer `acept`, did you mean `accept`?"),
        ("accept:,,,,", "`offers`: `accept:` has no seconds after its colon"),
        ("accept:soon,,,,", "`offers`: `soon` is no number of seconds"),
        (",late,,,", "`agent_legs`: unknown end of an agent's leg `late`; write one of `connected`"),
        (",,,600,", "`snooze_at`: is empty; write when the customer asks for later"),
        (",,2026-03-03T14:00:00Z,,", "`snooze_at`: 2026-03-03T14:00:00.000Z is before the request"),
        (",,,,-1", "`entropy`: `-1` is no whole number from 0"),
    ] {
        let bad =
            only_bad(traffic(&format!("{header}2026-03-03T15:00:00Z,c1,s,+12125550123,{fields}\n")).unwrap());
        assert!(bad.starts_with(&format!("traffic.csv:2: {message}")), "{bad}");
    }
}

#[test]
fn numbers_are_read_as_people_write_them_and_what_is_none_is_asked_all_the_same() {
    let text = "at,id,service,phone\n2026-03-03T15:00:00Z,c1,s,(212) 555-0123\n\
                2026-03-03T15:00:00Z,c2,s,050 234 5678\n2026-03-03T15:00:00Z,c3,t,no number\n";
    let mut center = Center::new("Bank", UTC);
    let mut service = Service::new("s", "q");
    let read = |center: &Center| -> Vec<(String, Validity)> {
        let lines = Traffic::open(text.as_bytes(), UTC).unwrap().of_center(center);
        lines.map(|line| line.unwrap().request).map(|r| (r.phone.to_string(), r.facts.validity)).collect()
    };
    assert_eq!(read(&center)[0], ("+12125550123".into(), Validity::Valid));
    assert_eq!(read(&center)[2], (String::new(), Validity::Unreadable), "admission refuses it");
    service.default_country = Country::new("IL").unwrap();
    center.services.push(service);
    assert_eq!(read(&center)[1], ("+972502345678".into(), Validity::Valid));
}

#[test]
fn line_numbers_are_those_of_an_editor() {
    let good = "2026-03-03T15:00:00Z,c0,s,+12125550123,\"two\nlines\"";
    let bad = "2026-03-03T15:00:00Z,c0,s,,";
    let header = "at,id,service,phone,note";
    for end in ["\n", "\r\n"] {
        for (lines, number) in [
            (vec![header, bad], 2),
            (vec![header, "", "", bad], 4),
            (vec!["", header, bad], 3),
            (vec![header, good, "", bad, ""], 5),
            (vec!["\u{feff}at,id,service,phone,note", good, bad], 4),
        ] {
            for last in ["", end] {
                let text = lines.join(end) + last;
                let bad = only_bad(traffic(&text).unwrap());
                assert!(bad.starts_with(&format!("traffic.csv:{number}: `phone`")), "{text:?}: {bad}");
            }
        }
    }
}

#[test]
fn a_byte_order_mark_is_seen_however_the_bytes_come() {
    struct Drops<'a>(&'a [u8]);
    impl std::io::Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let most = into.len().min(1);
            self.0.read(&mut into[..most])
        }
    }
    let text = "\u{feff}at,id,service,phone\n2026-03-03T15:00:00Z,c0,s,+12125550123\n";
    let lines: Vec<_> = Traffic::open(Drops(text.as_bytes()), UTC).unwrap().collect();
    assert_eq!(lines, traffic(text).unwrap());
    assert!(lines.len() == 1 && lines[0].is_ok(), "{lines:?}");
}

#[test]
fn a_quote_that_is_not_closed_is_found_where_it_begins() {
    let text = "at,id,service,phone\n2026-03-03T15:00:00Z,c0,s,+12125550123\n\
        2026-03-03T15:00:00Z,\"c1,s,+12125550123\n2026-03-03T15:00:00Z,c2,s,+12125550123\n";
    let bad = only_bad(traffic(text).unwrap());
    assert!(bad.starts_with("traffic.csv:3: has 2 fields, and the header 4; a quote"), "{bad}");
}

#[test]
fn bytes_that_are_no_text_are_a_bad_line() {
    let mut text = b"at,id,service,phone\n2026-03-03T15:00:00Z,c".to_vec();
    text.extend_from_slice(b"\xff,s,+12125550123\n2026-03-03T15:00:00Z,c2,s,+12125550123\n");
    let lines: Vec<_> = Traffic::open(&text[..], UTC).unwrap().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(only_bad(lines), "traffic.csv:2: `id`: is not UTF-8");
}

#[test]
fn headers_that_do_not_fit_say_all_that_is_wrong() {
    for (header, causes) in [
        ("", "traffic.csv:1: the file is empty; it begins with a header: at,id,service,phone"),
        ("at,id,service\n", "traffic.csv:1: column `phone` is missing"),
        (
            "at,ID,servce,phone\n",
            "traffic.csv:1: column `id` is missing\ntraffic.csv:1: column `service` is missing, is it `servce`",
        ),
        ("at,id,service,phone,id\n", "traffic.csv:1: column `id` stands here twice"),
        ("at,id,service,phone,\n", "traffic.csv:1: column 5 has no name"),
    ] {
        assert_eq!(traffic(header).unwrap_err().to_string(), causes);
    }
    let error = traffic("at;id;service;phone\n").unwrap_err().to_string();
    assert!(error.ends_with("fields are separated by commas"), "{error}");
}

#[test]
fn attributes_that_are_nearly_columns_are_doubtful() {
    let names = |text: &str| Traffic::open(text.as_bytes(), UTC).unwrap().doubtful_columns();
    let found = names("at,id,service,phone,handel,rings,vip,queue,need,priority\n");
    assert_eq!(found, [("handel".into(), "handle"), ("rings".into(), "ring")]);
}

#[test]
fn a_roster_is_read() {
    let text = "event,at,agent\nlogin,2026-03-03T15:00:00Z,anna\nready,2026-03-03T15:00:00Z,bob\n\
        not_ready,2026-03-03T15:00:01Z,anna\nlogout,2026-03-03T15:00:02Z,anna\n";
    let lines: Vec<_> = roster(text).unwrap().into_iter().map(Result::unwrap).collect();
    let events: Vec<_> =
        lines.iter().map(|line| (line.line, line.agent.as_str(), line.event.clone())).collect();
    assert_eq!(
        events,
        [
            (2, "anna", Shift::LogIn),
            (3, "bob", Shift::Ready),
            (4, "anna", Shift::NotReady(None)),
            (5, "anna", Shift::LogOut)
        ]
    );
}

#[test]
fn a_roster_says_why_agents_are_not_ready_and_how_much_longer_they_wrap_up() {
    let at = "2026-03-03T15:00:00Z,anna";
    let header = "at,agent,event,reason,by\n";
    let text = format!("{header}{at},not_ready,lunch,\n{at},extend_wrap_up,,7.5\n");
    let events: Vec<Shift> = roster(&text).unwrap().into_iter().map(|line| line.unwrap().event).collect();
    let longer = Duration::from_millis(7_500);
    assert_eq!(events, [Shift::NotReady(Some("lunch".into())), Shift::ExtendWrapUp(longer)]);
    for (fields, message) in [
        (
            "ready,lunch,",
            "`event`: `ready` has no `reason`, and `lunch` stands there; only `not_ready` has one",
        ),
        ("logout,,5", "`event`: `logout` has no `by`, and `5` stands there; only `extend_wrap_up` has one"),
        ("extend_wrap_up,,", "`event`: `extend_wrap_up` needs `by`, the seconds that it takes longer"),
    ] {
        let line = only_bad(roster(&format!("{header}{at},{fields}\n")).unwrap());
        assert!(line.ends_with(message), "{line}");
    }
}

#[test]
fn bad_lines_of_a_roster_say_where_and_why() {
    for (line, message) in [
        ("2026-03-03T15:00:00Z,ana,login", "`agent`: unknown agent `ana`, did you mean `anna`?"),
        (
            "2026-03-03T15:00:00Z,zed,login",
            "`agent`: unknown agent `zed`; center.toml has no such `[[agent]]`",
        ),
        ("2026-03-03T15:00:00Z,,login", "`agent`: is empty"),
        ("2026-03-03T15:00:00Z,anna,logn", "`event`: unknown event `logn`, did you mean `login`?"),
        (
            "2026-03-03T15:00:00Z,anna,x",
            "`event`: unknown event `x`; write `login`, `ready`, `not_ready`, `extend_wrap_up` or `logout`",
        ),
        ("2026-03-03T15:00:00Z,anna,", "`event`: is empty"),
        ("2026-03-03T14:00:00Z,anna,login", "`at`: goes back"),
    ] {
        let lines = roster(&format!("at,agent,event\n2026-03-03T15:00:00Z,bob,login\n{line}\n")).unwrap();
        let bad = only_bad(lines);
        assert!(bad.starts_with(&format!("roster.csv:3: {message}")), "{bad}");
    }
    let error = roster("at,agent,event,evnt,team\n").unwrap_err().to_string();
    assert_eq!(
        error,
        "roster.csv:1: unknown column `evnt`, did you mean `event`?\n\
         roster.csv:1: unknown column `team`; the roster has `at`, `agent`, `event`, and may have `reason` and `by`"
    );
}

#[test]
fn a_survey_counts_good_and_bad_lines() {
    let mut text = String::from("at,id,service,phone\n");
    for n in 0..100 {
        let phone = if n % 4 == 0 { "" } else { "+12125550123" };
        text.push_str(&format!("2026-03-03T15:00:00Z,c{n},s,{phone}\n"));
    }
    let found = survey(Traffic::open(text.as_bytes(), Tz::UTC).unwrap()).unwrap();
    assert_eq!((found.good, found.bad.count()), (75, 25));
    assert_eq!(found.bad.first().len(), BadLines::KEPT);
    assert_eq!(found.bad.first()[1].line, 6);
}

fn changes(text: &str) -> Vec<Result<ChangeLine, StreamError>> {
    let mut center = Center::new("Test", UTC);
    center.queues = vec![Queue::new("main"), Queue::new("other")];
    center.calendars = vec![Calendar::new("office")];
    center.agents = vec![Agent::new("anna")];
    let scripts = |name: &str| match name {
        "next.rhai" => Ok("fn purge(callback) { purge() }".to_owned()),
        name => Err(format!("`{name}` there is no such file")),
    };
    Changes::open(text.as_bytes(), UTC, Some(&center), &scripts).unwrap().collect()
}

#[test]
fn versions_are_changes_with_a_script_that_is_there() {
    let text = "at,what,script,percent\n\
        2026-03-03 10:00,shadow,next.rhai,\n\
        2026-03-03 10:01,canary,next.rhai,10\n\
        2026-03-03 10:02,promote,,\n\
        2026-03-03 10:03,roll_back,,\n\
        2026-03-03 10:04,end_trial,,\n\
        2026-03-03 10:05,deploy,next.rhai,\n\
        2026-03-03 10:06,deploy,lost.rhai,\n\
        2026-03-03 10:07,canary,next.rhai,0\n\
        2026-03-03 10:08,deploy,,\n\
        2026-03-03 10:09,promote,next.rhai,\n";
    let lines = changes(text);
    let (name, source) = ("next.rhai".to_owned(), "fn purge(callback) { purge() }".to_owned());
    let attempt = |trial| Command::Try { name: name.clone(), source: source.clone(), trial };
    let commands: Vec<Command> = lines.iter().flatten().map(|line| line.command.clone()).collect();
    assert_eq!(
        commands,
        [
            attempt(Trial::Shadow),
            attempt(Trial::Canary(10)),
            Command::Promote,
            Command::RollBack,
            Command::EndTrial,
            Command::Deploy { name: name.clone(), source: source.clone() },
        ]
    );
    let causes: Vec<String> = lines.into_iter().filter_map(Result::err).map(|bad| bad.to_string()).collect();
    let expected = [
        "`lost.rhai` there is no such file",
        "`0` is no share of callbacks",
        "is empty, and `deploy` needs it",
        "`promote` has no use for it",
    ];
    assert_eq!(causes.len(), expected.len());
    causes.iter().zip(expected).for_each(|(cause, part)| assert!(cause.contains(part), "{cause}"));
}

#[test]
fn changes_are_commands() {
    let text = "at,what,callback,id,queue,switch,calendar,on,agent,phone,priority,desired,outcomes,handle,tier\n\
        2026-03-03 10:00,switch,,,main,draining,,true,,,,,,,\n\
        2026-03-03 10:00,close_calendar,,,,,office,,,,,,,,\n\
        2026-03-03 10:01,update,c1,,other,,,,,+493012345678,-5,,,,2\n\
        2026-03-03 10:02,assign,c1|c2,,,,,,anna,,,,,,\n\
        2026-03-03 10:03,assign,c1,,,,,,,,,,,,\n\
        2026-03-03 10:04,cancel,c1,,,,,,,,,,,,\n\
        2026-03-03 10:05,reschedule,c1|c2,,,,,,,,,2026-03-04 09:00,,,\n\
        2026-03-03 10:06,recreate,c1,c3,,,,,,,,,busy,7.5,\n";
    let lines: Vec<ChangeLine> = changes(text).into_iter().map(Result::unwrap).collect();
    let told: Vec<String> =
        lines.iter().map(|line| serde_json::to_string(&line.command).unwrap().replace('"', "")).collect();
    assert_eq!(
        told[..2],
        ["{command:switch,queue:main,switch:draining,on:true}", "{command:close_calendar,calendar:office}"]
    );
    assert!(told[2].contains("phone:+493012345678") && told[2].contains("country:DE"), "{}", told[2]);
    assert!(told[2].ends_with("attributes:{tier:2},priority:-5,queue:other}}"), "{}", told[2]);
    assert_eq!(
        told[3..],
        [
            "{command:bulk,callbacks:[c1,c2],deed:assign,agent:anna}",
            "{command:assign,callback:c1}",
            "{command:cancel,callback:c1,by:admin}",
            "{command:bulk,callbacks:[c1,c2],deed:reschedule,to:1772614800000}",
            "{command:recreate,callback:c1,id:c3}",
        ]
    );
    assert_eq!(lines[7].fate.outcomes, [Outcome::Busy]);
    assert_eq!((lines[7].fate.handle, lines[7].line), (Duration::from_millis(7_500), 9));
}

#[test]
fn a_bad_change_says_its_line_its_column_and_what_to_do() {
    let header = "at,what,callback,id,queue,switch,calendar,on,agent,phone,priority,desired,tier";
    for (fields, cause) in [
        ("cancle,c1,,,,,,,,,,", "`what`: unknown change `cancle`, did you mean `cancel`?"),
        ("cancel,,,,,,,,,,,", "`callback`: is empty, and `cancel` needs it"),
        ("cancel,c1,,,,,,anna,,,,", "`agent`: `cancel` has no use for it; leave it empty"),
        ("cancel,c1,,,,,,,,,,2", "`tier`: `cancel` has no use for it; leave it empty"),
        ("cancel,c1||c2,,,,,,,,,,", "`callback`: place 2 of the list is empty"),
        ("switch,,,mian,paused,,true,,,,,", "`queue`: unknown queue `mian`, did you mean `main`?"),
        ("switch,,,main,pause,,true,,,,,", "`switch`: unknown switch `pause`, did you mean `paused`?"),
        ("switch,,,main,paused,,yes,,,,,", "`on`: `yes` is neither `true` nor `false`"),
        (
            "close_calendar,,,,,shop,,,,,,",
            "`calendar`: unknown calendar `shop`; center.toml has no such `[[calendar]]`",
        ),
        ("assign,c1,,,,,,ana,,,,", "`agent`: unknown agent `ana`, did you mean `anna`?"),
        ("update,c1,,,,,,,030123,,,", "`phone`: `030123` has no country; write it as `+4930123456`"),
        ("update,c1,,,,,,,,high,,", "`priority`: `high` is no whole number"),
        ("update,c1|c2,,,,,,,,1,,", "`callback`: this takes one callback; write a line for each"),
        (
            "update,c1,,,,,,,,,,",
            "`what`: `update` changes nothing; fill in `phone`, `priority`, `queue` or an attribute",
        ),
        ("recreate,c1,,,,,,,,,,", "`id`: is empty, and `recreate` needs it"),
        ("reschedule,c1,,,,,,,,,,", "`desired`: is empty, and `reschedule` needs it"),
    ] {
        let text = format!("{header}\n2026-03-03 10:00,{fields}\n");
        assert_eq!(only_bad(changes(&text)), format!("changes.csv:2: {cause}"));
    }
    let missing = only_bad(changes("at,what\n2026-03-03 10:00,cancel\n"));
    assert_eq!(missing, "changes.csv:2: `what`: `cancel` needs a column `callback`");
    let back = "at,what,callback\n2026-03-03 10:00,cancel,c1\n2026-03-03 09:59,cancel,c2\n";
    assert!(only_bad(changes(back)).contains("`at`: goes back"));
}
