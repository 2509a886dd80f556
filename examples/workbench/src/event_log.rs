//! The event log: what happened, one JSON object a line.

use std::io::{self, Write};

use ringback_engine::protocol::{Effect, EffectKind, Event, Hook};
use ringback_engine::record::HoldReason;
use ringback_engine::{AgentId, CallbackId, EffectId, Instant};
use serde::Serialize;

use crate::world::{Observer, Standing};

/// Writes events as they come: `{"at":"1999-01-03T05:00:01.250Z","seq":17,"event":"reserved",...}`.
///
/// After a failed write nothing more is written; [`finish`](Self::finish) says why.
pub struct EventLog<W> {
    out: W,
    at: Rendered,
    failed: Option<io::Error>,
}

/// An instant and its text; many events share one.
struct Rendered {
    instant: Instant,
    text: String,
}

#[derive(Serialize)]
struct Line<'a> {
    at: &'a str,
    seq: EffectId,
    #[serde(flatten)]
    fact: Fact<'a>,
}

/// What is in the log. The engine's own form of an instant is a number of milliseconds; a reader of the log gets
/// text.
#[derive(Serialize)]
#[serde(untagged)]
enum Fact<'a> {
    Event(&'a Event),
    Timed(Timed<'a>),
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Timed<'a> {
    Scheduled { callback: &'a CallbackId, desired: String },
    Held { callback: &'a CallbackId, until: String, why: HoldReason },
    PutOff { callback: &'a CallbackId, desired: String },
    Rescheduled { callback: &'a CallbackId, from: String, desired: String },
    SlotHeld { hold: &'a str, service: &'a str, slot: String, until: String },
    Away { until: String },
    Repeated { callback: &'a CallbackId },
    Expected { callback: &'a CallbackId },
    Offered { callback: &'a CallbackId, agent: &'a AgentId, until: String },
    Snoozed { callback: &'a CallbackId, until: String },
    Log { hook: Hook, text: &'a str },
}

impl<W: Write> EventLog<W> {
    /// A log that is written to `out`.
    pub fn new(out: W) -> Self {
        let instant = Instant::default();
        Self { out, at: Rendered { instant, text: instant.to_string() }, failed: None }
    }

    /// Writes what is left.
    ///
    /// # Errors
    ///
    /// The first write that failed.
    pub fn finish(mut self) -> io::Result<W> {
        match self.failed {
            Some(error) => Err(error),
            None => self.out.flush().map(|()| self.out),
        }
    }

    fn write(&mut self, effect: &Effect) -> io::Result<()> {
        let Some(fact) = fact(&effect.kind) else { return Ok(()) };
        if self.at.instant != effect.at {
            self.at = Rendered { instant: effect.at, text: effect.at.to_string() };
        }
        serde_json::to_writer(&mut self.out, &Line { at: &self.at.text, seq: effect.id, fact })?;
        self.out.write_all(b"\n")
    }
}

impl<W: Write> Observer for EventLog<W> {
    fn effect(&mut self, effect: &Effect, _: Option<&Standing>) {
        if self.failed.is_none() {
            self.failed = self.write(effect).err();
        }
    }
}

/// What the log says of an effect; nothing of what the host is to do, for which there is an event beside it.
fn fact(kind: &EffectKind) -> Option<Fact<'_>> {
    match kind {
        EffectKind::Event(event) => Some(fact_of_event(event)),
        EffectKind::Repeated { callback } => Some(Fact::Timed(Timed::Repeated { callback })),
        EffectKind::Log(log) => Some(Fact::Timed(Timed::Log { hook: log.hook, text: &log.text })),
        EffectKind::Expected { callback, .. } => Some(Fact::Timed(Timed::Expected { callback })),
        EffectKind::Offer(_)
        | EffectKind::Withdraw { .. }
        | EffectKind::Push(_)
        | EffectKind::Connect(_)
        | EffectKind::Dial(_)
        | EffectKind::HangUp(_)
        | EffectKind::ClockWentBack { .. } => None,
    }
}

/// Every event is named here, so that a new one is looked at: has it an instant?
fn fact_of_event(event: &Event) -> Fact<'_> {
    match event {
        Event::Scheduled { callback, desired } => {
            Fact::Timed(Timed::Scheduled { callback, desired: desired.to_string() })
        }
        Event::Held { callback, until, why } => {
            Fact::Timed(Timed::Held { callback, until: until.to_string(), why: *why })
        }
        Event::PutOff { callback, desired } => {
            Fact::Timed(Timed::PutOff { callback, desired: desired.to_string() })
        }
        Event::Rescheduled { callback, from, desired } => {
            Fact::Timed(Timed::Rescheduled { callback, from: from.to_string(), desired: desired.to_string() })
        }
        Event::SlotHeld { hold, service, slot, until } => {
            Fact::Timed(Timed::SlotHeld { hold, service, slot: slot.to_string(), until: until.to_string() })
        }
        Event::Away { until } => Fact::Timed(Timed::Away { until: until.to_string() }),
        Event::Offered { callback, agent, until } => {
            Fact::Timed(Timed::Offered { callback, agent, until: until.to_string() })
        }
        Event::Snoozed { callback, until } => {
            Fact::Timed(Timed::Snoozed { callback, until: until.to_string() })
        }
        Event::Accepted { .. }
        | Event::Rejected { .. }
        | Event::Queued { .. }
        | Event::Step { .. }
        | Event::Returned { .. }
        | Event::Reserved { .. }
        | Event::Notified { .. }
        | Event::AgentFailed { .. }
        | Event::Dialing { .. }
        | Event::Outcome { .. }
        | Event::Connected { .. }
        | Event::Ended { .. }
        | Event::TalkTimeout { .. }
        | Event::LateAnswer { .. }
        | Event::HoldExpired { .. }
        | Event::Completed { .. }
        | Event::Redacted { .. }
        | Event::Purged { .. }
        | Event::Agent { .. }
        | Event::WrapUpExtended { .. }
        | Event::NextNumber { .. }
        | Event::Fault { .. }
        | Event::PassedOver { .. }
        | Event::Reconfigured { .. }
        | Event::Switched { .. }
        | Event::Calendar { .. }
        | Event::Updated { .. }
        | Event::Assigned { .. }
        | Event::Refused { .. }
        | Event::Bulk { .. }
        | Event::Recreated { .. }
        | Event::Deployed { .. }
        | Event::Tried { .. }
        | Event::TrialEnded { .. }
        | Event::RolledBack { .. }
        | Event::Disagreed { .. }
        | Event::SetAside { .. } => Fact::Event(event),
    }
}

#[cfg(test)]
mod tests {
    use ringback_engine::protocol::{Code, HangUp, Log};
    use ringback_engine::record::Reason;
    use ringback_engine::{AttemptId, Phone};

    use super::*;

    const AT: Instant = Instant::from_millis(915_339_601_250);

    fn lines(kinds: Vec<EffectKind>) -> Vec<String> {
        let mut log = EventLog::new(Vec::new());
        for (id, kind) in kinds.into_iter().enumerate() {
            log.effect(&Effect { id: EffectId(id as u64), at: AT, kind }, None);
        }
        let text = String::from_utf8(log.finish().unwrap()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_has_instant_and_sequence_first_and_instants_as_text() {
        let callback = CallbackId::new("c9");
        let event = |event| EffectKind::Event(event);
        let reserved = Event::Reserved {
            callback: callback.clone(),
            agent: "anna".into(),
            queue: "retail".into(),
            score: -3,
        };
        let held = Event::Held { callback: callback.clone(), until: AT, why: HoldReason::Retry };
        let lines = lines(vec![
            event(reserved),
            event(Event::Scheduled { callback: callback.clone(), desired: Instant::from_millis(0) }),
            EffectKind::HangUp(HangUp { attempt: AttemptId(4), callback: None }),
            event(held),
            event(Event::Rejected { callback: callback.clone(), code: Code::Script("no".into()) }),
            event(Event::Completed { callback: callback.clone(), reason: Reason::Ttl }),
            EffectKind::Log(Log { hook: Hook::Route, text: "a \"word\"".into() }),
            event(Event::Dialing {
                callback: callback.clone(),
                attempt: AttemptId(1),
                agent: Some("anna".into()),
                number: Phone::new("+12125550123").unwrap(),
            }),
        ]);
        let expected = [
            r#""seq":0,"event":"reserved","callback":"c9","agent":"anna","queue":"retail","score":-3}"#,
            r#""seq":1,"event":"scheduled","callback":"c9","desired":"1970-01-01T00:00:00.000Z"}"#,
            r#""seq":3,"event":"held","callback":"c9","until":"1999-01-03T05:00:01.250Z","why":"retry"}"#,
            r#""seq":4,"event":"rejected","callback":"c9","code":"SCRIPT:no"}"#,
            r#""seq":5,"event":"completed","callback":"c9","reason":"FAIL_TIMEOUT_TTL"}"#,
            r#""seq":6,"event":"log","hook":"route","text":"a \"word\""}"#,
            r#""seq":7,"event":"dialing","callback":"c9","attempt":1,"agent":"anna","number":"+12125550123"}"#,
        ];
        let expected = expected.map(|rest| format!(r#"{{"at":"1999-01-03T05:00:01.250Z",{rest}"#));
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_first_failed_write_is_told() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::other("disk full"))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut log = EventLog::new(Full);
        let kind = EffectKind::Event(Event::Purged { callback: "c1".into() });
        log.effect(&Effect { id: EffectId(0), at: AT, kind }, None);
        assert_eq!(log.finish().err().map(|error| error.to_string()), Some("disk full".into()));
    }
}
