//! A made-up afternoon of a center without a script: every rule of the settings is met and, now and then, hit.

use std::fmt::Write;

pub(super) const CENTER: &str = r#"
name = "Plain"
timezone = "Europe/Berlin"

[limits]
attempts_per_number = { max = 3, per = "40m" }
redial_floor = "150s"

[[calendar]]
name = "office"
open = ["Mon-Fri 08:00-18:00"]

[[queue]]
name = "front"
need = "general"
priority = 5
ageing = { points = 2, every = "60s", cap = 3 }
calendar = "office"
overflow = [{ to = "back", after = "180s" }]
dial_timeout = "20s"
max_attempts = 2
retry_after = "90s"
queued_ttl = "30m"
ttl = "70m"
wrap_up = "10s"
talk_timeout = "8m"
purge_after = "1h"

[[queue]]
name = "back"
groups = ["seniors"]
calendar = "office"
dial_timeout = "25s"
max_attempts = 3
retry_after = "60s"
queued_ttl = "20m"
ttl = "15m"
talk_timeout = "8m"
purge_after = "30m"

[[service]]
name = "one"
queue = "front"
calendar = "office"
reject_closed = true
slot = { minutes = 30, capacity = 4 }
windows = [{ max = 12, per = "300s" }]
per_number_daily = 3
max_queued = 16
default_country = "DE"
calling_window = "08:00-21:00"

[[service]]
name = "two"
queue = "back"
duplicates = "strict"
per_number_daily = 4
default_country = "DE"
calling_window = "off"

[[agent]]
id = "anna"
skills = { general = 5 }
groups = ["seniors"]

[[agent]]
id = "bob"
skills = { general = 2 }
groups = ["seniors"]

[[agent]]
id = "carl"
groups = ["seniors"]

[[agent]]
id = "dora"
skills = { general = 9, other = 3 }
"#;

/// When agents come and go.
const SHIFTS: &str = "\
2026-03-04 15:20:00,anna,login
2026-03-04 15:30:00,bob,login
2026-03-04 15:40:00,carl,login
2026-03-04 15:50:00,dora,login
2026-03-04 16:10:00,anna,not_ready
2026-03-04 16:20:00,anna,ready
2026-03-04 16:21:00,bob,logout
2026-03-04 16:40:00,bob,login
2026-03-04 17:00:00,carl,not_ready
2026-03-04 17:02:00,carl,ready
2026-03-04 19:00:00,anna,logout
2026-03-04 19:00:00,bob,logout
2026-03-04 19:00:00,carl,logout
2026-03-04 19:00:00,dora,logout
";

/// The roster: whoever talked too long comes back ten minutes later at the latest.
pub(super) fn roster() -> String {
    let mut lines: Vec<String> = SHIFTS.lines().map(str::to_owned).collect();
    for minute in (0..180).step_by(10) {
        for agent in ["anna", "bob", "carl", "dora"] {
            let (hour, minute) = (16 + minute / 60, minute % 60);
            lines.push(format!("2026-03-04 {hour}:{minute:02}:30,{agent},ready"));
        }
    }
    lines.sort();
    format!("at,agent,event\n{}\n", lines.join("\n"))
}

/// Numbers that look drawn at random and are always the same.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

pub(super) fn traffic() -> String {
    let mut draw = Draw(7);
    let mut text = String::from("at,id,service,phone,desired,outcomes,ring,handle,cancel_at\n");
    let mut second = 15 * 3_600 + 30 * 60;
    let clock =
        |second: u64| format!("2026-03-04 {:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
    for n in 0..680 {
        // A quiet hour, then a crowd.
        second += if n % 100 < 60 { draw.below(40) } else { draw.below(14) };
        let service = if draw.below(4) == 0 { "two" } else { "one" };
        let phone = 301_000_000 + draw.below(150);
        let desired = match draw.below(6) {
            0 => clock(second + 60 + draw.below(5_400)),
            _ => String::new(),
        };
        let outcomes = ["", "", "", "busy", "no_answer|busy", "error|abandoned|abandoned"];
        let outcome = outcomes[draw.below(6) as usize];
        let ring = [draw.below(30), draw.below(30), draw.below(30)];
        let handle = if draw.below(20) == 0 { 900 } else { 20 + draw.below(140) };
        let cancel = match draw.below(5) {
            0 => clock(second + draw.below(30)),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "{},p{n:03},{service},+49{phone},{desired},{outcome},{}|{}|{},{handle},{cancel}",
            clock(second),
            ring[0],
            ring[1],
            ring[2],
        );
    }
    text
}
