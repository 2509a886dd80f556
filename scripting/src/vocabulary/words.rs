//! The table of words, by topic.

use super::{Form, Word};

const fn function(
    name: &'static str,
    takes: &'static [&'static str],
    gives: &'static str,
    sentence: &'static str,
    example: &'static str,
) -> Word {
    Word { name, form: Form::Function, on: &[], takes, optional: 0, gives, sentence, example }
}

const fn method(
    on: &'static [&'static str],
    name: &'static str,
    takes: &'static [&'static str],
    gives: &'static str,
    sentence: &'static str,
    example: &'static str,
) -> Word {
    Word { name, form: Form::Method, on, takes, optional: 0, gives, sentence, example }
}

const fn property(
    on: &'static [&'static str],
    name: &'static str,
    gives: &'static str,
    sentence: &'static str,
    example: &'static str,
) -> Word {
    Word { name, form: Form::Property, on, takes: &[], optional: 0, gives, sentence, example }
}

const ASKED: &[&str] = &["request", "callback"];
const CALLBACK: &[&str] = &["callback"];
const EVENT: &[&str] = &["event"];
const AGENT: &[&str] = &["agent"];
const PLAN: &[&str] = &["plan"];
const ACCEPTANCE: &[&str] = &["acceptance"];
const LIMITS: &[&str] = &["limits"];
const TEXT: &[&str] = &["text"];
const DURATION: &[&str] = &["duration"];
const LOCAL: &[&str] = &["local time"];
const LINE: &[&str] = &["line"];

/// Durations, instants, and what clocks show.
pub(super) const TIME: &[Word] = &[
    function("seconds", &["n"], "duration", "A span of `n` seconds.", "seconds(90)"),
    function("minutes", &["n"], "duration", "A span of `n` minutes.", "minutes(5)"),
    function("hours", &["n"], "duration", "A span of `n` hours.", "hours(2)"),
    function("days", &["n"], "duration", "A span of `n` days of 24 hours.", "days(1)"),
    property(DURATION, "seconds", "integer", "Its whole seconds, rounded toward zero.", "minutes(2).seconds"),
    function("now", &[], "instant", "The engine's clock.", "now() + minutes(10)"),
    function(
        "at",
        &["local_time", "zone"],
        "instant",
        "The instant at which a zone's clocks show a local time; after a gap, or the first of two.",
        "at(\"2026-12-24T09:00\", \"Europe/Berlin\")",
    ),
    function(
        "local",
        &["instant", "zone"],
        "local time",
        "What clocks show at an instant, in the center's zone or another.",
        "local(now()).hour",
    )
    .with_optional(1),
    property(LOCAL, "year", "integer", "The year.", "local(now()).year"),
    property(LOCAL, "month", "integer", "The month, 1 to 12.", "local(now()).month"),
    property(LOCAL, "day", "integer", "The day of the month, from 1.", "local(now()).day"),
    property(
        LOCAL,
        "weekday",
        "integer",
        "The day of the week; Monday is 1, Sunday 7.",
        "local(now()).weekday",
    ),
    property(LOCAL, "hour", "integer", "The hour, 0 to 23.", "local(now()).hour"),
    property(LOCAL, "minute", "integer", "The minute, 0 to 59.", "local(now()).minute"),
    property(LOCAL, "date", "text", "The date, as `2026-12-24`.", "local(now()).date"),
    property(LOCAL, "time", "text", "The time of day, as `09:00`.", "local(now()).time"),
];

/// What is so around the call.
pub(super) const CENTER: &[Word] = &[
    function("is_open", &["calendar"], "boolean", "Whether a calendar is open now.", "is_open(\"office\")"),
    function(
        "open_for",
        &["calendar"],
        "duration",
        "How long a calendar stays open; `seconds(0)` if it is closed.",
        "open_for(\"office\") > hours(1)",
    ),
    function(
        "next_open",
        &["calendar"],
        "instant",
        "The first instant from now on at which a calendar is open; a fault if it never opens.",
        "next_open(\"office\")",
    ),
    function("line", &["queue"], "line", "A queue's numbers, as they are now.", "line(\"billing\").waiting"),
    property(LINE, "waiting", "integer", "Callbacks that wait in it.", "line(\"billing\").waiting"),
    property(
        LINE,
        "on_call",
        "integer",
        "Callbacks from it that are being dialled or talked with.",
        "line(\"billing\").on_call",
    ),
    property(
        LINE,
        "oldest",
        "duration",
        "How long the first in line has waited; `seconds(0)` if none waits.",
        "line(\"billing\").oldest",
    ),
    property(
        LINE,
        "agents",
        "integer",
        "Agents logged in who meet the queue's own requirement.",
        "line(\"billing\").agents",
    ),
    property(LINE, "ready", "integer", "Those of them who are ready.", "line(\"billing\").ready"),
    property(
        LINE,
        "paused",
        "boolean",
        "Whether it is paused, so that nobody in it is called.",
        "line(\"billing\").paused",
    ),
    property(
        LINE,
        "full",
        "boolean",
        "Whether it takes in nobody at present: it is drained, or `max_waiting` wait.",
        "line(\"billing\").full",
    ),
    property(
        LINE,
        "ewt",
        "duration",
        "The expected waiting time of one who comes last; `seconds(-1)` while it is unknown.",
        "line(\"billing\").ewt > minutes(5)",
    ),
    function(
        "count",
        &["key", "per"],
        "integer",
        "Admitted requests that limits with this key have counted in the last `per`.",
        "count(\"number:\" + request.phone, days(1))",
    ),
    function(
        "lookup",
        &["table", "key", "otherwise"],
        "any",
        "What a table of two columns has for a key; without `otherwise`, nothing there is a fault.",
        "lookup(\"vip\", request.phone, 0)",
    )
    .with_optional(1),
    function("cell", &["table", "key", "column", "otherwise"], "any", "What a table of several columns has for a key in one of them; without `otherwise`, nothing there is a fault.", "cell(\"customers\", request.phone, \"tier\", \"standard\")").with_optional(1),
    function(
        "listed",
        &["table", "key"],
        "boolean",
        "Whether a table has a key.",
        "listed(\"vip\", request.phone)",
    ),
    function(
        "any_of",
        &["value", "a", "b", "c", "d", "e", "f", "g", "h"],
        "boolean",
        "Whether a value equals one of up to eight others of its kind.",
        "any_of(request.service, \"billing\", \"sales\")",
    )
    .with_optional(7),
];

/// Texts, and the log.
pub(super) const TEXTS: &[Word] = &[
    method(TEXT, "len", &[], "integer", "Its characters.", "request.phone.len()"),
    method(
        TEXT,
        "contains",
        &["text"],
        "boolean",
        "Whether it contains another text; also `text in it`.",
        "request.phone.contains(\"555\")",
    ),
    method(
        TEXT,
        "starts_with",
        &["text"],
        "boolean",
        "Whether it begins with another text.",
        "request.phone.starts_with(\"+1\")",
    ),
    method(
        TEXT,
        "ends_with",
        &["text"],
        "boolean",
        "Whether it ends with another text.",
        "request.phone.ends_with(\"00\")",
    ),
    method(TEXT, "lower", &[], "text", "It in small letters.", "request.channel.lower()"),
    method(TEXT, "upper", &[], "text", "It in capital letters.", "request.language.upper()"),
    method(
        TEXT,
        "sub",
        &["from", "count"],
        "text",
        "At most `count` of its characters from position `from`, which counts from 0.",
        "request.phone.sub(0, 3)",
    ),
    function("print", &["value"], "nothing", "Writes a value to the log.", "print(\"asked\")"),
    function("debug", &["value"], "nothing", "Writes a value to the log.", "debug(request.phone)"),
];

/// What hooks are asked about.
pub(super) const SUBJECTS: &[Word] = &[
    property(ASKED, "id", "text", "The callback's id.", "request.id"),
    property(ASKED, "service", "text", "The service asked.", "request.service"),
    property(ASKED, "country", "text", "The two letters of its number's country; `\"\"` if unknown.", "request.country == \"US\""),
    property(ASKED, "phone", "text", "The number, in E.164.", "request.phone"),
    property(ASKED, "kind", "text", "`immediate` or `scheduled`.", "request.kind"),
    property(ASKED, "desired", "instant", "When the customer wants to be called; a fault if that is as soon as possible.", "if request.has_desired { request.desired } else { now() }"),
    property(ASKED, "has_desired", "boolean", "Whether the customer named a time.", "request.has_desired"),
    property(ASKED, "language", "text", "The customer's language, empty if unknown.", "request.language"),
    property(ASKED, "channel", "text", "Where the request came from, empty if unknown.", "request.channel"),
    property(ASKED, "priority", "integer", "The priority: a request's own, a callback's present one.", "request.priority"),
    property(ASKED, "last_agent", "text", "Whom the customer of this number talked with last, in the last 30 days; empty if nobody.", "request.last_agent"),
    property(ASKED, "received", "instant", "When the request came.", "request.received"),
    method(ASKED, "attr", &["name", "otherwise"], "any", "An attribute: an integer if it reads as one, else a text; without `otherwise`, one that is absent is a fault.", "request.attr(\"tier\", \"standard\")").with_optional(1),
    method(ASKED, "has", &["name"], "boolean", "Whether there is such an attribute.", "request.has(\"tier\")"),
    property(CALLBACK, "queue", "text", "The queue it stands in or was last in, empty before the first.", "callback.queue"),
    property(CALLBACK, "attempts", "integer", "Dials so far, but for those lost track of.", "callback.attempts"),
    property(CALLBACK, "last_outcome", "text", "How the last attempt ended, empty before the first.", "callback.last_outcome"),
    property(CALLBACK, "rejects", "integer", "Offers of it that agents rejected.", "callback.rejects"),
    property(CALLBACK, "waited", "duration", "The time since its place in line, `seconds(0)` if that is ahead.", "callback.waited"),
    property(CALLBACK, "place", "instant", "Its place in line.", "callback.place"),
    property(CALLBACK, "state", "text", "Its state, as `QUEUED`.", "callback.state"),
    method(CALLBACK, "tag", &["name", "otherwise"], "text", "A tag that `accept` gave; without `otherwise`, one that is absent is a fault.", "callback.tag(\"campaign\", \"\")").with_optional(1),
    property(EVENT, "kind", "text", "What happened: `queue_wait`, or how the attempt ended.", "event.kind"),
    property(AGENT, "id", "text", "The agent's id.", "agent.id"),
    property(AGENT, "idle", "duration", "How long the agent has been idle.", "agent.idle"),
    property(AGENT, "calls", "integer", "Interactions begun since log-in.", "agent.calls"),
    property(AGENT, "occupancy", "integer", "The share of the time since log-in spent reserved, talking or in wrap-up, in per cent, rounded down.", "agent.occupancy"),
    method(AGENT, "skill", &["skill"], "integer", "The level of a skill, 0 to 100; 0 if it is not held.", "agent.skill(\"billing\")"),
    method(AGENT, "in_group", &["group"], "boolean", "Whether the agent belongs to a group.", "agent.in_group(\"gold\")"),
];

/// What `route` answers.
pub(super) const PLANS: &[Word] = &[
    function("queue", &["queue"], "plan", "A plan that begins in a queue.", "queue(\"billing\")"),
    method(
        PLAN,
        "queue",
        &["queue"],
        "plan",
        "Moves to a queue, from this step on.",
        "queue(\"billing\").after(minutes(5)).queue(\"general\")",
    ),
    method(
        PLAN,
        "need",
        &["requirement"],
        "plan",
        "Requires this of the agent, from this step on.",
        "queue(\"billing\").need(\"billing >= 5 && english\")",
    ),
    method(
        PLAN,
        "priority",
        &["n"],
        "plan",
        "Sets the priority, from this step on.",
        "queue(\"billing\").priority(10)",
    ),
    method(
        PLAN,
        "age",
        &["points", "every", "cap"],
        "plan",
        "Lets waiting earn points, from this step on.",
        "queue(\"billing\").age(1, minutes(1), 100)",
    )
    .with_optional(1),
    method(
        PLAN,
        "prefer",
        &["agent", "duration"],
        "plan",
        "Only this agent may serve it for so long, while logged in, from this step on; an empty name prefers nobody.",
        "queue(\"billing\").prefer(\"anna\", minutes(2))",
    ),
    method(
        PLAN,
        "after",
        &["delay"],
        "plan",
        "Begins the next step, so long after the plan took effect.",
        "queue(\"billing\").after(minutes(2)).need(\"true\")",
    ),
];

/// What the other hooks answer.
pub(super) const ANSWERS: &[Word] = &[
    function("accept", &[], "acceptance", "Accepts the request.", "accept()"),
    function(
        "reject",
        &["code", "sentence"],
        "acceptance",
        "Rejects it as `SCRIPT:code`, with a sentence for a person.",
        "reject(\"full\", \"Please try later.\")",
    )
    .with_optional(1),
    function(
        "defer",
        &["instant"],
        "acceptance",
        "Accepts it as scheduled for an instant.",
        "defer(now() + hours(1))",
    ),
    method(
        ACCEPTANCE,
        "priority",
        &["n"],
        "acceptance",
        "Gives the callback a priority.",
        "accept().priority(50)",
    ),
    method(
        ACCEPTANCE,
        "ttl",
        &["duration"],
        "acceptance",
        "Limits the callback's life.",
        "accept().ttl(hours(4))",
    ),
    method(
        ACCEPTANCE,
        "tag",
        &["name", "value"],
        "acceptance",
        "Gives the callback a tag.",
        "accept().tag(\"campaign\", \"spring\")",
    ),
    function("no_limit", &[], "limits", "No limit beside the service's own.", "no_limit()"),
    function(
        "limit",
        &["key", "max", "per"],
        "limits",
        "At most `max` admitted requests with this key in any `per`; 0 refuses all.",
        "limit(\"number:\" + request.phone, 6, days(1))",
    ),
    method(
        LIMITS,
        "limit",
        &["key", "max", "per"],
        "limits",
        "Another limit, up to eight in all.",
        "limit(\"all\", 500, minutes(5)).limit(\"number:\" + request.phone, 6, days(1))",
    ),
    function(
        "retry",
        &["after"],
        "timeout answer",
        "Back to the line, held for so long.",
        "retry(minutes(10))",
    ),
    function("requeue", &[], "timeout answer", "Back to the line at once.", "requeue()"),
    function(
        "reroute",
        &[],
        "timeout answer",
        "Back to the line, on a plan that `route` is asked for anew.",
        "reroute()",
    ),
    function(
        "schedule",
        &["instant"],
        "timeout answer",
        "Scheduled for an instant that is to come.",
        "schedule(now() + hours(1))",
    ),
    function("complete", &["word"], "timeout answer", "Over, as `SCRIPT:word`.", "complete(\"unreachable\")"),
    function("standard", &[], "timeout answer", "What the center's settings say.", "standard()"),
    function("purge", &[], "purge answer", "The record goes now.", "purge()"),
    function(
        "keep",
        &["duration"],
        "purge answer",
        "The record stays until so long after completion.",
        "keep(days(30))",
    ),
    function(
        "redact",
        &[],
        "purge answer",
        "Number and attributes go now, the rest 30 days later.",
        "redact()",
    ),
];
