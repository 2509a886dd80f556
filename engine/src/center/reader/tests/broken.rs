//! Keys and names that are wrong, and lines that are no TOML, each with its message and its line.

use super::{FULL, SMALL, added, all, said, without_files};
use crate::center::reader::read;

#[test]
fn unknown_keys_have_a_nearest_one() {
    all(
        "",
        &[
            ("aplication = 'a.rhai'", "error: center: unknown key `aplication`, did you mean `application`?"),
            ("nothing-like-it = 1", "error: center: unknown key `nothing-like-it`"),
            ("queues = []", "error: center: unknown key `queues`, did you mean `queue`?"),
            (
                "limits = { redial_flor = '1s' }",
                "error: center: unknown key `limits.redial_flor`, did you mean \
          `redial_floor`?",
            ),
        ],
    );
    all(
        "queue",
        &[
            ("max_atempts = 3", "error: queue `q`: unknown key `max_atempts`, did you mean `max_attempts`?"),
            ("colour = 'red'", "error: queue `q`: unknown key `colour`"),
            (
                "overflow = [{ to = 'q', after = '1s', afetr = '2s' }]",
                "error: queue `q`: unknown key \
          `overflow[0].afetr`, did you mean `after`?",
            ),
        ],
    );
    all(
        "service",
        &[
            (
                "slot = { minute = 5 }",
                "error: service `s`: unknown key `slot.minute`, did you mean `minutes`?",
            ),
            (
                "slot = { room = 5 }",
                "error: service `s`: unknown key `slot.room`; write one of `minutes`, `capacity`, `weekly`, `dated`",
            ),
        ],
    );
}

#[test]
fn required_keys_are_missed() {
    assert_eq!(
        said(""),
        [
            "1: error: center: `name` is missing; write a text in quotes",
            "1: error: center: `timezone` is missing; write a time zone in quotes, as `\"Europe/Berlin\"`",
        ]
    );
    for (header, expected) in [
        ("[[queue]]", &["error: queue: `name` is missing; write a text in quotes"][..]),
        ("[[calendar]]\nopen = []", &["error: calendar: `name` is missing; write a text in quotes"]),
        ("[[agent]]", &["error: agent: `id` is missing; write a text in quotes"]),
        (
            "[[service]]\nname = 't'\ncalling_window = 'off'",
            &["error: service `t`: `queue` is missing; write a text in quotes"],
        ),
        (
            "[[service]]\nqueue = 'q'\ncalling_window = 'off'",
            &["error: service: `name` is missing; write a text in quotes"],
        ),
        (
            "[[table]]\nname = 't'",
            &[
                "error: table `t`: `entries` is missing; write `entries = { key = \"value\" }`, or a `file` of columns",
            ],
        ),
        ("[[table]]\nentries = {}", &["error: table: `name` is missing; write a name in quotes"]),
    ] {
        let expected: Vec<_> = expected.iter().map(|message| format!("11: {message}")).collect();
        let found: Vec<_> = said(&format!("{SMALL}{header}\n"))
            .into_iter()
            .filter(|said| !said.contains("warning"))
            .collect();
        assert_eq!(found, expected, "{header}");
    }
    all(
        "queue",
        &[
            (
                "overflow = [{ to = 'q' }]",
                "error: queue `q`: `overflow[0].after` is missing; write a duration in quotes, \
          as `\"90s\"`",
            ),
            (
                "ageing = { every = '1s' }",
                "error: queue `q`: `ageing.points` is missing; write a whole number",
            ),
        ],
    );
    all(
        "service",
        &[(
            "windows = [{ per = '1s' }]",
            "error: service `s`: `windows[0].max` is missing; write a whole \
        number, 0 or more",
        )],
    );
}

#[test]
fn tables_have_entries_or_a_file() {
    assert_eq!(
        added("table", "name = 't'\nentries = {}\nfile = 't.csv'"),
        ["14: error: table `t`: `file`: a table has `entries` or a `file`, not both; leave one out"]
    );
    assert_eq!(
        added("table", "name = 't'\nentries = { a = 1, b = 2.5 }"),
        ["13: error: table `t`: `entries.b` is a decimal number; write a whole number, or a text in quotes"]
    );
}

#[test]
fn the_layout_is_checked_at_the_place() {
    all(
        "queue",
        &[
            ("calendar = 'offce'", "error: queue `q`: unknown calendar `offce`"),
            ("ttl = '0s'", "error: queue `q`: `ttl` is 0s; write at least 1ms"),
            (
                "ageing = { points = -1, every = '1s' }",
                "error: queue `q`: ageing by -1 points would move a callback \
          back; write 0 or more",
            ),
            (
                "ageing = { points = 1, every = '1s', cap = -1 }",
                "error: queue `q`: ageing capped at -1 would move a \
          callback back; write 0 or more",
            ),
            (
                "overflow = [{ to = 'qq', after = '1s' }]",
                "error: queue `q`: overflow to unknown queue `qq`, did you mean \
          `q`?",
            ),
            (
                "overflow = [{ to = 'q', after = '0s' }]",
                "error: queue `q`: an overflow cycle that takes no time: `q` -> \
          `q`; give one of these steps a delay",
            ),
            (
                "overflow = [{ to = 'q', when = 'waitin > 20' }]",
                "error: queue `q`: `overflow[0].when`: unknown number `waitin`, did you mean `waiting`?",
            ),
            (
                "overflow = [{ to = 'q', when = 'oldest > 20' }]",
                "error: queue `q`: `overflow[0].when`: `oldest` is compared with `20`; write a duration, as `2m`",
            ),
            (
                "overflow = [{ to = 'q', when = 20 }]",
                "error: queue `q`: `overflow[0].when` is a whole number; write a condition in quotes, as `\"waiting > \
          20\"`",
            ),
            (
                "overflow = [{ to = 'q', when = 'ready == 0' }]",
                "error: queue `q`: overflow to itself when `ready == 0` moves nobody; name another queue",
            ),
            ("need = 'billing'", "warning: queue `q`: nobody can serve it: no agent has `billing`"),
        ],
    );
    all(
        "service",
        &[
            (
                "slot = { minutes = 7 }",
                "error: service `s`: a slot of 7 minutes; write one of [5, 10, 15, 20, 30, 60, 120]",
            ),
            ("kinds = []", "error: service `s`: offers no kind of callback"),
            (
                "reject_closed = true",
                "error: service `s`: `reject_closed` needs the service's `calendar`, and it has none",
            ),
        ],
    );
    all(
        "",
        &[
            (
                "limits.attempts_per_number = 'off'",
                "warning: limits: nothing limits how often one number is called",
            ),
            (
                "limits.attempts_per_prefix = { max = 0, per = '1h' }",
                "error: limits: with no attempt nobody is ever called; write at least 1",
            ),
            (
                "limits.attempts_per_country = { max = 1, per = '0s' }",
                "error: limits: `per` is 0s; write at least 1ms",
            ),
            (
                "limits.attempts_per_contry = 'off'",
                "error: center: unknown key `limits.attempts_per_contry`, did you mean \
          `attempts_per_country`?",
            ),
            (
                "limits.faults_in_a_row = 0",
                "error: limits: a hook can't be set aside before its first fault; write at \
          least 1",
            ),
        ],
    );
    let twice = SMALL.replace("[[service]]", "[[queue]]\nname = \"q\"\n[[service]]");
    assert_eq!(said(&twice), ["6: error: queue `q`: there is another with this name"]);
    assert_eq!(
        said(&format!("{SMALL}[[agent]]\nid = ''\n")),
        ["12: error: the id of this agent is empty; write one"]
    );
}

#[test]
fn the_narrowest_value_is_marked() {
    let text = SMALL.replace(
        "name = \"q\"",
        "name = \"q\"\noverflow = [{ to = \"q\", after = \"9s\" },\n  \
        { to = \"x\", after = \"9s\" }]",
    );
    let reading = without_files(&text);
    let found = &reading.findings[0];
    assert_eq!((found.line, found.column, &text[found.span.clone()]), (6, 10, "\"x\""));
}

#[test]
fn warnings_about_what_is_probably_not_meant() {
    all(
        "service",
        &[(
            "on_fault = 'standard'",
            "warning: service `s`: where `accept` or `throttle` fails, requests \
        pass without what these would have checked",
        )],
    );
    all(
        "agent",
        &[
            (
                "skills = { 'credit cards' = 3 }",
                "warning: agent `anna`: no requirement can name the skill `credit cards`: \
          use letters, digits and `_ . -`",
            ),
            (
                "skills = { true = 3 }",
                "warning: agent `anna`: no requirement can name the skill `true`: use letters, \
          digits and `_ . -`",
            ),
        ],
    );
    assert_eq!(
        added("calendar", "name = 'c'"),
        [
            "11: warning: calendar `c`: is never open; write its weekly spans, as `open = [\"Mon-Fri 09:00-17:00\"]`"
        ]
    );
    assert_eq!(added("calendar", "name = 'c'\nclosed = true"), [""; 0]);
}

#[test]
fn the_zone_is_told_whatever_else_is_wrong() {
    let zone = |text: &str| without_files(text).timezone.map(|zone| zone.name());
    assert_eq!(
        zone(&SMALL.replace("\"UTC\"", "\"Asia/Jerusalem\"").replace("queue = ", "qeue = ")),
        Some("Asia/Jerusalem")
    );
    assert_eq!(zone(&SMALL.replace("\"UTC\"", "\"UTC")), Some("UTC"), "a quote that is not closed");
    assert_eq!(zone(&SMALL.replace("\"UTC\"", "\"Asia/Jerusalm\"")), None);
    assert_eq!(zone(&SMALL.replace("timezone", "timezon")), None);
}

#[test]
fn what_could_not_be_read_brings_no_second_finding() {
    let text = SMALL
        .replace("id = \"anna\"", "id = \"anna\"\nskills = { billing = 500 }")
        .replace("name = \"q\"", "name = \"q\"\nneed = \"billing\"\ncalendar = 7\nttl = 0");
    assert_eq!(
        said(&text),
        [
            "6: error: queue `q`: `calendar` is a whole number; write a name in quotes",
            "7: error: queue `q`: `ttl` is a whole number; write a duration in quotes, as `\"90s\"`",
            "14: error: agent `anna`: `skills.billing` is 500; write a whole number from 0 to 100",
        ]
    );
}

#[test]
fn broken_lines_do_not_hide_the_others() {
    let text = FULL
        .replace("redial_floor = \"90s\"", "redial_floor = \"90s")
        .replace("max_attempts = 5", "max_attempts = 5\nmax_attempts = 6")
        .replace("priority = -5", "priority = ")
        .replace("dial_ahead = 0", "dial_ahed = 0")
        .replace("capacity = 3", "capacity = 101");
    let found: Vec<_> = read(&text, &mut |_| Ok("k,v\n".into())).findings;
    let line = |start: &str| text.lines().position(|line| line.starts_with(start)).unwrap() + 1;
    let found: Vec<_> = found
        .iter()
        .filter(|found| !found.message.contains("window"))
        .map(|f| (f.line, f.message.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (line("redial_floor"), "invalid basic string, expected `\"`"),
            (line("priority"), "string values must be quoted, expected literal string"),
            (line("dial_ahed"), "queue `retail`: unknown key `dial_ahed`, did you mean `dial_ahead`?"),
            (line("max_attempts = 6"), "duplicate key"),
            (line("capacity = 101"), "agent `anna`: `capacity` is 101; write a whole number from 1 to 100"),
        ]
    );
}

#[test]
fn columns_count_characters() {
    let text = "\u{feff}name = \"Bänk\"; x\n";
    let reading = without_files(text);
    assert_eq!((reading.findings[0].line, reading.findings[0].column), (1, 14));
    let text = SMALL.replace("name = \"q\"", "name = \"q\"\ngroups = [\"größe\", 1]").replace('\n', "\r\n");
    let found = &without_files(&text).findings[0];
    assert_eq!((found.line, found.column, &text[found.span.clone()]), (5, 20, "1"));
}
