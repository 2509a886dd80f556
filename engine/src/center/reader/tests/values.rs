//! Values that can't be read, each with its message and its line.

use super::{SMALL, added, all, said, without_files};
use crate::center::{Day, WeeklySpan};

#[test]
fn wrong_types_say_what_to_write() {
    all(
        "",
        &[
            (
                "application = 3",
                "error: center: `application` is a whole number; write a text in quotes, or a list of them",
            ),
            (
                "application = []",
                "error: center: `application` is an empty list; name a file, or leave the key out",
            ),
            (
                "application = ['a.rhai', 3]",
                "error: center: `application[1]` is a whole number; write a text in quotes",
            ),
            ("table = 3", "error: center: `table` is a whole number; write `[[table]]` above each table"),
            (
                "table = [3]",
                "error: center: `table[0]` is a whole number; write `[[table]]` above each table",
            ),
            (
                "calendar = { name = 'c' }",
                "error: center: `calendar` is a table; write `[[calendar]]` above each calendar",
            ),
            ("limits = 'off'", "error: center: `limits` is a text; write a table"),
            (
                "limits.attempts_per_number = 10",
                "error: center: `limits.attempts_per_number` is a whole number; write a limit, as \
             `{ max = 10, per = \"1d\" }`, or `\"off\"`",
            ),
            (
                "limits.attempts_total = 'none'",
                "error: center: `limits.attempts_total` is a text; write a limit, as `{ max = 10, per = \"1d\" }`, or \
             `\"off\"`",
            ),
            (
                "limits.attempts_per_number = 'of'",
                "error: center: `limits.attempts_per_number` is a text; write a limit, as `{ max = 10, per = \"1d\" }`, or \
             `\"off\"`",
            ),
        ],
    );
    let seconds = "write a duration in quotes, as `\"90s\"`";
    all(
        "queue",
        &[
            ("dial_timeout = 30", &format!("error: queue `q`: `dial_timeout` is a whole number; {seconds}")),
            (
                "wrap_up = 30",
                &format!("error: queue `q`: `wrap_up` is a whole number; {seconds}, or `\"until_ready\"`"),
            ),
            (
                "wrap_up = 'until_redy'",
                "error: queue `q`: `wrap_up`: unknown word `until_redy`, did you mean `until_ready`?",
            ),
            (
                "wrap_up = 'never'",
                "error: queue `q`: `wrap_up`: unknown word `never`; write a duration in quotes, as `\"90s\"`, or \
          `\"until_ready\"`",
            ),
            ("ttl = 1.5", &format!("error: queue `q`: `ttl` is a decimal number; {seconds}")),
            ("ttl = 07:32:00", &format!("error: queue `q`: `ttl` is a date or time; {seconds}")),
            ("preview = 'no'", "error: queue `q`: `preview` is a text; write `true` or `false`"),
            (
                "priority = '5'",
                "error: queue `q`: `priority` is a text; write a whole number from \
          -9223372036854775808 to 9223372036854775807",
            ),
            (
                "max_attempts = true",
                "error: queue `q`: `max_attempts` is `true` or `false`; write a whole number from 0 \
          to 4294967295",
            ),
            ("groups = 'gold'", "error: queue `q`: `groups` is a text; write a list in brackets"),
            ("groups = [[]]", "error: queue `q`: `groups[0]` is a list; write a name in quotes"),
            (
                "need = 5",
                "error: queue `q`: `need` is a whole number; write a requirement in quotes, as \
          `\"billing >= 5 && english\"`",
            ),
            (
                "ageing = 1",
                "error: queue `q`: `ageing` is a whole number; write ageing, as \
          `{ points = 1, every = \"60s\", cap = 100 }`",
            ),
            (
                "overflow = ['q']",
                "error: queue `q`: `overflow[0]` is a text; write an overflow, as \
          `{ to = \"general\", after = \"120s\" }`",
            ),
            (
                "first = 1",
                "error: queue `q`: `first` is a whole number; write one of `\"agent\"`, `\"customer\"`, `\"inbound\"`",
            ),
            (
                "confirm = false",
                "error: queue `q`: `confirm` is `true` or `false`; write `\"off\"`, or `{ timeout = \"30s\", attempts = 3, otherwise = \"connect\" }`",
            ),
        ],
    );
    all(
        "service",
        &[
            (
                "duplicates = true",
                "error: service `s`: `duplicates` is `true` or `false`; write one of `\"strict\"`, \
          `\"true\"`, `\"false\"`",
            ),
            ("kinds = 'immediate'", "error: service `s`: `kinds` is a text; write a list in brackets"),
            (
                "default_country = 1",
                "error: service `s`: `default_country` is a whole number; write the two capital \
          letters of a country, as `\"US\"`",
            ),
            ("slot = 5", "error: service `s`: `slot` is a whole number; write a table"),
            (
                "windows = { max = 1, per = '1s' }",
                "error: service `s`: `windows` is a table; write a list in brackets",
            ),
        ],
    );
    all(
        "agent",
        &[
            ("skills = ['billing']", "error: agent `anna`: `skills` is a list; write a table in braces"),
            (
                "skills = { billing = 'high' }",
                "error: agent `anna`: `skills.billing` is a text; write a whole number \
          from 0 to 100",
            ),
        ],
    );
}

#[test]
fn numbers_out_of_range_are_errors() {
    let count = "write a whole number from 0 to 4294967295";
    all(
        "queue",
        &[
            ("max_attempts = -1", &format!("error: queue `q`: `max_attempts` is -1; {count}")),
            (
                "max_attempts = 4294967296",
                &format!("error: queue `q`: `max_attempts` is 4294967296; {count}"),
            ),
            (
                "max_attempts = 99999999999999999999999",
                &format!("error: queue `q`: `max_attempts` is 99999999999999999999999; {count}"),
            ),
            ("max_attempts = 0", "error: queue `q`: with no attempt nobody is ever called; write at least 1"),
            (
                "priority = 9223372036854775808",
                "error: queue `q`: `priority` is 9223372036854775808; write a whole number from -9223372036854775808 to \
             9223372036854775807",
            ),
        ],
    );
    let level = "write a whole number from 0 to 100";
    all(
        "agent",
        &[
            ("skills = { billing = 101 }", &format!("error: agent `anna`: `skills.billing` is 101; {level}")),
            (
                "skills = { billing = 0x100 }",
                &format!("error: agent `anna`: `skills.billing` is 0x100; {level}"),
            ),
            ("skills = { billing = -1 }", &format!("error: agent `anna`: `skills.billing` is -1; {level}")),
            ("capacity = -1", "error: agent `anna`: `capacity` is -1; write a whole number from 1 to 100"),
        ],
    );
}

#[test]
fn texts_that_do_not_parse() {
    let duration = "is no duration: write a whole number and a unit, as `90s`, `5m`, `2h` or `1d`";
    all(
        "queue",
        &[
            ("ttl = '1w'", &format!("error: queue `q`: `ttl`: `1w` {duration}")),
            ("ttl = '-1s'", &format!("error: queue `q`: `ttl`: `-1s` {duration}")),
            (
                "ttl = '99999999999999999d'",
                &format!("error: queue `q`: `ttl`: `99999999999999999d` {duration}"),
            ),
            ("need = 'a &&'", "error: queue `q`: `need`: expected a skill, found the end at character 5"),
            (
                "strategy = 'longest_idl'",
                "error: queue `q`: `strategy`: unknown word `longest_idl`, did you mean \
          `longest_idle`?",
            ),
            (
                "first = 'nobody'",
                "error: queue `q`: `first`: unknown word `nobody`; write one of `\"agent\"`, `\"customer\"`, `\"inbound\"`",
            ),
            (
                "confirm = 'on'",
                "error: queue `q`: `confirm` is a text; write `\"off\"`, or `{ timeout = \"30s\", attempts = 3, otherwise = \"connect\" }`",
            ),
        ],
    );
    all(
        "service",
        &[
            (
                "default_country = 'usa'",
                "error: service `s`: `default_country`: `usa` is no country; write the two \
          capital letters of a country, as `\"US\"`",
            ),
            (
                "kinds = ['immediate', 'now']",
                "error: service `s`: `kinds[1]`: unknown word `now`; write one of \
          `\"immediate\"`, `\"scheduled\"`",
            ),
            (
                "duplicates = 'strikt'",
                "error: service `s`: `duplicates`: unknown word `strikt`, did you mean `strict`?",
            ),
            (
                "on_fault = 'ignore'",
                "error: service `s`: `on_fault`: unknown word `ignore`; write one of `\"refuse\"`, \
          `\"standard\"`",
            ),
        ],
    );
    let zone = SMALL.replace("UTC", "Asia/Jerusalm");
    assert_eq!(
        said(&zone),
        ["2: error: center: `timezone`: unknown time zone `Asia/Jerusalm`, did you mean \
        `Asia/Jerusalem`?"]
    );
    let zone = SMALL.replace("UTC", "the moon's");
    assert_eq!(
        said(&zone),
        ["2: error: center: `timezone`: unknown time zone `the moon's`; write one as \
        `Europe/Berlin`"]
    );
}

/// The calendar's own words are repeated, whatever they are.
#[test]
fn spans_and_days_that_do_not_parse() {
    for text in ["Mon-Fri 09:00-17:00", "Mon", "Mon-Fri 9 to 5", "Xyz 09:00-17:00", ""] {
        let errors = text.parse::<WeeklySpan>().err();
        let expected: Vec<_> =
            errors.iter().map(|error| format!("13: error: calendar `c`: `open[1]`: {error}")).collect();
        assert_eq!(added("calendar", &format!("name = 'c'\nopen = ['Sat 00:00-24:00', '{text}']")), expected);
    }
    for text in ["2026-12-25", "12-25", "02-30", "tomorrow"] {
        let errors = text.parse::<Day>().err();
        let expected: Vec<_> =
            errors.iter().map(|error| format!("14: error: calendar `c`: `holidays[0]`: {error}")).collect();
        let lines = format!("name = 'c'\nopen = ['Sat 00:00-24:00']\nholidays = ['{text}']");
        assert_eq!(added("calendar", &lines), expected);
    }
}

#[test]
fn a_requirement_is_marked_from_its_fault_on() {
    for (written, marked) in [
        (r#"need = "a && 5 || b""#, "5 || b"),
        (r#"need = 'a b'"#, "b"),
        (r#"need = "a &&""#, "\"a &&\""),
        (r#"need = "\u0061 && 5""#, r#""\u0061 && 5""#),
        ("need = \"\"\"a b\"\"\"", "\"\"\"a b\"\"\""),
    ] {
        let text = SMALL.replace("name = \"q\"\n", &format!("name = \"q\"\n{written}\n"));
        let reading = without_files(&text);
        assert_eq!(&text[reading.findings[0].span.clone()], marked, "{written}");
    }
}
