//! Asterisk's `queue_log`: a line an event, `timestamp|call|queue|agent|event|arguments`.
//!
//! The form is that of Asterisk's documentation, "Queue Logs". Whoever entered a queue asks for a callback then; whoever talked with
//! an agent talks as long.

use std::collections::BTreeMap;

use ringback_engine::{Duration, Instant};

use super::draft::{Asked, Draft, Served, Shift};
use super::{About, Unusable};

/// Events that say nothing which a bundle has.
const PASSED: [&str; 11] = [
    "AGENTDUMP",
    "CONFIGRELOAD",
    "DID",
    "JOINEMPTY",
    "JOINUNAVAIL",
    "QUEUESTART",
    "RINGCANCELED",
    "RINGNOANSWER",
    "SYSCOMPAT",
    "ADDMEMBERPENALTY",
    "PENALTY",
];

/// A call in a queue.
struct Open {
    asked: usize,
    /// Who talks, and since when.
    talk: Option<(String, Instant)>,
}

/// Reads a `queue_log`.
#[must_use]
pub fn queue_log(text: &str, about: About) -> Draft {
    let mut draft = Draft::new(about);
    let mut reader = Reader { draft: &mut draft, open: BTreeMap::new(), queues: BTreeMap::new(), gave_up: 0 };
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim_end();
        if text.is_empty() {
            continue;
        }
        if let Err(cause) = reader.line(line, text) {
            reader.draft.unusable.push(Unusable { line, cause });
        }
    }
    let (gave_up, left) = (reader.gave_up, reader.open.values().filter(|open| open.talk.is_some()).count());
    draft.assumed.insert(0, "whoever entered a queue asks for an immediate callback at that instant".into());
    if gave_up > 0 {
        draft.assumed.push(format!(
            "{gave_up} callers who gave up or left the queue become requests, too; their `gave_up_after` is an attribute"
        ));
    }
    if left > 0 {
        draft
            .assumed
            .push(format!("{left} talks have no end in the log: their length is taken as not recorded"));
    }
    draft.assumed.push(
        "every customer answers the first call at once: a log of incoming calls says nothing of how calling back would go"
            .into(),
    );
    draft.assumed.push(
        "an agent has the skill of each queue from which they took a call, or of which they became a member; a pause in one \
         queue is one in all"
            .into(),
    );
    draft
}

struct Reader<'a> {
    draft: &'a mut Draft,
    /// Calls that entered a queue and did not leave it, by their id.
    open: BTreeMap<String, Open>,
    /// The queues of which agents are members, by agent.
    queues: BTreeMap<String, Vec<String>>,
    gave_up: u64,
}

impl Reader<'_> {
    fn line(&mut self, line: u64, text: &str) -> Result<(), String> {
        let fields: Vec<&str> = text.split('|').collect();
        let [time, call, queue, agent, event, arguments @ ..] = fields.as_slice() else {
            return Err(format!(
                "has {} fields; a line has at least 5: time|call|queue|agent|event",
                fields.len()
            ));
        };
        let at = instant(time)?;
        let argument = |n: usize| arguments.get(n).copied().unwrap_or_default();
        match *event {
            "ENTERQUEUE" => self.enter(line, at, (call, queue), argument(1)),
            "CONNECT" => {
                self.known(call, event)?.talk = Some(((*agent).to_owned(), at));
                Ok(())
            }
            "COMPLETEAGENT" | "COMPLETECALLER" => self.complete(at, call, event, argument(1)),
            "TRANSFER" | "BLINDTRANSFER" | "ATTENDEDTRANSFER" => self.complete(at, call, event, argument(3)),
            "ABANDON" | "EXITEMPTY" | "EXITWITHTIMEOUT" | "EXITWITHKEY" => self.leave(at, call, event),
            "AGENTLOGIN" | "AGENTCALLBACKLOGIN" => self.shift(at, agent, "login", ""),
            "AGENTLOGOFF" | "AGENTCALLBACKLOGOFF" => self.shift(at, agent, "logout", ""),
            "ADDMEMBER" => self.member(at, agent, queue, true),
            "REMOVEMEMBER" => self.member(at, agent, queue, false),
            "PAUSE" | "PAUSEALL" => self.shift(at, agent, "not_ready", argument(0)),
            "UNPAUSE" | "UNPAUSEALL" => self.shift(at, agent, "ready", ""),
            event if PASSED.contains(&event) => Ok(()),
            event => Err(format!("unknown event `{event}`")),
        }
    }

    fn enter(
        &mut self,
        line: u64,
        at: Instant,
        (call, queue): (&str, &str),
        caller: &str,
    ) -> Result<(), String> {
        if call.is_empty() || call == "NONE" {
            return Err("a call enters a queue without an id".into());
        }
        if queue.is_empty() || queue == "NONE" {
            return Err(format!("call `{call}` enters no queue"));
        }
        let phone = if caller.is_empty() { "unknown" } else { caller };
        let asked = Asked {
            line,
            at,
            id: Some(call.to_owned()),
            service: queue.to_owned(),
            phone: phone.to_owned(),
            ..Asked::default()
        };
        self.open.insert(call.to_owned(), Open { asked: self.draft.asked.len(), talk: None });
        self.draft.asked.push(asked);
        Ok(())
    }

    /// The call of an event, which must have entered a queue.
    fn known(&mut self, call: &str, event: &str) -> Result<&mut Open, String> {
        self.open.get_mut(call).ok_or_else(|| {
            format!("{event} of call `{call}`, which entered no queue; the log may begin later than the call")
        })
    }

    fn complete(&mut self, at: Instant, call: &str, event: &str, length: &str) -> Result<(), String> {
        let open = self.known(call, event)?;
        let asked = open.asked;
        let Some((agent, since)) = open.talk.clone() else {
            return Err(format!("{event} of call `{call}`, which was not connected"));
        };
        let seconds: Option<i64> = length.parse().ok().filter(|seconds| *seconds >= 0);
        let talked = seconds.map_or(at.since(since), Duration::from_secs);
        self.open.remove(call);
        if let Some(asked) = self.draft.asked.get_mut(asked) {
            asked.handle = Some(talked);
            let service = asked.service.clone();
            self.draft.served.push(Served { agent, service, from: since, to: since.after(talked) });
        }
        Ok(())
    }

    /// A caller leaves a queue without having talked.
    fn leave(&mut self, at: Instant, call: &str, event: &str) -> Result<(), String> {
        let asked = self.known(call, event)?.asked;
        self.open.remove(call);
        self.gave_up += 1;
        if let Some(asked) = self.draft.asked.get_mut(asked) {
            let waited = at.since(asked.at).millis() / 1_000;
            asked.more.insert("gave_up_after".into(), waited.to_string());
        }
        Ok(())
    }

    fn shift(&mut self, at: Instant, agent: &str, event: &'static str, reason: &str) -> Result<(), String> {
        if agent.is_empty() || agent == "NONE" {
            return Err("no agent is named".into());
        }
        self.draft.shifts.push(Shift { at, agent: agent.to_owned(), event, reason: reason.to_owned() });
        Ok(())
    }

    /// An agent is there while a member of a queue.
    fn member(&mut self, at: Instant, agent: &str, queue: &str, joins: bool) -> Result<(), String> {
        let queues = self.queues.entry(agent.to_owned()).or_default();
        let before = queues.len();
        queues.retain(|other| other != queue);
        if joins {
            queues.push(queue.to_owned());
            // A member has the skill before taking a call.
            let (agent, service) = (agent.to_owned(), queue.to_owned());
            self.draft.served.push(Served { agent, service, from: at, to: at });
        }
        match (before, queues.len()) {
            (0, 1) => self.shift(at, agent, "login", ""),
            (1, 0) => self.shift(at, agent, "logout", ""),
            _ => Ok(()),
        }
    }
}

/// Seconds of 1970, whole or decimal.
fn instant(text: &str) -> Result<Instant, String> {
    let wrong = || format!("`{text}` is no time: seconds since 1970 are expected");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().map_err(|_| wrong())?;
    if !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong());
    }
    let millis: i64 =
        format!("{fraction:0<3}").get(..3).and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
    seconds
        .checked_mul(1_000)
        .and_then(|all| all.checked_add(millis))
        .map(Instant::from_millis)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use ringback_engine::Country;

    use super::*;

    fn about() -> About {
        About { name: "x".into(), zone: Tz::UTC, country: Country::US }
    }

    #[test]
    fn lines_become_requests_shifts_and_talks() {
        let log = "\
1772532000|NONE|NONE|NONE|QUEUESTART|
1772532001|NONE|sales|PJSIP/anna|ADDMEMBER|
1772532010|c1|sales|NONE|ENTERQUEUE||2125550123|1
1772532014|c1|sales|PJSIP/anna|CONNECT|4|c2|3
1772532020.25|c3|sales|NONE|ENTERQUEUE|||2
1772532060|c1|sales|PJSIP/anna|COMPLETECALLER|4|46|1
1772532070|c3|sales|NONE|ABANDON|1|1|50
1772532080|NONE|sales|PJSIP/anna|PAUSE|lunch
1772532090|NONE|sales|PJSIP/anna|REMOVEMEMBER|
";
        let draft = queue_log(log, about());
        assert_eq!(draft.unusable, []);
        let [one, other] = draft.asked.as_slice() else { panic!("{:?}", draft.asked) };
        assert_eq!((one.phone.as_str(), one.handle), ("2125550123", Some(Duration::from_secs(46))));
        assert_eq!((other.phone.as_str(), other.handle), ("unknown", None));
        assert_eq!((other.at.millis() % 1_000, other.more["gave_up_after"].as_str()), (250, "49"));
        let events: Vec<&str> = draft.shifts.iter().map(|shift| shift.event).collect();
        assert_eq!(events, ["login", "not_ready", "logout"]);
        assert_eq!(draft.shifts[1].reason, "lunch");
    }

    #[test]
    fn every_line_that_can_not_be_used_is_told_with_number_and_reason() {
        let log = "\
now|c1|sales|NONE|ENTERQUEUE||1|1
1772532014|c9|sales|PJSIP/anna|CONNECT|4|c2|3
1772532015|c1|sales

1772532016|c1|sales|NONE|LEAVES|
1772532017|NONE|sales|NONE|ENTERQUEUE||1|1
1772532018|c2|sales|NONE|ENTERQUEUE||1|1
1772532019|c2|sales|NONE|COMPLETEAGENT|1|2|3
";
        let told: Vec<String> = queue_log(log, about()).unusable.iter().map(ToString::to_string).collect();
        let expected = [
            "1: `now` is no time: seconds since 1970 are expected",
            "2: CONNECT of call `c9`, which entered no queue; the log may begin later than the call",
            "3: has 3 fields; a line has at least 5: time|call|queue|agent|event",
            "5: unknown event `LEAVES`",
            "6: a call enters a queue without an id",
            "8: COMPLETEAGENT of call `c2`, which was not connected",
        ];
        assert_eq!(told, expected);
    }
}
