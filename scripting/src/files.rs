//! Applications of several files. Their texts are one source, in which a line of its own names the file that begins
//! below it; so a journal, a hash and the interpreter see one text, and people the file and line that they wrote.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;

use ringback_engine::protocol::Fault;

/// What begins the line above a file's text.
const MARK: &str = "//~ file: ";

/// The longest name of a file, in bytes.
const NAME_BYTES: usize = 255;

/// A file of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'s> {
    /// Its name; empty in an application of one file.
    pub name: &'s str,
    /// Its text.
    pub text: &'s str,
    /// Where its text begins in the source.
    start: usize,
    /// The lines of the source before it.
    lines: u32,
}

/// The source of an application of these files: name and text of each. One file is its own source.
///
/// # Errors
///
/// Why they can't be one, in words.
pub fn joined<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Result<String, String> {
    if let [(_, text)] = files {
        return Ok(text.as_ref().to_owned());
    }
    let mut source = String::new();
    let mut names = BTreeSet::new();
    for (name, text) in files {
        let (name, text) = (name.as_ref(), text.as_ref());
        let is_name = (1..=NAME_BYTES).contains(&name.len())
            && name.trim() == name
            && !name.chars().any(|c| c.is_control() || c == '\u{2028}' || c == '\u{2029}');
        if !is_name {
            return Err(format!("`{}` is no name of a file", name.escape_debug()));
        }
        if !names.insert(name) {
            return Err(format!("`{name}` is named twice; leave one out"));
        }
        if let Some(line) = text.lines().position(|line| line.starts_with(MARK)) {
            let line = line.saturating_add(1);
            return Err(format!(
                "`{name}` line {line} begins with `{MARK}`, which stands between files; change it"
            ));
        }
        let _ = writeln!(source, "{MARK}{name}");
        source.push_str(text);
        if !text.ends_with('\n') {
            source.push('\n');
        }
    }
    Ok(source)
}

/// The files of a source, in order.
#[must_use]
pub fn parts(source: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut at = 0_usize;
    for (line, text) in (0_u32..).zip(source.split_inclusive('\n')) {
        let behind = at.saturating_add(text.len());
        match text.strip_prefix(MARK) {
            // Without a mark in front, the whole is one file.
            Some(name) if line == 0 || !parts.is_empty() => parts.push(Part {
                name: name.trim_end_matches('\n'),
                text: "",
                start: behind,
                lines: line.saturating_add(1),
            }),
            _ => match parts.last_mut() {
                Some(part) => part.text = source.get(part.start..behind).unwrap_or_default(),
                None => break,
            },
        }
        at = behind;
    }
    if parts.is_empty() { vec![Part { name: "", text: source, start: 0, lines: 0 }] } else { parts }
}

impl Part<'_> {
    /// The file that a byte of the source belongs to; of one between files, that below it.
    pub(crate) fn at(parts: &[Self], offset: usize) -> Self {
        let found = parts.iter().find(|part| offset < part.end());
        found.or(parts.last()).copied().unwrap_or(Part { name: "", text: "", start: 0, lines: 0 })
    }

    /// The file that a line of the source belongs to.
    pub(crate) fn on_line(parts: &[Self], line: u32) -> Self {
        let found = parts.iter().rfind(|part| part.lines < line);
        found.or(parts.first()).copied().unwrap_or(Part { name: "", text: "", start: 0, lines: 0 })
    }

    /// Whether its text begins at a byte of the source or before.
    pub(crate) fn begins_before(&self, offset: usize) -> bool {
        self.start <= offset
    }

    fn end(&self) -> usize {
        self.start.saturating_add(self.text.len())
    }

    /// Bytes of the source as bytes of this file.
    pub(crate) fn span(&self, span: &Range<usize>) -> Range<usize> {
        let within = |at: usize| at.saturating_sub(self.start).min(self.text.len());
        within(span.start)..within(span.end)
    }

    /// A line of the source as a line of this file; 0 stays 0.
    pub(crate) fn line(&self, line: u32) -> u32 {
        if line == 0 { 0 } else { line.saturating_sub(self.lines).max(1) }
    }
}

/// A fault as its author is told: of several files, the message begins with the one that the line is of.
pub(crate) fn told(source: &str, fault: Fault) -> Fault {
    let parts = parts(source);
    if parts.len() < 2 || fault.line == 0 {
        return fault;
    }
    let part = Part::on_line(&parts, fault.line);
    Fault { message: format!("{}: {}", part.name, fault.message), line: part.line(fault.line) }
}

/// The file that a fault's line is of, and the message without its name; of an application of one file, nothing and the message.
#[must_use]
pub fn file_of_fault<'s, 'm>(source: &'s str, message: &'m str) -> (Part<'s>, &'m str) {
    let parts = parts(source);
    let named = parts.iter().find_map(|part| {
        let rest = message.strip_prefix(part.name)?.strip_prefix(": ")?;
        (!part.name.is_empty()).then_some((*part, rest))
    });
    named.unwrap_or_else(|| (Part::at(&parts, 0), message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_one_source_and_their_places_are_found_again() {
        let files = [("shared.rhai", "fn a() { 1 }\nfn b() { 2 }"), ("app.rhai", "\nfn route(c) { 3 }\n")];
        let source = joined(&files).unwrap();
        let parts = parts(&source);
        assert_eq!(parts.iter().map(|part| part.name).collect::<Vec<_>>(), ["shared.rhai", "app.rhai"]);
        assert_eq!(parts[0].text, "fn a() { 1 }\nfn b() { 2 }\n");
        assert_eq!(parts[1].text, "\nfn route(c) { 3 }\n");
        for (needle, name, line) in
            [("fn a", "shared.rhai", 1), ("fn b", "shared.rhai", 2), ("route", "app.rhai", 2)]
        {
            let at = source.find(needle).unwrap();
            let part = Part::at(&parts, at);
            assert_eq!(part.name, name);
            assert!(part.text[part.span(&(at..at + 1)).start..].starts_with(needle));
            let whole = u32::try_from(source[..at].matches('\n').count() + 1).unwrap();
            assert_eq!((Part::on_line(&parts, whole).name, part.line(whole)), (name, line));
        }
        let fault = told(&source, Fault { message: "no".into(), line: 6 });
        assert_eq!(fault, Fault { message: "app.rhai: no".into(), line: 2 });
        assert_eq!(file_of_fault(&source, &fault.message), (parts[1], "no"));
        assert_eq!(file_of_fault(&source, "no"), (parts[0], "no"));
    }

    #[test]
    fn one_file_is_its_own_source() {
        let source = joined(&[("app.rhai", "fn a() { 1 }")]).unwrap();
        assert_eq!(source, "fn a() { 1 }");
        let all = parts(&source);
        assert_eq!((all.len(), all[0].name, all[0].text), (1, "", "fn a() { 1 }"));
        // A mark that is not on the first line is a comment.
        assert_eq!(parts("fn a() { 1 }\n//~ file: b\n").len(), 1);
        let fault = Fault { message: "b: no".into(), line: 1 };
        assert_eq!(told(&source, fault.clone()), fault);
        assert_eq!(parts("").len(), 1);
    }

    #[test]
    fn what_can_not_be_one_source_is_told() {
        let told = |files: &[(&str, &str)]| joined(files).unwrap_err();
        assert_eq!(told(&[("a", ""), ("a", "")]), "`a` is named twice; leave one out");
        assert_eq!(told(&[("a\nfn x() {}", ""), ("b", "")]), "`a\\nfn x() {}` is no name of a file");
        assert_eq!(told(&[("", ""), ("b", "")]), "`` is no name of a file");
        assert_eq!(
            told(&[("a", "1\n//~ file: c\n"), ("b", "")]),
            "`a` line 2 begins with `//~ file: `, which stands between files; change it"
        );
    }
}
