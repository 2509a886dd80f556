//! `[[queue]]`.

use super::dialling;
use super::fields::Fields;
use super::notes::Notes;
use super::value::{Read, Value};
use crate::center::{AtClose, Queue, Strategy, WrapUp, did_you_mean};
use crate::value::Duration;

pub(super) fn read(fields: &mut Fields<'_, '_, '_, '_>) -> Queue {
    let mut queue = Queue::new(fields.required::<String>("name").unwrap_or_default());
    fields.set("need", &mut queue.need);
    fields.set("priority", &mut queue.priority);
    queue.ageing = fields.optional("ageing");
    fields.set("strategy", &mut queue.strategy);
    fields.set("groups", &mut queue.groups);
    queue.calendar = fields.optional("calendar");
    fields.set("overflow", &mut queue.overflow);
    queue.max_waiting = fields.optional("max_waiting");
    fields.set("zones", &mut queue.zones);
    fields.set("dial_timeout", &mut queue.dial_timeout);
    fields.set("max_attempts", &mut queue.max_attempts);
    fields.set("retry_after", &mut queue.retry_after);
    fields.set("queued_ttl", &mut queue.queued_ttl);
    fields.set("ttl", &mut queue.ttl);
    fields.set("purge_after", &mut queue.purge_after);
    fields.set("talk_timeout", &mut queue.talk_timeout);
    fields.set("wrap_up", &mut queue.wrap_up);
    queue.prefer_last_agent = fields.optional("prefer_last_agent");

    dialling::read(fields, &mut queue.dialling);
    let words = [("keep", AtClose::Keep), ("schedule", AtClose::Schedule), ("complete", AtClose::Complete)];
    queue.at_close = fields.word("at_close", &words, &[]).unwrap_or(queue.at_close);
    queue
}

impl Read for WrapUp {
    const WANTED: &'static str = "a duration in quotes, as `\"90s\"`, or `\"until_ready\"`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        match value.as_text() {
            Some("until_ready") => Some(Self::UntilReady),
            Some(word) if word.starts_with(|first: char| first.is_alphabetic()) => {
                let hint = did_you_mean(word, ["until_ready"]);
                let hint = if hint.is_empty() { format!("; write {}", Self::WANTED) } else { hint };
                value.error(notes, format!(": unknown word `{word}`{hint}"));
                None
            }
            Some(_) => Duration::read(value, notes).map(Self::For),
            None => {
                value.wrong_type(notes, Self::WANTED);
                None
            }
        }
    }
}

impl Read for Strategy {
    const WANTED: &'static str = "a strategy, as `\"longest_idle\"`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.word(
            notes,
            &[
                ("longest_idle", Self::LongestIdle),
                ("most_skilled", Self::MostSkilled),
                ("least_skilled", Self::LeastSkilled),
                ("fewest_calls", Self::FewestCalls),
                ("round_robin", Self::RoundRobin),
                ("least_occupied", Self::LeastOccupied),
                ("least_talk", Self::LeastTalk),
                ("random", Self::Random),
                ("script", Self::Script),
            ],
            &[],
        )
    }
}
