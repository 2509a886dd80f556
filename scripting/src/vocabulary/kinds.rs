//! The kinds of values, and the operators between them.

/// A kind of value.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it is called.
    pub name: &'static str,
    /// Its name in definition files.
    pub symbol: &'static str,
    /// What its values are, in one sentence, with units.
    pub sentence: &'static str,
}

const fn kind(name: &'static str, symbol: &'static str, sentence: &'static str) -> Kind {
    Kind { name, symbol, sentence }
}

/// Every kind that scripts can hold.
pub const KINDS: &[Kind] = &[
    kind("integer", "int", "A whole number of 64 bits."),
    kind("boolean", "bool", "`true` or `false`."),
    kind(
        "text",
        "String",
        "At most 1,024 bytes of Unicode, in `\"`; between backticks, `${value}` puts values in.",
    ),
    kind(
        "duration",
        "duration",
        "A span of time in whole milliseconds; in a text, with the largest unit that is whole: `90s`, `2h`.",
    ),
    kind(
        "instant",
        "instant",
        "A point in time, exact to the millisecond; in a text `2026-12-24 09:00` in the center's zone.",
    ),
    kind(
        "range",
        "Range<int>",
        "Integers from one to another, for `for` and `in`: `1..5` without its end, `1..=5` with it.",
    ),
    kind("local time", "local_time", "What the clocks of a zone show at an instant."),
    kind("line", "line", "A queue's numbers at one moment."),
    kind("request", "request", "Who asks for a callback: the parameter of `accept` and `throttle`."),
    kind("callback", "callback", "A callback that was accepted: the first parameter of the other hooks."),
    kind("event", "event", "What happened to a callback: the second parameter of `timeout`."),
    kind("agent", "agent", "An agent who could be given a callback: the second parameter of `score`."),
    kind(
        "plan",
        "plan",
        "Steps by waiting time, each with a queue, a requirement and points: what `route` answers.",
    ),
    kind("acceptance", "acceptance", "What `accept` answers."),
    kind("limits", "limits", "What `throttle` answers: up to eight sliding windows."),
    kind("timeout answer", "timeout_answer", "What `timeout` answers."),
    kind("purge answer", "purge_answer", "What `purge` answers."),
];

/// Operators that do the same with the same kinds.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    /// How they are written.
    pub symbols: &'static [&'static str],
    /// The kinds in front of them and behind; nothing in front of one with a single value.
    pub pairs: &'static [(&'static str, &'static str)],
    /// The kind of value they give.
    pub gives: &'static str,
    /// What they do, in one sentence.
    pub sentence: &'static str,
    /// An expression with one of them.
    pub example: &'static str,
}

impl Operator {
    /// A script with a hook in which the example runs.
    #[must_use]
    pub fn script(&self) -> String {
        super::script_of(self.gives, self.example)
    }
}

const fn operator(
    symbols: &'static [&'static str],
    pairs: &'static [(&'static str, &'static str)],
    gives: &'static str,
    sentence: &'static str,
    example: &'static str,
) -> Operator {
    Operator { symbols, pairs, gives, sentence, example }
}

/// Every operator. Each of `+ - * / %` also assigns: `n += 1`.
pub const OPERATORS: &[Operator] = &[
    operator(
        &["+", "-", "*", "/", "%"],
        &[("integer", "integer")],
        "integer",
        "Arithmetic with whole numbers; division rounds toward zero, and what does not fit in 64 bits is a fault.",
        "callback.attempts * 2 + 1",
    ),
    operator(&["-", "+"], &[("", "integer")], "integer", "The sign of an integer.", "-callback.priority"),
    operator(
        &["==", "!=", "<", "<=", ">", ">="],
        &[("integer", "integer"), ("text", "text"), ("duration", "duration"), ("instant", "instant")],
        "boolean",
        "Compares two of one kind; texts letter by letter, instants by time. Two of different kinds are a fault.",
        "callback.attempts < 3",
    ),
    operator(
        &["==", "!="],
        &[("boolean", "boolean")],
        "boolean",
        "Whether two booleans are the same.",
        "request.has_desired == false",
    ),
    operator(&["!"], &[("", "boolean")], "boolean", "Not.", "!is_open(\"office\")"),
    operator(
        &["&&", "||"],
        &[("boolean", "boolean")],
        "boolean",
        "And, or; what stands behind is not asked if what stands in front decides.",
        "is_open(\"office\") && listed(\"vip\", request.phone)",
    ),
    operator(
        &["+"],
        &[("instant", "duration"), ("duration", "instant")],
        "instant",
        "So much later.",
        "now() + minutes(10)",
    ),
    operator(&["-"], &[("instant", "duration")], "instant", "So much earlier.", "now() - days(1)"),
    operator(
        &["-"],
        &[("instant", "instant")],
        "duration",
        "The time between two instants.",
        "now() - callback.received",
    ),
    operator(
        &["+", "-"],
        &[("duration", "duration")],
        "duration",
        "Longer, shorter.",
        "hours(1) + minutes(30)",
    ),
    operator(
        &["*"],
        &[("duration", "integer"), ("integer", "duration")],
        "duration",
        "So many times as long.",
        "minutes(5) * callback.attempts",
    ),
    operator(&["-"], &[("", "duration")], "duration", "As long the other way.", "-minutes(5)"),
    operator(
        &["+"],
        &[
            ("text", "text"),
            ("text", "integer"),
            ("integer", "text"),
            ("text", "boolean"),
            ("boolean", "text"),
            ("text", "duration"),
            ("duration", "text"),
            ("text", "instant"),
            ("instant", "text"),
        ],
        "text",
        "One text of two; what is no text is taken as its text.",
        "\"We are closed until \" + next_open(\"office\")",
    ),
    operator(
        &["in"],
        &[("text", "text"), ("integer", "range")],
        "boolean",
        "Whether it is part of the other.",
        "local(now()).hour in 9..17",
    ),
    operator(
        &["..", "..="],
        &[("integer", "integer")],
        "range",
        "From one to another, without the end or with it.",
        "1..=5",
    ),
];
