//! What hooks answer, checked as it is made: a fault names the line that made it.

use rhai::{Dynamic, ImmutableString, NativeCallContext};
use ringback_engine::center::Limit;
use ringback_engine::protocol::{Acceptance, RetentionAnswer, TimeoutAnswer};
use ringback_engine::{Duration, Instant};
use smol_str::SmolStr;

use super::registry::{Registry, kind, word};
use super::{Fallible, ask, fault, kind_of, text};
use crate::limits::{TAGS, WORD_LENGTH};

/// What `throttle` answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits(pub(crate) Vec<Limit>);

/// What `timeout` answers; `None` is `standard()`.
#[derive(Clone, Debug)]
pub(crate) struct Verdict(pub(crate) Option<TimeoutAnswer>);

pub(super) fn register(engine: &mut Registry<'_>) {
    kind!(engine, Acceptance, "acceptance");
    kind!(engine, Limits, "limits");
    kind!(engine, Verdict, "timeout answer");
    kind!(engine, RetentionAnswer, "purge answer");
    acceptances(engine);
    limits(engine);
    verdicts(engine);
    word!(engine, "purge", || RetentionAnswer::Purge);
    word!(engine, "keep", |duration: Duration| RetentionAnswer::Keep(duration));
    word!(engine, "redact", || RetentionAnswer::Redact);
}

fn acceptances(engine: &mut Registry<'_>) {
    word!(engine, "accept", || Acceptance::Accept { priority: None, ttl: None, tags: Vec::new() });
    word!(engine, "reject", |code: Dynamic| rejection(&text(&code)?, None));
    word!(engine, "reject", |code: Dynamic, sentence: Dynamic| {
        rejection(&text(&code)?, Some(text(&sentence)?.to_string()))
    });
    word!(engine, "defer", |instant: Instant| Acceptance::Defer(instant));
    word!(engine, "priority", |answer: Acceptance, n: i64| {
        accepted(answer, "priority", |priority, _, _| {
            *priority = Some(n);
            Ok(())
        })
    });
    word!(engine, "ttl", |answer: Acceptance, duration: Duration| {
        accepted(answer, "ttl", |_, ttl, _| {
            if duration <= Duration::ZERO {
                return fault(format!("a life of {duration}; write a longer time, as `hours(4)`"));
            }
            *ttl = Some(duration);
            Ok(())
        })
    });
    word!(engine, "tag", |answer: Acceptance, name: Dynamic, value: Dynamic| {
        let (name, value) = (text(&name)?, text(&value)?);
        accepted(answer, "tag", |_, _, tags| tagged(tags, &name, &value))
    });
}

fn rejection(code: &str, sentence: Option<String>) -> Fallible<Acceptance> {
    match word_of_answer(code) {
        Ok(()) => Ok(Acceptance::Reject { code: SmolStr::new(code), sentence }),
        Err(message) => fault(message),
    }
}

/// Whether a text can stand behind `SCRIPT:` in a code or reason.
pub(crate) fn word_of_answer(word: &str) -> Result<(), String> {
    let fits = (1..=WORD_LENGTH).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    if fits {
        return Ok(());
    }
    let shown: String = word.chars().take(WORD_LENGTH).collect();
    Err(format!("`{shown}` is no code; write 1 to {WORD_LENGTH} of the characters A-Z a-z 0-9 _ . -"))
}

/// The acceptance with a change; what rejects or defers can't take one.
fn accepted(
    mut answer: Acceptance,
    word: &str,
    change: impl FnOnce(&mut Option<i64>, &mut Option<Duration>, &mut Vec<(SmolStr, SmolStr)>) -> Fallible<()>,
) -> Fallible<Acceptance> {
    let Acceptance::Accept { priority, ttl, tags } = &mut answer else {
        return fault(format!("`{word}` belongs to `accept()`"));
    };
    change(priority, ttl, tags)?;
    Ok(answer)
}

fn tagged(tags: &mut Vec<(SmolStr, SmolStr)>, name: &str, value: &str) -> Fallible<()> {
    if name.is_empty() || name.len() > WORD_LENGTH {
        return fault(format!("a tag's name has 1 to {WORD_LENGTH} bytes"));
    }
    let value = SmolStr::new(value);
    if let Some((_, old)) = tags.iter_mut().find(|(key, _)| key == name) {
        *old = value;
    } else if tags.len() < TAGS {
        tags.push((SmolStr::new(name), value));
    } else {
        return fault(format!("more than {TAGS} tags"));
    }
    Ok(())
}

fn limits(engine: &mut Registry<'_>) {
    word!(engine, "no_limit", Limits::default);
    word!(engine, "limit", |key: ImmutableString, max: i64, per: Duration| {
        limited(Limits::default(), &key, max, per)
    });
    word!(engine, "limit", |key: Dynamic, max: i64, per: Duration| {
        limited(Limits::default(), &text(&key)?, max, per)
    });
    word!(engine, "limit", |limits: Limits, key: Dynamic, max: i64, per: Duration| {
        limited(limits, &text(&key)?, max, per)
    });
}

fn limited(mut limits: Limits, key: &str, max: i64, per: Duration) -> Fallible<Limits> {
    let Some(max) = u32::try_from(max).ok().filter(|max| *max <= Limit::MAX) else {
        return fault(format!("limit `{key}`: at most {max}; write 0 to {}", Limit::MAX));
    };
    if per < Duration::from_millis(1) || per > Limit::LONGEST {
        return fault(format!(
            "limit `{key}`: in any {per}; write at most `days(31)`, and more than no time"
        ));
    }
    if limits.0.len() >= Limit::PER_REQUEST {
        return fault(format!("more than {} limits", Limit::PER_REQUEST));
    }
    limits.0.push(Limit { key: SmolStr::new(key), max, per });
    Ok(limits)
}

fn verdicts(engine: &mut Registry<'_>) {
    word!(engine, "retry", |after: Duration| {
        if after > Duration::ZERO {
            Ok(Verdict(Some(TimeoutAnswer::Retry(after))))
        } else {
            fault(format!("`retry` after {after}; write a longer time, as `minutes(5)`"))
        }
    });
    word!(engine, "requeue", || Verdict(Some(TimeoutAnswer::Requeue)));
    word!(engine, "reroute", || Verdict(Some(TimeoutAnswer::Reroute)));
    word!(engine, "schedule", |context: NativeCallContext<'_>, instant: Instant| {
        ask(&context, |view| {
            if instant > view.now() {
                Ok(Verdict(Some(TimeoutAnswer::Schedule(instant))))
            } else {
                fault(format!("`schedule` for {instant}, which is not to come"))
            }
        })
    });
    word!(engine, "complete", |word: Dynamic| {
        let word = text(&word)?;
        match word_of_answer(&word) {
            Ok(()) => Ok(Verdict(Some(TimeoutAnswer::Complete(SmolStr::new(word.as_str()))))),
            Err(message) => fault(message),
        }
    });
    word!(engine, "standard", || Verdict(None));
}

/// What `hook` should have answered instead of `value`.
pub(crate) fn wrong_answer(hook: &str, instead: &str, value: &Dynamic) -> String {
    format!("`{hook}` should return {instead}, not {}", kind_of(value))
}
