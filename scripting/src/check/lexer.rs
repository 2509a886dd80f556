//! The tokens of a script, as Rhai would see them.
//!
//! Rhai shows its own tokens only to programs built with its unstable internals; the dialect is held over these.
//! Where the two could differ (a carriage return alone, a text without its end), the script is refused.

use std::ops::Range;

/// A token and its place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or keyword.
    Name,
    /// A whole number that fits.
    Integer,
    /// A number with a point or an exponent.
    Float,
    /// `'x'`.
    Character,
    /// A text without interpolation; `plain` if it stands in the source as it reads.
    Text { value: String, plain: bool },
    /// A part of a text with interpolation.
    Piece,
    /// An operator or bracket. `${` opens an interpolation, `}` closes it.
    Symbol,
    /// What can't be read, and why.
    Bad(&'static str),
}

/// Longer symbols before those they begin with.
const SYMBOLS: [&str; 51] = [
    "<<=", ">>=", "**=", "..=", "...", "??=", "===", "!==", "=>", "==", "!=", "<=", ">=", "<<", ">>", "&&",
    "||", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**", "..", "::", "?.", "?[", "??", "#{", "(", ")",
    "{", "}", "[", "]", ",", ";", ":", ".", "=", "!", "<", ">", "+", "-", "*", "/", "%",
];
const SINGLE: &str = "&|^?#@$~";

/// All tokens, comments and white space left out. A `Bad` one is the last.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { source, at: 0, tokens: Vec::new(), interpolations: Vec::new() };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    tokens: Vec<Token>,
    /// For each interpolation around this place, the braces open within it.
    interpolations: Vec<usize>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn skip_while(&mut self, keep: impl Fn(char) -> bool) {
        let taken: usize = self.rest().chars().take_while(|c| keep(*c)).map(char::len_utf8).sum();
        self.skip(taken);
    }

    fn push(&mut self, kind: Kind, start: usize) -> bool {
        let more = !matches!(kind, Kind::Bad(_));
        self.tokens.push(Token { kind, span: start..self.at });
        more
    }

    fn bad(&mut self, why: &'static str, start: usize) -> bool {
        self.push(Kind::Bad(why), start)
    }

    /// Reads one token or one stretch of nothing; `false` at the end.
    fn step(&mut self) -> bool {
        let start = self.at;
        let Some(c) = self.peek() else {
            return false;
        };
        match c {
            '\r' if !self.rest().starts_with("\r\n") => {
                self.skip(1);
                self.bad("a carriage return without a line feed", start)
            }
            _ if c.is_whitespace() => {
                self.skip(c.len_utf8());
                true
            }
            '/' if self.rest().starts_with("//") => self.line_comment(),
            '/' if self.rest().starts_with("/*") => self.block_comment(start),
            '"' => self.text(start),
            '`' => {
                self.skip(1);
                self.template(start)
            }
            '\'' => self.character(start),
            '#' if self.rest().starts_with("#\"") || self.rest().starts_with("##") => {
                self.skip(1);
                self.bad("raw texts are not part of the dialect; write the text in `\"`", start)
            }
            '0'..='9' => self.number(start),
            'a'..='z' | 'A'..='Z' | '_' => {
                self.skip_while(|c| c.is_ascii_alphanumeric() || c == '_');
                self.push(Kind::Name, start)
            }
            _ => self.symbol(c, start),
        }
    }

    fn line_comment(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        self.skip(length);
        true
    }

    fn block_comment(&mut self, start: usize) -> bool {
        let mut level = 0_usize;
        loop {
            if self.rest().starts_with("/*") {
                level = level.saturating_add(1);
                self.skip(2);
            } else if self.rest().starts_with("*/") {
                level = level.saturating_sub(1);
                self.skip(2);
                if level == 0 {
                    return true;
                }
            } else {
                match self.peek() {
                    Some(c) => self.skip(c.len_utf8()),
                    None => return self.bad("a comment without its `*/`", start),
                }
            }
        }
    }

    fn number(&mut self, start: usize) -> bool {
        let mut radix = 10;
        for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] {
            if self.rest().get(..2).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
                radix = base;
            }
        }
        if radix != 10 {
            self.skip(2);
        }
        self.skip_while(|c| c.is_digit(radix) || c == '_');
        if radix == 10 && self.fraction_or_exponent() {
            return self.push(Kind::Float, start);
        }
        let from = if radix == 10 { start } else { start.saturating_add(2) };
        let digits = self.source.get(from..self.at).unwrap_or_default().replace('_', "");
        match i64::from_str_radix(&digits, radix) {
            Ok(_) => self.push(Kind::Integer, start),
            Err(_) => self.bad("a number that does not fit in 64 bits", start),
        }
    }

    /// Skips what makes a number a float, by Rhai's rules: `1.5`, `1.`, `1e5`, but not `1..2` or `1.len`.
    fn fraction_or_exponent(&mut self) -> bool {
        let mut float = false;
        let mut after = self.rest().chars();
        if after.next() == Some('.') {
            match after.next() {
                Some('_' | '.') | None => return false,
                Some(c) if c.is_ascii_alphabetic() => return false,
                Some(_) => {}
            }
            float = true;
            self.skip(1);
            self.skip_while(|c| c.is_ascii_digit() || c == '_');
        }
        let mut after = self.rest().chars();
        if matches!(after.next(), Some('e' | 'E')) && matches!(after.next(), Some('0'..='9' | '+' | '-')) {
            float = true;
            self.skip(2);
            self.skip_while(|c| c.is_ascii_digit() || c == '_');
        }
        float
    }

    fn character(&mut self, start: usize) -> bool {
        self.skip(1);
        let mut escaped = false;
        while let Some(c) = self.peek() {
            if c == '\n' {
                break;
            }
            self.skip(c.len_utf8());
            if c == '\'' && !escaped {
                return self.push(Kind::Character, start);
            }
            escaped = c == '\\' && !escaped;
        }
        self.bad("a character without its closing `'`", start)
    }

    /// A text in `"`: escapes, `""` for a quote, a backslash at the end of a line to go on.
    fn text(&mut self, start: usize) -> bool {
        self.skip(1);
        let mut value = String::new();
        let mut plain = true;
        loop {
            let Some(c) = self.peek() else {
                return self.bad("a text without its closing `\"`", start);
            };
            self.skip(c.len_utf8());
            match c {
                '"' if self.peek() == Some('"') => {
                    self.skip(1);
                    value.push('"');
                    plain = false;
                }
                '"' => return self.push(Kind::Text { value, plain }, start),
                '\n' | '\r' => return self.bad("a text without its closing `\"`", start),
                '\\' => {
                    plain = false;
                    match self.escape() {
                        Some(escaped) => value.extend(escaped),
                        None => return self.bad("an unknown escape; write `\\\\` for a backslash", start),
                    }
                }
                c => value.push(c),
            }
        }
    }

    /// The character behind a backslash; none, but no error, where a line goes on.
    fn escape(&mut self) -> Option<Option<char>> {
        let c = self.peek()?;
        self.skip(c.len_utf8());
        let digits = match c {
            'n' => return Some(Some('\n')),
            'r' => return Some(Some('\r')),
            't' => return Some(Some('\t')),
            '\\' | '"' => return Some(Some(c)),
            '\n' => {
                self.skip_while(|c| c.is_whitespace() && c != '\n' && c != '\r');
                return Some(None);
            }
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => return None,
        };
        let code = u32::from_str_radix(self.rest().get(..digits)?, 16).ok()?;
        self.skip(digits);
        char::from_u32(code).map(Some)
    }

    /// What follows a backtick, or the `}` of an interpolation, up to the next backtick or `${`.
    fn template(&mut self, start: usize) -> bool {
        let resumed = self.source.get(start..).is_some_and(|text| !text.starts_with('`'));
        let mut value = String::new();
        let mut plain = true;
        if !resumed && self.peek() == Some('\n') {
            self.skip(1);
            plain = false;
        }
        loop {
            if self.rest().starts_with("${") {
                self.push(Kind::Piece, start);
                let open = self.at;
                self.skip(2);
                self.interpolations.push(0);
                return self.push(Kind::Symbol, open);
            }
            if self.rest().starts_with("\\${") {
                self.skip(3);
                value.push_str("${");
                plain = false;
                continue;
            }
            let Some(c) = self.peek() else {
                return self.bad("a text without its closing backtick", start);
            };
            self.skip(c.len_utf8());
            match c {
                '`' if self.peek() == Some('`') => {
                    self.skip(1);
                    value.push('`');
                    plain = false;
                }
                '`' if resumed => return self.push(Kind::Piece, start),
                '`' => return self.push(Kind::Text { value, plain }, start),
                '\r' if self.peek() != Some('\n') => {
                    return self.bad("a carriage return without a line feed", start);
                }
                c => value.push(c),
            }
        }
    }

    fn symbol(&mut self, c: char, start: usize) -> bool {
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)) {
            self.skip(symbol.len());
            if let Some(open) = self.interpolations.last_mut() {
                match *symbol {
                    "{" | "#{" => *open = open.saturating_add(1),
                    "}" if *open == 0 => {
                        self.interpolations.pop();
                        self.push(Kind::Symbol, start);
                        return self.template(self.at);
                    }
                    "}" => *open = open.saturating_sub(1),
                    _ => {}
                }
            }
            return self.push(Kind::Symbol, start);
        }
        self.skip(c.len_utf8());
        if SINGLE.contains(c) {
            self.push(Kind::Symbol, start)
        } else {
            self.bad("an unexpected character", start)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source).into_iter().map(|token| &source[token.span]).collect()
    }

    #[test]
    fn symbols_are_longest_first() {
        assert_eq!(texts("a..=b ..c=>d??e"), ["a", "..=", "b", "..", "c", "=>", "d", "??", "e"]);
        assert_eq!(texts("0..10"), ["0", "..", "10"]);
        assert_eq!(texts("1.5 + 1e5 + 1.len"), ["1.5", "+", "1e5", "+", "1", ".", "len"]);
    }

    #[test]
    fn comments_nest() {
        assert_eq!(texts("a /* b /* c */ d */ e // f\ng"), ["a", "e", "g"]);
        assert!(matches!(tokens("/* /* */").last().map(|t| &t.kind), Some(Kind::Bad(_))));
    }

    #[test]
    fn interpolations_are_tokens() {
        assert_eq!(
            texts("`a ${b + {c}} d ${`e ${f}`}`"),
            ["`a ", "${", "b", "+", "{", "c", "}", "}", " d ", "${", "`e ", "${", "f", "}", "`", "}", "`"]
        );
    }

    #[test]
    fn texts_are_read() {
        let value = |source: &str| match &tokens(source)[0].kind {
            Kind::Text { value, plain } => (value.clone(), *plain),
            other => panic!("{source}: {other:?}"),
        };
        assert_eq!(value("\"a b\""), ("a b".into(), true));
        assert_eq!(value("\"a\\\"\\n\\x41\""), ("a\"\nA".into(), false));
        assert_eq!(value("\"a\"\"b\""), ("a\"b".into(), false));
        assert_eq!(value("`a \"b\"`"), ("a \"b\"".into(), true));
        for bad in ["\"a", "\"a\nb\"", "`a", "\"\\q\"", "'a", "99999999999999999999", "#\"a\"#", "é", "a\rb"]
        {
            assert!(matches!(tokens(bad).last().map(|t| &t.kind), Some(Kind::Bad(_))), "{bad}");
        }
    }
}
