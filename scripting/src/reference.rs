//! The reference of all words for people, and their definitions for editors, both written from the table of words.

use std::fmt::Write;

use crate::vocabulary::{Form, KINDS, OPERATORS, TOPICS, Word, kind_of_role};

/// The name of the file with the definitions: editors look for `.d.rhai`.
pub const DEFINITIONS_FILE: &str = "ringback.d.rhai";

/// The name of the file with the reference.
pub const REFERENCE_FILE: &str = "REFERENCE.md";

const HEAD: &str = "\
# Words for scripts

Every function, type, property and operator that a script can use. There is nothing else: a word that is not here is an
error, and `ringback check` names the nearest one. This page is written by `ringback reference DIR` from what is
registered, and every example on it is run by a test. How to begin is in the guide, `GUIDE.md`.

Words behind a dot are asked of a value: `request.phone`, `callback.attr(\"tier\")`. What may be left out stands in
brackets. `any` is a value of any kind.
";

const HOOKS: &str = "\
## Hooks

An application is a file with some of these functions. For a hook that is left out, the center's settings decide.

| Hook | Asked | Answers |
|---|---|---|
| `fn accept(request)` | last of the checks at admission | an acceptance |
| `fn throttle(request)` | at admission | limits |
| `fn route(callback)` | on first entering a queue, and on `reroute()` | a plan |
| `fn timeout(callback, event)` | at a deadline, and after an attempt that failed | a timeout answer |
| `fn score(callback, agent)` | on queues with the strategy `script`, for each agent who may be given the callback | an integer; the highest is chosen |
| `fn purge(callback)` | at the end of the retention | a purge answer |
";

/// The reference, in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut text = format!("{HEAD}\n{HOOKS}");
    text.push_str("\n## Kinds of values\n\n| Kind | What its values are |\n|---|---|\n");
    for kind in KINDS {
        let _ = writeln!(text, "| {} | {} |", kind.name, cell(kind.sentence));
    }
    for topic in TOPICS {
        let _ = write!(text, "\n## {}\n\n{}\n\n", topic.name, topic.sentence);
        text.push_str("| Word | Gives | What it does | Example |\n|---|---|---|---|\n");
        for word in topic.words {
            let (told, example) = (cell(word.sentence), code(word.example));
            let _ = writeln!(text, "| {} | {} | {told} | {example} |", code(&signature(word)), word.gives);
        }
    }
    text.push_str(
        "\n## Operators\n\nEach of `+ - * / %` also assigns, as `n += 1`.\n\n\
         | Operator | Between | Gives | What it does | Example |\n|---|---|---|---|---|\n",
    );
    for operator in OPERATORS {
        let symbols = operator.symbols.iter().map(|symbol| code(symbol)).collect::<Vec<_>>().join(" ");
        let between: Vec<_> = operator
            .pairs
            .iter()
            .map(|(front, behind)| match *front {
                "" => format!("one {behind}"),
                front if front == *behind => format!("two of {front}"),
                front => format!("{front} and {behind}"),
            })
            .collect();
        let (told, example) = (cell(operator.sentence), code(operator.example));
        let _ = writeln!(
            text,
            "| {symbols} | {} | {} | {told} | {example} |",
            between.join(", "),
            operator.gives
        );
    }
    text
}

/// How a word is called, with the kinds it takes: `lookup(table: text, key: text[, otherwise: any])`.
fn signature(word: &Word) -> String {
    let on = word.on.first().map_or_else(String::new, |kind| format!("{}.", kind.replace(' ', "_")));
    if word.form == Form::Property {
        return format!("{on}{}", word.name);
    }
    let mut taken = String::new();
    let needed = word.takes.len().saturating_sub(word.optional);
    for (i, role) in word.takes.iter().enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        let open = if i == needed { "[" } else { "" };
        if i <= needed {
            let _ = write!(taken, "{open}{comma}{role}: {}", kind_of_role(role));
        } else if i.saturating_add(1) == word.takes.len() {
            let dots = if word.optional > 2 { ", ..." } else { "" };
            let _ = write!(taken, "{dots}, {role}: {}", kind_of_role(role));
        }
    }
    taken.push_str(if word.optional > 0 { "]" } else { "" });
    format!("{on}{}({taken})", word.name)
}

/// A text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Source for a cell of a table.
fn code(source: &str) -> String {
    format!("`{}`", cell(source))
}

/// The definitions, for Rhai's language server.
#[must_use]
pub fn definitions() -> String {
    let mut text = String::from(
        "module static;\n\n// Written by `ringback reference DIR`. Hooks: accept(request), throttle(request), \
         route(callback),\n// timeout(callback, event), score(callback, agent), purge(callback).\n",
    );
    for kind in KINDS.iter().filter(|kind| is_own(kind.symbol)) {
        let _ = write!(text, "\n/// {}\ntype {} = ...;\n", kind.sentence, kind.symbol);
    }
    for word in TOPICS.iter().flat_map(|topic| topic.words) {
        define(word, &mut text);
    }
    for operator in OPERATORS {
        let _ = write!(text, "\n/// {}\n", operator.sentence);
        for symbol in operator.symbols {
            for (front, behind) in operator.pairs {
                let comma = if front.is_empty() { "" } else { ", " };
                let front = if front.is_empty() { "" } else { symbol_of(front) };
                let (behind, gives) = (symbol_of(behind), symbol_of(operator.gives));
                let _ = writeln!(text, "op {symbol}({front}{comma}{behind}) -> {gives};");
            }
        }
    }
    text
}

/// Whether a kind is ours and not one that Rhai has.
fn is_own(symbol: &str) -> bool {
    !["int", "bool", "String", "Range<int>"].contains(&symbol)
}

/// A word's definitions: one for each kind it is asked of, and each number of values it takes.
fn define(word: &Word, text: &mut String) {
    let receivers: Vec<Option<&str>> =
        if word.on.is_empty() { vec![None] } else { word.on.iter().copied().map(Some).collect() };
    let fewest = word.takes.len().saturating_sub(word.optional);
    for receiver in receivers {
        for count in fewest..=word.takes.len() {
            let _ =
                write!(text, "\n/// {}\n///\n/// ```rhai\n/// {}\n/// ```\n", word.sentence, word.example);
            let this = receiver.map(|kind| format!("this: {}", symbol_of(kind)));
            let taken = word
                .takes
                .iter()
                .take(count)
                .map(|role| format!("{role}: {}", symbol_of(kind_of_role(role))));
            let taken = this.into_iter().chain(taken).collect::<Vec<_>>().join(", ");
            let get = if word.form == Form::Property { "get " } else { "" };
            let _ = writeln!(text, "fn {get}{}({taken}) -> {};", word.name, symbol_of(word.gives));
        }
    }
}

/// A kind's name in definitions.
fn symbol_of(kind: &str) -> &str {
    match kind {
        "any" => "?",
        "nothing" => "()",
        kind => KINDS.iter().find(|known| known.name == kind).map_or(kind, |known| known.symbol),
    }
}
