//! The words of scripts: one table for the checks before a run and for the reference.

mod kinds;
mod words;

use ringback_engine::protocol::Hook;

pub use kinds::{KINDS, Kind, OPERATORS, Operator};

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `name(...)`.
    Function,
    /// `value.name(...)`.
    Method,
    /// `value.name`.
    Property,
}

/// A word that scripts can use.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word.
    pub name: &'static str,
    /// How it is written.
    pub form: Form,
    /// The kinds of values it is asked of; none for functions.
    pub on: &'static [&'static str],
    /// What stands in its parentheses, in order.
    pub takes: &'static [&'static str],
    /// How many of the last of them may be left out.
    pub optional: usize,
    /// The kind of value it gives.
    pub gives: &'static str,
    /// What it does, in one sentence, with units.
    pub sentence: &'static str,
    /// An expression with it; `request`, `callback`, `event` and `agent` stand for a hook's parameter.
    pub example: &'static str,
}

/// Words about one thing.
#[derive(Clone, Copy, Debug)]
pub struct Topic {
    /// What they are about.
    pub name: &'static str,
    /// What is true of all of them.
    pub sentence: &'static str,
    /// The words.
    pub words: &'static [Word],
}

/// Every topic.
pub const TOPICS: &[Topic] = &[
    Topic {
        name: "Time",
        sentence: "Instants are exact to the millisecond. Durations add, compare and multiply by integers; an instant \
                   plus a duration is an instant.",
        words: words::TIME,
    },
    Topic {
        name: "The center",
        sentence: "What these give is so at the moment of the question; asking changes nothing.",
        words: words::CENTER,
    },
    Topic {
        name: "Texts",
        sentence: "A position counts characters, not bytes. Where a text is expected, an integer is taken as its text.",
        words: words::TEXTS,
    },
    Topic {
        name: "Requests, callbacks, events and agents",
        sentence: "What hooks are asked about. `accept` and `throttle` have a request; the others a callback, \
                   `timeout` with an event, `score` with an agent.",
        words: words::SUBJECTS,
    },
    Topic {
        name: "Plans",
        sentence: "What `route` answers. Every word gives a plan and leaves the one it was asked of as it was.",
        words: words::PLANS,
    },
    Topic { name: "Answers", sentence: "What the other hooks answer.", words: words::ANSWERS },
];

/// Every word.
pub fn words() -> impl Iterator<Item = &'static Word> + Clone {
    TOPICS.iter().flat_map(|topic| topic.words)
}

impl Word {
    /// Whether it can be called with so many values in its parentheses.
    #[must_use]
    pub fn accepts(&self, arguments: usize) -> bool {
        self.form != Form::Property
            && (self.takes.len().saturating_sub(self.optional)..=self.takes.len()).contains(&arguments)
    }

    /// How it is called: `queue(queue)`, `request.attr(name, otherwise)`.
    #[must_use]
    pub fn signature(&self) -> String {
        let on = self.on.first().map_or_else(String::new, |kind| format!("{kind}."));
        match self.form {
            Form::Property => format!("{on}{}", self.name),
            Form::Function | Form::Method => format!("{on}{}({})", self.name, self.takes.join(", ")),
        }
    }

    const fn with_optional(mut self, optional: usize) -> Self {
        self.optional = optional;
        self
    }

    /// The hook that its example belongs to.
    #[must_use]
    pub fn hook(&self) -> Hook {
        hook_of(self.gives, self.example)
    }

    /// A script with that hook in which the example runs.
    #[must_use]
    pub fn script(&self) -> String {
        script_of(self.gives, self.example)
    }
}

/// The hook that an expression belongs to: the one it answers, or that has the value it asks.
fn hook_of(gives: &str, example: &str) -> Hook {
    let asks = |parameter: &str| example.contains(parameter);
    match gives {
        "limits" => Hook::Throttle,
        "plan" => Hook::Route,
        "timeout answer" => Hook::Timeout,
        "purge answer" => Hook::Purge,
        "acceptance" => Hook::Accept,
        _ if asks("agent.") => Hook::Score,
        _ if asks("event.") => Hook::Timeout,
        _ if asks("callback.") => Hook::Route,
        _ => Hook::Accept,
    }
}

/// A script in which an expression runs, as its hook's answer if it is one.
fn script_of(gives: &str, example: &str) -> String {
    let hook = hook_of(gives, example);
    let (parameters, kind, instead) = match hook {
        Hook::Accept => ("request", "acceptance", "accept()"),
        Hook::Throttle => ("request", "limits", "no_limit()"),
        Hook::Route => ("callback", "plan", "queue(callback.queue)"),
        Hook::Timeout => ("callback, event", "timeout answer", "standard()"),
        Hook::Score => ("callback, agent", "integer", "0"),
        Hook::Purge => ("callback", "purge answer", "purge()"),
    };
    if gives == kind {
        format!("fn {hook}({parameters}) {{\n    {example}\n}}\n")
    } else {
        format!("fn {hook}({parameters}) {{\n    let x = {example};\n    {instead}\n}}\n")
    }
}

/// The kind of value that stands in a word's parentheses under this name.
pub(crate) fn kind_of_role(role: &str) -> &'static str {
    match role {
        "n" | "points" | "cap" | "max" | "from" | "count" => "integer",
        "per" | "every" | "after" | "delay" | "duration" => "duration",
        "instant" => "instant",
        "value" | "otherwise" | "a" | "b" | "c" | "d" | "e" | "f" | "g" | "h" => "any",
        _ => "text",
    }
}

/// The words that are called, named so.
pub(crate) fn called(name: &str) -> impl Iterator<Item = &'static Word> {
    words().filter(move |word| word.name == name && word.form != Form::Property)
}

/// The properties named so.
pub(crate) fn properties(name: &str) -> impl Iterator<Item = &'static Word> {
    words().filter(move |word| word.name == name && word.form == Form::Property)
}
