//! What is wrong with a bundle, and how it is shown: file, line, the source line and a caret.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use ringback_engine::center::Severity;

/// Something about a bundle that its author should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and what to do about it.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Where, if it has a place.
    pub place: Option<Place>,
}

/// A place in a file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// Its text, or those lines of it that are shown.
    pub text: Arc<str>,
    /// The line of the file on which the text begins, from 1.
    pub first_line: usize,
    /// The bytes of the text that this is about.
    pub span: Range<usize>,
}

impl Place {
    /// A place in a file whose whole text is at hand.
    #[must_use]
    pub fn new(file: impl Into<String>, text: impl Into<Arc<str>>, span: Range<usize>) -> Self {
        Self { file: file.into(), text: text.into(), first_line: 1, span }
    }

    /// Line and column of its beginning and of its end, which is behind its last character; all from 1, columns in
    /// characters.
    #[must_use]
    pub fn lines(&self) -> [usize; 4] {
        let shown = self.shown();
        let position = |at: usize| {
            let before = &self.text[..at];
            let line = before.matches('\n').count();
            let column = before.chars().rev().take_while(|c| *c != '\n').count();
            (self.first_line + line, column + 1)
        };
        let ((line, column), (end_line, end_column)) = (position(shown.start), position(shown.end));
        [line, column, end_line, end_column]
    }

    /// The same place, made to lie in the text, on character boundaries, and not empty where there is a
    /// character to show.
    fn shown(&self) -> Range<usize> {
        let floor =
            |at: usize| (0..=at.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at));
        let start = floor(self.span.start).unwrap_or(0);
        let end = floor(self.span.end).unwrap_or(0).max(start);
        if start < end {
            return start..end;
        }
        let next = self.text[start..].chars().next().filter(|next| *next != '\n');
        start..start + next.map_or(0, char::len_utf8)
    }
}

impl Diagnosis {
    /// An error without further help.
    #[must_use]
    pub fn error(message: impl Into<String>, place: Option<Place>) -> Self {
        Self { severity: Severity::Error, message: message.into(), help: None, place }
    }

    /// A warning without further help.
    #[must_use]
    pub fn warning(message: impl Into<String>, place: Option<Place>) -> Self {
        Self { severity: Severity::Warning, message: message.into(), help: None, place }
    }

    /// Whether the bundle can't be used because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The text for a terminal that understands colours, or for any.
    #[must_use]
    pub fn render(&self, colours: bool) -> String {
        let level = if self.is_error() { Level::ERROR } else { Level::WARNING };
        let title = level.primary_title(self.message.as_str());
        let mut group = match &self.place {
            None => annotate_snippets::Group::with_title(title),
            Some(place) => title.element(
                Snippet::source(&*place.text)
                    .line_start(place.first_line)
                    .path(place.file.as_str())
                    .annotation(AnnotationKind::Primary.span(place.shown())),
            ),
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
        let mut text = renderer.render(&[group]);
        text.push('\n');
        text
    }
}

/// How many warnings that say the same of different places are shown in full.
const SHOWN_ALIKE: usize = 3;

/// All findings as text: errors first, and of warnings alike only the first few.
#[must_use]
pub(crate) fn render_all(findings: &[Diagnosis], colours: bool) -> String {
    let mut text = String::new();
    for finding in findings.iter().filter(|finding| finding.is_error()) {
        text.push_str(&finding.render(colours));
        text.push('\n');
    }
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !finding.is_error()) {
        let seen = alike.entry(shape(&finding.message)).or_default();
        *seen += 1;
        if *seen <= SHOWN_ALIKE {
            text.push_str(&finding.render(colours));
            text.push('\n');
        }
    }
    let more: usize = alike.values().map(|seen| seen.saturating_sub(SHOWN_ALIKE)).sum();
    if more > 0 {
        text.push_str(&format!("warning: and {more} more warnings like these\n\n"));
    }
    text
}

/// A message without the names in it: what is alike in messages about different things.
fn shape(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity, message: &str, text: &str, span: Range<usize>) -> Diagnosis {
        let place = Some(Place::new("center.toml", text, span));
        Diagnosis { severity, message: message.into(), help: None, place }
    }

    #[test]
    fn a_finding_shows_file_line_source_and_caret() {
        let text = "name = \"x\"\ntimezon = \"UTC\"\n";
        let mut unknown = finding(Severity::Error, "unknown key `timezon`", text, 11..18);
        unknown.help = Some("write `timezone`".into());
        let expected = "\
error: unknown key `timezon`
 --> center.toml:2:1
  |
2 | timezon = \"UTC\"
  | ^^^^^^^
  |
  = help: write `timezone`
";
        assert_eq!(unknown.render(false), expected);
        assert!(unknown.render(true).contains("\u{1b}["));
    }

    #[test]
    fn any_place_can_be_shown() {
        let text = "a = 'é'\n";
        for start in 0..12 {
            for end in 0..12 {
                let shown = finding(Severity::Error, "no", text, start..end).render(false);
                assert!(shown.contains("center.toml"), "{start}..{end}: {shown}");
            }
        }
        assert!(finding(Severity::Error, "no", "", 0..0).render(false).starts_with("error: no"));
        let nowhere =
            Diagnosis { severity: Severity::Warning, message: "hm".into(), help: None, place: None };
        assert_eq!(nowhere.render(false), "warning: hm\n");
    }

    #[test]
    fn errors_come_first_and_warnings_alike_are_grouped() {
        let mut findings: Vec<Diagnosis> = (0..5)
            .map(|n| finding(Severity::Warning, &format!("skill `s{n}`: nobody holds it"), "x\n", 0..1))
            .collect();
        findings.push(finding(Severity::Warning, "queue `q`: nobody can reach it", "x\n", 0..1));
        findings.push(finding(Severity::Error, "unknown key `y`", "x\n", 0..1));
        let text = render_all(&findings, false);
        assert!(text.starts_with("error: unknown key `y`"));
        assert_eq!(text.matches("nobody holds it").count(), 3);
        assert_eq!(text.matches("nobody can reach it").count(), 1);
        assert!(text.ends_with("and 2 more warnings like these\n\n"), "{text}");
    }
}
