//! What an application is free to decide: where it is, the log can't be held to the settings.
//!
//! A dialect without `eval`, function pointers and names made at run time can do only what its text names. So a
//! word that no function reachable from a hook contains is something that the hook can't do; a word that is there
//! may still do nothing, and then too much is skipped, never too little.

use std::collections::{BTreeMap, BTreeSet};

/// What a script may decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Freedom {
    /// There is a `throttle` hook.
    pub(super) throttle: bool,
    /// `accept` may give a priority.
    pub(super) accept_priority: bool,
    /// `accept` may give a `ttl`.
    pub(super) accept_ttl: bool,
    /// `accept` may put a request off.
    pub(super) accept_defer: bool,
    /// There is a `route` hook.
    pub(super) route: bool,
    /// A plan may set a priority.
    pub(super) plan_priority: bool,
    /// A plan may set how waiting counts.
    pub(super) plan_age: bool,
    /// There is a `timeout` hook.
    pub(super) timeout: bool,
    /// `timeout` may ask for another plan.
    pub(super) reroute: bool,
    /// There is a `purge` hook.
    pub(super) purge: bool,
}

impl Freedom {
    /// What the script with this text may decide; of the empty text, nothing.
    pub(super) fn of(script: &str) -> Self {
        let functions = functions(script);
        let has = |hook: &str| functions.contains_key(hook);
        let may = |hook: &str, word: &str| reachable(&functions, hook).contains(word);
        Self {
            throttle: has("throttle"),
            accept_priority: may("accept", "priority"),
            accept_ttl: may("accept", "ttl"),
            accept_defer: may("accept", "defer"),
            route: has("route"),
            plan_priority: may("route", "priority"),
            plan_age: may("route", "age"),
            timeout: has("timeout"),
            reroute: may("timeout", "reroute"),
            purge: has("purge"),
        }
    }
}

/// The words of each function, those of its comments and texts too.
fn functions(script: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut functions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut current = "";
    for line in script.lines() {
        let mut line_words = words(line);
        if let Some(name) = declared(line) {
            current = name;
            line_words = words(line.split_once(name).map_or("", |(_, rest)| rest));
        }
        functions.entry(current).or_default().extend(line_words);
    }
    if is_separable(script) {
        return functions;
    }
    // Where functions can't be told apart line by line, each may do all that any of them may.
    let all: Vec<&str> = words(script).collect();
    let names = all.windows(2).filter(|pair| pair[0] == "fn").map(|pair| pair[1]);
    names.map(|name| (name, all.iter().copied().collect())).collect()
}

/// Whether a line that begins like a function always is one, and no other is.
fn is_separable(script: &str) -> bool {
    let spans_lines = script.contains('`') || script.contains("/*");
    let goes_on = script.lines().any(|line| line.trim_end().ends_with('\\'));
    let hidden = script.lines().any(|line| {
        let functions = words(line).filter(|word| *word == "fn").count();
        functions > usize::from(declared(line).is_some())
    });
    !spans_lines && !goes_on && !hidden
}

/// The function that a line begins, if it begins one.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line.strip_prefix("private").map_or(line, str::trim_start).strip_prefix("fn")?;
    rest.starts_with(char::is_whitespace).then(|| words(rest).next())?
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c != '_' && !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// The words of a hook and of every function that these name.
fn reachable<'a>(functions: &BTreeMap<&'a str, BTreeSet<&'a str>>, hook: &str) -> BTreeSet<&'a str> {
    let mut found: BTreeSet<&str> = functions.get(hook).cloned().unwrap_or_default();
    let mut open: Vec<&str> = found.iter().copied().collect();
    while let Some(word) = open.pop() {
        for next in functions.get(word).into_iter().flatten() {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_for_the_hooks_that_reach_them() {
        let freedom = Freedom::of(
            "fn points(r) { accept().priority(5) }\n\
             fn accept(request) { points(request) }\n\
             fn route(callback) { queue(\"a\").need(\"b\") }\n",
        );
        let expected = Freedom { accept_priority: true, route: true, ..Freedom::default() };
        assert_eq!(freedom, expected);
        assert_eq!(Freedom::of(""), Freedom::default());
    }

    #[test]
    fn functions_that_can_not_be_told_apart_share_their_words() {
        for script in [
            "fn route(c) { queue(\"a\") } fn later(c) { reroute() }\nfn timeout(c, e) { later(c) }",
            "fn route(c) { /*\nfn other() {\n*/ queue(\"a\") }\nfn timeout(c, e) { reroute() }",
            "fn timeout(c, e) { log(`\nfn x() {`); reroute() }\nfn route(c) { queue(\"a\") }",
        ] {
            let freedom = Freedom::of(script);
            assert!(freedom.reroute && freedom.route && freedom.timeout, "{script}: {freedom:?}");
        }
    }
}
